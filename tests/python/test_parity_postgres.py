"""PostgreSQL gives the marts of DuckDB, whatever its locale and time zone."""

from __future__ import annotations

from pathlib import Path

import pytest
from marts import Project
from parity import Table, differences, marts_of_duckdb, read_marts
from postgres_server import PostgresProject

SETTINGS = [("C", "America/Los_Angeles"), ("en_US.UTF-8", "UTC")]


@pytest.fixture(scope="module")
def world(project: Project) -> Path:
    """The raw folder of a world with dirt in it."""
    return project.simulate("--conversations", 300, "--weeks", 6, "--seed", 5)


@pytest.fixture(scope="module")
def expected(project: Project, world: Path) -> dict[str, Table]:
    """The marts of DuckDB."""
    return marts_of_duckdb(project, world)


@pytest.mark.parametrize("locale, zone", SETTINGS)
def test_every_cell_of_every_mart_is_the_same(
    expected: dict[str, Table],
    world: Path,
    postgres_project: PostgresProject,
    locale: str,
    zone: str,
) -> None:
    postgres_project.reset(zone, locale)
    postgres_project.load(world)
    postgres_project.build_with_intents()
    found = differences(expected, read_marts(postgres_project.ask))
    assert not found, "\n".join(map(str, found))
    assert sum(len(mart.rows) for mart in expected.values()) > 1000

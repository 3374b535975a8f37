"""Spark gives the marts of DuckDB, in a session zone with gaps and repeats."""

from __future__ import annotations

from pathlib import Path

import pytest
from marts import Project
from parity import Table, differences, marts_of_duckdb, read_marts
from spark_project import SparkProject

ZONE = "America/Los_Angeles"


@pytest.fixture(scope="module")
def world(project: Project) -> Path:
    """The raw folder of a world with dirt in it."""
    return project.simulate("--conversations", 300, "--weeks", 6, "--seed", 5)


@pytest.fixture(scope="module")
def expected(project: Project, world: Path) -> dict[str, Table]:
    """The marts of DuckDB."""
    return marts_of_duckdb(project, world)


def test_every_cell_of_every_mart_is_the_same(
    expected: dict[str, Table], world: Path, spark_project: SparkProject
) -> None:
    spark_project.reset(ZONE)
    spark_project.load(world)
    spark_project.build()
    spark_project.script("fit_intents")
    # What knows no intent is as it was.
    spark_project.build("--select", "int_intent_terms+")
    found = differences(expected, read_marts(spark_project.ask))
    assert not found, "\n".join(map(str, found))
    assert sum(len(mart.rows) for mart in expected.values()) > 1000

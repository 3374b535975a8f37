"""PostgreSQL and Spark give the marts of DuckDB, cell by cell.

`pytest -rP tests/python/test_parity.py` prints rows and differing cells per mart.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from marts import Project
from parity import Table, differences, marts_of, marts_of_duckdb
from postgres_server import PostgresProject
from spark_project import SparkProject

# Sessions in a zone with gaps and repeats, and sorting as people do it.
POSTGRES = [
    ("en_US.UTF-8", "America/Los_Angeles"),
    pytest.param("C", "UTC", marks=pytest.mark.thorough),
]
SPARK_ZONE = "America/Los_Angeles"


@pytest.fixture(scope="module")
def world(project: Project) -> Path:
    """The raw folder of a world with dirt in it."""
    return project.simulate("--conversations", 300, "--weeks", 6, "--seed", 5)


@pytest.fixture(scope="module")
def expected(project: Project, world: Path) -> dict[str, Table]:
    """The marts of DuckDB."""
    return marts_of_duckdb(project, world)


@pytest.mark.parametrize("locale, zone", POSTGRES)
def test_postgres(
    expected: dict[str, Table],
    world: Path,
    postgres_project: PostgresProject,
    locale: str,
    zone: str,
) -> None:
    postgres_project.reset(zone, locale)
    postgres_project.load(world)
    postgres_project.build_with_intents()
    found = marts_of(postgres_project)
    compare(f"DuckDB and PostgreSQL ({locale}, {zone})", expected, found)


def test_spark(
    expected: dict[str, Table], world: Path, spark_project: SparkProject
) -> None:
    spark_project.reset(SPARK_ZONE)
    spark_project.load(world)
    # What knows no intent is built once.
    spark_project.build("--exclude", "int_intent_terms+")
    spark_project.build("--select", "int_intent_terms")
    spark_project.script("fit_intents")
    spark_project.build("--select", "int_intent_terms+")
    found = marts_of(spark_project)
    compare(f"DuckDB and Spark ({SPARK_ZONE})", expected, found)


def compare(
    title: str, here: dict[str, Table], there: dict[str, Table]
) -> None:
    """Print the marts of both; none may differ in a cell."""
    found = {one.mart: one for one in differences(here, there)}
    print(f"{title}\n{'mart':<30} {'rows':>7} {'rows there':>10} {'cells that differ':>17}")
    for mart, table in here.items():
        differing = len(found[mart].cells) if mart in found else 0
        print(
            f"{mart:<30} {len(table.rows):>7} {len(there[mart].rows):>10}"
            f" {differing:>17}"
        )
    assert not found, "\n".join(map(str, found.values()))
    assert sum(len(mart.rows) for mart in here.values()) > 1000

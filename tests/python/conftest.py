"""What the tests share: a warehouse of their own, scripts run as users do."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import duckdb
import pytest

from marts import PROJECT_DIR, SCRIPTS_DIR, Project

sys.path.insert(0, str(SCRIPTS_DIR))

pytest_plugins = ["postgres_server", "spark_project"]

Run = Callable[..., subprocess.CompletedProcess]


def pytest_addoption(parser: pytest.Parser) -> None:
    """How large a world test_stacks.py compares the stacks on, in how many slices
    and worlds test_kept.py delivers, how often test_postgres_readers.py builds,
    and whether test_killed.py kills Spark."""
    parser.addoption("--conversations", type=int, default=300)
    parser.addoption("--slices", type=int, default=4)
    parser.addoption("--worlds", type=int, default=1)
    parser.addoption("--builds", type=int, default=1)
    parser.addoption("--spark-too", action="store_true")


@pytest.fixture
def warehouse_path(tmp_path: Path) -> Path:
    """Where this test's DuckDB file will be."""
    return tmp_path / "warehouse.duckdb"


@pytest.fixture
def environment(tmp_path: Path, warehouse_path: Path) -> dict[str, str]:
    """Environment in which nothing of the user's own setup is touched."""
    profiles = tmp_path / "profiles"
    profiles.mkdir()
    example = (PROJECT_DIR / "profiles.yml.example").read_text()
    (profiles / "profiles.yml").write_text(example)
    return {
        **os.environ,
        "AFTERCLOSE_DUCKDB_PATH": str(warehouse_path),
        "DBT_PROFILES_DIR": str(profiles),
        "DBT_TARGET_PATH": str(tmp_path / "target"),
        "DBT_LOG_PATH": str(tmp_path / "logs"),
        "COLUMNS": "200",
    }


@pytest.fixture
def run_script(environment: dict[str, str]) -> Run:
    """Run scripts/NAME with arguments, as a user would."""

    def run(
        name: str, *arguments: object, given: str | None = None
    ) -> subprocess.CompletedProcess:
        return subprocess.run(
            [str(SCRIPTS_DIR / name), *map(str, arguments)],
            env=environment,
            input=given,
            capture_output=True,
            text=True,
            check=False,
        )

    return run


@pytest.fixture
def query(warehouse_path: Path) -> Iterator[Callable[..., list[tuple]]]:
    """Ask the test's warehouse; the file is only open during the call."""

    def ask(sql: str) -> list[tuple[Any, ...]]:
        with duckdb.connect(str(warehouse_path), read_only=True) as connection:
            return connection.execute(sql).fetchall()

    yield ask


@pytest.fixture(scope="session")
def project(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """One dbt project for all tests that build; each resets or restores it."""
    return Project(tmp_path_factory.mktemp("project"))


def last_json(completed: subprocess.CompletedProcess) -> dict[str, Any]:
    """The JSON object in the last line of a script's output."""
    assert completed.returncode == 0, completed.stdout + completed.stderr
    return json.loads(completed.stdout.strip().splitlines()[-1])

"""What the tests share: a warehouse of their own, scripts run as users do."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Collection, Iterable, Iterator
from pathlib import Path
from typing import Any

import duckdb
import pytest

from marts import PROJECT_DIR, SCRIPTS_DIR, Project

sys.path.insert(0, str(SCRIPTS_DIR))

pytest_plugins = ["postgres_server", "spark_project"]

Run = Callable[..., subprocess.CompletedProcess]


ENGINES = {
    "duckdb": "project", "postgres": "postgres_project", "spark": "spark_project",
}


def pytest_addoption(parser: pytest.Parser) -> None:
    """How thorough the tests are that could go on for hours."""
    parser.addoption(
        "--thorough", action="store_true",
        help="run the tests marked thorough, too",
    )
    parser.addoption(
        "--conversations", type=int, default=300,
        help="how large a world test_stacks.py compares the stacks on",
    )
    parser.addoption(
        "--forget-everywhere", action="store_true",
        help="test_stacks.py searches all tables for the forgotten customer",
    )
    parser.addoption(
        "--slices", type=int, default=3,
        help="in how many slices test_kept.py delivers",
    )
    parser.addoption(
        "--worlds", type=int, default=1, help="how many worlds it delivers"
    )
    parser.addoption(
        "--builds", type=int, default=1,
        help="how many builds test_postgres_readers.py polls",
    )
    parser.addoption(
        "--engine", action="append", choices=list(ENGINES),
        help="where test_kept.py and test_killed.py build (duckdb)",
    )


def pytest_configure(config: pytest.Config) -> None:
    """The mark of tests that CI has no time for."""
    config.addinivalue_line(
        "markers",
        "thorough: CI has no time for it; ./scripts/test --thorough runs it",
    )


def pytest_collection_modifyitems(
    config: pytest.Config, items: list[pytest.Item]
) -> None:
    """Leave out the thorough tests unless they are asked for."""
    if config.getoption("--thorough"):
        return
    left_out = [item for item in items if item.get_closest_marker("thorough")]
    config.hook.pytest_deselected(items=left_out)
    items[:] = [item for item in items if item not in left_out]


def few_in_ci(values: Iterable[str], few: Collection[str]) -> list[Any]:
    """Parameters of a test of which all but a few are thorough."""
    return [
        pytest.param(value, marks=() if value in few else pytest.mark.thorough)
        for value in values
    ]


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """The engines that were asked for."""
    if "engine" in metafunc.fixturenames:
        engines = metafunc.config.getoption("--engine") or ["duckdb"]
        metafunc.parametrize("engine", engines, scope="session")


@pytest.fixture
def project_on_engine(request: pytest.FixtureRequest, engine: str) -> Project:
    """The dbt project on an engine."""
    return request.getfixturevalue(ENGINES[engine])


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

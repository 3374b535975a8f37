"""Every macro of macros/cross_db.sql gives the same on every engine.

A scratch dbt project takes the project's own macros and a seed with the rows
of cross_db_cases; one run of dbt per engine renders and asks all calls.
"""

from __future__ import annotations

import csv
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest
import yaml

from cross_db_cases import CALLS, SHOWN_ELSEWHERE, Call
from marts import PROJECT_DIR, succeed
from postgres_server import PostgresServer
from spark_project import spark_environment

CROSS_DB = PROJECT_DIR / "macros" / "cross_db.sql"
CALLER = Path(__file__).parent / "data" / "cross_db" / "macros"


TEXT = {"duckdb": "text", "postgres": "text", "spark": "string"}


def write_project(folder: Path, engine: str) -> None:
    """A dbt project of the project's macros and one seed."""
    shutil.copytree(CALLER, folder / "macros")
    text = TEXT[engine]
    project = {
        "name": "cross_db",
        "profile": "afterclose",
        "macro-paths": ["macros", str(PROJECT_DIR / "macros")],
        "seeds": {
            "cross_db": {
                "+schema": "cross_db",
                "+quote_columns": False,
                "+column_types": {
                    "call_id": "integer", "input_id": "integer",
                    "a": text, "b": text, "c": text,
                },
            }
        },
        "on-run-start": ["{{ create_own_functions() }}"],
        "vars": read_vars(),
    }
    (folder / "dbt_project.yml").write_text(yaml.safe_dump(project))
    (folder / "seeds").mkdir()
    with (folder / "seeds" / "inputs.csv").open(
        "w", newline="", encoding="utf-8"
    ) as output:
        writer = csv.writer(output)
        writer.writerow(["call_id", "input_id", "a", "b", "c"])
        for call_id, one_call in enumerate(CALLS):
            for input_id, (inputs, _) in enumerate(one_call.rows):
                writer.writerow([call_id, input_id, *cells(inputs)])


def cells(inputs: tuple[str | None, ...]) -> list[str]:
    """Inputs as a seed holds them: behind a sign, as dbt reads '' as null."""
    filled = [*inputs, None, None, None][:3]
    return ["" if value is None else f"={value}" for value in filled]


def read_vars() -> dict[str, Any]:
    """The vars of the project: its macros name them."""
    settings = (PROJECT_DIR / "dbt_project.yml").read_text(encoding="utf-8")
    return yaml.safe_load(settings)["vars"]


class Caller:
    """Runs the calls on one engine."""

    def __init__(
        self, folder: Path, engine: str, environment: Mapping[str, str]
    ) -> None:
        self.folder = folder
        self.engine = engine
        self.environment = {
            **environment,
            "DBT_TARGET_PATH": str(folder / "target"),
            "DBT_LOG_PATH": str(folder / "logs"),
        }
        write_project(folder, engine)

    def dbt(self, *arguments: str) -> str:
        """Run dbt in the scratch project; what it printed."""
        completed = subprocess.run(
            [
                str(Path(sys.executable).parent / "dbt"), "--no-use-colors",
                *arguments, "--target", self.engine,
            ],
            cwd=self.folder, env=self.environment,
            capture_output=True, text=True, check=False,
        )
        succeed(completed)
        return completed.stdout

    def operation(self, macro: str, **arguments: Any) -> Any:
        """What a macro printed as JSON."""
        output = self.dbt(
            "run-operation", macro, "--args",
            json.dumps(arguments, ensure_ascii=False),
        )
        line = next(
            line for line in output.splitlines() if line.startswith("FOUND ")
        )
        return json.loads(line.removeprefix("FOUND "))


@pytest.fixture(scope="module", params=["duckdb", "postgres", "spark"])
def caller(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Caller:
    """The scratch project on one engine, its seed loaded."""
    folder = tmp_path_factory.mktemp(f"cross_db_{request.param}")
    profile = (PROJECT_DIR / "profiles.yml.example").read_text()
    (folder / "profiles.yml").write_text(profile)
    environment = {
        **os.environ,
        "TZ": "America/Los_Angeles",
        "PGTZ": "America/Los_Angeles",
        "DBT_PROFILES_DIR": str(folder),
        "AFTERCLOSE_DUCKDB_PATH": str(folder / "cross_db.duckdb"),
    }
    if request.param == "postgres":
        server: PostgresServer = request.getfixturevalue("postgres_server")
        environment.update(server.environment(server.create_database("C")))
    if request.param == "spark":
        environment.update(spark_environment(folder))
    found = Caller(folder, request.param, environment)
    found.dbt("seed")
    return found


@pytest.fixture(scope="module")
def results(caller: Caller) -> dict[tuple[int, int], list[str | None]]:
    """(call, row) -> what came out, in the order of the texts."""
    calls = [
        {
            "call_id": call_id, "macro": one_call.macro,
            "arguments": [
                asdict(argument) if isinstance(argument, Call) else argument
                for argument in one_call.arguments
            ],
            "form": one_call.form,
        }
        for call_id, one_call in enumerate(CALLS)
    ]
    found: dict[tuple[int, int], list[str | None]] = {}
    for call_id, input_id, result in caller.operation("run_calls", calls=calls):
        text = None if result is None else result[1:-1]
        found.setdefault((call_id, input_id), []).append(text)
    return found


def same(expected: Any, found: str | None) -> bool:
    """Numbers as numbers, everything else as text."""
    if isinstance(expected, float) and found is not None:
        return float(found) == pytest.approx(expected, abs=1e-9)
    return found == (None if expected is None else str(expected))


@pytest.mark.parametrize(
    "call_id", range(len(CALLS)),
    ids=[f"{one.macro}-{number}" for number, one in enumerate(CALLS)],
)
def test_a_call_gives_what_is_written(
    results: dict[tuple[int, int], list[str | None]], call_id: int
) -> None:
    """Each row of the call, with the inputs of those that differ."""
    one_call = CALLS[call_id]
    wrong = []
    for input_id, (inputs, expected) in enumerate(one_call.rows):
        found = results.get((call_id, input_id), [])
        if one_call.form == "aggregate":
            # All rows make one result, which stands beside the last of them.
            found = results[call_id, 0] if input_id else []
            if input_id < len(one_call.rows) - 1:
                continue
        wanted = sorted(expected) if one_call.form == "rows" else [expected]
        if len(wanted) != len(found) or not all(map(same, wanted, sorted(
            found, key=str
        ))):
            wrong.append((inputs, wanted, found))
    assert not wrong


def test_every_macro_is_called() -> None:
    """A macro that dispatches is called here, or says where it is shown."""
    macros = CROSS_DB.read_text()
    dispatched = set(re.findall(r"adapter\.dispatch\('(\w+)'", macros))
    # Names of dbt that have a version of ours are dispatched by dbt.
    replaced = set(re.findall(r"macro spark__(\w+)", macros)) - dispatched
    called = {one_call.macro for one_call in CALLS}
    assert dispatched - called == set(SHOWN_ELSEWHERE)
    assert called <= dispatched | replaced


def test_known_timezones(caller: Caller) -> None:
    """is_known_timezone: IANA names and nothing else."""
    names = ["UTC", "Europe/Berlin", "Europe/Atlantis", "x'y"]
    assert caller.operation("known_timezones", names=names) == names[:2]


def test_json_that_is_known_while_planning(caller: Caller) -> None:
    """json_text: a text that was cut off is null there too, and stops nothing."""
    values = ['{"key": "x"}', '{"key": "x", "next', "no JSON", '{"key": "y"}']
    found = caller.operation("texts_of_literals", values=values, key="key")
    assert found == ["x", None, None, "y"]


def test_row_as_json(caller: Caller) -> None:
    """row_as_json: a key per column, those without a value too."""
    assert json.loads(caller.operation("row_of_values")) == {
        "number_column": 7, "text_column": 'say "hi"', "empty_column": None,
    }


def test_column_types(caller: Caller) -> None:
    """column_type: every word of a contract is a type that keeps its values."""
    written = {
        "string": "x", "timestamp": "2026-01-05 10:00:00", "date": "2026-01-05",
        "boolean": "true", "integer": "2147483647",
        "bigint": "9007199254740993", "double precision": "0.1234567890123",
        "decimal(28,12)": "1234567890123456.123456789012",
    }
    assert caller.operation("typed_values", values=written) == written


def test_salt(caller: Caller) -> None:
    """own_salt: 64 random digits in a file, nothing where roles have rights."""
    salts = caller.operation("two_salts")
    if caller.engine == "duckdb":
        assert len(set(salts)) == 2
        assert all(len(salt) == 64 for salt in salts)
    else:
        assert salts == []

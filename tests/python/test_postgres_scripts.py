"""The scripts on PostgreSQL: raw tables, and errors a person can act on."""

from __future__ import annotations

import csv
import datetime
import json
import subprocess
from pathlib import Path

import psycopg
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from marts import SCRIPTS_DIR
from postgres_server import PostgresProject

LARGEST_ID = 18446744073709551615


@pytest.fixture(scope="module")
def database(postgres_project: PostgresProject) -> PostgresProject:
    """A database in whose zone nobody reads times in UTC."""
    postgres_project.reset("America/Los_Angeles")
    return postgres_project


def load(
    database: PostgresProject, *arguments: object, **environment: str
) -> subprocess.CompletedProcess:
    """Run load_raw, whatever comes of it."""
    return subprocess.run(
        [
            str(SCRIPTS_DIR / "load_raw"), *map(str, arguments),
            "--target", "postgres", "--json",
        ],
        env={**database.environment, **environment}, capture_output=True,
        text=True, check=False,
    )


def loaded(database: PostgresProject, *arguments: object) -> dict:
    """What load_raw says it did; must succeed."""
    completed = load(database, *arguments)
    assert completed.returncode == 0, completed.stderr
    return json.loads(completed.stdout.strip().splitlines()[-1])


def write_csv(folder: Path, table: str, rows: list[list[object]]) -> Path:
    """DIR/desk/TABLE.csv of these rows; the folder."""
    path = folder / "desk" / f"{table}.csv"
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", newline="", encoding="utf-8") as out:
        csv.writer(out).writerows(rows)
    return folder


def test_types_and_values_arrive_as_they_were(
    database: PostgresProject, tmp_path: Path
) -> None:
    noon = datetime.datetime(2026, 1, 5, 12)
    table = pa.table(
        {
            "id": pa.array([LARGEST_ID, 1, 2], pa.uint64()),
            "at": pa.array([noon, None, noon], pa.timestamp("ns")),
            "at_utc": pa.array([noon, None, noon], pa.timestamp("us", "UTC")),
            "is_public": pa.array([True, None, False]),
            "cost": pa.array([0.1, None, 1e300]),
            "tags": pa.array([["a", "b"], None, []]),
            "body": pa.array(['a "b",\n\\.', "", "nul \x00 ünï"]),
        }
    )
    (tmp_path / "types").mkdir()
    pq.write_table(table, tmp_path / "types" / "everything.parquet")
    assert loaded(database, tmp_path)["rows"] == 3
    assert database.query(
        "select id, at, at_utc = '2026-01-05 12:00:00+00', is_public, cost, tags,"
        " body from types.everything order by id"
    ) == [
        (1, None, None, None, None, None, ""),
        (2, noon, True, False, 1e300, "[]", "nul  ünï"),
        (LARGEST_ID, noon, True, True, 0.1, '["a","b"]', 'a "b",\n\\.'),
    ]


def test_a_second_run_replaces_rows_and_keeps_views(
    database: PostgresProject, tmp_path: Path
) -> None:
    loaded(database, write_csv(tmp_path, "ticket", [["id"], [1], [1], [2]]))
    database.query(
        "create view public.of_somebody as select id from desk.ticket"
    )
    rows = [["id", "status"], [1, "open"], [3, "new"]]
    loaded(database, write_csv(tmp_path, "ticket", rows))
    assert database.query("select * from desk.ticket order by 1") == [
        (1, "open"), (3, "new"),
    ]
    assert database.query("select * from public.of_somebody order by 1") == [
        (1,), (3,),
    ]

    # Another type: the view of somebody else stands in the way, and is named.
    write_csv(tmp_path, "ticket", [["id"], ["x"]])
    completed = load(database, tmp_path)
    assert completed.returncode == 1
    assert "the view public.of_somebody reads it" in completed.stderr
    assert len(database.query("select * from desk.ticket")) == 2
    database.query("drop view public.of_somebody")
    loaded(database, tmp_path)
    assert database.query("select * from desk.ticket") == [("x",)]
    assert database.query(
        "select count(*) from pg_tables where schemaname = 'desk'"
    ) == [(1,)]


def test_a_view_of_a_tables_name_is_left_and_named(
    database: PostgresProject, tmp_path: Path
) -> None:
    database.query(
        "create schema if not exists desk",
        "create view desk.agent as select 7 as id",
    )
    completed = load(database, write_csv(tmp_path, "agent", [["id"], [1]]))
    assert completed.returncode == 1
    assert "desk.agent is a view" in completed.stderr
    assert database.query("select id from desk.agent") == [(7,)]


def test_append_adds_only_rows_that_are_not_there(
    database: PostgresProject, tmp_path: Path
) -> None:
    def append(rows: list[list[object]]) -> int:
        write_csv(tmp_path, "note", rows)
        return loaded(database, tmp_path, "--append")["rows_added"]

    first = [["id", "name"], [1, "a"], [1, "a"], [2, ""]]
    assert append(first) == 3
    assert append(first) == 0
    assert append([["id", "name", "size"], [2, "", ""], [3, "c", 7]]) == 1
    assert append([["id", "name"], ["abc", "d"]]) == 1
    assert database.query("select * from desk.note order by 1, 2") == [
        ("1", "a", None), ("1", "a", None), ("2", None, None), ("3", "c", 7),
        ("abc", "d", None),
    ]


def test_what_fails_is_told_in_one_line(
    database: PostgresProject, tmp_path: Path
) -> None:
    write_csv(tmp_path, "ticket", [["id"], [1]])
    database.query(
        "create role weak login password 'secret word'",
    )
    for environment, message in [
        ({"AFTERCLOSE_POSTGRES_DATABASE": "nix"}, '"nix" does not exist'),
        ({"AFTERCLOSE_POSTGRES_PORT": "1"}, "cannot be reached: "),
        ({"AFTERCLOSE_POSTGRES_HOST": "no.such.host.invalid"}, "cannot be reached"),
        (
            {
                "AFTERCLOSE_POSTGRES_USER": "weak",
                "AFTERCLOSE_POSTGRES_PASSWORD": "secret word",
            },
            "permission denied for schema desk; grant it to user weak",
        ),
    ]:
        completed = load(database, tmp_path, **environment)
        assert completed.returncode == 1
        assert message in completed.stderr
        assert completed.stderr.count("\n") == 1
        assert "secret word" not in completed.stderr + completed.stdout


def test_a_name_that_would_be_cut_is_refused(
    database: PostgresProject, tmp_path: Path
) -> None:
    write_csv(tmp_path, "t" * 64, [["id"], [1]])
    completed = load(database, tmp_path)
    assert completed.returncode == 1
    assert "rename it in the export" in completed.stderr


def test_a_dry_run_cannot_write(database: PostgresProject) -> None:
    """fit_intents --dry-run and fit_confidence open the database like this."""
    from afterclose.postgres import PostgreSQL

    settings = {
        **database.server.settings, "dbname": database.database,
        "target": "postgres", "schema": "afterclose",
    }
    warehouse = PostgreSQL(settings, read_only=True)
    with pytest.raises(psycopg.errors.ReadOnlySqlTransaction):
        warehouse.connection.execute("create table public.written (id int)")
    warehouse.close()

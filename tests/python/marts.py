"""Build worlds and compare marts: what several tests need."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import duckdb

PROJECT_DIR = Path(__file__).resolve().parents[2]
SCRIPTS_DIR = PROJECT_DIR / "scripts"
STACK = "langfuse,zendesk,mixpanel"
MARTS = "afterclose"
# Each warehouse makes a salt of its own, and no two would have a row in common.
SALT = "the salt of all worlds of the tests"

# A build without what checks it.
NO_TESTS = (
    "--exclude-resource-type", "test", "--exclude-resource-type", "unit_test",
)
# What dbt writes beside the warehouse costs a fifth of a small build.
WITHOUT_PAPERS = {"DBT_LOG_LEVEL_FILE": "none", "DBT_WRITE_JSON": "false"}


class Project:
    """The dbt project with a warehouse, target and profile of its own.

    dbt parses anew for every warehouse path and every set of vars, which takes
    longer than most builds of a small world: tests share one Project where
    they can, and start from `reset` or a copy of the file.
    """

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.folder = folder
        self.path = folder / "after-close.duckdb"
        example = (PROJECT_DIR / "profiles.yml.example").read_text()
        (folder / "profiles.yml").write_text(example)
        self.environment = {
            **os.environ,
            "AFTERCLOSE_DUCKDB_PATH": str(self.path),
            "DBT_PROFILES_DIR": str(folder),
            "DBT_TARGET_PATH": str(folder / "target"),
            "DBT_LOG_PATH": str(folder / "logs"),
            **WITHOUT_PAPERS,
        }

    def write_papers(self) -> None:
        """Let dbt write its log and artifacts, as it does for users."""
        for name in WITHOUT_PAPERS:
            self.environment.pop(name, None)

    def reset(self, zone: str = "UTC") -> None:
        """A warehouse with a salt, and sessions in this zone from now on."""
        self.path.unlink(missing_ok=True)
        self.query(
            "create schema afterclose_intermediate",
            "create table afterclose_intermediate.customer_salt as"
            f" select '{SALT}' as salt",
        )
        self.environment.update(TZ=zone, PGTZ=zone)

    def run(
        self, *command: object, given: str | None = None
    ) -> subprocess.CompletedProcess:
        """Run a program in the project folder; its output is captured."""
        return subprocess.run(
            [str(part) for part in command],
            cwd=PROJECT_DIR,
            env=self.environment,
            input=given,
            capture_output=True,
            text=True,
            check=False,
        )

    def dbt(
        self, *arguments: object, variables: Mapping[str, Any] | None = None
    ) -> subprocess.CompletedProcess:
        """Run dbt, whatever comes of it."""
        command = [
            Path(sys.executable).parent / "dbt", "--no-use-colors", *arguments
        ]
        if variables:
            # Other vars, another target: the usual one stays parsed.
            other = self.folder / "target_of_other_vars"
            command += ["--vars", json.dumps(variables), "--target-path", other]
        return self.run(*command)

    def build(
        self, *arguments: object, variables: Mapping[str, Any] | None = None
    ) -> None:
        """Seeds and models without their tests; must succeed."""
        succeed(
            self.dbt("build", *NO_TESTS, *arguments, variables=variables)
        )

    def simulate(self, *arguments: object) -> Path:
        """A simulated world's raw folder below this project's own.

        Of the usual stack, unless the arguments name another.
        """
        raw = self.folder / "raw"
        shutil.rmtree(raw, ignore_errors=True)
        script = SCRIPTS_DIR / "simulate"
        succeed(self.run(script, "--stack", STACK, *arguments, "--out", raw))
        return raw

    def load(self, raw: Path) -> None:
        """Put the raw tables of a folder in this warehouse."""
        succeed(self.run(SCRIPTS_DIR / "load_raw", raw))

    def query(self, *statements: str) -> list[tuple]:
        """Run statements on the warehouse; the rows of the last one."""
        return self.ask(*statements)[1]

    def ask(self, *statements: str) -> tuple[list[str], list[tuple]]:
        """Columns and rows of the last statement."""
        with duckdb.connect(str(self.path)) as connection:
            connection.execute("set timezone = 'UTC'")
            for statement in statements:
                cursor = connection.execute(statement)
            return [one[0] for one in cursor.description], cursor.fetchall()

    def tables(self, schema: str) -> list[str]:
        """Names of the tables of a schema."""
        return [
            row[0]
            for row in self.query(
                "select table_name from information_schema.tables"
                f" where table_schema = '{schema}' order by 1"
            )
        ]

    def mart_hashes(self) -> dict[str, str]:
        """Mart -> hash of its rows, whatever order they are stored in."""
        return {
            name: self.query(
                "select count(*) || ' rows ' || coalesce(md5(string_agg("
                "line, chr(10) order by line)), '') from (select"
                f" cast(mart as varchar) as line from {MARTS}.{name} as mart)"
            )[0][0]
            for name in self.tables(MARTS)
        }

    def shuffle(self, schemas: tuple[str, ...]) -> None:
        """Rewrite every raw table in another order of rows."""
        for schema in schemas:
            for name in self.tables(schema):
                table = f'"{schema}"."{name}"'
                self.query(
                    f"create table {schema}.__shuffled as select * from {table}"
                    " order by hash(rowid)",
                    f"drop table {table}",
                    f'alter table {schema}.__shuffled rename to "{name}"',
                )


def succeed(completed: subprocess.CompletedProcess) -> None:
    """Fail the test with the program's own words."""
    assert completed.returncode == 0, (
        completed.stdout[-4000:] + completed.stderr[-4000:]
    )


def difference(
    first: Mapping[str, str], second: Mapping[str, str]
) -> dict[str, tuple[str | None, str | None]]:
    """The marts that are not the same in both."""
    return {
        name: (first.get(name), second.get(name))
        for name in sorted({*first, *second})
        if first.get(name) != second.get(name)
    }

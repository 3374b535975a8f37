"""The connection that dbt uses, for the programs around it.

Reads the project's dbt profile, so that a script and `dbt build` always mean
the same warehouse. One class per engine; each has the few verbs the scripts
need. A new engine is a new class and its line in ENGINES.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click
import duckdb
import jinja2
import yaml

from afterclose.spark import Spark
from afterclose.venv import PROJECT_DIR

target_option = click.option(
    "--target",
    metavar="NAME",
    help="Output of the dbt profile to use; its default when left out.",
)

# Enough for any file row by row, small enough for a laptop.
MEMORY_LIMIT = "2GB"


# ------------------------------------------------------------------- profile


def find_profiles() -> Path:
    """The profiles.yml that dbt would take, else the example beside it."""
    folder = os.environ.get("DBT_PROFILES_DIR")
    if folder:
        path = Path(folder).expanduser() / "profiles.yml"
        if not path.exists():
            raise click.ClickException(
                f"DBT_PROFILES_DIR is {folder}, which has no profiles.yml"
            )
        return path
    candidates = [
        PROJECT_DIR / "profiles.yml",
        Path.home() / ".dbt" / "profiles.yml",
    ]
    for path in candidates:
        if path.exists() and profile_name() in (read_yaml(path) or {}):
            return path
    return PROJECT_DIR / "profiles.yml.example"


def read_yaml(path: Path) -> Any:
    """The content of one YAML file; a syntax error names file and line."""
    try:
        return yaml.safe_load(path.read_text(encoding="utf-8"))
    except yaml.YAMLError as problem:
        mark = getattr(problem, "problem_mark", None)
        where = f" at line {mark.line + 1}" if mark else ""
        raise click.ClickException(f"{path.name} is not YAML{where}") from None


def profile_name() -> str:
    """The profile that dbt_project.yml asks for."""
    return str(read_yaml(PROJECT_DIR / "dbt_project.yml")["profile"])


def env_var(name: str, default: str | None = None) -> str:
    """dbt's function of this name: an absent variable is an error."""
    value = os.environ.get(name, default)
    if value is None:
        raise click.ClickException(
            f"The dbt profile needs the environment variable {name}"
        )
    return value


def rendered(value: Any) -> Any:
    """A profile value with its Jinja worked out, numbers turned into int."""
    if isinstance(value, Mapping):
        return {key: rendered(inner) for key, inner in value.items()}
    if not isinstance(value, str) or "{" not in value:
        return value
    environment = jinja2.Environment(undefined=jinja2.StrictUndefined)
    environment.globals["env_var"] = env_var
    for name in ("as_text", "as_native", "as_bool"):
        environment.filters[name] = lambda text: text
    environment.filters["as_number"] = int
    text = environment.from_string(value).render()
    return int(text) if "as_number" in value else text


def read_output(target: str | None) -> dict[str, Any]:
    """The settings of one target, Jinja worked out, `target` added.

    Raises click.ClickException when the profile or the target is not there.
    """
    path = find_profiles()
    profile = (read_yaml(path) or {}).get(profile_name())
    if not profile:
        raise click.ClickException(
            f"{path} has no profile named '{profile_name()}'"
        )
    name = target or rendered(profile.get("target", "default"))
    outputs = profile.get("outputs") or {}
    if name not in outputs:
        raise click.ClickException(
            f"No target '{name}' in {path.name}; it has: "
            + ", ".join(sorted(outputs))
        )
    return {**rendered(outputs[name]), "target": name}


# ------------------------------------------------------------------- engines


def quoted(*names: str) -> str:
    """Names as one quoted SQL identifier: "schema"."table"."""
    return ".".join('"' + name.replace('"', '""') + '"' for name in names)


def text_literal(value: object) -> str:
    """A value as a quoted SQL string."""
    return "'" + str(value).replace("'", "''") + "'"


class DuckDB:
    """A DuckDB file. It also reads export files itself, at full speed."""

    def __init__(
        self, settings: Mapping[str, Any], read_only: bool = False
    ) -> None:
        path = str(settings.get("path", ":memory:"))
        if path == ":memory:":
            raise click.ClickException(
                f"Target '{settings['target']}' has no path: what is loaded "
                "would be gone at the end of the program"
            )
        # dbt runs in the project folder; a relative path means the same here.
        self.path = PROJECT_DIR / Path(path).expanduser()
        self.schema = str(settings.get("schema", "main"))
        self.name = f"DuckDB {path}"
        if read_only and not self.path.exists():
            raise click.ClickException(
                f"{self.path} does not exist yet: load raw tables with "
                "./scripts/load_raw and run dbt build first"
            )
        self.path.parent.mkdir(parents=True, exist_ok=True)
        try:
            # Attached under a name of its own: a file afterclose.duckdb with a
            # schema afterclose would make "afterclose" ambiguous.
            self.connection = duckdb.connect()
            self.connection.execute(
                f"attach {text_literal(self.path)} as warehouse"
                + (" (read_only)" if read_only else "")
            )
            self.connection.execute("use warehouse")
        except duckdb.IOException as problem:
            if "lock" in str(problem).lower():
                raise click.ClickException(
                    f"{self.path} is open in another program: close it and "
                    "try again"
                ) from None
            raise click.ClickException(first_line(problem)) from None
        self.connection.execute(f"set memory_limit = '{MEMORY_LIMIT}'")
        # Rich shows the progress; two bars would fight for the line.
        self.connection.execute("set enable_progress_bar = false")

    @property
    def reader(self) -> duckdb.DuckDBPyConnection:
        """The connection that can read export files."""
        return self.connection

    def close(self) -> None:
        """Release the file."""
        self.connection.close()

    def query(
        self, sql: str, values: Sequence[Any] = ()
    ) -> list[tuple[Any, ...]]:
        """Run one statement, return all rows."""
        return self.connection.execute(sql, list(values)).fetchall()

    def columns(self, schema: str, table: str) -> dict[str, str]:
        """Column name -> type in order; empty when there is no such table."""
        return dict(
            self.query(
                "select column_name, data_type"
                " from information_schema.columns"
                " where lower(table_schema) = ? and lower(table_name) = ?"
                " order by ordinal_position",
                [schema.lower(), table.lower()],
            )
        )

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All of the block or nothing of it."""
        self.connection.begin()
        try:
            yield
        except BaseException:
            self.connection.rollback()
            raise
        self.connection.commit()

    def create_table(
        self, schema: str, table: str, columns: Mapping[str, str]
    ) -> None:
        """An empty table, in place of any of that name."""
        listed = ", ".join(
            f"{quoted(name)} {type_name}" for name, type_name in columns.items()
        )
        self.query(f"create schema if not exists {quoted(schema)}")
        self.query(f"create or replace table {quoted(schema, table)} ({listed})")

    def insert(self, schema: str, table: str, select: str) -> int:
        """Add the rows of a select that the reader can run; how many."""
        return self.query(
            f"insert into {quoted(schema, table)} by name {select}"
        )[0][0]

    def drop_table(self, schema: str, table: str) -> None:
        """Remove a table if it is there."""
        self.query(f"drop table if exists {quoted(schema, table)}")

    def replace_table(self, schema: str, table: str, by: str) -> None:
        """Table `by` of the same schema takes the place of `table`."""
        with self.transaction():
            self.drop_table(schema, table)
            self.query(
                f"alter table {quoted(schema, by)} rename to {quoted(table)}"
            )

    def append_new_rows(self, schema: str, table: str, by: str) -> int:
        """Add those rows of `by` that `table` lacks, then drop `by`; how many.

        A row that stands twice in `by` and once in `table` is added once: an
        export that repeats rows stays as it was written.
        """
        names = ", ".join(quoted(name) for name in self.columns(schema, by))
        with self.transaction():
            added = self.query(
                f"insert into {quoted(schema, table)} by name"
                f" select {names} from {quoted(schema, by)}"
                f" except all select {names} from {quoted(schema, table)}"
            )[0][0]
            self.drop_table(schema, by)
        return added

    def add_column(
        self, schema: str, table: str, column: str, type_name: str
    ) -> None:
        """A further column, null in the rows that are there."""
        self.query(
            f"alter table {quoted(schema, table)}"
            f" add column {quoted(column)} {type_name}"
        )

    def change_type(
        self, schema: str, table: str, column: str, type_name: str
    ) -> None:
        """Give a column a wider type; its values are cast."""
        self.query(
            f"alter table {quoted(schema, table)}"
            f" alter column {quoted(column)} type {type_name}"
        )


ENGINES = {"duckdb": DuckDB, "spark": Spark}


@contextmanager
def open_warehouse(
    target: str | None = None, read_only: bool = False
) -> Iterator[DuckDB]:
    """The warehouse of a dbt target, closed at the end of the block."""
    settings = read_output(target)
    engine = ENGINES.get(settings.get("type", ""))
    if engine is None:
        raise click.ClickException(
            f"Target '{settings['target']}' is of type "
            f"'{settings.get('type')}'; this script works with: "
            + ", ".join(ENGINES)
        )
    warehouse = engine(settings, read_only=read_only)
    try:
        yield warehouse
    finally:
        warehouse.close()


def first_line(problem: BaseException) -> str:
    """The first line of an engine's message, without its class name."""
    line = str(problem).strip().splitlines()[0] if str(problem) else "unknown"
    head, separator, rest = line.partition(" Error: ")
    return rest if separator and len(head) < 30 else line

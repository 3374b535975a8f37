"""The connection that dbt uses, for the programs around it.

Reads the project's dbt profile, so that a script and `dbt build` always mean
the same warehouse. One class per engine; each has the few verbs the scripts
need. A new engine is a new class and its line in ENGINES.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click
import duckdb

from afterclose.postgres import PostgreSQL
from afterclose.profile import read_output
from afterclose.spark import Spark
from afterclose.sql_text import first_line, quoted, text_literal
from afterclose.venv import PROJECT_DIR

target_option = click.option(
    "--target",
    metavar="NAME",
    help="Output of the dbt profile to use; its default when left out.",
)

# Enough for any file row by row, small enough for a laptop.
MEMORY_LIMIT = "2GB"


class DuckDB:
    """A DuckDB file. It also reads export files itself, at full speed."""

    # A value as a text in SQL that the warehouse runs, and the type of texts.
    text_literal = staticmethod(text_literal)
    text_type = "varchar"

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
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
        except OSError as problem:
            raise click.ClickException(
                f"Target '{settings['target']}': the folder {self.path.parent} "
                f"cannot be made: {problem.strerror}"
            ) from None
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
        with self.told_in_one_line():
            return self.connection.execute(sql, list(values)).fetchall()

    @contextmanager
    def told_in_one_line(self) -> Iterator[None]:
        """An error of DuckDB becomes the program's last line."""
        try:
            yield
        except duckdb.Error as problem:
            line = first_line(problem)
            if "does not exist" in line:
                line += "; mend what stops dbt build, and run it"
            raise click.ClickException(f"{self.name}: {line}") from None

    def relations(self, schema: str) -> list[str]:
        """Names of the tables and views of a schema."""
        rows = self.query(
            "select table_name from information_schema.tables"
            " where table_catalog = current_database() and table_schema = ?"
            " order by 1",
            [schema],
        )
        return [name for (name,) in rows]

    def is_view(self, schema: str, table: str) -> bool:
        """Whether there is a view of this name."""
        return bool(
            self.query(
                "select 1 from information_schema.views"
                " where table_catalog = current_database()"
                " and table_schema = ? and table_name = ?",
                [schema, table],
            )
        )

    # Models may keep rows of earlier builds, which can be deleted.
    keeps_rows = True

    def reclaim(self) -> None:
        """Take deleted rows out of the file too."""
        self.query("checkpoint")

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
        """Add the rows of a select that the reader can run; how many.

        Raises duckdb.Error for what the reader cannot read.
        """
        return self.connection.execute(
            f"insert into {quoted(schema, table)} by name {select}"
        ).fetchall()[0][0]

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


Warehouse = DuckDB | PostgreSQL | Spark

ENGINES = {"duckdb": DuckDB, "postgres": PostgreSQL, "spark": Spark}


@contextmanager
def open_warehouse(
    target: str | None = None, read_only: bool = False
) -> Iterator[Warehouse]:
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

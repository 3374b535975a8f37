"""A PostgreSQL database as the programs around dbt use one.

DuckDB, in memory, reads the export files; their rows are streamed from it into
the server, a batch at a time.
"""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import click
import duckdb
import psycopg
import pyarrow as pa
import pyarrow.csv as arrow_csv

from afterclose.sql_text import first_line, quoted, text_literal

# Rows on their way at a time.
BATCH_ROWS = 20_000
MEMORY_LIMIT = "1GB"
LONGEST_NAME = 63

# The loader's types, which are DuckDB's, and what they are here. Both ways: the
# first of several that are alike here is the way back.
TYPES = {
    "VARCHAR": "text",
    "BOOLEAN": "boolean",
    "SMALLINT": "smallint",
    "TINYINT": "smallint",
    "UTINYINT": "smallint",
    "INTEGER": "integer",
    "USMALLINT": "integer",
    "BIGINT": "bigint",
    "UINTEGER": "bigint",
    "UBIGINT": "numeric(20,0)",
    "HUGEINT": "numeric(39,0)",
    "UHUGEINT": "numeric(39,0)",
    "FLOAT": "real",
    "DOUBLE": "double precision",
    "DATE": "date",
    "TIME": "time without time zone",
    "TIMESTAMP": "timestamp without time zone",
    "TIMESTAMP_S": "timestamp without time zone",
    "TIMESTAMP_MS": "timestamp without time zone",
    "TIMESTAMP_NS": "timestamp without time zone",
    "TIMESTAMP WITH TIME ZONE": "timestamp with time zone",
    "BLOB": "bytea",
}
# Profile setting -> the connection's word for it.
SETTINGS = {
    "host": "host",
    "port": "port",
    "user": "user",
    "password": "password",
    "pass": "password",
    "dbname": "dbname",
    "database": "dbname",
    "sslmode": "sslmode",
    "sslcert": "sslcert",
    "sslkey": "sslkey",
    "sslrootcert": "sslrootcert",
    "keepalives_idle": "keepalives_idle",
    "connect_timeout": "connect_timeout",
}
# The session must not change how times are read or written.
OPTIONS = "-c timezone=UTC -c datestyle=ISO -c client_min_messages=warning"


def own_type(type_name: str) -> str:
    """The column type here for one of the loader's."""
    if type_name.startswith("DECIMAL"):
        return type_name.replace("DECIMAL", "numeric").replace(" ", "")
    return TYPES.get(type_name.upper(), "text")


def loader_type(type_name: str) -> str:
    """The loader's word for a column type of this database."""
    for ours, theirs in TYPES.items():
        if theirs == type_name:
            return ours
    if type_name.startswith("numeric("):
        return type_name.replace("numeric", "DECIMAL")
    return "VARCHAR"


class PostgreSQL:
    """One database of a PostgreSQL server."""

    # A value as a text in SQL that the warehouse runs, and the type of texts.
    text_literal = staticmethod(text_literal)
    text_type = "varchar"

    def __init__(
        self, settings: Mapping[str, Any], read_only: bool = False
    ) -> None:
        connecting = {
            word: settings[name]
            for name, word in SETTINGS.items()
            if settings.get(name) not in (None, "")
        }
        connecting.setdefault("connect_timeout", 10)
        options = OPTIONS
        if read_only:
            options += " -c default_transaction_read_only=on"
        self.schema = str(settings.get("schema", "public"))
        self.name = (
            f"PostgreSQL {connecting.get('dbname', '')} on "
            f"{connecting.get('host', 'localhost')}"
        )
        try:
            self.connection = psycopg.connect(
                **connecting, options=options, autocommit=True
            )
        except psycopg.Error as problem:
            raise click.ClickException(
                f"Target '{settings['target']}' cannot be reached: "
                f"{reason(problem)}"
            ) from None
        if settings.get("role"):
            self.query(f"set role {quoted(str(settings['role']))}")
        self._reader: duckdb.DuckDBPyConnection | None = None

    @property
    def reader(self) -> duckdb.DuckDBPyConnection:
        """The connection that can read export files."""
        if self._reader is None:
            self._reader = duckdb.connect()
            self._reader.execute(f"set memory_limit = '{MEMORY_LIMIT}'")
            self._reader.execute("set enable_progress_bar = false")
            self._reader.execute("set timezone = 'UTC'")
        return self._reader

    def close(self) -> None:
        """Close the connection."""
        self.connection.close()
        if self._reader is not None:
            self._reader.close()

    def query(
        self, sql: str, values: Sequence[Any] = ()
    ) -> list[tuple[Any, ...]]:
        """Run one statement, return all rows."""
        with self.told_in_one_line():
            cursor = (
                self.connection.execute(
                    sql.replace("%", "%%").replace("?", "%s"), list(values)
                )
                if values
                else self.connection.execute(sql)
            )
            return cursor.fetchall() if cursor.description else []

    @contextmanager
    def told_in_one_line(self) -> Iterator[None]:
        """An error of the server becomes the program's last line."""
        try:
            yield
        except psycopg.errors.InsufficientPrivilege as problem:
            raise click.ClickException(
                f"{self.name}: {reason(problem)}; grant it to user "
                f"{self.connection.info.user}, or connect as another one"
            ) from None
        except psycopg.Error as problem:
            raise click.ClickException(
                f"{self.name}: {reason(problem)}"
            ) from None

    def relations(self, schema: str) -> list[str]:
        """Names of the tables and views of a schema."""
        rows = self.query(
            "select tablename from pg_catalog.pg_tables where schemaname = ?"
            " union all"
            " select viewname from pg_catalog.pg_views where schemaname = ?"
            " order by 1",
            [schema, schema],
        )
        return [name for (name,) in rows]

    def is_view(self, schema: str, table: str) -> bool:
        """Whether there is a view of this name."""
        return bool(
            self.query(
                "select 1 from pg_catalog.pg_views"
                " where schemaname = ? and viewname = ?",
                [schema, table],
            )
        )

    # Models may keep rows of earlier builds, which can be deleted.
    keeps_rows = True

    def reclaim(self) -> None:
        """Take deleted rows out of the files of our tables too."""
        for schema in (self.schema, f"{self.schema}_intermediate"):
            for name in self.relations(schema):
                self.query(f"vacuum {quoted(schema, name)}")

    def columns(self, schema: str, table: str) -> dict[str, str]:
        """Column name -> type in order; empty when there is no such table."""
        rows = self.query(
            "select attributes.attname,"
            " format_type(attributes.atttypid, attributes.atttypmod)"
            " from pg_catalog.pg_attribute as attributes"
            " inner join pg_catalog.pg_class as classes"
            " on attributes.attrelid = classes.oid"
            " inner join pg_catalog.pg_namespace as namespaces"
            " on classes.relnamespace = namespaces.oid"
            " where lower(namespaces.nspname) = ? and lower(classes.relname) = ?"
            " and classes.relkind in ('r', 'p', 'v', 'm', 'f')"
            " and attributes.attnum > 0 and not attributes.attisdropped"
            " order by attributes.attnum",
            [schema.lower(), table.lower()],
        )
        return {name: loader_type(type_name) for name, type_name in rows}

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All of the block or nothing of it."""
        with self.told_in_one_line(), self.connection.transaction():
            yield

    def create_table(
        self, schema: str, table: str, columns: Mapping[str, str]
    ) -> None:
        """An empty table, in place of any of that name."""
        for name in (schema, table, *columns):
            if len(name.encode()) > LONGEST_NAME:
                raise click.ClickException(
                    f"PostgreSQL cuts names after {LONGEST_NAME} bytes, and "
                    f"'{name}' is longer: rename it in the export"
                )
        listed = ", ".join(
            f"{quoted(name)} {own_type(type_name)}"
            for name, type_name in columns.items()
        )
        if not self.query(
            "select 1 from pg_catalog.pg_namespace where nspname = ?", [schema]
        ):
            self.query(f"create schema if not exists {quoted(schema)}")
        with self.transaction():
            self.drop_table(schema, table)
            self.query(f"create table {quoted(schema, table)} ({listed})")

    def insert(self, schema: str, table: str, select: str) -> int:
        """Add the rows of a select that the reader can run; how many.

        Raises duckdb.Error for what the reader cannot read.
        """
        described = self.reader.execute(f"describe {select}").fetchall()
        names = [row[0] for row in described]
        # Text is what both sides write alike. It cannot hold a character 0.
        listed = ", ".join(
            f"replace(cast({quoted(name)} as varchar), chr(0), '')"
            f" as {quoted(name)}"
            for name in names
        )
        batches = self.reader.sql(
            f"select {listed} from ({select}) as given"
        ).to_arrow_reader(BATCH_ROWS)
        into = ", ".join(quoted(name) for name in names)
        rows = 0
        with self.told_in_one_line(), self.connection.cursor() as cursor:
            with cursor.copy(
                f"copy {quoted(schema, table)} ({into}) from stdin (format csv)"
            ) as copy:
                for batch in read_batches(batches):
                    copy.write(csv_of(batch))
                    rows += batch.num_rows
        return rows

    def drop_table(self, schema: str, table: str) -> None:
        """Remove a table if it is there."""
        self.query(f"drop table if exists {quoted(schema, table)}")

    def replace_table(self, schema: str, table: str, by: str) -> None:
        """Table `by` of the same schema takes the place of `table`.

        Where its columns allow it, `table` stays and gets the rows of `by`: the
        views that read it stay as well.
        """
        with self.transaction():
            present = self.columns(schema, table)
            wanted = self.columns(schema, by)
            if present and all(
                wanted.get(name) == type_name
                for name, type_name in present.items()
            ):
                for name, type_name in wanted.items():
                    if name not in present:
                        self.add_column(schema, table, name, type_name)
                names = ", ".join(quoted(name) for name in wanted)
                self.query(f"truncate {quoted(schema, table)}")
                self.query(
                    f"insert into {quoted(schema, table)} ({names})"
                    f" select {names} from {quoted(schema, by)}"
                )
                self.drop_table(schema, by)
            else:
                self.drop_readers(schema, table)
                self.drop_table(schema, table)
                self.query(
                    f"alter table {quoted(schema, by)} rename to {quoted(table)}"
                )
        self.query(f"analyze {quoted(schema, table)}")

    def append_new_rows(self, schema: str, table: str, by: str) -> int:
        """Add those rows of `by` that `table` lacks, then drop `by`; how many.

        A row that stands twice in `by` and once in `table` is added once: an
        export that repeats rows stays as it was written.
        """
        names = ", ".join(quoted(name) for name in self.columns(schema, by))
        with self.transaction():
            added = self.connection.execute(
                f"insert into {quoted(schema, table)} ({names})"
                f" select {names} from {quoted(schema, by)}"
                f" except all select {names} from {quoted(schema, table)}"
            ).rowcount
            self.drop_table(schema, by)
        self.query(f"analyze {quoted(schema, table)}")
        return added

    def add_column(
        self, schema: str, table: str, column: str, type_name: str
    ) -> None:
        """A further column, null in the rows that are there."""
        self.query(
            f"alter table {quoted(schema, table)}"
            f" add column {quoted(column)} {own_type(type_name)}"
        )

    def change_type(
        self, schema: str, table: str, column: str, type_name: str
    ) -> None:
        """Give a column a wider type; its values are cast."""
        with self.transaction():
            self.drop_readers(schema, table)
            self.query(
                f"alter table {quoted(schema, table)}"
                f" alter column {quoted(column)} type {own_type(type_name)}"
                f" using cast({quoted(column)} as {own_type(type_name)})"
            )

    def drop_readers(self, schema: str, table: str) -> None:
        """Remove the models' views of a table: the next build makes them anew.

        Views of other people are not ours to remove.
        """
        views = self.query(
            "select distinct namespaces.nspname, classes.relname"
            " from pg_catalog.pg_depend as dependencies"
            " inner join pg_catalog.pg_rewrite as rules"
            " on dependencies.objid = rules.oid"
            " inner join pg_catalog.pg_class as classes"
            " on rules.ev_class = classes.oid"
            " inner join pg_catalog.pg_namespace as namespaces"
            " on classes.relnamespace = namespaces.oid"
            " where dependencies.refobjid = to_regclass(?)"
            " order by 1, 2",
            [quoted(schema, table)],
        )
        for view_schema, view in views:
            is_ours = view_schema == self.schema or view_schema.startswith(
                f"{self.schema}_"
            )
            if not is_ours:
                raise click.ClickException(
                    f"The columns of {schema}.{table} change, and the view "
                    f"{view_schema}.{view} reads it: drop that view first"
                )
        for view_schema, view in views:
            self.query(f"drop view if exists {quoted(view_schema, view)} cascade")


def read_batches(batches: pa.RecordBatchReader) -> Iterator[pa.RecordBatch]:
    """The batches; an error of the reader is DuckDB's again."""
    try:
        yield from batches
    except (pa.ArrowException, OSError) as problem:
        raise duckdb.InvalidInputException(str(problem)) from None


def csv_of(batch: pa.RecordBatch) -> bytes:
    """A batch of text columns as CSV: null is empty, '' is in quotes."""
    out = io.BytesIO()
    arrow_csv.write_csv(
        batch, out, arrow_csv.WriteOptions(include_header=False)
    )
    return out.getvalue()


def reason(problem: psycopg.Error) -> str:
    """What went wrong, in one line; a failed connection without its address
    twice."""
    line = first_line(problem)
    head, separator, rest = line.partition("failed: FATAL:")
    if separator:
        return rest.strip()
    return line.removeprefix("connection failed: ")

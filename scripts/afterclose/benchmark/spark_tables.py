"""The tables of Spark inside dbt, read from their files."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import duckdb

from afterclose.sql_text import quoted, text_literal


class SparkTables:
    """The Parquet files below a Spark warehouse, as tables of DuckDB.

    A session of Spark in this program would hold the catalog until the program
    ends, and dbt could not open it.
    """

    def __init__(self, folder: Path, schema: str) -> None:
        self.schema = schema
        self.connection = duckdb.connect()
        self.connection.execute("set timezone = 'UTC'")
        for table in sorted(folder.glob("tables/*.db/*")):
            if not any(table.glob("*.parquet")):
                continue
            name = table.parent.name.removesuffix(".db")
            self.connection.execute(f"create schema if not exists {quoted(name)}")
            self.connection.execute(
                f"create view {quoted(name, table.name)} as select * from"
                f" read_parquet({text_literal(table / '*.parquet')})"
            )

    def query(self, sql: str) -> list[tuple[Any, ...]]:
        """Run one statement, return all rows."""
        return self.connection.execute(sql).fetchall()

    def close(self) -> None:
        """Let go of the files."""
        self.connection.close()

"""The references, each a program of its own, so that its time and memory are
measured as the build's are: python -m afterclose.benchmark.references NAME."""

from __future__ import annotations

import json
from pathlib import Path

import click
import duckdb

from afterclose.venv import PROJECT_DIR
from afterclose.warehouse import quoted, text_literal

HAND_WRITTEN = Path(__file__).with_name("hand_written.sql")
NAMES = ("scan", "hand-written", "pandas")


def connect(database: Path) -> duckdb.DuckDBPyConnection:
    """A connection with the settings that dbt's own has: the defaults."""
    connection = duckdb.connect()
    connection.execute(f"attach {text_literal(database)} as raw (read_only)")
    connection.execute("use raw")
    return connection


def used_columns(manifest: Path) -> dict[tuple[str, str], list[str]]:
    """Raw table -> columns that the models read, from what dbt has parsed."""
    sources = json.loads(manifest.read_text())["sources"].values()
    return {
        (source["schema"], source["identifier"]): list(source["columns"])
        for source in sources
        # The salt and the list of forgotten people are no raw tables.
        if source["source_name"] != "afterclose"
    }


def scan(database: Path, manifest: Path) -> None:
    """Read every raw column that the models read, once."""
    connection = connect(database)
    for (schema, table), columns in used_columns(manifest).items():
        there = dict(
            connection.execute(
                "select column_name, data_type from information_schema.columns"
                " where table_schema = ? and table_name = ?", [schema, table],
            ).fetchall()
        )
        sums = [
            f"sum(length({quoted(column)}))"
            if there[column] == "VARCHAR" else f"count({quoted(column)})"
            for column in columns if column in there
        ]
        connection.execute(
            f"select count(*), {', '.join(sums)} from {quoted(schema, table)}"
        ).fetchall()


def hand_written(database: Path, terms: Path, out: Path) -> None:
    """The five metrics by one script."""
    connection = connect(database)
    connection.execute(f"set variable seeds = {text_literal(PROJECT_DIR / 'seeds')}")
    connection.execute(
        f"create temp table intent_terms as from {text_literal(terms)}"
    )
    connection.execute(HAND_WRITTEN.read_text(encoding="utf-8"))
    connection.execute(f"copy intent_weeks to {text_literal(out)}")


@click.command()
@click.argument("name", type=click.Choice(NAMES))
@click.option("--database", type=click.Path(path_type=Path), required=True)
@click.option("--manifest", type=click.Path(path_type=Path))
@click.option("--terms", type=click.Path(path_type=Path))
@click.option("--out", type=click.Path(path_type=Path))
def main(
    name: str, database: Path, manifest: Path, terms: Path, out: Path
) -> None:
    """Run one reference on a DuckDB file of raw tables."""
    if name == "scan":
        scan(database, manifest)
    elif name == "hand-written":
        hand_written(database, terms, out)
    else:
        from afterclose.benchmark.in_pandas import intent_weeks

        intent_weeks(connect(database), terms).to_parquet(out)


if __name__ == "__main__":
    main()

"""Put in place what a build has learned of intents, as a program of its own.

A session of Spark holds the catalog as long as its program runs, so the benchmark
itself must not begin one.
"""

from __future__ import annotations

from pathlib import Path

import click

from afterclose.warehouse import open_warehouse, target_option, text_literal

TERMS = "int_intent_terms"


@click.command()
@target_option
@click.argument("path", type=click.Path(path_type=Path, exists=True, dir_okay=False))
def main(target: str | None, path: Path) -> None:
    """Make int_intent_terms of a Parquet file; a build finds it and keeps it."""
    select = f"select * from {text_literal(path)}"
    beside = f"{TERMS}__loading"
    with open_warehouse(target) as warehouse:
        schema = f"{warehouse.schema}_intermediate"
        described = warehouse.reader.execute(f"describe {select}").fetchall()
        columns = {name: kind for name, kind, *_ in described}
        warehouse.create_table(schema, beside, columns)
        warehouse.insert(schema, beside, select)
        warehouse.replace_table(schema, TERMS, by=beside)


if __name__ == "__main__":
    main()

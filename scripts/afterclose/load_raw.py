"""Export files -> raw tables, as a loader service would have left them."""

from __future__ import annotations

import json
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click
import duckdb
from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TextColumn,
    TimeElapsedColumn,
)
from rich.table import Table

from afterclose.export_files import (
    ExportError,
    RawTable,
    find_raw_tables,
    safe_names,
)
from afterclose.export_readers import (
    Reading,
    open_reading,
    stored_type,
    unified,
    unreadable,
)
from afterclose.sql_text import quoted
from afterclose.warehouse import Warehouse, open_warehouse, target_option

# A table is built under this ending and takes its place when it is complete.
LOADING = "__loading"


def load_table(
    warehouse: Warehouse, raw_table: RawTable, is_append: bool, scratch: Path
) -> dict[str, Any]:
    """Load one raw table; what happened, as a JSON-able dict.

    The table is untouched until all its files were read. Raises ExportError.
    """
    readings = [
        open_reading(warehouse.reader, file, scratch) for file in raw_table.files
    ]
    columns: dict[str, str | None] = {}
    mappings = []
    for file, reading in zip(raw_table.files, readings):
        mapping = safe_names(reading.columns, str(file.path))
        mappings.append(mapping)
        for original, type_name in reading.columns.items():
            name = mapping[original]
            columns[name] = unified(columns.get(name), type_name)
    if not columns:
        raise ExportError(
            f"{raw_table.files[0].path} has no rows, so no columns are known"
        )
    typed = {name: stored_type(kind) for name, kind in columns.items()}

    schema, building = raw_table.schema, raw_table.table + LOADING
    warehouse.create_table(schema, building, typed)
    try:
        rows = 0
        for file, reading, mapping in zip(raw_table.files, readings, mappings):
            try:
                rows += warehouse.insert(
                    schema, building, select_of(reading, mapping, typed)
                )
            except duckdb.Error as problem:
                raise unreadable(file, problem) from None
        added = finish(warehouse, raw_table, building, typed, is_append)
    finally:
        warehouse.drop_table(schema, building)
    return {
        "schema": schema,
        "table": raw_table.table,
        "files": len(raw_table.files),
        "rows": rows,
        "rows_added": rows if added is None else added,
        "columns": len(typed),
        "renamed": {
            original: safe
            for mapping in mappings
            for original, safe in mapping.items()
            if original != safe
        },
    }


def select_of(
    reading: Reading, mapping: Mapping[str, str], typed: Mapping[str, str]
) -> str:
    """The select that gives a file's rows under their safe names and types."""
    listed = ", ".join(
        f"cast({quoted(original)} as {typed[safe]}) as {quoted(safe)}"
        for original, safe in mapping.items()
    )
    return f"select {listed} from {reading.source}"


def finish(
    warehouse: Warehouse,
    raw_table: RawTable,
    building: str,
    typed: Mapping[str, str],
    is_append: bool,
) -> int | None:
    """Put the finished table in place; rows added, null for a replacement."""
    schema, table = raw_table.schema, raw_table.table
    present = warehouse.columns(schema, table)
    if not (is_append and present):
        warehouse.replace_table(schema, table, by=building)
        return None
    for name, type_name in typed.items():
        if name not in present:
            warehouse.add_column(schema, table, name, type_name)
            continue
        wanted = stored_type(unified(present[name], type_name))
        if wanted != present[name]:
            warehouse.change_type(schema, table, name, wanted)
        if wanted != type_name:
            warehouse.change_type(schema, building, name, wanted)
    for name in present:
        if name not in typed:
            warehouse.add_column(schema, building, name, present[name])
    return warehouse.append_new_rows(schema, table, by=building)


def check_places(warehouse: Warehouse, raw_tables: list[RawTable]) -> None:
    """Raw data must never land on top of what dbt or somebody else builds."""
    for raw_table in raw_tables:
        if raw_table.schema == warehouse.schema or raw_table.schema.startswith(
            f"{warehouse.schema}_"
        ):
            raise ExportError(
                f"The schema {raw_table.schema} belongs to the models; name "
                "another one with --schema"
            )
        if warehouse.is_view(raw_table.schema, raw_table.table):
            raise ExportError(
                f"{raw_table.schema}.{raw_table.table} is a view in "
                f"{warehouse.name}: drop it, or name another schema with --schema"
            )


def results_table(results: list[dict[str, Any]], warehouse_name: str) -> Table:
    """What was loaded, for people."""
    table = Table(title=f"Raw tables in {warehouse_name}", title_justify="left")
    table.add_column("table")
    table.add_column("rows", justify="right")
    table.add_column("new rows", justify="right")
    table.add_column("columns", justify="right")
    table.add_column("renamed columns", overflow="fold")
    for result in results:
        table.add_row(
            f"{result['schema']}.{result['table']}",
            f"{result['rows']:,}",
            f"{result['rows_added']:,}",
            str(result["columns"]),
            ", ".join(f"{old} -> {new}" for old, new in result["renamed"].items()),
        )
    return table


@click.command()
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path))
@target_option
@click.option("--schema", help="Schema for all files, not the folder's name.")
@click.option("--table", help="Table for one file (or its parts).")
@click.option(
    "--append",
    "is_append",
    is_flag=True,
    help="Keep the rows that are there and add those that are new.",
)
@click.option(
    "--json", "is_json", is_flag=True, help="End with one line of JSON."
)
def main(
    folder: Path,
    target: str | None,
    schema: str | None,
    table: str | None,
    is_append: bool,
    is_json: bool,
) -> None:
    """Load the exports below DIR as raw tables.

    DIR/zendesk/ticket.parquet becomes the table zendesk.ticket: the folder is
    the schema, the file the table. Parts go together: ticket/part-0001.parquet
    or ticket.0001.parquet. Parquet, CSV, JSON and JSON lines, text also as .gz.

    Run again and each table is replaced as a whole; with --append only rows
    that are not there yet are added.
    """
    console = Console()
    started = time.monotonic()
    try:
        raw_tables, skipped = find_raw_tables(folder, schema, table)
        if table and len({entry.table for entry in raw_tables}) < len(raw_tables):
            raise ExportError("--table needs the files of one folder")
        with open_warehouse(target) as warehouse:
            # Times inside nested values become text, the same on any machine.
            warehouse.reader.execute("set timezone = 'UTC'")
            check_places(warehouse, raw_tables)
            results = load_all(warehouse, raw_tables, is_append, console)
            name = warehouse.name
    except ExportError as problem:
        raise click.ClickException(str(problem)) from None
    for path in skipped:
        console.print(f"Left out, not a table: {path}", style="dim")
    console.print(results_table(results, name))
    if is_json:
        summary = {
            "target": name,
            "rows": sum(result["rows"] for result in results),
            "rows_added": sum(result["rows_added"] for result in results),
            "seconds": round(time.monotonic() - started, 3),
            "tables": results,
        }
        click.echo(json.dumps(summary, ensure_ascii=False))


def load_all(
    warehouse: Warehouse,
    raw_tables: list[RawTable],
    is_append: bool,
    console: Console,
) -> list[dict[str, Any]]:
    """Load table after table under a progress bar."""
    progress = Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        console=console,
        transient=True,
    )
    results = []
    with progress, tempfile.TemporaryDirectory() as scratch:
        task = progress.add_task("loading", total=len(raw_tables))
        for raw_table in raw_tables:
            progress.update(task, description=raw_table.name)
            results.append(
                load_table(warehouse, raw_table, is_append, Path(scratch))
            )
            progress.advance(task)
    return results

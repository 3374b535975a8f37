"""Learn the intents anew, from what the warehouse holds, outside a build.

The same functions as the Python model int_intent_terms, on the same rows, so
the result is what `dbt build --vars 'refit_intents: true'` would store.
"""

from __future__ import annotations

import hashlib
from typing import Any

import click
import pandas as pd
from rich.console import Console
from rich.table import Table

from afterclose.intent_model import load_model_file, project_var
from afterclose.sql_text import quoted, text_literal
from afterclose.warehouse import Warehouse, open_warehouse, target_option

# Table -> the columns that learning needs of it.
NEEDED = {
    "int_conversations": ("conversation_id", "customer_id", "thread_id"),
    "int_conversation_openings": ("conversation_id", "opening_text"),
    "int_opening_terms": ("conversation_id", "term", "word", "weight"),
    "intent_overrides": ("intent_id", "action"),
}
TABLE = "int_intent_terms"


def read_table(
    warehouse: Warehouse, schema: str, name: str, rows_wanted: str = ""
) -> pd.DataFrame:
    """The columns of NEEDED, of the rows that SQL after the table's name asks for.

    Raises click.ClickException for an absent table.
    """
    if not warehouse.columns(schema, name):
        raise click.ClickException(
            f"{warehouse.name} has no table {schema}.{name}: run dbt build first"
        )
    columns = list(NEEDED[name])
    listed = ", ".join(quoted(column) for column in columns)
    rows = warehouse.query(
        f"select {listed} from {quoted(schema, name)} {rows_wanted}"
    )
    return pd.DataFrame(rows, columns=columns)


def read_sample(
    warehouse: Warehouse, schema: str, size: int
) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """(contacts, openings, terms) of the conversations that are learned from.

    They are those with the least hashes, as sample_conversations of the model
    draws them: a warehouse of millions hands out no more than these.
    """
    contacts = read_table(
        warehouse, schema, "int_conversations",
        "where is_customer_contact"
        f" order by md5(conversation_id), conversation_id limit {size}",
    )
    last = max(
        (
            hashlib.md5(one.encode()).hexdigest()
            for one in contacts["conversation_id"]
        ),
        default="",
    )
    found = []
    for name in ("int_conversation_openings", "int_opening_terms"):
        table = read_table(
            warehouse, schema, name,
            f"where md5(conversation_id) <= {text_literal(last)}",
        )
        # Others than contacts of customers have small hashes, too.
        found.append(
            table[table["conversation_id"].isin(contacts["conversation_id"])]
        )
    return contacts, found[0], found[1]


def read_previous(
    warehouse: Warehouse, schema: str, columns: dict[str, str]
) -> pd.DataFrame:
    """What earlier fits stored, typed; no rows before the first."""
    names = list(columns)
    rows: list[tuple[Any, ...]] = []
    stored = warehouse.columns(schema, TABLE)
    if stored:
        # A table of an older version lacks what it did not know.
        listed = ", ".join(
            quoted(name) if name in stored else f"null as {quoted(name)}"
            for name in names
        )
        rows = warehouse.query(f"select {listed} from {quoted(schema, TABLE)}")
    frame = pd.DataFrame(rows, columns=names, dtype=object)
    for name, kind in columns.items():
        if kind == "int64":
            frame[name] = frame[name].fillna(0)
    return frame.astype(columns)


def store(warehouse: Warehouse, schema: str, rows: pd.DataFrame, table: Any) -> None:
    """Put the learned rows in the place of the old ones, all or none."""
    warehouse.reader.register("learned_rows", table)
    listed = ", ".join(quoted(name) for name in rows.columns)
    building = f"{TABLE}__learned"
    warehouse.create_table(schema, building, warehouse.columns(schema, TABLE))
    warehouse.insert(schema, building, f"select {listed} from learned_rows")
    warehouse.replace_table(schema, TABLE, by=building)


def changes(previous: pd.DataFrame, rows: pd.DataFrame) -> list[tuple]:
    """(what became of it, label, openings before, openings since) per intent.

    Largest first; an intent that retired in an earlier fit is not listed.
    """
    before = previous[previous["retired_at_fit"].isna()]
    before = before.drop_duplicates("intent_id").set_index("intent_id")
    since = rows.drop_duplicates("intent_id").set_index("intent_id")
    found = []
    for intent_id, row in since.iterrows():
        was = intent_id in before.index
        goes_on = pd.isna(row["retired_at_fit"])
        if not was and not goes_on:
            continue
        kind = ("kept" if was else "new") if goes_on else "retired"
        found.append((
            kind, row["intent_label"],
            int(before.at[intent_id, "opening_count"]) if was else 0,
            int(row["opening_count"]) if goes_on else 0,
        ))
    return sorted(found, key=lambda one: (-one[3], -one[2], one[1]))


def show(found: list[tuple], console: Console) -> None:
    """Print what changes, one line per intent."""
    table = Table("intent", "change", title="Intents", title_justify="left")
    table.add_column("openings before", justify="right")
    table.add_column("openings since", justify="right")
    for kind, label, before, since in found:
        table.add_row(label, kind, f"{before:,}", f"{since:,}")
    console.print(table)


@click.command()
@target_option
@click.option(
    "--dry-run",
    is_flag=True,
    help="Only show what would change; nothing is written.",
)
def main(target: str | None, dry_run: bool) -> None:
    """Learn the intents anew from what the warehouse holds.

    Intents that are the same keep id and label; pinned ones (seed
    intent_overrides) stay. Look first with --dry-run; after a fit, `dbt build`
    decides every conversation by what was learned.
    """
    console = Console()
    model = load_model_file()
    with open_warehouse(target, read_only=dry_run) as warehouse:
        schema = f"{warehouse.schema}_intermediate"
        contacts, openings, terms = read_sample(
            warehouse, schema, int(project_var("intent_sample"))
        )
        overrides = read_table(warehouse, schema, "intent_overrides")
        previous = read_previous(warehouse, schema, model.COLUMNS)
        customers = dict(zip(
            contacts["conversation_id"],
            contacts["customer_id"].fillna(contacts["thread_id"]),
            strict=True,
        ))
        rows = model.learn(
            openings,
            terms,
            previous,
            set(overrides.loc[overrides["action"] == "pin", "intent_id"]),
            str(project_var("embedding_model") or ""),
            lambda line: console.print(line, highlight=False),
            customers,
        )
        if rows is previous:
            raise click.ClickException(
                f"{len(openings):,} openings show no intents: at least "
                f"{model.FEWEST_OPENINGS} with words in common are needed"
            )
        show(changes(previous, rows), console)
        if dry_run:
            console.print("Nothing was written.")
            return
        if set(warehouse.columns(schema, TABLE)) != set(rows.columns):
            raise click.ClickException(
                f"{warehouse.name} has no table {schema}.{TABLE} of this version: "
                "run dbt build (on DuckDB with --vars 'refit_intents: true') once"
            )
        store(warehouse, schema, rows, model.to_table(rows))
        console.print("Learned. dbt build decides every conversation by it.")

"""Erase one customer from all of Afterclose's tables, for good.

What Afterclose holds is made of the raw tables, which are the company's own: the
next build would bring the customer back. So the ids by which the customer is
known, as salted hashes, go on a list (the table `forgotten`), and every staging
view leaves out the rows that bear one of them (macros/privacy.sql). Then the
models are built anew, and what no build rebuilds is deleted.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import secrets
import sys
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.table import Table

from afterclose.set_salt import replace_rows
from afterclose.steps import StepFailed, dbt, run, timed
from afterclose.venv import PROJECT_DIR
from afterclose.warehouse import (
    Warehouse,
    open_warehouse,
    quoted,
    target_option,
)

LIST = "forgotten"
KINDS = ("external", "email", "anonymous")
# On Spark built by rows: a row of a message that is gone would stay.
KEPT_BY_MESSAGE = ("int_message_readings", "int_message_scans")
# A shorter key stands inside other words by chance.
SHORTEST_PART = 8
# Types of columns, as load_raw calls them; any other can be read as text.
NUMBER = re.compile(
    r"U?(TINY|SMALL|BIG|HUGE)?INT(EGER)?|FLOAT|DOUBLE|DECIMAL(\(.*\))?"
)
WITHOUT_KEYS = re.compile("BOOLEAN$|DATE$|TIME")
# Keys that a column of numbers can hold, and how columns of ids are called.
DIGITS = re.compile("0|[1-9][0-9]{0,19}")
ID = re.compile("ids?$", re.IGNORECASE)


@dataclass
class Person:
    """What is known of one customer.

    ids     {kind: values}, the kinds as macros/privacy.sql writes them: 'key', or
            '<tool>:ticket', ':chat', ':run', ':session' and ':person'
    counts  {what: how many}, to be shown
    """

    customer_id: str
    ids: dict[str, set[str]] = field(default_factory=dict)
    counts: dict[str, int] = field(default_factory=dict)

    def add(self, kind: str, value: str | None) -> None:
        """Note an id."""
        if value:
            self.ids.setdefault(kind, set()).add(str(value))

    @property
    def searched(self) -> set[str]:
        """The keys to look for everywhere, in small letters."""
        return {
            value.lower()
            for kind, values in self.ids.items()
            if kind == "key" or kind.endswith(":person")
            for value in values
        }


class Tables:
    """The project's schemas in one warehouse."""

    def __init__(self, warehouse: Warehouse) -> None:
        self.warehouse = warehouse
        self.marts = warehouse.schema
        self.staging = f"{warehouse.schema}_staging"
        self.intermediate = f"{warehouse.schema}_intermediate"

    def ask(self, select: str) -> list[tuple[Any, ...]]:
        """Rows of a select in which {int} is the intermediate schema."""
        return self.warehouse.query(select.replace("{int}", self.intermediate))

    def listed(self, values: Iterable[str]) -> str:
        """Values as the inside of an SQL list, which must not be empty."""
        literals = map(self.warehouse.text_literal, sorted(values))
        return ", ".join(literals) or "null"

    def relations(self) -> list[tuple[str, str]]:
        """(schema, name) of every table and view of Afterclose."""
        schemas = (self.marts, self.staging, self.intermediate)
        return [
            (schema, name)
            for schema in schemas
            for name in self.warehouse.relations(schema)
        ]

    def counts(self) -> dict[str, int]:
        """Rows of every table and view."""
        return {
            f"{schema}.{name}": self.warehouse.query(
                f"select count(*) from {quoted(schema, name)}"
            )[0][0]
            for schema, name in self.relations()
        }

    def rows_with(
        self, schema: str, name: str, searched: Iterable[str]
    ) -> int:
        """Rows in which one of the keys stands."""
        conditions = [
            condition
            for column, type_name in self.warehouse.columns(schema, name).items()
            for condition in self.holds(column, type_name, searched)
        ]
        if not conditions:
            return 0
        return self.warehouse.query(
            f"select count(*) from {quoted(schema, name)}"
            f" where {' or '.join(conditions)}"
        )[0][0]

    def holds(
        self, column: str, type_name: str, searched: Iterable[str]
    ) -> Iterator[str]:
        """Conditions that a column holds one of the keys; short ones: that it is
        it. A short number says whom it means in columns of ids alone."""
        if WITHOUT_KEYS.match(type_name):
            return
        is_number = bool(NUMBER.fullmatch(type_name))
        text = f"lower(cast({quoted(column)} as {self.warehouse.text_type}))"
        for key in sorted(searched):
            is_long = len(key) >= SHORTEST_PART
            literal = self.warehouse.text_literal(key)
            if is_number:
                if DIGITS.fullmatch(key) and (is_long or ID.search(column)):
                    yield f"{quoted(column)} = {key}"
            elif is_long or "@" in key:
                yield f"position({literal} in {text}) > 0"
            else:
                yield f"{text} = {literal}"


def salted(salt: str, text: str) -> str:
    """The hash that macros/privacy.sql makes."""
    inner = hashlib.sha256((salt + text).encode()).hexdigest()
    return hashlib.sha256((salt + inner).encode()).hexdigest()


def key_value(key: str) -> str:
    """A key as the macro customer_key_value folds it."""
    return re.sub(r"^\$device:", "", key.strip().lower())


# ---------------------------------------------------------------------- finding


def find_customer(tables: Tables, key: str) -> str | None:
    """The customer_id behind a key or a mart's hash; None when nobody has it.

    Raises click.ClickException when it belongs to several.
    """
    if re.fullmatch("[0-9a-f]{64}", key.strip()):
        ((salt,),) = tables.ask("select salt from {int}.customer_salt")
        return next(
            (
                customer_id
                for (customer_id,) in tables.ask(
                    "select distinct customer_id from {int}.int_customers"
                )
                if salted(salt, customer_id) == key.strip()
            ),
            None,
        )
    wanted = tables.warehouse.text_literal(key_value(key))
    found = tables.ask(
        "select distinct customers.customer_id, customers.customer_key"
        " from {int}.int_customers as customers"
        " inner join {int}.int_known_customer_keys as keys"
        " on customers.source_name = keys.source_name"
        " and customers.customer_key = keys.customer_key"
        f" where keys.key_value = {wanted} or keys.customer_key = {wanted}"
        " order by 1, 2"
    )
    customers = {customer_id for customer_id, _ in found}
    if len(customers) > 1:
        raise click.ClickException(
            f"'{key}' belongs to {len(customers)} customers. Name one of them by a "
            "key of its own: " + ", ".join(sorted({one for _, one in found}))
        )
    return customers.pop() if customers else None


def describe(tables: Tables, customer_id: str) -> Person:
    """All ids under which raw rows of the customer can stand."""
    person = Person(customer_id)
    own = tables.warehouse.text_literal(customer_id)
    for source_name, key in tables.ask(
        "select source_name, customer_key from {int}.int_customers"
        f" where customer_id = {own}"
    ):
        kind, _, value = key.partition(":")
        person.add("key" if kind in KINDS else f"{source_name}:person", value)

    threads = (
        "select conversations.ticket_id, conversations.trace_session_id"
        " from {int}.int_conversations as conversations"
        f" where conversations.customer_id = {own}"
    )
    tickets = tables.ask(
        "select source_name, ticket_id, source_ticket_id, requester_id"
        " from {int}.int_tickets where ticket_id in (select ticket_id from"
        f" {{int}}.int_ticket_customers where customer_id = {own})"
        f" or ticket_id in (select ticket_id from ({threads}) as threads)"
    )
    for source_name, _, ticket, requester in tickets:
        person.add(f"{source_name}:ticket", ticket)
        person.add(f"{source_name}:person", requester)
    ticket_ids = tables.listed(row[1] for row in tickets)

    sessions = tables.ask(
        "select trace_session_id from {int}.int_trace_sessions"
        " where trace_session_id in (select trace_session_id from"
        f" {{int}}.int_trace_session_customers where customer_id = {own})"
        " or trace_session_id in (select trace_session_id from"
        f" ({threads}) as threads)"
        " or trace_session_id in (select trace_session_id from"
        " {int}.int_sessions_linked_to_tickets"
        f" where ticket_id in ({ticket_ids}))"
    )
    session_ids = tables.listed(row[0] for row in sessions)
    runs = tables.ask(
        "select distinct placed.source_name, placed.own_session_id,"
        " placed.run_id, steps.step_id"
        " from {int}.int_agent_placed_runs as placed"
        " inner join {int}.int_agent_steps as steps"
        " on placed.source_name = steps.source_name"
        " and placed.run_id = steps.run_id"
        f" where placed.trace_session_id in ({session_ids})"
    )
    for source_name, session, run_id, step_id in runs:
        person.add(f"{source_name}:session", session)
        person.add(f"{source_name}:run", run_id)
        person.add(f"{source_name}:run", step_id)
    find_chats(tables, person)
    find_amplitude_ids(tables, person)

    def count(select: str) -> int:
        return tables.ask(f"select count(*) from {{int}}.{select}")[0][0]

    person.counts = {
        "keys": len(person.searched),
        "tickets": len(tickets),
        "sessions of the agent": len(sessions),
        "conversations": count(
            f"int_conversations where customer_id = {own}"
        ),
        "messages": count(
            f"int_messages where ticket_id in ({ticket_ids})"
            f" or trace_session_id in ({session_ids})"
        ),
        "product events": count(
            f"int_product_event_customers where customer_id = {own}"
        ),
    }
    return person


def find_chats(tables: Tables, person: Person) -> None:
    """A chat's messages name the chat alone, and another row its ticket."""
    for name in tables.warehouse.relations(tables.staging):
        tool = name.removeprefix("stg_").partition("__")[0]
        columns = tables.warehouse.columns(tables.staging, name)
        if {"chat_id", "ticket_id"} <= columns.keys():
            tickets = tables.listed(person.ids.get(f"{tool}:ticket", ()))
            for (chat,) in tables.warehouse.query(
                f"select distinct chat_id from {quoted(tables.staging, name)}"
                f" where ticket_id in ({tickets})"
            ):
                person.add(f"{tool}:chat", chat)


def find_amplitude_ids(tables: Tables, person: Person) -> None:
    """Amplitude numbers people itself, and some events bear that number alone."""
    keys = tables.listed(person.ids.get("key", ()))
    for name in tables.warehouse.relations(tables.staging):
        if not name.startswith("stg_amplitude__events"):
            continue
        for numbers in tables.warehouse.query(
            "select distinct amplitude_id, merged_amplitude_id"
            f" from {quoted(tables.staging, name)}"
            f" where lower(customer_external_id) in ({keys})"
            f" or customer_email in ({keys}) or lower(device_id) in ({keys})"
        ):
            for number in numbers:
                person.add("amplitude:person", number)


# --------------------------------------------------------------------- erasing


def read_list(tables: Tables) -> tuple[str, set[str]]:
    """The list's own salt, '' before anybody was forgotten, and its hashes."""
    if not tables.warehouse.columns(tables.intermediate, LIST):
        return "", set()
    rows = tables.ask(f"select kind, value from {{int}}.{LIST}")
    return (
        next((value for kind, value in rows if kind == "salt"), ""),
        {value for kind, value in rows if kind == "id"},
    )


def put_on_list(tables: Tables, person: Person) -> None:
    """Let every later build leave the customer out."""
    salt, hashes = read_list(tables)
    salt = salt or secrets.token_hex(32)
    hashes |= {
        salted(salt, f"{kind}|{value}")
        for kind, values in person.ids.items()
        for value in values
    }
    replace_rows(
        tables.warehouse, tables.intermediate, LIST, ("kind", "value"),
        [("salt", salt), *(("id", one) for one in sorted(hashes))],
    )


def is_on_list(tables: Tables, key: str) -> bool:
    """Whether somebody with this key was forgotten before."""
    salt, hashes = read_list(tables)
    return bool(salt) and salted(salt, f"key|{key_value(key)}") in hashes


def delete_leftovers(tables: Tables, person: Person) -> None:
    """What no build takes away: rows kept by message, and a seed's."""
    warehouse = tables.warehouse
    if not warehouse.keeps_rows:
        return
    for name in KEPT_BY_MESSAGE:
        warehouse.query(
            f"delete from {quoted(tables.intermediate, name)}"
            " where message_id not in (select message_id from"
            f" {quoted(tables.intermediate, 'int_messages')})"
        )
    # Learned terms are those of several customers; one that only this one still
    # used (others' rows may be gone since) says nothing any more.
    warehouse.query(
        f"delete from {quoted(tables.intermediate, 'int_intent_terms')}"
        " where term not in (select term from"
        f" {quoted(tables.intermediate, 'int_opening_terms')})"
    )
    keys = tables.listed(person.searched)
    warehouse.query(
        f"delete from {quoted(tables.intermediate, 'customer_crosswalk')}"
        f" where lower(trim(key_value)) in ({keys})"
        f" or lower(trim(customer_id)) in ({keys})"
    )
    warehouse.reclaim()


# --------------------------------------------------------------------- showing


def raw_tables(target_path: Path) -> list[tuple[str, str]]:
    """(schema, table) of every raw table that the enabled tools read."""
    manifest = json.loads((target_path / "manifest.json").read_text("utf-8"))
    return sorted(
        (source["schema"], source["identifier"])
        for source in manifest["sources"].values()
        if source["source_name"] != "afterclose"
    )


def seed_lines(searched: set[str]) -> list[str]:
    """file:line of every line of a seed that names the customer."""
    found = []
    for path in sorted((PROJECT_DIR / "seeds").glob("*.csv")):
        for number, line in enumerate(
            path.read_text(encoding="utf-8").lower().splitlines(), 1
        ):
            cells = {cell.strip(' "') for cell in line.split(",")}
            if cells & searched:
                found.append(f"seeds/{path.name}:{number}")
    return found


def show(title: str, counts: Mapping[str, int], console: Console) -> None:
    """A table of names and numbers."""
    table = Table(title=title, title_justify="left")
    table.add_column("table" if "." in "".join(counts) else "of the customer")
    table.add_column("rows", justify="right")
    for name, count in counts.items():
        table.add_row(name, f"{count:,}")
    console.print(table)


def erase(
    person: Person, target: str | None, variables: str | None, console: Console
) -> dict[str, Any]:
    """Put the customer on the list, build anew, delete the rest; what was done."""
    with open_warehouse(target) as warehouse:
        tables = Tables(warehouse)
        before = tables.counts()
        put_on_list(tables, person)
    command = dbt("run")
    command += ["--target", target] if target else []
    command += ["--vars", variables] if variables else []
    with timed(console, "Build without the customer"):
        run(command, console=console, title="Build without the customer")
    target_path = Path(os.environ.get("DBT_TARGET_PATH") or PROJECT_DIR / "target")
    with open_warehouse(target) as warehouse:
        tables = Tables(warehouse)
        delete_leftovers(tables, person)
        after = tables.counts()
        with timed(console, "Search every table"):
            left = {
                f"{schema}.{name}": tables.rows_with(schema, name, person.searched)
                for schema, name in tables.relations()
            }
            raw = {
                f"{schema}.{name}": tables.rows_with(schema, name, person.searched)
                for schema, name in raw_tables(target_path)
            }
    own_list = f"{tables.intermediate}.{LIST}"
    return {
        "found": person.counts,
        "removed": {
            name: count - after.get(name, 0)
            for name, count in before.items()
            if count > after.get(name, 0) and name != own_list
        },
        "left": {name: count for name, count in left.items() if count},
        "raw": {name: count for name, count in raw.items() if count},
        "seeds": seed_lines(person.searched),
    }


def report(done: Mapping[str, Any], console: Console) -> None:
    """What was removed, and what is left to others."""
    show("Removed", done["removed"], console)
    if done["raw"]:
        show(
            "Raw tables that still name the customer. Afterclose does not read these "
            "rows any more; erasing them is up to you and your loader",
            done["raw"], console,
        )
    for line in done["seeds"]:
        console.print(f"Take the customer out of {line}", highlight=False)


@click.command()
@click.argument("key")
@target_option
@click.option(
    "--vars", "variables", metavar="YAML",
    help="Vars for the build, if yours are not in dbt_project.yml.",
)
@click.option("--dry-run", is_flag=True, help="Only show what is known.")
@click.option("--yes", is_flag=True, help="Do not ask before erasing.")
@click.option("--json", "as_json", is_flag=True, help="The result as JSON.")
def main(
    key: str, target: str | None, variables: str | None, dry_run: bool,
    yes: bool, as_json: bool,
) -> None:
    """Erase one customer from all of Afterclose's tables, for good.

    KEY is an e-mail address, an external id, a device id, a help desk's own id
    ('zendesk:4711') or a hashed id of the marts; '-' reads it from standard input,
    which keeps it out of the shell's history.

    The customer stays forgotten in later builds, even where raw tables still hold
    the rows or get them again. Raw tables are left alone; the last lines name
    those that still hold a key of the customer.
    """
    console = Console(stderr=as_json)
    if key == "-":
        key = sys.stdin.readline().strip()
    with open_warehouse(target, read_only=True) as warehouse:
        tables = Tables(warehouse)
        if not warehouse.columns(tables.intermediate, "int_customers"):
            raise click.ClickException(
                f"{warehouse.name} holds no customers yet: run dbt build first"
            )
        customer_id = find_customer(tables, key)
        if customer_id is not None:
            person = describe(tables, customer_id)
            if not person.ids:
                raise click.ClickException(
                    "No id of this customer is known, so that no build could leave "
                    "the customer out: run dbt build, then forget_customer again"
                )
        elif is_on_list(tables, key):
            # A build may have failed the last time: what it left is found again.
            console.print("This customer was forgotten before.")
            person = Person("", {"key": {key_value(key)}})
        else:
            raise click.ClickException(
                "No customer has this key. It may be an e-mail address, an external "
                "id, a device id, 'zendesk:4711' or a mart's customer_id"
            )
    if not as_json:
        show("Known", person.counts, console)
    if dry_run:
        console.print("Nothing was written.")
        if as_json:
            click.echo(json.dumps({"found": person.counts}))
        return
    if not yes:
        click.confirm("Erase this customer?", abort=True, err=as_json)
    try:
        done = erase(person, target, variables, console)
    except StepFailed as problem:
        click.echo(
            f"\n{problem}\n\nThe customer is on the list of forgotten ones, but the "
            "tables are not built anew yet: mend this and run forget_customer again",
            err=True,
        )
        raise SystemExit(1) from None
    if as_json:
        click.echo(json.dumps(done))
    else:
        report(done, console)
    if done["left"]:
        raise click.ClickException(
            "These tables still hold a key of the customer: "
            + ", ".join(done["left"])
        )

"""Put one customer of a built world on the list, and look for them afterwards."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import duckdb
from marts import MARTS, Project, succeed

from afterclose.forget_customer import Person, Tables, describe, put_on_list
from afterclose.warehouse import DuckDB

STAGING = f"{MARTS}_staging"
INTERMEDIATE = f"{MARTS}_intermediate"
EVERYWHERE = (MARTS, STAGING, INTERMEDIATE)
# Tables beside the models: what a staging view has seen of its raw table.
SEEN_ROWS = "raw_rows_of__"
# Words of the team, not of a customer; a tag may name a session.
NOBODYS = ("stg_intercom__tags",)
# Ids that a customer's next ticket or chat has anew.
RENEWED = ("ticket", "chat", "session", "run")
# A piece of a message; signs that JSON would write otherwise end it.
PIECE = re.compile(r"[ !#-%(-;=?-[\]-~]{40,}")


def left_of_somebody(
    project: Project, variables: Mapping[str, Any], everywhere: bool = False
) -> dict[str, tuple]:
    """Forget a customer, let them come back, build: who still knows them?

    Table or view -> (the text that it holds, the row). Models are made of staging
    views alone, and those follow the list at once: building all tables anew
    would take longer than the rest of the test and find the same. What staging
    keeps of raw rows follows with the next build.
    """
    with open_tables(project) as tables:
        person = somebody(tables)
        searched = looked_for(tables, person)
        raw = [
            schema for (schema,) in tables.warehouse.query(
                "select distinct table_schema from information_schema.tables"
            ) if schema not in EVERYWHERE
        ]
    schemas = EVERYWHERE if everywhere else (STAGING, f"{INTERMEDIATE}.{SEEN_ROWS}")
    before = holding(project, searched, schemas)
    assert len(before) >= 6, "nothing to forget"
    with open_tables(project) as tables:
        put_on_list(tables, person)
    assert deliver_again(project, person, raw) >= 10, "they did not come back"
    views = [name.partition(SEEN_ROWS)[2] for name in before if SEEN_ROWS in name]
    selected = () if everywhere else ("--select", "int_data_edges", *views)
    succeed(project.dbt("run", *selected, variables=variables))
    return holding(project, searched, schemas)


@contextmanager
def open_tables(project: Project) -> Iterator[Tables]:
    """The warehouse as forget_customer sees it."""
    warehouse = DuckDB({"path": str(project.path), "schema": MARTS})
    try:
        yield Tables(warehouse)
    finally:
        warehouse.close()


def somebody(tables: Tables) -> Person:
    """The customer with most conversations of those who did all there is to do."""
    ((customer_id,),) = tables.ask(
        "select conversations.customer_id"
        " from {int}.int_conversations as conversations"
        " where conversations.customer_id in (select events.customer_id"
        " from {int}.int_product_event_customers as events)"
        " group by 1 having count(conversations.ticket_id) > 0"
        " and count(conversations.trace_session_id) > 0"
        " order by count(*) desc, 1 limit 1"
    )
    return describe(tables, customer_id)


def looked_for(tables: Tables, person: Person) -> set[str]:
    """Keys, ids and pieces of messages that are this customer's alone, in small
    letters."""
    bodies = tables.ask(
        "select messages.body, conversations.customer_id"
        " from {int}.int_messages as messages"
        " left join {int}.int_message_conversations as placed"
        " on messages.message_id = placed.message_id"
        " left join {int}.int_conversations as conversations"
        " on placed.conversation_id = conversations.conversation_id"
        " where messages.body is not null"
    )
    others = "\n".join(
        body for body, customer_id in bodies if customer_id != person.customer_id
    )
    pieces = {
        piece
        for body, customer_id in bodies if customer_id == person.customer_id
        for piece in PIECE.findall(body) if piece not in others
    }
    assert pieces, "no message is only theirs"
    ids = {
        value
        for kind, values in person.ids.items()
        for value in values if kind == "key" or len(value) >= 8
    }
    return {one.lower() for one in ids | pieces}


def holding(
    project: Project, searched: Iterable[str], schemas: Iterable[str]
) -> dict[str, tuple]:
    """Table or view -> (text, row) of the first row that holds one of the texts.

    A schema may be followed by a point and how names of its tables begin.
    """
    found = {}
    with duckdb.connect(str(project.path)) as connection:
        connection.execute("create temp table searched (one varchar)")
        connection.executemany(
            "insert into searched values (?)", [(one,) for one in sorted(searched)]
        )
        for schema, _, start in (one.partition(".") for one in schemas):
            for name in names(connection, schema):
                if name in NOBODYS or not name.startswith(start):
                    continue
                row = connection.execute(
                    "select one, whole from (select"
                    " lower(cast(row_of as varchar)) as whole"
                    f' from {schema}."{name}" as row_of) inner join searched'
                    " on contains(whole, one) limit 1"
                ).fetchone()
                if row:
                    found[f"{schema}.{name}"] = row
    return found


def names(connection: duckdb.DuckDBPyConnection, schema: str) -> list[str]:
    """The tables and views of a schema."""
    return [
        name for (name,) in connection.execute(
            "select table_name from information_schema.tables"
            " where table_schema = ? order by 1", [schema],
        ).fetchall()
    ]


def deliver_again(
    project: Project, person: Person, schemas: Iterable[str]
) -> int:
    """The raw rows once more, as of new tickets, chats, sessions and runs; how
    many there are."""
    delivered = 0
    renewed = {
        value: value + "77"
        for kind, values in person.ids.items()
        if kind.partition(":")[2] in RENEWED
        for value in values
    }
    longest_first = sorted(map(re.escape, renewed), key=len, reverse=True)
    old = re.compile(rf"(?<![0-9A-Za-z])({'|'.join(longest_first)})(?![0-9A-Za-z])")
    with duckdb.connect(str(project.path)) as connection:
        for schema in schemas:
            for name in names(connection, schema):
                table = f'{schema}."{name}"'
                rows = connection.execute(
                    f"select columns(*)::varchar from {table}"
                ).fetchall()
                new_rows = [
                    new for row in rows
                    if (new := tuple(
                        cell and old.sub(lambda hit: hit[0] + "77", cell)
                        for cell in row
                    )) != row
                ]
                delivered += len(new_rows)
                if new_rows:
                    marks = ", ".join("?" * len(new_rows[0]))
                    connection.executemany(
                        f"insert into {table} values ({marks})", new_rows
                    )
    return delivered

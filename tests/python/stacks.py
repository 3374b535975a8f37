"""Marts of different stacks in one spelling, so that they can be compared.

What happened does not depend on who recorded it. What a tool calls it does:
ids begin with the tool's name, and every tool numbers its messages its own
way. Here ids lose the name, a message is who wrote it and when, a customer is
the first of their conversations.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import duckdb
from marts import MARTS, PROJECT_DIR

# Together they hold every tool and every layout; the last three hold two tools
# of one kind, which must not count twice.
STACKS = [
    "langfuse:legacy,zendesk:fivetran,mixpanel:fivetran",
    "langfuse:v2,zendesk:airbyte,mixpanel:airbyte",
    "langsmith,intercom:fivetran,amplitude:fivetran",
    "braintrust,intercom:airbyte,amplitude:airbyte",
    "opentelemetry:clickhouse,freshdesk:airbyte,warehouse_events:segment",
    "opentelemetry:otlp,freshdesk:api,warehouse_events:rudderstack",
    "datadog:sdk,zendesk:fivetran,warehouse_events:snowplow",
    "datadog:export_api,zendesk:airbyte,warehouse_events:generic",
    "langsmith,freshdesk:airbyte,mixpanel:airbyte",
    "braintrust,langfuse:legacy,zendesk:fivetran,mixpanel:fivetran",
    "opentelemetry:clickhouse,datadog:sdk,freshdesk:airbyte,warehouse_events:segment",
    "langfuse:v2,zendesk:fivetran,mixpanel:fivetran,warehouse_events:segment",
]
# Few that hold every tool; the last two have two trace stores.
EVERY_TOOL = [STACKS[number] for number in (0, 2, 9, 10)]

# Mart -> what names a row; metric_values has a row per metric instead of a
# column, so its metrics are compared as columns are elsewhere.
KEYS = {
    "conversations": ("conversation_id",),
    "recontacts": ("recontact_id",),
    "escalations": ("conversation_id",),
    "instructions": ("instruction_id",),
    "metric_values": ("intent_id", "week_start_date"),
}
TOOL = r"[a-z_]+"
ID_PREFIX = re.compile(rf"(^|>){TOOL}:")
# A tool name in the first column opens a row of the README's table of limits.
LIMIT = re.compile(r"^\| `(\w+)` \| `(\w+)` \| `(\w+)` \| .+ \|$", re.MULTILINE)

Cells = dict[tuple, dict[str, Any]]


def tools_of(stack: str) -> list[str]:
    """The tools of a stack, without their layouts."""
    return [entry.partition(":")[0] for entry in stack.split(",")]


def documented_limits() -> dict[str, set[tuple[str, str]]]:
    """Tool -> the (mart, column) that it cannot fill, as the README says."""
    found: dict[str, set[tuple[str, str]]] = {}
    text = (PROJECT_DIR / "README.md").read_text(encoding="utf-8")
    for tool, mart, column in LIMIT.findall(text):
        found.setdefault(tool, set()).add((mart, column))
    return found


def read_marts(path: Path) -> dict[str, Cells]:
    """Mart -> row key -> column -> value, for the marts in KEYS."""
    with duckdb.connect() as connection:
        connection.execute(f"attach '{path}' as warehouse (read_only)")
        messages = {
            message_id: f"{author_role} at {sent_at}"
            for message_id, author_role, sent_at in connection.execute(
                "select message_id, author_role, sent_at from"
                f" warehouse.{MARTS}_intermediate.int_conversation_messages"
            ).fetchall()
        }
        tables = {}
        for mart in KEYS:
            result = connection.execute(f"select * from warehouse.{MARTS}.{mart}")
            columns = [column[0] for column in result.description]
            tables[mart] = [
                dict(zip(columns, row, strict=True))
                for row in result.fetchall()
            ]
    plain = {
        mart: [plain_row(row, messages) for row in rows]
        for mart, rows in tables.items()
    }
    name_customers(plain["conversations"])
    return {mart: by_key(mart, rows) for mart, rows in plain.items()}


def plain_row(
    row: dict[str, Any], messages: dict[str, str]
) -> dict[str, Any]:
    """A row without tools' names and tools' own numbers."""
    plain = {}
    for column, value in row.items():
        if column.endswith("message_id"):
            value = messages.get(value, value)
        elif column == "source_name":
            value = None
        elif column.endswith("_id") and isinstance(value, str):
            value = ID_PREFIX.sub(r"\1", value)
        plain[column] = value
    return plain


def name_customers(conversations: list[dict[str, Any]]) -> None:
    """Call each customer by the first of their conversations, in place."""
    first: dict[str, str] = {}
    for row in sorted(conversations, key=lambda row: row["conversation_id"]):
        if row["customer_id"]:
            first.setdefault(row["customer_id"], row["conversation_id"])
    for row in conversations:
        row["customer_id"] = first.get(row["customer_id"])


def by_key(mart: str, rows: Iterable[dict[str, Any]]) -> Cells:
    """Rows by their key. A metric becomes the columns of its week."""
    found: Cells = {}
    for row in rows:
        key = tuple(row[column] for column in KEYS[mart])
        if mart == "metric_values":
            values = {
                column: value for column, value in row.items()
                if column not in ("metric_value_id", "metric_name")
            }
            found.setdefault(key, {})[row["metric_name"]] = values
        else:
            found[key] = row
    return found


def differing_cells(
    first: dict[str, Cells], second: dict[str, Cells]
) -> dict[tuple[str, str], list[tuple]]:
    """(mart, column) -> (key, value, other value) of each differing cell.

    A row that only one side has differs in the column `row`.
    """
    found: dict[tuple[str, str], list[tuple]] = {}
    for mart in KEYS:
        here, there = first[mart], second[mart]
        for key in here.keys() ^ there.keys():
            found.setdefault((mart, "row"), []).append(
                (key, key in here, key in there)
            )
        for key in here.keys() & there.keys():
            columns = here[key].keys() | there[key].keys()
            for column in columns:
                one, other = here[key].get(column), there[key].get(column)
                if one != other:
                    found.setdefault((mart, column), []).append(
                        (key, one, other)
                    )
    return found

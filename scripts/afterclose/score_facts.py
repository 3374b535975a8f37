"""What was true in a simulated world against what a build says, fact by fact.

Everything that was true is `expected`, everything the models say is `found`;
precision = right / found, recall = right / expected. Conversations are matched
by what they are: the ticket (or the session, without a ticket) and their number
in it.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Hashable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import click
import duckdb

from afterclose.sql_text import quoted, text_literal
from afterclose.warehouse import Warehouse

Row = dict[str, Any]
WINDOWS = (24, 72, 168)

# The models may name a reason more closely than the world does.
SAME_REASON = {"no_customer_message": "not_customer_started"}
SAME_OUTCOME = {"presumed": "other", "ambiguous": "other"}


@dataclass
class Fact:
    """One thing that was true and that the models should have found.

    Keys are hashable; their first part is the conversation, where there is one.
    What is in `ignored` is neither right nor wrong.
    """

    name: str
    expected: set[Hashable]
    found: set[Hashable]
    ignored: set[Hashable] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.expected = self.expected - self.ignored
        self.found = self.found - self.ignored

    @property
    def right(self) -> int:
        """How many keys are in both."""
        return len(self.expected & self.found)

    def summary(self) -> dict[str, Any]:
        """Counts, precision and recall; a rate over nothing is null."""
        return {
            "expected": len(self.expected),
            "found": len(self.found),
            "right": self.right,
            "precision": ratio(self.right, len(self.found)),
            "recall": ratio(self.right, len(self.expected)),
        }

    def misses(self) -> list[dict[str, Any]]:
        """One row per key that is wrong, the missing and the surplus side of
        one conversation's value in the same row."""
        missing = {split_key(key): key for key in self.expected - self.found}
        surplus = {split_key(key): key for key in self.found - self.expected}
        rows = []
        for name in sorted({*missing, *surplus}, key=str):
            rows.append(
                {
                    "fact": self.name,
                    "conversation": name[0],
                    "expected": told(missing.get(name), name),
                    "found": told(surplus.get(name), name),
                }
            )
        return rows


@dataclass(frozen=True)
class Valued:
    """A key that carries a value: it is right when id and value agree."""

    key: tuple[Hashable, ...]
    value: Hashable


def split_key(key: Hashable) -> tuple[Hashable, ...]:
    """What a key is about, without its value."""
    if isinstance(key, Valued):
        return key.key
    return key if isinstance(key, tuple) else (key,)


def told(key: Hashable, name: tuple[Hashable, ...]) -> str:
    """A side of a miss in words."""
    if key is None:
        return "-"
    if isinstance(key, Valued):
        return str(key.value)
    return " ".join(str(part) for part in name[1:]) or "yes"


def ratio(part: float, whole: float) -> float | None:
    """part / whole to six places, null over nothing."""
    return round(part / whole, 6) if whole else None


# ---------------------------------------------------------------------- input


def raw_id(identifier: str | None) -> str | None:
    """An id as the tool writes it: `zendesk:123` -> `123`."""
    if identifier is None:
        return None
    return str(identifier).split(":", 1)[-1]


class Truth:
    """The tables below DIR/truth, as lists of dicts."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder / "truth"
        if not self.folder.is_dir():
            raise click.ClickException(
                f"{folder} has no truth folder: name the folder that "
                "./scripts/simulate wrote"
            )
        self.conversations = self.read("conversations")
        for row in self.conversations:
            row["key"] = conversation_key(
                row["ticket_id"], row["session_id"], row["conversation_number"]
            )
        self.by_id = {
            row["truth_conversation_id"]: row for row in self.conversations
        }
        self.by_key = {row["key"]: row for row in self.conversations}

    def read(self, table: str, is_optional: bool = False) -> list[Row]:
        """All rows of one truth table."""
        files = sorted(self.folder.glob(f"{table}*.parquet"))
        files += sorted(self.folder.glob(f"{table}/*.parquet"))
        if not files and is_optional:
            return []
        if not files:
            raise click.ClickException(f"{self.folder} has no {table}.parquet")
        listed = ", ".join(text_literal(path) for path in files)
        connection = duckdb.connect()
        # Times are UTC in the files; the reader's zone must not move them.
        connection.execute("set timezone = 'UTC'")
        return as_rows(
            connection.execute(f"select * from read_parquet([{listed}])")
        )


def conversation_key(
    ticket_id: str | None, session_id: str | None, number: int
) -> str:
    """ticket 123 #1, or session abc #1 where there is no ticket."""
    place = f"ticket {ticket_id}" if ticket_id else f"session {session_id}"
    return f"{place} #{number}"


def as_rows(cursor: Any) -> list[Row]:
    """The rows of a cursor as dicts, times without a zone in UTC."""
    names = [column[0] for column in cursor.description]
    return [
        {name: plain(value) for name, value in zip(names, row)}
        for row in cursor.fetchall()
    ]


def plain(value: Any) -> Any:
    """A value that compares: times lose their (UTC) zone."""
    if getattr(value, "tzinfo", None) is not None:
        return value.replace(tzinfo=None)
    return value


class Build:
    """The marts and the few intermediate models the score needs."""

    def __init__(self, warehouse: Warehouse) -> None:
        self.warehouse = warehouse
        warehouse.query("set timezone = 'UTC'")
        self.conversations = self.read("conversations")
        for row in self.conversations:
            row["key"] = conversation_key(
                raw_id(row["ticket_id"]),
                # A session that a later number of the thread belongs to is
                # still the one the thread is named after.
                raw_id(row["thread_id"]),
                row["conversation_number"],
            )
        self.by_id = {row["conversation_id"]: row for row in self.conversations}

    def read(
        self, model: str, layer: str | None = None, where: str = "1 = 1"
    ) -> list[Row]:
        """All rows of one model of the marts or of another layer."""
        base = self.warehouse.schema
        schema = f"{base}_{layer}" if layer else base
        columns = list(self.warehouse.columns(schema, model))
        if not columns:
            raise click.ClickException(
                f"{self.warehouse.name} has no {schema}.{model}: run dbt build "
                "first"
            )
        rows = self.warehouse.query(
            f"select * from {quoted(schema, model)} where {where}"
        )
        return [
            {name: plain(value) for name, value in zip(columns, row)}
            for row in rows
        ]

    def key_of(self, conversation_id: str) -> str:
        """The key of a conversation of this build."""
        row = self.by_id.get(conversation_id)
        return row["key"] if row else f"unknown {conversation_id}"


# ---------------------------------------------------------------------- facts


def where(rows: Iterable[Row], test: Callable[[Row], Any]) -> set[Hashable]:
    """The keys of the rows that pass."""
    return {row["key"] for row in rows if test(row)}


def values(
    rows: Iterable[Row],
    column: str,
    names: Mapping[str, str] | None = None,
    among: set[Hashable] | None = None,
) -> set[Hashable]:
    """One key with its value per row that has one."""
    names = names or {}
    return {
        Valued((row["key"],), names.get(row[column], row[column]))
        for row in rows
        if row[column] is not None and (among is None or row["key"] in among)
    }


def conversation_facts(truth: Truth, build: Build) -> list[Fact]:
    """What one row of the mart says about its conversation."""
    told_rows, rows = truth.conversations, build.conversations
    both = {row["key"] for row in told_rows} & {row["key"] for row in rows}
    return [
        Fact(
            "conversations",
            where(told_rows, lambda row: True),
            where(rows, lambda row: True),
        ),
        Fact(
            "opened_at",
            values(told_rows, "opened_at", among=both),
            values(rows, "opened_at", among=both),
        ),
        Fact(
            "resolved_at",
            values(told_rows, "resolved_at", among=both),
            values(rows, "resolved_at", among=both),
        ),
        Fact(
            "eligible",
            where(told_rows, lambda row: row["is_eligible"]),
            where(rows, lambda row: row["is_eligible"]),
        ),
        Fact(
            "exclusion_reason",
            values(told_rows, "exclusion_reason", SAME_REASON, both),
            values(rows, "exclusion_reason", SAME_REASON, both),
        ),
        Fact(
            "linkable",
            where(told_rows, lambda row: row["is_linkable"]),
            where(rows, lambda row: row["is_linkable"]),
            ignored=where(told_rows, lambda row: row["key"] not in both)
            | where(rows, lambda row: row["key"] not in both),
        ),
        Fact(
            "handed_to_human",
            where(told_rows, lambda row: row["is_handed_to_human"]),
            where(rows, lambda row: row["is_handed_to_human"]),
        ),
        Fact(
            "deflected",
            where(told_rows, lambda row: row["is_deflected"]),
            where(rows, lambda row: row["is_deflected"]),
        ),
        Fact(
            "outcome",
            values(told_rows, "outcome", SAME_OUTCOME),
            values(rows, "outcome", SAME_OUTCOME),
        ),
    ]


def link_facts(truth: Truth, build: Build) -> list[Fact]:
    """Which ticket a trace session belongs to."""
    links = truth.read("trace_ticket_links")
    found = {
        (raw_id(row["trace_session_id"]), raw_id(row["ticket_id"]))
        for row in build.read("int_sessions_linked_to_tickets", "intermediate")
        if row["ticket_id"] is not None
    }
    by_carrier: dict[str, set[Hashable]] = defaultdict(set)
    for row in links:
        if row["ticket_id"] is not None:
            by_carrier[row["carried_by"]].add(
                (str(row["session_id"]), str(row["ticket_id"]))
            )
    # What no raw table carries cannot be asked for, but is no mistake either.
    beyond = by_carrier.pop("not_carried", set())
    expected = set().union(*by_carrier.values())
    facts = [Fact("trace_ticket_links", expected, found, ignored=beyond)]
    for carrier, pairs in sorted(by_carrier.items()):
        facts.append(
            Fact(f"links by {carrier}", pairs, found & pairs, ignored=beyond)
        )
    return facts


def recontact_facts(truth: Truth, build: Build) -> list[Fact]:
    """Who came back, in each window; and who was counted at all."""
    told_rows = truth.conversations
    facts = []
    for hours in WINDOWS:
        judged = build.read(
            "int_recontacts", "intermediate", f"window_hours = {hours}"
        )
        mature = [row for row in judged if row["is_mature"]]
        for row in mature:
            row["key"] = build.key_of(row["conversation_id"])
        column = f"recontact_{hours}h"
        facts.append(
            Fact(
                f"mature_{hours}h",
                where(told_rows, lambda row: row[column] is not None),
                where(mature, lambda row: True),
            )
        )
        facts.append(
            Fact(
                column,
                where(told_rows, lambda row: row[column]),
                where(mature, lambda row: row["has_recontact"]),
            )
        )
        if hours == 72:
            facts.append(
                Fact(
                    "recontact_any_72h",
                    where(told_rows, lambda row: row["recontact_any_72h"]),
                    where(mature, lambda row: row["has_any_recontact"]),
                )
            )
    return facts


def escalation_facts(truth: Truth, build: Build) -> list[Fact]:
    """Handed over and answered; and explained again."""
    rows = build.read("int_escalations", "intermediate")
    for row in rows:
        row["key"] = build.key_of(row["conversation_id"])
    told_rows = [row for row in truth.conversations if row["is_eligible"]]
    return [
        Fact(
            "escalations",
            where(told_rows, lambda row: row["is_escalated_and_answered"]),
            where(rows, lambda row: row["has_human_reply"]),
        ),
        Fact(
            "reexplained",
            where(told_rows, lambda row: row["is_reexplained"]),
            where(rows, lambda row: row["is_reexplained"]),
        ),
    ]


def instruction_facts(truth: Truth, build: Build) -> list[Fact]:
    """What the agent told the customer to do, and what they then did."""
    rows = build.read("int_instructions", "intermediate")
    for row in rows:
        row["key"] = (build.key_of(row["conversation_id"]), row["action_id"])
    told_rows = []
    for row in truth.read("instructions"):
        conversation = truth.by_id[row["truth_conversation_id"]]
        if conversation["is_eligible"]:
            key = conversation["key"], row["action_id"]
            told_rows.append({**conversation, **row, "key": key})

    def is_counted(row: Row) -> bool:
        return (
            row["is_linkable"] and row["is_mature"] and not row["is_already_done"]
        )

    return [
        Fact(
            "instructions",
            where(told_rows, lambda row: True),
            where(rows, lambda row: True),
        ),
        Fact(
            "counted_instructions",
            where(told_rows, is_counted),
            where(rows, lambda row: row["is_counted"]),
        ),
        Fact(
            "followed",
            where(told_rows, lambda row: is_counted(row) and row["is_followed"]),
            where(rows, lambda row: row["is_counted"] and row["is_followed"]),
        ),
    ]


def unusable_row_facts(truth: Truth, build: Build) -> list[Fact]:
    """Rows the world made unusable against those set aside, per table.

    A row without an id has no name, so such rows are only counted.
    """

    def numbered(rows: Iterable[tuple[str, Any]]) -> set[Hashable]:
        seen: Counter[tuple[str, Any]] = Counter()
        keys = set()
        for row in rows:
            seen[row] += 1
            keys.add((*row, seen[row]))
        return keys

    expected = [
        (row["table_name"].split(".")[-1], row["reason"])
        for row in truth.read("unusable_rows", is_optional=True)
    ]
    found = [
        (row["table_name"].split(".")[-1], row["quarantine_reason"])
        for row in build.read("quarantined_rows")
    ]
    return [Fact("unusable_rows", numbered(expected), numbered(found))]


def all_facts(truth: Truth, build: Build) -> list[Fact]:
    """Every fact that is a set of things, in the order of the pipeline."""
    return [
        *link_facts(truth, build),
        *conversation_facts(truth, build),
        *recontact_facts(truth, build),
        *escalation_facts(truth, build),
        *instruction_facts(truth, build),
        *unusable_row_facts(truth, build),
    ]

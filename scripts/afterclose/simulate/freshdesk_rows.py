"""Freshdesk's tables, and how it spells times, fields and statuses."""

from __future__ import annotations

import pyarrow as pa

from .records import Change, Message
from .renderers import FLAG, INSTANT, INTEGER, TEXT, columns
from .times import zulu_text

TICKET = columns(
    id=INTEGER, subject=TEXT, description=TEXT, description_text=TEXT,
    status=INTEGER, source=INTEGER, priority=INTEGER, requester_id=INTEGER,
    responder_id=INTEGER, group_id=INTEGER, company_id=INTEGER, type=TEXT,
    spam=FLAG, tags=TEXT, custom_fields=TEXT, stats=TEXT, created_at=TEXT,
    updated_at=TEXT,
)
CONVERSATION = columns(
    id=INTEGER, ticket_id=INTEGER, user_id=INTEGER, body=TEXT, body_text=TEXT,
    incoming=FLAG, private=FLAG, source=INTEGER, category=INTEGER,
    to_emails=TEXT, from_email=TEXT, created_at=TEXT, updated_at=TEXT,
    auto_response=FLAG, automation_id=INTEGER, automation_type_id=INTEGER,
)
CONTACT = columns(
    id=INTEGER, active=FLAG, name=TEXT, email=TEXT, unique_external_id=TEXT,
    phone=TEXT, custom_fields=TEXT, csat_rating=INTEGER, created_at=TEXT,
    updated_at=TEXT,
)
AGENT = columns(
    id=INTEGER, type=TEXT, ticket_scope=INTEGER, contact=TEXT,
    created_at=TEXT, updated_at=TEXT,
)
RATING = columns(
    id=INTEGER, survey_id=INTEGER, ticket_id=INTEGER, user_id=INTEGER,
    agent_id=INTEGER, feedback=TEXT, ratings=TEXT, created_at=TEXT,
    updated_at=TEXT,
)
FIELD = columns(
    id=INTEGER, name=TEXT, label=TEXT, type=TEXT, choices=TEXT,
    created_at=TEXT, updated_at=TEXT,
)
ACTIVITY = columns(
    ticket_id=INTEGER, performed_at=TEXT, performer_type=TEXT,
    performer_id=INTEGER, activity=TEXT, export_date=TEXT,
)
# Where the API says more than Airbyte loads, or less.
API = {
    "tickets": TICKET.append(pa.field("deleted", FLAG)),
    "ticket_activities": ACTIVITY.remove(ACTIVITY.names.index("export_date")),
}

# This account calls the end by its own words: one for people and rules, and
# one, with a number of its own, for the AI agent.
OPEN, DONE, SOLVED_BY_AI = "New or open", "Done", "Answered by Ava"
NUMBERS = {OPEN: 2, "Pending": 3, DONE: 4, "Closed": 5, SOLVED_BY_AI: 9}
FIELDS = [
    ("status", {
        str(number): [name, f"Your request: {name}"]
        for name, number in NUMBERS.items()
    }),
    ("priority", {"Low": 1, "Medium": 2, "High": 3, "Urgent": 4}),
    ("source", {"Email": 1, "Portal": 2, "Phone": 3, "Chat": 7, "Bot": 12}),
    ("subject", None),
]
PEOPLE, FRONT_DESK = "Customer care", "Front desk"
CREATED_BY_NOBODY = "nobody"


def of_airbyte(schema: pa.Schema) -> pa.Schema:
    """Return the columns with those that Airbyte adds."""
    return pa.schema([
        *schema,
        pa.field("_airbyte_raw_id", TEXT),
        pa.field("_airbyte_extracted_at", INSTANT),
        pa.field("_airbyte_meta", TEXT),
    ])


def time_text(at: int, is_offset: bool = False) -> str:
    """Return '2026-01-05T10:00:00Z', or the same in Brisbane's time."""
    if is_offset:
        return zulu_text(at + 10 * 3600)[:19] + "+10:00"
    return zulu_text(at)[:19] + "Z"


def day_first_text(at: int) -> str:
    """Return '05-01-2026 10:00:00 +0000', as only this export writes."""
    text = zulu_text(at)
    return f"{text[8:10]}-{text[5:7]}-{text[:4]} {text[11:19]} +0000"


def pairs(fields: dict, key: str) -> list[dict]:
    """Return an object as the array that Singer's tap makes of it."""
    return [{key: name, "value": value} for name, value in fields.items()]


def stats_of(
    changes: list[Change], messages: list[Message], horizon: int
) -> dict[str, int | None]:
    """Return the last times that a ticket remembers."""
    stats: dict[str, int | None] = dict.fromkeys((
        "resolved_at", "closed_at", "reopened_at", "status_updated_at",
        "first_responded_at", "agent_responded_at", "requester_responded_at",
    ))
    for change in changes:
        if change.name != "status":
            continue
        if change.value == "open":
            if stats["resolved_at"]:
                stats["reopened_at"] = change.at
            stats["resolved_at"] = stats["closed_at"] = None
        else:
            stats["resolved_at"] = stats["resolved_at"] or change.at
            if change.value == "closed":
                stats["closed_at"] = change.at
        stats["status_updated_at"] = change.at
    for message in messages:
        if not message.is_public or message.seen_at > horizon:
            continue
        if message.role == "customer":
            stats["requester_responded_at"] = message.at
        elif message.role in ("ai_agent", "human_agent"):
            stats["first_responded_at"] = (
                stats["first_responded_at"] or message.at
            )
            stats["agent_responded_at"] = message.at
    return stats

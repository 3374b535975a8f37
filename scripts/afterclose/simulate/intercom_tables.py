"""Intercom's raw tables, as Fivetran and as Airbyte land them."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from zlib import crc32

from .renderers import FLAG, INSTANT, INTEGER, TEXT, Rows, columns
from .times import MICROSECONDS

FIVETRAN = {
    "conversation_history": columns(
        id=INTEGER, created_at=INSTANT, updated_at=INSTANT, state=TEXT,
        source_type=TEXT, source_delivered_as=TEXT, source_subject=TEXT,
        source_body=TEXT, source_author_id=TEXT, source_author_type=TEXT,
        conversation_rating_value=INTEGER,
        conversation_rating_created_at=INSTANT,
        ai_agent_resolution_state=TEXT, ai_agent_rating=INTEGER,
        statistics_last_close_at=INSTANT, custom_session_id=TEXT,
        custom_merged_into=TEXT, custom_follow_up_of=TEXT,
        _fivetran_active=FLAG, _fivetran_deleted=FLAG,
        _fivetran_synced=INSTANT,
    ),
    "conversation_part_history": columns(
        id=INTEGER, conversation_id=INTEGER, part_type=TEXT, body=TEXT,
        author_id=TEXT, author_type=TEXT, author_from_ai_agent=FLAG,
        author_is_ai_answer=FLAG, assigned_to_id=TEXT, assigned_to_type=TEXT,
        external_id=TEXT, created_at=INSTANT, updated_at=INSTANT,
        _fivetran_active=FLAG, _fivetran_synced=INSTANT,
    ),
    "contact_history": columns(
        id=TEXT, external_id=TEXT, email=TEXT, role=TEXT, name=TEXT,
        created_at=INSTANT, updated_at=INSTANT, signed_up_at=INSTANT,
        _fivetran_active=FLAG, _fivetran_synced=INSTANT,
    ),
    "conversation_contact_history": columns(
        conversation_id=INTEGER, contact_id=TEXT,
        conversation_updated_at=INSTANT, _fivetran_synced=INSTANT,
    ),
    "conversation_tag_history": columns(
        conversation_id=INTEGER, tag_id=INTEGER,
        conversation_updated_at=INSTANT, _fivetran_active=FLAG,
        _fivetran_synced=INSTANT,
    ),
    "tag": columns(id=INTEGER, name=TEXT, _fivetran_synced=INSTANT),
    "admin": columns(id=INTEGER, name=TEXT, email=TEXT,
                     _fivetran_synced=INSTANT),
}
AIRBYTE = {
    "conversations": columns(
        id=TEXT, created_at=INTEGER, updated_at=INTEGER, state=TEXT,
        title=TEXT, source=TEXT, contacts=TEXT, tags=TEXT,
        custom_attributes=TEXT, conversation_rating=TEXT, statistics=TEXT,
        ai_agent=TEXT, ai_agent_participated=FLAG,
        _airbyte_extracted_at=INSTANT,
    ),
    # The same id that is text in `conversations` is a number here.
    "conversation_parts": columns(
        id=TEXT, conversation_id=INTEGER, part_type=TEXT, body=TEXT,
        author=TEXT, assigned_to=TEXT, external_id=TEXT, redacted=FLAG,
        created_at=INTEGER, updated_at=INTEGER, _airbyte_extracted_at=INSTANT,
    ),
    "contacts": columns(
        id=TEXT, external_id=TEXT, email=TEXT, role=TEXT, name=TEXT,
        custom_attributes=TEXT, created_at=INTEGER, updated_at=INTEGER,
        signed_up_at=INTEGER, _airbyte_extracted_at=INSTANT,
    ),
    "admins": columns(id=TEXT, name=TEXT, email=TEXT,
                      _airbyte_extracted_at=INSTANT),
}


@dataclass(frozen=True, slots=True)
class Author:
    """Who wrote or did something; ``email`` as far as Intercom knows it."""

    author_id: str
    kind: str
    email: str | None = None
    is_ai: bool = False

    def as_json(self) -> dict:
        """Return the author as the API shows it."""
        shown = {"type": self.kind, "id": self.author_id,
                 "email": self.email or ""}
        if self.is_ai:
            shown |= {"from_ai_agent": True, "is_ai_answer": True}
        return shown


@dataclass(frozen=True, slots=True)
class ConversationVersion:
    """One version of a conversation, whatever loads it."""

    number: int | None
    created_at: int
    updated_at: int
    synced_at: int
    state: str
    channel: str
    subject: str
    body: str | None
    author: Author
    contact_id: str
    contact_external_id: str | None
    delivered_as: str
    tags: list[str]
    attributes: dict[str, str] = field(default_factory=dict)
    rating: int | None = None
    rating_requested_at: int | None = None
    last_closed_at: int | None = None
    resolution_state: str | None = None
    is_active: bool = True
    is_deleted: bool = False


@dataclass(frozen=True, slots=True)
class Part:
    """One part of a conversation, whatever loads it."""

    part_id: int | None
    conversation: int | None
    kind: str
    at: int | None
    author: Author
    synced_at: int
    body: str | None = None
    assigned_to: tuple[str, str] | None = None
    external_id: str | None = None


@dataclass(frozen=True, slots=True)
class Contact:
    """One version of a contact."""

    contact_id: str
    external_id: str | None
    email: str | None
    role: str
    name: str
    created_at: int
    updated_at: int
    signed_up_at: int
    synced_at: int


def _instant(at: int | None) -> int | None:
    return None if at is None else at * MICROSECONDS


class FivetranTables:
    """Writes what Fivetran lands."""

    tables = FIVETRAN
    conversations = "conversation_history"
    parts = "conversation_part_history"

    def __init__(self) -> None:
        self.rows: Rows = {name: [] for name in self.tables}

    def conversation(self, entry: ConversationVersion) -> None:
        """Write one version, its contact and its tags."""
        synced, updated = _instant(entry.synced_at), _instant(entry.updated_at)
        session = entry.attributes.get(
            "session_id", entry.attributes.get("Session ID")
        )
        self.rows["conversation_history"].append((
            entry.number, _instant(entry.created_at), updated, entry.state,
            entry.channel, entry.delivered_as, entry.subject, entry.body,
            entry.author.author_id, entry.author.kind, entry.rating,
            _instant(entry.rating_requested_at), entry.resolution_state, None,
            _instant(entry.last_closed_at), session,
            entry.attributes.get("merged_into"),
            entry.attributes.get("follow_up_of"), entry.is_active,
            entry.is_deleted, synced,
        ))
        self.rows["conversation_contact_history"].append(
            (entry.number, entry.contact_id, updated, synced)
        )
        for name in entry.tags:
            self.rows["conversation_tag_history"].append((
                entry.number, tag_id(name), updated, entry.is_active, synced,
            ))
            self.rows["tag"].append((tag_id(name), name, synced))

    def part(self, entry: Part) -> None:
        """Write one version of one part."""
        to_type, to_id = entry.assigned_to or (None, None)
        at = _instant(entry.at)
        self.rows["conversation_part_history"].append((
            entry.part_id, entry.conversation, entry.kind, entry.body,
            entry.author.author_id, entry.author.kind, entry.author.is_ai,
            entry.author.is_ai, to_id, to_type, entry.external_id, at, at,
            True, _instant(entry.synced_at),
        ))

    def contact(self, entry: Contact) -> None:
        """Write one version of one contact."""
        self.rows["contact_history"].append((
            entry.contact_id, entry.external_id, entry.email, entry.role,
            entry.name, _instant(entry.created_at), _instant(entry.updated_at),
            _instant(entry.signed_up_at), True, _instant(entry.synced_at),
        ))

    def admin(self, admin_id: int, name: str, email: str, at: int) -> None:
        """Write one teammate."""
        self.rows["admin"].append((admin_id, name, email, _instant(at)))


class AirbyteTables:
    """Writes what Airbyte lands: the API's own objects, epochs in seconds."""

    tables = AIRBYTE
    conversations = "conversations"
    parts = "conversation_parts"

    def __init__(self) -> None:
        self.rows: Rows = {name: [] for name in self.tables}

    def conversation(self, entry: ConversationVersion) -> None:
        """Write one version of one conversation."""
        contact = {"type": "contact", "id": entry.contact_id}
        if entry.contact_external_id:
            contact["external_id"] = entry.contact_external_id
        rating = None
        if entry.rating_requested_at:
            rating = json.dumps({
                "rating": entry.rating, "remark": None,
                "created_at": entry.rating_requested_at,
            })
        tags = list(entry.tags) + (["deleted"] if entry.is_deleted else [])
        self.rows["conversations"].append((
            None if entry.number is None else str(entry.number),
            entry.created_at, entry.updated_at, entry.state, None,
            json.dumps({
                "type": entry.channel, "id": str(700_000_000 + (
                    entry.number or 0
                )),
                "delivered_as": entry.delivered_as, "subject": entry.subject,
                "body": entry.body, "author": entry.author.as_json(),
                "attachments": [], "redacted": False,
            }),
            json.dumps({"type": "contact.list", "contacts": [contact]}),
            json.dumps({"type": "tag.list", "tags": [
                {"type": "tag", "id": str(tag_id(name)), "name": name}
                for name in tags
            ]}),
            json.dumps(entry.attributes), rating,
            json.dumps({
                "type": "conversation_statistics",
                "last_close_at": entry.last_closed_at,
                # Office hours: what nobody may take for a wall clock.
                "time_to_last_close": entry.last_closed_at and (
                    (entry.last_closed_at - entry.created_at) // 4
                ),
            }),
            None if entry.resolution_state is None else json.dumps({
                "source_type": "workflow", "rating": None,
                "resolution_state": entry.resolution_state,
            }),
            entry.resolution_state is not None, _instant(entry.synced_at),
        ))

    def part(self, entry: Part) -> None:
        """Write one version of one part."""
        assigned = None
        if entry.assigned_to:
            to_type, to_id = entry.assigned_to
            assigned = json.dumps({"type": to_type, "id": to_id})
        self.rows["conversation_parts"].append((
            None if entry.part_id is None else str(entry.part_id),
            entry.conversation, entry.kind, entry.body,
            json.dumps(entry.author.as_json()), assigned, entry.external_id,
            False, entry.at, entry.at, _instant(entry.synced_at),
        ))

    def contact(self, entry: Contact) -> None:
        """Write one version of one contact."""
        self.rows["contacts"].append((
            entry.contact_id, entry.external_id, entry.email, entry.role,
            entry.name, "{}", entry.created_at, entry.updated_at,
            entry.signed_up_at, _instant(entry.synced_at),
        ))

    def admin(self, admin_id: int, name: str, email: str, at: int) -> None:
        """Write one teammate."""
        self.rows["admins"].append((str(admin_id), name, email, _instant(at)))


def tag_id(name: str) -> int:
    """Return the same id for the same tag, in every process."""
    return 7_000_000_000 + crc32(name.encode())

"""The vendor-neutral records of a simulated world.

All times are whole seconds since 1970 in UTC. Nothing here knows a vendor.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .plan import Plan
    from .runs import SessionLog

NEVER = 1 << 60


@dataclass(slots=True)
class Message:
    """One message or note.

    ``seen_at`` is when every system that carries it has it; a world cut
    before that moment does not hold the message. ``kind`` says what the
    message does in the story (opening, answer, thanks, ...).
    """

    at: int
    role: str
    kind: str
    text: str | None
    place: str = "mail"
    author: int = 0
    is_public: bool = True
    is_substantive: bool = False
    seen_at: int = 0


@dataclass(slots=True)
class Turn:
    """One run of the AI agent: what it was asked and what it answered.

    ``answered`` is None when the run failed or was overtaken. ``skew`` is
    how many seconds the trace store's clock lags behind the help desk's.
    """

    session: Session
    asked: Message
    answered: Message | None
    skew: int
    history: list[Message]
    has_tool: bool = False
    is_error: bool = False


@dataclass(slots=True)
class Session:
    """One trace session, with the way its ticket can be found."""

    session_id: str
    carried_by: str
    ticket: Ticket | None = None
    turns: list[Turn] = field(default_factory=list)


@dataclass(slots=True)
class Change:
    """One change in a ticket's life: status, assignee, rating."""

    at: int
    name: str
    value: str | None
    actor: str


@dataclass(slots=True)
class Ticket:
    """One help-desk ticket."""

    number: int
    created_at: int
    channel: str
    customer: Customer
    subject: str
    changes: list[Change] = field(default_factory=list)
    tags: list[tuple[str, int]] = field(default_factory=list)
    session_field: str | None = None
    chat_id: str | None = None
    chat_base: int = 0
    opened_by_agent: int | None = None
    follow_up_of: int | None = None
    deleted_at: int = NEVER
    is_deleted_softly: bool = False
    merged_at: int = NEVER
    merged_into: Ticket | None = None


@dataclass(slots=True)
class Instruction:
    """One thing the AI agent told the customer to do."""

    action: str
    at: int
    seen_at: int


@dataclass(slots=True)
class Conversation:
    """One spell of contact; the truth about it is kept beside it."""

    number: int
    channel: str
    opened_by: str
    messages: list[Message] = field(default_factory=list)
    instructions: list[Instruction] = field(default_factory=list)
    opening_text: str | None = None
    solved_at: int = NEVER
    handed_at: int = NEVER
    handoff_reason: str | None = None
    has_note: bool = False
    reexplained_at: int = NEVER
    asked_human_at: int = NEVER
    is_really_resolved: bool = False
    is_vague_opening: bool = False
    given: set[str] = field(default_factory=set)
    version: str = ""


@dataclass(slots=True)
class Thread:
    """A ticket with its sessions, or a session without a ticket."""

    key: str
    issue_id: str
    intent: str
    customer: Customer
    ticket: Ticket | None
    sessions: list[Session]
    conversations: list[Conversation] = field(default_factory=list)
    exclusion: str | None = None
    is_linkable: bool = True


@dataclass(slots=True)
class Customer:
    """One person, with every key a system may know them by.

    ``keys`` names the pattern: plain, email_only_desk (the help desk has no
    external id), two_desk_users, email_only_traces, anonymous_traces,
    unknown_to_desk, unlinkable, spammer, internal.
    """

    number: int
    customer_id: str
    name: str
    email: str
    device: str
    keys: str
    may_skip_ticket: bool
    first_seen_at: int = NEVER
    identified_at: int = NEVER
    events: list[ProductEvent] = field(default_factory=list)
    intents: list[str] = field(default_factory=list)
    starts: list[int] = field(default_factory=list)
    threads: list[Thread] = field(default_factory=list)


@dataclass(slots=True)
class ProductEvent:
    """One thing a customer did in the product."""

    at: int
    name: str
    page: str | None
    is_anonymous: bool = False


@dataclass(slots=True)
class Batch:
    """Everything one block of customers did, without regard to the cut.

    ``logs`` are the trace sessions per thread key, up to the cut.
    """

    block: int
    customers: list[Customer]
    threads: list[Thread]
    logs: dict[str, list[SessionLog]]
    plan: Plan
    counts: Counter

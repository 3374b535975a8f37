"""What really happened, written straight from the world.

Definitions follow the design page on metrics. Where it leaves room:

* Times are those of the help desk where both systems carry a message; the
  trace store's copy may be up to 40 seconds later.
* A conversation is ``abandoned`` when the customer's last substantive
  message got no public answer, when it was handed over and no human ever
  answered, or when the customer's last word said that it is not fixed, asked
  for a human or was angry, and no human answered it. The opening itself is
  not such a word.
* ``contradicted`` needs an adverse event that had not already happened in
  the day before the instruction.
* It is ``confirmed`` when the customer's last word confirms the fix, or when
  thanks arrive after the close. Plain thanks before the close are ``other``.
* An instruction with a session window is immature while its conversation is
  open: its last message is not known yet.
* ``is_deflected`` is null for what is not eligible or not closed.
* Conversations that are spam, tests, outbound, deleted, or that hold no
  customer message of substance are nobody's re-contact.

Two passes: the first writes drafts batch by batch, the second fills in what
depends on how far the whole data reaches.
"""

from __future__ import annotations

from dataclasses import dataclass

from .desk import requester_of
from .plan import HOUR
from .product import ACTIONS, SESSION_GRACE
from .records import (
    NEVER,
    Batch,
    Conversation,
    Customer,
    Instruction,
    Message,
    Thread,
)
from .renderers import FLAG, INSTANT, INTEGER, TEXT, Rows, columns
from .times import MICROSECONDS

DAY = 24 * HOUR
NEGATIVE_KINDS = {"not_fixed", "asks_human", "frustrated"}
SILENT_KINDS = {"auto_reply", "empty"}
WINDOWS = (24, 72, 168)

SHARED = dict(
    truth_conversation_id=TEXT, customer=TEXT, issue_id=TEXT, intent=TEXT,
    channel=TEXT, session_id=TEXT, ticket_id=TEXT,
    conversation_number=INTEGER, opened_by=TEXT, opened_at=INSTANT,
    closed_at=INSTANT, resolved_at=INSTANT, is_ai_handled=FLAG,
    is_eligible=FLAG, exclusion_reason=TEXT, is_linkable=FLAG,
    is_handed_to_human=FLAG, is_deflected=FLAG, is_really_resolved=FLAG,
    recontact_24h=FLAG, recontact_72h=FLAG, recontact_168h=FLAG,
    recontact_any_72h=FLAG, is_vague_opening=FLAG,
    is_escalated_and_answered=FLAG, is_reexplained=FLAG, outcome=TEXT,
    opening_text=TEXT, handoff_reason=TEXT, handed_to_human_at=INSTANT,
    has_handoff_note=FLAG, is_missed_escalation=FLAG,
)
CONVERSATIONS = columns(**SHARED)
DRAFTS = columns(
    **SHARED, last_message_at=INTEGER, last_answer_at=INTEGER,
    has_next_in_thread=FLAG, next_same_issue_at=INTEGER,
    next_any_issue_at=INTEGER, has_human_message=FLAG, is_contradicted=FLAG,
    is_abandoned=FLAG, is_confirmed=FLAG,
)
LINKS = columns(session_id=TEXT, ticket_id=TEXT, carried_by=TEXT)
INSTRUCTIONS = columns(
    truth_conversation_id=TEXT, action_id=TEXT, instructed_at=INSTANT,
    is_followed=FLAG, is_already_done=FLAG, followed_at=INSTANT,
    is_mature=FLAG,
)
INSTRUCTION_DRAFTS = columns(
    **{entry.name: entry.type for entry in INSTRUCTIONS},
    window_ends_at=INTEGER, open_until=INTEGER,
)
CUSTOMERS = columns(customer=TEXT, source=TEXT, kind=TEXT, value=TEXT)
MESSAGES = columns(
    truth_conversation_id=TEXT, role=TEXT, sent_at=INSTANT, is_public=FLAG
)
UNUSABLE = columns(table_name=TEXT, row_key=TEXT, reason=TEXT)
DRAFT_TABLES = {
    "conversations": DRAFTS, "trace_ticket_links": LINKS,
    "instructions": INSTRUCTION_DRAFTS, "customers": CUSTOMERS,
    "messages": MESSAGES, "unusable_rows": UNUSABLE,
}


@dataclass(slots=True)
class Spell:
    """One conversation as far as it can be seen at the horizon."""

    thread: Thread
    conversation: Conversation
    messages: list[Message]
    opened_at: int
    has_opening: bool
    has_next: bool
    exclusion: str | None

    @property
    def truth_id(self) -> str:
        """Return the id under which the truth speaks of it."""
        return f"{self.thread.key}#{self.conversation.number}"


def truth_rows(batch: Batch) -> Rows:
    """Return the draft rows of one batch."""
    rows: Rows = {name: [] for name in DRAFT_TABLES}
    horizon = batch.plan.horizon
    for customer in batch.customers:
        spells = [
            spell for thread in customer.threads
            for spell in visible_spells(thread, horizon)
        ]
        if not spells:
            continue
        _customer_keys(rows, customer, batch)
        contacts = sorted(
            (spell.opened_at, spell.thread.issue_id)
            for spell in spells
            if spell.has_opening
            and spell.exclusion in (None, "no_ai_answer", "merged")
        )
        for spell in spells:
            _conversation(rows, spell, contacts, horizon)
        for thread in customer.threads:
            _links(rows, thread, horizon)
    return rows


def visible_spells(thread: Thread, horizon: int) -> list[Spell]:
    """Return the thread's conversations that had begun by the horizon."""
    spells: list[Spell] = []
    for conversation in thread.conversations:
        messages = sorted(
            (
                message for message in conversation.messages
                if message.seen_at <= horizon
            ),
            key=lambda message: message.at,
        )
        opening = next(
            (message for message in messages if message.is_substantive), None
        )
        if not messages or (opening is None and conversation.number > 1):
            break
        began_at = messages[0].at
        if thread.ticket:
            began_at = thread.ticket.created_at
        spell = Spell(
            thread, conversation, messages,
            opening.at if opening else began_at, opening is not None, False,
            None,
        )
        spell.exclusion = _exclusion(spell, horizon)
        if spells:
            spells[-1].has_next = True
        spells.append(spell)
    return spells


def _exclusion(spell: Spell, horizon: int) -> str | None:
    thread, ticket = spell.thread, spell.thread.ticket
    if ticket and ticket.deleted_at <= horizon:
        return "deleted"
    if ticket and ticket.merged_at <= horizon:
        return "merged"
    if thread.exclusion in ("spam", "test", "outbound"):
        return thread.exclusion
    if not spell.has_opening:
        return "no_customer_message"
    answered = any(
        message.role == "ai_agent" and message.is_public
        and message.at >= spell.opened_at
        for message in spell.messages
    )
    return None if answered else "no_ai_answer"


def _conversation(rows: Rows, spell: Spell, contacts, horizon: int) -> None:
    """Write the draft of one conversation with its parts."""
    thread, conversation = spell.thread, spell.conversation
    ticket = thread.ticket
    closed_at = None
    if ticket and conversation.solved_at <= horizon:
        closed_at = conversation.solved_at
    until = closed_at or NEVER
    while_open = [
        message for message in spell.messages if message.at <= until
    ]
    answers = [
        message for message in while_open
        if message.is_public and message.at >= spell.opened_at
        and message.role in ("ai_agent", "human_agent")
    ]
    public = [message for message in spell.messages if message.is_public]
    humans = [
        message for message in answers if message.role == "human_agent"
    ]
    was_handed = conversation.handed_at <= horizon
    last_answer = answers[-1].at if answers else None
    anchor = last_answer
    if closed_at:
        anchor = last_answer or closed_at
    elif anchor is None:
        anchor = public[-1].at if public else spell.messages[-1].at
    later = [at for at, _ in contacts if at > anchor]
    same = [
        at for at, issue in contacts
        if at > anchor and issue == thread.issue_id
    ]
    answered_escalation = was_handed and bool(humans)
    reexplained = None
    if answered_escalation:
        reexplained = conversation.reexplained_at <= horizon
    asked = conversation.asked_human_at <= horizon
    contradicted = _instructions(rows, spell, while_open, horizon)
    sessions = _seen_sessions(thread, horizon)
    ai_handled = any(message.role == "ai_agent" for message in answers)
    rows["conversations"].append((
        spell.truth_id, thread.customer.customer_id, thread.issue_id,
        thread.intent or None, conversation.channel,
        _session_of(spell, sessions),
        str(ticket.number) if ticket and ticket.created_at <= horizon
        else None,
        conversation.number, conversation.opened_by,
        spell.opened_at * MICROSECONDS,
        closed_at * MICROSECONDS if closed_at else None, None, ai_handled,
        spell.exclusion is None, spell.exclusion, thread.is_linkable,
        was_handed, None, conversation.is_really_resolved, None, None, None,
        None, conversation.is_vague_opening, answered_escalation, reexplained,
        None, conversation.opening_text,
        conversation.handoff_reason if was_handed else None,
        conversation.handed_at * MICROSECONDS if was_handed else None,
        conversation.has_note if was_handed else None,
        asked and not was_handed,
        public[-1].at if public else spell.opened_at, last_answer,
        spell.has_next, same[0] if same else None,
        later[0] if later else None, bool(humans), contradicted,
        (was_handed and not humans) or _is_abandoned(while_open, spell),
        _is_confirmed(spell.messages),
    ))
    for message in spell.messages:
        rows["messages"].append((
            spell.truth_id, message.role, message.at * MICROSECONDS,
            message.is_public,
        ))


def _is_abandoned(messages: list[Message], spell: Spell) -> bool:
    """Return whether the customer was left, or left in anger."""
    last_word, unanswered, human_after = None, False, False
    for message in messages:
        if not message.is_public or message.kind in SILENT_KINDS:
            continue
        if message.role == "customer":
            last_word, human_after = message.kind, False
            unanswered = unanswered or message.is_substantive
        elif message.role == "human_agent":
            unanswered, human_after = False, True
        elif message.role == "ai_agent":
            unanswered = False
    was_thanked = spell.messages[-1].kind == "late_thanks"
    left_angry = last_word in NEGATIVE_KINDS and not human_after
    return unanswered or (left_angry and not was_thanked)


def _is_confirmed(messages: list[Message]) -> bool:
    """Return whether the customer's last word confirms the fix."""
    words = [
        message.kind for message in messages
        if message.role == "customer" and message.kind not in SILENT_KINDS
    ]
    return bool(words) and words[-1] in ("confirm", "late_thanks")


def _instructions(rows: Rows, spell, while_open, horizon: int) -> bool:
    """Write what the customer was told to do; return if told in vain."""
    contradicted = False
    last = while_open[-1].at if while_open else spell.opened_at
    open_until = 0
    if spell.thread.ticket:
        if spell.conversation.solved_at > horizon:
            open_until = NEVER
    elif not spell.has_next:
        open_until = last + DAY
    for instruction in spell.conversation.instructions:
        if instruction.seen_at > horizon:
            continue
        action = ACTIONS[instruction.action]
        ends = instruction.at + DAY
        if action.window == "session":
            ends = last + SESSION_GRACE
        done, before = _matching(
            spell.thread.customer, action, instruction, ends, horizon
        )
        followed = done is not None
        if action.is_adverse:
            contradicted = contradicted or (followed and not before)
            followed, done = not followed, None
        rows["instructions"].append((
            spell.truth_id, instruction.action,
            instruction.at * MICROSECONDS, followed, before,
            done * MICROSECONDS if done else None, None, ends,
            open_until if action.window == "session" else 0,
        ))
    return contradicted


def _matching(
    customer: Customer, action, instruction: Instruction, ends, horizon
) -> tuple[int | None, bool]:
    """Return the first fitting event in the window, and if one was before."""
    done, before = None, False
    for event in customer.events:
        if event.at > horizon or event.name != action.event:
            continue
        if action.page and event.page != action.page:
            continue
        if instruction.at < event.at <= ends:
            done = event.at if done is None else done
        elif instruction.at - DAY <= event.at <= instruction.at:
            before = True
    return done, before


def _seen_sessions(thread: Thread, horizon: int) -> list:
    """Return the sessions of which a run can be seen."""
    return [
        session for session in thread.sessions
        if any(turn.asked.seen_at <= horizon for turn in session.turns)
    ]


def _session_of(spell: Spell, sessions: list) -> str | None:
    """Return the session that took part in this very conversation."""
    asked = {id(message) for message in spell.messages}
    for session in sessions:
        if any(id(turn.asked) in asked for turn in session.turns):
            return session.session_id
    return None


def _links(rows: Rows, thread: Thread, horizon: int) -> None:
    ticket_id = None
    if thread.ticket and thread.ticket.created_at <= horizon:
        ticket_id = str(thread.ticket.number)
    for session in _seen_sessions(thread, horizon):
        rows["trace_ticket_links"].append((
            session.session_id, ticket_id,
            session.carried_by if ticket_id else "no_ticket",
        ))


def _customer_keys(rows: Rows, customer: Customer, batch: Batch) -> None:
    """Write every key under which a system may know the customer."""
    if customer.keys == "unlinkable":
        return
    has_events = batch.plan.has_events
    keys = [
        ("any", "external_id", customer.customer_id),
        ("any", "email", customer.email),
    ]
    if customer.identified_at <= batch.plan.horizon and has_events:
        keys.append(("any", "anonymous_id", f"$device:{customer.device}"))
    for channel in ("chat", "email"):
        keys.append((
            "desk", "user_id",
            str(requester_of(customer, channel, has_events)),
        ))
    for source, kind, value in dict.fromkeys(keys):
        rows["customers"].append((customer.customer_id, source, kind, value))

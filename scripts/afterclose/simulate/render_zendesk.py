"""Zendesk, as Fivetran or Airbyte lands it.

No solved time on the ticket, bots that look like agents, chats whose text
is not among the comments, and people whose role is only in ``user``.
"""

from __future__ import annotations

from json.encoder import encode_basestring_ascii as quoted
from random import Random

from .desk import (
    AI_AGENT_ID,
    BOT_ID,
    HUMAN_BASE,
    DeskUser,
    desk_users,
    requester_of,
    staff,
    ticket_threads,
)
from .plan import HOUR, Plan
from .records import Batch, Change, Message, Thread
from .renderers import (
    FLAG,
    INSTANT,
    INTEGER,
    TEXT,
    Renderer,
    Rows,
    columns,
    renders,
)
from .times import MICROSECONDS, zulu_text
from .zendesk_airbyte import AIRBYTE_TABLES, AirbyteShape

DAY = 24 * HOUR
TICKET = columns(
    id=INTEGER, _fivetran_synced=INSTANT, _fivetran_deleted=FLAG,
    allow_channelback=FLAG, assignee_id=INTEGER, brand_id=INTEGER,
    created_at=INSTANT, description=TEXT, due_at=INSTANT, external_id=TEXT,
    group_id=INTEGER, has_incidents=FLAG, is_public=FLAG,
    organization_id=INTEGER, priority=TEXT, problem_id=INTEGER,
    recipient=TEXT, requester_id=INTEGER, status=TEXT, subject=TEXT,
    submitter_id=INTEGER, ticket_form_id=INTEGER, type=TEXT,
    updated_at=INSTANT, url=TEXT, via_channel=TEXT, merged_ticket_ids=TEXT,
    via_source_from_address=TEXT, followup_ids=TEXT,
    via_followup_source_id=INTEGER,
)
COMMENT = columns(
    id=INTEGER, _fivetran_synced=INSTANT, body=TEXT, created=INSTANT,
    facebook_comment=FLAG, public=FLAG, ticket_id=INTEGER, tweet=FLAG,
    user_id=INTEGER, voice_comment=FLAG,
)
HISTORY = columns(
    field_name=TEXT, ticket_id=INTEGER, updated=INSTANT,
    _fivetran_synced=INSTANT, user_id=INTEGER, value=TEXT,
)
USER = columns(
    id=INTEGER, _fivetran_synced=INSTANT, active=FLAG, chat_only=FLAG,
    created_at=INSTANT, email=TEXT, external_id=TEXT, last_login_at=INSTANT,
    locale=TEXT, name=TEXT, organization_id=INTEGER, role=TEXT, shared=FLAG,
    suspended=FLAG, time_zone=TEXT, updated_at=INSTANT, url=TEXT,
    verified=FLAG,
)
TAG = columns(tag=TEXT, ticket_id=INTEGER, _fivetran_synced=INSTANT)
CHAT = columns(
    chat_id=TEXT, _fivetran_synced=INSTANT, authenticated=FLAG, backend=TEXT,
    channel=TEXT, conversation_id=TEXT, initiator=INTEGER,
    integration_id=TEXT, tags=TEXT, ticket_id=INTEGER, user_id=INTEGER,
    visitor_id=TEXT, webpath=TEXT,
)
CHAT_EVENT = columns(
    chat_id=TEXT, created_at=INSTANT, _fivetran_synced=INSTANT, actor_id=TEXT,
    chat_index=INTEGER, external_message_id=TEXT, filename=TEXT,
    is_history_context=FLAG, message=TEXT, message_id=TEXT,
    message_source=TEXT, mime_type=TEXT, original_message=TEXT,
    original_message_type=TEXT, parent_message_id=TEXT, reason=TEXT,
    size=INTEGER, status=TEXT, status_updated_at=INSTANT, type=TEXT, url=TEXT,
)
TABLES = {
    "ticket": TICKET, "ticket_comment": COMMENT,
    "ticket_field_history": HISTORY, "user": USER, "ticket_tag": TAG,
    "ticket_chat": CHAT, "ticket_chat_event": CHAT_EVENT,
}
FIELDS = {"status": "status", "assignee": "assignee_id",
          "rating": "satisfaction_score"}


@renders("zendesk")
class ZendeskRenderer(Renderer):
    """Writes tickets, comments, history, users, tags and chats."""

    schema_name = "zendesk"
    kind = "tickets"
    layouts = ("fivetran", "airbyte")

    def __init__(self, plan: Plan, layout: str | None = None) -> None:
        super().__init__(plan, layout)
        self.tables = TABLES
        if self.layout == "airbyte":
            self.tables = AIRBYTE_TABLES

    def render(self, batch: Batch) -> Rows:
        """Return one batch's rows; see ``Renderer.render``."""
        rows = self._fivetran(batch)
        if self.layout == "fivetran":
            return rows
        records = {
            table: [dict(zip(TABLES[table].names, row)) for row in found]
            for table, found in rows.items()
        }
        shape = AirbyteShape(records, self.luck, self.plan.dirt)
        rows = shape.render()
        self.unusable = [
            ("zendesk.ticket_comments", key, reason)
            for table, key, reason in self.unusable
            if table == "zendesk.ticket_comment"
        ] + [
            ("zendesk.ticket_audits", key, "missing_parent")
            for key in shape.lost_audits
        ]
        return rows

    def _fivetran(self, batch: Batch) -> Rows:
        rows: Rows = {name: [] for name in TABLES}
        if batch.block == 0:
            self._staff(rows)
        followed = {
            thread.ticket.follow_up_of: thread.ticket
            for thread in batch.threads
            if thread.ticket and thread.ticket.follow_up_of
        }
        merged = {
            thread.ticket.merged_into.number: thread.ticket
            for thread in batch.threads
            if thread.ticket and thread.ticket.merged_into
        }
        for thread in ticket_threads(batch):
            ticket = thread.ticket
            requester = requester_of(
                thread.customer, ticket.channel, self.plan.has_events
            )
            self._ticket(
                rows, self.luck(thread.key), thread, requester,
                followed.get(ticket.number), merged.get(ticket.number),
            )
        for user in desk_users(batch):
            self._user(rows, user)
        return rows

    # ---------------------------------------------------------------- tickets
    def _ticket(
        self, rows, rng: Random, thread: Thread, requester, follow_up, copy
    ) -> None:
        """Write one ticket in the state it had at the horizon."""
        ticket, horizon = thread.ticket, self.plan.horizon
        dice = [rng.random() for _ in range(8)]
        messages = sorted(
            (
                message for conversation in thread.conversations
                for message in conversation.messages
            ),
            key=lambda message: message.at,
        )
        changes = sorted(ticket.changes, key=lambda change: change.at)
        updated = ticket.created_at
        status, assignee = "new", None
        for change in changes:
            value = self._history(rows, rng, ticket, change, requester)
            if change.at > horizon:
                continue
            updated = max(updated, change.at)
            if change.name == "status":
                status = change.value
            elif change.name == "assignee":
                assignee = int(value)
        self._comments(rows, rng, ticket, messages, requester)
        if ticket.chat_id:
            self._chat(rows, rng, ticket, messages, requester)
        for message in messages:
            if message.seen_at <= horizon:
                updated = max(updated, message.at)
        is_deleted = ticket.deleted_at <= horizon
        if is_deleted and not ticket.is_deleted_softly:
            status = "deleted"
        synced = updated + 300 + int(dice[0] * 3300)
        if self.plan.dirt and dice[1] < 0.006:
            self.counts["late_rows"] += 1
            synced += DAY + int(dice[0] * 4 * DAY)
        submitter = requester
        via = "email" if ticket.channel == "email" else "native_messaging"
        if ticket.opened_by_agent:
            submitter = HUMAN_BASE + ticket.opened_by_agent
        merged_ids = "[]"
        if copy is not None and copy.merged_at <= horizon:
            merged_ids = f"[{copy.number}]"
        followups = "[]"
        if follow_up is not None and follow_up.created_at <= horizon:
            followups = f"[{follow_up.number}]"
        first = messages[0].text if messages else None
        description = first
        if ticket.chat_id:
            description = f"Conversation with {thread.customer.name}"
        row = (
            ticket.number, synced * MICROSECONDS,
            is_deleted and ticket.is_deleted_softly, False, assignee, 360001,
            ticket.created_at * MICROSECONDS, description, None,
            ticket.session_field, None, False, True, None,
            "normal" if dice[3] < 0.3 else None, None,
            "support@lumenly.example", requester, status, ticket.subject,
            submitter, 360002, None, updated * MICROSECONDS,
            f"https://lumenly.zendesk.example/api/v2/tickets/{ticket.number}",
            via, merged_ids,
            thread.customer.email if via == "email" else None, followups,
            ticket.follow_up_of,
        )
        if self.plan.dirt and dice[4] < 0.04:
            self.counts["duplicated_rows"] += 1
            early = (ticket.created_at + 200) * MICROSECONDS
            rows["ticket"].append(
                (row[0], early) + row[2:18] + ("open",) + row[19:23]
                + (ticket.created_at * MICROSECONDS,) + row[24:]
            )
        rows["ticket"].append(row)
        for tag, at in ticket.tags:
            if at <= horizon:
                rows["ticket_tag"].append(
                    (tag, ticket.number, synced * MICROSECONDS)
                )
        if dice[5] < 0.2:
            rows["ticket_tag"].append(
                ("web_widget", ticket.number, synced * MICROSECONDS)
            )

    def _history(self, rows, rng, ticket, change: Change, requester) -> str:
        """Write one change of a field; return its value as text."""
        delay, nobody = rng.random(), rng.random()
        actor = self._actor(change.actor, requester, nobody)
        value = change.value
        if change.name == "assignee":
            value = str(self._actor(change.value, requester, 1.0))
        if change.at > self.plan.horizon or change.name == "transfer":
            return value
        row = (
            FIELDS[change.name], ticket.number, change.at * MICROSECONDS,
            (change.at + 300 + int(delay * 3300)) * MICROSECONDS, actor, value,
        )
        rows["ticket_field_history"].append(row)
        if self.plan.dirt and delay < 0.001:
            self._unusable(
                rows, "ticket_field_history", None, "missing_parent",
                row[:1] + (None,) + row[2:],
            )
        return value

    @staticmethod
    def _actor(actor: str, requester: int, luck: float) -> int | None:
        """Return the user id behind a change; automations often have none."""
        if actor == "ai":
            return AI_AGENT_ID
        if actor == "customer":
            return requester if luck < 0.7 else None
        if actor.startswith("human:"):
            return HUMAN_BASE + int(actor[6:])
        return BOT_ID if luck < 0.4 else None

    # --------------------------------------------------------------- messages
    def _author(self, message: Message, requester: int) -> int:
        if message.role == "customer":
            return requester
        if message.role == "ai_agent":
            return AI_AGENT_ID
        if message.role == "bot_automation":
            return BOT_ID
        return HUMAN_BASE + message.author

    def _comments(self, rows, rng, ticket, messages, requester) -> None:
        """Write mails and internal notes."""
        for place, message in enumerate(messages):
            if message.place == "chat":
                continue
            delay, dirt = rng.random(), rng.random()
            if message.seen_at > self.plan.horizon:
                continue
            synced = message.at + 200 + int(delay * 3300)
            if self.plan.dirt and dirt < 0.005:
                self.counts["late_rows"] += 1
                synced += DAY + int(delay * 4 * DAY)
            body = message.text
            if self.plan.dirt and dirt > 0.97 and body:
                # The desk keeps mail line ends and stray blanks.
                body = body.replace("\n", "\r\n").replace(". ", ".  ") + " "
            row = (
                ticket.number * 1000 + place, synced * MICROSECONDS, body,
                message.at * MICROSECONDS, False, message.is_public,
                ticket.number, False, self._author(message, requester), False,
            )
            if self.plan.dirt:
                self._soil_comment(rows, row, synced, dirt)
            rows["ticket_comment"].append(row)

    def _soil_comment(self, rows, row, synced, dirt) -> None:
        if 0.005 <= dirt < 0.02:
            self.counts["duplicated_rows"] += 1
            later = (synced + DAY) * MICROSECONDS
            rows["ticket_comment"].append((row[0], later) + row[2:])
        elif 0.02 <= dirt < 0.0215:
            self._unusable(
                rows, "ticket_comment", None, "missing_id", (None,) + row[1:]
            )
        elif 0.0215 <= dirt < 0.023:
            future = (synced + 6 * DAY) * MICROSECONDS
            self._unusable(
                rows, "ticket_comment", row[0] + 500, "time_after_load",
                (row[0] + 500,) + row[1:3] + (future,) + row[4:],
            )
        elif 0.023 <= dirt < 0.0245:
            self._unusable(
                rows, "ticket_comment", row[0] + 600, "unreadable_time",
                (row[0] + 600,) + row[1:3] + (None,) + row[4:],
            )

    def _chat(self, rows, rng, ticket, messages, requester) -> None:
        """Write the chat, whose text never becomes a comment."""
        horizon, chat_id = self.plan.horizon, ticket.chat_id
        prefix = "agent:" if rng.random() < 0.5 else ""
        spoken = [
            message for message in messages if message.place == "chat"
        ]
        synced = (ticket.created_at + 2 * HOUR) * MICROSECONDS
        rows["ticket_chat"].append((
            chat_id, synced, True, "chat", "messaging", None, 2, None, "[]",
            ticket.number, requester, f"v-{requester}", "[]",
        ))
        events: list[tuple[int, int, str, str | None, Message | None]] = [
            (message.at, 1, "ChatMessage", None, message) for message in spoken
        ]
        for change in ticket.changes:
            if change.name == "transfer":
                events.append((
                    change.at, 2, "ChatDepartmentTransfer",
                    f"{prefix}{AI_AGENT_ID}", None,
                ))
        start = min(event[0] for event in events)
        events.append((start - 3, 0, "ChatStarted", "__system", None))
        events.sort(key=lambda event: event[:2])
        for index, (at, _, kind, actor, message) in enumerate(events):
            luck, delay = rng.random(), rng.random()
            seen = message.seen_at if message else at
            if seen > horizon:
                continue
            text, original = None, None
            if message:
                actor = self._chat_actor(message, requester, prefix)
                text = message.text
                original = _original_message(message, at, actor)
                if message.role == "ai_agent" and luck < 0.1:
                    text = None
            rows["ticket_chat_event"].append((
                chat_id, at * MICROSECONDS,
                (at + 600 + int(delay * 3000)) * MICROSECONDS, actor,
                ticket.chat_base + index, None, None, False, text,
                f"{chat_id}.{ticket.chat_base + index}", None, None, original,
                "text" if original else None, None, None, None, None, None,
                kind, None,
            ))

    def _chat_actor(self, message: Message, requester, prefix: str) -> str:
        author = self._author(message, requester)
        if message.role == "customer":
            return str(author)
        return f"{prefix}{author}"

    # ----------------------------------------------------------------- people
    def _staff(self, rows) -> None:
        """Write the AI agent, the automation bot and the human agents."""
        hired = (self.plan.start - 90 * DAY) * MICROSECONDS
        for user_id, name, email in staff():
            role = "admin" if user_id == HUMAN_BASE + 1 else "agent"
            rows["user"].append((
                user_id, hired, True, False, hired,
                email, None, hired, "en-US", name, None,
                role, False, False, "Pacific Time (US & Canada)", hired,
                f"https://lumenly.zendesk.example/api/v2/users/{user_id}",
                True,
            ))

    def _user(self, rows, user: DeskUser) -> None:
        """Write one customer as the desk knows them."""
        rng = self.luck(f"user-{user.user_id}")
        case, upper, older = rng.random(), rng.random(), rng.random()
        email, external_id = user.email, user.external_id
        if self.plan.dirt and case < 0.14 and email:
            self.counts["emails_in_other_case"] += 1
            email = email.upper() if case < 0.04 else email.title()
        if self.plan.dirt and upper < 0.03 and external_id:
            external_id = external_id.upper()
        if user.customer.keys == "two_desk_users" and self.plan.has_events:
            self.counts["users_of_customers_with_two"] += 1
        created = user.created_at * MICROSECONDS
        synced = created + HOUR * MICROSECONDS
        row = (
            user.user_id, synced, True, user.channel == "chat", created, email,
            external_id, created, "en-US", user.customer.name, None,
            "end-user", False, user.is_suspended, "Berlin", created,
            f"https://lumenly.zendesk.example/api/v2/users/{user.user_id}",
            True,
        )
        if self.plan.dirt and older < 0.03 and email:
            self.counts["duplicated_rows"] += 1
            before = created - HOUR * MICROSECONDS
            rows["user"].append(
                (user.user_id, before) + row[2:5] + (email.upper(),) + row[6:15]
                + (before,) + row[16:]
            )
        rows["user"].append(row)

    def _unusable(self, rows, table, row_id, reason, row) -> None:
        key = None if row_id is None else str(row_id)
        self.unusable.append((f"zendesk.{table}", key, reason))
        rows[table].append(row)


def _original_message(message: Message, at: int, actor: str) -> str:
    """Return the messenger's own JSON of a chat message."""
    kind, source = "BUSINESS", "zd:agentWorkspace"
    if message.role == "customer":
        kind, source = "USER", "web"
    elif message.role in ("ai_agent", "bot_automation"):
        source = "zd:answerBot"
    return (
        '{"author": {"type": "' + kind + '"}, "content": {"text": {"text": '
        + quoted(message.text or "") + '}}, "received": "' + zulu_text(at)
        + '", "source": {"type": "' + source + '"}}'
    )

"""Intercom, as Fivetran or Airbyte lands it.

The first message is not among the parts, bots look like teammates, a reply
that reopens is an `open` with a body, and what Intercom has no field for
(deleted, merged, followed up, spam) is in tags and custom attributes.
"""

from __future__ import annotations

from dataclasses import replace
from html import escape
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
from .intercom_tables import (
    AirbyteTables,
    Author,
    Contact,
    ConversationVersion,
    FivetranTables,
    Part,
)
from .plan import HOUR, Plan
from .records import Batch, Change, Message, Thread, Ticket
from .renderers import Renderer, Rows, renders

DAY = 24 * HOUR
TEAM_ID = "5077733"
EMAILS = {user_id: email for user_id, _, email in staff()}


@renders("intercom")
class IntercomRenderer(Renderer):
    """Writes conversations, parts, contacts, tags and teammates."""

    schema_name = "intercom"
    kind = "tickets"
    layouts = ("fivetran", "airbyte")

    def __init__(self, plan: Plan, layout: str | None = None) -> None:
        super().__init__(plan, layout)
        self.writers = {
            "fivetran": FivetranTables, "airbyte": AirbyteTables,
        }[self.layout]
        self.tables = self.writers.tables

    def render(self, batch: Batch) -> Rows:
        """Return one batch's rows; see ``Renderer.render``."""
        self.out = self.writers()
        if batch.block == 0:
            hired = self.plan.start - 90 * DAY
            for admin_id, name, email in staff():
                self.out.admin(admin_id, name, email, hired)
        self.users = {user.user_id: user for user in desk_users(batch)}
        for thread in ticket_threads(batch):
            self._conversation(thread, self.luck(thread.key))
        for user in self.users.values():
            self._contact(user)
        rows = self.out.rows
        if "tag" in rows:
            rows["tag"] = list({row[0]: row for row in rows["tag"]}.values())
        return rows

    # ---------------------------------------------------------- conversations
    def _conversation(self, thread: Thread, rng: Random) -> None:
        """Write one conversation as it was at the horizon, with its parts."""
        ticket, horizon = thread.ticket, self.plan.horizon
        dice = [rng.random() for _ in range(8)]
        customer = self._customer(thread)
        messages = sorted(
            (
                message for entry in thread.conversations
                for message in entry.messages
            ),
            key=lambda message: message.at,
        )
        seen = [entry for entry in messages if entry.seen_at <= horizon]
        changes = sorted(ticket.changes, key=lambda change: change.at)
        changes = [change for change in changes if change.at <= horizon]
        updated = max(
            [ticket.created_at] + [entry.at for entry in seen + changes]
        )
        first = self._first_message(ticket, messages)
        attributes, external_id = self._attributes(ticket, dice[2])
        parts = self._parts(
            rng, ticket, customer, changes,
            [entry for entry in seen if entry is not first], external_id,
        )
        if external_id and not parts:
            attributes["session_id"] = external_id
        for part in parts:
            self._write_part(rng, part)
        synced = updated + 300 + int(dice[0] * 3300)
        if self.plan.dirt and dice[1] < 0.006:
            self.counts["late_rows"] += 1
            synced += DAY + int(dice[0] * 4 * DAY)
        author = customer
        if ticket.opened_by_agent:
            author = _teammate(HUMAN_BASE + ticket.opened_by_agent, "admin")
        elif self.plan.dirt and dice[3] < 0.03:
            # The lead who wrote was merged into a user since.
            self.counts["merged_contacts"] += 1
            author = replace(
                customer, author_id=f"{ticket.number:024x}", kind="lead"
            )
        elif dice[3] < 0.3:
            author = replace(customer, kind="lead")
        user = self.users.get(self._requester(thread))
        current = ConversationVersion(
            number=ticket.number, created_at=ticket.created_at,
            updated_at=updated, synced_at=synced,
            state="open", channel=(
                "email" if ticket.channel == "email" else "conversation"
            ),
            subject=f"<p>{escape(ticket.subject)}</p>",
            body=_as_html(first.text, dice[4]) if first in seen else "",
            author=author, contact_id=customer.author_id,
            contact_external_id=user.external_id if user else None,
            delivered_as=(
                "admin_initiated" if ticket.opened_by_agent
                else "customer_initiated"
            ),
            tags=self._tags(thread, dice[5]), attributes=attributes,
            # What Intercom's own agent claims, where it gave up at once.
            resolution_state="abandoned" if dice[6] < 0.1 else None,
            is_deleted=(
                ticket.deleted_at <= horizon and ticket.is_deleted_softly
            ),
        )
        self._versions(current, changes, dice[7])

    def _versions(self, current, changes: list[Change], luck: float) -> None:
        """Write the conversation as it is, and older versions before it."""
        moments: list[ConversationVersion] = []
        seen = current.created_at
        entry = replace(current, updated_at=seen)
        for change in changes:
            if change.name == "status":
                is_closed = change.value in ("solved", "closed")
                if is_closed and entry.state != "closed":
                    entry = replace(entry, last_closed_at=change.at)
                entry = replace(entry, state="closed" if is_closed else "open")
            elif change.name == "rating" and change.value == "offered":
                if entry.rating_requested_at:
                    # Only an older version shows the survey before this one.
                    moments.append(replace(entry, updated_at=seen))
                entry = replace(
                    entry, rating=None, rating_requested_at=change.at
                )
            elif change.name == "rating":
                stars = (4, 5) if change.value == "good" else (1, 2)
                entry = replace(entry, rating=stars[luck < 0.5])
            seen = change.at
        if self.plan.dirt and luck < 0.15:
            self.counts["duplicated_rows"] += 1
            moments.insert(0, replace(
                current, state="open", tags=["old"],
                updated_at=current.created_at,
            ))
        for older in moments:
            self.out.conversation(replace(
                older, synced_at=min(older.updated_at + 200, current.synced_at),
                # After a resync Fivetran may leave several rows active.
                is_active=older.tags != ["old"] and luck < 0.3,
                is_deleted=False,
            ))
        self.out.conversation(replace(entry, updated_at=current.updated_at))

    @staticmethod
    def _first_message(ticket: Ticket, messages: list[Message]):
        """Return the message that began the conversation, if one did.

        Conversations that the AI agent's platform creates later, at the
        hand-over, begin without one.
        """
        for message in messages:
            if message.at == ticket.created_at and message.is_public and (
                message.role == (
                    "human_agent" if ticket.opened_by_agent else "customer"
                )
            ) and (message.text or "").strip():
                return message
        return None

    def _attributes(self, ticket: Ticket, luck: float):
        """Return custom attributes, and the session's id if parts carry it."""
        found: dict[str, str] = {}
        external_id = None
        if ticket.session_field:
            if luck < 0.4:
                found["session_id"] = ticket.session_field
            elif luck < 0.7 and self.layout == "airbyte":
                found["Session ID"] = ticket.session_field
            else:
                external_id = ticket.session_field
        if ticket.merged_into and ticket.merged_at <= self.plan.horizon:
            found["merged_into"] = str(ticket.merged_into.number)
        if ticket.follow_up_of:
            found["follow_up_of"] = str(ticket.follow_up_of)
        return found, external_id

    def _tags(self, thread: Thread, luck: float) -> list[str]:
        ticket, horizon = thread.ticket, self.plan.horizon
        tags = [
            "merged" if tag == "closed_by_merge" else tag
            for tag, at in ticket.tags if at <= horizon
        ]
        if thread.customer.keys == "spammer" and "spam" not in tags:
            tags.append("spam")
        if ticket.deleted_at <= horizon and not ticket.is_deleted_softly:
            tags.append("deleted")
        if luck < 0.2:
            tags.append("Not spam")
        return tags

    # ------------------------------------------------------------------ parts
    def _parts(
        self, rng, ticket, customer, changes, messages, external_id
    ) -> list[Part]:
        """Return what was said and done, in order."""
        reopens = {
            change.at for change in changes
            if change.name == "status" and change.actor == "customer"
        }
        steps: list[tuple[int, int, Part]] = []
        for message in messages:
            luck = rng.random()
            kind = "comment"
            if not message.is_public:
                kind = "note"
            elif (
                message.at in reopens and message.role == "customer"
                and (message.text or "").strip() and luck < 0.7
            ):
                # The reply itself is the part that opens.
                kind = "open"
                reopens.discard(message.at)
            steps.append((message.at, 1, Part(
                None, ticket.number, kind, message.at,
                self._author(message, customer, luck), 0,
                _as_html(message.text, rng.random()),
                # On comments the API shows a contact here, to no purpose.
                ("contact", customer.author_id)
                if kind == "comment" and luck < 0.05 else None,
            )))
        is_done = False
        for change in changes:
            kind, to = self._event(change, is_done, reopens, rng.random())
            if change.name == "status":
                is_done = change.value in ("solved", "closed")
            if kind:
                author = self._actor(change.actor, customer, rng.random())
                if kind == "open" and rng.random() < 0.5:
                    author = _teammate(BOT_ID, "bot")
                steps.append((change.at, 2, Part(
                    None, ticket.number, kind, change.at, author, 0,
                    assigned_to=to,
                )))
        steps.sort(key=lambda step: step[:2])
        return [
            replace(
                part, part_id=ticket.number * 1000 + place,
                external_id=external_id,
                synced_at=part.at + 200 + int(rng.random() * 3300),
            )
            for place, (_, _, part) in enumerate(steps)
        ]

    @staticmethod
    def _event(change: Change, is_done: bool, reopens: set[int], luck: float):
        """Return the type of the part that records a change, and to whom."""
        if change.name == "status" and change.value == "open":
            if change.actor == "customer" and change.at in reopens:
                return "open", None
            return None, None
        if change.name == "status":
            if is_done:
                # Intercom knows one kind of closed; automations close again.
                return ("close" if luck < 0.3 else (
                    "conversation_attribute_updated_by_workflow"
                )), None
            return "close", None
        if change.name == "assignee":
            holder = AI_AGENT_ID
            if change.value != "ai":
                holder = HUMAN_BASE + int(change.value[6:])
            kind = "assignment"
            if change.actor == "bot" and luck < 0.5:
                kind = "workflow_assignment"
            return kind, ("admin", str(holder))
        if change.name == "transfer":
            return "assignment", ("team", TEAM_ID)
        if change.value == "offered":
            return None, None
        return "conversation_rating_changed", None

    def _write_part(self, rng: Random, part: Part) -> None:
        """Write one part, and what goes wrong around it."""
        luck, delay = rng.random(), rng.random()
        table = self.out.parts
        if self.plan.dirt:
            if luck < 0.005:
                self.counts["late_rows"] += 1
                part = replace(
                    part, synced_at=part.synced_at + DAY + int(delay * 4 * DAY)
                )
            elif luck < 0.02:
                self.counts["duplicated_rows"] += 1
                self.out.part(
                    replace(part, synced_at=part.synced_at + DAY)
                )
            elif luck < 0.0215:
                self._unusable(table, None, "missing_id")
                self.out.part(replace(part, part_id=None))
            elif luck < 0.023:
                number = part.part_id + 500
                self._unusable(table, number, "time_after_load")
                self.out.part(replace(
                    part, part_id=number, at=part.synced_at + 6 * DAY
                ))
            elif luck < 0.0245:
                number = part.part_id + 600
                self._unusable(table, number, "unreadable_time")
                self.out.part(replace(part, part_id=number, at=None))
            elif luck < 0.0255:
                number = part.part_id + 700
                self._unusable(table, number, "missing_parent")
                self.out.part(replace(
                    part, part_id=number, conversation=None
                ))
        self.out.part(part)

    def _unusable(self, table: str, row_id: int | None, reason: str) -> None:
        key = None if row_id is None else str(row_id)
        self.unusable.append((f"intercom.{table}", key, reason))

    # ----------------------------------------------------------------- people
    def _requester(self, thread: Thread) -> int:
        return requester_of(
            thread.customer, thread.ticket.channel, self.plan.has_events
        )

    def _customer(self, thread: Thread) -> Author:
        number = self._requester(thread)
        user = self.users.get(number)
        return Author(_contact_id(number), "user", user and user.email)

    def _author(self, message: Message, customer: Author, luck) -> Author:
        if message.role == "customer":
            return replace(customer, kind="user" if luck < 0.8 else "contact")
        if message.role == "ai_agent":
            # Some answers go out from a bot that only its mark gives away.
            if luck < 0.1:
                return Author("9000077", "bot", None, True)
            return _teammate(AI_AGENT_ID, "bot" if luck < 0.4 else "admin")
        if message.role == "bot_automation":
            return _teammate(BOT_ID, "bot" if luck < 0.5 else "admin")
        return _teammate(HUMAN_BASE + message.author, "admin")

    @staticmethod
    def _actor(actor: str, customer: Author, luck: float) -> Author:
        if actor == "ai":
            return _teammate(AI_AGENT_ID, "bot" if luck < 0.4 else "admin")
        if actor == "customer":
            return customer
        if actor.startswith("human:"):
            return _teammate(HUMAN_BASE + int(actor[6:]), "admin")
        return _teammate(BOT_ID, "bot" if luck < 0.5 else "admin")

    def _contact(self, user: DeskUser) -> None:
        """Write one customer as Intercom knows them."""
        rng = self.luck(f"user-{user.user_id}")
        case, upper, older = rng.random(), rng.random(), rng.random()
        email, external_id = user.email, user.external_id
        if self.plan.dirt and case < 0.14 and email:
            self.counts["emails_in_other_case"] += 1
            email = email.upper() if case < 0.04 else email.title()
        if self.plan.dirt and upper < 0.03 and external_id:
            external_id = external_id.upper()
        contact = Contact(
            _contact_id(user.user_id), external_id, email, "user",
            user.customer.name, user.created_at, user.created_at,
            # Whoever imports contacts may set any day.
            user.created_at + (3000 * DAY if older > 0.9 else 0),
            user.created_at + HOUR,
        )
        if self.plan.dirt and older < 0.03 and email:
            self.counts["duplicated_rows"] += 1
            self.out.contact(replace(
                contact, email=email.upper(),
                updated_at=user.created_at - HOUR, synced_at=user.created_at,
            ))
        elif self.plan.dirt and older < 0.06 and email:
            # They wrote from another browser once: a lead of their own.
            self.counts["second_contacts_of_one_email"] += 1
            self.out.contact(replace(
                contact, contact_id=f"f{user.user_id:023x}", external_id=None,
                role="lead",
            ))
        self.out.contact(contact)


def _contact_id(number: int) -> str:
    return f"5f{number:022x}"


def _teammate(admin_id: int, kind: str) -> Author:
    return Author(str(admin_id), kind, EMAILS.get(admin_id))


def _as_html(text: str | None, luck: float) -> str | None:
    """Return a text as Intercom keeps it: paragraphs or line breaks."""
    if not text:
        return text
    lines = [
        escape(line, quote=luck < 0.5).replace("&#x27;", "&#39;")
        for line in text.replace("\r\n", "\n").split("\n")
    ]
    if luck < 0.4:
        return "\n".join(f"<p>{line}</p>" for line in lines)
    return f'<p class="no-margin">{"<br>".join(lines)}</p>'

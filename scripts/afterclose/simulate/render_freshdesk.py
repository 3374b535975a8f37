"""Freshdesk, as Airbyte lands it and as exports of its API have it.

No kind of author, no history on the ticket, statuses by number on the ticket
and by name in the activities, surveys that leave a trace only when answered,
and an answer that looks like one more reply of the customer.
"""

from __future__ import annotations

from json import dumps
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
from .freshdesk_rows import (
    ACTIVITY,
    AGENT,
    API,
    CONTACT,
    CONVERSATION,
    CREATED_BY_NOBODY,
    DONE,
    FIELD,
    FIELDS,
    FRONT_DESK,
    NUMBERS,
    OPEN,
    PEOPLE,
    RATING,
    SOLVED_BY_AI,
    TICKET,
    day_first_text,
    of_airbyte,
    pairs,
    stats_of,
    time_text,
)
from .plan import HOUR, Plan
from .records import Batch, Change, Message, Thread, Ticket
from .renderers import Renderer, Rows, renders
from .times import MICROSECONDS

DAY = 24 * HOUR
TABLES = {
    "tickets": TICKET, "conversations": CONVERSATION, "contacts": CONTACT,
    "agents": AGENT, "satisfaction_ratings": RATING, "ticket_fields": FIELD,
    "ticket_activities": ACTIVITY,
}


@renders("freshdesk")
class FreshdeskRenderer(Renderer):
    """Writes tickets, replies, people, ratings, fields and activities."""

    schema_name = "freshdesk"
    kind = "tickets"
    layouts = ("airbyte", "api")
    variables = {
        "freshdesk_human_group_ids": [PEOPLE],
        "freshdesk_done_statuses": ["4", "5", "9"],
    }

    def __init__(self, plan: Plan, layout: str | None = None) -> None:
        super().__init__(plan, layout)
        self.is_api = self.layout == "api"
        self.tables = {
            name: API.get(name, schema) if self.is_api
            else of_airbyte(schema)
            for name, schema in TABLES.items()
        }

    def render(self, batch: Batch) -> Rows:
        """Return one batch's rows; see ``Renderer.render``."""
        rows: Rows = {name: [] for name in self.tables}
        if batch.block == 0:
            self._staff(rows)
            self._form(rows)
        for thread in ticket_threads(batch):
            requester = requester_of(
                thread.customer, thread.ticket.channel, self.plan.has_events
            )
            self._ticket(rows, self.luck(thread.key), thread, requester)
        for user in desk_users(batch):
            self._contact(rows, user)
        return rows

    # ------------------------------------------------------------------- rows
    def _add(self, rows: Rows, table: str, row: dict, synced: int) -> None:
        """Append a row; times are still seconds, nested values still nested.

        ``synced`` is when the loader saw it; exports of the API do not say.
        """
        rng = Random(f"{self.plan.seed}/{row.get('id')}/{synced}/{table}")
        is_offset = self.is_api and self.plan.dirt and rng.random() < 0.2
        if self.is_api and table == "ticket_activities":
            row["performed_at"] = day_first_text(row["performed_at"])
        row["_airbyte_raw_id"] = f"{rng.getrandbits(64):016x}"
        row["_airbyte_extracted_at"] = synced * MICROSECONDS
        row["_airbyte_meta"] = '{"changes":[]}'
        values = []
        for name in self.tables[table].names:
            value = row.get(name)
            if name.endswith("_at") and name[0] != "_" and (
                isinstance(value, int)
            ):
                value = time_text(value, is_offset)
            elif isinstance(value, (dict, list)):
                value = dumps(value, separators=(",", ":"))
            values.append(value)
        rows[table].append(tuple(values))

    def _unusable(self, rows, table, key, reason, row, synced) -> None:
        key = None if key is None else str(key)
        self.unusable.append((f"freshdesk.{table}", key, reason))
        self._add(rows, table, row, synced)

    # ---------------------------------------------------------------- tickets
    def _ticket(
        self, rows: Rows, rng: Random, thread: Thread, requester: int
    ) -> None:
        """Write one ticket in the state it had at the horizon."""
        ticket, horizon = thread.ticket, self.plan.horizon
        dice = [rng.random() for _ in range(10)]
        messages = sorted(
            (
                message for conversation in thread.conversations
                for message in conversation.messages
            ),
            key=lambda message: message.at,
        )
        changes = [
            change for change in sorted(
                ticket.changes, key=lambda change: change.at
            )
            if change.at <= horizon
        ]
        updated = max(
            [ticket.created_at]
            + [change.at for change in changes]
            + [entry.at for entry in messages if entry.seen_at <= horizon]
        )
        marks = self._marks(thread, dice[2])
        source = 1
        description = messages[0].text if messages else None
        if ticket.chat_id:
            source = 12 if dice[3] < 0.2 else 7
            description = f"Conversation with {thread.customer.name}"
        if ticket.opened_by_agent:
            source = 10
        assignee = self._assignee(ticket, changes)
        status = self._status(changes)
        first = None if ticket.chat_id or not messages else messages[0]
        self._replies(rows, rng, ticket, messages, requester, first)
        self._ratings(rows, rng, ticket, changes, requester)
        self._activities(
            rows, rng, ticket, changes, requester, source, marks,
            has_history=not self._needs_no_history(ticket, dice[4]),
        )
        row = {
            "id": ticket.number, "subject": ticket.subject,
            "description": f"<div>{description or ''}</div>",
            "description_text": description, "status": NUMBERS[status],
            "source": source, "priority": 1 + int(dice[5] * 4),
            "requester_id": requester, "responder_id": assignee,
            "group_id": 67000260063, "type": "Question",
            "spam": marks.get("spam") == "column",
            "deleted": marks.get("deleted") == "column",
            "tags": [tag for tag, at in ticket.tags if at <= horizon]
            + (["web widget"] if dice[6] < 0.2 else []),
            "custom_fields": self._custom_fields(ticket, dice[7]),
            "stats": {
                name: at if at is None else time_text(at)
                for name, at in stats_of(changes, messages, horizon).items()
            },
            "created_at": ticket.created_at, "updated_at": updated,
        }
        synced = updated + 300 + int(dice[0] * 3300)
        if self.plan.dirt and dice[1] < 0.006:
            self.counts["late_rows"] += 1
            synced += DAY + int(dice[0] * 4 * DAY)
        if self.plan.dirt and dice[8] < 0.04:
            self.counts["duplicated_rows"] += 1
            self._add(rows, "tickets", {
                **row, "status": 2, "updated_at": ticket.created_at,
                "responder_id": None, "spam": False, "deleted": False,
            }, ticket.created_at + 200)
        self._add(rows, "tickets", row, synced)

    def _marks(self, thread: Thread, luck: float) -> dict[str, str]:
        """Return where the ticket's spam and deletion stand, if anywhere.

        Airbyte does not load deleted tickets again: an activity tells.
        """
        marks = {}
        if thread.customer.keys == "spammer":
            marks["spam"] = "column" if luck < 0.5 else "activity"
        if thread.ticket.deleted_at <= self.plan.horizon:
            is_column = self.is_api and luck < 0.7
            marks["deleted"] = "column" if is_column else "activity"
        return marks

    @staticmethod
    def _needs_no_history(ticket: Ticket, luck: float) -> bool:
        """Return whether the ticket's own last times say all there is.

        The export of activities is switched on later than the help desk.
        """
        statuses = [
            change.value for change in ticket.changes
            if change.name == "status"
        ]
        return luck < 0.25 and statuses.count("open") == 1 and not any(
            change.name in ("assignee", "transfer")
            for change in ticket.changes
        )

    def _custom_fields(self, ticket: Ticket, luck: float):
        """Return the fields, in Singer's array for some exports."""
        merged = ticket.merged_into
        is_merged = merged is not None and ticket.merged_at <= (
            self.plan.horizon
        )
        fields = {
            "cf_session_id": ticket.session_field,
            "cf_follow_up_of": ticket.follow_up_of and str(
                ticket.follow_up_of
            ),
            "cf_merged_into": str(merged.number) if is_merged else None,
            "cf_order": None,
        }
        if self.is_api and luck < 0.5:
            return pairs(fields, "name")
        return fields

    def _assignee(self, ticket: Ticket, changes: list[Change]) -> int | None:
        """Return who holds the ticket; outbound mail is its writer's."""
        holder = None
        if ticket.opened_by_agent:
            holder = HUMAN_BASE + ticket.opened_by_agent
        for change in changes:
            if change.name == "assignee":
                holder = self._holder(change.value)
        return holder

    @staticmethod
    def _holder(value: str) -> int:
        if value == "ai":
            return AI_AGENT_ID
        return HUMAN_BASE + int(value[6:])

    @staticmethod
    def _status(changes: list[Change]) -> str:
        """Return the account's name of the last status."""
        status = OPEN
        for change in changes:
            if change.name == "status":
                status = _named(change)
        return status

    # ------------------------------------------------------------ the history
    def _activities(
        self, rows, rng, ticket, changes, requester, source, marks,
        has_history,
    ) -> None:
        """Write what was changed, several changes of a moment as one."""
        moments: dict[tuple[int, str], dict] = {}
        created: dict = {"new_ticket": True, "source": source}
        if ticket.chat_id:
            created["group"] = FRONT_DESK
        if ticket.opened_by_agent and has_history:
            created["agent_id"] = HUMAN_BASE + ticket.opened_by_agent
        moments[ticket.created_at, CREATED_BY_NOBODY] = created
        for change in changes:
            if change.name == "rating" or not has_history:
                continue
            actor = change.actor
            if change.at == ticket.created_at and change.actor == "bot":
                actor = CREATED_BY_NOBODY
            if change.name == "transfer":
                actor = "ai"
            activity = moments.setdefault((change.at, actor), {})
            if change.name == "status":
                activity["status"] = _named(change)
            elif change.name == "assignee":
                activity["agent_id"] = self._holder(change.value)
            else:
                activity["group"] = PEOPLE
        for tag, at in ticket.tags:
            if at <= self.plan.horizon:
                moments.setdefault((at, "bot"), {}).setdefault(
                    "added_tags", []
                ).append(tag)
        for mark, place in marks.items():
            at = ticket.deleted_at if mark == "deleted" else ticket.created_at
            if place == "activity":
                moments.setdefault((at, "human:1"), {})[mark] = True
        if not has_history:
            self.counts["tickets_without_recorded_history"] += 1
        for (at, actor), activity in moments.items():
            self._activity(rows, rng, ticket, at, actor, requester, activity)

    def _activity(
        self, rows, rng, ticket, at, actor, requester, activity
    ) -> None:
        delay, luck = rng.random(), rng.random()
        performer = None
        if actor == "ai":
            performer = AI_AGENT_ID
        elif actor == "customer":
            performer = requester if luck < 0.7 else None
        elif actor.startswith("human:"):
            performer = HUMAN_BASE + int(actor[6:])
        elif luck < 0.4:
            performer = BOT_ID
        if actor in ("bot", CREATED_BY_NOBODY) and luck > 0.7:
            activity["automation"] = {"type": 1, "rule": "Route and close"}
        row = {
            "ticket_id": ticket.number, "performed_at": at,
            "performer_type": "user" if performer else "system",
            "performer_id": performer, "activity": activity,
            "export_date": time_text(at)[:10],
        }
        synced = (at // DAY + 1) * DAY + int(delay * 4 * HOUR)
        if self.plan.dirt and delay < 0.02:
            self.counts["duplicated_rows"] += 1
            self._add(rows, "ticket_activities", dict(row), synced + DAY)
        if self.plan.dirt and delay > 0.999:
            self._unusable(
                rows, "ticket_activities", None, "missing_parent",
                {**row, "ticket_id": None}, synced,
            )
        self._add(rows, "ticket_activities", row, synced)

    # --------------------------------------------------------------- messages
    def _replies(
        self, rows, rng, ticket, messages, requester, first: Message | None
    ) -> None:
        """Write all messages but the first mail, which is the description."""
        for place, message in enumerate(messages):
            delay, dirt, sender = rng.random(), rng.random(), rng.random()
            if message is first or message.seen_at > self.plan.horizon:
                continue
            synced = message.at + 200 + int(delay * 3300)
            if self.plan.dirt and dirt < 0.005:
                self.counts["late_rows"] += 1
                synced += DAY + int(delay * 4 * DAY)
            body = message.text
            if self.plan.dirt and dirt > 0.97 and body:
                # The desk keeps mail line ends and stray blanks.
                body = body.replace("\n", "\r\n").replace(". ", ".  ") + " "
            row = {
                "id": ticket.number * 1000 + place, "ticket_id": ticket.number,
                "body": None if body is None else f"<div>{body}</div>",
                "body_text": body, "private": not message.is_public,
                "source": 0 if message.is_public else 2,
                "created_at": message.at, "updated_at": message.at,
                "auto_response": False,
                **self._author(message, requester, sender),
            }
            if not (body or "").strip():
                row["body"] = None
            self._soil_reply(rows, row, synced, dirt)
            self._add(rows, "conversations", row, synced)

    def _author(self, message: Message, requester: int, luck: float) -> dict:
        """Return what little Freshdesk says about who wrote."""
        if message.role == "customer":
            is_automatic = message.kind == "auto_reply" and luck < 0.5
            return {
                "user_id": requester, "incoming": True, "category": 1,
                "auto_response": is_automatic,
            }
        if message.role == "bot_automation":
            # Rules write in the name of whoever set them up.
            self.counts["automations_in_an_agents_name"] += luck < 0.5
            return {
                "user_id": HUMAN_BASE + 1 if luck < 0.5 else BOT_ID,
                "incoming": False, "category": 3,
                "automation_id": 67000012345 if luck < 0.5 else None,
                "automation_type_id": 1 if luck < 0.5 else None,
            }
        author = AI_AGENT_ID
        if message.role == "human_agent":
            author = HUMAN_BASE + message.author
        return {
            "user_id": author, "incoming": False,
            "category": 3 if message.is_public else 2,
        }

    def _soil_reply(self, rows, row: dict, synced: int, dirt: float) -> None:
        if not self.plan.dirt:
            return
        if 0.005 <= dirt < 0.02:
            self.counts["duplicated_rows"] += 1
            self._add(rows, "conversations", dict(row), synced + DAY)
        elif 0.02 <= dirt < 0.0215:
            self._unusable(
                rows, "conversations", None, "missing_id",
                {**row, "id": None}, synced,
            )
        elif 0.0215 <= dirt < 0.023:
            self._unusable(
                rows, "conversations", row["id"] + 500, "time_after_load",
                {**row, "id": row["id"] + 500,
                 "created_at": synced + 6 * DAY}, synced,
            )
        elif 0.023 <= dirt < 0.0245:
            self._unusable(
                rows, "conversations", row["id"] + 600, "unreadable_time",
                {**row, "id": row["id"] + 600, "created_at": None}, synced,
            )

    def _ratings(self, rows, rng, ticket, changes, requester) -> None:
        """Write each answered survey, and the reply that comes with it."""
        answers = [
            change for change in changes
            if change.name == "rating" and change.value != "offered"
        ]
        for place, answer in enumerate(answers):
            luck, delay = rng.random(), rng.random()
            synced = answer.at + 200 + int(delay * 3300)
            number = ticket.number * 1000 + 900 + place
            value = 101 + int(luck * 3)
            if answer.value == "bad":
                value = -value
            ratings: object = {
                "question_67000084816": 100, "default_question": value,
            }
            if self.is_api and luck < 0.5:
                ratings = pairs(ratings, "question")
            words = pick_words(luck)
            self._add(rows, "satisfaction_ratings", {
                "id": number, "survey_id": 67000084490,
                "ticket_id": ticket.number, "user_id": requester,
                "agent_id": HUMAN_BASE + 1, "feedback": words,
                "ratings": ratings, "created_at": answer.at,
                "updated_at": answer.at,
            }, synced)
            self.counts["survey_answers_that_look_like_replies"] += 1
            self._add(rows, "conversations", {
                "id": number, "ticket_id": ticket.number,
                "body": f"<div>{words}</div>", "body_text": words,
                "incoming": True, "private": False, "user_id": requester,
                "source": 6, "category": 7, "auto_response": False,
                "created_at": answer.at, "updated_at": answer.at,
            }, synced)

    # ----------------------------------------------------------------- people
    def _staff(self, rows: Rows) -> None:
        """Write the seats, of bots and people; one person is a contact too."""
        hired = self.plan.start - 90 * DAY
        for user_id, name, email in staff():
            self._add(rows, "agents", {
                "id": user_id, "type": "support_agent", "ticket_scope": 1,
                "contact": {"active": True, "email": email, "name": name},
                "created_at": hired, "updated_at": hired,
            }, hired + HOUR)
        self._add(rows, "contacts", {
            "id": HUMAN_BASE + 2, "active": True, "name": "Agent at home",
            "email": staff()[3][2], "created_at": hired, "updated_at": hired,
        }, hired + HOUR)

    def _form(self, rows: Rows) -> None:
        """Write the ticket form, whose field status names the statuses."""
        drawn_up = self.plan.start - 90 * DAY
        for number, (name, choices) in enumerate(FIELDS, 67000439404):
            self._add(rows, "ticket_fields", {
                "id": number, "name": name, "label": name.title(),
                "type": f"default_{name}", "choices": choices,
                "created_at": drawn_up, "updated_at": drawn_up,
            }, drawn_up + HOUR)

    def _contact(self, rows: Rows, user: DeskUser) -> None:
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
        created = user.created_at
        row = {
            "id": user.user_id, "active": True, "name": user.customer.name,
            "email": email, "unique_external_id": external_id,
            "custom_fields": {}, "csat_rating": 103 if older > 0.9 else None,
            "created_at": created, "updated_at": created,
        }
        if self.plan.dirt and older < 0.03 and email:
            self.counts["duplicated_rows"] += 1
            self._add(rows, "contacts", {
                **row, "email": email.upper(), "updated_at": created - HOUR,
            }, created - HOUR)
        self._add(rows, "contacts", row, created + HOUR)


def _named(change: Change) -> str:
    """Return the account's name of a status."""
    if change.value == "solved":
        return SOLVED_BY_AI if change.actor == "ai" else DONE
    return "Closed" if change.value == "closed" else OPEN


def pick_words(luck: float) -> str:
    """Return what a customer writes into the survey."""
    words = ("Where is my refund?", "Quick and friendly", "ok", "Still broken")
    return words[int(luck * 997) % len(words)]

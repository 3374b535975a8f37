"""Zendesk's rows as Airbyte lands them, made out of Fivetran's.

Same facts, other shape: what Fivetran spreads over tables of field changes,
tags and chats lies here in the JSON of ``tickets`` and ``ticket_audits``.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable
from random import Random

from .renderers import FLAG, INSTANT, INTEGER, TEXT, Rows, columns
from .times import MICROSECONDS, zulu_text

AIRBYTE = {
    "_airbyte_raw_id": TEXT, "_airbyte_extracted_at": INSTANT,
    "_airbyte_meta": TEXT, "_airbyte_generation_id": INTEGER,
}
AIRBYTE_TABLES = {
    "tickets": columns(
        id=INTEGER, url=TEXT, via=TEXT, tags=TEXT, type=TEXT,
        group_id=INTEGER, status=TEXT, subject=TEXT, brand_id=INTEGER,
        priority=TEXT, recipient=TEXT, is_public=FLAG, created_at=INSTANT,
        updated_at=INSTANT, external_id=TEXT, assignee_id=INTEGER,
        description=TEXT, requester_id=INTEGER, submitter_id=INTEGER,
        custom_fields=TEXT, followup_ids=TEXT, merged_ticket_ids=TEXT,
        satisfaction_rating=TEXT, generated_timestamp=INTEGER, **AIRBYTE,
    ),
    "ticket_comments": columns(
        id=INTEGER, ticket_id=INTEGER, author_id=INTEGER, audit_id=INTEGER,
        type=TEXT, body=TEXT, plain_body=TEXT, html_body=TEXT, public=FLAG,
        via=TEXT, metadata=TEXT, attachments=TEXT, created_at=INSTANT,
        **AIRBYTE,
    ),
    "ticket_audits": columns(
        id=INTEGER, ticket_id=INTEGER, author_id=INTEGER, created_at=INSTANT,
        via=TEXT, metadata=TEXT, events=TEXT, **AIRBYTE,
    ),
    "users": columns(
        id=INTEGER, url=TEXT, name=TEXT, email=TEXT, external_id=TEXT,
        role=TEXT, active=FLAG, suspended=FLAG, time_zone=TEXT,
        iana_time_zone=TEXT, locale=TEXT, created_at=INSTANT,
        updated_at=INSTANT, **AIRBYTE,
    ),
    "deleted_tickets": columns(
        id=INTEGER, actor=TEXT, subject=TEXT, deleted_at=INSTANT,
        previous_state=TEXT, **AIRBYTE,
    ),
    "satisfaction_ratings": columns(
        id=INTEGER, ticket_id=INTEGER, score=TEXT, reason=TEXT, comment=TEXT,
        requester_id=INTEGER, assignee_id=INTEGER, created_at=INSTANT,
        updated_at=INSTANT, **AIRBYTE,
    ),
}
# Zendesk's own number for what no person and no bot did.
SYSTEM_ID = -1
RULE = {"channel": "rule", "source": {"rel": "trigger", "from": {"id": 3600}}}
Record = dict[str, object]


class AirbyteShape:
    """Turns one batch of Fivetran's rows into Airbyte's.

    ``luck`` gives the dice for a key; ``is_dirty`` plants what append modes
    leave behind: older versions, audits that were loaded while a chat ran.
    """

    def __init__(
        self, records: dict[str, list[Record]], luck: Callable[[str], Random],
        is_dirty: bool,
    ) -> None:
        self.records = records
        self.luck = luck
        self.is_dirty = is_dirty
        self.rows: Rows = {name: [] for name in AIRBYTE_TABLES}
        self.lost_audits: list[str] = []

    def render(self) -> Rows:
        """Return the batch's rows per table."""
        self._tickets()
        self._comments()
        self._users()
        self._audits()
        return self.rows

    def _write(self, table: str, synced: int, **values: object) -> None:
        names = AIRBYTE_TABLES[table].names
        values |= {
            "_airbyte_raw_id": f"{table}-{len(self.rows[table])}-{synced}",
            "_airbyte_extracted_at": synced, "_airbyte_meta": "{}",
            "_airbyte_generation_id": 0,
        }
        self.rows[table].append(tuple(values.get(name) for name in names))

    # ---------------------------------------------------------------- tickets
    def _tickets(self) -> None:
        tags = defaultdict(list)
        for record in self.records["ticket_tag"]:
            tags[record["ticket_id"]].append(record["tag"])
        newest = {
            record["id"]: record["updated_at"]
            for record in sorted(
                self.records["ticket"], key=lambda record: record["updated_at"]
            )
        }
        for record in self.records["ticket"]:
            is_newest = record["updated_at"] == newest[record["id"]]
            # A tag that was taken off is left in the older version.
            listed = tags[record["id"]] if is_newest else ["waiting", "test"]
            self._ticket(record, listed)
            if is_newest:
                self._bin(record)

    def _ticket(self, record: Record, tags: list[str]) -> None:
        origin = record["via_followup_source_id"]
        source: Record = {"from": {}, "to": {}, "rel": None}
        if record["via_source_from_address"]:
            source["from"] = {"address": record["via_source_from_address"]}
        if origin:
            source |= {"from": {"ticket_id": origin}, "rel": "follow_up"}
        self._write(
            "tickets", record["_fivetran_synced"],
            **{
                name: record.get(name)
                for name in AIRBYTE_TABLES["tickets"].names
            } | {
                "via": json.dumps(
                    {"channel": record["via_channel"], "source": source}
                ),
                "tags": json.dumps(tags),
                "custom_fields": '[{"id": 360001, "value": null}]',
                "followup_ids": record["followup_ids"],
                "satisfaction_rating": '{"score": "unoffered"}',
                "generated_timestamp": record["updated_at"] // MICROSECONDS,
            },
        )

    def _bin(self, record: Record) -> None:
        """Write a ticket into the bin: deleted ones, and a few restored."""
        deleted_at = record["updated_at"]
        if not record["_fivetran_deleted"]:
            chance = self.luck(f"bin-{record['id']}").random()
            if not self.is_dirty or chance > 0.02:
                return
            deleted_at -= MICROSECONDS
        self._write(
            "deleted_tickets", record["_fivetran_synced"], id=record["id"],
            actor='{"id": 8000001}', subject=record["subject"],
            deleted_at=deleted_at, previous_state=record["status"],
        )

    # --------------------------------------------------- comments and people
    def _comments(self) -> None:
        for record in self.records["ticket_comment"]:
            body = record["body"]
            self._write(
                "ticket_comments", record["_fivetran_synced"],
                id=record["id"], ticket_id=record["ticket_id"],
                author_id=record["user_id"], type="Comment", body=body,
                plain_body=body,
                html_body=body and f'<div class="zd-comment">{body}</div>',
                public=record["public"], via='{"channel": "email"}',
                metadata='{"system": {}, "custom": {}}', attachments="[]",
                created_at=record["created"],
            )

    def _users(self) -> None:
        for record in self.records["user"]:
            self._write(
                "users", record["_fivetran_synced"],
                **{
                    name: record.get(name)
                    for name in AIRBYTE_TABLES["users"].names
                },
            )

    # ----------------------------------------------------------------- audits
    def _audits(self) -> None:
        """Write every change as part of an audit, with the chats."""
        requesters = {
            record["id"]: record["requester_id"]
            for record in self.records["ticket"]
        }
        changes = defaultdict(list)
        for record in self.records["ticket_field_history"]:
            if record["ticket_id"] is None:
                self._lost_audit(record)
            else:
                changes[record["ticket_id"]].append(record)
        chats = {
            record["ticket_id"]: record
            for record in self.records["ticket_chat"]
        }
        for ticket_id in sorted(changes.keys() | chats.keys()):
            history = sorted(
                changes[ticket_id], key=lambda record: record["updated"]
            )
            rng = self.luck(f"audits-{ticket_id}")
            history = self._ratings(rng, ticket_id, history)
            self._changes(rng, ticket_id, history, requesters.get(ticket_id))
            if ticket_id in chats:
                self._chat(rng, chats[ticket_id])

    def _lost_audit(self, record: Record) -> None:
        audit_id = record["updated"] // MICROSECONDS
        self.lost_audits.append(str(audit_id))
        self._write(
            "ticket_audits", record["_fivetran_synced"], id=audit_id,
            author_id=record["user_id"], created_at=record["updated"],
            events="[]",
        )

    def _ratings(
        self, rng: Random, ticket_id: int, history: list[Record]
    ) -> list[Record]:
        """Write the survey's table; return the history that audits tell.

        Of some tickets the table alone knows the survey, as one row or one
        row per step.
        """
        steps = [
            record for record in history
            if record["field_name"] == "satisfaction_score"
        ]
        offers = [step for step in steps if step["value"] == "offered"]
        in_table_only, in_one_row = rng.random() < 0.2, rng.random() < 0.5
        if len(offers) != 1 or steps[0] is not offers[0]:
            return history
        shown = [steps[0], steps[-1]] if steps[1:] else steps[:1]
        if in_one_row and steps[1:]:
            shown = steps[-1:]
        for place, step in enumerate(shown):
            created = steps[0] if step is shown[0] else step
            self._write(
                "satisfaction_ratings", step["_fivetran_synced"],
                id=ticket_id * 10 + place, ticket_id=ticket_id,
                score=step["value"], created_at=created["updated"],
                updated_at=step["updated"],
            )
        if not in_table_only:
            return history
        return [record for record in history if record not in steps]

    def _changes(
        self, rng: Random, ticket_id: int, history: list[Record],
        requester: int | None,
    ) -> None:
        """Write the audits that change fields, one per moment and actor."""
        moments = defaultdict(list)
        for record in history:
            moments[record["updated"], record["user_id"]].append(record)
        before: dict[str, object] = {}
        for place, ((at, user_id), records) in enumerate(moments.items()):
            audit_id = ticket_id * 10_000 + place * 10
            # What nobody did a trigger made of somebody's audit, or of its own.
            is_rule = user_id is None
            author = user_id
            if is_rule:
                author = requester if rng.random() < 0.5 else SYSTEM_ID
            events: list[Record] = []
            for record in records:
                name, value = record["field_name"], record["value"]
                event: Record = {
                    "id": audit_id * 10 + len(events),
                    "type": "Change" if name in before else "Create",
                    "field_name": name, "value": value,
                }
                if name in before:
                    event["previous_value"] = before[name]
                if is_rule:
                    event["via"] = RULE
                events.append(event)
                before[name] = value
                if name == "satisfaction_score" and value != "offered":
                    events.append({
                        "id": audit_id * 10 + len(events),
                        "type": "SatisfactionRating", "score": value,
                    })
            events += self._noise(rng, audit_id * 10 + len(events))
            synced = max(record["_fivetran_synced"] for record in records)
            self._audit(rng, audit_id, ticket_id, author, at, synced, events)

    @staticmethod
    def _noise(rng: Random, event_id: int) -> list[Record]:
        """Return events that look like changes of the status and are none."""
        luck = rng.random()
        if luck < 0.1:
            return [{
                "id": event_id, "type": "Change", "field_name": "360001",
                "value": "solved", "previous_value": None,
            }]
        if luck < 0.2:
            return [{
                "id": event_id, "type": "Change", "field_name": "tags",
                "value": ["vip", "solved"], "previous_value": [],
            }]
        if luck < 0.3:
            return [{
                "id": event_id, "type": "Notification", "subject": "solved",
                "body": "Your request was solved", "recipients": [1],
            }]
        return []

    def _audit(
        self, rng: Random, audit_id, ticket_id, author, at, synced, events
    ) -> None:
        row = {
            "id": audit_id, "ticket_id": ticket_id, "author_id": author,
            "created_at": at, "via": '{"channel": "web"}',
            "metadata": '{"system": {}, "custom": {}}',
            "events": json.dumps(events),
        }
        self._write("ticket_audits", synced, **row)
        if self.is_dirty and rng.random() < 0.03:
            self._write("ticket_audits", synced + 3600 * MICROSECONDS, **row)

    # ------------------------------------------------------------------ chats
    def _chat(self, rng: Random, chat: Record) -> None:
        """Write the audit that holds a chat. A chat that went on in another
        ticket is told in the audits of both."""
        events = [
            record for record in self.records["ticket_chat_event"]
            if record["chat_id"] == chat["chat_id"]
        ]
        if not events:
            return
        is_encoded = rng.random() < 0.3
        history = [self._chat_event(event, is_encoded) for event in events]
        audit_id = chat["ticket_id"] * 10_000 + 9_000
        at = min(event["created_at"] for event in events)
        synced = max(event["_fivetran_synced"] for event in events)
        if self.is_dirty and rng.random() < 0.1:
            # Loaded while the chat ran: the history is filled in at its end.
            half = history[: len(history) // 2]
            self._chat_audit(rng, chat, audit_id, at, at + MICROSECONDS, half)
        self._chat_audit(rng, chat, audit_id, at, synced, history)

    def _chat_audit(
        self, rng: Random, chat: Record, audit_id, at, synced, history
    ) -> None:
        value = {
            "chat_id": chat["chat_id"], "visitor_id": chat["visitor_id"],
            "user_id": chat["user_id"], "initiator": chat["initiator"],
            "authenticated": True, "backend": "chat",
            "channel": chat["channel"], "tags": [], "webpath": [],
            "history": history,
        }
        events = [{
            "id": audit_id * 10, "type": "ChatStartedEvent", "value": value,
        }]
        self._audit(
            rng, audit_id, chat["ticket_id"], SYSTEM_ID, at, synced, events
        )

    @staticmethod
    def _chat_event(record: Record, is_encoded: bool) -> Record:
        at = record["created_at"]
        event: Record = {
            "chat_index": record["chat_index"], "type": record["type"],
            "actor_id": record["actor_id"],
            "timestamp": zulu_text(at // MICROSECONDS) if is_encoded
            else at // 1000,
        }
        original = record["original_message"]
        if record["message"] is not None:
            event["message"] = record["message"]
        if original:
            event["message_id"] = record["message_id"]
            event["original_message"] = (
                original if is_encoded else json.loads(original)
            )
        return event

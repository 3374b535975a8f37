"""Langfuse, as its blob-storage export leaves it, in both layouts.

One trace per run of the agent; a session groups the runs. The warts: text
times in three forms, input and output as plain text, JSON or JSON inside
JSON, and generations whose input repeats the whole conversation.
"""

from __future__ import annotations

import json
from json.encoder import encode_basestring_ascii as quoted
from random import Random

from .plan import HOUR
from .records import Batch, Customer, Session, Thread, Turn
from .renderers import (
    FLAG,
    NUMBER,
    TEXT,
    Renderer,
    Rows,
    columns,
    renders,
)
from .times import offset_text, plain_text, zulu_text

DAY = 24 * HOUR
PROJECT = "cl-lumenly-support"
AGENT = "support-agent"
VERSIONS = ("1.8.2", "2.0.0")
SYSTEM_PROMPT = (
    "You are Ava, the support assistant of Lumenly. Answer briefly and"
    " hand over to a colleague when you cannot help."
)
MODEL = "gpt-4o-mini-2024-07-18"
INPUT_FORMS = ("plain", "plain", "message", "chat", "messages", "double")
OUTPUT_FORMS = ("plain", "plain", "chat", "output", "double")

OBSERVATION = dict(
    id=TEXT, trace_id=TEXT, project_id=TEXT, environment=TEXT, type=TEXT,
    parent_observation_id=TEXT, start_time=TEXT, end_time=TEXT, name=TEXT,
    metadata=TEXT, level=TEXT, status_message=TEXT, version=TEXT, input=TEXT,
    output=TEXT, provided_model_name=TEXT, model_parameters=TEXT,
    usage_details=TEXT, cost_details=TEXT, completion_start_time=TEXT,
    prompt_name=TEXT, prompt_version=TEXT, total_cost=NUMBER, latency=NUMBER,
    time_to_first_token=NUMBER, model_id=TEXT, created_at=TEXT,
    updated_at=TEXT, tool_call_names=TEXT,
)
TRACES = columns(
    id=TEXT, timestamp=TEXT, name=TEXT, environment=TEXT, project_id=TEXT,
    metadata=TEXT, user_id=TEXT, session_id=TEXT, release=TEXT, version=TEXT,
    public=FLAG, bookmarked=FLAG, tags=TEXT, input=TEXT, output=TEXT,
    created_at=TEXT, updated_at=TEXT,
)
SCORES = columns(
    id=TEXT, timestamp=TEXT, project_id=TEXT, environment=TEXT, trace_id=TEXT,
    observation_id=TEXT, session_id=TEXT, dataset_run_id=TEXT, name=TEXT,
    value=NUMBER, source=TEXT, comment=TEXT, data_type=TEXT,
    string_value=TEXT, created_at=TEXT, updated_at=TEXT,
)
ENRICHED = columns(
    **OBSERVATION, user_id=TEXT, session_id=TEXT, trace_name=TEXT, tags=TEXT,
    release=TEXT, is_root_observation=FLAG, bookmarked=FLAG, public=FLAG,
    usage_pricing_tier_id=TEXT,
)
TEXT_PLACES = [
    place for place, entry in enumerate(columns(**OBSERVATION))
    if entry.type == TEXT
]
NULLABLE_IN_V2 = {"end_time", "completion_start_time"}


def wrapped_input(text: str, form: str) -> str:
    """Return what a customer wrote in one of the shapes agents log."""
    if form == "plain":
        return text
    if form == "message":
        return '{"message": ' + quoted(text) + "}"
    if form == "chat":
        return '{"role": "user", "content": ' + quoted(text) + "}"
    if form == "messages":
        return (
            '{"messages": [{"role": "user", "content": ' + quoted(text) + "}]}"
        )
    return quoted('{"message": ' + quoted(text) + "}")


def wrapped_output(text: str, form: str) -> str:
    """Return what the agent answered in one of the shapes agents log."""
    if form == "plain":
        return text
    if form == "chat":
        return '{"role": "assistant", "content": ' + quoted(text) + "}"
    if form == "output":
        return '{"output": ' + quoted(text) + "}"
    return quoted('{"output": ' + quoted(text) + "}")


class TraceFacts:
    """What all runs of one session share."""

    def __init__(
        self, rng: Random, thread: Thread, session: Session, has_events: bool
    ) -> None:
        customer = thread.customer
        self.session_id = session.session_id
        self.user_id, email = _trace_keys(rng, customer, session, has_events)
        self.is_nameless = False
        if (
            session.carried_by in ("ticket_id", "session_id")
            and customer.keys == "plain" and rng.random() < 0.04
        ):
            self.user_id, email, self.is_nameless = None, None, True
        entries: dict[str, object] = {"channel": (
            thread.ticket.channel if thread.ticket else "chat"
        )}
        if session.carried_by == "ticket_id":
            number = thread.ticket.number
            entries["ticket_id"] = number if rng.random() < 0.5 else str(number)
        if email:
            entries["customer_email"] = email
        self.metadata = json.dumps(entries)
        if rng.random() < 0.15:
            self.metadata = json.dumps(self.metadata)
        self.environment = (
            "test" if customer.keys == "internal" else "production"
        )
        self.input_form = INPUT_FORMS[int(rng.random() * len(INPUT_FORMS))]
        self.output_form = OUTPUT_FORMS[int(rng.random() * len(OUTPUT_FORMS))]
        luck = rng.random()
        self.write = plain_text
        if luck < 0.07:
            self.write = zulu_text
        elif luck < 0.11:
            self.write = offset_text
        self.thread_key = thread.key


def _trace_keys(
    rng: Random, customer: Customer, session: Session, has_events: bool
) -> tuple[str | None, str | None]:
    """Return (user id, e-mail) as the trace names the customer."""
    email = customer.email
    if rng.random() < 0.3:
        email = email.title()
    if customer.keys == "unlinkable":
        return None, None
    if customer.keys in ("email_only_desk", "two_desk_users"):
        return customer.customer_id, email
    if customer.keys == "email_only_traces":
        return None, email
    if customer.keys == "anonymous_traces" and has_events:
        return f"$device:{customer.device}", None
    return customer.customer_id, email if rng.random() < 0.3 else None


@renders("langfuse")
class LangfuseRenderer(Renderer):
    """Writes traces, observations and scores, or observations_v2."""

    schema_name = "langfuse"
    kind = "traces"

    def __init__(self, plan) -> None:
        super().__init__(plan)
        self.is_v2 = plan.langfuse_layout == "v2"
        if self.is_v2:
            self.tables = {"observations_v2": ENRICHED, "scores": SCORES}
        else:
            self.tables = {
                "traces": TRACES,
                "observations": columns(**OBSERVATION),
                "scores": SCORES,
            }
        self.notes = {
            "langfuse_layout": plan.langfuse_layout,
            "agent_versions": list(VERSIONS),
        }

    def render(self, batch: Batch) -> Rows:
        """Return one batch's rows; see ``Renderer.render``."""
        rows: Rows = {name: [] for name in self.tables}
        for thread in batch.threads:
            if not thread.sessions:
                continue
            rng = self.luck(thread.key)
            for session in thread.sessions:
                facts = TraceFacts(
                    rng, thread, session, self.plan.has_events
                )
                if facts.is_nameless:
                    self.counts["sessions_without_a_user"] += 1
                if facts.write is not plain_text:
                    self.counts["sessions_with_time_offsets"] += 1
                for turn in session.turns:
                    self._turn(rows, rng, facts, turn, thread)
                self._stray(rows, rng, facts, session)
        return rows

    # --------------------------------------------------------------- one run
    def _turn(self, rows, rng: Random, facts, turn: Turn, thread) -> None:
        """Write one trace with its observations and scores."""
        trace_id = f"{rng.getrandbits(128):032x}"
        root_id = f"{rng.getrandbits(64):016x}"
        # Every die is cast before the cut is looked at.
        dice = [rng.random() for _ in range(12)]
        start = turn.asked.at + turn.skew
        end = start + 1
        if turn.answered:
            end = max(turn.answered.at + turn.skew, start)
        if end > self.plan.horizon:
            return
        self.see(end)
        write = facts.write
        version = VERSIONS[1 if start >= self._switch() else 0]
        asked = wrapped_input(turn.asked.text or "", facts.input_form)
        answered = None
        if turn.answered:
            answered = wrapped_output(turn.answered.text, facts.output_form)
        late = 5 + int(dice[0] * 50)
        if self.plan.dirt and dice[1] < 0.008:
            self.counts["late_rows"] += 1
            late = DAY + int(dice[0] * 4 * DAY)
        created = write(end + late)
        start_text, end_text = write(start), write(end)
        usage, cost, prompt = self._generation(turn, dice)
        tags = '["support", "%s"]' % ("chat" if turn.asked.place == "chat"
                                      else "email")
        is_failed = turn.answered is None and dice[2] < 0.2
        level = "ERROR" if is_failed else "DEFAULT"
        trace = (
            trace_id, start_text, AGENT, facts.environment, PROJECT,
            facts.metadata, facts.user_id, facts.session_id, "2026.1",
            version, False, False, tags, asked, answered, created, created,
        )
        length = float(end - start)

        def observation(
            number, kind, parent, name, given, returned, priced, level=level
        ):
            identity = root_id if number == 0 else (
                f"{int(root_id, 16) ^ number:016x}"
            )
            return (
                identity, trace_id, PROJECT, facts.environment, kind, parent,
                start_text, end_text, name,
                facts.metadata if number == 0 else "{}", level,
                "agent gave up" if level == "ERROR" else None, version, given,
                returned, MODEL if priced else None,
                '{"temperature": 0.2}' if priced else None,
                usage if priced else None, cost if priced else None, None,
                "support-system" if priced else None,
                "3" if priced else None, float(
                    round(self._dollars, 8)
                ) if priced else None,
                length, None, "m-4o-mini" if priced else None, created,
                created, "[]",
            )

        made = [observation(0, "SPAN", None, AGENT, asked, answered, False)]
        made.append(observation(
            1, "GENERATION", root_id, "chat-completion", prompt, answered, True
        ))
        if turn.has_tool:
            failed = turn.is_error
            made.append(observation(
                2, "TOOL", root_id, "lookup_account",
                '{"query": "account"}',
                None if failed else '{"found": true}', False,
                "ERROR" if failed else "DEFAULT",
            ))
        if self.plan.dirt and dice[3] < 0.03 and not self.is_v2:
            self.counts["traces_whose_text_is_only_in_the_root_span"] += 1
            trace = trace[:13] + (None, None) + trace[15:]
        self._keep(rows, facts, trace, made, tags, dice, end, late)
        self._score(rows, facts, turn, trace_id, thread, dice, end)

    def _switch(self) -> int:
        """Return when the second version of the agent went live."""
        return self.plan.start + (self.plan.end - self.plan.start) // 2

    def _generation(self, turn: Turn, dice: list) -> tuple[str, str, str]:
        """Return usage, cost and the prompt with the whole history."""
        parts = ['{"role": "system", "content": ' + quoted(SYSTEM_PROMPT) + "}"]
        length = len(SYSTEM_PROMPT)
        for message in turn.history:
            if not message.is_public or not message.text:
                continue
            role = "user" if message.role == "customer" else "assistant"
            length += len(message.text)
            parts.append(
                '{"role": "' + role + '", "content": '
                + quoted(message.text) + "}"
            )
        tokens = 350 + length // 4
        written = 5
        if turn.answered:
            written = 12 + len(turn.answered.text) // 4
        if turn.has_tool:
            tokens += 180 + int(dice[4] * 200)
        self._dollars = tokens * 0.15e-6 + written * 0.6e-6
        usage = (
            f'{{"input": {tokens}, "output": {written},'
            f' "total": {tokens + written}}}'
        )
        cost = f'{{"total": {self._dollars:.8f}}}'
        return usage, cost, '{"messages": [' + ", ".join(parts) + "]}"

    def _keep(self, rows, facts, trace, made, tags, dice, end, late) -> None:
        """Add the rows of one trace, sometimes with an older version."""
        has_older = self.plan.dirt and dice[5] < 0.03
        if has_older:
            self.counts["duplicated_rows"] += 1
        older = facts.write(end + late - 3)
        if self.is_v2:
            for place, row in enumerate(made):
                row = _enriched(row, facts, tags)
                if has_older and place == 0:
                    rows["observations_v2"].append(
                        row[:14] + ("",) + row[15:26] + (older, older)
                        + row[28:]
                    )
                rows["observations_v2"].append(row)
            return
        if has_older:
            rows["traces"].append(trace[:14] + (None, older, older))
            rows["observations"].append(
                made[0][:14] + (None,) + made[0][15:26] + (older, older)
                + made[0][28:]
            )
        rows["traces"].append(trace)
        rows["observations"] += made

    # ---------------------------------------------------------------- scores
    def _score(self, rows, facts, turn, trace_id, thread, dice, end) -> None:
        """Let an evaluator judge some answers, and few customers click."""
        if turn.answered is None:
            return
        conversation_went_well = any(
            entry.is_really_resolved and turn.answered in entry.messages
            for entry in thread.conversations
        ) if dice[6] < 0.37 else False
        at = min(end + 1 + int(dice[7] * 20), self.plan.horizon)
        if dice[6] < 0.30:
            middle = 0.72 if conversation_went_well else 0.55
            value = round(min(1.0, max(0.0, middle + (dice[8] - 0.5) * 0.6)), 3)
            rows["scores"].append(self._score_row(
                facts, trace_id, at, "helpfulness", value, "EVAL", "NUMERIC",
                None, "a",
            ))
        if 0.30 <= dice[6] < 0.34:
            word = "resolved" if conversation_went_well else "unresolved"
            if dice[8] < 0.2:
                word = "partially"
            rows["scores"].append(self._score_row(
                facts, trace_id, at, "resolution", float(len(word) % 3),
                "EVAL", "CATEGORICAL", word, "b",
            ))
        if 0.34 <= dice[6] < 0.37:
            liked = dice[8] < (0.9 if conversation_went_well else 0.6)
            rows["scores"].append(self._score_row(
                facts, trace_id, at, "user_feedback", float(liked), "API",
                "BOOLEAN", "True" if liked else "False", "c",
            ))

    def _score_row(
        self, facts, trace_id, at, name, value, source, kind, word, mark,
        session_id=None,
    ) -> tuple:
        written = facts.write(at)
        about = trace_id or session_id or facts.thread_key
        identity = f"sc-{about[:24]}-{mark}"
        return (
            identity, written, PROJECT, facts.environment, trace_id, None,
            session_id, None, name, value, source, None, kind, word, written,
            written,
        )

    # ------------------------------------------------------------------ dirt
    def _stray(self, rows, rng: Random, facts, session: Session) -> None:
        """Add rows that cannot be used, and scores without a trace."""
        luck = rng.random()
        first = session.turns[0]
        at = first.asked.at + 1
        stray_id = f"{rng.getrandbits(128):032x}"
        if not self.plan.dirt or at > self.plan.horizon or luck > 0.012:
            return
        if luck < 0.002:
            self._unusable(rows, facts, None, facts.write(at), at, "missing_id")
        elif luck < 0.004:
            self._unusable(
                rows, facts, stray_id, "not a date", at, "unreadable_time"
            )
        elif luck < 0.006:
            self._unusable(
                rows, facts, stray_id, facts.write(at + 9 * DAY), at,
                "time_after_load",
            )
        elif luck < 0.008:
            rows["scores"].append(self._score_row(
                facts, None, at, "helpfulness", 0.5, "EVAL", "NUMERIC", None,
                "orphan",
            ))
            self.counts["scores_without_a_trace"] += 1
            self.unusable.append((
                "langfuse.scores", f"sc-{facts.thread_key[:24]}-orphan",
                "missing_parent",
            ))
        else:
            self.counts["scores_without_a_trace"] += 1
            rows["scores"].append(self._score_row(
                facts, None, at, "helpfulness", 0.7, "EVAL", "NUMERIC", None,
                "session", session.session_id,
            ))

    def _unusable(self, rows, facts, row_id, when, at, reason) -> None:
        created = facts.write(at + 20)
        table = "observations_v2" if self.is_v2 else "traces"
        self.unusable.append((f"langfuse.{table}", row_id, reason))
        text = wrapped_input("Hello?", facts.input_form)
        if not self.is_v2:
            rows["traces"].append((
                row_id, when, AGENT, facts.environment, PROJECT,
                facts.metadata, facts.user_id, facts.session_id, "2026.1",
                VERSIONS[0], False, False, "[]", text, None, created, created,
            ))
            return
        rows["observations_v2"].append(_enriched((
            row_id, row_id or "0", PROJECT, facts.environment, "SPAN", None,
            when, when, AGENT, facts.metadata, "DEFAULT", None, VERSIONS[0],
            text, None, None, None, None, None, None, None, None, None, 1.0,
            None, None, created, created, "[]",
        ), facts, "[]", keep_id=True))


def _enriched(row: tuple, facts, tags: str, keep_id: bool = False) -> tuple:
    """Return an observation as the newer layout holds it: '' for missing."""
    values = list(row)
    for place in TEXT_PLACES:
        if values[place] is None and not (keep_id and place == 0):
            if place not in (7, 19):
                values[place] = ""
    is_root = row[5] is None
    return (
        *values, facts.user_id or "", facts.session_id, AGENT, tags, "2026.1",
        is_root, False, False, "",
    )

"""Langfuse, as its blob-storage export leaves it, in both layouts.

One trace per run of the agent; a session groups the runs. The warts: text
times in three forms, input and output as plain text, JSON or JSON inside
JSON, and generations whose input repeats the whole conversation.
"""

from __future__ import annotations

import json
from json.encoder import encode_basestring_ascii as quoted
from random import Random

from .plan import HOUR, Plan
from .records import Batch
from .renderers import (
    FLAG,
    NUMBER,
    TEXT,
    Renderer,
    Rows,
    columns,
    renders,
)
from .runs import (
    AGENT,
    MODEL,
    VERSIONS,
    AgentRun,
    Judgement,
    SessionLog,
)
from .times import offset_text, plain_text, zulu_text

DAY = 24 * HOUR
PROJECT = "cl-lumenly-support"
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


class Form:
    """How the traces of one session are written."""

    def __init__(self, rng: Random, log: SessionLog) -> None:
        self.log = log
        self.user_id = log.customer_id
        if log.device:
            self.user_id = f"$device:{log.device}"
        is_text, is_other_case = rng.random() < 0.5, rng.random() < 0.3
        entries: dict[str, object] = {"channel": log.channel}
        if log.ticket_number:
            entries["ticket_id"] = log.ticket_number
            if is_text:
                entries["ticket_id"] = str(log.ticket_number)
        if log.email:
            entries["customer_email"] = (
                log.email.title() if is_other_case else log.email
            )
        self.metadata = json.dumps(entries)
        if rng.random() < 0.15:
            self.metadata = json.dumps(self.metadata)
        self.environment = "test" if log.is_test else "production"
        self.input_form = INPUT_FORMS[int(rng.random() * len(INPUT_FORMS))]
        self.output_form = OUTPUT_FORMS[int(rng.random() * len(OUTPUT_FORMS))]
        luck = rng.random()
        self.write = plain_text
        if luck < 0.07:
            self.write = zulu_text
        elif luck < 0.11:
            self.write = offset_text


@renders("langfuse")
class LangfuseRenderer(Renderer):
    """Writes traces, observations and scores, or observations_v2."""

    schema_name = "langfuse"
    kind = "traces"
    layouts = ("legacy", "v2")

    def __init__(self, plan: Plan, layout: str | None = None) -> None:
        super().__init__(plan, layout)
        self.is_v2 = self.layout == "v2"
        if self.is_v2:
            self.tables = {"observations_v2": ENRICHED, "scores": SCORES}
        else:
            self.tables = {
                "traces": TRACES,
                "observations": columns(**OBSERVATION),
                "scores": SCORES,
            }

    def render(self, batch: Batch) -> Rows:
        """Return one batch's rows; see ``Renderer.render``."""
        rows: Rows = {name: [] for name in self.tables}
        for thread in batch.threads:
            if not thread.sessions:
                continue
            rng = self.luck(thread.key)
            for log in batch.logs[thread.key]:
                form = Form(rng, log)
                if log.is_nameless:
                    self.counts["sessions_without_a_user"] += 1
                if form.write is not plain_text:
                    self.counts["sessions_with_time_offsets"] += 1
                for run in log.runs:
                    self._run(rows, rng, form, run)
                self._stray(rows, rng, form)
        return rows

    # --------------------------------------------------------------- one run
    def _run(self, rows, rng: Random, form: Form, run: AgentRun) -> None:
        """Write one trace with its observations and scores."""
        # Every die is cast, whatever this run needs: an earlier look at the
        # same world holds the same rows.
        dice = [rng.random() for _ in range(4)]
        write = form.write
        asked = wrapped_input(run.asked, form.input_form)
        answered = None
        if run.answered is not None:
            answered = wrapped_output(run.answered, form.output_form)
        late = 5 + int(dice[0] * 50)
        if self.plan.dirt and dice[1] < 0.008:
            self.counts["late_rows"] += 1
            late = DAY + int(dice[0] * 4 * DAY)
        created = write(run.ended_at + late)
        start_text, end_text = write(run.started_at), write(run.ended_at)
        tags = '["support", "%s"]' % ("chat" if run.is_chat else "email")
        level = "ERROR" if run.is_failed else "DEFAULT"
        trace = (
            run.key, start_text, AGENT, form.environment, PROJECT,
            form.metadata, form.user_id, form.log.session_id, "2026.1",
            run.version, False, False, tags, asked, answered, created, created,
        )
        length = float(run.ended_at - run.started_at)
        usage = (
            f'{{"input": {run.input_tokens}, "output": {run.output_tokens},'
            f' "total": {run.input_tokens + run.output_tokens}}}'
        )
        cost = f'{{"total": {run.cost_usd:.8f}}}'

        def observation(
            identity, kind, name, given, returned, priced=False, level=level
        ):
            is_root = identity == run.root_key
            return (
                identity, run.key, PROJECT, form.environment, kind,
                None if is_root else run.root_key, start_text, end_text, name,
                form.metadata if is_root else "{}", level,
                "agent gave up" if level == "ERROR" else None, run.version,
                given, returned, MODEL if priced else None,
                '{"temperature": 0.2}' if priced else None,
                usage if priced else None, cost if priced else None, None,
                "support-system" if priced else None,
                "3" if priced else None, run.cost_usd if priced else None,
                length, None, "m-4o-mini" if priced else None, created,
                created, "[]",
            )

        made = [
            observation(run.root_key, "SPAN", AGENT, asked, answered),
            observation(
                run.second_key, "GENERATION", "chat-completion",
                _prompt(run), answered, priced=True,
            ),
        ]
        if run.has_tool:
            failed = run.is_tool_error
            made.append(observation(
                run.third_key, "TOOL", "lookup_account",
                '{"query": "account"}',
                None if failed else '{"found": true}',
                level="ERROR" if failed else "DEFAULT",
            ))
        if self.plan.dirt and dice[2] < 0.03 and not self.is_v2:
            self.counts["traces_whose_text_is_only_in_the_root_span"] += 1
            trace = trace[:13] + (None, None) + trace[15:]
        has_older = self.plan.dirt and dice[3] < 0.03
        self._keep(
            rows, form, trace, made, tags,
            write(run.ended_at + late - 3) if has_older else None,
        )
        for judgement in run.judgements:
            self._score(rows, form, judgement, run.key, None)

    def _keep(self, rows, form, trace, made, tags, older) -> None:
        """Add the rows of one trace, sometimes with an older version."""
        if older:
            self.counts["duplicated_rows"] += 1
        if self.is_v2:
            for place, row in enumerate(made):
                row = _enriched(row, form, tags)
                if older and place == 0:
                    rows["observations_v2"].append(
                        row[:14] + ("",) + row[15:26] + (older, older)
                        + row[28:]
                    )
                rows["observations_v2"].append(row)
            return
        if older:
            rows["traces"].append(trace[:14] + (None, older, older))
            rows["observations"].append(
                made[0][:14] + (None,) + made[0][15:26] + (older, older)
                + made[0][28:]
            )
        rows["traces"].append(trace)
        rows["observations"] += made

    # ---------------------------------------------------------------- scores
    def _score(
        self, rows, form: Form, judgement: Judgement, trace_id, session_id
    ) -> None:
        """Write a verdict in the data type that Langfuse has for it."""
        value, word, kind, source = judgement.value, None, "NUMERIC", "EVAL"
        if judgement.kind == "category":
            # A category without a score config is stored as some number.
            word, kind = judgement.word, "CATEGORICAL"
            value = float(len(word) % 3)
        elif judgement.kind == "thumb":
            word, kind, source = "True" if value else "False", "BOOLEAN", "API"
        self._score_row(
            rows, form, f"sc-{judgement.key}", judgement.at, trace_id,
            session_id, judgement.name, value, source, kind, word,
        )

    def _score_row(
        self, rows, form, identity, at, trace_id, session_id, name, value,
        source="EVAL", kind="NUMERIC", word=None,
    ) -> None:
        written = form.write(at)
        rows["scores"].append((
            identity, written, PROJECT, form.environment, trace_id, None,
            session_id, None, name, value, source, None, kind, word, written,
            written,
        ))

    # ------------------------------------------------------------------ dirt
    def _stray(self, rows, rng: Random, form: Form) -> None:
        """Add rows that cannot be used, and a score of the session's own."""
        luck, stray_id = rng.random(), f"{rng.getrandbits(128):032x}"
        log = form.log
        if log.judgement:
            self.counts["scores_without_a_trace"] += 1
            self._score(rows, form, log.judgement, None, log.session_id)
        if not self.plan.dirt or not log.runs or luck > 0.008:
            return
        at = log.runs[0].started_at + 1
        if luck < 0.002:
            self._unusable(rows, form, None, form.write(at), at, "missing_id")
        elif luck < 0.004:
            self._unusable(
                rows, form, stray_id, "not a date", at, "unreadable_time"
            )
        elif luck < 0.006:
            self._unusable(
                rows, form, stray_id, form.write(at + 9 * DAY), at,
                "time_after_load",
            )
        else:
            self.counts["scores_without_a_trace"] += 1
            identity = f"sc-{log.thread_key}-orphan"
            self.unusable.append(
                ("langfuse.scores", identity, "missing_parent")
            )
            self._score_row(
                rows, form, identity, at, None, None, "helpfulness", 0.5
            )

    def _unusable(self, rows, form: Form, row_id, when, at, reason) -> None:
        created = form.write(at + 20)
        table = "observations_v2" if self.is_v2 else "traces"
        self.unusable.append((f"langfuse.{table}", row_id, reason))
        text = wrapped_input("Hello?", form.input_form)
        if not self.is_v2:
            rows["traces"].append((
                row_id, when, AGENT, form.environment, PROJECT,
                form.metadata, form.user_id, form.log.session_id, "2026.1",
                VERSIONS[0], False, False, "[]", text, None, created, created,
            ))
            return
        rows["observations_v2"].append(_enriched((
            row_id, row_id or "0", PROJECT, form.environment, "SPAN", None,
            when, when, AGENT, form.metadata, "DEFAULT", None, VERSIONS[0],
            text, None, None, None, None, None, None, None, None, None, 1.0,
            None, None, created, created, "[]",
        ), form, "[]", keep_id=True))


def _prompt(run: AgentRun) -> str:
    """Return the model call's input, which repeats the conversation."""
    parts = [
        f'{{"role": "{role}", "content": {quoted(text)}}}'
        for role, text in run.history
    ]
    return '{"messages": [' + ", ".join(parts) + "]}"


def _enriched(row: tuple, form: Form, tags: str, keep_id: bool = False) -> tuple:
    """Return an observation as the newer layout holds it: '' for missing."""
    values = list(row)
    for place in TEXT_PLACES:
        if values[place] is None and not (keep_id and place == 0):
            if place not in (7, 19):
                values[place] = ""
    is_root = row[5] is None
    return (
        *values, form.user_id or "", form.log.session_id, AGENT, tags, "2026.1",
        is_root, False, False, "",
    )

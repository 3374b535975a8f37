"""Datadog LLM Observability, as its SDKs send it or its Export API returns it.

One trace per run of the agent. The warts: span ids beyond a bigint, an APM trace
id beside the trace's own, tags as one list of texts, notices in place of long
texts, answers of nothing but tool calls, totals repeated on the agent's span,
evaluations that name their run in five ways, and, in the export, times in
milliseconds, costs in nanodollars and windows exported twice.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from random import Random

from .plan import HOUR, Plan
from .records import Batch
from .renderers import INSTANT, TEXT, Renderer, Rows, columns, renders
from .runs import AGENT, MODEL, AgentRun, Judgement, SessionLog

DAY = 24 * HOUR
SECOND = 1_000_000_000
MICROSECOND = 1_000_000
NANODOLLARS = 1_000_000_000
DROPPED = (
    "[This value has been dropped because this span's size exceeds the 5MB"
    " size limit.]"
)
STAMP = "received_at"
# How an evaluation names what it judges.
TARGETS = ("span", "span", "apm_trace", "tag", "feedback")
TYPES = {"number": "score", "category": "categorical", "thumb": "boolean"}

# Numbers stand as text where the SDK's own are beyond a bigint.
SPANS = columns(
    trace_id=TEXT, span_id=TEXT, parent_id=TEXT, session_id=TEXT, name=TEXT,
    start_ns=TEXT, duration=TEXT, status=TEXT, tags=TEXT, meta=TEXT,
    metrics=TEXT, _dd=TEXT, received_at=INSTANT,
)
EVALUATIONS = columns(
    join_on=TEXT, span_id=TEXT, trace_id=TEXT, session_id=TEXT, submitter=TEXT,
    label=TEXT, metric_type=TEXT, score_value=TEXT, categorical_value=TEXT,
    boolean_value=TEXT, timestamp_ms=TEXT, received_at=INSTANT,
)
EXPORTED = columns(id=TEXT, type=TEXT, attributes=TEXT, received_at=INSTANT)


@dataclass(slots=True)
class Span:
    """One span, before it is written in either layout; times in seconds."""

    trace_id: str
    span_id: str | None
    parent_id: str
    kind: str
    name: str
    start: int
    end: int
    given: dict | None = None
    returned: dict | None = None
    metrics: dict = field(default_factory=dict)
    cost: float | None = None
    metadata: dict = field(default_factory=dict)
    tags: list[str] = field(default_factory=list)
    is_error: bool = False
    evaluations: dict = field(default_factory=dict)


class Form:
    """How the runs of one session are written."""

    def __init__(self, rng: Random, log: SessionLog) -> None:
        self.log = log
        self.is_old = rng.random() < 0.3
        self.is_tagged, self.is_text = rng.random() < 0.5, rng.random() < 0.5
        self.is_chatty, is_other_case = rng.random() < 0.3, rng.random() < 0.3
        self.user_id = log.customer_id
        if log.device:
            self.user_id = f"$device:{log.device}"
        self.email = log.email
        if log.email and is_other_case:
            self.email = log.email.title()

    def tags(self, run: AgentRun, kind: str) -> list[str]:
        """Return a span's tags; only the agent's own span knows the user."""
        environment = "test" if self.log.is_test else "prod"
        found = [
            f"version:{run.version}", f"env:{environment}",
            "service:support-api", "source:integration", "source:llmobs",
            f"ml_app:{AGENT}", "language:python",
            f"session_id:{self.log.session_id}",
        ]
        if kind != "agent":
            return [*found, "integration:openai"]
        found += [f"turn:{run.key}", "page:https://app.test:8443/help?id=1"]
        if self.user_id:
            found.append(f"user_id:{self.user_id}")
        if self.email and self.is_tagged:
            found.append(f"user_handle:{self.email}")
        if self.log.ticket_number and self.is_tagged:
            found.append(f"ticket_id:{self.log.ticket_number}")
        return found

    def metadata(self) -> dict[str, object]:
        """Return what the agent's developers wrote down beside the tags."""
        found: dict[str, object] = {"channel": self.log.channel}
        if self.email and not self.is_tagged:
            found["customer_email"] = self.email
        if self.log.ticket_number and not self.is_tagged:
            number = self.log.ticket_number
            found["ticket_id"] = str(number) if self.is_text else number
        return found


@renders("datadog")
class DatadogRenderer(Renderer):
    """Writes span events and evaluations, or exported spans that hold both."""

    schema_name = "datadog"
    kind = "traces"
    layouts = ("sdk", "export_api")
    variables = {"datadog_written_at": STAMP}

    def __init__(self, plan: Plan, layout: str | None = None) -> None:
        super().__init__(plan, layout)
        self.is_export = self.layout == "export_api"
        self.tables = {"spans": SPANS, "evaluations": EVALUATIONS}
        if self.is_export:
            self.tables = {"spans": EXPORTED}

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
                for place, run in enumerate(log.runs):
                    judgement = None if place else log.judgement
                    self._run(rows, rng, form, run, judgement)
                self._stray(rows, rng, form)
        return rows

    # --------------------------------------------------------------- one run
    def _run(
        self, rows, rng: Random, form: Form, run: AgentRun,
        session_judgement: Judgement | None,
    ) -> None:
        """Write one trace and what was judged of it."""
        # Every die is cast, whatever this run needs: an earlier look at the
        # same world holds the same rows.
        dice = [rng.random() for _ in range(6)]
        is_dropped = self.plan.dirt and dice[1] < 0.03
        is_continued = self.plan.dirt and dice[2] < 0.03
        spans = _spans(form, run, is_dropped, is_continued, dice[5])
        self.counts["runs_whose_texts_were_dropped"] += is_dropped
        self.counts["runs_that_began_elsewhere"] += is_continued
        late = 5 + int(dice[0] * 50)
        if self.plan.dirt and dice[3] < 0.008:
            self.counts["late_rows"] += 1
            late = DAY + int(dice[0] * 4 * DAY)
        received = run.ended_at + late
        if self.plan.dirt and dice[4] < 0.03:
            # In the export: an earlier window, before the cost was worked out.
            self.counts["duplicated_rows"] += 1
            cost, spans[1].cost = spans[1].cost, None
            for span in spans[:2]:
                self._span(rows, form, span, received - 3)
            spans[1].cost = cost
        target = TARGETS[int(dice[5] * len(TARGETS))]
        for judgement in run.judgements:
            self._judge(rows, form, judgement, spans[0], target)
        if session_judgement:
            # The export has no room for a verdict on a session: it stands on
            # a span that nothing else is said of.
            self.counts["scores_without_a_trace"] += 1
            self._judge(rows, form, session_judgement, spans[1], "session")
        for span in spans:
            self._span(rows, form, span, received)

    def _judge(
        self, rows, form: Form, judgement: Judgement, span: Span, target: str
    ) -> None:
        """Write a verdict in the column or place of its type."""
        kind = TYPES[judgement.kind]
        value = judgement.value
        if kind == "categorical":
            value = judgement.word
        elif kind == "boolean":
            value = bool(judgement.value)
        if self.is_export:
            span.evaluations[judgement.name] = {
                "value": value, "eval_metric_type": kind, "status": "OK",
            }
            return
        self._evaluation(
            rows, _target(form, span, target), judgement.name, kind, value,
            judgement.at,
        )

    def _evaluation(self, rows, target: dict, label, kind, value, at) -> None:
        values = dict.fromkeys(("score", "categorical", "boolean"))
        values[kind] = json.dumps(value) if kind == "boolean" else str(value)
        named = [
            target.get(name)
            for name in ("join_on", "span_id", "trace_id", "session_id",
                         "submitter")
        ]
        rows["evaluations"].append((
            *named, label, kind, *values.values(),
            str(at * 1000) if at else None, (at or 0) * MICROSECOND,
        ))

    # ------------------------------------------------------------------ dirt
    def _stray(self, rows, rng: Random, form: Form) -> None:
        """Add what an evaluator did, and rows that cannot be used."""
        luck, stray = rng.random(), rng.getrandbits(64)
        if not self.plan.dirt or not form.log.runs or luck > 0.03:
            return
        run = form.log.runs[0]
        span = Span(
            f"{stray:032x}", str(stray), "undefined", "workflow",
            "dd-ragas.faithfulness", run.ended_at, run.ended_at + 2,
            {"value": "Is the answer faithful?"}, {"value": "1"},
            tags=[f"ml_app:dd-ragas-{AGENT}", "runner.integration:ragas"],
        )
        received, reason = run.ended_at + 20, None
        if luck < 0.002:
            span.span_id, reason = None, "missing_id"
        elif luck < 0.004:
            span.trace_id, reason = "", "missing_parent"
        elif luck < 0.006:
            span.start, reason = 0, "unreadable_time"
        elif luck < 0.008:
            received, reason = run.ended_at - 9 * DAY, "time_after_load"
        elif luck < 0.012 and not self.is_export:
            is_nameless = luck < 0.010
            target = {} if not is_nameless else {"trace_id": run.key}
            self.unusable.append((
                "datadog.evaluations", None,
                "missing_name" if is_nameless else "missing_parent",
            ))
            self._evaluation(
                rows, target, " " if is_nameless else "helpfulness", "score",
                0.5, run.ended_at,
            )
            return
        if reason:
            self.unusable.append(("datadog.spans", span.span_id, reason))
        else:
            self.counts["runs_of_evaluators"] += 1
        self._span(rows, form, span, received)

    # --------------------------------------------------------------- layouts
    def _span(self, rows, form: Form, span: Span, received: int) -> None:
        write = _exported_row if self.is_export else _sdk_row
        rows["spans"].append((*write(form, span), received * MICROSECOND))


# ------------------------------------------------------------------ the spans
def _spans(
    form: Form, run: AgentRun, is_dropped: bool, is_continued: bool,
    luck: float,
) -> list[Span]:
    """Return the trace of one run: the agent, its model call, its tool."""
    start, end = run.started_at, run.ended_at
    root = str(int(run.root_key, 16))
    given = {"value": _wrapped(run.asked, "message", form)}
    returned = None
    if run.answered is not None:
        returned = {"value": _wrapped(run.answered, "answer", form)}
    if is_dropped and run.asked and run.answered is not None:
        given, returned = {"value": DROPPED}, {"value": DROPPED}
    agent = Span(
        run.key, root, "undefined", "agent", "handle_turn", start, end, given,
        returned, {}, None, form.metadata(), form.tags(run, "agent"),
        run.is_failed,
    )
    tokens = {
        "input_tokens": run.input_tokens, "output_tokens": run.output_tokens,
        "total_tokens": run.input_tokens + run.output_tokens,
    }
    if luck < 0.2:
        agent.metrics, agent.cost = dict(tokens), run.cost_usd
    if is_continued:
        agent.parent_id = _span_key(run, 7)
    answer = [] if run.answered is None else [_message("assistant", run.answered)]
    call = Span(
        run.key, _span_key(run, 1), root, "llm", "OpenAI.createChatCompletion",
        start, end,
        {"messages": [_message(*said) for said in _given(run)]},
        {"messages": answer or [_message("", "")]}, tokens, run.cost_usd,
        {"temperature": 0.2}, form.tags(run, "llm"),
    )
    spans = [agent, call]
    if run.has_tool:
        asking = _message("assistant", "") | {
            "tool_calls": [{"name": "lookup_account", "arguments": {}}],
        }
        spans += [
            Span(
                run.key, _span_key(run, 3), root, "llm", call.name, start,
                start, call.given, {"messages": [asking]},
                tags=form.tags(run, "llm"),
            ),
            Span(
                run.key, _span_key(run, 2), root, "tool", "lookup_account",
                start, end, {"value": '{"query": "account"}'},
                None if run.is_tool_error else {"value": '{"found": true}'},
                tags=form.tags(run, "tool"), is_error=run.is_tool_error,
            ),
        ]
    return spans


def _span_key(run: AgentRun, number: int) -> str:
    return str(int(run.root_key, 16) ^ number)


def _message(role: str, content: str) -> dict[str, object]:
    return {"role": role, "content": content}


def _given(run: AgentRun) -> list[tuple[str, str]]:
    """Return the model's messages up to the customer's new words.

    A second message may follow at once, and empty words are in no history.
    """
    asked = ("user", run.asked)
    if asked not in run.history:
        return [*run.history, asked]
    place = len(run.history) - run.history[::-1].index(asked)
    return run.history[:place]


def _wrapped(text: str, key: str, form: Form) -> str:
    """Return a text as it is, or as the JSON that some agents log."""
    return json.dumps({key: text}) if form.is_chatty or not text else text


def _target(form: Form, span: Span, target: str) -> dict[str, str]:
    """Return the columns by which an evaluation names what it judges."""
    apm_trace_id = _apm_trace_id(span)
    joined = {"span": {"span_id": span.span_id, "trace_id": apm_trace_id}}
    if target == "apm_trace":
        # A span of the APM that is no span of LLM Observability.
        joined["span"]["span_id"] = "1"
    elif target == "tag":
        joined = {"tag": {"key": "turn", "value": span.trace_id}}
    elif target == "session":
        joined = {"tag": {"key": "session_id", "value": form.log.session_id}}
    elif target == "feedback":
        submitter = json.dumps({"id": "u1", "type": "user"})
        return {"span_id": span.span_id, "submitter": submitter}
    return {"join_on": json.dumps(joined)}


def _apm_trace_id(span: Span) -> str:
    """Return an id that differs from the trace's own."""
    return f"{int(span.trace_id or '0', 16) ^ 1:032x}"


# -------------------------------------------------------------------- the rows
def _sdk_row(form: Form, span: Span) -> tuple:
    meta: dict[str, object] = {
        "span.kind": span.kind, "metadata": span.metadata
    }
    if not form.is_old:
        meta = {"span": {"kind": span.kind}, "metadata": span.metadata}
    if span.given:
        meta["input"] = span.given
    if span.returned:
        meta["output"] = span.returned
    if span.kind == "llm":
        meta |= {"model_name": MODEL, "model_provider": "openai"}
    if span.is_error:
        meta["error.message"] = "agent gave up"
    metrics = dict(span.metrics)
    if span.cost is not None:
        metrics["total_cost"] = span.cost
    return (
        span.trace_id, span.span_id, span.parent_id,
        # The tag says it too, and older SDKs leave the column out.
        None if form.is_old else form.log.session_id, span.name,
        # Nanoseconds below the microsecond are cut off.
        str(span.start and span.start * SECOND + 517),
        str((span.end - span.start) * SECOND),
        "error" if span.is_error else "ok", json.dumps(span.tags),
        json.dumps(meta), json.dumps(metrics), json.dumps({
            "span_id": span.span_id,
            "apm_trace_id": _apm_trace_id(span),
        }),
    )


def _exported_row(form: Form, span: Span) -> tuple:
    metrics = dict(span.metrics)
    if span.cost is not None:
        metrics["estimated_total_cost"] = round(span.cost * NANODOLLARS)
    attributes = {
        "span_id": span.span_id, "trace_id": span.trace_id,
        "parent_id": span.parent_id, "span_kind": span.kind,
        "name": span.name, "status": "error" if span.is_error else "ok",
        "start_ns": span.start * (1000 if form.is_old else SECOND),
        "duration": float((span.end - span.start) * SECOND),
        "input": span.given or {}, "output": span.returned or {},
        "metadata": span.metadata, "metrics": metrics, "tags": span.tags,
        "ml_app": span.tags[5][len("ml_app:"):] if len(span.tags) > 5 else "",
    }
    if span.evaluations:
        attributes["evaluation"] = span.evaluations
    return span.span_id, "span", json.dumps(attributes)

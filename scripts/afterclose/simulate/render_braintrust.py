"""Braintrust, as its export "Logs (spans)" leaves it.

One trace per run of the agent, one row per version of a span. The warts: only
metadata names the conversation and the customer; a span that is rewritten keeps
its times, and only its transaction tells that it is newer; scores have no time;
scorers and their model calls are spans like any other; wrappers of wrappers
repeat the tokens of the call inside.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from random import Random

from .plan import HOUR, Plan
from .records import Batch
from .renderers import FLAG, TEXT, Renderer, Rows, columns, renders
from .runs import AGENT, MODEL, VERSIONS, AgentRun, Judgement, SessionLog
from .times import zulu_text
from .trace_metadata import as_uuid, session_metadata

DAY = 24 * HOUR
PROJECT_ID = "2c1d9e70-83f4-4b6a-a1f7-5d0e6c9b8a31"
INPUT_FORMS = ("plain", "quoted", "message", "chat", "arguments")
OUTPUT_FORMS = ("plain", "quoted", "chat", "output")

# Transactions have 19 digits and grow; nobody can read a time off them.
FIRST_TRANSACTION = 1_000_192_000_000_000_000

LOGS = columns(
    id=TEXT, _xact_id=TEXT, created=TEXT, org_id=TEXT, project_id=TEXT,
    log_id=TEXT, span_id=TEXT, root_span_id=TEXT, span_parents=TEXT,
    is_root=FLAG, span_attributes=TEXT, input=TEXT, output=TEXT,
    expected=TEXT, error=TEXT, scores=TEXT, classifications=TEXT,
    metadata=TEXT, metrics=TEXT, tags=TEXT,
)


def logged_input(text: str, form: str) -> str:
    """Return what a customer wrote in one of the shapes agents log."""
    if form == "plain":
        return text
    if form == "quoted":
        return json.dumps(text)
    if form == "message":
        return json.dumps({"message": text})
    if form == "chat":
        return json.dumps([{"role": "user", "content": text}])
    return json.dumps({"args": [text], "kwargs": {}})


def logged_output(text: str | None, form: str) -> str | None:
    """Return what the agent answered in one of the shapes agents log."""
    if text is None or form == "plain":
        return text
    if form == "quoted":
        return json.dumps(text)
    if form == "chat":
        return json.dumps({"role": "assistant", "content": text})
    return json.dumps({"output": text})


@dataclass(slots=True)
class Form:
    """How the spans of one session are written."""

    log: SessionLog
    metadata: dict[str, object]
    input_form: str
    output_form: str
    is_encoded_twice: bool
    has_outer_wrapper: bool
    scores_on_root: bool


def form_of(rng: Random, log: SessionLog) -> Form:
    """Cast the dice for one session."""
    metadata = session_metadata(rng, log)
    given, returned = rng.random(), rng.random()
    return Form(
        log, metadata,
        INPUT_FORMS[int(given * len(INPUT_FORMS))],
        OUTPUT_FORMS[int(returned * len(OUTPUT_FORMS))],
        rng.random() < 0.15, rng.random() < 0.2, rng.random() < 0.5,
    )


@dataclass(slots=True)
class Span:
    """One version of a span."""

    key: str
    trace_key: str
    parent_key: str | None
    name: str
    kind: str | None
    started_at: int
    ended_at: int | None
    given: str | None = None
    returned: str | None = None
    error: str | None = None
    is_scorer: bool = False
    scores: dict[str, float | None] = field(default_factory=dict)
    classifications: dict[str, list] = field(default_factory=dict)
    metadata: str | None = None
    usage: dict[str, object] = field(default_factory=dict)


@renders("braintrust")
class BraintrustRenderer(Renderer):
    """Writes logs."""

    schema_name = "braintrust"
    kind = "traces"
    tables = {"logs": LOGS}

    def __init__(self, plan: Plan, layout: str | None = None) -> None:
        super().__init__(plan, layout)
        self.dirt = plan.dirt

    def render(self, batch: Batch) -> Rows:
        """Return one batch's rows; see ``Renderer.render``."""
        rows: Rows = {"logs": []}
        for thread in batch.threads:
            if not thread.sessions:
                continue
            rng = self.luck(thread.key)
            for log in batch.logs[thread.key]:
                form = form_of(rng, log)
                if log.is_nameless:
                    self.counts["sessions_without_a_user"] += 1
                for run in log.runs:
                    self._run(rows, rng, form, run)
                self._stray(rows, rng, form)
        return rows

    # --------------------------------------------------------------- one run
    def _run(self, rows, rng: Random, form: Form, run: AgentRun) -> None:
        """Write one trace with its spans, scorers and versions."""
        # Every die is cast, whatever this run needs: an earlier look at the
        # same world holds the same rows.
        dice = [rng.random() for _ in range(2)]
        metadata = form.metadata | {"agent_version": run.version}
        logged_metadata = json.dumps(metadata)
        if form.is_encoded_twice:
            logged_metadata = json.dumps(logged_metadata)
        instant = run.started_at, run.ended_at
        error = json.dumps("agent gave up") if run.is_failed else None
        root = Span(
            run.key, run.key, None, AGENT, "task", *instant,
            logged_input(run.asked, form.input_form),
            logged_output(run.answered, form.output_form), error,
            metadata=logged_metadata,
        )
        if self.dirt and dice[0] < 0.03 and run.asked:
            self.counts["traces_whose_text_is_only_in_the_model_call"] += 1
            root.given = root.returned = None
        if self.dirt and dice[1] < 0.03:
            self.counts["duplicated_rows"] += 2
            started = Span(
                run.key, run.key, None, AGENT, "task", run.started_at, None,
                root.given, metadata=logged_metadata,
            )
            self._keep(rows, form, run, started, 0)
            self._keep(rows, form, run, started, 0)
        made = [root, *_inner_spans(form, run, error)]
        for span in made:
            self._keep(rows, form, run, span, 1)
        for number, judgement in enumerate(run.judgements):
            self._judgement(rows, form, run, root, judgement, number)

    def _keep(
        self, rows, form: Form, run: AgentRun, span: Span, version: int
    ) -> None:
        tags = '["support", "%s"]' % ("chat" if run.is_chat else "email")
        rows["logs"].append(_row(span, version, tags))

    # ---------------------------------------------------------------- scores
    def _judgement(
        self, rows, form: Form, run: AgentRun, root: Span, judgement, number
    ) -> None:
        """Write a verdict: a scorer's span, or the root once more."""
        if judgement.kind == "number" and not form.scores_on_root:
            for span in _scorer_spans(run.key, run.key, judgement):
                self._keep(rows, form, run, span, 1)
            return
        if judgement.kind == "category":
            for span in _scorer_spans(run.key, run.key, judgement):
                self._keep(rows, form, run, span, 1)
            root.classifications[judgement.name] = [
                {"id": judgement.word, "label": judgement.word}
            ]
        else:
            root.scores[judgement.name] = judgement.value
        self.counts["rewritten_spans"] += 1
        self._keep(rows, form, run, root, 2 + number)

    # ------------------------------------------------------------------ dirt
    def _stray(self, rows, rng: Random, form: Form) -> None:
        """Add rows that cannot be used, and a score of the session's own."""
        luck, stray_key = rng.random(), f"{rng.getrandbits(128):032x}"
        log = form.log
        if log.judgement:
            self.counts["scores_without_a_trace"] += 1
            for span in _scorer_spans(stray_key, None, log.judgement):
                span.metadata = json.dumps(form.metadata)
                rows["logs"].append(_row(span, 1, None))
        if not self.dirt or not log.runs or luck > 0.008:
            return
        at = log.runs[0].started_at + 1
        span = Span(
            stray_key, stray_key, None, AGENT, "task", at, None,
            logged_input("Hello?", form.input_form),
            metadata=json.dumps(form.metadata | {"agent_version": VERSIONS[0]}),
        )
        row = dict(zip(LOGS.names, _row(span, 1, None)))
        reason = "missing_parent"
        if luck < 0.002:
            reason, row["id"] = "missing_id", None
        elif luck < 0.004:
            reason = "unreadable_time"
            row |= {"created": "not a date", "metrics": None}
        elif luck < 0.006:
            reason = "time_after_load"
            row["metrics"] = json.dumps({"start": at + 9.0 * DAY})
        else:
            row |= {"span_id": None, "root_span_id": None, "is_root": None}
        self.unusable.append(("braintrust.logs", row["id"], reason))
        rows["logs"].append(tuple(row.values()))


def _row(span: Span, version: int, tags: str | None) -> tuple:
    """Return a span as the export writes it."""
    attributes: dict[str, object] = {"name": span.name}
    if span.kind:
        attributes["type"] = span.kind
    if span.is_scorer:
        attributes["purpose"] = "scorer"
    metrics: dict[str, object] = {"start": float(span.started_at)}
    if span.ended_at is not None:
        metrics["end"] = float(span.ended_at)
    transaction = FIRST_TRANSACTION + span.started_at * 1000 + version
    return (
        as_uuid(span.key[::-1]), str(transaction), zulu_text(span.started_at),
        None, PROJECT_ID, "g", as_uuid(span.key), as_uuid(span.trace_key),
        json.dumps([as_uuid(span.parent_key)]) if span.parent_key else "[]",
        span.parent_key is None, json.dumps(attributes), span.given,
        span.returned, None, span.error,
        json.dumps(span.scores) if span.scores else None,
        json.dumps(span.classifications) if span.classifications else None,
        span.metadata, json.dumps(metrics | span.usage), tags,
    )


def _inner_spans(form: Form, run: AgentRun, error: str | None) -> list[Span]:
    """Return the model call, in its wrapper if there is one, and the tool."""
    instant = run.started_at, run.ended_at
    call_key = run.key[:16] + run.second_key
    wrapper_key = f"{int(run.key[:16], 16) ^ 1:016x}" + run.second_key
    usage: dict[str, object] = {
        "prompt_tokens": run.input_tokens,
        "completion_tokens": run.output_tokens,
        "tokens": run.input_tokens + run.output_tokens,
        "estimated_cost": run.cost_usd,
    }
    model = json.dumps({"model": MODEL, "provider": "openai"})
    prompt = json.dumps([
        {"role": role, "content": text} for role, text in run.history
    ])
    completion = None
    if run.answered is not None:
        completion = json.dumps([{
            "index": 0, "finish_reason": "stop",
            "message": {"role": "assistant", "content": run.answered},
        }])
    spans = []
    parent_key = run.key
    if form.has_outer_wrapper:
        parent_key = wrapper_key
        spans.append(Span(
            wrapper_key, run.key, run.key, "generateText", "llm", *instant,
            prompt, completion, error, metadata=model, usage=usage,
        ))
    spans.append(Span(
        call_key, run.key, parent_key, "Chat Completion", "llm", *instant,
        prompt, completion, error, metadata=model, usage=usage,
    ))
    if run.has_tool:
        failed = run.is_tool_error
        spans.append(Span(
            run.key[:16] + run.third_key, run.key, run.key, "lookup_account",
            "tool", *instant, '{"query": "account"}',
            None if failed else '{"found": true}',
            json.dumps("Timeout") if failed else None,
        ))
    return spans


def _scorer_spans(
    trace_key: str, parent_key: str | None, judgement: Judgement
) -> list[Span]:
    """Return a scorer's span with the judge's model call inside."""
    scorer_key = f"{int(trace_key, 16) ^ 3:032x}"
    is_label = judgement.kind == "category"
    scorer = Span(
        scorer_key, trace_key, parent_key, judgement.name,
        "classifier" if is_label else "score", judgement.at, judgement.at,
        json.dumps({"output": "the answer that is judged"}), is_scorer=True,
        scores={} if is_label else {judgement.name: judgement.value},
    )
    judge = Span(
        f"{int(trace_key, 16) ^ 5:032x}", trace_key, scorer_key,
        "Chat Completion", "llm", judgement.at, judgement.at,
        json.dumps([{"role": "user", "content": "Was the customer helped?"}]),
        json.dumps([{"message": {"role": "assistant", "content": "Yes."}}]),
        is_scorer=True,
    )
    return [scorer, judge]

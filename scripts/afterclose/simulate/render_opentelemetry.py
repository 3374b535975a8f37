"""OpenTelemetry, as a collector leaves it: in ClickHouse or as OTLP JSON.

One trace per run of the agent. The warts: each session's library spells its
messages in one of the ways that are about, some of them in log records only;
sums and wrappers repeat the tokens; retries leave copies; other services'
spans and records lie between the agent's.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from random import Random

import pyarrow as pa

from .plan import Plan
from .records import Batch
from .renderers import TEXT, Renderer, Rows, columns, renders
from .runs import AGENT, MODEL, VERSIONS, AgentRun, Judgement, SessionLog

SECOND = 1_000_000_000
INTERNAL, SERVER, CLIENT = 1, 2, 3
KINDS = {INTERNAL: "Internal", SERVER: "Server", CLIENT: "Client"}
# How a library writes down what was said.
ENCODINGS = ("messages", "indexed", "openinference", "logs", "logs", "events")

# The collector's own names; load_raw makes safe ones of them.
INSTANT = pa.timestamp("ns", tz="UTC")
ATTRIBUTES = pa.map_(TEXT, TEXT)
TRACES = pa.schema([
    ("Timestamp", INSTANT), ("TraceId", TEXT), ("SpanId", TEXT),
    ("ParentSpanId", TEXT), ("TraceState", TEXT), ("SpanName", TEXT),
    ("SpanKind", TEXT), ("ServiceName", TEXT),
    ("ResourceAttributes", ATTRIBUTES), ("ScopeName", TEXT),
    ("ScopeVersion", TEXT), ("SpanAttributes", ATTRIBUTES),
    ("Duration", pa.uint64()), ("StatusCode", TEXT), ("StatusMessage", TEXT),
    ("Events.Timestamp", pa.list_(INSTANT)), ("Events.Name", pa.list_(TEXT)),
    ("Events.Attributes", pa.list_(ATTRIBUTES)),
])
LOGS = pa.schema([
    ("Timestamp", INSTANT), ("TraceId", TEXT), ("SpanId", TEXT),
    ("SeverityText", TEXT), ("ServiceName", TEXT), ("Body", TEXT),
    ("ResourceAttributes", ATTRIBUTES), ("ScopeName", TEXT),
    ("LogAttributes", ATTRIBUTES), ("EventName", TEXT),
])


@dataclass(slots=True)
class Span:
    """One span; times in nanoseconds since 1970."""

    trace_id: str
    span_id: str
    parent_id: str
    name: str
    start: int
    end: int
    attributes: dict[str, object]
    resource: dict[str, str]
    kind: int = INTERNAL
    is_error: bool = False
    events: list[Event] = field(default_factory=list)


@dataclass(slots=True)
class Event:
    """A log record, or an event of a span: then only name and attributes."""

    name: str
    at: int
    attributes: dict[str, object]
    body: object = None
    trace_id: str = ""
    span_id: str = ""


class Form:
    """How the runs of one session are written."""

    def __init__(self, rng: Random, log: SessionLog) -> None:
        self.log = log
        self.encoding = ENCODINGS[int(rng.random() * len(ENCODINGS))]
        is_other_case, is_email_id = rng.random() < 0.3, rng.random() < 0.5
        self.app_session = f"app-{rng.getrandbits(32):08x}"
        self.environment = "test" if log.is_test else "production"
        self.email = log.email
        if log.email and is_other_case:
            self.email = log.email.title()
        self.user_id = log.customer_id
        if log.device:
            self.user_id = f"$device:{log.device}"
        elif self.email and not self.user_id and is_email_id:
            self.email, self.user_id = None, self.email

    def known(self) -> dict[str, object]:
        """Return who and what the agent's own span names."""
        log, named = self.log, {}
        if self.encoding == "indexed":
            prefix = "traceloop.association.properties."
            named = {
                f"{prefix}session_id": log.session_id,
                f"{prefix}user_id": self.user_id,
                f"{prefix}ticket_id": log.ticket_number,
                "customer.email": self.email,
            }
        elif self.encoding == "openinference":
            named = {
                "session.id": log.session_id, "user.id": self.user_id,
                "user.email": self.email, "ticket_id": log.ticket_number,
            }
        elif self.encoding == "messages":
            named = {
                "session.id": self.app_session, "user.id": self.user_id,
                "gen_ai.conversation.id": log.session_id,
                "user.email": self.email, "ticket.id": log.ticket_number,
            }
        else:
            named = {
                "gen_ai.conversation.id": log.session_id,
                "ticket.id": log.ticket_number,
            }
        return without_nulls(named)

    def resource(self, version: str) -> dict[str, str]:
        """Return the attributes of the agent's service."""
        return {
            "service.name": AGENT, "service.version": version,
            "deployment.environment.name": self.environment,
        }


def without_nulls(attributes: dict[str, object]) -> dict[str, object]:
    """Return only the attributes that have a value."""
    return {
        key: value for key, value in attributes.items() if value is not None
    }


@renders("opentelemetry")
class OpenTelemetryRenderer(Renderer):
    """Writes otel_traces and otel_logs, or OTLP documents of both."""

    schema_name = "opentelemetry"
    kind = "traces"
    layouts = ("clickhouse", "otlp")

    def __init__(self, plan: Plan, layout: str | None = None) -> None:
        super().__init__(plan, layout)
        self.is_otlp = self.layout == "otlp"
        self.trace_table = "traces" if self.is_otlp else "otel_traces"
        self.log_table = "logs" if self.is_otlp else "otel_logs"
        self.tables = {"otel_traces": TRACES, "otel_logs": LOGS}
        if self.is_otlp:
            self.tables = {
                "traces": columns(resourceSpans=TEXT),
                "logs": columns(resourceLogs=TEXT),
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
                self.counts[f"sessions_written_as_{form.encoding}"] += 1
                if log.is_nameless:
                    self.counts["sessions_without_a_user"] += 1
                for run in log.runs:
                    self._run(rows, rng, form, run)
                self._stray(rows, rng, form)
        return rows

    # --------------------------------------------------------------- one run
    def _run(self, rows, rng: Random, form: Form, run: AgentRun) -> None:
        """Write one trace, what its library logs, and what was judged."""
        # Every die is cast, whatever this run needs: an earlier look at the
        # same world holds the same rows.
        dice = [rng.random() for _ in range(5)]
        spans, records = _spans(form, run, dice), []
        if form.encoding == "logs":
            records = _records(form, run)
        copies = []
        if self.plan.dirt and dice[3] < 0.03:
            self.counts["duplicated_rows"] += 1
            copies = spans[:1]
        self._write_spans(rows, spans, copies)
        for judgement in run.judgements:
            records.append(_verdict(form, judgement, run, dice[4]))
        if self.plan.dirt and dice[3] > 0.97 and records:
            self.counts["duplicated_rows"] += 1
            records.append(records[0])
        if records:
            self._write_logs(rows, records, form.resource(run.version))

    # ------------------------------------------------------------------ dirt
    def _stray(self, rows, rng: Random, form: Form) -> None:
        """Add what other services write, and rows that cannot be used."""
        luck, stray_id = rng.random(), f"{rng.getrandbits(128):032x}"
        log = form.log
        if log.judgement:
            self.counts["scores_without_a_trace"] += 1
            self._write_logs(
                rows, [_verdict(form, log.judgement, None, 1.0)],
                form.resource(VERSIONS[0]),
            )
        if not self.plan.dirt or not log.runs or luck > 0.05:
            return
        at = log.runs[0].started_at * SECOND
        resource = form.resource(VERSIONS[0])
        span = Span(
            stray_id, stray_id[:16], "", "GET /health", at, at + SECOND,
            {"http.route": "/health"}, {"service.name": "shop"}, SERVER,
        )
        if luck < 0.002:
            span.span_id = ""
            self._unusable(rows, span, None, "missing_id")
        elif luck < 0.004:
            span.trace_id = "0" * 32
            self._unusable(rows, span, None, "missing_parent")
        elif luck < 0.006 and self.is_otlp:
            span.start = 0
            key = f"{span.trace_id}:{span.span_id}"
            self._unusable(rows, span, key, "unreadable_time")
        elif luck < 0.008 and self.is_otlp:
            rows["traces"].append(("upstream connect error",))
            self.unusable.append(
                ("opentelemetry.traces", None, "unreadable_document")
            )
        elif luck < 0.010:
            verdict = _verdict(form, Judgement(
                "", "helpfulness", "number", at // SECOND, 0.5
            ), None, 1.0)
            del verdict.attributes["gen_ai.conversation.id"]
            self._unusable_record(rows, verdict, resource, "missing_parent")
        elif luck < 0.012:
            verdict = _verdict(form, Judgement(
                "", " ", "number", at // SECOND, 0.5
            ), log.runs[0], 1.0)
            self._unusable_record(rows, verdict, resource, "missing_name")
        else:
            self.counts["spans_of_other_services"] += 1
            self._write_spans(rows, [span], [])
            indexing = Span(
                stray_id[::-1], stray_id[16:], "", f"embeddings {MODEL}", at,
                at, {"gen_ai.operation.name": "embeddings",
                     "gen_ai.usage.input_tokens": 900}, resource, CLIENT,
            )
            self._write_spans(rows, [indexing], [])
            self._write_logs(rows, [
                Event("", at, {"http.route": "/health"}, "listening")
            ], span.resource)

    def _unusable(self, rows, span: Span, key: str | None, reason) -> None:
        table = self.trace_table + (".spans" if self.is_otlp else "")
        self.unusable.append((f"opentelemetry.{table}", key, reason))
        self._write_spans(rows, [span], [])

    def _unusable_record(self, rows, record: Event, resource, reason) -> None:
        table = self.log_table + (".records" if self.is_otlp else "")
        self.unusable.append((f"opentelemetry.{table}", None, reason))
        self._write_logs(rows, [record], resource)

    # --------------------------------------------------------------- layouts
    def _write_spans(
        self, rows, spans: list[Span], copies: list[Span]
    ) -> None:
        """Add spans; copies are what the exporter sent a second time."""
        if not self.is_otlp:
            rows["otel_traces"] += [_span_row(span) for span in spans + copies]
            return
        rows["traces"].append((_span_document(spans),))
        if copies:
            # Another exporter writes the same ids in capitals.
            rows["traces"].append((_span_document(copies, str.upper),))

    def _write_logs(self, rows, records: list[Event], resource) -> None:
        if not self.is_otlp:
            rows["otel_logs"] += [
                _record_row(record, resource) for record in records
            ]
            return
        rows["logs"].append((_record_document(records, resource),))


# ------------------------------------------------------------------ the spans
def _spans(form: Form, run: AgentRun, dice: list[float]) -> list[Span]:
    """Return the trace of one run: the agent, its model call, its tool."""
    start, end = run.started_at * SECOND, run.ended_at * SECOND
    resource = form.resource(run.version)
    agent = Span(
        run.key, run.root_key, "", f"invoke_agent {AGENT}", start, end,
        _agent_attributes(form, run, dice[0]) | form.known(), resource,
        is_error=run.is_failed,
    )
    if run.is_failed:
        agent.events.append(Event(
            "exception", end, {"exception.message": "agent gave up"}
        ))
    call = Span(
        run.key, run.second_key, run.root_key, f"chat {MODEL}", start, end,
        _call_attributes(form, run), resource, CLIENT,
    )
    if form.encoding == "events":
        call.events += [
            Event("gen_ai.content.prompt", start,
                  {"gen_ai.prompt": _chat_json(run.history)}),
        ]
        if run.answered is not None:
            call.events.append(Event(
                "gen_ai.content.completion", end, {"gen_ai.completion":
                _chat_json([("assistant", run.answered)])},
            ))
    spans = [agent, call]
    if dice[1] < 0.1:
        # A second library traces the same call around the first one's span.
        call.parent_id = _key(run, 5)
        spans.append(Span(
            run.key, call.parent_id, run.root_key, "ChatModel", start, end,
            dict(call.attributes), resource, events=list(call.events),
        ))
    if run.has_tool:
        spans.append(Span(
            run.key, run.third_key, run.root_key, "lookup_account", start, end,
            _tool_attributes(form), resource, is_error=run.is_tool_error,
        ))
        spans.append(Span(
            run.key, _key(run, 6), run.third_key, "SELECT accounts", start,
            end, {"db.system": "postgresql"}, {"service.name": "accounts"},
            CLIENT,
        ))
    if form.encoding in ("logs", "events"):
        # The web service knows who is logged in; its own parent is a browser.
        agent.parent_id = _key(run, 4)
        spans.append(Span(
            run.key, agent.parent_id, _key(run, 7), "POST /chat", start,
            end + 40 * SECOND, without_nulls({
                "http.route": "/chat", "enduser.id": form.user_id,
                "user.email": form.email, "session.id": form.app_session,
            }) if form.user_id or form.email else {"http.route": "/chat"},
            {"service.name": "web", "deployment.environment.name":
             form.environment}, SERVER,
        ))
    return spans


def _key(run: AgentRun, number: int) -> str:
    return f"{int(run.root_key, 16) ^ number:016x}"


def _agent_attributes(form: Form, run: AgentRun, luck: float) -> dict:
    """Return what the library says of the agent as a whole."""
    answer = run.answered
    if form.encoding == "indexed":
        given = {"args": [run.asked], "kwargs": {}}
        if luck < 0.5 or not run.asked:
            given = {"args": [], "kwargs": {"question": run.asked}}
        return without_nulls({
            "traceloop.span.kind": "workflow",
            "traceloop.entity.input": json.dumps(given),
            "traceloop.entity.output":
                None if answer is None else json.dumps(answer),
        })
    if form.encoding == "openinference":
        return without_nulls({
            "openinference.span.kind": "AGENT" if luck < 0.5 else "CHAIN",
            "input.value": run.asked or '{"question": ""}',
            "output.value": answer,
        })
    return {
        "gen_ai.operation.name": "invoke_agent", "gen_ai.agent.name": AGENT,
        "gen_ai.agent.version": run.version,
        # The sum of what its calls used.
        "gen_ai.usage.input_tokens": run.input_tokens,
        "gen_ai.usage.output_tokens": run.output_tokens,
    }


def _call_attributes(form: Form, run: AgentRun) -> dict:
    """Return what the library says of the call of the model."""
    given, answer = run.history, run.answered
    if form.encoding == "openinference":
        found = {
            "openinference.span.kind": "LLM", "llm.model_name": MODEL,
            "llm.token_count.prompt": run.input_tokens,
            "llm.token_count.completion": run.output_tokens,
            "llm.cost.total": run.cost_usd,
            "input.value": json.dumps({"model": MODEL, "messages": []}),
        }
        for place, (role, text) in enumerate(given):
            found[f"llm.input_messages.{place}.message.role"] = role
            found[f"llm.input_messages.{place}.message.content"] = text
        if answer is not None:
            found["output.value"] = json.dumps({"choices": []})
            found["llm.output_messages.0.message.role"] = "assistant"
            found[
                "llm.output_messages.0.message.contents.0.message_content.text"
            ] = answer
        return found
    if form.encoding == "indexed":
        found = {
            "llm.request.type": "chat", "gen_ai.system": "OpenAI",
            "gen_ai.request.model": MODEL,
            "gen_ai.usage.prompt_tokens": run.input_tokens,
            "gen_ai.usage.completion_tokens": run.output_tokens,
            "gen_ai.usage.cost": run.cost_usd,
        }
        for place, (role, text) in enumerate(given):
            found[f"gen_ai.prompt.{place}.role"] = role
            found[f"gen_ai.prompt.{place}.content"] = text
        if answer is not None:
            found["gen_ai.completion.0.role"] = "assistant"
            found["gen_ai.completion.0.content"] = answer
        return found
    found = {
        "gen_ai.operation.name": "chat", "gen_ai.provider.name": "openai",
        "gen_ai.request.model": MODEL,
        "gen_ai.response.id": f"chatcmpl-{run.root_key}",
        "gen_ai.response.finish_reasons": ["stop"],
        "gen_ai.usage.input_tokens": run.input_tokens,
        "gen_ai.usage.output_tokens": run.output_tokens,
        "gen_ai.usage.cost": run.cost_usd,
    }
    if form.encoding == "messages":
        found["gen_ai.input.messages"] = _parts_json(given)
        if answer is not None:
            found["gen_ai.output.messages"] = _parts_json(
                [("assistant", answer)]
            )
    return found


def _tool_attributes(form: Form) -> dict:
    if form.encoding == "openinference":
        return {"openinference.span.kind": "TOOL",
                "input.value": '{"query": "account"}'}
    if form.encoding == "indexed":
        return {"traceloop.span.kind": "tool"}
    return {"gen_ai.operation.name": "execute_tool",
            "gen_ai.tool.name": "lookup_account"}


def _parts_json(messages: Iterable[tuple[str, str]]) -> str:
    return json.dumps([
        {"role": role, "parts": [{"type": "text", "content": text}]}
        for role, text in messages
    ])


def _chat_json(messages: Iterable[tuple[str, str]]) -> str:
    return json.dumps([
        {"role": role, "content": text} for role, text in messages
    ])


# ---------------------------------------------------------------- log records
def _records(form: Form, run: AgentRun) -> list[Event]:
    """Return the log records of a model call, a nanosecond apart."""
    place = {"trace_id": run.key, "span_id": run.second_key}
    start, end = run.started_at * SECOND, run.ended_at * SECOND
    records = [
        Event(f"gen_ai.{role}.message", start + number,
              {"gen_ai.system": "openai"}, {"content": text}, **place)
        for number, (role, text) in enumerate(run.history, start=1)
    ]
    if run.answered is not None:
        said = {"role": "assistant", "content": run.answered}
        records.append(Event(
            "gen_ai.choice", end + 999, {"gen_ai.system": "openai"},
            {"index": 0, "finish_reason": "stop", "message": said}, **place,
        ))
    return records


def _verdict(
    form: Form, judgement: Judgement, run: AgentRun | None, luck: float
) -> Event:
    """Return an evaluation; some know only the response or the session."""
    found: dict[str, object] = {
        "gen_ai.evaluation.name": judgement.name,
        "gen_ai.evaluation.score.value": judgement.value,
        "gen_ai.evaluation.score.label": judgement.word,
    }
    record = Event(
        "gen_ai.evaluation.result", judgement.at * SECOND, found
    )
    if judgement.kind == "thumb":
        found["gen_ai.evaluation.score.label"] = (
            "positive" if judgement.value else "negative"
        )
    if run is None:
        found["gen_ai.conversation.id"] = form.log.session_id
    elif luck < 0.3 and form.encoding in ("messages", "logs", "events"):
        found["gen_ai.response.id"] = f"chatcmpl-{run.root_key}"
    else:
        record.trace_id, record.span_id = run.key, run.root_key
    record.attributes = without_nulls(found)
    return record


# -------------------------------------------------------- layout "clickhouse"
def _as_text(value: object) -> str:
    """Return an attribute as ClickHouse keeps it: all values are text."""
    return value if isinstance(value, str) else json.dumps(value)


def _as_map(attributes: dict[str, object]) -> list[tuple[str, str]]:
    return [(key, _as_text(value)) for key, value in attributes.items()]


def _span_row(span: Span) -> tuple:
    return (
        span.start, span.trace_id, span.span_id, span.parent_id, "", span.name,
        KINDS[span.kind], span.resource["service.name"],
        _as_map(span.resource), "", "", _as_map(span.attributes),
        span.end - span.start, "Error" if span.is_error else "Unset", "",
        [event.at for event in span.events],
        [event.name for event in span.events],
        [_as_map(event.attributes) for event in span.events],
    )


def _record_row(record: Event, resource: dict[str, str]) -> tuple:
    attributes = dict(record.attributes)
    if record.name and record.at % 2:
        # Older SDKs name the event among its attributes.
        attributes["event.name"] = record.name
    name = "" if "event.name" in attributes else record.name
    body = "" if record.body is None else _as_text(record.body)
    return (
        record.at, record.trace_id, record.span_id, "INFO",
        resource["service.name"], body, _as_map(resource), "",
        _as_map(attributes), name,
    )


# -------------------------------------------------------------- layout "otlp"
def _otlp_value(value: object) -> dict:
    """Return a value as OTLP JSON spells it: 64-bit integers are text."""
    if isinstance(value, bool):
        return {"boolValue": value}
    if isinstance(value, int):
        return {"intValue": str(value)}
    if isinstance(value, float):
        return {"doubleValue": value}
    if isinstance(value, list):
        return {"arrayValue": {"values": [_otlp_value(one) for one in value]}}
    if isinstance(value, dict):
        return {"kvlistValue": {"values": _otlp_attributes(value)}}
    return {"stringValue": value}


def _otlp_attributes(attributes: dict) -> list[dict]:
    return [
        {"key": key, "value": _otlp_value(value)}
        for key, value in attributes.items()
    ]


def _span_document(spans: list[Span], spelled=str) -> str:
    """Return one document, the spans below the services they come from."""
    services: dict[str, list[Span]] = {}
    for span in spans:
        services.setdefault(span.resource["service.name"], []).append(span)
    return json.dumps([
        {
            "resource": {"attributes": _otlp_attributes(found[0].resource)},
            "scopeSpans": [{"scope": {}, "spans": [
                {
                    "traceId": spelled(span.trace_id),
                    "spanId": spelled(span.span_id),
                    "parentSpanId": spelled(span.parent_id),
                    "name": span.name,
                    "kind": span.kind,
                    "startTimeUnixNano": str(span.start),
                    "endTimeUnixNano": str(span.end),
                    "attributes": _otlp_attributes(span.attributes),
                    "events": [
                        {
                            "timeUnixNano": str(event.at),
                            "name": event.name,
                            "attributes": _otlp_attributes(event.attributes),
                        }
                        for event in span.events
                    ],
                    "status": {"code": 2} if span.is_error else {},
                }
                for span in found
            ]}],
        }
        for found in services.values()
    ])


def _record_document(records: list[Event], resource: dict[str, str]) -> str:
    return json.dumps([{
        "resource": {"attributes": _otlp_attributes(resource)},
        "scopeLogs": [{"scope": {}, "logRecords": [
            without_nulls({
                "timeUnixNano": str(record.at),
                "observedTimeUnixNano": str(record.at + 1000),
                "traceId": record.trace_id or None,
                "spanId": record.span_id or None,
                "eventName": record.name or None,
                "attributes": _otlp_attributes(record.attributes),
                "body":
                    None if record.body is None else _otlp_value(record.body),
            })
            for record in records
        ]}],
    }])

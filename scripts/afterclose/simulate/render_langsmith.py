"""LangSmith, as its bulk export or its SDKs leave it.

One trace per run of the agent, one row per step of it. The warts: session_id
is the project, the conversation a key of the metadata; SDKs send a run in two
halves, the JavaScript one with times in milliseconds and a second half without
id; chains repeat the tokens and costs of their steps; feedback hangs on any
step.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from random import Random

from .plan import Plan
from .records import Batch
from .renderers import INTEGER, NUMBER, TEXT, Renderer, Rows, columns, renders
from .runs import AGENT, MODEL, VERSIONS, AgentRun, Judgement, SessionLog
from .times import offset_text, plain_text, zulu_text
from .trace_metadata import as_uuid, session_metadata

PROJECT_ID = "7f0c3a52-6f2e-4d0b-9d55-1f6a2b7c8d90"
INPUT_FORMS = ("message", "question", "chat", "langgraph", "constructor")
OUTPUT_FORMS = ("output", "answer", "chat", "langgraph")

RUNS = columns(
    id=TEXT, session_id=TEXT, trace_id=TEXT, parent_run_id=TEXT,
    reference_example_id=TEXT, name=TEXT, run_type=TEXT, start_time=TEXT,
    end_time=TEXT, status=TEXT, dotted_order=TEXT, inputs=TEXT, outputs=TEXT,
    error=TEXT, extra=TEXT, tags=TEXT, total_tokens=INTEGER,
    prompt_tokens=INTEGER, completion_tokens=INTEGER, total_cost=NUMBER,
)
FEEDBACK = columns(
    id=TEXT, run_id=TEXT, trace_id=TEXT, feedback_thread_id=TEXT,
    session_id=TEXT, key=TEXT, score=TEXT, value=TEXT, comment=TEXT,
    created_at=TEXT, modified_at=TEXT,
)


def logged_input(text: str, form: str) -> dict:
    """Return what a customer wrote in one of the shapes agents log."""
    if form in ("message", "question"):
        return {form: text}
    if form == "chat":
        return {"messages": [{"role": "user", "content": text}]}
    if form == "langgraph":
        return {"messages": [{"type": "human", "content": text}]}
    return {"messages": [[constructor("HumanMessage", text)]]}


def logged_output(run: AgentRun, form: str) -> dict:
    """Return what the agent answered in one of the shapes agents log."""
    if run.answered is None:
        return {}
    if form in ("output", "answer"):
        return {form: run.answered}
    if form == "chat":
        return {"role": "assistant", "content": run.answered}
    return {"messages": [
        {"type": "human", "content": run.asked},
        {"type": "ai", "content": run.answered},
    ]}


def constructor(kind: str, text: str) -> dict:
    """Return a message as LangChain serialises it."""
    return {
        "lc": 1, "type": "constructor",
        "id": ["langchain_core", "messages", kind],
        "kwargs": {"content": text},
    }


@dataclass(slots=True)
class Form:
    """How the runs of one session are written.

    ``halves`` is None for whole rows, else the SDK that sent the two.
    """

    log: SessionLog
    metadata: dict[str, object]
    halves: str | None
    input_form: str
    output_form: str
    is_on_every_step: bool
    feedback_step: int

    def time(self, at: int) -> str:
        """Return an instant as the writer of these rows spells it."""
        if self.halves == "javascript":
            return str(at * 1000)
        if self.halves == "python":
            return zulu_text(at).replace("Z", "+00:00")
        return plain_text(at)


def form_of(rng: Random, log: SessionLog) -> Form:
    """Cast the dice for one session."""
    metadata = session_metadata(rng, log)
    luck, given, returned = (rng.random() for _ in range(3))
    halves = None
    if luck < 0.25:
        halves = "python"
    elif luck < 0.4:
        halves = "javascript"
    return Form(
        log, metadata, halves,
        INPUT_FORMS[int(given * len(INPUT_FORMS))],
        OUTPUT_FORMS[int(returned * len(OUTPUT_FORMS))],
        rng.random() < 0.4, int(rng.random() * 2),
    )


@dataclass(slots=True)
class Step:
    """One run of LangSmith: a step of a trace."""

    key: str
    trace_key: str
    parent_key: str | None
    name: str
    run_type: str
    started_at: int
    ended_at: int
    inputs: dict
    outputs: dict
    error: str | None = None
    tokens: tuple[int, int] | None = None
    cost: float | None = None


@renders("langsmith")
class LangsmithRenderer(Renderer):
    """Writes runs and feedback."""

    schema_name = "langsmith"
    kind = "traces"
    tables = {"runs": RUNS, "feedback": FEEDBACK}

    def __init__(self, plan: Plan, layout: str | None = None) -> None:
        super().__init__(plan, layout)
        self.dirt = plan.dirt

    def render(self, batch: Batch) -> Rows:
        """Return one batch's rows; see ``Renderer.render``."""
        rows: Rows = {name: [] for name in self.tables}
        for thread in batch.threads:
            if not thread.sessions:
                continue
            rng = self.luck(thread.key)
            for log in batch.logs[thread.key]:
                form = form_of(rng, log)
                if log.is_nameless:
                    self.counts["sessions_without_a_user"] += 1
                if form.halves:
                    self.counts["sessions_in_two_halves"] += 1
                for run in log.runs:
                    self._run(rows, rng, form, run)
                self._stray(rows, rng, form)
        return rows

    # --------------------------------------------------------------- one run
    def _run(self, rows, rng: Random, form: Form, run: AgentRun) -> None:
        """Write one trace with its steps and feedback."""
        # Every die is cast, whatever this run needs: an earlier look at the
        # same world holds the same rows.
        dice = [rng.random() for _ in range(2)]
        inputs = logged_input(run.asked, form.input_form)
        outputs = logged_output(run, form.output_form)
        if self.dirt and dice[0] < 0.03 and run.asked:
            self.counts["traces_whose_text_is_only_in_the_model_call"] += 1
            inputs, outputs = {}, {}
        tokens = run.input_tokens, run.output_tokens
        error = "agent gave up" if run.is_failed else None
        span = run.started_at, run.ended_at
        root = Step(
            run.key, run.key, None, AGENT, "chain", *span, inputs, outputs,
            error, tokens, run.cost_usd,
        )
        made = [root, Step(
            run.key[:16] + run.second_key, run.key, run.key, "ChatOpenAI",
            "llm", *span, _prompt(run), _completion(run), error, tokens,
            run.cost_usd,
        )]
        if run.has_tool:
            failed = run.is_tool_error
            made.append(Step(
                run.key[:16] + run.third_key, run.key, run.key,
                "lookup_account", "tool", *span, {"query": "account"},
                {} if failed else {"found": True},
                "Timeout" if failed else None,
            ))
        has_older = self.dirt and dice[1] < 0.03
        for step in made:
            whole = self._whole(form, run, step)
            if form.halves:
                rows["runs"] += self._halves(form, whole)
            else:
                rows["runs"].append(whole)
            if has_older and step is root:
                self.counts["duplicated_rows"] += 1
                rows["runs"].append(_as_pending(whole))
        for judgement in run.judgements:
            self._feedback(
                rows, judgement, made[form.feedback_step].key, run.key
            )

    def _whole(self, form: Form, run: AgentRun, step: Step) -> tuple:
        """Return a step as the export writes it."""
        metadata: dict[str, object] = {"ls_method": "traceable"}
        if step.parent_key is None or form.is_on_every_step:
            metadata |= form.metadata
            metadata["agent_version"] = run.version
        if step.run_type == "llm":
            metadata |= {"ls_provider": "openai", "ls_model_name": MODEL}
        given, returned = step.tokens or (0, 0)
        return (
            as_uuid(step.key), PROJECT_ID, as_uuid(step.trace_key),
            as_uuid(step.parent_key) if step.parent_key else None, None,
            step.name, step.run_type, form.time(step.started_at),
            form.time(step.ended_at), "error" if step.error else "success",
            _dotted_order(step), json.dumps(step.inputs),
            json.dumps(step.outputs), step.error,
            json.dumps({"metadata": metadata, "runtime": {"sdk": "langsmith"}}),
            '["support", "%s"]' % ("chat" if run.is_chat else "email"),
            given + returned, given, returned, step.cost,
        )

    def _halves(self, form: Form, whole: tuple) -> list[tuple]:
        """Return a whole row as the two halves an SDK posts and patches.

        LangSmith has counted no tokens yet: the wrapper tells them, where
        there is one.
        """
        row = dict(zip(RUNS.names, whole))
        row |= dict.fromkeys((
            "session_id", "status", "total_tokens", "prompt_tokens",
            "completion_tokens", "total_cost",
        ))
        post = row | {"end_time": None, "outputs": "{}", "error": None}
        patch = row | {"start_time": None}
        if form.halves == "javascript":
            # Its id is in the address that the SDK calls.
            patch |= dict.fromkeys(("id", "name", "run_type", "parent_run_id"))
        else:
            patch["inputs"] = None
        if row["run_type"] == "llm":
            usage = {
                "input_tokens": whole[17], "output_tokens": whole[18],
                "total_tokens": whole[16], "total_cost": whole[19],
            }
            # Without an answer the wrapper leaves them in the metadata.
            place = "outputs" if whole[12] != "{}" else "extra"
            holder = json.loads(row[place])
            told = holder if place == "outputs" else holder["metadata"]
            told["usage_metadata"] = usage
            patch[place] = json.dumps(holder)
        return [tuple(post.values()), tuple(patch.values())]

    # -------------------------------------------------------------- feedback
    def _feedback(
        self, rows, judgement: Judgement, step_key, trace_key, thread=None
    ) -> None:
        """Write a verdict as the score or as the value."""
        score, value = json.dumps(judgement.value), None
        if judgement.kind == "category":
            score, value = None, judgement.word
        elif judgement.kind == "thumb":
            score = str(int(judgement.value or 0))
        # A half of the clients names the trace beside the step.
        is_named = trace_key and int(trace_key[-1], 16) % 2
        rows["feedback"].append((
            f"fb-{judgement.key}", as_uuid(step_key) if step_key else None,
            as_uuid(trace_key) if is_named else None, thread, PROJECT_ID,
            judgement.name, score, value, None, zulu_text(judgement.at),
            offset_text(judgement.at + 1),
        ))

    # ------------------------------------------------------------------ dirt
    def _stray(self, rows, rng: Random, form: Form) -> None:
        """Add rows that cannot be used, and a verdict on the whole thread."""
        luck, stray_key = rng.random(), f"{rng.getrandbits(128):032x}"
        log = form.log
        if log.judgement:
            self.counts["scores_without_a_trace"] += 1
            self._feedback(rows, log.judgement, None, None, log.session_id)
        if not self.dirt or not log.runs or luck > 0.008:
            return
        at = log.runs[0].started_at + 1
        if luck < 0.002:
            self._unusable(rows, form, None, None, form.time(at), "missing_id")
        elif luck < 0.004:
            self._unusable(
                rows, form, as_uuid(stray_key), None, "not a date",
                "unreadable_time",
            )
        elif luck < 0.006:
            self._unusable(
                rows, form, as_uuid(stray_key), PROJECT_ID, form.time(at),
                "missing_parent",
            )
        else:
            self.counts["scores_without_a_trace"] += 1
            identity = f"{log.thread_key}-orphan"
            self.unusable.append(
                ("langsmith.feedback", f"fb-{identity}", "missing_parent")
            )
            self._feedback(
                rows, Judgement(identity, "helpfulness", "number", at, 0.5),
                None, None,
            )

    def _unusable(
        self, rows, form: Form, row_id, parent_id, when, reason
    ) -> None:
        """Add a run that has no id, no time, or no way to its trace."""
        self.unusable.append(("langsmith.runs", row_id, reason))
        metadata = form.metadata | {"agent_version": VERSIONS[0]}
        rows["runs"].append((
            row_id, PROJECT_ID, None, parent_id, None, AGENT, "chain", when,
            None, "pending", None,
            json.dumps(logged_input("Hello?", form.input_form)), None, None,
            json.dumps({"metadata": metadata}), "[]", 0, 0, 0, None,
        ))


def _as_pending(whole: tuple) -> tuple:
    """Return the row as an export found it while the run went on."""
    row = dict(zip(RUNS.names, whole))
    row |= {"end_time": None, "status": "pending", "outputs": None,
            "error": None, "total_cost": None, "total_tokens": 0,
            "prompt_tokens": 0, "completion_tokens": 0}
    return tuple(row.values())


def _dotted_order(step: Step) -> str:
    """Return the way from the root down to the step."""
    moment = plain_text(step.started_at)
    for letter in "-:.":
        moment = moment.replace(letter, "")
    moment = moment.replace(" ", "T") + "Z"
    keys = [step.parent_key] if step.parent_key else []
    return ".".join(moment + as_uuid(key) for key in [*keys, step.key])


def _prompt(run: AgentRun) -> dict:
    """Return the model call's input, which repeats the conversation."""
    kinds = {"system": "SystemMessage", "user": "HumanMessage",
             "assistant": "AIMessage"}
    return {"messages": [[
        constructor(kinds[role], text) for role, text in run.history
    ]]}


def _completion(run: AgentRun) -> dict:
    """Return the model call's output, as LangChain logs it."""
    if run.answered is None:
        return {}
    return {"generations": [[{
        "text": run.answered,
        "message": constructor("AIMessage", run.answered),
    }]]}

"""Staging reads what the SDKs and the exports of four trace stores really send."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from marts import Project
from samples import (
    copy_as_parts,
    fates,
    needs_samples,
    read_sample,
    sample_files,
    write_table,
)

BRAINTRUST_ONLY = {
    "trace_sources": ["braintrust"], "ticket_sources": [], "event_sources": [],
}

VARIABLES = {
    "trace_sources": ["langfuse", "langsmith", "braintrust", "datadog"],
    "ticket_sources": [],
    "event_sources": [],
    "langfuse_layout": "legacy",
    "datadog_layout": "sdk",
    "absent_tables": [
        "langfuse.scores", "langsmith.feedback", "datadog.evaluations",
    ],
    # SDKs send none of these: the server adds them.
    "absent_columns": [
        f"langsmith.runs.{column}"
        for column in (
            "error", "status", "session_id", "reference_example_id",
            "prompt_tokens", "completion_tokens", "total_cost",
        )
    ] + [
        f"braintrust.logs.{column}"
        for column in ("is_root", "error", "tags", "scores", "classifications")
    ],
}

# The server numbers what it is sent.
NUMBERED = {"_xact_id": "1000192656880881099"}


def write_langfuse(folder: Path) -> None:
    """Each export is one trace with its observations; two are contents alone."""
    exports = [read_sample(path) for path in sample_files("langfuse traces")]
    traces = [export["trace"] for export in exports]
    for path in sample_files("langfuse contents"):
        text = path.read_text(encoding="utf-8")
        at = "2026-01-05T10:00:00Z"
        traces.append({
            "id": path.stem, "timestamp": at, "createdAt": at,
            "input": text, "output": text,
        })
    write_table(folder / "traces.jsonl", traces)
    write_table(folder / "observations.jsonl", (
        row for export in exports for row in export["observations"]
    ))


def write_langsmith(folder: Path) -> None:
    """The halves of each run as they were posted and patched."""
    write_table(folder / "runs.jsonl", (
        half
        for path in sample_files("langsmith runs")
        for payload in [read_sample(path)]
        for half in payload["post"] + payload["patch"]
    ))


def write_braintrust(folder: Path) -> None:
    """All payloads as they were recorded, and the whole ones mended as well.

    Whoever recorded them blanked times and numbers, and left ids out of the
    excerpts.
    """
    recorded = [
        payload | NUMBERED
        for kind in ("braintrust spans", "braintrust excerpts")
        for path in sample_files(kind)
        for payload in read_sample(path)
    ]
    write_table(folder / "logs.jsonl", [*recorded, *mended_spans().values()])


def mended_spans() -> dict[str, dict[str, Any]]:
    """Whole payloads by their ids, told apart by file, with a time."""
    spans: dict[str, dict[str, Any]] = {}
    for path in sample_files("braintrust spans"):
        for payload in read_sample(path):
            for key in ("id", "span_id", "root_span_id"):
                payload[key] = f"{path.stem} {payload[key]}"
            payload["span_parents"] = [
                f"{path.stem} {parent}"
                for parent in payload.get("span_parents", [])
            ]
            payload |= NUMBERED | {"created": "2026-01-05T10:00:00Z"}
            row = spans.get(payload["id"], {})
            spans[payload["id"]] = merged(row, payload)
    return spans


def merged(row: dict[str, Any], later: dict[str, Any]) -> dict[str, Any]:
    """A row with what a later payload of the same id adds, as servers merge."""
    result = dict(row)
    for key, value in later.items():
        if isinstance(value, dict) and isinstance(result.get(key), dict):
            value = merged(result[key], value)
        result[key] = value
    return result


@pytest.fixture(scope="module")
def built(
    project: Project, tmp_path_factory: pytest.TempPathFactory
) -> Project:
    """The samples of all four stores, loaded and built."""
    project.reset()
    raw = tmp_path_factory.mktemp("raw")
    write_langfuse(raw / "langfuse")
    write_langsmith(raw / "langsmith")
    write_braintrust(raw / "braintrust")
    copy_as_parts("datadog spans", raw / "datadog" / "spans")
    project.load(raw)
    project.build(
        "--select", "+int_messages", "+int_row_counts", "+int_quarantined_rows",
        variables=VARIABLES,
    )
    return project


@needs_samples
def test_both_halves_of_every_langsmith_run_are_read(built: Project) -> None:
    ((raw, used, older, quarantined),) = fates(built, "langsmith").values()
    assert (used, older, quarantined) == (raw // 2, raw // 2, {})
    assert built.query(
        "select author_role, count(*), count(nullif(trim(body), ''))"
        " from afterclose_intermediate.int_messages"
        " where source_name = 'langsmith' group by 1 order by 1"
    ) == [("ai_agent", used, used), ("customer", used, used)]
    # One of the seven streams without telling its tokens.
    assert built.query(
        "select count(*), count(input_tokens), count(ended_at)"
        " from afterclose_intermediate.int_langsmith__agent_steps"
    ) == [(used, used - 1, used)]


@needs_samples
def test_braintrust_spans_are_read_once_their_blanks_are_filled(
    built: Project,
) -> None:
    used = len(mended_spans())
    assert fates(built, "braintrust") == {
        "logs": (
            178 + used, used, 0, {"missing_id": 130, "unreadable_time": 48}
        ),
    }
    bodies = {
        body for (body,) in built.query(
            "select body from afterclose_intermediate.int_messages"
            " where source_name = 'braintrust'"
        )
    }
    assert "What is the capital of France?" in bodies
    assert "Paris" in bodies


@needs_samples
def test_every_langfuse_row_is_used(built: Project) -> None:
    assert fates(built, "langfuse") == {
        "observations": (41, 41, 0, {}),
        "traces": (8, 8, 0, {}),
    }


@needs_samples
def test_each_agent_framework_logs_a_question_and_an_answer_to_langfuse(
    built: Project,
) -> None:
    """Two of six name a session, one a user. A list of products says nothing."""
    turns = built.query(
        "select run_id, nullif(customer_text, ''), nullif(agent_text, '')"
        " from afterclose_intermediate.int_agent_turns"
        " where source_name = 'langfuse' and run_id <> 'nested_json'"
    )
    assert len(turns) == 7
    assert all(customer and agent for _, customer, agent in turns)
    assert ("nested_json", "", "") in built.query(
        "select * exclude (source_name)"
        " from afterclose_intermediate.int_agent_turns"
    )
    assert built.query(
        "select count(*), count(session_ref), count(customer_external_id),"
        " count(model_cost_usd), count(input_tokens)"
        " from afterclose_intermediate.int_agent_runs"
        " where source_name = 'langfuse'"
    ) == [(8, 2, 1, 6, 6)]


@needs_samples
def test_datadog_spans_keep_their_digits_and_their_words(
    built: Project,
) -> None:
    assert fates(built, "datadog") == {"spans": (20, 20, 0, {})}
    logged = {
        row["span_id"]: row
        for path in sample_files("datadog spans")
        for row in map(json.loads, path.read_text(encoding="utf-8").splitlines())
    }
    staged = built.query(
        "select source_row_id, apm_trace_id, trace_id, session_ref"
        " from afterclose_staging.stg_datadog__spans"
    )
    assert {row[0] for row in staged} == set(logged)
    assert any(int(span_id) > 2**63 for span_id in logged)
    for span_id, apm_trace_id, trace_id, session in staged:
        assert apm_trace_id == logged[span_id]["_dd"]["apm_trace_id"]
        assert apm_trace_id != trace_id
        assert session == logged[span_id]["session_id"]
    # Each model call repeats the history: only the first question is a turn.
    assert built.query(
        "select customer_text from afterclose_intermediate.int_agent_turns"
        " inner join afterclose_intermediate.int_agent_runs"
        " using (source_name, run_id) where session_ref = 'session-0'"
    ) == [("Generate a random noun in Korean. Respond with just that word.",)]


def test_braintrust_traces_in_place_of_spans_are_refused(
    project: Project
) -> None:
    project.reset()
    project.query(
        "create schema braintrust",
        "create table braintrust.logs as select 'a' as id,"
        " '1000192656880881099' as _xact_id, '{}' as metrics,"
        " '{}' as span_type_info",
    )
    completed = project.dbt("build", variables=BRAINTRUST_ONLY)
    assert completed.returncode != 0
    assert "START sql" not in completed.stdout
    assert "table braintrust.logs has a column span_type_info" in completed.stdout
    assert 'Export the data type "Logs (spans)" instead' in completed.stdout

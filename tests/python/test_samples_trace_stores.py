"""Staging reads what the SDKs of two trace stores really send.

The shared samples folder is not part of the repository; without it these tests
are skipped.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest
from marts import Project
from test_samples import SAMPLES

needs_samples = pytest.mark.skipif(
    SAMPLES is None, reason="the shared samples folder is not here"
)

LANGSMITH_ONLY = {
    "trace_sources": ["langsmith"], "ticket_sources": [], "event_sources": [],
}
BRAINTRUST_ONLY = {**LANGSMITH_ONLY, "trace_sources": ["braintrust"]}

# SDKs send none of these: the server adds them.
NOT_IN_PAYLOADS = {
    "absent_tables": ["langsmith.feedback"],
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


def write_table(path: Path, rows: Iterable[dict[str, Any]]) -> int:
    """Write rows as JSON lines, each with the columns of all; their number."""
    rows = list(rows)
    columns = sorted({column for row in rows for column in row})
    path.parent.mkdir(parents=True)
    path.write_text(
        "".join(
            json.dumps({column: row.get(column) for column in columns}) + "\n"
            for row in rows
        ),
        encoding="utf-8",
    )
    return len(rows)


def read_sample(path: Path) -> Any:
    """The content of one sample file."""
    return json.loads(path.read_text(encoding="utf-8"))


def merged(row: dict[str, Any], later: dict[str, Any]) -> dict[str, Any]:
    """A row with what a later payload of the same id adds, as servers merge."""
    result = dict(row)
    for key, value in later.items():
        if isinstance(value, dict) and isinstance(result.get(key), dict):
            value = merged(result[key], value)
        result[key] = value
    return result


@needs_samples
def test_both_halves_of_every_langsmith_run_are_read(
    project: Project, tmp_path: Path
) -> None:
    project.reset()
    payloads = [
        read_sample(path) for path in sorted((SAMPLES / "langsmith_runs").iterdir())
    ]
    row_count = write_table(
        tmp_path / "langsmith" / "runs.jsonl",
        (half for payload in payloads for half in payload["post"] + payload["patch"]),
    )
    project.load(tmp_path)
    project.build(
        "--select", "+int_messages", "+int_row_counts",
        variables={**LANGSMITH_ONLY, **NOT_IN_PAYLOADS},
    )
    assert project.query(
        "select raw_row_count, older_version_count, quarantined_count, used_count"
        " from afterclose_intermediate.int_row_counts where table_name = 'runs'"
    ) == [(row_count, row_count // 2, 0, row_count // 2)]
    assert project.query(
        "select author_role, count(*), count(nullif(trim(body), ''))"
        " from afterclose_intermediate.int_messages group by 1 order by 1"
    ) == [
        ("ai_agent", row_count // 2, row_count // 2),
        ("customer", row_count // 2, row_count // 2),
    ]
    # One of the seven streams without telling its tokens.
    assert project.query(
        "select count(*), count(input_tokens), count(ended_at)"
        " from afterclose_intermediate.int_langsmith__agent_steps"
    ) == [(row_count // 2, row_count // 2 - 1, row_count // 2)]


@needs_samples
def test_every_braintrust_span_is_read(project: Project, tmp_path: Path) -> None:
    """Whole payloads only; whoever recorded them blanked times and numbers."""
    project.reset()
    spans: dict[str, dict[str, Any]] = {}
    for name in ("deno-node", "wrap-langchain-js-traces"):
        for payload in read_sample(
            SAMPLES / "braintrust_logs" / f"{name}__log-payloads.json"
        ):
            for key in ("id", "span_id", "root_span_id"):
                payload[key] = f"{name} {payload[key]}"
            payload["span_parents"] = [
                f"{name} {parent}" for parent in payload.get("span_parents", [])
            ]
            payload |= {
                "_xact_id": "1000192656880881099",
                "created": "2026-01-05T10:00:00Z",
            }
            row = spans.get(payload["id"], {})
            spans[payload["id"]] = merged(row, payload)
    row_count = write_table(
        tmp_path / "braintrust" / "logs.jsonl", spans.values()
    )
    project.load(tmp_path)
    project.build(
        "--select", "+int_messages", "+int_row_counts",
        variables={**BRAINTRUST_ONLY, **NOT_IN_PAYLOADS},
    )
    assert project.query(
        "select raw_row_count, quarantined_count, used_count"
        " from afterclose_intermediate.int_row_counts"
    ) == [(row_count, 0, row_count)]
    bodies = {
        body for (body,) in project.query(
            "select body from afterclose_intermediate.int_messages"
        )
    }
    assert "What is the capital of France?" in bodies
    assert "Paris" in bodies


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
    assert "START" not in completed.stdout
    assert "table braintrust.logs has a column span_type_info" in completed.stdout
    assert 'Export the data type "Logs (spans)" instead' in completed.stdout

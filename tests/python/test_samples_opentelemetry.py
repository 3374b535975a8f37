"""The same model calls, replayed under five libraries, give the same turns."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from marts import Project
from test_samples import SAMPLES

pytestmark = pytest.mark.skipif(
    SAMPLES is None, reason="the shared samples folder is not here"
)

VARIABLES = {
    "trace_sources": ["opentelemetry"],
    "opentelemetry_layout": "otlp",
    "ticket_sources": [],
    "event_sources": [],
}


def test_one_call_reads_alike_in_every_encoding(
    project: Project, tmp_path: Path
) -> None:
    project.reset()
    raw = tmp_path / "raw"
    for table, pattern in (
        ("traces", "*traces.json"), ("traces", "trace.json"),
        ("logs", "*logs.json"),
    ):
        folder = raw / "opentelemetry" / table
        folder.mkdir(parents=True, exist_ok=True)
        for path in sorted((SAMPLES / "opentelemetry_otlp").glob(pattern)):
            number = len(list(folder.iterdir()))
            shutil.copyfile(path, folder / f"part-{number}.json")
    project.load(raw)
    project.build(
        "--select", "+int_agent_runs", "+int_agent_turns",
        "+int_opentelemetry__row_counts",
        variables=VARIABLES,
    )
    assert project.query(
        "select table_name, raw_row_count, quarantined_count, used_count"
        " from afterclose_intermediate.int_opentelemetry__row_counts"
        " order by 1"
    ) == [
        ("logs", 1, 0, 1),
        ("logs.records", 37, 0, 37),
        ("traces", 6, 0, 6),
        ("traces.spans", 101, 0, 101),
    ]
    # The span without a GenAI attribute is no run.
    assert project.query(
        "select count(*), count(input_tokens)"
        " from afterclose_intermediate.int_agent_runs"
    ) == [(35, 28)]
    copies = project.query(
        "select customer_text, nullif(agent_text, ''), count(*)"
        " from afterclose_intermediate.int_agent_turns group by 1, 2"
    )
    assert len(copies) == 7
    assert {count for _, _, count in copies} == {5}
    assert all(customer for customer, _, _ in copies)

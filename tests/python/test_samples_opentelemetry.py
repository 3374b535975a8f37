"""The same model calls, replayed under five libraries, give the same turns."""

from __future__ import annotations

from pathlib import Path

from marts import Project
from samples import copy_as_parts, fates, needs_samples

pytestmark = needs_samples

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
    copy_as_parts("opentelemetry traces", raw / "opentelemetry" / "traces")
    copy_as_parts("opentelemetry logs", raw / "opentelemetry" / "logs")
    project.load(raw)
    project.build(
        "--select", "+int_agent_runs", "+int_agent_turns",
        "+int_opentelemetry__row_counts",
        "+int_opentelemetry__quarantined_rows",
        variables=VARIABLES,
    )
    assert fates(project, "opentelemetry") == {
        "logs": (1, 1, 0, {}),
        "logs.records": (37, 37, 0, {}),
        "traces": (6, 6, 0, {}),
        "traces.spans": (101, 101, 0, {}),
    }
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

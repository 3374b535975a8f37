"""Staging reads what vendors really send: rows other people's systems wrote.

The shared samples folder is not part of the repository; without it these tests
are skipped.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping
from pathlib import Path

import pytest
from marts import PROJECT_DIR, Project

SAMPLES = next(
    (
        folder / "shared" / "samples"
        for folder in PROJECT_DIR.parents
        if (folder / "shared" / "samples").is_dir()
    ),
    None,
)

# The samples of the trace store are exports of single traces, not its tables.
SWITCHES = {"trace_sources": []}

pytestmark = pytest.mark.skipif(
    SAMPLES is None, reason="the shared samples folder is not here"
)


def absent(
    project: Project, switches: Mapping[str, list[str]] = SWITCHES
) -> dict[str, list[str]]:
    """The vars that switch off what the samples lack, from the preflight."""
    columns, tables = [], []
    message = project.dbt("build", variables=switches).stdout
    for line in message.splitlines():
        words = line.replace("'", " ").split()
        if "absent_columns" in words:
            columns.append(next(word for word in words if word.count(".") == 2))
        if "absent_tables" in words:
            tables.append(words[words.index("add") + 1])
    return {"absent_columns": columns, "absent_tables": tables}


def test_a_segment_page_call_survives_staging(
    project: Project, tmp_path: Path
) -> None:
    project.reset()
    folder = tmp_path / "raw" / "warehouse_events"
    folder.mkdir(parents=True)
    sample = SAMPLES / "segment" / "example_segment_pages.csv"
    (folder / "pages.csv").write_bytes(sample.read_bytes())
    with sample.open(encoding="utf-8", newline="") as lines:
        calls = list(csv.DictReader(lines))
    project.load(tmp_path / "raw")
    switches = {
        "trace_sources": [], "ticket_sources": [],
        "event_sources": ["warehouse_events"],
    }
    project.build(
        "--select", "+int_product_events", "+int_customer_keys",
        variables={**switches, **absent(project, switches)},
    )
    assert project.query(
        "select event_name, page_path, cast(occurred_at as varchar)"
        " from afterclose_intermediate.int_product_events order by event_id"
    ) == [("Page Viewed", call["path"], call["timestamp"]) for call in calls]
    assert project.query(
        "select external_id, anonymous_id"
        " from afterclose_intermediate.int_customer_keys"
    ) == [(call["user_id"], call["anonymous_id"]) for call in calls]


def test_zendesk_and_mixpanel_rows_survive_staging(
    project: Project, tmp_path: Path
) -> None:
    project.reset()
    raw = tmp_path / "raw"
    for folder, schema, ending in (
        ("zendesk_fivetran", "zendesk", "_data.csv"),
        ("mixpanel_fivetran", "mixpanel", ".csv"),
    ):
        (raw / schema).mkdir(parents=True)
        for path in sorted((SAMPLES / folder).glob("*.csv")):
            text = path.read_text(encoding="utf-8")
            # Whoever anonymised the sample renamed the loader's column too.
            text = text.replace("_Company_synced", "_fivetran_synced", 1)
            name = path.name.replace(ending, ".csv")
            (raw / schema / name).write_text(text, encoding="utf-8")
    project.load(raw)
    project.build(
        "--select", "+int_messages", "+int_tickets", "+int_product_events",
        "+int_ticket_events",
        variables={**SWITCHES, **absent(project)},
    )
    counts = dict(
        project.query(
            "select 'tickets', count(*) from afterclose_intermediate.int_tickets"
            " union all select 'messages', count(*)"
            " from afterclose_intermediate.int_messages"
            " union all select 'events', count(*)"
            " from afterclose_intermediate.int_product_events"
        )
    )
    # The tenth, 11071, was changed after it was loaded, says the sample.
    assert counts["tickets"] == 9
    assert counts["messages"] >= 20
    # Two of five events lie days after their own load, says the sample.
    assert counts["events"] == 3
    assert project.query(
        "select quarantine_reason, count(*)"
        " from afterclose_staging.stg_mixpanel__events"
        " where quarantine_reason is not null group by 1"
    ) == [("time_after_load", 2)]

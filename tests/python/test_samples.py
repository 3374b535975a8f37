"""Staging reads what vendors really send: rows other people's systems wrote."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from pathlib import Path

from marts import Project
from samples import (
    KINDS,
    NO_ROWS,
    SAMPLES,
    fates,
    matching,
    needs_samples,
    sample_files,
)

pytestmark = needs_samples

SWITCHES = {"trace_sources": []}


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


def test_every_sample_is_read_by_a_test() -> None:
    """A new file belongs to a kind that is read, or to those without rows."""
    patterns = [pattern for kind in KINDS.values() for pattern in kind]
    known = matching([*patterns, *NO_ROWS])
    assert known == sorted(
        path for path in SAMPLES.rglob("*") if path.is_file()
    )
    tests = "".join(
        path.read_text(encoding="utf-8")
        for path in Path(__file__).parent.glob("test_samples*.py")
    )
    assert [kind for kind in KINDS if f'"{kind}"' not in tests] == []


def test_a_segment_page_call_survives_staging(
    project: Project, tmp_path: Path
) -> None:
    project.reset()
    folder = tmp_path / "raw" / "warehouse_events"
    folder.mkdir(parents=True)
    (sample,) = sample_files("segment pages")
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
        "+int_row_counts", "+int_quarantined_rows",
        variables={**switches, **absent(project, switches)},
    )
    assert fates(project, "warehouse_events") == {"pages": (1, 1, 0, {})}
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
    for kind, schema, ending in (
        ("zendesk tables", "zendesk", "_data.csv"),
        ("mixpanel events", "mixpanel", ".csv"),
    ):
        (raw / schema).mkdir(parents=True)
        for path in sample_files(kind):
            text = path.read_text(encoding="utf-8")
            # Whoever anonymised the sample renamed the loader's column too.
            text = text.replace("_Company_synced", "_fivetran_synced", 1)
            name = path.name.replace(ending, ".csv")
            (raw / schema / name).write_text(text, encoding="utf-8")
    project.load(raw)
    project.build(
        "--select", "+int_messages", "+int_tickets", "+int_product_events",
        "+int_ticket_events", "+int_row_counts", "+int_quarantined_rows",
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
    assert counts["events"] == 3
    assert fates(project, "zendesk") == {
        "ticket": (10, 9, 0, {"time_after_load": 1}),
        "ticket_chat": (10, 10, 0, {}),
        "ticket_chat_event": (12, 12, 0, {}),
        "ticket_comment": (20, 20, 0, {}),
        # One step stands four times in the sample, two tags twice or more.
        "ticket_field_history": (38, 25, 3, {"time_after_load": 10}),
        "ticket_tag": (10, 7, 3, {}),
        "user": (10, 10, 0, {}),
    }
    # Two of five events lie days after their own load, says the sample.
    assert fates(project, "mixpanel") == {
        "event": (5, 3, 0, {"time_after_load": 2}),
    }

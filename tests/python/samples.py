"""The rows that other people's systems wrote, and what became of them.

The shared samples folder is not part of the repository; without it the tests
that need it are skipped.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterable
from pathlib import Path
from typing import Any

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

needs_samples = pytest.mark.skipif(
    SAMPLES is None, reason="the shared samples folder is not here"
)

# Every file is read by the tests that ask for its kind.
KINDS = {
    "braintrust spans": (
        "braintrust_logs/deno-node__log-payloads.json",
        "braintrust_logs/wrap-langchain-js-traces__log-payloads.json",
    ),
    "braintrust excerpts": (
        "braintrust_logs/*.log-payloads.json",
        "braintrust_logs/*.span-events.json",
    ),
    "datadog spans": ("datadog_llmobs/*.jsonl",),
    "freshdesk agents": ("freshdesk_api/agents.json",),
    "freshdesk contacts": ("freshdesk_api/contacts.json",),
    "freshdesk conversations": (
        "freshdesk_api/conversations.json",
        "freshdesk_api/note_*.json",
        "freshdesk_api/reply_*.json",
    ),
    "freshdesk tickets": (
        "freshdesk_api/all_tickets.json",
        "freshdesk_api/outbound_email_*.json",
        "freshdesk_api/ticket_*.json",
    ),
    "intercom admins": ("intercom_api/get_admins_*.json",),
    "intercom contacts": ("intercom_api/get_contacts_*.json",),
    "intercom conversations": (
        "intercom_api/get_conversations_*.json",
        "intercom_api/post_conversations_*.json",
    ),
    "langfuse traces": ("langfuse_export/*-20??-??-??.json",),
    "langfuse contents": (
        "langfuse_export/chat_ml_json.json", "langfuse_export/nested_json.json",
    ),
    "langsmith runs": ("langsmith_runs/*.json",),
    "mixpanel events": ("mixpanel_fivetran/event.csv",),
    "opentelemetry traces": (
        "opentelemetry_otlp/*.traces.json", "opentelemetry_otlp/trace.json",
    ),
    "opentelemetry logs": ("opentelemetry_otlp/*.logs.json",),
    "segment pages": ("segment/*_pages.csv",),
    "zendesk tables": ("zendesk_fivetran/*_data.csv",),
}

# These hold nobody's rows: what the folders are, and what JSON there must be.
NO_ROWS = ("README.md", "opentelemetry_otlp/*.schema.json")


def matching(patterns: Iterable[str]) -> list[Path]:
    """The files below the samples folder that fit a pattern, in a fixed order."""
    return sorted(path for pattern in patterns for path in SAMPLES.glob(pattern))


def sample_files(kind: str) -> list[Path]:
    """The samples of a kind."""
    return matching(KINDS[kind])


def read_sample(path: Path) -> Any:
    """The content of one sample file."""
    return json.loads(path.read_text(encoding="utf-8"))


def copy_as_parts(kind: str, folder: Path) -> None:
    """Put the samples of a kind, as they are, where load_raw takes one table."""
    folder.mkdir(parents=True)
    for number, path in enumerate(sample_files(kind)):
        shutil.copyfile(path, folder / f"part-{number:03}{path.suffix}")


def write_table(path: Path, rows: Iterable[dict[str, Any]]) -> int:
    """Write rows as JSON lines, each with the columns of all; their number."""
    rows = list(rows)
    columns = sorted({column for row in rows for column in row})
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(
        "".join(
            json.dumps({column: row.get(column) for column in columns}) + "\n"
            for row in rows
        ),
        encoding="utf-8",
    )
    return len(rows)


def fates(project: Project, tool: str) -> dict[str, tuple]:
    """Raw table -> rows in, used, older versions, quarantined by reason.

    Tables without a row are left out. For every tool alike it is asserted that
    no row is lost; `pytest -rP` shows the table.
    """
    reasons: dict[str, dict[str, int]] = {}
    for table, reason, count in project.query(
        "select table_name, quarantine_reason, count(*)"
        f" from afterclose_intermediate.int_{tool}__quarantined_rows"
        " group by 1, 2 order by 1, 2"
    ):
        reasons.setdefault(table, {})[reason] = count
    found = {}
    for table, raw, used, older, quarantined in project.query(
        "select table_name, raw_row_count, used_count, older_version_count,"
        f" quarantined_count from afterclose_intermediate.int_{tool}__row_counts"
        " where raw_row_count > 0 order by 1"
    ):
        named = reasons.get(table, {})
        assert raw == used + older + quarantined
        assert quarantined == sum(named.values())
        # "traces.spans" are rows that lie inside the rows of the raw table.
        if "." not in table:
            loaded = project.query(f"select count(*) from {tool}.{table}")
            assert loaded == [(raw,)]
        found[table] = raw, used, older, named
        words = ", ".join(f"{count} {reason}" for reason, count in named.items())
        print(
            f"{tool + '.' + table:31} in {raw:3}, used {used:3},"
            f" older versions {older:3}, quarantined: {words or 0}"
        )
    return found

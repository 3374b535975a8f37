"""Staging reads what the APIs of two help desks really answer."""

from __future__ import annotations

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

pytestmark = needs_samples

# What an API answers bears no stamp of a loader; Airbyte adds one.
LOADED = {"_airbyte_extracted_at": "2026-01-05T10:00:00Z"}

VARIABLES = {
    "trace_sources": [],
    "ticket_sources": ["freshdesk", "intercom"],
    "event_sources": [],
    "freshdesk_layout": "api",
    # Contacts were recorded under an older version of the API.
    "freshdesk_customer_id": ["external_id"],
    "intercom_layout": "airbyte",
    "absent_tables": [
        "freshdesk.api_satisfaction_ratings",
        "freshdesk.api_ticket_fields",
        "freshdesk.api_ticket_activities",
    ],
    "absent_columns": [
        "freshdesk.api_contacts.unique_external_id",
        "freshdesk.api_contacts.custom_fields",
        "freshdesk.api_conversations.auto_response",
        "freshdesk.api_conversations.automation_id",
    ],
}


def write_intercom(folder: Path) -> None:
    """Conversations and their parts as two tables, as Airbyte splits them."""
    conversations: list[dict[str, Any]] = []
    parts: list[dict[str, Any]] = []
    for path in sample_files("intercom conversations"):
        answer = read_sample(path)
        for conversation in answer.get("conversations", [answer]):
            inner = conversation.pop("conversation_parts", {})
            conversations.append(conversation | LOADED)
            # A number here, a text there, as both stand in one sync.
            named = LOADED | {"conversation_id": int(conversation["id"])}
            parts += [
                part | named for part in inner.get("conversation_parts", [])
            ]
    write_table(folder / "conversations.jsonl", conversations)
    write_table(folder / "conversation_parts.jsonl", parts)
    write_table(folder / "contacts.jsonl", (
        read_sample(path) | LOADED for path in sample_files("intercom contacts")
    ))
    write_table(folder / "admins.jsonl", (
        admin | LOADED
        for path in sample_files("intercom admins")
        for admin in read_sample(path)["admins"]
    ))


@pytest.fixture(scope="module")
def built(
    project: Project, tmp_path_factory: pytest.TempPathFactory
) -> Project:
    """Both help desks' samples, loaded and built."""
    project.reset()
    raw = tmp_path_factory.mktemp("raw")
    for kind in (
        "freshdesk agents", "freshdesk contacts", "freshdesk conversations",
        "freshdesk tickets",
    ):
        copy_as_parts(kind, raw.joinpath(*kind.split()))
    write_intercom(raw / "intercom")
    project.load(raw)
    entities = (
        "messages", "tickets", "ticket_status_changes", "ticket_moves",
        "row_counts", "quarantined_rows",
    )
    project.build(
        "--select",
        *(
            f"+int_{tool}__{entity}"
            for tool in VARIABLES["ticket_sources"] for entity in entities
        ),
        variables=VARIABLES,
    )
    return project


def test_every_freshdesk_row_is_used_or_an_older_version(
    built: Project,
) -> None:
    """All four tickets were recorded under the number 1, notes came twice."""
    assert fates(built, "freshdesk") == {
        "agents": (2, 2, 0, {}),
        "contacts": (2, 1, 1, {}),
        "conversations": (4, 2, 2, {}),
        "tickets": (4, 1, 3, {}),
    }


def test_freshdesk_messages_and_times_are_read_in_both_versions_of_the_api(
    built: Project,
) -> None:
    assert built.query(
        "select author_role, author_id, is_public, body"
        " from afterclose_intermediate.int_freshdesk__messages order by sent_at"
    ) == [
        # No time tells the four tickets apart: what they hold decides.
        ("customer", "6012691534", True,
         "This is a sample outbound email, feel free to delete it."),
        ("human_agent", "1", False, "This is a private note"),
        ("human_agent", "1", True, "This is a reply"),
    ]
    # The older version has +10:00 and only `description`, as plain text.
    assert built.query(
        "select cast(created_at as varchar), cast(resolved_at as varchar),"
        " description is null, tags_json"
        " from afterclose_staging.stg_freshdesk__tickets order by 1, 2, 4"
    ) == [
        ("2014-12-31 02:27:09", None, False, '["mytag"]'),
        ("2016-05-18 04:36:04", "2020-07-24 15:35:21", False, '["foo","bar"]'),
        ("2016-05-18 04:36:04", None, False, '["foo","bar"]'),
        ("2016-05-18 04:36:04", None, False, '["hello","world"]'),
    ]


def test_every_intercom_row_is_used(built: Project) -> None:
    assert fates(built, "intercom") == {
        "admins": (1, 1, 0, {}),
        "contacts": (1, 1, 0, {}),
        "conversation_parts": (9, 9, 0, {}),
        "conversations": (7, 7, 0, {}),
    }


def test_intercom_first_messages_replies_and_notes_are_messages(
    built: Project,
) -> None:
    """Assignments and what Intercom records of its own actions are none.

    Operator says admin in the sample; its address says bot.
    """
    messages = built.query(
        "select message_id, author_role, is_public"
        " from afterclose_intermediate.int_intercom__messages"
    )
    first = [row for row in messages if row[0].startswith("intercom:source:")]
    assert len(first) == 7
    assert {row[1:] for row in first} == {("human_agent", True)}
    assert sorted(row for row in messages if row not in first) == [
        ("intercom:part:1", "bot_automation", True),
        ("intercom:part:132", "customer", True),
        ("intercom:part:133", "human_agent", False),
        ("intercom:part:136", "human_agent", True),
    ]
    ((note,),) = built.query(
        "select body from afterclose_intermediate.int_intercom__messages"
        " where message_id = 'intercom:part:133'"
    )
    assert "\n- Tea\n" in note and "<" not in note


def test_intercom_conversations_the_company_began_are_outbound(
    built: Project,
) -> None:
    assert built.query(
        "select is_outbound, count(*), count(customer_external_id)"
        " from afterclose_intermediate.int_intercom__tickets group by 1"
    ) == [(True, 7, 7)]


def test_intercom_parts_tell_what_was_done_and_states_only_the_rest(
    built: Project,
) -> None:
    """Three closed conversations came without the part that closed them."""
    assert built.query(
        "select ticket_status_change_id, is_done, actor_role"
        " from afterclose_intermediate.int_intercom__ticket_status_changes"
        " order by 1"
    ) == [
        ("intercom:503:unrecorded", True, "system"),
        ("intercom:515:unrecorded", True, "system"),
        ("intercom:525:unrecorded", True, "system"),
        ("intercom:part:132", False, "customer"),
        ("intercom:part:136", True, "human_agent"),
        ("intercom:part:139", False, "human_agent"),
        ("intercom:part:140", False, "human_agent"),
    ]
    assert built.query(
        "select ticket_id, holder_role"
        " from afterclose_intermediate.int_intercom__ticket_moves"
    ) == [("intercom:542", "human_agent")]

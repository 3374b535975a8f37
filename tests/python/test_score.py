"""scripts/score_against_truth sees every kind of miss, and nothing else.

A hand-made world of three conversations and the build a perfect project would
have made of it; each test spoils one thing.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from conftest import last_json

Tables = dict[str, list[dict[str, Any]]]

NINE = datetime.datetime(2026, 1, 5, 9)
HOUR = datetime.timedelta(hours=1)


def truth_conversation(name: str, **known: Any) -> dict[str, Any]:
    """An eligible, mature, deflected conversation nobody came back from."""
    return {
        "truth_conversation_id": name,
        "customer": "ann",
        "issue_id": name,
        "intent": "password_reset",
        "channel": "chat",
        "session_id": None,
        "ticket_id": None,
        "conversation_number": 1,
        "opened_at": NINE,
        "resolved_at": NINE + HOUR,
        "is_eligible": True,
        "exclusion_reason": None,
        "is_linkable": True,
        "is_handed_to_human": False,
        "is_deflected": True,
        "is_really_resolved": True,
        "recontact_24h": False,
        "recontact_72h": False,
        "recontact_168h": False,
        "recontact_any_72h": False,
        "is_vague_opening": False,
        "is_escalated_and_answered": False,
        "is_reexplained": None,
        "outcome": "other",
        **known,
    }


def a_world() -> Tables:
    """What really happened: ann came back vaguely, bob needed a human."""
    return {
        "conversations": [
            truth_conversation(
                "ann_first", ticket_id="1", session_id="s1", issue_id="ann_first",
                is_really_resolved=False, outcome="recontacted",
                recontact_24h=True, recontact_72h=True, recontact_168h=True,
                recontact_any_72h=True,
            ),
            truth_conversation(
                "ann_again", session_id="s2", issue_id="ann_first",
                is_vague_opening=True, opened_at=NINE + 5 * HOUR,
                resolved_at=NINE + 6 * HOUR,
            ),
            truth_conversation(
                "bob", ticket_id="3", session_id="s3", customer="bob",
                intent="billing_dispute", is_handed_to_human=True,
                is_deflected=False, is_escalated_and_answered=True,
                is_reexplained=True,
            ),
        ],
        "trace_ticket_links": [
            {"session_id": "s1", "ticket_id": "1", "carried_by": "ticket_id"},
            {"session_id": "s3", "ticket_id": "3",
             "carried_by": "customer_and_time"},
        ],
        "instructions": [
            {"truth_conversation_id": "ann_first", "action_id": "update_card",
             "is_followed": True, "is_already_done": False, "is_mature": True},
        ],
        "unusable_rows": [
            {"table_name": "zendesk.ticket", "row_key": None,
             "reason": "missing_id"},
        ],
    }


def a_perfect_build(world: Tables) -> Tables:
    """The models' rows if they got everything right."""
    conversations = []
    for row in world["conversations"]:
        ticket, session = row["ticket_id"], row["session_id"]
        thread = f"zendesk:{ticket}" if ticket else f"langfuse:{session}"
        conversations.append(
            {
                "conversation_id": f"{thread}#1",
                "thread_id": thread,
                "ticket_id": f"zendesk:{ticket}" if ticket else None,
                "trace_session_id": f"langfuse:{session}",
                "conversation_number": 1,
                "customer_id": f"hash of {row['customer']}",
                "intent_id": f"intent of {row['intent']}",
                "outcome": {"other": "presumed"}.get(
                    row["outcome"], row["outcome"]
                ),
                "exclusion_reason": None,
                "is_eligible": True,
                "is_linkable": True,
                "is_closed": True,
                "is_handed_to_human": row["is_handed_to_human"],
                "is_deflected": row["is_deflected"],
                "resolution_confidence": 0.9 - 0.5 * row["recontact_72h"],
                "opened_at": row["opened_at"],
                "resolved_at": row["resolved_at"],
            }
        )
    ids = [row["conversation_id"] for row in conversations]
    return {
        "conversations": conversations,
        "quarantined_rows": [
            {"table_name": "ticket", "quarantine_reason": "missing_id"}
        ],
        "int_sessions_linked_to_tickets": [
            {"trace_session_id": "langfuse:s1", "ticket_id": "zendesk:1"},
            {"trace_session_id": "langfuse:s2", "ticket_id": None},
            {"trace_session_id": "langfuse:s3", "ticket_id": "zendesk:3"},
        ],
        "int_recontacts": [
            {
                "conversation_id": conversation_id,
                "window_hours": hours,
                "is_mature": True,
                "has_recontact": row["recontact_72h"],
                "has_any_recontact": row["recontact_72h"],
            }
            for conversation_id, row in zip(ids, world["conversations"])
            for hours in (24, 72, 168)
        ],
        "int_escalations": [
            {"conversation_id": ids[2], "has_human_reply": True,
             "is_reexplained": True},
        ],
        "int_instructions": [
            {"conversation_id": ids[0], "action_id": "update_card",
             "is_counted": True, "is_followed": True},
        ],
    }


@pytest.fixture
def scored(
    tmp_path: Path, warehouse_path: Path, run_script: Callable
) -> Callable[[Tables, Tables], dict[str, Any]]:
    """Write a world and a build, run the script, give its JSON."""

    def run(world: Tables, build: Tables) -> dict[str, Any]:
        (tmp_path / "world" / "truth").mkdir(parents=True)
        for name, rows in world.items():
            pq.write_table(
                pa.Table.from_pylist(rows),
                tmp_path / "world" / "truth" / f"{name}.parquet",
            )
        with duckdb.connect(str(warehouse_path)) as connection:
            connection.execute("create schema afterclose")
            connection.execute("create schema afterclose_intermediate")
            for name, rows in build.items():
                layer = "_intermediate" if name.startswith("int_") else ""
                table = pa.Table.from_pylist(rows)
                connection.register("given", table)
                connection.execute(
                    f"create table afterclose{layer}.{name} as from given"
                )
        return last_json(
            run_script(
                "score_against_truth", tmp_path / "world", "--misses", 5,
                "--json",
            )
        )

    return run


def missed(result: dict[str, Any]) -> dict[str, tuple[float, float]]:
    """fact -> (precision, recall) of every fact that is not perfect."""
    return {
        name: (fact["precision"], fact["recall"])
        for name, fact in result["facts"].items()
        if {fact["precision"], fact["recall"]} - {1.0, None}
    }


def test_a_perfect_build_misses_nothing(scored):
    world = a_world()
    result = scored(world, a_perfect_build(world))
    assert missed(result) == {}
    assert result["misses"] == []
    assert result["intents"]["ari"] == 1
    assert result["confidence"]["auc"] == 1
    assert all(
        fact["expected"] for name, fact in result["facts"].items()
        if name not in ("exclusion_reason", "links by session_id")
    )


def test_a_missed_link_is_seen_with_what_carried_it(scored):
    world = a_world()
    build = a_perfect_build(world)
    build["int_sessions_linked_to_tickets"][2]["ticket_id"] = None
    result = scored(world, build)
    assert missed(result) == {
        "trace_ticket_links": (1.0, 0.5),
        "links by customer_and_time": (None, 0.0),
    }
    assert result["misses"][0]["notes"] == "customer_and_time"


def test_a_missed_recontact_is_explained_by_the_vague_return(scored):
    world = a_world()
    build = a_perfect_build(world)
    for row in build["int_recontacts"]:
        if row["window_hours"] == 72:
            row["has_recontact"] = False
    result = scored(world, build)
    assert missed(result) == {"recontact_72h": (None, 0.0)}
    assert "came back vaguely" in result["misses"][0]["notes"]
    assert result["misses"][0]["conversation"] == "ticket 1 #1"


def test_a_time_that_is_off_by_a_second_is_a_miss(scored):
    world = a_world()
    build = a_perfect_build(world)
    build["conversations"][1]["resolved_at"] += datetime.timedelta(seconds=1)
    result = scored(world, build)
    assert missed(result) == {"resolved_at": (0.666667, 0.666667)}
    miss = result["misses"][0]
    assert miss["expected"] == "2026-01-05 15:00:00"
    assert miss["found"] == "2026-01-05 15:00:01"


def test_two_customers_taken_for_one_cost_precision_only(scored):
    world = a_world()
    build = a_perfect_build(world)
    build["conversations"][2]["customer_id"] = "hash of ann"
    result = scored(world, build)
    assert missed(result) == {"same_customer": (0.333333, 1.0)}


def test_a_surplus_conversation_costs_precision(scored):
    world = a_world()
    build = a_perfect_build(world)
    invented = {**build["conversations"][1], "conversation_number": 2,
                "conversation_id": "langfuse:s2#2"}
    build["conversations"].append(invented)
    assert missed(scored(world, build))["conversations"] == (0.75, 1.0)


def test_a_folder_without_truth_is_named(tmp_path, run_script):
    completed = run_script("score_against_truth", tmp_path)
    assert completed.returncode == 1
    assert "has no truth folder" in completed.stderr


def test_a_warehouse_without_a_build_says_so(tmp_path, run_script):
    (tmp_path / "truth").mkdir()
    pq.write_table(
        pa.Table.from_pylist(a_world()["conversations"]),
        tmp_path / "truth" / "conversations.parquet",
    )
    completed = run_script("score_against_truth", tmp_path)
    assert completed.returncode == 1
    assert "does not exist yet" in completed.stderr

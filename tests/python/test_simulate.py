"""The simulator: same seed same bytes, honest truth, every kind of dirt."""

from __future__ import annotations

import gc
import hashlib
import json
import os
import subprocess
import weakref
from dataclasses import replace
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from afterclose.simulate.plan import HOUR, WEEK, Plan, parse_instant
from afterclose.simulate.product import ACTIONS
from afterclose.simulate.renderers import make_renderer, renderer_names
from afterclose.simulate.run import (
    MARKER,
    OutputRefused,
    block_results,
    make_block,
    run,
)
from conftest import SCRIPTS_DIR

START = parse_instant("2026-01-05")
STACK = ("langfuse", "zendesk", "mixpanel")
HEAD = 8
CUT = START + 5 * WEEK + 10 * HOUR
# Tables that only grow: a world cut earlier holds the same rows, fewer.
GROWING = [
    "langfuse/traces", "langfuse/observations", "langfuse/scores",
    "zendesk/ticket_comment", "zendesk/ticket_field_history",
    "zendesk/ticket_chat", "zendesk/ticket_chat_event", "zendesk/user",
    "mixpanel/event", "truth/messages", "truth/trace_ticket_links",
]
INSTRUCTION_PHRASES = {
    "update_card": "settings > billing > update card",
    "open_reset_link": "open the password reset link",
    "download_invoice": "billing > invoices",
    "enable_two_factor": "settings > security > two-factor",
    "wait_for_refund": "refund will appear",
    "update_address": "account > addresses",
    "wait_for_delivery": "parcel will arrive by",
}


def plan_for(conversations: int, **changes: object) -> Plan:
    """A plan of twelve weeks from the usual start."""
    plan = Plan(
        STACK, conversations, 12, 1, START, START + 12 * WEEK, True
    )
    return replace(plan, **changes)


def digests(folder: Path) -> dict[str, str]:
    """The hash of every file below a folder."""
    return {
        str(path.relative_to(folder)): hashlib.sha256(
            path.read_bytes()
        ).hexdigest()
        for path in sorted(folder.rglob("*")) if path.is_file()
    }


def query(folder: Path, statement: str) -> list[tuple]:
    """Rows of a query in which {schema/table} names a Parquet file."""
    statement = statement.replace("{", f"'{folder}/").replace("}", ".parquet'")
    with duckdb.connect() as connection:
        connection.execute("set timezone = 'UTC'")
        return connection.execute(statement).fetchall()


@pytest.fixture(scope="module")
def earlier(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same world as it looked in the middle of its sixth week."""
    folder = tmp_path_factory.mktemp("simulate") / "earlier"
    run(plan_for(6000, horizon=CUT), folder, workers=1)
    return folder


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The world of the demo: 6,000 conversations in twelve weeks."""
    folder = tmp_path_factory.mktemp("simulate") / "world"
    run(plan_for(6000), folder, workers=1)
    return folder


# ------------------------------------------------------------- reproducibility


def test_same_seed_gives_same_bytes_whatever_the_hash_seed(
    tmp_path: Path
) -> None:
    for name, hash_seed in (("one", "1"), ("two", "2")):
        subprocess.run(
            [
                str(SCRIPTS_DIR / "simulate"), "--conversations", "300",
                "--seed", "11", "--out", str(tmp_path / name),
            ],
            env={**os.environ, "PYTHONHASHSEED": hash_seed, "TZ": "Asia/Tokyo"},
            check=True, capture_output=True,
        )
    assert digests(tmp_path / "one") == digests(tmp_path / "two")


def test_another_seed_gives_another_world(tmp_path: Path) -> None:
    run(plan_for(100), tmp_path / "one", workers=1)
    run(plan_for(100, seed=2), tmp_path / "two", workers=1)
    one, two = digests(tmp_path / "one"), digests(tmp_path / "two")
    assert one.keys() == two.keys()
    assert one["langfuse/traces.parquet"] != two["langfuse/traces.parquet"]


def test_a_block_does_not_depend_on_the_blocks_before_it() -> None:
    plan = plan_for(4000)
    alone = make_block(plan, 1)
    make_block(plan, 0)
    again = make_block(plan, 1)
    assert alone.tables == again.tables
    assert alone.counts == again.counts


def test_blocks_are_written_one_by_one_and_let_go(tmp_path: Path) -> None:
    plan = plan_for(6000)
    seen = []
    for result in block_results(plan, workers=1):
        seen.append(weakref.ref(result))
        gc.collect()
        assert sum(entry() is not None for entry in seen) <= 2
    assert len(seen) == plan.blocks == 3
    run(plan, tmp_path / "world", workers=1)
    for table in ("langfuse/traces", "truth/conversations"):
        path = tmp_path / "world" / f"{table}.parquet"
        assert pq.ParquetFile(path).num_row_groups == plan.blocks


# ------------------------------------------------------------ the command line


def test_no_conversations_still_give_every_typed_table(tmp_path: Path) -> None:
    run(plan_for(0), tmp_path / "empty", workers=1)
    for name in STACK:
        renderer = make_renderer(name, plan_for(0))
        for table, schema in renderer.tables.items():
            path = tmp_path / "empty" / name / f"{table}.parquet"
            found = pq.read_table(path)
            assert found.num_rows == 0
            assert found.schema.names == schema.names
            assert [entry.type for entry in found.schema] == [
                entry.type for entry in schema
            ]


def test_unknown_tool_is_named_beside_the_known_ones(run_script, tmp_path):
    result = run_script(
        "simulate", "--stack", "langfuse,zendesc", "--out", tmp_path / "x"
    )
    assert result.returncode == 2
    assert "zendesc" in result.stderr
    for name in renderer_names():
        assert name in result.stderr
    assert "Traceback" not in result.stderr


def test_unreadable_until_is_explained(run_script, tmp_path):
    result = run_script(
        "simulate", "--until", "last week", "--out", tmp_path / "x"
    )
    assert result.returncode == 2
    assert "2026-03-01" in result.stderr


def test_other_peoples_folder_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "letter.txt").write_text("mine")
    with pytest.raises(OutputRefused, match="letter|not empty"):
        run(plan_for(10), tmp_path, workers=1)
    assert (tmp_path / "letter.txt").read_text() == "mine"


def test_earlier_simulation_is_replaced(tmp_path: Path) -> None:
    run(plan_for(10, stack=("langfuse:v2", "zendesk")), tmp_path, workers=1)
    run(plan_for(10), tmp_path, workers=1)
    assert not (tmp_path / "langfuse" / "observations_v2.parquet").exists()
    assert (tmp_path / "langfuse" / "traces.parquet").exists()


# --------------------------------------------------------------- earlier looks


def test_earlier_look_holds_the_same_rows_and_nothing_later(
    world: Path, earlier: Path
) -> None:
    for table in GROWING:
        changed = query(
            earlier,
            f"select count(*) from (select * from {{{table}}} except all"
            f" select * from '{world}/{table}.parquet')",
        )
        assert changed == [(0,)], table
    late = query(
        earlier,
        "select max(sent_at) > timestamptz '2026-02-09 10:00:00+00'"
        " from {truth/messages}",
    )
    assert late == [(False,)]


def test_numbers_that_were_mature_early_stay(
    world: Path, earlier: Path
) -> None:
    changed = query(
        earlier,
        "select count(*), count(case when cut.recontact_72h is distinct from"
        " whole.recontact_72h or cut.resolved_at <> whole.resolved_at"
        " then 1 end) from {truth/conversations} as cut"
        f" inner join '{world}/truth/conversations.parquet' as whole"
        " using (truth_conversation_id)"
        " where cut.recontact_72h is not null",
    )
    assert changed[0][0] > 1500
    assert changed[0][1] == 0


# -------------------------------------------------------------------- the world


def test_head_intents_clear_the_bar_in_every_mature_week(world: Path) -> None:
    weeks = query(
        world,
        "with head as (select intent from {truth/conversations} where intent"
        " is not null group by 1 order by count(*) desc limit 8)"
        " select intent, date_trunc('week', resolved_at), count(*)"
        " from {truth/conversations} inner join head using (intent)"
        " where recontact_72h is not null"
        " and resolved_at < timestamptz '2026-03-23 00:00:00+00'"
        " group by 1, 2",
    )
    assert len(weeks) == HEAD * 11
    assert min(count for _, _, count in weeks) >= 30


def test_six_to_twelve_intents_hold_the_volume(world: Path) -> None:
    counts = [
        count for (count,) in query(
            world,
            "select count(*) from {truth/conversations} where intent is not"
            " null group by intent order by 1 desc",
        )
    ]
    assert len(counts) >= 17
    held = 0
    while sum(counts[:held]) < 0.8 * sum(counts):
        held += 1
    assert 6 <= held <= 12


def test_good_aggregate_hides_a_disaster(world: Path) -> None:
    ((deflection,),) = query(
        world,
        "select avg(cast(is_deflected as integer)) from {truth/conversations}",
    )
    assert 0.70 <= deflection <= 0.77
    resolved = dict(query(
        world,
        "select intent, avg(cast(is_really_resolved as integer))"
        " from {truth/conversations} where is_deflected group by 1",
    ))
    assert resolved["password_reset"] > 0.88
    assert resolved["billing_dispute"] < 0.40


def test_openings_are_hardly_ever_the_same(world: Path) -> None:
    ((total, distinct),) = query(
        world,
        "select count(*), count(distinct opening_text)"
        " from {truth/conversations} where not is_vague_opening",
    )
    assert distinct / total > 0.9


# -------------------------------------------------------------------- the truth


def test_truth_keeps_its_own_rules(world: Path) -> None:
    broken = query(
        world,
        "select count(case when resolved_at > closed_at then 1 end),"
        " count(case when opened_at > closed_at then 1 end),"
        " count(case when recontact_24h and not recontact_72h then 1 end),"
        " count(case when recontact_72h and not recontact_168h then 1 end),"
        " count(case when recontact_72h and not recontact_any_72h then 1 end),"
        " count(case when is_eligible and outcome is null then 1 end),"
        " count(case when not is_eligible and outcome is not null then 1 end),"
        " count(case when is_eligible = (exclusion_reason is not null)"
        "   then 1 end),"
        " count(case when not is_linkable and recontact_72h is not null"
        "   then 1 end),"
        " count(case when session_id is null and ticket_id is null then 1 end),"
        " count(*) - count(distinct truth_conversation_id)"
        " from {truth/conversations}",
    )
    assert broken == [(0,) * 11]


def test_every_instruction_can_be_read_in_an_answer(world: Path) -> None:
    assert INSTRUCTION_PHRASES.keys() == ACTIONS.keys()
    found = query(
        world,
        "select action_id, lower(string_agg(said.output, ' '))"
        " from {truth/instructions}"
        " inner join {truth/conversations} using (truth_conversation_id)"
        " inner join {langfuse/traces} as traces using (session_id)"
        " inner join {langfuse/observations} as said"
        "   on said.trace_id = traces.id"
        " group by truth_conversation_id, action_id",
    )
    assert {action for action, _ in found} == set(INSTRUCTION_PHRASES)
    for action, text in found:
        assert INSTRUCTION_PHRASES[action] in text.replace("\\u003e", ">")


def test_link_is_carried_the_way_the_truth_says(world: Path) -> None:
    links = query(
        world,
        "select carried_by, count(distinct session_id), count(distinct case"
        " when contains(metadata, links.ticket_id) then session_id end),"
        " count(distinct case when ticket.external_id = links.session_id"
        "   or tag = 'session:' || links.session_id then session_id end)"
        " from {truth/trace_ticket_links} as links"
        " inner join {langfuse/traces} using (session_id)"
        " left join {zendesk/ticket} as ticket"
        "   on cast(ticket.id as varchar) = links.ticket_id"
        " left join {zendesk/ticket_tag} as tag"
        "   on tag.ticket_id = ticket.id"
        " group by 1",
    )
    named = {carrier: counts for carrier, *counts in links}
    total, by_metadata, by_ticket = named["ticket_id"]
    assert total == by_metadata and by_ticket == 0
    total, by_metadata, by_ticket = named["session_id"]
    assert total == by_ticket and by_metadata == 0
    total, by_metadata, by_ticket = named["customer_and_time"]
    assert total > 500 and by_metadata == 0 and by_ticket == 0
    assert named["no_ticket"][0] > 100


def test_two_issues_of_one_customer_have_two_intents(world: Path) -> None:
    assert query(
        world,
        "select customer from {truth/conversations} where intent is not null"
        " and not coalesce(exclusion_reason, '') in ('outbound', 'merged')"
        " group by customer"
        " having count(distinct issue_id) > count(distinct intent)",
    ) == []


# --------------------------------------------------------------------- the dirt


def test_every_kind_of_dirt_is_planted_and_counted(world: Path) -> None:
    dirt = json.loads((world / MARKER).read_text())["dirt"]
    for kind in (
        "automatic_replies_after_the_close", "bodies_of_50000_characters",
        "bot_messages_that_look_like_agents", "chats_on_two_tickets",
        "customers_without_a_user_row", "customers_without_any_key",
        "duplicated_rows", "emails_in_other_case",
        "emoji_and_foreign_scripts", "empty_bodies", "html_bodies",
        "late_rows", "merged_tickets", "messages_repeated_by_the_customer",
        "messages_with_equal_times", "outbound_tickets", "prompt_like_text",
        "quoted_reply_chains", "scores_without_a_trace",
        "sessions_with_time_offsets", "sessions_without_a_user",
        "soft_deleted_tickets", "spam_tickets", "test_tickets",
        "thanks_after_the_close", "unusable_rows",
        "users_of_customers_with_two",
        "traces_whose_text_is_only_in_the_root_span",
    ):
        assert dirt.get(kind, 0) > 0, kind
    reasons = query(
        world, "select reason, count(*) from {truth/unusable_rows} group by 1"
    )
    assert {reason for reason, _ in reasons} == {
        "missing_id", "missing_parent", "time_after_load", "unreadable_time",
    }


def test_without_dirt_every_row_can_be_used(tmp_path: Path) -> None:
    run(plan_for(500, dirt=False), tmp_path, workers=1)
    assert query(tmp_path, "select * from {truth/unusable_rows}") == []
    for table in ("langfuse/traces", "zendesk/ticket", "zendesk/user"):
        assert query(
            tmp_path, f"select count(*) - count(distinct id) from {{{table}}}"
        ) == [(0,)]
    assert query(
        tmp_path,
        "select distinct exclusion_reason from {truth/conversations}"
        " where exclusion_reason not in"
        " ('no_ai_answer', 'no_customer_message')",
    ) == []


def test_newer_langfuse_layout_has_no_traces_and_no_nulls(
    tmp_path: Path
) -> None:
    run(plan_for(300, stack=("langfuse:v2", "zendesk")), tmp_path, workers=1)
    assert not (tmp_path / "langfuse" / "traces.parquet").exists()
    table = pq.read_table(tmp_path / "langfuse" / "observations_v2.parquet")
    optional = {"id", "end_time", "completion_start_time"}
    for entry in table.schema:
        if entry.type == pa.string() and entry.name not in optional:
            assert table.column(entry.name).null_count == 0, entry.name
    roots = query(
        tmp_path,
        "select count(distinct trace_id), count(distinct case when"
        " is_root_observation then trace_id end)"
        " from {langfuse/observations_v2}",
    )
    assert roots[0][0] == roots[0][1]

"""A build after others gives what one full refresh gives, and does what it must.

    pytest tests/python/test_kept.py --slices 30 --worlds 5 --engine postgres

delivers a world in so many slices, and so many worlds.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from marts import NO_TESTS, Project, succeed
from parity import differences, marts_of
from postgres_server import PostgresProject
from slices import Deliveries

# What runs in each build, whatever there is: it decides by itself.
ALWAYS = {"int_intent_terms", "int_intent_lineage"}
# In a small world every delivery touches much of it: by slices nevertheless.
BY_SLICES = {"slice_limit": 100}


def said_of_models(
    project: Project, command: str, *options: str,
    variables: Mapping[str, Any] | None = None,
) -> dict[str, str]:
    """Model -> what dbt said of it: OK, KEPT, or SLICES and how many."""
    tests = NO_TESTS if command == "build" else ()
    completed = project.dbt(command, *tests, *options, variables=variables)
    assert completed.returncode == 0, completed.stdout[-4000:]
    said = dict(re.findall(
        r"OK created \w+ \w+ model \w+\.(\w+) \.* ?\[(.*?) in", completed.stdout
    ))
    assert len(said) > 150
    return said


def built_models(project: Project, command: str) -> set[str]:
    """The models that dbt did not keep."""
    return {
        name for name, said in said_of_models(project, command).items()
        if said != "KEPT"
    }


def test_what_has_not_changed_is_kept(project: Project) -> None:
    project.reset()
    project.load(
        project.simulate("--conversations", 120, "--weeks", 4, "--seed", 3)
    )
    project.build()

    # The same rows in another order are the same. What somebody dropped comes back.
    project.shuffle(("langfuse", "zendesk", "mixpanel"))
    project.query("drop table afterclose.weekly_metrics")
    assert built_models(project, "build") - ALWAYS == {"weekly_metrics"}

    # One row once more: it is counted, and changes nothing else.
    project.query("insert into mixpanel.event select * from mixpanel.event limit 1")
    built = built_models(project, "build")
    assert {"int_mixpanel__product_events", "row_accounting"} <= built
    assert not {"int_product_event_customers", "int_messages", "metric_values"} & built

    # A seed reaches what reads it, and what that changes.
    project.query(
        "update afterclose_intermediate.metric_definitions set unit = 'share'"
        " where metric_name = 'deflection_rate'"
    )
    built = built_models(project, "run")
    assert {"int_metric_values", "metric_values"} <= built
    assert "int_rate_values" not in built


@pytest.mark.thorough
def test_what_the_hash_of_a_row_does_not_tell_is_compared(project: Project) -> None:
    def said(reason: str) -> dict[str, str]:
        return said_of_models(
            project, "build", variables={**BY_SLICES, "zendesk_handoff_reason": reason}
        )

    project.reset()
    project.load(
        project.simulate("--conversations", 120, "--weeks", 4, "--seed", 3)
    )
    # A shop's own property, called as SQL that hashes rows might call the row.
    project.query("alter table mixpanel.event add contents boolean default true")
    said("null")

    project.query("update mixpanel.event set distinct_id = 'other' where rowid = 0")
    assert said("null")["stg_mixpanel__events"] != "KEPT"

    # Another type: the hashes of all rows stay the same.
    project.query("alter table mixpanel.event alter contents type integer")
    assert said("null")["stg_mixpanel__events"] != "KEPT"

    # Its parent has a column of another type now, the model's SQL is what it was.
    models = said("case when tags like '%handoff:%' then 'handed over' end")
    assert not models["int_zendesk__ticket_moves"].startswith(("SLICES", "KEPT"))


def test_tables_beside_a_source_are_compared(project: Project) -> None:
    project.reset()
    raw = project.simulate(
        "--conversations", 60, "--weeks", 3, "--seed", 3,
        "--stack", "warehouse_events:segment",
    )
    project.load(raw)
    variables = json.loads((raw / "simulation.json").read_text("utf-8"))["vars"]
    view = "stg_warehouse_events__track_properties"

    def said_of_view() -> str:
        completed = project.dbt(
            "run", "--select", f"+{view}", variables=variables
        )
        succeed(completed)
        return re.findall(rf"\.{view} \.* ?\[(.*?) in", completed.stdout)[0]

    said_of_view()
    assert said_of_view() == "KEPT"
    (table, *_) = variables["warehouse_events_event_tables"]
    (path,) = raw.glob(f"*/{table}.parquet")
    project.query(f"delete from {path.parent.name}.{table} where rowid = 0")
    assert said_of_view() != "KEPT"


def test_slices_give_what_a_full_refresh_gives(
    request: pytest.FixtureRequest, project_on_engine: Project
) -> None:
    project = project_on_engine
    slices = request.config.getoption("--slices")

    @settings(
        max_examples=request.config.getoption("--worlds"), deadline=None,
        database=None, derandomize=True, suppress_health_check=list(HealthCheck),
        # a smaller seed is no smaller world: do not look for one
        phases=[Phase.generate],
    )
    @given(st.integers(1, 1000))
    def holds(seed: int) -> None:
        deliver(project, seed, slices)
        by_slices = marts_of(project)
        said = said_of_models(
            project, "build", "--full-refresh", variables=BY_SLICES
        )
        assert not {"KEPT", "SLICES"} & {one.split()[0] for one in said.values()}
        found = differences(by_slices, marts_of(project))
        assert not found, "\n".join(map(str, found))

    holds()


def deliver(project: Project, seed: int, slices: int) -> None:
    """A world in slices, a build after each; intents are learned half-way, as the
    first slices may hold too little to learn from."""
    project.reset()
    raw = project.simulate(
        "--conversations", 150, "--weeks", 6, "--seed", seed
    )
    deliveries = Deliveries(raw, slices, seed)
    for number, _ in enumerate(deliveries):
        project.load(deliveries.delivered)
        if number == (slices - 1) // 2 and isinstance(project, PostgresProject):
            project.build_with_intents(variables=BY_SLICES)
        else:
            said = said_of_models(project, "build", variables=BY_SLICES)
    assert slices == 1 or sum(
        one.startswith("SLICES") for one in said.values()
    ) > 30
    rows = project.query("select count(*) from afterclose.conversations")
    assert rows[0][0] > 100

"""Every set of tools that matters builds, and its data tests pass.

All but the largest need `--thorough`; with `pytest -rP` they print dbt's counts.
"""

from __future__ import annotations

import json
import re

import pytest
from conftest import few_in_ci
from marts import Project, succeed

from afterclose.simulate.renderers import renderer_names

TOOLS = sorted({name.partition(":")[0] for name in renderer_names()})
# One kind alone, with all its tools or with one; every tool is in two sets.
# test_stacks.py builds each tool beside the usual ones of the other kinds.
SUBSETS = {
    "one_trace_store": "langfuse",
    "traces_only": "langfuse,langsmith,braintrust,opentelemetry,datadog",
    "tickets_only": "zendesk,intercom,freshdesk",
    "events_only": "mixpanel,amplitude,warehouse_events",
    "everything_at_once": ",".join(TOOLS),
}


@pytest.mark.parametrize("name", few_in_ci(SUBSETS, ["everything_at_once"]))
def test_builds_and_passes_its_data_tests(project: Project, name: str) -> None:
    project.reset("America/Los_Angeles")
    raw = project.simulate(
        "--conversations", 120, "--weeks", 4, "--seed", 3,
        "--stack", SUBSETS[name],
    )
    project.load(raw)
    said = json.loads((raw / "simulation.json").read_text(encoding="utf-8"))
    completed = project.dbt(
        "build", "--exclude-resource-type", "unit_test", variables=said["vars"]
    )
    succeed(completed)
    (counts,) = re.findall(r"Done\. (PASS=.*)", completed.stdout)
    print(f"{name}: {counts}")
    assert "WARN=0 ERROR=0 SKIP=0" in counts
    ((conversations,),) = project.query(
        "select count(*) from afterclose.conversations"
    )
    kinds = said["vars"]
    has_conversations = kinds["trace_sources"] or kinds["ticket_sources"]
    assert bool(conversations) == bool(has_conversations)

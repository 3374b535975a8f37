"""One world through many stacks: what is counted does not depend on who
recorded it, and a customer can be forgotten whoever did.

Few stacks that hold every tool, in a small world; `pytest tests/python/test_stacks.py
--thorough --conversations 2000` for every layout in a larger one. `--forget-everywhere`
searches all tables for the forgotten customer, not staging alone, and takes a build per
stack more.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass

import pytest
from conftest import few_in_ci
from forgetting import left_of_somebody
from marts import Project
from stacks import (
    EVERY_TOOL,
    KEYS,
    STACKS,
    differing_cells,
    documented_limits,
    read_marts,
    tools_of,
)

from afterclose.simulate.renderers import renderer_names


@pytest.fixture(scope="module")
def world(request: pytest.FixtureRequest) -> tuple:
    """What to simulate, whatever the stack."""
    conversations = request.config.getoption("--conversations")
    return ("--conversations", conversations, "--weeks", 8, "--seed", 11)


@dataclass
class Built:
    """A stack's marts, and what is left of a customer who was forgotten then."""

    marts: dict
    left: dict


@pytest.fixture(scope="module")
def build(
    project: Project, world: tuple, request: pytest.FixtureRequest
) -> Callable[[str], Built]:
    """Build a stack in a warehouse of its own, once."""
    everywhere = request.config.getoption("--forget-everywhere")
    built: dict[str, Built] = {}

    def build_once(stack: str) -> Built:
        if stack not in built:
            project.reset()
            raw = project.simulate(*world, "--stack", stack)
            project.load(raw)
            said = json.loads((raw / "simulation.json").read_text("utf-8"))
            project.build(
                "--select", *(f"+{mart}" for mart in KEYS), variables=said["vars"]
            )
            built[stack] = Built(
                read_marts(project.path),
                left_of_somebody(project, said["vars"], everywhere),
            )
        return built[stack]

    return build_once


def test_the_stacks_hold_every_tool_and_every_layout() -> None:
    entries = {entry for stack in STACKS for entry in stack.split(",")}
    assert entries == set(renderer_names())
    assert len(STACKS) >= 12
    tools = {tool for stack in EVERY_TOOL for tool in tools_of(stack)}
    assert tools == {entry.partition(":")[0] for entry in entries}
    assert set(EVERY_TOOL) < set(STACKS)


def test_no_limit_is_documented_for_the_usual_stack() -> None:
    assert not documented_limits().keys() & set(tools_of(STACKS[0]))


@pytest.mark.parametrize("stack", few_in_ci(STACKS, EVERY_TOOL))
def test_a_stack_gives_the_same_marts_and_forgets_a_customer(
    build: Callable[[str], Built], stack: str
) -> None:
    """Cells differ in exactly the columns that the README says the tools of
    the stack cannot fill."""
    built = build(stack)
    assert built.left == {}
    limits = documented_limits()
    expected = set().union(*(limits.get(tool, ()) for tool in tools_of(stack)))
    # The first is the one that the others must equal.
    found = differing_cells(build(STACKS[0]).marts, built.marts)
    unexpected = {
        column: (len(cells), cells[:3])
        for column, cells in found.items()
        if column not in expected
    }
    assert unexpected == {}
    assert expected == set(found), "documented, but the tools can fill it"

"""One world through many stacks: what is counted does not depend on who
recorded it.

A small world by default; `pytest tests/python/test_stacks.py --conversations
2000` for a larger one.
"""

from __future__ import annotations

import json

import pytest
from marts import Project
from stacks import (
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


def build(project: Project, world: tuple, stack: str) -> dict:
    """The marts of one stack, in a warehouse of its own."""
    project.reset()
    raw = project.simulate(*world, "--stack", stack)
    project.load(raw)
    said = json.loads((raw / "simulation.json").read_text(encoding="utf-8"))
    project.build(
        "--select", *(f"+{mart}" for mart in KEYS), variables=said["vars"]
    )
    return read_marts(project.path)


@pytest.fixture(scope="module")
def usual(project: Project, world: tuple) -> dict:
    """The marts of the first stack, which the others must equal."""
    return build(project, world, STACKS[0])


def test_the_stacks_hold_every_tool_and_every_layout() -> None:
    entries = {entry for stack in STACKS for entry in stack.split(",")}
    assert entries == set(renderer_names())
    assert len(STACKS) >= 12


def test_no_limit_is_documented_for_the_usual_stack() -> None:
    assert not documented_limits().keys() & set(tools_of(STACKS[0]))


@pytest.mark.parametrize("stack", STACKS[1:])
def test_another_stack_gives_the_same_marts(
    project: Project, world: tuple, usual: dict, stack: str
) -> None:
    """Cells differ in exactly the columns that the README says the tools of
    the stack cannot fill."""
    limits = documented_limits()
    expected = set().union(*(limits.get(tool, ()) for tool in tools_of(stack)))
    found = differing_cells(usual, build(project, world, stack))
    unexpected = {
        column: (len(cells), cells[:3])
        for column, cells in found.items()
        if column not in expected
    }
    assert unexpected == {}
    assert expected == set(found), "documented, but the tools can fill it"

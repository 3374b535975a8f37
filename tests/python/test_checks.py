"""The gate on the score: it opens and it shuts."""

from __future__ import annotations

import json

import pytest
from afterclose.checks import EXACT_FACTS, check_score
from afterclose.steps import StepFailed


def output(**changes: dict[str, float]) -> str:
    """What score_against_truth prints, all perfect but for the changes."""
    names = (*EXACT_FACTS, "recontact_72h")
    facts = {name: {"precision": 1.0, "recall": 1.0} for name in names}
    facts.update(changes)
    return "a table\n" + json.dumps({"facts": facts}) + "\n"


def test_a_perfect_build_passes() -> None:
    check_score(output())


def test_one_missed_link_in_ten_thousand_is_too_many() -> None:
    with pytest.raises(StepFailed, match="trace_ticket_links: recall 0.9999"):
        check_score(output(trace_ticket_links={"precision": 1, "recall": 0.9999}))


def test_recontacts_may_miss_the_vague_ones_only() -> None:
    check_score(output(recontact_72h={"precision": 0.96, "recall": 0.85}))
    with pytest.raises(StepFailed, match="recontact_72h: recall"):
        check_score(output(recontact_72h={"precision": 0.96, "recall": 0.5}))

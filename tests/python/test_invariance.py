"""The same facts give the same marts: in any zone, order, and later on."""

from __future__ import annotations

import datetime

import pytest
from marts import Project, difference

SCHEMAS = ("langfuse", "zendesk", "mixpanel")
WORLD = ("--conversations", 600, "--weeks", 6, "--seed", 7)
START = datetime.date(2026, 1, 5)

# What a mart says about how much there is, not about a week that is over.
SETTLED = """
    select
        metric_name, intent_id, week_start_date,
        numerator, denominator, metric_value, lower_bound, upper_bound
    from afterclose.metric_values
    where is_mature
"""


@pytest.mark.thorough
def test_zone_of_the_session_and_order_of_rows_change_nothing(
    project: Project
) -> None:
    raw = project.simulate(*WORLD)
    hashes = []
    for zone in ("UTC", "America/Los_Angeles"):
        project.reset(zone)
        project.load(raw)
        if zone != "UTC":
            project.shuffle(SCHEMAS)
        project.build()
        hashes.append(project.mart_hashes())
    assert len(hashes[0]) >= 10
    assert difference(*hashes) == {}


def test_mature_weeks_keep_their_numbers_to_the_last_digit(
    project: Project
) -> None:
    """One warehouse, four loads: the newer raw tables replace the older ones,
    what was learned at the first stays."""
    project.reset()
    settled: dict[tuple, tuple] = {}
    terms = None
    for days in (25, 32, 37, 42):
        until = START + datetime.timedelta(days=days)
        project.load(project.simulate(*WORLD, "--until", until))
        project.build()
        learned = project.query(
            "select * from afterclose_intermediate.int_intent_terms order by all"
        )
        terms = terms or learned
        assert terms and learned == terms
        now = {row[:3]: row[3:] for row in project.query(SETTLED)}
        changed = {
            key: (settled[key], now.get(key))
            for key in settled
            if settled[key] != now.get(key)
        }
        assert changed == {}, sorted({key[0] for key in changed})
        assert len(now) > len(settled)
        settled = now
        ((immature,),) = project.query(
            "select count(*) from afterclose.metric_values where not is_mature"
        )
        assert immature > 0

"""Whether the hand-written script and the build say the same."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from afterclose.warehouse import DuckDB, text_literal


@dataclass(frozen=True)
class Measure:
    """A number to compare: how to sum it up, and how far apart it may be."""

    name: str
    total: str
    limit: float
    # Of the build's own number; else a plain difference.
    is_relative: bool = True


def count(column: str) -> Measure:
    """A count over all intents and weeks."""
    return Measure(column, f"sum({column})", 0.01)


def rate(column: str, weight: str) -> Measure:
    """A rate, weighted by what it is a rate of."""
    return weighted(column, weight, 0.01, False)


def weighted(
    column: str, weight: str, limit: float, is_relative: bool = True
) -> Measure:
    """The mean of a column over intents and weeks, weighted by a count."""
    known = f"filter (where {column} is not null)"
    return Measure(
        column,
        f"sum({column} * {weight}) / nullif(sum({weight}) {known}, 0)",
        limit,
        is_relative,
    )


MEASURES = (
    count("eligible_conversations"),
    count("closed_conversations"),
    count("mature_conversations"),
    count("recontacts"),
    count("escalations"),
    count("answered_escalations"),
    count("instructions"),
    count("followed_instructions"),
    count("deflected_conversations"),
    rate("resolution_confidence", "closed_conversations"),
    rate("low_confidence_share", "closed_conversations"),
    rate("recontact_rate", "mature_conversations"),
    rate("recontact_rate_24h", "mature_conversations"),
    rate("recontact_rate_168h", "mature_conversations"),
    rate("escalation_quality", "answered_escalations"),
    weighted("median_time_to_resolution_seconds", "mature_conversations", 0.02),
    weighted("median_time_to_recontact_seconds", "recontacts", 0.02),
    weighted("recontact_to_resolution_ratio", "recontacts", 0.05),
    weighted(
        "restricted_mean_time_to_recontact_seconds", "mature_conversations", 0.01
    ),
    rate("fast_quartile_recontact_rate", "mature_conversations"),
    rate("downstream_action_rate", "instructions"),
    rate("deflection_rate", "closed_conversations"),
    rate("true_resolution_rate", "mature_conversations"),
)


def totals(warehouse: DuckDB, relation: str) -> list[float | None]:
    """Each measure over a table of intents and weeks."""
    sums = ", ".join(
        f"cast({measure.total} as double precision)" for measure in MEASURES
    )
    return list(warehouse.query(f"select {sums} from {relation}")[0])


def compared(warehouse: DuckDB, hand_written: Path) -> list[dict[str, Any]]:
    """The mart beside what the hand-written script found, measure by measure."""
    built = totals(warehouse, f"{warehouse.schema}.intent_weekly_metrics")
    written = hand_written_totals(hand_written)
    return [
        judged(measure, *values)
        for measure, *values in zip(MEASURES, built, written)
    ]


def hand_written_totals(path: Path) -> list[float | None]:
    """The same measures over a file; any engine's mart is held against it."""
    import duckdb

    with duckdb.connect() as connection:
        sums = ", ".join(measure.total for measure in MEASURES)
        found = connection.execute(f"select {sums} from {text_literal(path)}")
        return [
            None if value is None else float(value) for value in found.fetchone()
        ]


def judged(
    measure: Measure, built: float | None, written: float | None
) -> dict[str, Any]:
    """One line of the comparison."""
    apart = None
    if built is not None and written is not None:
        apart = abs(written - built)
        if measure.is_relative:
            apart /= max(abs(built), 1e-9)
    return {
        "measure": measure.name,
        "build": built,
        "hand_written": written,
        "apart": apart,
        "limit": measure.limit,
        "agrees": apart <= measure.limit if apart is not None else built == written,
    }

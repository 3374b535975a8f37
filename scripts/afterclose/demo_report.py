"""The table at the end of the demo: one mature week, intent by intent."""

from __future__ import annotations

import datetime
from dataclasses import dataclass

from rich.console import Console
from rich.table import Table

from afterclose.sql_text import quoted
from afterclose.warehouse import Warehouse

ALL = "all"

# metric_name -> column heading, in the order people read them.
COLUMNS = {
    "resolution_confidence": "resolution\nconfidence",
    "recontact_rate": "re-contact\nrate",
    "escalation_quality": "escalation\nquality",
    "recontact_to_resolution_ratio": "time to re-contact\n/ to resolution",
    "downstream_action_rate": "downstream\naction rate",
    "deflection_rate": "deflection\nrate",
    "true_resolution_rate": "true\nresolution",
}


@dataclass(frozen=True)
class Metric:
    """One cell: value as the unit has it, and what may be said about it."""

    value: float | None
    unit: str
    is_small_sample: bool
    is_breach: bool

    def shown(self) -> str:
        """The value in words: red for a breach, grey for a small sample."""
        if self.value is None:
            return "[dim]-[/dim]"
        text = {
            "rate": f"{self.value:.0%}",
            "ratio": f"{self.value:,.0f} x",
        }.get(self.unit, f"{self.value:.2f}")
        if self.is_breach:
            return f"[bold red]{text}[/bold red]"
        return f"[dim]{text}[/dim]" if self.is_small_sample else text


@dataclass(frozen=True)
class Intent:
    """One row: an intent, or all of them together."""

    intent_id: str
    label: str
    conversations: int
    metrics: dict[str, Metric]

    def value(self, metric_name: str) -> float | None:
        """The bare number of one metric."""
        metric = self.metrics.get(metric_name)
        return metric.value if metric else None

    @property
    def hidden(self) -> float:
        """How much deflection promises beyond what was truly resolved."""
        deflection = self.value("deflection_rate")
        resolution = self.value("true_resolution_rate")
        if deflection is None or resolution is None:
            return 0.0
        return deflection - resolution


def last_mature_week(warehouse: Warehouse) -> datetime.date | None:
    """The newest week whose re-contact rate can no longer move."""
    (week,) = warehouse.query(
        "select max(week_start_date) from"
        f" {quoted(warehouse.schema, 'metric_values')}"
        " where metric_name = 'recontact_rate' and is_mature"
        f" and intent_id = '{ALL}'"
    )[0]
    return week


def read_intents(warehouse: Warehouse, week: datetime.date) -> list[Intent]:
    """All intents of one week, the largest first, the total last."""
    schema = warehouse.schema
    metrics: dict[str, dict[str, Metric]] = {}
    for intent_id, name, value, unit, is_small, is_breach in warehouse.query(
        "select intent_id, metric_name, metric_value, unit, is_small_sample,"
        f" is_breach from {quoted(schema, 'metric_values')}"
        " where week_start_date = ?",
        [week],
    ):
        metrics.setdefault(intent_id, {})[name] = Metric(
            value, unit, bool(is_small), bool(is_breach)
        )
    rows = warehouse.query(
        "select intent_id, intent_label, eligible_conversations"
        f" from {quoted(schema, 'intent_weekly_metrics')}"
        " where week_start_date = ?"
        " order by eligible_conversations desc, intent_id",
        [week],
    )
    intents = [
        Intent(intent_id, label or intent_id, count, metrics.get(intent_id, {}))
        for intent_id, label, count in rows
        if intent_id != ALL
    ]
    total = sum(intent.conversations for intent in intents)
    return [*intents, Intent(ALL, "all intents", total, metrics.get(ALL, {}))]


def read_thresholds(warehouse: Warehouse) -> dict[str, str]:
    """metric_name -> its limit in words."""
    rows = warehouse.query(
        "select metric_name, threshold, better_direction, unit from"
        f" {quoted(warehouse.schema + '_intermediate', 'metric_definitions')}"
        " where threshold is not null"
    )
    return {
        name: ("at most " if direction == "down" else "at least ")
        + (f"{threshold:.0%}" if unit == "rate" else f"{threshold:g}")
        for name, threshold, direction, unit in rows
    }


def what_the_aggregate_hid(intents: list[Intent]) -> str:
    """One sentence about the intent where deflection misleads most."""
    total = intents[-1]
    sure = [
        intent
        for intent in intents[:-1]
        if intent.value("recontact_rate") is not None
        and not intent.metrics["recontact_rate"].is_small_sample
    ]
    if not sure or total.value("deflection_rate") is None:
        return "Too few conversations in this week to say what the total hides."
    worst = max(sure, key=lambda intent: (intent.hidden, intent.intent_id))
    return (
        f"Deflection is {total.value('deflection_rate'):.0%} overall and hides "
        f"[bold]{worst.label}[/bold]: {worst.value('deflection_rate'):.0%} "
        f"deflected there, {worst.value('true_resolution_rate'):.0%} truly "
        f"resolved; {worst.value('recontact_rate'):.0%} of its customers came "
        "back about the same issue."
    )


def print_report(warehouse: Warehouse, console: Console) -> None:
    """The metrics of the last mature week, and what the total hides."""
    week = last_mature_week(warehouse)
    if week is None:
        console.print(
            "No week is mature yet: the newest re-contacts may still come."
        )
        return
    intents = read_intents(warehouse, week)
    limits = read_thresholds(warehouse)
    table = Table(
        title=f"Week of {week:%d %B %Y}, the last mature one",
        title_justify="left",
        caption="[bold red]red[/bold red]: threshold breached   "
        "[dim]grey[/dim]: small sample",
        caption_justify="left",
    )
    table.add_column(
        "intent", no_wrap=True, min_width=22, max_width=30, footer="threshold"
    )
    table.add_column("conver-\nsations", justify="right")
    for name, heading in COLUMNS.items():
        limit = limits.get(name, "")
        table.add_column(
            heading, justify="right", overflow="fold", footer=limit
        )
    table.show_footer = True
    for intent in intents:
        if intent.intent_id == ALL:
            table.add_section()
        table.add_row(
            intent.label,
            f"{intent.conversations:,}",
            *(
                intent.metrics[name].shown() if name in intent.metrics else "-"
                for name in COLUMNS
            ),
        )
    console.print()
    console.print(table)
    console.print(what_the_aggregate_hid(intents), highlight=False)

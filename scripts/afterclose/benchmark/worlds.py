"""The simulated raw data that is measured, kept from one run to the next."""

from __future__ import annotations

import datetime
import json
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rich.console import Console

from afterclose.demo import SIMULATOR, stamp_of
from afterclose.steps import run, script, timed

STACK = "langfuse,zendesk,mixpanel"
# The simulator's own first day.
START = datetime.date(2026, 1, 5)
# Written last: a folder without it is a simulation that was broken off.
SUMMARY = "simulation.json"


@dataclass(frozen=True)
class World:
    """One support operation: how large, how long, and which."""

    conversations: int
    weeks: int
    seed: int

    @property
    def name(self) -> str:
        """A folder's name that changes whenever the data would."""
        stamp = stamp_of(SIMULATOR)[:12]
        return f"{self.conversations}-{self.weeks}-{self.seed}-{stamp}"

    def until(self, days_before_end: int) -> datetime.date:
        """The day as of which the tables are written."""
        days = 7 * self.weeks - days_before_end
        return START + datetime.timedelta(days=days)


def simulated(
    world: World, days_before_end: int, folder: Path, console: Console
) -> Path:
    """The raw tables as they looked so many days before the end.

    The same world as of two days is what a loader delivers in between: rows
    that are new, and new versions of rows that are there.
    """
    raw = folder / "raw" / world.name / f"end-{days_before_end}"
    title = f"Simulate {world.conversations:,} conversations"
    if days_before_end:
        title += f", {days_before_end} day(s) before the end"
    if (raw / SUMMARY).exists():
        console.print(f"[green]✓[/green] {title} [dim]kept from before[/dim]")
        return raw
    shutil.rmtree(raw, ignore_errors=True)
    command = script(
        "simulate", "--stack", STACK, "--conversations", world.conversations,
        "--weeks", world.weeks, "--seed", world.seed,
        "--until", world.until(days_before_end), "--out", raw,
    )
    with timed(console, title):
        run(command, console=console, title=title)
    return raw


def raw_rows(raw: Path) -> int:
    """How many raw rows a simulation has, its truth aside."""
    rows: dict[str, Any] = json.loads((raw / SUMMARY).read_text())["rows"]
    return sum(
        count for name, count in rows.items() if not name.startswith("truth.")
    )

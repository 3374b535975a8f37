"""The command line of ``scripts/simulate``."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path

import click
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

from .plan import Plan, parse_instant
from .renderers import renderer_names
from .run import OutputRefused, run


def _stack(context, parameter, value: str) -> tuple[str, ...]:
    """Return the named tools; every one must have a renderer."""
    entries = list(dict.fromkeys(
        name.strip() for name in value.split(",") if name.strip()
    ))
    known = renderer_names()
    tools = {name.partition(":")[0] for name in known}
    unknown = [name for name in entries if name not in tools.union(known)]
    if unknown or not entries:
        raise click.BadParameter(
            f"{', '.join(unknown) or 'nothing'} is not one of"
            f" {', '.join(known)}."
        )
    tools_used = [name.partition(":")[0] for name in entries]
    twice = [name for name in tools_used if tools_used.count(name) > 1]
    if twice:
        raise click.BadParameter(f"{twice[0]} is named twice.")
    return tuple(entries)


def _instant(context, parameter, value: str | None) -> int | None:
    """Return an ISO date or date-time as seconds since 1970, UTC."""
    if value is None:
        return None
    try:
        return parse_instant(value)
    except ValueError:
        raise click.BadParameter(
            f"{value!r} is neither a date (2026-03-01) nor a date-time"
            " (2026-03-01T12:00:00)."
        ) from None


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.option(
    "--stack", default="langfuse,zendesk,mixpanel", show_default=True,
    callback=_stack, help="The tools whose raw tables to write, with commas; a tool that lands in"
    " more than one way may be followed by its layout, as in langfuse:v2.",
)
@click.option(
    "--conversations", type=click.IntRange(min=0), default=6000,
    show_default=True, help="About how many conversations there are.",
)
@click.option(
    "--weeks", type=click.IntRange(min=1, max=520), default=12,
    show_default=True, help="How many weeks the operation is watched.",
)
@click.option(
    "--seed", type=int, default=1, show_default=True,
    help="The same seed gives the same bytes.",
)
@click.option(
    "--start", default="2026-01-05", show_default=True, callback=_instant,
    help="The first day, a Monday (UTC).",
)
@click.option(
    "--until", default=None, callback=_instant,
    help="Write the tables as they looked at this instant (UTC).",
)
@click.option(
    "--dirt/--no-dirt", default=True, show_default=True,
    help="Plant what real data suffers from.",
)
@click.option(
    "--workers", type=click.IntRange(min=1), default=None,
    help="Processes to use; by default one per core. Not part of the result.",
)
@click.option(
    "--out", required=True, type=click.Path(path_type=Path),
    help="The folder to write; an earlier simulation in it is replaced.",
)
def main(
    stack, conversations, weeks, seed, start, until, dirt, workers, out,
) -> None:
    """Write a simulated support operation as its vendors' raw tables.

    Parquet files appear as OUT/SCHEMA/TABLE.parquet; OUT/truth says what
    really happened, OUT/simulation.json what was written.
    """
    plan = Plan(stack, conversations, weeks, seed, start, 0, dirt)
    horizon = plan.end if until is None else min(until, plan.end)
    if horizon <= plan.start:
        raise click.BadParameter("--until lies before --start.")
    plan = replace(plan, horizon=horizon)
    console = Console(stderr=True)
    progress = Progress(
        TextColumn("Simulating"), BarColumn(),
        TextColumn("{task.completed:,.0f} of {task.total:,.0f} batches"),
        TimeRemainingColumn(), console=console,
        disable=not console.is_terminal,
    )
    try:
        with progress:
            task = progress.add_task("", total=max(plan.blocks, 1))
            summary = run(
                plan, out, workers,
                lambda done: progress.update(task, completed=done),
            )
    except OutputRefused as error:
        print(f"Error: {error}", file=sys.stderr)
        raise SystemExit(2) from None
    except OSError as error:
        print(f"Error: cannot write to {out}: {error.strerror}",
              file=sys.stderr)
        raise SystemExit(2) from None
    rows = summary["rows"]
    raw = sum(
        count for name, count in rows.items() if not name.startswith("truth.")
    )
    print(
        f"{rows['truth.conversations']:,} conversations in {raw:,} raw rows"
        f" -> {out}"
    )

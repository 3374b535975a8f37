"""From nothing to the five metrics: simulate, load, build, show.

What is done stays done: each step leaves a stamp of everything it depends on,
and a second run only repeats the steps whose stamp no longer fits.
"""

from __future__ import annotations

import hashlib
import json
from contextlib import suppress
from pathlib import Path
from typing import Any

import click
from rich.console import Console

from afterclose.demo_report import print_report
from afterclose.steps import StepFailed, dbt, run, script, timed
from afterclose.venv import PROJECT_DIR
from afterclose.profile import read_output
from afterclose.warehouse import open_warehouse

DEMO_DIR = PROJECT_DIR / "demo"
RAW_DIR = DEMO_DIR / "raw"
STAMPS = DEMO_DIR / "stamps.json"

SIMULATOR = ["scripts/afterclose/simulate"]
LOADER = [
    "scripts/afterclose/load_raw.py",
    "scripts/afterclose/export_files.py",
    "scripts/afterclose/export_readers.py",
]
MODELS = ["models", "macros", "seeds", "tests", "dbt_project.yml"]


def stamp_of(parts: list[str], *further: str) -> str:
    """A hash of the files below some paths, and of any further words."""
    digest = hashlib.sha256("\n".join(further).encode())
    for part in parts:
        path = PROJECT_DIR / part
        files = sorted(path.rglob("*")) if path.is_dir() else [path]
        for file in files:
            if file.is_file() and file.suffix in {".py", ".sql", ".yml", ".csv",
                                                  ".json", ".yaml", ".md"}:
                name = file.relative_to(PROJECT_DIR).as_posix()
                digest.update(name.encode() + b"\0" + file.read_bytes())
    return digest.hexdigest()


def read_stamps() -> dict[str, str]:
    """Step -> stamp of its last success."""
    try:
        return json.loads(STAMPS.read_text())
    except (OSError, ValueError):
        return {}


def keep_stamp(step: str, stamp: str) -> None:
    """Remember that a step succeeded."""
    DEMO_DIR.mkdir(exist_ok=True)
    STAMPS.write_text(json.dumps({**read_stamps(), step: stamp}, indent=2))


def file_settings(target: str | None) -> dict[str, Any] | None:
    """The settings of a target if it is a DuckDB file, as read_output gives them."""
    settings = read_output(target)
    is_file = settings.get("type") == "duckdb" and settings.get("path")
    return settings if is_file else None


def demo_settings() -> dict[str, Any]:
    """The profile's default target if it is a DuckDB file, else the one named duckdb.

    Raises click.ClickException when neither is one.
    """
    settings = None
    # What the default target of another engine lacks is not missed here.
    with suppress(click.ClickException):
        settings = file_settings(None)
    settings = settings or file_settings("duckdb")
    if not settings:
        raise click.ClickException(
            "The demo is a DuckDB file, and target 'duckdb' of the dbt profile is "
            "none: copy it from profiles.yml.example"
        )
    return settings


def has_marts(warehouse_path: Path, target: str) -> bool:
    """Whether an earlier build is still there."""
    if not warehouse_path.exists():
        return False
    with open_warehouse(target, read_only=True) as warehouse:
        return bool(warehouse.columns(warehouse.schema, "metric_values"))


def build_demo(
    console: Console, conversations: int, weeks: int, seed: int
) -> str:
    """Bring raw data and marts up to date; the target. Raises StepFailed."""
    settings = demo_settings()
    target = settings["target"]
    path = PROJECT_DIR / settings["path"]
    simulated = stamp_of(SIMULATOR, f"{conversations} {weeks} {seed}")
    loaded = stamp_of(LOADER, simulated, str(path))
    built = stamp_of(MODELS, loaded)
    steps = [
        (
            "simulate",
            f"Simulate {conversations:,} conversations over {weeks} weeks",
            simulated,
            script(
                "simulate", "--stack", "langfuse,zendesk,mixpanel",
                "--conversations", conversations, "--weeks", weeks,
                "--seed", seed, "--out", RAW_DIR,
            ),
            RAW_DIR.exists(),
        ),
        (
            "load",
            f"Load the raw tables into {path.name}",
            loaded,
            script("load_raw", RAW_DIR, "--target", target),
            path.exists(),
        ),
        (
            "build",
            "Build the models and test their data",
            built,
            # Unit tests are for whoever changes SQL, and take as long as the rest.
            dbt(
                "build", "--exclude-resource-type", "unit_test", "--target", target
            ),
            has_marts(path, target),
        ),
    ]
    for name, title, stamp, command, is_there in steps:
        if is_there and read_stamps().get(name) == stamp:
            console.print(f"[green]✓[/green] {title} [dim]done before[/dim]")
            continue
        with timed(console, title):
            run(command, console=console, title=title)
        keep_stamp(name, stamp)
    return target


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.option(
    "--conversations", type=click.IntRange(min=0), default=6000,
    show_default=True, help="About how many conversations there are.",
)
@click.option(
    "--weeks", type=click.IntRange(min=1, max=520), default=12,
    show_default=True, help="How many weeks the operation is watched.",
)
@click.option(
    "--seed", default=1, show_default=True,
    help="Another seed is another operation.",
)
def main(conversations: int, weeks: int, seed: int) -> None:
    """Simulate a support operation, load it, build, and show the metrics."""
    console = Console()
    if not console.is_terminal:
        # A file or a pipe has no width of its own; 80 would cut the headings.
        console = Console(width=140)
    try:
        target = build_demo(console, conversations, weeks, seed)
    except StepFailed as problem:
        click.echo(f"\n{problem}", err=True)
        raise SystemExit(1) from None
    with open_warehouse(target, read_only=True) as warehouse:
        print_report(warehouse, console)

"""The command line of ``scripts/benchmark``."""

from __future__ import annotations

import json
import math
import os
import platform
import shutil
import sys
from importlib.metadata import version
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.table import Table

from afterclose.benchmark.agreement import compared
from afterclose.benchmark.builds import (
    NO_TESTS,
    Builds,
    check_engine,
    learned,
)
from afterclose.benchmark.measures import Run, measured
from afterclose.benchmark.page import write_page
from afterclose.benchmark.references import NAMES
from afterclose.benchmark.worlds import World, raw_rows, simulated
from afterclose.steps import StepFailed, timed
from afterclose.venv import PROJECT_DIR

FOLDER = PROJECT_DIR / "benchmark"


class Benchmark:
    """One world, built and held against the references."""

    def __init__(
        self, world: World, increment_days: int, engine: str,
        against: tuple[str, ...], skip: tuple[str, ...], with_tests: bool,
        pandas_sample: int, folder: Path, console: Console,
    ) -> None:
        self.world = world
        self.increment_days = increment_days
        self.engine = engine
        self.against = against
        self.skip = skip
        self.with_tests = with_tests
        self.pandas_sample = pandas_sample
        self.folder = folder
        self.console = console
        self.seconds: dict[str, float] = {}
        self.cpu: dict[str, float | None] = {}
        self.memory: dict[str, float | None] = {}
        self.disk: dict[str, float | None] = {}
        self.builds: dict[str, dict[str, Any]] = {}
        self.agreement: list[dict[str, Any]] | None = None

    def run(self) -> dict[str, Any]:
        """Everything, in the order in which a company would see it."""
        before = simulated(
            self.world, self.increment_days, self.folder, self.console
        )
        if "daily" not in self.skip:
            after = simulated(self.world, 0, self.folder, self.console)
        builds = Builds(self.folder, self.engine, self.console)
        self.note("parse", builds.parse())
        terms, self.seconds["learn"] = learned(
            before, self.world.name, self.folder, self.console
        )
        if self.with_tests:
            self.start(builds, before, terms)
            self.build(builds, "full_with_tests", "Full build with all tests")
        self.start(builds, before, terms)
        self.disk["load"] = builds.disk_mb()
        self.build(builds, "full", "Full build", *NO_TESTS)
        self.refer(before, terms, builds)
        if "noop" not in self.skip:
            self.build(builds, "noop", "Build with nothing new", *NO_TESTS)
        if "daily" not in self.skip:
            self.seconds["load_daily"] = builds.load(after)
            days = self.increment_days
            self.build(
                builds, "daily", f"Build after {days} more day(s)", *NO_TESTS
            )
        return self.result(raw_rows(before))

    def note(self, name: str, took: Run) -> None:
        """Keep what a program took."""
        self.seconds[name] = took.seconds
        self.cpu[name] = took.cpu_seconds
        self.memory[name] = took.peak_memory_mb
        self.keep()

    def keep(self) -> None:
        """Write what is known so far: a broken-off hour is not lost."""
        found = {**self.result(None), "is_complete": False}
        (self.folder / "benchmark.json").write_text(json.dumps(found, indent=2))

    def start(self, builds: Builds, raw: Path, terms: Path) -> None:
        """A warehouse with raw tables and what was learned, nothing else."""
        builds.reset()
        self.seconds["load"] = builds.load(raw)
        builds.put_terms(terms)

    def build(
        self, builds: Builds, name: str, title: str, *arguments: str
    ) -> None:
        """One measured build."""
        built = builds.build(title, *arguments)
        builds.count_rows(built["models"])
        self.builds[name] = built
        self.seconds[name] = built["seconds"]
        self.cpu[name] = built["cpu_seconds"]
        self.memory[name] = built["peak_memory_mb"]
        self.disk[name] = builds.disk_mb()
        self.keep()

    # ------------------------------------------------------------- references

    def refer(self, raw: Path, terms: Path, builds: Builds) -> None:
        """The references, on the same raw tables in a DuckDB file of their own."""
        if {"scan", "hand-written"} & set(self.against):
            references = Builds(self.folder, "duckdb", self.console, "references")
            references.reset()
            references.load(raw)
            manifest = builds.target / "manifest.json"
            if "scan" in self.against:
                self.reference(references, "scan", "--manifest", manifest)
            if "hand-written" in self.against:
                out = self.folder / "hand_written.parquet"
                self.reference(
                    references, "hand-written", "--terms", terms, "--out", out
                )
                with builds.warehouse(read_only=True) as warehouse:
                    self.agreement = compared(warehouse, out)
            references.reset()
        if "pandas" in self.against:
            self.refer_to_pandas(terms)

    def refer_to_pandas(self, terms: Path) -> None:
        """pandas on as much as it can hold, its time scaled to all."""
        sample = self.world
        if sample.conversations > self.pandas_sample:
            sample = World(self.pandas_sample, sample.weeks, sample.seed)
        raw = simulated(sample, self.increment_days, self.folder, self.console)
        references = Builds(self.folder, "duckdb", self.console, "references")
        references.reset()
        references.load(raw)
        out = self.folder / "pandas.parquet"
        took = self.reference(
            references, "pandas", "--terms", terms, "--out", out
        )
        references.reset()
        scale = self.world.conversations / max(sample.conversations, 1)
        self.seconds["pandas_sample"] = took.seconds
        self.seconds["pandas"] = round(took.seconds * scale, 3)

    def reference(self, references: Builds, name: str, *arguments: object) -> Run:
        """One reference, measured as the build is."""
        command = [
            sys.executable, "-m", "afterclose.benchmark.references", name,
            "--database", str(references.path), *map(str, arguments),
        ]
        environment = {
            **references.environment,
            "PYTHONPATH": str(PROJECT_DIR / "scripts"),
        }
        title = f"Reference: {name}"
        with timed(self.console, title):
            took = measured(command, environment, self.console, title)
        self.note(name.replace("-", "_"), took)
        return took

    # ----------------------------------------------------------------- result

    def result(self, rows: int | None) -> dict[str, Any]:
        """What benchmark.json says."""

        def ratio(name: str, to: str) -> float | None:
            return quotient(self.seconds.get(name), self.seconds.get(to))

        return {
            "conversations": self.world.conversations,
            "weeks": self.world.weeks,
            "seed": self.world.seed,
            "increment_days": self.increment_days,
            "engine": self.engine,
            "pandas_sample": min(self.pandas_sample, self.world.conversations),
            "machine": machine(),
            "raw_rows": rows,
            "full_to_hand_written": ratio("full", "hand_written"),
            "full_to_scan": ratio("full", "scan"),
            "full_to_pandas": ratio("full", "pandas"),
            "daily_to_full": ratio("daily", "full"),
            "noop_to_full": ratio("noop", "full"),
            "growth_exponent": None,
            "cpu_full_to_hand_written": quotient(
                self.cpu.get("full"), self.cpu.get("hand_written")
            ),
            "seconds": self.seconds,
            "cpu_seconds": self.cpu,
            "peak_memory_mb": self.memory,
            "disk_mb": self.disk,
            "agreement": self.agreement,
            "builds": self.builds,
        }


def quotient(part: float | None, whole: float | None) -> float | None:
    """A ratio as it is reported; null where one side was not measured."""
    return None if part is None or not whole else round(part / whole, 3)


def machine() -> dict[str, Any]:
    """What the times depend on beside the project."""
    return {
        "system": platform.platform(),
        "cores": os.cpu_count(),
        "python": platform.python_version(),
        "duckdb": version("duckdb"),
        "dbt": version("dbt-core"),
    }


def growth_exponent(results: list[dict[str, Any]]) -> float | None:
    """The slope of log(seconds) over log(conversations), by least squares."""
    points = [
        (math.log(result["conversations"]), math.log(result["seconds"]["full"]))
        for result in results
    ]
    across = [x for x, _ in points]
    if len(set(across)) < 2:
        return None
    middle = sum(across) / len(points)
    height = sum(y for _, y in points) / len(points)
    rise = sum((x - middle) * (y - height) for x, y in points)
    return round(rise / sum((x - middle) ** 2 for x in across), 3)


# ------------------------------------------------------------------ command line


def sizes_of(context, parameter, value: str | None) -> list[int]:
    """Numbers with commas between them."""
    if not value:
        return []
    try:
        sizes = sorted({int(part.replace("_", "")) for part in value.split(",")})
    except ValueError:
        raise click.BadParameter("numbers with commas, as in 10000,100000") from None
    if sizes[0] < 1:
        raise click.BadParameter("a size is at least 1")
    return sizes


def print_result(result: dict[str, Any], console: Console) -> None:
    """The times, the ratios, the slowest models, and the agreement."""
    stages = Table(title=f"{result['conversations']:,} conversations")
    for heading, justify in (("", "left"), ("seconds", "right"),
                             ("processor seconds", "right"),
                             ("peak memory, MB", "right"), ("disk, MB", "right")):
        stages.add_column(heading, justify=justify)
    for name, seconds in result["seconds"].items():
        memory = result["peak_memory_mb"].get(name)
        disk = result["disk_mb"].get(name)
        cpu = result["cpu_seconds"].get(name)
        stages.add_row(
            name.replace("_", " "), f"{seconds:,.1f}",
            "" if cpu is None else f"{cpu:,.1f}",
            "" if memory is None else f"{memory:,.0f}",
            "" if disk is None else f"{disk:,.0f}",
        )
    console.print(stages)
    for name in (
        "full_to_hand_written", "cpu_full_to_hand_written", "full_to_scan",
        "full_to_pandas", "daily_to_full", "noop_to_full", "growth_exponent",
    ):
        if result[name] is not None:
            console.print(f"{name:<25} {result[name]:>8.3f}", highlight=False)
    models = Table(title="Slowest models of the full build")
    models.add_column("model")
    models.add_column("seconds", justify="right")
    models.add_column("rows", justify="right")
    for model in result["builds"]["full"]["models"][:15]:
        rows = "" if model["rows"] is None else f"{model['rows']:,}"
        models.add_row(model["model"], f"{model['seconds']:.2f}", rows)
    console.print(models)
    if result["agreement"]:
        console.print(agreement_table(result["agreement"]))


def agreement_table(lines: list[dict[str, Any]]) -> Table:
    """The build beside the hand-written script."""
    table = Table(title="The build and the hand-written script")
    for heading, justify in (("over all intents and weeks", "left"),
                             ("build", "right"), ("hand-written", "right"), ("", "left")):
        table.add_column(heading, justify=justify)
    for line in lines:
        table.add_row(
            line["measure"],
            *(
                "-" if value is None
                else f"{value:,.0f}" if abs(value) >= 100 else f"{value:.4f}"
                for value in (line["build"], line["hand_written"])
            ),
            "[green]agrees[/green]" if line["agrees"] else "[red]differs[/red]",
        )
    return table


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.option(
    "--conversations", type=click.IntRange(min=1), default=1_000_000,
    show_default=True, help="About how many conversations to simulate.",
)
@click.option(
    "--sizes", metavar="N,N,...", callback=sizes_of,
    help="Measure several sizes in place of one, and how time grows with them.",
)
@click.option(
    "--increment-days", type=click.IntRange(min=1), default=1, show_default=True,
    help="How many days the delivery holds that comes after the full build.",
)
@click.option(
    "--weeks", type=click.IntRange(min=1, max=520), default=13, show_default=True,
    help="How many weeks of history there are.",
)
@click.option(
    "--seed", default=1, show_default=True,
    help="Another seed is another operation.",
)
@click.option(
    "--engine", type=click.Choice(["duckdb", "postgres", "spark"]),
    default="duckdb", show_default=True, help="The target to build on.",
)
@click.option(
    "--against", type=click.Choice(NAMES), multiple=True,
    help="The reference to hold the build against; may be given again. All "
    "when left out.",
)
@click.option(
    "--skip", type=click.Choice(["noop", "daily"]), multiple=True,
    help="A later build to leave out; may be given again.",
)
@click.option(
    "--with-tests", is_flag=True,
    help="Measure a full build with all its tests as well.",
)
@click.option(
    "--pandas-sample", type=click.IntRange(min=1), default=20_000,
    show_default=True, help="How many conversations pandas gets at most.",
)
@click.option(
    "--folder", type=click.Path(path_type=Path, file_okay=False), default=FOLDER,
    help="Where raw data, warehouse and report are kept.  [default: benchmark]",
)
@click.option(
    "--json", "is_json", is_flag=True, help="End with one line of JSON."
)
def main(
    conversations: int, sizes: list[int], increment_days: int, weeks: int,
    seed: int, engine: str, against: tuple[str, ...], skip: tuple[str, ...],
    with_tests: bool, pandas_sample: int, folder: Path, is_json: bool,
) -> None:
    """How long a build takes, held against what is possible at all.

    Simulates a support operation (once; it is kept), builds all of it, builds
    again with nothing new, delivers a day more and builds again. Beside it run,
    on the same raw tables: a scan of every used column, one hand-written script
    for the same numbers, and pandas. A build is `dbt build` without its tests,
    with the project parsed and the intents learned before.

    Your own warehouse is not touched. Writes benchmark.json and benchmark.html
    into the folder.
    """
    console = Console(stderr=is_json)
    if increment_days >= 7 * weeks:
        raise click.BadParameter("--increment-days leaves nothing to begin with.")
    folder = folder.resolve()
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as problem:
        raise click.BadParameter(
            f"--folder {folder} cannot be made: {problem.strerror}"
        ) from None
    check_engine(engine, folder, console)
    results = []
    try:
        for size in sizes or [conversations]:
            benchmark = Benchmark(
                World(size, weeks, seed), increment_days, engine,
                against or NAMES, skip, with_tests, pandas_sample, folder,
                console,
            )
            results.append(benchmark.run())
    except StepFailed as problem:
        click.echo(f"\n{problem}", err=True)
        raise SystemExit(1) from None
    except OSError as problem:
        raise click.ClickException(
            f"{problem.strerror or problem}: {problem.filename or folder}"
            f" ({shutil.disk_usage(folder).free / 2**30:.1f} GB are free there)"
        ) from None
    result = {
        **results[-1],
        "is_complete": True,
        "growth_exponent": growth_exponent(results),
        "sizes": [
            {name: part[name] for name in (
                "conversations", "raw_rows", "seconds", "cpu_seconds",
                "peak_memory_mb", "disk_mb", "full_to_hand_written",
            )}
            for part in results
        ],
    }
    (folder / "benchmark.json").write_text(json.dumps(result, indent=2))
    write_page(folder / "benchmark.html", result)
    print_result(result, console)
    console.print(f"Written to {folder}: benchmark.json, benchmark.html")
    if is_json:
        click.echo(json.dumps(result))

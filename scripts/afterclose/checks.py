"""Everything that is checked before a change is merged, step by step.

Nothing of the user's is touched: each run has its own profile, warehouses and
target folders. The session's zone is far from UTC, because whoever forgets a
zone is right by luck in UTC.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import click
from rich.console import Console

from afterclose.other_settings import other_settings
from afterclose.steps import BIN_DIR, StepFailed, dbt, run, script, timed
from afterclose.venv import PROJECT_DIR

ZONE = "America/Los_Angeles"
NO_TOOLS = "{trace_sources: [], ticket_sources: [], event_sources: []}"
STACK = "langfuse,zendesk,mixpanel"
# Unit tests of a tool or layout that is switched off rest; in these stacks
# every tool and every layout is on once. All models in the first, in the others
# those that know tools.
OTHER_STACKS = (
    "langsmith,braintrust,opentelemetry:clickhouse,datadog:sdk,"
    "intercom:fivetran,freshdesk:airbyte,"
    "amplitude:fivetran,warehouse_events:segment",
    "langfuse:v2,opentelemetry:otlp,datadog:export_api,"
    "zendesk:airbyte,intercom:airbyte,freshdesk:api,"
    "mixpanel:airbyte,amplitude:airbyte,warehouse_events:rudderstack",
    "langfuse,zendesk,mixpanel,warehouse_events:snowplow",
    "warehouse_events:generic",
)

PYTEST = (
    sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider",
    "--durations", "20",
)
# Long files of pytest: they run after the steps, beside the others, so that both
# lanes end together.
LONG_FILES = tuple(
    f"tests/python/test_{name}.py" for name in ("kept", "killed", "stacks", "subsets")
)

# What only one engine understands; macros/cross_db.sql gives each a name.
ENGINE_WORDS = re.compile(
    r"(?i)target\.type|adapter\.type\(|at time zone|::\s*\w|\bqualify\b"
    r"|\bdistinct on\b|\bfilter\s*\(\s*where|->>|\bjson_\w*extract\w*\s*\("
    r"|\bget_json_object\b|\bregexp_\w+\s*\(|\bstrptime\s*\(|\bstrftime\s*\("
    r"|\bto_timestamp\s*\(|\bepoch(?:_ms|_us|_ns)?\s*\(|\blist_\w+\s*\(|\bunnest\s*\("
    r"|\bstring_split\w*\s*\(|\bexclude\s*\("
)
# Marts must be the same on any day.
WALL_CLOCK = re.compile(
    r"(?i)\b(current_timestamp|current_date|localtimestamp|now\s*\(\)|today"
    r"\s*\(\)|getdate\s*\(\)|sysdate|run_started_at)\b"
)
COMMENT = re.compile(r"(?s)\{#.*?#\}|--[^\n]*")
ENGINE_FILE = Path("macros/cross_db.sql")


def offences(pattern: re.Pattern[str], skip: set[Path]) -> list[str]:
    """file:line of every match in the SQL of the project, comments aside."""
    found = []
    for folder in ("models", "macros", "tests", "analyses"):
        for path in sorted((PROJECT_DIR / folder).rglob("*.sql")):
            name = path.relative_to(PROJECT_DIR)
            if name in skip:
                continue
            # Comments go, their line breaks stay: line numbers must hold.
            text = COMMENT.sub(
                lambda match: "\n" * match[0].count("\n"),
                path.read_text(encoding="utf-8"),
            )
            for number, line in enumerate(text.splitlines(), start=1):
                word = pattern.search(line)
                if word:
                    found.append(f"{name}:{number}: {word[0]}")
    return found


def check_words() -> None:
    """Engine words only in their file; the wall clock nowhere."""
    engine = offences(ENGINE_WORDS, skip={ENGINE_FILE})
    clock = offences(WALL_CLOCK, skip=set())
    problems = []
    if engine:
        problems += [f"Engine words outside {ENGINE_FILE}:", *engine]
    if clock:
        problems += ["The wall clock, which changes marts by itself:", *clock]
    if problems:
        raise StepFailed("\n".join(problems))


# Facts that the simulated raw tables carry in full: not one may be missed.
EXACT_FACTS = (
    "trace_ticket_links", "conversations", "opened_at", "resolved_at",
    "eligible", "exclusion_reason", "linkable", "handed_to_human", "deflected",
    "mature_24h", "mature_72h", "mature_168h", "escalations", "reexplained",
    "instructions", "unusable_rows", "same_customer",
)
# Re-contacts hang on the learned intents too, and some customers come back
# vaguely: less than this is no bad luck.
LEAST_RECONTACTS = {"precision": 0.95, "recall": 0.80}


def check_score(output: str) -> None:
    """The last line of score_against_truth --json against what must hold."""
    facts = json.loads(output.strip().splitlines()[-1])["facts"]
    least = {name: {"precision": 1, "recall": 1} for name in EXACT_FACTS}
    least["recontact_72h"] = LEAST_RECONTACTS
    short = [
        f"{name}: {measure} {facts[name][measure]:.4f}, at least {limit}"
        for name, limits in least.items()
        for measure, limit in limits.items()
        if facts[name][measure] < limit
    ]
    if short:
        raise StepFailed("\n".join(["The build misses the truth:", *short]))


class Checks:
    """The steps, sharing one scratch folder."""

    def __init__(
        self, scratch: Path, console: Console, is_thorough: bool
    ) -> None:
        self.scratch = scratch
        self.pytest = (*PYTEST, *(["--thorough"] if is_thorough else []))
        self.raw = scratch / "raw"
        self.console = console
        shutil.copy(
            PROJECT_DIR / "profiles.yml.example", scratch / "profiles.yml"
        )

    def environment(self, name: str) -> dict[str, str]:
        """The variables of one warehouse; names share nothing.

        One name is used for the same vars all through: dbt parses once.
        """
        return {
            "TZ": ZONE,
            "PGTZ": ZONE,
            "DBT_PROFILES_DIR": str(self.scratch),
            "DBT_TARGET_PATH": str(self.scratch / name / "target"),
            "DBT_LOG_PATH": str(self.scratch / name / "logs"),
            # Nobody reads the log, and writing it takes a tenth of the time.
            "DBT_LOG_LEVEL_FILE": "none",
            "AFTERCLOSE_DUCKDB_PATH": str(self.scratch / name / "x.duckdb"),
        }

    def step(self, title: str, name: str, *commands: list[str]) -> None:
        """Run commands one after the other on the warehouse `name`."""
        (self.scratch / name).mkdir(exist_ok=True)
        with timed(self.console, title):
            for command in commands:
                run(command, self.environment(name), self.console, title)

    def simulated(self, *arguments: object) -> list[list[str]]:
        """The commands that load a simulated world."""
        return [
            script("simulate", "--stack", STACK, *arguments, "--out", self.raw),
            script("load_raw", self.raw),
        ]

    def words(self) -> None:
        with timed(self.console, "engine words and the wall clock"):
            check_words()

    def lint(self) -> None:
        self.step(
            "lint (sqlfluff)",
            "lint",
            [
                str(BIN_DIR / "sqlfluff"), "lint", "models", "--nocolor",
                "--disable-progress-bar", "--processes", "2",
            ],
        )

    def parse(self) -> None:
        self.step(
            "parse, warnings as errors",
            "all",
            dbt("--warn-error", "--no-partial-parse", "parse"),
        )

    def empty(self) -> None:
        self.step(
            "unit tests and build on an empty warehouse",
            "all",
            *self.simulated("--conversations", 0),
            dbt("build"),
        )

    def layouts(self) -> None:
        """Unit tests of every tool, on empty tables and with no default left."""
        settings = other_settings()
        for number, stack in enumerate(OTHER_STACKS, 1):
            name = f"layouts_{number}"
            raw = self.scratch / name / "raw"
            (self.scratch / name).mkdir(exist_ok=True)
            title = (
                f"unit tests of stack {number} of {len(OTHER_STACKS)}, "
                "with other settings"
            )
            simulate = script(
                "simulate", "--stack", stack, "--conversations", 0, "--out", raw
            )
            environment = self.environment(name)
            with timed(self.console, title):
                for command in (simulate, script("load_raw", raw)):
                    run(command, environment, self.console, title)
                of_stack = json.loads((raw / "simulation.json").read_text())
                build = dbt(
                    "build", "--exclude-resource-type", "test",
                    "--vars", json.dumps({**settings, **of_stack["vars"]}),
                )
                if number > 1:
                    build += ["--select", "staging", "+intermediate.conformed"]
                run(build, environment, self.console, title)

    def no_tools(self) -> None:
        self.step(
            "build with no tool switched on",
            "none",
            dbt(
                "build", "--vars", NO_TOOLS,
                "--exclude-resource-type", "unit_test",
            ),
        )

    def world(self) -> None:
        self.step(
            "build and data tests on a simulated world",
            "all",
            *self.simulated("--conversations", 800, "--weeks", 6, "--seed", 1),
            dbt("build", "--exclude-resource-type", "unit_test"),
        )

    def score(self) -> None:
        """What the build says of the world against what happened in it."""
        with timed(self.console, "score against the truth"):
            check_score(
                run(
                    script("score_against_truth", self.raw, "--json"),
                    self.environment("all"),
                )
            )

    def docs(self) -> None:
        self.step("docs generate", "all", dbt("docs", "generate"))

    def long(self) -> None:
        """Long files of pytest."""
        title = "stacks and sets of tools, later builds"
        with timed(self.console, title):
            said = run([*self.pytest, *LONG_FILES], {"TZ": ZONE, "PGTZ": ZONE})
        click.echo(said)

    def start_pytest(self) -> subprocess.Popen[bytes]:
        """Run pytest beside the other steps; its output goes to a file."""
        with self.pytest_output.open("wb") as output:
            return subprocess.Popen(
                [
                    *self.pytest, *(f"--ignore={name}" for name in LONG_FILES),
                    "tests/python",
                ],
                cwd=PROJECT_DIR,
                env={**clean_environment(), "TZ": ZONE, "PGTZ": ZONE},
                stdout=output,
                stderr=subprocess.STDOUT,
            )

    @property
    def pytest_output(self) -> Path:
        """What pytest prints while the other steps have the screen."""
        return self.scratch / "pytest.log"

    def finish_pytest(self, process: subprocess.Popen[bytes]) -> int:
        """Show pytest's output to its end, its closing line last."""
        self.console.print("pytest, which ran beside the other steps:")
        with self.pytest_output.open("rb") as output:
            while True:
                is_over = process.poll() is not None
                text = output.read().decode("utf-8", errors="replace")
                print(text, end="", flush=True)
                if is_over:
                    return process.returncode
                time.sleep(0.5)


def clean_environment() -> dict[str, str]:
    """The environment without settings that would reach the user's data."""
    return {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("DBT_", "AFTERCLOSE_"))
    }


@click.command()
@click.option(
    "--only",
    metavar="STEP",
    multiple=True,
    help="Run only these steps: words, lint, parse, empty, layouts, none, "
    "world, score, docs, long, pytest.",
)
@click.option(
    "--thorough",
    is_flag=True,
    help="Also run the tests that CI has no time for, as before a release: "
    "every layout and set of tools as a stack of its own, killed builds, "
    "readers during a build, the benchmark.",
)
def main(only: tuple[str, ...], thorough: bool) -> None:
    """Run every check that a change has to pass."""
    console = Console()
    with tempfile.TemporaryDirectory(prefix="afterclose-") as scratch:
        checks = Checks(Path(scratch), console, thorough)
        steps: dict[str, Callable[[], None]] = {
            "words": checks.words,
            "lint": checks.lint,
            "parse": checks.parse,
            "empty": checks.empty,
            "layouts": checks.layouts,
            "none": checks.no_tools,
            "world": checks.world,
            "score": checks.score,
            "docs": checks.docs,
            "long": checks.long,
        }
        names = [*steps, "pytest"]
        unknown = [name for name in only if name not in names]
        if unknown:
            raise click.ClickException(
                f"No step '{unknown[0]}'; there are: {', '.join(names)}"
            )
        chosen = only or names
        # Two lanes on two cores: the suite is as long as all the rest.
        beside = checks.start_pytest() if "pytest" in chosen else None
        try:
            for name, step in steps.items():
                if name in chosen:
                    step()
        except BaseException as problem:
            if beside:
                beside.terminate()
                beside.wait()
            if not isinstance(problem, StepFailed):
                raise
            click.echo(f"\n{problem}", err=True)
            raise SystemExit(1) from None
        if beside and checks.finish_pytest(beside):
            raise SystemExit(1)

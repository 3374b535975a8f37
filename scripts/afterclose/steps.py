"""Run other programs as named steps: quiet while all is well, plain if not."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from rich.console import Console

from afterclose.venv import PROJECT_DIR

SCRIPTS_DIR = PROJECT_DIR / "scripts"
BIN_DIR = Path(sys.executable).parent

# "12:01:02  17 of 240 OK created sql table model ..."
DBT_COUNT = re.compile(r"(\d+) of (\d+) (?:OK|PASS|WARN|FAIL|ERROR|SKIP|NO-OP)")
DBT_CLOCK = re.compile(r"(?m)^\d\d:\d\d:\d\d {1,2}")
# Where dbt begins to say what went wrong.
DBT_TROUBLE = re.compile(
    r"(?m)^(Completed with|Encountered an error|.*(Compilation|Runtime|Parsing"
    r"|Database|Dependency) Error)"
)


class StepFailed(Exception):
    """A program ended badly; the text is what it said about it."""


def script(name: str, *arguments: object) -> list[str]:
    """The command line of scripts/NAME."""
    return [sys.executable, str(SCRIPTS_DIR / name), *map(str, arguments)]


def dbt(*arguments: object) -> list[str]:
    """The command line of dbt in this environment, without colours."""
    return [
        str(BIN_DIR / "dbt"), "--no-use-colors", *map(str, arguments),
        "--project-dir", str(PROJECT_DIR),
    ]


def what_went_wrong(output: str) -> str:
    """The part of a program's output that a person needs after a failure."""
    text = DBT_CLOCK.sub("", output).strip()
    trouble = DBT_TROUBLE.search(text)
    return text[trouble.start():] if trouble else text[-6000:]


def run(
    command: Sequence[str],
    environment: Mapping[str, str] | None = None,
    console: Console | None = None,
    title: str = "",
    on_start: Callable[[subprocess.Popen], None] | None = None,
) -> str:
    """Run one program in the project folder; its output.

    With a console, a status line shows how far dbt is. `on_start` gets the
    running process. Raises StepFailed.
    """
    process = subprocess.Popen(
        command,
        cwd=PROJECT_DIR,
        env={**os.environ, **(environment or {})},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        encoding="utf-8",
        errors="replace",
    )
    if on_start:
        on_start(process)
    lines = []
    try:
        with console.status(title) if console else nothing() as status:
            assert process.stdout is not None
            for line in process.stdout:
                lines.append(line)
                count = DBT_COUNT.search(line)
                if count and status:
                    status.update(f"{title}: {count[1]} of {count[2]}")
        returned = process.wait()
    except BaseException:
        process.terminate()
        raise
    output = "".join(lines)
    if returned:
        raise StepFailed(what_went_wrong(output))
    return output


@contextmanager
def nothing() -> Iterator[None]:
    """A status line that is not there."""
    yield None


@contextmanager
def timed(console: Console, title: str) -> Iterator[None]:
    """Print the step's name and time once it is done."""
    started = time.monotonic()
    try:
        yield
    except BaseException:
        console.print(f"[red]✗[/red] {title}", highlight=False)
        raise
    seconds = time.monotonic() - started
    console.print(
        f"[green]✓[/green] {title} [dim]{seconds:.1f} s[/dim]", highlight=False
    )

"""A build after one that was killed gives what a full refresh gives.

On DuckDB, with `--thorough`; `--engine postgres --engine spark` kills there.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from marts import NO_TESTS, PROJECT_DIR, Project
from parity import Table, differences, mart_keys, marts_of

# Models that are done when the build is killed; one build goes on after the other.
KILLED_AFTER = (60, 150)


@pytest.mark.thorough
def test_a_killed_build_leaves_nothing_behind(
    engine: str, project_on_engine: Project
) -> None:
    project = project_on_engine
    project.reset()
    load(project, seed=3)
    project.build()
    before = marts_of(project)
    load(project, seed=4)
    for models in KILLED_AFTER:
        kill_after(start_build(project, engine), models)
    # On Spark a table is files, which a killed build may leave half written.
    seen = marts_of(project) if engine != "spark" else None
    project.build()
    after = marts_of(project)
    assert differences(before, after)
    project.build("--full-refresh")
    assert not differences(after, marts_of(project))
    # Each mart was there as a whole while the build was dead.
    for mart in mart_keys() if seen else ():
        assert is_same(mart, seen, before) or is_same(mart, seen, after), mart


def is_same(
    mart: str, here: dict[str, Table], there: dict[str, Table]
) -> bool:
    """Whether one mart is the same in both."""
    return mart not in {one.mart for one in differences(here, there)}


def load(project: Project, seed: int) -> None:
    """A small world in place of the one that is there."""
    project.load(
        project.simulate("--conversations", 120, "--weeks", 4, "--seed", seed)
    )


def start_build(project: Project, target: str) -> subprocess.Popen[str]:
    """A build in a process group of its own."""
    return subprocess.Popen(
        [
            str(Path(sys.executable).parent / "dbt"), "--no-use-colors", "build",
            *NO_TESTS, "--target", target,
        ],
        cwd=PROJECT_DIR, env=project.environment, text=True,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        start_new_session=True,
    )


def kill_after(process: subprocess.Popen[str], models: int) -> None:
    """kill -9 once so many models are there."""
    lines = []
    assert process.stdout
    for line in process.stdout:
        lines.append(line)
        if sum(" OK created sql " in one for one in lines) >= models:
            os.killpg(process.pid, signal.SIGKILL)
            break
    process.wait()
    assert process.returncode == -signal.SIGKILL, "".join(lines[-60:])

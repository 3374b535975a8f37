"""Who reads marts while they are built, and what a build leaves that was killed.

Needs the server of postgres_server.py.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections import defaultdict
from pathlib import Path

import psycopg
import pytest
from marts import MARTS, PROJECT_DIR
from parity import mart_keys
from postgres_server import PostgresProject

# Rows and their hash, in one statement: what one reader sees of one mart.
STATE = (
    "select count(*), md5(coalesce(string_agg(line, ',' order by line), ''))"
    f" from (select md5(cast(mart as text)) as line from {MARTS}.{{}} as mart)"
    " as lines"
)
State = tuple[int, str]


@pytest.fixture(scope="module")
def built(postgres_project: PostgresProject) -> PostgresProject:
    """A small world, built once."""
    postgres_project.reset()
    postgres_project.load(world(postgres_project, seed=3))
    postgres_project.build()
    return postgres_project


def world(project: PostgresProject, seed: int) -> Path:
    """The raw folder of a small world."""
    return project.simulate(
        "--conversations", 120, "--weeks", 4, "--seed", seed
    )


def states(project: PostgresProject) -> dict[str, State]:
    """Mart -> what is in it."""
    return {
        mart: project.query(STATE.format(mart))[0] for mart in mart_keys()
    }


class Reader(threading.Thread):
    """Reads every mart, again and again, until it is told to stop."""

    def __init__(self, project: PostgresProject) -> None:
        super().__init__()
        self.connection = project.connect()
        self.is_over = threading.Event()
        self.seen: dict[str, set[State]] = defaultdict(set)
        self.reads = 0
        self.errors: list[str] = []

    def run(self) -> None:
        while not self.is_over.is_set():
            for mart in mart_keys():
                try:
                    found = self.connection.execute(STATE.format(mart))
                    self.seen[mart].add(found.fetchone())
                    self.reads += 1
                except psycopg.Error as problem:
                    self.errors.append(f"{mart}: {problem}")
        self.connection.close()

    def stop(self) -> None:
        """No further read; wait for the last one."""
        self.is_over.set()
        self.join()


def test_readers_see_the_old_marts_or_the_new_ones(
    built: PostgresProject,
) -> None:
    """Two builds on changed data, and two readers that never rest."""
    before = states(built)
    built.load(world(built, seed=4))
    readers = [Reader(built), Reader(built)]
    for reader in readers:
        reader.start()
    try:
        built.build()
        after = states(built)
        built.build()
    finally:
        for reader in readers:
            reader.stop()
    assert not [error for reader in readers for error in reader.errors]
    assert sum(reader.reads for reader in readers) > 500
    assert before["conversations"] != after["conversations"]
    for mart in mart_keys():
        seen = set.union(*(reader.seen[mart] for reader in readers))
        assert seen <= {before[mart], after[mart]}, mart


def start_build(project: PostgresProject) -> subprocess.Popen[str]:
    """A build in a process group of its own."""
    return subprocess.Popen(
        [
            str(Path(sys.executable).parent / "dbt"), "--no-use-colors", "build",
            "--exclude-resource-type", "test",
            "--exclude-resource-type", "unit_test", "--target", "postgres",
        ],
        cwd=PROJECT_DIR, env=project.environment, text=True,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        start_new_session=True,
    )


def kill_after(process: subprocess.Popen[str], models: int) -> None:
    """kill -9 once so many models are there."""
    done = 0
    assert process.stdout
    for line in process.stdout:
        done += " OK created sql " in line
        if done >= models:
            os.killpg(process.pid, signal.SIGKILL)
            break
    process.wait()
    assert process.returncode == -signal.SIGKILL


def test_a_build_after_a_killed_one_is_as_if_nothing_had_been(
    built: PostgresProject,
) -> None:
    built.build()
    undisturbed = states(built)
    for models in (20, 110, 190):
        kill_after(start_build(built), models)
        time.sleep(0.2)
        # Marts are whole at any time.
        assert states(built) == undisturbed
    built.build()
    assert states(built) == undisturbed
    left = built.query(
        "select relname from pg_class where relname like '%\\_\\_dbt\\_tmp'"
        " or relname like '%\\_\\_dbt\\_backup'"
    )
    assert not left

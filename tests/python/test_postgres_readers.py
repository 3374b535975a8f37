"""Who reads marts on PostgreSQL while they are built.

Needs `--thorough` and the server of postgres_server.py. `--builds 10` polls during so
many builds; `-rP` prints how many reads there were.
"""

from __future__ import annotations

import threading
import time
from collections import defaultdict
from pathlib import Path

import psycopg
import pytest
from marts import MARTS
from parity import mart_keys
from postgres_server import PostgresProject

# Rows and the sum of their hashes: what a reader sees of one mart, for so little
# work that all marts can be asked for many times a second.
STATE = (
    "select '{0}', count(*),"
    " cast(sum(hashtextextended(cast(mart as text), 0)) as text)"
    f" from {MARTS}.{{0}} as mart"
)
State = tuple[int, str]
# How often the reader asks for each mart, as far as the machine lets it.
READS_PER_SECOND = 20
READER = "bi_reader"


@pytest.fixture(scope="module")
def built(postgres_project: PostgresProject) -> PostgresProject:
    """A small world, built once, and the role that BI reads it with."""
    postgres_project.reset()
    postgres_project.query(f"create role {READER} login")
    postgres_project.load(world(postgres_project, seed=3))
    postgres_project.build()
    return postgres_project


def world(project: PostgresProject, seed: int) -> Path:
    """The raw folder of a small world."""
    return project.simulate(
        "--conversations", 120, "--weeks", 4, "--seed", seed
    )


def state_of_all() -> str:
    """A statement that reads every mart: its name, and what is in it."""
    return " union all ".join(STATE.format(mart) for mart in mart_keys())


def states(project: PostgresProject) -> dict[str, State]:
    """Mart -> what is in it."""
    return {
        mart: (rows, hashes)
        for mart, rows, hashes in project.query(state_of_all())
    }


class Reader(threading.Thread):
    """Reads all marts at a steady pace, until it is told to stop."""

    def __init__(self, project: PostgresProject) -> None:
        super().__init__()
        self.connection = project.connect(user=READER)
        self.is_over = threading.Event()
        self.seen: dict[str, set[State]] = defaultdict(set)
        self.reads = 0
        self.errors: list[str] = []

    def run(self) -> None:
        statement = state_of_all()
        due = time.monotonic()
        while not self.is_over.is_set():
            due += 1 / READS_PER_SECOND
            try:
                for mart, *state in self.connection.execute(statement).fetchall():
                    self.seen[mart].add(tuple(state))
                self.reads += 1
            except psycopg.Error as problem:
                self.errors.append(str(problem))
            time.sleep(max(due - time.monotonic(), 0))
        self.connection.close()

    def stop(self) -> None:
        """No further read; wait for the last one."""
        self.is_over.set()
        self.join()


@pytest.mark.thorough
def test_readers_see_the_old_marts_or_the_new_ones(
    built: PostgresProject, request: pytest.FixtureRequest
) -> None:
    """Builds on data that changes each time, while somebody asks for all marts 20
    times a second."""
    known = {mart: {state} for mart, state in states(built).items()}
    builds = request.config.getoption("--builds")
    reader = Reader(built)
    reader.start()
    started = time.monotonic()
    try:
        for number in range(builds):
            built.load(world(built, seed=4 if number % 2 == 0 else 3))
            built.build()
            for mart, state in states(built).items():
                known[mart].add(state)
    finally:
        reader.stop()
    torn = {mart: len(reader.seen[mart] - known[mart]) for mart in known}
    per_second = reader.reads / (time.monotonic() - started)
    print(
        f"{builds} builds, {reader.reads} reads of each of {len(torn)} marts"
        f" ({per_second:.1f} a second), {len(reader.errors)} errors,"
        f" {sum(torn.values())} torn reads"
    )
    assert not reader.errors
    assert not any(torn.values()), torn
    assert reader.reads > 100 and len(known["conversations"]) > 1

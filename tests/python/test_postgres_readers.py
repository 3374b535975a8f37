"""Who reads marts on PostgreSQL while they are built.

Needs the server of postgres_server.py. `--builds 10` polls during so many builds;
`-rP` prints how many reads there were.
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

# Rows and the sum of their hashes, in one statement: what one reader sees of one
# mart, for so little work that it can be asked many times a second.
STATE = (
    "select count(*), cast(sum(hashtextextended(cast(mart as text), 0)) as text)"
    f" from {MARTS}.{{}} as mart"
)
State = tuple[int, str]
# How often a reader asks for each mart.
READS_PER_SECOND = 10


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


def states(project: PostgresProject) -> dict[str, State]:
    """Mart -> what is in it."""
    return {
        mart: project.query(STATE.format(mart))[0] for mart in mart_keys()
    }


class Reader(threading.Thread):
    """Reads every mart at a steady pace, until it is told to stop."""

    def __init__(self, project: PostgresProject) -> None:
        super().__init__()
        self.connection = project.connect(user=READER)
        self.is_over = threading.Event()
        self.seen: dict[str, set[State]] = defaultdict(set)
        self.reads = 0
        self.errors: list[str] = []

    def run(self) -> None:
        due = time.monotonic()
        while not self.is_over.is_set():
            due += 1 / READS_PER_SECOND
            for mart in mart_keys():
                try:
                    found = self.connection.execute(STATE.format(mart))
                    self.seen[mart].add(found.fetchone())
                    self.reads += 1
                except psycopg.Error as problem:
                    self.errors.append(f"{mart}: {problem}")
            time.sleep(max(due - time.monotonic(), 0))
        self.connection.close()

    def stop(self) -> None:
        """No further read; wait for the last one."""
        self.is_over.set()
        self.join()


def test_readers_see_the_old_marts_or_the_new_ones(
    built: PostgresProject, request: pytest.FixtureRequest
) -> None:
    """Builds on data that changes each time, while two readers ask for each mart
    20 times a second together, as far as the machine lets them."""
    known = {mart: {state} for mart, state in states(built).items()}
    builds = request.config.getoption("--builds")
    readers = [Reader(built), Reader(built)]
    for reader in readers:
        reader.start()
    started = time.monotonic()
    try:
        for number in range(builds):
            built.load(world(built, seed=4 if number % 2 == 0 else 3))
            built.build()
            for mart, state in states(built).items():
                known[mart].add(state)
    finally:
        for reader in readers:
            reader.stop()
    reads = sum(reader.reads for reader in readers)
    errors = [error for reader in readers for error in reader.errors]
    torn = {
        mart: len(set.union(*(reader.seen[mart] for reader in readers)) - known[mart])
        for mart in mart_keys()
    }
    seconds = time.monotonic() - started
    print(
        f"{builds} builds, {reads} reads of {len(torn)} marts"
        f" ({reads / len(torn) / seconds:.1f} per mart and second),"
        f" {len(errors)} errors, {sum(torn.values())} torn reads"
    )
    assert not errors
    assert not any(torn.values()), torn
    assert reads > 500 and len(known["conversations"]) > 1

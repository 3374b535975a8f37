"""Runs a simulation: makes the batches, writes the tables, sums up."""

from __future__ import annotations

import json
import os
import shutil
from collections import Counter, deque
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime, timezone
from multiprocessing import get_context
from pathlib import Path

import pyarrow as pa

from .finish import finish_conversations, finish_instructions
from .plan import Plan
from .reach import newest_times
from .renderers import dbt_vars, make_renderer
from .tables import TableWriter, as_table
from .truth import DRAFT_TABLES, truth_rows
from .world import Block

MARKER = "simulation.json"
DRAFT_NAMES = ("conversations", "instructions")


class OutputRefused(Exception):
    """The output folder holds something that is not a simulation."""


@dataclass
class BlockResult:
    """The tables of one block, and what was counted on the way."""

    tables: dict[tuple[str, str], pa.Table]
    counts: Counter
    newest: dict[str, int] = field(default_factory=dict)


def make_block(plan: Plan, number: int) -> BlockResult:
    """Make one block's world and render it; safe to run anywhere."""
    batch = Block(plan, number).batch()
    truth = truth_rows(batch)
    newest = newest_times(batch)
    result = BlockResult({}, batch.counts)
    for name in plan.stack:
        renderer = make_renderer(name, plan)
        for table, rows in renderer.render(batch).items():
            result.tables[renderer.schema_name, table] = as_table(
                rows, renderer.tables[table]
            )
        result.counts.update(renderer.counts)
        result.counts["unusable_rows"] += len(renderer.unusable)
        truth["unusable_rows"] += renderer.unusable
        if renderer.kind in newest:
            result.newest[renderer.kind] = newest[renderer.kind]
    for table, rows in truth.items():
        result.tables["truth", table] = as_table(rows, DRAFT_TABLES[table])
    return result


def block_results(plan: Plan, workers: int) -> Iterator[BlockResult]:
    """Yield every block in order, made by several processes at once."""
    if workers < 2 or plan.blocks < 6:
        for number in range(plan.blocks):
            yield make_block(plan, number)
        return
    # Fresh processes: a fork of one that runs Arrow threads may hang.
    context = get_context("spawn")
    with ProcessPoolExecutor(workers, mp_context=context) as pool:
        waiting: deque = deque()
        for number in range(plan.blocks):
            waiting.append(pool.submit(make_block, plan, number))
            if len(waiting) > workers:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()


def run(
    plan: Plan,
    out: Path,
    workers: int | None = None,
    progress: Callable[[int], None] = lambda done: None,
) -> dict:
    """Write the whole simulation; return the content of simulation.json.

    Raises OutputRefused when ``out`` holds other people's files.
    """
    prepare(out)
    workers = workers or os.cpu_count() or 1
    renderers = [make_renderer(name, plan) for name in plan.stack]
    writers = {
        (renderer.schema_name, table): TableWriter(
            out / renderer.schema_name / f"{table}.parquet", schema
        )
        for renderer in renderers
        for table, schema in renderer.tables.items()
    }
    for table, schema in DRAFT_TABLES.items():
        suffix = ".draft" if table in DRAFT_NAMES else ".parquet"
        writers["truth", table] = TableWriter(
            out / "truth" / f"{table}{suffix}", schema
        )
    counts: Counter = Counter()
    newest: dict[str, int] = {}
    for done, result in enumerate(block_results(plan, workers), 1):
        for key, table in result.tables.items():
            writers[key].write(table)
        counts.update(result.counts)
        for kind, at in result.newest.items():
            newest[kind] = max(newest.get(kind, 0), at)
        progress(done)
    row_counts = {
        f"{schema}.{table}": writer.close()
        for (schema, table), writer in writers.items()
    }
    reach = [newest[kind] for kind in ("traces", "tickets") if kind in newest]
    as_of = min(reach, default=None)
    truth = out / "truth"
    row_counts["truth.conversations"] = finish_conversations(
        truth / "conversations.draft", truth / "conversations.parquet", as_of
    )
    row_counts["truth.instructions"] = finish_instructions(
        truth / "instructions.draft", truth / "instructions.parquet",
        newest.get("events"), as_of,
    )
    for name in DRAFT_NAMES:
        (truth / f"{name}.draft").unlink()
    summary = {
        "parameters": {
            "stack": list(plan.stack),
            "conversations": plan.conversations,
            "weeks": plan.weeks,
            "seed": plan.seed,
            "start": _iso(plan.start),
            "until": _iso(plan.horizon),
            "dirt": plan.dirt,
        },
        "data_as_of": _iso(as_of),
        "newest": {kind: _iso(at) for kind, at in sorted(newest.items())},
        "vars": dbt_vars(renderers),
        "rows": dict(sorted(row_counts.items())),
        # Planted in the whole period, whether or not it lies before `until`.
        "dirt": dict(sorted(counts.items())),
    }
    text = json.dumps(summary, indent=2) + "\n"
    (out / MARKER).write_text(text, encoding="utf-8")
    return summary


def prepare(out: Path) -> None:
    """Empty a folder that an earlier simulation left; refuse others."""
    if out.exists() and not out.is_dir():
        raise OutputRefused(f"{out} is a file, not a folder.")
    if out.is_dir() and any(out.iterdir()):
        if not (out / MARKER).is_file():
            raise OutputRefused(
                f"{out} is not empty and holds no {MARKER}, so it is not an"
                " earlier simulation. Choose another folder."
            )
        for entry in sorted(out.iterdir()):
            if entry.is_dir():
                shutil.rmtree(entry)
            else:
                entry.unlink()
    out.mkdir(parents=True, exist_ok=True)
    # An interrupted run must be recognised as ours the next time.
    (out / MARKER).write_text("{}\n", encoding="utf-8")


def _iso(at: int | None) -> str | None:
    if not at:
        return None
    return datetime.fromtimestamp(at, timezone.utc).isoformat()

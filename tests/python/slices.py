"""Raw tables as they arrive: in slices, late, twice, changed and gone afterwards.

A delivery is the whole of the raw tables at one time, as `load_raw` takes it: what
a loader had written by then.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import duckdb

# How many rows come at any time instead of in their turn, come once more later
# on, were other than they are at first, or are taken away again.
LATE, TWICE, CHANGED, GONE = 0.3, 0.05, 0.1, 0.03


@dataclass
class Deliveries:
    """The raw tables of a folder, to be delivered in `number` slices."""

    raw: Path
    number: int
    seed: int

    def __iter__(self) -> Iterator[str]:
        """Write one delivery after the other to the folder `delivered`; its name."""
        tables = sorted(self.raw.glob("*/*.parquet"))
        for current in range(self.number):
            for path in tables:
                if path.parent.name != "truth":
                    self.write(path, current)
            yield f"delivery {current + 1} of {self.number}"

    @property
    def delivered(self) -> Path:
        """Where the raw tables are at the moment."""
        return self.raw.parent / f"{self.raw.name}_delivered"

    def write(self, path: Path, current: int) -> None:
        """One raw table, with what has come until this slice."""
        target = self.delivered / path.parent.name / path.name
        target.parent.mkdir(parents=True, exist_ok=True)
        with duckdb.connect() as connection:
            connection.execute(
                "create table raw as select *, row_number() over () - 1 as place"
                f" from '{path}'"
            )
            rows = connection.execute("select count(*) from raw").fetchone()[0]
            plan = list(self.plan(path.stem, rows))
            connection.execute(
                "create table plan"
                " (place bigint, first int, again int, settled int, gone int)"
            )
            if plan:
                connection.executemany("insert into plan values (?, ?, ?, ?, ?)", plan)
            connection.execute(
                f"""
                copy (
                    select {self.columns(connection, current)}
                    from raw join plan using (place)
                    cross join (select 1 as copy union all select 2) as copies
                    where
                        first <= {current} and gone > {current}
                        and (copy = 1 or again <= {current})
                    order by hash(place + {self.seed} * 7919 + copy)
                ) to '{target}' (format parquet)
                """
            )

    def columns(
        self, connection: duckdb.DuckDBPyConnection, current: int
    ) -> str:
        """All columns; texts of rows that are not settled yet are other texts."""
        described = connection.execute("describe raw").fetchall()
        kept = [(name, kind) for name, kind, *_ in described if name != "place"]
        return ", ".join(
            f"case when settled > {current} then \"{name}\" || '?'"
            f' else "{name}" end as "{name}"'
            if kind == "VARCHAR" and not name.endswith("id")
            else f'"{name}"'
            for name, kind in kept
        )

    def plan(self, table: str, rows: int) -> Iterator[tuple[int, ...]]:
        """Of each row: the slice it comes in, comes again, is settled and goes in."""
        luck = random.Random(f"{self.seed} {table}")
        for place in range(rows):
            first = place * self.number // rows
            if luck.random() < LATE:
                first = luck.randrange(self.number)
            later = [luck.randrange(first, self.number) for _ in range(3)]
            yield (
                place, first,
                later[0] if luck.random() < TWICE else self.number,
                later[1] if luck.random() < CHANGED else first,
                later[2] + 1 if luck.random() < GONE else self.number,
            )

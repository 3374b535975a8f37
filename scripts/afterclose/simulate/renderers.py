"""What a renderer is, and the registry of all of them.

A renderer turns vendor-neutral batches into one vendor's raw tables. A new
vendor is one more class here; the world and its truth stay as they are.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Callable
from random import Random

import pyarrow as pa

from .plan import Plan
from .records import Batch

Rows = dict[str, list[tuple]]
# Table, key of the row (None when it has none), why it cannot be used.
UnusableRow = tuple[str, "str | None", str]

INSTANT = pa.timestamp("us", tz="UTC")
WALL_CLOCK = pa.timestamp("us")
TEXT = pa.string()
INTEGER = pa.int64()
NUMBER = pa.float64()
FLAG = pa.bool_()


def columns(**types: pa.DataType) -> pa.Schema:
    """Return a schema with one column per keyword, in the order given."""
    return pa.schema(list(types.items()))


class Renderer(ABC):
    """One vendor.

    ``schema_name`` is the folder and database schema; ``kind`` is traces,
    tickets or events; ``tables`` are the raw tables; ``notes`` goes into
    simulation.json for whoever configures the models.
    """

    schema_name: str
    kind: str
    tables: dict[str, pa.Schema]
    notes: dict[str, object] = {}

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.counts: Counter = Counter()
        self.unusable: list[UnusableRow] = []
        self.newest = 0

    @abstractmethod
    def render(self, batch: Batch) -> Rows:
        """Return the batch's rows per table, cut at the plan's horizon."""

    def luck(self, key: str) -> Random:
        """Return the dice for one thread, the same whatever the cut."""
        return Random(f"{self.plan.seed}/{key}/{self.schema_name}")

    def see(self, at: int) -> None:
        """Note that something happened at this instant."""
        if self.newest < at <= self.plan.horizon:
            self.newest = at


_RENDERERS: dict[str, Callable[[Plan], Renderer]] = {}


def renders(name: str) -> Callable:
    """Register a renderer class under the name used in ``--stack``."""
    def register(renderer: type[Renderer]) -> type[Renderer]:
        _RENDERERS[name] = renderer
        return renderer
    return register


def renderer_names() -> list[str]:
    """Return the names that ``--stack`` accepts."""
    _load()
    return sorted(_RENDERERS)


def make_renderer(name: str, plan: Plan) -> Renderer:
    """Return a fresh renderer; KeyError for a name nobody registered."""
    _load()
    return _RENDERERS[name](plan)


def _load() -> None:
    from . import render_langfuse, render_mixpanel, render_zendesk  # noqa: F401

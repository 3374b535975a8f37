"""What a renderer is, and the registry of all of them.

A renderer turns vendor-neutral batches into one vendor's raw tables. A new
vendor is one more class here; the world and its truth stay as they are.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules
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

    ``schema_name`` is the tool, the folder and the database schema; ``kind``
    is traces, tickets or events; ``layouts`` the ways the tool's rows land,
    the usual one first, none when there is only one; ``tables`` are the raw
    tables of the layout at hand; ``variables`` are further dbt vars that the
    models need for these rows.
    """

    schema_name: str
    kind: str
    layouts: tuple[str, ...] = ()
    tables: dict[str, pa.Schema]
    variables: dict[str, object] = {}

    def __init__(self, plan: Plan, layout: str | None = None) -> None:
        self.plan = plan
        self.layout = layout or (self.layouts[0] if self.layouts else None)
        self.counts: Counter = Counter()
        self.unusable: list[UnusableRow] = []

    @abstractmethod
    def render(self, batch: Batch) -> Rows:
        """Return the batch's rows per table, cut at the plan's horizon."""

    def luck(self, key: str) -> Random:
        """Return the dice for one thread, the same whatever the cut."""
        return Random(f"{self.plan.seed}/{key}/{self.schema_name}")


_RENDERERS: dict[str, type[Renderer]] = {}


def renders(name: str) -> Callable:
    """Register a renderer class under the name used in ``--stack``."""
    def register(renderer: type[Renderer]) -> type[Renderer]:
        _RENDERERS[name] = renderer
        return renderer
    return register


def renderer_names() -> list[str]:
    """Return the tools that ``--stack`` accepts, each layout as its own."""
    _load()
    return sorted(
        f"{name}:{layout}" if layout else name
        for name, renderer in _RENDERERS.items()
        for layout in renderer.layouts or (None,)
    )


def make_renderer(entry: str, plan: Plan) -> Renderer:
    """Return a fresh renderer of ``tool`` or ``tool:layout``.

    Raises KeyError when nobody registered the tool or the layout.
    """
    _load()
    name, _, layout = entry.partition(":")
    renderer = _RENDERERS[name]
    if layout and layout not in renderer.layouts:
        raise KeyError(entry)
    return renderer(plan, layout or None)


def dbt_vars(renderers: list[Renderer]) -> dict[str, object]:
    """Return the dbt vars with which the models read these raw tables."""
    switches = {"traces": "trace_sources", "tickets": "ticket_sources",
                "events": "event_sources"}
    found: dict[str, object] = {switch: [] for switch in switches.values()}
    for renderer in renderers:
        found[switches[renderer.kind]].append(renderer.schema_name)
        if renderer.layout:
            found[f"{renderer.schema_name}_layout"] = renderer.layout
        found.update(renderer.variables)
    return found


def _load() -> None:
    """Import every render_<tool>.py beside this file."""
    for module in iter_modules([str(Path(__file__).parent)]):
        if module.name.startswith("render_"):
            import_module(f"{__package__}.{module.name}")

"""Two warehouses' marts, cell by cell.

Rows are matched by the mart's primary key, which is what its YAML says is
unique; where it names none, rows are sorted and matched in their order. Floats
may differ by 1e-9, as sums of them do not depend on the order alone.
"""

from __future__ import annotations

import datetime
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any

import yaml

from marts import MARTS, PROJECT_DIR, Project

TOLERANCE = 1e-9
Ask = Callable[[str], tuple[list[str], list[tuple[Any, ...]]]]


@dataclass
class Table:
    """All of one mart: column names, and rows in no order."""

    columns: list[str]
    rows: list[tuple[Any, ...]]


@dataclass
class Difference:
    """What is not the same in one mart.

    `cells` are (row, column, value here, value there); a row that only one side
    has is a cell of the column '(row)'.
    """

    mart: str
    rows_here: int
    rows_there: int
    cells: list[tuple[Any, str, Any, Any]] = field(default_factory=list)

    def __str__(self) -> str:
        some = "\n".join(
            f"    {row} {column}: {here!r} / {there!r}"
            for row, column, here, there in self.cells[:8]
        )
        return (
            f"{self.mart}: {self.rows_here} / {self.rows_there} rows,"
            f" {len(self.cells)} cells differ\n{some}"
        )


def mart_keys() -> dict[str, list[str]]:
    """Mart -> the columns of its primary key; every mart is named."""
    keys: dict[str, list[str]] = {}
    for path in sorted((PROJECT_DIR / "models" / "marts").rglob("*.yml")):
        content = yaml.safe_load(path.read_text(encoding="utf-8")) or {}
        for model in content.get("models", []):
            keys[model["name"]] = key_of(model)
    return keys


def key_of(model: Mapping[str, Any]) -> list[str]:
    """The columns that the model's data tests call unique."""
    for test in model.get("data_tests", []):
        if isinstance(test, Mapping) and "unique_together" in test:
            return list(test["unique_together"]["arguments"]["columns"])
    for column in model.get("columns", []):
        if "unique" in column.get("data_tests", []):
            return [column["name"]]
    return []


def read_marts(ask: Ask, schema: str = MARTS) -> dict[str, Table]:
    """All marts of a warehouse; `ask` gives columns and rows of a statement."""
    return {
        name: Table(*ask(f"select * from {schema}.{name}"))
        for name in mart_keys()
    }


def plain(value: Any) -> Any:
    """A value in the spelling that all engines' drivers share."""
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    if isinstance(value, datetime.datetime) and value.tzinfo:
        return value.astimezone(datetime.timezone.utc).replace(tzinfo=None)
    return value


def same(here: Any, there: Any) -> bool:
    """Whether two values are alike, floats nearly."""
    here, there = plain(here), plain(there)
    numbers = (int, float)
    is_flag = isinstance(here, bool) or isinstance(there, bool)
    if isinstance(here, numbers) and isinstance(there, numbers) and not is_flag:
        if math.isnan(here) or math.isnan(there):
            return math.isnan(here) and math.isnan(there)
        return math.isclose(
            here, there, rel_tol=TOLERANCE, abs_tol=TOLERANCE
        )
    return type(here) is type(there) and here == there


def sortable(row: Sequence[Any]) -> list[tuple[bool, str]]:
    """A row that sorts whatever is in it; nulls last."""
    return [
        (value is None, str(round(value, 6) if isinstance(value, float) else value))
        for value in map(plain, row)
    ]


def keyed(table: Table, key: Sequence[str]) -> dict[Any, tuple[Any, ...]]:
    """Key, or place in the sorted table -> row."""
    rows = sorted(table.rows, key=sortable)
    if not key:
        return dict(enumerate(rows))
    places = [table.columns.index(name) for name in key]
    found = {tuple(plain(row[place]) for place in places): row for row in rows}
    assert len(found) == len(rows), f"the key {key} is not unique"
    return found


def difference(
    mart: str, here: Table, there: Table, key: Sequence[str]
) -> Difference | None:
    """What is not the same in a mart; null when all is."""
    result = Difference(mart, len(here.rows), len(there.rows))
    if here.columns != there.columns:
        result.cells.append(("columns", "(all)", here.columns, there.columns))
        return result
    rows_here, rows_there = keyed(here, key), keyed(there, key)
    for name in {**rows_here, **rows_there}:
        first, second = rows_here.get(name), rows_there.get(name)
        if first is None or second is None:
            result.cells.append((name, "(row)", first, second))
            continue
        result.cells += [
            (name, column, one, other)
            for column, one, other in zip(here.columns, first, second)
            if not same(one, other)
        ]
    return result if result.cells else None


def differences(
    here: Mapping[str, Table], there: Mapping[str, Table]
) -> list[Difference]:
    """The marts that are not the same in both warehouses."""
    keys = mart_keys()
    assert set(here) == set(there) == set(keys)
    found = (difference(mart, here[mart], there[mart], keys[mart]) for mart in keys)
    return [one for one in found if one is not None]


def marts_of(project: Project) -> dict[str, Table]:
    """All marts of a project, on its engine."""
    return read_marts(project.ask)


def marts_of_duckdb(project: Project, world: Path) -> dict[str, Table]:
    """What DuckDB makes of a raw folder, which the other engines must equal."""
    project.reset()
    project.load(world)
    project.build()
    return marts_of(project)

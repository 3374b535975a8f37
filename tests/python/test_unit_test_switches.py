"""Unit tests rest where a company lacks the optional rows that they hold.

They run in the company's `dbt build`, and dbt refuses rows with columns that
the raw table does not have. It takes them where the rows are SQL: such a test
rests only if its answer hangs on the column, which is not judged here.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from marts import PROJECT_DIR

STAGING = PROJECT_DIR / "models" / "staging"
SOURCE = re.compile(r"source\('(\w+)', '(\w+)'\)")
# The plain loader stumbles over a question mark within a row, dbt's does not.
LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def read_yaml(path: Path) -> dict[str, Any]:
    """The content of one YAML file."""
    return yaml.load(path.read_text(encoding="utf-8"), Loader=LOADER)


def is_optional(entry: dict[str, Any]) -> bool:
    """True for a raw table or column of which the YAML says what is lost."""
    return "lost_without" in entry.get("config", {}).get("meta", {})


def optional_parts() -> tuple[set[tuple[str, str]], dict[tuple, set[str]]]:
    """The optional raw tables, and raw table -> its optional columns."""
    tables, columns = set(), {}
    for path in STAGING.rglob("*__sources.yml"):
        for source in read_yaml(path)["sources"]:
            for table in source["tables"]:
                key = source["name"], table["name"]
                if is_optional(table):
                    tables.add(key)
                columns[key] = {
                    column["name"]
                    for column in table["columns"] if is_optional(column)
                }
    return tables, columns


def named_columns(rows: str | list[dict[str, Any]]) -> set[str]:
    """The columns that given rows hold; none where they are SQL."""
    if isinstance(rows, str):
        return set()
    return {name for row in rows for name in row}


@pytest.mark.parametrize(
    "path", sorted(STAGING.rglob("*__unit_tests.yml")), ids=lambda path: path.stem
)
def test_a_unit_test_rests_where_its_rows_could_not_be_stored(
    path: Path,
) -> None:
    tables, columns = optional_parts()
    awake = []
    for test in read_yaml(path)["unit_tests"]:
        condition = str(test.get("config", {}).get("enabled", ""))
        for given in test["given"]:
            found = SOURCE.fullmatch(given["input"])
            if not found:
                continue
            key = found.groups()
            if key in tables and "absent_tables" not in condition:
                awake.append(f"{test['name']}: {key[1]}")
            held = columns[key] & named_columns(given["rows"])
            if held and "absent_columns" not in condition:
                awake.append(f"{test['name']}: {', '.join(sorted(held))}")
    assert awake == []


def test_the_name_of_a_unit_test_fits_into_every_engine() -> None:
    """It becomes the name of a table, and PostgreSQL refuses one over 63."""
    too_long = [
        test["name"]
        for path in (PROJECT_DIR / "models").rglob("*unit_tests.yml")
        for test in read_yaml(path)["unit_tests"]
        if len(test["name"]) > 63
    ]
    assert not too_long

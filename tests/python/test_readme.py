"""The README's "Connect your systems" says what the sources YAML says."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml
from marts import PROJECT_DIR

SOURCE_FILES = sorted(
    (PROJECT_DIR / "models" / "staging").glob("*/_*__sources.yml")
)
NAME = re.compile(r"`(\w+)`")


def sources(path: Path) -> list[dict]:
    """The tables of one tool, as its YAML lists them."""
    listed = yaml.safe_load(path.read_text(encoding="utf-8"))["sources"]
    return [table for source in listed for table in source["tables"]]


def is_optional(entry: dict) -> bool:
    """Whether the project builds without this table or column."""
    meta = entry.get("meta") or (entry.get("config") or {}).get("meta") or {}
    return bool(meta.get("lost_without"))


def section(tool: str) -> str:
    """The README's part on one tool."""
    text = (PROJECT_DIR / "README.md").read_text(encoding="utf-8")
    for part in re.split(r"(?m)^#{2,4} ", text):
        if f"{tool}_schema:" in part:
            return part
    raise AssertionError(f"the README has no section on {tool}")


def table_rows(text: str) -> list[list[str]]:
    """The cells of the section's table, one list per raw table."""
    rows = [
        [cell.strip() for cell in line.strip("|").split("|")]
        for line in text.splitlines()
        if line.startswith("| `")
    ]
    return [row for row in rows if len(row) == 4]


@pytest.fixture(params=SOURCE_FILES, ids=lambda path: path.parent.name)
def source_file(request: pytest.FixtureRequest) -> Path:
    """Each tool's sources YAML in turn."""
    return request.param


def row_of(table: dict, rows: list[list[str]]) -> list[str]:
    """The README's row on one table: the one with most of its columns."""
    named = [row for row in rows if table["name"] in NAME.findall(row[0])]
    named = named or [
        row for row in rows
        if table.get("identifier") in NAME.findall(row[0])
    ]
    assert named, f"no row on the table {table['name']}"
    columns = {column["name"] for column in table.get("columns", [])}
    return max(
        named, key=lambda row: len(columns & set(NAME.findall(row[1] + row[2])))
    )


def test_every_table_and_column_that_is_read_is_named(
    source_file: Path
) -> None:
    rows = table_rows(section(source_file.parent.name))
    for table in sources(source_file):
        row = row_of(table, rows)
        required = {
            column["name"] for column in table["columns"]
            if not is_optional(column)
        }
        optional = {
            column["name"] for column in table["columns"] if is_optional(column)
        }
        assert required <= set(NAME.findall(row[1])), table["name"]
        assert optional <= set(NAME.findall(row[2])), table["name"]
        if is_optional(table) or optional:
            assert row[3], f"{table['name']}: what is lost without?"
        if is_optional(table):
            assert "table" in row[2], table["name"]


def test_nothing_is_named_that_is_not_read(source_file: Path) -> None:
    tables = sources(source_file)
    for row in table_rows(section(source_file.parent.name)):
        of_row = [
            table for table in tables
            if {table["name"], table.get("identifier")}
            & set(NAME.findall(row[0]))
        ]
        assert of_row, f"{row[0]} is no raw table"
        known = {
            column["name"] for table in of_row for column in table["columns"]
        }
        named = set(NAME.findall(row[1] + row[2]))
        assert named <= known, f"{row[0]}: {sorted(named - known)}"


def test_every_section_has_a_vars_block_that_is_yaml(source_file: Path) -> None:
    tool = source_file.parent.name
    (block,) = re.findall(r"```yaml\n(.*?)```", section(tool), re.DOTALL)
    pasted = yaml.safe_load(block)["vars"]
    known = yaml.safe_load(
        (PROJECT_DIR / "dbt_project.yml").read_text(encoding="utf-8")
    )["vars"]
    assert pasted.keys() <= known.keys()
    assert any(tool in value for name, value in pasted.items()
               if name.endswith("_sources"))

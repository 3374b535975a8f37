"""Unit tests pin the defaults they rest on; what they pin is the default.

Pinned, so that they hold where a company has changed its vars (`scripts/test`
runs them with other settings); equal, so that they still test what is shipped.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml
from marts import PROJECT_DIR

FILES = [
    path
    for path in sorted((PROJECT_DIR / "models").rglob("*unit_tests.yml"))
    if "_defaults\n" in path.read_text(encoding="utf-8")
]


def pinned_defaults(path: Path) -> dict[str, Any]:
    """The vars below the file's anchor `&<tool>_defaults`."""
    lines = path.read_text(encoding="utf-8").splitlines()
    (start,) = [
        number for number, line in enumerate(lines)
        if line.strip().startswith("vars: &") and line.endswith("_defaults")
    ]
    margin = len(lines[start]) - len(lines[start].lstrip())
    block = []
    for line in lines[start + 1:]:
        if len(line) - len(line.lstrip()) <= margin:
            break
        block.append(line)
    return yaml.safe_load("\n".join(block))


def in_one_line(value: Any) -> Any:
    """SQL in a var may be broken into lines."""
    return " ".join(value.split()) if isinstance(value, str) else value


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_pinned_vars_are_those_of_the_project(path: Path) -> None:
    text = (PROJECT_DIR / "dbt_project.yml").read_text(encoding="utf-8")
    shipped = yaml.safe_load(text)["vars"]
    pinned = pinned_defaults(path)
    assert {name: in_one_line(value) for name, value in pinned.items()} == {
        name: in_one_line(shipped[name]) for name in pinned
    }


def test_there_are_such_files() -> None:
    assert len(FILES) >= 10

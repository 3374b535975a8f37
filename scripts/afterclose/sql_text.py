"""Small pieces of SQL and of engines' messages."""

from __future__ import annotations


def quoted(*names: str) -> str:
    """Names as one quoted SQL identifier: "schema"."table"."""
    return ".".join('"' + name.replace('"', '""') + '"' for name in names)


def text_literal(value: object) -> str:
    """A value as a quoted SQL string."""
    return "'" + str(value).replace("'", "''") + "'"


def first_line(problem: BaseException) -> str:
    """The first line of an engine's message, without its class name."""
    line = str(problem).strip().splitlines()[0] if str(problem) else "unknown"
    head, separator, rest = line.partition(" Error: ")
    return rest if separator and len(head) < 30 else line

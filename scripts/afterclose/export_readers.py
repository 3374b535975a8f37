"""Read export files with DuckDB: what columns a file has, and its rows.

Types are kept as the file has them. Where a format has none (CSV) or few
(JSON), a column only gets a type that gives every value back unchanged, so an
id never loses a leading zero or a digit; everything else stays text.
"""

from __future__ import annotations

import csv
import gzip
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TextIO

import duckdb

from afterclose.export_files import ExportError, ExportFile, safe_names
from afterclose.sql_text import first_line, quoted, text_literal

TEXT = "VARCHAR"
# Kinds of whole numbers, all stored as BIGINT. Up to 15 digits a double holds
# them too; those that are never negative go together with UBIGINT.
WHOLE = "WHOLE"
SIGNED = "SIGNED"
LARGE = "LARGE"

# What pages of an API response carry beside the rows themselves.
PAGING_KEYS = {"meta", "links", "_links", "pages", "page", "paging",
               "pagination"}

# What an OTLP document holds: one list, but of services, not of rows.
DOCUMENT_KEYS = {"resourceSpans", "resourceLogs", "resourceMetrics"}

DELIMITERS = ",\t;|"
JSON_OPTIONS = "maximum_object_size = 67108864"

SMALL_INTEGERS = ["TINYINT", "UTINYINT", "SMALLINT", "USMALLINT", "INTEGER",
                  "UINTEGER", WHOLE, SIGNED]
INTEGERS = [*SMALL_INTEGERS, LARGE, "BIGINT"]
NEVER_NEGATIVE = [WHOLE, LARGE, "UBIGINT"]
REALS = ["FLOAT", "DOUBLE"]


@dataclass(frozen=True)
class Reading:
    """One file, ready to be read: its columns and where its rows come from.

    `source` is SQL after `from`; `columns` maps original names to types, null
    where the file holds no value.
    """

    source: str
    columns: dict[str, str | None]
    is_text: bool


def unified(first: str | None, second: str | None) -> str | None:
    """The type that holds the values of both without changing one."""
    if first is None or second is None or first == second:
        return first or second
    both = {first, second}
    if both == {SIGNED, LARGE}:
        return "BIGINT"
    for ladder in (NEVER_NEGATIVE, INTEGERS):
        if both <= set(ladder):
            return max(both, key=ladder.index)
    if both <= {*SMALL_INTEGERS, *REALS}:
        return "DOUBLE"
    if both == {"DATE", "TIMESTAMP"}:
        return "TIMESTAMP"
    return TEXT


def stored_type(type_name: str | None) -> str:
    """The column type in the warehouse."""
    if type_name is None:
        return TEXT
    return "BIGINT" if type_name in (WHOLE, SIGNED, LARGE) else type_name


def open_reading(
    reader: duckdb.DuckDBPyConnection, file: ExportFile, scratch: Path
) -> Reading:
    """Look at one file. Raises ExportError with the file and, if known, line.

    `scratch` is a folder for the few files that have to be rewritten first.
    """
    openers = {
        "parquet": open_parquet,
        "csv": open_csv,
        "json": open_json,
        "json_lines": open_json,
    }
    try:
        if file.path.stat().st_size == 0:
            raise ExportError(f"{file.path} is empty")
        return openers[file.format](reader, file.path, scratch)
    except (duckdb.Error, OSError, EOFError, UnicodeDecodeError) as problem:
        raise unreadable(file, problem) from None


def unreadable(file: ExportFile, problem: BaseException) -> ExportError:
    """The sentence for a file that could not be read to its end."""
    line = None
    if file.format == "csv":
        line = bad_csv_line(file.path)
    elif file.format == "json_lines":
        line = bad_json_line(file.path)
    where = f"{file.path}, line {line}" if line else str(file.path)
    is_other_text = isinstance(problem, UnicodeDecodeError)
    if is_other_text or "Invalid unicode" in str(problem):
        return ExportError(f"{where} is not UTF-8 text; convert it first")
    reason = first_line(problem).replace(str(file.path), "the file")
    return ExportError(f"{where} cannot be read: {reason}")


def open_text(path: Path) -> TextIO:
    """A text file for reading, .gz or not, a byte-order mark left out."""
    if path.suffix.lower() == ".gz":
        return gzip.open(path, "rt", encoding="utf-8-sig", newline="")
    return path.open(encoding="utf-8-sig", newline="")


# ------------------------------------------------------------------- parquet


def open_parquet(
    reader: duckdb.DuckDBPyConnection, path: Path, scratch: Path
) -> Reading:
    """Typed columns; structs, lists and maps will be written as JSON text."""
    source = f"read_parquet({text_literal(path)})"
    described = reader.execute(f"describe select * from {source}").fetchall()
    columns = {row[0]: row[1] for row in described}
    nested = [name for name, kind in columns.items() if is_nested(kind)]
    if nested:
        replaced = ", ".join(
            f"to_json({quoted(name)}) as {quoted(name)}" for name in nested
        )
        source = f"(select * replace ({replaced}) from {source})"
    plain = {
        name: TEXT if name in nested or kind.startswith("ENUM") else kind
        for name, kind in columns.items()
    }
    return Reading(source, dict(plain), is_text=False)


def is_nested(type_name: str) -> bool:
    """True for structs, maps, lists and JSON."""
    return type_name.startswith(("STRUCT", "MAP", "UNION", "JSON")) or (
        type_name.endswith("]")
    )


# ----------------------------------------------------------------------- csv


def open_csv(
    reader: duckdb.DuckDBPyConnection, path: Path, scratch: Path
) -> Reading:
    """All text first; then each column's narrowest type that loses nothing."""
    with open_text(path) as lines:
        head = lines.readline()
        delimiter = max(DELIMITERS, key=head.count)
        lines.seek(0)
        names = next(csv.reader(lines, delimiter=delimiter), [])
    if not names:
        raise ExportError(f"{path} does not begin with a line of column names")
    if len(set(names)) < len(names):
        twice = next(name for name in names if names.count(name) > 1)
        raise ExportError(f"{path}, line 1: the column '{twice}' stands twice")
    safe_names(names, f"{path}, line 1")
    typed = ", ".join(f"{text_literal(name)}: 'VARCHAR'" for name in names)
    source = (
        f"read_csv({text_literal(path)}, columns = {{{typed}}},"
        f" auto_detect = false, header = true, strict_mode = true,"
        f" delim = {text_literal(delimiter)}, quote = '\"', escape = '\"')"
    )
    tests = ", ".join(csv_type_tests(quoted(name)) for name in names)
    found = reader.execute(f"select {tests} from {source}").fetchone()
    return Reading(source, dict(zip(names, found or ())), is_text=True)


def csv_type_tests(column: str) -> str:
    """SQL for the type of one text column; null when it has no value."""
    day = "[0-9]{4}-[0-9]{2}-[0-9]{2}"
    clock = "[0-9]{2}:[0-9]{2}(:[0-9]{2}([.][0-9]{1,6})?)?"
    signed = matches(column, "0|-?[1-9][0-9]{0,14}")
    tests = {
        WHOLE: matches(column, "0|[1-9][0-9]{0,14}"),
        SIGNED: signed,
        LARGE: f"left({column}, 1) <> '-' and {comes_back(column, 'bigint')}",
        "BIGINT": comes_back(column, "bigint"),
        "UBIGINT": comes_back(column, "ubigint"),
        # Digits only: 'nan' and 'inf' come back too, but are words.
        "DOUBLE": f"{matches(column, '[-+.e0-9]+')}"
        f" and ({signed} or {comes_back(column, 'double')})",
        "BOOLEAN": f"lower({column}) in ('true', 'false')",
        "DATE": f"{matches(column, day)}"
        f" and try_cast({column} as date) is not null",
        "TIMESTAMP": f"{matches(column, day + '[ T]' + clock)}"
        f" and try_cast({column} as timestamp) is not null",
    }
    # Counted, because an aggregate over "unknown" would pass for true.
    branches = " ".join(
        f"when count(case when {test} then 1 end) = count({column})"
        f" then '{type_name}'"
        for type_name, test in tests.items()
    )
    return (
        f"case when count({column}) = 0 then null {branches}"
        f" else '{TEXT}' end"
    )


def matches(column: str, pattern: str) -> str:
    """SQL: the whole value fits the pattern."""
    return f"regexp_full_match({column}, '{pattern}')"


def comes_back(column: str, type_name: str) -> str:
    """SQL: the value is the same text after a trip through the type."""
    return (
        f"try_cast(try_cast({column} as {type_name}) as varchar) = {column}"
    )


def bad_csv_line(path: Path) -> int | None:
    """The last line of the first row whose field count is not the header's."""
    try:
        with open_text(path) as lines:
            delimiter = max(DELIMITERS, key=lines.readline().count)
            lines.seek(0)
            rows = csv.reader(lines, delimiter=delimiter, strict=True)
            width = len(next(rows))
            for row in rows:
                if row and len(row) != width:
                    return rows.line_num
    except (csv.Error, UnicodeDecodeError, OSError, EOFError, StopIteration):
        return None
    return None


# ---------------------------------------------------------------------- json


def open_json(
    reader: duckdb.DuckDBPyConnection, path: Path, scratch: Path
) -> Reading:
    """Every key of the objects is a column; nested values stay JSON text."""
    layout, where = json_layout(path, scratch)
    options = f"format = '{layout}', {JSON_OPTIONS}"
    objects = f"read_json_objects({text_literal(where)}, {options})"
    odd = reader.execute(
        f"select json_type(json) from {objects} as objects(json)"
        " where json_type(json) <> 'OBJECT' limit 1"
    ).fetchone()
    if odd:
        raise ExportError(
            f"{path} holds a row that is not an object but {odd[0]}"
        )
    columns = json_columns(reader, objects)
    typed = ", ".join(
        f"{text_literal(name)}: '{stored_type(kind)}'"
        for name, kind in columns.items()
    )
    source = (
        f"read_json({text_literal(where)}, columns = {{{typed}}}, {options})"
    )
    return Reading(source, columns, is_text=True)


def json_columns(
    reader: duckdb.DuckDBPyConnection, objects: str
) -> dict[str, str | None]:
    """Key -> type over all rows, keys in the order they first appear."""
    found = reader.execute(f"""
        select
            pairs.key,
            case
                when pairs.type = 'NULL' then null
                when pairs.type = 'BOOLEAN' then 'BOOLEAN'
                when pairs.type in ('BIGINT', 'UBIGINT') then case
                    when starts_with(pairs.atom, '-') then case
                        when length(pairs.atom) <= 16 then '{SIGNED}'
                        else 'BIGINT'
                    end
                    when length(pairs.atom) <= 15 then '{WHOLE}'
                    when try_cast(pairs.atom as bigint) is not null
                        then '{LARGE}'
                    else 'UBIGINT'
                end
                -- Digits beyond 64 bits: text, or they would be rounded.
                when pairs.type = 'DOUBLE' and not
                    regexp_full_match(cast(pairs.atom as varchar), '-?[0-9]+')
                    then 'DOUBLE'
                else '{TEXT}'
            end as kind,
            min(pairs.id) as position
        from {objects} as objects(json), json_each(objects.json) as pairs
        group by 1, 2
        order by 3, 1
    """).fetchall()
    columns: dict[str, str | None] = {}
    for key, kind, _ in found:
        columns[key] = unified(columns.get(key), kind)
    return columns


def json_layout(path: Path, scratch: Path) -> tuple[str, Path]:
    """How the rows are laid out, and the file to read them from."""
    with open_text(path) as lines:
        first = lines.readline()
        while first and not first.strip():
            first = lines.readline()
        if first.lstrip().startswith("["):
            return "array", path
        try:
            json.loads(first)
        except ValueError:
            return split_document(path, scratch)
        for further in lines:
            if further.strip():
                return "newline_delimited", path
    return split_document(path, scratch)


def split_document(path: Path, scratch: Path) -> tuple[str, Path]:
    """Rewrite one JSON object as a row per line; it has to fit in memory."""
    with open_text(path) as lines:
        text = lines.read()
    try:
        document = json.loads(text)
    except ValueError as problem:
        # Pretty-printed objects, one after the other.
        if "Extra data" in str(problem):
            return "unstructured", path
        raise ExportError(
            f"{path}, line {getattr(problem, 'lineno', '?')} is not JSON: "
            f"{getattr(problem, 'msg', problem)}"
        ) from None
    rewritten = scratch / f"{len(list(scratch.iterdir()))}.jsonl"
    with rewritten.open("w", encoding="utf-8") as out:
        for row in rows_of(document):
            out.write(json.dumps(row, ensure_ascii=False) + "\n")
    return "newline_delimited", rewritten


def rows_of(document: Any) -> Iterable[Any]:
    """The rows of one object: its only list of objects, or itself.

    {"tickets": [{...}], "count": 2} is a page of rows. An object that has an
    id, an OTLP document, or anything else of substance, is a row.
    """
    if not isinstance(document, Mapping) or "id" in document:
        return [document]
    if DOCUMENT_KEYS & document.keys():
        return [document]
    lists = [
        key
        for key, value in document.items()
        if isinstance(value, list)
        and value
        and all(isinstance(entry, Mapping) for entry in value)
    ]
    others = [
        key
        for key, value in document.items()
        if key not in lists
        and isinstance(value, (list, Mapping))
        and value
        and key not in PAGING_KEYS
    ]
    return document[lists[0]] if len(lists) == 1 and not others else [document]


def bad_json_line(path: Path) -> int | None:
    """The first line that is not JSON."""
    try:
        with open_text(path) as lines:
            for number, line in enumerate(lines, start=1):
                if line.strip():
                    try:
                        json.loads(line)
                    except ValueError:
                        return number
    except (UnicodeDecodeError, OSError, EOFError):
        return None
    return None

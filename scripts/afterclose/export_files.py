"""Which files of a folder make which raw table, and what to call things."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

FORMATS = {
    ".parquet": "parquet",
    ".csv": "csv",
    ".tsv": "csv",
    ".json": "json",
    ".jsonl": "json_lines",
    ".ndjson": "json_lines",
}

# A simulated world keeps its answers and its parameters beside the raw tables.
IGNORED_NAMES = {"truth", "simulation.json"}

# part-00000-<uuid>.snappy, 0001, chunk_7: a piece of the table that its folder
# is named after.
PART_OF_FOLDER = re.compile(r"(?i)((part|chunk|data|file)[-_.]?)?\d+([-_.].*)?")
# ticket.0001: a piece of the table that the file is named after.
PART_OF_TABLE = re.compile(r"(.+?)\.(?:part[-_]?)?\d+")


class ExportError(Exception):
    """What is wrong with an export, as one sentence for the user."""


@dataclass(frozen=True)
class ExportFile:
    """One file to read: where it is and how it is written."""

    path: Path
    format: str


@dataclass(frozen=True)
class RawTable:
    """One raw table to be, and the files that hold its rows."""

    schema: str
    table: str
    files: tuple[ExportFile, ...]

    @property
    def name(self) -> str:
        """schema.table"""
        return f"{self.schema}.{self.table}"


def safe_name(name: str) -> str:
    """A lower-case SQL name: sessionId -> session_id, "Sent at" -> sent_at."""
    words = re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_", name)
    safe = re.sub(r"[^0-9a-z_]+", "_", words.strip().lower())
    safe = safe if safe == words.lower() else re.sub(r"(?<!^)__+", "_", safe)
    safe = safe.rstrip("_") if not name.endswith("_") else safe
    if not safe.strip("_"):
        raise ExportError(f"The name '{name}' has no letter or digit to keep")
    return f"_{safe}" if safe[0].isdigit() else safe


def safe_names(names: Iterable[str], where: str) -> dict[str, str]:
    """Original name -> safe name; two that would become one are an error."""
    mapping: dict[str, str] = {}
    owner: dict[str, str] = {}
    for name in names:
        try:
            safe = safe_name(name)
        except ExportError as problem:
            raise ExportError(f"{where}: {problem}") from None
        if safe in owner:
            raise ExportError(
                f"{where}: the columns '{owner[safe]}' and '{name}' would both "
                f"be called {safe}; rename one of them"
            )
        owner[safe] = name
        mapping[name] = safe
    return mapping


def format_of(path: Path) -> str | None:
    """The format by the file's ending, .gz or not; null for anything else."""
    endings = [ending.lower() for ending in path.suffixes]
    if endings and endings[-1] == ".gz":
        endings.pop()
        # Parquet compresses inside; nobody writes table.parquet.gz.
        return None if endings[-1:] == [".parquet"] else known(endings)
    return known(endings)


def known(endings: list[str]) -> str | None:
    """The format of the last ending."""
    return FORMATS.get(endings[-1]) if endings else None


def stem_of(path: Path) -> str:
    """The file name without .gz and without the format's ending."""
    name = path.name[:-3] if path.name.lower().endswith(".gz") else path.name
    return name.rsplit(".", 1)[0]


def walk(folder: Path) -> Iterator[Path]:
    """All files below a folder in a fixed order, hidden and ignored ones out."""
    for path in sorted(folder.iterdir(), key=lambda entry: entry.name):
        if path.name in IGNORED_NAMES or path.name[0] in "._":
            continue
        if path.is_dir():
            yield from walk(path)
        else:
            yield path


def place_of(path: Path, root: Path) -> tuple[str, str]:
    """(schema, table) of a file, both as they are called on disk."""
    stem = stem_of(path)
    folder = path.parent
    if PART_OF_FOLDER.fullmatch(stem) and folder != root:
        # table/part-0001: the folder is the table, its parent the schema.
        return folder.parent.resolve().name, folder.name
    part = PART_OF_TABLE.fullmatch(stem)
    return folder.resolve().name, part.group(1) if part else stem


def find_raw_tables(
    root: Path, schema: str | None = None, table: str | None = None
) -> tuple[list[RawTable], list[Path]]:
    """The raw tables below a folder (or of one file), and the files left out.

    `schema` and `table` win over the names on disk. Raises ExportError when
    there is nothing to load or two formats would make one table.
    """
    if not root.exists():
        raise ExportError(f"There is no folder or file {root}")
    paths = list(walk(root)) if root.is_dir() else [root]
    grouped: dict[tuple[str, str], list[ExportFile]] = {}
    skipped = []
    for path in paths:
        file_format = format_of(path)
        if file_format is None:
            skipped.append(path)
            continue
        on_disk = place_of(path, root if root.is_dir() else root.parent)
        key = safe_name(schema or on_disk[0]), safe_name(table or on_disk[1])
        grouped.setdefault(key, []).append(ExportFile(path, file_format))
    if not grouped:
        raise ExportError(
            f"Nothing to load in {root}: no file ends in "
            + ", ".join(FORMATS)
            + " (.gz allowed for text)"
        )
    raw_tables = [
        RawTable(*key, tuple(files)) for key, files in sorted(grouped.items())
    ]
    for raw_table in raw_tables:
        check_is_one_table(raw_table, is_named=table is not None)
    return raw_tables, skipped


def check_is_one_table(raw_table: RawTable, is_named: bool) -> None:
    """Files of one table must be its parts, not two exports of it."""
    if len(raw_table.files) == 1 or is_named:
        return
    whole = [
        file.path
        for file in raw_table.files
        if not PART_OF_FOLDER.fullmatch(stem_of(file.path))
        and not PART_OF_TABLE.fullmatch(stem_of(file.path))
    ]
    formats = {file.format for file in raw_table.files}
    if whole or len(formats) > 1:
        names = ", ".join(str(file.path) for file in raw_table.files[:4])
        raise ExportError(
            f"Several files would all be the table {raw_table.name}: {names}. "
            "Keep one, or name them as parts: "
            f"{raw_table.table}.0001.csv, {raw_table.table}.0002.csv"
        )

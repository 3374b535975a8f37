"""The second pass over the truth, once it is known how far the data reaches.

Works row group by row group, so its memory does not grow with the world.
"""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from .plan import HOUR
from .tables import TableWriter
from .times import MICROSECONDS
from .truth import CONVERSATIONS, INSTRUCTIONS, WINDOWS

SECOND = MICROSECONDS


def finish_conversations(draft: Path, final: Path, as_of: int | None) -> int:
    """Write the final conversations; return how many there are.

    ``as_of`` is how far traces and tickets both reach, in seconds.
    """
    writer = TableWriter(final, CONVERSATIONS)
    for rows in _row_groups(draft):
        writer.write([_finished(row, as_of or 0) for row in rows])
    return writer.close()


def _finished(row: dict, as_of: int) -> tuple:
    """Return the final values of one drafted conversation."""
    eligible = row["is_eligible"]
    closed_at = _seconds(row["closed_at"])
    if closed_at is None and row["ticket_id"] is None:
        last = row["last_message_at"]
        if row["has_next_in_thread"] or last + 24 * HOUR < as_of:
            closed_at = last
    resolved_at = None
    if closed_at is not None:
        resolved_at = row["last_answer_at"] or closed_at
        row["closed_at"] = closed_at * SECOND
        row["resolved_at"] = resolved_at * SECOND
        if eligible:
            row["is_deflected"] = not (
                row["has_human_message"] or row["is_handed_to_human"]
            )
    else:
        row["closed_at"] = None
    row["opened_at"] = _seconds(row["opened_at"]) * SECOND
    handed = _seconds(row["handed_to_human_at"])
    row["handed_to_human_at"] = handed * SECOND if handed else None
    if eligible and resolved_at is not None and row["is_linkable"]:
        for hours in WINDOWS:
            if resolved_at + hours * HOUR <= as_of:
                row[f"recontact_{hours}h"] = _came_back(
                    row["next_same_issue_at"], resolved_at, hours
                )
        if resolved_at + 72 * HOUR <= as_of:
            row["recontact_any_72h"] = _came_back(
                row["next_any_issue_at"], resolved_at, 72
            )
    if eligible:
        row["outcome"] = _outcome(row, resolved_at, as_of)
    return tuple(row[name] for name in CONVERSATIONS.names)


def _came_back(at: int | None, resolved_at: int, hours: int) -> bool:
    return at is not None and resolved_at < at <= resolved_at + hours * HOUR


def _outcome(row: dict, resolved_at: int | None, as_of: int) -> str:
    if resolved_at is None:
        return "open"
    if resolved_at + 72 * HOUR > as_of:
        return "immature"
    if row["recontact_72h"]:
        return "recontacted"
    if row["is_contradicted"] and row["is_linkable"]:
        return "contradicted"
    if row["is_abandoned"]:
        return "abandoned"
    return "confirmed" if row["is_confirmed"] else "other"


def finish_instructions(
    draft: Path, final: Path, newest: int | None, as_of: int | None
) -> int:
    """Write the final instructions; return how many there are.

    ``newest`` is the newest time of the event sources, in seconds;
    ``as_of`` tells which conversations have been silent for long enough.
    """
    writer = TableWriter(final, INSTRUCTIONS)
    for rows in _row_groups(draft):
        for row in rows:
            row["is_mature"] = (
                row["window_ends_at"] <= (newest or 0)
                and row["open_until"] < (as_of or 0)
            )
            for name in ("instructed_at", "followed_at"):
                at = _seconds(row[name])
                row[name] = None if at is None else at * SECOND
        writer.write([
            tuple(row[name] for name in INSTRUCTIONS.names) for row in rows
        ])
    return writer.close()


def _seconds(value: int | None) -> int | None:
    return None if value is None else value // SECOND


def _row_groups(path: Path):
    """Yield each row group as dicts, instants as microseconds."""
    source = pq.ParquetFile(path)
    for place in range(source.num_row_groups):
        table = source.read_row_group(place)
        plain = pa.schema([
            (entry.name, pa.int64())
            if pa.types.is_timestamp(entry.type) else entry
            for entry in table.schema
        ])
        yield table.cast(plain).to_pylist()
    source.close()

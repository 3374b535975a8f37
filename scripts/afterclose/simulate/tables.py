"""Parquet with fixed settings, so that the same rows are the same bytes."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

COMPRESSION_LEVEL = 1
# Columns whose values repeat; long texts gain nothing from a dictionary.
REPEATING = {
    "project_id", "environment", "type", "name", "level", "version",
    "release", "tags", "trace_name", "provided_model_name",
    "model_parameters", "prompt_name", "model_id", "status", "subject",
    "via_channel", "field_name", "value", "role", "locale", "time_zone",
    "city", "os", "properties", "current_url", "intent", "channel",
    "opened_by", "outcome", "reason", "table_name", "carried_by",
    "action_id", "tag", "source", "kind", "data_type", "actor_id",
}


def as_table(rows: list[tuple], schema: pa.Schema) -> pa.Table:
    """Return rows as an Arrow table; instants are microseconds."""
    if not rows:
        return schema.empty_table()
    values = zip(*rows)
    arrays = [
        pa.array(column, type=entry.type)
        for column, entry in zip(values, schema)
    ]
    return pa.Table.from_arrays(arrays, schema=schema)


class TableWriter:
    """One Parquet file, one row group per batch."""

    def __init__(self, path: Path, schema: pa.Schema) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self.schema = schema
        self.row_count = 0
        self._writer = pq.ParquetWriter(
            path, schema, version="2.6", compression="zstd",
            compression_level=COMPRESSION_LEVEL,
            use_dictionary=[
                name for name in schema.names if name in REPEATING
            ] or False,
            write_statistics=[
                name for name in schema.names if name.endswith("_at")
            ] or False,
            store_schema=False,
        )

    def write(self, rows: list[tuple] | pa.Table) -> None:
        """Append one batch; nothing is written for an empty one."""
        table = rows
        if not isinstance(rows, pa.Table):
            table = as_table(rows, self.schema)
        if table.num_rows:
            self.row_count += table.num_rows
            self._writer.write_table(table, row_group_size=table.num_rows)

    def close(self) -> int:
        """Finish the file; return how many rows it holds."""
        self._writer.close()
        return self.row_count

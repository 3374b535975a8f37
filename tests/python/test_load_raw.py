"""scripts/load_raw: types kept, re-runs harmless, errors a person can act on."""

from __future__ import annotations

import csv
import datetime
import gzip
import json
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from conftest import last_json

from afterclose.export_files import ExportError, safe_name, safe_names

LARGEST_ID = 18446744073709551615


def write(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def types_of(query, table: str) -> dict[str, str]:
    schema, name = table.split(".")
    return dict(
        query(
            "select column_name, data_type from information_schema.columns"
            f" where table_schema = '{schema}' and table_name = '{name}'"
        )
    )


# --------------------------------------------------------------------- types


def test_parquet_types_are_kept_and_nested_values_become_json(
    tmp_path, run_script, query
):
    noon = datetime.datetime(2026, 1, 5, 12)
    table = pa.table(
        {
            "id": pa.array([LARGEST_ID], pa.uint64()),
            "at": pa.array([noon], pa.timestamp("us")),
            "at_utc": pa.array([noon], pa.timestamp("us", "UTC")),
            "is_public": pa.array([True]),
            "cost": pa.array([0.1]),
            "tags": pa.array([["a", "b"]]),
            "via": pa.array([{"channel": "web"}]),
            "nothing": pa.array([None], pa.string()),
        }
    )
    (tmp_path / "raw/zendesk").mkdir(parents=True)
    pq.write_table(table, tmp_path / "raw/zendesk/ticket.parquet")
    summary = last_json(run_script("load_raw", tmp_path / "raw", "--json"))
    assert summary["rows"] == 1
    assert types_of(query, "zendesk.ticket") == {
        "id": "UBIGINT",
        "at": "TIMESTAMP",
        "at_utc": "TIMESTAMP WITH TIME ZONE",
        "is_public": "BOOLEAN",
        "cost": "DOUBLE",
        "tags": "VARCHAR",
        "via": "VARCHAR",
        "nothing": "VARCHAR",
    }
    assert query('select id, "at", tags, via from zendesk.ticket') == [
        (LARGEST_ID, noon, '["a","b"]', '{"channel":"web"}')
    ]


def test_clickhouse_maps_and_nested_lists_become_json(
    tmp_path, run_script, query
):
    noon = datetime.datetime(2026, 1, 5, 12)
    words = pa.map_(pa.string(), pa.string())
    table = pa.table(
        {
            "Timestamp": pa.array([noon], pa.timestamp("ns", "UTC")),
            "SpanAttributes": pa.array([[("a.b", 'say "hi"'), ("n", "7")]], words),
            "ResourceAttributes": pa.array([[]], words),
            "Duration": pa.array([LARGEST_ID], pa.uint64()),
            "Events.Timestamp": pa.array(
                [[noon, noon]], pa.list_(pa.timestamp("ns", "UTC"))
            ),
            "Events.Name": pa.array([["first", "second"]]),
            "Events.Attributes": pa.array([[[("k", "v")], []]], pa.list_(words)),
            "Links": pa.array([[{"TraceId": "1"}]]),
        }
    )
    (tmp_path / "raw/otel").mkdir(parents=True)
    pq.write_table(table, tmp_path / "raw/otel/otel_traces.parquet")
    last_json(run_script("load_raw", tmp_path / "raw", "--json"))
    assert query(
        "select span_attributes, resource_attributes, events_timestamp,"
        " events_name, events_attributes, links, duration from otel.otel_traces"
    ) == [(
        '{"a.b":"say \\"hi\\"","n":"7"}',
        "{}",
        '["2026-01-05 12:00:00+00","2026-01-05 12:00:00+00"]',
        '["first","second"]',
        '[{"k":"v"},{}]',
        '[{"TraceId":"1"}]',
        LARGEST_ID,
    )]


def test_csv_columns_get_a_type_only_when_no_value_changes(
    tmp_path, run_script, query
):
    write(
        tmp_path / "raw/crm/users.csv",
        "zip,id,big,actor,version,share,flag,day,at,at_zone,word,none\n"
        "00501,1,18446744073709551615,agent:7,1.10,0.25,TRUE,2026-01-05,"
        "2026-01-05 10:00:00.500,2026-01-05T10:00:00Z,nan,\n"
        "10001,2,3,8,1.2,3,false,2026-01-06,2026-01-06 11:00,"
        "2026-01-06T10:00:00+02:00,inf,\n",
    )
    last_json(run_script("load_raw", tmp_path / "raw", "--json"))
    assert types_of(query, "crm.users") == {
        "zip": "VARCHAR",
        "id": "BIGINT",
        "big": "UBIGINT",
        "actor": "VARCHAR",
        "version": "VARCHAR",
        "share": "DOUBLE",
        "flag": "BOOLEAN",
        "day": "DATE",
        "at": "TIMESTAMP",
        "at_zone": "VARCHAR",
        "word": "VARCHAR",
        "none": "VARCHAR",
    }
    assert query("select zip, version, big from crm.users order by id") == [
        ("00501", "1.10", LARGEST_ID),
        ("10001", "1.2", 3),
    ]


def test_csv_fields_may_hold_commas_quotes_and_line_breaks(
    tmp_path, run_script, query
):
    bodies = ["one, two", 'she said "no"', "first\nsecond\r\nthird", "x" * 50000]
    path = tmp_path / "raw/desk/comment.csv"
    path.parent.mkdir(parents=True)
    with path.open("w", newline="", encoding="utf-8-sig") as out:
        rows = csv.writer(out)
        rows.writerow(["id", "body"])
        rows.writerows(enumerate(bodies))
    last_json(run_script("load_raw", tmp_path / "raw", "--json"))
    assert query("select id, body from desk.comment order by 1") == list(
        enumerate(bodies)
    )


@pytest.mark.parametrize(
    "name, text",
    [
        ("lines.jsonl", '{"id": 1, "to": "007"}\n{"id": 2, "to": "x"}\n'),
        ("list.json", '[{"id": 1, "to": "007"},\n {"id": 2, "to": "x"}]'),
        ("page.json", '{"rows": [{"id": 1, "to": "007"}, '
         '{"id": 2, "to": "x"}], "count": 2, "links": {"next": null}}'),
        ("objects.json", '{"id": 1,\n "to": "007"}\n{"id": 2,\n "to": "x"}'),
    ],
)
def test_json_in_every_layout_gives_the_same_rows(
    tmp_path, run_script, query, name, text
):
    path = write(tmp_path / "raw" / name, text)
    last_json(
        run_script(
            "load_raw", path, "--schema", "desk", "--table", "to", "--json"
        )
    )
    assert query("select id, \"to\" from desk.to order by 1") == [
        (1, "007"),
        (2, "x"),
    ]


def test_json_keeps_digits_text_and_nesting(tmp_path, run_script, query):
    digits = 123456789012345678901234567890
    rows = [
        {"id": LARGEST_ID, "huge": digits, "at": "2026-01-05T10:00:00Z",
         "meta": {"a": [1, 2]}, "mixed": "text", "cost": -1, "ok": True},
        {"id": 5, "huge": 1, "meta": None, "mixed": {"k": 1}, "cost": 0.5},
    ]
    lines = "".join(json.dumps(row) + "\n" for row in rows)
    path = tmp_path / "raw/trace/spans.jsonl.gz"
    path.parent.mkdir(parents=True)
    with gzip.open(path, "wt", encoding="utf-8") as out:
        out.write(lines)
    last_json(run_script("load_raw", tmp_path / "raw", "--json"))
    assert types_of(query, "trace.spans") == {
        "id": "UBIGINT", "huge": "VARCHAR", "at": "VARCHAR",
        "meta": "VARCHAR", "mixed": "VARCHAR", "cost": "DOUBLE",
        "ok": "BOOLEAN",
    }
    assert query("select * exclude (cost) from trace.spans order by id") == [
        (5, "1", None, None, '{"k":1}', None),
        (LARGEST_ID, str(digits), "2026-01-05T10:00:00Z", '{"a":[1,2]}',
         "text", True),
    ]


def test_one_object_with_an_id_is_one_row(tmp_path, run_script, query):
    path = write(
        tmp_path / "raw/desk/ticket.json",
        '{"id": 1, "attachments": [{"name": "a"}], "tags": []}',
    )
    last_json(run_script("load_raw", path, "--json"))
    assert query("select id, attachments, tags from desk.ticket") == [
        (1, '[{"name":"a"}]', "[]")
    ]


@pytest.mark.parametrize("count", [1, 2])
@pytest.mark.parametrize("name", ["traces.json", "traces.jsonl"])
def test_an_otlp_document_is_a_row_however_many_there_are(
    tmp_path, run_script, query, name, count
):
    document = {"resourceSpans": [{"scopeSpans": []}, {"scopeSpans": []}]}
    path = write(
        tmp_path / "raw/otel" / name, (json.dumps(document) + "\n") * count
    )
    last_json(run_script("load_raw", path, "--json"))
    assert query("select resource_spans from otel.traces") == [
        (json.dumps(document["resourceSpans"], separators=(",", ":")),)
    ] * count


# ----------------------------------------------------------- names and parts


def test_parts_of_a_table_go_together_and_a_later_column_is_added(
    tmp_path, run_script, query
):
    raw = tmp_path / "raw"
    write(raw / "desk/ticket/part-0001.csv", "id,name\n1,a\n")
    write(raw / "desk/ticket/part-0002.csv", "id,name,score\n2,b,7\nx,c,8\n")
    write(raw / "desk/note.0001.csv", "id\n1\n")
    write(raw / "desk/note.0002.csv", "id\n2\n")
    summary = last_json(run_script("load_raw", raw, "--json"))
    assert [
        (entry["schema"], entry["table"], entry["files"], entry["rows"])
        for entry in summary["tables"]
    ] == [("desk", "note", 2, 2), ("desk", "ticket", 2, 3)]
    assert query("select * from desk.ticket order by 1") == [
        ("1", "a", None),
        ("2", "b", 7),
        ("x", "c", 8),
    ]


def test_a_single_tools_folder_can_be_named_directly(
    tmp_path, run_script, query
):
    write(tmp_path / "zendesk/ticket.csv", "id\n1\n")
    write(tmp_path / "zendesk/user/part-0.csv", "id\n1\n")
    last_json(run_script("load_raw", tmp_path / "zendesk", "--json"))
    assert query("select count(*) from zendesk.ticket") == [(1,)]
    assert query("select count(*) from zendesk.user") == [(1,)]


def test_names_are_made_safe_and_the_change_is_told(
    tmp_path, run_script, query
):
    write(tmp_path / "raw/My Desk/TicketEvents.csv", "sessionId,Sent at\n1,2\n")
    completed = run_script("load_raw", tmp_path / "raw", "--json")
    renamed = last_json(completed)["tables"][0]["renamed"]
    assert renamed == {"sessionId": "session_id", "Sent at": "sent_at"}
    assert "sessionId -> session_id" in completed.stdout
    assert query("select session_id, sent_at from my_desk.ticket_events")


@pytest.mark.parametrize(
    "name, safe",
    [
        ("sessionId", "session_id"),
        ("HTMLBody", "html_body"),
        ("Sent at", "sent_at"),
        ("_fivetran_id", "_fivetran_id"),
        ("via__channel", "via__channel"),
        ("2fa", "_2fa"),
        ("USER_ID", "user_id"),
    ],
)
def test_a_safe_name_reads_like_the_original(name, safe):
    assert safe_name(name) == safe


def test_two_columns_that_would_be_one_are_refused():
    with pytest.raises(ExportError, match="'userId' and 'user_id'"):
        safe_names(["userId", "user_id"], "users.csv")


def test_the_answers_of_a_simulation_are_not_loaded(tmp_path, run_script):
    write(tmp_path / "raw/zendesk/ticket.csv", "id\n1\n")
    write(tmp_path / "raw/truth/conversations.csv", "id\n1\n")
    write(tmp_path / "raw/simulation.json", "{}")
    write(tmp_path / "raw/zendesk/readme.txt", "hello")
    completed = run_script("load_raw", tmp_path / "raw", "--json")
    tables = last_json(completed)["tables"]
    assert [table["table"] for table in tables] == ["ticket"]
    assert "Left out, not a table" in completed.stdout


# -------------------------------------------------------------------- re-runs


def test_a_second_run_replaces_and_never_doubles(tmp_path, run_script, query):
    path = write(tmp_path / "raw/desk/ticket.csv", "id\n1\n1\n2\n")
    run_script("load_raw", tmp_path / "raw")
    write(path, "id,status\n1,open\n3,new\n")
    last_json(run_script("load_raw", tmp_path / "raw", "--json"))
    assert query("select * from desk.ticket order by 1") == [
        (1, "open"),
        (3, "new"),
    ]
    assert query(
        "select count(*) from information_schema.tables"
        " where table_schema = 'desk'"
    ) == [(1,)]


def test_append_adds_only_rows_that_are_not_there(tmp_path, run_script, query):
    path = write(tmp_path / "raw/desk/ticket.csv", "id,name\n1,a\n1,a\n2,b\n")

    def append() -> int:
        summary = run_script("load_raw", tmp_path / "raw", "--append", "--json")
        return last_json(summary)["rows_added"]

    assert append() == 3
    assert append() == 0
    write(path, "id,name,size\n2,b,\n3,c,7\n")
    assert append() == 1
    assert append() == 0
    write(path, "id,name\nabc,d\n")
    assert append() == 1
    assert query("select * from desk.ticket order by 1, 2") == [
        ("1", "a", None),
        ("1", "a", None),
        ("2", "b", None),
        ("3", "c", 7),
        ("abc", "d", None),
    ]


def test_a_broken_file_leaves_the_table_as_it_was(tmp_path, run_script, query):
    path = write(tmp_path / "raw/desk/ticket.csv", "id,name\n1,a\n")
    run_script("load_raw", tmp_path / "raw")
    write(path, 'id,name\n1,"a\nb"\n2,b,surplus\n')
    completed = run_script("load_raw", tmp_path / "raw")
    assert completed.returncode == 1
    assert "ticket.csv, line 4" in completed.stderr
    assert query("select * from desk.ticket") == [(1, "a")]
    assert query(
        "select count(*) from information_schema.tables"
        " where table_schema = 'desk'"
    ) == [(1,)]


# --------------------------------------------------------------------- errors


@pytest.mark.parametrize(
    "name, text, message",
    [
        ("desk/ticket.jsonl", '{"id": 1}\n{"id": \n', "ticket.jsonl, line 2"),
        ("desk/ticket.json", '{"id": 1,\n\n "a": }', "ticket.json, line 3"),
        ("desk/ticket.parquet", "not parquet", "ticket.parquet cannot be read"),
        ("desk/ticket.csv", "", "ticket.csv is empty"),
        ("desk/ticket.csv", "id,id\n1,2\n", "column 'id' stands twice"),
        ("desk/ticket.csv", "id,ID\n1,2\n", "would both be called id"),
        ("desk/ticket.json", "[]", "has no rows, so no columns are known"),
        ("desk/ticket.json", "[1, 2]", "not an object"),
        ("desk/ticket.json", "", "ticket.json is empty"),
        ("desk/ticket.json", "<html>", "ticket.json, line 1 is not JSON"),
        ("desk/ticket.csv", "\n", "does not begin with a line of column names"),
        ("desk/ticket.csv", "id,--\n1,2\n", "ticket.csv, line 1: The name '--'"),
        ("desk/readme.md", "hello", "Nothing to load"),
        ("afterclose/ticket.csv", "id\n1\n", "belongs to the models"),
    ],
)
def test_a_mistake_is_named_in_one_sentence(
    tmp_path, run_script, name, text, message
):
    write(tmp_path / "raw" / name, text)
    completed = run_script("load_raw", tmp_path / "raw")
    assert completed.returncode == 1
    assert message in completed.stderr
    assert "Traceback" not in completed.stderr + completed.stdout


@pytest.mark.parametrize("name", ["ticket.json", "ticket.csv"])
def test_text_in_another_encoding_is_named(tmp_path, run_script, name):
    path = write(tmp_path / "raw/desk" / name, "")
    path.write_bytes('id,name\n1,Müller\n'.encode("latin-1"))
    completed = run_script("load_raw", tmp_path / "raw")
    assert completed.returncode == 1
    assert "is not UTF-8 text; convert it first" in completed.stderr


def test_a_link_to_nowhere_is_named(tmp_path, run_script):
    path = write(tmp_path / "raw/desk/ticket.csv", "")
    path.unlink()
    path.symlink_to(tmp_path / "gone.csv")
    completed = run_script("load_raw", tmp_path / "raw")
    assert completed.returncode == 1
    assert "ticket.csv cannot be read" in completed.stderr
    assert "Traceback" not in completed.stderr


def test_an_empty_folder_has_nothing_to_load(tmp_path, run_script):
    (tmp_path / "raw/desk").mkdir(parents=True)
    completed = run_script("load_raw", tmp_path / "raw")
    assert completed.returncode == 1
    assert "Nothing to load" in completed.stderr


def test_a_missing_folder_is_named(tmp_path, run_script):
    completed = run_script("load_raw", tmp_path / "nowhere")
    assert completed.returncode == 1
    assert "There is no folder or file" in completed.stderr


def test_two_exports_of_one_table_are_refused(tmp_path, run_script):
    write(tmp_path / "raw/desk/ticket.csv", "id\n1\n")
    write(tmp_path / "raw/desk/ticket.jsonl", '{"id": 1}\n')
    completed = run_script("load_raw", tmp_path / "raw")
    assert completed.returncode == 1
    assert "would all be the table desk.ticket" in completed.stderr


def test_an_unknown_target_lists_those_there_are(tmp_path, run_script):
    write(tmp_path / "raw/desk/ticket.csv", "id\n1\n")
    completed = run_script("load_raw", tmp_path / "raw", "--target", "moon")
    assert completed.returncode == 1
    assert "No target 'moon'" in completed.stderr
    assert "duckdb" in completed.stderr


def test_a_warehouse_in_use_is_said_to_be(
    tmp_path, run_script, warehouse_path
):
    write(tmp_path / "raw/desk/ticket.csv", "id\n1\n")
    with duckdb.connect(str(warehouse_path)):
        completed = run_script("load_raw", tmp_path / "raw")
    assert completed.returncode == 1
    assert "open in another program" in completed.stderr


def test_a_view_of_a_tables_name_is_left_and_named(
    tmp_path, run_script, warehouse_path, query
):
    write(tmp_path / "raw/desk/ticket.csv", "id\n1\n")
    with duckdb.connect(str(warehouse_path)) as connection:
        connection.execute("create schema desk")
        connection.execute("create view desk.ticket as select 7 as id")
    for arguments in ((), ("--append",)):
        completed = run_script("load_raw", tmp_path / "raw", *arguments)
        assert completed.returncode == 1
        assert "desk.ticket is a view" in completed.stderr
        assert completed.stderr.count("\n") == 1
    assert query("select id from desk.ticket") == [(7,)]


def test_a_folder_that_cannot_be_made_is_named(
    tmp_path, run_script, environment
):
    write(tmp_path / "raw/desk/ticket.csv", "id\n1\n")
    environment["AFTERCLOSE_DUCKDB_PATH"] = str(
        tmp_path / "raw/desk/ticket.csv/new/warehouse.duckdb"
    )
    completed = run_script("load_raw", tmp_path / "raw")
    assert completed.returncode == 1
    assert "Target 'duckdb': the folder" in completed.stderr
    assert "cannot be made: Not a directory" in completed.stderr
    assert completed.stderr.count("\n") == 1

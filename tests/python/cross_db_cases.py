"""What every macro of macros/cross_db.sql gives, on every engine.

A Call is a macro with its arguments, which name the columns a, b and c of a
seed or are Calls themselves; under it stand the rows of that seed and what must
come out, as text.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

Row = tuple[tuple[str | None, ...], Any]


@dataclass(frozen=True)
class Call:
    """One way of calling a macro.

    form: 'value' gives one result a row, 'rows' a list of them in any order,
    'aggregate' one for all rows (beside the last of them).
    """

    macro: str
    arguments: tuple[Any, ...]
    rows: tuple[Row, ...]
    form: str = "value"


def call(
    macro: str, arguments: list[Any], rows: list[Row], form: str = "value"
) -> Call:
    """A Call, written with lists."""
    return Call(macro, tuple(arguments), tuple(rows), form)


def one(given: str | None, result: Any) -> Row:
    """A row of which only column a is filled."""
    return (given,), result


LINES = "first line\nsecond: refund\nthird"
CHAT = (
    '[{"role": "user", "content": "one"}, {"role": "assistant", "content": "two"},'
    ' {"type": "human", "content": "three"},'
    ' {"id": ["langchain", "schema", "HumanMessage"], "kwargs": {"content": "4"}}]'
)
OTLP = (
    '[{"key": "a", "value": {"intValue": "7"}},'
    ' {"key": "b", "value": {"arrayValue": {"values": [{"stringValue": "x"},'
    ' {"boolValue": true}]}}},'
    ' {"key": "c", "value": {"kvlistValue": {"values": [{"key": "d", "value":'
    ' {"doubleValue": 1.5}}]}}}]'
)
INDEXED = (
    '{"gen_ai.prompt.10.role": "user", "gen_ai.prompt.10.content": "last",'
    ' "gen_ai.prompt.2.content": "first", "gen_ai.prompt.2.role": "system",'
    ' "other": 1}'
)

# What would break out of SQL, or mean something else in it, if it could.
NASTY_VALUES = (
    "it's", "''", '"', "a\\b", "\\'", "\\", "-- no comment", "/* none */",
    "; drop table x", "{{ no_jinja }}", "{# none #}", "${spark.app.name}", "%s",
    "two\nlines", "näh 🙂", "$$", "",
)

CALLS = [
    call("utc_timestamp", ["a"], [
        one("2026-01-05T10:00:00+02:00", "2026-01-05 08:00:00"),
        one("2026-01-05T10:00:00-0330", "2026-01-05 13:30:00"),
        one("2026-01-05 10:00:00.25Z", "2026-01-05 10:00:00.25"),
        one("2026-01-05 10:00:00 UTC", "2026-01-05 10:00:00"),
        one("2026-01-05 10:00:00", "2026-01-05 10:00:00"),
        one("2026-01-05T10:00", "2026-01-05 10:00:00"),
        one("2026-01-05", "2026-01-05 00:00:00"),
        # An hour that clocks in some zones skip, in none of which we are.
        one("2026-03-08 02:30:00", "2026-03-08 02:30:00"),
        one("yesterday", None),
        one("2026-13-05 10:00:00", None),
        one("", None),
        one(None, None),
    ]),
    call("utc_timestamp", ["cast(a as timestamp)"], [
        one("2026-07-05 10:00:00", "2026-07-05 10:00:00"),
    ]),
    call("local_to_utc", ["a", "America/New_York"], [
        one("2026-01-05 10:00:00", "2026-01-05 15:00:00"),
        one("2026-07-05 10:00:00", "2026-07-05 14:00:00"),
        one("no time", None),
        one(None, None),
    ]),
    call("local_to_utc", ["cast(a as timestamp)", "America/New_York"], [
        one("2026-07-05 10:00:00", "2026-07-05 14:00:00"),
        one(None, None),
    ]),
    call("week_start_date", ["cast(a as timestamp)", "America/New_York"], [
        one("2026-01-05 04:59:59", "2025-12-29"),
        one("2026-01-05 05:00:00", "2026-01-05"),
        one("2026-01-11 23:00:00", "2026-01-05"),
        one(None, None),
    ]),
    call("day_begins_at", ["cast(a as date)", "Europe/Berlin"], [
        one("2026-01-05", "2026-01-04 23:00:00"),
        one("2026-07-06", "2026-07-05 22:00:00"),
    ]),
    call("seconds_between", ["cast(a as timestamp)", "cast(b as timestamp)"], [
        (("2026-01-05 10:00:00", "2026-01-05 10:00:59.5"), 59.5),
        (("2026-01-05 10:59:00", "2026-01-05 11:01:00"), 120.0),
        (("2026-01-05 10:00:00", "2026-01-04 10:00:00"), -86400.0),
        (("2026-03-08 01:00:00", "2026-03-08 04:00:00"), 10800.0),
        ((None, "2026-01-05 10:00:00"), None),
    ]),
    call("json_text", ["a", "key"], [
        one('{"key": "text"}', "text"),
        one('{"key": 1.5}', "1.5"),
        one('{"key": 12345678901234567890}', "12345678901234567890"),
        one('{"key": true}', "true"),
        one('{"key": {"b":[1,"x"]}}', '{"b":[1,"x"]}'),
        one('{"key": "line\\nbreak \\"quoted\\" \\u00e9"}', 'line\nbreak "quoted" é'),
        one('{"key": ""}', ""),
        one('{"key": null}', None),
        one('{"other": 1}', None),
        one("{'key': 1}", None),
        one("not JSON", None),
        one("", None),
        one(None, None),
    ]),
    call("json_text", ["a", ["b", 1, "$c.d e"]], [
        one('{"b": [0, {"$c.d e": "found"}]}', "found"),
        one('{"b": [0]}', None),
        one('{"b": "text"}', None),
    ]),
    call("first_json_text", ["a", ["b", ["c", 0], "$d.e"]], [
        one('{"b": null, "c": ["found", 2]}', "found"),
        one('{"$d.e": 7, "c": []}', "7"),
        one('{"b": "first", "$d.e": "last"}', "first"),
        one('{"other": 1}', None),
        one(None, None),
    ]),
    call("json_text_of_column", ["a", "b"], [
        (('{"plan.name": "pro"}', "plan.name"), "pro"),
        (('{"n": 7}', "n"), "7"),
        (('{"n": 7}', "m"), None),
        (("no", "n"), None),
    ]),
    call("text_matches", ["a", "b"], [
        (("please refund me", r"\brefund\b"), "true"),
        (("refunded", r"\brefund\b"), "false"),
        (("a  b", r"^a\s+b$"), "true"),
        (("first\nsecond", "first.second"), "false"),
        (("first\nsecond", "^second$"), "false"),
        (("first\nsecond", "first[^x]second"), "true"),
        (("x.y", "x[.]y"), "true"),
        (("12345", "^[0-9]{5}$"), "true"),
        (("it's", "it['\u2019]?s"), "true"),
        (("über", r"\bber"), "true"),
        (("no\u00a0break", r"no\sbreak"), "false"),
        ((None, "x"), None),
    ]),
    call("text_replace", ["a", "[0-9]+", "#"], [
        one("call 555 1234", "call # #"),
        one("none", "none"),
        one(None, None),
    ]),
    call("text_replace", ["a", r"^([$]device:)?((none|n\.a|\-1|\(\?\))$)?", ""], [
        one("$device:none", ""),
        one("nonesuch", "nonesuch"),
        one("none\n", "none\n"),
        one("$device:nxa", "nxa"),
        one("n.a", ""),
        one("-1", ""),
        one("(?)", ""),
    ]),
    call("small_letters", ["a"], [
        one("Grüße AUS KÖLN", "grüße aus köln"),
        one("ΑΒΓ", "αβγ"),
        one(None, None),
    ]),
    call("each_match", ["a", "[a-z]+"], [
        one("ab 12 cd", ["ab", "cd"]),
        one("12", []),
        one(None, []),
    ], form="rows"),
    call("median", ["cast(a as decimal(9, 1))"], [
        one("1", None), one("4", None), one("10", None), one("2", 3.0),
    ], form="aggregate"),
    call("json_kind", ["a"], [
        one('{"a": 1}', "object"),
        one(' [1]', "array"),
        one('"x"', "string"),
        one("7", None),
        one("{broken", None),
        one("plain prose", None),
        one(None, None),
    ]),
    call("json_part_texts", ["a"], [
        one('["one", {"type": "text", "text": "two"}, {"type": "image", "text":'
            ' "no"}, {"content": "three"}, {"role": "user", "text": "no"}]',
            "one\ntwo\nthree"),
        one('[{"type": "tool_use"}]', None),
        one("[]", None),
    ]),
    call("first_known", ["a", "b"], [
        ((None, "1"), None), (("later", "3"), None), (("first", "2"), "first"),
    ], form="aggregate"),
    call("each_matching_line", ["a", "b"], [
        ((LINES, "refund"), ["2"]),
        ((LINES, "^(first|third)"), ["1", "3"]),
        ((LINES, "d$"), ["2", "3"]),
        ((LINES, "nothing"), []),
        ((None, "x"), []),
    ], form="rows"),
    call("nanoseconds_to_timestamp", ["a"], [
        one("1767607200123456789", "2026-01-05 10:00:00.123456"),
        one("0", None),
        one("soon", None),
        one(None, None),
    ]),
    call("plus_nanoseconds", ["cast(a as timestamp)", "cast(b as bigint)"], [
        (("2026-01-05 10:00:00", "1500000000"), "2026-01-05 10:00:01.5"),
        (("2026-01-05 10:00:00", "1999"), "2026-01-05 10:00:00.000001"),
        (("2026-01-05 10:00:00", None), None),
    ]),
    call("each_json_element", ["a"], [
        one('["x", 1.5, {"b": null}]', ['"x"', "1.5", '{"b":null}']),
        one('{"a": 1}', []),
        one("no", []),
        one(None, []),
    ], form="rows"),
    call("each_numbered_json_element", ["a"], [
        one('["x", {"b": 2}]', ['[0,"x"]', '[1,{"b":2}]']),
        one("[]", []),
        one("no", []),
    ], form="rows"),
    call("each_json_entry", ["a"], [
        one('{"a": 1, "b.c": "x", "q\\"d": [true]}',
            ['["a",1]', '["b.c","x"]', '["q\\"d",[true]]']),
        one("[1]", []),
        one(None, []),
    ], form="rows"),
    call("json_zipped", [{"name": "a", "at": "b"}], [
        (('["x", "y"]', "[1, 2]"), '[{"name":"x","at":1},{"name":"y","at":2}]'),
        ((None, None), None),
    ]),
    call("otlp_value", ["a"], [
        one('{"intValue": "7"}', '"7"'),
        one('{"arrayValue": {"values": [{"stringValue": "x"}]}}', '["x"]'),
        one('{"kvlistValue": {"values": [{"key": "k", "value": {"boolValue": true}}]}}',
            '{"k":true}'),
        one("no", None),
    ]),
    call("otlp_attributes", ["a"], [
        one(OTLP, '{"a":"7","b":["x",true],"c":{"d":1.5}}'),
        one("{}", None),
        one(None, None),
    ]),
    call("json_indexed_messages", ["a", "gen_ai.prompt", "user"], [
        one(INDEXED,
            '[{"role":"system","content":"first"},{"role":"user","content":"last"}]'),
        one('{"other": 1}', None),
        one("no", None),
    ]),
    call("json_message", ["a", "b"], [
        (("user", 'say "hi"\nnow'), '{"role":"user","content":"say \\"hi\\"\\nnow"}'),
    ]),
    call("try_cast", ["a", "bigint"], [
        one("42", 42), one("-7", -7), one("n/a", None), one("", None),
        one("99999999999999999999", None), one(None, None),
    ]),
    call("try_cast", ["a", "double precision"], [
        one("1.5", 1.5), one("1e3", 1000.0), one("n/a", None), one(None, None),
    ]),
    call("try_cast", ["a", "boolean"], [
        one("true", "true"), one("True", "true"), one("false", "false"),
        one("maybe", None),
    ]),
    call("try_cast", ["a", "numeric(28, 12)"], [
        one("0.000012", 0.000012), one("1e3", 1000.0), one("-7", -7.0),
        one("9999999999999999", 9999999999999999.0),
        one("10000000000000000", None), one("-1e17", None), one("1e300", None),
        one("NaN", None), one("Infinity", None), one("n/a", None), one(None, None),
    ]),
    call("epoch_timestamp", ["a"], [
        one("1734537511", "2024-12-18 15:58:31"),
        one("1734537511.25", "2024-12-18 15:58:31.25"),
        one("1734537511123", "2024-12-18 15:58:31.123"),
        one("2026-01-05T10:00:00+02:00", "2026-01-05 08:00:00"),
        one("7", None),
        one(None, None),
    ]),
    # Spark prints a JSON number with a fraction as 1.76760720025E9.
    call("epoch_timestamp", [call("json_text", ["a", "start"], [])], [
        one('{"start": 1767607200}', "2026-01-05 10:00:00"),
        one('{"start": 1767607200.25}', "2026-01-05 10:00:00.25"),
        one('{"start": 1767607200.123456}', "2026-01-05 10:00:00.123456"),
        one('{"start": 1767607200123.0}', "2026-01-05 10:00:00.123"),
        one('{"start": 7.5}', None),
        one('{"start": null}', None),
    ]),
    call("listagg", ["substr(a, 2)", "','", "order by b"], [
        (("-x", "2"), None), (("-y", "1"), None), ((None, "3"), "y,x"),
    ], form="aggregate"),
    # Nothing listed is null, an empty text is one.
    call("listagg", ["a", "','", "order by b"], [
        ((None, "2"), None), ((None, "1"), None),
    ], form="aggregate"),
    call("listagg", ["a", "','", "order by b"], [
        ((None, "2"), None), (("", "1"), ""),
    ], form="aggregate"),
    call("json_of", ["a"], [
        one('{"a": 1}', '{"a": 1}'),
        one("prose", "prose"),
        one(None, None),
    ]),
    call("json_object_of_pairs", ["a", "name", "value"], [
        one('[{"name": "a", "value": 1}, {"name": "b"}]', '{"a":1}'),
        one('{"a": 1}', '{"a": 1}'),
        one(None, None),
    ]),
    call("json_tag_value", ["a", "b"], [
        (('["page:https://a.test", "plan:pro"]', "page"), "https://a.test"),
        (('["plan:pro"]', "page"), None),
        (("no", "page"), None),
    ]),
    call("json_list_texts", ["a", ["tags"], "name"], [
        one('{"tags": [{"name": "one"}, {"other": 1}, {"name": "two"}]}', "one\ntwo"),
        one('{"tags": []}', None),
        one("no", None),
    ]),
    call("json_last_message", ["a", ["user", "human", "humanmessage"]], [
        one(CHAT, '{"id":["langchain","schema","HumanMessage"],"kwargs":{"content":"4"}}'),
        one('[{"role": "assistant"}]', None),
    ]),
    call("json_text", ["a", ['say "hi"']], [
        one('{"say \\"hi\\"": 1}', "1"),
        one('{"say": 1}', None),
    ]),
    call("json_text", ["a", ["a/b~c*", 1]], [
        one('{"a/b~c*": ["first", "second"]}', "second"),
    ]),
    call("text_like", ["a", "b"], [
        (("a/b c/d", "a/%/d"), "true"),
        (("a\\b", "a\\%"), "true"),
        (("ends\\", "%s\\"), "true"),
        (("a%b", "a\\%b"), "false"),
        ((None, "%"), None),
    ]),
    call("sha256_text", ["a"], [
        one(
            "héllo",
            "3c48591d8d098a4538f5e013dfcf406e948eac4d3277b10bf614e295d6068179",
        ),
        one(None, None),
    ]),
    *(
        call("text_literal", [value], [one(None, value)])
        for value in NASTY_VALUES
    ),
]
# Macros that no row of a seed shows, and where they are shown instead.
SHOWN_ELSEWHERE = {
    "column_type": "test_column_types",
    "own_salt": "test_salt",
    "is_known_timezone": "test_known_timezones",
    "row_as_json": "test_row_as_json",
    "computed_once": "models/intermediate/agent_runs/int_agent_turns.sql",
    "chain_links": "models/intermediate/outcomes/int_conversation_issues.sql",
    "materialized_by_key": "models/intermediate/conversations/int_message_scans.sql",
    "comments_of": "tests/python/test_kept.py",
    "row_hash": "tests/python/test_kept.py",
    "row_position": "tests/python/test_kept.py",
    "sql_of_view": "tests/python/test_kept.py",
    "tables_named_like": "tests/python/test_kept.py",
    "create_own_functions": "every call on PostgreSQL",
    "state_of_role": "tests/python/test_access_postgres.py",
    "rights_on_schemas": "tests/python/test_access_postgres.py",
    "rights_on_mart": "tests/python/test_access_postgres.py",
}

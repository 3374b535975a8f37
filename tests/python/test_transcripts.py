"""Transcripts in, raw tables out, and what happens to a user's mistakes."""

from __future__ import annotations

import json
from pathlib import Path

import click
import pytest

from afterclose.transcripts import (
    TranscriptReader,
    longest_silence,
    raw_rows,
    turns_of,
)
from afterclose.validate_transcripts import pipeline_vars, read_labels
from conftest import last_json

GOOD = {
    "conversation_id": "c1",
    "resolved": 1,
    "scenario": "s1",
    "messages": [
        {"role": "agent", "text": "Hello!"},
        {"role": "customer", "text": "Cancel it"},
        {"role": "agent_tool", "text": "find"},
        {"role": "customer_tool", "text": "look"},
        {"role": "tool_result", "text": "ERROR: none"},
        {"role": "tool_result", "text": "ok"},
        {"role": "agent", "text": "Which one?"},
        {"role": "agent", "text": "I see two."},
        {"role": "customer", "text": "Both. ###STOP###"},
        {"role": "customer", "text": "###STOP###"},
    ],
}


def read(folder: Path, *lines: object, where: tuple = ()) -> list:
    """The transcripts of a file with these lines."""
    path = folder / "talks.jsonl"
    path.write_text(
        "\n".join(
            line if isinstance(line, str) else json.dumps(line) for line in lines
        )
    )
    return TranscriptReader(path).read(list(where))


def test_a_turn_is_a_question_its_tools_and_the_answer(tmp_path):
    [talk] = read(tmp_path, GOOD)
    turns = turns_of(talk)
    assert [
        (
            turn.asked and turn.asked.text,
            [(tool.text, tool.is_error) for tool in turn.tools],
            turn.answered and turn.answered.text,
        )
        for turn in turns
    ] == [
        (None, [], "Hello!"),
        ("Cancel it", [("find", True)], "Which one?"),
        (None, [], "I see two."),
        ("Both.", [], None),
    ]


def test_made_up_times_are_in_order_and_apart(tmp_path):
    talks = read(tmp_path, GOOD, {**GOOD, "conversation_id": "c2"})
    for talk in talks:
        times = [message.at for message in talk.messages]
        assert times == sorted(set(times))
    assert talks[0].messages[0].at < talks[1].messages[0].at


def test_no_message_is_older_than_the_one_above_it(tmp_path):
    talk = {
        **GOOD,
        "messages": [
            {"role": "customer", "text": "a", "ts": "2026-01-05T10:00:00+01:00"},
            {"role": "agent", "text": "b", "ts": "2026-01-05T08:00:00Z"},
            {"role": "customer", "text": "c"},
        ],
    }
    [found] = read(tmp_path, talk)
    texts = [message.at.strftime("%H:%M:%S") for message in found.messages]
    assert texts == ["09:00:00", "09:00:00", "09:00:00"]


def test_a_long_silence_does_not_cut_a_transcript_in_two(tmp_path):
    talk = {
        **GOOD,
        "messages": [
            {"role": "customer", "text": "a", "ts": "2026-01-05T09:00:00Z"},
            {"role": "agent", "text": "b", "ts": "2026-01-08T09:00:00Z"},
        ],
    }
    talks = read(tmp_path, talk)
    assert longest_silence(talks).days == 3
    variables = pipeline_vars(talks)
    assert variables["conversation_idle_hours"] > 72
    assert variables["as_of"] > "2026-01-11"


def test_raw_rows_hold_every_word_once(tmp_path):
    talks = read(tmp_path, GOOD)
    traces, observations = raw_rows(talks)
    words = [json.loads(text)["content"] for row in traces for text in row[9:11] if text]
    assert words == ["Hello!", "Cancel it", "Which one?", "I see two.", "Both."]
    tools = [row for row in observations if row[3] == "TOOL"]
    assert [(row[4], row[5]) for row in tools] == [("find", "ERROR")]


MISTAKES = {
    "no object": ("[1]", "line 2: not a JSON object"),
    "broken JSON": ('{"conversation_id": ', "line 2: not JSON"),
    "no id": ({**GOOD, "conversation_id": None}, "field conversation_id is missing"),
    "same id twice": (GOOD, "'c1' is also on line 1"),
    "no messages": (
        {**GOOD, "conversation_id": "c2", "messages": []},
        "field messages must be a list",
    ),
    "no role": (
        {**GOOD, "conversation_id": "c2", "messages": [{"text": "a"}]},
        "field messages[0].role is missing",
    ),
    "text is a list": (
        {
            **GOOD, "conversation_id": "c2",
            "messages": [{"role": "customer", "text": ["a"]}],
        },
        "field messages[0].text must be text",
    ),
    "no time": (
        {
            **GOOD, "conversation_id": "c2",
            "messages": [{"role": "customer", "text": "a", "ts": "noon"}],
        },
        "field messages[0].ts: 'noon' is no time",
    ),
}


@pytest.mark.parametrize("name", MISTAKES)
def test_a_mistake_names_file_line_and_field(tmp_path, name):
    line, expected = MISTAKES[name]
    with pytest.raises(click.ClickException) as problem:
        read(tmp_path, GOOD, line)
    assert problem.value.message.startswith("talks.jsonl, line 2: ")
    assert expected in problem.value.message
    assert "\n" not in problem.value.message


def test_conditions_choose_lines(tmp_path):
    other = {**GOOD, "conversation_id": "c2", "scenario": "s2"}
    assert len(read(tmp_path, GOOD, other, where=(("scenario", "s2"),))) == 1
    with pytest.raises(click.ClickException, match="none of 2 conversations fits"):
        read(tmp_path, GOOD, other, where=(("scenario", "s3"),))
    with pytest.raises(click.ClickException, match="field kind, which --where"):
        read(tmp_path, GOOD, where=(("kind", "x"),))


def test_a_file_without_customers_is_refused(tmp_path):
    talk = {**GOOD, "messages": [{"role": "costumer", "text": "a"}]}
    with pytest.raises(click.ClickException, match="unknown roles: costumer"):
        read(tmp_path, talk)


def test_labels_are_1_or_0_and_both_occur(tmp_path):
    path = tmp_path / "talks.jsonl"
    for label, expected in (
        ("maybe", "line 1: field resolved is \"maybe\"; write 1"),
        (1, "field resolved is 1 in all 1 conversations"),
    ):
        path.write_text(json.dumps({**GOOD, "resolved": label}))
        reader = TranscriptReader(path)
        with pytest.raises(click.ClickException) as problem:
            read_labels(reader, reader.read([]), "resolved")
        assert expected in problem.value.message
    reader = TranscriptReader(path)
    with pytest.raises(click.ClickException, match="field solved is missing"):
        read_labels(reader, reader.read([]), "solved")


def talk_of(number: int) -> dict:
    """A conversation that ends well or badly, and says so."""
    is_good = number % 3 != 0
    texts = [
        ("customer", f"Please cancel subscription number {1000 + number}"),
        ("agent_tool", "get_subscription"),
        ("tool_result", "ok"),
        ("agent", "Could you please confirm that I should cancel it?"),
        ("customer", "Yes, please go ahead"),
    ]
    texts += (
        [
            ("agent_tool", "cancel_subscription"),
            ("tool_result", "ok"),
            ("agent", "Your subscription has been cancelled. Anything else?"),
            ("customer", "No, that's all. Thank you!"),
        ]
        if is_good
        else [
            ("agent", "Unfortunately I am unable to cancel it."),
            ("customer", "It is still not cancelled, this is ridiculous"),
        ]
    )
    return {
        "conversation_id": f"t{number}",
        "resolved": int(is_good),
        "scenario": f"s{number % 12}",
        "messages": [{"role": role, "text": text} for role, text in texts],
    }


def test_transcripts_go_through_the_whole_pipeline(tmp_path, run_script, warehouse_path):
    path = tmp_path / "talks.jsonl"
    path.write_text("\n".join(json.dumps(talk_of(number)) for number in range(60)))
    examples = tmp_path / "examples.csv"
    output = last_json(
        run_script(
            "validate_on_transcripts", path, "--group", "scenario",
            "--write-examples", examples, "--json",
        )
    )
    assert output["conversations"] == 60
    assert set(output["results"]) == {
        "shipped", "cross_validated", "deflected_is_resolved",
    }
    for row in output["results"].values():
        assert {"auc", "brier", "ece", "intent_error"} <= set(row)
    # The two kinds of ending could hardly look more different.
    assert output["results"]["shipped"]["auc"] > 0.95
    assert output["results"]["cross_validated"]["auc"] > 0.95
    assert output["results"]["deflected_is_resolved"]["auc"] == 0.5
    # Nobody's warehouse was touched, and no text left the scratch folder.
    assert not warehouse_path.exists()
    assert "ridiculous" not in examples.read_text()
    assert "go ahead" not in examples.read_text()

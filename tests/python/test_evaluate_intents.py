"""scripts/evaluate_intents: what it measures, and what it says of wrong files."""

from __future__ import annotations

import json

import numpy as np
import pytest

from conftest import Run, last_json

ISSUES = {
    "card": [
        "my card has not arrived", "still waiting for my new card",
        "where is the card I ordered", "the card was never delivered",
    ],
    "password": [
        "I forgot my password", "the password reset link is broken",
        "how do I reset the password", "my password is not accepted",
    ],
    "invoice": [
        "please send me the invoice", "the invoice has a wrong address",
        "where can I download an invoice", "I need a copy of the invoice",
    ],
}
TAILS = (
    "", ", please help", " since monday", " and it is urgent", ", thanks",
    " today", " again", ", any idea", ", what now", " for a week",
)


def rows():
    """120 openings of three intents."""
    return [
        {"text": text + tail, "intent": intent}
        for intent, texts in ISSUES.items()
        for text in texts
        for tail in TAILS
    ]


def test_measures_what_the_projects_own_models_decide(run_script: Run, tmp_path):
    file = tmp_path / "sample.jsonl"
    file.write_text("\n".join(map(json.dumps, rows())))
    completed = run_script("evaluate_intents", file, "--json", "--pairs",
                           "--holdout")
    result = last_json(completed)
    assert result["openings"] == 120
    assert result["clusters"] == result["true_intents"] == 3
    for measure in ("nmi", "ari", "acc", "agreement", "holdout_agreement"):
        assert result[measure] >= 0.8, measure
    assert 0 <= result["unclassified_share"] < 0.2
    assert result["seconds"] > 0
    same_issue = result["same_issue"]
    assert same_issue["f1_best"] >= same_issue["f1"] >= 0.8
    assert same_issue["auc"] >= 0.9


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("x.csv", "text;label\nhello;a\n", ["no column 'intent'", "text, label"]),
        ("x.csv", "intent,body\na,hello\n", ["no column 'text'", "body"]),
        ("x.csv", "text,intent\nhello,a\n", ["1 rows", "at least 50"]),
        ("x.csv", "", ["no column 'text'"]),
        ("x.jsonl", '{"text": "a", "intent": "b"}\n{"text": ', ["line 2"]),
        ("x.jsonl", '{"text": "a", "intent": "b"}\n[1]', ["line 2"]),
    ],
)
def test_wrong_file_gets_one_line_that_says_what_to_mend(
    run_script: Run, tmp_path, name, content, words
):
    file = tmp_path / name
    file.write_text(content)
    completed = run_script("evaluate_intents", file)
    assert completed.returncode == 1
    assert len(completed.stderr.strip().splitlines()) == 1
    for word in words:
        assert word in completed.stderr


def test_file_that_is_not_there_or_no_text_gets_one_line(
    run_script: Run, tmp_path
):
    completed = run_script("evaluate_intents", tmp_path / "none.csv")
    assert "There is no file" in completed.stderr
    file = tmp_path / "x.csv"
    file.write_bytes(b"\xff\xfe\x00text")
    completed = run_script("evaluate_intents", file)
    assert "not UTF-8" in completed.stderr
    assert len(completed.stderr.strip().splitlines()) == 1


def test_accuracy_matches_each_intent_with_one_label():
    from afterclose.evaluate_intents import accuracy

    labels = np.array(["a", "a", "a", "b", "b"], dtype=object)
    found = np.array(["x", "x", "y", "y", "y"], dtype=object)
    assert accuracy(labels, found) == 0.8
    assert accuracy(labels, np.array(["x"] * 5, dtype=object)) == 0.6


def test_unclassified_openings_disagree_with_the_teacher():
    from afterclose.evaluate_intents import agreement

    assert agreement([0, 0, 1, 1], ["x", "x", "y", "unclassified"]) == 0.75
    assert agreement([0, 1, -1, -1], ["x", "y", "x", "x"]) == 1.0
    assert agreement([-1], ["x"]) is None


def test_pairs_are_half_of_one_intent_and_half_of_two():
    from afterclose.evaluate_intents import sample_pairs

    labels = np.array([row["intent"] for row in rows()], dtype=object)
    pairs = sample_pairs(labels)
    assert len({pair[:2] for pair in pairs}) == len(pairs) > 500
    assert sum(is_same for _, _, is_same in pairs) * 2 == len(pairs)
    for one, other, is_same in pairs:
        assert (labels[one] == labels[other]) == is_same
    assert sample_pairs(np.array(["a", "b", "c"], dtype=object)) == []

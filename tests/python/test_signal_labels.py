"""Precision and recall of the message signals on messages labelled by hand.

data/signal_labels.csv holds ids and labels only. The messages are public, but no
part of the project: without the data sets beside the project the test rests. Run
with -s to see the table.
"""

from __future__ import annotations

import csv
import json
import re
from collections import Counter, defaultdict
from pathlib import Path

import duckdb
import pytest

from marts import PROJECT_DIR

DATASETS = PROJECT_DIR.parent / "shared" / "datasets"
LABELS = Path(__file__).parent / "data" / "signal_labels.csv"
FILES = ("tau2_retail_even_scenarios.jsonl", "tau1_retail_even_scenarios.jsonl")
ROLES = {"any_agent": ("ai_agent", "human_agent")}
# Signals that were labelled, and what they must reach where ten were found.
LABELLED = (
    "thanked", "only_thanks", "confirmed_fix", "frustrated", "changed_request",
    "gave_up", "added_request", "apologised", "could_not_help", "reported_done",
    "named_next_step", "asked_customer", "offered_more_help", "offered_human",
    "only_courtesy",
)
LEAST = 0.6


def folded(text: str) -> str:
    """What int_message_readings makes of a message that quotes no mail."""
    text = re.sub(r"###[A-Z_ -]+###", "", text).lower().replace("’", "'")
    return re.sub(r"\s+", " ", text).strip()[:2000]


def messages() -> dict[tuple[str, int], str]:
    """(conversation, index) -> text of the data sets' messages."""
    found = {}
    for name in FILES:
        with (DATASETS / name).open(encoding="utf-8") as lines:
            for line in lines:
                talk = json.loads(line)
                for index, message in enumerate(talk["messages"]):
                    found[talk["conversation_id"], index] = message["text"] or ""
    return found


def patterns() -> dict[tuple[str, str], str]:
    """(author role, signal) -> all its patterns in one."""
    found = defaultdict(list)
    with (PROJECT_DIR / "seeds" / "message_signals.csv").open(
        encoding="utf-8"
    ) as file:
        for row in csv.DictReader(file):
            for role in ROLES.get(row["author_role"], (row["author_role"],)):
                found[role, row["signal"]].append(f"({row['pattern']})")
    return {key: "|".join(value) for key, value in found.items()}


def test_signals_find_what_a_reader_finds():
    if not all((DATASETS / name).exists() for name in FILES):
        pytest.skip("needs ../shared/datasets with the two tau files")
    texts, combined, counts = messages(), patterns(), defaultdict(Counter)
    with LABELS.open() as file, duckdb.connect() as connection:
        for row in csv.DictReader(file):
            text = folded(texts[row["conversation_id"], int(row["message_index"])])
            labels = set(row["signals"].split())
            for (role, signal), pattern in combined.items():
                if role != row["author_role"] or signal not in LABELLED:
                    continue
                [(is_found,)] = connection.execute(
                    "select regexp_matches(?, ?)", [text, pattern]
                ).fetchall()
                counts[signal]["found"] += is_found
                counts[signal]["labelled"] += signal in labels
                counts[signal]["right"] += is_found and signal in labels
    print(f"\n{'signal':20} {'labelled':>8} {'found':>6} {'precision':>9} {'recall':>7}")
    short = []
    for signal in LABELLED:
        count = counts[signal]
        precision = count["right"] / count["found"] if count["found"] else None
        recall = count["right"] / count["labelled"] if count["labelled"] else None
        print(
            f"{signal:20} {count['labelled']:8} {count['found']:6} "
            f"{'-' if precision is None else f'{precision:.2f}':>9} "
            f"{'-' if recall is None else f'{recall:.2f}':>7}"
        )
        if count["labelled"] >= 10 and min(precision or 0, recall or 0) < LEAST:
            short.append(signal)
    assert not short

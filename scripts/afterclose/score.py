"""Compare a build with the truth of a simulated world, and say what it missed."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.table import Table

from afterclose.score_facts import Build, Row, Truth, all_facts, ratio
from afterclose.warehouse import open_warehouse, target_option

# Further causes of one fact are summed up in a line.
MOST_CAUSES = 4


# ------------------------------------------------------- identity and intents


def pairs_of(count: int) -> int:
    """How many pairs a group of this size has."""
    return count * (count - 1) // 2


def same_customer(truth: Truth, build: Build) -> dict[str, Any]:
    """Pairs of conversations that are one customer's, in truth and build."""
    found = {row["key"]: row["customer_id"] for row in build.conversations}
    rows = [
        (row["customer"], found[row["key"]])
        for row in truth.conversations
        if row["is_linkable"] and row["key"] in found
    ]
    cells = Counter(row for row in rows if row[1] is not None)
    right = sum(pairs_of(count) for count in cells.values())
    expected = sum(pairs_of(n) for n in Counter(row[0] for row in rows).values())
    made = sum(
        pairs_of(n)
        for n in Counter(row[1] for row in rows if row[1] is not None).values()
    )
    return {
        "expected": expected,
        "found": made,
        "right": right,
        "precision": ratio(right, made),
        "recall": ratio(right, expected),
    }


def eligible_pairs(truth: Truth, build: Build) -> list[tuple[Row, Row]]:
    """(truth, build) of every conversation both call eligible."""
    return [
        (truth.by_key[row["key"]], row)
        for row in build.conversations
        if row["key"] in truth.by_key
        and row["is_eligible"]
        and truth.by_key[row["key"]]["is_eligible"]
    ]


def intent_scores(pairs: list[tuple[Row, Row]]) -> dict[str, Any]:
    """How well the learned intents agree with those of the world."""
    from sklearn.metrics import (
        adjusted_rand_score,
        normalized_mutual_info_score,
    )

    expected = [told_row["intent"] for told_row, _ in pairs]
    found = [str(row["intent_id"]) for _, row in pairs]
    named = [name not in ("unclassified", "None") for name in found]
    sure = [index for index, is_named in enumerate(named) if is_named]
    if not pairs:
        return {"conversations": 0}
    return {
        "conversations": len(pairs),
        "intents": len(set(found) - {"unclassified", "None"}),
        "unclassified_share": ratio(len(pairs) - len(sure), len(pairs)),
        "ari": round(adjusted_rand_score(expected, found), 6),
        "nmi": round(normalized_mutual_info_score(expected, found), 6),
        "ari_classified": round(
            adjusted_rand_score(
                [expected[index] for index in sure],
                [found[index] for index in sure],
            ),
            6,
        )
        if sure
        else None,
    }


def confidence_scores(pairs: list[tuple[Row, Row]]) -> dict[str, Any]:
    """Does the confidence know who was really helped?"""
    from sklearn.metrics import roc_auc_score

    judged = [
        (told_row, row)
        for told_row, row in pairs
        if row["resolution_confidence"] is not None
        and row["is_closed"]
        and told_row["is_really_resolved"] is not None
    ]
    if not judged:
        return {"conversations": 0}
    truths = [bool(told_row["is_really_resolved"]) for told_row, _ in judged]
    means = [float(row["resolution_confidence"]) for _, row in judged]
    per_intent: dict[str, list[tuple[bool, float]]] = defaultdict(list)
    for (told_row, _), is_resolved, mean in zip(judged, truths, means):
        per_intent[told_row["intent"]].append((is_resolved, mean))
    return {
        "conversations": len(judged),
        "auc": round(roc_auc_score(truths, means), 6)
        if len(set(truths)) == 2
        else None,
        "mean": ratio(sum(means), len(means)),
        "really_resolved": ratio(sum(truths), len(truths)),
        "intents": {
            intent: {
                "conversations": len(rows),
                "mean": ratio(sum(mean for _, mean in rows), len(rows)),
                "really_resolved": ratio(
                    sum(is_resolved for is_resolved, _ in rows), len(rows)
                ),
            }
            for intent, rows in sorted(per_intent.items())
        },
    }


# --------------------------------------------------------------------- output


def reasons_of(truth: Truth, build: Build) -> Callable[[Any], str]:
    """A function that names what is special about a conversation of a miss."""
    carried = {
        str(row["session_id"]): row["carried_by"]
        for row in truth.read("trace_ticket_links")
    }
    found = {row["key"]: row for row in build.conversations}
    issues: dict[tuple[str, str], list[Row]] = defaultdict(list)
    for row in truth.conversations:
        issues[row["customer"], row["issue_id"]].append(row)

    def return_notes(told_row: Row, row: Row | None) -> list[str]:
        """How the next conversation about the same issue looks."""
        returns = [
            other
            for other in issues[told_row["customer"], told_row["issue_id"]]
            if told_row["resolved_at"] is not None
            and other["opened_at"] > told_row["resolved_at"]
        ]
        if not returns:
            return []
        first = min(returns, key=lambda other: other["opened_at"])
        found_first = found.get(first["key"])
        if first["is_vague_opening"]:
            return ["came back vaguely"]
        if row and found_first and row["intent_id"] != found_first["intent_id"]:
            return ["came back under another learned intent"]
        return []

    def reason(key: Any) -> str:
        told_row, row = truth.by_key.get(key), found.get(key)
        if told_row is None:
            if row is None:
                return carried.get(str(key), "")
            return "no such conversation in the truth"
        notes = []
        if told_row["session_id"] is None and told_row["ticket_id"] is None:
            notes.append("no usable row carries it")
        if carried.get(str(told_row["session_id"])) == "not_carried":
            notes.append("link not carried")
        if told_row["is_vague_opening"]:
            notes.append("vague opening")
        notes += return_notes(told_row, row)
        if not told_row["is_linkable"]:
            notes.append("customer not knowable")
        if told_row["exclusion_reason"]:
            notes.append(told_row["exclusion_reason"])
        if row is None:
            notes.append("not in the build")
        elif row["intent_id"] == "unclassified":
            notes.append("unclassified")
        return ", ".join(notes) or told_row["channel"]

    return reason


def number(value: float | None) -> str:
    """A rate for a table: red below 1, - when there is none."""
    if value is None:
        return "-"
    return f"{value:.4f}" if value == 1 else f"[red]{value:.4f}[/red]"


def facts_table(facts: Mapping[str, Mapping[str, Any]]) -> Table:
    """Precision and recall per fact, for people."""
    table = Table(title="Build against truth", title_justify="left")
    table.add_column("fact")
    for name in ("expected", "found", "right", "precision", "recall"):
        table.add_column(name, justify="right")
    for name, fact in facts.items():
        table.add_row(
            name,
            f"{fact['expected']:,}",
            f"{fact['found']:,}",
            f"{fact['right']:,}",
            number(fact["precision"]),
            number(fact["recall"]),
        )
    return table


def misses_table(misses: list[Row]) -> Table:
    """Single misses with what explains them."""
    table = Table(title="Misses", title_justify="left")
    for name in ("fact", "conversation", "expected", "found", "notes"):
        table.add_column(name, overflow="fold")
    for miss in misses:
        table.add_row(*(str(miss[column.header]) for column in table.columns))
    return table


def causes_table(causes: Mapping[str, Mapping[str, int]]) -> Table:
    """How many misses share the same notes."""
    table = Table(title="Why facts were missed", title_justify="left")
    table.add_column("fact")
    table.add_column("misses", justify="right")
    table.add_column("notes", overflow="fold")
    for name, counts in causes.items():
        listed = list(counts.items())
        for notes, count in listed[:MOST_CAUSES]:
            table.add_row(name, f"{count:,}", notes)
        others = sum(count for _, count in listed[MOST_CAUSES:])
        if others:
            table.add_row(name, f"{others:,}", "other combinations of these")
    return table


def confidence_table(scores: Mapping[str, Any]) -> Table:
    """Mean confidence beside the share really resolved, per intent."""
    table = Table(title="Confidence per intent", title_justify="left")
    table.add_column("intent")
    for name in ("conversations", "confidence", "really resolved"):
        table.add_column(name, justify="right")
    for intent, row in scores.get("intents", {}).items():
        table.add_row(
            intent,
            f"{row['conversations']:,}",
            f"{row['mean']:.3f}",
            f"{row['really_resolved']:.3f}",
        )
    return table


def score(truth: Truth, build: Build, miss_limit: int) -> dict[str, Any]:
    """Everything the script prints, as one JSON-able dict."""
    facts = all_facts(truth, build)
    reason = reasons_of(truth, build)
    misses, causes = [], {}
    for fact in facts:
        missed = fact.misses()
        for miss in missed:
            miss["notes"] = reason(miss["conversation"])
        if missed:
            causes[fact.name] = dict(
                Counter(
                    f"{side_of(miss)}: {miss['notes']}" for miss in missed
                ).most_common()
            )
        misses += missed[:miss_limit]
    pairs = eligible_pairs(truth, build)
    summaries = {fact.name: fact.summary() for fact in facts}
    summaries["same_customer"] = same_customer(truth, build)
    return {
        "facts": summaries,
        "intents": intent_scores(pairs),
        "confidence": confidence_scores(pairs),
        "causes": causes,
        "misses": misses,
    }


def side_of(miss: Row) -> str:
    """Missing, surplus, or there with another value."""
    if miss["found"] == "-":
        return "missing"
    return "surplus" if miss["expected"] == "-" else "different"


def show(result: Mapping[str, Any], console: Console, miss_limit: int) -> None:
    """Print the score for people."""
    console.print(facts_table(result["facts"]))
    if result["causes"]:
        console.print(causes_table(result["causes"]))
    if miss_limit and result["misses"]:
        console.print(misses_table(result["misses"]))
    intents, confidence = result["intents"], result["confidence"]
    if intents["conversations"]:
        console.print(
            f"Intents: {intents['intents']} learned, ARI {intents['ari']:.3f}, "
            f"NMI {intents['nmi']:.3f}, "
            f"unclassified {intents['unclassified_share']:.1%}"
        )
    if confidence["conversations"]:
        console.print(confidence_table(confidence))
        auc = confidence["auc"]
        console.print(
            f"Confidence: AUC {'-' if auc is None else format(auc, '.3f')}, "
            f"mean {confidence['mean']:.3f}, "
            f"really resolved {confidence['really_resolved']:.3f}"
        )


@click.command()
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path))
@target_option
@click.option(
    "--misses",
    "miss_limit",
    default=0,
    metavar="N",
    help="Show up to N misses of each fact.",
)
@click.option(
    "--json", "is_json", is_flag=True, help="End with one line of JSON."
)
def main(
    folder: Path, target: str | None, miss_limit: int, is_json: bool
) -> None:
    """Compare a build with the truth of the simulated world in DIR.

    DIR is what ./scripts/simulate wrote and ./scripts/load_raw loaded. Run
    dbt build in between.
    """
    truth = Truth(folder)
    with open_warehouse(target, read_only=True) as warehouse:
        result = score(truth, Build(warehouse), miss_limit)
    show(result, Console(), miss_limit)
    if is_json:
        click.echo(json.dumps(result, ensure_ascii=False))

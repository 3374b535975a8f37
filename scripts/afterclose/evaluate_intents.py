"""How well the intents fit a labelled sample of the user's own conversations.

Nothing is done again here: the sample goes into a scratch DuckDB as messages of
conversations, dbt runs the project's own models on it, and their tables are
compared with the labels.
"""

from __future__ import annotations

import csv
import json
import shutil
import tempfile
import time
from pathlib import Path
from types import ModuleType
from typing import Any

import click
import duckdb
import numpy as np
import pandas as pd
from rich.console import Console
from rich.table import Table

from afterclose.intent_model import load_model_file, project_var
from afterclose.steps import StepFailed, dbt, run, timed
from afterclose.venv import PROJECT_DIR

SCHEMA = "afterclose_intermediate"
MODELS = (
    "stop_words",
    "int_conversation_openings",
    "int_opening_words",
    "int_opening_terms",
    "int_intent_terms",
    "int_opening_intent_scores",
    "int_opening_intents",
    "int_conversation_intents",
)
NO_TOOLS = {"trace_sources": [], "ticket_sources": [], "event_sources": []}
COLUMNS = ("text", "intent")
UNCLASSIFIED = "unclassified"

# As many pairs of one intent, and as many of two.
MOST_PAIRS = 5000

# Held-out openings belong to the cluster that most of their nearest learned
# ones are in.
NEIGHBOURS = 10


# --------------------------------------------------------------------- reading


def read_sample(path: Path, fewest: int) -> pd.DataFrame:
    """The rows of a CSV or JSON-lines file as columns text, intent.

    Raises click.ClickException, one line, for anything that is no such file.
    """
    if not path.is_file():
        raise click.ClickException(f"There is no file {path}")
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        raise click.ClickException(
            f"{path.name} is not UTF-8 text: save it as CSV (UTF-8) or as JSON"
            " lines"
        ) from None
    is_json = text.lstrip()[:1] in ("{", "[")
    rows = read_json(path, text) if is_json else read_csv(text)
    names = list(dict.fromkeys(name for row in rows for name in row))
    for column in COLUMNS:
        if column not in names:
            found = ", ".join(str(name) for name in names[:8]) or "nothing"
            raise click.ClickException(
                f"{path.name} has no column '{column}': rename the one that"
                f" holds the {'opening' if column == 'text' else 'label'}"
                f" (found: {found})"
            )
    kept = [
        (str(row["text"]), str(row["intent"]).strip())
        for row in rows
        if row.get("text") is not None
        and str(row.get("intent") or "").strip()
    ]
    if len(kept) < fewest:
        raise click.ClickException(
            f"{path.name} has {len(kept)} rows with text and intent; at least"
            f" {fewest} are needed to learn anything"
        )
    return pd.DataFrame(kept, columns=list(COLUMNS))


def read_json(path: Path, text: str) -> list[dict[str, Any]]:
    """The objects of a JSON-lines file, or of one JSON list."""
    if text.lstrip().startswith("["):
        try:
            rows = json.loads(text)
        except ValueError as problem:
            raise click.ClickException(
                f"{path.name} is not JSON: {problem}"
            ) from None
        numbered = list(enumerate(rows, 1))
    else:
        numbered = []
        for number, line in enumerate(text.splitlines(), 1):
            if not line.strip():
                continue
            try:
                numbered.append((number, json.loads(line)))
            except ValueError:
                raise click.ClickException(
                    f"{path.name}, line {number}, is not a JSON object: write"
                    " one object per line"
                ) from None
    for number, row in numbered:
        if not isinstance(row, dict):
            raise click.ClickException(
                f"{path.name}, line {number}, is not a JSON object: write"
                ' {"text": ..., "intent": ...}'
            )
    return [row for _, row in numbered]


def read_csv(text: str) -> list[dict[str, Any]]:
    """The rows of a CSV file; comma, semicolon or tab."""
    header = text.splitlines()[0] if text else ""
    delimiter = max(",;\t", key=header.count)
    csv.field_size_limit(10_000_000)
    rows = csv.DictReader(text.splitlines(keepends=True), delimiter=delimiter)
    return [
        {str(name).strip(): value for name, value in row.items() if name}
        for row in rows
    ]


def sample_pairs(labels: np.ndarray) -> list[tuple[int, int, bool]]:
    """Places of two openings and whether they are one intent: as many that are
    as that are not."""
    numbers = np.random.default_rng(0)
    places_of = {
        label: np.flatnonzero(labels == label) for label in np.unique(labels)
    }
    several = [label for label in places_of if len(places_of[label]) > 1]
    if not several or len(places_of) < 2:
        return []
    shares = np.array([len(places_of[label]) for label in several], float)
    shares /= shares.sum()
    same: set[tuple[int, int]] = set()
    other: set[tuple[int, int]] = set()
    # Small samples have fewer pairs than are asked for.
    for _ in range(2 * MOST_PAIRS):
        if len(same) < MOST_PAIRS:
            label = several[numbers.choice(len(several), p=shares)]
            one, two = numbers.choice(places_of[label], 2, replace=False)
            same.add((int(min(one, two)), int(max(one, two))))
        one, two = numbers.integers(len(labels), size=2)
        if labels[one] != labels[two] and len(other) < MOST_PAIRS:
            other.add((int(min(one, two)), int(max(one, two))))
    count = min(len(same), len(other))
    return [
        (*pair, is_same)
        for pairs, is_same in ((same, True), (other, False))
        for pair in sorted(pairs)[:: max(len(pairs) // count, 1)][:count]
    ]


def conversation_id(place: int) -> str:
    """The id of the conversation that holds a row of the sample."""
    return f"sample:{place:07d}"


def fill_warehouse(
    path: Path,
    sample: pd.DataFrame,
    is_learned: np.ndarray,
    pairs: list[tuple[int, int, bool]],
) -> None:
    """Write what stands before the intent models: one message per row."""
    ids = [conversation_id(place) for place in range(len(sample))]
    messages = pd.DataFrame({
        "message_id": ids,
        "body": sample["text"].to_numpy(object),
    })
    conversation_messages = pd.DataFrame({
        "message_id": ids,
        "conversation_id": ids,
        "message_number": 1,
        "author_role": "customer",
        "is_public": True,
        "is_substantive": True,
        "is_auto_reply": False,
    })
    # The model learns from customers' contacts only: what is held out is none.
    conversations = pd.DataFrame({
        "conversation_id": ids,
        # Nobody says who wrote the texts: each by somebody else.
        "customer_id": ids,
        "thread_id": ids,
        "conversation_number": 1,
        "is_customer_contact": is_learned,
    })
    tables = {
        "int_messages": messages,
        "int_conversation_messages": conversation_messages,
        "int_conversations": conversations,
        "int_recontact_pairs": pd.DataFrame(
            [(conversation_id(a), conversation_id(b)) for a, b, _ in pairs],
            columns=["conversation_id", "next_conversation_id"],
            dtype="object",
        ),
    }
    with duckdb.connect(str(path)) as connection:
        connection.execute(f"create schema {SCHEMA}")
        for name, frame in tables.items():
            connection.register("frame", frame)
            connection.execute(
                f"create table {SCHEMA}.{name} as select * from frame"
            )
            connection.unregister("frame")
        # No help desk labels these, and what people decided is about other
        # intents than those found here.
        connection.execute(
            f"create table {SCHEMA}.int_conversation_claimed_intents"
            " (conversation_id varchar, claimed_label varchar,"
            " intent_id varchar)"
        )
        connection.execute(
            f"create table {SCHEMA}.intent_overrides (intent_id varchar,"
            " action varchar, target_intent_id varchar, label varchar)"
        )


def run_models(scratch: Path, has_pairs: bool) -> None:
    """Run the project's models on the scratch warehouse. Raises StepFailed."""
    shutil.copy(PROJECT_DIR / "profiles.yml.example", scratch / "profiles.yml")
    models = [*MODELS, *(["int_opening_similarities"] if has_pairs else [])]
    run(
        dbt(
            "build", "--target", "duckdb", "--vars", json.dumps(NO_TOOLS),
            "--exclude-resource-type", "test", "unit_test",
            "--select", *models,
        ),
        {
            "DBT_PROFILES_DIR": str(scratch),
            "DBT_TARGET_PATH": str(scratch / "target"),
            "DBT_LOG_PATH": str(scratch / "logs"),
            "AFTERCLOSE_DUCKDB_PATH": str(scratch / "sample.duckdb"),
        },
    )


# -------------------------------------------------------------------- measuring


def matched(expected: np.ndarray, found: np.ndarray) -> dict[Any, Any]:
    """{found: expected} of the one-to-one matching that agrees most."""
    from scipy.optimize import linear_sum_assignment

    rows, row_names = pd.factorize(expected, sort=True)
    columns, column_names = pd.factorize(found, sort=True)
    counts = np.zeros((len(row_names), len(column_names)))
    np.add.at(counts, (rows, columns), 1)
    pairs = zip(*linear_sum_assignment(-counts), strict=True)
    return {column_names[one]: row_names[other] for other, one in pairs}


def accuracy(expected: np.ndarray, found: np.ndarray) -> float:
    """The share that agrees under the best one-to-one matching."""
    names = matched(expected, found)
    right = [
        names.get(one) == other
        for one, other in zip(found, expected, strict=True)
    ]
    return float(np.mean(right)) if right else 0.0


def fits(expected: np.ndarray, found: np.ndarray) -> dict[str, float]:
    """nmi, ari and acc of a clustering."""
    from sklearn.metrics import (
        adjusted_rand_score,
        normalized_mutual_info_score,
    )

    return {
        "nmi": round(float(normalized_mutual_info_score(expected, found)), 4),
        "ari": round(float(adjusted_rand_score(expected, found)), 4),
        "acc": round(accuracy(expected, found), 4),
    }


def teacher_clusters(
    module: ModuleType,
    openings: pd.DataFrame,
    terms: pd.DataFrame,
    learned_ids: set[str],
) -> dict[str, int]:
    """conversation_id -> the cluster that the embedding model's teacher found.

    What was held out takes the cluster of its nearest neighbours.
    """
    from threadpoolctl import threadpool_limits

    is_learned = openings["conversation_id"].isin(learned_ids)
    some, some_terms, vocabulary = module.usable(
        openings[is_learned],
        terms[terms["conversation_id"].isin(learned_ids)],
    )
    ids, texts = list(some["conversation_id"]), list(some["opening_text"])
    vectors = module.embed(texts) if module.can_embed() else None
    with threadpool_limits(limits=1):
        clusters = module.cluster(
            texts, module.term_matrix(some_terms, ids, vocabulary), vectors
        )
    result = dict(zip(ids, map(int, clusters), strict=True))
    rest = openings[~is_learned & (openings["opening_text"] != "")]
    if len(rest) and vectors is not None:
        known = np.flatnonzero(clusters >= 0)
        similar = module.embed(list(rest["opening_text"])) @ vectors[known].T
        nearest = np.argsort(-similar, axis=1, kind="stable")[:, :NEIGHBOURS]
        votes = np.zeros((len(rest), int(clusters.max()) + 1))
        for column in nearest.T:
            np.add.at(
                votes,
                (np.arange(len(rest)), clusters[known[column]]),
                similar[np.arange(len(rest)), column],
            )
        result.update(
            zip(
                rest["conversation_id"],
                map(int, votes.argmax(axis=1)),
                strict=True,
            )
        )
    return result


def agreement(teacher: list[int], found: list[str]) -> float | None:
    """The share of openings with a teacher's cluster that SQL puts there too."""
    is_told = np.array(teacher) >= 0
    if not is_told.any():
        return None
    clusters = np.array(teacher)[is_told]
    intents = np.array(found, dtype=object)[is_told]
    is_named = intents != UNCLASSIFIED
    if not is_named.any():
        return 0.0
    names = matched(clusters[is_named], intents[is_named])
    right = [
        one != UNCLASSIFIED and names.get(one) == other
        for one, other in zip(intents, clusters, strict=True)
    ]
    return round(float(np.mean(right)), 4)


def pair_scores(
    similarity: np.ndarray, is_same: np.ndarray, threshold: float
) -> dict[str, float]:
    """How well the similarity tells pairs of one intent from pairs of two."""
    from sklearn.metrics import precision_recall_curve, roc_auc_score

    precision, recall, limits = precision_recall_curve(is_same, similarity)
    total = np.maximum(precision + recall, 1e-12)
    f1 = (2 * precision * recall / total)[:-1]
    best = int(f1.argmax())
    chosen = similarity >= threshold
    right = int((chosen & is_same).sum())
    shipped_precision = right / max(int(chosen.sum()), 1)
    shipped_recall = right / int(is_same.sum())
    both = max(shipped_precision + shipped_recall, 1e-12)
    return {
        "pairs": len(similarity),
        "f1_best": round(float(f1[best]), 4),
        "best_threshold": round(float(limits[best]), 4),
        "threshold": threshold,
        "f1": round(2 * shipped_precision * shipped_recall / both, 4),
        "precision": round(shipped_precision, 4),
        "recall": round(shipped_recall, 4),
        "auc": round(float(roc_auc_score(is_same, similarity)), 4),
    }


def evaluate(
    sample: pd.DataFrame,
    module: ModuleType,
    console: Console,
    is_holdout: bool = False,
    has_pairs: bool = False,
) -> tuple[dict[str, Any], list[tuple[str, int]]]:
    """(the measures, [(label of an intent, its openings)]). Raises StepFailed."""
    started = time.monotonic()
    labels = sample["intent"].to_numpy(object)
    is_learned = np.ones(len(sample), bool)
    if is_holdout:
        order = np.random.default_rng(0).permutation(len(sample))
        is_learned[order[: len(sample) // 2]] = False
    pairs = sample_pairs(labels) if has_pairs else []
    with tempfile.TemporaryDirectory(prefix="afterclose-") as folder:
        scratch = Path(folder)
        path = scratch / "sample.duckdb"
        fill_warehouse(path, sample, is_learned, pairs)
        with timed(console, "Learn and assign intents with the models"):
            run_models(scratch, bool(pairs))
        with duckdb.connect(str(path), read_only=True) as connection:

            def table(name: str) -> pd.DataFrame:
                return connection.execute(
                    f"select * from {SCHEMA}.{name}"
                ).df()

            openings = table("int_conversation_openings")
            terms = table("int_opening_terms")
            rows = table("int_intent_terms")
            assigned = table("int_conversation_intents")
            similarities = table("int_opening_similarities") if pairs else None
    intent_of = dict(
        zip(assigned["conversation_id"], assigned["intent_id"], strict=True)
    )
    ids = [conversation_id(place) for place in range(len(sample))]
    found = np.array([intent_of[one] for one in ids], dtype=object)
    result: dict[str, Any] = {
        "openings": len(sample),
        "true_intents": len(set(labels)),
        "clusters": len(set(found) - {UNCLASSIFIED}),
        "learned_from": str(rows["learned_from"].iloc[0]) if len(rows) else None,
    }
    result.update(fits(labels, found))
    teacher_of: dict[str, int] = {}
    if len(rows):
        with timed(console, "Ask the teacher, whom SQL has to follow"):
            teacher_of = teacher_clusters(
                module, openings, terms,
                {one for one, is_one in zip(ids, is_learned, strict=True)
                 if is_one},
            )
    teacher = [teacher_of.get(one, -1) for one in ids]
    names = np.array([str(one) for one in teacher], dtype=object)
    result["teacher_nmi"] = fits(labels, names)["nmi"]
    learned = np.flatnonzero(is_learned)
    result["agreement"] = agreement(
        [teacher[place] for place in learned], list(found[learned])
    )
    if is_holdout:
        held = np.flatnonzero(~is_learned)
        result["holdout_agreement"] = agreement(
            [teacher[place] for place in held], list(found[held])
        )
        result["holdout"] = fits(labels[held], found[held])
    result["unclassified_share"] = round(
        float(np.mean(found == UNCLASSIFIED)), 4
    )
    if similarities is not None:
        place_of = {
            (conversation_id(one), conversation_id(other)): is_same
            for one, other, is_same in pairs
        }
        is_same = np.array([
            place_of[pair]
            for pair in zip(
                similarities["conversation_id"],
                similarities["later_conversation_id"],
                strict=True,
            )
        ])
        result["same_issue"] = pair_scores(
            similarities["text_similarity"].to_numpy(float), is_same,
            float(project_var("same_issue_similarity")),
        )
    result["seconds"] = round(time.monotonic() - started, 1)
    label_of = dict(zip(rows["intent_id"], rows["intent_label"], strict=True))
    counts = pd.Series(found).value_counts().sort_index()
    counts = counts.sort_values(ascending=False, kind="stable")
    return result, [
        (str(label_of.get(intent_id, intent_id)), int(count))
        for intent_id, count in counts.items()
    ]


# ---------------------------------------------------------------------- showing

MEANINGS = {
    "openings": "rows of the sample",
    "true_intents": "intents that people told apart",
    "clusters": "intents that were found; unclassified is none",
    "learned_from": "meaning: the embedding model; words: without it",
    "nmi": "agreement with the labels, 0 to 1, whatever the number of intents",
    "ari": "the same, counted in pairs of openings",
    "acc": "share that is right when each intent stands for one label",
    "teacher_nmi": "nmi of the embedding model's clusters, which SQL imitates",
    "agreement": "share of openings that SQL puts where the teacher does",
    "holdout_agreement": "the same, on the half nothing was learned from",
    "unclassified_share": "share without an intent; counts as one of its own",
    "seconds": "for all of it",
}


def show(
    result: dict[str, Any], intents: list[tuple[str, int]], console: Console
) -> None:
    """Print the measures and what was found."""
    table = Table(title="Intents against the labels", title_justify="left")
    table.add_column("measure")
    table.add_column("value", justify="right")
    table.add_column("meaning", style="dim")
    for name, meaning in MEANINGS.items():
        if name in result:
            table.add_row(name, str(result[name]), meaning)
    console.print(table)
    for name, title in (
        ("holdout", "On the half nothing was learned from"),
        ("same_issue", "Same issue or not, pairs half and half"),
    ):
        if name in result:
            table = Table(title=title, title_justify="left")
            for column in result[name]:
                table.add_column(column, justify="right")
            table.add_row(*(str(value) for value in result[name].values()))
            console.print(table)
    table = Table(title="What was found", title_justify="left")
    table.add_column("intent")
    table.add_column("openings", justify="right")
    for label, count in intents:
        table.add_row(label, f"{count:,}")
    console.print(table)


@click.command()
@click.argument("file", metavar="FILE", type=click.Path(path_type=Path))
@click.option(
    "--holdout",
    "is_holdout",
    is_flag=True,
    help="Learn from half of the rows and measure the other half too.",
)
@click.option(
    "--pairs",
    "has_pairs",
    is_flag=True,
    help="Also measure whether two openings are about the same issue.",
)
@click.option(
    "--json", "is_json", is_flag=True, help="End with one line of JSON."
)
def main(file: Path, is_holdout: bool, has_pairs: bool, is_json: bool) -> None:
    """Measure the intents on your own labelled sample.

    FILE is CSV or JSON lines with the columns text (what the customer opened
    with) and intent (what a person says it is about). Nothing of your warehouse
    is read or changed.
    """
    console = Console()
    if not console.is_terminal:
        # A file or a pipe has no width of its own; 80 would cut the columns.
        console = Console(width=120)
    module = load_model_file()
    fewest = module.FEWEST_OPENINGS * (2 if is_holdout else 1)
    sample = read_sample(file, fewest)
    try:
        result, intents = evaluate(
            sample, module, console, is_holdout, has_pairs
        )
    except StepFailed as problem:
        click.echo(f"\n{problem}", err=True)
        raise SystemExit(1) from None
    show(result, intents, console)
    if is_json:
        click.echo(json.dumps(result, ensure_ascii=False))

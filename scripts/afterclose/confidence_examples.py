"""Examples that weights are fitted on: signals, label and group per conversation.

From a warehouse (what became of past conversations), or from files that
validate_on_transcripts and fit_confidence write. No text in either.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click
import numpy as np

from afterclose.confidence_fit import Data, probability
from afterclose.venv import PROJECT_DIR
from afterclose.sql_text import quoted
from afterclose.warehouse import Warehouse

WEIGHTS_FILE = PROJECT_DIR / "seeds" / "confidence_weights.csv"
WEIGHT_COLUMNS = (
    "signal", "direction", "weight", "standard_error", "example_count",
    "description",
)
SIGNS = {"up": 1, "down": -1, "either": 0, "": 0, None: 0}
EXAMPLE_COLUMNS = (
    "conversation_id", "source", "customer", "intent", "label", "signal", "value",
)

# The label that needs no human: nobody who was helped comes back about the same
# issue within a week, or does what the agent told them not to do.
LABELLED_BY_BEHAVIOUR = """
    select
        conversations.conversation_id,
        conversations.customer_id,
        coalesce(intents.intent_id, 'unclassified'),
        case
            when measures.has_recontact_168h
                or adverse.conversation_id is not null then 0
            else 1
        end
    from {schema}.int_conversation_measures as measures
    inner join {schema}.int_conversations as conversations
        on measures.conversation_id = conversations.conversation_id
    inner join {schema}.int_resolution_confidence as confidence
        on measures.conversation_id = confidence.conversation_id
    left join {schema}.int_conversation_intents as intents
        on measures.conversation_id = intents.conversation_id
    left join (
        select distinct conversation_id from {schema}.int_instructions
        where is_contradicted
    ) as adverse on measures.conversation_id = adverse.conversation_id
    where measures.is_mature_168h and measures.is_linkable
        and confidence.has_transcript
    order by 1
"""
JUDGED = """
    select
        conversations.conversation_id,
        coalesce(conversations.customer_id, conversations.conversation_id),
        coalesce(intents.intent_id, 'unclassified'),
        confidence.has_transcript
    from {schema}.int_conversations as conversations
    inner join {schema}.int_resolution_confidence as confidence
        on conversations.conversation_id = confidence.conversation_id
    left join {schema}.int_conversation_intents as intents
        on conversations.conversation_id = intents.conversation_id
    order by 1
"""
SIGNALS = """
    select conversation_id, signal, signal_value
    from {schema}.int_confidence_signals
"""


@dataclass
class Weight:
    """One row of the seed confidence_weights; numbers in logits.

    direction is what the weight may do to the confidence: up, down or either.
    """

    signal: str
    direction: str
    weight: float
    standard_error: float | None
    example_count: int | None
    description: str


@dataclass
class Examples:
    """Labelled conversations as arrays, a row each.

    values is conversations x signals; labels are 1 for resolved; customers are
    the groups of cross-validation; sources tell where each row is from.
    """

    ids: list[str]
    customers: list[str]
    clusters: list[str]
    sources: list[str]
    labels: np.ndarray
    signals: list[str]
    values: np.ndarray

    def __len__(self) -> int:
        return len(self.ids)

    def data(
        self,
        weights: Sequence[Weight],
        chosen: Sequence[str] | None = None,
        within_intents: bool = True,
    ) -> Data:
        """What a fit needs, of the chosen signals (all)."""
        names = self.signals if chosen is None else list(chosen)
        columns = [self.signals.index(name) for name in names]
        direction = {row.signal: row.direction for row in weights}
        return Data(
            self.values[:, columns],
            self.labels,
            np.asarray(self.customers, dtype=str),
            np.array([SIGNS[direction.get(name, "either")] for name in names]),
            np.asarray(self.clusters, dtype=str) if within_intents else None,
        )

    def shown(self) -> np.ndarray:
        """In how many conversations each signal shows."""
        return (self.values != 0).sum(axis=0)


# --------------------------------------------------------------------- weights


def read_weights(path: Path = WEIGHTS_FILE) -> list[Weight]:
    """The rows of a weights file. Raises click.ClickException on a mistake."""
    try:
        with path.open(encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(file))
    except FileNotFoundError:
        raise click.ClickException(f"{path} does not exist") from None
    weights = []
    for number, row in enumerate(rows, start=2):
        try:
            weights.append(
                Weight(
                    row["signal"],
                    row.get("direction") or "either",
                    float(row["weight"]),
                    number_or_none(row.get("standard_error"), float),
                    number_or_none(row.get("example_count"), int),
                    row.get("description") or "",
                )
            )
        except KeyError as column:
            raise click.ClickException(
                f"{path.name} has no column {column}; it needs signal and weight"
            ) from None
        except (TypeError, ValueError):
            raise click.ClickException(
                f"{path.name}, line {number}: weight '{row.get('weight')}' of "
                f"'{row.get('signal')}' is no number"
            ) from None
    if not any(weight.signal == "bias" for weight in weights):
        raise click.ClickException(f"{path.name} has no row 'bias'")
    return weights


def number_or_none(text: str | None, kind: type) -> Any:
    """A number, or None for an empty field."""
    return None if text in (None, "") else kind(text)


def write_weights(path: Path, weights: Sequence[Weight]) -> None:
    """Write a weights file in the form of the seed."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(WEIGHT_COLUMNS)
        for row in weights:
            writer.writerow([
                row.signal,
                row.direction,
                f"{row.weight:.4f}",
                "" if row.standard_error is None else f"{row.standard_error:.4f}",
                "" if row.example_count is None else row.example_count,
                row.description,
            ])


def predicted_by(weights: Sequence[Weight], examples: Examples) -> np.ndarray:
    """The confidence that a weights file gives each example, 0 to 1."""
    known = {row.signal: row.weight for row in weights}
    vector = np.array([known.get(name, 0.0) for name in examples.signals])
    return probability(known["bias"] + examples.values @ vector)


# ------------------------------------------------------------------- warehouse


def schema_of(warehouse: Warehouse) -> str:
    """The schema of the intermediate models, quoted."""
    name = f"{warehouse.schema}_intermediate"
    if not warehouse.columns(name, "int_confidence_signals"):
        raise click.ClickException(
            f"{warehouse.name} has no model int_confidence_signals yet: run "
            "dbt build first"
        )
    return quoted(name)


def signal_rows(warehouse: Warehouse) -> list[tuple[str, str, float]]:
    """(conversation, signal, value) of every conversation with a transcript."""
    return warehouse.query(SIGNALS.format(schema=schema_of(warehouse)))


def from_behaviour(warehouse: Warehouse) -> Examples:
    """Every conversation whose week after the answer has passed."""
    rows = warehouse.query(
        LABELLED_BY_BEHAVIOUR.format(schema=schema_of(warehouse))
    )
    return assembled(rows, signal_rows(warehouse), warehouse.name)


def from_judgements(warehouse: Warehouse, path: Path) -> Examples:
    """Conversations that people judged: columns conversation_id and label."""
    judged = read_judgements(path)
    known = {
        row[0]: row
        for row in warehouse.query(JUDGED.format(schema=schema_of(warehouse)))
    }
    lost = [name for name in judged if name not in known]
    if len(lost) == len(judged):
        raise click.ClickException(
            f"{path.name}: none of its {len(judged)} conversations is in "
            f"{warehouse.name} (first: '{lost[0]}'); conversation_id is that of "
            "the mart conversations"
        )
    rows = [
        (name, known[name][1], known[name][2], label)
        for name, label in judged.items()
        if name in known and known[name][3]
    ]
    return assembled(rows, signal_rows(warehouse), path.name)


YES = {"1", "1.0", "true", "yes", "y", "resolved", "t"}
NO = {"0", "0.0", "false", "no", "n", "unresolved", "not_resolved", "f"}


def label_of(value: Any) -> int | None:
    """1 for resolved, 0 for not, None for whatever is neither."""
    word = str(value).strip().lower()
    return 1 if word in YES else 0 if word in NO else None


def needed_label(row: Mapping[str, Any], where: str) -> int:
    """The label of a row. Raises click.ClickException, with its place in the file."""
    label = label_of(row["label"])
    if label is None:
        raise click.ClickException(
            f"{where}: label '{row['label']}' is neither 1 nor 0"
        )
    return label


def needed_value(row: Mapping[str, Any], where: str) -> float:
    """The value of a row's signal. Raises click.ClickException, as the label's."""
    try:
        return float(row["value"])
    except (TypeError, ValueError):
        raise click.ClickException(
            f"{where}: value '{row['value']}' is no number"
        ) from None


def read_judgements(path: Path) -> dict[str, int]:
    """conversation_id -> label of a CSV file."""
    found: dict[str, int] = {}
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file)
            missing = {"conversation_id", "label"} - set(reader.fieldnames or ())
            if missing:
                raise click.ClickException(
                    f"{path.name}, line 1: no column {sorted(missing)[0]}; "
                    "conversation_id and label are needed"
                )
            for row in reader:
                where = f"{path.name}, line {reader.line_num}"
                found[row["conversation_id"]] = needed_label(row, where)
    except UnicodeDecodeError:
        raise click.ClickException(f"{path.name} is not UTF-8 text") from None
    if not found:
        raise click.ClickException(f"{path.name} has no rows")
    return found


def assembled(
    rows: Sequence[tuple[str, str, str, int]],
    signals: Sequence[tuple[str, str, float]],
    source: str,
) -> Examples:
    """Rows (conversation, customer, cluster, label) and signals as arrays."""
    place = {row[0]: index for index, row in enumerate(rows)}
    names = sorted({signal for _, signal, _ in signals})
    column = {name: index for index, name in enumerate(names)}
    values = np.zeros((len(rows), len(names)))
    for conversation, signal, value in signals:
        if conversation in place:
            values[place[conversation], column[signal]] = value
    return Examples(
        [row[0] for row in rows],
        [str(row[1]) for row in rows],
        [str(row[2]) for row in rows],
        [source] * len(rows),
        np.array([row[3] for row in rows], dtype=float),
        names,
        values,
    )


# ----------------------------------------------------------------------- files


def write_examples(path: Path, examples: Examples) -> None:
    """One row per conversation and signal shown; no text."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(EXAMPLE_COLUMNS)
        for index, name in enumerate(examples.ids):
            start = [
                name, examples.sources[index], examples.customers[index],
                examples.clusters[index], int(examples.labels[index]),
            ]
            for column in np.flatnonzero(examples.values[index]):
                writer.writerow([
                    *start, examples.signals[column],
                    repr(float(examples.values[index, column])),
                ])


def read_examples(paths: Sequence[Path]) -> Examples:
    """Examples of several files in one; each file is a source of its own."""
    rows, signals, sources = {}, [], {}
    for path in paths:
        with path.open(encoding="utf-8", newline="") as file:
            reader = csv.DictReader(file)
            missing = set(EXAMPLE_COLUMNS) - set(reader.fieldnames or ())
            if missing:
                raise click.ClickException(
                    f"{path.name}, line 1: no column {sorted(missing)[0]}; the "
                    "file is one that --write-examples makes"
                )
            for row in reader:
                key = f"{path.stem}/{row['conversation_id']}"
                where = f"{path.name}, line {reader.line_num}"
                sources[key] = path.stem
                rows[key] = (
                    key, f"{path.stem}/{row['customer']}",
                    f"{path.stem}/{row['intent']}", needed_label(row, where),
                )
                signals.append((key, row["signal"], needed_value(row, where)))
    if not rows:
        raise click.ClickException("The files of examples hold no rows")
    examples = assembled(list(rows.values()), signals, "")
    examples.sources = [sources[name] for name in examples.ids]
    return examples


def joined(examples: Sequence[Examples]) -> Examples:
    """Several sets in one; signals that a set lacks are 0 there."""
    names = sorted({name for part in examples for name in part.signals})
    column = {name: index for index, name in enumerate(names)}
    blocks = []
    for part in examples:
        block = np.zeros((len(part), len(names)))
        block[:, [column[name] for name in part.signals]] = part.values
        blocks.append(block)
    return Examples(
        [name for part in examples for name in part.ids],
        [name for part in examples for name in part.customers],
        [name for part in examples for name in part.clusters],
        [name for part in examples for name in part.sources],
        np.concatenate([part.labels for part in examples]),
        names,
        np.vstack(blocks),
    )

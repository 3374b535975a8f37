"""Labelled transcripts through the whole pipeline: how good is the confidence?

The file becomes raw Langfuse tables in a scratch DuckDB, dbt builds everything
on it, and the confidence that the mart shows is held against the labels. The
user's warehouse is not touched.
"""

from __future__ import annotations

import json
import math
import os
import shutil
import tempfile
from pathlib import Path
from typing import Any

import click
import duckdb
import numpy as np
from rich.console import Console
from rich.table import Table

from afterclose import confidence_fit as maths
from afterclose.confidence_examples import (
    Examples,
    assembled,
    label_of,
    predicted_by,
    read_weights,
    signal_rows,
    write_examples,
)
from afterclose.steps import StepFailed, dbt, run, timed
from afterclose.transcripts import (
    OBSERVATIONS,
    TRACES,
    Transcript,
    TranscriptReader,
    last_time,
    longest_silence,
    parse_condition,
    raw_rows,
)
from afterclose.venv import PROJECT_DIR
from afterclose.warehouse import DuckDB

PIPELINE = """
    select
        conversations.trace_session_id,
        conversations.conversation_id,
        confidence.resolution_confidence,
        coalesce(intents.intent_id, 'unclassified')
    from afterclose_intermediate.int_conversations as conversations
    inner join afterclose_intermediate.int_resolution_confidence as confidence
        on conversations.conversation_id = confidence.conversation_id
    left join afterclose_intermediate.int_conversation_intents as intents
        on conversations.conversation_id = intents.conversation_id
    where confidence.has_transcript
    order by conversations.trace_session_id, conversations.conversation_number
"""


# -------------------------------------------------------------------- pipeline


def write_raw_tables(path: Path, transcripts: list[Transcript]) -> None:
    """The raw tables of the transcripts in a new DuckDB file."""
    traces, observations = raw_rows(transcripts)
    with duckdb.connect(str(path)) as connection:
        connection.execute("create schema langfuse")
        for name, columns, rows in (
            ("traces", TRACES, traces),
            ("observations", OBSERVATIONS, observations),
        ):
            listed = ", ".join(f'"{column}" varchar' for column in columns)
            connection.execute(f"create table langfuse.{name} ({listed})")
            insert_rows(connection, f"langfuse.{name}", columns, rows)


def insert_rows(
    connection: duckdb.DuckDBPyConnection,
    table: str,
    columns: tuple[str, ...],
    rows: list[tuple[Any, ...]],
) -> None:
    """All rows at once, through Arrow: executemany takes minutes for 40,000."""
    import pyarrow as pa

    frame = pa.table({
        column: pa.array([row[place] for row in rows], pa.string())
        for place, column in enumerate(columns)
    })
    connection.register("rows_to_insert", frame)
    connection.execute(f"insert into {table} select * from rows_to_insert")
    connection.unregister("rows_to_insert")


def pipeline_vars(transcripts: list[Transcript]) -> dict[str, Any]:
    """Vars under which each transcript is one conversation, and closed."""
    silence = longest_silence(transcripts).total_seconds() / 3600
    idle_hours = max(24, math.ceil(silence) + 1)
    reach = last_time(transcripts).timestamp() + (idle_hours + 24 * 8) * 3600
    from datetime import datetime, timezone

    return {
        "trace_sources": ["langfuse"],
        "ticket_sources": [],
        "event_sources": [],
        "langfuse_layout": "legacy",
        "langfuse_schema": "langfuse",
        "absent_tables": ["langfuse.scores"],
        "absent_columns": [],
        "conversation_idle_hours": idle_hours,
        "as_of": datetime.fromtimestamp(reach, timezone.utc).strftime(
            "%Y-%m-%d %H:%M:%S"
        ),
    }


def build(folder: Path, variables: dict[str, Any], console: Console) -> None:
    """Seeds and models on the scratch warehouse, without their tests."""
    shutil.copy(PROJECT_DIR / "profiles.yml.example", folder / "profiles.yml")
    environment = {
        "AFTERCLOSE_DUCKDB_PATH": str(folder / "transcripts.duckdb"),
        "DBT_PROFILES_DIR": str(folder),
        "DBT_TARGET_PATH": str(folder / "target"),
        "DBT_LOG_PATH": str(folder / "logs"),
    }
    title = "Build the models on it"
    with timed(console, title):
        run(
            dbt(
                "build", "--target", "duckdb",
                "--exclude-resource-type", "test",
                "--exclude-resource-type", "unit_test",
                "--vars", json.dumps(variables),
            ),
            environment,
            console,
            title,
        )


class Result:
    """The labelled transcripts as the pipeline sees them."""

    def __init__(
        self,
        warehouse: DuckDB,
        transcripts: list[Transcript],
        labels: dict[str, int],
        group: str | None,
        source: str,
    ) -> None:
        by_session = {
            f"langfuse:{transcript.conversation_id}": transcript
            for transcript in transcripts
        }
        rows, self.confidence, self.deflected = [], [], []
        self.transcripts: list[Transcript] = []
        seen = set()
        for session, conversation, confidence, intent in warehouse.query(PIPELINE):
            transcript = by_session.get(session)
            if transcript is None or session in seen:
                continue
            seen.add(session)
            name = transcript.conversation_id
            rows.append((
                conversation,
                name if group is None else str(transcript.fields[group]),
                intent,
                labels[name],
            ))
            self.confidence.append(confidence)
            self.deflected.append(float(transcript.is_deflected))
            self.transcripts.append(transcript)
        self.without_transcript = len(transcripts) - len(rows)
        if not rows:
            raise click.ClickException(
                "No conversation has both a customer's and an agent's words"
            )
        self.examples: Examples = assembled(rows, signal_rows(warehouse), source)


# ---------------------------------------------------------------------- labels


def read_labels(
    reader: TranscriptReader, transcripts: list[Transcript], name: str
) -> dict[str, int]:
    """Conversation -> 1 or 0. Raises click.ClickException with the line."""
    labels = {}
    for transcript in transcripts:
        line = reader.seen[transcript.conversation_id]
        where = f"{reader.path.name}, line {line}"
        if name not in transcript.fields:
            raise click.ClickException(
                f"{where}: field {name} is missing; --label names the field "
                f"that holds 1 or 0 (there are: {', '.join(transcript.fields)})"
            )
        label = label_of(transcript.fields[name])
        if label is None:
            raise click.ClickException(
                f"{where}: field {name} is "
                f"{json.dumps(transcript.fields[name])[:40]}; write 1 (resolved) "
                "or 0"
            )
        labels[transcript.conversation_id] = label
    if len(set(labels.values())) < 2:
        only = next(iter(labels.values()))
        raise click.ClickException(
            f"{reader.path.name}: field {name} is {only} in all {len(labels)} "
            "conversations; both 1 and 0 are needed to tell good from bad"
        )
    return labels


def check_group(
    reader: TranscriptReader, transcripts: list[Transcript], name: str
) -> None:
    """Every line has the group, and there are enough groups to hold some out."""
    for transcript in transcripts:
        if transcript.fields.get(name) is None:
            raise click.ClickException(
                f"{reader.path.name}, line "
                f"{reader.seen[transcript.conversation_id]}: field {name}, which "
                "--group or --hold-out asks for, is missing or null"
            )
    count = len({str(transcript.fields[name]) for transcript in transcripts})
    if count < 3:
        raise click.ClickException(
            f"{reader.path.name}: field {name} has {count} value(s); "
            "cross-validation needs 3 at least"
        )


# ---------------------------------------------------------------------- output


def judged(
    result: Result, predicted: np.ndarray, with_interval: bool = True
) -> dict[str, Any]:
    """All measures of one set of predictions."""
    examples = result.examples
    found = maths.measures(examples.labels, predicted, examples.clusters)
    interval = (
        maths.bootstrap(examples.labels, predicted, examples.customers)
        if with_interval
        else None
    )
    found["auc_lower"], found["auc_upper"] = interval or (None, None)
    return found


def per_value(
    result: Result, name: str, predicted: np.ndarray
) -> list[dict[str, Any]]:
    """Measures of each value of a field, the largest first."""
    values = np.array([str(t.fields[name]) for t in result.transcripts])
    rows = []
    for value in np.unique(values):
        inside = values == value
        labels, some = result.examples.labels[inside], predicted[inside]
        rows.append({
            "value": str(value),
            "conversations": int(inside.sum()),
            "auc": maths.auc(labels, some),
            "mean_confidence": float(some.mean()),
            "resolved_share": float(labels.mean()),
            "error_of_mean": float(abs(some.mean() - labels.mean())),
        })
    return sorted(rows, key=lambda row: -row["conversations"])


def shown(value: float | None, digits: int = 3) -> str:
    """A number for a table, - when there is none."""
    return "-" if value is None else f"{value:.{digits}f}"


def results_table(results: dict[str, dict[str, Any]], title: str) -> Table:
    """The rows side by side, for people."""
    table = Table(title=title, title_justify="left")
    table.add_column("weights")
    for name in (
        "AUC", "95 % interval", "Brier", "ECE", "intent error",
        "mean confidence", "resolved",
    ):
        table.add_column(name, justify="right")
    for name, row in results.items():
        interval = "-"
        if row["auc_lower"] is not None:
            interval = f"{row['auc_lower']:.3f} - {row['auc_upper']:.3f}"
        table.add_row(
            name.replace("_", " "), shown(row["auc"]), interval,
            shown(row["brier"]), shown(row["ece"]), shown(row["intent_error"]),
            shown(row["mean_confidence"]), shown(row["resolved_share"]),
        )
    return table


def values_table(rows: list[dict[str, Any]], name: str) -> Table:
    """What weights that never saw a value say of it."""
    table = Table(title=f"Each {name} held out", title_justify="left")
    table.add_column(name, overflow="fold", max_width=48)
    for column in ("conversations", "AUC", "confidence", "resolved", "error"):
        table.add_column(column, justify="right")
    for row in rows:
        table.add_row(
            row["value"], str(row["conversations"]), shown(row["auc"]),
            shown(row["mean_confidence"]), shown(row["resolved_share"]),
            shown(row["error_of_mean"]),
        )
    return table


def say_what_was_left_out(
    console: Console, reader: TranscriptReader, result: Result
) -> None:
    """One line for each thing that is not in the numbers."""
    counts = reader.counts
    notes = []
    if counts["conversations_without_times"]:
        notes.append(
            f"{counts['conversations_without_times']:,} conversations have no "
            "times: 20 seconds were put between their messages"
        )
    if counts["messages_without_a_time"] or counts["messages_out_of_order"]:
        notes.append(
            f"{counts['messages_without_a_time'] + counts['messages_out_of_order']:,}"
            " messages without a time or earlier than the one above took that one's"
        )
    for role, count in reader.unknown_roles.most_common():
        notes.append(f"{count:,} messages of the unknown role '{role}' left out")
    if counts["human_messages"]:
        notes.append(
            f"{counts['human_messages']:,} messages of human agents left out: "
            "traces hold the AI agent's words only"
        )
    if result.without_transcript:
        notes.append(
            f"{result.without_transcript:,} conversations without words of both "
            "sides have no confidence and are left out"
        )
    for note in notes:
        console.print(f"[yellow]![/yellow] {note}", highlight=False)


# --------------------------------------------------------------------- command


def predictions_of(
    result: Result,
    weights_file: Path | None,
    group: str | None,
    console: Console,
) -> dict[str, np.ndarray]:
    """Name of the weights -> predictions, "deflected = resolved" last."""
    examples = result.examples
    found = {"shipped": np.array(result.confidence, dtype=float)}
    if weights_file:
        weights = read_weights(weights_file)
        found[weights_file.stem] = predicted_by(weights, examples)
    if group:
        folds = maths.folds_of(examples.customers, maths.FOLDS)
        title = f"Fit weights in cross-validation by {group}"
        with timed(console, title), console.status(title) as status:
            done = iter(range(1, 10_000))
            total = len(np.unique(folds))
            found["cross_validated"] = maths.cross_validated(
                examples.data(read_weights(), within_intents=False),
                folds,
                progress=lambda: status.update(f"{title}: {next(done)} of {total}"),
            )
    found["deflected_is_resolved"] = np.array(result.deflected)
    return found


def held_out_values(
    result: Result, name: str, console: Console
) -> list[dict[str, Any]]:
    """Leave one value of a field out: fit on the others, judge on it."""
    values = [str(t.fields[name]) for t in result.transcripts]
    _, folds = np.unique(values, return_inverse=True)
    title = f"Fit weights without each {name}"
    with timed(console, title), console.status(title):
        data = result.examples.data(read_weights(), within_intents=False)
        predicted = maths.cross_validated(data, folds)
    return per_value(result, name, predicted)


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.argument(
    "file", type=click.Path(exists=True, dir_okay=False, path_type=Path)
)
@click.option(
    "--label", default="resolved", show_default=True, metavar="FIELD",
    help="Field that tells whether the customer was really helped: 1 or 0.",
)
@click.option(
    "--group", metavar="FIELD",
    help="Also fit weights, cross-validated: conversations with the same value "
    "of this field (scenario, customer) are never both learned from and scored.",
)
@click.option(
    "--hold-out", metavar="FIELD",
    help="Also leave each value of this field out (agent version) and report "
    "AUC and the error of the mean for it.",
)
@click.option(
    "--where", "conditions", multiple=True, metavar="FIELD=VALUE",
    help="Only conversations whose field has this value; may be repeated.",
)
@click.option(
    "--weights", "weights_file", metavar="CSV",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Also judge the weights of this file, as fit_confidence writes it.",
)
@click.option(
    "--write-examples", metavar="CSV", type=click.Path(path_type=Path),
    help="Write signals and labels (no text) for fit_confidence --examples.",
)
@click.option("--json", "as_json", is_flag=True, help="One JSON object as last line.")
def main(
    file: Path,
    label: str,
    group: str | None,
    hold_out: str | None,
    conditions: tuple[str, ...],
    weights_file: Path | None,
    write_examples: Path | None,
    as_json: bool,
) -> None:
    """Judge the resolution confidence on labelled transcripts.

    FILE has one JSON object per line: conversation_id, messages (each with role,
    text and, if known, ts), and a label. Roles are customer, agent, agent_tool,
    tool_result and human. The transcripts run through the whole pipeline in a
    scratch DuckDB; your warehouse is not touched.

    Printed for the shipped weights and, with --group, for weights fitted in
    cross-validation, beside "deflected = resolved": AUC (interval by group),
    Brier score, calibration error, and intent error, the mean distance of mean
    confidence and resolved share per intent.
    """
    console = Console(stderr=as_json)
    if not console.is_terminal:
        console = Console(width=120, stderr=as_json)
    reader = TranscriptReader(file)
    with timed(console, f"Read {file.name}"):
        transcripts = reader.read([parse_condition(text) for text in conditions])
        labels = read_labels(reader, transcripts, label)
        for name in {name for name in (group, hold_out) if name}:
            check_group(reader, transcripts, name)
    with tempfile.TemporaryDirectory(prefix="afterclose-") as scratch:
        folder = Path(scratch)
        with timed(
            console, f"Write {len(transcripts):,} conversations as raw tables"
        ):
            write_raw_tables(folder / "transcripts.duckdb", transcripts)
        try:
            build(folder, pipeline_vars(transcripts), console)
        except StepFailed as problem:
            click.echo(f"\n{problem}", err=True)
            raise SystemExit(1) from None
        warehouse = DuckDB(
            {
                "path": str(folder / "transcripts.duckdb"),
                "schema": "afterclose",
                "target": "duckdb",
            },
            read_only=True,
        )
        try:
            result = Result(warehouse, transcripts, labels, group, file.stem)
        finally:
            warehouse.close()
    if write_examples:
        save_examples(write_examples, result)
    predictions = predictions_of(result, weights_file, group, console)
    results = {name: judged(result, some) for name, some in predictions.items()}
    output: dict[str, Any] = {
        "file": file.name,
        "conversations": len(result.examples),
        "without_transcript": result.without_transcript,
        "label": label,
        "group": group,
        "where": list(conditions),
        "results": results,
    }
    if hold_out:
        output["hold_out"] = hold_out
        output["held_out"] = held_out_values(result, hold_out, console)
    say_what_was_left_out(console, reader, result)
    console.print()
    console.print(
        results_table(
            results,
            f"{file.name}: {len(result.examples):,} conversations, "
            f"{len(set(result.examples.clusters))} intents",
        )
    )
    if hold_out:
        console.print(values_table(output["held_out"], hold_out))
    if as_json:
        click.echo(json.dumps(output))


def save_examples(path: Path, result: Result) -> None:
    """Write the examples; a folder that is not there is the user's mistake."""
    try:
        write_examples(path, result.examples)
    except OSError as problem:
        raise click.ClickException(
            f"{path} cannot be written: {os.strerror(problem.errno or 0)}"
        ) from None

"""Learn the weights of the resolution confidence from what customers did next."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import click
import numpy as np
from rich.console import Console
from rich.table import Table

from afterclose import confidence_fit as maths
from afterclose.confidence_examples import (
    WEIGHTS_FILE,
    Examples,
    Weight,
    from_behaviour,
    from_judgements,
    joined,
    predicted_by,
    read_examples,
    read_weights,
    write_examples,
    write_weights,
)
from afterclose.confidence_report import write_report
from afterclose.steps import timed
from afterclose.warehouse import open_warehouse, target_option

# Below these a fit says more about luck than about signals.
FEWEST_LABELS = 200
FEWEST_OF_A_CLASS = 30
FEWEST_CUSTOMERS = 20
# A signal that fewer conversations show keeps the weight it has.
FEWEST_SHOWN = 10


def refuse_if_too_little(examples: Examples) -> None:
    """Raises click.ClickException with the reason when no fit is worth it."""
    count = len(examples)
    good = int(examples.labels.sum())
    bad = count - good
    if count == 0:
        raise click.ClickException(
            "No labelled conversation: re-contacts are known a week after the "
            "answer, for customers who can be recognised. Wait, or give "
            "--labels."
        )
    if not good or not bad:
        only = "resolved" if good else "not resolved"
        raise click.ClickException(
            f"All {count:,} labelled conversations are {only}: with one class "
            "there is nothing to tell apart"
        )
    if count < FEWEST_LABELS:
        raise click.ClickException(
            f"{count:,} labelled conversations are too few; {FEWEST_LABELS} are "
            "needed"
        )
    if min(good, bad) < FEWEST_OF_A_CLASS:
        rarer = "resolved" if good < bad else "not resolved"
        raise click.ClickException(
            f"Only {min(good, bad)} of {count:,} labelled conversations are "
            f"{rarer}; {FEWEST_OF_A_CLASS} of each class are needed"
        )
    customers = len(set(examples.customers))
    if customers < FEWEST_CUSTOMERS:
        raise click.ClickException(
            f"The labels come from {customers} customers; {FEWEST_CUSTOMERS} are "
            "needed to hold some of them out"
        )


def learn(
    examples: Examples, current: list[Weight]
) -> tuple[list[Weight], np.ndarray, float]:
    """(new weights, held-out predictions of all examples, penalty).

    A signal that too few conversations show is not learned: it keeps its weight,
    and its examples are counted. Signals without a row in the seed are added.
    """
    shown = dict(zip(examples.signals, examples.shown().tolist()))
    learned = [
        name for name in examples.signals if shown[name] >= FEWEST_SHOWN
    ]
    data = examples.data(current, learned)
    fitted = data.fit_chosen()
    predicted = maths.cross_validated(data)
    found = {
        name: (float(weight), float(error))
        for name, weight, error in zip(
            learned, fitted.weights, fitted.weight_errors
        )
    }
    found["bias"] = (fitted.bias, fitted.bias_error)
    shown["bias"] = len(examples)
    rows = []
    for row in current:
        weight, error = found.pop(row.signal, (row.weight, row.standard_error))
        rows.append(
            replace(
                row,
                weight=weight,
                standard_error=error,
                example_count=shown.get(row.signal, 0),
            )
        )
    for name, (weight, error) in found.items():
        rows.append(Weight(name, "either", weight, error, shown[name], ""))
    return rows, predicted, fitted.penalty


def comparison(
    examples: Examples, predictions: dict[str, np.ndarray]
) -> dict[str, dict[str, Any]]:
    """Measures of each set of predictions; intents only where they are known."""
    clusters = examples.clusters if any(examples.clusters) else None
    return {
        name: maths.measures(examples.labels, some, clusters)
        for name, some in predictions.items()
    }


def measures_table(results: dict[str, dict[str, Any]]) -> Table:
    """Before and after, for people."""
    table = Table(title="Before and after", title_justify="left")
    table.add_column("weights")
    for name in ("AUC", "Brier", "ECE", "mean confidence", "resolved"):
        table.add_column(name, justify="right")
    for name, row in results.items():
        table.add_row(
            name,
            "-" if row["auc"] is None else f"{row['auc']:.3f}",
            f"{row['brier']:.3f}", f"{row['ece']:.3f}",
            f"{row['mean_confidence']:.3f}", f"{row['resolved_share']:.3f}",
        )
    return table


def weights_table(before: list[Weight], after: list[Weight]) -> Table:
    """Old and new weights, the strongest first."""
    old = {row.signal: row.weight for row in before}
    table = Table(title="Weights, in logits", title_justify="left")
    table.add_column("signal")
    for name in ("before", "after", "error", "shown in"):
        table.add_column(name, justify="right")
    for row in sorted(after, key=lambda row: -abs(row.weight)):
        table.add_row(
            row.signal,
            f"{old[row.signal]:+.3f}" if row.signal in old else "-",
            f"{row.weight:+.3f}",
            "-" if row.standard_error is None else f"{row.standard_error:.3f}",
            f"{row.example_count:,}",
        )
    return table


def gather(
    target: str | None,
    labels_file: Path | None,
    example_files: tuple[Path, ...],
    use_warehouse: bool,
) -> Examples:
    """All examples that the options ask for."""
    parts = []
    if use_warehouse:
        with open_warehouse(target, read_only=True) as warehouse:
            parts.append(
                from_judgements(warehouse, labels_file)
                if labels_file
                else from_behaviour(warehouse)
            )
    if example_files:
        parts.append(read_examples(example_files))
    return joined(parts)


def in_a_folder(
    context: click.Context, parameter: click.Parameter, path: Path | None
) -> Path | None:
    """A file to write at the end, refused at the start if its folder is not there."""
    if path and not path.parent.is_dir():
        raise click.BadParameter(
            f"the folder {path.parent} does not exist: make it first"
        )
    return path


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@target_option
@click.option(
    "--labels", "labels_file", metavar="CSV",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Judgements by people instead of re-contacts: columns conversation_id "
    "and label (1 resolved, 0 not).",
)
@click.option(
    "--examples", "example_files", metavar="CSV", multiple=True,
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Learn from such files, as --write-examples makes them; may be repeated.",
)
@click.option(
    "--and-warehouse", is_flag=True,
    help="With --examples: learn from the warehouse as well.",
)
@click.option(
    "--out", metavar="CSV", default=WEIGHTS_FILE, show_default="the seed",
    type=click.Path(dir_okay=False, path_type=Path), callback=in_a_folder,
    help="Where the weights are written.",
)
@click.option(
    "--report", "report_file", metavar="HTML",
    type=click.Path(dir_okay=False, path_type=Path), callback=in_a_folder,
    default=Path("confidence_fit.html"), show_default=True,
    help="Where the report is written.",
)
@click.option(
    "--write-examples", "examples_out", metavar="CSV",
    type=click.Path(dir_okay=False, path_type=Path), callback=in_a_folder,
    help="Also write the examples: signals and labels, no text.",
)
@click.option(
    "--start", "start_file", metavar="CSV", default=WEIGHTS_FILE,
    show_default="the seed",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Weights to compare with; signals without examples keep theirs.",
)
@click.option("--dry-run", is_flag=True, help="Write the report, not the weights.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object as last line.")
def main(
    target: str | None,
    labels_file: Path | None,
    example_files: tuple[Path, ...],
    and_warehouse: bool,
    out: Path,
    report_file: Path,
    examples_out: Path | None,
    start_file: Path,
    dry_run: bool,
    as_json: bool,
) -> None:
    """Learn the weights of the resolution confidence.

    By default from the warehouse, without any human: a conversation whose
    customer came back about the same issue within 168 hours, or did what the
    agent had told them not to do, was not resolved. Regularised logistic
    regression; every printed measure is of conversations whose customer the
    weights never saw. Run dbt build afterwards.
    """
    console = Console(stderr=as_json)
    if not console.is_terminal:
        console = Console(width=120, stderr=as_json)
    current = read_weights(start_file)
    with timed(console, "Gather the examples"):
        examples = gather(
            target, labels_file, example_files, and_warehouse or not example_files
        )
        refuse_if_too_little(examples)
    with timed(
        console, f"Fit on {len(examples):,} conversations, customers held out"
    ), console.status("Fit"):
        weights, predicted, penalty = learn(examples, current)
    results = comparison(
        examples,
        {
            "before": predicted_by(current, examples),
            "after, held out": predicted,
        },
    )
    curves = {
        "before": maths.reliability(
            examples.labels, predicted_by(current, examples)
        ),
        "after": maths.reliability(examples.labels, predicted),
    }
    try:
        if not dry_run:
            write_weights(out, weights)
        if examples_out:
            write_examples(examples_out, examples)
        write_report(
            report_file, examples, current, weights, results, curves, penalty
        )
    except OSError as problem:
        raise click.ClickException(
            f"{problem.filename} cannot be written: {problem.strerror}"
        ) from None
    console.print(measures_table(results))
    console.print(weights_table(current, weights))
    console.print(f"Report: {report_file}", highlight=False)
    if not dry_run:
        console.print(f"Weights: {out}. Now run dbt build.", highlight=False)
    if as_json:
        click.echo(
            json.dumps({
                "conversations": len(examples),
                "customers": len(set(examples.customers)),
                "penalty": penalty,
                "before": results["before"],
                "after": results["after, held out"],
                "weights": {row.signal: row.weight for row in weights},
            })
        )

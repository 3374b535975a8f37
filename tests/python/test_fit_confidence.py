"""fit_confidence as a user runs it, on a warehouse of a few plain tables."""

from __future__ import annotations

import csv

import duckdb
import numpy as np
import pytest

from conftest import last_json

SCHEMA = "afterclose_intermediate"


def make_warehouse(path, count: int = 600, share_bad: float = 0.35) -> None:
    """Conversations in which complaints foretell a return."""
    rng = np.random.RandomState(3)
    with duckdb.connect(str(path)) as connection:
        connection.execute(f"create schema {SCHEMA}")
        for name, columns in {
            "int_conversation_measures":
                "conversation_id text, has_recontact_168h boolean,"
                " is_mature_168h boolean, is_linkable boolean",
            "int_conversations": "conversation_id text, customer_id text",
            "int_resolution_confidence":
                "conversation_id text, has_transcript boolean",
            "int_conversation_intents": "conversation_id text, intent_id text",
            "int_instructions": "conversation_id text, is_contradicted boolean",
            "int_confidence_signals":
                "conversation_id text, signal text, signal_value double",
        }.items():
            connection.execute(f"create table {SCHEMA}.{name} ({columns})")
        rows: dict[str, list] = {
            name: [] for name in ("measures", "plain", "confidence", "intents", "signals")
        }
        for number in range(count):
            name = f"c{number}"
            is_bad = bool(rng.rand() < share_bad)
            complains = rng.rand() < (0.6 if is_bad else 0.1)
            rows["measures"].append((name, is_bad, True, True))
            rows["plain"].append((name, f"customer{number % 150}"))
            rows["confidence"].append((name, True))
            rows["intents"].append((name, f"intent{number % 4}"))
            rows["signals"].append((name, "turn_count", float(rng.rand() + 1)))
            if complains:
                rows["signals"].append((name, "said_not_fixed", 1.0))
        for table, key in (
            ("int_conversation_measures", "measures"),
            ("int_conversations", "plain"),
            ("int_resolution_confidence", "confidence"),
            ("int_conversation_intents", "intents"),
            ("int_confidence_signals", "signals"),
        ):
            if rows[key]:
                listed = ", ".join(map(repr, rows[key]))
                connection.execute(f"insert into {SCHEMA}.{table} values {listed}")


@pytest.fixture
def fit(run_script, tmp_path):
    """Run the script with its files in a folder of the test."""

    def run(*arguments):
        return run_script(
            "fit_confidence", "--out", tmp_path / "weights.csv",
            "--report", tmp_path / "report.html", *arguments,
        )

    return run


def weights_of(path) -> dict[str, dict[str, str]]:
    """signal -> row of a weights file."""
    with path.open() as file:
        return {row["signal"]: row for row in csv.DictReader(file)}


def test_weights_are_learned_from_returns(fit, warehouse_path, tmp_path):
    make_warehouse(warehouse_path)
    output = last_json(fit("--json"))
    assert output["conversations"] == 600
    assert output["customers"] == 150
    assert output["after"]["auc"] > 0.68
    assert output["after"]["ece"] < 0.06
    weights = weights_of(tmp_path / "weights.csv")
    complaint = weights["said_not_fixed"]
    assert float(complaint["weight"]) < -1
    assert 0 < float(complaint["standard_error"]) < 1
    assert int(complaint["example_count"]) > 50
    # Nobody showed it: it keeps what it had, and says so.
    assert weights["thumbs"]["example_count"] == "0"
    report = (tmp_path / "report.html").read_text()
    for part in ("Brier", "said_not_fixed", "<svg", "Weight by weight"):
        assert part in report
    assert "c17" not in report


def test_a_dry_run_writes_no_weights(fit, warehouse_path, tmp_path):
    make_warehouse(warehouse_path)
    assert fit("--dry-run").returncode == 0
    assert not (tmp_path / "weights.csv").exists()
    assert (tmp_path / "report.html").exists()


@pytest.mark.parametrize(
    ("count", "share_bad", "reason"),
    [
        (150, 0.35, "150 labelled conversations are too few; 200 are needed"),
        (300, 0.0, "All 300 labelled conversations are resolved"),
        (300, 0.03, "are not resolved; 30 of each class are needed"),
        (0, 0.35, "No labelled conversation"),
    ],
)
def test_too_little_is_refused_with_the_reason(
    fit, warehouse_path, tmp_path, count, share_bad, reason
):
    make_warehouse(warehouse_path, count, share_bad)
    completed = fit()
    assert completed.returncode == 1
    assert reason in completed.stderr
    assert "Traceback" not in completed.stderr
    assert not (tmp_path / "weights.csv").exists()


def test_people_may_judge_instead(fit, warehouse_path, tmp_path):
    make_warehouse(warehouse_path)
    labels = tmp_path / "labels.csv"
    labels.write_text(
        "conversation_id,label\n"
        + "".join(f"c{number},{number % 2}\n" for number in range(300))
    )
    output = last_json(fit("--labels", labels, "--json"))
    assert output["conversations"] == 300
    labels.write_text("conversation_id,label\nc1,good\n")
    completed = fit("--labels", labels)
    assert "labels.csv, line 2: label 'good' is neither 1 nor 0" in completed.stderr
    labels.write_text("conversation,label\nc1,1\n")
    assert "no column conversation_id" in fit("--labels", labels).stderr
    labels.write_text("conversation_id,label\nnobody,1\n")
    assert "none of its 1 conversations" in fit("--labels", labels).stderr


def test_examples_of_several_files_are_one_fit(fit, warehouse_path, tmp_path):
    make_warehouse(warehouse_path)
    examples = tmp_path / "first.csv"
    assert fit("--write-examples", examples).returncode == 0
    other = tmp_path / "second.csv"
    other.write_text(examples.read_text())
    output = last_json(fit("--examples", examples, "--examples", other, "--json"))
    assert output["conversations"] == 1200


def test_a_mistake_in_a_file_of_examples_is_named_with_its_line(
    fit, tmp_path
):
    heading = "conversation_id,source,customer,intent,label,signal,value\n"
    row = "c1,s,ann,i,1,thumbs,1.0\n"
    for wrong, said in (
        ("c2,s,bob,i,good,thumbs,1.0\n", "label 'good' is neither 1 nor 0"),
        ("c2,s,bob,i,,thumbs,1.0\n", "label '' is neither 1 nor 0"),
        ("c2,s,bob,i,0,thumbs,often\n", "value 'often' is no number"),
        ("c2,s,bob,i,0,thumbs\n", "value 'None' is no number"),
    ):
        (tmp_path / "first.csv").write_text(heading + row + wrong)
        completed = fit("--examples", tmp_path / "first.csv")
        assert completed.returncode == 1
        assert completed.stderr.endswith(f"first.csv, line 3: {said}\n")
        assert "Traceback" not in completed.stderr


@pytest.mark.parametrize("option", ["--report", "--out", "--write-examples"])
def test_a_folder_that_is_not_there_is_named_before_the_work(
    fit, tmp_path, option
):
    completed = fit(option, tmp_path / "none" / "file")
    assert completed.returncode == 2
    assert f"Invalid value for '{option}'" in completed.stderr
    assert "none does not exist: make it first" in completed.stderr
    assert "Gather" not in completed.stdout


def test_a_file_that_cannot_be_written_costs_no_weights(
    fit, warehouse_path, tmp_path
):
    make_warehouse(warehouse_path)
    # A name that is too long for any disk.
    completed = fit("--report", tmp_path / ("x" * 300))
    assert completed.returncode == 1
    assert "cannot be written: File name too long" in completed.stderr
    assert "Traceback" not in completed.stderr
    assert (tmp_path / "weights.csv").exists()


def test_a_warehouse_without_models_is_named(fit, warehouse_path):
    duckdb.connect(str(warehouse_path)).close()
    completed = fit()
    assert completed.returncode == 1
    assert "run dbt build first" in completed.stderr


def test_a_model_that_a_build_did_not_reach_is_named(fit, warehouse_path):
    make_warehouse(warehouse_path)
    with duckdb.connect(str(warehouse_path)) as connection:
        connection.execute(f"drop table {SCHEMA}.int_instructions")
    completed = fit()
    assert completed.returncode == 1
    assert "int_instructions does not exist" in completed.stderr
    assert "mend what stops dbt build, and run it" in completed.stderr
    assert completed.stderr.count("\n") == 1

"""scripts/fit_intents stores what the Python model would, or shows it only."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest
from conftest import Run
from test_evaluate_intents import rows as labelled_rows

from afterclose.intent_model import load_model_file

INTERMEDIATE = "afterclose_intermediate"
MODEL = load_model_file()


@pytest.fixture
def built(warehouse_path: Path) -> duckdb.DuckDBPyConnection:
    """A warehouse with openings of three intents, one of which is pinned."""
    connection = duckdb.connect(str(warehouse_path))
    connection.execute(f"create schema {INTERMEDIATE}")
    connection.execute(f"use {INTERMEDIATE}")
    texts = [row["text"].replace(",", "") for row in labelled_rows()]
    openings = [(f"c{number}", text) for number, text in enumerate(texts)]
    connection.execute(
        "create table int_conversation_openings"
        " (conversation_id varchar, opening_text varchar)"
    )
    connection.executemany(
        "insert into int_conversation_openings values (?, ?)", openings
    )
    connection.execute(
        "create table int_conversations as select conversation_id,"
        " true as is_customer_contact, cast(null as varchar) as customer_id,"
        " conversation_id as thread_id from int_conversation_openings"
    )
    connection.execute(
        "create table int_opening_terms as select conversation_id,"
        " word as term, word, 1 / sqrt(count(*) over (partition by"
        " conversation_id)) as weight from (select distinct conversation_id,"
        " unnest(string_split(lower(opening_text), ' ')) as word"
        " from int_conversation_openings)"
    )
    connection.execute(
        "create table intent_overrides as select 'faxes' as intent_id,"
        " 'pin' as action"
    )
    known = MODEL.to_table(MODEL.empty_rows())
    connection.register("known", known)
    connection.execute("create table int_intent_terms as select * from known")
    connection.execute(
        "insert into int_intent_terms (intent_id, term, word, weight, term_rank,"
        " intent_label, opening_count, first_fit, fit_number,"
        " fit_opening_count, fit_noise_count) values"
        " ('faxes', 'fax', 'fax', 1.0, 1, 'send a fax', 60, 1, 1, 60, 0),"
        " ('telexes', 'telex', 'telex', 1.0, 1, 'send a telex', 60, 1, 1, 60, 0)"
    )
    connection.close()
    return connection


def stored(query: Callable[[str], list[tuple]]) -> list[tuple]:
    """What the warehouse holds of each intent."""
    return query(
        "select intent_id, max(retired_at_fit), max(fit_number), count(*)"
        f" from {INTERMEDIATE}.int_intent_terms group by 1 order by 1"
    )


def test_a_dry_run_shows_what_would_change_and_writes_nothing(
    built: None, run_script: Run, query: Callable
) -> None:
    before = stored(query)
    completed = run_script("fit_intents", "--dry-run")
    assert completed.returncode == 0, completed.stderr
    assert "send a telex" in completed.stdout
    assert "retired" in completed.stdout
    assert "Nothing was written" in completed.stdout
    assert stored(query) == before


def test_a_fit_is_stored_with_what_was_pinned_and_what_retired(
    built: None, run_script: Run, query: Callable
) -> None:
    completed = run_script("fit_intents")
    assert completed.returncode == 0, completed.stderr
    found = {intent_id: rest for intent_id, *rest in stored(query)}
    assert found["faxes"] == [None, 2, 1]
    assert found["telexes"] == [2, 2, 1]
    learned = set(found) - {"faxes", "telexes"}
    assert len(learned) == 3
    assert all(found[intent_id][:2] == [None, 2] for intent_id in learned)


def test_an_unbuilt_warehouse_is_told_to_build_first(
    run_script: Run, warehouse_path: Path
) -> None:
    duckdb.connect(str(warehouse_path)).close()
    completed = run_script("fit_intents", "--dry-run")
    assert completed.returncode == 1
    assert "has no table afterclose_intermediate.int_conversations" in (
        completed.stderr
    )
    assert "run dbt build first" in completed.stderr
    assert "Traceback" not in completed.stderr

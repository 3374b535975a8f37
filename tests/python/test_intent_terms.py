"""What int_intent_terms.py learns, without dbt and without a warehouse."""

import importlib.util
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

PATH = (
    Path(__file__).parents[2]
    / "models/intermediate/intents/int_intent_terms.py"
)
WORDS = {
    "refund": ["refund", "money", "returned", "waiting", "bank"],
    "password": ["password", "reset", "login", "link", "expired"],
    "parcel": ["parcel", "courier", "delivery", "tracking", "late"],
    "invoice": ["invoice", "pdf", "copy", "tax", "download"],
}


@pytest.fixture(scope="module")
def intents():
    spec = importlib.util.spec_from_file_location("int_intent_terms", PATH)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def make_openings(count, kinds=tuple(WORDS), first=0):
    """Returns openings, terms and the true kind of each conversation: three
    of the kind's five words, and a word nobody else uses."""
    openings, terms, truth = [], [], {}
    for number in range(first, first + count):
        kind = kinds[number % len(kinds)]
        numbers = np.random.default_rng(number)
        words = sorted(numbers.choice(WORDS[kind], 3, replace=False))
        words.append(f"name{number:04d}")
        conversation_id = f"c{number:04d}"
        truth[conversation_id] = kind
        openings.append((conversation_id, " ".join(words)))
        terms += [(conversation_id, word, word, 0.5) for word in words]
    return (
        pd.DataFrame(openings, columns=["conversation_id", "opening_text"]),
        pd.DataFrame(
            terms, columns=["conversation_id", "term", "word", "weight"]
        ),
        truth,
    )


def winners_of(intents, rows, openings, terms):
    """Returns {conversation id: intent id}, as the SQL would decide."""
    live = rows[rows["retired_at_fit"].isna()]
    intent_ids = sorted(live["intent_id"].unique())
    conversation_ids = list(openings["conversation_id"])
    places = intents.assign_by_rows(live, intent_ids, terms, conversation_ids)
    return {
        one: intent_ids[place] if place >= 0 else None
        for one, place in zip(conversation_ids, places, strict=True)
    }


def test_finds_the_intents_without_being_told_their_number(intents):
    openings, terms, truth = make_openings(400)
    rows = intents.learn(openings, terms, intents.empty_rows())
    winners = winners_of(intents, rows, openings, terms)
    pairs = {(truth[one], intent_id) for one, intent_id in winners.items()}
    assert len(pairs) == 4
    assert len({intent_id for _, intent_id in pairs}) == 4


def test_names_of_conversations_change_nothing(intents):
    # Words without any order: where clusters end hangs on who comes first.
    openings, terms, _ = make_openings(300)
    words = np.random.default_rng(1).permutation(terms["word"])
    terms = terms.assign(term=words, word=words).drop_duplicates(
        ["conversation_id", "term"]
    )
    texts = terms.groupby("conversation_id")["word"].agg(" ".join)
    openings["opening_text"] = openings["conversation_id"].map(texts)
    rows = intents.learn(openings, terms, intents.empty_rows())
    assert len(rows)
    # Another tool, other ids: the last conversation comes first.
    renamed = {one: f"z{999 - int(one[1:]):04d}"
               for one in openings["conversation_id"]}
    again = intents.learn(
        openings.assign(
            conversation_id=openings["conversation_id"].map(renamed)
        ),
        terms.assign(conversation_id=terms["conversation_id"].map(renamed)),
        intents.empty_rows(),
    )
    pd.testing.assert_frame_equal(rows, again)


def test_order_of_rows_changes_nothing(intents):
    openings, terms, _ = make_openings(200)
    rows = intents.learn(openings, terms, intents.empty_rows())
    shuffled = intents.learn(
        openings.sample(frac=1, random_state=1),
        terms.sample(frac=1, random_state=2),
        intents.empty_rows(),
    )
    pd.testing.assert_frame_equal(rows, shuffled)


def test_too_few_openings_teach_nothing_and_keep_what_was_known(intents):
    openings, terms, _ = make_openings(intents.FEWEST_OPENINGS - 1)
    assert intents.learn(openings, terms, intents.empty_rows()).empty
    known = intents.learn(*make_openings(200)[:2], intents.empty_rows())
    pd.testing.assert_frame_equal(intents.learn(openings, terms, known), known)


def test_fifty_openings_are_enough_not_to_fail(intents):
    openings, terms, _ = make_openings(intents.FEWEST_OPENINGS)
    rows = intents.learn(openings, terms, intents.empty_rows())
    assert list(rows.columns) == list(intents.COLUMNS)


def test_openings_that_are_all_the_same_are_one_intent(intents):
    openings, _, _ = make_openings(60)
    openings["opening_text"] = "bank refund money"
    terms = pd.DataFrame([
        (one, word, word, 3**-0.5)
        for one in openings["conversation_id"]
        for word in ("bank", "money", "refund")
    ], columns=["conversation_id", "term", "word", "weight"])
    rows = intents.learn(openings, terms, intents.empty_rows())
    assert rows["intent_id"].nunique() == 1


def test_no_opening_gives_typed_columns_without_rows(intents):
    openings, terms, _ = make_openings(0)
    rows = intents.learn(openings, terms, intents.empty_rows())
    table = intents.to_table(rows)
    assert table.num_rows == 0
    assert str(table.schema.field("intent_id").type) == "string"
    assert str(table.schema.field("weight").type) == "double"
    assert str(table.schema.field("retired_at_fit").type) == "int64"


def test_words_of_one_person_are_neither_terms_nor_labels(intents):
    openings, terms, _ = make_openings(400)
    rows = intents.learn(openings, terms, intents.empty_rows())
    for column in ("intent_id", "intent_label", "term", "word"):
        assert not rows[column].str.contains("name").any()


def test_labels_are_unique_and_come_from_what_customers_write(intents):
    openings, terms, _ = make_openings(400)
    rows = intents.learn(openings, terms, intents.empty_rows())
    labels = rows.groupby("intent_id")["intent_label"].first()
    assert labels.is_unique
    for label in labels:
        assert openings["opening_text"].str.contains(label).sum() >= 3


def test_refit_keeps_ids_and_labels_of_intents_that_are_the_same(intents):
    first = intents.learn(*make_openings(300)[:2], intents.empty_rows())
    later = make_openings(300, first=300)
    second = intents.learn(*later[:2], first)
    live = second[second["retired_at_fit"].isna()]
    assert set(live["intent_id"]) == set(first["intent_id"])
    assert set(live["intent_label"]) == set(first["intent_label"])
    assert set(live["first_fit"]) == {1}
    assert set(live["fit_number"]) == {2}


def test_refit_retires_what_vanished_and_adds_what_is_new(intents):
    old = ("refund", "password", "parcel")
    new = ("refund", "password", "invoice")
    first = intents.learn(*make_openings(300, old)[:2], intents.empty_rows())
    second = intents.learn(*make_openings(300, new)[:2], first)
    retired = second[second["retired_at_fit"].notna()]
    assert retired["intent_id"].nunique() == 1
    assert set(retired["retired_at_fit"]) == {2}
    assert "parcel" in set(retired["term"])
    added = second[second["first_fit"] == 2]
    assert added["intent_id"].nunique() == 1
    assert "invoice" in set(added["term"])


def test_sample_is_drawn_by_hash_and_ignores_order(intents):
    ids = [f"c{number}" for number in range(1000)]
    sample = intents.sample_conversations(ids, 100)
    assert len(sample) == len(set(sample)) == 100
    assert intents.sample_conversations(reversed(ids), 100) == sample
    assert intents.sample_conversations(ids[:5], 100) != []


def test_ids_are_readable_unique_and_never_the_word_for_none(intents):
    assert intents.make_intent_id("reset my password", set()) == (
        "reset_my_password"
    )
    assert intents.make_intent_id("card lost", {"card_lost"}) == "card_lost_2"
    assert intents.make_intent_id("unclassified", set()) == "unclassified_2"
    assert intents.make_intent_id("退 款", set()).startswith("intent_")

"""What int_intent_terms.py learns, without dbt and without a warehouse."""

import functools
import importlib.util
import os
import subprocess
import sys
from pathlib import Path

import duckdb
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


def load_module():
    spec = importlib.util.spec_from_file_location("int_intent_terms", PATH)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def meaning():
    """The module as it is, with the embedding model."""
    return load_module()


@pytest.fixture(scope="module")
def intents():
    """The module, comparing openings by their words: made-up ones mean nothing."""
    module = load_module()
    module.learn = functools.partial(module.learn, embedding_model=None)
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


# ------------------------------------------------------- the embedding model

SENTENCES = [
    f"{start} {issue}"
    for start in ("hello,", "please help,", "hi there,", "since monday", "again")
    for issue in (
        "my card has not arrived yet",
        "I am still waiting for the new card",
        "the card is not here, where is it",
        "when will my card be delivered",
        "I forgot my password",
        "the password reset link does not work",
        "how do I set a new password",
        "I cannot log in with my password",
        "please send me the invoice as PDF",
        "the invoice shows a wrong VAT number",
        "where can I download the invoice",
        "I need a copy of the last invoice",
    )
]


def as_frames(texts):
    """Returns openings and terms: words of four letters or more."""
    openings = pd.DataFrame({
        "conversation_id": [f"c{number:04d}" for number in range(len(texts))],
        "opening_text": texts,
    })
    terms = []
    for one, text in zip(openings["conversation_id"], texts, strict=True):
        words = {word.strip(",").lower() for word in text.split()}
        words = sorted(word for word in words if len(word) >= 4)
        terms += [(one, word, word, len(words) ** -0.5) for word in words]
    return openings, pd.DataFrame(
        terms, columns=["conversation_id", "term", "word", "weight"]
    )


def test_vector_of_a_text_depends_on_nothing_but_the_text(meaning):
    texts = [*SENTENCES, "", "退款还没有到", "😀😀", "a " * 3000]
    vectors = meaning.embed(texts)
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)
    for number in (0, 7, len(texts) - 4, len(texts) - 1):
        alone = meaning.embed([texts[number]])
        np.testing.assert_array_equal(alone[0], vectors[number])
    np.testing.assert_array_equal(meaning.embed(texts[::-1])[::-1], vectors)


def test_texts_that_mean_the_same_are_nearer_than_others(meaning):
    one, same, other = meaning.embed([
        "my card has not arrived", "the new card was never delivered",
        "how do I reset my password",
    ])
    assert one @ same > one @ other + 0.1


def test_meaning_finds_the_intents_in_any_order_of_rows(meaning):
    openings, terms = as_frames(SENTENCES)
    rows = meaning.learn(openings, terms, meaning.empty_rows())
    assert set(rows["learned_from"]) == {"meaning"}
    assert rows["intent_id"].nunique() == 3
    shuffled = meaning.learn(
        openings.sample(frac=1, random_state=1),
        terms.sample(frac=1, random_state=2),
        meaning.empty_rows(),
    )
    pd.testing.assert_frame_equal(rows, shuffled)


def test_embedding_leaves_no_file_and_no_telemetry(tmp_path):
    """The runtime keeps an id and queued reports below the home folder."""
    code = (
        "import importlib.util, os, sys\n"
        f"spec = importlib.util.spec_from_file_location('m', {str(PATH)!r})\n"
        "m = importlib.util.module_from_spec(spec)\n"
        "spec.loader.exec_module(m)\n"
        "assert 'onnxruntime' not in sys.modules\n"
        "m.embed(['hello'])\n"
        "assert os.environ['ORT_DISABLE_TELEMETRY'] == '1'\n"
    )
    home = tmp_path / "home"
    home.mkdir()
    names = ("HOME", "XDG_CACHE_HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME",
             "XDG_STATE_HOME", "TMPDIR")
    subprocess.run(
        [sys.executable, "-B", "-c", code], check=True, cwd=home,
        env={**{name: value for name, value in os.environ.items()
                if name != "ORT_DISABLE_TELEMETRY"},
             **dict.fromkeys(names, str(home))},
    )
    assert list(home.rglob("*")) == []


def test_a_file_of_the_model_that_was_changed_is_refused(meaning, tmp_path):
    for name in ("model.onnx", "tokenizer.json"):
        (tmp_path / name).write_text("cut short")
    assert meaning.find_embedding_files(str(tmp_path))
    (tmp_path / "SHA256SUMS").write_text("0" * 64 + "  model.onnx\n")
    with pytest.raises(ValueError, match="model.onnx"):
        meaning.find_embedding_files(str(tmp_path))
    (tmp_path / "model.onnx").unlink()
    with pytest.raises(FileNotFoundError, match="embedding_model"):
        meaning.find_embedding_files(str(tmp_path))


def test_without_the_packages_words_are_compared_and_it_says_so_once(
    monkeypatch
):
    module = load_module()
    monkeypatch.setattr(module, "MODEL_PACKAGE", ("no_such_package", "x"))
    said = []
    openings, terms, _ = make_openings(200)
    rows = module.learn(openings, terms, module.empty_rows(), say=said.append)
    assert set(rows["learned_from"]) == {"words"}
    assert len([line for line in said if "words alone" in line]) == 1


# ------------------------------------------------------------ deciding in SQL


def test_sql_decides_as_python_does_for_every_opening(intents):
    openings, terms, _ = make_openings(400)
    # Weights as real openings have them: square roots of shares.
    numbers = np.random.default_rng(3)
    terms["weight"] = np.sqrt(numbers.integers(1, 9, len(terms)) / 9)
    rows = intents.learn(openings, terms, intents.empty_rows())
    expected = winners_of(intents, rows, openings, terms)
    with duckdb.connect() as connection:
        connection.register("terms", terms)
        connection.register("rows_learned", rows)
        found = dict(connection.execute("""
            with scores as (
                select conversation_id, intent_id, sum(cast(
                    terms.weight * rows_learned.weight as decimal(18, 9)
                )) as score
                from terms inner join rows_learned using (term)
                where retired_at_fit is null
                group by 1, 2
            )
            select conversation_id, arg_min(intent_id, (-score, intent_id))
            from scores where score > 0 group by 1
        """).fetchall())
    assert {one: found.get(one) for one in expected} == expected
    assert len(found) == 400


def test_terms_that_speak_against_an_intent_have_no_rank(intents):
    rows = intents.learn(*make_openings(400)[:2], intents.empty_rows())
    assert (rows["weight"] < 0).any()
    assert rows.loc[rows["weight"] <= 0, "term_rank"].isna().all()
    assert rows.loc[rows["weight"] > 0, "term_rank"].notna().all()
    assert rows.groupby("intent_id").size().max() <= intents.TERMS_PER_INTENT


# ---------------------------------------------------------------------- noise


def test_openings_that_are_like_no_others_are_counted_as_noise(intents):
    openings, terms, _ = make_openings(300)
    texts = [f"zebra{number % 2}" for number in range(6)]
    strange = pd.DataFrame({
        "conversation_id": [f"z{number}" for number in range(6)],
        "opening_text": texts,
    })
    words = strange.rename(columns={"opening_text": "term"}).assign(weight=1.0)
    rows = intents.learn(
        pd.concat([openings, strange]),
        pd.concat([terms, words.assign(word=words["term"])]),
        intents.empty_rows(),
    )
    assert set(rows["fit_opening_count"]) == {306}
    assert set(rows["fit_noise_count"]) == {6}
    assert not rows["term"].str.startswith("zebra").any()


def test_a_thousand_clicks_on_one_button_are_one_intent(intents):
    openings, terms, _ = make_openings(200)
    clicks = pd.DataFrame({
        "conversation_id": [f"k{number:04d}" for number in range(1000)],
        "opening_text": "track order",
    })
    words = pd.DataFrame(
        [(one, word, word, 0.5**0.5) for one in clicks["conversation_id"]
         for word in ("track", "order")],
        columns=["conversation_id", "term", "word", "weight"],
    )
    rows = intents.learn(
        pd.concat([openings, clicks]), pd.concat([terms, words]),
        intents.empty_rows(),
    )
    winners = winners_of(intents, rows, clicks, words)
    assert len(set(winners.values())) == 1
    assert rows["intent_id"].nunique() == 5


# --------------------------------------------------------------------- refits


def test_refit_tells_the_weights_before_so_that_sql_can_compare(intents):
    first = intents.learn(*make_openings(300)[:2], intents.empty_rows())
    assert first["previous_weight"].isna().all()
    later = make_openings(300, first=300)
    second = intents.learn(*later[:2], first)
    before = second.dropna(subset=["previous_weight"]).set_index(
        ["intent_id", "term"])["previous_weight"]
    known = first.set_index(["intent_id", "term"])["weight"]
    pd.testing.assert_series_equal(
        before.sort_index(), known.sort_index(), check_names=False
    )


def test_pinned_intent_never_retires(intents):
    old = ("refund", "password", "parcel")
    new = ("refund", "password", "invoice")
    first = intents.learn(*make_openings(300, old)[:2], intents.empty_rows())
    speaks = (first["term"] == "parcel") & (first["weight"] > 0)
    parcel = first.loc[speaks, "intent_id"].iloc[0]
    second = intents.learn(
        *make_openings(300, new)[:2], first, pinned={parcel}
    )
    kept = second[second["intent_id"] == parcel]
    assert kept["retired_at_fit"].isna().all()
    assert set(kept["intent_label"]) == set(
        first.loc[first["intent_id"] == parcel, "intent_label"]
    )
    assert set(kept["opening_count"]) == {0}
    assert set(kept["term"]) == set(first[first["intent_id"] == parcel]["term"])


def test_refit_on_most_of_the_openings_moves_few_conversations(intents):
    openings, terms, _ = make_openings(600)
    first = intents.learn(openings, terms, intents.empty_rows())
    some = openings.sample(frac=0.8, random_state=0)
    second = intents.learn(
        some, terms[terms["conversation_id"].isin(some["conversation_id"])],
        first,
    )
    before = winners_of(intents, first, openings, terms)
    after = winners_of(intents, second, openings, terms)
    same = [before[one] == after[one] for one in before]
    assert np.mean(same) >= 0.95


# --------------------------------------------------------------------- labels


@pytest.mark.parametrize(
    ("phrase", "following", "stands"),
    [
        ("card has not arrived", "", True),
        ("my card", "", False),
        ("card is", "lost", False),
        ("top up", "failed", True),
        ("top", "up", False),
        ("cash to top", "up", False),
        ("log in", "", True),
        ("money in", "my", False),
        ("long do transfers", "take", False),
        ("bug be fixed", "", False),
        ("cannot be opened", "", False),
        ("invoice cannot be opened", "", True),
        ("very very late", "", False),
    ],
)
def test_label_is_a_phrase_that_stands_alone(
    intents, phrase, following, stands
):
    assert intents.may_frame(phrase.split(), following) is stands


def test_label_does_not_stop_in_the_middle_of_a_fixed_phrase(intents):
    texts = [f"{start} online access service" for start in "abcdefgh"]
    found = intents.label_candidates(texts, {"online": 1.0, "access": 1.0})
    assert "online access service" in found
    assert "online access" not in found

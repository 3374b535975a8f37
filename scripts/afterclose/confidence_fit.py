"""The mathematics of resolution confidence: fit weights, judge predictions.

Pure functions over arrays, no warehouse and no files. Throughout:

    values   float array, conversations x signals; 0 where a signal is not shown
    labels   0/1 array, 1 = resolved
    groups   array of names; a group is never both learned from and scored

scikit-learn is imported where it is used, so that --help stays quick.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

Array = np.ndarray

# Strengths of regularisation that cross-validation chooses among: the inverse
# variance that a weight is believed to have, for signals scaled to deviation 1.
PENALTIES = (3.0, 10.0, 30.0, 100.0, 300.0)
FOLDS = 10
BINS = 10
Z95 = 1.959963984540054


# ----------------------------------------------------------------- predictions


def probability(logit: Array) -> Array:
    """1 / (1 + exp(-logit)), the confidence; no overflow for any logit."""
    return 0.5 * (1 + np.tanh(np.asarray(logit, dtype=float) / 2))


@dataclass(frozen=True)
class Fit:
    """Fitted weights.

    bias            in logits
    weights         in logits for each unit of the signal's value
    bias_error      standard error of the bias, in logits
    weight_errors   standard errors of the weights, same units
    penalty         the regularisation that was used
    """

    bias: float
    weights: Array
    bias_error: float
    weight_errors: Array
    penalty: float

    def predict(self, values: Array) -> Array:
        """The confidence of each conversation, 0 to 1."""
        return probability(self.bias + values @ self.weights)


def fit(
    values: Array,
    labels: Array,
    penalty: float,
    sample_weights: Array | None = None,
) -> Fit:
    """Ridge logistic regression on signals scaled to standard deviation 1.

    Minimises -log likelihood + penalty / 2 x sum of squared scaled weights; the
    bias is free. Standard errors are the square roots of the diagonal of the
    inverse Hessian at the minimum (the Laplace approximation), so a signal
    nobody shows has an error, not a certainty. A constant signal gets weight 0.
    """
    from sklearn.linear_model import LogisticRegression

    given = np.ones(len(labels)) if sample_weights is None else sample_weights
    centre = np.average(values, axis=0, weights=given)
    spread = np.sqrt(np.average((values - centre) ** 2, axis=0, weights=given))
    scale = np.where(spread > 1e-12, spread, 1.0)
    scaled = (values - centre) / scale
    model = LogisticRegression(
        C=1 / penalty, solver="newton-cholesky", max_iter=200, tol=1e-8
    )
    model.fit(scaled, labels, sample_weight=given)
    coefficients = np.where(spread > 1e-12, model.coef_[0], 0.0)

    p = probability(model.intercept_[0] + scaled @ coefficients)
    design = np.column_stack([np.ones(len(labels)), scaled])
    hessian = (design * (given * p * (1 - p))[:, None]).T @ design
    hessian[1:, 1:] += np.eye(values.shape[1]) * penalty
    covariance = np.linalg.pinv(hessian)
    # The bias of unscaled signals is a combination of all coefficients.
    to_bias = np.concatenate([[1.0], -centre / scale])
    errors = np.sqrt(np.clip(np.diag(covariance)[1:], 0, None)) / scale
    return Fit(
        bias=float(model.intercept_[0] - centre / scale @ coefficients),
        weights=coefficients / scale,
        bias_error=float(np.sqrt(max(to_bias @ covariance @ to_bias, 0.0))),
        weight_errors=np.where(spread > 1e-12, errors, 0.0),
        penalty=penalty,
    )


def folds_of(groups: Sequence[Any], count: int, seed: int = 0) -> Array:
    """A fold number per row; groups stay whole and folds even in size.

    Groups are dealt out in random order, each to the smallest fold so far.
    """
    names, inverse, sizes = np.unique(
        np.asarray(groups, dtype=str), return_inverse=True, return_counts=True
    )
    count = min(count, len(names))
    order = np.random.RandomState(seed).permutation(len(names))
    order = order[np.argsort(-sizes[order], kind="stable")]
    load, fold = np.zeros(count), np.empty(len(names), dtype=int)
    for group in order:
        fold[group] = int(np.argmin(load))
        load[fold[group]] += sizes[group]
    return fold[inverse]


def held_out(
    values: Array,
    labels: Array,
    folds: Array,
    penalty: float,
    sample_weights: Array | None = None,
) -> Array:
    """Predictions for every row by weights that never saw its fold."""
    predicted = np.full(len(labels), np.nan)
    for fold in np.unique(folds):
        rest = folds != fold
        if len(np.unique(labels[rest])) < 2:
            predicted[~rest] = labels[rest].mean()
            continue
        some = None if sample_weights is None else sample_weights[rest]
        predicted[~rest] = fit(values[rest], labels[rest], penalty, some).predict(
            values[~rest]
        )
    return predicted


def choose_penalty(
    values: Array,
    labels: Array,
    groups: Sequence[Any],
    sample_weights: Array | None = None,
    seed: int = 0,
) -> float:
    """The penalty with the least log loss on held-out groups."""
    folds = folds_of(groups, 5, seed)
    losses = [
        log_loss(labels, held_out(values, labels, folds, penalty, sample_weights))
        for penalty in PENALTIES
    ]
    return PENALTIES[int(np.argmin(losses))]


def fit_chosen(
    values: Array,
    labels: Array,
    groups: Sequence[Any],
    sample_weights: Array | None = None,
) -> Fit:
    """Fit with the penalty that cross-validation by group chooses."""
    penalty = choose_penalty(values, labels, groups, sample_weights)
    return fit(values, labels, penalty, sample_weights)


def cross_validated(
    values: Array,
    labels: Array,
    groups: Sequence[Any],
    sample_weights: Array | None = None,
    folds: Array | None = None,
    progress: Callable[[], None] = lambda: None,
) -> Array:
    """Predictions for all rows, each by weights that never saw its group.

    The penalty is chosen anew inside every fold, so the choice is no leak.
    """
    names = np.asarray(groups, dtype=str)
    if folds is None:
        folds = folds_of(names, FOLDS)
    predicted = np.full(len(labels), np.nan)
    for fold in np.unique(folds):
        rest = folds != fold
        some = None if sample_weights is None else sample_weights[rest]
        if len(np.unique(labels[rest])) < 2:
            predicted[~rest] = labels[rest].mean()
        else:
            predicted[~rest] = fit_chosen(
                values[rest], labels[rest], names[rest], some
            ).predict(values[~rest])
        progress()
    return predicted


# -------------------------------------------------------------------- measures


def log_loss(labels: Array, predicted: Array) -> float:
    """Mean -log likelihood, predictions kept 1e-12 away from 0 and 1."""
    p = np.clip(predicted, 1e-12, 1 - 1e-12)
    return float(-np.mean(labels * np.log(p) + (1 - labels) * np.log(1 - p)))


def auc(labels: Array, predicted: Array) -> float | None:
    """Area under the ROC curve, ties count half; null with one class only."""
    positive = int(np.sum(labels == 1))
    negative = len(labels) - positive
    if not positive or not negative:
        return None
    _, inverse, counts = np.unique(
        predicted, return_inverse=True, return_counts=True
    )
    upper = np.cumsum(counts)
    ranks = ((upper - counts + 1 + upper) / 2)[inverse]
    rank_sum = ranks[labels == 1].sum()
    return float(
        (rank_sum - positive * (positive + 1) / 2) / (positive * negative)
    )


def brier(labels: Array, predicted: Array) -> float:
    """Mean squared difference of prediction and outcome (Brier 1950)."""
    return float(np.mean((predicted - labels) ** 2))


def reliability(labels: Array, predicted: Array) -> list[dict[str, Any]]:
    """Per tenth of the scale: n, mean prediction, realised share, Wilson 95 %."""
    bins = np.minimum((predicted * BINS).astype(int), BINS - 1)
    rows = []
    for number in range(BINS):
        inside = bins == number
        if not inside.any():
            continue
        n, k = int(inside.sum()), int(labels[inside].sum())
        low, high = wilson(k, n)
        rows.append({
            "bin": number + 1,
            "conversations": n,
            "confidence": float(predicted[inside].mean()),
            "resolved": k / n,
            "lower": low,
            "upper": high,
        })
    return rows


def ece(labels: Array, predicted: Array) -> float:
    """Expected calibration error over ten equal widths (Naeini et al. 2015)."""
    return sum(
        row["conversations"] / len(labels)
        * abs(row["confidence"] - row["resolved"])
        for row in reliability(labels, predicted)
    )


def wilson(k: int, n: int) -> tuple[float, float]:
    """Wilson's 95 % interval for k of n, the same as macros/wilson.sql."""
    share = k / n
    middle = share + Z95**2 / (2 * n)
    half = Z95 * np.sqrt(share * (1 - share) / n + Z95**2 / (4 * n * n))
    below, above = ((middle + side * half) / (1 + Z95**2 / n) for side in (-1, 1))
    return (0.0 if k == 0 else float(below), 1.0 if k == n else float(above))


def cluster_error(
    labels: Array, predicted: Array, clusters: Sequence[Any], least: int = 10
) -> tuple[float | None, int]:
    """(mean |mean prediction - realised share| per cluster, how many clusters).

    Clusters count by their conversations; those below `least` are left out.
    """
    names = np.asarray(clusters, dtype=str)
    total, weight, count = 0.0, 0, 0
    for name in np.unique(names):
        inside = names == name
        size = int(inside.sum())
        if size < least:
            continue
        gap = abs(predicted[inside].mean() - labels[inside].mean())
        total, weight, count = total + size * gap, weight + size, count + 1
    return (total / weight if weight else None), count


def bootstrap(
    labels: Array,
    predicted: Array,
    groups: Sequence[Any],
    rounds: int = 1000,
    seed: int = 0,
) -> tuple[float, float] | None:
    """95 % interval of the AUC, whole groups drawn with replacement."""
    names = np.asarray(groups, dtype=str)
    members = [np.flatnonzero(names == name) for name in np.unique(names)]
    rng = np.random.RandomState(seed)
    drawn = list(_resampled(labels, predicted, members, rng, rounds))
    if len(drawn) < rounds / 2:
        return None
    low, high = np.percentile(drawn, [2.5, 97.5])
    return float(low), float(high)


def _resampled(
    labels: Array,
    predicted: Array,
    members: list[Array],
    rng: np.random.RandomState,
    rounds: int,
) -> Iterator[float]:
    """The AUC of each drawing that has both classes."""
    for _ in range(rounds):
        chosen = rng.randint(0, len(members), len(members))
        rows = np.concatenate([members[index] for index in chosen])
        value = auc(labels[rows], predicted[rows])
        if value is not None:
            yield value


def measures(
    labels: Array, predicted: Array, clusters: Sequence[Any] | None = None
) -> dict[str, Any]:
    """auc, brier, ece, means and, with clusters, intent_error."""
    found: dict[str, Any] = {
        "conversations": len(labels),
        "auc": auc(labels, predicted),
        "brier": brier(labels, predicted),
        "ece": ece(labels, predicted),
        "mean_confidence": float(predicted.mean()),
        "resolved_share": float(labels.mean()),
    }
    if clusters is not None:
        found["intent_error"], found["intents"] = cluster_error(
            labels, predicted, clusters
        )
    return found

"""The mathematics of resolution confidence: fit weights, judge predictions.

Pure functions over arrays, no warehouse and no files. Throughout:

    values   float array, conversations x signals; 0 where a signal is not shown
    labels   0/1 array, 1 = resolved
    signs    +1, -1 or 0 per signal: the only direction its weight may have
    strata   array of names (intents): signals are to tell good from bad inside
             one, not one from the other
    groups   array of names; a group is never both learned from and scored

scikit-learn is imported where it is used, so that --help stays quick.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import wraps
from typing import Any

import numpy as np

Array = np.ndarray

# Strengths of regularisation that cross-validation chooses among: the inverse
# variance that a weight is believed to have, for signals scaled to deviation 1.
PENALTIES = (10.0, 30.0, 100.0, 200.0, 400.0)
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
    signs: Array | None = None,
    strata: Sequence[Any] | None = None,
) -> Fit:
    """Ridge logistic regression on signals scaled to standard deviation 1.

    Minimises -log likelihood + penalty / 2 x sum of squared deviations of the
    scaled weights from one common size, which is learned too (variance 1
    beforehand) and points in each signal's direction: with little data all
    signals weigh alike, which predicts well by itself (Dawes 1979), with more
    each finds its own weight. Signals without a direction shrink to 0. A weight
    that comes out against its direction is set to 0 and the rest fitted again,
    until none does.

    With strata, each has an intercept of its own while the weights are fitted
    (variance 1 beforehand), and the one bias is then set so that the mean
    prediction is the mean label. Without that, wording that merely gives an
    intent away would be learned as good or bad.

    Standard errors are the square roots of the diagonal of the inverse Hessian
    at the minimum (the Laplace approximation). A constant signal gets 0.
    """
    centre, spread = values.mean(axis=0), values.std(axis=0)
    scale = np.where(spread > 1e-12, spread, 1.0)
    scaled = (values - centre) / scale
    free = np.flatnonzero(spread > 1e-12)
    wanted = np.zeros(values.shape[1]) if signs is None else np.asarray(signs)
    intercepts = _intercepts(strata, penalty, len(labels))
    has_common = bool(np.any(wanted[free]))
    while True:
        design, mixing = _design(
            scaled[:, free], wanted[free], intercepts, penalty, has_common
        )
        intercept, found = _fit_scaled(design, labels, penalty)
        if has_common and found[len(free)] < 0:
            has_common = False
            continue
        own = mixing @ found
        wrong = own * wanted[free] < 0
        if not wrong.any():
            break
        free = free[~wrong]
    coefficients = np.zeros(values.shape[1])
    coefficients[free] = own

    p = probability(intercept + design @ found)
    full = np.column_stack([np.ones(len(labels)), design])
    hessian = (full * (p * (1 - p))[:, None]).T @ full
    hessian[1:, 1:] += np.eye(design.shape[1]) * penalty
    covariance = np.linalg.pinv(hessian)
    to_weights = np.column_stack([np.zeros(len(free)), mixing])
    to_bias = -(centre / scale)[free] @ to_weights
    to_bias[0] += 1
    errors = np.zeros(values.shape[1])
    errors[free] = (
        np.sqrt(np.clip(np.diag(to_weights @ covariance @ to_weights.T), 0, None))
        / scale[free]
    )
    weights = coefficients / scale
    bias = float(intercept - centre @ weights)
    if strata is not None:
        bias = _balanced_bias(bias, values @ weights, labels)
    return Fit(
        bias=bias,
        weights=weights,
        bias_error=float(np.sqrt(max(to_bias @ covariance @ to_bias, 0.0))),
        weight_errors=errors,
        penalty=penalty,
    )


def _design(
    scaled: Array,
    signs: Array,
    intercepts: Array,
    penalty: float,
    has_common: bool,
) -> tuple[Array, Array]:
    """(columns to fit on, how their weights add up to the signals' own).

    The signals, then the common size, then the strata. The common column is
    scaled so that its weight has variance 1 and not 1 / penalty.
    """
    count = scaled.shape[1]
    parts, mixing = [scaled], [np.eye(count)]
    if has_common:
        size = np.sqrt(penalty / max(1.0, float(np.abs(signs).sum())))
        parts.append((scaled @ signs * size)[:, None])
        mixing.append((signs * size)[:, None])
    parts.append(intercepts)
    mixing.append(np.zeros((count, intercepts.shape[1])))
    return np.column_stack(parts), np.column_stack(mixing)


def _intercepts(
    strata: Sequence[Any] | None, penalty: float, count: int
) -> Array:
    """A centred column per stratum, scaled so that its weight has variance 1."""
    if strata is None:
        return np.zeros((count, 0))
    names, inverse = np.unique(np.asarray(strata, dtype=str), return_inverse=True)
    columns = np.eye(len(names))[inverse]
    return (columns - columns.mean(axis=0)) * np.sqrt(penalty)


def _balanced_bias(bias: float, logits: Array, labels: Array) -> float:
    """The bias with which the mean prediction is the mean label, by Newton."""
    for _ in range(100):
        p = probability(bias + logits)
        step = (labels - p).mean() / (p * (1 - p)).mean()
        bias += float(np.clip(step, -2, 2))
        if abs(step) < 1e-12:
            break
    return bias


def _fit_scaled(
    scaled: Array, labels: Array, penalty: float
) -> tuple[float, Array]:
    """(bias, weights) of a ridge logistic regression; no signal: the odds."""
    from sklearn.linear_model import LogisticRegression

    if scaled.shape[1] == 0:
        share = float(labels.mean())
        return float(np.log(share / (1 - share))), np.zeros(0)
    model = LogisticRegression(
        C=1 / penalty, solver="newton-cholesky", max_iter=200, tol=1e-8
    )
    model.fit(scaled, labels)
    return float(model.intercept_[0]), model.coef_[0]


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


@dataclass(frozen=True)
class Data:
    """What weights are learned from; see the top of the module."""

    values: Array
    labels: Array
    groups: Array
    signs: Array | None = None
    strata: Array | None = None

    def rows(self, chosen: Array) -> Data:
        """The same of some rows."""
        return Data(
            self.values[chosen],
            self.labels[chosen],
            self.groups[chosen],
            self.signs,
            None if self.strata is None else self.strata[chosen],
        )

    def fit(self, penalty: float) -> Fit:
        """Weights learned from all rows with one penalty."""
        return fit(self.values, self.labels, penalty, self.signs, self.strata)

    def fit_chosen(self) -> Fit:
        """Weights with the penalty that cross-validation by group chooses."""
        return self.fit(choose_penalty(self))


def held_out(
    data: Data, folds: Array, learn: Callable[[Data], Fit]
) -> Array:
    """Predictions for every row by weights that never saw its fold."""
    predicted = np.full(len(data.labels), np.nan)
    for fold in np.unique(folds):
        rest = data.rows(folds != fold)
        inside = folds == fold
        predicted[inside] = (
            rest.labels.mean()
            if len(np.unique(rest.labels)) < 2
            else learn(rest).predict(data.values[inside])
        )
    return predicted


def one_thread(function: Callable[..., Any]) -> Callable[..., Any]:
    """Run with one thread for linear algebra: on matrices this small, threads
    that wait for each other make a busy machine twenty times slower."""

    @wraps(function)
    def limited(*arguments: Any, **named: Any) -> Any:
        from threadpoolctl import threadpool_limits

        with threadpool_limits(1):
            return function(*arguments, **named)

    return limited


@one_thread
def choose_penalty(data: Data, seed: int = 0) -> float:
    """The largest penalty that is as good as the best on held-out groups.

    As good: its mean log loss is at most one standard error of the difference
    (over groups) above the best one's, the rule of Breiman et al. (1984). The
    best itself mostly flatters what the few groups happen to share.
    """
    folds = folds_of(data.groups, 5, seed)
    losses = np.array([
        row_losses(
            data.labels,
            held_out(data, folds, lambda part: part.fit(penalty)),  # noqa: B023
        )
        for penalty in PENALTIES
    ])
    best = int(np.argmin(losses.mean(axis=1)))
    _, inverse = np.unique(data.groups, return_inverse=True)
    for place in range(len(PENALTIES) - 1, best, -1):
        excess = losses[place] - losses[best]
        # Conversations of one group are alike, so groups are what varies.
        sums = np.bincount(inverse, weights=excess - excess.mean())
        error = np.sqrt((sums**2).sum()) / len(data.labels)
        if excess.mean() <= error:
            return PENALTIES[place]
    return PENALTIES[best]


@one_thread
def cross_validated(
    data: Data,
    folds: Array | None = None,
    progress: Callable[[], None] = lambda: None,
) -> Array:
    """Predictions for all rows, each by weights that never saw its group.

    The penalty is chosen anew inside every fold, so the choice is no leak.
    """

    def learn(part: Data) -> Fit:
        progress()
        return part.fit_chosen()

    if folds is None:
        folds = folds_of(data.groups, FOLDS)
    return held_out(data, folds, learn)


# -------------------------------------------------------------------- measures


def row_losses(labels: Array, predicted: Array) -> Array:
    """-log likelihood of each row, predictions kept 1e-12 away from 0 and 1."""
    p = np.clip(predicted, 1e-12, 1 - 1e-12)
    return -(labels * np.log(p) + (1 - labels) * np.log(1 - p))


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

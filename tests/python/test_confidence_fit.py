"""The mathematics of resolution confidence, on numbers known beforehand."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.optimize import minimize
from sklearn.metrics import roc_auc_score

from afterclose import confidence_fit as maths

RNG = np.random.RandomState(7)


def world(count: int = 1500) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Signals, labels and groups drawn from known weights."""
    values = np.column_stack([
        RNG.rand(count) < 0.3, RNG.normal(4, 2, count), RNG.rand(count) < 0.5,
    ]).astype(float)
    logit = -0.4 + values @ np.array([1.5, 0.3, 0.0])
    labels = (RNG.rand(count) < maths.probability(logit)).astype(float)
    return values, labels, np.array([f"c{number % 300}" for number in range(count)])


def test_the_fit_is_the_minimum_of_the_penalised_likelihood():
    values, labels, _ = world()
    penalty = 20.0
    fitted = maths.fit(values, labels, penalty)
    scale = values.std(axis=0)

    def objective(point):
        p = maths.probability(point[0] + values @ point[1:])
        return len(labels) * maths.row_losses(labels, p).mean() + (
            penalty / 2 * ((point[1:] * scale) ** 2).sum()
        )

    best = minimize(objective, np.zeros(4), method="BFGS", options={"gtol": 1e-6})
    assert fitted.bias == pytest.approx(best.x[0], abs=1e-3)
    assert fitted.weights == pytest.approx(best.x[1:], abs=1e-3)
    # The inverse of the curvature at the minimum holds the squared errors.
    step, axes = 1e-3, np.eye(4) * 1e-3
    curvature = np.array([
        [
            objective(best.x + one + other) - objective(best.x + one - other)
            - objective(best.x - one + other) + objective(best.x - one - other)
            for other in axes
        ]
        for one in axes
    ]) / (4 * step**2)
    errors = np.sqrt(np.diag(np.linalg.inv(curvature)))
    assert fitted.weight_errors == pytest.approx(errors[1:], rel=0.01)
    assert fitted.bias_error == pytest.approx(errors[0], rel=0.01)


def test_known_weights_are_found_again_within_their_errors():
    values, labels, _ = world(6000)
    fitted = maths.fit(values, labels, penalty=1.0)
    truth = np.array([1.5, 0.3, 0.0])
    assert np.all(np.abs(fitted.weights - truth) < 4 * fitted.weight_errors)


def test_a_weight_against_its_direction_is_zero():
    values, labels, _ = world()
    fitted = maths.fit(values, labels, 1.0, signs=np.array([-1, 1, 0]))
    assert fitted.weights[0] == 0
    assert fitted.weights[1] > 0
    assert fitted.weight_errors[0] == 0


def test_a_constant_signal_weighs_nothing():
    values, labels, _ = world()
    values[:, 2] = 1
    fitted = maths.fit(values, labels, 1.0)
    assert fitted.weights[2] == 0


def test_within_strata_a_word_that_only_names_the_intent_is_not_learned():
    # "refund" is said in one intent only, and that intent mostly fails.
    count = 2000
    is_refund = RNG.rand(count) < 0.5
    labels = (RNG.rand(count) < np.where(is_refund, 0.2, 0.8)).astype(float)
    values = is_refund.astype(float)[:, None]
    plain = maths.fit(values, labels, 10.0)
    within = maths.fit(values, labels, 10.0, strata=np.where(is_refund, "r", "o"))
    assert abs(within.weights[0]) < abs(plain.weights[0]) / 3
    assert within.predict(values).mean() == pytest.approx(labels.mean(), abs=1e-6)


def test_no_group_is_both_learned_from_and_scored():
    values, labels, groups = world()
    folds = maths.folds_of(groups, 10)
    for group in np.unique(groups):
        assert len(set(folds[groups == group])) == 1
    sizes = np.bincount(folds)
    assert sizes.max() - sizes.min() <= 5


def test_cross_validation_of_noise_finds_nothing():
    values, _, groups = world()
    labels = (RNG.rand(len(values)) < 0.5).astype(float)
    predicted = maths.cross_validated(maths.Data(values, labels, groups))
    assert not np.isnan(predicted).any()
    assert 0.42 < maths.auc(labels, predicted) < 0.58


def test_auc_counts_ties_half():
    labels = np.array([1, 0, 1, 0, 1.0])
    predicted = np.array([0.9, 0.9, 0.4, 0.2, 0.2])
    assert maths.auc(labels, predicted) == pytest.approx(
        roc_auc_score(labels, predicted)
    )
    assert maths.auc(np.ones(3), np.ones(3)) is None


def test_brier_and_calibration_error_of_three_conversations():
    # The numbers of the unit test of int_weekly_confidence_calibration.
    labels, predicted = np.array([1.0, 0, 0]), np.array([0.9, 0.9, 0.1])
    assert maths.brier(labels, predicted) == pytest.approx(0.83 / 3)
    assert maths.ece(labels, predicted) == pytest.approx(0.9 / 3)


def test_wilson_matches_newcombe_1998():
    assert maths.wilson(81, 263) == pytest.approx((0.2553, 0.3662), abs=5e-5)
    assert maths.wilson(0, 20) == pytest.approx((0.0, 0.1611), abs=5e-5)


def test_cluster_error_weighs_by_size_and_leaves_small_ones_out():
    labels = np.array([1.0] * 20 + [0.0] * 10 + [0.0] * 3)
    predicted = np.full(33, 0.5)
    clusters = ["a"] * 20 + ["b"] * 10 + ["tiny"] * 3
    assert maths.cluster_error(labels, predicted, clusters) == (0.5, 2)


def test_probability_of_any_logit_is_a_number():
    assert maths.probability(np.array([-1e5, 0, 1e5])).tolist() == [0, 0.5, 1]

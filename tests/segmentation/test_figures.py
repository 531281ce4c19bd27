"""The contest's figures against hand-made numbers and direct formulas."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from segtools.segmentation import figures as module
from segtools.segmentation.figures import (
    FIGURES,
    Part,
    bootstrap_weights,
    figures,
    gini,
    interval,
)

amounts = st.integers(0, 50)
people = st.lists(st.tuples(amounts, st.integers(0, 4)), min_size=2, max_size=30)


def gini_by_trapezoid(outcome, predicted):
    """Twice the area between the diagonal and the curve drawn point by point."""
    levels = sorted(set(predicted.tolist()))
    share = [0.0] + [float((predicted <= v).mean()) for v in levels]
    money = [0.0] + [float(outcome[predicted <= v].sum()) for v in levels]
    curve = np.array(money) / outcome.sum()
    return 1 - 2 * np.trapezoid(curve, share)


def make_part(rng, n=60, n_groups=4):
    groups = rng.integers(n_groups, size=n)
    outcome = rng.gamma(1.0, 30.0, n) * (1 + groups)
    capped = np.minimum(outcome, 100.0)
    means = np.linspace(20, 90, n_groups)
    return Part(outcome, capped, means[groups], 0.8 * means[groups], groups)


def test_gini_equals_the_trapezoid_worked_out_by_hand():
    outcome, predicted = np.array([4.0, 0.0, 1.0, 5.0]), np.array([2.0, 1.0, 1.0, 2.0])
    # The poorer half holds 1 of 10: area 0.025 + 0.275 under the curve.
    assert gini(outcome, predicted) == pytest.approx(0.4)


@given(people)
def test_gini_equals_the_trapezoid_over_tied_groups(rows):
    outcome, predicted = np.array(rows, dtype=float).T
    if outcome.sum() == 0:
        assert gini(outcome, predicted) == 0
    else:
        assert gini(outcome, predicted) == pytest.approx(
            gini_by_trapezoid(outcome, predicted)
        )


@given(people, st.integers(0, 2**32 - 1))
def test_gini_ignores_row_order_scale_and_monotone_transforms(rows, seed):
    outcome, predicted = np.array(rows, dtype=float).T
    shuffled = np.random.default_rng(seed).permutation(len(rows))
    plain = gini(outcome, predicted)
    assert gini(outcome[shuffled], predicted[shuffled]) == pytest.approx(plain)
    assert gini(7 * outcome, predicted) == pytest.approx(plain)
    assert gini(outcome, np.exp(predicted) - 3) == pytest.approx(plain)


@given(people)
def test_gini_of_the_opposite_ranking_is_its_negative(rows):
    outcome, predicted = np.array(rows, dtype=float).T
    assert gini(outcome, -predicted) == pytest.approx(-gini(outcome, predicted))


@given(st.lists(amounts, min_size=1, max_size=20))
def test_one_prediction_for_everybody_has_a_gini_of_zero(outcome):
    assert gini(np.array(outcome, dtype=float), np.ones(len(outcome))) == pytest.approx(
        0.0
    )


def test_tied_customers_share_one_straight_piece_whatever_their_order():
    predicted = np.array([1.0, 1.0, 1.0, 2.0])
    rising = gini(np.array([0.0, 1.0, 2.0, 9.0]), predicted)
    falling = gini(np.array([2.0, 1.0, 0.0, 9.0]), predicted)
    assert rising == falling


def test_plain_figures_equal_the_direct_formulas(rng):
    part = make_part(rng)
    found = figures([part], [np.ones((1, 60))])
    y, total = part.outcome, ((part.outcome - part.outcome.mean()) ** 2).sum()
    wrong = ((y - part.predicted) ** 2).sum()
    means = np.array([y[part.groups == g].mean() for g in range(4)])
    between = ((means[part.groups] - y.mean()) ** 2).sum()
    assert found["r2"][0] == pytest.approx(1 - wrong / total)
    assert found["eta2"][0] == pytest.approx(between / total)
    assert found["gini"][0] == pytest.approx(gini_by_trapezoid(y, part.predicted))
    assert found["gini_capped"][0] == pytest.approx(
        gini_by_trapezoid(part.capped, part.predicted_capped)
    )


def test_capped_figures_are_the_plain_ones_of_the_capped_outcome(rng):
    part = make_part(rng)
    capped = Part(
        part.capped, part.capped, part.predicted_capped, part.capped, part.groups
    )
    found, same = (figures([p], [np.ones((1, 60))]) for p in (part, capped))
    for name in ("gini", "r2", "eta2"):
        assert found[f"{name}_capped"] == pytest.approx(same[name])


def test_eta2_equals_r2_when_the_groups_own_means_are_predicted(rng):
    part = make_part(rng)
    means = np.array([part.outcome[part.groups == g].mean() for g in range(4)])
    own = Part(
        part.outcome,
        part.capped,
        means[part.groups],
        part.predicted_capped,
        part.groups,
    )
    found = figures([own], [bootstrap_weights(60, 0, seed=1)])
    assert found["r2"][0] == pytest.approx(found["eta2"][0])


def test_weighted_figures_equal_figures_of_the_repeated_customers(rng):
    part = make_part(rng)
    weights = bootstrap_weights(60, 5, seed=2)
    found = figures([part], [weights])
    for draw in range(1, 6):
        rows = np.repeat(np.arange(60), weights[draw].astype(int))
        own = Part(
            part.outcome[rows],
            part.capped[rows],
            part.predicted[rows],
            part.predicted_capped[rows],
            part.groups[rows],
        )
        again = figures([own], [np.ones((1, len(rows)))])
        for name in FIGURES:
            assert found[name][draw] == pytest.approx(again[name][0]), name


def test_relabelling_the_groups_moves_no_figure(rng):
    part = make_part(rng)
    names = np.array([7, 0, 3, 5])
    other = Part(
        part.outcome,
        part.capped,
        part.predicted,
        part.predicted_capped,
        names[part.groups],
    )
    weights = [bootstrap_weights(60, 3, seed=1)]
    a, b = figures([part], weights), figures([other], weights)
    assert all(a[name] == pytest.approx(b[name]) for name in FIGURES)


def test_parts_are_judged_apart_and_their_figures_averaged(rng):
    parts = [make_part(rng, 40), make_part(rng, 50)]
    weights = [bootstrap_weights(len(p.outcome), 4, seed=3) for p in parts]
    both = figures(parts, weights)
    one, two = (figures([p], [w]) for p, w in zip(parts, weights, strict=True))
    for name in FIGURES:
        assert both[name] == pytest.approx((one[name] + two[name]) / 2)


def test_figures_do_not_depend_on_how_the_draws_are_batched(rng, monkeypatch):
    part, weights = make_part(rng), [bootstrap_weights(60, 20, seed=1)]
    whole = figures([part], weights)
    monkeypatch.setattr(module, "_BATCH", 130)
    pieces = figures([part], weights)
    assert all(whole[name] == pytest.approx(pieces[name]) for name in FIGURES)


@pytest.mark.parametrize("value", [0.0, 1.0, 0.1, 1234.56])
def test_an_outcome_that_is_the_same_for_all_explains_nothing(value, rng):
    outcome, groups = np.full(30, value), rng.integers(3, size=30)
    part = Part(outcome, outcome, np.full(30, value + 1), outcome, groups)
    found = figures([part], [bootstrap_weights(30, 10, seed=1)])
    assert np.abs(found["r2"]).max() == 0
    assert np.abs(found["eta2"]).max() == 0


def test_a_large_level_does_not_drown_the_figures(rng):
    part = make_part(rng)
    high = Part(
        part.outcome + 1e9,
        part.capped + 1e9,
        part.predicted + 1e9,
        part.predicted_capped + 1e9,
        part.groups,
    )
    weights = [bootstrap_weights(60, 3, seed=1)]
    low, lifted = figures([part], weights), figures([high], weights)
    for name in ("r2", "eta2"):
        assert lifted[name] == pytest.approx(low[name], abs=1e-5)


@settings(max_examples=20)
@given(st.integers(1, 50), st.integers(0, 20), st.integers(0, 1000))
def test_every_bootstrap_sample_is_as_large_as_the_sample(n, draws, seed):
    weights = bootstrap_weights(n, draws, seed)
    assert weights.shape == (draws + 1, n)
    assert (weights[0] == 1).all()
    assert (weights.sum(axis=1) == n).all()
    assert ((weights >= 0) & (weights == np.rint(weights))).all()
    assert np.array_equal(weights, bootstrap_weights(n, draws, seed))


def test_interval_gives_the_plain_value_and_the_percentiles_of_the_draws():
    draws = np.r_[0.7, np.arange(0, 101) / 100]
    assert interval(draws) == pytest.approx({"value": 0.7, "low": 0.025, "high": 0.975})
    assert interval(draws, level=0.8) == pytest.approx(
        {"value": 0.7, "low": 0.1, "high": 0.9}
    )


def test_interval_without_draws_is_the_value_alone():
    assert interval(np.array([0.3])) == {"value": 0.3, "low": 0.3, "high": 0.3}


def test_paired_draws_of_equal_schemes_differ_by_nothing(rng):
    part, weights = make_part(rng), [bootstrap_weights(60, 50, seed=1)]
    same = Part(
        part.outcome,
        part.capped,
        2 * part.predicted,
        part.predicted_capped,
        part.groups,
    )
    a, b = figures([part], weights)["gini"], figures([same], weights)["gini"]
    assert interval(a - b) == pytest.approx({"value": 0, "low": 0, "high": 0})


def test_pairing_narrows_the_interval_of_a_difference(rng):
    part, weights = make_part(rng, 200), bootstrap_weights(200, 200, seed=1)
    near = Part(
        part.outcome,
        part.capped,
        np.where(part.groups == 0, 0.0, part.predicted),
        part.predicted_capped,
        np.minimum(part.groups, 2),
    )
    a, b = (figures([p], [weights])["eta2"] for p in (part, near))
    apart = figures([near], [bootstrap_weights(200, 200, seed=2)])["eta2"]
    width = {
        k: v["high"] - v["low"]
        for k, v in {"paired": interval(a - b), "apart": interval(a - apart)}.items()
    }
    assert width["paired"] < width["apart"] / 2

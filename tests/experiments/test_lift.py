"""Lifts: by hand, against others' code, and as often right as they say."""

import lift as benchmark
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from segtools.experiments.lift import (
    Moments,
    beyond_chance,
    expected,
    heterogeneity,
    money_lifts,
    pooled,
    share_lifts,
)

RUNS = 2_000


def moments(*samples):
    """Measure samples, one a segment."""
    flat = np.concatenate(samples)
    owner = np.repeat(np.arange(len(samples)), [len(s) for s in samples])
    return Moments.of(flat, owner == np.arange(len(samples))[:, None])


def test_a_two_by_two_table_is_what_its_closed_form_says():
    made = share_lifts(60, 400, 20, 200)
    assert made.lift == pytest.approx(0.15 - 0.10)
    chi2 = stats.chi2_contingency([[60, 340], [20, 180]], correction=False).statistic
    by_hand = stats.chi2.sf(chi2 * 599 / 600, 1)
    assert made.p == pytest.approx(by_hand)
    theirs = pytest.importorskip("statsmodels.stats.proportion")
    ends = theirs.confint_proportions_2indep(60, 400, 20, 200, method="newcomb")
    assert (made.low, made.high) == pytest.approx(ends)


def test_nobody_responding_in_both_arms_is_no_lift_and_no_error():
    made = share_lifts([0, 400], [400, 400], [0, 200], [200, 200])
    assert made.lift.tolist() == [0, 0]
    assert made.p.tolist() == [1, 1]
    assert (made.variance > 0).all()
    assert not beyond_chance(made).any()


def test_equal_arms_of_money_are_students_test():
    rng = np.random.default_rng(3)
    a, b = rng.normal(10, 3, 60), rng.normal(11, 3, 60)
    made = money_lifts(moments(a), moments(b))
    theirs = stats.ttest_ind(a, b)
    assert made.p[0] == pytest.approx(theirs.pvalue)
    ends = theirs.confidence_interval()
    assert (made.low[0], made.high[0]) == pytest.approx((ends.low, ends.high))


def test_arms_whose_spread_differs_beyond_chance_are_told_apart():
    rng = np.random.default_rng(4)
    a, b = rng.normal(10, 9, 4000), rng.normal(10, 3, 500)
    made = money_lifts(moments(a), moments(b))
    welch = stats.ttest_ind(a, b, equal_var=False).confidence_interval()
    length = (made.high - made.low)[0] / (welch.high - welch.low)
    assert length == pytest.approx(1, abs=0.03)


def test_customers_who_all_spent_the_same_prove_nothing():
    made = money_lifts(moments(np.full(30, 5.0)), moments(np.full(20, 5.0)))
    assert made.p[0] == 1
    assert np.isnan(made.low[0])
    assert not beyond_chance(made)[0]


def test_nobody_spending_in_one_arm_is_no_error():
    some = np.r_[np.zeros(90), np.full(30, 20.0)]
    made = money_lifts(moments(some), moments(np.zeros(40)))
    assert made.lift[0] == pytest.approx(5.0)
    assert np.isfinite([made.low[0], made.high[0], made.p[0]]).all()


@given(st.floats(0.01, 1000), st.integers(0, 9))
def test_another_currency_changes_figures_in_proportion_and_no_finding(rate, seed):
    rng = np.random.default_rng(seed)
    a, b = rng.lognormal(3, 1, 80), rng.lognormal(3.1, 1, 30)
    one, other = (money_lifts(moments(a * k), moments(b * k)) for k in (1.0, rate))
    assert other.p[0] == pytest.approx(one.p[0])
    ends = np.array([one.lift, one.low, one.high]) * rate
    assert np.allclose([other.lift, other.low, other.high], ends)


@given(st.permutations(range(4)))
def test_the_order_of_segments_changes_nothing(order):
    counts = np.array([[60, 400, 20, 200], [9, 100, 9, 90], [5, 50, 1, 50]])
    counts = np.vstack([counts, [60, 300, 3, 100]])[list(order)]
    made = share_lifts(*counts.T)
    back = np.argsort(order)
    assert beyond_chance(made)[back].tolist() == [False, False, False, True]
    by_hand = (400 * 0.05 + 100 * -0.01 + 50 * 0.08 + 300 * 0.17) / 850
    assert pooled(made, counts[:, 1]).lift == pytest.approx(by_hand)
    weight = 1 / made.variance
    mean = (weight * made.lift).sum() / weight.sum()
    q = (weight * (made.lift - mean) ** 2).sum()
    assert heterogeneity(made)["q"] == pytest.approx(q)


def test_the_lift_to_expect_lies_between_its_own_and_that_of_all():
    made = share_lifts([80, 40, 42], [400] * 3, [40, 40, 40], [400] * 3)
    likely = expected(made)
    assert 0.02 < likely[0] < made.lift[0]
    assert made.lift[1] < likely[1] < made.lift.mean()


def test_segments_that_do_not_differ_are_expected_to_do_the_same():
    made = share_lifts([50, 52], [400, 400], [40, 41], [400, 400])
    assert np.ptp(expected(made)) < 1e-12
    assert heterogeneity(made)["i2"] == 0


def test_one_segment_cannot_differ_from_itself():
    found = heterogeneity(share_lifts([60], [400], [20], [200]))
    assert (found["freedom"], found["p"]) == (0, 1)


def test_shares_are_found_by_chance_as_often_as_promised_and_where_planned():
    found = benchmark.measure(share=True, runs=RUNS)
    assert 0.04 <= found.false <= 0.06
    assert 0.78 <= found.power <= 0.82
    # Five times 2,000 intervals: each within three standard errors, their mean closer.
    assert 0.94 <= found.covered.mean() <= 0.96
    assert ((found.covered > 0.935) & (found.covered < 0.965)).all()
    assert 0.94 <= found.whole <= 0.96
    assert 0.035 <= found.differ <= 0.07


@pytest.mark.slow
def test_money_is_found_by_chance_as_often_as_promised_and_where_planned():
    found = benchmark.measure(share=False, runs=RUNS)
    assert 0.035 <= found.false <= 0.06
    assert found.power >= 0.78
    assert 0.94 <= found.covered.mean() <= 0.96
    assert 0.94 <= found.whole <= 0.965
    assert 0.035 <= found.differ <= 0.07

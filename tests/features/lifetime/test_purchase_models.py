"""Properties of all four models, and likelihoods that can be worked out by hand."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from lifetime import draw_histories

from segtools.features.lifetime.bg_nbd import BgNbd
from segtools.features.lifetime.histories import Histories
from segtools.features.lifetime.mbg_nbd import MbgNbd
from segtools.features.lifetime.nbd import Nbd
from segtools.features.lifetime.pareto_nbd import ParetoNbd
from segtools.schema import DataError

ONES = [BgNbd(1, 1, 1, 1), MbgNbd(1, 1, 1, 1), ParetoNbd(1, 1, 1, 1), Nbd(1, 1)]
LEAVING = [BgNbd, MbgNbd, ParetoNbd]

positive = st.floats(0.01, 50)
four = st.tuples(positive, positive, positive, positive)


@st.composite
def histories(draw):
    """Any history up to 10,000 purchases in 10,000 days, at its edges as well."""
    age = draw(st.sampled_from([0.0, 1e-6, 1.0, 10_000.0]) | st.floats(0, 10_000))
    x = draw(st.sampled_from([0, 1, 10_000]) | st.integers(0, 10_000))
    part = draw(st.sampled_from([0.0, 1.0]) | st.floats(0, 1))
    return x, (age * part if x else 0.0), age


@pytest.mark.parametrize(
    ("model", "history", "likelihood", "active"),
    [
        (ONES[0], (0, 0, 3), 1 / 4, 1.0),
        (ONES[0], (1, 1, 3), 5 / 32, 1 / 5),
        (ONES[1], (0, 0, 3), 5 / 8, 1 / 5),
        (ONES[2], (0, 0, 3), 17 / 32, 2 / 17),
        (ONES[2], (1, 1, 3), 5 / 96, 3 / 10),
        (ONES[3], (1, 1, 3), 1 / 16, 1.0),
    ],
)
def test_likelihoods_of_all_ones_equal_what_paper_says(
    model, history, likelihood, active
):
    assert math.exp(model.log_likelihood_of(*history)) == pytest.approx(likelihood)
    assert float(model.probability_active(*history)) == pytest.approx(active)


def test_new_customers_of_all_ones_equal_what_paper_says():
    # The mean of (1 - 1/(1 + 3p)) / p over p from 0 to 1 is log 4; so is what an
    # active customer of Pareto/NBD has of time.
    assert float(ONES[0].expected_purchases_of_new(3)) == pytest.approx(math.log(4))
    assert float(ONES[2].expected_purchases_of_new(3)) == pytest.approx(math.log(4))
    # Half of the customers leave at once; p of the others has the density 2(1 - p).
    half = (4 * math.log(4) - 3) / 3
    assert float(ONES[1].expected_purchases_of_new(3)) == pytest.approx(half)
    assert float(ONES[3].expected_purchases_of_new(3)) == pytest.approx(3)


@pytest.mark.parametrize("kind", [*LEAVING, Nbd])
def test_slopes_are_those_of_the_likelihood(kind):
    x = np.array([0, 0, 1, 3, 50.0, 9_000])
    t_x, age = np.array([0, 0, 0.5, 2, 3, 9]), np.array([0, 1, 0.5, 3, 3.1, 10])
    data = Histories(x, t_x, age, np.ones(6))
    at = np.array([0.3, 0.2, 0.5, 2.0])[: len(kind.names)]
    slopes = kind.rows(at, data)[1]
    for i, value in enumerate(at):
        step = np.zeros(len(at))
        step[i] = 1e-6 * value
        rise = kind.rows(at + step, data)[0] - kind.rows(at - step, data)[0]
        assert slopes[i] == pytest.approx(rise / (2 * step[i]), rel=1e-4, abs=1e-4)


@pytest.mark.parametrize("kind", LEAVING)
@given(parameters=four, history=histories(), horizon=st.floats(0, 10_000))
def test_the_wildest_histories_give_sane_numbers(kind, parameters, history, horizon):
    model = kind(*parameters)
    x, _, age = history
    assert math.isfinite(model.log_likelihood_of(*history))
    active = float(model.probability_active(*history))
    assert 0 <= active <= 1
    orders = float(model.expected_purchases(horizon, *history))
    pace = horizon * (model.r + x) / (model.alpha + age)
    assert 0 <= orders <= pace * (1 + 1e-6) + 1e-300
    assert 0 <= float(model.expected_purchases_of_new(horizon)) < math.inf


@given(parameters=four, age=st.floats(0, 10_000))
def test_in_bg_nbd_one_time_buyers_are_surely_active(parameters, age):
    assert float(BgNbd(*parameters).probability_active(0, 0, age)) == 1.0


@pytest.mark.parametrize("kind", LEAVING)
@given(parameters=four, x=st.integers(1, 10_000), age=st.floats(1, 10_000))
def test_a_later_last_purchase_never_makes_a_customer_less_active(
    kind, parameters, x, age
):
    t_x = np.linspace(0, age, 12)
    model = kind(*parameters)
    active = model.probability_active(np.full(12, x), t_x, np.full(12, age))
    assert (np.diff(active) >= -1e-9 * active[1:]).all()


@pytest.mark.parametrize("kind", LEAVING)
@given(parameters=four, history=histories())
def test_more_time_never_brings_fewer_purchases(kind, parameters, history):
    model = kind(*parameters)
    found = [
        float(model.expected_purchases(h, *history)) for h in (0, 1, 10, 100, 10_000)
    ]
    assert found[0] == 0
    assert (np.diff(found) >= -1e-9 * np.array(found[1:])).all()


@pytest.mark.parametrize("kind", LEAVING)
def test_another_unit_of_time_changes_nothing_that_counts(kind):
    parameters = dict(zip(kind.names, (0.5, 6.0, 0.8, 2.0), strict=True))
    in_days = {k: v * 7 if k in kind.times else v for k, v in parameters.items()}
    weeks = kind(**parameters).expected_purchases(10, 3, 20, 30)
    days = kind(**in_days).expected_purchases(70, 3, 140, 210)
    assert float(days) == pytest.approx(float(weeks))


@pytest.mark.parametrize(
    ("a", "b", "n", "time", "expected"),
    [  # by 2F1 in 60 digits
        (0.79, 2.43, 0.243, 39 / 4.41, 1.199880789400709),
        (0.01, 0.02, 0.3, 1000.0, 188.16744293619056),
        (0.01, 3.0, 50.0, 0.1, 4.9697730932651004),
        (5.0, 0.01, 2.0, 50.0, 1.0021114928774186),
        (3000.0, 7000.0, 3.0, 5.0, 3.1205309426075528),
        (0.8, 2.0, 0.25, 1e4, 20.291579698507846),
        (50.0, 0.5, 1000.0, 10.0, 1.0102040816326531),
    ],
)
def test_expected_purchases_agree_with_many_digits(a, b, n, time, expected):
    found = BgNbd(n, 1.0, a, b).expected_purchases_of_new(time)
    assert float(found) == pytest.approx(expected, rel=1e-9)


@pytest.mark.parametrize(
    ("parameters", "history", "likelihood", "active"),
    [  # by 2F1 in 40 digits
        ((0.553, 10.58, 0.606, 11.67), (2, 30.43, 38.86), -9.5542465534094, 0.86917148),
        ((0.5, 0.001, 0.5, 500), (0, 0, 1000), -6.3596030029425408, 0.33371801),
        ((0.5, 500, 0.5, 0.001), (3, 2, 1000), -22.023760662288427, 0.0011775094),
        ((2, 5, 3, 7), (300, 100, 101), 7.41655435, 0.85899861),
        ((0.1, 1e4, 8, 1e-3), (1000, 5000, 10000), -3839.3425906841112, 1.868e-126),
    ],
)
def test_pareto_nbd_agrees_with_many_digits(parameters, history, likelihood, active):
    model = ParetoNbd(*parameters)
    assert float(model.log_likelihood_of(*history)) == pytest.approx(likelihood)
    assert float(model.probability_active(*history)) == pytest.approx(active, rel=1e-3)


@pytest.mark.parametrize(
    "model",
    [BgNbd(0.5, 5, 0.8, 2.5), MbgNbd(0.8, 6, 0.9, 2), ParetoNbd(0.6, 8, 0.7, 9)],
)
def test_what_is_expected_is_what_drawn_customers_do(model):
    rng = np.random.default_rng(5)
    drawn = draw_histories(model, rng.uniform(10, 50, 30_000), 30.0, rng)
    columns = (drawn["frequency"], drawn["recency"], drawn["age"])
    off = drawn["later"] - model.expected_purchases(30.0, *columns)
    for group in (drawn["frequency"] == 0, drawn["frequency"] > 2, off.notna()):
        part = off[group]
        assert abs(part.mean()) < 4 * part.std() / math.sqrt(len(part))
    repeats = drawn["frequency"] - model.expected_purchases_of_new(drawn["age"])
    assert abs(repeats.mean()) < 4 * repeats.std() / math.sqrt(len(repeats))


@pytest.mark.parametrize("model", ONES)
def test_totals_add_up_over_customers(model):
    data = Histories.of([0, 2, 2], [0, 4, 4], [5, 9, 9])
    each = model.expected_purchases(7, [0, 2, 2], [0, 4, 4], [5, 9, 9])
    assert model.expected_total(7, data) == pytest.approx(each.sum())
    new = model.expected_purchases_of_new([12, 16, 16])
    assert model.expected_cumulative(7, data) == pytest.approx(new.sum())


def test_parameters_of_0_or_less_are_refused():
    with pytest.raises(DataError, match="alpha must be a finite number above 0, but 0"):
        BgNbd(1.0, 0.0, 1.0, 1.0)


def test_a_negative_horizon_is_refused():
    with pytest.raises(DataError, match="horizon must be 0 or more, but 1 of 1 is neg"):
        ONES[0].expected_purchases(-1, 0, 0, 1)

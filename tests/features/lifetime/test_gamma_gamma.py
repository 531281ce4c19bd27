"""What an order is worth: by hand, planted and with its warnings."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from segtools.features.lifetime.bootstrap import refitted_models
from segtools.features.lifetime.gamma_gamma import (
    GammaGamma,
    fit_gamma_gamma,
    independence,
)
from segtools.schema import DataError


def buyers(true, n, rng, frequency=None):
    x = rng.integers(1, 8, n) if frequency is None else frequency
    scale = rng.gamma(true.q, 1 / true.v, n)
    return x, rng.gamma(true.p * x, 1 / scale) / x


def test_one_order_of_all_ones_equals_what_paper_says():
    # G(2) / (G(1) G(1)) * 1 * 1 * 1 / (3 + 1) ** 2
    found = GammaGamma(1, 1, 1).log_likelihood_of([1], [3.0])
    assert found.tolist() == pytest.approx([math.log(1 / 16)])


def test_expected_value_lies_between_own_mean_and_that_of_all():
    model = GammaGamma(2, 3, 20)  # the mean of all is 20
    assert model.population_mean == 20
    # Two orders weigh 2 * 2 against q - 1 = 2.
    found = model.expected_value([0, 2], [np.nan, 50.0])
    assert found.tolist() == pytest.approx([20, (4 * 50 + 2 * 20) / 6])


@given(
    st.floats(0.01, 100), st.floats(1.01, 100), st.floats(0.01, 1e6),
    st.integers(1, 10_000), st.floats(0.01, 1e6),
)  # fmt: skip
def test_expected_value_is_finite_and_between_the_two(p, q, v, x, mean):
    model = GammaGamma(p, q, v)
    low, high = sorted([mean, model.population_mean])
    found = float(model.expected_value(x, mean))
    assert low * (1 - 1e-9) <= found <= high * (1 + 1e-9)


def test_without_a_mean_only_one_time_buyers_have_no_value():
    model = GammaGamma(2, 0.5, 20)
    assert math.isnan(model.population_mean)
    found = model.expected_value([0, 3], [np.nan, 50.0])
    assert np.isnan(found).tolist() == [True, False]


def test_planted_parameters_are_found(rng):
    true = GammaGamma(6, 4, 15)
    found = fit_gamma_gamma(*buyers(true, 1_500, rng))
    assert found.ok
    again = refitted_models(found, n_draws=20, seed=1)
    for name in true.names:
        spread = np.std([np.log(m.parameters[name]) for m in again])
        off = np.log(found.model.parameters[name] / true.parameters[name])
        assert abs(off) < 4 * spread < 2, name


def test_the_likelihood_is_that_of_the_buyers(rng):
    x, mean = buyers(GammaGamma(6, 4, 15), 300, rng)
    model = fit_gamma_gamma(x, mean).model
    total = model.log_likelihood_of(x, mean).sum()
    assert model.log_likelihood == pytest.approx(total)


def test_another_currency_changes_only_the_money(rng):
    x, mean = buyers(GammaGamma(6, 4, 15), 300, rng)
    one, many = fit_gamma_gamma(x, mean).model, fit_gamma_gamma(x, mean * 1000).model
    assert many.parameters == pytest.approx(
        {"p": one.p, "q": one.q, "v": one.v * 1000}, rel=1e-3
    )


def test_one_time_buyers_play_no_part(rng):
    x, mean = buyers(GammaGamma(6, 4, 15), 300, rng)
    more = (
        np.concatenate([x, np.zeros(50)]),
        np.concatenate([mean, np.full(50, np.nan)]),
    )
    found = fit_gamma_gamma(*more)
    assert found.n_customers == 300
    assert found.model.parameters == fit_gamma_gamma(x, mean).model.parameters


def test_values_without_a_mean_are_a_sentence(rng):
    x = rng.integers(1, 9, 500)
    found = fit_gamma_gamma(x, np.exp(rng.normal(0, 3, 500)))
    assert not found.ok
    assert (
        "without a q above 1 order values are so spread that they have" in found.reason
    )


def test_equal_values_are_a_sentence():
    found = fit_gamma_gamma([2] * 50, [5.0] * 50)
    assert not found.ok
    assert found.reason


def test_a_value_of_0_is_refused():
    with pytest.raises(DataError, match="mean_value must be above 0 for repeat buyers"):
        fit_gamma_gamma([1, 0], [0.0, 0.0])


def test_lengths_must_agree():
    with pytest.raises(DataError, match="they have 2 and 1 values"):
        fit_gamma_gamma([1, 0], [5.0])


def test_weights_must_agree_in_length():
    with pytest.raises(DataError, match="weights must hold one value a row"):
        fit_gamma_gamma([1, 1], [5.0, 6.0], [1.0])


def test_big_orders_of_frequent_buyers_are_a_warning(rng):
    x = rng.integers(1, 20, 400)
    found = independence(x, x * 5 + rng.normal(50, 20, 400).clip(1))
    assert found["low"] > 0.2
    assert found["warning"].startswith(
        "Customers who order more often spend more an order (correlation 0."
    )
    assert found["warning"].endswith("frequent buyers may be too low.")


def test_a_correlation_by_hand_has_the_interval_of_fisher():
    found = independence([1, 2, 3, 4, 0], [1.0, 3.0, 2.0, 4.0, np.nan])
    assert found["correlation"] == pytest.approx(0.8)
    z = math.atanh(0.8)
    ends = math.tanh(z - 1.959964), math.tanh(z + 1.959964)
    assert (found["low"], found["high"]) == pytest.approx(ends)
    assert found["warning"] == ""


@pytest.mark.parametrize("x", [[0, 0, 0, 0], [1, 2, 3, 0], [2, 2, 2, 2]])
def test_nothing_to_correlate_is_no_number(x):
    assert independence(x, [1.0, 2.0, 3.0, 4.0])["correlation"] is None

"""Fits find what was planted, whatever the unit; and say in words when they cannot."""

from __future__ import annotations

import numpy as np
import pytest
from lifetime import draw_histories

from segtools.features.lifetime.bg_nbd import BgNbd
from segtools.features.lifetime.bootstrap import refitted_models
from segtools.features.lifetime.fitting import Task, fit
from segtools.features.lifetime.mbg_nbd import MbgNbd
from segtools.features.lifetime.nbd import Nbd
from segtools.features.lifetime.pareto_nbd import ParetoNbd
from segtools.schema import DataError

FITS = [BgNbd.fit, MbgNbd.fit, ParetoNbd.fit]


def columns(table):
    return tuple(table[c] for c in ("frequency", "recency", "age"))


def assert_near(found, true, *, draws=20):
    """Assert that logarithms of parameters are within four standard errors."""
    again = refitted_models(found, n_draws=draws, seed=1)
    for name in true.names:
        spread = np.std([np.log(m.parameters[name]) for m in again])
        off = np.log(found.model.parameters[name] / true.parameters[name])
        assert abs(off) < 4 * spread < 2, name


def test_bg_nbd_finds_planted_parameters(drawn, true_model):
    found = BgNbd.fit(*columns(drawn), unit="weeks")
    assert found.ok
    assert found.reason == ""
    assert_near(found, true_model)


@pytest.mark.parametrize(
    ("true", "fit_model"),
    [
        (MbgNbd(0.8, 6.0, 0.9, 2.5), MbgNbd.fit),
        (ParetoNbd(0.8, 6.0, 0.9, 12.0), ParetoNbd.fit),
    ],
)
def test_the_others_find_planted_parameters(true, fit_model):
    rng = np.random.default_rng(3)
    table = draw_histories(true, rng.uniform(20, 60, 1_000), 0.0, rng)
    found = fit_model(*columns(table))
    assert found.ok
    assert_near(found, true, draws=8)


def test_nbd_finds_planted_parameters(rng):
    true = Nbd(0.7, 9.0)
    age = rng.uniform(20, 60, 3_000)
    x = rng.poisson(rng.gamma(true.r, 1 / true.alpha, 3_000) * age)
    assert_near(Nbd.fit(x, np.zeros(3_000), age), true)


@pytest.mark.parametrize("fit_model", FITS)
def test_all_starts_lead_to_the_same_top(fit_model, drawn):
    found = fit_model(*columns(drawn.head(600)))
    tops = [s["log_likelihood"] for s in found.starts]
    assert all(s["converged"] for s in found.starts)
    assert len(tops) == 4
    assert tops == pytest.approx([found.model.log_likelihood] * 4, abs=1e-6)


@pytest.mark.parametrize("fit_model", FITS)
def test_the_unit_of_time_does_not_matter(fit_model, drawn):
    x, t_x, age = columns(drawn.head(600))
    weeks = fit_model(x, t_x, age).model
    days = fit_model(x, t_x * 7, age * 7).model
    times = [7 if name in weeks.times else 1 for name in weeks.names]
    expected = np.array(list(weeks.parameters.values())) * times
    assert list(days.parameters.values()) == pytest.approx(expected.tolist(), rel=1e-3)
    lost = x.sum() * np.log(7)
    assert days.log_likelihood == pytest.approx(weeks.log_likelihood - lost, abs=1e-3)


@pytest.mark.parametrize("fit_model", FITS)
def test_the_likelihood_is_that_of_the_histories(fit_model, drawn):
    table = drawn.head(600)
    model = fit_model(*columns(table)).model
    total = model.log_likelihood_of(*columns(table)).sum()
    assert model.log_likelihood == pytest.approx(total)


def test_weights_are_customers(drawn):
    x, t_x, age = (c.round() for c in columns(drawn.head(400)))
    t_x = np.minimum(t_x, age)
    twice = [np.concatenate([c, c]) for c in (x, t_x, age)]
    weighted = BgNbd.fit(x, t_x, age, np.full(400, 2))
    assert weighted.n_customers == 800
    repeated = BgNbd.fit(*twice).model.parameters
    assert weighted.model.parameters == pytest.approx(repeated, rel=1e-3)


@pytest.mark.parametrize("fit_model", FITS)
def test_too_few_repeat_buyers_are_a_sentence(fit_model):
    found = fit_model([0] * 50 + [1] * 19, [0] * 50 + [2] * 19, [9] * 69)
    assert not found.ok
    assert found.model is None
    expected = "was not fitted: 19 customers bought again, and it takes 20 to learn"
    assert expected in found.reason


@pytest.mark.parametrize("fit_model", FITS)
def test_no_customers_are_a_sentence(fit_model):
    assert "0 customers bought again" in fit_model([], [], []).reason


@pytest.mark.parametrize("fit_model", FITS)
def test_customers_who_never_leave_are_a_sentence(fit_model, rng):
    age = rng.uniform(50, 100, 500)
    x = rng.poisson(rng.gamma(1.0, 0.1, 500) * age)
    last = age * rng.uniform(size=500) ** (1 / np.maximum(x, 1))
    found = fit_model(x, np.where(x > 0, last, 0), age)
    assert not found.ok
    assert "does not suit these data: the best " in found.reason
    assert "beyond the edge of the search, as where customers are all" in found.reason


@pytest.mark.parametrize("fit_model", FITS)
@pytest.mark.parametrize("age", [0.0, 60.0, 1e12])
def test_customers_who_are_all_alike_are_a_sentence(fit_model, age):
    found = fit_model([3] * 40, [age * 0.8] * 40, [age] * 40)
    assert not found.ok
    assert found.reason.endswith(".")


def test_a_likelihood_that_cannot_be_computed_is_a_sentence():
    def broken(parameters):
        return np.full(30, np.nan), np.full((1, 30), np.nan)

    task = Task(("r",), broken, np.ones(30), [np.array([1.0]), np.array([2.0])])
    found = fit(task, lambda p, top: p, name="This", n_repeat_buyers=30)
    assert found.reason == "This was not fitted: no climb from 2 starts reached a top."
    assert [s["log_likelihood"] for s in found.starts] == [None, None]


def test_wrong_input_raises_and_does_not_fail_silently():
    with pytest.raises(DataError, match="recency must be at most age"):
        BgNbd.fit([1], [3], [2])

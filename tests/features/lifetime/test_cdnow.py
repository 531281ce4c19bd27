"""Published figures of CDNOW, to the digits that were printed."""

from __future__ import annotations

import numpy as np
import pytest

from segtools.features.lifetime.bg_nbd import BgNbd
from segtools.features.lifetime.gamma_gamma import fit_gamma_gamma, independence
from segtools.features.lifetime.mbg_nbd import MbgNbd
from segtools.features.lifetime.nbd import Nbd
from segtools.features.lifetime.pareto_nbd import ParetoNbd

COLUMNS = ["frequency", "recency", "age"]


def fitted(fit, table):
    found = fit(*(table[c] for c in COLUMNS), unit="weeks")
    assert found.ok, found.reason
    return found.model


@pytest.fixture(scope="module")
def bg(cdnow):
    return fitted(BgNbd.fit, cdnow)


@pytest.fixture(scope="module")
def pareto(cdnow):
    return fitted(ParetoNbd.fit, cdnow)


def test_the_log_gives_the_published_histories(cdnow):
    assert len(cdnow) == 2357
    assert cdnow["frequency"].sum() == 2457
    assert (cdnow["frequency"] == 0).sum() == 1411
    assert cdnow["later"].sum() == 1882
    assert (cdnow["later"] > 0).sum() == 684
    first = cdnow.iloc[0]
    assert first[COLUMNS].tolist() == [
        2,
        pytest.approx(213 / 7),
        pytest.approx(272 / 7),
    ]


def test_bg_nbd_has_the_parameters_of_the_paper(bg):
    assert bg.log_likelihood == pytest.approx(-9582.4, abs=0.05)
    expected = {"r": 0.243, "alpha": 4.414, "a": 0.793, "b": 2.426}
    assert bg.parameters == pytest.approx(expected, abs=0.0005)


def test_mbg_nbd_has_the_parameters_that_lifetimes_finds(cdnow):
    model = fitted(MbgNbd.fit, cdnow)
    assert model.log_likelihood == pytest.approx(-9582.1, abs=0.05)
    expected = {"r": 0.525, "alpha": 6.183, "a": 0.891, "b": 1.614}
    assert model.parameters == pytest.approx(expected, abs=0.0005)


def test_pareto_nbd_has_the_parameters_of_the_paper(pareto):
    assert pareto.log_likelihood == pytest.approx(-9595.0, abs=0.05)
    expected = {"r": 0.553, "alpha": 10.578, "s": 0.606, "beta": 11.669}
    assert pareto.parameters == pytest.approx(expected, abs=0.0005)


def test_nbd_fits_worse_than_models_that_let_customers_leave(cdnow):
    found = fitted(Nbd.fit, cdnow)
    assert found.log_likelihood == pytest.approx(-9763.66, abs=0.05)
    expected = {"r": 0.385, "alpha": 12.072}
    assert found.parameters == pytest.approx(expected, abs=0.0005)


def test_gamma_gamma_has_the_parameters_of_the_paper(cdnow):
    found = fit_gamma_gamma(cdnow["frequency"], cdnow["monetary"])
    assert found.ok
    assert found.n_repeat_buyers == 946
    expected = {"p": 6.25, "q": 3.74, "v": 15.45}
    assert found.model.parameters == pytest.approx(expected, abs=0.01)
    assert found.model.log_likelihood == pytest.approx(-4055.9, abs=0.05)
    assert found.model.population_mean == pytest.approx(35.17, abs=0.01)
    again = cdnow[cdnow["frequency"] > 0]
    every = found.model.expected_value(again["frequency"], again["monetary"])
    assert every.mean() == pytest.approx(35.375, abs=0.005)


def test_how_often_and_how_much_are_nearly_independent(cdnow):
    found = independence(cdnow["frequency"], cdnow["monetary"])
    assert found["correlation"] == pytest.approx(0.114, abs=0.0005)
    assert found["low"] < 0.114 < found["high"]
    assert found["warning"] == ""


def test_a_new_customer_and_the_customer_of_the_paper(bg):
    assert float(bg.expected_purchases_of_new(39)) == pytest.approx(1.195, abs=0.0005)
    same = (2, 30.43, 38.86)
    assert float(bg.expected_purchases(39, *same)) == pytest.approx(1.226, abs=0.0005)
    assert float(bg.probability_active(*same)) == pytest.approx(0.7266, abs=0.0005)


def test_cumulative_repeat_purchases_follow_the_published_ones(
    bg, pareto, cdnow_histories
):
    weeks = (39, 52, 78)
    found = [bg.expected_cumulative(w - 39, cdnow_histories) for w in weeks]
    assert found == pytest.approx([2493.97, 3127.69, 4160.64], rel=2e-4)
    found = [pareto.expected_cumulative(w - 39, cdnow_histories) for w in (39, 78)]
    assert found == pytest.approx([2524.94, 4270.07], rel=2e-4)
    assert float(pareto.expected_purchases_of_new(52)) == pytest.approx(
        1.4734, abs=5e-4
    )


def test_what_is_expected_of_the_holdout_and_what_came(bg, cdnow, cdnow_histories):
    total = bg.expected_total(39, cdnow_histories)
    assert total == pytest.approx(1653.42, rel=2e-4)
    assert total / 1882 - 1 == pytest.approx(-0.121, abs=0.0005)
    each = bg.expected_purchases(39, *(cdnow[c] for c in COLUMNS))
    error = each - cdnow["later"]
    assert np.corrcoef(each, cdnow["later"])[0, 1] == pytest.approx(0.626, abs=0.0005)
    assert error.abs().mean() == pytest.approx(0.785, abs=0.0005)
    assert np.sqrt((error**2).mean()) == pytest.approx(1.608, abs=0.0005)


def test_conditional_expectations_by_frequency(bg, cdnow):
    each = bg.expected_purchases(39, *(cdnow[c] for c in COLUMNS))
    table = cdnow.assign(each=each).groupby(cdnow["frequency"].clip(upper=7))
    actual = [0.237, 0.697, 1.393, 1.560, 2.532, 2.947, 3.862, 6.359]
    expected = [0.225, 0.523, 1.044, 1.520, 2.164, 2.654, 3.504, 6.157]
    assert table["later"].mean().tolist() == pytest.approx(actual, abs=0.0006)
    assert table["each"].mean().tolist() == pytest.approx(expected, abs=0.0006)

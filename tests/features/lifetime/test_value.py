"""Value over a horizon: discounted by hand."""

from __future__ import annotations

import numpy as np
import pytest

from segtools.features.lifetime.bg_nbd import BgNbd
from segtools.features.lifetime.nbd import Nbd
from segtools.features.lifetime.value import (
    discount_steps,
    discounted_purchases,
    lifetime_value,
)
from segtools.schema import DataError

HISTORY = ([0, 4], [0, 20], [30, 30])


def test_each_period_counts_by_its_end():
    steps = discount_steps(70, discount_rate=0.1, period=30)
    assert steps == [
        (30, pytest.approx(1 / 1.1)),
        (60, pytest.approx(1 / 1.21)),
        (70, pytest.approx(1.1 ** (-7 / 3))),
    ]


def test_purchases_at_an_even_pace_are_discounted_period_by_period():
    steps = discount_steps(60, discount_rate=0.1, period=30)
    found = discounted_purchases(Nbd(1, 100), steps, 0, 0, 0)  # one in 100 days
    assert float(found) == pytest.approx(0.3 / 1.1 + 0.3 / 1.21)


def test_without_a_rate_nothing_is_discounted():
    model = BgNbd(0.5, 5, 0.8, 2.5)
    found = discounted_purchases(model, discount_steps(90), *HISTORY)
    assert found.tolist() == model.expected_purchases(90, *HISTORY).tolist()


def test_a_higher_rate_never_raises_the_value():
    model = BgNbd(0.5, 5, 0.8, 2.5)
    values = [
        discounted_purchases(model, discount_steps(365, discount_rate=r), *HISTORY)
        for r in (0.0, 0.01, 0.1, 10.0)
    ]
    assert (np.diff(values, axis=0) < 0).all()


def test_a_horizon_of_0_holds_nothing():
    steps = discount_steps(0, discount_rate=0.1)
    model = BgNbd(0.5, 5, 0.8, 2.5)
    assert discounted_purchases(model, steps, *HISTORY).tolist() == [0, 0]


def test_value_is_number_times_worth_times_margin():
    found = lifetime_value([2.0, np.nan], [10.0, 5.0], margin=0.3)
    assert found[0] == pytest.approx(6.0)
    assert np.isnan(found[1])


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"horizon": -1}, "horizon must be 0 or more"),
        ({"horizon": 9, "discount_rate": -0.1}, "discount_rate must be 0 or more"),
        ({"horizon": 9, "period": 0}, "period must be above 0, but 0 was received"),
    ],
)
def test_wrong_terms_are_refused(given, sentence):
    with pytest.raises(DataError, match=sentence):
        discount_steps(**given)


def test_a_negative_margin_is_refused():
    with pytest.raises(DataError, match="margin must be 0 or more"):
        lifetime_value([1.0], [1.0], margin=-0.5)

"""Plain rules where no model can be fitted."""

from __future__ import annotations

import numpy as np

from segtools.features.lifetime.fallback import own_mean, own_pace


def test_own_pace_adds_one_purchase_at_the_pace_of_all():
    # Five purchases in 100 days: one takes 20.
    found = own_pace(np.array([5.0, 0.0]), np.array([40.0, 60.0]))
    assert found.tolist() == [6 / 60, 1 / 80]


def test_nobody_who_bought_again_has_no_pace():
    assert np.isnan(own_pace(np.zeros(2), np.ones(2))).all()
    assert np.isnan(own_pace(np.ones(2), np.zeros(2))).all()


def test_own_mean_adds_one_order_at_the_mean_of_all():
    # Four orders of 100 together: 25 each.
    found = own_mean(np.array([3.0, 1.0, 0.0]), np.array([30.0, 10.0, np.nan]))
    assert found.tolist() == [115 / 4, 35 / 2, 25]


def test_nobody_who_bought_again_has_no_mean():
    assert np.isnan(own_mean(np.zeros(2), np.full(2, np.nan))).all()

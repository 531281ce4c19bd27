"""Intervals of shares against scipy's own, and at the ends."""

import numpy as np
import pytest
from scipy.stats import binomtest

from segtools.intervals import newcombe, wilson


@pytest.mark.parametrize(("x", "n"), [(0, 5), (5, 5), (3, 40), (56, 70), (1, 100_000)])
def test_wilson_is_what_scipy_says(x, n):
    theirs = binomtest(x, n).proportion_ci(method="wilson")
    assert np.allclose(wilson(x, n), (theirs.low, theirs.high), atol=1e-12)


def test_whole_arrays_give_what_each_gives_alone():
    low, high = newcombe([56, 9], [70, 10], [48, 3], [80, 10])
    assert (low[1], high[1]) == tuple(newcombe(9, 10, 3, 10))
    assert low[0] == pytest.approx(0.0524, abs=5e-5)


def test_the_interval_turns_round_with_the_arms():
    low, high = newcombe(9, 40, 3, 50)
    other_low, other_high = newcombe(3, 50, 9, 40)
    assert (low, high) == pytest.approx((-other_high, -other_low))

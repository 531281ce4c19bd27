"""Hopkins and dip: printed fixtures and refusals."""

import numpy as np
import pytest
from scipy.stats import kstest

from segtools.schema import DataError
from segtools.segmentation.stability.tendency import (
    MAX_DIP_ROWS,
    dip_on_distances,
    dip_test,
    hopkins,
    hopkins_of,
    hopkins_p,
)


def test_the_hand_case():
    X = np.array([[7, 5], [3, 3], [8, 4], [1, 2], [4, 3], [7, 4.0]])
    points = np.array([[4, 2], [3, 5], [7, 2.0]])
    assert hopkins_of(X, np.array([0, 4, 5]), points) == pytest.approx(0.75)


def test_the_printed_p_value():
    assert hopkins_p(0.21, 10) == pytest.approx(0.00466205, abs=1e-8)
    assert hopkins_p(0.5, 10) == pytest.approx(1.0)


def test_uniform_rows_follow_the_beta_law():
    # On a torus there would be no edges; here few of many rows are near one.
    rng = np.random.default_rng(5)
    p = [
        hopkins(rng.uniform(size=(900, 1)), rng=rng, sampled=9).p_value
        for _ in range(150)
    ]
    assert kstest(p, "uniform").pvalue > 0.01


def test_many_columns_do_not_overflow(rng):
    found = hopkins(1e30 * rng.normal(size=(100, 200)), rng=rng)
    assert 0 <= found.value <= 1


def test_all_in_one_place_says_nothing(rng):
    assert hopkins(np.ones((30, 2)), rng=rng).value == 0.5


def test_too_few_rows_are_refused(rng):
    with pytest.raises(DataError, match="at least 20 rows, but there are 19"):
        hopkins(np.ones((19, 2)), rng=rng)


def test_steps_are_not_humps(rng):
    assert dip_test(rng.integers(19, size=1_000)) is None
    assert dip_test(rng.normal(size=1_000)).p_value > 0.2


def test_only_so_many_rows_are_paired_as_p_values_are_tabled_for(rng):
    found = dip_on_distances(rng.normal(size=(500, 2)), rng=rng)
    assert found.tested == MAX_DIP_ROWS * (MAX_DIP_ROWS - 1) // 2


def test_two_far_clouds_have_two_humps_of_distances(blobs, rng):
    assert dip_on_distances(blobs(2), rng=rng).p_value < 0.01

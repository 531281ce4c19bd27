"""Odd customers: planted ones are listed, crowds and tails are left in peace."""

import numpy as np
import pandas as pd
import pytest

from segtools.schema import DataError
from segtools.segmentation import odd
from segtools.segmentation.odd import odd_customers, sparseness


@pytest.fixture
def crowd(rng):
    X = pd.DataFrame(rng.normal(size=(400, 3)), columns=["a", "b", "c"])
    return X.set_axis([f"c{i:03d}" for i in range(400)])


def test_planted_customers_lead_the_list_with_what_is_odd_about_them(crowd):
    crowd.loc["c007"] = [0.0, 25.0, 0.0]
    crowd.loc["c100"] = [0.0, 0.0, -12.0]
    found = odd_customers(crowd)
    assert found.index[:2].tolist() == ["c007", "c100"]
    assert found["feature"].tolist()[:2] == ["b", "c"]
    assert found["away"].iloc[0] > 0 > found["away"].iloc[1]
    assert found["score"].is_monotonic_decreasing


@pytest.mark.parametrize("shape", ["gaussian", "lognormal", "uniform"])
def test_one_cloud_has_hardly_anybody_odd(rng, shape):
    draw = {
        "gaussian": rng.normal,
        "lognormal": lambda size: rng.lognormal(0, 1, size),
        "uniform": rng.uniform,
    }[shape]
    X = pd.DataFrame(draw(size=(600, 3))).add_prefix("x")
    assert len(odd_customers(X)) <= 6


def test_a_small_crowd_of_its_own_is_not_odd(crowd):
    X = crowd.copy()
    X.iloc[:40] += 30
    assert not set(odd_customers(X).index) & set(X.index[:40])


def test_sparseness_does_not_depend_on_the_unit_or_on_how_dense_a_crowd_is(rng):
    X = rng.normal(size=(100, 2))
    assert sparseness(X * 1000) == pytest.approx(sparseness(X))
    both = sparseness(np.vstack([X, 1000 + X * 50]))
    assert both[:100] == pytest.approx(both[100:], rel=0.01)


def test_customers_who_are_all_alike_are_not_odd():
    assert sparseness(np.zeros((30, 2))) == pytest.approx(1)


def test_the_order_of_rows_and_columns_changes_nothing(crowd, rng):
    crowd.loc["c007"] = [0.0, 25.0, 0.0]
    turned = crowd.iloc[rng.permutation(400), ::-1]
    one, two = odd_customers(crowd), odd_customers(turned)
    pd.testing.assert_frame_equal(one.sort_index(), two.sort_index())


def test_nobody_is_taken_out_and_the_input_stays(crowd):
    before = crowd.copy()
    odd_customers(crowd)
    pd.testing.assert_frame_equal(crowd, before)


def test_too_few_and_too_many_customers_are_refused(crowd, monkeypatch):
    with pytest.raises(DataError, match=r"more than 20 customers .* but there are 20"):
        odd_customers(crowd.iloc[:20])
    monkeypatch.setattr(odd, "MAX_ROWS", 300)
    with pytest.raises(DataError, match="at most 300, but there are 400"):
        odd_customers(crowd)

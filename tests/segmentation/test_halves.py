"""Halves of a segment: cuts found on one half of the customers, tested on the other."""

import numpy as np
import pandas as pd
import pytest

from segtools.segmentation.halves import Cut, best_cut, coin, difference, judged_cut


@pytest.fixture
def rows(rng):
    ids = [f"c{i:03d}" for i in range(400)]
    return pd.DataFrame({"customer_id": ids, "a": rng.random(400), "b": np.arange(400)})


def test_the_feature_that_divides_the_outcome_is_found_and_confirmed(rows, rng):
    y = np.where(rows["b"] > 199, 10.0, 0.0) + rng.random(400)
    cut = best_cut(rows, y)
    assert cut == Cut("b", 199.0)
    found = judged_cut(rows, y, cut)
    assert found.gap == pytest.approx(10, abs=0.2)
    assert found.told_apart
    assert found.p_value < 1e-9


def test_the_half_that_tests_has_no_part_in_finding(rows, rng):
    y = rng.random(400)
    judged = coin(rows["customer_id"])
    other = np.where(judged, y + 5 * (rows["a"] > 0.5), y)
    assert best_cut(rows, y) == best_cut(rows, other)


def test_chance_alone_is_seldom_confirmed(rng):
    ids = pd.Series([f"c{i:03d}" for i in range(300)])
    sure = 0
    for _ in range(40):
        noise = rng.random((300, 12))
        frame = pd.DataFrame(noise, columns=list("abcdefghijkl"))
        frame.insert(0, "customer_id", ids)
        y = rng.exponential(size=300)
        sure += judged_cut(frame, y, best_cut(frame, y)).p_value < 0.05
    assert sure <= 6


def test_the_order_of_rows_and_columns_does_not_matter(rows, rng):
    y = rows["a"].to_numpy() + rng.random(400)
    order = rng.permutation(400)
    moved = rows.iloc[order, ::-1].reset_index(drop=True)
    assert best_cut(rows, y) == best_cut(moved, y[order])


def test_ties_and_few_customers_have_no_halves(rows):
    y = np.arange(400.0)
    assert best_cut(rows[["customer_id"]].assign(a=1.0), y) is None
    assert best_cut(rows.head(30), y[:30]) is None
    found = judged_cut(rows.head(30), y[:30], Cut("b", 14))
    assert (found.gap, found.p_value) == (0.0, 1.0)


def test_whoever_has_no_value_lies_below():
    frame = pd.DataFrame({"a": [1.0, np.nan, 3.0]})
    assert Cut("a", 2.0).above(frame).tolist() == [False, False, True]


def test_equal_outcomes_differ_by_nothing():
    found = difference(np.ones(30), np.ones(30))
    assert (found.gap, found.half, found.p_value) == (0.0, 0.0, 1.0)
    assert not found.told_apart

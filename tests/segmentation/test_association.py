"""Association worked out by hand, and guessing that cannot cheat."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from segtools.segmentation.association import (
    cramers_v,
    four_fifths,
    proxy_auc,
    v_by_chance,
)


@pytest.mark.parametrize(
    ("table", "expected"),
    [
        ([[10, 0], [0, 10]], 1.0),
        ([[5, 5], [5, 5]], 0.0),
        # Expected counts 20 each; chi-squared 4 * 25 / 20 = 5, n = 80: root of 1/16.
        ([[25, 15], [15, 25]], 0.25),
        # Of 3 groups in 2 segments: chi-squared 20 of n = 60, dimension 1.
        ([[15, 5], [10, 10], [5, 15]], np.sqrt(10 / 60)),
        ([[3, 4, 5]], 0.0),
        ([[30, 0, 10], [10, 0, 30], [0, 0, 0]], 0.5),
    ],
)
def test_cramers_v_by_hand(table, expected):
    assert cramers_v(np.array(table)) == pytest.approx(expected)
    assert cramers_v(np.array(table).T) == pytest.approx(expected)


def test_chance_alone_makes_a_v_of_about_this_size(rng):
    shares = np.outer([0.3, 0.7], [0.2, 0.3, 0.5]).ravel()
    draws = rng.multinomial(300, shares, size=400).reshape(-1, 2, 3)
    squares = np.mean([cramers_v(d) ** 2 for d in draws])
    # Chi-squared has 2 degrees of freedom: V² is 2 / 300 on average.
    assert squares == pytest.approx(v_by_chance(draws[0]) ** 2, rel=0.15)
    assert v_by_chance(draws[0]) == pytest.approx(np.sqrt(2 / 300))


def test_noise_guesses_no_better_than_a_coin(rng):
    groups = np.where(rng.random(600) < 0.4, "f", "m")
    auc, _ = proxy_auc(groups, rng.normal(size=(600, 5)))
    assert auc < 0.58


def test_a_proxy_is_found_through_missing_values_and_curves(rng):
    x = rng.normal(size=800)
    groups = np.where(np.abs(x) > 0.7, "f", "m")
    lost = np.where(rng.random(800) < 0.1, np.nan, x)
    X = np.column_stack([lost, rng.normal(size=800)])
    auc, group = proxy_auc(groups, X)
    assert auc > 0.9
    assert group == "f"


def test_of_several_groups_the_best_guessed_one_is_named(rng):
    groups = np.repeat(["a", "b", "c"], 200)
    X = np.column_stack([(groups == "c") + rng.normal(0, 0.1, 600)])
    auc, group = proxy_auc(groups, X)
    assert auc > 0.99
    assert group == "c"


@pytest.mark.parametrize("X", [np.zeros((40, 0)), np.full((40, 2), np.nan)])
def test_without_variables_nobody_guesses(X):
    assert proxy_auc(np.repeat(["f", "m"], 20), X) == (0.5, None)


def test_four_fifths_by_hand():
    groups = pd.Series(["f"] * 20 + ["m"] * 20 + ["x"] * 10)
    favoured = pd.Series([True] * 8 + [False] * 12 + [True] * 10 + [False] * 10)
    favoured = pd.concat([favoured, pd.Series([True] * 5 + [False] * 5)])
    # 0.4 of f, 0.5 of m and of x.
    ratio, group = four_fifths(groups, favoured.reset_index(drop=True))
    assert ratio == pytest.approx(0.8)
    assert group == "f"


def test_where_nobody_is_favoured_there_is_no_ratio():
    ratio, group = four_fifths(pd.Series(["f", "m"]), pd.Series([False, False]))
    assert np.isnan(ratio)
    assert group is None

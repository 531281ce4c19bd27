"""Drift: the index's own numbers, and a test that tells it from chance."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from segtools.history.drift import EVERYONE, bin_counts, drift_of, find_drift, psi

from .runs import banded, run_of, scores

shares = st.lists(st.integers(1, 500), min_size=5, max_size=5)


def test_the_index_of_the_worked_example():
    before, now = [0.2] * 5, [0.1, 0.15, 0.2, 0.25, 0.3]
    assert psi(before, now) == pytest.approx(0.1354025, abs=5e-8)


@given(shares, shares)
def test_the_index_is_symmetric_and_never_negative(a, b):
    assert psi(a, b) == pytest.approx(psi(b, a))
    assert psi(a, b) >= 0
    assert psi(a, a) == 0


@given(shares, shares, st.integers(2, 50))
def test_counts_and_shares_give_the_same(a, b, times):
    assert psi(a, b) == pytest.approx(psi(np.multiply(a, times), np.divide(b, sum(b))))


def test_an_empty_bin_counts_as_one_in_ten_thousand():
    expected = (0.5 - 1) * np.log(0.5) + (0.5 - 1e-4) * np.log(0.5 / 1e-4)
    assert psi([1, 0], [0.5, 0.5]) == pytest.approx(expected)


def test_bins_hold_a_tenth_each_before_and_missing_is_one():
    values = pd.Series([*np.arange(100.0), *[None] * 20])
    before, now = bin_counts(values, values)
    assert before.tolist() == [10] * 10 + [20]
    assert now.tolist() == before.tolist()


def test_equal_values_share_a_bin():
    before, _ = bin_counts(pd.Series([0.0] * 80 + [1.0] * 20), pd.Series([0.0, 1.0]))
    assert before.tolist() == [80, 20]


def test_words_are_bins_and_the_rest_is_one():
    before = pd.Series([*"aaabbbccd", None], dtype=object)
    now = pd.Series(["a", "z", None], dtype=object)
    counts = bin_counts(before, now, bins=2)
    assert [c.tolist() for c in counts] == [[3, 3, 3, 1], [1, 0, 1, 1]]


@pytest.mark.parametrize("n", [200, 2000])
def test_without_change_the_index_is_what_chance_gives_and_the_test_keeps_to_its_level(
    n,
):
    rng = np.random.default_rng(7)
    pairs = [
        (pd.Series(rng.normal(size=n)), pd.Series(rng.normal(size=n)))
        for _ in range(300)
    ]
    found = pd.DataFrame([drift_of(*p) for p in pairs])
    assert found["psi"].mean() == pytest.approx(found["by_chance"].mean(), rel=0.12)
    assert 0.02 <= (found["p"] < 0.05).mean() <= 0.09


def test_fixed_bands_fire_by_chance_on_few_customers_and_the_level_does_not():
    rng = np.random.default_rng(3)
    x = pd.Series(rng.uniform(0, 100, 60), [f"c{i}" for i in range(60)])
    later = pd.Series(rng.uniform(0, 100, 60), x.index)
    model = banded([50])
    found = find_drift(
        run_of(model, x, "1"), run_of(model, later, "2"), {"S01": "S01", "S02": "S02"}
    )
    assert (found["psi"] > 0.1).any()
    assert set(found["level"]) <= {"stable", "chance"}


def test_a_feature_that_moved_is_found_where_it_moved():
    x = scores(4000)
    # Only the upper band moves, and stays within itself.
    later = x.where(x < 50, 50.5 + (x - 50) * 0.3)
    model = banded([50])
    found = find_drift(
        run_of(model, x, "1"), run_of(model, later, "2"), {"S01": "S01", "S02": "S02"}
    ).set_index("segment_id")
    assert found.loc["S01", "level"] == "act"
    assert found.loc["S02", "level"] == "stable"
    assert found.loc[EVERYONE, "level"] in ("watch", "act")
    assert found.index[0] == EVERYONE


def test_nothing_is_measured_of_a_few():
    x = scores(100)
    model = banded([95])
    run = run_of(model, x, "1")
    found = find_drift(run, run, {"S01": "S01", "S02": "S02"}, smallest_cell=20)
    assert set(found["segment_id"]) == {EVERYONE, "S02"}


def test_windows_of_other_lengths_are_not_compared():
    x = scores(100)
    old, new = (
        run_of(banded([50]), x, "1"),
        run_of(banded([50]), x, "2", window_days=30),
    )
    assert find_drift(old, new, {}).empty

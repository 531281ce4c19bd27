"""Optimal cuts against brute force over every possible place."""

from itertools import combinations

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from segtools.segmentation.bands import optimal_cuts
from segtools.segmentation.figures import gini


def spread(scores, values, cuts):
    band = np.searchsorted(cuts, scores, side="right")
    return sum(
        ((values[band == b] - values[band == b].mean()) ** 2).sum()
        for b in range(len(cuts) + 1)
    )


def brute_force(scores, values, n_bands, min_share):
    """Try every set of places, most bands first; give the least variation."""
    levels = np.unique(scores)
    for bands in range(min(n_bands, len(levels)), 1, -1):
        found = []
        for cuts in combinations(levels[1:], bands - 1):
            band = np.searchsorted(cuts, scores, side="right")
            sizes = np.bincount(band, minlength=bands)
            if sizes.min() >= min_share * len(scores) - 1e-9:
                found.append(spread(scores, values, cuts))
        if found:
            return bands, min(found)
    return 1, spread(scores, values, ())


small = st.lists(st.integers(0, 8), min_size=1, max_size=14)


@settings(max_examples=150)
@given(
    small,
    st.integers(2, 5),
    st.sampled_from([0.0, 0.1, 0.2, 0.34]),
    st.lists(st.integers(-5, 20), min_size=9, max_size=9),
)
def test_cuts_are_as_good_as_the_best_of_all_possible_ones(
    scores, n_bands, share, level_values
):
    scores = np.array(scores, dtype=float)
    values = np.array(level_values, dtype=float)[scores.astype(int)]
    cuts = optimal_cuts(scores, values, n_bands=n_bands, min_share=share)
    bands, least = brute_force(scores, values, n_bands, share)
    assert len(cuts) + 1 == bands
    assert spread(scores, values, cuts) == pytest.approx(least, abs=1e-6)


def lost(scores, values, cuts, ranking):
    """Give what bands lose, the Gini coefficient by the contest's own figure."""
    band = np.searchsorted(cuts, scores, side="right")
    mean = np.array([values[band == b].mean() for b in range(len(cuts) + 1)])[band]
    whole = ((values - values.mean()) ** 2).sum()
    unranked = 1 - gini(values, mean) / gini(values, scores)
    return ((values - mean) ** 2).sum() / whole + ranking * unranked


@settings(max_examples=60)
@given(
    st.lists(st.integers(0, 7), min_size=4, max_size=14),
    st.integers(2, 4),
    st.sampled_from([0.5, 2.0, 9.0]),
    st.lists(st.integers(1, 9), min_size=8, max_size=8),
)
def test_cuts_that_heed_the_ranking_lose_least_of_all(scores, n_bands, ranking, steps):
    scores = np.array(scores, dtype=float)
    levels = np.unique(scores)
    assume(len(levels) >= n_bands)
    values = np.cumsum(steps).astype(float)[scores.astype(int)]
    cuts = optimal_cuts(scores, values, n_bands=n_bands, min_share=0.0, ranking=ranking)
    least = min(
        lost(scores, values, c, ranking) for c in combinations(levels[1:], n_bands - 1)
    )
    assert lost(scores, values, cuts, ranking) == pytest.approx(least, abs=1e-9)


def test_values_that_are_all_the_same_are_cut_all_the_same():
    scores, same = np.arange(4.0), np.ones(4)
    cuts = optimal_cuts(scores, same, n_bands=2, min_share=0.25, ranking=2.0)
    assert len(cuts) == 1


@given(small, st.integers(2, 6), st.floats(0, 0.5))
def test_bands_hold_the_smallest_share_and_cuts_ascend(scores, n_bands, share):
    scores = np.array(scores, dtype=float)
    cuts = optimal_cuts(scores, scores, n_bands=n_bands, min_share=share)
    sizes = np.bincount(np.searchsorted(cuts, scores, side="right"))
    assert len(cuts) < n_bands
    assert cuts == sorted(set(cuts))
    assert len(cuts) == 0 or sizes.min() >= share * len(scores) - 1e-9


def test_equal_scores_are_never_parted():
    scores = np.array([1.0] * 8 + [2.0] * 2)
    assert optimal_cuts(scores, scores, n_bands=4, min_share=0.1) == [2.0]


def test_a_cut_is_a_score_and_that_score_lies_above_it():
    scores = np.array([1.0, 2.0, 10.0, 11.0])
    cuts = optimal_cuts(scores, scores, n_bands=2, min_share=0.25)
    assert cuts == [10.0]
    assert np.searchsorted(cuts, 10.0, side="right") == 1


def test_ties_that_break_the_smallest_share_give_fewer_bands():
    scores = np.array([1.0] * 97 + [2.0, 3.0, 4.0])
    assert optimal_cuts(scores, scores, n_bands=3, min_share=0.03) == [2.0]
    assert optimal_cuts(scores, scores, n_bands=3, min_share=0.04) == []


def test_a_single_level_cannot_be_cut():
    scores = np.ones(5)
    assert optimal_cuts(scores, scores, n_bands=5, min_share=0.0) == []


@pytest.mark.parametrize("share", [0.01, 0.03, 0.07, 0.1, 0.14, 0.29])
def test_a_band_of_exactly_the_smallest_share_is_allowed(share):
    few = round(100 * share)
    scores = np.r_[np.zeros(100 - few), np.ones(few)]
    assert optimal_cuts(scores, scores, n_bands=2, min_share=share) == [1.0]


def test_the_order_of_the_customers_does_not_matter(rng):
    scores = rng.integers(0, 40, 300).astype(float)
    shuffled = rng.permutation(scores)
    one, two = (
        optimal_cuts(s, np.sqrt(s), n_bands=5, min_share=0.05)
        for s in (scores, shuffled)
    )
    assert one == two


def test_thinned_levels_still_hold_the_share_and_lie_near_the_optimum(rng):
    scores = rng.gamma(2.0, 10.0, 2000)
    exact = optimal_cuts(scores, scores, n_bands=4, min_share=0.05)
    thin = optimal_cuts(scores, scores, n_bands=4, min_share=0.05, max_levels=150)
    sizes = np.bincount(np.searchsorted(thin, scores, side="right"))
    assert len(thin) == len(exact) == 3
    assert sizes.min() >= 100
    assert spread(scores, scores, thin) <= 1.02 * spread(scores, scores, exact)


def test_thinning_never_parts_equal_scores(rng):
    scores = np.sort(np.r_[np.zeros(500), rng.random(500)])
    for cut in optimal_cuts(scores, scores, n_bands=6, min_share=0.0, max_levels=50):
        assert cut in scores

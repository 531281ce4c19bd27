"""Clouds without structure keep what they promise; what is bent lies closer."""

import numpy as np
import pytest

from segtools.segmentation.references import (
    FIRST_LOOK,
    N_CLOUDS,
    same_margins,
    tighter,
    tightness,
)


@pytest.fixture
def cloud(rng):
    return rng.lognormal(size=(2_000, 1)) + rng.lognormal(size=(2_000, 3))


def ranks(X):
    return np.corrcoef(X.argsort(axis=0).argsort(axis=0), rowvar=False)


def test_a_cloud_keeps_every_value_and_the_correlation_of_ranks(cloud, rng):
    found = same_margins(cloud, rng)
    assert (np.sort(found, axis=0) == np.sort(cloud, axis=0)).all()
    assert ranks(found) == pytest.approx(ranks(cloud), abs=0.08)
    assert ranks(cloud)[0, 1] > 0.2


def test_a_cloud_loses_what_is_bent(rng):
    x = rng.normal(size=2_000)
    found = same_margins(np.column_stack([x, x**2]), rng)
    assert abs(np.corrcoef(found[:, 0] ** 2, found[:, 1])[0, 1]) < 0.1


def test_ties_stay_and_one_column_is_a_cloud_too(rng):
    X = rng.poisson(1.0, size=(300, 1)).astype(float)
    found = same_margins(X, rng)
    assert (
        np.bincount(found[:, 0].astype(int)) == np.bincount(X[:, 0].astype(int))
    ).all()


def test_tightness_of_three_pairs_by_hand(rng):
    # Each pair holds half a square; a cluster more takes one of them away.
    X = np.array([0.0, 1, 10, 11, 20, 21])[:, None]
    left = np.array([1.5, 1.0, 0.5]) / 401.5
    # Distances are of single precision, which processors round differently.
    assert tightness(X, rng) == pytest.approx(-np.log(left).mean(), rel=1e-4)


def test_columns_of_few_values_do_not_lose_their_correlation(rng):
    z = rng.normal(size=(4_000, 1)) + 0.7 * rng.normal(size=(4_000, 2))
    X = np.floor(np.clip(z, -1, 1))
    of_cloud = np.corrcoef(same_margins(X, rng).T)[0, 1]
    assert of_cloud == pytest.approx(np.corrcoef(X.T)[0, 1], abs=0.06)


def test_an_arc_and_crowded_places_lie_closer_than_their_margins_say(rng):
    angle = rng.uniform(0, np.pi, 400)
    bent = np.column_stack([np.cos(angle), np.sin(angle)])
    along = rng.choice([0.0, 4.0, 8.0], 400) + rng.normal(0, 0.8, 400)
    crowded = along[:, None] + rng.normal(0, 0.8, (400, 4))
    assert tighter(bent, rng)["excess"] > 5
    assert tighter(crowded, rng)["excess"] > 2.5


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_long_skewed_and_counted_clouds_do_not(seed):
    rng = np.random.default_rng(seed)
    long = rng.normal(size=(400, 1)) * 3 + rng.normal(size=(400, 3))
    for X in (long, np.exp(long / 3), np.floor(np.exp(long / 3))):
        assert tighter(X, rng)["excess"] < 3.5


def test_where_there_is_no_hope_the_search_ends(rng):
    calls = []
    found = tighter(rng.normal(size=(200, 2)), rng, lambda c: (calls.append(1), c)[1])
    assert len(found["references"]) in (FIRST_LOOK, N_CLOUDS)
    assert len(calls) == 1 + len(found["references"])
    far = np.vstack([rng.normal(c, 0.1, (50, 2)) for c in (0, 3, 9)])
    assert len(tighter(far, rng)["references"]) == N_CLOUDS

"""Valleys between customers are found whatever the scale, and none where none is."""

import numpy as np
import pytest
from sklearn.metrics import adjusted_rand_score

from segtools.segmentation.valleys import (
    natural_groups,
    valley_between,
    without_ties,
)


def planted(rng, sizes, apart=8.0, p=3):
    centres = apart * np.eye(len(sizes), p)
    own = np.repeat(np.arange(len(sizes)), sizes)
    return centres[own] + rng.normal(size=(len(own), p)), own


def test_planted_groups_are_found_in_the_order_of_size(rng):
    X, own = planted(rng, (60, 200, 100))
    found = natural_groups(X)
    assert found.n_groups == 3
    assert np.bincount(found.labels).tolist() == [200, 100, 60]
    assert adjusted_rand_score(own, found.labels) > 0.99
    assert set(found.valleys) == {(0, 1), (0, 2), (1, 2)}


@pytest.mark.parametrize(
    "kind", ["normal", "uniform", "exponential", "standard_cauchy"]
)
@pytest.mark.parametrize("p", [1, 3, 8])
def test_clouds_have_no_valleys(kind, p, rng):
    X = getattr(rng, kind)(size=(1_000, p))
    assert natural_groups(X).n_groups == 1


def test_an_arc_is_one_group(rng):
    angle = rng.uniform(0, np.pi, 1_000)
    X = np.column_stack([np.cos(angle), np.sin(angle)])
    assert natural_groups(X + rng.normal(0, 0.1, X.shape)).n_groups == 1


def test_neither_rows_nor_units_nor_a_turn_change_the_groups(rng):
    X, _ = planted(rng, (100, 80, 60))
    found = natural_groups(X).labels
    order = rng.permutation(len(X))
    assert (natural_groups(X[order]).labels == found[order]).all()
    turn, _ = np.linalg.qr(rng.normal(size=(3, 3)))
    for other in (X * [1, 50, 0.02], X @ turn, X[:, ::-1]):
        assert adjusted_rand_score(natural_groups(other).labels, found) == 1.0


def test_counts_lie_on_a_grid_and_are_no_groups(rng):
    X = np.minimum(rng.poisson(1.2, size=(1_500, 3)), 4).astype(float)
    assert natural_groups(X).n_groups == 1
    spread = without_ties(X, rng)
    assert len(np.unique(spread[:, 0])) == len(X)
    assert (np.abs(spread - X) <= 0.5).all()


def test_values_without_ties_stay_as_they_are(rng):
    X = rng.normal(size=(50, 2))
    assert (without_ties(X, rng) == X).all()


def test_a_handful_far_away_is_odd_and_no_group(rng):
    X, _ = planted(rng, (400, 6), apart=30)
    assert natural_groups(X).n_groups == 1


@pytest.mark.parametrize("seed", range(4))
def test_small_groups_of_many_features_are_not_cut_in_two(seed):
    rng = np.random.default_rng(seed)
    X, own = planted(rng, (200, 60, 60, 60), apart=5.0, p=8)
    assert adjusted_rand_score(own, natural_groups(X).labels) > 0.97


def test_two_groups_in_one_part_are_divided_by_a_second_look():
    # Twelve parts alone take the first two for one.
    rng = np.random.default_rng([7, 3, 500, 3, 758])
    k = int(rng.integers(3, 7))
    centres = rng.normal(size=(k, 3))
    distance = np.linalg.norm(centres[:, None] - centres[None], axis=2)
    centres *= 6 / distance[distance > 0].min()
    share = 0.06 + rng.dirichlet(np.full(k, 1.5)) * (1 - 0.06 * k)
    own = rng.choice(k, size=500, p=share)
    X = centres[own] + rng.normal(size=(500, 3))
    found = natural_groups((X - X.mean(axis=0)) / X.std(axis=0), random_state=3)
    assert found.n_groups == k == 3
    assert adjusted_rand_score(own, found.labels) > 0.97
    assert min(v.apart for v in found.valleys.values()) > 3


def test_the_valley_between_halves_and_between_groups(rng):
    cloud = rng.normal(size=(2_000, 2))
    left = cloud[:, 0] < 0
    halves = valley_between(cloud[left], cloud[~left])
    apart = valley_between(cloud[left], cloud[~left] + [9, 0])
    assert halves.ratio > 0.8
    assert halves.p_value > 0.01
    assert apart.ratio < 0.05
    assert apart.p_value < 1e-9


def test_two_columns_that_say_the_same_do_no_harm(rng):
    X, own = planted(rng, (120, 80))
    doubled = np.column_stack([X, X[:, 0]])
    assert adjusted_rand_score(natural_groups(doubled).labels, own) > 0.97

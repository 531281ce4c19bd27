"""The batch of starts is k-means: as good as scikit-learn's, and exact at the end."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.cluster import KMeans

from segtools.segmentation.stability.kmeans import (
    cloud,
    inertia,
    kmeans,
    nearest,
)


def gen(seed=1):
    return np.random.default_rng(seed)


@pytest.mark.parametrize("k", [2, 4, 7])
def test_no_worse_than_scikit_learn_with_as_many_starts(k, rng):
    X = rng.normal(size=(400, 5)) + 2 * rng.integers(3, size=(400, 1))
    theirs = KMeans(k, n_init=10, random_state=1).fit(X).inertia_
    ours = kmeans(X, k, rng=gen()).inertia
    assert ours == pytest.approx(theirs, rel=0.01)


def test_a_polished_solution_is_a_fixed_point(rng):
    X = rng.normal(size=(300, 3))
    found = kmeans(X, 5, rng=gen())
    labels = ((X[:, None] - found.centres[None]) ** 2).sum(axis=2).argmin(axis=1)
    means = [X[labels == j].mean(axis=0) for j in range(5)]
    assert found.centres == pytest.approx(np.array(means))
    assert found.inertia == pytest.approx(inertia(X, found.centres, labels))


@given(seed=st.integers(0, 1_000))
def test_weights_are_repeated_rows(seed):
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(30, 2))
    times = rng.integers(0, 3, size=30)
    times[:3] = 1
    whole = kmeans(np.repeat(X, times, axis=0), 1, rng=gen())
    weighted = kmeans(X, 1, rng=gen(), weights=times)
    assert weighted.centres == pytest.approx(whole.centres)
    assert weighted.inertia == pytest.approx(whole.inertia)


def test_unpolished_inertia_is_near_the_polished(rng):
    X = 1e6 + 1e3 * rng.normal(size=(500, 4))
    rough = kmeans(X, 4, rng=gen(), polish=False)
    fine = kmeans(X, 4, rng=gen())
    assert rough.inertia == pytest.approx(fine.inertia, rel=1e-3)


def test_more_clusters_than_different_rows_leave_some_centres_to_nobody():
    X = np.repeat([[0.0], [1.0]], 5, axis=0)
    found = kmeans(X, 4, rng=gen())
    assert found.inertia == 0.0
    assert len(set(nearest(cloud(X), found.centres))) == 2


def test_rows_equally_near_go_to_the_lower_number():
    points = cloud(np.array([[0.0], [1.0], [2.0]]))
    labels = nearest(points, np.array([[0.0], [2.0], [0.0]]))
    assert labels.tolist() == [0, 0, 1]


def test_yes_or_no_columns_with_many_ties(rng):
    X = rng.integers(2, size=(200, 6)).astype(float)
    ours = kmeans(X, 4, rng=gen()).inertia
    theirs = KMeans(4, n_init=10, random_state=1).fit(X).inertia_
    assert ours == pytest.approx(theirs, rel=0.02)


def test_a_giant_row_does_not_blur_the_others(rng):
    X = rng.normal(size=(2_000, 2)) + 9 * np.repeat([[0], [1]], 1_000, axis=0)
    X[0] = 1e9
    points = cloud(X)
    assert points.rows.dtype == np.float64
    assert cloud(X[1:]).rows.dtype == np.float32
    labels = nearest(points, kmeans(points, 3, rng=gen(), polish=False).centres)
    assert [
        len(set(labels[part])) for part in (slice(1, 1_000), slice(1_000, None))
    ] == [
        1,
        1,
    ]
    assert len(set(labels)) == 3


def test_the_input_stays_as_it_is(rng):
    X = rng.normal(size=(50, 2))
    before = X.copy()
    kmeans(X, 3, rng=gen())
    assert (before == X).all()

"""Ward's clusters: the joins by hand, without chance, frozen as centres."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from sklearn.cluster import AgglomerativeClustering
from sklearn.metrics import adjusted_rand_score

from segtools.segmentation.place import place
from segtools.segmentation.ward import learn_ward, replicate_ward, ward_centres

from .tasks import make_task


@pytest.fixture
def blobs(rng):
    group = np.repeat([0, 1, 2], [80, 60, 40])
    centres = np.array([[0.0, 0.0], [9.0, 0.0], [0.0, 9.0]])
    X = pd.DataFrame(centres[group] + rng.normal(size=(180, 2)), columns=["a", "b"])
    return X, group


def task_of(X, **more):
    given = {"n_segments": 3, "min_share": 0.05} | more
    return replace(make_task(10), features=X, at=X, **given)


def test_planted_groups_are_found_again(blobs):
    X, group = blobs
    labels = learn_ward(task_of(X)).labels(X)
    assert adjusted_rand_score(group, labels) == 1.0


def test_centres_are_those_of_the_usual_ward_clusters(rng):
    X = rng.normal(size=(60, 3))
    own = AgglomerativeClustering(4, linkage="ward").fit_predict(X)
    theirs = [X[own == c].mean(axis=0) for c in range(4)]
    centres, kept = ward_centres(X, 4)
    assert sorted(map(tuple, centres.round(9))) == sorted(
        map(tuple, np.round(theirs, 9))
    )
    assert 0.5 < kept <= 1


def test_a_large_sample_is_thinned_evenly_and_without_chance(blobs, rng):
    X = blobs[0].to_numpy()
    one, _ = ward_centres(X, 3, max_rows=60)
    two, _ = ward_centres(X[rng.permutation(180)], 3, max_rows=60)
    assert np.array_equal(one, two)


def test_the_order_of_columns_and_the_seed_change_nothing(blobs):
    X, _ = blobs
    turned = task_of(X[["b", "a"]], seed=9)
    assert learn_ward(turned).payload == learn_ward(task_of(X)).payload


def test_a_cluster_below_the_smallest_share_joins_its_neighbours(blobs):
    X, _ = blobs
    learned = learn_ward(task_of(X, min_share=0.3))
    assert np.bincount(learned.labels(X)).min() >= 0.3 * 180


@pytest.mark.parametrize("n_different", [1, 2])
def test_fewer_different_customers_than_clusters_give_fewer(n_different):
    X = pd.DataFrame({"a": [1.0, n_different] * 9, "b": [0.0] * 18})
    learned = learn_ward(task_of(X, min_share=0.0))
    assert len(np.unique(learned.labels(X))) == n_different


def test_a_replicate_keeps_each_cluster_in_its_place(blobs, rng):
    X, _ = blobs
    task = task_of(X)
    learned = learn_ward(task)
    assert learned.payload["method"] == "ward"
    rows = np.sort(rng.integers(180, size=180))
    centres = replicate_ward(task, learned.payload, rows)
    again = place(learned.payload | {"centroids": centres}, X).labels
    assert np.array_equal(again, learned.labels(X))


def test_a_sample_of_fewer_customers_leaves_the_other_centres(blobs):
    X, _ = blobs
    task = task_of(X)
    learned = learn_ward(task)
    centres = replicate_ward(task, learned.payload, np.zeros(180, dtype=int))
    assert np.shape(centres) == (3, 2)

"""k-means with stored preprocessing: constants, doubles, ties and small clusters."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import adjusted_rand_score
from threadpoolctl import threadpool_limits

from segtools.segmentation.clusters import (
    learn_centroids,
    learn_clusters,
    learn_preprocess,
    replicate_centroids,
)
from segtools.segmentation.place import place
from segtools.segmentation.preprocess import prepared

from .tasks import make_task


def blobs(rng, sizes=(80, 60, 40), missing=False):
    """Make customers in far groups, and the group of each."""
    centres = np.array([[0.0, 0.0], [8.0, 0.0], [0.0, 8.0]])
    group = np.repeat(np.arange(len(sizes)), sizes)
    X = pd.DataFrame(centres[group] + rng.normal(size=(len(group), 2)))
    X = X.set_axis(["a", "b"], axis=1)
    if missing:
        X.loc[rng.choice(len(X), 5, replace=False), "a"] = np.nan
    return X, group


def task_of(X, **more):
    return replace(make_task(10), features=X, at=X, **({"n_segments": 3} | more))


def test_planted_groups_are_found_again(rng):
    X, group = blobs(rng)
    labels = learn_clusters(task_of(X)).labels(X)
    assert adjusted_rand_score(group, labels) == 1.0


def test_prepared_columns_have_mean_zero_and_spread_one(rng):
    X, _ = blobs(rng, missing=True)
    Z = prepared(learn_preprocess(X), X)
    assert Z.mean(axis=0) == pytest.approx(0, abs=1e-12)
    assert Z.std(axis=0) == pytest.approx(1)


def test_constant_and_empty_columns_are_left_out(rng):
    X, _ = blobs(rng)
    more = X.assign(same=3.0, none=np.nan)
    assert learn_preprocess(more)["uses"] == ["a", "b"]


def test_of_two_columns_that_say_the_same_the_first_by_name_stays(rng):
    X, _ = blobs(rng)
    more = X.assign(a_again=2 * X["a"] + 1, z=-X["b"])
    payload = learn_preprocess(more)
    assert payload["uses"] == ["a", "b"]
    for step in payload["preprocess"]:
        kept = step.get("values") or step.get("mean") or {}
        assert set(kept) <= {"a", "b"}
    assert learn_preprocess(more, plain=True)["uses"] == ["a", "a_again", "b", "z"]


def test_only_skewed_columns_without_negatives_are_logged(rng):
    X = pd.DataFrame(
        {
            "money": rng.lognormal(3, 1, 200),
            "even": rng.normal(50, 5, 200),
            "signed": rng.lognormal(3, 1, 200) - 40,
        }
    )
    logged = learn_preprocess(X)["preprocess"][1]
    assert logged == {"op": "signed_log", "features": ["money"]}
    assert learn_preprocess(X, plain=True)["preprocess"][1]["features"] == []


def test_a_missing_value_stands_at_the_median(rng):
    X, _ = blobs(rng, missing=True)
    payload = learn_preprocess(X)
    assert payload["seen_missing"] == ["a"]
    assert payload["preprocess"][0]["values"]["a"] == X["a"].median()


def test_a_cluster_below_the_smallest_share_joins_its_neighbours(rng):
    X, group = blobs(rng, sizes=(100, 95, 5))
    small = learn_clusters(task_of(X, min_share=0.05))
    labels = small.labels(X)
    assert small.note == "1 clusters were too small"
    assert len(np.unique(labels)) == 2
    assert np.bincount(labels).min() >= 0.05 * len(X)
    assert adjusted_rand_score(group[group < 2], labels[group < 2]) == 1.0


@pytest.mark.parametrize("share", [0.07, 0.14, 0.28])
def test_a_cluster_of_exactly_the_smallest_share_stays(rng, share):
    few = round(100 * share)
    X, _ = blobs(rng, sizes=(100 - few, few))
    labels = learn_clusters(task_of(X, min_share=share, n_segments=2)).labels(X)
    assert sorted(np.bincount(labels)) == sorted([100 - few, few])


def test_fewer_different_customers_than_clusters_give_fewer_clusters():
    X = pd.DataFrame({"a": [0.0] * 5 + [1.0] * 5, "b": [1.0] * 5 + [0.0] * 5})
    learned = learn_clusters(task_of(X, n_segments=5, min_share=0.0))
    assert len(learned.payload["centroids"]) == 2


def test_customers_who_are_all_alike_are_one_cluster():
    X = pd.DataFrame({"a": [1.0] * 9, "b": [2.0] * 9})
    learned = learn_clusters(task_of(X))
    assert set(learned.labels(X)) == {0}


def test_labels_follow_the_centroids_and_not_the_start(rng):
    X, _ = blobs(rng)
    one, two = (learn_clusters(task_of(X, seed=s)).labels(X) for s in (1, 2))
    assert np.array_equal(one, two)


def test_the_order_of_columns_changes_nothing(rng):
    X, _ = blobs(rng, missing=True)
    turned = task_of(X[["b", "a"]])
    assert learn_clusters(turned).payload == learn_clusters(task_of(X)).payload


def test_the_number_of_threads_changes_nothing(rng):
    X, _ = blobs(rng)
    plain = learn_clusters(task_of(X)).payload
    with threadpool_limits(4):
        assert learn_clusters(task_of(X)).payload == plain


def test_a_unit_of_another_size_moves_nobody(rng):
    X, _ = blobs(rng)
    cents = X.assign(a=X["a"] * 100)
    one, two = learn_clusters(task_of(X)), learn_clusters(task_of(cents))
    assert np.array_equal(one.labels(X), two.labels(cents))


def test_the_far_threshold_bounds_nearly_everybody(rng):
    X, _ = blobs(rng)
    payload = learn_clusters(task_of(X)).payload
    Z, centres = prepared(payload, X), np.array(payload["centroids"])
    near = np.sqrt(((Z[:, None] - centres[None]) ** 2).sum(axis=2)).min(axis=1)
    assert np.quantile(near, 0.99) == pytest.approx(payload["far_threshold"])


def test_a_replicate_keeps_each_cluster_in_its_place(rng):
    X, _ = blobs(rng)
    task = task_of(X)
    learned = learn_clusters(task)
    rows = np.sort(rng.integers(len(X), size=len(X)))
    centres = replicate_centroids(task, learned.payload, rows)
    again = place(learned.payload | {"centroids": centres}, X).labels
    assert np.array_equal(again, learned.labels(X))
    assert centres != learned.payload["centroids"]


def test_only_the_given_columns_are_clustered(rng):
    task = make_task()
    learned = learn_centroids(task, task.features[["n_orders", "spend_total"]])
    assert set(learned.payload["uses"]) <= {"n_orders", "spend_total"}

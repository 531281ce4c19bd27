"""Whatever the features are like, every method labels everybody, in plain JSON."""

import json
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from sklearn.cluster import AgglomerativeClustering

from segtools.segmentation.clusters import learn_clusters
from segtools.segmentation.estimators import learn_estimator
from segtools.segmentation.latent_class import learn_latent_classes
from segtools.segmentation.mixed import learn_mixed
from segtools.segmentation.mixtures import learn_mixture
from segtools.segmentation.place import place
from segtools.segmentation.ward import learn_ward

from .tasks import make_task

METHODS = {
    "clusters": learn_clusters,
    "ward": learn_ward,
    "mixture": learn_mixture,
    "mixed": learn_mixed,
    "latent_class": learn_latent_classes,
    "estimator": lambda task: learn_estimator(AgglomerativeClustering(), task, "own"),
}


def damaged(kind, n=200):
    """Make features with one thing wrong, and an ordinary one of few values."""
    rng = np.random.default_rng(3)
    X = pd.DataFrame(rng.normal(size=(n, 2)), columns=["a", "b"])
    X["stars"], X["visits"] = rng.integers(1, 4, n), rng.integers(0, 3, n)
    X.index = [f"c{i:03d}" for i in range(n)]
    if kind == "constant":
        X["same"] = 7.0
    elif kind == "empty":
        X["none"] = np.nan
    elif kind == "twice":
        X["again"] = X["a"]
    elif kind == "ties":
        X.iloc[: int(0.6 * n), :2] = 0.0
    elif kind == "giant":
        X.iloc[0, :2] = 1e12
    elif kind == "gaps":
        X.iloc[::3, :] = np.nan
    elif kind == "wide":
        more = pd.DataFrame(rng.normal(size=(n, 60)), X.index).add_prefix("w")
        X = pd.concat([X, more], axis=1)
    return X


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize(
    "kind", ["constant", "empty", "twice", "ties", "giant", "gaps", "wide"]
)
def test_every_method_labels_everybody(method, kind):
    X = damaged(kind)
    before = X.copy()
    task = replace(make_task(5), features=X, at=X, n_segments=3, min_share=0.02)
    learned = METHODS[method](task)
    labels = learned.labels(X)
    pd.testing.assert_frame_equal(X, before)
    assert labels.shape == (200,)
    assert labels.dtype == np.int64
    assert set(labels) <= {0, 1, 2}
    again = json.loads(json.dumps(learned.payload, allow_nan=False))
    assert np.array_equal(place(again, X).labels, labels)


@pytest.mark.parametrize("method", ["clusters", "ward", "mixture"])
@pytest.mark.parametrize("n", [1, 2, 3])
def test_fewer_customers_than_segments_give_fewer_segments(method, n):
    X = damaged("fine").iloc[:n]
    task = replace(make_task(5), features=X, at=X, n_segments=5, min_share=0.0)
    labels = METHODS[method](task).labels(X)
    assert len(labels) == n
    assert len(set(labels)) <= n

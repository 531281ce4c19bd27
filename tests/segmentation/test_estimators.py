"""Estimators of scikit-learn in the contest: cloned, seeded, frozen, or refused."""

import json
from dataclasses import replace

import numpy as np
import pytest
from sklearn.cluster import (
    HDBSCAN,
    AgglomerativeClustering,
    Birch,
    BisectingKMeans,
    KMeans,
)
from sklearn.decomposition import PCA
from sklearn.ensemble import IsolationForest, RandomForestClassifier
from sklearn.mixture import GaussianMixture
from sklearn.pipeline import make_pipeline
from sklearn.tree import DecisionTreeRegressor

import segtools
from segtools.schema import ConfigError, DataError
from segtools.segmentation.contest import Contest, Rules
from segtools.segmentation.estimators import learn_estimator
from segtools.segmentation.freeze import freeze
from segtools.segmentation.place import place
from segtools.segmentation.scheme import known_scheme, remove_scheme

from .tasks import make_learning, make_task, population

KINDS = [
    (KMeans(n_init=2), "centroids"),
    (AgglomerativeClustering(), "centroids"),
    (HDBSCAN(copy=True), "centroids"),
    (BisectingKMeans(), "rules"),
    (Birch(), "rules"),
    (GaussianMixture(), "rules"),
    (make_pipeline(PCA(2), KMeans(n_init=1)), "rules"),
    (RandomForestClassifier(n_estimators=9), "rules"),
    (DecisionTreeRegressor(max_leaf_nodes=8), "rules"),
]


@pytest.mark.parametrize(("estimator", "kind"), KINDS)
def test_every_kind_is_frozen_as_what_it_does(estimator, kind):
    task = make_task()
    before = str(estimator.get_params())
    learned = learn_estimator(estimator, task, "own")
    assert str(estimator.get_params()) == before
    assert not hasattr(estimator, "n_features_in_")
    payload = json.loads(json.dumps(learned.payload, allow_nan=False))
    assert payload["kind"] == kind
    labels = learned.labels(task.at)
    assert np.array_equal(place(payload, task.at).labels, labels)
    assert labels.min() == 0


@pytest.mark.parametrize(
    "estimator", [KMeans(n_init=1), RandomForestClassifier(n_estimators=5)]
)
def test_the_seed_and_the_content_decide_and_the_order_of_rows_does_not(estimator, rng):
    task = make_task(150)
    rows = rng.permutation(150)
    turned = replace(
        task, features=task.features.iloc[rows], outcome=task.outcome.iloc[rows]
    )
    one, two = (learn_estimator(estimator, t, "own") for t in (task, turned))
    assert np.array_equal(one.labels(task.at), two.labels(task.at))


def test_the_number_of_segments_is_set_wherever_it_belongs():
    task = make_task(n_segments=3)
    for estimator in (KMeans(8, n_init=1), make_pipeline(PCA(2), GaussianMixture(9))):
        assert set(learn_estimator(estimator, task, "own").labels(task.at)) == {0, 1, 2}
    # A threshold decides on its own; then no number is set.
    open_end = AgglomerativeClustering(n_clusters=None, distance_threshold=40.0)
    assert len(set(learn_estimator(open_end, task, "own").labels(task.at))) < 3


def test_a_classifier_learns_bands_of_the_outcome_best_first():
    task = make_task(600)
    learned = learn_estimator(RandomForestClassifier(n_estimators=20), task, "own")
    mean = task.outcome.groupby(learned.labels(task.features)).mean()
    assert mean.is_monotonic_decreasing
    with pytest.raises(DataError, match="outcome must differ"):
        learn_estimator(RandomForestClassifier(), replace(task, outcome=None), "own")


def test_a_registered_estimator_enters_is_frozen_and_assigns():
    given = KMeans(n_init=2)
    assert segtools.scheme("own_kmeans", label="My k-means")(given) is given
    try:
        entered = known_scheme("own_kmeans")
        assert (entered.label, entered.needs_outcome) == ("My k-means", False)
        plan = {"evidence": "out_of_time", "sentence": "", "legs": []}
        contest = Contest(Rules("grow_spend", 3, 0.0, method="own_kmeans"), plan)
        people = population()
        model = freeze(contest, make_learning(), people, [])
        assert model.assign(people)["segment_id"].nunique() == 3
    finally:
        remove_scheme("own_kmeans")


def test_customers_who_are_all_alike_are_one_segment():
    task = make_task(30)
    same = task.features.assign(**dict.fromkeys(task.features, 1.0))
    learned = learn_estimator(KMeans(), replace(task, features=same), "own")
    assert set(learned.labels(same)) == {0}


def test_a_classifier_needs_an_outcome():
    segtools.scheme("own_forest")(RandomForestClassifier())
    assert known_scheme("own_forest").needs_outcome
    remove_scheme("own_forest")


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        (PCA(), "PCA does not \\(its kind is: transformer\\). Pass a clusterer"),
        (
            IsolationForest(),
            "IsolationForest does not \\(its kind is: outlier detector",
        ),
        (KMeans, "it is the class KMeans. Pass KMeans\\(\\)."),
    ],
)
def test_what_gives_no_segments_is_refused_when_it_is_registered(wrong, sentence):
    with pytest.raises(ConfigError, match=f"The scheme 'own' must .*{sentence}"):
        segtools.scheme("own")(wrong)


def test_an_estimator_that_fails_is_named_with_its_reason():
    task = make_task(30, n_segments=40)
    with pytest.raises(
        ConfigError, match="'own' must run on the features, but it rais"
    ):
        learn_estimator(KMeans(n_init=1), task, "own")

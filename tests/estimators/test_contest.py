"""In the contest: learned on the task, frozen as what they are, and the same labels."""

import json
import warnings
from dataclasses import replace

import numpy as np
import pytest
from sklearn.metrics import adjusted_rand_score
from sklearn.pipeline import make_pipeline
from tasks import make_learning, make_task, population

import segtools
from segtools.estimators import (
    ComparableFeatures,
    MixtureSegments,
    ScorecardClassifier,
    ScorecardRegressor,
    StableKMeans,
    TierSegments,
    WardSegments,
)
from segtools.segmentation.contest import Contest, Rules, run_contest
from segtools.segmentation.freeze import freeze
from segtools.segmentation.mixtures import learn_mixture
from segtools.segmentation.place import place
from segtools.segmentation.scheme import known_scheme, remove_scheme
from segtools.segmentation.scorecard import learn_scorecard
from segtools.segmentation.ward import learn_ward

KINDS = [
    (StableKMeans(5), "centroids"),
    (StableKMeans(n_pairs=5), "centroids"),
    (WardSegments(), "centroids"),
    (MixtureSegments(n_init=1), "mixture"),
    (ScorecardRegressor(), "scorecard"),
    (TierSegments(["spend_total", "n_orders"], n_tiers=2), "rules"),
]


@pytest.fixture
def mine():
    """A function that registers an estimator and gives its scheme."""

    def register(estimator):
        assert segtools.scheme("mine", label="Mine")(estimator) is estimator
        return known_scheme("mine")

    yield register
    remove_scheme("mine")


@pytest.mark.parametrize(("estimator", "kind"), KINDS)
def test_it_enters_is_frozen_as_what_it_is_and_places_alike(mine, estimator, kind):
    task = make_task(200)
    before = str(estimator.get_params())
    entered = mine(estimator)
    assert entered.label == "Mine"
    assert entered.needs_outcome == isinstance(estimator, ScorecardRegressor)
    learned = entered.learn(task)
    assert str(estimator.get_params()) == before
    assert not hasattr(estimator, "n_features_in_")
    payload = json.loads(json.dumps(learned.payload, allow_nan=False))
    assert payload["kind"] == kind
    labels = learned.labels(task.at)
    assert np.array_equal(place(payload, task.at).labels, labels)
    assert labels.min() == 0
    assert len(set(labels)) > 1


def test_k_means_gives_the_labels_that_it_gives_in_a_pipeline(mine):
    task = make_task(200, n_segments=5, min_share=0.0)
    # In the order of names, in which a frozen model keeps its features.
    names = sorted(task.features)
    task = replace(task, features=task.features[names], at=task.at[names])
    learned = mine(StableKMeans(5)).learn(task)
    pipe = make_pipeline(
        ComparableFeatures().set_output(transform="pandas"),
        StableKMeans(5, n_pairs=0),
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        pipe.fit(task.features)
    assert np.array_equal(learned.labels(task.at), pipe.predict(task.at))
    assert len(set(pipe.predict(task.at))) == 5


def test_built_in_schemes_and_estimators_are_one_thing(mine):
    task = make_task(200)
    assert mine(WardSegments()).learn(task).payload == learn_ward(task).payload
    assert mine(ScorecardRegressor()).learn(task).payload == (
        learn_scorecard(task).payload
    )
    full = MixtureSegments(covariance_type="full")
    assert mine(full).learn(task).payload == learn_mixture(task, ["full"]).payload


def test_parameters_that_are_not_the_number_hold(mine):
    task = make_task(200)
    coarse = mine(ScorecardRegressor(n_bins=2)).learn(task).payload
    assert max(len(b["upper"]) for b in coarse["bins"].values()) <= 3
    cut = mine(TierSegments(cuts={"spend_total": [100.0]})).learn(task)
    above = (task.at["spend_total"] > 100).astype(int)
    assert np.array_equal(cut.labels(task.at), above)


def test_a_scorecard_of_two_classes_serves_goals_of_yes_and_no(mine):
    task = make_task(300, goal="keep_customers")
    learned = mine(ScorecardClassifier()).learn(task)
    assert learned.payload == learn_scorecard(task).payload
    assert learned.payload["link"] == "logit"


def test_where_it_chooses_its_number_itself_it_enters_once(mine):
    entered = mine(StableKMeans(n_pairs=3))
    assert entered.fixed
    assert not mine(StableKMeans(3)).fixed
    assert mine(TierSegments()).fixed
    task = make_task(200, n_segments=6)
    found = len(set(entered.learn(task).labels(task.at)))
    assert 2 <= found <= 6


def test_small_clusters_go_to_their_neighbours(mine):
    task = make_task(200, n_segments=6, min_share=0.25)
    learned = mine(StableKMeans(6)).learn(task)
    sizes = np.bincount(learned.labels(task.at))
    assert sizes.min() >= 50
    assert learned.note == f"{6 - len(sizes)} clusters were too small"


@pytest.mark.parametrize("estimator", [StableKMeans(3), MixtureSegments(n_init=1)])
def test_a_frozen_model_assigns_and_says_how_sure_it_is(mine, estimator):
    mine(estimator)
    plan = {"evidence": "out_of_time", "sentence": "", "legs": []}
    contest = Contest(Rules("grow_spend", 3, 0.0, method="mine"), plan)
    people = population()
    model = freeze(contest, make_learning(), people, [])
    given = model.assign(people)
    assert given["segment_id"].nunique() == 3
    assert len(model.replicates) == 50
    sure = given["confidence"].dropna()
    assert 0.5 < sure.mean() <= 1.0


def test_it_is_judged_as_the_built_in_scheme_is(mine):
    plan = {"evidence": "out_of_time", "sentence": "", "legs": []}
    both = [mine(ScorecardRegressor()), known_scheme("goal")]
    rules = Rules("grow_spend", 3, 0.05)
    contest = run_contest(make_learning(), plan, rules, among=both)
    entered = {e.scheme: e for e in contest.entries if e.asked == 3}
    assert set(entered) == {"mine", "goal"}
    for figure, draws in entered["goal"].draws.items():
        assert np.array_equal(entered["mine"].draws[figure], draws), figure
    # Of two that do equally well the built-in one is the simpler.
    assert contest.winner.scheme == "goal"


def test_labels_do_not_depend_on_the_order_of_customers(mine, rng):
    task = make_task(150)
    rows = rng.permutation(150)
    turned = replace(
        task, features=task.features.iloc[rows], outcome=task.outcome.iloc[rows]
    )
    for estimator, _ in KINDS:
        entered = mine(estimator)
        one, two = entered.learn(task), entered.learn(turned)
        same = adjusted_rand_score(one.labels(task.at), two.labels(task.at))
        assert same == 1.0, estimator

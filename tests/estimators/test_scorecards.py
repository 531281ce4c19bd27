"""Scorecards: points that add up, bands in order, weights, and frozen as they are."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import GridSearchCV, cross_val_score
from tasks import make_task

from segtools.estimators import ScorecardClassifier, ScorecardRegressor
from segtools.schema import ConfigError, DataError
from segtools.segmentation.scorecard import learn_scorecard


@pytest.fixture
def spenders():
    """A task of which the learning period is also the one that is segmented."""
    task = make_task(600)
    return replace(task, at=task.features)


def test_points_add_up_to_what_is_predicted(spenders):
    X, y = spenders.features, spenders.outcome
    model = ScorecardRegressor().fit(X, y)
    total = model.base_points_ + model.transform(X).sum(axis=1)
    assert model.predict(X) == pytest.approx(np.exp(total / 1000))
    names = [f"{c}_points" for c in X]
    assert model.get_feature_names_out().tolist() == names


def test_the_table_says_what_each_value_brings(spenders):
    X, y = spenders.features, spenders.outcome
    model = ScorecardRegressor().fit(X, y)
    table = model.points_table_
    value = X["spend_total"].iloc[0]
    rows = table[(table["feature"] == "spend_total") & (table["above"] < value)]
    own = rows[rows["up_to"] >= value]["points"].item()
    assert model.transform(X)[0, list(X).index("spend_total")] == own
    gap = table[table["above"].isna()]
    assert gap["feature"].tolist() == ["interval_days"]  # the only one with gaps
    missing = int(np.flatnonzero(X["interval_days"].isna())[0])
    found = model.transform(X)[missing, list(X).index("interval_days")]
    assert found == gap["points"].item()


def test_bands_are_those_of_the_goal_scorecard(spenders):
    model = ScorecardRegressor(n_bands=4, min_share=0.05)
    model.fit(spenders.features, spenders.outcome)
    learned = learn_scorecard(spenders)
    assert model.cuts_ == learned.payload["cuts"]
    assert model.n_bands_ == len(model.cuts_) + 1
    labels = model.segment(spenders.features)
    assert np.array_equal(labels, learned.labels(spenders.features))
    mean = spenders.outcome.groupby(labels).mean()
    assert mean.is_monotonic_decreasing
    assert np.bincount(labels).min() >= 0.05 * 600


def test_a_classifier_gives_odds_and_ranks_those_who_return():
    task = make_task(600, goal="keep_customers")
    X, came = task.features, np.where(task.outcome == 1, "yes", "no")
    model = ScorecardClassifier(n_bands=3).fit(X, came)
    assert model.classes_.tolist() == ["no", "yes"]
    odds = model.decision_function(X)
    assert model.predict_proba(X)[:, 1] == pytest.approx(1 / (1 + np.exp(-odds)))
    assert set(model.predict(X)[odds > 0]) == {"yes"}
    assert roc_auc_score(came == "yes", odds) > 0.7
    again = pd.Series(came == "yes").groupby(model.segment(X)).mean()
    assert again.is_monotonic_decreasing


@pytest.mark.parametrize("kind", [ScorecardRegressor, ScorecardClassifier])
def test_a_weight_of_two_is_a_customer_twice(kind, rng):
    task = make_task(400, goal="grow_spend")
    X, y = task.features, (task.outcome > 60).astype(float)
    y = y if kind is ScorecardClassifier else task.outcome
    twice = rng.integers(1, 3, len(X))
    weighted = kind().fit(X, y, sample_weight=twice)
    rows = np.repeat(np.arange(len(X)), twice)
    repeated = kind().fit(X.iloc[rows], y.iloc[rows])
    one, two = weighted.points_table_, repeated.points_table_
    assert one.equals(two)
    assert weighted.cuts_ == repeated.cuts_
    # Halved, weights are no numbers of customers; the bins are the same, and the
    # points all but those of leaves near 20 rows.
    halved = kind().fit(X, y, sample_weight=twice / 2)
    three = halved.points_table_
    assert one[["feature", "up_to"]].equals(three[["feature", "up_to"]])
    assert np.abs(one["points"] - three["points"]).median() <= 2
    assert (weighted.segment(X) == halved.segment(X)).mean() > 0.9


def test_customers_of_weight_zero_are_not_there(spenders):
    X, y = spenders.features, spenders.outcome
    there = np.arange(len(X)) % 3 > 0
    strange = y.where(there, 1e6)
    weighted = ScorecardRegressor().fit(X, strange, sample_weight=there.astype(int))
    alone = ScorecardRegressor().fit(X[there], y[there])
    assert weighted.points_table_.equals(alone.points_table_)
    assert weighted.cuts_ == alone.cuts_


@pytest.mark.parametrize(
    ("weights", "sentence"),
    [
        ([1.0] * 3, "one weight for each of 600 rows, but its shape is"),
        ([-1.0] * 600, "600 of 600 weights are not"),
        ([np.nan] + [1.0] * 599, "1 of 600 weights are not"),
        ([0.0] * 600, "every weight of 600 is zero"),
    ],
)
def test_wrong_weights_are_told(spenders, weights, sentence):
    with pytest.raises(DataError, match=sentence):
        ScorecardRegressor().fit(
            spenders.features, spenders.outcome, sample_weight=weights
        )


def test_outcomes_that_teach_nothing_are_refused(spenders):
    X, n = spenders.features, len(spenders.features)
    with pytest.raises(DataError, match="y must be above 0 for some customers"):
        ScorecardRegressor().fit(X, np.full(n, -3.0))
    with pytest.raises(DataError, match="two classes, but it holds one class: 1"):
        ScorecardClassifier().fit(X, np.ones(n))
    with pytest.raises(ValueError, match="Only binary classification is supported"):
        ScorecardClassifier().fit(X, np.arange(n) % 3)


def test_more_bins_are_searched_by_a_grid(spenders):
    X, y = spenders.features, spenders.outcome
    grid = GridSearchCV(ScorecardRegressor(), {"n_bins": [2, 16]}, cv=3).fit(X, y)
    assert grid.best_params_ == {"n_bins": 16}
    assert cross_val_score(ScorecardRegressor(), X, y, cv=3).mean() > 0.1


def test_a_feature_that_does_not_vary_has_no_points(spenders):
    X = spenders.features.assign(same=4.0)
    model = ScorecardRegressor().fit(X, spenders.outcome)
    assert "same" not in set(model.points_table_["feature"])
    assert set(model.transform(X)[:, -1]) == {0}


def test_a_classifier_refuses_money_in_the_contest(spenders):
    with pytest.raises(ConfigError, match=r"outcome of 0 and 1, but the goal grow_"):
        ScorecardClassifier().learn_task(spenders)

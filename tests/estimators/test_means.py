"""Segments judged by what they predict: means by hand, grids over ways to segment."""

import numpy as np
import pandas as pd
import pytest
from sklearn.cluster import DBSCAN
from sklearn.linear_model import LinearRegression
from sklearn.metrics import make_scorer, r2_score
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline

from segtools.estimators import (
    ComparableFeatures,
    ScorecardRegressor,
    SegmentMeans,
    StableKMeans,
    TierSegments,
    WardSegments,
)
from segtools.schema import ConfigError
from segtools.segmentation.figures import gini

from .people import three_kinds


def test_everybody_is_told_the_mean_of_their_segment():
    X = [[1.0], [2.0], [3.0], [10.0], [11.0]]
    model = SegmentMeans(TierSegments(cuts={0: [5.0]})).fit(X, [1.0, 2, 3, 40, 60])
    assert model.segments_.tolist() == [0, 1]
    assert model.means_.tolist() == [2.0, 50.0]
    assert model.predict([[4.0], [6.0]]).tolist() == [2.0, 50.0]
    assert model.segment([[4.0], [6.0]]).tolist() == [0, 1]
    # 3,130.8 of variation; 2 within the first segment and 200 within the second.
    y = np.array([1.0, 2, 3, 40, 60])
    whole = ((y - y.mean()) ** 2).sum()
    assert model.score(X, y) == pytest.approx(1 - 202 / whole)


def test_a_segment_of_nobody_is_told_the_mean_of_everybody():
    X = np.array([[1.0], [2.0], [30.0], [40.0]])
    model = SegmentMeans(TierSegments(cuts={0: [5.0]})).fit(X, [1.0, 3.0, 8.0, 8.0])
    model.segments_, model.means_ = model.segments_[:1], model.means_[:1]
    assert model.predict([[1.0], [50.0]]).tolist() == [2.0, 5.0]


def test_scorecards_give_their_bands():
    X, _, spend = three_kinds(300)
    card = ScorecardRegressor(n_bands=3)
    model = SegmentMeans(card).fit(X, spend)
    fitted = card.fit(X, spend)
    assert np.array_equal(model.segment(X), fitted.segment(X))
    expected = spend.groupby(fitted.segment(X)).mean()
    assert model.means_ == pytest.approx(expected.to_numpy())


def test_a_pipeline_that_ends_in_a_scorecard_gives_its_bands():
    X, _, spend = three_kinds(300)
    pipe = make_pipeline(ComparableFeatures(), ScorecardRegressor(n_bands=3))
    model = SegmentMeans(pipe).fit(X, spend)
    alone = ScorecardRegressor(n_bands=3).fit(X, spend)
    # Points depend on the order of values only, which preparing leaves alone.
    assert np.array_equal(model.segment(X), alone.segment(X))


def test_what_cannot_place_new_customers_is_refused():
    X, _, spend = three_kinds()
    with pytest.raises(ConfigError, match="but LinearRegression predicts numbers"):
        SegmentMeans(LinearRegression()).fit(X, spend)
    with pytest.raises(ConfigError, match="DBSCAN has neither predict nor segment"):
        SegmentMeans(DBSCAN()).fit(X, spend)


@pytest.mark.filterwarnings("ignore::UserWarning")
def test_a_grid_over_ways_to_segment_is_judged_out_of_time():
    X, kind, spend = three_kinds(seed=1)
    later, kind_later, spend_later = three_kinds(seed=2)
    both, y = pd.concat([X, later]), pd.concat([spend, spend_later])
    leg = np.repeat([0, 1], [len(X), len(later)])
    split = [(np.flatnonzero(leg == 0), np.flatnonzero(leg == 1))]
    ways = [WardSegments(2), WardSegments(3), StableKMeans(3, n_pairs=0)]
    grid = GridSearchCV(
        SegmentMeans(),
        {"segmenter": [TierSegments(), *ways]},
        cv=split,
        scoring={"r2": "r2", "gini": make_scorer(gini)},
        refit=False,
    ).fit(both, y)
    found = grid.cv_results_["mean_test_r2"]
    assert found[2:] == pytest.approx([1.0, 1.0], abs=1e-4)
    assert found[:2].max() < 0.995  # two kinds in one segment cannot be told apart
    # By hand: the means of the earlier kinds, held against the later spend.
    mean = spend.groupby(kind).mean()
    assert found[2] == pytest.approx(r2_score(spend_later, mean[kind_later]))
    assert grid.cv_results_["mean_test_gini"].argmax() >= 2

"""Transformers: features made comparable, factors of mixed data, RFM scores."""

import numpy as np
import pandas as pd
import pytest
from sklearn.cluster import KMeans
from sklearn.decomposition import PCA
from sklearn.metrics import adjusted_rand_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from tasks import make_task

from segtools.estimators import FAMD, ComparableFeatures, RFMScores
from segtools.schema import ConfigError, DataError
from segtools.segmentation.clusters import learn_preprocess
from segtools.segmentation.mixed import famd
from segtools.segmentation.preprocess import prepared

from .people import three_kinds


def test_features_are_prepared_as_for_clusters():
    task = make_task(200)
    model = ComparableFeatures().set_output(transform="pandas").fit(task.features)
    found = model.transform(task.at)
    payload = learn_preprocess(task.features)
    whole = pd.DataFrame(prepared(payload, task.at), task.at.index, payload["uses"])
    assert sorted(found) == sorted(whole)
    pd.testing.assert_frame_equal(found, whole[list(found)])
    # They stand as they came in, and skewed ones are told.
    assert list(found) == [c for c in task.features if c in set(payload["uses"])]
    assert model.kept_ == list(found)
    assert "spend_total" in model.logged_


def test_what_is_missing_stands_at_the_median_and_copies_go():
    X = pd.DataFrame({"a": [1.0, np.nan, 3.0], "b": [2.0, 4.0, 6.0], "c": [5.0] * 3})
    model = ComparableFeatures(plain=True).set_output(transform="pandas").fit(X)
    assert list(model.transform(X)) == ["a", "b"]
    assert model.transform(X)["a"].tolist()[1] == 0.0
    distinct = ComparableFeatures().fit(X)
    assert distinct.get_feature_names_out().tolist() == ["a"]
    assert ComparableFeatures(distinct=False).fit(X).kept_ == ["a", "b"]


def test_features_that_do_not_vary_are_refused():
    with pytest.raises(DataError, match="At least one column of X must vary"):
        ComparableFeatures().fit(np.ones((5, 2)))


@pytest.fixture
def households(rng):
    """Two kinds of household, told apart by words and by numbers alike."""
    kind = rng.permutation(np.repeat([0, 1], 40))
    return kind, pd.DataFrame(
        {
            "age": 30.0 + 25 * kind + rng.normal(size=80),
            "home": np.where(kind == 1, "house", "flat"),
            "pets": rng.random(80) < 0.5,
            "store": rng.integers(1, 4, 80),
        }
    )


def test_factors_are_those_of_the_function(households):
    _, X = households
    model = FAMD(2, categories=["store"]).fit(X)
    whole = famd(X, categories=["store"], n_components=2)
    assert np.array_equal(model.transform(X), whole.coordinates(X))
    assert model.explained_variance_ == pytest.approx(whole.eigenvalues[:2])
    ratio = model.explained_variance_ratio_
    assert ratio == pytest.approx(whole.eigenvalues[:2] / whole.eigenvalues.sum())
    assert model.transform(X).var(axis=0) == pytest.approx(whole.eigenvalues[:2])
    pd.testing.assert_frame_equal(model.distance_shares_, whole.shares)
    assert model.get_feature_names_out().tolist() == ["famd0", "famd1"]


def test_without_categories_factors_are_principal_components():
    X, *_ = three_kinds()
    found = FAMD(2, plain=True).fit_transform(X)
    peer = PCA(2).fit_transform(StandardScaler().fit_transform(X))
    assert np.abs(found) == pytest.approx(np.abs(peer))


def test_mixed_data_are_clustered_in_a_pipeline(households):
    kind, X = households
    pipe = make_pipeline(FAMD(1), KMeans(2, n_init=10, random_state=0))
    assert adjusted_rand_score(kind, pipe.fit_predict(X)) == 1.0
    polite = X.assign(home=X["home"].astype("category"))
    assert np.array_equal(pipe.fit(polite).predict(polite), pipe.fit(X).predict(X))


def test_words_in_lists_are_read_and_new_ones_stand_in_the_middle(households):
    _, X = households
    rows = X[["age", "home"]].to_numpy(dtype=object).tolist()
    model = FAMD(1).fit(rows)
    frame = X[["age", "home"]].set_axis(["x0", "x1"], axis=1)
    assert model.transform(rows) == pytest.approx(FAMD(1).fit(frame).transform(frame))
    high, low, new = model.transform([[42.0, "house"], [42.0, "flat"], [42.0, "tent"]])
    assert new == pytest.approx((high + low) / 2)


def test_wrong_mixed_data_are_refused(households):
    _, X = households
    with pytest.raises(ConfigError, match="categories must be columns of X, but 'shp'"):
        FAMD(categories=["shp"]).fit(X)
    with pytest.raises(DataError, match="1 of 4 columns hold an infinite value: age"):
        FAMD().fit(X.assign(age=np.inf))
    with pytest.raises(DataError, match="it has 1 sample"):
        FAMD().fit(X.iloc[:1])
    with pytest.raises(ConfigError, match="n_components must be a whole number from 1"):
        FAMD(0).fit(X)
    with pytest.raises(ValueError, match="same order as they were in fit"):
        FAMD().fit(X).transform(X[X.columns[::-1]])


def test_scores_are_quintiles_learned_once():
    X = pd.DataFrame({"recency_days": np.arange(1.0, 11), "spend": np.arange(1.0, 11)})
    model = RFMScores().set_output(transform="pandas").fit(X)
    found = model.transform(X)
    assert found["recency_days_score"].tolist() == [5, 5, 4, 4, 3, 3, 2, 2, 1, 1]
    assert found["spend_score"].tolist() == [1, 1, 2, 2, 3, 3, 4, 4, 5, 5]
    assert model.cut_points_["spend"] == [2.0, 4.0, 6.0, 8.0]
    later = pd.DataFrame(
        {"recency_days": [0.5, 99.0, np.nan], "spend": [99, 2, np.nan]}
    )
    assert model.transform(later).to_numpy().tolist() == [[5, 5], [1, 1], [1, 1]]


def test_equal_values_share_a_score_whatever_their_row():
    X = pd.DataFrame({"n_orders": [1.0] * 7 + [2.0, 3.0, 9.0]})
    scores = RFMScores().fit_transform(X).ravel()
    assert scores.tolist() == [1] * 7 + [4, 5, 5]
    turned = RFMScores().fit(X.iloc[::-1]).transform(X).ravel()
    assert turned.tolist() == scores.tolist()


def test_low_is_best_by_name_or_place():
    X = pd.DataFrame({"days": [1.0, 2.0], "returns": [0.0, 5.0]})
    by_name = RFMScores(2, low_is_best=["days", "returns"]).fit_transform(X)
    assert by_name.tolist() == [[2, 2], [1, 1]]
    by_place = RFMScores(2, low_is_best=[1]).fit(X)
    assert by_place.low_is_best_ == ["returns"]
    assert RFMScores(2).fit(X).low_is_best_ == []


@pytest.mark.parametrize(
    ("asked", "sentence"),
    [
        ({"low_is_best": "days"}, r"must be 'auto' or a list .* Pass \['days'\]"),
        ({"low_is_best": ["day"]}, "'day' is none. Did you mean 'days'"),
        ({"low_is_best": [7]}, "by place from 0 to 0, but 7 is none"),
        ({"n_scores": 1}, "n_scores must be a whole number from 2, but it is 1"),
    ],
)
def test_wrong_scores_are_refused(asked, sentence):
    with pytest.raises(ConfigError, match=sentence):
        RFMScores(**asked).fit(pd.DataFrame({"days": [1.0, 2.0]}))

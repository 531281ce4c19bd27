"""Clusters with centres and mixtures: what is found, measured and refused."""

import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import adjusted_rand_score

from segtools.estimators import MixtureSegments, StableKMeans, WardSegments
from segtools.schema import ConfigError, DataError
from segtools.segmentation.mixtures import fit_mixture, fit_rows
from segtools.segmentation.stability import select_clusters

from .people import three_kinds

# Ninety customers are few for three columns, which is said, and not meant here.
pytestmark = pytest.mark.filterwarnings("ignore::UserWarning")


def test_the_number_that_comes_again_is_chosen_and_said_why():
    X, kind, _ = three_kinds()
    model = StableKMeans(max_clusters=4, n_pairs=10).fit(X)
    whole = select_clusters(X, range(2, 5), n_pairs=10)
    assert model.n_clusters_ == whole.n_clusters == 3
    assert model.sentence_ == whole.sentence
    pd.testing.assert_frame_equal(model.selection_, whole.table())
    assert adjusted_rand_score(kind, model.labels_) == 1.0
    assert model.stability_ == 1.0
    assert model.segment_stability_.tolist() == [1.0, 1.0, 1.0]
    assert model.sizes_.tolist() == [30, 30, 30]


def test_stability_stands_beside_its_own_segment():
    rng = np.random.default_rng(5)
    # One clear group on the left, and one wide cloud cut in two on the right.
    cloud = rng.normal((20.0, 0.0), (1.0, 3.0), (120, 2))
    X = np.vstack([rng.normal(0, 0.3, (60, 2)), cloud])
    model = StableKMeans(4, n_pairs=20).fit(X)
    clear = model.labels_[0]
    assert clear == 0
    assert model.segment_stability_[clear] == 1.0
    assert model.segment_stability_[1:].max() < 1.0


def test_with_no_pairs_nothing_is_measured_and_the_clusters_are_the_same():
    X, *_ = three_kinds()
    quick, slow = StableKMeans(3, n_pairs=0).fit(X), StableKMeans(3, n_pairs=2).fit(X)
    assert np.array_equal(quick.cluster_centers_, slow.cluster_centers_)
    assert np.isnan(quick.stability_)
    assert slow.stability_ == 1.0
    with pytest.raises(ConfigError, match=r"n_pairs must be .* from 1, but it is 0"):
        StableKMeans("auto", n_pairs=0).fit(X)


@pytest.mark.parametrize("model", [StableKMeans(2, n_pairs=0), WardSegments(2)])
def test_centres_distances_and_score_are_those_of_two_pairs(model):
    X = np.array([[0.0, 1.0], [2.0, 1.0], [10.0, 5.0], [14.0, 5.0]] * 10)
    model.fit(X)
    assert model.cluster_centers_.tolist() == [[1.0, 1.0], [12.0, 5.0]]
    assert model.labels_[:4].tolist() == [0, 0, 1, 1]
    assert model.inertia_ == 10 * (1 + 1 + 4 + 4)
    assert model.transform([[1.0, 4.0]])[0, 0] == 3.0
    assert model.score([[1.0, 4.0], [12.0, 5.0]]) == -9.0
    assert model.predict([[6.5, 3.0]]).tolist() == [0]  # equally near: the lower one


def test_columns_that_say_nothing_do_not_count_but_have_a_centre():
    X, *_ = three_kinds()
    more = X.assign(copied=X["a"], same=7.0)
    with pytest.warns(UserWarning, match="left out"):
        model = StableKMeans(3, n_pairs=0).fit(more)
    plain = StableKMeans(3, n_pairs=0).fit(X)
    assert np.array_equal(model.labels_, plain.labels_)
    assert model.cluster_centers_.shape == (3, 5)
    assert model.cluster_centers_[:, 3] == pytest.approx(model.cluster_centers_[:, 0])
    assert model.cluster_centers_[:, 4].tolist() == [7.0, 7.0, 7.0]
    assert np.array_equal(model.transform(more), plain.transform(X))


@pytest.mark.parametrize(
    "model", [StableKMeans(3, n_pairs=0), WardSegments(3), MixtureSegments(3)]
)
def test_more_clusters_than_different_customers_are_refused(model):
    X = np.array([[0.0], [1.0]] * 30)
    with pytest.raises(DataError, match="2 for n_c"):
        model.fit(X)


def test_customers_who_are_all_alike_are_one_cluster_where_the_number_is_free():
    X = np.ones((20, 2))
    assert StableKMeans().fit(X).n_clusters_ == 1
    assert MixtureSegments(n_init=1).fit(X).n_components_ == 1


def test_ward_says_how_many_stay_with_their_centre():
    X = np.array([[0.0], [1.0], [2.0], [3.4], [9.0]])
    # Joining 9 would spread most, so it stays alone; the mean of the others is 1.6.
    model = WardSegments(2).fit(X)
    assert model.cluster_centers_.ravel() == pytest.approx([1.6, 9.0])
    assert model.kept_share_ == 1.0
    one = WardSegments(1).fit(X)
    assert one.cluster_centers_.ravel() == pytest.approx([3.08])


def test_the_criterion_chooses_a_mixture_and_all_fits_are_told():
    X, kind, _ = three_kinds()
    model = MixtureSegments(max_components=4, n_init=2).fit(X)
    assert model.n_components_ == 3
    assert adjusted_rand_score(kind, model.labels_) == 1.0
    assert len(model.criteria_) == 16
    best = model.criteria_.sort_values("bic").iloc[0]
    assert (best["n_components"], best["kind"]) == (3, model.covariance_type_)
    assert model.weights_ == pytest.approx([1 / 3, 1 / 3, 1 / 3], abs=1e-3)
    assert (np.diff(model.means_[:, 0]) > 0).all()


def test_densities_are_those_of_scikit_learn():
    X, *_ = three_kinds()
    model = MixtureSegments(3, covariance_type="full", n_init=2).fit(X)
    peer = fit_mixture(fit_rows(X.to_numpy(), 5000), 3, "full", seed=1, n_starts=2)
    assert model.score_samples(X) == pytest.approx(peer.score_samples(X.to_numpy()))
    assert model.score(X) == pytest.approx(peer.score(X.to_numpy()))
    proba = model.predict_proba(X)
    assert proba.sum(axis=1) == pytest.approx(np.ones(len(X)))
    assert np.array_equal(proba.argmax(axis=1), model.predict(X))


@pytest.mark.parametrize(
    ("asked", "sentence"),
    [
        ({"criterion": "gini"}, "criterion must be one of"),
        ({"covariance_type": "oval"}, "covariance_type must be one of"),
        ({"n_components": "some"}, "n_components must be a whole number from 1"),
        ({"max_components": 0}, "max_components must be a whole number from 1"),
    ],
)
def test_a_mixture_of_no_kind_is_refused(asked, sentence):
    X, *_ = three_kinds()
    with pytest.raises(ConfigError, match=sentence):
        MixtureSegments(**asked).fit(X)

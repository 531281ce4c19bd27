"""Placing by a frozen payload: one code path, plain rules at every tie."""

import json

import numpy as np
import pandas as pd
import pytest

from segtools.segmentation.clusters import learn_clusters
from segtools.segmentation.mixtures import learn_mixture
from segtools.segmentation.place import grid_scores, needed, place
from segtools.segmentation.preprocess import distances, prepared
from segtools.segmentation.rules import learn_rules, rfm_payload
from segtools.segmentation.scorecard import learn_scorecard

from .tasks import make_task

CENTROIDS = {
    "kind": "centroids",
    "uses": ["x", "y"],
    "seen_missing": ["y"],
    "preprocess": [
        {"op": "fill", "values": {"x": 0.0, "y": 5.0}},
        {"op": "signed_log", "features": ["y"]},
        {
            "op": "standardize",
            "mean": {"x": 1.0, "y": 0.0},
            "scale": {"x": 2.0, "y": 1.0},
        },
    ],
    "centroids": [[-1.0, 0.0], [1.0, 0.0], [0.0, 9.0]],
}


def test_preprocessing_runs_in_the_stored_order_by_name():
    frame = pd.DataFrame({"y": [np.nan, -1.0], "x": [3.0, np.nan], "other": [9, 9]})
    found = prepared(CENTROIDS, frame)
    expected = [[1.0, np.log1p(5)], [-0.5, -np.log(2)]]
    assert found == pytest.approx(np.array(expected))


def test_preparing_leaves_the_frame_as_it_was():
    frame = pd.DataFrame({"x": [1.0, np.nan], "y": [2.0, 3.0]})
    before = frame.copy()
    prepared(CENTROIDS, frame)
    pd.testing.assert_frame_equal(frame, before)


def test_a_tie_between_centroids_goes_to_the_lower_label():
    at = place(CENTROIDS, pd.DataFrame({"x": [1.0, -1.0, 3.0], "y": [0.0, 0.0, 0.0]}))
    assert at.labels.tolist() == [0, 0, 1]
    assert at.runner_up.tolist() == [1, 1, 0]


def test_a_tie_up_to_rounding_is_a_tie():
    almost = pd.DataFrame({"x": [1.0 + 1e-12, 1.0 - 1e-12], "y": [0.0, 0.0]})
    assert place(CENTROIDS, almost).labels.tolist() == [0, 0]


def test_only_a_value_never_missing_before_is_flagged_by_centroids():
    frame = pd.DataFrame({"x": [np.nan, 1.0], "y": [1.0, np.nan]})
    assert place(CENTROIDS, frame).reduced.tolist() == [True, False]


def test_one_centroid_has_no_runner_up():
    one = CENTROIDS | {"centroids": [[0.0, 0.0]]}
    at = place(one, pd.DataFrame({"x": [1.0], "y": [1.0]}))
    assert (at.labels.tolist(), at.runner_up.tolist()) == ([0], [-1])


def test_distances_are_squared_and_euclidean(rng):
    X, centres = rng.normal(size=(7, 3)), rng.normal(size=(4, 3))
    expected = ((X[:, None, :] - centres[None]) ** 2).sum(axis=2)
    assert distances(X, centres) == pytest.approx(expected)


def test_a_scorecard_of_one_band_has_no_runner_up():
    payload = {"kind": "scorecard", "base": 5, "cuts": [], "bins": {}}
    at = place(payload, pd.DataFrame(index=range(3)))
    assert at.labels.tolist() == [0, 0, 0]
    assert at.runner_up.tolist() == [-1, -1, -1]


def test_the_runner_up_is_the_band_across_the_nearest_cut():
    payload = {"kind": "scorecard", "base": 0, "cuts": [10, 20]}
    points = {"upper": [0.0, 1.0, 2.0, 3.0], "points": [0, 12, 18, 15, 99]}
    payload["bins"] = {"x": points | {"missing": None}}
    at = place(payload, pd.DataFrame({"x": [0.0, 1.0, 2.0, 3.0, 4.0]}))
    assert at.labels.tolist() == [2, 1, 1, 1, 0]
    # 15 lies in the middle of its band: the lower neighbour is taken.
    assert at.runner_up.tolist() == [1, 2, 0, 2, 1]


def test_the_runner_up_is_never_the_own_segment():
    task = make_task()
    for learn in (learn_scorecard, learn_clusters):
        at = place(learn(task).payload, task.at)
        assert (at.runner_up != at.labels).all()
        assert at.runner_up.min() >= 0


@pytest.mark.parametrize(
    "learn", [learn_scorecard, learn_clusters, learn_rules, learn_mixture]
)
def test_a_payload_places_the_same_after_a_round_trip_through_json(learn):
    task = make_task()
    payload = learn(task).payload
    again = json.loads(json.dumps(payload, allow_nan=False))
    assert again == payload
    one, two = place(payload, task.at), place(again, task.at)
    assert np.array_equal(one.labels, two.labels)
    assert np.array_equal(one.runner_up, two.runner_up)


@pytest.mark.parametrize(
    "learn", [learn_scorecard, learn_clusters, learn_rules, learn_mixture]
)
def test_the_order_of_columns_and_other_columns_do_not_matter(learn):
    task = make_task()
    payload = learn(task).payload
    turned = task.at.iloc[:, ::-1].assign(unheard_of=1.0)
    assert np.array_equal(place(payload, turned).labels, place(payload, task.at).labels)


@pytest.mark.parametrize(
    "learn", [learn_scorecard, learn_clusters, learn_rules, learn_mixture]
)
def test_each_customer_is_placed_for_himself(learn):
    task = make_task()
    payload = learn(task).payload
    some = task.at.iloc[50:60]
    whole = place(payload, task.at).labels[50:60]
    assert np.array_equal(place(payload, some).labels, whole)
    assert set(needed(payload)) <= set(task.at.columns)


def test_scores_of_the_grid_never_fall_with_orders_nor_rise_with_time():
    task = make_task()
    payload = rfm_payload(task.features)
    r, f = grid_scores(payload, task.at)
    by_orders = pd.Series(f).groupby(task.at["n_orders"].to_numpy()).agg(["min", "max"])
    assert (by_orders["min"] == by_orders["max"]).all()
    assert by_orders["max"].is_monotonic_increasing
    order = np.argsort(task.at["recency_days"].to_numpy())
    assert (np.diff(r[order]) <= 0).all()
    assert {*r, *f} <= {1, 2, 3, 4, 5}


def test_who_has_no_recency_or_orders_scores_one():
    payload = rfm_payload(make_task().features)
    r, f = grid_scores(
        payload, pd.DataFrame({"recency_days": [np.nan], "n_orders": [np.nan]})
    )
    assert (r[0], f[0]) == (1, 1)


def test_a_rule_flags_only_the_variable_that_was_never_missing_before():
    leaf = {"feature": [-2], "upper": [0.0], "left": [-1], "right": [-1], "label": [0]}
    payload = {"kind": "rules", "form": "tree", "uses": ["x", "y"], "tree": leaf}
    payload["seen_missing"] = ["y"]
    frame = pd.DataFrame({"x": [np.nan, 1.0, 1.0], "y": [1.0, np.nan, 1.0]})
    assert place(payload, frame).reduced.tolist() == [True, False, False]

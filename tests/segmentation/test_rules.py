"""RFM rules on a complete grid, and any function frozen as rules."""

import json
from collections import Counter
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from segtools.schema import ConfigError
from segtools.segmentation.place import grid_scores, place
from segtools.segmentation.rules import (
    CELLS,
    cell_names,
    cut_points,
    freeze_labels,
    learn_function,
    learn_rules,
    rfm_payload,
    rfm_scores,
)

from .tasks import make_task

GRID = """
hibernating hibernating at_risk at_risk can't_lose
hibernating hibernating at_risk at_risk can't_lose
about_to_sleep about_to_sleep need_attention loyal loyal
promising potential_loyalist potential_loyalist loyal loyal
new potential_loyalist potential_loyalist champions champions
"""


def score_of(values, cuts):
    return 1 + np.searchsorted(cuts, values, side="left")


def test_the_25_cells_map_once_each():
    named = Counter(
        (r, f) for _, recency, frequency in CELLS for r in recency for f in frequency
    )
    assert set(named) == {(r, f) for r in range(1, 6) for f in range(1, 6)}
    assert set(named.values()) == {1}


def test_the_grid_is_the_one_that_is_documented():
    expected = [w.replace("_", " ") for w in GRID.split()]
    assert [CELLS[i][0] for i in cell_names().ravel()] == expected


def test_scores_of_the_worked_example():
    values = pd.Series([1, 1, 1, 1, 1, 2, 3, 9])
    cuts = cut_points(values, n_scores=4)
    assert score_of(values, cuts).tolist() == [1, 1, 1, 1, 1, 3, 4, 4]


@given(st.lists(st.integers(0, 30), min_size=1, max_size=60), st.integers(2, 6))
def test_equal_values_share_a_score_and_scores_never_fall(values, n_scores):
    values = np.array(values, dtype=float)
    cuts = cut_points(pd.Series(values), n_scores)
    scores = score_of(values, cuts)
    assert len(cuts) == n_scores - 1
    assert 1 <= scores.min() <= scores.max() <= n_scores
    by_value = pd.Series(scores).groupby(values).nunique()
    assert (by_value == 1).all()
    assert (np.diff(scores[np.argsort(values, kind="stable")]) >= 0).all()
    assert len(np.unique(scores)) <= len(np.unique(values))


def test_different_values_without_ties_fill_every_score():
    scores = score_of(np.arange(10.0), cut_points(pd.Series(np.arange(10.0))))
    assert scores.tolist() == [1, 1, 2, 2, 3, 3, 4, 4, 5, 5]


def test_missing_values_do_not_move_the_cuts():
    known = pd.Series([1.0, 2.0, 3.0, 4.0])
    assert cut_points(known) == cut_points(pd.concat([known, pd.Series([np.nan] * 9)]))
    assert cut_points(pd.Series([np.nan, np.nan])) == []


def test_many_one_time_buyers_do_not_keep_the_best_from_being_champions():
    frame = pd.DataFrame({"n_orders": [1.0] * 60 + [2.0] * 20 + [9.0] * 20})
    frame["recency_days"] = np.r_[np.linspace(10, 90, 80), np.linspace(0, 9, 20)]
    cells = rfm_scores(frame, rfm_payload(frame))
    assert set(cells["cell"][80:]) == {"champions"}
    assert set(cells["frequency"][:60]) == {1}


def test_a_day_more_moves_no_frequency():
    task = make_task()
    later = task.features.assign(recency_days=task.features["recency_days"] + 1)
    one, two = (rfm_scores(f, rfm_payload(f)) for f in (task.features, later))
    pd.testing.assert_frame_equal(one, two)


def test_every_customer_stands_in_exactly_one_named_cell():
    frame = make_task().features
    scores = rfm_scores(frame, rfm_payload(frame))
    assert scores.index.equals(frame.index)
    assert set(scores["cell"]) <= {name for name, _, _ in CELLS}
    assert scores["recency"].between(1, 5).all()
    assert scores["frequency"].between(1, 5).all()


@pytest.mark.parametrize("n_segments", [2, 4, 9])
def test_cells_are_grouped_into_few_enough_and_large_enough_segments(n_segments):
    task = make_task(n_segments=n_segments)
    learned = learn_rules(task)
    sizes = np.bincount(learned.labels(task.at))
    assert 2 <= len(sizes) <= n_segments
    assert sizes.min() >= 0.05 * len(task.at)


def test_a_cell_is_never_parted():
    task = make_task()
    payload = learn_rules(task).payload
    cell = rfm_scores(task.at, payload)["cell"].to_numpy()
    labels = place(payload, task.at).labels
    assert (pd.Series(labels).groupby(cell).nunique() == 1).all()


def test_label_zero_did_best_before():
    task = make_task(600)
    learned = learn_rules(task)
    before = learned.labels(task.features)
    means = task.outcome.groupby(before).mean()
    assert means.is_monotonic_decreasing


def test_without_an_outcome_the_spend_of_the_window_orders_the_cells():
    task = make_task(600)
    learned = learn_rules(replace(task, outcome=None))
    spent = task.features["spend_total"]
    means = spent.groupby(learned.labels(task.features)).mean()
    assert means.is_monotonic_decreasing


def test_equal_recency_and_orders_get_the_same_segment(rng):
    task = make_task()
    learned = learn_rules(task)
    twins = task.at.assign(spend_total=rng.random(len(task.at)))
    assert np.array_equal(learned.labels(twins), learned.labels(task.at))


# Functions of an analyst, frozen as trees


def by_spend(features, n_segments, seed):
    return np.where(features["spend_total"] > 120, "big", "small")


def by_missing(features, n_segments, seed):
    often = features["n_orders"] >= 3
    known = features["interval_days"].notna()
    return 2 * often.astype(int) + known.astype(int)


def by_pieces(features, n_segments, seed):
    return pd.cut(features["spend_total"], [-1, 50, 120, 1e9, 1e10])


def by_chance(features, n_segments, seed):
    return np.random.default_rng(seed).integers(0, n_segments, len(features))


@pytest.mark.parametrize("function", [by_spend, by_missing, by_pieces, by_chance])
def test_a_frozen_function_repeats_its_labels_exactly(function):
    task = make_task()
    learned = learn_function(function, task, "own")
    payload = json.loads(json.dumps(learned.payload, allow_nan=False))
    assert np.array_equal(place(payload, task.at).labels, learned.labels(task.at))


@settings(max_examples=40)
@given(
    st.lists(
        st.tuples(
            st.one_of(st.just(np.nan), st.integers(-3, 3)),
            st.one_of(st.just(np.nan), st.floats(-1e9, 1e9)),
            st.integers(0, 3),
        ),
        min_size=1,
        max_size=25,
        unique_by=lambda row: (str(row[0]), str(row[1])),
    )
)
def test_a_tree_repeats_any_labels_of_different_customers(rows):
    frame = pd.DataFrame(rows, columns=["x", "y", "label"]).astype(float)
    frame["y"] = frame["y"] + 0.0  # one zero only
    frame = frame.drop_duplicates(["x", "y"])
    labels = frame.pop("label").to_numpy(np.int64)
    payload = freeze_labels(frame, labels, seed=1)
    assert np.array_equal(place(payload, frame).labels, labels)


def test_values_between_two_known_ones_go_with_the_upper():
    frame = pd.DataFrame({"x": [1.0, 2.0]})
    payload = freeze_labels(frame, np.array([0, 1]), seed=1)
    assert place(payload, pd.DataFrame({"x": [1.5, 1.0, -9, 99]})).labels.tolist() == [
        1,
        0,
        0,
        1,
    ]


def test_the_same_word_is_the_same_label_at_every_origin():
    task = make_task()
    learned = learn_function(by_spend, task, "own")
    big = task.at[task.at["spend_total"] > 120]
    assert set(learned.labels(big)) == {0}
    small = task.features[task.features["spend_total"] <= 120]
    assert set(learned.labels(small)) == {1}


def test_labels_are_matched_by_customer_and_not_by_position():
    def sorted_by_spend(features, n_segments, seed):
        return by_missing(features.sort_values("spend_total"), n_segments, seed)

    task = make_task()
    one, two = (
        learn_function(f, task, "own").labels(task.at)
        for f in (by_missing, sorted_by_spend)
    )
    assert np.array_equal(one, two)


def test_labels_with_a_fresh_index_are_taken_by_position():
    def fresh(features, n_segments, seed):
        return by_missing(features.reset_index(drop=True), n_segments, seed)

    task = make_task()
    one, two = (
        learn_function(f, task, "own").labels(task.at) for f in (by_missing, fresh)
    )
    assert np.array_equal(one, two)


def test_a_function_cannot_change_the_features():
    def greedy(features, n_segments, seed):
        features["spend_total"] = 0.0
        return np.arange(len(features)) % 2

    task = make_task()
    before = task.at.copy()
    learn_function(greedy, task, "own")
    pd.testing.assert_frame_equal(task.at, before)


BAD = {
    "short": (lambda f, k, s: [1, 2], r"gave 2 labels for 300 customers"),
    "none": (lambda f, k, s: None, r"gave 0 labels for 300 customers"),
    "gaps": (
        lambda f, k, s: f["interval_days"],
        r"gave 2\d\d labels for 300 customers\. Return one label a row, none missing",
    ),
    "broken": (
        lambda f, k, s: f["no_such_column"],
        r"The scheme 'own' must run on the features, but it raised KeyError: "
        r"'no_such_column'\. Call it on the run's features\.parquet to see where\.",
    ),
    "table": (lambda f, k, s: f, r"The scheme 'own' must give every customer a label"),
}


@pytest.mark.parametrize(("function", "sentence"), BAD.values(), ids=BAD)
def test_a_bad_function_is_refused_in_one_sentence(function, sentence):
    with pytest.raises(ConfigError, match=sentence) as error:
        learn_function(function, make_task(), "own")
    assert "\n" not in str(error.value)


def test_a_function_that_parts_equal_customers_is_refused():
    task = make_task(20)
    at = pd.concat([task.at, task.at.set_axis([f"d{i}" for i in range(20)])])
    with pytest.raises(
        ConfigError,
        match=r"The scheme 'own' must give equal customers equal labels, but \d+ of 40 "
        r"customers differ from others with the same features\. Do not label by "
        r"position, customer_id or chance\.",
    ):
        learn_function(by_chance, replace(task, at=at), "own")


def test_grid_scores_follow_the_payload_and_not_the_customers_at_hand():
    frame = make_task().features
    payload = rfm_payload(frame)
    r, f = grid_scores(payload, frame.iloc[:7])
    whole = grid_scores(payload, frame)
    assert np.array_equal(r, whole[0][:7])
    assert np.array_equal(f, whole[1][:7])

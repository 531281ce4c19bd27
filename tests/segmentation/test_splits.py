"""Whom the contest learns from and judges where customers got several campaigns."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from segtools.segmentation.entries import Rules
from segtools.segmentation.splits import (
    period_before,
    splits_of,
    task_of,
    the_same,
    weights_of,
    with_own_ids,
)

from .tasks import make_learning

CAMPAIGN = "respond_to_campaign"


def twice(learning: pd.DataFrame) -> pd.DataFrame:
    """Let every second customer have got two campaigns in each part."""
    again = learning[learning.groupby("part").cumcount() % 2 == 0]
    both = pd.concat([learning, again.assign(n_orders=again["n_orders"] + 1)])
    return both.sort_values(["part", "customer_id"], kind="stable", ignore_index=True)


@pytest.fixture
def learning() -> pd.DataFrame:
    return twice(make_learning(60, goal=CAMPAIGN))


def test_a_draw_takes_a_customer_with_all_campaigns_he_got(learning):
    splits = splits_of(learning, "out_of_time")
    (weights,) = weights_of(splits, 20, seed=1)
    judge = splits[0][1]
    assert weights.shape == (21, 90)
    assert (weights[0] == 1).all()
    for _, places in pd.Series(range(90)).groupby(judge.index.to_numpy()):
        assert (weights[:, places] == weights[:, [places.iloc[0]]]).all()
    first = ~judge.index.duplicated()
    assert (weights[:, first].sum(axis=1) == 60).all()


def test_without_repeats_draws_are_those_of_the_rows(rng):
    judge = pd.DataFrame({"outcome": rng.random(5)}, index=list("abcde"))
    (weights,) = weights_of([(judge, judge)], 3, seed=4)
    (shuffled,) = weights_of([(judge, judge[::-1])], 3, seed=4)
    assert np.array_equal(weights, shuffled)
    assert (weights.sum(axis=1) == 5).all()


def test_a_fold_holds_all_campaigns_that_its_customers_got(learning):
    folds = splits_of(learning, "cross_fitted")
    assert sum(len(judge) for _, judge in folds) == 90
    for learn, judge in folds:
        assert not set(learn.index) & set(judge.index)


def test_every_row_of_a_task_has_an_id_of_its_own(learning):
    learn, judge = splits_of(learning, "out_of_time")[0]
    task = task_of(learn, judge, Rules(CAMPAIGN), 3)
    assert task.features.index.is_unique
    assert task.at.index.is_unique
    assert task.outcome is not None
    assert task.outcome.index.equals(task.features.index)
    assert np.array_equal(task.outcome.to_numpy(), learn["outcome"].to_numpy())


def test_ids_stay_where_none_repeats():
    rows = pd.DataFrame({"x": [1, 2]}, index=["ann", "bob"])
    assert with_own_ids(rows) is rows


@pytest.mark.parametrize(
    ("part", "outcome", "said"),
    [
        ("judging_learn", 0.0, "None of the receivers learned from responded in time"),
        ("judging_learn", 1.0, "All receivers learned from responded in time"),
        ("judging_judge", 0.0, "None of the receivers judged responded in time"),
        ("judging_judge", 1.0, "All receivers judged responded in time"),
    ],
)
def test_a_response_of_all_or_none_is_said_in_its_own_words(
    learning, part, outcome, said
):
    learning.loc[learning["part"] == part, "outcome"] = outcome
    splits = splits_of(learning, "out_of_time")
    assert the_same(splits, CAMPAIGN).startswith(said)
    assert ("Check that conversions name" in the_same(splits, CAMPAIGN)) == (
        outcome == 0
    )


def test_outcomes_that_differ_can_be_judged(learning):
    assert the_same(splits_of(learning, "out_of_time"), CAMPAIGN) == ""
    assert the_same(splits_of(learning, "cross_fitted"), CAMPAIGN) == ""
    assert the_same([], CAMPAIGN) == ""


def test_other_goals_are_judged_where_the_judged_period_had_none():
    learning = make_learning(60, goal="win_back")
    learning.loc[learning["part"] == "judging_judge", "outcome"] = 0.0
    splits = splits_of(learning, "out_of_time")
    assert the_same(splits, "win_back") == ""
    assert the_same(splits, CAMPAIGN) != ""


def legs(judging: int, final: int, evidence: str = "out_of_time") -> dict:
    days = {"judging": judging, "final": final}
    return {
        "evidence": evidence,
        "legs": [{"name": n, "window_days": d} for n, d in days.items()],
    }


def test_the_period_before_teaches_where_it_looked_equally_far_back():
    learning = make_learning(60)
    found = period_before(learning, legs(180, 180), "grow_spend")
    rows = learning[learning["part"] == "judging_learn"]
    assert found is not None
    assert found.index.tolist() == rows["customer_id"].tolist()
    assert found["outcome"].tolist() == rows["outcome"].tolist()
    assert "part" not in found


@pytest.mark.parametrize(
    ("plan", "goal"),
    [
        (legs(90, 180), "grow_spend"),
        (legs(180, 180, "cross_fitted"), "grow_spend"),
        (legs(180, 180), CAMPAIGN),
        ({"evidence": "not_judged", "legs": []}, "understand"),
        ({}, "grow_spend"),
    ],
)
def test_no_other_period_teaches(plan, goal):
    assert period_before(make_learning(60), plan, goal) is None


def test_where_the_frame_has_no_such_period_none_teaches():
    learning = make_learning(60, parts=("final_learn",))
    assert period_before(learning, legs(180, 180), "grow_spend") is None

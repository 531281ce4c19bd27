"""The ceiling: three fixed learners, one prediction a customer."""

import numpy as np
import pytest

from segtools.segmentation.ceiling import learners, predict_each

from .tasks import make_task


@pytest.mark.parametrize("goal", ["grow_spend", "keep_customers", "win_back"])
def test_three_learners_are_fixed_for_every_goal(goal):
    assert len(learners(goal, seed=1)) == 3


@pytest.mark.parametrize("goal", ["grow_spend", "keep_customers"])
def test_each_learner_predicts_every_judged_customer_in_the_outcomes_unit(goal):
    task = make_task(goal=goal)
    outcome = task.outcome.to_numpy()
    found = predict_each(task.features, outcome, task.at, goal, seed=1)
    for predicted in found.values():
        assert predicted.shape == (300,)
        assert predicted.mean() == pytest.approx(outcome.mean(), rel=0.3)
        assert np.corrcoef(predicted, outcome)[0, 1] > 0.2
        if goal == "keep_customers":
            assert ((predicted >= 0) & (predicted <= 1)).all()


def test_the_same_seed_gives_the_same_predictions_whatever_the_columns_order():
    task = make_task(120)
    given = (task.outcome.to_numpy(), task.at, "grow_spend", 3)
    one = predict_each(task.features, *given)
    two = predict_each(task.features.iloc[:, ::-1], *given)
    assert all(np.array_equal(one[n], two[n]) for n in one)

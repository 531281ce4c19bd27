"""The goal scorecard is the booster itself, in whole points."""

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from threadpoolctl import threadpool_limits

from segtools.schema import DataError
from segtools.segmentation import scorecard
from segtools.segmentation.place import place, score
from segtools.segmentation.scorecard import (
    SCALE,
    bin_edges,
    expected_outcome,
    learn_scorecard,
    points,
    replicate,
    taught_by,
)

from .tasks import draw_features, draw_outcome, make_task

GOALS = {"grow_spend": "log", "keep_customers": "logit"}


def booster_of(task, upper, link, weights=None):
    """Fit the same booster once more and let it predict, on the link's scale."""
    columns = [scorecard._codes(task.features[n], upper[n]) for n in upper]
    codes = np.column_stack([*columns, np.zeros(len(task.features))])
    outcome = scorecard._outcome(task)
    model = scorecard._fit(codes, outcome, link, weights)
    return scorecard._raw(model, codes, link)


@pytest.mark.parametrize(("goal", "link"), GOALS.items())
def test_base_and_points_add_up_to_the_boosters_prediction(goal, link):
    task = make_task(goal=goal)
    upper = bin_edges(task.features)
    payload = points(task.features, scorecard._outcome(task), upper, link)
    wrong = score(payload, task.features) - SCALE * booster_of(task, upper, link)
    assert np.abs(wrong).max() <= 1.5 * len(upper)


def test_points_of_a_weighted_sample_are_the_weighted_boosters(rng):
    task = make_task()
    weights = rng.integers(0, 3, len(task.features)).astype(float)
    upper = bin_edges(task.features)
    outcome = scorecard._outcome(task)
    payload = points(task.features, outcome, upper, "log", weights)
    exact = booster_of(task, upper, "log", weights)
    wrong = score(payload, task.features) - SCALE * exact
    assert np.abs(wrong).max() <= 1.5 * len(upper)


def test_points_are_whole_and_zero_on_average_over_those_learned_from():
    task = make_task()
    payload = learn_scorecard(task).payload
    for name, bins in payload["bins"].items():
        assert all(isinstance(p, int) for p in [*bins["points"], bins["missing"] or 0])
        alone = payload | {"base": 0, "bins": {name: bins}}
        assert abs(score(alone, task.features).mean()) <= 1
    assert isinstance(payload["base"], int)
    assert all(isinstance(c, int) for c in payload["cuts"])


@pytest.mark.parametrize("goal", GOALS)
def test_expected_outcomes_average_to_what_happened(goal):
    task = make_task(600, goal=goal)
    payload = learn_scorecard(task).payload
    expected = expected_outcome(score(payload, task.features), payload["link"])
    assert expected.mean() == pytest.approx(scorecard._outcome(task).mean(), rel=0.02)


def test_a_probability_lies_between_zero_and_one():
    assert expected_outcome(np.array([0]), "logit") == 0.5
    assert expected_outcome(np.array([0]), "log") == 1.0


@given(st.lists(st.integers(-3, 12), min_size=1, max_size=40))
def test_bins_are_at_values_and_never_part_equal_ones(values):
    edges = bin_edges(pd.DataFrame({"x": np.array(values, dtype=float)}))
    if len(set(values)) == 1:
        assert edges == {}
        return
    assert edges["x"] == sorted(set(edges["x"]))
    assert set(edges["x"]) <= set(values) - {max(values)}
    assert len(edges["x"]) <= scorecard.N_BINS - 1 + scorecard.N_TAIL


def test_the_last_sixteenth_is_parted_at_the_last_32nd_and_64th():
    frame = pd.DataFrame({"x": np.arange(1, 641, dtype=float)})
    edges = bin_edges(frame)["x"]
    assert edges[:2] == [40.0, 80.0]
    assert edges[-3:] == [600.0, 620.0, 630.0]
    assert len(edges) == 17


def test_features_without_two_values_get_no_points():
    frame = pd.DataFrame({"a": [1.0, 1.0], "b": [np.nan] * 2, "c": [1.0, 2.0]})
    assert bin_edges(frame) == {"c": [1.0]}


def test_an_upper_edge_belongs_to_the_lower_bin():
    task = make_task()
    payload = learn_scorecard(task).payload
    row = task.features.iloc[[0]].fillna(1.0)
    for name, bins in payload["bins"].items():
        edge, (low, high, *_) = bins["upper"][0], bins["points"]
        at, above = (
            score(payload, row.assign(**{name: x}))[0]
            for x in (edge, np.nextafter(edge, np.inf))
        )
        assert above - at == high - low


def test_a_score_equal_to_a_cut_goes_up():
    payload = {
        "kind": "scorecard",
        "base": 0,
        "cuts": [10, 20],
        "bins": {"x": {"upper": [1.0, 2.0, 3.0], "points": [9, 10, 19, 20]}},
    }
    payload["bins"]["x"]["missing"] = None
    at = place(payload, pd.DataFrame({"x": [1.0, 2.0, 3.0, 4.0]}))
    assert at.labels.tolist() == [2, 1, 1, 0]
    assert at.runner_up.tolist() == [1, 2, 0, 1]


def test_a_value_missing_now_but_never_before_counts_nothing_and_is_flagged():
    task = make_task()
    payload = learn_scorecard(task).payload
    assert payload["bins"]["evening_share"]["missing"] is None
    assert payload["bins"]["interval_days"]["missing"] is not None
    now = task.at.iloc[:5].fillna(10.0)
    bins = payload["bins"].copy()
    del bins["evening_share"]
    without = score(payload | {"bins": bins}, now)
    gone = now.assign(evening_share=np.nan)
    assert score(payload, gone).tolist() == without.tolist()
    assert place(payload, gone).reduced.all()
    assert not place(payload, now.assign(interval_days=np.nan)).reduced.any()


def test_a_missing_value_that_was_known_in_learning_has_points_of_its_own():
    task = make_task()
    bins = learn_scorecard(task).payload["bins"]["interval_days"]
    payload = {"base": 3, "bins": {"interval_days": bins}}
    frame = pd.DataFrame({"interval_days": [np.nan]})
    assert score(payload, frame)[0] == 3 + bins["missing"]


def test_values_beyond_the_bins_get_the_outermost_points():
    payload = learn_scorecard(make_task()).payload
    bins = payload["bins"]["spend_total"]
    alone = {"base": 0, "bins": {"spend_total": bins}}
    far = pd.DataFrame({"spend_total": [-1e12, 1e12, np.inf]})
    ends = [bins["points"][0], bins["points"][-1], bins["points"][-1]]
    assert score(alone, far).tolist() == ends


def test_label_zero_expects_most_and_bands_are_in_order():
    task = make_task(600)
    learned = learn_scorecard(task)
    labels = learned.labels(task.at)
    total = score(learned.payload, task.at)
    ranges = [(total[labels == b].min(), total[labels == b].max()) for b in range(4)]
    assert all(high[0] > low[1] for high, low in pairwise(ranges))


@pytest.mark.parametrize("goal", GOALS)
def test_bands_hold_the_smallest_share_of_those_to_be_segmented(goal):
    task = make_task(goal=goal, n_segments=6, min_share=0.12)
    labels = learn_scorecard(task).labels(task.at)
    sizes = np.bincount(labels)
    assert 2 <= len(sizes) <= 6
    assert sizes.min() >= 0.12 * len(task.at)


def test_the_order_of_columns_changes_nothing():
    task = make_task()
    turned = replace(
        task, features=task.features.iloc[:, ::-1], at=task.at.iloc[:, ::-1]
    )
    assert learn_scorecard(turned).payload == learn_scorecard(task).payload


def test_the_order_of_rows_changes_nothing_once_they_are_sorted(rng):
    task = make_task()
    rows = rng.permutation(len(task.features))
    shuffled = task.features.iloc[rows].sort_index()
    again = replace(
        task, features=shuffled, outcome=task.outcome.iloc[rows].sort_index()
    )
    assert learn_scorecard(again).payload == learn_scorecard(task).payload


@pytest.mark.parametrize("threads", [1, 4])
def test_the_number_of_threads_changes_nothing(threads):
    task = make_task()
    plain = learn_scorecard(task).payload
    with threadpool_limits(threads):
        assert learn_scorecard(task).payload == plain


def test_the_seed_changes_nothing():
    one, two = (learn_scorecard(make_task(seed=0)).payload for _ in range(2))
    task = make_task(seed=0)
    assert one == two == learn_scorecard(replace(task, seed=99)).payload


def test_multiplying_all_money_leaves_points_and_bands_alone():
    task = make_task()
    dear = {
        "features": task.features.assign(spend_total=task.features["spend_total"] * 4),
        "at": task.at.assign(spend_total=task.at["spend_total"] * 4),
        "outcome": task.outcome * 4,
    }
    before, after = learn_scorecard(task), learn_scorecard(replace(task, **dear))
    assert np.array_equal(before.labels(task.at), after.labels(dear["at"]))


def test_one_giant_customer_does_not_carry_the_points():
    task = make_task()
    outcome = task.outcome.copy()
    outcome.iloc[outcome.argmax()] *= 1000
    giant = learn_scorecard(replace(task, outcome=outcome)).payload
    assert giant["bins"] == learn_scorecard(task).payload["bins"]


def test_refunds_are_no_negative_spend():
    task = make_task()
    outcome = task.outcome.where(task.outcome > 20, -5.0)
    zero = task.outcome.where(task.outcome > 20, 0.0)
    assert (
        learn_scorecard(replace(task, outcome=outcome)).payload
        == learn_scorecard(replace(task, outcome=zero)).payload
    )


def test_spending_rarer_than_the_cap_still_teaches():
    task = make_task()
    outcome = pd.Series(0.0, task.features.index)
    outcome[task.features["spend_total"].nlargest(2).index] = 50.0
    payload = learn_scorecard(replace(task, outcome=outcome)).payload
    assert payload["bins"]["spend_total"]["points"][-1] > 0


@pytest.mark.parametrize("goal", GOALS)
def test_an_outcome_that_never_varies_is_refused_in_words(goal):
    task = make_task(goal=goal)
    same = replace(task, outcome=task.outcome * 0)
    with pytest.raises(
        DataError,
        match=r"The outcome must differ between customers, but it is the same for "
        r"all 300 of them\. Use method: rules or clusters\.",
    ):
        learn_scorecard(same)


@pytest.mark.parametrize("goal", GOALS)
def test_features_that_never_vary_give_one_band_at_the_mean(goal):
    task = make_task(goal=goal)
    flat = task.features * 0 + 1
    payload = learn_scorecard(replace(task, features=flat, at=flat)).payload
    mean = scorecard._outcome(task).mean()
    assert payload["bins"] == {}
    assert payload["cuts"] == []
    assert expected_outcome(payload["base"], payload["link"]) == pytest.approx(
        mean, rel=1e-3
    )


def test_a_replicate_has_the_models_bins_and_moves_with_the_sample(rng):
    task = make_task()
    payload = learn_scorecard(task).payload
    rows = rng.integers(300, size=300)
    again = replicate(task, payload, rows)
    assert again == replicate(task, payload, rows[::-1])
    assert again["points"].keys() == payload["bins"].keys()
    assert again["points"] != {n: b["points"] for n, b in payload["bins"].items()}
    assert len(again["cuts"]) <= 3


def period_before(n=300, seed=0, goal="grow_spend", **more):
    """Draw another period of the same shop: who likes it buys more there, too."""
    task = make_task(n, seed, goal, **more)
    return task.features.assign(outcome=task.outcome)


def liking(n, seed):
    return np.random.default_rng(seed).normal(size=n)


@pytest.mark.parametrize("goal", GOALS)
def test_a_period_before_tells_more_of_who_does_better(goal):
    gained = []
    for seed in range(5):
        task = make_task(150, seed, goal)
        both = replace(task, earlier=period_before(1500, seed + 50, goal))
        at = draw_features(np.random.default_rng(seed), liking(2000, 99))
        told = [
            np.corrcoef(score(learn_scorecard(t).payload, at), liking(2000, 99))[0, 1]
            for t in (task, both)
        ]
        gained.append(told[1] - told[0])
    assert np.mean(gained) > 0.02
    assert min(gained) > 0


@pytest.mark.parametrize("goal", GOALS)
def test_the_level_is_that_of_the_last_period_whatever_the_one_before(goal):
    task = make_task(600, 3, goal)
    rng = np.random.default_rng(4)
    sale = liking(600, 3) + 2.0
    earlier = period_before(600, 3, goal)
    earlier["outcome"] = draw_outcome(rng, sale, goal, noise=False)
    assert earlier["outcome"].mean() > 1.4 * task.outcome.mean()
    payload = learn_scorecard(replace(task, earlier=earlier)).payload
    features, outcome, _ = scorecard._lessons(replace(task, earlier=earlier))
    mixed = points(features, outcome, bin_edges(features), payload["link"])
    mean = scorecard._outcome(task).mean()
    found, between = (
        expected_outcome(score(p, task.features), p["link"]).mean()
        for p in (payload, mixed)
    )
    assert found == pytest.approx(mean, rel=0.1)
    assert between > 1.15 * mean


def test_a_period_before_in_which_nothing_differed_teaches_nothing():
    task = make_task()
    for same in (0.0, 7.0):
        earlier = task.features.assign(outcome=same)
        both = learn_scorecard(replace(task, earlier=earlier))
        assert both.payload == learn_scorecard(task).payload


def test_everybody_who_teaches_is_drawn_once_with_both_periods(monkeypatch):
    task = make_task(40)
    before = period_before(60).iloc[20:]
    task = replace(task, earlier=before)
    payload, people = learn_scorecard(task).payload, taught_by(task)
    assert people.is_unique
    assert set(people) == {*task.features.index, *before.index}
    seen = []

    def remembered(features, outcome, upper, link, weights, period):
        seen.append(pd.DataFrame({"weight": weights, "period": period}, features.index))
        return points(features, outcome, upper, link, weights, period)

    monkeypatch.setattr(scorecard, "points", remembered)
    rows = np.repeat(np.arange(len(people)), np.arange(len(people)) % 3)
    replicate(task, payload, rows)
    drawn = pd.Series(np.arange(len(people)) % 3, people, dtype=float)
    assert seen[0]["weight"].tolist() == drawn[seen[0].index].tolist()
    assert seen[0]["period"].tolist() == [0.0] * 40 + [1.0] * 40

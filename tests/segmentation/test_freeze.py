"""Freezing: learn before the origin, assign at it, for everybody."""

import json
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from segtools.schema import ConfigError, DataError
from segtools.segmentation import freeze as freezing
from segtools.segmentation.contest import Contest, Entry, Rules, run_contest
from segtools.segmentation.freeze import (
    final_task,
    fit_sample,
    freeze,
    pick_scheme,
    replicates,
    segment_ranks,
)
from segtools.segmentation.model import SegmentModel, everyone
from segtools.segmentation.names import describe_model
from segtools.segmentation.scheme import Learned, remove_scheme, scheme
from segtools.segmentation.scorecard import learn_scorecard

from .tasks import make_learning, make_task, population

PLAN = {"evidence": "out_of_time", "sentence": "", "legs": []}


@pytest.fixture(autouse=True)
def _few_replicates(monkeypatch):
    monkeypatch.setattr(freezing, "N_REPLICATES", 4)


def contest_for(method="goal", n=4, goal="grow_spend", plan=PLAN):
    return Contest(Rules(goal, n, method=method), dict(plan))


def test_the_final_leg_learns_before_and_assigns_at_the_origin():
    learning, people = make_learning(), population()
    task = final_task(learning, people, Rules("grow_spend"), 4)
    rows = learning[learning["part"] == "final_learn"]
    assert task.features.index.tolist() == rows["customer_id"].tolist()
    assert task.outcome.tolist() == rows["outcome"].tolist()
    assert task.at["spend_total"].tolist() == people["spend_total"].dropna().tolist()
    assert not {"outcome", "part"} & set(task.features)


def test_without_a_final_leg_the_features_at_the_origin_teach():
    nothing = pd.DataFrame({"part": [], "customer_id": [], "outcome": []}, dtype=object)
    task = final_task(nothing, population(), Rules("understand"), 4)
    assert task.outcome is None
    pd.testing.assert_frame_equal(task.features, task.at)


BOTH = PLAN | {
    "legs": [
        {"name": "judging", "window_days": 180},
        {"name": "final", "window_days": 180},
    ]
}


def test_the_period_before_teaches_the_frozen_model_too():
    learning, people = make_learning(), population()
    task = final_task(learning, people, Rules("grow_spend"), 4, BOTH)
    rows = learning[learning["part"] == "judging_learn"]
    assert task.earlier["outcome"].tolist() == rows["outcome"].tolist()
    one, both = (
        freeze(contest_for(plan=p), learning, people, []) for p in (PLAN, BOTH)
    )
    assert both.payload["bins"] != one.payload["bins"]
    changed = learning.assign(
        outcome=learning["outcome"].where(learning["part"] != "judging_judge", -1.0)
    )
    assert freeze(contest_for(plan=BOTH), changed, people, []) == both


def test_who_stands_apart_teaches_nothing_in_either_period():
    learning, people = make_learning(), population()
    rules = Rules("grow_spend", apart=("dormant",), window_days=40)
    plan = {**BOTH, "legs": [leg | {"window_days": 40} for leg in BOTH["legs"]]}
    task = final_task(learning, people, rules, 4, plan)
    assert 0 < len(task.earlier) < 300
    for rows in (task.features, task.earlier):
        assert rows["recency_days"].max() <= 40


def test_a_sample_is_taken_of_both_periods():
    task = make_task(200)
    before = task.features.assign(outcome=task.outcome)
    some = fit_sample(replace(task, earlier=before), 40)
    assert len(some.features) == len(some.outcome) == len(some.earlier) == 40
    assert some.outcome.index.equals(some.features.index)


def test_the_smallest_share_is_one_of_everybody():
    task = final_task(make_learning(), population(300, dormant=150), Rules("x"), 4)
    assert task.min_share == pytest.approx(0.03 * 2)
    assert len(task.at) == 150


@pytest.mark.parametrize("method", ["goal", "rules", "clusters", "ward", "mixture"])
def test_segments_hold_the_smallest_share_of_the_whole_population(method):
    people = population(300, dormant=100)
    contest = Contest(Rules("grow_spend", 5, 0.1, method=method), dict(PLAN))
    model = freeze(contest, make_learning(), people, [])
    sizes = model.assign(people)["segment_id"].value_counts()
    assert sizes.min() >= 0.1 * len(people)
    assert len(sizes) >= 2


def test_the_winner_is_frozen_with_the_number_it_was_asked_for():
    contest = contest_for("auto")
    contest.winner = Entry("clusters", "k-means", "scheme", asked=3)
    assert (pick_scheme(contest)[0].name, pick_scheme(contest)[1]) == ("clusters", 3)
    assert len(freeze(contest, make_learning(), population(), []).segments) == 3


@pytest.mark.parametrize("method", ["ward", "mixture"])
def test_other_methods_are_frozen_replicated_and_read_back(method):
    people = population()
    model = freeze(contest_for(method), make_learning(), people, [])
    again = SegmentModel.from_record(json.loads(json.dumps(model.record())))
    assigned = model.assign(people)
    pd.testing.assert_frame_equal(again.assign(people), assigned)
    assert len(model.replicates) == 4
    bought = people["recency_days"].notna()
    assert assigned["confidence"][bought].between(0, 1).all()
    assert assigned["confidence"][bought].mean() > 0.4
    assert (assigned["runner_up"] != assigned["segment_id"]).all()


@pytest.mark.parametrize("method", ["goal", "rules", "clusters", "ward", "mixture"])
def test_freezing_twice_gives_the_same_model(method):
    one, two = (
        freeze(contest_for(method), make_learning(), population(), []).record()
        for _ in range(2)
    )
    assert one == two


@pytest.mark.parametrize("method", ["goal", "rules", "clusters", "ward", "mixture"])
def test_the_judging_leg_teaches_the_final_model_nothing(method):
    learning = make_learning()
    other = learning.copy()
    early = other["part"] != "final_learn"
    other.loc[early, "outcome"] = -1.0
    other.loc[early, "spend_total"] = 0.0
    one, two = (
        freeze(contest_for(method), rows, population(), []).record()
        for rows in (learning, other)
    )
    assert one == two


def test_new_models_are_numbered_by_rank():
    model = freeze(contest_for(), make_learning(), population(), [])
    assert [s["segment_id"] for s in model.segments] == ["S01", "S02", "S03", "S04"]
    assert [s["rank"] for s in model.segments] == [1, 2, 3, 4]
    assert model.next_number == 5


def test_clusters_are_ranked_by_what_they_did_next():
    learning = make_learning(600)
    model = freeze(contest_for("clusters"), learning, population(), [])
    rows = learning[learning["part"] == "final_learn"].reset_index(drop=True)
    own = model.assign(rows)["segment_id"].to_numpy()
    assert rows["outcome"].groupby(own).mean().is_monotonic_decreasing


def test_a_label_nobody_had_before_ranks_last():
    task = make_task()
    at_only = Learned(
        lambda F: np.where(F["spend_total"] > 1e6, 0, 1), {"kind": "rules"}
    )
    rich = replace(task, at=task.at.assign(spend_total=2e6))
    assert segment_ranks(rich, at_only) == [2, 1]


def test_one_segment_is_everyone():
    same = population().assign(
        spend_total=1.0, n_orders=1.0, interval_days=1.0, evening_share=0.0
    )
    same["recency_days"] = 1.0
    assert freeze(contest_for("rules"), make_learning(), same, []) == everyone()


def test_an_outcome_that_never_varies_is_refused_in_words_for_a_scorecard():
    with pytest.raises(DataError, match=r"The outcome must differ between customers"):
        freeze(contest_for(), make_learning().assign(outcome=0.0), population(), [])


def test_a_sample_is_spread_over_spend_and_keeps_outcomes_with_customers():
    task = make_task(500)
    task = replace(task, outcome=task.features["spend_total"] * 2)
    some = fit_sample(task, 50)
    assert len(some.features) == len(some.outcome) == 50
    assert (some.outcome == some.features["spend_total"] * 2).all()
    assert some.features.index.is_monotonic_increasing
    assert some.at is task.at
    for q in (0.1, 0.5, 0.9):
        whole, part = (t.features["spend_total"].quantile(q) for t in (task, some))
        assert part == pytest.approx(whole, rel=0.15)
    assert some.features["spend_total"].max() == task.features["spend_total"].max()


def test_a_sample_does_not_depend_on_the_order_of_the_rows(rng):
    task = make_task(200)
    rows = rng.permutation(200)
    shuffled = replace(
        task, features=task.features.iloc[rows], outcome=task.outcome.iloc[rows]
    )
    one, two = (set(fit_sample(t, 40).features.index) for t in (task, shuffled))
    assert one == two


def test_few_enough_customers_are_all_learned_from():
    task = make_task(50)
    assert fit_sample(task, 50) is task


def test_everybody_is_assigned_although_a_sample_teaches():
    model = freeze(contest_for(), make_learning(), population(), [], 120)
    assert len(model.assign(population())) == 300


def test_replicates_follow_the_seed_and_rules_have_none():
    task = make_task()
    learned = learn_scorecard(task)
    assert replicates(task, learned) == replicates(task, learned)
    assert replicates(task, learned) != replicates(replace(task, seed=2), learned)
    assert replicates(task, Learned(learned.labels, {"kind": "rules"})) == []


def test_the_simulated_shop_is_frozen_with_units_from_the_catalogue(market, model):
    units = {e["name"]: e["unit"] for e in market.catalogue}
    assert model.features
    assert all(f["unit"] == units[f["name"]] for f in model.features)
    given = model.assign(market.features)
    assert len(given) == len(market.features)
    assert given["segment_id"].value_counts(normalize=True).min() >= 0.03


def test_an_own_scheme_with_too_small_a_segment_is_refused_when_asked_for():
    @scheme("lonely", label="One against all")
    def lonely(features, n_segments, seed):
        return features["spend_total"].rank(method="first") == 1

    try:
        features = pd.DataFrame(
            {
                "customer_id": [f"c{i:03d}" for i in range(200)],
                "recency_days": 1.0,
                "spend_total": np.arange(200.0),
            }
        )
        learning = pd.DataFrame({"part": [], "customer_id": [], "outcome": []})
        contest = Contest(
            Rules("understand", method="lonely"),
            {"evidence": "not_judged", "sentence": "Nothing to judge."},
        )
        with pytest.raises(
            ConfigError, match=r"'lonely' holds 0\.5%\. Lower min_share"
        ):
            freeze(contest, learning, features, [])
    finally:
        remove_scheme("lonely")


@pytest.mark.parametrize(
    ("method", "names"),
    [
        ("spend_quintiles", {"Lowest fifth by spend", "Top fifth by spend"}),
        ("rfm_grid", {"Champions", "Hibernating", "New"}),
    ],
)
def test_a_plain_way_that_is_asked_for_wins_and_keeps_its_names(method, names):
    learning = make_learning(n=600)
    rules = Rules("grow_spend", 5, min_share=0.0, method=method)
    contest = run_contest(learning, PLAN, rules)
    assert contest.winner.scheme == method
    features = learning[learning["part"] == "final_learn"].reset_index(drop=True)
    features = features.drop(columns=["part", "outcome"])
    model = freeze(contest, learning, features, [])
    assert names <= set(describe_model(model, features))
    assert model.assign(features)["confidence"].isna().all()


def test_a_grid_whose_cells_are_too_small_is_refused_with_a_way_out():
    learning = make_learning(n=600)
    rules = Rules("grow_spend", 5, min_share=0.09, method="rfm_grid")
    contest = run_contest(learning, PLAN, rules)
    assert contest.winner is None
    features = learning[learning["part"] == "final_learn"].reset_index(drop=True)
    features = features.drop(columns=["part", "outcome"])
    with pytest.raises(ConfigError, match="or use method: rules, which joins cells"):
        freeze(contest, learning, features, [])

"""Whoever stands apart is one more group of every scheme, and teaches none of them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from segtools.segmentation import contest as module
from segtools.segmentation import freeze as freezing
from segtools.segmentation.alternatives import Prepared, learn_alternative
from segtools.segmentation.apart import DORMANT, NO_ORDERS
from segtools.segmentation.apart_scheme import (
    awake,
    days_at_origin,
    days_judged,
    others,
    settled,
    settled_sentence,
    standing_apart,
)
from segtools.segmentation.baselines import learn_random
from segtools.segmentation.contest import record, run_contest
from segtools.segmentation.entries import Rules
from segtools.segmentation.freeze import final_task, freeze
from segtools.segmentation.rules import learn_function
from segtools.segmentation.scheme import Scheme, known_scheme, schemes
from segtools.segmentation.splits import splits_of
from segtools.segmentation.structure import Structure
from segtools.segmentation.verdict import decide
from segtools.segmentation.weighing import weigh

from .tasks import make_learning, make_task

DAYS = 120
LEGS = [
    {"name": "judging", "window_days": 90},
    {"name": "final", "window_days": DAYS},
]
PLAN = {"evidence": "out_of_time", "sentence": "Judged later.", "legs": LEGS}
SEPARATE = Rules("grow_spend", 4, min_share=0.03, smallest_cell=10, dormant="separate")


@pytest.fixture(autouse=True, scope="module")
def _few():
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "N_DRAWS", 60)
        patch.setattr(freezing, "N_REPLICATES", 3)
        yield


def with_sleepers(frame: pd.DataFrame, share: float = 0.2) -> pd.DataFrame:
    """Let the customers with the lowest ids be dormant at every origin."""
    n = frame["customer_id"].nunique()
    asleep = frame["customer_id"] < f"c{round(share * n):04d}"
    frame = frame.copy()
    frame.loc[asleep, ["n_orders", "spend_total"]] = 0.0
    frame.loc[asleep, "interval_days"] = np.nan
    frame["recency_days"] = frame["recency_days"].clip(upper=DAYS - 40)
    frame.loc[asleep, "recency_days"] = 300.0
    if "outcome" in frame:
        frame.loc[asleep, "outcome"] = 0.0
    return frame


def learned(n: int = 400, share: float = 0.2) -> pd.DataFrame:
    return with_sleepers(make_learning(n, seed=1), share)


def at_origin(learning: pd.DataFrame, never: int = 0) -> pd.DataFrame:
    """Take the last origin for the present, and add some who never ordered."""
    rows = learning[learning["part"] == "final_learn"]
    people = rows.drop(columns=["part", "outcome"]).reset_index(drop=True)
    lost = pd.DataFrame({"customer_id": [f"n{i}" for i in range(never)]})
    return pd.concat([people, lost], ignore_index=True)


def apart_of(people: pd.DataFrame, **more) -> Rules:
    return settled(replace(SEPARATE, **more), people, PLAN)


def test_by_default_everybody_joins():
    people = at_origin(learned(), never=40)
    rules = settled(Rules("grow_spend"), people, PLAN)
    assert rules.apart == ()
    assert others(people, rules, PLAN) is not None
    assert len(others(people, rules, PLAN)) == 440
    assert settled_sentence(rules, people, PLAN) == (
        "Dormant customers and those without any order get one of the segments: set "
        "dormant to separate if they are to stand apart."
    )


def test_both_kinds_stand_apart_where_there_are_enough_of_each():
    people = at_origin(learned(), never=40)
    rules = apart_of(people)
    assert rules.apart == (DORMANT, NO_ORDERS)
    assert len(others(people, rules, PLAN)) == 320
    assert settled_sentence(rules, people, PLAN).replace("\u202f", " ") == (
        "Apart, by rule, stand Dormant customers (18 % of all) and Customers without "
        "any order (9.1 % of all); dormant is whose last order lies more than 120 days "
        "back."
    )


@pytest.mark.parametrize("never", [0, 1, 9])
def test_a_kind_that_could_not_be_shown_joins_and_is_not_counted(never):
    people = at_origin(learned(), never=never)
    rules = apart_of(people)
    assert rules.apart == (DORMANT,)
    said = settled_sentence(rules, people, PLAN)
    assert said.endswith(
        "Customers without any order are fewer than 10 or none, and join."
    )
    assert f"({never}" not in said


def test_where_both_are_few_nobody_stands_apart():
    people = at_origin(learned(share=0.0), never=9)
    rules = apart_of(people)
    assert rules.apart == ()
    assert "Nobody stands apart: dormant are fewer than 10 customers or none" in (
        settled_sentence(rules, people, PLAN)
    )


def test_a_team_without_actions_for_more_has_nobody_apart():
    people = at_origin(learned(), never=40)
    assert apart_of(people, max_actions=3).apart == ()
    said = settled_sentence(apart_of(people, max_actions=3), people, PLAN)
    assert "the team can run 3 different actions" in said
    rules = apart_of(people, n_segments="auto", max_actions=5)
    assert rules.apart == (DORMANT, NO_ORDERS)
    assert rules.sizes == (3,)


def test_where_hardly_anybody_is_left_nobody_stands_apart():
    people = at_origin(learned(share=0.97))
    rules = apart_of(people)
    assert rules.apart == ()
    assert "too few customers ordered in the window" in (
        settled_sentence(rules, people, PLAN)
    )


def test_each_leg_has_the_window_that_it_looks_back():
    assert (days_judged(SEPARATE, PLAN), days_at_origin(SEPARATE, PLAN)) == (90, DAYS)
    crossed = PLAN | {"evidence": "cross_fitted"}
    assert days_judged(SEPARATE, crossed) == DAYS
    nothing = {"evidence": "not_judged", "legs": []}
    assert days_at_origin(SEPARATE, nothing) == SEPARATE.window_days


def test_the_method_learns_from_the_others_alone_whatever_the_dormant_do():
    seen = []

    def halves(features, n_segments, seed):
        seen.append(features)
        return (features["spend_total"] > features["spend_total"].median()).astype(int)

    own = Scheme("halves", "Halves", lambda t: learn_function(halves, t, "halves"))
    rules = replace(SEPARATE, apart=(DORMANT,))
    [(learn, judge)] = splits_of(learned(), "out_of_time")
    task = make_task(min_share=0.1)
    task = replace(
        task,
        features=learn.drop(columns="outcome"),
        outcome=learn["outcome"],
        at=judge.drop(columns="outcome"),
    )
    found = standing_apart(own, rules, 90).learn(task)
    assert found.n_apart == 1
    labels = found.labels(task.at)
    asleep = task.at["recency_days"].to_numpy() > 90
    assert (labels[asleep] == 0).all()
    assert set(labels[~asleep]) == {1, 2}
    assert all(f["recency_days"].max() <= 90 for f in seen)


def test_in_the_contest_they_are_one_more_group_of_every_scheme():
    learning = learned()
    rules = apart_of(at_origin(learning))
    contest = run_contest(learning, PLAN, rules)
    asleep = learning[learning["part"] == "judging_judge"]["recency_days"] > 90
    for entry in contest.entries:
        if entry.role == "ceiling":
            continue
        [(_, groups)] = entry.labels
        assert ((groups == 0) == asleep.to_numpy()).all()
        assert entry.n_segments == len(np.unique(groups)) - 1
        sizes = np.bincount(groups)[1:]
        assert entry.smallest_share == sizes[sizes > 0].min() / len(groups)
        assert len(entry.draws["gini"]) == 61
    assert record(contest)["apart"] == [DORMANT]


def test_random_groups_are_given_the_same_group_so_that_it_wins_nothing():
    learning = learned()
    rules = apart_of(at_origin(learning))
    # Outcomes of the others dealt out anew: only who sleeps tells anything.
    mixed = learning.copy()
    awake_rows = mixed["recency_days"] <= 90
    rng = np.random.default_rng(0)
    mixed.loc[awake_rows, "outcome"] = rng.permutation(mixed.loc[awake_rows, "outcome"])
    some = [known_scheme("rules"), *schemes("baseline")]
    held = run_contest(mixed, PLAN, rules, among=some)
    plain = run_contest(mixed, PLAN, replace(rules, apart=()), among=some)
    assert plain.over(plain.entry("rules"), "random")["low"] > 0
    assert held.over(held.entry("rules"), "random")["low"] <= 0


def test_the_smallest_share_stays_one_of_everybody():
    learning = learned()
    people = at_origin(learning, never=80)
    rules = apart_of(people, min_share=0.05)
    task = final_task(learning, people, rules, 4, PLAN)
    assert len(task.at) == len(task.features) == 320
    assert task.min_share * 320 == pytest.approx(0.05 * 480)


def test_the_frozen_model_has_them_beside_the_segments_asked_for():
    learning = learned()
    people = at_origin(learning, never=40)
    rules = apart_of(people, method="goal", n_segments=3)
    contest = weigh(run_contest(learning, PLAN, rules), learning).contest
    model = freeze(contest, learning, people, [])
    assert len(model.segments) <= 3
    assert [r["extra"] for r in model.extra] == [DORMANT, NO_ORDERS]
    assert model.extra[0]["after_days"] == DAYS
    ids = [s["segment_id"] for s in model.every]
    assert ids == sorted(set(ids))
    given = model.assign(people).groupby("segment_id").size()
    assert given[[r["segment_id"] for r in model.extra]].tolist() == [80, 40]
    assert given.sum() == 440
    structure = Structure("constructed", 3, "No groups.", {})
    verdict = decide(
        structure,
        contest,
        adequacy="green",
        force=False,
        n_segments=len(model.segments),
    )
    assert verdict["n_segments"] == len(model.segments)
    assert verdict["apart"] == [DORMANT, NO_ORDERS]
    assert verdict["sentence"].endswith(
        "Dormant customers and customers without any order stand apart, by rule."
    )
    refused = decide(structure, contest, adequacy="red", force=False, n_segments=3)
    assert refused["apart"] == []


def test_row_order_changes_nothing():
    learning = learned()
    people = at_origin(learning, never=40)
    rules = apart_of(people, method="rules")
    shuffled = learning.sample(frac=1, random_state=3)
    turned = people.sample(frac=1, random_state=4)
    one = freeze(run_contest(learning, PLAN, rules), learning, people, [])
    two = freeze(run_contest(shuffled, PLAN, rules), shuffled, turned, [])
    assert one.record() == two.record()


def test_a_leg_where_all_others_did_the_same_has_one_segment_and_no_crash():
    learning = learned()
    awake_rows = learning["recency_days"] <= 90
    learning.loc[awake_rows, "outcome"] = 5.0
    rules = apart_of(at_origin(learning))
    contest = run_contest(learning, PLAN, rules, among=[known_scheme("goal")])
    assert contest.winner is None
    assert {e.why_not for e in contest.entries} == {"It found only one segment."}


def test_random_groups_alone_are_still_chance():
    task = make_task()
    plain = Scheme("random", "Random", learn_random)
    rules = replace(SEPARATE, apart=(NO_ORDERS,))
    labels = standing_apart(plain, rules, 90).learn(task).labels(task.at)
    assert (labels == learn_random(task).labels(task.at) + 1).all()


def test_another_choice_of_the_run_has_them_apart_as_the_run_does():
    learning = learned()
    people = at_origin(learning, never=40)
    rules = replace(SEPARATE, method="rules", n_segments=3)
    data = Prepared(people, learning, PLAN, "green")
    structure = Structure("constructed", 3, "No groups.", {})
    found = learn_alternative(data, structure, rules)
    k = found.facts["n_segments"]
    assert 2 <= k <= 3
    counts = found.segments.value_counts()
    assert counts[[k + 1, k + 2]].tolist() == [80, 40]
    assert found.expected[k + 1] == 0.0
    assert k + 2 not in found.expected
    own = awake(people, apart_of(people), DAYS)
    assert (found.segments[own] <= k).all()

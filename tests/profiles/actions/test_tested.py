"""What an experiment has measured stands in for what was assumed."""

import pytest

from segtools.profiles.actions import priority_sentences
from segtools.profiles.actions.build import Terms, build_actions

KNOWN = {f"S0{i}": {"mean": 40.0, "sd": 25.0, "n": 200} for i in (1, 2)}


def built(cards, tested, goal="grow_spend", criteria=None):
    terms = Terms(
        goal=goal, days=90, currency="EUR", criteria=criteria or {"value": 100}
    )
    return build_actions({"segments": cards}, KNOWN, terms, None, tested)


def result(share=None, money=None, text="Spring, 2024-05-01: more"):
    return {"share": share, "money": money, "text": text, "campaign_id": "Spring"}


@pytest.fixture
def cards(card):
    return [card(1, value_share=0.5), card(2, value_share=0.45)]


def row(actions, segment_id):
    return next(r for r in actions["segments"] if r["segment_id"] == segment_id)


def test_without_a_test_a_card_says_so_and_nothing_changes(cards):
    actions = built(cards, None)
    assert not actions["measured"]
    assert {r["tested"] for r in actions["segments"]} == {"Never tested"}
    assert "effect" not in actions["weights"]
    assert actions == built(cards, {})


def test_a_measured_lift_changes_the_order_which_is_said_with_the_one_before(cards):
    actions = built(cards, {"S01": result(money=0.1), "S02": result(money=3.0)})
    second = row(actions, "S02")
    assert (second["priority"], second["priority_before"]) == (1, 2)
    assert second["worth"] == pytest.approx(600)
    assert second["effect"] == "Measured by lot: Spring, 2024-05-01: more"
    assert actions["weights"] == {"value": 80.0, "effect": 20.0}
    said = " ".join(priority_sentences(actions))
    assert "and changed the order: Segment 2 (from 2 to 1)" in said
    assert actions["worth_label"] == "Worth of the lift, EUR"


def test_the_weight_of_effect_is_that_of_the_criteria_where_they_have_one(cards):
    tested = {"S01": result(money=0.1), "S02": result(money=3.0)}
    actions = built(cards, tested, criteria={"value": 90, "effect": 10})
    assert actions["weights"] == {"value": 90.0, "effect": 10.0}
    none = built(cards, tested, criteria={"value": 90, "effect": 0})
    assert row(none, "S01")["priority"] == 1


def test_a_lift_in_another_unit_than_the_goals_is_told_and_not_weighed(cards):
    actions = built(cards, {"S01": result(share=0.03)})
    assert not actions["measured"]
    assert row(actions, "S01")["tested"] == "Spring, 2024-05-01: more"
    other = built(cards, {"S01": result(share=0.03)}, goal="win_back")
    assert row(other, "S01")["worth"] == pytest.approx(6)


def test_harm_is_rated_nothing_and_comes_last(cards):
    actions = built(cards, {"S01": result(money=-2.0), "S02": result(money=0.5)})
    assert row(actions, "S01")["ratings"]["effect"] == 0
    assert row(actions, "S01")["priority"] == 2
    said = actions["decisions"][0]["effect"]
    assert said.startswith("Measured by lot: ") or "assumption" in said

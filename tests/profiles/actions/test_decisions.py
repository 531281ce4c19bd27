"""Three decisions, each a treatment, with size, effect and test."""

import json
import re

import pytest

from segtools.profiles.actions.effects import Outlook, pooled

FOUR = [("coupon_share", "ge"), ("basket_mean", "ge"), ("n_orders", "le")]
FOUR += [("return_rate", "ge")]


def decided(record):
    return record["decisions"][0]


def test_three_decisions_are_about_the_first_in_priority(card, acted):
    cards = [card(i, e, value_share=i / 10) for i, e in enumerate(FOUR, 1)]
    decisions = acted(*cards)["decisions"]
    assert [d["segments"] for d in decisions] == [["S04"], ["S03"], ["S02"]]
    for decision in decisions:
        for part in ("size", "effect", "test"):
            assert re.search(r"\d", decision[part])


def test_segments_with_one_treatment_are_one_decision(card, acted):
    pair = [card(1, ("coupon_share", "ge"), n=100, value_share=0.3)]
    pair += [card(2, ("coupon_share", "ge"), n=300, value_share=0.2)]
    decisions = acted(*pair, card(3, value_share=0.5))["decisions"]
    assert [d["segments"] for d in decisions] == [["S03"], ["S01", "S02"]]
    both = decisions[1]
    assert both["title"].endswith(": Segment 1 and Segment 2")
    assert both["size"] == "400 customers, 50\u202f% of spend"


def test_a_treatment_of_many_segments_counts_them(card, acted):
    alike = [card(i, ("coupon_share", "ge")) for i in range(1, 6)]
    (decision,) = acted(*alike)["decisions"]
    assert decision["title"].endswith(": 5 segments")
    assert decision["size"].startswith("1\u202f000 customers")


def test_the_effect_and_the_test_of_a_worked_example(card, acted):
    decision = decided(acted(card(1, n=1600, value_share=0.25)))
    # 5 % of 40 EUR for 1 600 customers; 2.8 * 25 * sqrt(4 / 1 600) = 3.50 EUR.
    assert decision["size"] == "1\u202f600 customers, 25\u202f% of spend"
    assert decision["effect"] == (
        "Each 5 % of lift is worth 3\u202f200 EUR (assumption: the offer works)"
    )
    assert decision["test"] == (
        "Half of them by lot for 90 days; a lift of 3.50 EUR a customer (8.8\u202f%) "
        "would be seen four times in five"
    )


@pytest.mark.parametrize(
    ("n", "size"),
    [(7, "7"), (999, "999"), (12345, "12\u202f345"), (1234567, "1\u202f234\u202f567")],
)
def test_numbers_are_grouped_by_thousands(card, acted, n, size):
    decision = decided(acted(card(1, n=n)))
    assert decision["size"] == f"{size} customers, 20\u202f% of spend"


def test_staying_is_counted_in_customers_and_points(card, acted):
    known = {"S01": {"mean": 0.5, "sd": 0.5, "n": 90}}
    many = card(1, n=40000)
    decision = decided(acted(many, goal="keep_customers", outcomes=known))
    assert decision["effect"] == (
        "Each 5 points of lift keeps 2\u202f000 customers (assumption: it works)"
    )
    assert "a lift of 1.4 points would be seen" in decision["test"]


@pytest.mark.parametrize(
    ("goal", "gain"),
    [
        ("win_back", "brings back 10 customers"),
        ("respond_to_campaign", "brings 10 more responses"),
    ],
)
def test_each_goal_has_its_own_gain(card, acted, goal, gain):
    decision = decided(acted(card(1), goal=goal))
    assert decision["effect"] == f"Each 5 points of lift {gain} (assumption: it works)"


def test_what_was_learned_from_a_few_is_not_told(card, acted):
    def learned(n):
        known = {"S01": {"mean": 40.0, "sd": 25.0, "n": n}}
        return decided(acted(card(1, n=3), outcomes=known))["effect"]

    assert learned(9).startswith("Not known")
    assert learned(10).startswith("Each 5 %")


def test_what_has_not_been_learned_is_said_not_to_be_known(card, acted):
    decision = decided(acted(card(1), outcomes={}))
    assert decision["effect"].startswith("Not known")
    assert decision["test"].startswith("Too few or too little known")


def test_too_few_customers_are_not_put_to_a_test(card, acted):
    assert "treat everyone" in decided(acted(card(1, n=19)))["test"]
    assert "by lot" in decided(acted(card(1, n=20)))["test"]


@pytest.mark.parametrize(
    ("mean", "sd"), [(0.0, 0.0), (0.0, 3.0), (-2.0, 3.0), (5.0, 0.0)]
)
def test_customers_who_did_not_buy_give_no_absurd_numbers(card, acted, mean, sd):
    known = {"S01": {"mean": mean, "sd": sd, "n": 50}}
    decision = decided(acted(card(1), outcomes=known))
    assert "nan" not in json.dumps(decision)
    assert "-" not in decision["effect"]
    assert "a lift of 0" not in decision["test"]


def test_pooling_two_groups_is_measuring_them_as_one():
    # 1, 3 and 5, 7, 9: means 2 and 7, spreads 1 and sqrt(8/3).
    both = pooled([Outlook(2, 2.0, 1.0), Outlook(3, 7.0, (8 / 3) ** 0.5)])
    assert (both.n, both.mean) == (5, 5.0)
    assert both.sd == pytest.approx(8**0.5)  # of 1, 3, 5, 7, 9


def test_pooling_with_the_unknown_is_unknown():
    assert pooled([Outlook(10, 2.0, 1.0), Outlook(5)]) == Outlook(15)

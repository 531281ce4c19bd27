"""Actions: a different one for every segment, three decisions with numbers."""

import json
import re

import pytest

from segtools.profiles.actions import PLAYS, build_actions
from segtools.profiles.personas import build_personas

KEYS = {"message", "channel", "offer", "measure", "stop_rule", "priority", "because"}
HOURS, WEEKDAYS = [0.0] * 17 + [1.0] + [0.0] * 6, [0.0] * 4 + [0.6, 0.4, 0.0]


def card(number, *evidence, n=200, value_share=0.2, **more):
    statements = [
        {
            "id": f"S{number:02d}-{i:02d}",
            "kind": "evidence",
            "computation": {"column": column, "op": op, "value": 1.0},
        }
        for i, (column, op) in enumerate(evidence, 1)
    ]
    assumption = {"id": f"S{number:02d}-a1", "kind": "assumption", "computation": None}
    return {
        "segment_id": f"S{number:02d}",
        "segment": f"Segment {number}",
        "rank": number,
        "n": n,
        "value_share": value_share,
        "hours": HOURS,
        "weekdays": WEEKDAYS,
        "statements": [*statements, assumption],
    } | more


def acted(*cards, goal="grow_spend", outcomes=None, currency="EUR", days=90):
    known = {c["segment_id"]: {"mean": 40.0, "sd": 25.0, "n": c["n"]} for c in cards}
    return build_actions(
        {"segments": list(cards)},
        known if outcomes is None else outcomes,
        goal=goal,
        days=days,
        currency=currency,
    )


@pytest.mark.parametrize("n_segments", [1, 2, 5, 12])
def test_every_segment_gets_an_action_of_its_own(n_segments):
    alike = [card(i, ("overdue_ratio", "ge")) for i in range(1, n_segments + 1)]
    rows = acted(*alike)["segments"]
    assert len(rows) == n_segments
    for part in ("message", "offer"):
        assert len({r[part] for r in rows}) == n_segments
    assert all(set(r) >= KEYS and all(r[k] for k in KEYS - {"because"}) for r in rows)


def test_the_action_answers_the_statement_that_calls_for_it():
    row = acted(card(1, ("n_stores", "le"), ("overdue_ratio", "ge")))["segments"][0]
    assert row["message"] == "We have missed you"
    assert row["because"] == ["S01-02"]
    assert row["measure"] == "Share with an order within 90 days"
    assert row["stop_rule"] == "Stop if the hold-out does as well after 90 days."


def test_the_most_telling_statement_is_answered_first():
    both = card(1, ("coupon_share", "ge"), ("overdue_ratio", "ge"))
    assert acted(both)["segments"][0]["message"].startswith("Your coupons")


def test_the_opposite_of_a_statement_is_no_reason():
    row = acted(card(1, ("overdue_ratio", "le")))["segments"][0]
    assert row["because"] == []


def test_the_reasons_are_statements_of_the_segments_own_card(planted, card_segments):
    personas = build_personas(planted, card_segments, "EUR")
    made = build_actions(personas, {}, goal="grow_spend", days=90, currency="EUR")
    own = {
        c["segment_id"]: {s["id"] for s in c["statements"]}
        for c in personas["segments"]
    }
    for row in made["segments"]:
        assert set(row["because"]) <= own[row["segment_id"]]
    assert len({r["message"] for r in made["segments"]}) == 4
    assert any(r["because"] for r in made["segments"])


def test_the_channel_is_the_day_before_most_orders():
    row = acted(card(1))["segments"][0]
    assert row["channel"] == (
        "E-mail or app on Thursday, the day before most of their orders "
        "(Friday, about 17:00)"
    )
    monday = card(1, weekdays=[1.0] + [0.0] * 6)
    assert "on Sunday" in acted(monday)["segments"][0]["channel"]


@pytest.mark.parametrize("days", [[], [0.0] * 7])
def test_without_orders_the_channel_is_marked_as_an_assumption(days):
    row = acted(card(1, weekdays=days, hours=[0.0] * 24))["segments"][0]
    assert "assumption" in row["channel"]


def test_priority_follows_the_value():
    rows = acted(
        card(1, value_share=0.2), card(2, value_share=0.5), card(3, value_share=0.2)
    )["segments"]
    assert [r["priority"] for r in rows] == [2, 1, 3]


def test_three_decisions_are_about_the_most_valuable_segments():
    cards = [card(i, value_share=i / 15) for i in range(1, 6)]
    decisions = acted(*cards)["decisions"]
    assert [d["title"].split(": ")[1] for d in decisions] == [
        "Segment 5",
        "Segment 4",
        "Segment 3",
    ]
    for decision in decisions:
        assert set(decision) == {"title", "text", "size", "effect", "test"}
        for part in ("size", "effect", "test"):
            assert re.search(r"\d", decision[part])


def test_the_effect_and_the_test_of_a_worked_example():
    decision = acted(card(1, n=1600, value_share=0.25))["decisions"][0]
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
def test_numbers_are_grouped_by_thousands(n, size):
    decision = acted(card(1, n=n))["decisions"][0]
    assert decision["size"] == f"{size} customers, 20\u202f% of spend"


def test_staying_is_counted_in_customers_and_points():
    decision = acted(
        card(1, n=40000),
        goal="keep_customers",
        outcomes={"S01": {"mean": 0.5, "sd": 0.5, "n": 9}},
    )["decisions"][0]
    assert decision["effect"] == (
        "Each 5 points of lift keeps 2\u202f000 customers (assumption: it works)"
    )
    assert "a lift of 1.4 points would be seen" in decision["test"]


def test_a_campaign_is_measured_by_who_responds():
    known = {"S01": {"mean": 0.1, "sd": 0.3, "n": 200}}
    found = acted(
        card(1), goal="respond_to_campaign", outcomes=known, days=30, currency=""
    )
    assert found["segments"][0]["measure"] == "Share who respond within 30 days"
    assert found["decisions"][0]["effect"] == (
        "Each 5 points of lift makes 10 more respond (assumption: it works)"
    )
    other = acted(card(1), goal="keep_customers", outcomes=known, days=30)
    assert "respond" not in other["segments"][0]["measure"]


def test_what_has_not_been_learned_is_said_not_to_be_known():
    decision = acted(card(1), outcomes={})["decisions"][0]
    assert decision["effect"].startswith("Not known")
    assert decision["test"].startswith("Too few or too little known")


def test_too_few_customers_are_not_put_to_a_test():
    assert "treat everyone" in acted(card(1, n=19))["decisions"][0]["test"]
    assert "by lot" in acted(card(1, n=20))["decisions"][0]["test"]


@pytest.mark.parametrize(
    ("mean", "sd"), [(0.0, 0.0), (0.0, 3.0), (-2.0, 3.0), (5.0, 0.0)]
)
def test_customers_who_did_not_buy_give_no_absurd_numbers(mean, sd):
    known = {"S01": {"mean": mean, "sd": sd, "n": 50}}
    decision = acted(card(1), outcomes=known)["decisions"][0]
    text = json.dumps(decision)
    assert "nan" not in text
    assert "-" not in decision["effect"].replace("hold-out", "")
    assert "a lift of 0" not in decision["test"]


def test_a_hostile_name_stays_data():
    hostile = card(1, segment="<script>$x_1$")
    made = acted(hostile)
    assert made["segments"][0]["segment"] == "<script>$x_1$"
    assert made["decisions"][0]["title"].endswith(": <script>$x_1$")


def test_plays_differ_in_all_that_is_shown():
    for part in ("key", "message", "offer"):
        assert len({getattr(p, part) for p in PLAYS}) == len(PLAYS)

"""Actions follow from evidence: the row, its words, its owner and its reasons."""

from decimal import Decimal

import pandas as pd
import pytest

from segtools.config import validate
from segtools.profiles.actions import Terms, build_actions, segment_measures
from segtools.profiles.personas import build_personas
from segtools.profiles.profile import Segmented

KEYS = {"message", "channel", "offer", "measure", "owner", "stop_rule", "priority"}


def first(record):
    return record["segments"][0]


@pytest.mark.parametrize("n_segments", [1, 2, 5, 20])
def test_every_segment_gets_one_whole_row(card, acted, n_segments):
    alike = [card(i, ("overdue_ratio", "ge")) for i in range(1, n_segments + 1)]
    rows = acted(*alike)["segments"]
    assert [r["segment_id"] for r in rows] == [c["segment_id"] for c in alike]
    assert sorted(r["priority"] for r in rows) == list(range(1, n_segments + 1))
    assert all(row[key] for row in rows for key in KEYS)


def test_the_action_answers_the_statement_that_calls_for_it(card, acted):
    row = first(acted(card(1, ("n_stores", "le"), ("overdue_ratio", "ge"))))
    assert (row["rule"], row["because"]) == ("wake", ["S01-02"])
    assert row["message"] == "We have missed you"
    assert row["measure"] == "Share with an order within 90 days"


def test_the_most_telling_statement_is_answered_first(card, acted):
    both = card(1, ("coupon_share", "ge"), ("overdue_ratio", "ge"))
    assert first(acted(both))["rule"] == "coupons"


def test_a_row_that_two_statements_call_for_names_both(card, acted):
    both = card(1, ("trend_ratio", "le"), ("overdue_ratio", "ge"))
    row = first(acted(both))
    assert (row["rule"], row["because"]) == ("wake", ["S01-01", "S01-02"])
    assert first(acted(card(1, ("trend_ratio", "le"))))["rule"] == "steady"


@pytest.mark.parametrize("evidence", [("overdue_ratio", "le"), ("trend_ratio", "ge")])
def test_the_opposite_of_a_statement_is_no_reason(card, acted, evidence):
    row = first(acted(card(1, evidence)))
    assert (row["rule"], row["because"]) == ("grow", [])


def test_a_segment_without_statements_gets_the_row_for_anybody(card, acted):
    row = first(acted(card(1, statements=[])))
    assert row["offer"] == "A recommendation from their own categories"
    assert row["because"] == []


def test_half_of_all_customers_are_no_regulars(card, acted, said):
    top = said("features", "spend_total", "ge", 900.0, base_share=0.25)
    half = said("features", "spend_total", "ge", 300.0, base_share=0.5)
    assert first(acted(card(1, top)))["rule"] == "protect"
    assert first(acted(card(1, half)))["rule"] == "grow"


def test_what_a_segment_likes_counts_only_where_nothing_else_does(card, acted, said):
    cheese = said("order_lines", "category", "bought", "Cheese")
    row = first(acted(card(1, cheese)))
    assert (row["message"], row["because"]) == ("New in Cheese", ["S01-01"])
    assert row["offer"] == "A first look at Cheese, which 60\u202f% of them buy"
    later = card(1, cheese, ("private_label_share", "ge"))
    assert first(acted(later))["rule"] == "own_label"


@pytest.mark.parametrize(
    ("table", "column", "op", "value", "rule"),
    [
        ("events", "event", "did", "ticket_opened", "service"),
        ("events", "topic", "did", "Delivery", "service_topic"),
        ("answers", "Why us?", "answered", "Because it is cheap", "prices"),
        ("answers", "Why us?", "answered", "It is near", "told"),
        ("features", "lifecycle_stage", "eq", "at risk", "wake"),
        ("features", "hours_to_resolve", "ge", 40.0, "faster_service"),
        ("features", "return_rate", "ge", 0.2, "returns"),
        ("features", "new_product_share", "ge", 0.5, "novelty"),
    ],
)
def test_each_kind_of_evidence_has_its_row(
    card, acted, said, table, column, op, value, rule
):
    row = first(acted(card(1, said(table, column, op, value))))
    assert (row["rule"], row["because"]) == (rule, ["S01-01"])


def test_the_topic_of_contacts_is_named(card, acted, said):
    row = first(acted(card(1, said("events", "topic", "did", "Delivery"))))
    assert row["message"] == "We have looked into this: Delivery"
    assert "60\u202f%" in row["offer"]


def test_the_channel_is_the_one_they_use(card, acted):
    plain = first(acted(card(1)))["channel"]
    phone = first(acted(card(1, ("mobile_share", "ge"))))["channel"]
    assert plain == (
        "E-mail or app on Thursday, the day before most of their orders "
        "(Friday, about 17:00)"
    )
    assert phone.startswith("A short message to the phone on Thursday")


def test_the_day_before_monday_is_sunday(card, acted):
    monday = card(1, weekdays=[1.0] + [0.0] * 6)
    assert "on Sunday" in first(acted(monday))["channel"]


def test_a_campaign_is_measured_by_who_responds(card, acted):
    row = first(acted(card(1), goal="respond_to_campaign", days=30, currency=""))
    assert row["measure"] == "Share who respond within 30 days"
    other = first(acted(card(1), goal="keep_customers", days=30))
    assert "respond" not in other["measure"]


@pytest.mark.parametrize("days", [[], None, [0.0] * 7])
def test_without_orders_the_channel_is_marked_as_an_assumption(card, acted, days):
    row = first(acted(card(1, weekdays=days, hours=[0.0] * 24)))
    assert "assumption" in row["channel"]


def test_the_stop_rule_has_the_number_that_chance_alone_reaches(card, acted):
    # 1.96 * 25 * sqrt(4 / 1 600) = 2.45 EUR.
    row = first(acted(card(1, n=1600)))
    assert row["stop_rule"] == (
        "Stop after 90 days unless the treated half is 2.45 EUR a customer ahead of "
        "the other: less can be chance."
    )


def test_without_a_test_the_stop_rule_says_who_must_show_what(card, acted):
    row = first(acted(card(1, n=19)))
    assert row["stop_rule"].startswith("Stop after 90 days unless somebody can show")
    assert "19 customers" in row["stop_rule"]


def test_owners_are_named_by_id_or_name_and_nobody_is_said_to_be_nobody(card, acted):
    three = [card(i) for i in (1, 2, 3)]
    made = acted(*three, owners={"S01": "Ann {days}", "Segment 2": "Bo", "S09": "Cy"})
    owners = [r["owner"] for r in made["segments"]]
    assert owners == ["Ann {days}", "Bo", "nobody yet: name one"]
    assert made["nobodys"] == ["S09"]


def test_fit_is_reach_evidence_and_an_action_of_its_own(card, acted):
    from segtools.profiles.actions import Measures

    cards = [card(1, ("coupon_share", "ge")), card(2), card(3)]
    made = acted(*cards, measures=Measures(reach={"S01": 0.9, "S02": 0.1}))
    rows = made["segments"]
    # (0.9 + 0.5 + 1) / 3; (0.1 + 0.5 + 0) / 3; without reach (0.5 + 0) / 2.
    assert [r["fit"] for r in rows] == [80.0, 20.0, 25.0]
    assert [r["same_as"] for r in rows] == [[], ["S03"], ["S02"]]


def test_the_reasons_are_statements_of_the_segments_own_card(planted, card_segments):
    personas = build_personas(planted, card_segments, "EUR")
    terms = Terms("grow_spend", 90, "EUR")
    made = build_actions(personas, {}, terms, segment_measures(planted))
    own = {
        c["segment_id"]: {s["id"] for s in c["statements"]}
        for c in personas["segments"]
    }
    for row in made["segments"]:
        assert set(row["because"]) <= own[row["segment_id"]]
    assert all(r["because"] for r in made["segments"])
    assert made["different"] >= 3


def test_planted_kinds_get_the_action_that_suits_them(planted, card_segments):
    personas = build_personas(planted, card_segments, "EUR")
    rows = build_actions(personas, {}, Terms("grow_spend", 90))["segments"]
    chosen = {r["segment_id"]: r["rule"] for r in rows}
    # Dear and never reduced; cheap and own label; large baskets; four times as often.
    assert chosen["S01"] in ("full_price", "quality")
    assert chosen["S02"] in ("own_label", "prices", "coupons")
    assert chosen["S03"] == "basket"
    assert chosen["S04"] == "routine"


def test_value_adds_up_to_the_cent_with_those_who_never_ordered(
    market, planted, card_segments, window_lines
):
    ids = [*planted.segments["customer_id"], "no order 1", "no order 2"]
    kinds = [*planted.segments["segment_id"], "S02", "S04"]
    people = pd.DataFrame({"customer_id": ids, "segment_id": kinds})
    people["segment"] = people["segment_id"]
    everyone = people[["customer_id"]].merge(market.features, how="left")
    whole = Segmented(
        market.shop, market.plan.window(), everyone, people, market.catalogue
    )
    personas = build_personas(whole, card_segments, "EUR")
    made = build_actions(personas, {}, Terms("grow_spend", 90, "EUR"))
    paid = sum((Decimal(str(a)) for a in window_lines["amount"]), Decimal(0))
    assert sum(Decimal(r["value"]) for r in made["segments"]) == paid
    assert Decimal(made["value"]) == Decimal(personas["everyone"]["value"]) == paid
    assert sum(r["n"] for r in made["segments"]) == 502


def test_a_value_that_may_not_be_shown_is_not_added_up(card, acted):
    made = acted(card(1), card(2, value_share=None))
    assert made["value"] is None
    assert first(made)["value"] == "200.0000"


def test_a_hostile_name_stays_data(card, acted):
    made = acted(card(1, segment="<script>$x_1${days}"))
    assert first(made)["segment"] == "<script>$x_1${days}"
    assert made["decisions"][0]["title"].endswith(": <script>$x_1${days}")


def test_words_from_data_are_short_and_never_filled_in_again(card, acted, said):
    endless = said("order_lines", "category", "bought", "{days}" + "x" * 10_000)
    row = first(acted(card(1, endless)))
    assert row["message"].startswith("New in {days}xxx")
    assert all(len(row[key]) < 200 for key in ("message", "offer", "measure"))


def test_terms_come_from_the_configuration_and_the_goals():
    config = validate(
        {
            "project": "p",
            "source": {"system": "sample"},
            "currency": "EUR",
            "max_actions": 3,
            "owners": {"S01": "Ann"},
        }
    )
    goals = {
        "criteria": [
            {"name": "distinct", "kind": "knock_out", "weight": None},
            {"name": "value", "kind": "attractiveness", "weight": 70},
            {"name": "fame", "kind": "attractiveness", "weight": 30},
        ]
    }
    terms = Terms.of(config, goals)
    assert terms.criteria == {"value": 70.0, "fame": 30.0}
    assert (terms.goal, terms.days, terms.max_actions) == ("grow_spend", 90, 3)
    assert terms.owners == {"S01": "Ann"}

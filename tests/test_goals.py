"""Goals before data: what is asked, what the data can answer, what is fixed."""

from __future__ import annotations

import ibis
import pandas as pd
import pytest

from segtools.config import RunConfig, TableFile
from segtools.features.shop import Shop
from segtools.goals import (
    base_sentence,
    bases,
    bases_sentence,
    bases_table,
    campaign_sentences,
    criteria_table,
    goals_record,
    readiness,
    readiness_sentence,
    refuse_base,
    survey,
    typed_shop,
)
from segtools.schema import TABLES, DataError
from segtools.sources.formats.text import typed
from segtools.timezones import epoch, instant

COUNTED = {
    "customers": 500,
    "orders": 900,
    "variety": 0.8,
    "amounts": 2,
    "last": "2024-03-30T10:00:00",
}


def config(**changes) -> RunConfig:
    source = {"system": "sample"}
    base = {"project": "shop", "timezone": "UTC", "source": source}
    return RunConfig(**(base | {"as_of": "2024-03-31"} | changes))


def answers(rows: list[dict]) -> list[str]:
    return [r["answer"] for r in rows]


def test_the_base_is_counted_as_on_paper(shop):
    # Ann 55, Bob 28, Cat 100: mean 61, standard deviation 29.70 of the three.
    assert survey(shop) == {
        "customers": 3,
        "orders": 8,
        "revenue": "183.0000",
        "returned": "-5.0000",
        "first": "2024-01-01T09:00:00",
        "last": "2024-02-10T10:00:00",
        "amounts": 2,
        "variety": 0.4869,
    }


@pytest.fixture
def with_campaigns(orders, shop_of):
    """Twelve sendings of one campaign, after everybody's first order, one held back."""
    people = ["ann", "bob"] * 5 + ["cat", "ann"]
    sent = pd.DataFrame({"customer_id": people})
    sent["campaign_id"] = [f"K{i // 2}" for i in range(12)]
    sent["sent_at"] = pd.Timestamp("2024-03-01")
    sent["treated"] = [True] * 11 + [False]
    return shop_of({"orders": orders, "campaigns": sent, "conversions": sent})


def test_campaigns_are_told_where_the_goal_is_about_them(with_campaigns):
    goal = "respond_to_campaign"
    said = campaign_sentences(with_campaigns, config(goal=goal, smallest_cell=5))
    assert said == [
        "6 campaigns went out: 11 times to somebody who had bought before; fewer than "
        "5 times somebody was held back."
    ]
    assert campaign_sentences(with_campaigns, config()) == []


def test_the_goal_of_campaigns_is_refused_without_them(shop):
    with pytest.raises(DataError, match="campaigns and conversions are not in the"):
        campaign_sentences(shop, config(goal="respond_to_campaign"))


def test_equal_amounts_are_noticed(orders, shop_of):
    alike = orders.assign(amount=orders["is_return"].map({True: -7.0, False: 7.0}))
    assert survey(shop_of({"orders": alike}))["amounts"] == 1  # returns are no orders


def test_a_base_that_costs_more_than_it_brings_has_no_variety(orders, shop_of):
    back = orders.assign(amount=-orders["amount"], is_return=True)
    assert survey(shop_of({"orders": back}))["variety"] == 0.0


def test_five_questions_are_asked_and_what_nobody_said_is_unknown(shop):
    found = readiness(config(), COUNTED, shop)
    assert answers(found) == ["unknown", "yes", "unknown", "unknown", "unknown"]
    assert all(r["remedy"] for r in found if r["answer"] != "yes")


def test_what_people_said_is_the_evidence(shop):
    said = {"implement": "The mail tool takes lists", "resources": "no", "act": "Mia"}
    found = readiness(config(decision="Who gets it", readiness=said), COUNTED, shop)
    assert answers(found) == ["yes", "yes", "yes", "no", "yes"]
    assert found[2]["evidence"] == "The mail tool takes lists"
    assert found[2]["remedy"] == ""
    assert found[3]["remedy"].startswith("Name owner and budget")


@pytest.mark.parametrize(
    ("customers", "variety", "answer"),
    [(100, 0.3, "yes"), (99, 0.3, "no"), (100, 0.29, "no")],
)
def test_a_base_is_large_and_varied_or_not(customers, variety, answer, shop):
    counted = COUNTED | {"customers": customers, "variety": variety}
    row = readiness(config(), counted, shop)[1]
    assert row["answer"] == answer
    assert row["evidence"].startswith(f"{customers} customers; spend per customer var")


def test_contact_columns_are_evidence_of_a_channel(orders, shop_of):
    people = pd.DataFrame({"customer_id": ["ann"], "email": ["a@b"], "region": ["N"]})
    shop = shop_of({"orders": orders, "customers": people})
    row = readiness(config(), COUNTED, shop)[2]
    assert (row["answer"], row["evidence"]) == (
        "unknown",
        "The data has contact columns (email).",
    )


def test_bases_say_what_they_have_and_what_they_lack(shop):
    found = {r["basis"]: r for r in bases(shop)}
    assert list(found) == sorted(found)
    assert found["value"]["supported"]
    assert found["value"]["missing"] == ["orders.cost"]
    assert found["benefits"] == {
        "basis": "benefits",
        "supported": False,
        "features": [],
        "missing": ["order_lines", "orders.coupon_discount", "orders.discount"],
    }
    assert found["behaviour"]["supported"]  # some of it can be computed
    lacks = ["country", "order_lines", "orders.channel"]
    assert found["behaviour"]["missing"] == lacks
    assert not found["attributes (descriptors only)"]["supported"]


def test_attributes_are_listed_as_descriptors(orders, shop_of):
    people = pd.DataFrame({"customer_id": ["ann"], "region": ["N"]})
    shop = shop_of({"orders": orders, "customers": people})
    row = next(r for r in bases(shop) if r["basis"].startswith("attributes ("))
    assert (row["supported"], row["features"]) == (True, ["region"])


def test_criteria_and_weights_are_fixed_and_hashed(shop):
    settings = config(decision="Who gets the coupon book")
    record = goals_record(settings, COUNTED, shop)
    kinds = [c["kind"] for c in record["criteria"]]
    assert kinds == ["knock_out"] * 6 + ["attractiveness"] * 4
    weights = {c["name"]: c["weight"] for c in record["criteria"] if c["weight"]}
    assert weights == {"value": 40, "growth": 25, "size": 20, "reach": 15}
    assert record["goal_text"] == "Grow what customers spend in the next period"
    assert len(record["hash"]) == 16


@pytest.mark.parametrize(
    "changes",
    [
        {"goal": "win_back"},
        {"decision": "Another"},
        {"criteria": {"value": 1.0}},
        {"min_share": 0.1},
    ],
    ids=str,
)
def test_the_hash_moves_with_every_decision_and_with_nothing_else(changes, shop):
    before = goals_record(config(), COUNTED, shop)["hash"]
    assert goals_record(config(**changes), COUNTED, shop)["hash"] != before
    other_data = COUNTED | {"customers": 1_000_000}
    assert goals_record(config(seed=9), other_data, shop)["hash"] == before


def test_tables_and_sentences_show_the_record(shop):
    record = goals_record(config(), COUNTED, shop)
    assert bases_sentence(record) == "The data supports 4 of 8 bases: behaviour, " + (
        "journey, loyalty, value."
    )
    assert bases_table(record).set_index("Basis").loc["benefits", "Supported"] == "no"
    assert criteria_table(record)["Weight"].sum() == 100
    assert readiness_sentence(record).startswith("4 of 5 questions are open: Is ")
    done = {"readiness": [{"question": "?", "answer": "yes"}]}
    assert readiness_sentence(done) == "All five questions are answered with yes."


def test_the_base_is_one_sentence(shop):
    assert base_sentence(survey(shop), "EUR") == (
        "3 customers placed 8 orders worth 183.00 EUR between 2024-01-01 and "
        "2024-02-10."
    )


def test_a_single_customer_is_refused():
    sentence = (
        r"^orders must come from at least 2 customers, but there is only 1 before "
        r"2024-03-31\. Check the column mapped to customer_id, or load more data\.$"
    )
    with pytest.raises(DataError, match=sentence):
        refuse_base(COUNTED | {"customers": 1}, config())


def test_equal_amounts_are_refused_where_the_goal_is_spend():
    alike = COUNTED | {"amounts": 1}
    sentence = (
        r"^amount must differ between orders for the goal grow_spend, but all 900 "
        r"orders have the same\. Check the column mapped to amount; if the price "
        r"really is one, set goal: keep_customers\.$"
    )
    with pytest.raises(DataError, match=sentence):
        refuse_base(alike, config())
    refuse_base(alike, config(goal="keep_customers"))
    refuse_base(COUNTED, config())


def test_a_window_that_nobody_ordered_in_is_refused():
    edge = COUNTED | {"last": "2024-03-01T00:00:00"}
    refuse_base(edge, config(window_days=30))
    sentence = (
        r"^as_of must have orders in the 29 days before it, but the last one is 30 "
        r"days older than 2024-03-31\. Give an earlier as_of, a larger window_days, or "
        r"later data\.$"
    )
    with pytest.raises(DataError, match=sentence):
        refuse_base(edge, config(window_days=29))


def test_a_typed_source_is_counted_as_it_stood_at_the_origin(con):
    raw = pd.DataFrame(
        {
            "customer_id": ["ann", "bob", None, "cat", "dan"],
            "ordered_at": [
                "2024-01-01",
                "2024-01-02",
                "2024-01-03",
                "soon",
                "2024-03-31",
            ],
            "amount": ["5", "7", "9", "11", "13"],
        }
    )
    columns = {c: c for c in raw}
    table = con.create_table("raw", ibis.memtable(raw))
    file = TableFile(path="raw.csv")
    orders = typed(table, columns, TABLES["orders"], file, "UTC")
    origin = epoch(instant("2024-03-31", "UTC"))
    found = typed_shop({"orders": orders}, config(), origin)
    assert isinstance(found, Shop)
    counted = survey(found)
    assert (counted["customers"], counted["revenue"]) == (2, "12.0000")

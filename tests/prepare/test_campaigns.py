"""Sendings and conversions: what stands, what does not, and why."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from engines import load

from segtools.prepare.campaigns import last_of_all
from segtools.prepare.clean import clean, tables_at
from segtools.sources import Opened, connect
from segtools.timezones import epoch, instant

SENT = [
    ("may", "ann", "2024-01-10T09:00", "yes"),
    ("may", "ann", "2024-01-17T09:00", "yes"),  # a reminder
    ("may", "bob", "2024-01-10T09:00", "no"),  # held back
    ("may", "cat", "2024-01-10T09:00", "yes"),
    ("may", "cat", "2024-01-12T09:00", "no"),  # in both arms
    ("may", "dan", "2024-01-10T09:00", None),  # nothing is said
    ("", "dan", "2024-01-10T09:00", "yes"),  # no campaign
    ("june", "ann", "2024-03-31T00:00", "yes"),  # at the origin: nobody looks
]
BOUGHT = [
    ("may", "ann", "2024-01-10T09:00", "5"),  # at the very sending
    ("may", "ann", "2024-01-10T08:59", "5"),  # before it
    ("may", "bob", "2024-01-20T09:00", "7"),  # held back, and did it all the same
    ("may", "cat", "2024-01-20T09:00", "7"),  # whose sending does not stand
    ("may", "eve", "2024-01-20T09:00", "7"),  # never got it
    ("june", "dan", "2024-01-20T09:00", "7"),  # got another one
    ("june", "ann", "2024-04-02T09:00", "9"),  # after the origin
    ("may", "dan", "soon", "9"),  # no time
]


@pytest.fixture
def campaigns() -> pd.DataFrame:
    return pd.DataFrame(
        SENT, columns=["campaign_id", "customer_id", "sent_at", "treated"]
    )


@pytest.fixture
def conversions() -> pd.DataFrame:
    names = ["campaign_id", "customer_id", "converted_at", "value"]
    return pd.DataFrame(BOUGHT, columns=names)


@pytest.fixture
def orders() -> pd.DataFrame:
    people = ["ann", "bob", "cat", "dan", "eve"]
    columns = {"customer_id": people, "ordered_at": "2024-01-02T10:00", "amount": "5"}
    return pd.DataFrame(columns)


def kept(found, name: str, *columns: str) -> list[tuple]:
    rows = found.tables[name].to_pandas().sort_values([*columns])
    return list(rows[[*columns]].itertuples(index=False, name=None))


def rules(found, table: str) -> dict[str, int]:
    return {r["rule"]: r["rows"] for r in found.rules if r["table"] == table}


def test_the_first_sending_stands_and_nobody_is_in_both_arms(
    cleaned, orders, campaigns
):
    found = cleaned(orders=orders, campaigns=campaigns)
    who = kept(found, "campaigns", "customer_id", "treated")
    assert who == [("ann", True), ("bob", False), ("dan", None)]
    times = found.tables["campaigns"].to_pandas().set_index("customer_id")["sent_at"]
    assert times["ann"] == pd.Timestamp("2024-01-10 09:00")
    assert rules(found, "campaigns") == {
        "no_campaign": 1,
        "both_arms": 2,
        "sent_again": 1,
    }
    account = found.accounts["campaigns"]
    assert (account["read"], account["kept"], account["set_aside"]) == (8, 3, 1)


def test_without_a_mark_of_who_got_it_everybody_did(cleaned, orders, campaigns):
    found = cleaned(orders=orders, campaigns=campaigns.drop(columns="treated"))
    assert [c for (c,) in kept(found, "campaigns", "customer_id")] == [
        "ann",
        "bob",
        "cat",
        "dan",
    ]
    assert rules(found, "campaigns") == {"no_campaign": 1, "sent_again": 2}


def test_a_conversion_stands_only_after_its_own_sending(
    cleaned, orders, campaigns, conversions
):
    found = cleaned(orders=orders, campaigns=campaigns, conversions=conversions)
    who = kept(found, "conversions", "customer_id", "campaign_id")
    assert who == [("ann", "may"), ("bob", "may")]
    assert rules(found, "conversions") == {
        "no_time": 1,
        "not_sent": 3,
        "before_sending": 1,
    }
    assert found.accounts["conversions"]["set_aside"] == 1


def test_the_order_of_the_configuration_does_not_matter(
    cleaned, orders, campaigns, conversions
):
    found = cleaned(conversions=conversions, campaigns=campaigns, orders=orders)
    assert len(kept(found, "conversions", "customer_id")) == 2
    assert last_of_all(["conversions:crm", "campaigns"])[0] == "campaigns"


def test_without_sendings_no_conversion_stands(cleaned, orders, conversions):
    found = cleaned(orders=orders, conversions=conversions)
    assert kept(found, "conversions", "customer_id") == []
    assert rules(found, "conversions")["not_sent"] == 6


def test_later_sendings_move_no_earlier_row(cleaned, orders, campaigns, conversions):
    late = campaigns.assign(sent_at="2024-04-05T10:00", treated="no")
    more = pd.concat([campaigns, late], ignore_index=True)
    one = cleaned(orders=orders, campaigns=campaigns, conversions=conversions)
    two = cleaned(orders=orders, campaigns=more, conversions=conversions)
    for name in ("campaigns", "conversions"):
        columns = ["customer_id", "campaign_id"]
        assert kept(two, name, *columns) == kept(one, name, *columns)
        assert rules(two, name) == rules(one, name)


def test_cleaning_as_of_an_earlier_day_knows_no_later_sending(
    opened, config_of, orders, campaigns, conversions
):
    con = connect()
    tables = {"orders": orders, "campaigns": campaigns, "conversions": conversions}
    at = epoch(instant("2024-01-11", "UTC"))
    found = tables_at(opened(con, **tables), con, config_of(), at)
    # Cat is in both arms only from the next day on.
    who = set(found["campaigns"].to_pandas()["customer_id"])
    assert who == {"ann", "bob", "cat", "dan"}
    assert set(found["conversions"].to_pandas()["customer_id"]) == {"ann"}


def test_the_order_of_rows_changes_nothing(cleaned, orders, campaigns, conversions):
    rng = np.random.default_rng(5)
    dealt = [f.sample(frac=1, random_state=rng) for f in (campaigns, conversions)]
    one = cleaned(orders=orders, campaigns=campaigns, conversions=conversions)
    two = cleaned(orders=orders, campaigns=dealt[0], conversions=dealt[1])
    for name, time in (("campaigns", "sent_at"), ("conversions", "converted_at")):
        columns = ("campaign_id", "customer_id", time)
        assert kept(one, name, *columns) == kept(two, name, *columns)


@pytest.mark.parametrize("engine", ["duckdb", "postgres"])
def test_a_server_judges_campaigns_as_this_process_does(
    engine, opened, config_of, orders, campaigns, conversions
):
    frames = {"orders": orders, "campaigns": campaigns, "conversions": conversions}
    con = connect()
    typed = opened(con, **frames).tables
    if engine != "duckdb":
        typed = load(engine, {name: t.to_pyarrow() for name, t in typed.items()})
    there = typed["orders"]._find_backends()[0][0]
    origin = epoch(instant("2024-03-31", "UTC"))
    found = clean(Opened(tables=typed, con=there), con, config_of(), origin)
    who = kept(found, "conversions", "customer_id", "campaign_id")
    assert who == [("ann", "may"), ("bob", "may")]
    assert rules(found, "campaigns")["both_arms"] == 2

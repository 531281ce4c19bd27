"""What customers may be worth stands beside the features of a run, and never builds."""

from __future__ import annotations

import json

import pandas as pd
import pytest
from pandas.testing import assert_frame_equal

from segtools.features.catalogue import Window
from segtools.features.lifetime.descriptors import lifetime_sentence, with_lifetime
from segtools.timezones import DAY

COLUMNS = ["p_active", "expected_orders", "expected_order_value", "lifetime_value"]


@pytest.fixture(scope="module")
def expected(market):
    return with_lifetime(market.features, market.shop, market.plan.window(), 60)


def test_every_customer_keeps_the_features_and_gets_an_expectation(market, expected):
    frame, entries, _ = expected
    assert_frame_equal(frame[market.features.columns], market.features)
    assert [e["name"] for e in entries] == COLUMNS
    assert {e["role"] for e in entries} == {"descriptor"}
    bought = frame["recency_days"].notna()
    assert frame.loc[bought, COLUMNS].notna().all(axis=None)
    assert frame.loc[~bought, COLUMNS].isna().all(axis=None)
    assert frame.loc[bought, "p_active"].between(0, 1).all()


def test_what_is_expected_of_all_together_is_near_what_came(market):
    origin = market.plan.origin - 60 * DAY
    then = with_lifetime(market.features, market.shop, Window(origin, 90), 60)[0]
    bought = then[then["p_active"].notna()]
    lines = market.shop.tables["order_lines"].to_pandas()
    second = (lines["ordered_at"] - pd.Timestamp(0)).dt.total_seconds()
    later = lines[(second >= origin) & lines["customer_id"].isin(bought["customer_id"])]
    days = later.assign(day=later["ordered_at"].dt.date)
    came = len(days.drop_duplicates(["customer_id", "day"]))
    assert came > 300
    assert bought["expected_orders"].sum() == pytest.approx(came, rel=0.2)


def test_nothing_from_the_origin_on_moves_it(market, expected):
    earlier = market.shop.before(market.plan.origin)
    again = with_lifetime(market.features, earlier, market.plan.window(), 60)
    assert_frame_equal(again[0], expected[0])
    assert again[2] == expected[2]


def test_the_record_can_be_written_and_says_what_was_used(expected):
    record = json.loads(json.dumps(expected[2]))
    assert record["horizon_days"] == 60
    assert record["purchases"]["used"] == "BG/NBD"
    sentence = lifetime_sentence(record, "EUR")
    assert sentence.startswith("In the next 60 days")
    assert (
        "EUR are to be expected of all together, by BG/NBD and Gamma-Gamma" in sentence
    )

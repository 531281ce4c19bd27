"""Behaviour: what comes back, under each policy."""

from __future__ import annotations

import pandas as pd
import pytest
from pandas.testing import assert_frame_equal

from segtools.features.build import supported

NAMES = ["n_returns", "return_rate", "return_spend_rate"]


@pytest.mark.parametrize("returns", ["net", "separate"])
def test_returns_equal_what_paper_says_whatever_they_count_against(
    returns, orders, shop_of, build
):
    found = build(shop_of({"orders": orders}, returns=returns), names=NAMES)
    # Ann sent one of three orders back, 5 of 60.
    by_hand = pd.DataFrame(
        {
            "customer_id": ["ann", "bob", "cat"],
            "n_returns": [1.0, 0.0, 0.0],
            "return_rate": [0.333333333, 0.0, 0.0],
            "return_spend_rate": [0.0833333333, 0.0, 0.0],
        }
    )
    assert_frame_equal(found, by_hand)


def test_where_returns_are_dropped_nothing_is_said_of_them(orders, shop_of):
    shop = shop_of({"orders": orders[~orders["is_return"]]}, returns="drop")
    _, missing = supported(shop)
    assert {name: missing[name] for name in NAMES} == {
        name: ["returns (dropped)"] for name in NAMES
    }


def test_a_return_that_lowered_its_order_is_none(orders, shop_of, build):
    shop = shop_of({"orders": orders}, net_against="order")
    assert build(shop, names=["n_returns"])["n_returns"].tolist() == [0, 0, 0]


def test_a_return_of_what_was_bought_before_the_window_has_no_rate(shop, build):
    # The 68 days before 31 March begin on 23 January: of Ann only the return is left.
    found = build(shop, days=68, names=NAMES).set_index("customer_id")
    assert found.loc["ann", "n_returns"] == 1
    assert found.loc["ann", ["return_rate", "return_spend_rate"]].isna().all()


def test_who_did_nothing_in_the_window_returned_nothing(shop, build):
    found = build(shop, days=55, names=NAMES).set_index("customer_id")
    assert found.loc["bob", "n_returns"] == 0
    assert found.loc["bob", ["return_rate", "return_spend_rate"]].isna().all()

"""Loyalty: weeks with an order and number of stores."""

from __future__ import annotations

import pandas as pd
import pytest


def visits(*moments: str) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "customer_id": "ann",
            "ordered_at": pd.to_datetime(list(moments), format="ISO8601"),
            "amount": 1.0,
            "is_return": False,
        }
    )


def test_weeks_with_an_order_equal_what_paper_says(shop, build):
    found = build(shop, "2024-03-31", 180, ["active_weeks_share"])
    # 180 days are 25 whole weeks; each of ann's and bob's orders has one of its own.
    assert found["active_weeks_share"].tolist() == [0.12, 0.12, 0.08]


@pytest.mark.parametrize(
    ("moments", "weeks"),
    [
        (["2024-03-30 23:59:59", "2024-03-24 00:00"], 1),
        (["2024-03-30 12:00", "2024-03-23 23:59:59"], 2),
        (["2024-03-30 23:59:59.7", "2024-03-30 12:00"], 1),  # fractions of a second
        (["2024-03-03 00:00", "2024-03-02 12:00"], 1),  # the second: an odd 29th day
    ],
)
def test_weeks_are_counted_back_from_the_origin(moments, weeks, shop_of, build):
    shop = shop_of({"orders": visits(*moments)})
    found = build(shop, "2024-03-31", 29, ["active_weeks_share"])
    assert found["active_weeks_share"].tolist() == [weeks / 4]


def test_an_order_every_day_is_an_order_every_week(shop_of, build):
    days = [str(d) for d in pd.date_range("2024-03-01", "2024-03-30")]
    shop = shop_of({"orders": visits(*days)})
    found = build(shop, "2024-03-31", 30, ["active_weeks_share"])
    assert found["active_weeks_share"].tolist() == [1.0]


def test_stores_are_counted_once_and_unknown_ones_not_at_all(lines, shop_of, build):
    found = build(shop_of({"order_lines": lines}), names=["n_stores"])
    assert found["n_stores"].tolist() == [2, 1]

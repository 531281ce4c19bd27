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


@pytest.mark.parametrize(
    ("moments", "pace"),
    [
        (["2024-01-01", "2024-03-01"], 2 / 150 * 365),  # 90 days and 60 more
        (["2023-04-02 00:00", "2023-04-02 12:00"], 2 / 424 * 365),  # before the window
        (["2024-03-30 12:00"], 1 / 60.5 * 365),  # since half a day
    ],
)
def test_the_pace_is_that_of_all_time(moments, pace, shop_of, build):
    shop = shop_of({"orders": visits(*moments)})
    found = build(shop, "2024-03-31", 180, ["orders_per_year"])
    assert found["orders_per_year"].tolist() == [pytest.approx(pace)]


def test_length_and_depth_of_loyalty_equal_what_paper_says(shop, build):
    names = ["active_months_share", "is_repeat", "orders_lifetime", "tenure_days"]
    found = build(shop, names=names)
    # Months are counted back from 31 March: from 1 March, 31 January and 1 January.
    by_hand = pd.DataFrame(
        {
            "customer_id": ["ann", "bob", "cat"],
            "active_months_share": [0.166666667, 0.333333333, 0.166666667],
            "is_repeat": [1.0, 1.0, 1.0],
            "orders_lifetime": [3.0, 3.0, 2.0],
            "tenure_days": [89.625, 84.6666667, 59.0208333],
        }
    )
    pd.testing.assert_frame_equal(found, by_hand)


def test_tenure_and_all_orders_look_back_beyond_the_window(shop, build):
    names = ["is_repeat", "orders_lifetime", "tenure_days"]
    found = build(shop, days=55, names=names).set_index("customer_id")
    assert found["orders_lifetime"].tolist() == [3, 3, 2]
    assert found["tenure_days"].tolist() == [89.625, 84.6666667, 59.0208333]
    assert found.loc["cat", "is_repeat"] == 0
    assert found["is_repeat"].isna().tolist() == [True, True, False]


def test_an_odd_rest_of_days_is_no_month(shop_of, build):
    shop = shop_of({"orders": visits("2024-03-30 12:00", "2024-02-25 12:00")})
    found = build(shop, "2024-03-31", 40, ["active_months_share"])
    assert found["active_months_share"].tolist() == [1.0]


def test_favourite_stores_and_brands_equal_what_paper_says(lines, shop_of, build):
    lines = lines.assign(brand=["A", "B", "A", "A", "B", None, "C"])
    names = ["n_brands", "top_brand_share", "top_store_share"]
    found = build(shop_of({"order_lines": lines}), names=names)
    # Ann: 6 and 6 on two brands, an order each at two stores. Bob: 5 of 6, one store.
    by_hand = pd.DataFrame(
        {
            "customer_id": ["ann", "bob"],
            "n_brands": [2.0, 2.0],
            "top_brand_share": [0.5, 0.833333333],
            "top_store_share": [0.5, 1.0],
        }
    )
    pd.testing.assert_frame_equal(found, by_hand)


def test_orders_all_on_one_day_have_no_gap_but_are_orders(shop_of, build):
    shop = shop_of({"orders": visits("2024-03-01 10:00", "2024-03-01 10:00:30")})
    names = ["is_repeat", "longest_gap_days"]
    found = build(shop, names=names).iloc[0]
    assert found["is_repeat"] == 1
    assert found["longest_gap_days"] == pytest.approx(30 / 86_400)

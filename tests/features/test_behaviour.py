"""Behaviour: days and hours on the shop's own clock, breadth, trend."""

from __future__ import annotations

import pandas as pd
import pytest
from pandas.testing import assert_frame_equal

NAMES = ["weekend_share", "morning_share", "evening_share", "trend_ratio"]


def frame_of(rows: list[tuple[str, str, float]]) -> pd.DataFrame:
    frame = pd.DataFrame(rows, columns=["customer_id", "ordered_at", "amount"])
    at = pd.to_datetime(frame["ordered_at"])
    return frame.assign(ordered_at=at, is_return=frame["amount"] < 0)


def test_habits_and_trend_equal_what_paper_says(shop, build):
    found = build(shop, "2024-03-31", 180, NAMES)[["customer_id", *NAMES]]
    # Ann: Monday 9:00, Thursday 19:00, Sunday 9:00. Bob: three Saturdays, 8:00 twice.
    # Cat: Wednesday 23:30, Saturday 10:00. The last third begins on 31 January.
    by_hand = pd.DataFrame(
        {
            "customer_id": ["ann", "bob", "cat"],
            "weekend_share": [0.333333333, 1.0, 0.5],
            "morning_share": [0.666666667, 0.666666667, 0.5],
            "evening_share": [0.333333333, 0.333333333, 0.5],
            "trend_ratio": [0.0, 1.5, 3.0],
        }
    )
    assert_frame_equal(found, by_hand)


@pytest.mark.parametrize(
    ("ordered_at", "weekend", "morning", "evening"),
    [
        ("2024-03-24 22:30", 1, 0, 1),  # Sunday 23:30 in winter
        ("2024-03-31 22:30", 0, 1, 0),  # Monday 00:30 in summer
        ("2024-03-29 22:59", 0, 0, 1),  # Friday 23:59
        ("2024-03-29 23:00", 1, 1, 0),  # Saturday 00:00
        ("2024-03-26 16:59", 0, 0, 0),  # 17:59 in winter
        ("2024-04-02 16:00", 0, 0, 1),  # 18:00 in summer
        ("2024-03-26 10:59", 0, 1, 0),  # 11:59 in winter
        ("2024-04-02 10:00", 0, 0, 0),  # 12:00 in summer
        ("2024-03-31 00:59", 1, 1, 0),  # the last minute of winter, 01:59
        ("2024-03-31 01:00", 1, 1, 0),  # the first of summer, 03:00
    ],
)
def test_days_and_hours_follow_the_clock_over_the_switch_to_summer(
    ordered_at, weekend, morning, evening, shop_of, build
):
    frame = frame_of([("ann", ordered_at, 1.0)])
    found = build(shop_of({"orders": frame}, "Europe/Berlin"), "2024-05-01", 60)
    habits = found[["weekend_share", "morning_share", "evening_share"]]
    assert habits.iloc[0].tolist() == [weekend, morning, evening]


@pytest.mark.parametrize(
    ("timezone", "evening"),
    [("America/New_York", 1), ("UTC", 1), ("Asia/Kolkata", 0), ("Pacific/Apia", 0)],
)
def test_an_evening_is_an_evening_where_the_shop_is(timezone, evening, shop_of, build):
    # 23:30 in London is 18:30 in New York, 05:00 in Kolkata and 12:30 in Apia.
    frame = frame_of([("cat", "2024-01-31 23:30", 1.0)])
    found = build(shop_of({"orders": frame}, timezone), names=["evening_share"])
    assert found["evening_share"].tolist() == [evening]


def test_lines_and_categories_equal_what_paper_says(lines, shop_of, build):
    lines.loc[4, "category"] = "drinks"
    found = build(
        shop_of({"order_lines": lines}), names=["basket_lines", "n_categories"]
    )
    by_hand = pd.DataFrame(
        {
            "customer_id": ["ann", "bob"],
            "basket_lines": [1.5, 1.5],  # three lines bought in two orders, each
            "n_categories": [2.0, 1.0],  # an unknown category is none
        }
    )
    assert_frame_equal(found, by_hand)


def test_lines_without_an_order_id_make_an_order_per_instant(lines, shop_of, build):
    bare = lines.drop(columns="order_id")
    found = build(shop_of({"order_lines": bare}), names=["basket_lines", "n_orders"])
    assert found["n_orders"].tolist() == [2, 2]
    assert found["basket_lines"].tolist() == [1.5, 1.5]


def test_trend_is_unknown_where_nothing_was_spent_on_balance(shop_of, build):
    rows = [("ann", "2024-03-01", 5.0), ("ann", "2024-03-02", -5.0)]
    found = build(shop_of({"orders": frame_of(rows)}), names=["trend_ratio"])
    assert found["trend_ratio"].isna().all()


def test_steady_spend_has_a_trend_of_one(shop_of, build):
    days = pd.date_range("2024-01-01", periods=90, freq="D")
    frame = frame_of([("ann", str(day), 3.0) for day in days])
    found = build(shop_of({"orders": frame}), "2024-03-31", 90, ["trend_ratio"])
    assert found["trend_ratio"].tolist() == [1.0]

"""Value: recency, frequency and money, each worked out by hand."""

from __future__ import annotations

import pandas as pd
import pytest
from pandas.testing import assert_frame_equal

NAMES = [
    "recency_days",
    "n_orders",
    "spend_total",
    "basket_mean",
    "interval_days",
    "overdue_ratio",
]


def expected(rows: dict[str, list[float]]) -> pd.DataFrame:
    frame = pd.DataFrame.from_dict(rows, orient="index", columns=NAMES, dtype=float)
    return frame.rename_axis("customer_id").reset_index()


def test_value_of_three_customers_equals_what_paper_says(shop, build):
    found = build(shop, "2024-03-31", 180, NAMES)[["customer_id", *NAMES]]
    # ann came last on 21 January at 09:00: 70 days less 9 hours before the origin.
    by_hand = expected(
        {
            "ann": [69.625, 3, 55.0, 20.0, 10.0, 6.9625],
            "bob": [56.1666667, 3, 28.0, 9.33333333, 14.25, 3.94152047],
            "cat": [49.5833333, 2, 100.0, 50.0, 9.4375, 5.25386313],
        }
    )
    assert_frame_equal(found, by_hand)


def test_recency_looks_back_beyond_the_window_and_everything_else_does_not(shop, build):
    # The 55 days before 31 March begin on 5 February: only cat's last order is left.
    found = build(shop, "2024-03-31", 55, NAMES)[["customer_id", *NAMES]]
    none = float("nan")
    by_hand = expected(
        {
            "ann": [69.625, 0, 0, none, none, none],
            "bob": [56.1666667, 0, 0, none, none, none],
            "cat": [49.5833333, 1, 0.5, 0.5, none, none],
        }
    )
    assert_frame_equal(found, by_hand)


def test_recency_starts_at_local_midnight(orders, shop_of, build):
    # In New York the 31st begins four hours after it does in UTC.
    shop = shop_of({"orders": orders}, "America/New_York")
    found = build(shop, "2024-03-31", names=["recency_days"])
    assert found["recency_days"].tolist() == [
        pytest.approx(69.625 + 4 / 24, rel=1e-8),
        pytest.approx(56 + 1 / 6 + 4 / 24, rel=1e-8),
        pytest.approx(49 + 14 / 24 + 4 / 24, rel=1e-8),
    ]


def test_a_return_counts_when_it_comes_back(shop, build):
    before = build(shop, "2024-01-25", names=["spend_total", "n_orders"])
    after = build(shop, "2024-01-26", names=["spend_total", "n_orders"])
    assert before.set_index("customer_id").loc["ann"].tolist() == [3, 60]
    assert after.set_index("customer_id").loc["ann"].tolist() == [3, 55]


def test_separate_returns_leave_spend_alone(orders, shop_of, build):
    separate = shop_of({"orders": orders}, returns="separate")
    found = build(separate, names=["spend_total", "n_orders", "basket_mean"])
    assert found["spend_total"].tolist() == [60, 28, 100]
    assert found["n_orders"].tolist() == [3, 3, 2]


def test_dropped_returns_are_not_in_the_shop_and_so_not_in_spend(
    orders, shop_of, build
):
    kept = shop_of({"orders": orders[~orders["is_return"]]}, returns="drop")
    assert build(kept, names=["spend_total"])["spend_total"].tolist() == [60, 28, 100]


def test_one_order_has_no_interval_and_is_never_overdue(orders, shop_of, build):
    first = orders.drop_duplicates("customer_id")
    found = build(shop_of({"orders": first}), names=["interval_days", "overdue_ratio"])
    assert found[["interval_days", "overdue_ratio"]].isna().all(axis=None)


def test_orders_at_one_instant_have_no_interval(orders, shop_of, build):
    twins = orders.head(2).assign(ordered_at=pd.Timestamp("2024-01-01 09:00"))
    found = build(shop_of({"orders": twins}), names=["n_orders", "interval_days"])
    assert found["n_orders"].tolist() == [2]
    assert found["interval_days"].isna().all()


def test_a_day_is_the_shortest_cycle(orders, shop_of, build):
    hourly = orders.head(2).assign(
        ordered_at=pd.to_datetime(["2024-03-28 22:00", "2024-03-29 00:00"])
    )
    found = build(shop_of({"orders": hourly}), names=["overdue_ratio"])
    assert found["overdue_ratio"].tolist() == [2.0]


def test_someone_who_only_returned_has_no_order_and_no_recency(orders, shop_of, build):
    back = orders[orders["is_return"]]
    found = build(shop_of({"orders": back}), names=["recency_days", "n_orders"])
    assert found["customer_id"].tolist() == ["ann"]
    assert found[["recency_days", "n_orders"]].isna().all(axis=None)


def test_shares_and_ranks_of_spend_equal_what_paper_says(shop, build):
    found = build(shop, names=["spend_share", "spend_rank"])
    # Ann spent 55 of 183, Bob 28 and Cat 100.
    assert found["spend_share"].tolist() == [0.300546448, 0.153005464, 0.546448087]
    assert found["spend_rank"].tolist() == [0.5, 0.0, 1.0]


def test_equal_spend_has_an_equal_rank_and_nobody_else_the_middle(
    orders, shop_of, build
):
    alike = orders[~orders["is_return"]].drop_duplicates("customer_id")
    alike = alike.assign(amount=[5.0, 5.0, 9.0])
    found = build(shop_of({"orders": alike}), names=["spend_rank"])
    assert found["spend_rank"].tolist() == [0.25, 0.25, 1.0]
    alone = build(shop_of({"orders": alike.head(1)}), names=["spend_rank"])
    assert alone["spend_rank"].tolist() == [0.5]


def test_who_got_more_back_than_they_paid_has_no_share(orders, shop_of, build):
    back = orders.assign(amount=[*orders["amount"][:3], -99.0, *orders["amount"][4:]])
    found = build(shop_of({"orders": back}), names=["spend_share", "spend_total"])
    assert found["spend_total"].tolist() == [-39, 28, 100]
    assert found["spend_share"].tolist() == [0.0, 0.21875, 0.78125]


def test_shares_add_up_to_one_and_of_nothing_there_is_none(orders, shop_of, build):
    share = build(shop_of({"orders": orders}), names=["spend_share"])["spend_share"]
    assert share.sum() == pytest.approx(1)
    free = orders.assign(amount=0.0, is_return=False)
    found = build(shop_of({"orders": free}), names=["spend_share"])
    assert found["spend_share"].isna().all()


def test_spend_of_the_halves_of_the_window_is_compared(shop, build):
    # Of 120 days the second half begins on 31 January.
    found = build(shop, days=120, names=["spend_change"])
    assert found["spend_change"].tolist() == [-1.0, 0.0, 1.0]


def test_margins_are_those_of_what_has_a_known_cost(orders, shop_of, build):
    none = float("nan")
    cost = [6.0, 12.0, 18.0, -3.0, none, none, none, 79.6, none]
    shop = shop_of({"orders": orders.assign(cost=cost)})
    found = build(shop, names=["margin_total", "margin_share"])
    # Ann: 55 less 33. Bob: unknown. Cat: 99.5 less 79.6; of the other nothing is known.
    by_hand = pd.DataFrame(
        {
            "customer_id": ["ann", "bob", "cat"],
            "margin_share": [0.4, none, 0.2],
            "margin_total": [22.0, none, 19.9],
        }
    )
    assert_frame_equal(found, by_hand)


def test_margins_are_of_orders_where_returns_are_separate(orders, shop_of, build):
    shop = shop_of({"orders": orders.assign(cost=orders["amount"] / 2)})
    apart = shop_of({"orders": orders.assign(cost=1.0)}, returns="separate")
    assert build(shop, names=["margin_total"])["margin_total"].tolist() == [
        27.5,
        14,
        50,
    ]
    assert build(apart, names=["margin_total"])["margin_total"].tolist() == [57, 25, 98]

"""The ledger: one row per order, and one per order and instant of returns."""

from __future__ import annotations

from decimal import Decimal

import pandas as pd
import pytest
from pandas.testing import assert_frame_equal

from segtools.prepare.ledger import build_orders


def ledger(shop) -> pd.DataFrame:
    frame = build_orders(shop.tables).to_pandas()
    return frame.sort_values(["customer_id", "ordered_at", "order_id"]).reset_index(
        drop=True
    )


@pytest.fixture
def rows() -> pd.DataFrame:
    names = ["customer_id", "order_id", "ordered_at", "amount", "is_return"]
    rows = [
        ("ann", "1", "2024-01-01 10:05", 10.0, False),
        ("ann", "1", "2024-01-01 10:00", 20.0, False),
        ("ann", "1", "2024-01-10 10:00", -1.0, True),
        ("ann", "1", "2024-02-10 10:00", -2.0, True),
        ("ann", "1", "2024-02-10 10:00", -4.0, True),
        ("bob", "1", "2024-01-01 10:00", 7.0, False),
    ]
    frame = pd.DataFrame(rows, columns=names)
    return frame.assign(ordered_at=pd.to_datetime(frame["ordered_at"]))


def test_lines_become_orders_and_returns_stand_at_their_own_time(rows, shop_of):
    found = ledger(shop_of({"order_lines": rows}))
    by_hand = pd.DataFrame(
        {
            "customer_id": ["ann", "ann", "ann", "bob"],
            "is_return": [False, True, True, False],
            "ordered_at": pd.to_datetime(
                [f"2024-{day} 10:00" for day in ("01-01", "01-10", "02-10", "01-01")]
            ),
            "amount": [Decimal(n) for n in ("30.0000", "-1.0000", "-6.0000", "7.0000")],
            "n_lines": [2, 1, 2, 1],
        }
    )
    assert_frame_equal(found[list(by_hand)], by_hand, check_dtype=False)


def test_an_order_has_its_earliest_time(rows, shop_of):
    found = ledger(shop_of({"order_lines": rows}))
    assert found["ordered_at"][0] == pd.Timestamp("2024-01-01 10:00")


def test_columns_that_no_source_has_are_null_throughout(rows, shop_of):
    found = ledger(shop_of({"orders": rows}))
    absent = ["discount", "coupon_discount", "cost"]
    absent += ["store_id", "channel", "currency"]
    assert found[absent].isna().all(axis=None)


def test_an_order_seen_in_two_stores_has_the_same_one_in_any_order(rows, shop_of):
    two = rows.assign(store_id=["N", "B", None, None, None, None])
    one, other = (ledger(shop_of({"orders": f})) for f in (two, two.iloc[::-1]))
    assert one["store_id"][0] == "B"
    assert_frame_equal(one, other)


def test_orders_rule_where_both_tables_are_there(rows, shop_of):
    lines = rows.assign(amount=1.0)
    found = ledger(shop_of({"order_lines": lines, "orders": rows.head(1)}))
    assert found["amount"].tolist() == [Decimal("10.0000")]


def test_without_an_id_each_instant_is_an_order(rows, shop_of):
    bare = rows.drop(columns="order_id")
    found = ledger(shop_of({"orders": bare}))
    assert found.groupby("customer_id").size().to_dict() == {"ann": 4, "bob": 1}


def test_a_missing_id_does_not_glue_orders_together(rows, shop_of):
    some = rows.assign(order_id=["1", None, None, None, None, None])
    found = ledger(shop_of({"orders": some}))
    assert found["amount"].tolist() == [
        Decimal(n) for n in ("20.0000", "10.0000", "-1.0000", "-6.0000", "7.0000")
    ]


def test_money_adds_up_whatever_the_grouping(rows, shop_of):
    total = ledger(shop_of({"order_lines": rows}))["amount"].sum()
    assert total == Decimal("30.0000")


def test_no_orders_at_all_is_a_mistake_of_the_caller(shop_of):
    people = pd.DataFrame({"customer_id": ["ann"]})
    with pytest.raises(KeyError, match="orders or order_lines"):
        build_orders(shop_of({"customers": people}).tables)


def costs(found: pd.DataFrame) -> list[float | None]:
    return [None if pd.isna(cost) else float(cost) for cost in found["cost"]]


def test_an_order_with_one_unknown_cost_has_an_unknown_cost(rows, shop_of):
    shop = shop_of({"order_lines": rows.assign(cost=[5.0, 10, None, -1, -2, 3])})
    assert costs(ledger(shop)) == [15.0, None, -3.0, 3.0]


def test_a_return_lowers_the_cost_of_its_order_too(rows, shop_of):
    shop = shop_of({"order_lines": rows.assign(cost=[5.0, 10, -0.5, -1, -2, 3])})
    net = build_orders(shop.tables, net_against="order").to_pandas()
    assert costs(net.sort_values("customer_id")) == [11.5, 3.0]
    unknown = shop_of({"order_lines": rows.assign(cost=[5.0, 10, None, -1, -2, 3])})
    net = build_orders(unknown.tables, net_against="order").to_pandas()
    assert costs(net.sort_values("customer_id")) == [None, 3.0]


def test_a_cancelled_order_gives_its_cost_back(rows, shop_of):
    gone = rows.tail(1).assign(cost=3.0, cancelled_at=pd.Timestamp("2024-01-05"))
    tables = shop_of({"orders": gone}).tables
    found = build_orders(tables, cancellations="return").to_pandas()
    assert sorted(costs(found)) == [-3.0, 3.0]


def test_rows_that_are_orders_keep_their_cost(rows, shop_of):
    each = rows.tail(1).assign(cost=3.0)
    tables = shop_of({"orders": each}).tables
    assert costs(build_orders(tables, rows_are_orders=True).to_pandas()) == [3.0]

"""Orders that differ from their lines are counted; refunds are left aside."""

from __future__ import annotations

import pandas as pd
from conftest import make_shop

from segtools.prepare.agree import compare_orders_and_lines


def orders(**columns: list) -> pd.DataFrame:
    start = pd.to_datetime(["2024-01-01", "2024-01-02", "2024-01-03"])
    base = {"customer_id": list("aab"), "order_id": list("123"), "ordered_at": start}
    base |= {"amount": [10.0, 20.0, 30.0], "is_return": [False] * 3}
    return pd.DataFrame(base | columns)


def test_orders_that_differ_from_their_lines_are_counted():
    lines = orders(product_id=list("xyz"), amount=[10.0, 19.0, 30.005])
    shop = make_shop({"orders": orders(), "order_lines": lines})
    (entry,) = compare_orders_and_lines(shop.tables)
    assert entry["rows"] == 1
    assert entry["change"] == "orders_and_lines_differ"


def test_nothing_is_said_where_they_agree_or_one_is_missing():
    same = orders(product_id=list("xyz"))
    shop = make_shop({"orders": orders(), "order_lines": same})
    assert compare_orders_and_lines(shop.tables) == []
    assert compare_orders_and_lines({"orders": shop.tables["orders"]}) == []


def test_a_refund_without_its_goods_is_no_difference():
    back = orders(amount=[10.0, 20.0, -20.0], order_id=list("122"))
    back = back.assign(customer_id="a", is_return=[False, False, True])
    lines = orders(product_id=list("xyz")).iloc[:2]
    shop = make_shop({"orders": back, "order_lines": lines})
    assert compare_orders_and_lines(shop.tables) == []

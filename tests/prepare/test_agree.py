"""One currency a run; orders that differ from their lines are counted."""

from __future__ import annotations

import pandas as pd
import pytest
from conftest import make_shop

from segtools.prepare.agree import compare_orders_and_lines, refuse_currencies
from segtools.schema import DataError


def orders(**columns: list) -> pd.DataFrame:
    start = pd.to_datetime(["2024-01-01", "2024-01-02", "2024-01-03"])
    base = {"customer_id": list("aab"), "order_id": list("123"), "ordered_at": start}
    return pd.DataFrame(base | {"amount": [10.0, 20.0, 30.0]} | columns)


def test_two_currencies_are_refused_with_their_counts():
    table = make_shop({"orders": orders(currency=["EUR", "USD", "EUR"])}).tables
    said = r"one currency, but it holds EUR \(2 rows\), USD \(1 rows\)\. Convert"
    with pytest.raises(DataError, match=said):
        refuse_currencies("orders", table["orders"])


@pytest.mark.parametrize("currency", [["EUR"] * 3, ["EUR", None, None]])
def test_one_currency_is_fine(currency):
    table = make_shop({"orders": orders(currency=currency)}).tables
    assert refuse_currencies("orders", table["orders"]) is None


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

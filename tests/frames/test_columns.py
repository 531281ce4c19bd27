"""Columns are found by name, and what is in doubt is asked."""

from __future__ import annotations

import pytest

from segtools.frames.columns import find_columns, find_customer
from segtools.schema import ConfigError, DataError

ONLINE = ["InvoiceNo", "StockCode", "Description", "Quantity", "InvoiceDate"]
ONLINE += ["UnitPrice", "CustomerID", "Country"]


def test_a_well_known_retail_file_is_understood():
    found = find_columns(ONLINE, {})
    assert found.table == "order_lines"
    assert found.chosen == {
        "customer_id": "CustomerID",
        "ordered_at": "InvoiceDate",
        "order_id": "InvoiceNo",
        "product_id": "StockCode",
        "quantity": "Quantity",
        "unit_price": "UnitPrice",
    }
    assert "Not used: 'Description' and 'Country'." in found.told


def test_the_contracts_own_name_wins_over_what_the_world_calls_it():
    found = find_columns(["client", "customer_id", "date", "ordered_at", "amount"], {})
    assert found.chosen["customer_id"] == "customer_id"
    assert found.chosen["ordered_at"] == "ordered_at"
    assert "Not used: 'client' and 'date'." in found.told


def test_place_does_not_count():
    columns = ["Total", "Date", "Customer"]
    assert find_columns(columns, {}).chosen == find_columns(columns[::-1], {}).chosen


def test_a_price_is_the_amount_only_where_nothing_says_how_many():
    alone = find_columns(["customer", "date", "price"], {})
    assert alone.chosen["amount"] == "price"
    both = find_columns(["customer", "date", "price", "qty"], {})
    assert "amount" not in both.chosen
    assert both.chosen["unit_price"] == "price"


def test_two_columns_of_one_rank_are_refused_by_name():
    with pytest.raises(DataError) as caught:
        find_columns(["Customer", "Client ID", "Date", "Total"], {})
    assert str(caught.value) == (
        "orders must have one column that says who bought, but 'Customer' and "
        "'Client ID' might each be it. Say which: customer='Customer'."
    )
    chosen = find_columns(
        ["Customer", "Client ID", "Date", "Total"], {"customer_id": "Client ID"}
    )
    assert chosen.chosen["customer_id"] == "Client ID"


def test_no_obvious_customer_is_refused_with_what_it_could_be():
    with pytest.raises(DataError) as caught:
        find_columns(["E-Mail", "Date", "Total"], {})
    assert str(caught.value) == (
        "orders must have a column that says who bought, but none of 'E-Mail', 'Date' "
        "and 'Total' is named like one. It could be 'E-Mail'. Name it: "
        "customer='E-Mail'."
    )


def test_no_amount_is_refused_with_what_to_do_without_one():
    with pytest.raises(DataError, match="goal='keep_customers'") as caught:
        find_columns(["Customer", "Date", "Subtotal"], {})
    assert "It could be 'Subtotal'." in str(caught.value)


def test_an_export_that_has_a_source_of_its_own_is_recognised():
    shopify = ["Name", "Email", "Financial Status", "Created at", "Lineitem name"]
    with pytest.raises(DataError, match="looks like a Shopify orders export"):
        find_columns([*shopify, "Total"], {})


def test_a_wrong_name_gets_the_nearest_one():
    with pytest.raises(DataError, match="Did you mean 'Customer'"):
        find_columns(["Customer", "Date", "Total"], {"customer_id": "Custmer"})
    with pytest.raises(ConfigError, match="Did you mean 'product_id'"):
        find_columns(["Customer", "Date", "Total"], {"product_di": "Customer"})


def test_one_column_cannot_be_two_things():
    named = {"customer_id": "Customer", "order_id": "Customer"}
    with pytest.raises(ConfigError, match="named for customer_id and order_id"):
        find_columns(["Customer", "Date", "Total"], named)


def test_a_column_can_be_left_out():
    headers = ["customer", "date", "total", "discount", "order"]
    assert find_columns(headers, {}).chosen["discount"] == "discount"
    without = find_columns(headers, {"discount": None, "order_id": None})
    assert {"discount", "order_id"}.isdisjoint(without.chosen)


def test_hostile_headers_are_cut_short_and_quoted():
    evil = "<script>alert(1)</script>" * 40
    with pytest.raises(DataError) as caught:
        find_columns([evil, "Date", "Total"], {})
    assert len(str(caught.value)) < 600
    assert "\n" not in str(caught.value)


def test_customers_are_found_by_the_name_that_orders_use():
    assert find_customer(["Kunde", "Stadt"], None) == "Kunde"
    assert find_customer(["Mail", "City"], "Mail") == "Mail"
    with pytest.raises(DataError, match="customers must have a column that says who"):
        find_customer(["City", "Age"], None)

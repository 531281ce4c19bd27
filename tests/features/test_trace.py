"""A trace shows the rows, the features and nothing that it should not."""

from __future__ import annotations

import pandas as pd
import pytest

import segtools
from segtools.features.trace import BEFORE, IN_WINDOW, UNDATED, trace_customer
from segtools.schema import DataError


@pytest.fixture
def full(orders, shop_of):
    people = pd.DataFrame({"customer_id": ["ann", "zoe"], "region": ["N", "S"]})
    events = pd.DataFrame(
        {
            "customer_id": ["ann", "ann", "eve"],
            "occurred_at": pd.to_datetime(["2024-01-02", "2024-02-20", "2024-01-03"]),
            "event": ["page_view", "page_view", "page_view"],
        }
    )
    return shop_of({"orders": orders, "customers": people, "events": events})


def trace(shop, who="ann", bases=("value",), **more):
    more |= {"as_of": "2024-01-21T09:00", "window_days": 10}
    return trace_customer(shop, who, bases=bases and [*bases], **more)


def test_rows_are_marked_and_later_ones_only_counted(full):
    found = trace(full)
    # The 11th at 19:00 is in the ten days before the 21st at 09:00, the 1st is not.
    assert found.rows["orders"]["when"].tolist() == [BEFORE, IN_WINDOW]
    assert found.rows["orders"]["order_id"].tolist() == ["1", "2"]
    assert found.rows["customers"]["when"].tolist() == [UNDATED]
    assert found.rows["events"]["when"].tolist() == [BEFORE]
    assert found.later == {"orders": 2, "customers": 0, "events": 1}


def test_features_are_those_of_a_run_with_their_rows(full, build):
    table = trace(full, bases=None).features.set_index("feature")
    run = build(full, "2024-01-21T09:00", 10, with_customers=True)
    run = run.set_index("customer_id").loc["ann"]
    assert set(table.index) == set(run.index)
    for name, value in run.items():
        shown = table.loc[name, "value"]
        assert shown == value or (pd.isna(shown) and pd.isna(value)), name
    assert table.loc["n_orders", ["value", "view", "rows"]].tolist() == [1, "orders", 1]
    assert table.loc["recency_days", "rows"] == 2
    assert table.loc["recency_days", "definition"].startswith("Days from the last")


def test_bases_choose_the_features(full):
    assert set(trace(full).features["basis"]) == {"value"}


def test_tables_alone_do_as_well(full):
    found = trace(full.tables, timezone="UTC")
    assert found.features.equals(trace(full).features)


def test_who_has_neither_order_nor_row_in_customers_has_no_values(full):
    found = trace(full, "eve")
    assert list(found.rows) == ["events"]
    assert found.features["value"].isna().all()


def test_strangers_are_refused_with_a_remedy(full):
    with pytest.raises(DataError, match=r"'Ann' has no row in .*check case, blanks"):
        trace(full, "Ann")
    with pytest.raises(DataError, match=r"all 2 of 'cat' are dated from then on"):
        trace(full, "cat")


def test_hostile_text_is_escaped_and_on_one_line(orders, shop_of):
    wild = "<script>alert(1)</script>\n\u202e& 'x'"
    frame = orders.assign(customer_id=wild, channel=wild)
    people = pd.DataFrame({"customer_id": [wild], "<b>odd</b>": [wild]})
    shop = shop_of({"orders": frame, "customers": people})
    found = trace_customer(shop, wild, as_of="2024-03-31", bases=["value"])
    page, text = found._repr_html_(), repr(found)
    assert "<script>" not in page
    assert "<b>" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt; &amp;" in page
    assert "\u202e" not in page + text
    assert "Customer <script>alert(1)</script> & 'x' as of 2024-03-31" in text
    assert "recency_days" in text


def test_only_the_last_rows_are_shown(orders, shop_of):
    many = pd.concat([orders.head(1)] * 25, ignore_index=True)
    many["order_id"] = [f"order-{i:02d}" for i in range(25)]
    many["ordered_at"] += pd.to_timedelta(range(25), unit="h")
    shop = shop_of({"orders": many})
    found = trace_customer(shop, "ann", as_of="2024-03-31", bases=["value"])
    assert "orders: 25 rows, the last 20; 0 later ones not seen" in repr(found)
    assert "order-04" not in repr(found)
    assert "order-05" in found._repr_html_()


def test_it_is_public():
    assert segtools.trace_customer is trace_customer

"""Several sources in one run: which is the shop, and what the others are called."""

from __future__ import annotations

import ibis
import pandas as pd
import pytest

from segtools.schema import ConfigError, DataError
from segtools.sources import NEVER, Opened
from segtools.sources.people.join import join_blocks


def opened(**tables: pd.DataFrame) -> Opened:
    return Opened(
        tables={name: ibis.memtable(frame) for name, frame in tables.items()},
        licence=[f"of {'+'.join(tables)}"],
        read_as=dict.fromkeys(tables, "ISO"),
    )


def orders(customer: str = "7") -> pd.DataFrame:
    day = pd.Timestamp("2024-01-01")
    return pd.DataFrame({"customer_id": [customer], "ordered_at": [day]})


def events(customer: str = "7") -> pd.DataFrame:
    day = pd.Timestamp("2024-01-01")
    return pd.DataFrame({"customer_id": [customer], "occurred_at": [day]})


def test_one_source_whose_rows_carry_ids_passes_as_it_is(con):
    one = opened(orders=orders())
    assert join_blocks([("files", one)], con) is one


def test_the_first_block_with_orders_is_the_shop_wherever_it_stands(con):
    blocks = [
        ("liveagent", opened(events=events())),
        ("shopify", opened(orders=orders())),
        ("liveagent", opened(events=events("8"))),
    ]
    found = join_blocks(blocks, con)
    assert set(found.tables) == {"orders", "events:liveagent", "events:liveagent 2"}
    assert found.licence == ["of orders", "of events", "of events"]
    assert found.read_as["events:liveagent 2"] == "ISO"
    matched = {n: t.matched.to_pandas()[0] for n, t in found.tables.items() if ":" in n}
    assert matched == {"events:liveagent": "id", "events:liveagent 2": "none"}


def test_two_shops_in_one_shape_are_put_together(con):
    blocks = [("shopify", opened(orders=orders())), ("stripe", opened(orders=orders()))]
    assert set(join_blocks(blocks, con).tables) == {"orders", "orders:stripe"}


def test_lines_of_one_shop_beside_orders_of_another_are_refused(con):
    blocks = [
        ("shopify", opened(orders=orders())),
        ("ga4", opened(order_lines=orders())),
    ]
    with pytest.raises(
        DataError, match="shopify gives orders and ga4 order_lines alone"
    ):
        join_blocks(blocks, con)


def test_a_block_may_give_some_of_its_tables_only():
    both = opened(orders=orders(), events=events())
    assert set(both.only(["events"]).before(NEVER)) == {"events"}
    with pytest.raises(ConfigError, match="Did you mean 'events'"):
        both.only(["evnts"])

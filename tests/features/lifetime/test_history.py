"""From orders to histories: local days, first purchases left out, on any engine."""

from __future__ import annotations

from decimal import Decimal
from functools import cache

import ibis
import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from engines import ENGINES, SPARK_WARNINGS, load, need_engine
from pandas.testing import assert_frame_equal

from segtools.features.catalogue import Window
from segtools.features.lifetime.history import purchase_history
from segtools.features.views import views
from segtools.timezones import DAY, epoch, instant

pytestmark = [pytest.mark.filterwarnings(w) for w in SPARK_WARNINGS]
ORIGIN = epoch(instant("2024-03-31", "UTC"))


def counted(history, origin=ORIGIN, timezone="UTC"):
    frame = purchase_history(history, origin, timezone=timezone).to_pandas()
    return frame.sort_values("customer_id", ignore_index=True)


def test_three_customers_equal_what_paper_says(shop):
    found = counted(views(shop, Window(ORIGIN, 180))["history"])
    by_hand = pd.DataFrame(
        {
            "customer_id": ["ann", "bob", "cat"],
            "frequency": [2, 2, 1],
            "recency": [20, 28, 10],
            # The last day is 30 March: 89, 84 and 59 days after the first purchases.
            "age": [89, 84, 59],
            "monetary": [25.0, 10.5, 0.5],
        }
    )
    assert_frame_equal(found, by_hand)


def test_orders_of_one_day_are_one_purchase(orders, shop_of):
    two = orders.head(2).assign(
        ordered_at=pd.to_datetime(["2024-01-01 00:10", "2024-01-01 23:50"])
    )
    found = counted(views(shop_of({"orders": two}), Window(ORIGIN, 180))["history"])
    assert found[["frequency", "recency"]].to_numpy().tolist() == [[0, 0]]
    assert found["monetary"].isna().all()


def test_days_are_those_of_the_shop(orders, shop_of):
    two = orders.head(2).assign(
        # In summer, Berlin is two hours ahead: the second order is on the next day.
        ordered_at=pd.to_datetime(["2023-07-01 10:00", "2023-07-01 22:30"])
    )
    history = views(shop_of({"orders": two}, "Europe/Berlin"), Window(ORIGIN, 10))
    found = counted(history["history"], timezone="Europe/Berlin")
    assert found[["frequency", "recency", "monetary"]].to_numpy().tolist() == [
        [1, 1, 20.0]
    ]
    assert counted(history["history"])["frequency"].tolist() == [0]


def test_orders_from_the_origin_on_are_not_known_yet(orders):
    table = ibis.memtable(orders[~orders["is_return"]])
    origin = epoch(instant("2024-01-13T08:00", "UTC"))
    found = counted(table, origin)
    assert found["customer_id"].tolist() == ["ann", "bob"]
    assert found["frequency"].tolist() == [1, 0]
    assert found["age"].tolist() == [12, 7]


def test_a_purchase_on_the_last_day_has_an_age_of_0(orders):
    table = ibis.memtable(orders.head(1))
    found = counted(table, epoch(instant("2024-01-02", "UTC")))
    assert found["age"].tolist() == [0]


def test_money_is_summed_as_decimals(orders):
    cents = pd.concat([orders.head(1)] * 11, ignore_index=True)
    cents["ordered_at"] += pd.to_timedelta(range(11), unit="D")
    cents["amount"] = 0.1
    table = ibis.memtable(cents)
    table = table.mutate(amount=table.amount.cast("decimal(18, 4)"))
    assert counted(table)["monetary"].tolist() == [0.1]


def test_the_order_of_rows_does_not_matter(orders):
    first = counted(ibis.memtable(orders))
    assert_frame_equal(first, counted(ibis.memtable(orders[::-1])))


@cache
def of_engine(engine: str) -> pd.DataFrame:
    """Count 300 orders of 40 customers in an engine."""
    rng = np.random.default_rng(8)
    times = np.sort(rng.integers(ORIGIN - 400 * DAY, ORIGIN + 10 * DAY, 300))
    orders = pa.table(
        {
            "customer_id": [f"c{i}" for i in rng.integers(0, 40, 300)],
            "ordered_at": pa.array(times * 1_000_000, pa.timestamp("us")),
            "amount": pa.array(
                [Decimal(int(a)) / 100 for a in rng.integers(1, 9999, 300)]
            ),
        }
    )
    return counted(load(engine, {"orders": orders})["orders"], timezone="Europe/Berlin")


@pytest.mark.xdist_group("engines")
@pytest.mark.parametrize("engine", [e for e in ENGINES if e != "duckdb"])
def test_all_engines_count_alike(engine):
    need_engine(engine)
    found, expected = of_engine(engine), of_engine("duckdb")
    assert expected["frequency"].sum() > 200
    assert_frame_equal(found, expected)


@pytest.mark.parametrize("dialect", ["postgres", "pyspark"])
def test_other_engines_get_plain_sql(dialect):
    schema = {"customer_id": "string", "second": "int64", "amount": "decimal(18, 4)"}
    built = purchase_history(ibis.table(schema, name="history"), 20_000 * DAY)
    sql = ibis.to_sql(built, dialect=dialect).lower()
    assert sql.count("group by") == 3
    assert " over " not in sql

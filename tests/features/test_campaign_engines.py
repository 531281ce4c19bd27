"""Campaigns teach the same in DuckDB, PostgreSQL and Spark."""

from __future__ import annotations

from functools import cache

import pandas as pd
import pyarrow as pa
import pytest
from engines import ENGINES, SPARK_WARNINGS, load, need_engine
from pandas.testing import assert_frame_equal

from segtools.features.build import supported
from segtools.features.campaigns import CampaignPlan, plan_campaigns
from segtools.features.legs import build_learning
from segtools.features.shop import Shop
from segtools.simulate import simulate
from segtools.simulate_campaigns import simulate_campaigns

pytestmark = [
    pytest.mark.xdist_group("engines"),
    *[pytest.mark.filterwarnings(w) for w in SPARK_WARNINGS],
]
OTHERS = [e for e in ENGINES if e != "duckdb"]
NOW = int(pd.Timestamp("2025-01-01").timestamp())
FIRST = int(pd.Timestamp("2024-01-01").timestamp())
FEATURES = ("recency_days", "n_orders", "spend_total")
_MONEY = pa.decimal128(18, 4)


@cache
def frames() -> dict[str, pa.Table]:
    """Orders, two campaigns sent at once and one that trickles on."""
    shop = simulate(80, seed=6)
    more = simulate_campaigns(shop, ["2024-06-03", "2024-09-02", "2024-10-14"], seed=2)
    lines = shop.order_lines[["customer_id", "order_id", "ordered_at", "is_return"]]
    lines = lines.assign(product_id=shop.order_lines["product_id"])
    lines["amount"] = shop.order_lines["amount"].round(2)
    sent = more.campaigns.drop(columns="cost")
    late = pd.to_timedelta(sent.index.to_series() % 17, unit="D")
    sent["sent_at"] += late.where(sent["campaign_id"] == "K2", pd.Timedelta(0))
    done = more.conversions.drop(columns="value")
    made = {"order_lines": lines, "campaigns": sent, "conversions": done}
    return {name: _typed(frame) for name, frame in made.items()}


def _typed(frame: pd.DataFrame) -> pa.Table:
    table = pa.Table.from_pandas(frame, preserve_index=False)
    for i, field in enumerate(table.schema):
        kind = field.type
        if field.name == "amount":
            kind = _MONEY
        elif pa.types.is_timestamp(kind):
            kind = pa.timestamp("us")
        elif pa.types.is_large_string(kind):
            kind = pa.string()
        if kind != field.type:
            table = table.set_column(i, field.name, table.column(i).cast(kind))
    return table


@cache
def learned(engine: str) -> tuple[CampaignPlan, pd.DataFrame]:
    """Plan and learn in an engine."""
    need_engine(engine)
    shop = Shop(load(engine, frames()), "UTC")
    plan = plan_campaigns(shop, NOW, FIRST, window_days=90, outcome_days=30)
    some = [f for f in supported(shop, ["value"])[0] if f.name in FEATURES]
    return plan, build_learning(shop, plan, some, "respond_to_campaign")


def test_a_campaign_that_trickles_on_has_three_waves_here():
    plan, rows = learned("duckdb")
    names = [w.campaign_id for w in plan.waves]
    assert names == ["K1", "K2", "K2", "K2", "K3"]
    assert plan.evidence == "out_of_time"
    assert 0 < rows["outcome"].mean() < 1


@pytest.mark.parametrize("engine", OTHERS)
def test_every_engine_gives_the_same_waves_and_responses(engine):
    plan, rows = learned(engine)
    assert plan == learned("duckdb")[0]
    assert_frame_equal(rows, learned("duckdb")[1])

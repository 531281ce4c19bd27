"""CDNOW's orders from the wheel of `lifetimes`, and customers drawn from a model."""

from __future__ import annotations

import os

import ibis
import numpy as np
import pandas as pd
import pytest
from lifetime import HORIZON, draw_histories

from segtools.features.lifetime.bg_nbd import BgNbd
from segtools.features.lifetime.histories import Histories
from segtools.features.lifetime.history import purchase_history
from segtools.segmentation.validation import data


@pytest.fixture(scope="session")
def cdnow_orders() -> pd.DataFrame:
    """All orders of 2,357 customers of an online shop, January 1997 to June 1998."""
    orders = data.cdnow_orders()
    if orders is None:
        reason = (
            "the wheel of lifetimes, which holds CDNOW_sample.txt, is not installed"
        )
        if os.environ.get("CI") == "true":
            pytest.fail(f"missing in CI: {reason}")
        pytest.skip(reason)
    return orders


@pytest.fixture(scope="session")
def cdnow(cdnow_orders) -> pd.DataFrame:
    """The first 39 weeks of each customer, and what they bought in the next 39."""
    end = pd.Timestamp("1997-10-01")
    orders = ibis.memtable(cdnow_orders[["customer_id", "ordered_at", "amount"]])
    counted = purchase_history(orders, int(end.timestamp())).to_pandas()
    after = cdnow_orders[cdnow_orders["ordered_at"] >= end]
    later = after.groupby("customer_id")["ordered_at"].nunique()
    weeks = counted.assign(recency=counted["recency"] / 7, age=counted["age"] / 7)
    weeks["later"] = weeks["customer_id"].map(later).fillna(0)
    return weeks.sort_values("customer_id", ignore_index=True)


@pytest.fixture(scope="session")
def cdnow_histories(cdnow) -> Histories:
    return Histories.of(cdnow["frequency"], cdnow["recency"], cdnow["age"])


@pytest.fixture(scope="session")
def true_model() -> BgNbd:
    """Customers who leave often enough to be told apart from those who stay."""
    return BgNbd(0.8, 6.0, 0.9, 2.5, unit="weeks")


@pytest.fixture(scope="session")
def drawn(true_model) -> pd.DataFrame:
    """4,000 customers who behave as `true_model` says."""
    rng = np.random.default_rng(11)
    return draw_histories(true_model, rng.uniform(20, 60, 4000), HORIZON, rng)

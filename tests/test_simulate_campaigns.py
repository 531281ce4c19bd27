"""Simulated campaigns: the truth is planted as it says, and chance where it says so."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from pandas.testing import assert_frame_equal

from segtools.simulate import simulate
from segtools.simulate_campaigns import simulate_campaigns

DAYS = ["2024-06-03", "2024-08-05"]


@pytest.fixture(scope="module")
def shop():
    return simulate(800, seed=11)


@pytest.fixture(scope="module")
def made(shop):
    return simulate_campaigns(shop, DAYS, seed=2)


def rate(made, rows: pd.DataFrame) -> float:
    keys = ["campaign_id", "customer_id"]
    done = pd.MultiIndex.from_frame(made.conversions[keys])
    return float(pd.MultiIndex.from_frame(rows[keys]).isin(done).mean())


def test_the_same_arguments_give_the_same_campaigns(shop, made):
    again = simulate_campaigns(shop, DAYS, seed=2)
    for name in ("campaigns", "conversions", "truth"):
        assert_frame_equal(getattr(again, name), getattr(made, name))


def test_receivers_have_bought_before_and_respond_after(shop, made):
    first = shop.order_lines.groupby("customer_id")["ordered_at"].min()
    sent = made.campaigns
    assert (sent["sent_at"] > sent["customer_id"].map(first)).all()
    both = made.conversions.merge(sent, on=["campaign_id", "customer_id"])
    wait = (both["converted_at"] - both["sent_at"]).dt.total_seconds() / 86_400
    assert len(both) == len(made.conversions)
    assert 0 < wait.min() < 3 < 27 < wait.max() < 30


def test_recent_and_coupon_users_respond_as_often_as_the_truth_says(made):
    sent = made.truth.assign(treated=made.campaigns["treated"])
    got = sent[sent["treated"]]
    assert abs(rate(made, got) - got["probability"].mean()) < 0.03
    likely = got["probability"] > got["probability"].median()
    assert rate(made, got[likely]) > 2 * rate(made, got[~likely])
    near = got[["recency_days", "probability"]].corr("spearman").iloc[0, 1]
    used = got[["coupon_share", "probability"]].corr("spearman").iloc[0, 1]
    assert near < -0.5
    assert used > 0.3


def test_those_held_back_respond_less(made):
    sent = made.campaigns
    held, got = sent[~sent["treated"]], sent[sent["treated"]]
    assert 0.07 < len(held) / len(sent) < 0.13
    assert rate(made, held) < 0.5 * rate(made, got)


def test_by_chance_nothing_tells_who_responds(shop):
    made = simulate_campaigns(shop, DAYS, by_chance=True, seed=2)
    assert made.truth["probability"].nunique() == 1
    got = made.truth[made.campaigns["treated"]]
    recent = got["recency_days"] < np.median(got["recency_days"])
    assert abs(rate(made, got[recent]) - rate(made, got[~recent])) < 0.06

"""One row per customer, and a record that says how it was come by."""

from __future__ import annotations

import json
from itertools import pairwise

import numpy as np
import pandas as pd
import pytest

from segtools.features.lifetime import fallback
from segtools.features.lifetime.score import MODELS, lifetime_features
from segtools.schema import ConfigError, DataError

COLUMNS = [
    "customer_id",
    "p_active",
    "expected_orders",
    "expected_order_value",
    "lifetime_value",
]


@pytest.fixture(scope="module")
def summary(drawn) -> pd.DataFrame:
    rng = np.random.default_rng(4)
    part = drawn.head(800)
    x = part["frequency"].to_numpy()
    mean = rng.gamma(6 * np.maximum(x, 1), 1 / rng.gamma(4, 1 / 15, 800))
    return pd.DataFrame(
        {
            "customer_id": [f"c{i}" for i in range(800)],
            "frequency": x.astype(int),
            "recency": part["recency"].to_numpy() * 7,
            "age": part["age"].to_numpy() * 7,
            "monetary": np.where(x > 0, mean / np.maximum(x, 1), np.nan),
        },
        index=np.arange(800) * 2,
    )


@pytest.fixture(scope="module")
def few() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "customer_id": ["ann", "bob"],
            "frequency": [3, 0],
            "recency": [50, 0],
            "age": [90, 60],
            "monetary": [20.0, np.nan],
        }
    )


@pytest.mark.parametrize("model", list(MODELS))
def test_every_customer_gets_every_number(summary, model):
    before = summary.copy()
    features, record = lifetime_features(summary, 90, model=model)
    assert list(features.columns) == COLUMNS
    assert features.index.equals(summary.index)
    assert features.notna().all(axis=None)
    assert features["p_active"].between(0, 1).all()
    product = features["expected_orders"] * features["expected_order_value"]
    assert features["lifetime_value"].tolist() == pytest.approx(product.tolist())
    assert record["purchases"]["ok"]
    assert record["order_value"]["used"] == "Gamma-Gamma"
    pd.testing.assert_frame_equal(summary, before)


def test_the_record_holds_what_a_reader_needs_and_is_json(summary):
    _, record = lifetime_features(summary, 90)
    again = json.loads(json.dumps(record, allow_nan=False))
    purchases = again["purchases"]
    assert purchases["used"] == "BG/NBD"
    assert set(purchases["parameters"]) == {"r", "alpha", "a", "b"}
    assert len(purchases["starts"]) == 4
    assert purchases["log_likelihood"] < 0
    assert purchases["calibration"]["counted"] == summary["frequency"].sum()
    assert 0.9 < purchases["calibration"]["ratio"] < 1.1
    assert again["order_value"]["independence"]["correlation"] is not None
    assert again["sentences"] == []


def test_discount_and_margin_lower_the_value_and_nothing_else(summary):
    plain, _ = lifetime_features(summary, 90)
    less, record = lifetime_features(summary, 90, discount_rate=0.02, margin=0.5)
    assert less[COLUMNS[:4]].equals(plain[COLUMNS[:4]])
    share = less["lifetime_value"] / plain["lifetime_value"]
    assert (share < 0.5).all()
    assert (share > 0.5 / 1.02**3).all()
    assert record["discount_rate"] == 0.02


def test_too_few_buyers_get_plain_rules_and_sentences(few):
    features, record = lifetime_features(few, 30)
    assert features["p_active"].isna().all()
    # Three purchases in 150 days: one takes 50.
    assert features["expected_orders"].tolist() == pytest.approx(
        [30 * 4 / 140, 30 / 110]
    )
    assert features["expected_order_value"].tolist() == [20, 20]
    assert record["purchases"]["used"] == "own pace"
    assert record["order_value"]["used"] == "own mean"
    first, *others = record["sentences"]
    assert first.startswith("BG/NBD was not fitted: 1 customer bought again")
    assert fallback.OWN_PACE in others
    assert fallback.OWN_MEAN in others
    json.dumps(record, allow_nan=False)


def test_plain_rules_are_discounted_as_well(few):
    found, _ = lifetime_features(few, 60, discount_rate=0.25)
    orders = found["expected_orders"] / 2
    expected = 20 * orders * (1 / 1.25 + 1 / 1.25**2)
    assert found["lifetime_value"].tolist() == pytest.approx(expected.tolist())


def test_nobody_who_bought_again_leaves_nothing_to_say(few):
    once = few.assign(frequency=0, recency=0, monetary=np.nan)
    features, record = lifetime_features(once, 30)
    assert features[COLUMNS[1:]].isna().all(axis=None)
    assert record["purchases"]["used"] == record["order_value"]["used"] == "none"
    assert fallback.NO_PACE in record["sentences"]
    assert fallback.NO_MEAN in record["sentences"]
    json.dumps(record, allow_nan=False)


def test_an_empty_summary_gives_an_empty_table(few):
    features, record = lifetime_features(few.head(0), 30)
    assert len(features) == 0
    assert list(features.columns) == COLUMNS
    json.dumps(record, allow_nan=False)


def test_repeat_buyers_without_value_are_counted_and_valued_like_all(summary):
    free = summary.copy()
    who = free.index[free["frequency"] > 0][:3]
    free.loc[who, "monetary"] = 0.0
    features, record = lifetime_features(free, 90)
    once = features["expected_order_value"][free["frequency"] == 0].iloc[0]
    assert features.loc[who, "expected_order_value"].tolist() == [once] * 3
    assert record["order_value"]["n_without_value"] == 3
    assert record["sentences"][0].startswith(
        "3 repeat buyers have no order value above"
    )


def test_a_longer_horizon_never_lowers_the_value(summary):
    found = [lifetime_features(summary, h)[0]["lifetime_value"] for h in (0, 30, 365)]
    assert (found[0] == 0).all()
    assert all((b >= a).all() for a, b in pairwise(found))


def test_an_unknown_model_is_refused(summary):
    with pytest.raises(
        ConfigError, match=r"model must be one of .* but 'bgnbd' is none"
    ):
        lifetime_features(summary, 90, model="bgnbd")


def test_a_missing_column_is_refused(summary):
    with pytest.raises(DataError, match=r"but \['age'\] are missing from"):
        lifetime_features(summary.drop(columns="age"), 90)

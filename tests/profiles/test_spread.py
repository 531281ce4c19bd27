"""Percentiles by segment: worked out by hand, and not of a few customers."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from segtools.profiles.spread import spread_by_segment, telling_features


@pytest.fixture
def hundred(by_hand):
    """A hundred and one customers who spent 0 to 100; the upper forty are regulars."""
    ids = [f"c{i:03d}" for i in range(101)]
    spend = np.arange(101.0)
    features = pd.DataFrame(
        {"customer_id": ids, "spend_total": spend, "n_orders": spend % 2}
    )
    regular = np.where(spend > 60, "S01", "S02")
    names = pd.Series(regular).map({"S01": "Regulars", "S02": "Others"})
    segments = pd.DataFrame({"customer_id": ids, "segment_id": regular})
    catalogue = [
        {"name": n, "label": label, "unit": unit, "role": "segmentation"}
        for n, label, unit in (
            ("spend_total", "Spend", "money"),
            ("n_orders", "Orders", "orders"),
        )
    ]
    return replace(
        by_hand,
        features=features,
        segments=segments.assign(segment=names),
        catalogue=catalogue,
        smallest_cell=10,
    )


def test_the_percentiles_of_a_hundred_customers(hundred):
    rows = spread_by_segment(hundred, ["spend_total"], currency="EUR")
    assert rows["segment"].tolist() == ["Everyone", "Regulars", "Others"]
    assert rows["everyone"].tolist() == [True, False, False]
    assert rows["unit"].unique().tolist() == ["EUR"]
    everyone, regulars, others = rows.to_dict("records")
    percentiles = [f"p{p}" for p in (10, 25, 50, 75, 90)]
    assert [everyone[p] for p in percentiles] == [10, 25, 50, 75, 90]
    assert [others[p] for p in percentiles] == [6, 15, 30, 45, 54]
    assert [regulars[p] for p in ("p25", "p50", "p75")] == [70.75, 80.5, 90.25]


def test_a_tenth_of_forty_is_too_few(hundred):
    rows = spread_by_segment(hundred, ["spend_total"])
    regulars = rows[rows["segment"] == "Regulars"]
    assert regulars[["p10", "p90"]].isna().all(axis=None)
    smaller = spread_by_segment(replace(hundred, smallest_cell=8), ["spend_total"])
    assert smaller[smaller["segment"] == "Regulars"]["p10"].tolist() == [64.9]


def test_of_nine_customers_nothing_is_said(hundred):
    few = hundred.segments.assign(
        segment_id=["S01"] * 9 + ["S02"] * 92, segment=["Nine"] * 9 + ["Others"] * 92
    )
    rows = spread_by_segment(replace(hundred, segments=few), ["spend_total"])
    nine = rows[rows["segment"] == "Nine"].iloc[0]
    assert nine[[f"p{p}" for p in (10, 25, 50, 75, 90)]].isna().all()


def test_customers_without_a_value_are_left_out(hundred):
    hundred.features.loc[61:90, "spend_total"] = np.nan
    rows = spread_by_segment(hundred, ["spend_total"])
    # Ten regulars are left: enough for the middle one alone.
    regulars = rows[rows["segment"] == "Regulars"].iloc[0]
    assert regulars["p50"] == 95.5
    assert regulars[["p25", "p75"]].isna().all()


def test_the_feature_that_parts_segments_comes_first(hundred):
    assert telling_features(hundred) == ["spend_total", "n_orders"]
    swapped = hundred.segments.assign(
        segment_id=np.where(hundred.features["n_orders"] > 0, "S01", "S02")
    )
    assert telling_features(replace(hundred, segments=swapped))[0] == "n_orders"


def test_the_order_of_customers_changes_nothing(planted):
    names = telling_features(planted)
    turned = replace(planted, features=planted.features.iloc[::-1])
    assert telling_features(turned) == names
    pd.testing.assert_frame_equal(
        spread_by_segment(planted, names), spread_by_segment(turned, names)
    )

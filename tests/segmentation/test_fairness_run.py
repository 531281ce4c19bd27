"""A run looks at protected attributes where there are any, and says so where not."""

from __future__ import annotations

import pandas as pd
import pytest
from conftest import make_shop

from segtools.segmentation.fairness_run import (
    NONE,
    ONE,
    fairness_record,
    fairness_rows,
    protected_attributes,
)

N = 80
IDS = [f"c{i:02d}" for i in range(N)]
MODEL = {
    "segments": [
        {"segment_id": "S02", "name": "b", "rank": 2},
        {"segment_id": "S01", "name": "a", "rank": 1},
    ],
    "features": [{"name": "n_orders"}],
}


@pytest.fixture
def tables(orders):
    """Segments that are gender itself; nine customers answered in a third way."""
    people = pd.DataFrame({"customer_id": IDS, "gender": ["f", "m"] * (N // 2)})
    people.loc[:8, "gender"] = "x"
    people["region"] = "north"
    people["favourite"] = "tea"
    shop = make_shop(
        {"orders": orders, "customers": people}, kinds={"favourite": "protected"}
    )
    features = pd.DataFrame({"customer_id": IDS, "n_orders": 1.0, "spend_total": 2.0})
    segments = pd.DataFrame({"customer_id": IDS, "segment_id": ["S01", "S02"] * 40})
    return shop, features, segments


def test_only_protected_attributes_are_looked_at(tables):
    found = protected_attributes(tables[0], IDS[:5])
    assert list(found.columns) == ["customer_id", "favourite", "gender"]
    assert len(found) == 5


def test_large_groups_are_shown_and_small_ones_are_only_counted(tables):
    found = fairness_record(*tables, MODEL)
    assert found["favourable"] == ["S01"]
    by_name = {a["attribute"]: a for a in found["attributes"]}
    assert by_name["gender"]["cramers_v"] == pytest.approx(1.0)
    assert (by_name["gender"]["n"], by_name["gender"]["n_hidden"]) == (71, 1)
    assert by_name["gender"]["four_fifths"] == 0
    assert by_name["favourite"]["n_groups"] == 1
    assert fairness_rows(found)["Attribute"].tolist() == ["gender"]
    assert "fewer than two groups have 10 customers" in found["sentences"][0]
    assert not any("x is" in s for s in found["sentences"])


def test_without_attributes_or_segments_one_sentence_says_so(tables, orders):
    shop, features, segments = tables
    bare = make_shop({"orders": orders})
    assert fairness_record(bare, features, segments, MODEL)["sentences"] == [NONE]
    one = MODEL | {"segments": MODEL["segments"][:1]}
    found = fairness_record(shop, features, segments, one)
    assert found["sentences"] == [ONE]
    assert fairness_rows(found).empty


def test_rows_in_another_order_change_nothing(tables):
    shop, features, segments = tables
    turned = (features[::-1], segments.sample(frac=1, random_state=2))
    again = fairness_record(shop, *turned, MODEL)
    assert str(again) == str(fairness_record(shop, features, segments, MODEL))

"""The RFM map's cells: scored and counted by hand, and silent about a few customers."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from segtools.disclosure import intervals, two_way
from segtools.profiles.rfm import rfm_cells, rfm_sentence


@pytest.fixture
def ten(by_hand):
    """Ten customers: recency 1 to 10 days, orders 10 down to 1, spend 100 to 10."""
    ids = [f"c{i}" for i in range(1, 11)]
    days = np.arange(1.0, 11.0)
    features = pd.DataFrame(
        {
            "customer_id": ids,
            "recency_days": days,
            "n_orders": 11 - days,
            "spend_total": 10 * (11 - days),
        }
    )
    segments = pd.DataFrame(
        {
            "customer_id": ids,
            "segment_id": ["S01"] * 5 + ["S02"] * 5,
            "segment": ["Often"] * 5 + ["Seldom"] * 5,
        }
    )
    return replace(by_hand, features=features, segments=segments)


def test_the_cells_of_ten_customers(ten):
    cells = rfm_cells(ten)
    full = cells[cells["customers"] > 0].sort_values("recency", ascending=False)
    # Two customers a fifth: those of yesterday and the day before order most.
    assert full["recency"].tolist() == [5, 4, 3, 2, 1]
    assert full["other"].tolist() == [5, 4, 3, 2, 1]
    assert full["customers"].tolist() == [2] * 5
    assert full["value"].tolist() == [95, 75, 55, 35, 15]
    assert full["recency_span"].tolist() == [
        "to 2",
        "3 to 4",
        "5 to 6",
        "7 to 8",
        "9 or more",
    ]
    assert full["other_span"].tolist()[:2] == ["9 or more", "7 to 8"]
    assert full["segment"].tolist() == ["Often", "Often", None, "Seldom", "Seldom"]
    assert len(cells) == 25
    assert not cells["hidden"].any()


def test_customers_without_an_order_are_not_counted(ten):
    ten.features.loc[0, "recency_days"] = np.nan
    assert rfm_cells(ten)["customers"].sum() == 9


def test_equal_values_share_a_score_and_leave_others_empty(ten):
    ten.features["n_orders"] = [1.0] * 9 + [2.0]
    cells = rfm_cells(ten)
    spans = cells.drop_duplicates("other").set_index("other")["other_span"]
    assert spans.to_dict() == {1: "1", 2: "", 3: "", 4: "", 5: "2 or more"}
    assert cells.groupby("other")["customers"].sum().tolist() == [9, 0, 0, 0, 1]


def test_a_span_says_so_where_values_are_not_whole(ten):
    ten.features["recency_days"] += 0.5
    spans = rfm_cells(ten).drop_duplicates("recency")["recency_span"].tolist()
    assert spans == [
        "over 8.5",
        "over 6.5 to 8.5",
        "over 4.5 to 6.5",
        "over 2.5 to 4.5",
        "to 2.5",
    ]


def test_cells_of_a_few_say_nothing_about_them(planted):
    few = replace(planted, smallest_cell=25)
    every, cells = rfm_cells(replace(planted, smallest_cell=1)), rfm_cells(few)
    counts = every["customers"].to_numpy(float)
    small = (counts > 0) & (counts < 25)
    assert small.any()
    assert cells["hidden"][small].all()
    unseen = cells[cells["hidden"]]
    assert unseen[["customers", "value", "segment"]].isna().all(axis=None)
    shown = cells[~cells["hidden"]]
    assert shown["customers"].tolist() == every["customers"][~cells["hidden"]].tolist()
    # Nor do the sums of rows and columns, should anybody publish them.
    published = two_way(counts.reshape(5, 5))
    flags = np.zeros((6, 6), dtype=bool)
    flags[:5, :5] = cells["hidden"].to_numpy().reshape(5, 5)
    low, high = intervals(published, flags.ravel())
    assert (high - low)[flags.ravel()].min() >= 25 - 1e-6


def test_the_order_of_customers_changes_nothing(planted):
    turned = replace(planted, features=planted.features.iloc[::-1])
    pd.testing.assert_frame_equal(rfm_cells(planted), rfm_cells(turned))


def test_recency_may_be_held_against_spend(ten):
    ten.features["spend_total"] = ten.features["spend_total"].to_numpy()[::-1]
    cells = rfm_cells(ten, across="spend_total")
    full = cells[cells["customers"] > 0]
    assert (full["recency"] + full["other"] == 6).all()


def test_the_sentence_counts_cells_of_one_segment_and_customers_in_others(ten):
    assert rfm_sentence(rfm_cells(ten)).replace("\u202f", " ") == (
        "In 4 of 5 cells more than half are of one segment; 20 % of these customers "
        "are in cells that several segments share."
    )
    hidden = rfm_cells(replace(ten, smallest_cell=10))
    assert rfm_sentence(hidden) == "No cell holds enough customers to be shown."

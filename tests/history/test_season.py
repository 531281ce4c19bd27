"""The same period a year before: asked of this run's model, or said to be missing."""

from __future__ import annotations

import numpy as np
import pandas as pd

from segtools.features.build import supported
from segtools.features.catalogue import Window
from segtools.history.season import (
    YEAR,
    missing_days,
    season,
    season_table,
    year_before,
)
from segtools.segmentation.model import SegmentModel
from segtools.timezones import DAY

NOW = int(pd.Timestamp("2024-12-01").timestamp())
WINDOW = Window(NOW, 60)


def by_spend(cut=100.0):
    """A tree that parts customers by their spend in the window."""
    payload = {
        "kind": "rules",
        "form": "tree",
        "uses": ["spend_total"],
        "seen_missing": ["spend_total"],
        "preprocess": [],
        "tree": {
            "feature": [0, -2, -2],
            "upper": [cut, 0.0, 0.0],
            "left": [1, -1, -1],
            "right": [2, -1, -1],
            "label": [-1, 1, 0],
        },
    }
    rows = [("S01", "Large", 1), ("S02", "<b>Small</b>", 2)]
    segments = [dict(zip(("segment_id", "name", "rank"), r, strict=True)) for r in rows]
    return SegmentModel(payload, segments, [], "S02")


def orders(large_then=12, large_now=24, n=60):
    """Everybody orders once a year; some for much."""
    rows = []
    for end, large in ((NOW - YEAR * DAY, large_then), (NOW, large_now)):
        day = pd.Timestamp(end - 10 * DAY, unit="s")
        rows += [(f"c{i:03d}", day, 150.25 if i < large else 20.0) for i in range(n)]
    rows.append(("c000", pd.Timestamp("2023-01-01"), 1.0))
    frame = pd.DataFrame(rows, columns=["customer_id", "ordered_at", "amount"])
    return frame.assign(order_id=np.arange(len(frame)).astype(str), is_return=False)


def asked(shop_of, first="2023-01-01", **more):
    shop = shop_of({"orders": orders(**more)})
    start = int(pd.Timestamp(first).timestamp())
    features, _ = supported(shop, ["value"])
    return season(shop, WINDOW, start, features, by_spend())


def test_segments_and_money_of_both_years_stand_beside_each_other(shop_of):
    found = asked(shop_of)
    assert found["reaches_back"]
    large, small = found["segments"]
    assert (large["customers_before"], large["customers_now"]) == (12, 24)
    assert (large["value_before"], large["value_now"]) == ("1803.0000", "3606.0000")
    assert (small["value_before"], small["value_now"]) == ("960.0000", "720.0000")
    assert large["share_now"] == 0.4
    assert "Large hold 40\u202f%" in found["sentence"]
    table = season_table(found, "EUR")
    assert table["Spend now"].tolist() == ["3\u202f606.00 EUR", "720.00 EUR"]


def test_nothing_after_the_earlier_origin_is_looked_at_for_it(shop_of):
    one, other = (asked(shop_of, large_now=n) for n in (11, 40))
    before = [s["customers_before"] for s in one["segments"]]
    assert before == [s["customers_before"] for s in other["segments"]]


def test_a_few_are_hidden_with_what_would_give_them_away(shop_of):
    found = asked(shop_of, large_then=4)
    assert [s["customers_before"] for s in found["segments"]] == [None, None]
    assert [s["value_before"] for s in found["segments"]] == [None, None]
    assert [s["customers_now"] for s in found["segments"]] == [24, 36]


def test_it_is_said_how_much_history_is_missing(shop_of):
    found = asked(shop_of, first="2023-12-01")
    assert not found["reaches_back"]
    assert found["segments"] == []
    # 424 days are needed before 2024-12-01, and 366 are there.
    assert found["sentence"] == (
        "The data do not reach back far enough to compare with the same 60 days a year "
        "before: 58 more days of history are needed."
    )
    assert season_table(found).empty


def test_the_year_before_lies_whole_weeks_back():
    earlier = year_before(WINDOW, 0)
    assert earlier is not None
    assert (WINDOW.origin - earlier.origin) % (7 * DAY) == 0
    assert earlier.days == WINDOW.days
    edge = WINDOW.origin - (YEAR + 60) * DAY
    assert year_before(WINDOW, edge) is not None
    assert year_before(WINDOW, edge + 1) is None
    assert (missing_days(WINDOW, edge), missing_days(WINDOW, edge + 1)) == (0, 1)

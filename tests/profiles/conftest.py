"""The simulated shop with its planted kinds as segments, and a shop done by hand."""

import numpy as np
import pandas as pd
import pytest

from segtools.features.build import collect, features_at, supported
from segtools.features.catalogue import Window
from segtools.features.describe import catalogue_record
from segtools.profiles.profile import Segmented

SEGMENTS = {
    "S01": "Regulars",
    "S02": "<script>alert(1)</script>",
    "S03": "=cmd|' /C calc'!A0",
    "S04": "$x_1$ & others",
}


def segments_of(customer_ids, segment_ids):
    """Make what segments.parquet holds of ids."""
    frame = pd.DataFrame({"customer_id": customer_ids, "segment_id": segment_ids})
    frame["segment"] = frame["segment_id"].map(SEGMENTS)
    return frame.assign(confidence=np.nan, runner_up=None, assigned_by="model")


@pytest.fixture(scope="session")
def segmented(market):
    """Make the simulated shop segmented by any ids, one a customer."""

    def make(segment_ids):
        ids = market.features["customer_id"]
        return Segmented(
            shop=market.shop,
            window=market.plan.window(),
            features=market.features,
            segments=segments_of(ids, np.asarray(segment_ids)),
            catalogue=market.catalogue,
        )

    return make


@pytest.fixture(scope="session")
def planted(market, segmented):
    """Segments that are the planted kinds, which differ in nearly everything."""
    truth = market.truth.set_index("customer_id")["segment"]
    kind = truth.reindex(market.features["customer_id"]).astype(int)
    return segmented([f"S{k:02d}" for k in kind])


@pytest.fixture(scope="session")
def window_lines(market):
    """The simulated shop's lines in the window, read without our own views."""
    frame = market.shop.tables["order_lines"].to_pandas()
    window = market.plan.window()
    start, end = (pd.Timestamp(s, unit="s") for s in (window.start, window.origin))
    return frame[(frame["ordered_at"] >= start) & (frame["ordered_at"] < end)]


@pytest.fixture(scope="session")
def people(market):
    """The simulated customers' attributes by customer_id."""
    return market.shop.tables["customers"].to_pandas().set_index("customer_id")


@pytest.fixture
def by_hand(shop, orders):
    """Ann and Bob against Cat, 60 days back from the first of March 2024, in UTC."""
    window = Window(int(pd.Timestamp("2024-03-01").timestamp()), 60)
    known, missing = supported(shop)
    return Segmented(
        shop=shop,
        window=window,
        features=collect(features_at(shop, window, known)),
        segments=segments_of(["ann", "bob", "cat"], ["S01", "S01", "S02"]),
        catalogue=catalogue_record(known, missing, shop, window)["features"],
        smallest_cell=1,
    )


@pytest.fixture(scope="session")
def card_segments():
    """Segments as model.json lists them, the second one ranked first."""
    return [
        {"segment_id": i, "name": name, "rank": rank}
        for (i, name), rank in zip(SEGMENTS.items(), (2, 1, 3, 4), strict=True)
    ]

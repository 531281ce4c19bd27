"""Frames whose features can be worked out by hand, and one way to build them."""

from __future__ import annotations

import pandas as pd
import pytest

from segtools.features.build import collect, features_at, supported
from segtools.features.catalogue import Window
from segtools.timezones import epoch, instant


@pytest.fixture(scope="session")
def build():
    """Build the features of a shop as of a local date, as a stage would."""

    def run(shop, as_of="2024-03-31", days=180, names=None, with_customers=False):
        window = Window(epoch(instant(as_of, shop.timezone)), days)
        known, _ = supported(shop)
        chosen = [f for f in known if names is None or f.name in names]
        assert names is None or {f.name for f in chosen} == set(names)
        return collect(features_at(shop, window, chosen, with_customers=with_customers))

    return run


@pytest.fixture
def lines() -> pd.DataFrame:
    """Seven order lines of two customers, one of them a return; times are UTC."""
    rows = [
        ("ann", "1", "2024-03-01 10:00", "milk", "dairy", "Private", 2.0, 0.0, 0.0),
        ("ann", "1", "2024-03-01 10:00", "brie", "dairy", "National", 6.0, 2.0, 1.0),
        ("ann", "2", "2024-03-09 10:00", "soap", "care", "Private", 4.0, 0.0, 0.0),
        ("ann", "2", "2024-03-20 10:00", "soap", "care", "Private", -4.0, 0.0, 0.0),
        ("bob", "3", "2024-03-02 10:00", "brie", "dairy", "National", 5.0, 3.0, 0.0),
        ("bob", "3", "2024-03-02 10:00", "wine", "drinks", None, 9.0, 1.0, 0.0),
        ("bob", None, "2024-03-05 10:00", "tips", None, None, 1.0, None, None),
    ]
    names = ["customer_id", "order_id", "ordered_at", "product_id", "category"]
    names += ["brand_type", "amount", "discount", "coupon_discount"]
    frame = pd.DataFrame(rows, columns=names)
    return frame.assign(
        ordered_at=pd.to_datetime(frame["ordered_at"]),
        is_return=frame["amount"] < 0,
        store_id=["N", "N", "S", "S", "N", "N", None],
    )

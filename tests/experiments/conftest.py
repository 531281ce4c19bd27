"""Campaigns whose lift is planted, and shops in which they were sent."""

import numpy as np
import pandas as pd
import pytest

from segtools.experiments.arms import Campaign

SEGMENTS = [
    {"segment_id": f"S{i:02d}", "segment": name, "rank": i, "members": 2000}
    for i, name in enumerate(("Loyal", "New", "Quiet"), start=1)
]


def make_rows(lift, *, n=1000, base=0.15, holdout=0.3, seed=5, cost=0.1):
    """Draw customers of each segment; `lift` is by segment, in shares who respond."""
    rng = np.random.default_rng(seed)
    segment = np.repeat([s["segment_id"] for s in SEGMENTS], n)
    treated = rng.random(len(segment)) >= holdout
    more = pd.Series(segment).map(dict(zip(sorted(set(segment)), lift, strict=True)))
    chance = base + np.where(treated, more, 0)
    responded = (rng.random(len(segment)) < chance).astype(float)
    spends = rng.lognormal(3, 0.5, len(segment))
    return pd.DataFrame(
        {
            "customer_id": [f"c{i:05d}" for i in range(len(segment))],
            "segment_id": segment,
            "treated": treated,
            "responded": responded,
            "spend": responded * spends,
            "spend_before": rng.lognormal(3, 0.8, len(segment)).round(2),
            "cost": np.where(treated, cost, np.nan),
        }
    )


def make_campaign(rows, **more):
    return Campaign("K1", rows, SEGMENTS, 30, "the segments of then", **more)


@pytest.fixture
def drawn():
    """The function that draws customers with a planted lift."""
    return make_rows


@pytest.fixture
def campaign():
    """The function that makes a campaign of them."""
    return make_campaign

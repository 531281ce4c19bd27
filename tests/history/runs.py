"""Made-up runs: bands of one score, with models that bootstrap their cuts."""

from __future__ import annotations

from decimal import Decimal

import numpy as np
import pandas as pd

from segtools.history.snapshot import Snapshot
from segtools.segmentation.model import SegmentModel

# A score from 0 to 100 in steps of a half: fine enough to stand near a cut.
UPPER = [float(x) for x in np.arange(0.5, 100, 0.5)]
POINTS = [round(10 * x) for x in np.arange(0, 100, 0.5)]
NAMES = ("Stars", "Regulars", "Guests")


def banded(cuts, *, spread=0.0, seed=0, ids=None, names=NAMES, version=1):
    """Make a scorecard of one feature, `x`, whose bootstrapped cuts spread so much."""
    rng = np.random.default_rng(seed)
    bins = {"x": {"upper": UPPER, "points": POINTS, "missing": None}}
    ids = ids or [f"S{i + 1:02d}" for i in range(len(cuts) + 1)]
    segments = [
        {"segment_id": i, "name": names[r % len(names)], "rank": r + 1}
        for r, i in enumerate(ids)
    ]
    own = np.sort(np.array(cuts, dtype=float) * 10)
    copies = [
        {
            "base": 0,
            "cuts": sorted(int(c) for c in own + rng.normal(0, 10 * spread, len(own))),
            "points": {"x": POINTS},
            "missing": {"x": None},
        }
        for _ in range(50 if spread else 0)
    ]
    payload = {"kind": "scorecard", "base": 0, "cuts": own.astype(int).tolist()}
    feature = {"name": "x", "unit": "", "definition_version": version}
    model = payload | {"bins": bins}
    return SegmentModel(model, segments, [feature], ids[-1], copies, len(ids) + 1)


def run_of(model, x, as_of, *, money=None, window_days=90, **config):
    """Make a run of a model and everybody's score by customer_id."""
    features = pd.DataFrame({"customer_id": x.index, "recency_days": 1.0})
    features["x"] = x.to_numpy(float)
    paid = pd.Series(
        [Decimal(str(v)) for v in (x.round(2) if money is None else money)],
        index=x.index,
        dtype=object,
    )
    known = {"goal": "grow_spend", "outcome_days": 30, "min_share": 0.03} | config
    entry = {"name": "x", "label": "Score", "role": "segmentation", "version": 1}
    return Snapshot(
        as_of=as_of,
        segments=model.assign(features),
        money=paid,
        features=features,
        model=model,
        catalogue={"x": entry},
        window_days=window_days,
        records={"run": {"config": known}, "goals": {"goal": known["goal"]}},
    )


def scores(n, seed=1):
    """Give `n` customers a score from 0 to 100."""
    x = np.random.default_rng(seed).uniform(0, 100, n)
    return pd.Series(x, index=[f"c{i:05d}" for i in range(n)])

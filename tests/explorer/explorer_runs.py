"""Runs to explore: one worked out by hand, and a whole one from the golden folder."""

from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pandas as pd

from segtools.records import write_record, write_table
from segtools.segmentation.model import SegmentModel
from segtools.segmentation.tiers import cut_payload

GOLDEN = Path(__file__).parents[1] / "golden" / "run_2026-11-30"
NAMES = {"S01": "Regulars", "S02": "Now and then", "S03": "Once"}
WORDS = {"role": "segmentation", "definition": "As it says."}
CATALOGUE = [
    WORDS | {"name": "n_orders", "label": "Orders", "unit": "orders"},
    WORDS | {"name": "recency_days", "label": "Days since", "unit": "days"},
    WORDS | {"name": "spend_total", "label": "Spend", "unit": "money"},
]


def make_run(n=120, names=NAMES, **more):
    """Customer i has i % 12 + 1 orders of 10 EUR each: ten customers a number.

    Up to 3 orders are S03, up to 8 S02, the rest S01: 30, 50 and 40 customers, who
    spent 600, 3,000 and 4,200.
    """
    orders = np.arange(n) % 12 + 1.0
    features = pd.DataFrame(
        {
            "customer_id": [f"ann-{i:03d}@example.com" for i in range(n)],
            "n_orders": orders,
            "recency_days": 100.0 - np.arange(n) % 60,
            "spend_total": orders * 10,
        }
    )
    segments = [
        {"segment_id": i, "name": names[i], "rank": rank}
        for i, rank in (("S03", 3), ("S02", 2), ("S01", 1))
    ]
    model = SegmentModel(
        payload=cut_payload({"n_orders": [3.0, 8.0]}),
        segments=segments,
        features=[{"name": "n_orders"}],
        fallback="S03",
    )
    return SimpleNamespace(
        features=features,
        segments=model.assign(features),
        model=model,
        catalogue=CATALOGUE,
        currency="EUR",
        seed=1,
        **more,
    )


def write_run(folder, run=None):
    """Write a run worked out by hand as the files that stages 01 to 03 leave."""
    run = run or make_run()
    config = {"currency": run.currency, "seed": run.seed}
    write_record(folder / "run.json", {"state": "running", "config": config})
    write_record(folder / "model.json", run.model.record())
    write_record(folder / "feature_catalogue.json", {"features": run.catalogue})
    write_table(folder / "features.parquet", run.features)
    write_table(folder / "segments.parquet", run.segments)
    return folder

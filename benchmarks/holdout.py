"""Judge a finished run on the period after its ``as_of``, which it never read.

    .venv/bin/python benchmarks/holdout.py reports/complete-journey/2017-10-01

One population, one outcome: the run's segments from ``segments.parquet``, the contest's
baselines, and one prediction a customer as the ceiling, against the raw later orders.
"""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd

from segtools.config import validate
from segtools.features.outcome import outcome
from segtools.features.shop import Shop
from segtools.goals import typed_shop
from segtools.records import read_record
from segtools.segmentation.baselines import RFM
from segtools.segmentation.ceiling import predict_each
from segtools.segmentation.entries import Rules
from segtools.segmentation.figures import (
    Part,
    bootstrap_weights,
    figures,
    interval,
)
from segtools.segmentation.judging import CAP_QUANTILE
from segtools.segmentation.scheme import schemes
from segtools.segmentation.splits import task_of
from segtools.sources import connect, open_source
from segtools.timezones import DAY, epoch, instant

SHOWN = ("gini", "eta2", "eta2_capped")
N_DRAWS = 300


def later_outcome(run: dict, ids: pd.Index) -> pd.Series:
    """Read what each customer did in the outcome's days after ``as_of``."""
    config = validate(run["config"])
    origin = epoch(instant(run["as_of"], str(config.timezone)))
    end = origin + config.outcome_days * DAY
    tables = open_source(config, connect()).tables
    shop: Shop = typed_shop(tables, config, end)
    known = outcome(shop, config.goal, origin, config.outcome_days).to_pandas()
    if known.empty:
        raise SystemExit(f"There is no order after {run['as_of']} to judge on.")
    found = known.set_index("customer_id")["outcome"].reindex(ids)
    return found.fillna(0.0).astype(float)


def grouped(groups: np.ndarray, y: np.ndarray, cap: float) -> Part:
    """Judge groups by their own means: eta2 needs nothing that was learned."""
    capped = np.minimum(y, cap)
    mean = pd.Series(y).groupby(groups).transform("mean").to_numpy()
    mean_capped = pd.Series(capped).groupby(groups).transform("mean").to_numpy()
    return Part(y, capped, mean, mean_capped, groups)


def main() -> None:
    path = Path(sys.argv[1])
    run = read_record(path / "run.json")
    segments = pd.read_parquet(path / "segments.parquet").set_index("customer_id")
    features = pd.read_parquet(path / "features.parquet").set_index("customer_id")
    features = features.loc[segments.index]
    learning = pd.read_parquet(path / "tables" / "learning.parquet")
    learn = learning[learning["part"] == "final_learn"].drop(columns="part")
    learn = learn.set_index("customer_id")
    y = later_outcome(run, segments.index).to_numpy()
    cap = float(np.quantile(learn["outcome"], CAP_QUANTILE, method="inverted_cdf"))

    rules = replace(Rules.of(validate(run["config"])), n_segments=5)
    task = task_of(learn, features.assign(outcome=y), rules, 5)
    codes = segments["segment_id"].astype("category").cat.codes.to_numpy(np.int64)
    rows = {f"segments of the run ({codes.max() + 1})": grouped(codes, y, cap)}
    for scheme in schemes("baseline"):
        labels = scheme.learn(task).labels(features)
        rows[f"{scheme.label} ({len(np.unique(labels))})"] = grouped(labels, y, cap)
    capped = np.minimum(learn["outcome"].to_numpy(float), cap)
    given = predict_each(task.features, capped, task.at, rules.goal, rules.seed)
    alone = {
        f"one prediction a customer: {name}": Part(
            y, np.minimum(y, cap), p, p, np.zeros(len(y), dtype=np.int64)
        )
        for name, p in given.items()
    }
    show(rows, alone, len(y), segments)


def show(
    rows: dict[str, Part], alone: dict[str, Part], n: int, segments: pd.DataFrame
) -> None:
    weights = bootstrap_weights(n, N_DRAWS, seed=1)
    print(f"{n:,} customers; 95 % intervals over customers ({N_DRAWS} bootstraps)\n")
    print(f"{'':44}{'Gini':>22}{'eta2 / R2':>22}{'capped at p99':>22}")
    for name, part in (rows | alone).items():
        found = figures([part], [weights])
        keys = SHOWN if name in rows else ("gini", "r2", "r2_capped")
        cells = [interval(found[k]) for k in keys]
        text = "".join(
            f"{c['value']:>8.3f} [{c['low']:.3f}, {c['high']:.3f}]".rjust(22)
            for c in cells
        )
        print(f"{name:44}{text}")
    share = segments["segment_id"].value_counts(normalize=True).min()
    print(f"\nsmallest segment: {share:.1%} of the customers")
    print(f"features that k-means on RFM uses: {', '.join(RFM)}")


if __name__ == "__main__":
    main()

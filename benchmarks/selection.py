"""Time the whole selection of segments against scikit-learn's silhouette search.

    .venv/bin/python benchmarks/selection.py [--rows N] [--columns P]
    .venv/bin/python benchmarks/selection.py --growth [--rows N] [--decide]
    .venv/bin/python benchmarks/selection.py --run reports/complete-journey/2017-10-01

The selection is k = 2 to 8, 100 pairs of bootstrap samples, ten starts, and the check
with twice the starts. Its peer clusters everyone ten times for every k and computes the
full silhouette; both may use every processor. ``--decide`` stops resampling a number of
segments once it is decided on which side of 0.8 its agreement lies, as a run does.
``--growth`` times the selection at one, two and four times the rows, without the peer.
Beside the clock stand processor seconds, which other work on the machine moves less.
With ``--run``, the features of a finished run take the place of simulated ones, and the
peer is what the resampling alone would cost in scikit-learn: 1,400 fits of ten starts,
of which two a k are timed.
"""

from __future__ import annotations

import argparse
import json
import time
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd
from sklearn.cluster import KMeans
from sklearn.metrics import silhouette_score

from segtools.segmentation.clusters import learn_preprocess
from segtools.segmentation.preprocess import prepared
from segtools.segmentation.stability import Selection, select_clusters
from segtools.segmentation.stability.select import AGREEMENT

KS = range(2, 9)
STARTS = 10
PAIRS = 100


def simulated(rows: int, columns: int) -> np.ndarray:
    """Make customers of five overlapping kinds, logged and standardised."""
    rng = np.random.default_rng(1)
    kinds = rng.normal(size=(5, columns))
    X = 1.5 * kinds[rng.integers(5, size=rows)] + rng.normal(size=(rows, columns))
    return (X - X.mean(axis=0)) / X.std(axis=0)


def of_run(path: Path) -> np.ndarray:
    """Prepare the features on which a run built its segments."""
    known = json.loads((path / "feature_catalogue.json").read_text())["features"]
    names = [f["name"] for f in known if f["role"] == "segmentation"]
    frame = pd.read_parquet(path / "features.parquet").set_index("customer_id")[names]
    return prepared(learn_preprocess(frame), frame)


class Seconds(NamedTuple):
    """How long something took by the clock and by all its processors."""

    clock: float
    processor: float

    def __str__(self) -> str:
        return f"{self.clock:8.1f} s, {self.processor:8.1f} processor seconds"

    def over(self, other: Seconds) -> str:
        """Write both as ratios."""
        ratios = (a / b for a, b in zip(self, other, strict=True))
        return " and ".join(f"{ratio:.2f}" for ratio in ratios)


def timed(work: Callable[[], object]) -> tuple[Seconds, object]:
    start, worked = time.perf_counter(), time.process_time()
    found = work()
    clock, processor = time.perf_counter() - start, time.process_time() - worked
    return Seconds(clock, processor), found


def select(X: np.ndarray, asked: argparse.Namespace) -> Selection:
    at = AGREEMENT if asked.decide else None
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        return select_clusters(X, KS, n_pairs=asked.pairs, n_init=STARTS, decide_at=at)


def silhouette_search(X: np.ndarray) -> dict[int, float]:
    return {
        k: silhouette_score(X, KMeans(k, n_init=STARTS, random_state=1).fit_predict(X))
        for k in KS
    }


def bootstrap_fits(X: np.ndarray, each: int = 2) -> None:
    rng = np.random.default_rng(1)
    for k in KS:
        for _ in range(each):
            rows = rng.integers(len(X), size=len(X))
            KMeans(k, n_init=STARTS, random_state=1).fit(X[rows]).predict(X)


def show(found: Selection) -> None:
    fitted, everyone = found.rows
    print(f"fitted and resampled: {fitted:,} of {everyone:,} rows")
    print(found.sentence)
    print(found.table().round(3).to_string(index=False), "\n")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", type=int, default=50_000)
    parser.add_argument("--columns", type=int, default=8)
    parser.add_argument("--pairs", type=int, default=PAIRS)
    parser.add_argument("--decide", action="store_true")
    parser.add_argument("--growth", action="store_true")
    parser.add_argument("--run", type=Path)
    asked = parser.parse_args()
    X = of_run(asked.run) if asked.run else simulated(asked.rows, asked.columns)
    print(f"{len(X):,} customers x {X.shape[1]} features, {asked.pairs} pairs\n")
    ours, found = timed(lambda: select(X, asked))
    assert isinstance(found, Selection)
    show(found)
    print(f"selection            {ours}")
    if asked.growth:
        for times in (2, 4):
            more = simulated(times * asked.rows, X.shape[1])
            seconds, _ = timed(lambda more=more: select(more, asked))
            print(f"selection of {times} times {seconds}, ratios {seconds.over(ours)}")
        return
    if asked.run:
        few, _ = timed(lambda: bootstrap_fits(X))
        peer = Seconds(*(asked.pairs * each for each in few))
        name = "1,400 fits, by 14   "
    else:
        peer, _ = timed(lambda: silhouette_search(X))
        name = "silhouette search   "
    print(f"{name} {peer}, ratios {ours.over(peer)}")


if __name__ == "__main__":
    main()

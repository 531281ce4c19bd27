"""Count how often the structure verdict is right on customers of known structure.

    .venv/bin/python benchmarks/structure.py [--sets 10] [--first 100] [--rows 500 5000]
        [--columns 3 8] [--cells arc "planted 6"] [--results structure.jsonl]

Without structure: Gaussian, correlated Gaussian, lognormal as recency, frequency and
spend are, uniform, heavy-tailed, counts. Planted: 3 to 6 segments of unequal size, the
nearest two centres 2 to 8 spreads apart. Without gaps: an arc, and a long cloud with
fixed anchors. Prints how often each verdict is given, how often the planted number is
found and how well (adjusted Rand index), beside what the silhouette, the gap statistic
alone, Calinski-Harabasz and Davies-Bouldin would choose, and the seconds a verdict
takes, by the clock and of the processor. Every data set's result is a line of
`--results`; what stands there is not computed again, so that a run that was stopped
goes on where it was. Some data sets before number 100 were looked at while the verdict
was improved, so that `--first 100` is the default. Thresholds were set on other data
than these (see the history of ``segtools/segmentation/valleys.py`` and
``references.py``).
"""

from __future__ import annotations

import argparse
import json
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.cluster import KMeans
from sklearn.metrics import (
    adjusted_rand_score,
    calinski_harabasz_score,
    davies_bouldin_score,
    silhouette_score,
)
from threadpoolctl import threadpool_limits

from segtools import structure_verdict

Array = NDArray[np.float64]
Generator = np.random.Generator
SEPARATIONS = (2, 3, 4, 5, 6, 7, 8)
KS = range(2, 9)


def gaussian(n: int, p: int, rng: Generator) -> Array:
    return rng.normal(size=(n, p))


def correlated(n: int, p: int, rng: Generator) -> Array:
    mixing = rng.normal(size=(p, p))
    return rng.normal(size=(n, p)) @ (mixing + np.eye(p))


def lognormal(n: int, p: int, rng: Generator) -> Array:
    """Recency falls with a liking, frequency and spend rise; the rest is unrelated."""
    liking = rng.normal(size=(n, 1))
    drawn = rng.normal(size=(n, p)) * 0.6 + liking * np.resize([-0.7, 0.8, 0.9], p)
    return np.exp(drawn + rng.uniform(0, 4, p))


def uniform(n: int, p: int, rng: Generator) -> Array:
    return rng.uniform(0, rng.uniform(1, 5, p), size=(n, p))


def heavy_tailed(n: int, p: int, rng: Generator) -> Array:
    return rng.standard_t(2.5, size=(n, p))


def counts(n: int, p: int, rng: Generator) -> Array:
    return rng.negative_binomial(2, rng.uniform(0.2, 0.6, p), size=(n, p)).astype(float)


def arc(n: int, p: int, rng: Generator) -> Array:
    angle = rng.uniform(0, 1.2 * np.pi, n)
    X = 0.12 * rng.normal(size=(n, p))
    X[:, 0] += np.cos(angle)
    X[:, 1] += np.sin(angle)
    return X


def anchored(n: int, p: int, rng: Generator) -> Array:
    """Draw a long cloud: overlapping swarms around five fixed places in a row."""
    place = np.arange(5) * 2.0
    along = rng.choice(place, n) + rng.normal(0, 0.8, n)
    return along[:, None] * np.linspace(1, 0.6, p) + 0.8 * rng.normal(size=(n, p))


FORMLESS = (gaussian, correlated, lognormal, uniform, heavy_tailed, counts)
GAPLESS = (arc, anchored)


def planted(
    n: int, p: int, apart: float, rng: Generator
) -> tuple[Array, NDArray[np.int64]]:
    """Draw 3 to 6 round segments; the nearest two centres lie `apart` spreads apart."""
    k = int(rng.integers(3, 7))
    centres = rng.uniform(-1, 1, size=(k, p))
    distance = np.linalg.norm(centres[:, None] - centres[None], axis=2)
    centres *= apart / distance[distance > 0].min()
    share = 0.05 + rng.dirichlet(np.full(k, 2.0)) * (1 - 0.05 * k)
    own = rng.choice(k, size=n, p=share)
    return centres[own] + rng.normal(size=(n, p)), own


def cells(rows: list[int], columns: list[int]) -> Iterator[tuple[str, int, int]]:
    names = [f.__name__ for f in (*FORMLESS, *GAPLESS)]
    names += [f"planted {apart}" for apart in SEPARATIONS]
    for n in rows:
        for p in columns:
            yield from ((name, n, p) for name in names)


def drawn(
    name: str, n: int, p: int, number: int
) -> tuple[Array, NDArray[np.int64] | None]:
    rng = np.random.default_rng([number, n, p, sum(map(ord, name))])
    if name.startswith("planted"):
        return planted(n, p, float(name.split()[1]), rng)
    made: dict[str, Callable[[int, int, Generator], Array]] = {
        f.__name__: f for f in (*FORMLESS, *GAPLESS)
    }
    return made[name](n, p, rng), None


def judged(name: str, n: int, p: int, number: int) -> dict[str, Any]:
    X, truth = drawn(name, n, p, number)
    start, used = time.perf_counter(), time.process_time()
    verdict = structure_verdict(X, random_state=number)
    seconds, used = time.perf_counter() - start, time.process_time() - used
    found: dict[str, Any] = {"cell": [name, n, p], "number": number}
    found |= {"label": verdict.label, "k": verdict.n_clusters, "seconds": seconds}
    found["processor"] = used
    found["gap"] = verdict.evidence["gap"]["candidates"].get("first", 1)
    found |= _choices(X, number)
    if truth is not None:
        found["true_k"] = int(truth.max()) + 1
        if verdict.labels is not None:
            found["ari"] = float(adjusted_rand_score(truth, verdict.labels))
    return found


def _choices(X: Array, seed: int) -> dict[str, int]:
    """Let indices choose the number of clusters that never say one."""
    Z = (X - X.mean(axis=0)) / X.std(axis=0)
    with threadpool_limits(1):
        labels = {k: KMeans(k, n_init=3, random_state=seed).fit(Z).labels_ for k in KS}
    silhouette = {k: _silhouette(Z, own, seed) for k, own in labels.items()}
    ch = {k: calinski_harabasz_score(Z, own) for k, own in labels.items()}
    db = {k: -davies_bouldin_score(Z, own) for k, own in labels.items()}
    indices = {"silhouette": silhouette, "calinski": ch, "davies": db}
    return {name: max(by_k, key=by_k.__getitem__) for name, by_k in indices.items()}


def _silhouette(Z: Array, labels: NDArray[np.int32], seed: int) -> float:
    """Take the silhouette on a sample; -1 where it holds but one cluster."""
    rows = np.random.default_rng(seed).permutation(len(Z))[:1000]
    if len(np.unique(labels[rows])) < 2:
        return -1.0
    return float(silhouette_score(Z[rows], labels[rows]))


def report(found: list[dict[str, Any]]) -> None:
    by_cell: dict[tuple[Any, ...], list[dict[str, Any]]] = {}
    for row in found:
        by_cell.setdefault(tuple(row["cell"]), []).append(row)
    for cell, rows in by_cell.items():
        said = Counter(r["label"] for r in rows)
        shares = ", ".join(f"{w} {c / len(rows):.0%}" for w, c in said.most_common())
        line = f"{cell[0]:12} {cell[1]:5} x {cell[2]}: {shares}"
        if "true_k" in rows[0]:
            right = [r["label"] == "natural" and r["k"] == r["true_k"] for r in rows]
            line += f"; right number {np.mean(right):.0%}"
            ari = [r["ari"] for r in rows if "ari" in r]
            line += f", ARI {median(ari):.3f}" if ari else ""
            for name in ("silhouette", "gap", "calinski", "davies"):
                line += (
                    f", {name} {np.mean([r[name] == r['true_k'] for r in rows]):.0%}"
                )
        else:
            line += f"; gap says one {np.mean([r['gap'] == 1 for r in rows]):.0%}"
        seconds = median(r["seconds"] for r in rows)
        used = median(r.get("processor", np.nan) for r in rows)
        print(f"{line}; {seconds:.1f} s, processor {used:.1f} s ({len(rows)})")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--sets", type=int, default=10)
    parser.add_argument("--first", type=int, default=100)
    parser.add_argument("--rows", type=int, nargs="+", default=[500, 5000])
    parser.add_argument("--columns", type=int, nargs="+", default=[3, 8])
    parser.add_argument("--cells", nargs="+", help="default: all")
    parser.add_argument("--results", type=Path, default=Path("structure.jsonl"))
    asked = parser.parse_args()
    kept = asked.results.read_text().splitlines() if asked.results.exists() else []
    found = [json.loads(line) for line in kept]
    done = {(*row["cell"], row["number"]) for row in found}
    with asked.results.open("a") as file:
        for number in range(asked.first, asked.first + asked.sets):
            for cell in cells(asked.rows, asked.columns):
                if (*cell, number) in done or cell[0] not in (asked.cells or cell):
                    continue
                found.append(judged(*cell, number))
                file.write(json.dumps(found[-1]) + "\n")
                file.flush()
    report(found)


if __name__ == "__main__":
    main()

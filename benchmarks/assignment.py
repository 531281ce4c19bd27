"""Assign a million customers in every engine: the same segments, and how fast.

    .venv/bin/python benchmarks/assignment.py [--customers 1000000] [--rounds 5]
        [--engines duckdb postgres spark]

Seventeen features, as many as a run's scorecard reads, are made once, with ties and
missing values. A scorecard, RFM rules, a tree, clusters and a mixture are learned on
20,000 of the customers; a sixth model has centres between which many stand exactly in
the middle.
Everybody is assigned in pandas and in each engine that is there, and every column but
the confidence must agree on every customer. In DuckDB the assignment is timed in turns
with a copy of the features, from table to table and from file to file (the limit is 1.5
times), and `assign_one` is timed by the customer (the limit is 1,000 microseconds).
"""

from __future__ import annotations

import argparse
import statistics
import sys
import tempfile
import time
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import ibis
import numpy as np
import pandas as pd
import pyarrow as pa

LEARNED_FROM = 20_000
TIES: dict[str, Any] = {
    "kind": "centroids",
    "uses": ["n_orders", "n_categories"],
    "seen_missing": ["n_categories"],
    "preprocess": [{"op": "fill", "values": {"n_orders": 1.0, "n_categories": 3.0}}],
    "centroids": [[1.0, 3.0], [3.0, 3.0], [2.0, 5.0], [9.0, 3.0]],
}
COMPARED = ["segment_id", "segment", "runner_up", "assigned_by"]


def make_features(n: int, seed: int = 0) -> pd.DataFrame:
    """Make features like those of a shop: counts with ties, ratios, missing values."""
    rng = np.random.default_rng(seed)
    liking = rng.normal(size=n)
    orders = 1.0 + rng.poisson(np.exp(1 + 0.7 * liking))
    spend = np.round(orders * rng.gamma(8, 4, n), 2)
    lines = orders + rng.poisson(3 * orders)
    frame = pd.DataFrame(
        {
            "recency_days": np.round(rng.exponential(20 * np.exp(-liking / 2)), 5),
            "n_orders": orders,
            "spend_total": spend,
            "basket_mean": spend / orders,
            "interval_days": np.where(orders > 1, 90 / orders, np.nan),
            "lines_per_order": lines / orders,
            "n_categories": 1.0 + rng.poisson(2 + orders / 4),
            "discount_share": rng.binomial(20, 0.2, n) / lines,
            "evening_share": rng.binomial(orders.astype(int), 0.3) / orders,
            "weekend_share": rng.binomial(orders.astype(int), 2 / 7) / orders,
            "tenure_days": np.floor(rng.exponential(300, n)),
            "overdue_ratio": rng.gamma(2, 0.5, n) / 3,
            "morning_share": rng.binomial(orders.astype(int), 0.2) / orders,
            "coupon_share": rng.binomial(20, 0.05, n) / lines,
            "private_label_share": rng.binomial(20, 0.4, n) / lines,
            "n_products": lines + rng.poisson(lines / 2),
            "spend_trend": np.round(rng.normal(0, 0.3, n), 4),
        }
    )
    for name in frame.columns[3:]:
        frame.loc[rng.random(n) < 0.05, name] = np.nan
    frame.loc[rng.random(n) < 0.02] = np.nan  # whoever never ordered
    frame.insert(0, "customer_id", [f"c{i:07d}" for i in range(n)])
    return frame


def learn_payloads(some: pd.DataFrame) -> tuple[Any, dict[str, Any]]:
    """Learn one method of each kind; give the task and what was learned of it."""
    from segtools.segmentation.clusters import learn_clusters
    from segtools.segmentation.mixtures import learn_mixture
    from segtools.segmentation.rules import freeze_labels, learn_rules
    from segtools.segmentation.scheme import Learned, Task
    from segtools.segmentation.scorecard import learn_scorecard

    rng = np.random.default_rng(1)
    outcome = some["spend_total"] * rng.gamma(2, 0.2, len(some))
    task = Task(some, outcome, some, 5, 0.03, "grow_spend", 0)
    own = (some["spend_total"] > 100) * 2 + (some["interval_days"] < 30).astype(int)
    tree = freeze_labels(some, own.to_numpy(np.int64), 0)
    return task, {
        "scorecard": learn_scorecard(task),
        "RFM rules": learn_rules(task),
        "tree": Learned(lambda X: np.zeros(len(X), int), tree),
        "clusters": learn_clusters(task),
        "mixture": learn_mixture(task),
        "ties": Learned(lambda X: np.zeros(len(X), int), TIES),
    }


def learn_models(features: pd.DataFrame) -> dict[str, Any]:
    """Freeze one model of each kind, with replicates where the kind has any."""
    from segtools.features.build import round_significant
    from segtools.segmentation.freeze import replicates
    from segtools.segmentation.model import SegmentModel, read_features
    from segtools.segmentation.place import place

    some = features.dropna(subset="recency_days").head(LEARNED_FROM)
    some = some.set_index("customer_id").apply(round_significant)
    task, found = learn_payloads(some)
    models = {}
    for name, learned in found.items():
        payload = learned.payload or {}
        labels = 1 + int(place(payload, some).labels.max())
        named = [
            {"segment_id": f"S{i + 1:02d}", "name": f"Segment {i + 1}", "rank": i + 1}
            for i in range(labels)
        ]
        reads, last = read_features(payload, []), f"S{labels:02d}"
        copies = replicates(task, learned) if name != "ties" else []
        models[name] = SegmentModel(payload, named, reads, last, copies)
    return models


def in_turns(first: Any, second: Any, rounds: int) -> tuple[float, float]:
    """Time two things in turns; give the medians in seconds."""
    seconds: tuple[list[float], list[float]] = ([], [])
    for _ in range(rounds):
        for action, kept in zip((first, second), seconds, strict=True):
            start = time.perf_counter()
            action()
            kept.append(time.perf_counter() - start)
    return statistics.median(seconds[0]), statistics.median(seconds[1])


def least_of_clusters(payload: dict[str, Any], source: str) -> str:
    """Write the least that finds the nearest of logged centroids, in DuckDB's SQL.

    What distances share is left out, so that each is a sum of one product a feature,
    and all are taken less the first, which is then 0; nothing is rounded, no tie is
    looked at, and there is no runner-up and no name.
    """
    fill, _, step = payload["preprocess"]
    names, (first, *others) = payload["uses"], payload["centroids"]
    values = [f"ifnull({n}, {fill['values'].get(n, 0.0)!r}::DOUBLE)" for n in names]
    ready = ", ".join(f"ln(1 + abs({v})) AS y{i}" for i, v in enumerate(values))
    sums = ["0::DOUBLE AS s0"]
    for j, centre in enumerate(others, start=1):
        parts = [f"{sum(c * c for c in centre) - sum(c * c for c in first)!r}::DOUBLE"]
        for i, (n, own, base) in enumerate(zip(names, centre, first, strict=True)):
            weight = -2 * (own - base) / step["scale"][n]
            parts.append(f"{weight!r}::DOUBLE * y{i}")
        sums.append(f"{' + '.join(parts)} AS s{j}")
    every = [f"s{j}" for j in range(len(sums))]
    cases = " ".join(f"WHEN {s} = least THEN '{s}'" for s in every[:-1])
    inner = f"SELECT customer_id, {ready} FROM {source}"
    inner = f"SELECT customer_id, {', '.join(sums)} FROM ({inner})"
    inner = f"SELECT *, least({', '.join(every)}) AS least FROM ({inner})"
    chosen = f"CASE {cases} ELSE '{every[-1]}' END AS segment_id"
    return f"SELECT customer_id, {chosen} FROM ({inner})"


def least_of_mixture(payload: dict[str, Any], source: str) -> str:
    """Write the least that finds the likeliest of Gaussian components by SQL.

    Means and scales are worked into the weights; nothing is rounded, no tie is looked
    at, and there is no runner-up and no name.
    """
    from segtools.segmentation.densities import heights, log_weights

    fill, log, step = payload["preprocess"]
    names, given = payload["uses"], fill["values"]
    scale = np.array([step["scale"][n] for n in names])
    middle = np.array([step["mean"][n] for n in names]) / scale
    filled = {n: f"ifnull({n}, {given.get(n, 0.0)!r}::DOUBLE)" for n in names}
    ready = {
        f"y{i}": f"ln(1 + abs({v}))" if n in log["features"] else v
        for i, (n, v) in enumerate(filled.items())
    }
    turned, odds = {}, {}
    parts = zip(payload["means"], payload["roots"], strict=True)
    shares = heights(payload) + log_weights(payload)
    for j, (mean, root) in enumerate(parts):
        full = np.asarray(root) if np.ndim(root) == 2 else np.diag(root)
        weights, shift = full / scale[:, None], (middle + np.asarray(mean)) @ full
        for i, column in enumerate(weights.T):
            own = [f"{w}::DOUBLE * y{k}" for k, w in enumerate(column) if w]
            turned[f"t{j}_{i}"] = " + ".join([f"{-shift[i]}::DOUBLE", *own])
        squares = " + ".join(f"t{j}_{i} * t{j}_{i}" for i in range(len(names)))
        odds[f"o{j}"] = f"{shares[j]}::DOUBLE - ({squares}) / 2"
    query = source
    for columns in (ready, turned, odds):
        selected = ", ".join(f"{v} AS {n}" for n, v in columns.items())
        query = f"(SELECT customer_id, {selected} FROM {query})"
    most = f"greatest({', '.join(odds)})"
    cases = " ".join(f"WHEN {o} = {most} THEN '{o}'" for o in odds)
    return f"SELECT customer_id, CASE {cases} END AS segment_id FROM {query}"


LEAST = {"clusters": least_of_clusters, "mixture": least_of_mixture}


def time_duckdb(con: Any, models: dict[str, Any], rounds: int, folder: Path) -> None:
    """Time assignments in DuckDB against a copy of the same features.

    From table to table, and from Parquet file to Parquet file, as a run keeps them.
    """
    from segtools.segmentation.in_engine import assign_in_engine

    out = folder / "made.parquet"
    ways = {
        "table": ("features", "CREATE OR REPLACE TABLE made AS {query}"),
        "table, rounded": ("stored", "CREATE OR REPLACE TABLE made AS {query}"),
        "file": ("file", f"COPY ({{query}}) TO '{out}'"),
        "file, rounded": ("stored_file", f"COPY ({{query}}) TO '{out}'"),
    }
    for name, model in models.items():
        for way, (source, text) in ways.items():
            rounded = way.endswith("rounded")
            if name == "ties" or (rounded and name not in LEAST):
                continue  # the others never round
            found = assign_in_engine(model, con.table(source), rounded=rounded)
            tried = {name: str(ibis.to_sql(found))}
            if name in LEAST:
                tried[f"the least of {name}"] = LEAST[name](model.payload, source)
            for what, query in tried.items():
                queries = (query, f"SELECT * FROM {source}")
                actions = (partial(con.raw_sql, text.format(query=q)) for q in queries)
                own, base = in_turns(*actions, rounds)
                print(
                    f"  {what + ', ' + way:30} {own:6.2f} s, copying {base:.2f} s: "
                    f"{own / base:.2f} times (limit 1.5)",
                    flush=True,
                )


def time_one(models: dict[str, Any], features: pd.DataFrame) -> None:
    """Time one customer after the other."""
    records = features.head(2000).to_dict("records")
    for name, model in models.items():
        model.assign_one(records[0])
        taken = []
        for record in records:
            start = time.perf_counter()
            model.assign_one(record)
            taken.append(1e6 * (time.perf_counter() - start))
        print(
            f"  {name:10} {statistics.median(taken):6.0f} microseconds, 99 of 100 in "
            f"{np.quantile(taken, 0.99):.0f} (limit 1,000; "
            f"{len(model.replicates)} replicates)",
            flush=True,
        )


def compare(found: pd.DataFrame, expected: pd.DataFrame, what: str, s: float) -> None:
    """Count the customers on whom an engine and pandas do not agree."""
    found = found.sort_values("customer_id", ignore_index=True)
    apart = np.zeros(len(expected), bool)
    for column in COMPARED:
        one, two = (f[column].astype(object).fillna("") for f in (found, expected))
        apart |= (one != two).to_numpy()
    print(f"  {what:28} {int(apart.sum()):,} of {len(apart):,} apart ({s:.1f} s)")
    if apart.any() or len(found) != len(expected):
        sys.exit("The engines must agree, but they do not.")


def time_all(models: dict[str, Any], features: pd.DataFrame, rounds: int) -> None:
    """Time one customer after the other, and everybody in DuckDB."""
    from segtools.features.build import round_significant

    print("assign_one:")
    time_one(models, features)
    con = ibis.duckdb.connect()
    stored = features.set_index("customer_id").apply(round_significant).reset_index()
    print(f"DuckDB, {len(features):,} customers, {features.shape[1]} columns:")
    with tempfile.TemporaryDirectory() as folder:
        for name, frame in (("features", features), ("stored", stored)):
            table = pa.Table.from_pandas(frame, preserve_index=False)
            con.create_table(name, ibis.memtable(table))
            file = "file" if name == "features" else "stored_file"
            con.raw_sql(f"COPY {name} TO '{Path(folder) / file}.parquet'")
            con.read_parquet(Path(folder) / f"{file}.parquet", table_name=file)
        time_duckdb(con, models, rounds, Path(folder))


def compare_all(
    models: dict[str, Any], features: pd.DataFrame, engines: list[str]
) -> None:
    """Assign everybody in every engine that is there, and in pandas."""
    from segtools.features.build import collect
    from segtools.segmentation.in_engine import assign_in_engine

    sys.path.insert(0, str(Path(__file__).parent.parent / "tests"))
    from engines import load, why_not

    print("parity with pandas, column by column:")
    table = pa.Table.from_pandas(features, preserve_index=False)
    kept = {n: replace(m, replicates=[]) for n, m in models.items()}
    collected = collect(ibis.memtable(table))
    expected = {name: model.assign(collected) for name, model in kept.items()}
    for engine in engines:
        if why_not(engine):
            print(f"  {engine}: {why_not(engine)}")
            continue
        there = load(engine, {"features": table})["features"]
        for name, model in kept.items():
            start = time.perf_counter()
            found = assign_in_engine(model, there).to_pandas()
            seconds = time.perf_counter() - start
            compare(found, expected[name], f"{engine}, {name}", seconds)


def measure(customers: int, rounds: int, engines: list[str]) -> None:
    features = make_features(customers)
    models = learn_models(features)
    time_all(models, features, rounds)
    compare_all(models, features, engines)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--customers", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--engines", nargs="*", default=["duckdb", "postgres", "spark"])
    asked = parser.parse_args()
    measure(asked.customers, asked.rounds, asked.engines)


if __name__ == "__main__":
    main()

"""Recency, frequency and spend of 50 million customers from a billion orders.

    .venv/bin/python benchmarks/billion.py [--rows 100000000] [--readings 10]
        [--memory 6GB]

One Parquet file of simulated orders of a tenth of the customers is read several times,
each time with other customers: that makes a billion orders without a file of that
size. In processes of their own, one after the other: DuckDB by hand, which groups the
orders by customer (rows, decimal sum, latest time) into a Parquet file; segtools'
features; and features and segments by a frozen scorecard, in one query. `--memory`
limits both engines. Prints seconds, peak memory and the ratio to DuckDB by hand.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import duckdb

ORIGIN = 1_767_225_600  # 2026-01-01, UTC
_ORDERS = """
COPY (
    SELECT
        (hash(i * 7) % {customers})::bigint AS customer_id,
        TIMESTAMP '2024-01-01' + to_seconds((hash(i) % 63072000)::bigint)
            AS ordered_at,
        ((hash(i * 5) % 10000) / 100.0)::decimal(18, 4) AS amount,
        false AS is_return
    FROM range({rows}) t(i)
) TO '{path}' (FORMAT parquet)
"""
_READING = """
SELECT customer_id + {shift}::bigint AS customer_id, ordered_at, amount, is_return
FROM '{path}'
"""
_BY_HAND = """
SELECT customer_id, count(*) AS n_orders, sum(amount) AS spend, max(ordered_at) AS last
FROM ({orders})
GROUP BY customer_id
"""


def all_readings(path: str, readings: int, customers: int) -> str:
    """Write the query that reads the file so many times, each with other customers."""
    each = (_READING.format(path=path, shift=k * customers) for k in range(readings))
    return " UNION ALL ".join(each)


def frozen() -> Any:
    """Learn and freeze a scorecard of five segments on a few made-up customers."""
    import numpy as np
    import pandas as pd

    from segtools.segmentation.model import SegmentModel, read_features
    from segtools.segmentation.scheme import Task
    from segtools.segmentation.scorecard import learn_scorecard

    rng = np.random.default_rng(0)
    orders = rng.poisson(5, 5_000).astype(float)
    spend = np.round(orders * rng.gamma(8, 6, 5_000), 2)
    recency = np.round(rng.exponential(90 / (1 + orders)), 3)
    frame = pd.DataFrame(
        {"recency_days": recency, "n_orders": orders, "spend_total": spend},
        index=[f"c{i}" for i in range(5_000)],
    )
    outcome = pd.Series(np.round(spend * rng.gamma(2, 0.2, 5_000), 2), frame.index)
    task = Task(frame, outcome, frame, 5, 0.03, "grow_spend", 0)
    payload = learn_scorecard(task).payload or {}
    named = [
        {"segment_id": f"s{i}", "name": f"Segment {i}", "rank": i}
        for i in range(len(payload["cuts"]) + 1)
    ]
    entries = [{"name": name} for name in frame.columns]
    return SegmentModel(payload, named, read_features(payload, entries), "s0")


def worker(what: str, orders: str, out: str, memory: str) -> None:
    """Do one piece of work and print its seconds and the peak of its memory."""
    import ibis

    import segtools
    from segtools.features.catalogue import registered
    from segtools.segmentation.in_engine import assign_in_engine
    from segtools.sources import connect

    con = connect(Path(out).parent, memory_limit=memory)
    query = _BY_HAND.format(orders=orders)
    model = frozen() if what == "features and segments" else None
    start = time.perf_counter()
    if what != "DuckDB by hand":
        shop = segtools.Shop({"orders": con.sql(orders)}, "UTC", rows_are_orders=True)
        wanted = ("recency_days", "n_orders", "spend_total")
        known = registered(["value"])
        features = [f for f in known if f.name in wanted]
        found = segtools.features_at(shop, segtools.Window(ORIGIN, 365), features)
        query = str(ibis.to_sql(assign_in_engine(model, found) if model else found))
    con.raw_sql(f"COPY ({query}) TO '{out}' (FORMAT parquet)")
    seconds = time.perf_counter() - start
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps([seconds, peak]))


def timed(what: str, orders: str, out: Path, memory: str) -> float | None:
    """Run a worker, print what it took, give its seconds; None if it fails."""
    command = [sys.executable, __file__, "--memory", memory, "--worker"]
    command += [what, orders, str(out)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        said = (done.stderr.strip().splitlines() or ["killed"])[-1]
        print(f"  {what}: did not finish ({said[:200]})", flush=True)
        return None
    seconds, peak = json.loads(done.stdout.strip().splitlines()[-1])
    (rows,) = duckdb.sql(f"SELECT count(*) FROM '{out}'").fetchone() or (0,)
    print(f"  {what:22} {seconds:7.1f} s {peak:7,.0f} MB, {rows:,} rows", flush=True)
    return float(seconds)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", type=int, default=100_000_000)
    parser.add_argument("--readings", type=int, default=10)
    parser.add_argument("--memory", default="6GB")
    parser.add_argument("--worker", nargs=3, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.worker:
        worker(*asked.worker, asked.memory)
        return
    with tempfile.TemporaryDirectory() as folder:
        path, out = Path(folder) / "orders.parquet", Path(folder) / "out.parquet"
        customers = asked.rows // 20
        duckdb.sql(_ORDERS.format(rows=asked.rows, customers=customers, path=path))
        total = asked.rows * asked.readings
        print(f"{total:,} orders, {customers * asked.readings:,} customers", flush=True)
        orders = all_readings(str(path), asked.readings, customers)
        alone = timed("DuckDB by hand", orders, out, asked.memory)
        for what in ("features", "features and segments"):
            taken = timed(what, orders, out, asked.memory)
            if alone and taken:
                print(f"    {taken / alone:.2f} times DuckDB by hand", flush=True)


if __name__ == "__main__":
    main()

"""Build RFM of many orders in Spark, against DuckDB in the same run.

    .venv/bin/python benchmarks/spark.py [--orders 10000000] [--customers 500000]

DuckDB makes the orders as Parquet in a temporary folder; each engine then builds
recency, orders and spend of every customer in a process of its own, with two threads,
and writes them as Parquet. Seconds are of the building, without starting the engine.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import duckdb
import ibis
import pandas as pd

THREADS = 2
ORIGIN = int(pd.Timestamp("2024-10-01", tz="UTC").timestamp())
RFM = ("n_orders", "recency_days", "spend_total")
# Chance from a hash of the row's number: the same orders every time.
_U = "(hash({0}) % 1048576 / 1048576.0)"
_ORDERS = f"""
COPY (
  SELECT 'C' || lpad((floor({{customers}} * {_U.format("i * 3")} ^ 2)::bigint)::varchar,
                     8, '0') AS customer_id,
         'O' || i AS order_id,
         (timestamp '2023-07-01'
          + to_seconds(floor({_U.format("i * 5")} * 39484800)::bigint))::timestamp
             AS ordered_at,
         (CASE WHEN i % 50 = 0 THEN -1 ELSE 1 END
          * round(1 + 90 * {_U.format("i * 7")}, 2))::decimal(18, 4) AS amount,
         i % 50 = 0 AS is_return
  FROM range({{orders}}) AS made(i)
) TO '{{path}}' (FORMAT parquet)
"""


def make_orders(path: Path, orders: int, customers: int) -> None:
    """Write the orders, always the same ones."""
    con = duckdb.connect(config={"threads": THREADS})
    con.execute(_ORDERS.format(orders=orders, customers=customers, path=path))


def connect(engine: str, folder: Path) -> ibis.BaseBackend:
    """Start an engine with two threads."""
    if engine == "duckdb":
        return ibis.duckdb.connect(threads=THREADS)
    from pyspark.sql import SparkSession

    os.environ["SPARK_LOCAL_IP"] = "127.0.0.1"
    builder = SparkSession.builder.master(f"local[{THREADS}]").appName("benchmark")
    options = {
        "spark.driver.host": "127.0.0.1",
        "spark.driver.bindAddress": "127.0.0.1",
        "spark.driver.memory": "6g",
        "spark.ui.enabled": "false",
        "spark.ui.showConsoleProgress": "false",
        "spark.sql.shuffle.partitions": str(4 * THREADS),
        "spark.sql.warehouse.dir": str(folder / "warehouse"),
    }
    for key, value in options.items():
        builder = builder.config(key, value)
    return ibis.pyspark.connect(builder.getOrCreate())


def build(engine: str, folder: Path) -> dict[str, Any]:
    """Build the features in this process; give seconds and what came out."""
    from segtools.features.build import features_at
    from segtools.features.catalogue import Window, registered
    from segtools.features.shop import Shop

    begun = time.perf_counter()
    con = connect(engine, folder)
    started = time.perf_counter()
    shop = Shop({"orders": con.read_parquet(str(folder / "orders.parquet"))}, "UTC")
    features = [f for f in registered(["value"]) if f.name in RFM]
    table = features_at(shop, Window(ORIGIN, 365), features)
    out = folder / f"{engine}.parquet"
    con.to_parquet(table, str(out))
    seconds = time.perf_counter() - started
    return {"start": started - begun, "seconds": seconds, "peak": _peak(engine)}


def _peak(engine: str) -> float:
    """Give the largest memory, in MB, of this process and of Spark's Java."""
    own = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    if engine == "duckdb":
        return own
    children = Path(f"/proc/{os.getpid()}/task/{os.getpid()}/children").read_text()
    for child in children.split():
        status = Path(f"/proc/{child}/status").read_text()
        own += int(status.partition("VmHWM:")[2].split()[0]) / 1024
    return own


def checked(folder: Path) -> str:
    """Compare what both engines wrote."""
    ours = f"read_parquet('{folder}/duckdb.parquet')"
    theirs = f"read_parquet('{folder}/spark.parquet/*.parquet')"
    columns = "customer_id, n_orders, spend_total, round(recency_days, 9)"
    query = f"SELECT count(*) FROM (SELECT {columns} FROM {{}} EXCEPT "
    query += f"SELECT {columns} FROM {{}})"
    one, two = (
        duckdb.sql(query.format(a, b)).fetchone()[0]  # type: ignore[index]
        for a, b in ((ours, theirs), (theirs, ours))
    )
    n = duckdb.sql(f"SELECT count(*) FROM {ours}").fetchone()[0]  # type: ignore[index]
    return f"{n:,} customers, {one + two:,} rows differ"


def measured(engine: str, folder: Path) -> dict[str, Any]:
    """Run an engine in a process of its own."""
    command = [sys.executable, __file__, "--engine", engine, "--folder", str(folder)]
    done = subprocess.run(command, check=True, text=True, stdout=subprocess.PIPE)
    return json.loads(done.stdout.splitlines()[-1])  # type: ignore[no-any-return]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--orders", type=int, default=10_000_000)
    parser.add_argument("--customers", type=int, default=500_000)
    parser.add_argument("--rounds", type=int, default=2)
    parser.add_argument("--engine", help=argparse.SUPPRESS)
    parser.add_argument("--folder", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.engine:
        print(json.dumps(build(options.engine, options.folder)))
        return
    with tempfile.TemporaryDirectory(prefix="segtools-spark-") as name:
        folder = Path(name)
        orders = folder / "orders.parquet"
        make_orders(orders, options.orders, options.customers)
        print(
            f"{options.orders:,} orders, {orders.stat().st_size / 1e6:,.0f} MB Parquet"
        )
        for _ in range(options.rounds):
            for engine in ("duckdb", "spark"):
                _forget(folder / f"{engine}.parquet")
            found = {e: measured(e, folder) for e in ("duckdb", "spark")}
            for engine, of in found.items():
                print(f"{engine}: {of['seconds']:.1f} s, peak {of['peak']:,.0f} MB")
                print(f"  and {of['start']:.1f} s to start")
            ratio = found["spark"]["seconds"] / found["duckdb"]["seconds"]
            print(f"Spark over DuckDB: {ratio:.2f}; {checked(folder)}")


def _forget(path: Path) -> None:
    if path.is_dir():
        for part in path.iterdir():
            part.unlink()
        path.rmdir()
    path.unlink(missing_ok=True)


if __name__ == "__main__":
    main()

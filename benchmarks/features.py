"""Time recency, frequency and spend of every customer against others doing the same.

    .venv/bin/python benchmarks/features.py [--orders 1000000 10000000] [--rounds 3]
        [--memory 2GB] [--peer-python PATH] [--without pandas]

Makes Parquet files of simulated orders in a temporary folder: one in which every row
is an order, one with lines of which two or three make an order. Then everybody takes
turns, each in a process of its own, from the file to a Parquet file of one row a
customer: segtools; DuckDB by hand, counting rows of orders, and over lines counting
distinct orders in the ways that it knows; pandas; and, where `--peer-python` names a
Python that has them, Polars (streaming) and openretailscience. Money is decimal with
DuckDB and segtools, as the contract asks; the others sum floats. Prints seconds, peak
memory and the median ratio of segtools to each, and of segtools' seconds those before
its engine starts (expressions built and made SQL), which do not grow with the size.
`--memory` limits segtools' engine.

An order is of the time of its first line. Only "DuckDB by order" asks the same of
lines: `count(DISTINCT)` and counting rows take each line at its own time, and count an
order whose lines lie on both sides of the window's start as one inside. They agree
here, where an order's lines have one time; `one_order_too_many` shows that they need
not.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median
from typing import NamedTuple

import duckdb

ORIGIN = 1_767_225_600  # 2026-01-01, UTC
START = ORIGIN - 365 * 86_400
_ORDERS = """
COPY (
    SELECT
        'C' || lpad((hash(i * 7) % {customers})::varchar, 8, '0') AS customer_id,
        'O' || i AS order_id,
        TIMESTAMP '2024-01-01' + to_seconds((hash(i) % 63072000)::bigint)
            AS ordered_at,
        ((hash(i * 5) % 10000) / 100.0)::decimal(18, 4) AS amount,
        false AS is_return
    FROM range({rows}) t(i)
) TO '{path}' (FORMAT parquet)
"""
_LINES = """
COPY (
    SELECT
        'C' || lpad((hash(i * 2 // 5 * 7) % {customers})::varchar, 8, '0')
            AS customer_id,
        'O' || (i * 2 // 5) AS order_id,
        TIMESTAMP '2024-01-01' + to_seconds((hash(i * 2 // 5) % 63072000)::bigint)
            AS ordered_at,
        'P' || (hash(i * 13) % 5000) AS product_id,
        ((hash(i * 5) % 10000) / 100.0)::decimal(18, 4) AS amount,
        false AS is_return
    FROM range({rows}) t(i)
) TO '{path}' (FORMAT parquet)
"""
_MEASURED = """
max(epoch(ordered_at)) AS last,
{count} FILTER (epoch(ordered_at) >= {start}) AS n_orders,
sum(amount) FILTER (epoch(ordered_at) >= {start}) AS spend
"""
_WITHIN = f"epoch(ordered_at) < {ORIGIN} AND NOT is_return"
_BY_ROW = "SELECT customer_id, {measured} FROM '{path}' WHERE {within} GROUP BY 1"
_BY_ORDER = """
SELECT customer_id, max(last) AS last, count(*) FILTER (last >= {start}) AS n_orders,
    sum(amount) FILTER (last >= {start}) AS spend
FROM (
    SELECT customer_id, order_id, min(epoch(ordered_at)) AS last, sum(amount) AS amount
    FROM '{path}' WHERE {within} GROUP BY 1, 2
)
GROUP BY 1
"""


def by_hand(path: str, how: str) -> str:
    """Give DuckDB's query for recency, frequency and spend."""
    count = "count(DISTINCT order_id)" if how == "distinct" else "count(*)"
    measured = _MEASURED.format(count=count, start=START)
    query = _BY_ORDER if how == "order" else _BY_ROW
    return query.format(path=path, within=_WITHIN, measured=measured, start=START)


def duckdb_by_hand(path: str, out: str, how: str) -> None:
    con = duckdb.connect()
    con.execute("SET preserve_insertion_order = false")
    con.execute(f"COPY ({by_hand(path, how)}) TO '{out}' (FORMAT parquet)")


def one_order_too_many(folder: Path) -> dict[str, int]:
    """Count, in each way, orders of a window that starts between an order's lines."""
    path = folder / "across.parquet"
    duckdb.sql(f"""
        COPY (
            SELECT 'C1' AS customer_id, 'O1' AS order_id, 1.0 AS amount,
                to_timestamp({START} + second)::timestamp AS ordered_at,
                false AS is_return
            FROM (VALUES (-60), (60)) t(second)
        ) TO '{path}' (FORMAT parquet)
    """)
    ways = {how: by_hand(str(path), how) for how in ("rows", "order", "distinct")}
    return {how: duckdb.sql(q).fetchall()[0][2] for how, q in ways.items()}


def segtools_builds(path: str, out: str, table: str, memory: str) -> float:
    """Do as the others, and give the moment at which the engine starts."""
    import segtools
    from segtools.sources import connect

    con = connect(Path(out).parent)
    if memory:
        con.raw_sql(f"SET memory_limit = '{memory}'")
    shop = segtools.Shop(
        {table: con.read_parquet(path)}, "UTC", rows_are_orders=table == "orders"
    )
    known, _ = segtools.supported(shop, ["value"])
    wanted = ("recency_days", "n_orders", "spend_total")
    features = [f for f in known if f.name in wanted]
    found = segtools.features_at(shop, segtools.Window(ORIGIN, 365), features)
    query = con.compile(found)
    made = time.perf_counter()
    con.raw_sql(f"COPY ({query}) TO '{out}' (FORMAT parquet)")
    return made


def pandas_does(path: str, out: str, distinct: str) -> None:
    import pandas as pd

    columns = ["customer_id", "ordered_at", "amount", "is_return"]
    columns += ["order_id"] if distinct == "distinct" else []
    rows = pd.read_parquet(path, columns=columns)
    rows["amount"] = rows["amount"].astype(float)
    rows = rows[
        ~rows["is_return"] & (rows["ordered_at"] < pd.Timestamp(ORIGIN, unit="s"))
    ]
    last = rows.groupby("customer_id")["ordered_at"].max()
    rows = rows[rows["ordered_at"] >= pd.Timestamp(START, unit="s")]
    by = rows.groupby("customer_id")
    count = by["order_id"].nunique() if distinct == "distinct" else by.size()
    frame = pd.DataFrame({"last": last, "n_orders": count, "spend": by["amount"].sum()})
    frame.to_parquet(out)


def polars_does(path: str, out: str, distinct: str) -> None:
    from datetime import UTC, datetime

    import polars as pl

    moment = {
        s: datetime.fromtimestamp(s, UTC).replace(tzinfo=None) for s in (ORIGIN, START)
    }
    rows = pl.scan_parquet(path).filter(
        ~pl.col("is_return"), pl.col("ordered_at") < moment[ORIGIN]
    )
    late = pl.col("ordered_at") >= moment[START]
    count = late.sum()
    if distinct == "distinct":
        count = pl.col("order_id").filter(late).n_unique()
    found = rows.group_by("customer_id").agg(
        pl.col("ordered_at").max().alias("last"),
        count.alias("n_orders"),
        pl.col("amount").cast(pl.Float64).filter(late).sum().alias("spend"),
    )
    found.sink_parquet(out, engine="streaming")


def openretailscience_does(path: str, out: str, _: str) -> None:
    import datetime as dt

    import ibis
    from openretailscience.segmentation.rfm import RFMSegmentation

    rows = ibis.duckdb.connect().read_parquet(path)
    rows = rows.rename(transaction_date="ordered_at", unit_spend="amount")
    rows = rows.rename(transaction_id="order_id")
    rfm = RFMSegmentation(df=rows, current_date=dt.date(2026, 1, 1))
    rfm.df.to_parquet(out)


WORKERS = {
    f.__name__: f
    for f in (
        duckdb_by_hand,
        segtools_builds,
        pandas_does,
        polars_does,
        openretailscience_does,
    )
}
# What to import before the clock starts: it costs the same whatever the size.
LOADS = {
    "segtools_builds": ("ibis.backends.duckdb", "segtools.features.build"),
    "pandas_does": ("pandas", "pyarrow.parquet"),
    "polars_does": ("polars",),
    "openretailscience_does": ("openretailscience.segmentation.rfm",),
}
_RUN = """
import importlib, json, resource, runpy, sys, time
made = runpy.run_path(sys.argv[1])
for module in made["LOADS"].get(sys.argv[2], ()):
    importlib.import_module(module)
start = time.perf_counter()
before = (made["WORKERS"][sys.argv[2]](*sys.argv[3:]) or start) - start
seconds = time.perf_counter() - start
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
print(json.dumps([seconds, peak, before]))
"""


class Taken(NamedTuple):
    """What one worker took: seconds, megabytes, and seconds before its engine."""

    seconds: float
    peak: float
    before: float


def timed(python: str, worker: str, *arguments: str) -> Taken | None:
    """Let a worker work in a process of its own; None if it fails."""
    command = [python, "-c", _RUN, __file__, worker, *arguments]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        said = (done.stderr.strip().splitlines() or ["killed"])[-1]
        print(f"  {worker} {arguments[2:]}: did not finish ({said[:120]})")
        return None
    return Taken(*json.loads(done.stdout.strip().splitlines()[-1]))


def contestants(
    table: str, memory: str, peer: str | None
) -> dict[str, tuple[str, ...]]:
    """List who takes part: python, worker and its further arguments."""
    here, distinct = sys.executable, "distinct" if table == "order_lines" else "rows"
    found = {"segtools": (here, "segtools_builds", table, memory)}
    hows = ("rows",) if table == "orders" else ("rows", "order", "distinct")
    found |= {f"DuckDB by {how}": (here, "duckdb_by_hand", how) for how in hows}
    found["pandas"] = (here, "pandas_does", distinct)
    if peer:
        found["Polars streaming"] = (peer, "polars_does", distinct)
        found["openretailscience"] = (peer, "openretailscience_does", "")
    return found


def compare(path: Path, table: str, asked: argparse.Namespace) -> None:
    found: dict[str, list[Taken]] = {}
    who = contestants(table, asked.memory, asked.peer_python)
    for _ in range(asked.rounds):
        for name, (python, worker, *more) in who.items():
            if name in asked.without:
                continue
            out = path.parent / "out.parquet"
            taken = timed(python, worker, str(path), str(out), *more)
            if taken:
                found.setdefault(name, []).append(taken)
    own = found.get("segtools", [])
    for name, all_taken in found.items():
        pairs = list(zip(own, all_taken, strict=False)) or [(Taken(0, 0, 0),) * 2]
        times = median(o.seconds / (t.seconds or 1) for o, t in pairs)
        engines = median((o.seconds - o.before) / (t.seconds or 1) for o, t in pairs)
        print(
            f"  {name:22} {median(t.seconds for t in all_taken):7.2f} s "
            f"{max(t.peak for t in all_taken):7,.0f} MB, segtools {times:.2f} times, "
            f"its engine {engines:.2f}",
            flush=True,
        )
    if own:
        print(f"  before segtools' engine: {median(t.before for t in own):.3f} s")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument(
        "--orders", type=int, nargs="+", default=[1_000_000, 10_000_000]
    )
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--memory", default="")
    parser.add_argument("--tables", nargs="+", default=["orders", "order_lines"])
    parser.add_argument("--peer-python")
    parser.add_argument("--without", nargs="*", default=[], help="names to leave out")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        print(f"an order across the start: {one_order_too_many(Path(folder))} inside")
    for rows in asked.orders:
        for table in asked.tables:
            with tempfile.TemporaryDirectory() as folder:
                path = Path(folder) / f"{table}.parquet"
                query = _ORDERS if table == "orders" else _LINES
                customers = max(rows // 20, 1)
                duckdb.sql(query.format(rows=rows, customers=customers, path=path))
                size = path.stat().st_size / 1e6
                print(
                    f"{rows:,} rows of {table}, {customers:,} customers, {size:,.0f} MB"
                )
                compare(path, table, asked)


if __name__ == "__main__":
    main()

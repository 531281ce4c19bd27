"""Build features in a PostgreSQL server, and count the rows that leave it.

    .venv/bin/python benchmarks/postgres.py [--lines 5000000] [--customers 200000]

A server of the tests' own is started in a temporary folder; the lines are made in it.
The limit: one row a customer, and at most 100 more.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
import psycopg

VARIABLE = "SEGTOOLS_BENCHMARK_DB"
SPARE = 100
ORIGIN = int(pd.Timestamp("2024-10-01", tz="UTC").timestamp())
# Chance from a hash of the row's number, so that no setting of the server changes it.
_U = "((hashint8extended({0}, {1}) & 1048575) / 1048576.0)"
_LINES = f"""
CREATE TABLE {{name}} AS
SELECT 'C' || lpad(customer::text, 7, '0') AS customer_id,
       'O' || purchase AS order_id,
       timestamp '2023-07-01' + floor({_U.format("purchase", 1)} * 39484800)
           * interval '1 second' AS ordered_at,
       'P' || floor({_U.format("line", 2)} * 900)::int AS product_id,
       'kind ' || floor({_U.format("line", 2)} * 30)::int AS category,
       CASE WHEN {_U.format("line", 3)} < 0.3 THEN 'private' ELSE 'national' END
           AS brand_type,
       round((sign * (1 + 40 * {_U.format("line", 4)}))::numeric, 2) AS amount,
       round((4 * {_U.format("line", 5)})::numeric, 2) AS discount,
       CASE WHEN {_U.format("line", 6)} < 0.1 THEN 0.5 ELSE 0 END AS coupon_discount,
       'S' || floor({_U.format("purchase", 7)} * 12)::int AS store_id,
       sign < 0 AS is_return
FROM (SELECT line, line / 4 AS purchase,
             floor({{customers}} * {_U.format("(line / 4)", 8)} ^ 2)::int AS customer,
             CASE WHEN {_U.format("line", 9)} < 0.02 THEN -1 ELSE 1 END AS sign
      FROM generate_series(1::bigint, {{lines}}) AS line) AS made
"""


@dataclass
class Left:
    """How many rows have left the server, and in how many answers."""

    rows: int = 0
    answers: int = 0


def make_lines(con: psycopg.Connection, name: str, lines: int, customers: int) -> None:
    """Make order lines in the server, always the same ones."""
    con.execute(_LINES.format(name=name, lines=lines, customers=customers))
    con.execute(f"ANALYZE {name}")


@contextmanager
def counted() -> Iterator[Left]:
    """Count the rows of every answer that any psycopg connection receives."""
    left = Left()
    whole, some = psycopg.Cursor._set_results, psycopg.ServerCursor.fetchmany

    def watched(self: psycopg.Cursor, results: list) -> None:
        left.rows += sum(r.ntuples for r in results)
        left.answers += len(results)
        whole(self, results)

    def watched_some(self: psycopg.ServerCursor, size: int = 0) -> list:
        found = some(self, size)
        left.rows += len(found)
        return found

    psycopg.Cursor._set_results = watched
    psycopg.ServerCursor.fetchmany = watched_some
    try:
        yield left
    finally:
        psycopg.Cursor._set_results = whole
        psycopg.ServerCursor.fetchmany = some


def measure(url: str, lines: int, customers: int) -> None:
    from segtools.features.build import collect, features_at, supported
    from segtools.features.catalogue import Window
    from segtools.features.shop import Shop
    from segtools.sources import connect
    from segtools.sources.database import read

    with psycopg.connect(url, autocommit=True) as con:
        start = time.perf_counter()
        make_lines(con, "benchmark_lines", lines, customers)
        print(f"made {lines:,} lines in {time.perf_counter() - start:.1f} s")
    os.environ[VARIABLE] = url
    block = {"table": "benchmark_lines"}
    start = time.perf_counter()
    with counted() as left:
        options = {"url": f"env:{VARIABLE}", "order_lines": block}
        opened = read(connect(), options, "UTC")
        lines_table = opened.tables["order_lines"].drop("unreadable")
        shop = Shop({"order_lines": lines_table}, "UTC")
        features, _ = supported(shop)
        frame = collect(features_at(shop, Window(ORIGIN, 180), features))
    seconds = time.perf_counter() - start
    print(f"features: {len(features)} of {len(frame):,} customers in {seconds:.1f} s")
    print(
        f"rows that left the server: {left.rows:,} in {left.answers} answers "
        f"(limit {len(frame) + SPARE:,}; {lines:,} lines)"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--lines", type=int, default=5_000_000)
    parser.add_argument("--customers", type=int, default=200_000)
    options = parser.parse_args()
    sys.path.insert(0, str(Path(__file__).parent.parent / "tests"))
    from sources.postgres import running

    with running("-c shared_buffers=512MB -c work_mem=128MB") as server:
        measure(server.url(), options.lines, options.customers)


if __name__ == "__main__":
    main()

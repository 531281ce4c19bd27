"""Time reading and cleaning against DuckDB alone on the same file.

    .venv/bin/python benchmarks/read_and_clean.py [--lines 10000000] [--rounds 3]

Makes a CSV of order lines in a temporary folder, then takes turns: DuckDB alone reads
it with the types given and aggregates lines to orders and orders to customers; segtools
opens it (every value typed, what cannot be read named) and cleans it (cut, judged,
duplicates found, everything counted). Prints the ratio of each round.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from pathlib import Path
from statistics import median

import duckdb

from segtools.config import RunConfig
from segtools.prepare.clean import clean
from segtools.sources import connect, open_source
from segtools.timezones import epoch, instant

AS_OF = "2026-01-01"
_LINES = """
COPY (
    SELECT
        'C' || lpad((hash(i // 3 * 7) % 500000)::varchar, 7, '0') AS customer_id,
        'O' || (i // 3) AS order_id,
        strftime(
            TIMESTAMP '2023-01-01' + to_seconds((hash(i // 3) % 63072000)::bigint),
            '%Y-%m-%d %H:%M:%S'
        ) AS ordered_at,
        'P' || (hash(i * 13) % 5000) AS product_id,
        1 + hash(i * 3) % 4 AS quantity,
        round((hash(i * 5) % 10000) / 100.0, 2) AS amount,
        'category ' || (hash(i * 13) % 40) AS category
    FROM range({lines}) t(i)
) TO '{path}' (HEADER)
"""
_ALONE = """
CREATE TABLE customers AS
SELECT customer_id, count(*) AS orders, sum(amount) AS spend, max(ordered_at) AS last
FROM (
    SELECT customer_id, order_id, sum(amount) AS amount, min(ordered_at) AS ordered_at
    FROM read_csv(
        '{path}', types = {{'amount': 'decimal(18,4)', 'ordered_at': 'timestamp'}}
    )
    GROUP BY customer_id, order_id
)
GROUP BY customer_id
"""


def duckdb_alone(path: Path) -> float:
    con = duckdb.connect()
    con.sql("SET preserve_insertion_order = false")
    start = time.perf_counter()
    con.execute(_ALONE.format(path=path))
    return time.perf_counter() - start


def segtools_reads(path: Path) -> float:
    source = {"system": "files", "order_lines": {"path": str(path)}}
    config = RunConfig(project="big", timezone="UTC", as_of=AS_OF, source=source)
    con = connect(path.parent)
    start = time.perf_counter()
    opened = open_source(config, con)
    found = clean(opened, con, config, epoch(instant(AS_OF, "UTC")))
    seconds = time.perf_counter() - start
    account = found.accounts["order_lines"]
    parts = account["kept"] + account["set_aside"] + account["quarantined"]
    assert account["read"] == parts
    return seconds


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--lines", type=int, default=10_000_000)
    parser.add_argument("--rounds", type=int, default=3)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "lines.csv"
        duckdb.sql(_LINES.format(lines=asked.lines, path=path))
        size = path.stat().st_size / 1e6
        print(f"{asked.lines:,} lines, {size:,.0f} MB")
        ratios = []
        for number in range(1, asked.rounds + 1):
            alone, ours = duckdb_alone(path), segtools_reads(path)
            ratios.append(ours / alone)
            print(
                f"round {number}: DuckDB alone {alone:.2f} s, segtools {ours:.2f} s, "
                f"ratio {ratios[-1]:.2f}"
            )
        print(f"median ratio {median(ratios):.2f} (asked: at most 1.5)")


if __name__ == "__main__":
    main()

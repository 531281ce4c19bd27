"""Time reading and cleaning against DuckDB alone on the same file.

    .venv/bin/python benchmarks/read_and_clean.py [--lines 10000000] [--rounds 3]

Makes a CSV of order lines in a temporary folder, then takes turns. segtools opens the
file (every value typed, what cannot be read named) and cleans it (cut, judged, equal
rows found, everything counted). DuckDB alone, told the types, gives one row a customer:
straight from the file, of which it then needs four columns of seven; by a table into
which it has read the whole file; and by a table without rows that stand twice, which
is what cleaning does. Last the least that must be done by whoever reads the file once:
trim blanks, keep the rows for later questions, look for equal ones (each in the
fastest way that we know); no time or number is checked and nothing counted. Prints the
seconds of each round and the median ratios.
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
_READ = """read_csv(
    '{path}', types = {{'amount': 'decimal(18,4)', 'ordered_at': 'timestamp'}}
)"""
_CUSTOMERS = """
CREATE TABLE customers AS
SELECT customer_id, count(*) AS orders, sum(amount) AS spend, max(ordered_at) AS last
FROM (
    SELECT customer_id, order_id, sum(amount) AS amount, min(ordered_at) AS ordered_at
    FROM {lines}
    GROUP BY customer_id, order_id
)
GROUP BY customer_id
"""


_KEPT = "CREATE TABLE lines AS SELECT * FROM {lines}"
_DISTINCT = "CREATE TABLE lines AS SELECT DISTINCT * FROM {lines}"
_TRIMMED = """
CREATE TABLE lines AS
SELECT
    ordered_at, quantity, amount,
    CASE
        WHEN COLUMNS({texts}) >= '!' AND array_extract(COLUMNS({texts}), -1) >= '!'
        THEN COLUMNS({texts})
        ELSE trim(COLUMNS({texts}))
    END
FROM {lines}
""".replace("{texts}", "['customer_id', 'order_id', 'product_id', 'category']")
_TWICE = """
CREATE TABLE twice AS
SELECT DISTINCT row
FROM (
    SELECT row, lag(row) OVER (ORDER BY row) AS last
    FROM (SELECT hash(lines) AS row FROM lines)
)
WHERE row = last
"""
STRAIGHT = "straight from the file"
LEAST = "the least: blanks trimmed, rows kept, equal ones found"
WAYS = {
    STRAIGHT: [_CUSTOMERS],
    "by a table": [_KEPT, _CUSTOMERS.replace("{lines}", "lines")],
    "by a table without equal rows": [
        _DISTINCT,
        _CUSTOMERS.replace("{lines}", "lines"),
    ],
    LEAST: [_TRIMMED, _TWICE],
}


def duckdb_alone(path: Path, way: str) -> float:
    con = duckdb.connect()
    con.sql("SET preserve_insertion_order = false")
    lines = _READ.format(path=path)
    start = time.perf_counter()
    for statement in WAYS[way]:
        con.execute(statement.format(lines=lines))
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
        ratios: dict[str, list[float]] = {way: [] for way in WAYS}
        floor = []
        for number in range(1, asked.rounds + 1):
            alone = {way: duckdb_alone(path, way) for way in WAYS}
            ours = segtools_reads(path)
            shown = ", ".join(f"{way} {s:.2f} s" for way, s in alone.items())
            print(f"round {number}: segtools {ours:.2f} s; DuckDB alone {shown}")
            floor.append(alone[LEAST] / alone[STRAIGHT])
            for way, seconds in alone.items():
                ratios[way].append(ours / seconds)
        for way, found in ratios.items():
            print(f"median ratio to DuckDB {way}: {median(found):.2f} (asked: 1.5)")
        print(f"median ratio of {LEAST} to {STRAIGHT}: {median(floor):.2f}")


if __name__ == "__main__":
    main()

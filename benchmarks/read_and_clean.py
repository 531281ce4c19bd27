"""Time reading and cleaning against DuckDB alone on the same file.

    .venv/bin/python benchmarks/read_and_clean.py [--lines 10000000] [--rounds 3]

Makes a CSV of order lines in a temporary folder, then takes turns. segtools opens the
file (every value typed, what cannot be read named) and cleans it (cut, judged, equal
rows found, everything counted). DuckDB alone, told the types, gives one row a customer:
straight from the file, of which it then needs four columns of seven; by a table into
which it has read the whole file; and by a table without rows that stand twice, which
is what cleaning does. Last the least that must be done by whoever reads the file once:
trim spaces, keep the rows for later questions, look for equal ones (each in the
fastest way that we know: only rows whose numbers, time and product hash alike can be
equal, and NumPy sorts hashes); no time or number is checked and nothing counted. Prints
the seconds of each round, of the clock and of the processor, and the median ratios.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median
from typing import NamedTuple

import duckdb
import numpy as np

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
        WHEN COLUMNS({texts}) >= '!' AND NOT suffix(COLUMNS({texts}), ' ')
        THEN COLUMNS({texts})
        ELSE trim(COLUMNS({texts}))
    END
FROM {lines}
""".replace("{texts}", "['customer_id', 'order_id', 'product_id', 'category']")
_HASHES = "SELECT hash(ordered_at, quantity, amount, product_id) AS row FROM lines"
STRAIGHT = "straight from the file"
OURS = "segtools"
LEAST = "the least: blanks trimmed, rows kept, equal ones found"
WAYS = {
    STRAIGHT: [_CUSTOMERS],
    "by a table": [_KEPT, _CUSTOMERS.replace("{lines}", "lines")],
    "by a table without equal rows": [
        _DISTINCT,
        _CUSTOMERS.replace("{lines}", "lines"),
    ],
    LEAST: [_TRIMMED],
}


class Seconds(NamedTuple):
    """How long something took."""

    clock: float
    processor: float


def timed(work: Callable[[], object]) -> Seconds:
    """Do it once; the processor's seconds are those of all threads."""
    clock, processor = time.perf_counter(), time.process_time()
    work()
    return Seconds(time.perf_counter() - clock, time.process_time() - processor)


def duckdb_alone(path: Path, way: str) -> Seconds:
    con = duckdb.connect()
    con.sql("SET preserve_insertion_order = false")
    lines = _READ.format(path=path)

    def work() -> None:
        for statement in WAYS[way]:
            con.execute(statement.format(lines=lines))
        if way == LEAST:
            ordered = np.sort(con.sql(_HASHES).fetchnumpy()["row"])
            np.unique(ordered[1:][ordered[1:] == ordered[:-1]])

    return timed(work)


def segtools_reads(path: Path) -> Seconds:
    source = {"system": "files", "order_lines": {"path": str(path)}}
    config = RunConfig(project="big", timezone="UTC", as_of=AS_OF, source=source)
    con = connect(path.parent)

    def work() -> None:
        opened = open_source(config, con)
        found = clean(opened, con, config, epoch(instant(AS_OF, "UTC")))
        account = found.accounts["order_lines"]
        parts = account["kept"] + account["set_aside"] + account["quarantined"]
        assert account["read"] == parts

    return timed(work)


def round_of(path: Path, number: int) -> dict[str, Seconds]:
    """Measure each way once, ours last, and print the seconds."""
    found = {way: duckdb_alone(path, way) for way in WAYS}
    found[OURS] = segtools_reads(path)
    print(f"round {number}, seconds of the clock (of the processor):")
    for way, seconds in found.items():
        print(f"    {way}: {seconds.clock:.2f} ({seconds.processor:.2f})", flush=True)
    return found


def ratio(rounds: list[dict[str, Seconds]], way: str, to: str) -> str:
    clock = median(r[way].clock / r[to].clock for r in rounds)
    processor = median(r[way].processor / r[to].processor for r in rounds)
    return f"{clock:.2f} (processor {processor:.2f})"


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
        rounds = [round_of(path, number) for number in range(1, asked.rounds + 1)]
    print("median ratios of the clock (asked: 1.5)")
    for way in WAYS:
        print(f"    segtools to DuckDB {way}: {ratio(rounds, OURS, way)}")
    print(f"    {LEAST} to {STRAIGHT}: {ratio(rounds, LEAST, STRAIGHT)}")


if __name__ == "__main__":
    main()

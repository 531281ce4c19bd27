"""Time the features of every basis against recency, frequency and spend alone.

    .venv/bin/python benchmarks/every_basis.py [--lines 1000000 10000000] [--rounds 3]
        [--memory 6GB]

On the Complete Journey's kept lines, then on simulated ones of each size (20 lines a
customer, all columns that a basis may ask for). Everything runs in a process of its
own, from a Parquet file of lines to one of a row a customer: recency, frequency and
spend; all features that the data supports; and DuckDB by hand, which does no more
than the five groupings that all bases cannot do without (orders, products, categories,
brands and stores of each customer), and counts and sums their rows by customer: five
features each, none that looks at times, gaps, ranks or peers. Of segtools the
seconds before the engine starts (expressions built and made SQL) are shown apart: they
do not depend on the size. `--memory` limits the engine. Growth is the time of a size
over that of the one before, divided by how many times larger it is: at most 1 is at
most linear. Ratios and growth are given of the work alone and of whole processes, with
the start of Python and all imports, which is what somebody waits for.
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
from statistics import median
from typing import Any, NamedTuple

import duckdb

_ITSELF = [sys.executable, __file__, "--worker"]
_LINES = """
COPY (
    SELECT
        'C' || lpad((hash(i * 2 // 5 * 7) % {customers})::varchar, 8, '0')
            AS customer_id,
        'O' || (i * 2 // 5) AS order_id,
        TIMESTAMP '2024-01-01' + to_seconds((hash(i * 2 // 5) % 63072000)::bigint)
            AS ordered_at,
        'P' || (hash(i * 13) % 5000) AS product_id,
        'category ' || (hash(i * 13) % 5000 % 40) AS category,
        'brand ' || (hash(i * 13) % 5000 % 300) AS brand,
        CASE WHEN hash(i * 13) % 5000 % 4 = 0 THEN 'private' ELSE 'national' END
            AS brand_type,
        'S' || (hash(i * 2 // 5 * 3) % 30) AS store_id,
        (1 + hash(i * 3) % 4)::double AS quantity,
        ((hash(i * 5) % 10000) / 100.0)::decimal(18, 4) AS amount,
        ((hash(i * 11) % 4) / 4.0)::decimal(18, 4) AS discount,
        ((hash(i * 17) % 8 // 7) / 2.0)::decimal(18, 4) AS coupon_discount,
        hash(i * 19) % 50 = 0 AS is_return
    FROM range({rows}) t(i)
) TO '{path}' (FORMAT parquet)
"""
_GROUPED = ("order_id", "product_id", "category", "brand", "store_id")
_BY_HAND = """
CREATE TABLE {of} AS
SELECT customer_id, {of}, min(ordered_at) AS first, count(*) AS n, sum(amount) AS amount
FROM '{path}'
GROUP BY ALL
"""
_COUNTED = (
    "min(first) AS first_{of}, count(*) AS count_{of}, max(n) AS n_{of}, "
    "sum(amount) AS sum_{of}, max(amount) AS most_{of}"
)


class Taken(NamedTuple):
    """Seconds of the work, and before the engine; peak in MB; seconds in all."""

    seconds: float
    made: float
    peak: float
    whole: float


def group_by_hand(con: Any, path: str, out: str) -> None:
    """Make the groupings, and of each one a few numbers by customer."""
    parts = []
    for of in _GROUPED:
        con.raw_sql(_BY_HAND.format(of=of, path=path))
        counted = _COUNTED.format(of=of)
        parts.append(f"(SELECT customer_id, {counted} FROM {of} GROUP BY 1)")
    joined = " NATURAL JOIN ".join(parts)
    con.raw_sql(f"COPY (SELECT * FROM {joined}) TO '{out}' (FORMAT parquet)")


def worker(what: str, path: str, out: str, as_of: str, memory: str) -> None:
    """Do one piece of work and print its seconds and the peak of its memory."""
    # Imported before the clock starts: that costs the same whatever the size.
    import ibis.backends.duckdb  # noqa: F401

    import segtools
    import segtools.features.build
    from segtools.sources import connect
    from segtools.timezones import epoch, instant

    con = connect(Path(out).parent, memory_limit=memory)
    start = made = time.perf_counter()
    if what == "by hand":
        group_by_hand(con, path, out)
    else:
        shop = segtools.Shop({"order_lines": con.read_parquet(path)}, "UTC")
        features, _ = segtools.supported(shop)
        if what == "RFM":
            wanted = ("recency_days", "n_orders", "spend_total")
            features = [f for f in features if f.name in wanted]
        window = segtools.Window(epoch(instant(as_of, "UTC")), 180)
        query = con.compile(segtools.features_at(shop, window, features))
        made = time.perf_counter()
        con.raw_sql(f"COPY ({query}) TO '{out}' (FORMAT parquet)")
    seconds = time.perf_counter() - start
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps([seconds, made - start, peak]))


def timed(what: str, path: Path, as_of: str, memory: str) -> Taken | None:
    """Run a worker; None where it does not finish."""
    command = [*_ITSELF, what, str(path), as_of, memory]
    start = time.perf_counter()
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    whole = time.perf_counter() - start
    if done.returncode:
        said = (done.stderr.strip().splitlines() or ["killed"])[-1]
        print(f"  {what}: did not finish ({said[:200]})", flush=True)
        return None
    return Taken(*json.loads(done.stdout.strip().splitlines()[-1]), whole)


def compare(path: Path, as_of: str, asked: argparse.Namespace) -> Taken | None:
    """Print what each piece of work takes; give the medians of all bases."""
    found: dict[str, list[Taken]] = {}
    for _ in range(asked.rounds):
        for what in ("RFM", "all bases", "by hand"):
            taken = timed(what, path, as_of, asked.memory)
            if taken:
                found.setdefault(what, []).append(taken)
    own = found.get("RFM", [])
    middle = {
        what: Taken(*(median(column) for column in zip(*taken, strict=True)))
        for what, taken in found.items()
    }
    for what, one in middle.items():
        pairs = list(zip(found[what], own, strict=False))
        alone = median([t.seconds / o.seconds for t, o in pairs] or [0])
        whole = median([t.whole / o.whole for t, o in pairs] or [0])
        print(
            f"  {what:10} {one.seconds:7.2f} s (of which {one.made:.2f} before the "
            f"engine; the whole process {one.whole:.2f} s), {one.peak:6,.0f} MB; "
            f"{alone:.1f} times RFM, as whole processes {whole:.1f} times",
            flush=True,
        )
    return middle.get("all bases")


def show_growth(larger: Taken, smaller: Taken, times: float) -> None:
    alone = larger.seconds / smaller.seconds / times
    whole = larger.whole / smaller.whole / times
    print(
        f"  growth {alone:.2f}, of the whole process {whole:.2f} (asked: at most 1)",
        flush=True,
    )


def complete_journey(path: Path) -> None:
    """Write the kept lines of the Complete Journey."""
    from segtools.bundled import configuration
    from segtools.config import load_config
    from segtools.prepare.clean import clean
    from segtools.sources import connect, open_source
    from segtools.timezones import epoch, instant

    config = load_config(configuration("complete_journey"))
    con = connect(path.parent)
    origin = epoch(instant(str(config.as_of), str(config.timezone)))
    kept = clean(open_source(config, con), con, config, origin).tables
    con.to_parquet(kept["order_lines"], path)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--lines", type=int, nargs="*", default=[1_000_000, 10_000_000])
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--memory", default="6GB")
    parser.add_argument("--worker", nargs=4, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.worker:
        what, file, as_of, memory = asked.worker
        if what == "complete journey":
            complete_journey(Path(file))
        else:
            worker(what, file, file.replace(".parquet", ".out"), as_of, memory)
        return
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "lines.parquet"
        subprocess.run([*_ITSELF, "complete journey", str(path), "", ""], check=True)
        print("Complete Journey", flush=True)
        compare(path, "2017-10-01", asked)
        before: tuple[int, Taken | None] = (0, None)
        for rows in asked.lines:
            query = _LINES.format(rows=rows, customers=max(rows // 20, 1), path=path)
            duckdb.sql(query)
            print(f"{rows:,} lines, {path.stat().st_size / 1e6:,.0f} MB", flush=True)
            taken = compare(path, "2026-01-01", asked)
            if taken and before[1]:
                show_growth(taken, before[1], rows / before[0])
            before = rows, taken


if __name__ == "__main__":
    main()

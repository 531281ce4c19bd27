"""Time a batch of two dozen runs against half the sum of its runs' single times.

    .venv/bin/python benchmarks/batch.py [--jobs 2] [--months 8] [--keep DIR]

Three groups of stores of the Complete Journey (by a hash of the store's id) are written
as files of their own; each is run at the first of each month, so that every group is a
chain of runs that build on each other. One more configuration is broken. First each run
is timed alone, with the threads that it gets in the batch; then all of them in a batch.

The limit is 1.15 times the sum of the single times over the jobs. Needs the extra
`complete-journey`; on two cores it takes about half an hour.
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
import pandas as pd
import yaml

from segtools.cores import VARIABLE, at_hand
from segtools.runs.order import builds_on
from segtools.runs.plan import Planned, read_batch
from segtools.sources.complete_journey import folder as journey

LIMIT = 1.15
# Seconds that passed, and seconds of processor.
Times = tuple[float, float]
FIRST = "2017-06-01"
SHARED = {
    "timezone": "America/New_York",
    "currency": "USD",
    "window_days": 60,
    "outcome_days": 30,
    "source": {"system": "files", "order_lines": {"timezone": "UTC"}},
}
LINES = """
copy (
    select household_id as customer_id, transaction_timestamp as ordered_at,
        basket_id as order_id, product_id, product_type as product,
        product_category as category, manufacturer_id as brand, brand as brand_type,
        quantity, store_id, sales_value as amount,
        retail_disc + coupon_disc + coupon_match_disc as discount,
        coupon_disc + coupon_match_disc as coupon_discount
    from read_parquet(?) as l left join read_parquet(?) as p using (product_id)
    where md5_number_lower(store_id::varchar) % {groups} = {group}
) to '{path}' (format parquet)
"""


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--months", type=int, default=8)
    parser.add_argument("--groups", type=int, default=3)
    parser.add_argument("--keep", type=Path, help="work here, and leave it there")
    parser.add_argument("--batch-only", action="store_true", help="use --keep's times")
    return parser.parse_args()


def extracts(out: Path, groups: int) -> None:
    """Write the lines of each group of stores as a file of its own."""
    files = [str(journey() / f"{n}.parquet") for n in ("transactions", "products")]
    for group in range(groups):
        path = out / f"stores{group}.parquet"
        text = LINES.format(groups=groups, group=group, path=path)
        duckdb.connect().execute(text, files)


def batch_file(out: Path, months: int, groups: int) -> Path:
    """Write the batch: groups times months over one set of keys, and a broken run."""
    key = "source.order_lines.path"
    names = [f"stores{group}" for group in range(groups)]
    days = pd.date_range(FIRST, periods=months, freq="MS").strftime("%Y-%m-%d")
    broken = {"name": "broken", "project": "broken", "as_of": "2010-01-01"}
    body = {
        "defaults": SHARED,
        "matrix": {
            "group": {n: {"project": n, key: f"{n}.parquet"} for n in names},
            "as_of": list(days),
        },
        "name": "{group}-{as_of}",
        "runs": [broken | {key: f"{names[0]}.parquet"}],
    }
    path = out / "months.yaml"
    path.write_text(yaml.safe_dump(body, sort_keys=False), encoding="utf-8")
    return path


def singly(planned: list[Planned], out: Path, threads: int) -> dict[str, Times]:
    """Time each run alone, in the order of its chain, as `segtools run` does it."""
    times: dict[str, Times] = {}
    waits = builds_on(planned)
    left = [run for run in planned if run.config is not None]
    while left:
        run = next(r for r in left if waits[r.name] <= set(times))
        left.remove(run)
        config = out / f"{run.name}.yaml"
        config.write_text(yaml.safe_dump(run.body), encoding="utf-8")
        words = ["run", str(config), "--out", str(out / "alone" / run.folder)]
        code, seconds, cpu = timed(words, out, threads)
        times[run.name] = (seconds, cpu)
        print(
            f"{run.name}: {seconds:.1f} s alone, {cpu:.1f} s of processor, exit {code}"
        )
    return times


def timed(words: list[str], out: Path, threads: int | None) -> tuple[int, float, float]:
    """Run a command; give its exit code, seconds, and seconds of processor."""
    more = {VARIABLE: str(threads)} if threads else {}
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    start = time.perf_counter()
    with (out / "log.txt").open("ab") as log:
        command = [sys.executable, "-m", "segtools.cli", *words]
        done = subprocess.run(
            command, stdout=log, stderr=log, env=os.environ | more, check=False
        )
    seconds = time.perf_counter() - start
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    used = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return done.returncode, seconds, used


def compare(out: Path, asked: argparse.Namespace) -> None:
    """Time both ways and print how they compare."""
    extracts(out, asked.groups)
    file = batch_file(out, asked.months, asked.groups)
    planned = read_batch(file)
    threads = max(1, at_hand() // asked.jobs)
    kept = out / "times.json"
    if asked.batch_only:
        times = json.loads(kept.read_text(encoding="utf-8"))
    else:
        times = singly(planned, out, threads)
        kept.write_text(json.dumps(times), encoding="utf-8")
    words = ["batch", str(file), "--jobs", str(asked.jobs), "--out", str(out / "batch")]
    code, seconds, cpu = timed(words, out, None)
    tell(asked.jobs, times, seconds, cpu)
    record = json.loads((out / "batch" / "batch.json").read_text(encoding="utf-8"))
    failures(record, code)


def tell(jobs: int, times: dict[str, Times], seconds: float, cpu: float) -> None:
    """Print the ratio; that of processor time holds on a busy machine, too."""
    alone, own = (sum(column) for column in zip(*times.values(), strict=True))
    share = alone / jobs
    print(f"{len(times)} runs alone: {alone:.0f} s, {share:.0f} s a job")
    print(f"batch on {jobs} jobs: {seconds:.0f} s")
    print(f"ratio: {seconds / share:.3f} (limit {LIMIT}); {at_hand()} cores")
    print(f"ratio of processor time: {cpu / own:.3f} ({cpu:.0f} s over {own:.0f} s)")
    print(f"load of the machine over the last 15 minutes: {os.getloadavg()[2]:.1f}")


def failures(record: dict[str, Any], code: int) -> None:
    """Print what failed: the broken run alone, with its reason."""
    failed = [row for row in record["runs"] if row["state"] == "failed"]
    done = sum(row["state"] == "done" for row in record["runs"])
    print(f"exit code {code} (asked 5); {done} done, {len(failed)} failed:")
    for row in failed:
        print(f"  {row['name']}: code {row['code']}. {row['sentence']} {row['remedy']}")


def main() -> None:
    asked = arguments()
    if asked.keep:
        asked.keep.mkdir(parents=True, exist_ok=True)
        compare(asked.keep.resolve(), asked)
        return
    with tempfile.TemporaryDirectory() as text:
        compare(Path(text), asked)


if __name__ == "__main__":
    main()

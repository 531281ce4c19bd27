"""Time the page of a project with many past runs.

    .venv/bin/python benchmarks/project_page.py [--runs 1000] [--rounds 3]

Each round is a process of its own, from the start of Python to the written page. The
limit is 5 s for 1,000 runs.
"""

from __future__ import annotations

import argparse
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from project_runs import make_runs


def timed(project: Path) -> tuple[float, float]:
    """Give seconds on the wall, and of the processor, which a busy machine spares."""
    command = [sys.executable, "-m", "segtools.cli", "history", str(project), "--page"]
    before, start = _used(), time.perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - start, _used() - before


def _used() -> float:
    spent = resource.getrusage(resource.RUSAGE_CHILDREN)
    return spent.ru_utime + spent.ru_stime


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=1000)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as text:
        project = make_runs(Path(text), options.runs)
        size = sum(f.stat().st_size for f in project.rglob("*.json")) / 1e6
        rounds = [timed(project) for _ in range(options.rounds)]
        page = (project / "index.html").stat().st_size / 1e6
    wall, used = (sorted(r[i] for r in rounds)[len(rounds) // 2] for i in (0, 1))
    load = f"load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores"
    print(f"{options.runs:,} runs, {size:,.0f} MB of records, page of {page:.2f} MB")
    print(f"median of {options.rounds}: {wall:.2f} s (limit 5), {load}")
    print(f"of the processor: {used:.2f} s")


if __name__ == "__main__":
    main()

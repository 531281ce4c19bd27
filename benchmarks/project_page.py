"""Time the page of a project with many past runs.

    .venv/bin/python benchmarks/project_page.py [--runs 1000] [--rounds 3]

Each round is a process of its own, from the start of Python to the written page. The
limit is 5 s for 1,000 runs.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from project_runs import make_runs


def timed(project: Path) -> float:
    command = [sys.executable, "-m", "segtools.cli", "history", str(project), "--page"]
    start = time.perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - start


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=1000)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as text:
        project = make_runs(Path(text), options.runs)
        size = sum(f.stat().st_size for f in project.rglob("*.json")) / 1e6
        seconds = sorted(timed(project) for _ in range(options.rounds))
        page = (project / "index.html").stat().st_size / 1e6
    print(f"{options.runs:,} runs, {size:,.0f} MB of records, page of {page:.2f} MB")
    print(f"median {seconds[len(seconds) // 2]:.2f} s of {options.rounds} (limit 5)")
    print(
        f"fastest {seconds[0]:.2f} s; load {os.getloadavg()[0]:.1f} on "
        f"{os.cpu_count()} cores"
    )


if __name__ == "__main__":
    main()

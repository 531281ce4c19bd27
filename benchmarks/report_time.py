"""Time the whole report against six notebooks that only import the packages.

    .venv/bin/python benchmarks/report_time.py [--rounds 1]

Both run in turn, in processes of their own; the ratio is what counts. The limit is 2.5.
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

BASE = """
import sys
import nbformat
import papermill
from nbconvert import HTMLExporter
code = "import pandas, sklearn, ibis, seaborn"
spec = {"name": "python3", "display_name": "Python 3", "language": "python"}
cell = nbformat.v4.new_code_cell(code)
book = nbformat.v4.new_notebook(cells=[cell], metadata={"kernelspec": spec})
nbformat.write(book, "in.ipynb")
for number in range(6):
    papermill.execute_notebook("in.ipynb", "out.ipynb", progress_bar=False)
    page, _ = HTMLExporter().from_filename("out.ipynb")
    open(f"{number}.html", "w").write(page)
"""


def timed(command: list[str], folder: Path) -> float:
    start = time.perf_counter()
    with (folder / "log.txt").open("ab") as log:
        subprocess.run(command, cwd=folder, check=True, stdout=log, stderr=log)
    return time.perf_counter() - start


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=1)
    parser.add_argument("--config", default="complete_journey")
    options = parser.parse_args()
    ratios = []
    for number in range(options.rounds):
        with tempfile.TemporaryDirectory() as text:
            folder = Path(text)
            base = timed([sys.executable, "-c", BASE], folder)
            ours = [sys.executable, "-m", "segtools.cli", "run", options.config]
            own = timed([*ours, "--out", "run"], folder)
        ratios.append(own / base)
        print(f"round {number + 1}: report {own:.1f} s, imports only {base:.1f} s")
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    print(f"ratio: {sorted(ratios)[len(ratios) // 2]:.2f} (limit 2.5)")
    print(f"largest process: {peak:,.0f} MB (limit 1,500); {os.cpu_count()} cores")


if __name__ == "__main__":
    main()

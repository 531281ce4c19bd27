"""Measure how soon each page of a finished run shows something, from disk.

    .venv/bin/python benchmarks/paint.py reports/complete-journey/2017-10-01

The figure is the browser's own: *first contentful paint*, in milliseconds from the
start of the navigation, the median of some fresh openings and the slowest. The limits
are 500 ms, 300 kB for the front page and 1,500 kB for a stage page.
"""

from __future__ import annotations

import argparse
import shutil
import statistics
import sys
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]
PAINTED = "performance.getEntriesByName('first-contentful-paint').length"
WHEN = "performance.getEntriesByName('first-contentful-paint')[0].startTime"


def painted(browser: Browser, path: Path) -> float:
    """Open a page without any cache and give its first contentful paint in ms."""
    context = browser.new_context(viewport={"width": 1440, "height": 900})
    page = context.new_page()
    page.goto(path.as_uri())
    while not page.evaluate(PAINTED):
        page.wait_for_timeout(20)
    found = float(page.evaluate(WHEN))
    context.close()
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("run", type=Path, help="folder of a finished run")
    parser.add_argument("--rounds", type=int, default=7)
    options = parser.parse_args()
    chromium = shutil.which("chromium")
    pages = sorted(options.run.glob("*.html"))
    if chromium is None or not pages:
        sys.exit("Needs Chromium and the folder of a finished run.")
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=chromium, args=FLAGS)
        painted(browser, pages[0])  # the first opening of a browser is its own story
        for path in pages:
            found = [painted(browser, path) for _ in range(options.rounds)]
            size = path.stat().st_size / 1000
            print(
                f"{path.name:22} {size:6.0f} kB, first paint "
                f"{statistics.median(found):4.0f} ms, slowest {max(found):4.0f} ms"
            )
        browser.close()


if __name__ == "__main__":
    main()

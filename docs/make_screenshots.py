"""Make the README's pictures from a finished run.

    make report && make screenshots
    .venv/bin/python docs/make_screenshots.py RUN --out DIR --width 360 --scheme dark

Needs Chromium on the machine (Debian: ``apt-get install chromium``).
"""

from __future__ import annotations

import argparse
import shutil
import sys
from pathlib import Path

from playwright.sync_api import sync_playwright

DOCS = Path(__file__).parent
RUN = DOCS.parent / "reports" / "complete-journey" / "2017-10-01"
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
PICTURES = {
    "front_page": ("index.html", None),
    "contest": (
        "03_segmentation.html",
        "#which-way-to-segment-tells-the-outcome-apart",
    ),
    "persona": ("04_personas.html", "article.st-card"),
}


def arguments() -> argparse.Namespace:
    """Read which run is asked for, where to, how wide and in which colours."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("run", nargs="?", type=Path, default=RUN, help="a run's folder")
    parser.add_argument("--out", type=Path, default=DOCS, help="where to")
    parser.add_argument("--width", type=int, default=1440, help="pixels")
    parser.add_argument("--scheme", choices=["light", "dark"], default="light")
    return parser.parse_args()


def main() -> None:
    """Write the front page, the contest and a persona as pictures."""
    asked = arguments()
    run, chromium = asked.run.resolve(), shutil.which("chromium")
    if chromium is None:
        sys.exit("The pictures need Chromium, but it is not installed.")
    if not (run / "index.html").exists():
        sys.exit(f"The pictures need a finished run, but {run.name} has no index.html.")
    asked.out.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=chromium, args=FLAGS)
        page = browser.new_page(
            viewport={"width": asked.width, "height": 900},
            color_scheme=asked.scheme,
            reduced_motion="reduce",
        )
        for name, (file, place) in PICTURES.items():
            page.goto((run / file).as_uri())
            if place:
                page.locator(place).first.evaluate("e => e.scrollIntoView()")
            page.screenshot(path=asked.out / f"{name}.png")
        browser.close()


if __name__ == "__main__":
    main()

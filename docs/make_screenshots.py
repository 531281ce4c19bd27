"""Make the README's pictures from a finished run of the Complete Journey.

    make report && make screenshots

Needs Chromium on the machine (Debian: ``apt-get install chromium``).
"""

from __future__ import annotations

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


def main() -> None:
    """Write the pictures beside this script."""
    chromium = shutil.which("chromium")
    if chromium is None or not (RUN / "index.html").exists():
        sys.exit("Needs Chromium and the run that `make report` leaves.")
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=chromium, args=FLAGS)
        page = browser.new_page(
            viewport={"width": 1440, "height": 900}, reduced_motion="reduce"
        )
        for name, (file, place) in PICTURES.items():
            page.goto((RUN / file).as_uri())
            if place:
                page.locator(place).first.evaluate("e => e.scrollIntoView()")
            page.screenshot(path=DOCS / f"{name}.png")
        browser.close()


if __name__ == "__main__":
    main()

"""Chromium, where there is one: what it is called, and how it is asked to print."""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path

from segtools.ask import ask
from segtools.schema import ConfigError

VARIABLE = "SEGTOOLS_CHROMIUM"
NAMES = (
    *("chromium", "chromium-browser", "google-chrome", "google-chrome-stable"),
    *("chrome", "microsoft-edge"),
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
)
# Nothing is asked of any network, and the user's own profile is left alone.
ALONE = (
    *("--headless", "--no-sandbox", "--disable-gpu", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update"),
    *("--disable-sync", "--disable-quic"),
)
_LONGEST = 180  # seconds until a print is given up


def find() -> str | None:
    """Find the program: `SEGTOOLS_CHROMIUM` if it is set, else by its names."""
    if named := os.environ.get(VARIABLE):
        return shutil.which(named)
    return next((found for name in NAMES if (found := shutil.which(name))), None)


def print_page(page: Path, pdf: Path) -> None:
    """Print a page of this machine as PDF, with its headings as an outline.

    Parameters
    ----------
    page : Path
        HTML that asks for nothing else.
    pdf : Path
        Where to.

    Raises
    ------
    ConfigError
        If there is no Chromium, or it does not print.
    """
    program = find()
    if program is None:
        named = os.environ.get(VARIABLE)
        looked = f"{VARIABLE} names {named!r}" if named else "none is installed"
        raise ConfigError(
            f"A PDF needs Chromium or Chrome, but {looked}. Install it, such as by "
            f"`apt-get install chromium`, or set {VARIABLE} to its program."
        )
    # The profile of a Chromium that is ending may still be written to.
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        answer = ask(
            [
                *(program, *ALONE, f"--user-data-dir={profile}"),
                *("--no-pdf-header-footer", "--generate-pdf-document-outline"),
                *(f"--print-to-pdf={pdf}", page.as_uri()),
            ],
            seconds=_LONGEST,
        )
    said = (answer.text.splitlines() or ["nothing"])[-1][:200]
    if not pdf.is_file() or not pdf.stat().st_size:
        raise ConfigError(
            f"Chromium must print the report, but it has not: {said}. Try it by hand: "
            f"open the report in {Path(program).name} and print it to PDF."
        )

"""Programs beside Python that some features need: Java, fonts, Chromium, a driver."""

from __future__ import annotations

import importlib
import importlib.util
import os
import re
import shutil
import sys
import tempfile
from pathlib import Path

from segtools.ask import ask
from segtools.chromium import ALONE, find
from segtools.doctor.finding import Finding, Mend, pip_install

JAVA = (17, 21)
SANS = (
    *("Segoe UI", "Roboto", "Helvetica Neue", "Noto Sans", "Liberation Sans"),
    *("Arial", "DejaVu Sans"),
)
_CJK = {"Chinese": "zh-cn", "Japanese": "ja", "Korean": "ko"}


def java() -> Finding:
    """Look for a Java that Spark 4.0 runs on."""
    purpose = "features and assignment in Spark"
    mend = Mend(
        debian="sudo apt-get install openjdk-17-jre-headless",
        macos="brew install openjdk@17",
    )
    home = os.environ.get("JAVA_HOME")
    program = str(Path(home, "bin", "java")) if home else "java"
    if not shutil.which(program):
        where = f"there is none in JAVA_HOME ({home})" if home else "not found"
        return Finding("java", "missing", where, False, purpose, mend)
    answer = ask([program, "-version"])
    given = re.search(r'version "(?:1\.)?(\d+)([^"]*)"', answer.text)
    if not answer.well or given is None:
        said = f"it does not say its version: {_first(answer.text)}"
        return Finding("java", "wrong", said, False, purpose, mend)
    if int(given[1]) not in JAVA:
        found = f"{given[1]}{given[2]}, but Spark 4.0 runs on {JAVA[0]} or {JAVA[1]}"
        return Finding("java", "wrong", found, False, purpose, mend)
    return Finding("java", "ok", given[1] + given[2], purpose=purpose)


def sans() -> Finding:
    """Look for a sans-serif font that the report asks for."""
    mend = Mend(
        debian="sudo apt-get install fontconfig fonts-liberation",
        macos="brew install --cask font-liberation",
    )
    name, purpose = "font sans-serif", "reading and printing reports here"
    if known := _without_asking(name, purpose, mend):
        return known
    for family in SANS:
        if shown := _family(family):
            return Finding(name, "ok", shown, purpose=purpose)
    looked = f"none of {', '.join(SANS)}"
    return Finding(name, "missing", looked, False, purpose, mend)


def cjk() -> Finding:
    """Look for a font with Chinese, Japanese and Korean signs."""
    mend = Mend(
        debian="sudo apt-get install fontconfig fonts-noto-cjk",
        macos="brew install --cask font-noto-sans-cjk",
    )
    purpose = "reading reports here whose data is Chinese, Japanese or Korean"
    name = "font CJK"
    if known := _without_asking(name, purpose, mend):
        return known
    fonts = {signs: _family(f":lang={code}") for signs, code in _CJK.items()}
    lacking = [signs for signs, font in fonts.items() if not font]
    if lacking:
        found = f"no font has the signs of {' and '.join(lacking)}"
        return Finding(name, "missing", found, False, purpose, mend)
    return Finding(name, "ok", ", ".join(dict.fromkeys(fonts.values())), False, purpose)


def _without_asking(name: str, purpose: str, mend: Mend) -> Finding | None:
    """Say what is known of fonts where fontconfig is not needed, or not there."""
    if sys.platform in ("darwin", "win32"):
        return Finding(name, "ok", "part of the system", purpose=purpose)
    if not shutil.which("fc-list"):
        found = "fontconfig is not installed, so no font is found"
        return Finding(name, "missing", found, False, purpose, mend)
    return None


def _family(pattern: str) -> str:
    """Ask fontconfig for the first family of a pattern; empty if there is none."""
    answer = ask(["fc-list", pattern, "family"])
    if not answer.well or not answer.text:
        return ""
    return sorted(answer.text.splitlines())[0].partition(",")[0]


def chromium() -> Finding:
    """Look for Chromium, ask its version and start it once."""
    purpose = "printing a report to PDF by a command, pictures, tests"
    mend = Mend(
        debian="sudo apt-get install chromium", macos="brew install --cask chromium"
    )
    program = find()
    if program is None:
        return Finding("chromium", "missing", "not found", False, purpose, mend)
    version = _version(ask([program, "--version"]).text)
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        own = f"--user-data-dir={profile}"
        page = ask([program, *ALONE, own, "--dump-dom", "about:blank"], seconds=60)
    if "<html" not in page.text:
        said = f"{version}, but it does not start: {_first(page.text)}"
        return Finding("chromium", "wrong", said, False, purpose, mend)
    return Finding("chromium", "ok", f"{version}, starts", purpose=purpose)


def _version(text: str) -> str:
    """Find the line with a version: its start script may complain before."""
    known = re.search(r"^.*\b\d+\.\d+\.\d+.*$", text, re.MULTILINE)
    return known[0].strip() if known else "a version that it does not say"


def driver() -> Finding:
    """Load the driver of PostgreSQL, which needs a library of the system."""
    purpose = "data in a PostgreSQL database"
    mend = Mend(pip=pip_install("psycopg[binary]"))
    if importlib.util.find_spec("psycopg") is None:
        found = "psycopg is not installed"
        return Finding("postgresql driver", "missing", found, False, purpose, mend)
    try:
        loaded = importlib.import_module("psycopg")
    except ImportError as error:
        found = f"psycopg cannot be loaded: {_first(str(error))}"
        return Finding("postgresql driver", "wrong", found, False, purpose, mend)
    found = f"psycopg {loaded.__version__}, libpq {loaded.pq.version() // 10000}"
    return Finding("postgresql driver", "ok", found, purpose=purpose)


def _first(text: str) -> str:
    """Give the first line that says something, cut to what a screen holds."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return lines[0][:120] if lines else "nothing"

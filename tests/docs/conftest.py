"""The site, built once for all tests that look at it; no build may use the network."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest
from docs_reading import ROOT

# What the site is made of, beside the package itself.
PARTS = ("docs", "notebooks", "data", "reports/README.md", "LICENSE")
PARTS += ("README.md", "CHANGELOG.md", "CONTRIBUTING.md")
# Python reads this file in every process that it starts, kernels too.
OFFLINE = """
import socket
_connect = socket.socket.connect
def connect(self, address):
    host = address[0] if isinstance(address, tuple) else "localhost"
    if host not in ("localhost", "127.0.0.1", "::1"):
        raise OSError(f"the build must not ask {host} for anything")
    return _connect(self, address)
socket.socket.connect = connect
"""
NEEDED = ("sphinx", "myst_nb", "numpydoc", "pydata_sphinx_theme", "latex2mathml")


@dataclass(frozen=True)
class Site:
    """The built site, and what the build said."""

    folder: Path
    said: str

    @property
    def pages(self) -> list[Path]:
        """All pages, in order; the theme's own templates are none."""
        every = self.folder.rglob("*.html")
        return sorted(p for p in every if "_static" not in p.parts)


@pytest.fixture(scope="session")
def site(tmp_path_factory) -> Site:
    """Build the site in a folder of its own; warnings are errors.

    ``SEGTOOLS_SITE`` names a site that is built already, to look at it only.
    """
    if built := os.environ.get("SEGTOOLS_SITE"):
        return Site(Path(built).resolve(), "")
    for name in NEEDED:
        needed(name)
    home = tmp_path_factory.mktemp("site")
    source = copied(home / "source")
    made = subprocess.run(
        [
            *(sys.executable, "-m", "sphinx", "-c", "docs", "-b", "html", "-q"),
            *("-W", "--keep-going", ".", str(home / "html")),
        ],
        cwd=source,
        env=offline(home),
        capture_output=True,
        text=True,
        check=False,
    )
    assert made.returncode == 0, made.stderr[-8000:]
    return Site(home / "html", made.stdout + made.stderr)


def needed(name: str) -> None:
    """Skip where the site cannot be built, but fail in CI."""
    try:
        __import__(name)
    except ImportError:
        reason = f"{name} is missing; pip install 'customer-segtools[docs]' has it"
        (pytest.fail if os.environ.get("CI") == "true" else pytest.skip)(reason)


def copied(source: Path) -> Path:
    """Copy what the site is made of, without what earlier builds have left."""
    left = shutil.ignore_patterns("_build", "api", ".ipynb_checkpoints", "__pycache__")
    for part in PARTS:
        if (ROOT / part).is_dir():
            shutil.copytree(ROOT / part, source / part, ignore=left)
        else:
            (source / part).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(ROOT / part, source / part)
    # A page shows the rule book itself.
    book = Path("segtools/profiles/rule_book.yaml")
    (source / book).parent.mkdir(parents=True)
    shutil.copyfile(ROOT / book, source / book)
    return source


def offline(home: Path) -> dict[str, str]:
    """Give an environment whose Python refuses every connection but to itself."""
    guard = home / "guard"
    guard.mkdir()
    (guard / "sitecustomize.py").write_text(OFFLINE, "utf-8")
    paths = [str(guard), str(ROOT), os.environ.get("PYTHONPATH", "")]
    gone = {"PYTEST_CURRENT_TEST", "PYTHONWARNINGS"}
    kept = {k: v for k, v in os.environ.items() if k not in gone}
    # Lessons are executed by tests of their own; here only the gallery.
    own = {"SEGTOOLS_DOCS_LESSONS": "shown"}
    return kept | own | {"PYTHONPATH": os.pathsep.join(filter(None, paths))}

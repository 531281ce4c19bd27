"""A team's folder with a project and the recipes' scripts, and who calls them."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

RECIPES = Path(__file__).parents[2] / "docs" / "recipes"
SCRIPTS = ("monthly.sh", "papermill_month.sh", "start_month.py")
# Plays segtools: notes how it was called, and ends as the test wants it to.
FAKE = """#!/bin/sh
echo "$@" >> calls.txt
echo "secret is $SHOP_DATABASE" >> seen.txt
echo "progress" >&2
case "$*" in
  *--resume*) code=$(cat resume.code 2>/dev/null || echo 0) ;;
  *) code=$(cat run.code 2>/dev/null || echo 0) ;;
esac
[ "$code" -eq 0 ] && echo "page.html" || echo "That is wrong. Do this." >&2
exit "$code"
"""


@dataclass
class Team:
    """A folder in which things are started, with a bare environment, as cron does."""

    folder: Path
    path: str

    def sh(self, command: str, **variables: str) -> subprocess.CompletedProcess:
        """Run a shell command with no variables but a path and those given."""
        bare = {"PATH": self.path, "HOME": str(self.folder)} | variables
        return subprocess.run(
            ["/bin/sh", "-c", command],
            cwd=self.folder,
            env=bare,
            capture_output=True,
            text=True,
        )

    def write(self, name: str, text: str) -> Path:
        """Write a file of the folder."""
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        return path

    def calls(self) -> list[str]:
        """Give how segtools was called, one line a call."""
        path = self.folder / "calls.txt"
        return path.read_text().splitlines() if path.exists() else []


def copied(folder: Path) -> Path:
    """Copy the scripts into a folder, as the pages say."""
    for name in SCRIPTS:
        shutil.copy(RECIPES / name, folder / name)
    return folder


@pytest.fixture
def team(tmp_path):
    """A team whose segtools is played, so that every ending can be had at once."""
    program = tmp_path / "bin" / "segtools"
    program.parent.mkdir()
    program.write_text(FAKE)
    program.chmod(0o755)
    clock = program.with_name("date")  # a month may begin while tests run
    clock.write_text('#!/bin/sh\n[ "$*" = +%Y-%m-01 ] && echo 2031-02-01\n')
    clock.chmod(0o755)
    return Team(copied(tmp_path), f"{program.parent}:/usr/bin:/bin")


@pytest.fixture
def real_team(tmp_path):
    """A team with the segtools of these tests and a project on the sample."""
    from segtools.report.project import init_project

    init_project(tmp_path / "my-shop", "sample")
    return Team(copied(tmp_path), f"{Path(sys.executable).parent}:/usr/bin:/bin")


@pytest.fixture
def ours():
    """The variables by which a bare environment finds the package under test."""
    return (
        {"PYTHONPATH": os.environ["PYTHONPATH"]} if "PYTHONPATH" in os.environ else {}
    )

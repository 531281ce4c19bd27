"""Temporary folders go with their process; what a killed one left goes later."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from segtools import private_folder as folders

LEAVE = """
import os, signal
from segtools.private_folder import private_folder
folder = private_folder("kernel")
(folder / "socket-1").touch()
print(folder, flush=True)
input()
"""


@pytest.fixture
def place(tmp_path, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    return tmp_path


def start(place: Path) -> tuple[subprocess.Popen, Path]:
    process = subprocess.Popen(
        [sys.executable, "-c", LEAVE],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env=os.environ | {"TMPDIR": str(place)},
        text=True,
    )
    folder = Path(process.stdout.readline().strip())
    os.utime(folder, (0, 0))  # it was made long ago
    return process, folder


def end(process: subprocess.Popen) -> None:
    process.kill()
    process.wait()
    process.stdin.close()
    process.stdout.close()


def test_a_killed_process_leaves_a_folder_only_until_the_next_sweep(place):
    process, folder = start(place)
    try:
        assert folders.sweep_folders() == []  # it is at work
        assert (folder / "socket-1").exists()
    finally:
        end(process)
    assert folders.sweep_folders() == [folder]
    assert list(place.iterdir()) == []


def test_own_young_and_foreign_folders_are_not_touched(place):
    own = folders.private_folder("copy")
    os.utime(own, (0, 0))
    young = place / "segtools-kernel-young"
    other = place / "segtools-abc"  # a run on the sample that somebody looks at
    link = place / "segtools-copy-link"
    young.mkdir()
    other.mkdir()
    os.utime(other, (0, 0))
    link.symlink_to(other)
    assert folders.sweep_folders() == []
    assert {p.name for p in place.iterdir()} == {
        own.name,
        young.name,
        other.name,
        link.name,
    }
    folders.remove_folder(own)
    folders.remove_folder(own)  # once is enough, twice does no harm
    assert not own.exists()


def test_nobody_else_can_look_into_it(place):
    folder = folders.private_folder("copy")
    assert folder.stat().st_mode & 0o077 == 0
    folders.remove_folder(folder)

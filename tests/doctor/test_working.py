"""A kernel that runs a cell, an engine that spills: and neither of them."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

import pytest

from segtools.doctor import working


def test_a_kernel_runs_a_cell_and_leaves_nothing(monkeypatch):
    with tempfile.TemporaryDirectory(dir="/tmp") as place:
        monkeypatch.setattr(tempfile, "tempdir", place)
        found = working.kernel()
        assert (found.state, found.required) == ("ok", True)
        assert list(Path(place).iterdir()) == []


def test_a_kernel_that_cannot_start_is_told(monkeypatch):
    def nothing(*_: object, **__: object) -> None:
        raise FileNotFoundError(2, "No such file or directory: 'python'")

    monkeypatch.setattr("segtools.report.execution.kernel.Kernels.next", nothing)
    found = working.kernel()
    assert found.stops
    assert "FileNotFoundError" in found.found
    assert "ipykernel" in found.mend.pip


def test_a_kernel_that_dies_is_told_without_a_trace(monkeypatch, tmp_path, capfd):
    # It dies as it would of a broken library: before it answers.
    dies = "import os, sys\nif 'ipykernel_launcher' in sys.orig_argv: os._exit(3)\n"
    (tmp_path / "sitecustomize.py").write_text(dies)
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    found = working.kernel()
    assert found.stops
    assert "Kernel died before replying" in found.found
    assert capfd.readouterr() == ("", "")


def test_a_kernel_without_segtools_is_told(monkeypatch):
    monkeypatch.setattr(working, "_CELL", "import segtools_is_not_here")
    found = working.kernel()
    assert found.stops
    assert found.found == (
        "RuntimeError: ModuleNotFoundError: No module named 'segtools_is_not_here'"
    )


def test_a_cell_that_gives_something_else_is_told(monkeypatch):
    monkeypatch.setattr(working, "_one_cell", lambda folder: "")
    assert working.kernel().stops
    assert "gave ''" in working.kernel().found


@pytest.mark.skipif(sys.platform == "win32", reason="sockets are files on POSIX")
def test_a_temporary_folder_too_deep_for_sockets_is_told(monkeypatch, tmp_path):
    deep = tmp_path / ("d" * 90)
    deep.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(deep))
    found = working.kernel()
    assert found.stops
    assert "too long" in found.found
    assert found.mend.shell == "export TMPDIR=/tmp"


def test_the_engine_spills_and_leaves_nothing(monkeypatch, tmp_path):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    found = working.engine()
    assert found.state == "ok"
    assert found.found.startswith("works, and spilled ")
    assert list(tmp_path.iterdir()) == []


def test_an_engine_that_refuses_is_told(monkeypatch):
    def refused(*_: object, **__: object) -> None:
        raise OSError("libduckdb.so: cannot open")

    monkeypatch.setattr("segtools.sources.connect", refused)
    found = working.engine()
    assert found.stops
    assert found.found == "OSError: libduckdb.so: cannot open"
    assert "duckdb" in found.mend.pip


@pytest.mark.parametrize(
    ("answer", "words"), [((7, 1), "adds up wrongly: 7"), (None, "does not spill")]
)
def test_an_engine_that_errs_or_keeps_all_in_memory_is_told(monkeypatch, answer, words):
    whole = sum(range(working._ROWS))
    monkeypatch.setattr(working, "_spill", lambda folder: answer or (whole, 0))
    assert working.engine().stops
    assert words in working.engine().found

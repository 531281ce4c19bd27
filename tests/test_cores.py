"""One variable says how many threads numerical libraries, engine and kernels take."""

from __future__ import annotations

from pathlib import Path

import pytest

from segtools import cores
from segtools.report.execution.kernel import Kernels
from segtools.sources import connect


def threads(con) -> int:
    return int(con.raw_sql("select current_setting('threads')").fetchone()[0])


@pytest.mark.parametrize("said", ["1", " 1 ", "1,4"])
def test_the_variable_is_obeyed(monkeypatch, said):
    monkeypatch.setenv(cores.VARIABLE, said)
    assert cores.cores() == 1
    assert threads(connect()) == 1


@pytest.mark.parametrize("said", ["", "0", "-2", "many"])
def test_without_a_number_all_processors_are_used(monkeypatch, said):
    monkeypatch.setenv(cores.VARIABLE, said)
    monkeypatch.setattr(cores, "at_hand", lambda: 6)
    assert cores.cores() == 6


def test_nobody_gets_more_than_there_are(monkeypatch):
    monkeypatch.setenv(cores.VARIABLE, "64")
    monkeypatch.setattr(cores, "at_hand", lambda: 6)
    assert cores.cores() == 6


@pytest.mark.parametrize(("said", "spares"), [("1", 0), ("2", 1)])
def test_with_one_thread_no_kernel_starts_ahead(monkeypatch, said, spares):
    monkeypatch.setenv(cores.VARIABLE, said)
    monkeypatch.setattr(cores, "at_hand", lambda: 6)
    started = []

    class Counted(Kernels):
        exit_code = None  # it lives

        def _started(self):
            started.append(1)
            return self

        def end(self, *, now=False):
            started.append(-1)

    kernels = Counted(Path("none"))
    kernels.next()
    assert sum(started) == 1 + spares
    kernels.next(last=True)
    assert sum(started) == 1

"""What a batch shows while it runs: a table on a terminal, lines elsewhere."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from fake_batch import failed, row
from rich.console import Console

from segtools.cli import batches
from segtools.runs import batch


@pytest.fixture
def terminal(monkeypatch):
    """A console in memory, as a terminal or as a file."""

    def make(*, is_terminal: bool, height: int = 24) -> io.StringIO:
        text = io.StringIO()
        console = Console(
            file=text,
            force_terminal=is_terminal,
            width=100,
            height=height,
            color_system=None,
            soft_wrap=not is_terminal,
        )
        monkeypatch.setattr(batches, "err", console)
        monkeypatch.setattr(batches, "say", lambda s: console.print(s, markup=False))
        return text

    return make


def running(name: str, **more) -> dict:
    return row(name, state="running", stage="03_segmentation", seconds=None, **more)


def test_elsewhere_each_event_is_one_line(terminal):
    text = terminal(is_terminal=False)
    rows = {"a": running("a")}
    with batches._Progress() as show:
        show(rows, "a", {"event": "started"})
        for cell in (1, 2, 3):
            at = {"stage": "01_goals", "cell": cell, "cells": 3}
            show(rows, "a", {"event": "cell"} | at)
        show(rows, "", {})
        told = {"state": "failed", "sentence": "[red]It must.", "remedy": "Mend it."}
        show(rows, "a", {"event": "ended"} | told)
        show(rows, "b", {"event": "ended", "state": "already_done"})
    assert text.getvalue().splitlines() == [
        "a: 01_goals",
        "a: failed. [red]It must. Mend it.",
        "b: already done",
    ]


def test_on_a_terminal_all_runs_stand_in_a_table(terminal):
    text = terminal(is_terminal=True)
    rows = {
        "[b]done[/b]": row("[b]done[/b]"),
        "a": running("a", cell=7, cells=40),
        "x": failed("x", "It failed.", "Mend it."),
        "w": row("w", state="pending", stage=None, seconds=None),
    }
    with batches._Progress() as show:
        show(rows, "a", {"event": "started"})
    shown = text.getvalue()
    assert "1 running, 1 failed, 1 waiting, 1 done" in shown
    order = [shown.index(word) for word in ("7 of 40", " x ", " w ", "[b]done[/b]")]
    assert order == sorted(order)


def test_more_runs_than_lines_are_counted(terminal):
    text = terminal(is_terminal=True, height=14)
    rows = {f"r{i}": row(f"r{i}", state="pending", seconds=None) for i in range(24)}
    rows["late"] = running("late")
    with batches._Progress() as show:
        show(rows, "late", {"event": "started"})
    shown = text.getvalue()
    assert "late" in shown
    assert "and 19 more" in shown


def test_an_interrupted_batch_says_which_hooks_were_not_told(terminal, monkeypatch):
    def cut(*_):
        error = KeyboardInterrupt()
        error.add_note("hooks.0 must take what it is told, but it does not. Mend it.")
        raise error

    monkeypatch.setattr(batch, "run_batch", cut)
    text = terminal(is_terminal=False)
    with pytest.raises(KeyboardInterrupt):
        batches.batch(Path("shops.yaml"))
    assert text.getvalue().count("hooks.0 must take what it is told") == 1

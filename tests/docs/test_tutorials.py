"""The tutorials do what they say: code runs, commands are understood."""

from __future__ import annotations

import shlex
from pathlib import Path

import pytest
import typer
from docs_reading import ROOT, TUTORIALS, blocks

from segtools import cli

TEAMS = next(p for p in TUTORIALS if p.stem == "teams")


@pytest.fixture
def run(monkeypatch, capsys):
    """Execute a page's blocks one after the other; give names and what was printed."""
    monkeypatch.chdir(ROOT)

    def execute(stem: str) -> tuple[dict, str]:
        page = next(p for p in TUTORIALS if p.stem == stem)
        names: dict = {}
        for code in blocks(page, "python"):
            exec(compile(code, page.name, "exec"), names)
        return names, capsys.readouterr().out

    return execute


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore:Half or more of the")
def test_an_analyst_comes_from_orders_to_segments(run):
    names, printed = run("analysts")
    segments, frame = names["segments"], names["frame"]
    assert sorted(segments["customer_id"]) == sorted(frame["customer_id"])
    assert 2 <= segments["segment_id"].nunique() <= 4
    assert names["structure"].sentence in printed
    assert names["contest"].reason in printed


@pytest.mark.filterwarnings("ignore:Half or more of the")
def test_a_student_sees_what_was_planted(run):
    _, printed = run("students")
    lines = dict(line.split() for line in printed.splitlines())
    assert (lines["planted"], lines["nothing"]) == ("natural", "constructed")
    assert float(lines["raw"]) < 0.3 < 0.9 < float(lines["scaled"])


@pytest.mark.parametrize("page", TUTORIALS, ids=lambda p: p.stem)
def test_every_command_is_understood(page):
    group = typer.main.get_command(cli.app)
    lines = "".join(blocks(page, "bash")).splitlines()
    found = [shlex.split(line, comments=True) for line in lines]
    assert found
    for program, name, *words in found:
        assert Path(program).name in ("segtools", "jupyter")
        if program == "segtools":
            group.commands[name].make_context(name, words)

"""The page about frames says what the code does."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from segtools.frames.names import ALIASES, ARGUMENTS
from segtools.frames.result import SegmentResult
from segtools.sources.formats.headers import normal

PAGE = Path(__file__).parents[2] / "docs" / "dataframes.md"


def rows_after(heading: str) -> list[list[str]]:
    section = (
        PAGE.read_text("utf-8").partition(f"## {heading}\n")[2].partition("\n## ")[0]
    )
    lines = [x for x in section.splitlines() if x.startswith("|")]
    return [[c.strip() for c in x.strip("| ").split(" | ")] for x in lines[2:]]


def test_every_attribute_on_the_page_is_there():
    rows = rows_after("What comes back")
    names = {name for row in rows for name in re.findall(r"`(\w+)", row[0])}
    assert {"verdict", "segments", "personas", "assign", "save"} <= names
    assert sorted(n for n in names if not hasattr(SegmentResult, n)) == []


def test_every_name_on_the_page_is_an_alias_of_its_column():
    for argument, ours, names, *_ in rows_after("Which column is which"):
        ours = ours.strip("`")
        if ours not in ARGUMENTS:
            continue
        assert ARGUMENTS[ours] == argument.strip("`")
        known = {normal(a) for rank in ALIASES[ours] for a in rank}
        said = names.partition(";")[0].split(", ")
        assert [n for n in said if normal(n) not in known] == []


def test_no_name_is_an_alias_of_two_columns():
    every = [normal(a) for ranks in ALIASES.values() for rank in ranks for a in rank]
    assert len(every) == len(set(every))


@pytest.mark.slow
def test_the_pages_examples_run(monkeypatch, capsys):
    monkeypatch.chdir(PAGE.parents[1])
    blocks = re.findall(r"^```python\n(.*?)^```", PAGE.read_text("utf-8"), re.S | re.M)
    for block in blocks:
        exec(compile(block, PAGE.name, "exec"), {})
    printed = capsys.readouterr().out
    assert "segments, natural: they tell the next period's spend apart" in printed
    assert "segment_then" in printed

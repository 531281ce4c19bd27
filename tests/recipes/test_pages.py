"""Every recipe says the same five things, and its files are there."""

from __future__ import annotations

import re

import pytest

from recipes.conftest import RECIPES, SCRIPTS

PAGES = sorted(p.name for p in RECIPES.glob("*.md"))
SAID = (
    *("**Exit codes.**", "**Logs.**", "**Resume.**", "**Secrets.**"),
    "**Where the report goes.**",
)


@pytest.mark.parametrize("page", PAGES)
def test_a_recipe_says_what_whoever_keeps_it_must_know(page):
    text = (RECIPES / page).read_text("utf-8")
    parts = re.split(r"^## By ", text, flags=re.MULTILINE)
    for part in parts[1:] or parts:
        places = [part.find(word) for word in SAID]
        assert places == sorted(places), page
        assert min(places) >= 0, page


@pytest.mark.parametrize("page", PAGES)
def test_links_lead_somewhere_and_lines_fit(page):
    text = (RECIPES / page).read_text("utf-8")
    for to in re.findall(r"\]\(([^)\s]+)\)", text):
        assert (RECIPES / to).exists(), to
    lines = [x for x in text.splitlines() if not x.startswith("|")]
    assert [x for x in lines if len(x) > 100] == []


def test_every_file_has_its_page():
    text = (RECIPES / "README.md").read_text("utf-8")
    files = [p for p in RECIPES.rglob("*") if p.is_file() and p.name != "README.md"]
    assert len(files) >= 10
    for path in files:
        if "__pycache__" not in path.parts:
            assert f"]({path.relative_to(RECIPES).as_posix()})" in text, path


@pytest.mark.parametrize("name", [s for s in SCRIPTS if s.endswith(".sh")])
def test_scripts_may_be_executed_and_need_no_bash(name):
    path = RECIPES / name
    assert path.stat().st_mode & 0o111
    text = path.read_text("utf-8")
    assert text.startswith("#!/bin/sh\n")
    assert "[[" not in text


def test_exit_codes_are_those_of_the_readme():
    from segtools.report.execution.run import CODES

    text = (RECIPES / "README.md").read_text("utf-8")
    said = text.partition("**Exit codes.**")[2].partition("\n\n")[0]
    told = set(map(int, re.findall(r"\b\d+\b", said)))
    assert told == {0, *CODES.values()}

"""Every public figure is in the gallery, drawn by the line that is printed there."""

from __future__ import annotations

import ast
import re

from docs_reading import DOCS

from segtools import plots

PAGE = DOCS / "gallery" / "index.md"


def sections() -> dict[str, str]:
    """Give the text below each heading of a figure."""
    parts = re.split(r"^### (\w+)$", PAGE.read_text("utf-8"), flags=re.M)[1:]
    return dict(zip(parts[::2], parts[1::2], strict=True))


def test_every_figure_has_one_section():
    heads = re.findall(r"^### (\w+)$", PAGE.read_text("utf-8"), re.M)
    assert sorted(heads) == sorted(plots._FIGURES)


def test_every_section_ends_with_the_line_that_draws_it():
    for name, text in sections().items():
        code = re.findall(r"^```\{code-cell\} python\n(.*?)^```", text, re.S | re.M)
        last = ast.parse(code[-1]).body[-1]
        assert isinstance(last, ast.Expr), name
        assert ast.unparse(last).startswith(f"plots.present(plots.{name}, "), name


def test_every_section_says_what_the_figure_shows():
    for name, text in sections().items():
        assert len(text.partition("```")[0].split()) > 4, name

"""What the site's own extensions do: formulas, pages of names, links."""

from __future__ import annotations

import doctest
import re
import sys
from importlib import import_module

import pytest
from docs_reading import DOCS, METHODS

pytest.importorskip("sphinx")


@pytest.fixture
def extension(monkeypatch):
    """Import one of the site's extensions, as its configuration does."""
    monkeypatch.setattr(sys, "path", [str(DOCS / "extensions"), *sys.path])
    return import_module


@pytest.mark.parametrize("name", ["mathml", "api_pages", "code_links"])
def test_examples_of_extensions_are_right(extension, name):
    if name == "mathml":
        pytest.importorskip("latex2mathml")
    assert doctest.testmod(extension(name)).failed == 0


@pytest.mark.parametrize("page", METHODS, ids=lambda p: p.stem)
def test_every_formula_can_be_written(extension, page):
    pytest.importorskip("latex2mathml")
    text = re.sub(r"^```.*?^```", "", page.read_text("utf-8"), flags=re.S | re.M)
    long = re.findall(r"\$\$(.+?)\$\$", text, re.S)
    short = re.findall(r"\$([^$]+)\$", re.sub(r"\$\$.+?\$\$", "", text, flags=re.S))
    for formula in long:
        made = extension("mathml").markup(formula, display="block")
        assert made.startswith("<math ")
    for formula in short:
        assert "</math>" in extension("mathml").markup(formula, display="inline")
    assert long + short or page.stem == "rfm"


@pytest.mark.parametrize("formula", [r"\nocommand{x}", r"\frac{x}{"])
def test_a_formula_with_a_mistake_stops_the_build(extension, formula):
    pytest.importorskip("latex2mathml")
    with pytest.raises(Exception, match="A formula must be"):
        extension("mathml").markup(formula, display="inline")


def test_every_public_name_has_a_place_and_only_one(extension):
    import segtools

    homes = segtools._HOMES
    placed = [
        n for names in extension("api_pages").rooms(homes).values() for n in names
    ]
    public = [n for n in placed if "." not in n]
    assert sorted(public) == sorted(set(segtools.__all__) - {"plots", "simulate"})


def test_a_page_of_a_name_that_is_gone_is_taken_away(extension, tmp_path):
    class App:
        confdir = str(tmp_path)

    names = tmp_path / "api" / "names"
    names.mkdir(parents=True)
    for name in ("segtools.psi", "segtools.gone"):
        (names / f"{name}.rst").write_text("x")
    (tmp_path / "api" / "old_room.rst").write_text("x")
    extension("api_pages").write_pages(App(), None)
    left = {p.name for p in (tmp_path / "api").rglob("*.rst")}
    assert "segtools.psi.rst" in left
    assert not left & {"segtools.gone.rst", "old_room.rst"}
    assert {"index.rst", "history.rst", "plots.rst"} <= left


def test_an_attribute_in_a_shape_is_no_link(extension):
    lines = ["X_ : array of shape (n_rows, n_clusters_)", "`a_` and b_, (c_)"]
    extension("api_pages").keep_underscores(None, lines)
    assert lines == [r"X_ : array of shape (n_rows, n_clusters\_)", "`a_` and b_, (c_)"]

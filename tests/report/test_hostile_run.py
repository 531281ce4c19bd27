"""A whole run on names that attack: text on every page, figure, table and list."""

import csv
import io
import re

import pytest
from browsing import unfold, violations
from hostile_shop import HOSTILE, SEGMENTS, write_shop
from reading import read, unexplained
from sheets import cut_parts, mark, sheets
from test_print import PARTS

from segtools.config import validate
from segtools.records import read_record
from segtools.report.execution.run import run_stages
from segtools.report.execution.start import start_run
from segtools.schema import STAGES
from segtools.wording import plain

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("hostile")]

PAGES = ("index", *STAGES)
pages = pytest.mark.parametrize("name", PAGES)


@pytest.fixture(scope="session")
def run(tmp_path_factory):
    folder = tmp_path_factory.mktemp("hostile")
    path = start_run(validate(write_shop(folder)), folder / "run")
    run_stages(path)
    return path


def whole(path):
    """A list as its lines were written, those within cells too."""
    return io.StringIO(path.read_bytes().decode("utf-8-sig"), newline="")


def head(text):
    """The part of a name that is left wherever it is shortened."""
    return plain(text)[:12].strip()


@pages
def test_no_name_becomes_an_element_an_attribute_or_a_link(run, opened, name):
    page = opened(run / f"{name}.html")
    unfold(page)
    found = page.evaluate(
        """() => {
          const all = [...document.querySelectorAll("*")];
          const handlers = all.flatMap((e) => e.getAttributeNames())
            .filter((a) => a.startsWith("on"));
          const images = all.filter((e) => e.matches("img:not([src^='data:'])"));
          const links = [...document.links].filter((a) => a.protocol !== "file:");
          const scripts = document.scripts.length;
          return [handlers, images.length, links.length, scripts];
        }"""
    )
    assert found == [[], 0, 0, 1]
    assert page.heard == []


def test_every_name_is_shown_as_text(run, opened):
    shown = ""
    for name in PAGES:
        page = opened(run / f"{name}.html")
        shown += plain(page.evaluate("document.body.textContent"))
    assert [text for text in HOSTILE if head(text) not in shown] == []


def test_figures_hold_names_as_text(run, opened):
    page = opened(run / "04_personas.html")
    labels = [plain(t) for t in page.locator(".st-figure svg text").all_text_contents()]
    for text in SEGMENTS.values():
        assert any(label.startswith(head(text)[:8]) for label in labels), text[:40]
    assert page.locator(".st-figure svg :is(script, img, a, image)").count() == 0


@pages
@pytest.mark.parametrize("width", [360, 768, 1440])
def test_no_name_is_too_long_for_a_screen(run, opened, name, width):
    page = opened(run / f"{name}.html", width=width)
    if page.locator("#st-code-switch").count():
        page.locator("#st-code-switch").check()
    assert page.evaluate("document.documentElement.scrollWidth") <= width


@pages
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_page_is_accessible(run, opened, name, scheme):
    page = opened(run / f"{name}.html", scheme=scheme)
    unfold(page)
    assert violations(page) == ""


@pages
def test_the_keyboard_reaches_everything_that_can_be_used(run, opened, name):
    page = opened(run / f"{name}.html")
    expected = page.evaluate(
        """() => {
          window.wanted = [...document.querySelectorAll(
            "a[href], button, input, summary, [tabindex='0']"
          )].filter((e) => e.checkVisibility());
          return wanted.length;
        }"""
    )
    reached = set()
    for _ in range(expected + 2):
        page.keyboard.press("Tab")
        reached.add(page.evaluate("wanted.indexOf(document.activeElement)"))
    assert reached - {-1} == set(range(expected))


@pages
def test_nothing_is_cut_on_paper(run, opened, name):
    page = opened(run / f"{name}.html", width=680)
    page.emulate_media(media="print")
    assert page.evaluate("document.documentElement.scrollWidth") <= 680
    assert mark(page, PARTS) > 0
    assert cut_parts(sheets(page.pdf(prefer_css_page_size=True))) == []


@pages
def test_every_column_is_explained_or_says_what_it_is(run, name):
    page = read(run / f"{name}.html")
    assert unexplained(page, map(plain, SEGMENTS.values())) == []


@pages
def test_pages_stay_within_their_sizes(run, name):
    limit = 300_000 if name == "index" else 1_500_000
    assert (run / f"{name}.html").stat().st_size <= limit


def test_no_name_becomes_markup_in_a_canvas(run):
    texts = [read(path) for path in sorted((run / "canvas").glob("*.md"))]
    assert len(texts) == len(SEGMENTS)
    for text in texts:
        assert not re.search(r"(?<!\\)<(?:script|img)|(?<!\\)\]\(", text)


def test_no_cell_of_a_list_is_a_formula_and_names_come_back_whole(run):
    lists = sorted((run / "activation").rglob("*.csv"))
    assert lists
    for path in lists:
        cells = [cell for row in csv.reader(whole(path)) for cell in row]
        assert not [c for c in cells if re.match(r"[=+\-@\t\r]", c)], path.name
    members = lists[[p.name for p in lists].index("members.csv")]
    named = {
        row["segment_id"]: row["segment"] for row in csv.DictReader(whole(members))
    }
    assert {i: n.lstrip("'") for i, n in named.items()} == {
        row["segment_id"]: row["name"]
        for row in read_record(run / "selection.json")["segments"]
    }

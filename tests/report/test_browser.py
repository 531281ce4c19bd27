"""The report as a reader's browser shows it; needs Chromium and Playwright."""

import re

import pandas as pd
import pytest
from browsing import unfold, violations
from fake_run import (
    ATTACK,
    BREAKOUT,
    RUN,
    code,
    personas,
    write_notebook,
    write_records,
)
from nbformat import v4

from segtools.plots import table
from segtools.report.cards import persona_cards
from segtools.report.html import failure_page, front_page, stage_page

pytestmark = pytest.mark.slow

PAGES = ("index", "03_segmentation", "04_personas")
A4_INSIDE = 1016  # pixels between the margins of a sheet


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("name", PAGES)
def test_page_is_accessible_and_quiet(fake_pages, opened, name, scheme):
    page = opened(fake_pages / f"{name}.html", scheme=scheme)
    unfold(page)
    assert violations(page) == ""
    assert page.heard == []


@pytest.mark.parametrize("width", [360, 768, 1440])
@pytest.mark.parametrize("name", PAGES)
def test_nothing_overflows(fake_pages, opened, name, width):
    page = opened(fake_pages / f"{name}.html", width=width)
    unfold(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize(("width", "scrolls"), [(360, True), (1440, False)])
def test_a_figure_keeps_its_text_legible_and_scrolls_where_it_must(
    fake_pages, opened, width, scrolls
):
    page = opened(fake_pages / "03_segmentation.html", width=width)
    picture = page.locator(".st-picture").first
    assert picture.evaluate("p => p.scrollWidth > p.clientWidth") is scrolls
    assert picture.locator("svg").bounding_box()["width"] >= 570
    assert (picture.get_attribute("tabindex") == "0") is scrolls
    assert violations(page) == ""


def test_front_page_is_one_screen(fake_pages, opened):
    page = opened(fake_pages / "index.html")
    bottom = page.evaluate(
        "document.querySelector('main').getBoundingClientRect().bottom"
    )
    assert bottom <= 900
    clipped = "el => el.scrollHeight > el.clientHeight + 1"
    texts = page.locator(".st-clamp")
    assert not any(texts.nth(i).evaluate(clipped) for i in range(texts.count()))


def test_columns_stand_under_their_ribbons(fake_pages, opened):
    page = opened(fake_pages / "index.html")
    box = page.locator(".st-wide svg").bounding_box()
    points = page.locator(".st-wide polygon").nth(3).get_attribute("points")
    left = float(points.split()[3].split(",")[0])
    column = page.locator(".st-segment").nth(3).bounding_box()
    assert column["x"] == pytest.approx(box["x"] + left / 100 * box["width"], abs=1)


def test_one_switch_shows_all_code(fake_pages, opened):
    page = opened(fake_pages / "03_segmentation.html")
    blocks = page.locator(".st-code")
    assert not any(blocks.nth(i).is_visible() for i in range(blocks.count()))
    page.locator("#st-code-switch").focus()
    page.keyboard.press("Space")
    assert all(blocks.nth(i).is_visible() for i in range(blocks.count()))


def test_contents_list_marks_the_position(fake_pages, opened):
    page = opened(fake_pages / "04_personas.html")
    page.locator("#card-S04-name").evaluate(
        "el => el.scrollIntoView({behavior: 'instant'})"
    )
    # Playwright's own waiting would evaluate text, which the page's policy forbids.
    marked = page.locator(".st-toc [aria-current][href='#card-S04-name']")
    marked.wait_for(state="attached")
    assert page.locator(".st-toc [aria-current]").count() == 1


def test_contents_list_knows_where_a_long_jump_ends(fake_pages, opened):
    page = opened(fake_pages / "04_personas.html")
    page.locator("#card-S04 .st-columns").evaluate(
        "el => el.scrollIntoView({behavior: 'instant', block: 'center'})"
    )
    page.locator(".st-toc [aria-current][href='#card-S04-name']").wait_for()
    assert page.locator(".st-toc [aria-current]").count() == 1


def test_keyboard_reaches_every_link(fake_pages, opened):
    page = opened(fake_pages / "index.html")
    expected = page.locator("a").count()
    reached = set()
    for _ in range(expected + 1):
        page.keyboard.press("Tab")
        reached.add(
            page.evaluate("[...document.links].indexOf(document.activeElement)")
        )
    assert reached - {-1} == set(range(expected))


def test_every_card_fits_a_sheet_of_its_own(fake_pages, opened):
    page = opened(fake_pages / "04_personas.html", width=680)
    page.emulate_media(media="print")
    heights = [c.bounding_box()["height"] for c in page.locator(".st-card").all()]
    assert max(heights) <= A4_INSIDE
    sheets = len(re.findall(rb"/Type\s*/Page\b", page.pdf(prefer_css_page_size=True)))
    assert sheets == len(heights) + 1


def test_hostile_names_run_nothing(fake_pages, opened, tmp_path):
    attack = ATTACK + BREAKOUT
    people = personas()
    people["segments"][0]["segment"] = attack
    write_records(tmp_path, personas=people, run={"project": attack})
    page = opened(front_page(tmp_path), width=360)
    assert page.heard == []
    assert page.locator(".st-segment h3").first.inner_text() == attack
    assert page.evaluate("document.documentElement.scrollWidth") <= 360


def many(count):
    """So many segments with names of 200 characters, in a currency without a sign."""
    people = personas()
    people["segments"] = [
        people["segments"][i % 5]
        | {"segment_id": f"S{i:02}", "rank": i, "value_unit": "wampum"}
        | {"segment": f"{i} {'N' * 100} {'name ' * 20}"}
        for i in range(count)
    ]
    return people


@pytest.fixture(scope="module", params=[1, 20])
def crowded(request, tmp_path_factory):
    people = many(request.param)
    folder = tmp_path_factory.mktemp("crowded")
    rows = [{**s, "name": s["segment"]} for s in people["segments"]]
    write_records(folder, personas=people, selection={"segments": rows})
    front_page(folder)
    sizes = pd.DataFrame(
        {"Segment": [s["segment"] for s in rows], "n": range(len(rows))}
    )
    cells = [
        v4.new_markdown_cell("# Who?\n\n## The cards"),
        code("cards", {"text/html": persona_cards(people).html}),
        code("sizes", {"text/html": table(sizes, caption="Sizes").html}),
    ]
    book = v4.new_notebook(cells=cells)
    path = write_notebook(folder / "notebooks" / "04_personas.ipynb", book)
    stage_page(path, folder / "04_personas.html", stage="04_personas", run=RUN)
    return folder


@pytest.mark.parametrize("width", [360, 1440])
@pytest.mark.parametrize("name", ["index", "04_personas"])
def test_few_or_many_segments_with_long_names_stay_readable(
    crowded, opened, name, width
):
    page = opened(crowded / f"{name}.html", width=width)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert violations(page) == ""
    assert page.heard == []
    assert "wampum" in page.locator("main").inner_text()


def test_one_segment_has_no_filter_and_twenty_can_be_narrowed(crowded, opened):
    page = opened(crowded / "04_personas.html")
    cards = page.locator(".st-card").count()
    boxes = page.locator(".st-filter input")
    assert boxes.count() == (cards if cards > 1 else 0)
    if cards > 1:
        boxes.last.uncheck()
        seen = [card for card in page.locator(".st-card").all() if card.is_visible()]
        assert len(seen) == cards - 1


def test_failure_and_do_not_segment_are_accessible(opened, tmp_path):
    error = {"code": 3, "stage": "02_data_prep", "sentence": "It broke.", "remedy": ""}
    write_records(tmp_path, run={"state": "failed", "error": error})
    assert violations(opened(failure_page(tmp_path))) == ""
    verdict = {"decision": "do_not_segment", "sentence": "Do not segment yet."}
    write_records(tmp_path, verdict=verdict)
    assert violations(opened(front_page(tmp_path))) == ""

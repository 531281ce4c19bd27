"""Narrowing a page to some segments: which, on which page, and what is left."""

import re

import pytest
from browsing import violations
from fake_run import (
    ATTACK,
    BREAKOUT,
    ROWS,
    RUN,
    SELECTION,
    SIZES,
    code,
    persona_notebook,
    personas,
    write_notebook,
    write_records,
)

from segtools.plots import table
from segtools.plots.rows import segment_key
from segtools.report.cards import persona_cards
from segtools.report.html import stage_page
from segtools.report.segment_filter import segment_filter

NAMES = [row[1] for row in ROWS]
browser = pytest.mark.slow


def test_a_page_without_rows_of_segments_has_no_filter():
    assert segment_filter(SELECTION, "<p>Five segments.</p>") == []


def test_one_segment_needs_no_filter():
    alone = {"segments": SELECTION["segments"][:1]}
    markup = table(SIZES, caption="Sizes").html
    assert segment_filter(alone, markup) == []
    assert segment_filter({}, markup) == []


def test_segments_beyond_the_colours_are_not_told_apart_in_figures():
    rows = [{"segment_id": f"S{i}", "name": f"N{i}", "rank": i} for i in range(10)]
    page = "".join(f'data-segment="{segment_key(r["name"])}"' for r in rows)
    drawn = [row["drawn"] for row in segment_filter({"segments": rows}, page)]
    assert drawn == [True] * 8 + [False] * 2


def test_ids_and_names_from_data_stay_text_in_the_filter(tmp_path):
    attack = ATTACK + BREAKOUT
    hostile = personas()
    hostile["segments"][0] |= {"segment": attack, "segment_id": BREAKOUT}
    rows = [dict(row) for row in SELECTION["segments"]]
    rows[0] |= {"name": attack, "segment_id": BREAKOUT}
    write_records(tmp_path, selection={"segments": rows})
    book = persona_notebook()
    book.cells[-1] = code("cards", {"text/html": persona_cards(hostile).html})
    path = write_notebook(tmp_path / "notebooks" / "04_personas.ipynb", book)
    page = stage_page(path, tmp_path / "04.html", stage="04_personas", run=RUN)
    text = page.read_text(encoding="utf-8")
    assert "<script>alert" not in text
    assert "<img src=x" not in text
    assert re.search(r'id="st-show-1" value="[A-Za-z0-9-]+"', text)


@pytest.fixture
def page(fake_pages, opened):
    return opened(fake_pages / "04_personas.html")


def shown(page):
    return [h.inner_text() for h in page.locator(".st-card h3").all() if h.is_visible()]


def uncheck(page, *names):
    for name in names:
        page.get_by_role("checkbox", name=name).uncheck()


@browser
def test_cards_links_and_contents_of_the_others_go(page):
    uncheck(page, NAMES[0], NAMES[3])
    assert shown(page) == [NAMES[1], NAMES[2], NAMES[4]]
    gone = page.locator(".st-jump, .st-toc").get_by_text(NAMES[0])
    assert gone.count() == 2
    assert not any(g.is_visible() for g in gone.all())


@browser
def test_how_many_are_shown_is_said_aloud(page):
    status = page.locator("#st-shown")
    assert status.get_attribute("role") == "status"
    assert status.inner_text() == "5 of 5 segments shown"
    uncheck(page, *NAMES[:3])
    assert status.inner_text() == "2 of 5 segments shown"


@browser
def test_the_choice_follows_to_the_next_page_and_over_a_reload(page):
    uncheck(page, NAMES[0])
    page.reload()
    assert page.locator("#st-shown").inner_text() == "4 of 5 segments shown"
    page.get_by_role("link", name="Segments", exact=False).first.click()
    assert page.url.endswith("03_segmentation.html?segments=S02.S03.S04.S05")
    assert not page.get_by_role("checkbox", name=NAMES[0]).is_checked()


@browser
def test_rows_go_and_figures_fade(fake_pages, opened):
    page = opened(fake_pages / "03_segmentation.html", query="?segments=S02.S03")
    rows = page.locator("[aria-label='How big they are'] tbody tr")
    names = [r.locator("th").inner_text() for r in rows.all() if r.is_visible()]
    assert names == NAMES[1:3]
    faded = [
        bar.evaluate("b => getComputedStyle(b).opacity") == "0.12"
        for bar in page.locator(".st-figure svg rect").all()
    ]
    assert faded == [True, False, False, True, True]


@browser
def test_everything_comes_back_with_one_button(page):
    assert not page.locator("#st-all").is_visible()
    uncheck(page, *NAMES)
    assert shown(page) == []
    page.get_by_role("button", name="Show all").click()
    assert shown(page) == NAMES
    assert "segments=" not in page.url


@browser
@pytest.mark.parametrize("query", ["?segments=S99", "?segments=<img>", "?segments=S1'"])
def test_an_address_that_names_no_segment_shows_all(fake_pages, opened, query):
    page = opened(fake_pages / "04_personas.html", query=query)
    assert shown(page) == NAMES
    assert page.heard == []


@browser
def test_the_keyboard_narrows_and_focus_stays(page):
    box = page.get_by_role("checkbox", name=NAMES[1])
    box.focus()
    page.keyboard.press("Space")
    assert NAMES[1] not in shown(page)
    assert box.evaluate("b => b === document.activeElement")


@browser
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_narrowed_page_is_accessible(fake_pages, opened, scheme):
    path = fake_pages / "04_personas.html"
    page = opened(path, query="?segments=S02", scheme=scheme)
    assert violations(page) == ""


@browser
def test_the_filter_works_without_the_script(fake_pages, opened):
    page = opened(fake_pages / "04_personas.html", java_script_enabled=False)
    uncheck(page, NAMES[0])
    assert shown(page) == NAMES[1:]


@browser
def test_print_shows_what_the_screen_shows(page):
    uncheck(page, *NAMES[1:])
    page.emulate_media(media="print")
    assert shown(page) == NAMES[:1]
    assert not page.locator(".st-filter").is_visible()

"""On paper: nothing is cut, code is left out, what is folded is open."""

import pytest
from sheets import cut_parts, mark, sheets

PARTS = ".st-figure, .st-card, .st-segment, .st-decisions > li, .st-statements li, tr"
pytestmark = pytest.mark.slow


@pytest.fixture(params=["index", "03_segmentation", "04_personas"])
def page(request, fake_pages, opened):
    page = opened(fake_pages / f"{request.param}.html", width=680)
    page.emulate_media(media="print")
    return page


def test_no_figure_card_or_row_is_cut(page):
    count = mark(page, PARTS)
    found = sheets(page.pdf(prefer_css_page_size=True))
    assert count > 5
    assert {n for names in found for n in names} == {
        f"{i}/{end}" for i in range(count) for end in ("top", "bottom")
    }
    assert cut_parts(found) == []


def test_nothing_is_wider_than_the_sheet(page):
    assert page.evaluate("document.documentElement.scrollWidth") <= 680


def test_a_part_that_is_cut_would_be_seen(fake_pages, opened):
    page = opened(fake_pages / "03_segmentation.html", width=680)
    page.add_style_tag(content=".st-figure { height: 3000px; break-inside: auto; }")
    count = mark(page, ".st-figure")
    assert cut_parts(sheets(page.pdf(prefer_css_page_size=True))) == list(range(count))


def test_controls_and_code_stay_on_the_screen_and_what_is_folded_opens(
    fake_pages, opened
):
    page = opened(fake_pages / "03_segmentation.html", width=680)
    page.locator("#st-code-switch").check()
    page.emulate_media(media="print")
    for gone in (".st-code", ".st-sort", ".st-side", ".st-turn", ".st-twin"):
        assert not any(found.is_visible() for found in page.locator(gone).all()), gone
    assert page.get_by_text("A share of 40 % is four in ten.").is_visible()
    foot = page.locator(".st-foot").inner_text()
    assert "index.html, 01_goals.html" in foot

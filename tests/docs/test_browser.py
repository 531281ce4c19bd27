"""The site as a reader's browser shows it; needs Chromium and Playwright."""

from __future__ import annotations

import pytest
from browsing import unfold, violations

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("site")]

PAGES = (
    "docs/index",
    "docs/methods/worth",
    "docs/methods/lifetime",
    "docs/api/index",
    "docs/api/segmentation",
    "docs/api/names/segtools.structure_verdict",
    "docs/gallery/index",
    "docs/tutorials/students",
    "docs/howto/index",
    "README",
)


def heard(page) -> list[str]:
    """What a page said or asked for, without the theme's notes on its own switch."""
    return [text for text in page.heard if not text.startswith("[PST]: ")]


@pytest.mark.parametrize("width", [360, 768, 1440])
@pytest.mark.parametrize("name", PAGES)
def test_nothing_overflows_and_nothing_is_said(site, opened, name, width):
    page = opened(site.folder / f"{name}.html", width=width)
    page.wait_for_load_state("load")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert heard(page) == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("name", PAGES)
def test_pages_are_accessible(site, opened, name, scheme):
    page = opened(site.folder / f"{name}.html", scheme=scheme)
    page.wait_for_load_state("load")
    assert page.locator("html").get_attribute("data-theme") == scheme
    unfold(page)
    assert violations(page) == ""


def test_the_front_door_leads_in(site, opened):
    page = opened(site.folder / "index.html")
    page.wait_for_url("**/docs/index.html")
    assert page.locator("h1").first.inner_text().startswith("segtools")


def test_search_finds_a_function_without_a_network(site, opened):
    page = opened(site.folder / "search.html", query="?q=structure_verdict")
    found = page.locator("#search-results li a")
    found.first.wait_for()
    assert any("structure_verdict" in t for t in found.all_inner_texts())
    assert heard(page) == []

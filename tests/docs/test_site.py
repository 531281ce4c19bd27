"""The built site: whole, offline, and every link within it leads somewhere."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from urllib.parse import unquote, urldefrag, urlsplit

import pytest
from bs4 import BeautifulSoup

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("site")]

# Elements that fetch what they name, and where they name it.
FETCHED = {
    "script": ("src",),
    "img": ("src", "srcset"),
    "source": ("src", "srcset"),
    "iframe": ("src",),
    "object": ("data",),
    "embed": ("src",),
    "video": ("src", "poster"),
    "audio": ("src",),
    "use": ("href", "xlink:href"),
    "image": ("href", "xlink:href"),
}
# Links of these kinds fetch nothing by themselves.
IDLE = {"next", "prev", "index", "search", "canonical", "author", "help", "copyright"}
OUTSIDE = re.compile(r"^(https?:)?//", re.I)


@cache
def soup(page: Path) -> BeautifulSoup:
    return BeautifulSoup(page.read_text("utf-8"), "html.parser")


@cache
def anchors(page: Path) -> set[str]:
    return {tag["id"] for tag in soup(page).find_all(id=True)}


def fetched(page: Path) -> list[str]:
    """List what a page asks for when it is opened."""
    found = []
    for name, places in FETCHED.items():
        for tag in soup(page).find_all(name):
            found += [str(tag[p]) for p in places if tag.get(p)]
    for tag in soup(page).find_all("link"):
        if not set(tag.get("rel") or []) & IDLE:
            found.append(str(tag.get("href")))
    return found


def test_the_build_is_quiet(site):
    # A kernel may say in the same place that it listens on this machine only.
    lines = site.said.splitlines()
    assert [line for line in lines if "WARNING:" in line or "ERROR:" in line] == []


def test_no_page_asks_a_network_for_anything(site):
    asked = {(p.name, to) for p in site.pages for to in fetched(p) if OUTSIDE.match(to)}
    assert asked == set()


def test_no_style_sheet_asks_a_network_for_anything(site):
    sheets = list(site.folder.rglob("*.css"))
    assert len(sheets) > 3
    for sheet in sheets:
        text = sheet.read_text("utf-8")
        named = re.findall(r"url\(\s*['\"]?([^'\")]+)", text)
        named += re.findall(r"@import\s+['\"]([^'\"]+)", text)
        assert [to for to in named if OUTSIDE.match(to)] == [], sheet


def test_what_pages_and_style_sheets_ask_for_is_there(site):
    for page in site.pages:
        for to in fetched(page):
            path = unquote(urlsplit(to).path)
            if path and not to.startswith("data:"):
                assert (page.parent / path).exists(), (page, to)


def test_every_link_within_the_site_leads_somewhere(site):
    lost = []
    for page in site.pages:
        for tag in soup(page).find_all("a", href=True):
            to, anchor = urldefrag(str(tag["href"]))
            if urlsplit(to).scheme:
                continue
            target = (page.parent / unquote(to)).resolve() if to else page
            there = target.exists()
            if there and anchor and target.suffix == ".html":
                there = anchor in anchors(target)
            if not there:
                lost.append((page.name, tag["href"]))
    assert lost == []


def test_links_that_leave_are_few_and_plain(site):
    hosts = set()
    for page in site.pages:
        for tag in soup(page).find_all("a", href=True):
            parts = urlsplit(str(tag["href"]))
            if parts.scheme:
                assert parts.scheme in ("http", "https", "mailto"), tag["href"]
                hosts.add(parts.netloc)
    assert "ibis-project.org" in hosts  # the README's own
    assert len(hosts) < 30, sorted(hosts)


def test_formulas_are_mathml(site):
    page = site.folder / "docs" / "methods" / "worth.html"
    formulas = soup(page).find_all("math")
    assert len(formulas) > 10
    assert not any("\\" in f.get_text() or "$" in f.get_text() for f in formulas)
    assert "MathJax" not in page.read_text("utf-8")


def test_every_public_name_has_its_page(site):
    import segtools
    from segtools import plots

    own = {n for n in segtools.__all__ if n not in ("plots", "simulate")}
    wanted = {f"segtools.{n}" for n in own}
    wanted |= {f"segtools.plots.{n}" for n in plots.__all__}
    folder = site.folder / "docs" / "api" / "names"
    made = {p.name.removesuffix(".html") for p in folder.glob("*.html")}
    assert wanted <= made
    for name in sorted(wanted):
        page = folder / f"{name}.html"
        assert name in anchors(page), name
        described = soup(page).find(id=name).find_parent("dl").find("dd").get_text()
        assert len(described.split()) > 4, name


def test_names_of_functions_in_prose_are_links(site):
    page = site.folder / "docs" / "methods" / "drift.html"
    links = {a.get_text(): a["href"] for a in soup(page).find_all("a", href=True)}
    assert links["segtools.psi"] == "../api/names/segtools.psi.html#segtools.psi"


def test_the_gallery_shows_every_figure_with_its_alt_text(site):
    from segtools.plots import _FIGURES

    page = soup(site.folder / "docs" / "gallery" / "index.html")
    for name in _FIGURES:
        section = page.find(id=name.replace("_", "-"))
        picture = section.find("svg", role="img")
        assert picture is not None, name
        alt = section.find(class_="st-alt").get_text().removeprefix("Alt text: ")
        assert picture["aria-label"] == alt != "", name
        assert section.find("table") is not None, name


def test_the_search_index_knows_pages_and_functions(site):
    index = (site.folder / "searchindex.js").read_text("utf-8")
    assert "docs/methods/worth" in index
    assert "structure_verdict" in index


def test_every_page_of_the_repository_is_on_the_site(site):
    for name in ("README", "CHANGELOG", "CONTRIBUTING", "data/README", "docs/batch"):
        assert (site.folder / f"{name}.html").exists(), name
    assert (site.folder / "notebooks" / "01_goals.html").exists()

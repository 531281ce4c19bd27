"""Every measure in plain words: found in a page, explained beside it and at its end."""

import html
import re

import pytest
from browsing import violations
from fake_run import RUN, notebook, write_notebook
from hypothesis import given
from hypothesis import strategies as st
from nbformat import v4
from reading import Elements, read

from segtools.report.glossary import explain, plain_columns, term_of_column, terms
from segtools.report.html import stage_page

browser = pytest.mark.slow


def marked(content):
    page, _ = explain(content)
    return [
        html.unescape(word)
        for word in re.findall(r'<a class="st-term"[^>]*>(.*?)</a>', page)
    ]


def test_every_entry_says_what_it_is_and_how_to_read_it():
    for term in terms().values():
        assert term.means.endswith("."), term.term
        assert term.read.endswith("."), term.term
        assert term.words or term.columns, term.term


def test_no_word_and_no_column_means_two_things():
    for given_by in ("words", "columns"):
        names = [w.lower() for t in terms().values() for w in getattr(t, given_by)]
        assert len(names) == len(set(names))
    assert not plain_columns() & {
        c.lower() for t in terms().values() for c in t.columns
    }


def test_a_term_is_marked_once_a_section():
    page = "<p>Gini and gini</p><h2>Next</h2><p>The Gini</p><h3>Part</h3><p>Gini</p>"
    assert marked(page) == ["Gini", "Gini"]


def test_each_tables_headers_are_marked_again():
    one = "<table><thead><tr><th>Gini</th><th>R²</th></tr></thead></table>"
    assert marked(f"<p>Gini</p>{one}{one}") == ["Gini", "Gini", "R²", "Gini", "R²"]


@pytest.mark.parametrize(
    "inside",
    ["a", "code", "pre", "h2", "summary", "svg", "button", "bdi", "tbody", "article"],
)
def test_names_code_and_controls_are_left_alone(inside):
    assert marked(f"<p><{inside}>Gini</{inside}></p>") == []


def test_a_title_is_left_alone_unless_it_is_a_sentence():
    content = "<h1>A Gini of <span>0.4</span></h1><p>Gini</p>"
    assert explain(content)[0].index("<a") > content.index("<p>")
    assert explain(content, title=True)[0].index("<a") < content.index("of")


def test_only_whole_words_count_and_the_longest_wins():
    assert marked("<p>Ginis, an RFM grid and index_x</p>") == ["RFM grid"]
    assert marked("<p>It is <em>not proved</em>.</p>") == ["not proved"]


@pytest.mark.parametrize("mark", ["'", "’", "&#x27;", "&#39;"])
def test_an_apostrophe_may_be_written_in_any_way(mark):
    assert len(marked(f"<p>Cramér{mark}s V is 0.1.</p>")) == 1


def test_a_twins_caption_does_not_use_up_the_first_mark():
    twin = '<details class="st-twin"><table><caption>Gini</caption></table></details>'
    assert marked(f"{twin}<p>The Gini</p>") == ["Gini"]


@given(st.text(max_size=60))
def test_what_a_page_says_stays_the_same(text):
    content = f"<p>{html.escape(text)} Gini</p><td>{html.escape(text)}</td>"
    assert Elements(explain(content)[0]).words == Elements(content).words


def test_headers_know_their_measure_whatever_the_case_and_the_unit():
    assert term_of_column("eta² capped") is terms()["eta2"]
    assert term_of_column("Mean (EUR)") is terms()["mean"]
    assert term_of_column("Segment") is None


@pytest.fixture(scope="module")
def text(tmp_path_factory):
    folder = tmp_path_factory.mktemp("page")
    book = notebook(extra=[v4.new_markdown_cell("The bootstrap and the bootstrap.")])
    path = write_notebook(folder / "notebooks" / "03_segmentation.ipynb", book)
    page = folder / "03_segmentation.html"
    return read(stage_page(path, page, stage="03_segmentation", run=RUN))


def test_the_list_at_the_end_has_the_terms_of_the_page_and_no_others(text):
    used = set(re.findall(r'class="st-term" href="#(term-[\w-]+)"', text))
    listed = re.findall(r'<div id="(term-[\w-]+)"><dt>', text)
    assert set(listed) == used
    assert len(listed) == len(set(listed))
    assert {"term-gini", "term-bootstrap"} <= used
    assert "term-gorge" not in used
    assert '<a href="#words">Words on this page</a>' in text


def test_a_page_without_terms_has_no_list(tmp_path):
    book = v4.new_notebook(cells=[v4.new_markdown_cell("# Why?")])
    path = write_notebook(tmp_path / "01_goals.ipynb", book)
    page = stage_page(path, tmp_path / "01_goals.html", stage="01_goals", run=RUN)
    assert "Words on this page" not in read(page)


@pytest.fixture
def page(fake_pages, opened):
    return opened(fake_pages / "03_segmentation.html")


def tip(page):
    shown = page.locator("#st-tip")
    return shown.inner_text() if shown.is_visible() else ""


def term(page):
    return page.locator("main p .st-term").filter(has_text="Gini").first


@browser
def test_hovering_explains_and_the_explanation_can_be_pointed_at(page):
    term(page).hover()
    assert "0 is chance and 1 is perfect" in tip(page)
    page.locator("#st-tip").hover()
    page.wait_for_timeout(400)
    assert "Gini" in tip(page)
    page.mouse.move(5, 5)
    page.locator("#st-tip").wait_for(state="hidden")


@browser
def test_the_keyboard_explains_and_escape_closes(page):
    term(page).focus()
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Tab")
    assert "0 is chance" in tip(page)
    assert violations(page) == ""
    page.keyboard.press("Escape")
    assert tip(page) == ""
    assert term(page).evaluate("t => t === document.activeElement")


@browser
def test_a_tap_explains_in_place(fake_pages, opened):
    path = fake_pages / "03_segmentation.html"
    page = opened(path, width=360, has_touch=True, is_mobile=True)
    term(page).tap()
    assert "0 is chance" in tip(page)
    assert "#term" not in page.url
    box = page.locator("#st-tip").bounding_box()
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= 360


@browser
def test_a_screen_reader_hears_the_explanation(page):
    place = term(page).get_attribute("aria-describedby")
    assert "0 is chance" in page.locator(f"#{place}").inner_text()


@browser
def test_without_the_script_a_term_leads_to_the_list(fake_pages, opened):
    page = opened(fake_pages / "03_segmentation.html", java_script_enabled=False)
    term(page).click()
    assert page.url.endswith("#term-gini")
    assert page.locator("#term-gini").is_visible()

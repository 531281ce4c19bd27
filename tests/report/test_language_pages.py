"""Pages in the language of their run: what is said, what stays, what is counted."""

from __future__ import annotations

import re

import pandas as pd
import pytest
from catalogues import catalogue
from fake_run import RUN, actions, notebook, personas, write_notebook, write_records
from surveys import tiny_tool

from segtools import plots
from segtools.languages import use_language
from segtools.report.cards import action_table, persona_card
from segtools.report.foot import foot
from segtools.report.front import front_view
from segtools.report.glossary import explain
from segtools.report.html import front_page, stage_page
from segtools.report.translated import coverage_warning
from segtools.report.typing_form import form_page, typing_form
from segtools.schema import ConfigError

WORDS = """
msgid "{n} customer"
msgid_plural "{n} customers"
msgstr[0] "{n} покупатель"
msgstr[1] "{n} покупателя"
msgstr[2] "{n} покупателей"

msgid "Verdict"
msgstr "Вывод"

msgid "Segments"
msgstr "Сегменты"

msgctxt "full stop"
msgid "."
msgstr "."

msgctxt "verdict"
msgid "Natural"
msgstr "Естественные"

msgctxt "column"
msgid "Channel"
msgstr "Канал"

msgid "On this page"
msgstr "На \\"этой\\" странице"

msgid "Gini"
msgstr "Джини"

msgid "stability"
msgstr "устойчивость"
"""
TERMS = """
glossary: {Gini: Джини}
gini: {words: [индекс Джини, индекса Джини]}
stability: {words: [устойчивость]}
"""


@pytest.fixture
def russian(tmp_path):
    return catalogue(tmp_path / "own", "ru", WORDS, TERMS)


def run_in(language):
    return RUN | {"config": RUN["config"] | {"language": language}}


def test_the_front_page_is_said_in_the_language_of_its_run(tmp_path, russian):
    write_records(tmp_path, run=run_in(russian))
    page = front_page(tmp_path).read_text(encoding="utf-8")
    assert '<html lang="ru">' in page
    assert "<b>Вывод</b>" in page
    assert "Verdict" not in page


def test_prose_stays_english_and_says_so(tmp_path, russian):
    book = write_notebook(tmp_path / "book.ipynb", notebook())
    path = tmp_path / "03_segmentation.html"
    page = stage_page(
        book, path, stage="03_segmentation", run=run_in(russian)
    ).read_text(encoding="utf-8")
    assert "<title>Сегменты | " in page
    prose = re.findall(r'<div class="st-prose"([^>]*)>', page)
    assert set(prose) == {' lang="en"'}
    entries = re.findall(r'<li class="st-level-2"><a href="#([^"]+)"([^>]*)>', page)
    marked = {lang for name, lang in entries if name != "words"}
    assert marked == {' lang="en"'}


def test_a_quote_in_a_translation_does_not_end_an_attribute(tmp_path, russian):
    book = write_notebook(tmp_path / "book.ipynb", notebook())
    path = tmp_path / "03_segmentation.html"
    stage_page(book, path, stage="03_segmentation", run=run_in(russian))
    assert 'aria-label="На &#34;этой&#34; странице"' in path.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("n", "said"), [(1, "1 покупатель"), (22, "22 покупателя"), (11, "11 покупателей")]
)
def test_a_card_counts_in_plural_forms(russian, n, said):
    one = personas()["segments"][0] | {"n": n}
    with use_language(russian):
        page = persona_card(one, actions()["segments"][0], {"n": 100}).html
    assert f"<dt>{said}</dt>" in page
    assert "<dt>Канал</dt>" in page


def test_actions_keep_their_order_and_rows_in_any_language(russian):
    here = action_table(actions()).text
    with use_language(russian):
        there = action_table(actions()).text
    assert [row.split()[0] for row in here.splitlines()[2:]] == [
        row.split()[0] for row in there.splitlines()[2:]
    ]


def test_a_verdicts_word_is_coloured_in_its_own_language(russian):
    names = ("data_quality", "goals", "personas", "actions", "changes")
    verdict = {"structure": "natural", "sentence": "Группы естественные: их три."}
    with use_language(russian):
        view = front_view({key: {} for key in names} | {"verdict": verdict})
    assert '<span class="st-good">естественные</span>' in view["sentence"]


def test_terms_are_found_by_the_words_of_the_language(russian):
    with use_language(russian):
        page, used = explain("<p>Значение индекса Джини; Gini, устойчивость.</p>")
    assert re.findall(r">([^<>]+)</a>", page) == ["индекса Джини", "устойчивость"]
    assert [term.term for term in used] == ["Джини", "устойчивость"]


def test_terms_of_a_language_without_blanks_are_found(tmp_path):
    own = catalogue(tmp_path, "zh", "", "gini: {words: [基尼系数]}\n")
    with use_language(own):
        assert explain("<p>该方案的基尼系数很高。</p>")[0].count("<a ") == 1


HEADS = """
msgctxt "column"
msgid "Gini"
msgstr "Джини"

msgctxt "column"
msgid "Least SLSw"
msgstr "Наименьшая воспроизводимость (SLSw & Co)"

msgctxt "column"
msgid "Mean"
msgstr "Среднее"

msgctxt "column"
msgid "Segment"
msgstr "Сегмент"
"""


def test_heads_in_other_words_find_their_measures(tmp_path):
    frame = pd.DataFrame({"Segment": ["A"], "Gini": [0.4], "Least SLSw": [0.9]})
    frame["Mean (EUR)"] = [12.5]
    with use_language(catalogue(tmp_path, "ru", HEADS)):
        page, used = explain(plots.table(frame, caption="c").html)
    linked = re.findall(r'href="#term-([^"]+)"[^>]*>([^<]+)</a>', page)
    assert linked == [
        ("gini", "Джини"),
        ("slsw", "Наименьшая воспроизводимость (SLSw &amp; Co)"),
        ("mean", "Среднее (EUR)"),
    ]
    assert {term.key for term in used} == {"gini", "slsw", "mean"}
    assert "Сегмент</" in page


def test_without_words_only_column_heads_are_marked(tmp_path):
    own = catalogue(tmp_path, "uk")
    table = "<table><thead><tr><th>Gini</th></tr></thead></table>"
    with use_language(own):
        assert explain(f"<p>Gini</p>{table}")[0].count("<a ") == 1
    assert explain(f"<p>Gini</p>{table}")[0].count("<a ") == 2


def test_words_of_another_shape_are_refused_in_one_sentence(tmp_path):
    own = catalogue(tmp_path, "uk", "", "gini: [Джині]\n")
    with use_language(own), pytest.raises(ConfigError, match="must give each term"):
        explain("<p>Gini</p>")


def test_the_foot_counts_what_is_not_translated(russian):
    with use_language(russian):
        line = dict(foot(RUN, {}))["Language"]
    assert re.match(r"ru\. \d+ of [\d\u202f]+ texts are translated; the others", line)
    assert "Language" not in dict(foot(RUN, {}))
    assert coverage_warning(russian).startswith("Language ru: ")
    assert coverage_warning("en") == ""


def test_a_form_takes_numbers_by_the_signs_of_its_language(tmp_path):
    own = catalogue(tmp_path, "ro")
    with use_language(own):
        page = form_page(tiny_tool())
    assert 'type="number"' not in page
    assert 'data-decimal="," data-group="."' in page
    assert "up to 60,5" in page
    assert 'type="number"' in form_page(tiny_tool())


@pytest.mark.slow
@pytest.mark.parametrize(
    ("typed", "segment"),
    [("60,4", "S02"), ("60,6", "S03"), ("60.4", "S02"), ("1.030", "S03")],
)
def test_a_decimal_comma_is_read(opened, tmp_path, typed, segment):
    with use_language(catalogue(tmp_path, "ro")):
        path = typing_form(tiny_tool(), tmp_path / "form.html")
    page = opened(path)
    page.locator("#q0").fill(typed)
    assert page.locator("#st-typed").get_attribute("data-answered") == "1"
    assert page.locator("#st-typed").get_attribute("data-segment") == segment
    page.locator("#q0").fill("sixty")
    assert page.locator("#q0").get_attribute("aria-invalid") == "true"
    assert page.locator("#st-typed").get_attribute("data-answered") == "0"
    assert page.heard == []


@pytest.mark.slow
def test_the_scripts_speak_the_language_of_the_page(opened, tmp_path):
    entries = """
msgid "Not sure"
msgstr "Nu e sigur"

msgid ""
"Most likely {first}, else {second}. Too few questions are answered to tell."
msgstr "Mai curând {second} decât {first}? Prea puține răspunsuri."
"""
    with use_language(catalogue(tmp_path, "ro", entries)):
        path = typing_form(tiny_tool(), tmp_path / "form.html")
    page = opened(path)
    page.locator("#q0").fill("25")
    assert page.locator("#st-typed-name").inner_text() == "Nu e sigur"
    said = page.locator("#st-typed-why").inner_text()
    assert re.fullmatch(r"Mai curând .+ decât young\? Prea puține răspunsuri\.", said)

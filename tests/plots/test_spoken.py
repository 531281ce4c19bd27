"""Figures and tables in another language: all of ours is said, nothing of the data."""

from __future__ import annotations

import re

import numpy as np
import pandas as pd
import pytest
from matplotlib.figure import Figure

from segtools import plots
from segtools.languages import use_language
from segtools.plots import display, fonts
from segtools.plots.canvas import dress, per_cent_axis, style
from segtools.plots.contest import contest_intervals_title
from segtools.plots.leading import leading_number
from segtools.plots.lifecycle import lifecycle_flow, lifecycle_flow_table
from segtools.plots.rhythm import day_names, habits_title
from segtools.plots.rows import ranks
from segtools.plots.svg import quiet_glyphs
from segtools.report.glossary import explain
from segtools.wording import wrap

from ..languages.pseudo import unsaid, write_language
from .cases import CASES

NAMES = ["Ж1", "Ж2", "Ж3"]
# What the made-up data say themselves, and the calendar of the language.
DATA = {
    *("Spend", "Orders", "Days", "between", "orders", "Discount", "share", "EUR"),
    *("Tea", "buy", "on", "Sundays", "over", "to", "is", "not", "known", "und"),
    *("spend", "Discounts", "Margin", "Everyone"),
    *("Mo", "Di", "Mi", "Do", "Sa", "So"),
}
# A word of a message has none of these letters left.
ENGLISH = re.compile(r"[A-Za-z]*[aeiouAEIOU][A-Za-z]*")


@pytest.fixture(scope="session")
def marked(tmp_path_factory):
    """A language in which every message of ours stands between two marks."""
    return str(write_language(tmp_path_factory.mktemp("language")))


@pytest.mark.parametrize("name", sorted(CASES))
def test_a_figure_says_all_its_words(name, marked):
    data, options = CASES[name](NAMES, 0)
    with use_language(marked):
        page = plots.present(getattr(plots, name), data, **options).html
    words = {word for text in unsaid(page) for word in ENGLISH.findall(text)}
    assert words - DATA == set()


def test_a_header_keeps_its_name_for_the_glossary(marked):
    frame = pd.DataFrame({"Segment": ["A"], "Mean (EUR)": [0.5], "Ceiling_x": [1]})
    with use_language(marked):
        page = plots.table(frame, caption="Sizes").html
    assert '<span data-column="Mean (EUR)">' in page
    assert "Ceiling_x" in page  # a column of the data has no other words
    assert 'data-column="Ceiling_x"' not in page
    linked, used = explain(page)
    assert "mean" in {term.key for term in used}
    assert linked.count('class="st-term"') == 1


def test_in_english_headers_are_bare():
    page = plots.table(pd.DataFrame({"Segment": ["A"]}), caption="Sizes").html
    assert "data-column" not in page


@pytest.mark.parametrize(
    ("code", "text", "value"),
    [
        ("ru", "1\u202f234,5 (1\u202f100 до 1\u202f300)", 1234.5),
        ("ru", "−81,2\u202fтыс.\u202f€", -81200.0),
        ("ru", "1,92\u202fмлн\u202f€", 1.92e6),
        ("ro", "<0,1\u202f%", 0.1),
        ("ro", "1.234,5", 1234.5),
        ("zh", "€8.12万", 81200.0),
        ("zh", "25亿", 2.5e9),
        ("en", "1\u202f234.5", 1234.5),
        ("en", "€81\u202fk", 81000.0),
        ("ru", "нет", None),
    ],
)
def test_a_cell_is_read_as_its_language_writes(code, text, value):
    with use_language(code):
        found = leading_number(text)
    assert found == (None if value is None else pytest.approx(value))


def test_money_sorts_by_what_it_is_in_any_language():
    shown = ["1,2\u202fмлн\u202f€", "950\u202f€", "81\u202fтыс.\u202f€"]
    with use_language("ru"):
        assert ranks(pd.Series(shown), shown) == [2, 0, 1]


def ticks_of(ax, axis="x"):
    ax.figure.canvas.draw()
    labels = ax.get_xticklabels() if axis == "x" else ax.get_yticklabels()
    return [label.get_text() for label in labels]


@pytest.mark.parametrize(("code", "sign"), [("ru", ","), ("zh", "."), ("en", ".")])
def test_ticks_have_the_sign_of_the_language(code, sign):
    with use_language(code):
        ax = dress(Figure().add_subplot())
        ax.set_xlim(0, 1)
        ax.set_ylim(0, 0.011)
        per_cent_axis(ax.yaxis)
        assert f"0{sign}2" in ticks_of(ax)
        assert f"0{sign}2" in ticks_of(ax, "y")


def test_days_are_those_of_the_language():
    week = {"weekdays": [0.1] * 6 + [0.4]}
    record = {
        "segments": [{"segment": "Ж"} | week],
        "everyone": {"weekdays": [1 / 7] * 7},
    }
    with use_language("ru"):
        assert day_names()[0] == "пн"
        assert "вс" in habits_title(record, by="weekdays")
    with use_language("zh"):
        assert day_names()[6] == "周日"


def test_what_is_decided_does_not_hang_on_words(marked):
    entries = [
        {"scheme": s, "label": s, "role": role, "n_segments": 4}
        | {"figures": {"gini": {"value": v, "low": v - 0.1, "high": v + 0.1}}}
        for s, role, v in (("rfm", "scheme", 0.5), ("tiers", "baseline", 0.4))
    ]
    record = {"schemes": entries, "winner": "rfm"}
    flows = pd.DataFrame({"from": ["lapsed", "new"], "to": ["new", "at risk"]})
    flows["customers"] = [40, 30]
    with use_language(marked):
        title = contest_intervals_title(record)
        ax = lifecycle_flow(flows, days=90, ax=Figure().add_subplot())
        rows = lifecycle_flow_table(flows)
    assert "tiers" in title
    assert "0,400" in title  # the decimal sign of the language
    # In the order of life, not of the alphabet.
    assert ticks_of(ax) == ["⟦ñéw⟧", "⟦åt ŕîšk⟧"]
    assert rows["Then"].tolist() == ["⟦låpšéd⟧", "⟦ñéw⟧"]


CHINESE = (
    "“忠诚”占 41\u202f%，共 12\u202f345 名顾客（其中 3 名新顾客），每人平均消费 "
    "120.50 元，比全体高。"
)


@pytest.mark.parametrize("width", range(12, 60, 3))
def test_chinese_breaks_between_signs_only(width):
    rows = wrap(CHINESE, width, 99).split("\n")
    assert "".join(rows).replace(" ", "") == CHINESE.replace(" ", "")
    for row in rows[1:]:
        assert row[0] not in "，。）”%、"
    for row in rows[:-1]:
        assert row[-1] not in "（“"
    whole = [r for r in rows if "12\u202f345" in r], [r for r in rows if "120.50" in r]
    assert all(len(found) == 1 for found in whole)


def crowded(label):
    """A figure whose SVG would be too large for a page."""
    with style(), quiet_glyphs():
        ax = Figure(figsize=(4, 3)).add_subplot()
        ax.plot(np.linspace(0, 1, 30_000), np.random.default_rng(1).random(30_000), ".")
        ax.set_title(label)
    return ax


def test_letters_that_our_font_has_may_be_drawn():
    rows = pd.DataFrame({"n": [1]})
    page = plots.figure(crowded("Покупатели: на 5 % больше"), alt="a", table=rows).html
    assert "<img" in page


def test_without_a_font_for_its_signs_a_figure_stays_text(monkeypatch):
    monkeypatch.setattr(fonts, "installed", lambda: ())
    rows = pd.DataFrame({"n": [1]})
    page = plots.figure(crowded("顾客 顧客"), alt="a", table=rows).html
    assert "<img" not in page
    assert ">顾客 顧客</text>" in page
    assert len(page) > display.SVG_LIMIT


def test_signs_are_lent_where_a_font_has_them():
    fig = Figure()
    ours, theirs = fig.text(0, 0, "Orders: Заказы"), fig.text(0, 1, "顾客")
    assert fonts.missing(fig) == "客顾"
    if not fonts.installed():
        pytest.skip("no font for Chinese is installed here")
    assert fonts.lend_glyphs(fig)
    assert fonts.missing(fig) == ""
    assert theirs.get_fontfamily()[0] == fonts.OWN
    assert fonts.installed()[0] not in ours.get_fontfamily()

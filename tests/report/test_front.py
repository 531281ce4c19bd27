import re

import pytest
from fake_run import (
    ATTACK,
    BREAKOUT,
    personas,
    write_records,
)
from hypothesis import given, settings
from hypothesis import strategies as st
from reading import NETWORK, Elements, read

from segtools.plots.colours import OTHER
from segtools.report.front import front_view
from segtools.report.html import front_page
from segtools.report.templating import templates


def front(folder, **changes):
    return read(front_page(write_records(folder, **changes)))


def test_front_page_answers_the_five_questions(tmp_path):
    words = Elements(front(tmp_path)).words
    assert "Five segments, constructed rather than natural" in words
    assert "Weekly family shoppers" in words
    assert "Thank you for being our regular" in words
    assert "212 of 2,403 households" in words
    assert words.count("Test:") == 3


def test_words_of_the_verdict_are_coloured_once(tmp_path):
    page = front(tmp_path)
    plain = re.sub(r"</?a\b[^>]*>", "", page)
    assert plain.count('<span class="st-mixed">constructed</span>') == 1
    assert '<b class="st-good">Proved.</b>' in plain


@pytest.mark.parametrize(
    ("kind", "said"),
    [
        ("out_of_time", "Judged on a later period, against"),
        ("cross_fitted", "Judged on customers it did not learn from, in the same"),
    ],
)
def test_the_page_says_on_whom_the_contest_was_judged(tmp_path, kind, said):
    assert said in Elements(front(tmp_path, verdict={"judged_on": kind})).words


def test_words_of_the_verdict_are_explained_in_the_headline(tmp_path):
    title = re.search(r"<h1.*?</h1>", front(tmp_path), re.DOTALL).group()
    assert re.findall(r'href="#term-(\w+)"', title) == [
        "constructed",
        "natural",
        "gini",
    ]


def test_sentence_of_the_headline_is_not_said_twice(tmp_path):
    words = Elements(front(tmp_path)).words
    assert words.count("apart better than spend quintiles") == 1


def test_both_bars_are_proportional_and_whole():
    view = front_view(records(personas()))
    for key, share in (("bar", "share"), ("value_bar", "value_share")):
        widths = [row[key][1] - row[key][0] for row in view["strip"]]
        assert widths == pytest.approx(
            [100 * row[share] for row in view["strip"]], abs=0.02
        )
        assert view["strip"][0][key][0] == 0
        assert view["strip"][-1][key][1] == pytest.approx(100)


def records(people):
    names = ("data_quality", "goals", "verdict", "actions", "changes")
    return {name: {} for name in names} | {"personas": people}


def test_segment_with_negative_value_takes_no_room():
    people = personas()
    people["segments"][4] |= {"value": "-50.0000", "value_share": -0.01}
    strip = front_view(records(people))["strip"]
    assert strip[4]["value_bar"] == (100.0, 100.0)
    assert strip[4]["value"].startswith("−$50")


def test_front_page_stays_light_and_offline(tmp_path):
    page = front(tmp_path)
    assert len(page.encode()) < 60_000
    assert not NETWORK.search(page)


@pytest.mark.parametrize("count", [1, 2, 6, 7, 12, 20])
def test_any_number_of_segments_is_shown(tmp_path, count):
    people = personas()
    rows = [people["segments"][i % 5] | {"segment_id": f"S{i}"} for i in range(count)]
    page = front(tmp_path, personas={"segments": rows})
    assert page.count('<article class="st-segment"') == count
    assert len(page.encode()) < 300_000


def test_endless_names_are_cut(tmp_path):
    people = personas()
    people["segments"][0]["segment"] = "N" * 10_000
    page = front(tmp_path, personas=people, run={"project": "P" * 10_000})
    assert len(page.encode()) < 60_000


@pytest.mark.parametrize(
    "text", [ATTACK, BREAKOUT, "$x_1$", "[a](javascript:x)", "{{ 1 }}"]
)
def test_hostile_strings_are_shown_as_text(tmp_path, text):
    plain = Elements(front(tmp_path / "plain", **hostile("harmless"))).tags
    page = front(tmp_path / "hostile", **hostile(text))
    assert Elements(page).tags == plain
    assert text in Elements(page).words


def hostile(text):
    people = personas()
    first = people["segments"][0] | {"segment": text, "value_unit": text}
    first["statements"] = [s | {"text": text} for s in first["statements"]]
    people["segments"][0] = first
    decision = dict.fromkeys(("title", "text", "size", "effect", "test"), text)
    step = {"segment_id": "S01", "message": text, "offer": text}
    return {
        "run": {"project": text, "licence": [text], "versions": {text: text}},
        "personas": people,
        "actions": {"segments": [step], "decisions": [decision] * 3},
        "verdict": {"sentence": text, "structure_sentence": text},
        "changes": {"sentence": text},
    }


@settings(max_examples=25, deadline=None)
@given(st.text(max_size=40))
def test_any_name_leaves_the_page_as_it_is(text):
    people = personas()
    plain = Elements(render(people)).tags
    people["segments"][2]["segment"] = text or "-"
    assert Elements(render(people)).tags == plain


def render(people):
    shared = {"project": "p", "as_of": "d", "foot": [], "stages": [], "forced": ""}
    view = front_view(records(people)) | shared
    return templates().get_template("front_main.html.j2").render(view)


def test_colour_that_is_none_becomes_grey(tmp_path):
    people = personas()
    people["segments"][0]["colour"] = "red;background:url(//x.example/y)"
    page = front(tmp_path, personas=people)
    assert "x.example" not in page
    assert f"--seg:{OTHER}" in page


def test_do_not_segment_is_the_page(tmp_path):
    verdict = {
        "decision": "do_not_segment",
        "worth": "not_proved",
        "sentence": "Do not segment yet: random groups do as well.",
        "why_not": "random groups do as well",
    }
    page = front(tmp_path, verdict=verdict)
    words = Elements(page).words
    assert '<span class="st-bad">Do not segment</span>' in page
    assert "leave a random tenth without it" in words
    assert "Collect two more months of orders" in words
    assert 'class="st-segment"' not in page


def test_forced_segments_are_shown_under_a_banner(tmp_path):
    verdict = {"decision": "do_not_segment", "forced": True, "why_not": "chance"}
    page = front(tmp_path, verdict=verdict)
    assert "Forced (force_segments: true)" in page
    assert page.count('<article class="st-segment"') == 5


def test_run_that_stopped_on_purpose_shows_what_there_is(tmp_path):
    write_records(tmp_path)
    for name in ("personas", "actions", "changes"):
        (tmp_path / f"{name}.json").unlink()
    words = Elements(read(front_page(tmp_path))).words
    assert "has not described its segments yet" in words
    assert "Personas (not run)" in words


def test_light_that_is_not_green_is_explained_in_sight(tmp_path):
    lights = {"adequacy": {"light": "amber", "sentence": "812 customers are few"}}
    page = front(tmp_path, data_quality={"lights": lights})
    assert "Data: limited" in page
    assert "Data limited. 812 customers are few." in Elements(page).words


def test_first_run_says_so(tmp_path):
    page = front(tmp_path, changes={"first_run": True, "sentence": ""})
    assert "first run of the project" in Elements(page).words


def test_segment_without_statements_says_so(tmp_path):
    people = personas()
    people["segments"][0]["statements"] = []
    page = front(tmp_path, personas=people)
    assert "Nothing tells this segment from everyone" in page

"""A result at a glance: short, escaped, read aloud, and the same as text."""

from __future__ import annotations

import copy
import json
import pickle

import pytest
from glancing import HOSTILE, TAGS
from glancing import Page as Tree

from segtools.glance import LONGEST_CELL, MOST_LINES, Glance, Lines, Record


def glance(name: str = "Loyal", many: int = 2) -> Glance:
    cells = [(name, name, "80", "40 %")] * many
    head = ("Segment", "Id", "Customers", "Share")
    lines = Lines("Sizes", head, cells, words=2, colours=["#0072B2", name])
    facts = [("Customers", name), (name, "80")]
    return Glance(f"Segments: {name}", f"They are {name}.", facts, lines, note=name)


@pytest.mark.parametrize("name", HOSTILE)
def test_whatever_comes_from_data_is_text(name):
    tree = Tree(glance(name).html())
    tags = {tag for tag, _ in tree.tags}
    assert tags == TAGS
    assert not [a for _, at in tree.tags for a in at if a.startswith("on")]
    assert tree.open == []
    for shown in (tree.text, glance(name).text()):
        assert "\x00" not in shown
        assert "\x1b" not in shown
        assert "\u202e" not in shown


def test_dollars_begin_no_mathematics_and_nothing_comes_from_elsewhere():
    markup = glance("$x$").html()
    section, attributes = Tree(markup).tags[0]
    assert section == "section"
    assert {"mathjax_ignore", "tex2jax_ignore"} <= set(attributes["class"].split())
    assert "<style" not in markup
    assert "<script" not in markup
    assert "http" not in markup


def test_the_table_can_be_read_aloud_and_no_colour_stands_alone():
    tags = Tree(glance().html()).tags
    scopes = [at["scope"] for tag, at in tags if tag == "th"]
    assert scopes == ["col"] * 4 + ["row"] * 2
    assert dict(tags[0][1])["aria-label"] == "Segments: Loyal"
    dots = [at for tag, at in tags if tag == "span"]
    assert len(dots) == 1  # the other colour is none
    assert dots[0]["aria-hidden"] == "true"
    assert dots[0]["style"].endswith("background:#0072B2")


def test_colours_are_those_of_jupyterlabs_theme_with_something_to_fall_back_on():
    used = [
        part
        for _, at in Tree(glance().html()).tags
        for part in at.get("style", "").split("var(")[1:]
    ]
    assert len(used) >= 4
    assert all(part.startswith("--jp-") and "," in part.split(")")[0] for part in used)


def test_it_is_small_whatever_it_shows():
    assert len(glance().html().encode()) < 2_000
    worst = glance('"' * 5_000, many=5_000)
    assert len(worst.html().encode()) < 30_000
    assert len(worst.text()) < 5_000
    assert worst.html().count('<th scope="row"') == MOST_LINES
    assert f"and {5_000 - MOST_LINES} more" in worst.html()
    assert f"and {5_000 - MOST_LINES} more" in worst.text()


def test_the_text_has_the_same_words_as_the_page():
    found = Glance(
        "Segments: 2",
        "Two.",
        [("Customers", "80"), ("Goal", "grow spend")],
        Lines("Sizes", ("Segment", "Customers"), [("Loyal", "60"), ("New ones", "20")]),
        note="Nothing else.",
    )
    assert found.text().splitlines() == [
        "Segments: 2",
        "Two.",
        "Customers: 80; Goal: grow spend",
        "Segment   Customers",
        "Loyal            60",
        "New ones         20",
        "Nothing else.",
    ]
    page = Tree(found.html()).text
    for word in (
        "Segments: 2",
        "Two.",
        "80",
        "grow spend",
        "New ones",
        "Nothing else.",
    ):
        assert word in page


def test_long_sentences_are_wrapped_and_long_names_shortened():
    text = Glance("A", "word " * 60, lines=Lines("c", ("n",), [("x" * 90,)])).text()
    assert max(map(len, text.splitlines())) <= 80
    assert "x" * LONGEST_CELL not in text
    assert " … " in text


class Tiny(Record):
    def _glance(self) -> Glance:
        return Glance(f"Tiny: {self['n']}")


def test_a_record_is_a_dict_in_all_but_how_it_shows():
    tiny = Tiny(n=3)
    assert repr(tiny) == "Tiny: 3"
    assert "Tiny: 3" in tiny._repr_html_()
    assert tiny == {"n": 3}
    assert json.loads(json.dumps(tiny)) == {"n": 3}
    assert isinstance(tiny | {"m": 4}, Tiny)
    assert tiny | {"m": 4} == {"n": 3, "m": 4}
    for again in (copy.deepcopy(tiny), pickle.loads(pickle.dumps(tiny))):
        assert isinstance(again, Tiny)
        assert again == tiny


def test_a_record_that_lacks_what_it_shows_is_shown_as_a_dict():
    assert repr(Tiny(m=4)) == "{'m': 4}"
    assert Tiny(m=4)._repr_html_() is None

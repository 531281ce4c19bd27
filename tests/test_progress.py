"""Progress: items pass in their order, one bar at a time, and silence is the rule."""

import sys
from types import SimpleNamespace

import pytest

from segtools.live import SESSION
from segtools.progress import VARIABLE, progress


class Bar:
    """What `display` gives back; it remembers what it showed."""

    def __init__(self, first):
        self.shown = [first]

    def update(self, now):
        self.shown.append(now)


@pytest.fixture
def bars(monkeypatch):
    """The bars of a live notebook, in its cell number 1."""
    made = []

    def display(what, display_id):
        assert display_id is True
        made.append(Bar(what))
        return made[-1]

    shell = SimpleNamespace(kernel=object(), execution_count=1)
    fake = SimpleNamespace(get_ipython=lambda: shell, shell=shell)
    fake.display = SimpleNamespace(display=display)
    monkeypatch.setitem(sys.modules, "IPython", fake)
    monkeypatch.setitem(sys.modules, "IPython.display", fake.display)
    monkeypatch.setenv(SESSION, "a.ipynb")
    monkeypatch.delenv("SEGTOOLS_LIVE", raising=False)
    monkeypatch.delenv(VARIABLE, raising=False)
    made.append(shell)
    return made


def texts(bar):
    return [shown.text for shown in bar.shown]


def test_items_pass_as_they_are_and_the_bar_says_how_many(bars):
    assert list(progress("abc", "Letters")) == ["a", "b", "c"]
    _, bar = bars
    assert texts(bar) == [f"Letters: {n} of 3" for n in range(4)] + [""]


def test_thousands_of_items_are_told_of_a_hundred_times(bars):
    assert sum(progress(range(5_000), "Rows")) == sum(range(5_000))
    assert len(bars[1].shown) == 102


def test_what_has_no_length_is_counted_or_told_its_length(bars):
    assert list(progress(iter("ab"), "Letters")) == ["a", "b"]
    assert list(progress(iter("ab"), "Letters", total=2)) == ["a", "b"]
    assert texts(bars[1])[:3] == ["Letters: 0", "Letters: 1", "Letters: 2"]
    assert texts(bars[2])[1] == "Letters: 1 of 2"


def test_nothing_to_do_is_no_error(bars):
    assert list(progress([], "Nothing")) == []


def test_work_that_ends_early_takes_its_bar_from_the_next(bars):
    for item in progress(range(5), "First"):
        if item == 1:
            break
    assert list(progress(range(2), "Second")) == [0, 1]
    assert texts(bars[1]) == ["First: 0 of 5", "First: 1 of 5", ""]
    assert texts(bars[2])[1] == "Second: 1 of 2"


def test_work_within_work_shows_none(bars):
    for _ in progress(range(2), "Outer"):
        assert list(progress(range(3), "Inner")) == [0, 1, 2]
    assert [texts(b)[0] for b in bars[1:]] == ["Outer: 0 of 2"]


def test_a_cell_that_failed_and_is_still_held_silences_no_later_cell(bars):
    held = progress(range(3), "Held")
    next(held)
    bars[0].execution_count = 2
    assert list(progress(range(2), "Later")) == [0, 1]
    assert texts(bars[2])[0] == "Later: 0 of 2"
    held.close()


@pytest.mark.parametrize(("setting", "show"), [("0", None), ("", False)])
def test_it_can_be_turned_off(bars, monkeypatch, setting, show):
    monkeypatch.setenv(VARIABLE, setting)
    assert list(progress(range(2), "Silent", show=show)) == [0, 1]
    assert len(bars) == 1


def test_it_can_be_asked_for_where_nobody_sits(bars, monkeypatch):
    monkeypatch.delenv(SESSION)
    assert list(progress(range(2), "Silent")) == [0, 1]
    assert list(progress(range(2), "Asked for", show=True)) == [0, 1]
    assert texts(bars[1])[0] == "Asked for: 0 of 2"


def test_outside_a_notebook_it_is_silent_whatever_is_asked():
    assert list(progress(range(2), "No kernel", show=True)) == [0, 1]


def test_what_is_said_is_escaped(bars):
    list(progress("a", "<b>&"))
    assert "<b>" not in bars[1].shown[0].html
    assert 'aria-label="&lt;b&gt;&amp;"' in bars[1].shown[0].html

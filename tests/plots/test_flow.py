import pytest

from segtools.plots import present
from segtools.plots.flow import (
    customer_flow,
    customer_flow_alt,
    customer_flow_table,
    customer_flow_title,
)

from .cases import streams


@pytest.fixture
def changes():
    keys = ("from", "to", "customers")
    flows = [("A", "A", 60), ("A", "B", 20), ("B", "B", 40), ("New", "B", 30)]
    flows += [("A", "Gone", 20), ("B", "A", None)]
    sizes = {
        "before": [
            {"segment": "A", "customers": 100},
            {"segment": "B", "customers": 43},
        ],
        "now": [{"segment": "A", "customers": 63}, {"segment": "B", "customers": 90}],
    }
    return {"flows": [dict(zip(keys, f, strict=True)) for f in flows], "sizes": sizes}


def test_bars_are_as_high_as_their_segments(changes, ax):
    assert customer_flow(changes, ax=ax) is ax
    high = [bar.get_height() for bar in ax.patches]
    whole = 100 + 43 + 30
    expected = [100, 43, 30, 63, 90, 20]
    assert high == pytest.approx([n / whole for n in expected])
    texts = [t.get_text() for t in ax.texts]
    assert texts == ["A\n100", "B\n43", "new\n30", "A\n63", "B\n90", "gone\n20"]


def test_a_band_is_as_wide_at_both_ends_as_its_customers(changes, ax):
    customer_flow(changes, ax=ax)
    assert len(ax.collections) == 5  # the hidden one is not drawn
    wide = []
    for band in ax.collections:
        corners = band.get_paths()[0].vertices
        for x in (corners[:, 0].min(), corners[:, 0].max()):
            ends = corners[corners[:, 0] == x, 1]
            wide.append(ends.max() - ends.min())
    flows = [60, 20, 20, 40, 30]
    assert wide == pytest.approx([n / 173 for n in flows for _ in range(2)])


def test_bands_leave_a_bar_below_each_other(changes, ax):
    customer_flow(changes, ax=ax)
    left = []
    for band in list(ax.collections)[:3]:  # all three of A
        corners = band.get_paths()[0].vertices
        ends = corners[corners[:, 0] == corners[:, 0].min(), 1]
        left.append((ends.min(), ends.max()))
    assert left[0][0] == pytest.approx(0)
    assert left[1][0] == pytest.approx(left[0][1])
    assert left[2][0] == pytest.approx(left[1][1])


def test_the_title_says_who_grew_or_shrank_most(changes):
    assert customer_flow_title(changes) == "B grew most: from 43 to 90 customers"
    changes["sizes"]["now"][0]["customers"] = 20
    assert customer_flow_title(changes) == "A shrank most: from 100 to 20 customers"
    same = changes | {
        "sizes": dict.fromkeys(("before", "now"), changes["sizes"]["now"])
    }
    assert customer_flow_title(same) == "No segment grew or shrank"


def test_words_say_that_something_is_hidden(changes):
    assert customer_flow_alt(changes) == (
        "B grew most: from 43 to 90 customers. Before: A 100, B 43. Now: A 63, B 90. "
        "1 cell is hidden: too few customers, or they would give such away."
    )
    assert len(customer_flow_table(changes)) == 6 + 6  # flows, and bars of both sides


def test_segments_of_other_names_have_nothing_to_grow_from(changes):
    changes["sizes"]["before"] = [{"segment": "X", "customers": 9}]
    assert customer_flow_title(changes) == "No segment of now was there before"


def test_the_first_run_gives_a_sentence():
    shown = present(customer_flow, {"first_run": True, "flows": []})
    assert repr(shown) == "There is no earlier run to compare with."


def test_many_segments_are_drawn(ax):
    assert (
        len(customer_flow(streams([f"S{i}" for i in range(12)], 1), ax=ax).patches) > 24
    )

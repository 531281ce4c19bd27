import pandas as pd
import pytest

from segtools.plots import present
from segtools.plots.segments import (
    segment_sizes_and_value,
    segment_sizes_and_value_alt,
    segment_sizes_and_value_height,
    segment_sizes_and_value_table,
    segment_sizes_and_value_title,
)


@pytest.fixture
def personas():
    names, shares, values = ["New", "Loyal"], [0.8, 0.2], [0.3, 0.7]
    return {
        "segments": [
            {"segment": n, "share": s, "value_share": v, "rank": 2 - i, "colour": c}
            for i, (n, s, v, c) in enumerate(
                zip(names, shares, values, ["#E69F00", "#0072B2"], strict=True)
            )
        ]
    }


def test_bars_are_the_shares_in_order_of_rank(personas, ax):
    assert segment_sizes_and_value(personas, ax=ax) is ax
    size, value = ax.child_axes
    assert [b.get_width() for b in size.patches] == [0.2, 0.8]
    assert [b.get_width() for b in value.patches] == [0.7, 0.3]
    assert [t.get_text() for t in size.get_yticklabels()] == ["Loyal", "New"]
    assert [t.get_text() for t in size.texts] == ["20\u202f%", "80\u202f%"]
    assert [t.get_text() for t in value.get_yticklabels()] == ["", ""]


def test_both_panels_share_scale_zero_and_colours(personas, ax):
    size, value = segment_sizes_and_value(personas, ax=ax).child_axes
    assert size.get_xlim() == value.get_xlim()
    assert size.get_xlim() == pytest.approx((0, 0.8 * 1.18))
    colours = [[b.get_facecolor() for b in p.patches] for p in (size, value)]
    assert colours[0] == colours[1]


def test_the_title_names_where_the_value_is(personas):
    title = segment_sizes_and_value_title(personas).replace("\u202f", " ")
    assert title == "Loyal: 20 % of customers, 70 % of value"
    assert "New 80 % and 30 %" in segment_sizes_and_value_alt(personas).replace(
        "\u202f", " "
    )


def test_the_twin_holds_the_same_numbers(personas):
    expected = pd.DataFrame(
        {
            "Segment": ["Loyal", "New"],
            "Share of customers": [0.2, 0.8],
            "Share of value": [0.7, 0.3],
        }
    )
    pd.testing.assert_frame_equal(segment_sizes_and_value_table(personas), expected)


def test_unknown_value_is_a_dash_not_a_bar(personas, ax):
    for entry in personas["segments"]:
        entry["value_share"] = None
    _, value = segment_sizes_and_value(personas, ax=ax).child_axes
    assert [t.get_text() for t in value.texts] == ["–", "–"]
    assert [b.get_width() for b in value.patches] == [0, 0]
    assert "New: 80" in segment_sizes_and_value_title(personas)


def test_no_segments_and_one_segment(ax):
    none = {"segments": []}
    assert segment_sizes_and_value(none, ax=ax) is ax
    assert repr(present(segment_sizes_and_value, none)) == "There are no segments."
    one = pd.DataFrame({"segment": ["Everyone"], "share": [1.0], "value_share": [1.0]})
    assert "100" in repr(present(segment_sizes_and_value, one))


def test_twelve_long_names_stay_inside_the_page():
    names = [
        f"Frequent high-value evening customers of fresh food kind {i}"
        for i in "abcdefghijkl"
    ]
    rows = pd.DataFrame({"segment": names, "share": 1 / 12, "value_share": 1 / 12})
    shown = present(segment_sizes_and_value, rows)
    assert shown.html.count(">Frequent high-value evening</text>") == 12
    assert segment_sizes_and_value_height(rows) > 5


def test_hostile_names_stay_text(every_hostile):
    rows = pd.DataFrame({"segment": every_hostile, "share": 0.1, "value_share": 0.1})
    shown = present(segment_sizes_and_value, rows)
    assert "<script" not in shown.html
    assert "<img" not in shown.html
    assert ">$x_1$</text>" in shown.html

"""Lifts by segment: where points stand, what is filled, what is left out."""

import pandas as pd
import pytest

from segtools.plots import present
from segtools.plots.lifts import (
    lift_by_segment,
    lift_by_segment_alt,
    lift_by_segment_table,
    lift_by_segment_title,
)

HIDDEN = dict.fromkeys(("treated", "held", "lift", "low", "high", "found"))


def figures(lift, found):
    ends = {"low": lift - 0.03, "high": lift + 0.03}
    return {"treated": 0.1 + lift, "held": 0.1, "lift": lift, "found": found} | ends


@pytest.fixture
def campaign():
    rows = [
        {"segment": "Loyal", "response": figures(0.04, found=True)},
        {"segment": "New", "response": figures(-0.01, found=False)},
        {"segment": "Few", "response": HIDDEN},
    ]
    return {"segments": rows, "everyone": {"response": figures(0.02, found=False)}}


def test_points_stand_at_their_lift_and_are_filled_beyond_chance(campaign, ax):
    assert lift_by_segment(campaign, ax=ax) is ax
    points = [line for line in ax.lines if line.get_marker() == "o"]
    assert [p.get_xdata()[0] for p in points] == [0.04, -0.01, 0.02]
    assert [p.get_fillstyle() for p in points] == ["full", "none", "none"]
    spans = [c.get_segments()[0][:, 0].tolist() for c in ax.collections]
    assert spans == [pytest.approx([x - 0.03, x + 0.03]) for x in (0.04, -0.01, 0.02)]


def test_what_may_not_be_told_is_left_out_and_everyone_stands_last(campaign, ax):
    lift_by_segment(campaign, ax=ax)
    names = [t.get_text() for t in ax.get_yticklabels()]
    assert names == ["Loyal", "New", "Everyone"]


def test_words_and_twin(campaign):
    assert lift_by_segment_title(campaign) == (
        "Share who respond: lift beyond chance in 1 of 2 segments; the largest is "
        "4.0 points in Loyal"
    )
    assert "New −1.0 (−4.0 to 2.0)" in lift_by_segment_alt(campaign)
    twin = lift_by_segment_table(campaign)
    assert twin["Segment"].tolist() == ["Loyal", "New", "Everyone"]
    assert twin["Beyond chance"].tolist() == ["yes", "no", "no"]
    expected = pd.Series([0.14, 0.09, 0.12], name="Treated")
    pd.testing.assert_series_equal(twin["Treated"], expected)


def test_nothing_to_tell_is_a_sentence():
    none = {"segments": [{"segment": "A", "spend": HIDDEN}], "everyone": None}
    said = repr(present(lift_by_segment, none, measure="spend"))
    assert said == "Spend: no lift of a segment may be told."


def test_an_unknown_measure_is_refused(campaign):
    with pytest.raises(
        ValueError, match=r"measure must be one of \['response', 'spend"
    ):
        lift_by_segment(campaign, measure="clicks")

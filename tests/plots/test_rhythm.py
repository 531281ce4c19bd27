import numpy as np
import pytest

from segtools.plots import habits, present
from segtools.plots.rhythm import habits_alt, habits_table, habits_title


@pytest.fixture
def personas():
    flat = [1 / 24] * 24
    late = [0.0] * 20 + [0.25] * 4
    week = [1 / 7] * 7
    return {
        "segments": [
            {"segment": "Late", "hours": late, "weekdays": week, "colour": "#123456"},
            {"segment": "Even", "hours": flat, "weekdays": week},
            {"segment": "Unknown", "hours": None, "weekdays": None},
        ],
        "everyone": {"hours": flat, "weekdays": week},
    }


def test_each_segment_stands_before_everyone_on_one_scale(personas, ax):
    assert habits(personas, ax=ax) is ax
    late, even = ax.child_axes
    heights = [bar.get_height() for bar in late.patches]
    assert heights[:24] == pytest.approx([1 / 24] * 24)
    assert heights[24:] == pytest.approx([0] * 20 + [0.25] * 4)
    assert late.get_ylim() == even.get_ylim()
    assert late.get_ylim()[0] == 0
    assert late.patches[0].get_facecolor()[:3] == pytest.approx([0xB8 / 255] * 3)
    assert late.get_title(loc="left") == "Late"


def test_days_are_named_from_monday(personas, ax):
    habits(personas, by="weekdays", ax=ax)
    labels = [t.get_text() for t in ax.child_axes[0].get_xticklabels()]
    assert labels == ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"]


def test_one_segment_alone(personas, ax):
    habits(personas, segment="Even", ax=ax)
    assert len(ax.child_axes) == 1


def test_words_state_the_largest_excess(personas):
    title = habits_title(personas).replace("\u202f", " ")
    assert title == (
        "Late order more than others from 20 to 21 h: 25 % of orders, everyone 4.2 %"
    )
    assert "Late from 20 to 21 h (25\u202f%)" in habits_alt(personas)
    even = habits_title(personas, by="weekdays")
    assert even == "All segments order at much the same times"


def test_the_twin_has_every_hour(personas):
    rows = habits_table(personas)
    assert len(rows) == 48
    assert rows.columns.tolist() == ["Segment", "Hour", "Segment share", "Everyone"]
    assert set(rows["Segment"]) == {"Late", "Even"}


def test_without_everyone_the_peak_is_stated(personas):
    personas["everyone"] = {}
    assert habits_title(personas).startswith("Late order most from 20 to 21 h")
    assert np.isnan(habits_table(personas)["Everyone"]).all()
    assert "svg" in present(habits, personas).html


def test_data_without_times_give_a_sentence(personas):
    for entry in personas["segments"]:
        entry["hours"] = None
    shown = present(habits, personas)
    assert repr(shown) == "The data do not say at what hour customers order."


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"by": "months"}, "by must be one of"),
        ({"segment": "x"}, "segment must be one"),
    ],
)
def test_wrong_options_are_refused(personas, ax, options, message):
    with pytest.raises(ValueError, match=message):
        habits(personas, ax=ax, **options)

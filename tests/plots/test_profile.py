import numpy as np
import pandas as pd
import pytest

from segtools.plots import present
from segtools.plots.profile import (
    segment_profile,
    segment_profile_alt,
    segment_profile_table,
    segment_profile_title,
)


def profile(index, names=("Loyal", "New")):
    """One feature a row of `index`, one column a segment, and a row of another kind."""
    rows = [
        (s, "feature", f"f{f}", f"Feature {f}", "USD", value * 2.0, 200.0, value)
        for f, values in enumerate(index)
        for s, value in zip(names, values, strict=True)
    ]
    rows.append((names[0], "size", "share", "Share", "", 0.5, 1.0, 50.0))
    columns = [
        "segment",
        "kind",
        "name",
        "label",
        "unit",
        "value",
        "base_value",
        "index",
    ]
    return pd.DataFrame(rows, columns=columns)


def dots(panel):
    return [line.get_xdata()[0] for line in panel.lines if len(line.get_xdata()) == 1]


def labels(panel):
    return [t.get_text() for t in panel.texts]


def test_each_feature_has_a_panel_with_a_dot_a_segment(ax):
    data = profile([(120, 90), (200, 50)])
    assert segment_profile(data, ax=ax) is ax
    first, second = ax.child_axes
    assert first.get_title(loc="left") == "Feature 1 (USD)"
    assert (dots(first), dots(second)) == ([200, 50], [120, 90])
    assert labels(first) == ["200", "50"]
    assert [t.get_text() for t in first.get_yticklabels()] == ["Loyal", "New"]


def test_all_panels_share_one_scale_in_doublings(ax):
    segment_profile(profile([(120, 90), (300, 50)]), ax=ax)
    first, second = ax.child_axes
    assert first.get_xlim() == second.get_xlim()
    assert first.get_xscale() == "log"
    low, high = first.get_xlim()
    assert low * high == pytest.approx(100**2)


def test_extremes_stay_at_the_edge_with_their_number(ax):
    segment_profile(profile([(5000, 0)]), ax=ax)
    (panel,) = ax.child_axes
    assert dots(panel) == pytest.approx([400, 25])
    assert labels(panel) == ["5\u202f000", "0"]
    assert [
        line.get_marker() for line in panel.lines if len(line.get_xdata()) == 1
    ] == [
        ">",
        "<",
    ]


def test_a_missing_index_is_a_dash(ax):
    segment_profile(profile([(200, np.nan)]), ax=ax)
    assert labels(ax.child_axes[0]) == ["200", "–"]


def test_only_the_strongest_features_are_drawn(ax):
    data = profile([(100 + 10 * i, 100) for i in range(14)])
    segment_profile(data, ax=ax)
    assert len(ax.child_axes) == 10
    assert segment_profile_table(data)["Feature"].iloc[0] == "Feature 13"
    assert len(segment_profile_table(data, features=2)) == 4


def test_colours_follow_the_order_of_segments(ax):
    segment_profile(profile([(200, 50)]), ax=ax)
    colours = [
        line.get_color()
        for line in ax.child_axes[0].lines
        if len(line.get_xdata()) == 1
    ]
    assert colours == ["#0072B2", "#E69F00"]


def test_title_and_alt_state_the_furthest():
    data = profile([(200, 20)])
    title = "Furthest from everyone: New in feature 0 (index 20)"
    assert segment_profile_title(data) == title
    alt = segment_profile_alt(data)
    assert alt.startswith(title)
    assert alt.endswith("Loyal Feature 0 200; New Feature 0 20.")


def test_without_features_a_sentence_is_shown(ax):
    data = profile([])
    assert repr(present(segment_profile, data)) == "There are no features to compare."
    assert segment_profile(data, ax=ax) is ax


def test_one_segment_and_twelve_are_drawn_whole():
    one = profile([(100,)], names=("Everyone",))
    assert 'aria-label="Furthest' in present(segment_profile, one).html
    names = tuple(
        f"Frequent evening customers of fresh food, kind {i}" for i in range(12)
    )
    many = present(segment_profile, profile([range(50, 170, 10)] * 10, names=names))
    assert many.html.count("Feature 9 (USD)") == 1


def test_the_data_are_left_alone(ax):
    data = profile([(200, 50)])
    before = data.copy(deep=True)
    segment_profile(data, ax=ax)
    pd.testing.assert_frame_equal(data, before)

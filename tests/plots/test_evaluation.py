import re

import numpy as np
import pandas as pd
import pytest

from segtools.plots import present
from segtools.plots.evaluation import (
    segment_evaluation,
    segment_evaluation_alt,
    segment_evaluation_height,
    segment_evaluation_table,
    segment_evaluation_title,
)
from segtools.plots.labels import apart


@pytest.fixture
def actions():
    names = ["New", "Loyal"]
    rows = zip(names, [40.0, 80.0], [70.0, 55.0], [0.8, 0.2], [2, 1], strict=True)
    keys = ("segment", "score", "fit", "share", "rank")
    return {"segments": [dict(zip(keys, row, strict=True)) for row in rows]}


def many(n):
    scores = [50.0 + i / 10 for i in range(n)]
    names = [f"Frequent high-value evening customers of kind {i}" for i in range(n)]
    return pd.DataFrame({"segment": names, "score": scores, "fit": 50.0, "share": 0.05})


def test_circles_stand_at_fit_and_score_with_area_by_size(actions, ax):
    assert segment_evaluation(actions, ax=ax) is ax
    (circles,) = ax.collections
    assert circles.get_offsets().tolist() == [[70.0, 40.0], [55.0, 80.0]]
    new, loyal = circles.get_sizes()
    assert new - loyal == pytest.approx(0.6 * 2600)


def test_each_segment_has_its_own_colour_and_its_name(actions, ax):
    segment_evaluation(actions, ax=ax)
    colours = ax.collections[0].get_facecolors()
    assert len(np.unique(colours, axis=0)) == 2
    assert [t.get_text() for t in ax.texts] == ["Loyal", "New"]
    assert [t.xy for t in ax.texts] == [(55.0, 80.0), (70.0, 40.0)]


def test_the_scale_is_the_same_whatever_the_segments(actions, ax):
    segment_evaluation(actions, ax=ax)
    assert ax.get_xticks().tolist() == ax.get_yticks().tolist() == [0, 25, 50, 75, 100]


def test_words_and_twin(actions):
    assert segment_evaluation_title(actions) == (
        "Loyal is the most attractive (80 of 100); New fits best (70)"
    )
    alt = segment_evaluation_alt(actions).replace("\u202f", " ")
    assert alt.endswith("Loyal 80, 55 and 20 %; New 40, 70 and 80 %.")
    expected = pd.DataFrame(
        {
            "Segment": ["Loyal", "New"],
            "Attractiveness": [80.0, 40.0],
            "Fit": [55.0, 70.0],
            "Share of customers": [0.2, 0.8],
        }
    )
    pd.testing.assert_frame_equal(segment_evaluation_table(actions), expected)


def test_one_segment_is_both(ax):
    assert segment_evaluation_title(many(1)).endswith(
        "is the most attractive (50 of 100) and fits best (50)"
    )


def test_segments_without_a_score_are_left_out(actions):
    actions["segments"][1]["score"] = None
    assert segment_evaluation_table(actions)["Segment"].tolist() == ["New"]
    actions["segments"][0]["score"] = None
    assert repr(present(segment_evaluation, actions)) == (
        "Nothing rates how attractive the segments are."
    )


def test_no_segments_at_all_is_a_sentence():
    assert "Nothing rates" in repr(present(segment_evaluation, {"segments": []}))


def test_an_unknown_share_is_a_small_circle(actions, ax):
    actions["segments"][0]["share"] = None
    segment_evaluation(actions, ax=ax)
    assert ax.collections[0].get_sizes().min() == 60


@pytest.mark.parametrize("n", [1, 5, 20])
def test_names_never_overlap_nor_leave_the_figure(n):
    height = segment_evaluation_height(many(n))
    step = 0.26 / (height - 1.2)
    at = apart(np.linspace(0.5, 0.6, n), step)
    assert at.min() >= 0
    assert at.max() <= 1 + 1e-9
    assert np.diff(np.sort(at)).min(initial=1) >= step - 1e-9
    shown = present(segment_evaluation, many(n))
    labels = re.findall(r">Frequent high- …[^<]*</text>", shown.html)
    assert len(labels) == n


def test_names_with_room_stay_beside_their_circles():
    assert apart(np.array([0.9, 0.1, 0.5]), 0.2).tolist() == [0.9, 0.1, 0.5]

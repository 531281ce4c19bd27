"""Box plots of stability: what is drawn, said and listed."""

import numpy as np
import pandas as pd
import pytest

from segtools.plots import present
from segtools.plots.colours import ACCENT, OTHER
from segtools.plots.stability import (
    stability_boxes,
    stability_boxes_alt,
    stability_boxes_table,
    stability_boxes_title,
    within_boxes,
    within_boxes_alt,
    within_boxes_height,
    within_boxes_table,
    within_boxes_title,
)


@pytest.fixture
def stability():
    ari = [0.9, 0.95, 1.0, 0.8, 0.8, 0.9, 0.2, 0.4, 0.6]
    return pd.DataFrame(
        {"k": np.repeat([2, 3, 4], 3), "pair": [0, 1, 2] * 3, "ari": ari}
    )


@pytest.fixture
def within():
    return pd.DataFrame(
        {"segment": [0, 0, 1, 1], "pair": [0, 1] * 2, "jaccard": [0.9, 1.0, 0.3, 0.5]}
    )


def test_a_box_a_number_of_segments_in_colour_where_it_comes_again(stability, ax):
    assert stability_boxes(stability, ax=ax) is ax
    paint = [patch.get_facecolor()[:3] for patch in ax.patches]
    from matplotlib.colors import to_rgb

    assert paint == [to_rgb(ACCENT), to_rgb(ACCENT), to_rgb(OTHER)]
    assert [t.get_text() for t in ax.get_xticklabels()] == ["2", "3", "4"]
    assert [t.get_text() for t in ax.texts] == ["asked: 0.8"]
    assert "3 pairs" in ax.get_xlabel()


def test_numbers_of_pairs_that_differ_are_both_said(stability, ax):
    stability_boxes(stability.drop(index=[0]), ax=ax)
    assert "2 to 3 pairs" in ax.get_xlabel()


def test_stability_in_words(stability):
    title = "Resamples agree as asked on up to 3 segments (median 0.8)"
    assert stability_boxes_title(stability) == title
    assert stability_boxes_alt(stability).endswith("2: 0.95, 3: 0.8, 4: 0.4.")
    assert stability_boxes_title(stability, asked=0.99).startswith("No number of")


def test_the_twin_of_stability(stability):
    rows = stability_boxes_table(stability)
    assert rows.iloc[0].tolist() == pytest.approx([2, 0.9, 0.925, 0.95, 0.975, 1.0, 3])


def test_a_box_a_segment(within, ax):
    assert within_boxes(within, names=["Loyal", "New"], ax=ax) is ax
    assert [t.get_text() for t in ax.get_yticklabels()] == ["Loyal", "New"]
    assert len(ax.patches) == 2
    # The first one stands on top.
    assert ax.get_ylim()[0] > ax.get_ylim()[1]


def test_segments_in_words(within):
    names = ["Loyal", "New"]
    title = "1 of 2 segments comes again in resamples; least New (0.4)"
    assert within_boxes_title(within, names=names) == title
    assert within_boxes_alt(within, names=names).endswith("Loyal: 0.95, New: 0.4.")
    assert within_boxes_title(within).endswith("least segment 2 (0.4)")
    assert within_boxes_table(within, names=names)["Pairs"].tolist() == [2, 2]


def test_segments_that_always_come_again(within):
    found = within_boxes_title(within.assign(jaccard=1.0))
    assert found == "All 2 segments come again in every resample"


def test_more_segments_need_more_height(within):
    assert within_boxes_height(within) > within_boxes_height(within.head(2))


@pytest.mark.parametrize("draw", [stability_boxes, within_boxes])
def test_what_was_not_computed_is_said(draw, stability, within, ax):
    empty = (stability if draw is stability_boxes else within).head(0)
    assert draw(empty, ax=ax) is ax
    assert "not computed" in repr(present(draw, empty))


def test_names_are_text(within, hostile):
    shown = present(within_boxes, within, names=[hostile, "New"])
    assert "<script" not in shown._repr_html_()
    assert "<img" not in shown._repr_html_()


def test_what_is_missing_is_named():
    with pytest.raises(
        ValueError, match=r"stability must have the columns \['k', 'ari'\]"
    ):
        stability_boxes_table(pd.DataFrame({"k": [2]}))

"""The family tree of segments and the gorge."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from segtools.plots import present
from segtools.plots.across import (
    _WIDEST,
    descent,
    descent_alt,
    descent_height,
    descent_table,
    descent_title,
)
from segtools.plots.similarity import (
    gorge,
    gorge_alt,
    gorge_height,
    gorge_table,
    gorge_title,
    joined,
)
from segtools.segmentation.stability import family_tree


@pytest.fixture
def tree():
    two = np.repeat([0, 1], [6, 4])
    three = np.array([0, 0, 0, 0, 1, 1, 2, 2, 2, 0])
    return family_tree({2: two, 3: three})


@pytest.fixture
def similarity():
    frame = pd.DataFrame({0: [0.95, 0.5, 0.0, 0.02], 1: [0.05, 0.5, 1.0, 0.98]})
    return pd.concat([frame] * 10)


def test_a_band_is_as_wide_as_its_share(tree, ax):
    assert descent(tree.nodes, edges=tree.edges, ax=ax) is ax
    bands = [line for line in ax.lines if len(line.get_xdata()) > 2]
    wide = [line.get_linewidth() for line in bands]
    assert wide == pytest.approx(_WIDEST * tree.edges["share"].to_numpy())
    assert [line.get_marker() for line in ax.lines].count("o") == 5


def test_a_circle_holds_slsa_in_hundredths(tree, ax):
    descent(tree.nodes, edges=tree.edges, ax=ax)
    assert [t.get_text() for t in ax.texts] == ["28", "100", "100"]
    assert [t.get_text() for t in ax.get_xticklabels()] == ["2", "3"]


def test_descent_in_words(tree):
    title = "Segment 1 of 3 mixes most of its forerunners (SLSa 0.278)"
    assert descent_title(tree.nodes, edges=tree.edges) == title
    assert descent_alt(tree.nodes, edges=tree.edges).endswith("segments: 3: 0.278.")
    rows = descent_table(tree.nodes, edges=tree.edges)
    assert rows["Largest parent"].tolist()[2:] == [1.0, 1.0, 2.0]


def test_one_solution_has_no_descent(ax):
    tree = family_tree({2: np.array([0, 1])})
    assert descent(tree.nodes, edges=tree.edges, ax=ax) is ax
    assert ax.texts[0].get_text().startswith("Only one solution was computed")


def test_more_segments_need_more_height(tree, similarity):
    small = tree.nodes[tree.nodes["k"] == 2]
    assert descent_height(tree.nodes, edges=tree.edges) > descent_height(
        small, edges=tree.edges
    )
    wide = pd.concat([similarity] * 4, axis=1)
    assert gorge_height(wide) > gorge_height(similarity)


def test_a_panel_a_segment_with_shares_of_customers(similarity, ax):
    assert gorge(similarity, names=["Loyal"], ax=ax) is ax
    titles = [panel.get_title(loc="left") for panel in ax.child_axes]
    assert titles == ["Loyal", "segment 2"]
    heights = [bar.get_height() for bar in ax.child_axes[0].patches]
    assert sum(heights) == pytest.approx(1.0)
    assert heights[0] == 0.5


def test_the_gorge_in_words(similarity):
    assert gorge_title(similarity).startswith("25")
    assert "some borders are blurred" in gorge_title(similarity)
    assert "segment 2 25" in gorge_alt(similarity)
    rows = gorge_table(similarity)
    assert rows.iloc[0].tolist() == ["segment 1", 0.5, 0.25, 0.25]


def test_a_bar_of_a_few_is_drawn_with_its_neighbours(ax):
    values = np.repeat([0.02, 0.42, 0.52, 0.98], [40, 3, 20, 37])
    gorge(pd.DataFrame({0: values, 1: 1 - values}), ax=ax)
    bars = ax.child_axes[0].patches
    bins = [round(bar.get_width() * 20 + 0.1) for bar in bars]
    assert bins == [1, *[1] * 7, 3, *[1] * 8, 1]
    held = [round(b.get_height() * n * 100) for b, n in zip(bars, bins, strict=True)]
    assert [n for n in held if n] == [40, 23, 37]


def test_the_share_of_a_few_between_is_hidden_and_what_would_tell_it():
    values = np.repeat([0.02, 0.5, 0.98], [40, 3, 57])
    frame = pd.DataFrame({0: values, 1: np.repeat([0.01, 0.99], [60, 40])})
    rows = gorge_table(frame)
    assert rows.loc[0, "Between"] != rows.loc[0, "Between"]
    assert rows.iloc[0, 1:].isna().sum() == 2
    assert gorge_title(frame).startswith("A few of similarities")
    assert "segment 1 hidden" in gorge_alt(frame)


@given(
    counts=st.lists(st.integers(0, 30), min_size=1, max_size=20),
    limit=st.integers(1, 12),
)
def test_joined_bars_hold_nobody_or_enough(counts, limit):
    ends = joined(np.array(counts), limit)
    held = np.add.reduceat(counts, np.r_[0, ends[:-1]])
    assert held.sum() == sum(counts)
    assert (np.diff(np.r_[0, ends]) > 0).all()
    assert ends[-1] == len(counts)
    assert sum(counts) < limit or all(h == 0 or h >= limit for h in held)


def test_nobody_has_no_gorge(similarity, ax):
    assert gorge(similarity.head(0), ax=ax) is ax
    assert gorge_alt(similarity.head(0)) == "There is no customer to show."


def test_figures_present_themselves(tree, similarity):
    shown = present(descent, tree.nodes, edges=tree.edges)
    assert "mixes most" in shown._repr_html_()
    assert "similarities" in present(gorge, similarity)._repr_html_()


def test_names_are_text(similarity, hostile):
    shown = present(gorge, similarity, names=[hostile])
    assert "<script" not in shown._repr_html_()
    assert "<img" not in shown._repr_html_()

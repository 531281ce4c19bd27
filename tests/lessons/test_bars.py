"""The lessons' figure: bars from zero, intervals, alt text and table of one truth."""

from __future__ import annotations

import pandas as pd
import pytest
from matplotlib.figure import Figure

from segtools import plots
from segtools.lessons.shared.bars import group_bars, group_bars_table

ROWS = pd.DataFrame(
    {
        "panel": ["A", "A", "B"],
        "group": ["North", "<b>$x$", "All"],
        "value": [0.2, 0.1, 0.4],
        "low": [0.1, 0.05, None],
        "high": [0.3, 0.2, None],
    }
)


def drawn():
    return group_bars(ROWS, says="A finding", unit="Share", ax=Figure().add_subplot())


def test_bars_start_at_zero_and_end_at_their_value():
    frames = drawn().child_axes
    widths = [[bar.get_width() for bar in f.patches] for f in frames]
    assert widths == [[0.2, 0.1], [0.4]]
    assert all(f.get_xlim()[0] == 0 for f in frames)
    assert len({f.get_xlim() for f in frames}) == 1


def test_a_line_spans_the_interval_where_there_is_one():
    lines = [[tuple(x.get_xdata()) for x in f.lines] for f in drawn().child_axes]
    assert lines == [[(0.1, 0.3), (0.05, 0.2)], []]


def test_every_bar_is_equally_thick_whatever_its_panel_holds():
    first, second = drawn().child_axes
    heights = [f.get_position().height for f in (first, second)]
    assert heights[0] == pytest.approx(2 * heights[1])


def test_strings_from_data_are_harmless_and_the_finding_is_the_alt_text():
    shown = plots.present(group_bars, ROWS, says="A finding", unit="Share")
    assert "<b>$x" not in shown.html
    assert shown.text.startswith("A finding. A: North 20")


def test_the_table_has_what_the_figure_has():
    table = group_bars_table(ROWS, unit="Share")
    assert table.columns.tolist() == ["Grouping", "Group", "Share", "Low", "High"]
    assert group_bars_table(ROWS.drop(columns=["low", "high"]), unit="x").shape == (
        3,
        3,
    )

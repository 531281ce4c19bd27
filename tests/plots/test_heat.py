"""Cells of maps: what is written on them can be read, and what is hidden is said."""

import pandas as pd
import pytest

from segtools.plots.colours import text_on
from segtools.plots.heat import (
    BLUE,
    DENSE,
    HIDDEN,
    HIDDEN_MARK,
    dense_note,
    draw_map,
    hidden_sentence,
    name_columns,
    shade,
)
from segtools.plots.preferences import _BELOW


def luminance(colour):
    """Relative luminance as WCAG 2 defines it."""
    linear = [
        c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in colour
    ]
    return sum(w * c for w, c in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


@pytest.mark.parametrize("hue", [BLUE, _BELOW])
@pytest.mark.parametrize("share", [i / 20 for i in range(21)])
def test_the_number_on_any_shade_can_be_read(hue, share):
    fill = shade(share, hue)
    ink = text_on(fill)
    ink = luminance([int(ink[i : i + 2], 16) / 255 for i in (1, 3, 5)])
    light, dark = sorted((luminance(fill), ink), reverse=True)
    assert (light + 0.05) / (dark + 0.05) >= 4.5


def test_more_is_darker_in_greyscale():
    greys = [luminance(shade(i / 10)) for i in range(11)]
    assert greys == sorted(greys, reverse=True)
    assert greys[0] - greys[-1] > 0.6


def flows():
    rows = [("A", "A", 30), ("A", "B", 10), ("B", "A", None), ("B", "B", 0)]
    return pd.DataFrame(rows, columns=["from", "to", "customers"])


def test_a_map_shades_by_rows_leaves_nobody_white_and_says_hidden(ax):
    draw_map(ax, flows(), ["A", "B"], ["A", "B"])
    texts = {tuple(t.get_position()): t.get_text() for t in ax.texts}
    assert texts == {(0, 0): "30", (1, 0): "10", (0, 1): HIDDEN}
    full = [p.get_facecolor()[0] for p in ax.patches][:2]
    assert full == pytest.approx([1 - (0.08 + 0.92 * s) for s in (0.75, 0.25)])


def test_many_columns_get_a_mark_that_the_axis_explains(ax):
    names = [str(i) for i in range(DENSE + 1)]
    wide = pd.DataFrame({"from": "A", "to": names, "customers": [None] * len(names)})
    draw_map(ax, wide, ["A"], names)
    assert {t.get_text() for t in ax.texts} == {HIDDEN_MARK}
    assert dense_note(names, hidden=True) == f"; {HIDDEN_MARK}: hidden"
    assert dense_note(names, hidden=False) == ""
    assert dense_note(names[:DENSE], hidden=True) == ""


def test_columns_are_named_above_and_never_as_mathematics(ax):
    name_columns(ax, ["$x_1$", "a name of several words"])
    labels = ax.get_xticklabels()
    assert [t.get_text() for t in labels] == ["$x_1$", "a name of\nseveral words"]
    assert not any(t.get_parse_math() for t in labels)
    assert ax.xaxis.get_ticks_position() == "top"


@pytest.mark.parametrize(
    ("cells", "start"), [(1, "1 cell is hidden"), (2, "2 cells are hidden")]
)
def test_words_count_hidden_cells(cells, start):
    assert hidden_sentence(cells).startswith(start)

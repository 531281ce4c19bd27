import matplotlib
import pytest
from matplotlib import pyplot

from segtools.plots.canvas import (
    align_title,
    axes_or_current,
    beside,
    dress,
    empty_note,
    grid_of,
    name_rows,
    panels,
    per_cent_axis,
    style,
    write,
)


def test_style_ends_with_its_block():
    before = dict(matplotlib.rcParams)
    with style():
        assert matplotlib.rcParams["text.parse_math"] is False
    assert dict(matplotlib.rcParams) == before


def test_without_axes_the_current_one_is_drawn_on(ax):
    assert axes_or_current(ax) is ax
    assert axes_or_current(None) is pyplot.gca()


def test_dress_returns_the_axes_with_a_left_title(ax):
    assert dress(ax, title="Found", x="Orders", y="Customers") is ax
    assert ax.get_title(loc="left") == "Found"
    assert (ax.get_xlabel(), ax.get_ylabel()) == ("Orders", "Customers")
    assert not ax.spines["top"].get_visible()


def test_no_text_is_read_as_mathematics_without_our_style(ax, hostile):
    dress(ax, title=hostile, x=hostile, y=hostile)
    name_rows(ax, [hostile])
    write(ax, 0, 0, "$a$")
    beside(ax, 0, 0, "$\\broken{$")
    texts = [ax.xaxis.label, ax.yaxis.label, *ax.texts, *ax.get_yticklabels()]
    assert not any(text.get_parse_math() for text in texts)


def test_rows_are_named_from_the_top(ax):
    name_rows(ax, ["first", "second"])
    assert [t.get_text() for t in ax.get_yticklabels()] == ["first", "second"]
    low, high = ax.get_ylim()
    assert low > high


@pytest.mark.parametrize(("count", "columns"), [(1, 1), (5, 3), (12, 3)])
def test_panels_stay_inside_the_frame_and_apart(ax, count, columns):
    made = panels(ax, count, columns=columns, gap=(0.05, 0.1), top=0.1)
    assert made == ax.child_axes
    ax.figure.draw_without_rendering()
    frame = ax.get_window_extent()
    boxes = [panel.get_window_extent() for panel in made]
    assert all(frame.x0 - 1 <= b.x0 and b.x1 <= frame.x1 + 1 for b in boxes)
    assert len({(round(b.x0), round(b.y0)) for b in boxes}) == count


@pytest.mark.parametrize("count", range(1, 30))
def test_a_grid_holds_all_panels_without_an_empty_row(count):
    rows, columns = grid_of(count, most=5)
    assert (rows - 1) * columns < count <= rows * columns
    assert columns <= 5


def test_shares_are_written_in_per_cent(ax):
    ax.set_xlim(0, 0.4)
    per_cent_axis(ax.xaxis)
    ax.figure.draw_without_rendering()
    assert "40" in [t.get_text() for t in ax.get_xticklabels()]


def test_the_title_moves_to_the_left_edge(ax):
    name_rows(ax, ["a rather long name of a row"])
    dress(ax, title="Found")
    ax.figure.draw_without_rendering()
    align_title(ax)
    title = next(
        t for t in ax.get_children() if getattr(t, "get_text", str)() == "Found"
    )
    assert title.get_position()[0] < 0


def test_an_empty_figure_says_why(ax):
    assert empty_note(ax, "No scheme was judged.") is ax
    assert [t.get_text() for t in ax.texts] == ["No scheme was judged."]

"""Native charts, which a reader can edit: bars, pairs of bars, intervals."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from pptx.chart.data import CategoryChartData, XyChartData
from pptx.dml.color import RGBColor
from pptx.enum.chart import XL_CHART_TYPE

from segtools.languages import tr
from segtools.plots.colours import text_on
from segtools.slides.boxes import Box
from segtools.slides.chart_parts import (
    Marks,
    Point,
    count_labels,
    draw_dots,
    draw_line,
    error_bars,
    new_chart,
    no_axes,
    number_axis,
    paint,
    plot_area,
    refer,
    share_axis,
    share_labels,
)
from segtools.slides.page import Page
from segtools.slides.template import EVERYONE, INK
from segtools.slides.workbook import own_workbook
from segtools.wording import plain

__all__ = ["AXIS", "Marks", "Point", "intervals", "pairs", "sizes", "strip"]

AXIS = 0.3  # inches below a plot for the numbers of its axis
# In the workbook of intervals each point has four rows: low, high, a gap, its value.
_PER_POINT, _ENDS, _VALUE = 4, (0, 1), (3,)


def strip(
    page: Page,
    box: Box,
    shares: Mapping[str, Sequence[float]],
    segments: Sequence[tuple[str, str]],
    made: datetime,
    alt: str,
) -> None:
    """Draw one bar a share (of customers, of value), cut into segments.

    Parameters
    ----------
    page : Page
    box : Box
    shares : mapping of str to sequence of float
        Shares of the segments by what they are shares of, from the top down.
    segments : sequence of (str, str)
        Names and colours.
    made : datetime
    alt : str
    """
    data = CategoryChartData()
    data.categories = [plain(name) for name in shares]
    for place, (name, _) in enumerate(segments):
        data.add_series(plain(name), [max(row[place], 0.0) for row in shares.values()])
    chart = new_chart(page, XL_CHART_TYPE.BAR_STACKED_100, box, data, alt)
    plot = chart.plots[0]
    plot.gap_width, plot.overlap = 35, 100
    chart.category_axis.reverse_order = True
    no_axes(chart)
    plot_area(chart, 0, 0, 1, 1)
    for place, (series, (_, colour)) in enumerate(
        zip(plot.series, segments, strict=True)
    ):
        paint(series, colour, edge="#FFFFFF")
        rows = [row[place] for row in shares.values()]
        share_labels(series, rows, text_on(colour).replace("#000001", INK))
    own_workbook(chart, made)


def pairs(
    page: Page,
    box: Box,
    rows: Sequence[Mapping[str, Any]],
    colour: str,
    made: datetime,
    alt: str,
) -> None:
    """Draw two bars a statement, the segment's with its interval above everyone's.

    Parameters
    ----------
    page : Page
    box : Box
        The plot, one row as high as the other; the axis takes `AXIS` below it.
    rows : sequence of mapping
        ``text``, ``share``, ``base_share``, ``low`` and ``high``, from the top down.
    colour : str
    made : datetime
    alt : str
    """
    data = CategoryChartData(number_format="0%")
    data.categories = [plain(row["text"]) for row in rows]
    data.add_series(tr("This segment"), [row["share"] for row in rows])
    data.add_series(tr("Everyone"), [row["base_share"] for row in rows])
    place = Box(box.x, box.y, box.width, box.height + AXIS)
    chart = new_chart(page, XL_CHART_TYPE.BAR_CLUSTERED, place, data, alt)
    plot = chart.plots[0]
    plot.gap_width, plot.overlap = 90, 0
    own, base = plot.series
    paint(own, colour)
    paint(base, EVERYONE)
    share_axis(chart)
    plot_area(chart, 0.0, 0, 0.94, box.height / place.height)
    error_bars(
        own._element,
        [(row["share"], row["low"], row["high"]) for row in rows],
        columns=("D", "E"),
    )
    heads = {"D1": tr("Above"), "E1": tr("Below")}
    own_workbook(chart, made, heads)


def intervals(
    page: Page,
    box: Box,
    names: Sequence[str],
    marks: Sequence[Marks],
    made: datetime,
    alt: str,
) -> None:
    """Draw a point and its interval a row, the first row on top.

    Parameters
    ----------
    page : Page
    box : Box
        The plot; the axis takes `AXIS` below it.
    names : sequence of str
        What the rows are called, in the order of the rows.
    marks : sequence of Marks
        Each point on a row of its own.
    made : datetime
    alt : str
    """
    rows = len(names)
    points = sorted(p for mark in marks for p in mark.points)
    data = XyChartData()
    for mark in [*marks, *marks]:
        data.add_series(plain(mark.name)).add_data_point(0, 0)
    place = Box(box.x, box.y, box.width, box.height + AXIS)
    chart = new_chart(page, XL_CHART_TYPE.XY_SCATTER, place, data, alt)
    every = chart.plots[0].series
    looks = [(m, kind) for kind in (draw_line, draw_dots) for m in marks]
    for column, series, (mark, draw) in zip("BCDEFGHI", every, looks, strict=False):
        draw(series, mark)
        own = {point.row for point in mark.points}
        kept = _ENDS if draw is draw_line else _VALUE
        heights = [
            rows - point.row - 0.5 if point.row in own and place in kept else None
            for point in points
            for place in range(_PER_POINT)
        ]
        refer(series._element, column, _across(points), heights)
    ends = [end for p in points for end in p[1:] if end is not None]
    number_axis(chart, ends, rows)
    plot_area(chart, 0.03, 0, 0.94, box.height / place.height)
    heads = {"A1": tr("Value")}
    heads |= {
        f"K{i * _PER_POINT + 2}": plain(names[p.row]) for i, p in enumerate(points)
    }
    own_workbook(chart, made, heads)


def _across(points: Sequence[Point]) -> list[float]:
    """List what all series share: the ends of each interval, a gap, the value."""
    values = []
    for _, value, low, high in points:
        ends = (
            (low, high, high) if low is not None and high is not None else [value] * 3
        )
        values += [*ends, value]
    return values  # type: ignore[return-value]


def sizes(
    page: Page,
    box: Box,
    rows: Sequence[tuple[str, float | None, float | None, str]],
    names: tuple[str, str],
    made: datetime,
    alt: str,
) -> None:
    """Draw two bars a segment: how many were in it, and how many are.

    Parameters
    ----------
    page : Page
    box : Box
        The plot, one row as high as the other.
    rows : sequence of (str, float or None, float or None, str)
        Name, customers before and now, and colour, from the top down.
    names : (str, str)
        What before and now are called.
    made : datetime
    alt : str
    """
    data = CategoryChartData(number_format="0")
    data.categories = [plain(row[0]) for row in rows]
    data.add_series(names[0], [row[1] for row in rows])
    data.add_series(names[1], [row[2] for row in rows])
    chart = new_chart(page, XL_CHART_TYPE.BAR_CLUSTERED, box, data, alt)
    plot = chart.plots[0]
    plot.gap_width, plot.overlap = 60, 0
    before, now = plot.series
    paint(before, EVERYONE)
    paint(now, INK)
    for place, row in enumerate(rows):
        fill = now.points[place].format.fill
        fill.solid()
        fill.fore_color.rgb = RGBColor.from_string(row[3][1:])
    chart.category_axis.reverse_order = True
    most = max((v for row in rows for v in row[1:3] if v is not None), default=1)
    no_axes(chart)
    chart.value_axis.minimum_scale, chart.value_axis.maximum_scale = 0, most * 1.3
    plot_area(chart, 0, 0, 1, 1)
    for place, series in enumerate(plot.series, start=1):
        count_labels(series, [row[place] for row in rows])  # type: ignore[misc]
    own_workbook(chart, made)

"""Native charts, which a reader can edit: bars, pairs of bars, intervals."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from pptx.chart.data import CategoryChartData, XyChartData
from pptx.dml.color import RGBColor
from pptx.enum.chart import XL_CHART_TYPE, XL_MARKER_STYLE, XL_TICK_LABEL_POSITION
from pptx.oxml import parse_xml
from pptx.oxml.ns import nsdecls, qn
from pptx.util import Pt

from segtools.languages import current, tr
from segtools.plots.colours import text_on
from segtools.slides.boxes import Box
from segtools.slides.page import Page, describe, speak
from segtools.slides.template import EVERYONE, INK, QUIET, RULE, emu
from segtools.slides.workbook import own_workbook
from segtools.wording import plain

AXIS = 0.3  # inches below a plot for the numbers of its axis
# In the workbook of intervals each point has four rows: low, high, a gap, its value.
_PER_POINT, _ENDS, _VALUE = 4, (0, 1), (3,)
_LABEL_FROM = 0.045  # a narrower part of a bar has no room for its number
_SHAPES = {
    "scheme": XL_MARKER_STYLE.CIRCLE,
    "baseline": XL_MARKER_STYLE.SQUARE,
    "ceiling": XL_MARKER_STYLE.DIAMOND,
}


class Point(NamedTuple):
    """A value with its interval, on a row of a chart."""

    row: int
    value: float
    low: float | None
    high: float | None


class Marks(NamedTuple):
    """Points of one look: their name, colour and role."""

    name: str
    colour: str
    role: str
    points: Sequence[Point]


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
    chart = _chart(page, XL_CHART_TYPE.BAR_STACKED_100, box, data, alt)
    plot = chart.plots[0]
    plot.gap_width, plot.overlap = 35, 100
    chart.category_axis.reverse_order = True
    _no_axes(chart)
    _plot_area(chart, 0, 0, 1, 1)
    for place, (series, (_, colour)) in enumerate(
        zip(plot.series, segments, strict=True)
    ):
        _paint(series, colour, edge="#FFFFFF")
        rows = [row[place] for row in shares.values()]
        _share_labels(series, rows, text_on(colour).replace("#000001", INK))
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
    chart = _chart(page, XL_CHART_TYPE.BAR_CLUSTERED, place, data, alt)
    plot = chart.plots[0]
    plot.gap_width, plot.overlap = 90, 0
    own, base = plot.series
    _paint(own, colour)
    _paint(base, EVERYONE)
    _share_axis(chart)
    _plot_area(chart, 0.0, 0, 0.94, box.height / place.height)
    _error_bars(
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
    chart = _chart(page, XL_CHART_TYPE.XY_SCATTER, place, data, alt)
    every = chart.plots[0].series
    looks = [(m, kind) for kind in (_line, _dots) for m in marks]
    for column, series, (mark, draw) in zip("BCDEFGHI", every, looks, strict=False):
        draw(series, mark)
        own = {point.row for point in mark.points}
        kept = _ENDS if draw is _line else _VALUE
        heights = [
            rows - point.row - 0.5 if point.row in own and place in kept else None
            for point in points
            for place in range(_PER_POINT)
        ]
        _refer(series._element, column, _across(points), heights)
    ends = [end for p in points for end in p[1:] if end is not None]
    _number_axis(chart, ends, rows)
    _plot_area(chart, 0.03, 0, 0.94, box.height / place.height)
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
    chart = _chart(page, XL_CHART_TYPE.BAR_CLUSTERED, box, data, alt)
    plot = chart.plots[0]
    plot.gap_width, plot.overlap = 60, 0
    before, now = plot.series
    _paint(before, EVERYONE)
    _paint(now, INK)
    for place, row in enumerate(rows):
        fill = now.points[place].format.fill
        fill.solid()
        fill.fore_color.rgb = RGBColor.from_string(row[3][1:])
    chart.category_axis.reverse_order = True
    most = max((v for row in rows for v in row[1:3] if v is not None), default=1)
    _no_axes(chart)
    chart.value_axis.minimum_scale, chart.value_axis.maximum_scale = 0, most * 1.3
    _plot_area(chart, 0, 0, 1, 1)
    for place, series in enumerate(plot.series, start=1):
        _count_labels(series, [row[place] for row in rows])  # type: ignore[misc]
    own_workbook(chart, made)


def _chart(page: Page, kind: Any, box: Box, data: Any, alt: str) -> Any:
    frame = page.slide.shapes.add_chart(kind, *map(emu, box), data)
    describe(frame, "Chart", alt)
    chart = frame.chart
    chart.has_legend = chart.has_title = False
    chart.font.size, chart.font.color.rgb = Pt(11), RGBColor.from_string(QUIET[1:])
    speak(chart.font._rPr)
    return chart


def _paint(series: Any, colour: str, edge: str = "") -> None:
    fill = series.format.fill
    fill.solid()
    fill.fore_color.rgb = RGBColor.from_string(colour[1:])
    series.invert_if_negative = False
    if edge:
        series.format.line.color.rgb = RGBColor.from_string(edge[1:])
        series.format.line.width = Pt(1.5)


def _no_axes(chart: Any) -> None:
    for axis in (chart.category_axis, chart.value_axis):
        axis.visible = False
        axis.has_major_gridlines = False


def _share_axis(chart: Any) -> None:
    """Show shares from none to all, the same on every slide; names stand beside."""
    names, values = chart.category_axis, chart.value_axis
    names.reverse_order = True
    names.tick_label_position = XL_TICK_LABEL_POSITION.NONE
    _quiet_line(names)
    values.minimum_scale, values.maximum_scale, values.major_unit = 0, 1, 0.25
    values.tick_labels.number_format = f"0{_blank()}%"
    values.tick_labels.number_format_is_linked = False
    _grid(values)
    # Rows run from the top down, and the numbers still stand below them.
    names._element.find(qn("c:crosses")).set("val", "autoZero")
    values._element.find(qn("c:crosses")).set("val", "max")


def _number_axis(chart: Any, values: Sequence[float], rows: int) -> None:
    across, up = chart.category_axis, chart.value_axis
    up.minimum_scale, up.maximum_scale, up.major_unit = 0, rows, 1
    up.visible = up.has_major_gridlines = False
    low, high, step = _nice(min(values), max(values))
    across.minimum_scale, across.maximum_scale, across.major_unit = low, high, step
    across.tick_labels.number_format = "0.0" if step >= 0.1 else "0.00"
    across.tick_labels.number_format_is_linked = False
    across.tick_label_position = XL_TICK_LABEL_POSITION.LOW
    _grid(across)


def _nice(low: float, high: float) -> tuple[float, float, float]:
    """Give the ends of an axis and its step, round numbers around the values.

    Examples
    --------
    >>> _nice(-0.003, 0.47)
    (-0.1, 0.5, 0.1)
    """
    span = max(high - low, 1e-6)
    steps = [unit * 10.0**power for power in range(-6, 12) for unit in (1, 2, 5)]
    step = next(s for s in steps if span / s <= 6)
    first, last = (low // step) * step, -((-high) // step) * step
    return round(first, 9), round(last, 9), step


def _grid(axis: Any) -> None:
    axis.has_major_gridlines = True
    line = axis.major_gridlines.format.line
    line.color.rgb, line.width = RGBColor.from_string(RULE[1:]), Pt(0.5)
    axis.format.line.fill.background()


def _quiet_line(axis: Any) -> None:
    axis.has_major_gridlines = False
    axis.format.line.color.rgb = RGBColor.from_string(QUIET[1:])
    axis.format.line.width = Pt(0.75)


def _dots(series: Any, mark: Marks) -> None:
    series.format.line.fill.background()
    marker = series.marker
    marker.style, marker.size = _SHAPES.get(mark.role, XL_MARKER_STYLE.CIRCLE), 9
    fill = marker.format.fill
    fill.solid()
    fill.fore_color.rgb = RGBColor.from_string(mark.colour[1:])
    marker.format.line.color.rgb = RGBColor.from_string(mark.colour[1:])


def _line(series: Any, mark: Marks) -> None:
    series.marker.style = XL_MARKER_STYLE.NONE
    line = series.format.line
    line.color.rgb, line.width = RGBColor.from_string(mark.colour[1:]), Pt(2.25)


def _refer(
    series: Any,
    column: str,
    across: Sequence[float],
    heights: Sequence[float | None],
) -> None:
    """Let a series refer to its column; the values across are the same for all.

    They would be points with error bars, but some programs draw none of a length each,
    and lose the first of series whose values across differ.
    """
    series.find(f"{qn('c:tx')}//{qn('c:f')}").text = f"Sheet1!${column}$1"
    for tag, name, values in (("c:xVal", "A", across), ("c:yVal", column, heights)):
        found = series.find(qn(tag))
        found.remove(found[0])
        numbers = _numbers(values, name, 2).replace(
            "<c:numRef>", f"<c:numRef {nsdecls('c')}>", 1
        )
        found.append(parse_xml(numbers))


def _error_bars(
    series: Any,
    ends: Sequence[tuple[float, float | None, float | None]],
    *,
    columns: tuple[str, str],
) -> None:
    """Draw intervals as the chart's own error bars, their lengths in its workbook."""
    if not any(low is not None and high is not None for _, low, high in ends):
        return
    lengths = [
        [max(value - low, 0.0) if low is not None else 0.0 for value, low, _ in ends],
        [
            max(high - value, 0.0) if high is not None else 0.0
            for value, _, high in ends
        ],
    ]
    minus, plus = (
        _numbers(row, column, 2)
        for row, column in zip(lengths, columns[::-1], strict=True)
    )
    bars = parse_xml(
        f"<c:errBars {nsdecls('c', 'a')}>"
        '<c:errBarType val="both"/><c:errValType val="cust"/><c:noEndCap val="1"/>'
        f"<c:plus>{plus}</c:plus><c:minus>{minus}</c:minus>"
        f'<c:spPr><a:ln w="{int(Pt(1.75))}"><a:solidFill><a:srgbClr val="{INK[1:]}"/>'
        "</a:solidFill></a:ln></c:spPr></c:errBars>"
    )
    series.find(qn("c:cat")).addprevious(bars)


def _numbers(values: Sequence[float | None], column: str, first: int) -> str:
    points = "".join(
        f'<c:pt idx="{i}"><c:v>{value!r}</c:v></c:pt>'
        for i, value in enumerate(values)
        if value is not None
    )
    last = first + len(values) - 1
    return (
        f"<c:numRef><c:f>Sheet1!${column}${first}:${column}${last}</c:f><c:numCache>"
        f'<c:formatCode>General</c:formatCode><c:ptCount val="{len(values)}"/>{points}'
        "</c:numCache></c:numRef>"
    )


def _blank() -> str:
    """Give what stands before a per cent sign, as a number format writes it."""
    space = current().before_percent
    return f'"{space}"' if space else ""


def _share_labels(series: Any, shares: Sequence[float], colour: str) -> None:
    """Label the parts of a bar that have room, each as finely as the pages do."""
    labels = "".join(
        _share_label(place, share, colour)
        for place, share in enumerate(shares)
        if share >= _LABEL_FROM
    )
    _labels(series, labels)


def _share_label(place: int, share: float, colour: str) -> str:
    fine = 0 < share < 0.0995 or 0.99 < share < 1
    form = f"0{'.0' if fine else ''}{_blank()}%".replace('"', "&quot;")
    return (
        f'<c:dLbl><c:idx val="{place}"/><c:numFmt formatCode="{form}" '
        'sourceLinked="0"/><c:spPr/><c:txPr><a:bodyPr wrap="none"/>'
        '<a:p><a:pPr><a:defRPr sz="1200" '
        f'b="1"><a:solidFill><a:srgbClr val="{colour[1:]}"/></a:solidFill></a:defRPr>'
        '</a:pPr><a:endParaRPr lang="en-US"/></a:p></c:txPr>'
        f"{_SHOWN.format(value=1)}</c:dLbl>"
    )


_SHOWN = (
    '<c:showLegendKey val="0"/><c:showVal val="{value}"/><c:showCatName val="0"/>'
    '<c:showSerName val="0"/><c:showPercent val="0"/><c:showBubbleSize val="0"/>'
)


def _count_labels(series: Any, counts: Sequence[float | None]) -> None:
    """Label bars with their counts, thousands apart as on the pages."""
    labels = "".join(
        f'<c:dLbl><c:idx val="{place}"/><c:numFmt formatCode="{_thousands(count)}" '
        f'sourceLinked="0"/><c:spPr/><c:dLblPos val="outEnd"/>{_SHOWN.format(value=1)}'
        "</c:dLbl>"
        for place, count in enumerate(counts)
        if count is not None
    )
    _labels(series, labels)


def _thousands(count: float) -> str:
    groups = (len(f"{abs(count):.0f}") - 1) // 3
    return "0" + f"&quot;{current().group}&quot;000" * groups


def _labels(series: Any, inner: str) -> None:
    """Give a series the labels of its points, and none to those without."""
    made = parse_xml(
        f"<c:dLbls {nsdecls('c', 'a')}>{inner}{_SHOWN.format(value=0)}</c:dLbls>"
    )
    series._element.find(qn("c:cat")).addprevious(made)


def _plot_area(chart: Any, x: float, y: float, width: float, height: float) -> None:
    """Fix the plot in its frame, so that its rows stand beside those of a table."""
    area = chart._chartSpace.find(f".//{qn('c:plotArea')}")
    old = area.find(qn("c:layout"))
    if old is not None:
        area.remove(old)
    parts = "".join(
        f'<c:{name} val="{value:.6f}"/>'
        for name, value in zip("xywh", (x, y, width, height), strict=True)
    )
    area.insert(
        0,
        parse_xml(
            f"<c:layout {nsdecls('c')}><c:manualLayout>"
            '<c:layoutTarget val="inner"/><c:xMode val="edge"/><c:yMode val="edge"/>'
            f"{parts}</c:manualLayout></c:layout>"
        ),
    )

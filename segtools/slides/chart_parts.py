"""What charts are drawn by: axes, colours, dots, lines, labels, error bars."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from pptx.dml.color import RGBColor
from pptx.enum.chart import XL_MARKER_STYLE, XL_TICK_LABEL_POSITION
from pptx.oxml import parse_xml
from pptx.oxml.ns import nsdecls, qn
from pptx.util import Pt

from segtools.languages import current
from segtools.slides.boxes import Box
from segtools.slides.page import Page, describe, speak
from segtools.slides.template import INK, QUIET, RULE, emu

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


def new_chart(page: Page, kind: Any, box: Box, data: Any, alt: str) -> Any:
    """Put a native chart on a slide, with its alternative text."""
    frame = page.slide.shapes.add_chart(kind, *map(emu, box), data)
    describe(frame, "Chart", alt)
    chart = frame.chart
    chart.has_legend = chart.has_title = False
    chart.font.size, chart.font.color.rgb = Pt(11), RGBColor.from_string(QUIET[1:])
    speak(chart.font._rPr)
    return chart


def paint(series: Any, colour: str, edge: str = "") -> None:
    """Fill the bars of a series."""
    fill = series.format.fill
    fill.solid()
    fill.fore_color.rgb = RGBColor.from_string(colour[1:])
    series.invert_if_negative = False
    if edge:
        series.format.line.color.rgb = RGBColor.from_string(edge[1:])
        series.format.line.width = Pt(1.5)


def no_axes(chart: Any) -> None:
    """Hide both axes of a chart whose numbers stand on its bars."""
    for axis in (chart.category_axis, chart.value_axis):
        axis.visible = False
        axis.has_major_gridlines = False


def share_axis(chart: Any) -> None:
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


def number_axis(chart: Any, values: Sequence[float], rows: int) -> None:
    """Scale the axes of points on rows."""
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


def draw_dots(series: Any, mark: Marks) -> None:
    """Show a series as dots without a line."""
    series.format.line.fill.background()
    marker = series.marker
    marker.style, marker.size = _SHAPES.get(mark.role, XL_MARKER_STYLE.CIRCLE), 9
    fill = marker.format.fill
    fill.solid()
    fill.fore_color.rgb = RGBColor.from_string(mark.colour[1:])
    marker.format.line.color.rgb = RGBColor.from_string(mark.colour[1:])


def draw_line(series: Any, mark: Marks) -> None:
    """Show a series as a line without dots."""
    series.marker.style = XL_MARKER_STYLE.NONE
    line = series.format.line
    line.color.rgb, line.width = RGBColor.from_string(mark.colour[1:]), Pt(2.25)


def refer(
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


def error_bars(
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


def share_labels(series: Any, shares: Sequence[float], colour: str) -> None:
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


def count_labels(series: Any, counts: Sequence[float | None]) -> None:
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


def plot_area(chart: Any, x: float, y: float, width: float, height: float) -> None:
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

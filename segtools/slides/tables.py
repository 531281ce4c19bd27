"""Native tables whose rows are as high as their text needs, and no higher."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, NamedTuple

from pptx.enum.text import MSO_ANCHOR
from pptx.oxml import parse_xml
from pptx.oxml.ns import nsdecls, qn
from pptx.util import Pt

from segtools.slides.boxes import Box
from segtools.slides.measure import Fitted, count_lines, fit, height_of, text_width
from segtools.slides.page import Page, Run, describe, write
from segtools.slides.template import INK, QUIET, RULE, emu

PAD = 0.05  # above and below the text of a cell, inches
SIDE = 0.12  # to the right of it
_PLAIN = "{2D5ABB26-0587-4C30-8999-92F81FD0307C}"  # the style without lines or fills
_SMALLER = 11


class Cell(NamedTuple):
    """What a cell says: its text, and below it, smaller and grey, what goes with it."""

    text: str
    bold: bool = False
    colour: str = INK
    align: str = "l"
    more: str = ""
    name: bool = False
    mark: str = ""


Row = Sequence[Cell]


class Look(NamedTuple):
    """How a table looks: widths of its columns, sizes of text, lines between rows."""

    widths: Sequence[float]
    size: float = 12
    most: int = 4  # lines of a cell
    height: float = 0.0  # of each row; 0 for what it needs
    lines: bool = True
    middle: bool = False  # whether text stands in the middle of its row


def label_width(
    labels: Iterable[str], size: float, least: float, *, bold: bool = False
) -> float:
    """Give the width of a column of labels: no word of one is cut in two."""
    words = [word for label in labels for word in label.split(" ") if word]
    widths = (text_width(word, size, bold=bold) for word in words)
    return max(least, max(widths, default=0.0) + SIDE)


def row_height(row: Row, look: Look) -> float:
    """Give the height that a row takes, in inches."""
    return look.height or max(
        _height(cell, _room(cell, width), look)
        for cell, width in zip(row, look.widths, strict=True)
    )


def pages_of(
    head: Row | None, rows: Sequence[Row], look: Look, height: float
) -> Iterator[list[Row]]:
    """Cut rows into as many tables as are needed at a height, the head on each."""
    kept: list[Row] = []
    used = first = row_height(head, look) if head else 0.0
    for row in rows:
        here = row_height(row, look)
        if kept and used + here > height:
            yield kept
            kept, used = [], first
        kept.append(row)
        used += here
    if kept:
        yield kept


def table(
    page: Page,
    box: Box,
    head: Row | None,
    rows: Sequence[Row],
    look: Look,
    alt: str,
    heights: Sequence[float] | None = None,
) -> float:
    """Write a table on top of a box.

    Parameters
    ----------
    page : Page
    box : Box
    head : sequence of Cell or None
        The names of the columns; None for a table that only aligns.
    rows : sequence of sequence of Cell
        They must fit: `pages_of` and `row_height` tell.
    look : Look
    alt : str
        What the table shows, for those who hear it.
    heights : sequence of float, default=None
        Of the rows, the head included, such as those of a table beside it; None for
        what each needs.

    Returns
    -------
    float
        Where it ends.
    """
    every = [*([head] if head else []), *rows]
    heights = heights or [row_height(row, look) for row in every]
    frame = page.slide.shapes.add_table(
        len(every), len(look.widths), *map(emu, (*box[:3], sum(heights)))
    )
    describe(frame, "Table", alt)
    made = frame.table
    _style(made, head is not None)
    for column, width in zip(made.columns, look.widths, strict=True):
        column.width = emu(width)
    for row, cells, height in zip(made.rows, every, heights, strict=True):
        row.height = emu(height)
        marks = [*(wanted.mark for wanted in cells), ""]
        for place, (cell, wanted) in enumerate(zip(row.cells, cells, strict=True)):
            _fill(page, cell, wanted, _room(wanted, look.widths[place]), look)
            _edges(cell, marks[place : place + 2], look.lines, top=cells is every[0])
    return box.y + sum(heights)


def _room(cell: Cell, width: float) -> float:
    """Give the width that a cell has for its text."""
    return width - SIDE * (2 if cell.mark else 1)


def _height(cell: Cell, width: float, look: Look) -> float:
    found = _fitted(cell, width, look)
    lines = count_lines(found.text, found.size, width, bold=cell.bold)
    more = count_lines(_more(cell, width).text, _SMALLER, width) if cell.more else 0
    return height_of(lines, found.size) + height_of(more, _SMALLER) + 2 * PAD


def _fitted(cell: Cell, width: float, look: Look) -> Fitted:
    room = look.height - 2 * PAD if look.height else height_of(look.most, look.size)
    if cell.more and look.height:
        room -= height_of(1, _SMALLER)
    sizes = sorted({look.size, max(look.size - 1, _SMALLER)}, reverse=True)
    return fit(cell.text, width, room, sizes, bold=cell.bold, name=cell.name)


def _more(cell: Cell, width: float) -> Fitted:
    return fit(cell.more, width, height_of(1, _SMALLER), (_SMALLER,))


def _fill(page: Page, cell: Any, wanted: Cell, width: float, look: Look) -> None:
    said = page.keep(_fitted(wanted, width, look), wanted.text)
    runs = [[Run(said.text, said.size, wanted.bold, wanted.colour)]]
    if wanted.more:
        more = page.keep(_more(wanted, width), wanted.more)
        runs.append([Run(more.text, more.size, colour=QUIET)])
    write(cell.text_frame, runs, wanted.align)
    cell.margin_left, cell.margin_right = 0, emu(SIDE)
    if look.middle:
        cell.vertical_anchor = MSO_ANCHOR.MIDDLE
    cell.margin_top = cell.margin_bottom = emu(PAD)


def _style(made: Any, headed: bool) -> None:
    made.first_row, made.horz_banding = headed, False
    made._tbl.tblPr.find(qn("a:tableStyleId")).text = _PLAIN


def _edges(cell: Any, marks: Sequence[str], lines: bool, *, top: bool) -> None:
    """Draw the lines between rows, and the colour of a segment on a cell's left.

    Two cells that meet say the same of their edge: programs differ on whose counts.
    """
    if marks[0]:
        cell.margin_left = emu(SIDE)
    rule = RULE if lines else ""
    properties = cell._tc.get_or_add_tcPr()
    properties.append(_edge("lnL", marks[0], 4))
    properties.append(_edge("lnR", marks[1], 4))
    properties.append(_edge("lnT", "" if top else rule, 0.75))
    properties.append(_edge("lnB", rule, 0.75))


def _edge(side: str, colour: str, points: float) -> Any:
    fill = f'<a:solidFill><a:srgbClr val="{colour[1:]}"/></a:solidFill>'
    return parse_xml(
        f'<a:{side} {nsdecls("a")} w="{int(Pt(points)) if colour else 0}" cap="flat" '
        f'cmpd="sng">{fill if colour else "<a:noFill/>"}</a:{side}>'
    )

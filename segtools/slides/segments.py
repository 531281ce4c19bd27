"""The slide of the segments: where the customers are and where the value is."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from segtools.joining import semicolons
from segtools.languages import tr, trc, trn
from segtools.slides.boxes import Box
from segtools.slides.charts import strip
from segtools.slides.measure import count_lines, height_of
from segtools.slides.notes import came_from, statement_note
from segtools.slides.page import Page
from segtools.slides.source import Source
from segtools.slides.tables import Cell, Look, Row, pages_of, row_height, table
from segtools.slides.template import QUIET
from segtools.wording import number, percent, plain, shorten

Column = Mapping[str, Any]

IN_ONE_ROW = 6
IN_TITLE = 44  # characters of a name in a title that says more
_BAR = 0.5  # height of one bar with the room around it
_SIDE = 1.45  # width of the labels of the bars
_GAP = 0.25
_BETWEEN = 0.22
_HALF = 0.08  # between the two sizes of a segment
_SHARE = 0.6  # width of a share before its statement


def segments_slide(source: Source, page: Page) -> None:
    """Draw the segments as two bars, and below them a column for each."""
    columns = source.front["strip"]
    content = page.title(_finding(columns))
    bottom = _bars(source, page, content, columns)
    rows = math.ceil(len(columns) / IN_ONE_ROW)
    across = math.ceil(len(columns) / rows)
    room = content.below(bottom + 0.3)
    height = (room.height - _BETWEEN * (rows - 1)) / rows
    for row in range(rows):
        strip_of = columns[row * across : (row + 1) * across]
        y = room.y + row * (height + _BETWEEN)
        boxes = Box(room.x, y, room.width, height).columns(max(across, 2), _GAP)
        _row(page, boxes, strip_of, brief=rows > 1)
    page.notes += _notes(source)


def _finding(columns: Sequence[Column]) -> str:
    """Name the segment whose share of the value exceeds its share of customers most."""
    if len(columns) < 2:
        return tr("Everyone is one segment")
    top = max(columns, key=lambda row: row["value_share"] - row["share"])
    return tr(
        "{segment}: {share} of the customers, {value_share} of the value",
        segment=shorten(top["name"], IN_TITLE),
        share=percent(top["share"]),
        value_share=percent(top["value_share"]),
    )


def _bars(source: Source, page: Page, box: Box, columns: Sequence[Column]) -> float:
    front = source.front
    labels = (
        (trc("label", "Customers"), number(front["everyone_n"])),
        (plain(front["value_label"]), front["everyone_value"]),
    )
    shares = {
        labels[0][0]: [row["share"] for row in columns],
        labels[1][0]: [row["value_share"] for row in columns],
    }
    rows = [[Cell(name, bold=True, more=plain(said))] for name, said in labels]
    table(
        page,
        Box(box.x, box.y, _SIDE, 2 * _BAR),
        None,
        rows,
        Look((_SIDE,), size=13, height=_BAR, lines=False, middle=True),
        tr("What the two bars are of"),
    )
    box = Box(box.x + _SIDE, box.y, box.width - _SIDE, 2 * _BAR)
    pairs = [(row["name"], row["colour"]) for row in columns]
    strip(page, box, shares, pairs, source.made, _alt(columns, labels[1][0]))
    return box.bottom


def _alt(columns: Sequence[Column], value: str) -> str:
    said = (
        tr(
            "{segment}: {share} of the customers, {value_share} of the value",
            segment=plain(row["name"]),
            share=percent(row["share"]),
            value_share=percent(row["value_share"]),
        )
        for row in columns
    )
    return semicolons(said)


def _row(
    page: Page, boxes: Sequence[Box], columns: Sequence[Column], brief: bool
) -> None:
    """Write segments side by side: name, sizes, what is said of each, what is next."""
    boxes = boxes[: len(columns)]
    for box, column in zip(boxes, columns, strict=True):
        page.rule(Box(box.x, box.y, box.width, 0.07), column["colour"])
    said = [column["name"] for column in columns]
    lines = 1 if _in_one_line(said, boxes[0].width) else 2
    names = [Box(b.x, b.y + 0.15, b.width, height_of(lines, 14)) for b in boxes]
    y = page.level(names, said, (14, 13, 12), bold=True, name=True) + 0.08
    below = [box.below(y) for box in boxes]
    (_brief if brief else _described)(page, below, columns)


def _in_one_line(names: Sequence[str], width: float) -> bool:
    return all(count_lines(plain(n), 13, width, bold=True) == 1 for n in names)


def _sizes(page: Page, boxes: Sequence[Box], columns: Sequence[Column]) -> float:
    """Write the sizes of segments side by side; give the height that they take."""
    half = boxes[0].columns(2, _HALF)[0].width
    said = [what for column in columns for _, what in _said(column)]
    lines = min(2, max(count_lines(what, 11, half) for what in said))
    height = 0.45 + height_of(lines, 12)
    for box, column in zip(boxes, columns, strict=True):
        halves = box.columns(2, _HALF)
        for place, (share, what) in zip(halves, _said(column), strict=True):
            page.figure(Box(*place[:3], height), share, what)
    return height


def _said(column: Column) -> tuple[tuple[str, str], tuple[str, str]]:
    """Say how many they are and what they bring, each with its share."""
    return (
        (percent(column["share"]), _customers(column["n"])),
        (percent(column["value_share"]), plain(column["value"])),
    )


def _described(page: Page, boxes: Sequence[Box], columns: Sequence[Column]) -> None:
    """Write sizes and strongest statements, and below all of them what to do next."""
    height = _sizes(page, boxes, columns)
    boxes = [box.below(box.y + height + 0.08) for box in boxes]
    said = [
        tr("Next: {action}", action=plain(c["action"])) if c["action"] else ""
        for c in columns
    ]
    lines = max(count_lines(s, 12, b.width) for s, b in zip(said, boxes, strict=True))
    below = height_of(min(lines, 4), 12)
    rooms = [Box(*box[:3], box.height - below - 0.12) for box in boxes]
    width = boxes[0].width
    size = next((s for s in (13, 12) if _all_fit(columns, rooms[0], s)), 11)
    look = Look((_SHARE, width - _SHARE), size=size, most=3, lines=False)
    y = max(
        _statements(page, box, column, look)
        for box, column in zip(rooms, columns, strict=True)
    )
    for box, text in zip(boxes, said, strict=True):
        page.text(Box(box.x, y + 0.12, width, below), text, (12, 11))


def _all_fit(columns: Sequence[Column], box: Box, size: float) -> bool:
    look = Look((_SHARE, box.width - _SHARE), size=size, most=3)
    return all(
        sum(row_height(row, look) for row in _cells(column)) <= box.height
        for column in columns
    )


def _brief(page: Page, boxes: Sequence[Box], columns: Sequence[Column]) -> None:
    """Write sizes and the strongest statement, where many segments share the slide."""
    look = Look((_SHARE, boxes[0].width - _SHARE), size=11, most=2, lines=False)
    alt = tr("Its size, and what is said of it")
    parts = [_sized(column) for column in columns]
    room = boxes[0].height
    if any(sum(row_height(row, look) for row in rows) > room for rows in parts):
        parts = [[[c._replace(more="") for c in row] for row in rows] for rows in parts]
    for box, rows in zip(boxes, parts, strict=True):
        table(page, box, None, next(pages_of(None, rows, look, room)), look, alt)


def _sized(column: Column) -> list[Row]:
    sizes = [[Cell(share, bold=True), Cell(what)] for share, what in _said(column)]
    return [*sizes, *_cells(column)[:1]]


def _customers(n: float | None) -> str:
    return trn("{n} customer", "{n} customers", n or 0, n=number(n))


def _statements(page: Page, box: Box, column: Column, look: Look) -> float:
    cells = _cells(column)
    if not cells:
        said = tr("Nothing tells this segment from everyone beyond chance.")
        return page.text(box, said, (12, 11), colour=QUIET)
    kept = next(pages_of(None, cells, look, box.height))
    alt = tr("Shares of the segment, and of everyone")
    return table(page, box, None, kept, look, alt)


def _cells(column: Column) -> list[Row]:
    return [
        [
            Cell(percent(row["share"]), bold=True),
            Cell(row["text"], more=_everyone(row["base_share"])),
        ]
        for row in column["statements"]
    ]


def _everyone(share: float | None) -> str:
    return "" if share is None else tr("everyone {share}", share=percent(share))


def _notes(source: Source) -> list[str]:
    said = []
    for column in source.front["strip"]:
        said.append(
            tr(
                "{segment}: {customers}, {value}.",
                segment=plain(column["name"]),
                customers=_customers(column["n"]),
                value=plain(column["value"]),
            )
        )
        said += [statement_note(line) for line in column["statements"]]
    return [*said, came_from("personas.json", "actions.json")]

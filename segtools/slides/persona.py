"""A slide a persona: what the data shows beside everyone, what is assumed, and next."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from segtools.joining import colon, ended, semicolons, sentences
from segtools.languages import said_header, tr, trn
from segtools.report.cards import ON_CARDS
from segtools.report.templating import money
from segtools.slides.boxes import TITLE, Box
from segtools.slides.charts import AXIS, pairs
from segtools.slides.measure import count_lines
from segtools.slides.notes import came_from, receipt, statement_note
from segtools.slides.page import Page
from segtools.slides.source import Record, Source
from segtools.slides.tables import SIDE, Cell, Look, label_width, row_height, table
from segtools.slides.template import EVERYONE, QUIET
from segtools.wording import number, percent, plain

MOST = 6  # statements on a slide; the notes have all
_NEXT = ("message", "offer", "channel", "measure", "tested")
_LOW, _HIGH = 0.58, 0.69  # of a row, whose statement has one line or two
_MOST_ROOM = 0.7
_LEFT, _RIGHT = 7.75, 3.98  # widths of the two halves
_SHARE, _PLOT = 0.72, 2.5


def persona_slide(source: Source, page: Page, place: int) -> None:
    """Write the slide of one persona, as its card has it."""
    row, card = source.segments[place], source.cards[place]
    action = source.actions.get(row.get("segment_id")) or {}
    page.rule(Box(0, TITLE.y, 0.22, TITLE.height), card["colour"])
    content = page.title(card["name"], name=True)
    left = Box(*content[:2], _LEFT, content.height)
    right = Box(content.right - _RIGHT, content.y, _RIGHT, content.height)
    said = card["summary"] or card["headline"]
    y = page.paragraphs(Box(*left[:3], 0.8), [said], (16, 15, 14, 13, 12))
    _evidence(source, page, left.below(y + 0.2), card)
    y = _sizes(source, page, right, card)
    y = _next(page, right.below(y), action)
    _assumed(page, right.below(y), card)
    page.notes += _notes(row, card, action)


def _evidence(source: Source, page: Page, box: Box, card: Record) -> None:
    """Write the strongest statements, and beside each its two bars."""
    y = page.heading(box, tr("What the data shows"))
    rows = [line for line in card["evidenced"] if line["share"] is not None][:MOST]
    if not rows:
        said = tr("Nothing tells this segment from everyone beyond chance.")
        page.text(box.below(y), said, colour=QUIET)
        return
    text = box.width - _PLOT - _SHARE
    room, least = box.bottom - y - AXIS, _row(rows, text)
    rows = rows[: int(room / least + 1e-9)]
    height = max(least, min(_MOST_ROOM, room / len(rows)))
    look = Look((_SHARE, text), size=13, height=height)
    cells = [
        [Cell(percent(row["share"]), bold=True), Cell(row["text"], more=receipt(row))]
        for row in rows
    ]
    alt = tr("Shares of {segment}, and of everyone", segment=plain(card["name"]))
    end = table(page, Box(box.x, y, _SHARE + text, 0), None, cells, look, alt)
    plot = Box(box.x + _SHARE + text, y, _PLOT, end - y)
    pairs(page, plot, rows, card["colour"], source.made, _alt(card, rows))
    _key(page, Box(box.x + _SHARE, end + 0.05, text, 0.24), card["colour"])


def _row(rows: Sequence[Record], width: float) -> float:
    """Give the height of all rows: higher if a statement needs two lines."""
    one = all(count_lines(plain(r["text"]), 12, width - SIDE) == 1 for r in rows)
    return _LOW if one else _HIGH


def _key(page: Page, box: Box, colour: str) -> None:
    """Say which bar is whose, and what the line is."""
    mark, y = 0.12, box.y + 0.05
    page.rule(Box(box.x, y, mark, mark), colour)
    page.text(
        Box(box.x + 0.2, box.y, 1.35, box.height),
        tr("this segment"),
        (11,),
        colour=QUIET,
    )
    page.rule(Box(box.x + 1.6, y, mark, mark), EVERYONE)
    page.text(
        Box(box.x + 1.8, box.y, 2.4, box.height),
        tr("everyone; line: interval"),
        (11,),
        colour=QUIET,
    )


def _alt(card: Record, rows: Sequence[Record]) -> str:
    said = semicolons(
        tr(
            "{text}: {share} ({receipt})",
            text=plain(r["text"]),
            share=percent(r["share"]),
            receipt=receipt(r),
        )
        for r in rows
    )
    return sentences([ended(plain(card["name"])), said])


def _sizes(source: Source, page: Page, right: Box, card: Record) -> float:
    """Write how many they are and what they bring, and one customer's part of it."""
    value = money(card["value"], card["value_unit"])
    label = plain(source.front["value_label"])
    figures = (
        (
            percent(card["share"]),
            trn("{n} customer", "{n} customers", card["n"], n=number(card["n"])),
        ),
        (
            percent(card["value_share"]),
            colon(label, value),
        ),
    )
    for box, (share, what) in zip(right.columns(2), figures, strict=True):
        page.figure(Box(*box[:3], 0.65), share, what)
    y = right.y + 0.7
    if card["each"]:
        y = page.text(
            Box(right.x, y + 0.05, right.width, 0.42),
            card["each"],
            (12, 11),
            colour=QUIET,
        )
    return y + 0.22


def _next(page: Page, box: Box, action: Record) -> float:
    """Write what to do next with them, label by label."""
    rows = [
        [
            Cell(said_header(ON_CARDS[key]), colour=QUIET),
            Cell(str(action[key]), bold=key == "message"),
        ]
        for key in _NEXT
        if plain(action.get(key) or "")
    ]
    if not rows:
        return box.y
    label = label_width((row[0].text for row in rows), 12, 0.95)
    look = Look((label, box.width - label), size=12, most=3, lines=False)
    y = page.heading(box, tr("How to reach them, and what next"))
    kept, used = [], 0.0
    for row in rows:
        here = row_height(row, look)
        if y + used + here <= box.bottom:
            kept.append(row)
            used += here
    return (
        table(
            page, Box(box.x, y, box.width, 0), None, kept, look, tr("What to do next")
        )
        + 0.2
    )


def _assumed(page: Page, box: Box, card: Record) -> None:
    """Write what is not in the data, said to be so, where there is room."""
    told = [line["text"] for line in card["told"]]
    said = [line["text"] for line in card["assumed"]]
    parts = (
        (tr("What people told us (not counted)"), told),
        (tr("What we assume, to be tested"), said),
    )
    y = box.y
    for heading, lines in parts:
        if not lines or box.bottom - y < 0.95:
            continue
        start = page.heading(box.below(y), heading)
        y = page.paragraphs(box.below(start), lines, (12, 11)) + 0.2
    match = plain(card["match"]["sentence"])
    if match and box.bottom - y >= 0.5:
        page.text(box.below(y), match, (12, 11), colour=QUIET)


def _notes(row: Record, card: Record, action: Record) -> list[str]:
    """Say all statements with their evidence, and all of the action."""
    said = [
        tr("Segment {id}: {name}", id=row.get("segment_id"), name=plain(card["name"]))
    ]
    said += filter(None, (card["headline"], card["summary"]))
    said += [statement_note(line) for line in card["evidenced"]]
    said += [statement_note(line) for line in (*card["told"], *card["assumed"])]
    said += filter(None, (card["more"], plain(card["match"]["sentence"])))
    said += [
        colon(said_header(name), plain(action[key]))
        for key, name in _ALL.items()
        if plain(action.get(key) or "")
    ]
    return [*said, came_from("personas.json", "actions.json", "features.parquet")]


_ALL: Mapping[str, Any] = ON_CARDS

"""The slide of what changed since the last run: sizes, and the largest moves."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from segtools.joining import semicolons, sentences
from segtools.languages import tr, trc, trn
from segtools.palette import OTHER
from segtools.report.card_view import name_of
from segtools.report.templating import colour, money
from segtools.slides.boxes import CONTENT, Box
from segtools.slides.charts import sizes
from segtools.slides.notes import came_from
from segtools.slides.page import Page
from segtools.slides.source import Record, Source
from segtools.slides.tables import Cell, Look, pages_of, table
from segtools.slides.template import EVERYONE, QUIET
from segtools.wording import day, is_missing, number, percent, plain

_LEFT = Box(CONTENT.x, 0, 5.6, 0)
_PLOT = 2.6
_MOVES = Look((2.5, 2.5, 1.05), size=12, most=2)


def changes_slide(source: Source, page: Page) -> None:
    """Write what changed; on a first run, that nothing can have."""
    changes = source.records["changes"]
    content = page.title(source.front["changed"])
    y = content.y
    if changes.get("reasons_sentence"):
        said = Box(*content[:3], 0.6)
        y = page.text(said, changes["reasons_sentence"], (15, 14, 13, 12)) + 0.25
    if changes.get("first_run", True):
        _first(source, page, content)
    else:
        beside = _sizes(source, page, y)
        _moves(page, y, changes, beside=beside)
    page.notes += [came_from("changes.json")]


def _first(source: Source, page: Page, box: Box) -> None:
    """Write where each segment starts, so that a next run can be held against it."""
    said = tr(
        "The next run of this project carries the names of the segments on, and says "
        "who changed segment, why, and with how much money."
    )
    y = page.text(Box(*box[:2], 9.5, 0.9), said, (16,)) + 0.3
    value = plain(source.front["value_label"])
    head = [
        Cell(trc("column", "Segment"), colour=QUIET),
        Cell(trc("column", "Customers"), colour=QUIET, align="r"),
        Cell(trc("column", "Share"), colour=QUIET, align="r"),
        Cell(value, colour=QUIET, align="r"),
        Cell(trc("column", "Share"), colour=QUIET, align="r"),
    ]
    rows = [
        [
            Cell(card["name"], bold=True, name=True, mark=card["colour"]),
            Cell(number(card["n"]), align="r"),
            Cell(percent(card["share"]), align="r"),
            Cell(money(card["value"], card["value_unit"]), align="r"),
            Cell(percent(card["value_share"]), align="r"),
        ]
        for card in source.cards
    ]
    look = Look((5.8, 1.7, 1.3, 2.0, 1.33), size=16 if len(rows) < 9 else 12, most=1)
    alt = tr("The segments of this run")
    table(page, box.below(y), head, rows, look, alt)


def _sizes(source: Source, page: Page, y: float) -> bool:
    """Draw how many customers each segment had and has, if the run says so."""
    changes = source.records["changes"]
    rows = _both(changes, source)
    if not rows:
        return False
    ends = changes.get("ends") or {}
    before, now = (
        day(str((ends.get(end) or {}).get("as_of") or "–")) for end in ("before", "now")
    )
    y = page.heading(Box(_LEFT.x, y, _LEFT.width, 0.3), tr("Customers of each segment"))
    y = _key(page, Box(_LEFT.x, y, _LEFT.width, 0.24), before, now)
    height = min(0.52, (CONTENT.bottom - y) / len(rows))
    look = Look(
        (_LEFT.width - _PLOT,), size=12, height=height, lines=False, middle=True
    )
    cells = [[Cell(row[0], name=True)] for row in rows]
    alt = tr("Segments before and now")
    end = table(page, Box(_LEFT.x, y, look.widths[0], 0), None, cells, look, alt)
    plot = Box(_LEFT.x + look.widths[0], y, _PLOT, end - y)
    sizes(page, plot, rows, (before, now), source.made, _alt(rows, before, now))
    return True


def _key(page: Page, box: Box, before: str, now: str) -> float:
    mark, y = 0.12, box.y + 0.05
    page.rule(Box(box.x, y, mark, mark), EVERYONE)
    page.text(Box(box.x + 0.2, box.y, 2.3, box.height), before, (11,), colour=QUIET)
    said = tr("in colour: {date}", date=now)
    page.text(Box(box.x + 2.6, box.y, 2.9, box.height), said, (11,), colour=QUIET)
    return box.bottom + 0.08


def _both(changes: Record, source: Source) -> list[tuple[str, Any, Any, str]]:
    """Put the sizes of both runs side by side: today's segments, then those gone."""
    found = changes.get("sizes") or {}
    before, now = (
        {row["segment"]: row["customers"] for row in found.get(end) or []}
        for end in ("before", "now")
    )
    paint = {name_of(row): colour(row.get("colour")) for row in source.segments}
    names = [*now, *(name for name in before if name not in now)]
    return [(n, before.get(n), now.get(n), paint.get(n, OTHER)) for n in names]


def _alt(rows: Sequence[Sequence[Any]], before: str, now: str) -> str:
    return semicolons(
        tr(
            "{segment}: {before} on {day}, {now} on {today}",
            segment=plain(row[0]),
            before=_count(row[1]),
            day=before,
            now=_count(row[2]),
            today=now,
        )
        for row in rows
    )


def _moves(page: Page, y: float, changes: Record, *, beside: bool) -> None:
    """List the flows between segments that may be told, largest first."""
    flows = [row for row in changes.get("flows") or [] if row["from"] != row["to"]]
    told = [row for row in flows if not is_missing(row.get("customers"))]
    if not flows:
        return
    told.sort(key=lambda row: -row["customers"])
    width = sum(_MOVES.widths)
    x = CONTENT.right - width if beside else CONTENT.x
    box = Box(x, y, width, CONTENT.bottom - y - 0.5)
    y = page.heading(box, tr("The largest moves"))
    head = [
        Cell(trc("column", "From"), colour=QUIET),
        Cell(trc("column", "To"), colour=QUIET),
        Cell(trc("column", "Customers"), colour=QUIET, align="r"),
    ]
    rows = [
        [
            Cell(row["from"], name=True),
            Cell(row["to"], name=True),
            Cell(number(row["customers"]), bold=True, align="r"),
        ]
        for row in told
    ]
    kept = next(pages_of(head, rows, _MOVES, box.bottom - y), [])
    if kept:
        y = table(
            page, Box(box.x, y, width, 0), head, kept, _MOVES, tr("The largest moves")
        )
    page.text(
        Box(box.x, y + 0.1, width, 0.45),
        _rest(len(told) - len(kept), len(flows) - len(told)),
        (12, 11),
        colour=QUIET,
    )


def _rest(more: int, hidden: int) -> str:
    """Say what the list leaves out: smaller flows, and what may not be told."""
    said = []
    if more:
        said.append(
            trn(
                "{n} smaller move is in 06_follow_up.html.",
                "{n} smaller moves are in 06_follow_up.html.",
                more,
            )
        )
    if hidden:
        said.append(
            trn(
                "{n} move is hidden: too few customers, or it would give such away.",
                "{n} moves are hidden: too few customers, or they would give such "
                "away.",
                hidden,
            )
        )
    return sentences(said)


def _count(value: float | None) -> str:
    return "–" if value is None else number(value)

"""The slide of the contest: every scheme's figure with its interval."""

from __future__ import annotations

from typing import Any

import pandas as pd

from segtools.joining import commas
from segtools.languages import mark, tr, trc
from segtools.palette import OTHER
from segtools.plots.colours import ACCENT
from segtools.plots.contest import (
    contest_intervals_alt,
    contest_intervals_table,
    contest_intervals_title,
)
from segtools.slides.boxes import Box
from segtools.slides.charts import AXIS, Marks, Point, intervals
from segtools.slides.notes import came_from
from segtools.slides.page import Page
from segtools.slides.source import Record, Source
from segtools.slides.tables import Cell, Look, row_height, table
from segtools.slides.template import INK, QUIET
from segtools.wording import interval, is_missing, number, plain

MOST = 12
_WIDTHS = (3.3, 1.1, 1.25, 1.75)
_LOOK = Look(_WIDTHS, size=12, height=0.34, most=1, middle=True)
_NAMES = {"gini": mark("Gini"), "r2": mark("R²"), "eta2": mark("eta²")}


def contest_slide(source: Source, page: Page) -> None:
    """Draw the schemes that were judged, best first, the winner in colour."""
    contest = source.records["contest"]
    figure = str(contest.get("figure") or "gini")
    rows = _with_roles(
        contest_intervals_table(contest, figure=figure, most=MOST), contest
    )
    content = page.title(contest_intervals_title(contest, figure=figure))
    head = [
        Cell(trc("column", "Scheme"), colour=QUIET),
        Cell(trc("column", "Segments"), colour=QUIET, align="r"),
        Cell(_figure(figure), colour=QUIET, align="r"),
        Cell(trc("column", "Interval"), colour=QUIET, align="r"),
    ]
    y = (
        page.text(Box(*content[:3], 0.55), contest.get("sentence") or "", (14, 13, 12))
        + 0.2
    )
    cells = [_row(row) for row in rows.itertuples()]
    look = _LOOK._replace(
        height=min(0.4, (content.bottom - 0.65 - y) / (len(cells) + 1))
    )
    box = Box(content.x, y, sum(_WIDTHS), 0)
    alt = contest_intervals_alt(contest, figure=figure)
    end = table(page, box, head, cells, look, alt)
    top = y + row_height(head, look)
    plot = Box(box.right + 0.1, top, content.right - box.right - 0.1, end - top)
    intervals(page, plot, list(rows["Scheme"]), _marks(rows), source.made, alt)
    key = Box(content.x, end + AXIS + 0.05, content.width, 0.25)
    page.text(key, _key(rows), (11,), colour=QUIET)
    page.notes += _notes(source, rows)


def judged(source: Source) -> bool:
    """Tell whether the contest has anything to show."""
    contest = source.records["contest"]
    figure = str(contest.get("figure") or "gini")
    return (
        not contest_intervals_table(contest, figure=figure).empty if contest else False
    )


def _with_roles(rows: pd.DataFrame, contest: Record) -> pd.DataFrame:
    """Give the roles by the record's names: the table says them in its language."""
    roles = {
        entry.get("label") or entry.get("scheme"): entry.get("role", "scheme")
        for entry in contest.get("schemes") or []
    }
    return rows.assign(Role=[roles[name] for name in rows["Scheme"]])


def _figure(figure: str) -> str:
    base = figure.removesuffix("_capped")
    name = tr(_NAMES.get(base, base))
    return name if base == figure else tr("{figure} (outcome capped)", figure=name)


def _row(row: Any) -> list[Cell]:
    bold = bool(row.Winner)
    count = "" if is_missing(row.Segments) else number(row.Segments)
    band = interval(row.Low, row.High, lambda value: number(value, 3))
    return [
        Cell(row.Scheme, bold=bold, name=True),
        Cell(count, bold=bold, align="r"),
        Cell(number(row.Value, 3), bold=bold, align="r"),
        Cell(band, align="r"),
    ]


def _marks(rows: pd.DataFrame) -> list[Marks]:
    """Group the rows by their look: the winner, schemes, baselines, the ceiling."""
    looks = (
        (tr("Winner"), ACCENT, "scheme", rows["Winner"]),
        (tr("Schemes"), INK, "scheme", ~rows["Winner"] & (rows["Role"] == "scheme")),
        (
            tr("Baselines"),
            OTHER,
            "baseline",
            ~rows["Winner"] & (rows["Role"] == "baseline"),
        ),
        (
            tr("Ceiling"),
            OTHER,
            "ceiling",
            ~rows["Winner"] & (rows["Role"] == "ceiling"),
        ),
    )
    return [
        Marks(name, colour, role, [_point(r) for r in rows[chosen].itertuples()])
        for name, colour, role, chosen in looks
        if chosen.any()
    ]


def _point(row: Any) -> Point:
    low, high = (None if is_missing(v) else float(v) for v in (row.Low, row.High))
    return Point(int(row.Index), float(row.Value), low, high)


def _key(rows: pd.DataFrame) -> str:
    shapes = {
        "scheme": tr("round: scheme"),
        "baseline": tr("square: baseline"),
        "ceiling": tr("diamond: ceiling"),
    }
    there = [shapes[role] for role in shapes if role in set(rows["Role"])]
    return tr("Line: interval; {shapes}", shapes=commas(there))


def _notes(source: Source, rows: pd.DataFrame) -> list[str]:
    contest, verdict = source.records["contest"], source.records["verdict"]
    reason = plain(contest.get("reason") or verdict.get("reason") or "")
    barred = [
        tr(
            "{scheme}: not chosen, because {why}",
            scheme=plain(row.Scheme),
            why=plain(row[8]),
        )
        for row in rows.itertuples()
        if row[8]
    ]
    legs = [
        tr(
            "{leg}: learned at {learned}, judged at {judged}",
            leg=trc("leg", plain(leg.get("name"))),
            learned=plain(leg.get("learn_origin")),
            judged=plain(leg.get("judge_origin")),
        )
        for leg in contest.get("legs") or []
    ]
    return [*filter(None, [reason]), *legs, *barred, came_from("contest.json")]

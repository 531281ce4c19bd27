"""The slides of what to do: the decisions of the front page, and a table of actions."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from segtools.joining import colon, commas
from segtools.languages import markc, said_header, tr, trc, trn
from segtools.report.card_view import name_of
from segtools.report.cards import ON_CARDS
from segtools.report.templating import colour
from segtools.slides.boxes import CONTENT, GAP, TITLE, Box
from segtools.slides.measure import height_of
from segtools.slides.notes import came_from
from segtools.slides.page import TITLES, Page
from segtools.slides.segments import IN_TITLE
from segtools.slides.source import Record, Source
from segtools.slides.tables import (
    Cell,
    Look,
    Row,
    label_width,
    pages_of,
    row_height,
    table,
)
from segtools.slides.template import QUIET
from segtools.wording import number, plain, shorten

_KEYS = ("message", "offer", "channel", "measure")
_LOOK = Look((0.5, 2.35, 2.35, 2.5, 2.63, 1.8), size=12, most=4)
# Below a title of two lines.
_ROOM = CONTENT.bottom - TITLE.y - height_of(2, TITLES[0]) - GAP
_SIZES = (15, 14, 13, 12)
_FACTS = {
    "size": markc("decision", "Who"),
    "effect": markc("decision", "Effect"),
    "test": markc("decision", "Test"),
}
_MORE = ("owner", "stop_rule", "effect", "test", "tested")


def decisions_slide(source: Source, page: Page) -> None:
    """Write the decisions that the run suggests, side by side."""
    rows = list(source.records["actions"].get("decisions") or [])[:3]
    n = len(rows)
    content = page.title(
        trn("{n} decision to make now", "{n} decisions to make now", n)
    )
    boxes = content.columns(3, 0.5)[:n]
    for place, box in enumerate(boxes, start=1):
        page.text(Box(*box[:3], 0.6), number(place), (32,), bold=True, colour=QUIET)
    titles = [plain(row.get("title") or "–") for row in rows]
    heads = [Box(box.x, box.y + 0.7, box.width, 1.2) for box in boxes]
    y = page.level(heads, titles, (20, 18, 16, 15, 14), bold=True, name=True)
    texts = [plain(row.get("text") or "–") for row in rows]
    bodies = [Box(box.x, y + 0.15, box.width, 1.1) for box in boxes]
    y = page.level(bodies, texts, (16, 15, 14, 13, 12))
    facts = [_facts(row) for row in rows]
    rooms = [box.below(y + 0.2) for box in boxes]
    look = _look(facts, rooms[0])
    alt = tr("Whom it concerns, its effect, how it is tested")
    for box, cells in zip(rooms, facts, strict=True):
        if cells:
            table(page, box, None, cells, look, alt, _level(facts, cells, look))
    page.notes += [
        colon(title, text) for title, text in zip(titles, texts, strict=True)
    ]
    page.notes.append(came_from("actions.json"))


def _facts(row: Record) -> list[Row]:
    return [
        [Cell(trc("decision", label), colour=QUIET), Cell(str(row[key]))]
        for key, label in _FACTS.items()
        if plain(row.get(key) or "")
    ]


def _level(
    facts: Sequence[Sequence[Row]], own: Sequence[Row], look: Look
) -> list[float] | None:
    """Give rows side by side one height, where all decisions say the same of each."""
    if any(len(rows) != len(own) for rows in facts):
        return None
    return [
        max(row_height(r, look) for r in beside) for beside in zip(*facts, strict=True)
    ]


def _look(facts: Sequence[Sequence[Row]], box: Box) -> Look:
    """Choose the largest text, and the most lines of it, that fit all decisions."""
    label = label_width((r[0].text for rows in facts for r in rows), 14, 0.8)
    looks = [
        Look((label, box.width - label), size=size, most=most, lines=False)
        for size, most in ((14, 5), (13, 5), (12, 4), (12, 3), (12, 2), (11, 1))
    ]
    for look in looks:
        highest = max(
            sum(_level(facts, rows, look) or [row_height(r, look) for r in rows])
            for rows in facts
        )
        if highest <= box.height:
            break
    return look


def action_slides(source: Source, new: Callable[[], Page]) -> None:
    """Write what to do with each segment, on as many slides as that takes."""
    rows = sorted(source.records["actions"].get("segments") or [], key=_priority)
    head = [
        Cell(name, colour=QUIET)
        for name in (
            "",
            trc("column", "Segment"),
            *(said_header(ON_CARDS[k]) for k in _KEYS),
        )
    ]
    marks = {row.get("segment_id"): row.get("colour") for row in source.segments}
    cells = [_row(row, colour(marks.get(row.get("segment_id")))) for row in rows]
    for size in _SIZES:
        look = _LOOK._replace(size=size)
        parts = list(pages_of(head, cells, look, _ROOM))
        if len(parts) == 1:
            break
    done = 0
    for place, part in enumerate(parts, start=1):
        page = new()
        content = page.title(_title(rows[0], place, len(parts)))
        table(page, content, head, part, look, tr("What to do with each segment"))
        page.notes += _notes(rows[done : done + len(part)])
        done += len(part)


def _title(first: Record, place: int, of: int) -> str:
    said = tr(
        "Begin with {segment}: {message}",
        segment=shorten(name_of(first), IN_TITLE),
        message=plain(first.get("message") or "–"),
    )
    if place == 1:
        return said
    return tr(
        "What to do with each segment ({n} of {all})", n=number(place), all=number(of)
    )


def _row(row: Record, mark: str) -> Row:
    place = row.get("priority")
    return [
        Cell(
            number(place) if isinstance(place, int | float) else "–",
            align="l",
            colour=QUIET,
        ),
        Cell(name_of(row), bold=True, name=True, mark=mark),
        *(Cell(plain(row.get(key) or "–"), bold=False) for key in _KEYS),
    ]


def _priority(row: Record) -> tuple[bool, float]:
    value = row.get("priority")
    known = isinstance(value, int | float)
    return not known, float(value) if known else 0.0  # type: ignore[arg-type]


def _notes(rows: Sequence[Record]) -> list[str]:
    said = []
    for row in rows:
        said.append(
            tr("{name} ({id})", name=plain(name_of(row)), id=row.get("segment_id"))
        )
        said += [plain(row[key]) for key in _MORE if plain(row.get(key) or "")]
        because = row.get("because") or []
        if because:
            said.append(
                tr("Because of {statements}", statements=commas(map(str, because)))
            )
    return [*said, came_from("actions.json")]

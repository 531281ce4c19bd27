"""The first slide: the verdict; where it is not to segment, what to do instead."""

from __future__ import annotations

from segtools.joining import ended
from segtools.languages import mark, tr, trc
from segtools.slides.boxes import CONTENT, STATEMENT, Box
from segtools.slides.notes import came_from
from segtools.slides.page import Page
from segtools.slides.source import Record, Source
from segtools.slides.tables import Cell, Look, row_height, table
from segtools.slides.template import TONES
from segtools.wording import day, plain

_NONE = mark(
    "This run has not described its segments yet: the stages after Segments have not "
    "run."
)
_LABEL = 2.2  # width of the column of labels
_LOOK = Look((_LABEL, STATEMENT.width - _LABEL), size=18, most=5, lines=False)


def opening(source: Source, page: Page) -> None:
    """Write the verdict, what it rests on, and the lights that are not green."""
    front, verdict = source.front, source.records["verdict"]
    as_of = tr("as of {date}", date=day(source.as_of))
    head = " · ".join([source.project, as_of, *front["facts"]])
    end = page.statement(front["sentence"].striptags(), head)
    rows = [_banner(verdict)] if verdict.get("forced") else []
    rows += [_row(word, tone, text) for word, tone, text in front["proofs"]]
    rows += [
        _row(light["label"], light["tone"], light["sentence"])
        for light in front["lights"]
        if light["light"] != "green"
    ]
    if front["segmented"] and not source.segments:
        rows.append((Cell(trc("label", "Segments"), bold=True), Cell(tr(_NONE))))
    _grid(page, end + 0.45, rows, tr("The verdict and what it rests on"))
    page.notes += _evidence(source)


def instead(source: Source, page: Page) -> None:
    """Write why not to segment, what to do instead, and what would change it."""
    front = source.front
    content = page.title(tr("Instead of segments"))
    parts = (
        (trc("label", "Why"), [front["reason"]]),
        (tr("Do instead"), front["instead"]),
        (tr("To change this"), front["remedies"]),
        (tr("What changed"), [front["changed"]]),
    )
    rows = []
    for label, lines in parts:
        said = [plain(line) for line in lines if plain(line)]
        for place, line in enumerate(said):
            rows.append((Cell("" if place else label, bold=True), Cell(line)))
    _grid(page, content.y, rows, tr("Why, what to do instead, what would change it"))
    page.notes.append(came_from("verdict.json", "goals.json"))


def _grid(page: Page, y: float, rows: list[tuple[Cell, Cell]], alt: str) -> None:
    """Align labels and sentences; rows that do not fit are said in the notes."""
    kept, used = [], 0.0
    for row in rows:
        here = row_height(row, _LOOK) + 0.08
        if y + used + here > CONTENT.bottom:
            page.notes.append(row[1].text)
            continue
        kept.append(row)
        used += here
    if kept:
        table(page, Box(STATEMENT.x, y, STATEMENT.width, used), None, kept, _LOOK, alt)


def _row(label: str, tone: str, text: str) -> tuple[Cell, Cell]:
    return Cell(ended(plain(label)), bold=True, colour=TONES[tone]), Cell(text)


def _banner(verdict: Record) -> tuple[Cell, Cell]:
    """Say that the segments were forced, as the front page does."""
    why = plain(verdict.get("why_not") or "").rstrip(".。")
    said = (
        tr(
            "Forced (force_segments: true). The verdict was not to segment: {why}.",
            why=why,
        )
        if why
        else tr("Forced (force_segments: true). The verdict was not to segment.")
    )
    return Cell(""), Cell(said, bold=True, colour=TONES["bad"])


def _evidence(source: Source) -> list[str]:
    """Say on what the verdict rests, with the numbers behind its words."""
    verdict = source.records["verdict"]
    said = [
        str(verdict.get(key) or "")
        for key in ("structure_sentence", "worth_sentence", "reason", "why_not")
    ]
    return [*filter(None, said), came_from("verdict.json", "data_quality.json")]

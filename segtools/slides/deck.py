"""The deck of a run: which slides it has, in which order, and where it is written."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from segtools.languages import current, in_language_of, mark, tr
from segtools.records import whole
from segtools.report.assign import finished_run
from segtools.report.scan import refuse_record
from segtools.slides.about import about_slide
from segtools.slides.actions import action_slides, decisions_slide
from segtools.slides.changes import changes_slide
from segtools.slides.contest import contest_slide, judged
from segtools.slides.opening import instead, opening
from segtools.slides.package import packed, refuse_edited
from segtools.slides.page import Page
from segtools.slides.persona import persona_slide
from segtools.slides.segments import segments_slide
from segtools.slides.source import Source
from segtools.slides.template import empty_deck
from segtools.wording import day, plain

# The foot of every slide: each may be forwarded alone.
_ABOUT = mark("{project}: customer segments as of {date}")
_FORCED = mark(
    "{project}: customer segments as of {date}, forced although the verdict was not to "
    "segment"
)
VERDICT, FINDING = 0, 1  # the layouts


def export_slides(run_dir: Path, folder: Path) -> Path:
    """Write a finished run as a PowerPoint deck.

    Parameters
    ----------
    run_dir : Path
        A finished run.
    folder : Path
        Where to; made if it is not there. Other files in it are left alone.

    Returns
    -------
    Path
        ``PROJECT-AS_OF.pptx``; the same run gives the same bytes.

    Raises
    ------
    ConfigError
        If the run is not finished, or somebody has changed the deck that is there.
    DisclosureError
        If a text shows who somebody is.
    """
    run = finished_run(run_dir)
    source = Source.of(run_dir, run)
    path = folder / f"{_safe(f'{source.project}-{source.as_of}')}.pptx"
    refuse_edited(path)
    with in_language_of(run):
        deck = _deck(source)
        refuse_record({"slides": list(_said(deck))}, path.name, run_dir, run)
    data = packed(deck)
    with whole(path) as half:
        half.write_bytes(data)
    return path


def _deck(source: Source) -> Any:
    deck = empty_deck()
    pages: list[Page] = []

    def new(layout: int = FINDING) -> Page:
        pages.append(Page(deck.slides.add_slide(deck.slide_layouts[layout])))
        return pages[-1]

    opening(source, new(VERDICT))
    _segmented(source, new) if source.front["segmented"] else instead(source, new())
    if judged(source):
        contest_slide(source, new())
    if source.segments and source.front["decisions"]:
        decisions_slide(source, new())
    if source.segments and source.actions:
        action_slides(source, new)
    if source.segments or not source.records["changes"].get("first_run", True):
        changes_slide(source, new())
    about_slide(source, new())
    said = tr(
        _FORCED if source.records["verdict"].get("forced") else _ABOUT,
        project=plain(source.project),
        date=day(source.as_of),
    )
    for number, page in enumerate(pages, start=1):
        page.foot(said, number)
        page.write_notes()
    _properties(deck, source, said)
    return deck


def _segmented(source: Source, new: Any) -> None:
    if not source.segments:
        return
    segments_slide(source, new())
    for place in range(len(source.segments)):
        persona_slide(source, new(), place)


def _properties(deck: Any, source: Source, title: str) -> None:
    """Date the deck as its run: the clock would make each one another."""
    core = deck.core_properties
    core.title, core.author, core.last_modified_by = title[:255], "segtools", "segtools"
    core.created = core.modified = source.made
    core.language, core.revision = current().tag, 1
    core.subject = core.keywords = core.comments = core.category = ""


def _said(deck: Any) -> Iterator[str]:
    """List every text of a deck: what is shown, what is read aloud, what is noted."""
    for slide in deck.slides:
        for part in (slide.part, slide.notes_slide.part, *_charts(slide)):
            for element in part._element.iter():
                if element.tag.endswith(("}t", "}v")) and element.text:
                    yield element.text
                yield from filter(None, [element.get("descr")])


def _charts(slide: Any) -> Iterator[Any]:
    for shape in slide.shapes:
        if shape.has_chart:
            yield shape.chart.part


def _safe(name: str) -> str:
    safe = re.sub(r"[^\w.-]+", "-", plain(name)).strip("-.") or "report"
    return safe.encode()[-200:].decode(errors="ignore")  # a file's has 255 at most

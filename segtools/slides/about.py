"""The last slide: what is needed to repeat the run, and whose the data is."""

from __future__ import annotations

from segtools.config import GOAL_TEXT
from segtools.languages import tr
from segtools.slides.boxes import CONTENT
from segtools.slides.page import Page
from segtools.slides.source import Source
from segtools.slides.tables import Cell, Look, table
from segtools.slides.template import QUIET
from segtools.wording import day, number, plain

_LOOK = Look((2.6, CONTENT.width - 2.6), size=14, most=3)


def about_slide(source: Source, page: Page) -> None:
    """Write where the numbers come from."""
    run = source.run
    config, data = run.get("config") or {}, run.get("data") or {}
    rows = sum(t.get("rows") or 0 for t in (data.get("tables") or {}).values())
    facts = (
        (tr("Project"), source.project),
        (tr("As of"), day(source.as_of)),
        (tr("Goal"), _goal(config.get("goal"))),
        (tr("Decision"), config.get("decision")),
        (tr("Rows read"), number(rows) if rows else ""),
        (tr("Fingerprint of the data"), data.get("fingerprint")),
        (tr("Hash of the configuration"), run.get("config_hash")),
        (tr("Made by"), _version(run.get("versions") or {})),
        (tr("Licence of the data"), " ".join(map(str, run.get("licence") or []))),
    )
    content = page.title(tr("Every number here can be recomputed from the run's files"))
    cells = [
        [Cell(label, colour=QUIET), Cell(plain(text))]
        for label, text in facts
        if plain(text or "")
    ]
    table(page, content, None, cells, _LOOK, tr("What is needed to repeat the run"))
    page.notes.append(
        tr(
            "The report itself is index.html in the folder of the run; run.json has "
            "all settings."
        )
    )


def _goal(goal: object) -> str:
    """Say what the segments serve; a goal that is unknown here stays its key."""
    return tr(GOAL_TEXT[str(goal)]) if goal in GOAL_TEXT else plain(goal or "")


def _version(versions: object) -> str:
    found = dict(versions) if isinstance(versions, dict) else {}
    return f"segtools {found['segtools']}" if found.get("segtools") else ""

"""The form of a typing tool: one page that needs no network and no server."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

from markupsafe import Markup

from segtools.languages import current, mark, markn, tr, trc, trn
from segtools.plots.colours import segment_colours
from segtools.records import write_text
from segtools.report.scan import refuse_disclosure
from segtools.report.templating import SHEETS, carried, number, percent, templates
from segtools.segmentation.typing_tool.tool import TypingTool
from segtools.wording import plain, rounded

TITLE = mark("Which segment is somebody in?")
DEFAULT = mark("Typing tool")
EQUAL = markn(
    "It is not sure with equal totals, or with fewer than {n} question answered.",
    "It is not sure with equal totals, or with fewer than {n} questions answered.",
)
LEAD = markn(
    "It is not sure with a lead of fewer than {lead} points, or with fewer than {n} "
    "question answered.",
    "It is not sure with a lead of fewer than {lead} points, or with fewer than {n} "
    "questions answered.",
)
Record = Mapping[str, Any]


def typing_form(
    tool: TypingTool,
    path: Path,
    *,
    project: str = DEFAULT,
    facts: Sequence[str] = (),
    run: Record | None = None,
) -> Path:
    """Write a typing tool as one HTML page that works offline.

    Parameters
    ----------
    tool : TypingTool
    path : Path
        The file to write, whole or not at all.
    project : str, default="Typing tool"
        Whose segments they are; it stands at the top.
    facts : sequence of str, default=()
        What else to say there, such as the day the segments are of.
    run : mapping, default=None
        ``run.json`` of the run that the segments come from, whose secrets and ids must
        not stand on the page.

    Returns
    -------
    Path
        The page.

    Raises
    ------
    DisclosureError
        If a question, answer or name shows an address, a phone number or a secret.
    """
    page = form_page(tool, project=project, facts=facts)
    refuse_disclosure(page, path.name, path.parent, run or {})
    write_text(path, page)
    return path


def form_page(
    tool: TypingTool,
    *,
    project: str = DEFAULT,
    facts: Sequence[str] = (),
) -> str:
    """Give the page as text; see `typing_form`, which also looks it through."""
    view = _view(tool) | {
        "title": tr(TITLE),
        "project": _own(project),
        "facts": list(facts),
    }
    own = carried((*SHEETS, "typing.css"), ("typing.js",))
    return templates().get_template("typing.html.j2").render(view | own)


def _own(project: str) -> str:
    """Say the name that the form has where no project gives one."""
    return tr(DEFAULT) if project == DEFAULT else project


def _view(tool: TypingTool) -> dict[str, Any]:
    names = [plain(s["name"]) for s in tool.segments]
    colours = segment_colours(names)
    rows = zip(tool.segments, names, tool.base, strict=True)
    segments = [
        {"segment_id": s["segment_id"], "name": n, "colour": colours[n], "base": b}
        for s, n, b in rows
    ]
    counts = tool.figures["confusion"]["counts"]
    shown = [[number(n) for n in row] for row in counts]
    return {
        "sentence": tool.sentence,
        "least": tool.least_answered,
        "typed_as": _typed_as(),
        "per_cent_form": f"{{n}}{current().before_percent}%",
        "base": _joined(tool.base),
        "sure_lead": "" if tool.sure_lead is None else tool.sure_lead,
        "leads": _joined(c["lead"] for c in tool.confidence),
        "rights": _joined(c["right"] for c in tool.confidence),
        "segments": segments,
        "questions": [_question(q) for q in tool.questions],
        "by_hand": _by_hand(tool),
        "confusion": list(zip(names, shown, strict=True)),
        "bands": _bands(tool),
        "foot": _foot(tool),
    }


def _question(question: Record) -> dict[str, Any]:
    levels = question["levels"]
    upper = [v["up_to"] for v in levels[:-1]] if question["kind"] == "number" else []
    rows = [(_level(question, i), v["points"]) for i, v in enumerate(levels)]
    return {
        "text": question["question"],
        "unit": trc("unit", unit) if (unit := question["unit"]) else "",
        "kind": question["kind"],
        "options": _options(question),
        "upper": _joined(upper),
        "points": Markup(";").join(_joined(v["points"]) for v in levels),
        "missing": _joined(question["missing"]),
        "rows": [*rows, (tr("No answer"), question["missing"])],
    }


def _options(question: Record) -> list[tuple[Any, str]]:
    """Give the answers to choose from: words by their place, numbers as they are."""
    if question["kind"] == "choice":
        return [(i, v["answer"]) for i, v in enumerate(question["levels"])]
    return [(_exact(v), rounded(v, 9)) for v in question["shown"]]


def _typed_as() -> Markup:
    """Let browsers check numbers by their own signs only where ours are English."""
    if current().is_english:
        return Markup('type="number" step="any"')
    return Markup('type="text" inputmode="decimal"')


def _level(question: Record, place: int) -> str:
    """Say what a level of a question holds."""
    levels = question["levels"]
    if question["kind"] == "choice":
        return str(levels[place]["answer"])
    ends = [rounded(v["up_to"], 9) for v in levels[:-1]]
    if not ends:
        return trc("level", "any")
    if place == 0:
        return tr("up to {high}", high=ends[0])
    if place == len(ends):
        return tr("above {low}", low=ends[-1])
    return tr("above {low} up to {high}", low=ends[place - 1], high=ends[place])


def _by_hand(tool: TypingTool) -> str:
    if tool.sure_lead is None:
        return tr("No lead is large enough to be sure.")
    least, lead = tool.least_answered, tool.sure_lead
    if lead == 1:
        return trn(*EQUAL, least)
    return trn(*LEAD, least, lead=lead)


def _bands(tool: TypingTool) -> list[tuple[str, str]]:
    starts = [c["lead"] for c in tool.confidence]
    ends = [tr("{low} to {high}", low=a, high=b - 1) for a, b in pairwise(starts)]
    ends.append(tr("{n} or more", n=starts[-1]))
    return [
        (e, percent(c["right"])) for e, c in zip(ends, tool.confidence, strict=True)
    ]


def _foot(tool: TypingTool) -> list[tuple[str, Any]]:
    of = tool.figures
    chosen = [
        (n, trn("in {n} of 5 folds", "in {n} of 5 folds", k))
        for n, k in of["chosen"].items()
    ]
    people = trn(
        "{n} person with a known segment",
        "{n} people with a known segment",
        of["n_people"],
    )
    return [
        (tr("People"), people),
        (tr("Questions"), chosen),
    ]


def _joined(values: Iterable[float]) -> Markup:
    """Join numbers for the script; nothing of it comes from a string of the data."""
    return Markup(",".join(_exact(v) for v in values))


def _exact(value: float) -> str:
    return repr(value) if isinstance(value, int) else repr(float(value))

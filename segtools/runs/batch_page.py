"""``batch.html``: every run's verdict, segments and figures side by side."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import quote

from markupsafe import Markup

from segtools.joining import clauses, commas, ended
from segtools.languages import header, mark, markc, markn, said_header, tr, trc, trn
from segtools.records import write_text
from segtools.report.front import WORDS
from segtools.report.glossary import explain
from segtools.report.html import TITLES
from segtools.report.templating import (
    SCRIPTS,
    SHEETS,
    carried,
    colour,
    money,
    percent,
    templates,
)
from segtools.wording import number, plain

FILE = "batch.html"
DONE = ("done", "already_done")
STATES = {
    "failed": (markc("run", "failed"), "bad"),
    "interrupted": (markc("run", "interrupted"), "bad"),
    "running": (markc("run", "running"), "unsure"),
    "pending": (markc("run", "waiting"), "unsure"),
    "done": (markc("run", "done"), "good"),
    "already_done": (markc("run", "done before"), "good"),
}
# Failures on top, then what is under way, then what is done.
_ORDER = {state: place for place, state in enumerate(STATES)}
# Figures of the contest that the table's head can name.
_FIGURES = {"gini": header("Gini"), "r2": "R²", "eta2": "eta²"}
_WORTH = header("Worth")
# What became of runs that are not done, as clauses of one sentence.
_ENDS = {
    "failed": markn("{n} failed", "{n} failed"),
    "interrupted": markn("{n} was interrupted", "{n} were interrupted"),
    "running": markn("{n} is running", "{n} are running"),
    "pending": markn("{n} is waiting", "{n} are waiting"),
}
_BARS = {
    "share": mark("Share of customers: {parts}."),
    "value_share": mark("Share of value: {parts}."),
}
Row = Mapping[str, Any]


def batch_page(out: Path, record: Mapping[str, Any]) -> Path:
    """Write the page of a batch beside ``batch.json``.

    Parameters
    ----------
    out : Path
        The batch's folder.
    record : mapping
        What ``batch.json`` holds; its rows have been searched for what would tell who
        somebody is.

    Returns
    -------
    Path
        The page.
    """
    write_text(out / FILE, render(out, record))
    return out / FILE


def render(out: Path, record: Mapping[str, Any]) -> str:
    """Render the page; nothing is read but whether a run has a front page."""
    rows = sorted(record["runs"], key=lambda row: _ORDER[row["state"]])
    names: list[str] = sorted({name for row in rows if (name := _figure(row))})
    runs = [_run(out, row, names) for row in rows]
    _rank(runs)
    ended = [run for run in runs if run["state"] in ("failed", "interrupted")]
    cards = [_card(run, row) for run, row in zip(runs, rows, strict=True)]
    figure = _FIGURES.get(names[0], names[0]) if names else _WORTH
    view = {
        "sentence": standing(record["runs"]),
        "failures": ended,
        "others": _others(record["runs"], ended),
        "worth_head": said_header(figure),
        "runs": runs,
        "cards": [c for c in cards if c["segments"] or c["note"]],
    }
    body = templates().get_template("batch_main.html.j2").render(view)
    content, terms = explain(body)
    shell = {
        "file": record["file"],
        "jobs": record["jobs"],
        "runs": runs,
        "counts": _counts(rows),
        "content": Markup(content),
        "terms": terms,
        "foot": _foot(record),
        "stages": [],
    } | carried((*SHEETS, "batch.css"), SCRIPTS)
    return templates().get_template("batch.html.j2").render(shell)


def _figure(row: Row) -> str:
    return str(((row["figures"] or {}).get("worth") or {}).get("figure") or "")


def _counts(rows: Iterable[Row]) -> list[tuple[str, int]]:
    states = [row["state"] for row in rows]
    return [(_state(s), states.count(s)) for s in STATES if s in states]


def _state(state: str) -> str:
    return trc("run", STATES[state][0])


def standing(rows: Sequence[Row]) -> str:
    """Say how the batch stands.

    Parameters
    ----------
    rows : sequence of mapping
        Of ``batch.json``; only their ``state`` counts.

    Examples
    --------
    >>> standing([{"state": "done"}, {"state": "failed"}, {"state": "already_done"}])
    '2 of 3 runs are done and 1 failed.'
    >>> standing([{"state": "done"}])
    'The run is done.'
    """
    states = [row["state"] for row in rows]
    n, done = len(states), sum(s in DONE for s in states)
    if done == n:
        if n == 1:
            return tr("The run is done.")
        return trn("All {n} runs are done.", "All {n} runs are done.", n)
    head = trn(
        "{n} of {all} runs is done", "{n} of {all} runs are done", done, all=number(n)
    )
    ends = [trn(*_ENDS[s], states.count(s)) for s in _ENDS if s in states]
    return ended(clauses([head, *ends]))


def _others(rows: Sequence[Row], ended: Sequence[Row]) -> str:
    waiting = sum(row["state"] == "pending" for row in rows)
    if not ended or not waiting:
        return tr("Repeat what is missing with --retry-failed.") if ended else ""
    return trn(
        "{n} more have not begun. Repeat what is missing with --retry-failed.",
        "{n} more have not begun. Repeat what is missing with --retry-failed.",
        waiting,
    )


def _run(out: Path, row: Row, names: Sequence[str]) -> dict[str, Any]:
    """Give a row of the table: what is shown, and the numbers behind it."""
    figures = row["figures"] or {}
    worth = figures.get("worth") or {}
    same = worth.get("figure") == names[0] if names else False
    page = out / row["folder"] / "index.html"
    value = figures.get("value")
    return {
        "name": row["name"],
        "page": f"{quote(row['folder'])}/index.html" if page.exists() else "",
        "project": row["project"],
        "as_of": row["as_of"],
        "state": row["state"],
        "word": _state(row["state"]),
        "words": _said(_words(row)),
        "verdict": commas(word for _, word, _ in _words(row)).capitalize(),
        "stage": _title(row["stage"]),
        "sentence": row["sentence"],
        "remedy": row["remedy"],
        "count": len(row["segments"]) or None,
        "customers": figures.get("customers"),
        "spend": money(value, figures.get("unit")),
        "spend_rank": None if value is None else float(value),
        "best": figures.get("best_segment"),
        "best_share": figures.get("best_share"),
        "stability": figures.get("stability"),
        "worth": worth.get("value") if same else None,
        "baseline": worth.get("baseline") if same else None,
        "minutes": None if row["seconds"] is None else row["seconds"] / 60,
    }


def _words(row: Row) -> list[tuple[str, str, str]]:
    """Give the words of the verdict and their tones; without one, the run's state.

    Each in English, after the context of its message: runs are sorted by them.
    """
    verdict = row["verdict"] or {}
    keys = ("structure", "worth")
    if verdict.get("decision") == "do_not_segment":
        keys = ("decision",)  # type: ignore[assignment]
    words = [("verdict", *WORDS[verdict[k]]) for k in keys if verdict.get(k) in WORDS]
    if row["state"] not in DONE or not words:
        return [("run", *STATES[row["state"]])]
    return words


def _said(words: Iterable[tuple[str, str, str]]) -> list[tuple[str, str]]:
    """Say words in a row: the first begins with a capital, the others do not."""
    said = [(trc(context, word), tone) for context, word, tone in words]
    (head, tone), *rest = said
    small = [(word.lower(), tone) for word, tone in rest]
    return [(head[:1].upper() + head[1:], tone), *small]


def _title(stage: str | None) -> str:
    if stage not in TITLES:
        return ""
    title = tr(TITLES[stage][0])
    return tr("stage {number}, {title}", number=stage[:2].lstrip("0"), title=title)


def _rank(runs: list[dict[str, Any]]) -> None:
    """Give the values of columns of words a rank, by which a browser sorts them."""
    columns = {
        "name": lambda r: plain(r["name"]).casefold(),
        "project": lambda r: plain(r["project"]).casefold(),
        "as_of": lambda r: r["as_of"] or "~",
        "verdict": lambda r: r["verdict"],
        "best": lambda r: plain(r["best"] or "").casefold(),
    }
    for run in runs:
        run["ranks"] = {}
    for column, key in columns.items():
        place = {v: i for i, v in enumerate(sorted({key(run) for run in runs}))}
        for run in runs:
            run["ranks"][column] = place[key(run)]


def _card(run: Mapping[str, Any], row: Row) -> dict[str, Any]:
    segments = [
        {
            "name": str(s["segment"] or s["segment_id"]),
            "colour": colour(s["colour"]),
            "n": s["n"],
            "share": s["share"],
            "value_share": s["value_share"],
        }
        for s in row["segments"]
    ]
    bars = [_bar(key, segments) for key in _BARS]
    return {
        "name": run["name"],
        "page": run["page"],
        "verdict": (row["verdict"] or {}).get("sentence") or "",
        "note": row["note"],
        "overtaken": row["overtaken"],
        "value_head": tr("Spend"),
        "segments": segments,
        "bars": bars,
    }


def _bar(key: str, segments: Sequence[Row]) -> dict[str, Any]:
    parts = [max(float(s[key] or 0), 0.0) for s in segments]
    total = sum(parts) or 1.0
    told = commas(f"{s['name']} {percent(s[key])}" for s in segments)
    return {
        "label": tr(_BARS[key], parts=told),
        "parts": [
            {"colour": s["colour"], "width": round(100 * part / total, 2)}
            for s, part in zip(segments, parts, strict=True)
        ],
    }


def _foot(record: Mapping[str, Any]) -> list[tuple[str, Any]]:
    return [
        (tr("File"), str(record["file"])),
        (
            tr("At once"),
            trn(
                "{n} run with {threads} each",
                "{n} runs with {threads} each",
                record["jobs"],
                threads=trn("{n} thread", "{n} threads", record["threads"]),
            ),
        ),
        (tr("Record"), "batch.json"),
    ]

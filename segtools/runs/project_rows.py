"""Tables on a project's page: its runs, newest first, and what became of segments."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping, Sequence
from html import escape
from itertools import groupby
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pandas as pd

from segtools import plots
from segtools.joining import commas
from segtools.languages import header, mark, markc, said_header, tr, trc, trn
from segtools.plots.display import Display
from segtools.report.templating import money
from segtools.runs.history import History, PastRun
from segtools.wording import number, percent, plain, rounded

PAGE = "index.html"
NEWEST = 50  # rows that are not folded away
OLDER = re.compile(r'(<div class="st-table st-older".*?</div>)', re.DOTALL)
_WORDS = {
    "natural": markc("verdict", "natural"),
    "reproducible": markc("verdict", "reproducible"),
    "constructed": markc("verdict", "constructed"),
    "proved": markc("verdict", "proved"),
    "not_proved": markc("verdict", "not proved"),
    "not_judged": markc("verdict", "not judged"),
    "do_not_segment": markc("verdict", "do not segment"),
}
_STATES = (
    markc("run", "done"),
    markc("run", "failed"),
    markc("run", "interrupted"),
    markc("run", "running"),
)
_FATES = {
    "born": mark("was born"),
    "died": mark("is gone"),
    "split": mark("was split"),
    "merged": mark("were merged"),
}
_HEAD = (
    (header("As of"), False),
    (header("State"), False),
    (header("Verdict"), False),
    (header("Stability"), True),
    (header("Segments"), True),
    (header("Customers"), True),
    (header("Spend"), True),
    (header("Moved"), True),
    (header("Compared"), False),
)


def events_table(events: Sequence[Mapping[str, Any]]) -> Display:
    """List what became of segments, the newest first; the oldest are left out."""
    rows = [
        (
            str(event["as_of"]),
            commas(map(plain, event["names_before"])) or "–",
            tr(_FATES.get(str(event["kind"]), _FATES["merged"])),
            commas(map(plain, event["names_now"])) or "–",
        )
        for event in reversed(events)
    ]
    heads = [
        header("As of"),
        header("Before"),
        header("What became of it"),
        header("Now"),
    ]
    table = pd.DataFrame(rows[:NEWEST], columns=heads)
    table.attrs["none"] = mark("every segment goes on, or there is only one run")
    more = len(rows) - len(table)
    if not more:
        return plots.table(table, caption=tr("What became of segments"))
    caption = trn(
        "What became of segments (the latest {newest}; {n} earlier one is in the runs)",
        "What became of segments (the latest {newest}; {n} earlier ones are in the "
        "runs)",
        more,
        newest=NEWEST,
    )
    return plots.table(table, caption=caption)


def light_table(strings: pd.DataFrame, caption: str) -> str:
    """Lay out many rows of numbers with as few bytes, and as fast, as can be.

    Parameters
    ----------
    strings : DataFrame
        Cells, not yet escaped; the first column names the rows.
    caption : str
        Not yet escaped.

    Returns
    -------
    str
        What `OLDER` finds.
    """
    head = "".join(f'<th scope="col">{escape(str(c))}</th>' for c in strings.columns)
    rows = (
        f'<tr><th scope="row" class="st-date">{escape(first)}</th>'
        + "".join(f"<td>{escape(cell)}</td>" for cell in cells)
        + "</tr>"
        for first, *cells in strings.itertuples(index=False)
    )
    said = escape(caption)
    region = f'tabindex="0" role="region" aria-label="{said}"'
    return (
        f'<div class="st-table st-older" {region}>'
        f'<table class="dataframe"><caption>{said}</caption><thead><tr>{head}</tr>'
        f"</thead><tbody>{''.join(rows)}</tbody></table></div>"
    )


Cell = tuple[list[tuple[str, str]], float | None]
Row = tuple[str, list[Cell]]


def run_rows(history: History, beside: Path) -> list[Row]:
    """Give a row a run with the year that it is folded under, the newest first."""
    found = []
    for place, run in reversed(list(enumerate(history.runs))):
        about = run.summary()
        link = _link(run.folder.path / PAGE, beside)
        texts = [(plain(str(about["as_of"])), link)]
        value = money(about["value"], about["currency"] or None)
        cells: list[Cell] = [
            (texts, float(place)),
            _cell(_state(about)),
            _cell(_verdict(about)),
            _cell(rounded(about["stability"]), about["stability"]),
            _cell(number(about["segments"]), about["segments"]),
            _cell(number(about["customers"]), about["customers"]),
            _cell(value, about["value"]),
            _cell(percent(about["moved"]), about["moved"]),
            (_compared(run, beside), None),
        ]
        found.append((str(about["as_of"])[:4], cells))
    return found


def _cell(text: str, rank: float | None = None) -> Cell:
    return [(plain(text), "")], rank


def _state(about: Mapping[str, Any]) -> str:
    if about["error"]:
        return tr("failed: {reason}", reason=about["error"])
    return trc("run", about["state"])


def _verdict(about: Mapping[str, Any]) -> str:
    if about["decision"] == "do_not_segment":
        return trc("verdict", _WORDS["do_not_segment"])
    words = [_WORDS.get(str(about[k])) for k in ("structure", "worth")]
    return commas(trc("verdict", w) for w in words if w) or "–"


def _compared(run: PastRun, beside: Path) -> list[tuple[str, str]]:
    """Link the pages in a run's folder that set it beside an earlier one."""
    pages = sorted(run.folder.path.glob("compare_*.html"))
    named = [(p.stem.removeprefix("compare_"), _link(p, beside)) for p in pages]
    said = [(tr("with {run}", run=plain(name)), link) for name, link in named if link]
    return said or [("–", "")]


def _link(file: Path, beside: Path) -> str:
    """Give an address relative to the page; empty where nothing is there."""
    if not file.is_file():
        return ""
    inside = Path(os.path.relpath(file.absolute(), beside.absolute()))
    # With a dot first, a folder called javascript: is still a folder.
    return "./" + quote(inside.as_posix())


def as_table(rows: Sequence[Row]) -> dict[str, Any]:
    """Give rows as the template takes them."""
    head = [(said_header(name), right) for name, right in _HEAD]
    return {"head": head, "body": [cells for _, cells in rows]}


def folded(rows: Sequence[Row]) -> list[tuple[str, dict[str, Any]]]:
    """Fold older runs by year."""
    found = []
    for year, group in groupby(rows, key=lambda row: row[0]):
        own = list(group)
        label = trn(
            "{year}: {n} earlier run",
            "{year}: {n} earlier runs",
            len(own),
            year=plain(year),
        )
        found.append((label, as_table(own)))
    return found

"""What a speaker may be asked: where numbers come from, and what they rest on."""

from __future__ import annotations

from segtools.joining import commas
from segtools.languages import tr
from segtools.slides.source import Record
from segtools.wording import interval, is_missing, listed, number, percent, plain


def came_from(*files: str) -> str:
    """Name the files of the run that hold a slide's numbers.

    Examples
    --------
    >>> came_from("verdict.json", "contest.json")
    'The numbers come from verdict.json and contest.json.'
    """
    return tr("The numbers come from {files}.", files=listed(files))


def statement_note(row: Record) -> str:
    """Say a statement of a persona with what it rests on, and how it is computed.

    Examples
    --------
    >>> rule = {"table": "features", "column": "n", "op": "ge", "value": 2}
    >>> row = {"id": "S1-01", "text": "Ordered twice", "share": 0.5, "n": 40}
    >>> statement_note(row | {"computation": rule}).replace("\u202f", " ")
    'S1-01. Ordered twice: 50 % (n = 40); features.n ge 2'
    """
    said = tr(
        "{id}. {text}", id=row.get("id") or "–", text=plain(row.get("text") or "")
    )
    if is_missing(row.get("share")):
        return said
    return tr(
        "{statement}: {share} ({receipt}); {computation}",
        statement=said,
        share=percent(row["share"]),
        receipt=receipt(row),
        computation=_computation(row.get("computation") or {}),
    )


def receipt(row: Record) -> str:
    """Say what a statement rests on: its interval, everyone's share, how many."""
    base, n = row.get("base_share"), row.get("n")
    parts = [
        interval(row.get("low"), row.get("high"), percent),
        "" if is_missing(base) else tr("everyone {share}", share=percent(base)),
        "" if is_missing(n) else tr("n = {n}", n=number(n)),
    ]
    return commas(filter(None, parts))


def _computation(rule: Record) -> str:
    """Write a computation as personas.json has it: table, column, operation, value."""
    if not rule:
        return "–"
    where = f"{rule.get('table')}.{rule.get('column')} {rule.get('op')}"
    value = rule.get("value")
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return plain(where if value is None else f"{where} {value}")

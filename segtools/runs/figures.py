"""What a finished run says in a few figures, read from its records."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from segtools.records import read_record
from segtools.runs.sizes import shown_sizes
from segtools.schema import DataError

Record = Mapping[str, Any]
_OF_A_SEGMENT = ("segment_id", "segment", "n", "share", "value", "value_share")


def figures(folder: Path) -> dict[str, Any]:
    """Summarise a run.

    Parameters
    ----------
    folder : Path
        Of a finished run. Nothing here is finer than what its front page shows.

    Returns
    -------
    dict
        ``verdict`` (``structure``, ``worth``, ``decision``, ``sentence``),
        ``segments`` (id, name, customers, share, value, its share, colour; those with
        the highest value first), ``figures`` (``customers``, ``orders``,
        ``revenue``, ``value`` of all segments and its ``unit``, ``best_segment`` and
        its share of the value, median ``stability`` in 0 to 1, ``worth`` as the figure
        of the contest, that of the best baseline and both their names), ``as_of`` and
        ``previous``, the name of the folder that it was compared with.
    """
    found = {n: _record(folder, n) for n in ("run", "verdict", "data_quality")}
    personas, contest = _record(folder, "personas"), _record(folder, "contest")
    rows = personas.get("segments") or []
    segments = _segments(rows, found["run"])
    segments.sort(key=lambda s: -float(s["value"] or 0))
    previous = found["run"].get("previous_run")
    return {
        "as_of": found["run"].get("as_of"),
        "previous": previous and Path(str(previous)).name,
        "verdict": {
            k: found["verdict"].get(k)
            for k in ("structure", "worth", "decision", "sentence", "n_segments")
        },
        "segments": segments,
        "figures": {
            **_money(found["data_quality"], found["run"], personas, rows),
            **_best(segments),
            "stability": _record(folder, "selection").get("stability"),
            "worth": _worth(contest),
        },
    }


def _segments(rows: list[Record], run: Record) -> list[dict[str, Any]]:
    """Name segments with their figures; a hidden size takes its share with it."""
    keys = (*_OF_A_SEGMENT, "colour")
    shown = [
        {k: row.get(k) for k in keys} | {"n": n}
        for row, n in zip(rows, shown_sizes(rows, run), strict=True)
    ]
    return [row if row["n"] is not None else row | {"share": None} for row in shown]


def _record(folder: Path, name: str) -> dict[str, Any]:
    path = folder / f"{name}.json"
    try:
        return read_record(path) if path.exists() else {}
    except DataError:
        return {}


def _money(
    quality: Record, run: Record, personas: Record, rows: list[Record]
) -> dict[str, Any]:
    unit = next((s["value_unit"] for s in rows if s.get("value_unit")), None)
    return {
        "customers": quality.get("customers"),
        "orders": quality.get("orders"),
        "revenue": quality.get("revenue"),
        "value": (personas.get("everyone") or {}).get("value"),
        "unit": unit or (run.get("config") or {}).get("currency") or None,
    }


def _best(segments: list[dict[str, Any]]) -> dict[str, Any]:
    """Name the segment with the most value; one for everybody is no best one."""
    if len(segments) < 2:
        return {"best_segment": None, "best_share": None}
    best = segments[0]
    return {"best_segment": best["segment"], "best_share": best["value_share"]}


def _worth(contest: Record) -> dict[str, Any] | None:
    """Set the chosen scheme's figure beside that of the best simple one.

    Examples
    --------
    >>> rows = [("goal", 4, "scheme", 0.45), ("rfm", 5, "baseline", 0.4)]
    >>> schemes = [{"scheme": s, "n_segments": n, "role": r, "figures": {"gini": g}}
    ...            for s, n, r, g in rows]
    >>> contest = {"winner": "goal", "n_segments": 4, "figure": "gini"}
    >>> _worth(contest | {"schemes": schemes})
    {'figure': 'gini', 'value': 0.45, 'baseline': 0.4}
    """
    name = contest.get("figure")
    rows = contest.get("schemes") or []
    chosen = [
        r
        for r in rows
        if (r.get("scheme"), r.get("n_segments"))
        == (contest.get("winner"), contest.get("n_segments"))
    ]
    value = _figure(chosen[0], name) if chosen else None
    if value is None:
        return None
    simple = [_figure(r, name) for r in rows if r.get("role") == "baseline"]
    known = [v for v in simple if v is not None]
    return {"figure": name, "value": value, "baseline": max(known, default=None)}


def _figure(row: Record, name: Any) -> float | None:
    value = (row.get("figures") or {}).get(name)
    value = value.get("value") if isinstance(value, Mapping) else value
    return float(value) if isinstance(value, (int, float)) else None


def safe_text(text: str) -> str:
    """Take addresses and phone numbers out of a sentence that quotes data.

    Examples
    --------
    >>> safe_text("id must be text, but it is 'ann@example.org'. Mend it.")
    "id must be text, but it is '…'. Mend it."
    """
    from segtools.disclosure import EMAIL, PHONE

    return re.sub(PHONE, "…", re.sub(EMAIL, "…", text))

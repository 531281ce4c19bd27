"""What stands at the foot of every page: all that is needed to repeat the run."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from segtools.config import PRIVATE
from segtools.joining import commas
from segtools.languages import current, tr, trn
from segtools.report.translated import coverage_said

__all__ = ["foot"]

Record = Mapping[str, Any]


def foot(run: Record, given: Record) -> list[tuple[str, Any]]:
    """Give everything that is needed to repeat a run, label by label.

    Parameters
    ----------
    run : mapping
        The content of ``run.json``.
    given : mapping
        The parameters that the stage's notebook was run with; empty on other pages.

    Returns
    -------
    list of (str, str or list of (str, str))
        Label, and one text or name by name; labels without anything are left out.

    Examples
    --------
    >>> foot({"seed": 7, "licence": ["CC0"]}, {"n_segments": 5})[0]
    ('This stage', [('n_segments', '5')])
    """
    data = run.get("data") or {}
    stage = _flat({k: v for k, v in given.items() if k != "run_dir"})
    facts = [(tr("fingerprint"), str(data.get("fingerprint") or "–"))]
    for name, table in (data.get("tables") or {}).items():
        facts.append((str(name), commas(_size(table))))
    goals = run.get("goals_hash")
    rows: list[tuple[str, Any]] = [
        (tr("This stage"), stage),
        (
            tr("Parameters"),
            [
                *_flat(run.get("config") or {}),
                (tr("hash"), str(run.get("config_hash") or "–")),
            ],
        ),
        (tr("Goals"), [(tr("fingerprint"), str(goals))] if goals else []),
        (tr("Data"), facts),
        (tr("Seed"), str(run.get("seed", "–"))),
        (tr("Versions"), _flat(run.get("versions") or {})),
        (tr("Language"), "" if current().is_english else coverage_said()),
        (tr("Licence of the data"), " ".join(map(str, run.get("licence") or []))),
    ]
    return [(label, items) for label, items in rows if items]


def _size(table: Record) -> list[str]:
    """Say how many rows a table has, and from when to when."""
    rows = table.get("rows")
    ends = [str(table[key])[:10] for key in ("first", "last") if table.get(key)]
    if len(ends) == 2:
        ends = [tr("{first} to {last}", first=ends[0], last=ends[1])]
    size = tr("– rows") if rows is None else trn("{n} row", "{n} rows", rows)
    return [size, *ends]


def _flat(values: Record, head: str = "") -> list[tuple[str, str]]:
    """Flatten nested settings; places on this machine's disk are cut to the name."""
    rows: list[tuple[str, str]] = []
    for key, value in values.items():
        if isinstance(value, Mapping):
            rows += _flat(value, f"{head}{key}.")
        elif key in PRIVATE and value:
            rows.append((f"{head}{key}", trn("{n} given", "{n} given", len(value))))
        elif value not in (None, "", [], ()):
            parts = value if isinstance(value, (list, tuple)) else [value]
            rows.append((f"{head}{key}", commas(_placeless(str(p)) for p in parts)))
    return rows


def _placeless(text: str) -> str:
    if re.match(r"(/|~|[A-Za-z]:[\\/]|[a-z+0-9]+://)", text):
        return "…/" + re.split(r"[\\/]", text.rstrip("\\/"))[-1]
    return text

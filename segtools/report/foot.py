"""What stands at the foot of every page: all that is needed to repeat the run."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from segtools.config import PRIVATE
from segtools.report.templating import number

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
    facts = [("fingerprint", str(data.get("fingerprint") or "–"))]
    for name, table in (data.get("tables") or {}).items():
        ends = [str(table[key])[:10] for key in ("first", "last") if table.get(key)]
        size = f"{number(table.get('rows'))} rows"
        facts.append((str(name), ", ".join(filter(None, [size, " to ".join(ends)]))))
    rows: dict[str, Any] = {
        "This stage": stage,
        "Parameters": [
            *_flat(run.get("config") or {}),
            ("hash", str(run.get("config_hash") or "–")),
        ],
        "Goals": [("fingerprint", str(run["goals_hash"]))]
        if run.get("goals_hash")
        else [],
        "Data": facts,
        "Seed": str(run.get("seed", "–")),
        "Versions": _flat(run.get("versions") or {}),
        "Licence of the data": " ".join(map(str, run.get("licence") or [])),
    }
    return [(label, items) for label, items in rows.items() if items]


def _flat(values: Record, head: str = "") -> list[tuple[str, str]]:
    """Flatten nested settings; places on this machine's disk are cut to the name."""
    rows: list[tuple[str, str]] = []
    for key, value in values.items():
        if isinstance(value, Mapping):
            rows += _flat(value, f"{head}{key}.")
        elif key in PRIVATE and value:
            rows.append((f"{head}{key}", f"{len(value)} given"))
        elif value not in (None, "", [], ()):
            parts = value if isinstance(value, (list, tuple)) else [value]
            rows.append((f"{head}{key}", ", ".join(_placeless(str(p)) for p in parts)))
    return rows


def _placeless(text: str) -> str:
    if re.match(r"(/|~|[A-Za-z]:[\\/]|[a-z+0-9]+://)", text):
        return "…/" + re.split(r"[\\/]", text.rstrip("\\/"))[-1]
    return text

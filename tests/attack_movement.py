"""What could be worked out from a told movement, by linear programmes."""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy.optimize import linprog


def widths(told: dict, rows: pd.DataFrame) -> list[tuple[str, float, float]]:
    """Give each hidden count of a movement, and how wide its interval is.

    Parameters
    ----------
    told : dict
        What `publish_movement` gives: flows, totals, reasons, leavers.
    rows : DataFrame
        The movement itself: only for what other pages show (sizes of both runs,
        additions and removals).

    Returns
    -------
    list of (str, float, float)
        Name, width given all that is told, and width given only the other pages.
    """
    reasons = [r["label"] for r in told["reasons"]]
    atoms = _atoms(rows, reasons)
    true = _true(rows, atoms, reasons)
    known = _elsewhere(atoms)
    more, hidden = [], []
    for name, row, count in _told(told, atoms, reasons):
        (hidden if count is None else more).append((name, row))
    if any(row @ true > 0 for _, row in hidden) or hidden:
        everything = [row for _, row in more] + known
        return [
            (name, _width(row, everything, true), _width(row, known, true))
            for name, row in hidden
        ]
    return []


def _atoms(rows: pd.DataFrame, reasons: list[str]) -> list[tuple[str, str, str]]:
    """Every pair of a segment before and now; of movers, by each reason."""
    before = [*sorted(set(rows["from"]) - {"New"}), "New"]
    now = [*sorted(set(rows["to"]) - {"Gone"}), "Gone"]
    found = []
    for b in before:
        for n in now:
            if (b, n) != ("New", "Gone"):
                moved = b != n and b != "New" and n != "Gone"
                found += [(b, n, r) for r in (reasons if moved and reasons else [""])]
    return found


def _true(rows, atoms, reasons) -> np.ndarray:
    label = rows["label"].where(rows["label"].isin(reasons), "")
    counts = rows.groupby([rows["from"], rows["to"], label]).size().to_dict()
    return np.array([float(counts.get(a, 0)) for a in atoms])


def _row(atoms, chosen) -> np.ndarray:
    return np.array([float(chosen(*a)) for a in atoms])


def _moved(b: str, n: str) -> bool:
    return b not in (n, "New") and n != "Gone"


def _elsewhere(atoms) -> list[np.ndarray]:
    before = {b for b, _, _ in atoms} - {"New"}
    now = {n for _, n, _ in atoms} - {"Gone"}
    known = [_row(atoms, lambda b, n, r, x=x: b == x) for x in sorted(before)]
    known += [_row(atoms, lambda b, n, r, x=x: n == x) for x in sorted(now)]
    known.append(_row(atoms, lambda b, n, r: _moved(b, n) or b == "New"))
    known.append(_row(atoms, lambda b, n, r: _moved(b, n) or n == "Gone"))
    return known


def _told(told, atoms, reasons):
    """Give every count of the record as a sum of atoms, None where it is hidden."""
    flows = {(f["from"], f["to"]): f["customers"] for f in told["flows"]}
    for pair in sorted({(b, n) for b, n, _ in atoms}):
        row = _row(atoms, lambda b, n, r, p=pair: (b, n) == p)
        yield f"flow {pair}", row, flows.get(pair, 0)
    groups = {
        "stayed": lambda b, n, r: b == n,
        "moved": lambda b, n, r: _moved(b, n),
        "new": lambda b, n, r: b == "New",
        "gone": lambda b, n, r: n == "Gone",
    }
    for name, chosen in groups.items():
        yield name, _row(atoms, chosen), told["totals"][name]
    for reason in told["reasons"]:
        row = _row(atoms, lambda b, n, r, x=reason["label"]: r == x)
        yield reason["label"], row, reason["customers"]
    for line in told["leavers"]:
        own = line["segment"]
        row = _row(atoms, lambda b, n, r, o=own: b == o and _moved(b, n))
        yield f"left {own}", row, line["moved"]
        for label in reasons:
            row = _row(atoms, lambda b, n, r, o=own, x=label: b == o and r == x)
            yield f"left {own}: {label}", row, line[label]


def _width(target: np.ndarray, rows: list[np.ndarray], true: np.ndarray) -> float:
    ends = []
    for sign in (1.0, -1.0):
        found = linprog(
            sign * target, A_eq=np.array(rows), b_eq=[r @ true for r in rows]
        )
        ends.append(sign * found.fun if found.status == 0 else -sign * np.inf)
    return ends[1] - ends[0]

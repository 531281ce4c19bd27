"""What pages and records may tell of a movement: flows, reasons and their money.

All is hidden together, since one table gives the other away: who left a segment is the
sum of its flows as of its reasons. Money is shown where the count beside it is: sums of
money hang together as counts do, so that what cannot be worked out of the ones cannot
be worked out of the others.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from segtools.disclosure import LIMIT, Flags, Published, Sum
from segtools.history.flows import (
    TOTALS,
    flow_grid,
    published_flows,
    ranges_of,
    shown_flows,
    weights_of,
)
from segtools.history.money import to_money
from segtools.history.movement import VALUES, money_by
from segtools.history.reasons import CAME, LEFT, MOVED, REASONS, STAYED
from segtools.least_hidden import hide_least

_MOVED = 1  # the place of *moved* among the totals
# Where more than one in so many cells is small, movers by segment are not listed.
_FEW = 3


def publish_movement(
    rows: pd.DataFrame, order: Sequence[str] = (), *, limit: int = LIMIT
) -> dict[str, Any]:
    """Give what may be told of a movement.

    Parameters
    ----------
    rows : DataFrame
        As of `Movement`.
    order : sequence of str, default=()
        Names of segments as they are to be listed.
    limit : int, default=10
        Nothing is told of fewer customers, nor what would tell it.

    Returns
    -------
    dict
        ``flows`` (``from``, ``to``, ``customers``, ``value_before``, ``value_now``),
        ``totals`` (who ``stayed``, ``moved``, is ``new`` and is ``gone``), ``between``
        (the least and most that a hidden total can be, where that says much), ``money``
        (of each of them, and of each reason, ``before`` and ``now``), ``reasons`` (each
        with ``label``, ``customers`` and money; empty where they are not known) and
        ``leavers`` (how many left each ``segment``, by reason; empty where more would
        have to be hidden for their sake). Counts and money are None where hidden;
        money is text, to the cent.
    """
    grid = flow_grid(money_by(rows, ["from", "to"]), order)
    why = _leavers(rows, list(grid.index[:-1]))
    published = published_flows(grid)
    if why is not None:
        published = with_reasons(published, grid, why)
    hidden = hide_least(published, limit, weights_of(published, grid))
    assert hidden is not None  # all may be hidden that other pages do not show
    flows, totals = shown_flows(grid, published, hidden)
    found = {
        "flows": _with_money(flows, rows),
        "totals": totals,
        "between": ranges_of(grid, published, hidden),
        "money": _money_of_totals(rows, totals),
        "reasons": [],
        "leavers": [],
    }
    if why is not None:
        found["reasons"] = _reasons(rows, hidden[-len(REASONS) :])
        found["leavers"] = _leaver_lines(published, hidden, grid, why, limit)
    return found


def with_reasons(
    published: Published, grid: pd.DataFrame, why: pd.DataFrame
) -> Published:
    """Add movers by reason to published flows.

    Parameters
    ----------
    published : Published
        As `published_flows` lays the flows out.
    grid : DataFrame
        As `flow_grid` gives it.
    why : DataFrame of shape (n_before, 3)
        Movers by the segment that they left and by reason.

    Returns
    -------
    Published
        The same cells, and as many more as there are reasons.
    """
    by_reason = np.arange(why.shape[1]) + len(published.counts)
    moved: Sum = (grid.size + _MOVED, by_reason.tolist())
    return _more(published, why.sum().to_numpy(float), [moved])


def with_leavers(
    published: Published, grid: pd.DataFrame, why: pd.DataFrame
) -> Published:
    """Add movers by the segment that they left and by reason.

    Parameters
    ----------
    published : Published
        As `with_reasons` gives it.
    grid, why : DataFrame
        As for `with_reasons`.

    Returns
    -------
    Published
        The same cells; then all movers of each segment, and movers by segment and
        reason, row by row.
    """
    n, start = len(why), len(published.counts)
    place = np.arange(grid.size).reshape(grid.shape)[:-1, :-1]
    same = grid.index[:-1].to_numpy()[:, None] == grid.columns[:-1].to_numpy()
    cells = np.arange(start + n, start + n + why.size).reshape(why.shape)
    sums: list[Sum] = []
    for i in range(n):
        sums.append((start + i, place[i][~same[i]].tolist()))
        sums.append((start + i, cells[i].tolist()))
    by_reason = np.arange(why.shape[1]) + start - why.shape[1]
    sums += [(int(t), cells[:, j].tolist()) for j, t in enumerate(by_reason)]
    counts = why.to_numpy(float)
    return _more(published, np.r_[counts.sum(axis=1), counts.ravel()], sums)


def _more(
    published: Published, counts: NDArray[np.float64], sums: Sequence[Sum]
) -> Published:
    assert published.fixed is not None
    return Published(
        np.r_[published.counts, counts],
        [*published.sums, *sums],
        fixed=np.r_[published.fixed, np.zeros(len(counts), dtype=bool)],
    )


def _leaver_lines(
    published: Published,
    hidden: Flags,
    grid: pd.DataFrame,
    why: pd.DataFrame,
    limit: int,
) -> list[dict[str, Any]]:
    """List movers by segment and reason, unless more had to be hidden for their sake.

    What everybody reads comes first: no flow and no reason goes for this table.
    """
    counts = why.to_numpy()
    if ((counts > 0) & (counts < limit)).sum() > why.size / _FEW:
        return []
    more = with_leavers(published, grid, why)
    theirs = np.arange(len(more.counts)) >= len(hidden)
    before = np.r_[hidden, np.zeros(theirs.sum(), dtype=bool)]
    whole = hide_least(more, limit, also=before, may=theirs)
    if whole is None:
        return []
    own = whole[len(hidden) :]
    body = own[len(why) :].reshape(why.shape)
    return [
        {"segment": name, "moved": None if own[i] else int(why.iloc[i].sum())}
        | {
            label: None if body[i, j] else int(why.iloc[i, j])
            for j, label in enumerate(REASONS)
        }
        for i, name in enumerate(why.index)
    ]


def _leavers(rows: pd.DataFrame, before: list[str]) -> pd.DataFrame | None:
    """Count movers by the segment left and by reason; None if reasons are unknown."""
    if (rows["label"] == MOVED).any():
        return None
    own = rows[rows["label"].isin(REASONS)]
    counts = pd.crosstab(own["from"], own["label"])
    return counts.reindex(index=before, columns=list(REASONS), fill_value=0)


def _text(value: Any) -> str | None:
    return None if value is None else str(to_money(value))


def _with_money(flows: pd.DataFrame, rows: pd.DataFrame) -> list[dict[str, Any]]:
    """Put the money of each flow beside its count, where that is shown."""
    own = money_by(rows, ["from", "to"]).set_index(["from", "to"])
    found = []
    for flow in flows.astype(object).where(flows.notna(), None).to_dict("records"):
        shown = flow["customers"] is not None
        paid = own.loc[(flow["from"], flow["to"])] if shown else {}
        found.append(flow | {v: _text(paid.get(v)) for v in VALUES})
    return found


def _money_of_totals(
    rows: pd.DataFrame, totals: Mapping[str, int | None]
) -> dict[str, Any]:
    """Add up the money of who stayed, moved, came and left, before and now."""
    label = rows["label"].where(rows["label"].isin((STAYED, CAME, LEFT)), MOVED)
    sums = money_by(rows.assign(label=label), ["label"]).set_index("label")
    nothing = dict.fromkeys(VALUES, Decimal(0))
    found = {}
    for name in TOTALS:
        own = sums.loc[name] if name in sums.index else nothing
        shown = totals[name] is not None
        found[name] = {v: _text(own[v]) if shown else None for v in VALUES}
    return found


def _reasons(rows: pd.DataFrame, hidden: Flags) -> list[dict[str, Any]]:
    """Count movers and their money by reason."""
    own = rows[rows["label"].isin(REASONS)]
    sums = money_by(own, ["label"]).set_index("label")
    return [
        {"label": label} | _entry(sums, label, bool(hidden[j]))
        for j, label in enumerate(REASONS)
    ]


def _entry(sums: pd.DataFrame, key: Any, hidden: bool) -> dict[str, Any]:
    if hidden:
        return {"customers": None} | dict.fromkeys(VALUES)
    if key not in sums.index:
        return {"customers": 0} | dict.fromkeys(VALUES, "0.0000")
    own = sums.loc[key]
    return {"customers": int(own["customers"])} | {v: _text(own[v]) for v in VALUES}

"""Which flows between two runs may be shown, given all else that is shown of them.

Sizes of segments stand in both runs' reports, and how many were added to lists and
taken off them stands beside the lists. What is hidden here must not follow from those.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from segtools.disclosure import Flags, Floats, Published, Sum, intervals
from segtools.least_hidden import hide_least

NEW, GONE = "New", "Gone"
TOTALS = ("stayed", "moved", "new", "gone")
# What a reader loses with a total, as with so many flows.
_TOTAL = 5.0


def publish_flows(
    flows: pd.DataFrame, limit: int, order: Sequence[str] = ()
) -> tuple[pd.DataFrame, dict[str, int | None]]:
    """Hide flows of a few customers, and what would give them away.

    Parameters
    ----------
    flows : DataFrame
        ``from``, ``to`` and ``customers``, as `migration` counts them.
    limit : int
        Flows of 1 to ``limit - 1`` customers are hidden, and as much else as it takes
        for none of them to be known to within less than `limit`.
    order : sequence of str, default=()
        Names of segments as they are to be listed; others follow by name.

    Returns
    -------
    flows : DataFrame
        The same columns, ``customers`` null where hidden; a flow of nobody is only
        there if it is hidden.
    totals : dict
        Customers who ``stayed``, ``moved``, are ``new`` and are ``gone``; None where
        hidden. A segment is the same if its name is.

    Notes
    -----
    Sizes of segments in either run, and additions and removals, are known anyway. Where
    these alone say how many a flow has, hiding it says no more than they do.

    Examples
    --------
    Of 94 and 90 customers before and of 110 and 74 now, one more number would do.

    >>> flows = pd.DataFrame({"from": ["A", "A", "B", "B"], "to": ["A", "B", "A", "B"],
    ...                       "customers": [90, 4, 20, 70]})
    >>> shown, totals = publish_flows(flows, limit=10)
    >>> bool(shown["customers"].isna().all()), totals["moved"]
    (True, None)
    """
    grid = flow_grid(flows, order)
    published = published_flows(grid)
    hidden = hide_least(published, limit, weights_of(published, grid))
    assert hidden is not None  # all may be hidden that other pages do not show
    return shown_flows(grid, published, hidden)


def weights_of(published: Published, grid: pd.DataFrame) -> Floats:
    """Say how much readers lose with each cell: totals count most, then large flows.

    Parameters
    ----------
    published : Published
        Whose first cells are those of `published_flows`.
    grid : DataFrame
        As `flow_grid` gives it.

    Returns
    -------
    ndarray of shape (n_cells,)
    """
    weights = 1.0 + np.log10(1.0 + published.counts) / 4
    weights[grid.size : grid.size + len(TOTALS)] *= _TOTAL
    return np.asarray(weights)


def shown_flows(
    grid: pd.DataFrame, published: Published, hidden: Flags
) -> tuple[pd.DataFrame, dict[str, int | None]]:
    """Give flows and totals as `publish_flows` does, where what to hide is known.

    Parameters
    ----------
    grid : DataFrame
        As `flow_grid` gives it.
    published : Published
        Whose first cells are those of `published_flows`.
    hidden : ndarray of bool
    """
    body = hidden[: grid.size].reshape(grid.shape)
    rows = [
        (before, now, None if body[i, j] else int(grid.iloc[i, j]))
        for i, before in enumerate(grid.index)
        for j, now in enumerate(grid.columns)
        if body[i, j] or grid.iloc[i, j]
    ]
    shown = pd.DataFrame(rows, columns=["from", "to", "customers"])
    ends = {
        name: None if hidden[grid.size + i] else int(published.counts[grid.size + i])
        for i, name in enumerate(TOTALS)
    }
    return shown.astype({"customers": "Int64"}), ends


def ranges_of(
    grid: pd.DataFrame, published: Published, hidden: Flags
) -> dict[str, tuple[int, int]]:
    """Give how few and how many each hidden total can be, given all that is shown.

    That tells nobody more: whoever adds up what is shown finds it. A range that says
    little, of which one end is more than half again the other, is left out.

    Parameters
    ----------
    grid, published, hidden
        As for `shown_flows`.
    """
    places = {name: grid.size + i for i, name in enumerate(TOTALS)}
    if not any(hidden[place] for place in places.values()):
        return {}
    low, high = intervals(published, hidden)
    ends = {
        name: (int(np.ceil(low[place] - 1e-6)), int(np.floor(high[place] + 1e-6)))
        for name, place in places.items()
        if hidden[place] and np.isfinite(high[place])
    }
    return {name: (a, b) for name, (a, b) in ends.items() if a < b <= 1.5 * a}


def published_flows(grid: pd.DataFrame) -> Published:
    """Lay out flows and all that is shown of them as cells that add up.

    Parameters
    ----------
    grid : DataFrame of shape (n_before + 1, n_now + 1)
        Customers; *New* is the last row and *Gone* the last column, their corner 0.

    Returns
    -------
    Published
        The grid row by row, then `TOTALS`, then what is fixed: sizes before and now,
        everyone before and now, additions and removals.
    """
    cells = grid.to_numpy(float)
    place = np.arange(cells.size).reshape(cells.shape)
    inner = place[:-1, :-1]
    same = grid.index[:-1].to_numpy()[:, None] == grid.columns[:-1].to_numpy()
    parts = [inner[same], inner[~same], place[-1, :-1], place[:-1, -1]]
    stayed, moved, new, gone = range(cells.size, cells.size + len(TOTALS))
    sums: list[Sum] = [(cells.size + i, p.tolist()) for i, p in enumerate(parts)]
    parts = [*place[:-1], *place[:, :-1].T]
    parts += [np.array(p) for p in ([stayed, moved, gone], [stayed, moved, new])]
    parts += [np.array(p) for p in ([moved, new], [moved, gone])]
    counts = [*cells.ravel(), *(cells.ravel()[p].sum() for _, p in sums)]
    known = len(counts)
    for total, own in enumerate(parts, start=known):
        sums.append((total, own.tolist()))
        counts.append(sum(counts[i] for i in own))
    return Published(np.array(counts), sums, fixed=_fixed(cells, known, len(counts)))


def _fixed(cells: Floats, known: int, n: int) -> Flags:
    """Mark what other pages show, and the corner, in which nobody can be."""
    fixed = np.arange(n) >= known
    fixed[cells.size - 1] = True
    return fixed


def flow_grid(flows: pd.DataFrame, order: Sequence[str] = ()) -> pd.DataFrame:
    """Set flows out: every segment of either run, *New* and *Gone* last."""
    place = {name: i for i, name in enumerate(order)}

    def rank(name: str) -> tuple[int, str]:
        return place.get(name, len(place)), name

    before = sorted(set(flows["from"]) - {NEW}, key=rank)
    now = sorted(set(flows["to"]) - {GONE}, key=rank)
    wide: Any = flows.pivot_table(
        index="from", columns="to", values="customers", aggfunc="sum", fill_value=0
    )
    return wide.reindex(index=[*before, NEW], columns=[*now, GONE], fill_value=0)

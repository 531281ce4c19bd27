"""What a published table must hide, so that nobody can be found in a small cell.

A count of a few customers is hidden (primary suppression); so is whatever else must be
for it not to be the difference between a total and its other parts (complementary
suppression). Whether that is enough is not a matter of opinion: the lowest and highest
value that a hidden cell can have, given all that is shown, are two linear programmes.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import ArrayLike, NDArray

EMAIL = re.compile(r"[\w.+%-]+@[\w-]+(?:\.[\w-]+)*\.[^\W\d_]{2,}")
# With a plain blank: our own numbers part thousands by thin ones.
PHONE = re.compile(
    r"(?<![0-9A-Za-z_.,+])(?:\+[1-9](?:[ /()-]{0,2}\d){7,14}(?![0-9A-Za-z_.])"
    r"|\(\d{3}\)[ -]?\d{3}-\d{4}(?![0-9A-Za-z_])|\d{3}-\d{3}-\d{4}(?![0-9A-Za-z_-]))"
)
# Fewer customers than this in one cell are not shown.
LIMIT = 10
Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
# The place of a total among the counts, and the places of its parts.
Sum = tuple[int, Sequence[int]]


@dataclass(frozen=True)
class Published:
    """Counts that are published together, and how they add up.

    Parameters
    ----------
    counts : ndarray of shape (n_cells,)
        Customers in each cell, totals among them.
    sums : list of (int, sequence of int)
        Each total and its parts, as places in `counts`.
    most : ndarray of shape (n_cells,), optional
        What everybody knows that a cell cannot exceed, such as the customers of its
        segment; default nothing.
    fixed : ndarray of bool, shape (n_cells,), optional
        Cells that other pages show anyway, such as the sizes of segments: to hide them
        here would hide nothing; default none.
    """

    counts: Floats
    sums: Sequence[Sum]
    most: Floats | None = None
    fixed: Flags | None = None

    @cached_property
    def lines(self) -> list[NDArray[np.int64]]:
        """The places that take part in each sum, the total first."""
        return [np.array([total, *parts], dtype=np.int64) for total, parts in self.sums]


def two_way(counts: ArrayLike, *, rows_add_up: bool = True) -> Published:
    """Lay out a table and its totals as cells that add up.

    Parameters
    ----------
    counts : array_like of shape (n_rows, n_columns)
        Customers of each cell.
    rows_add_up : bool, default=True
        The cells of a row have a total that is shown, as answers to one question
        have; False where one customer may stand in several cells of a row, as with
        categories that he buys. Columns always have their total.

    Returns
    -------
    Published
        Cells row by row, then the columns' totals; with `rows_add_up` each row ends
        with its total, and the last total is everyone.

    Examples
    --------
    >>> two_way([[1, 2], [3, 4]]).counts.reshape(3, 3).tolist()
    [[1.0, 2.0, 3.0], [3.0, 4.0, 7.0], [4.0, 6.0, 10.0]]
    """
    cells = np.asarray(counts, dtype=float)
    if rows_add_up:
        cells = np.column_stack([cells, cells.sum(axis=1)])
    cells = np.vstack([cells, cells.sum(axis=0)])
    place = np.arange(cells.size).reshape(cells.shape)
    sums: list[Sum] = [(int(column[-1]), column[:-1].tolist()) for column in place.T]
    if rows_add_up:
        sums += [(int(row[-1]), row[:-1].tolist()) for row in place]
    return Published(cells.ravel(), sums)


def hide(published: Published, limit: int = LIMIT) -> Flags:
    """Say which cells to hide.

    Parameters
    ----------
    published : Published
    limit : int, default=10
        Cells of 1 to ``limit - 1`` customers are hidden, and as many others as it
        takes for no hidden cell to be known to within less than `limit`.

    Returns
    -------
    ndarray of bool, shape (n_cells,)
        The smallest others are taken first, totals last, what is fixed never. Where
        everything else is hidden nothing more can be done: no more is known than what
        is fixed says by itself.

    Examples
    --------
    The 3 would be 43 less 40; with the 20 hidden as well it may be anything up to 23.

    >>> hide(Published(np.array([43.0, 40, 3]), [(0, [1, 2])])).tolist()
    [False, True, True]
    """
    counts = published.counts
    hidden = (counts > 0) & (counts < limit)
    if published.fixed is not None:
        hidden &= ~published.fixed
    solved: set[bytes] = set()
    while True:
        low, high = _quick(published, hidden)
        known = hidden & (high - low < limit)
        groups = list(_together(published, hidden))
        more = [_next(published, hidden, g, g[known[g]], limit) for g in groups]
        if not any(place is not None for place in more):
            # Only groups that look safe are worth two linear programmes a cell.
            doubtful = [
                g for g in groups if g.tobytes() not in solved and not known[g].any()
            ]
            found = [(g, _unsafe(published, g, limit, solved)) for g in doubtful]
            more = [_next(published, hidden, g, cells, limit) for g, cells in found]
        chosen = [place for place in more if place is not None]
        if not chosen:
            return hidden
        hidden[chosen] = True


def _unsafe(
    published: Published, group: NDArray[np.int64], limit: int, solved: set[bytes]
) -> NDArray[np.int64]:
    """Give the cells of a group that are known to within less than the limit."""
    if sum(np.isin(line, group).any() for line in published.lines) < 2:
        return group[:0]  # what one sum implies is all that there is to know
    low, high = _bounds(published, group)
    unsafe = group[high - low < limit]
    if not len(unsafe):
        solved.add(group.tobytes())
    return unsafe


def hide_parts(sizes: ArrayLike, limit: int = LIMIT) -> Flags:
    """Say which parts of a total to hide that everybody knows.

    Examples
    --------
    The 3 would be 63 less the others; the smallest of these goes with it.

    >>> hide_parts([40, 3, 20]).tolist()
    [False, True, True]
    """
    own = np.asarray(sizes, dtype=float)
    everyone = np.array([True, *[False] * len(own)])
    parts = list(range(1, len(own) + 1))
    known = Published(np.array([own.sum(), *own]), [(0, parts)], fixed=everyone)
    return hide(known, limit)[1:]


def intervals(published: Published, hidden: Flags) -> tuple[Floats, Floats]:
    """Give the lowest and highest value that each cell can have, given what is shown.

    Parameters
    ----------
    published : Published
    hidden : ndarray of bool, shape (n_cells,)

    Returns
    -------
    low, high : ndarrays of shape (n_cells,)
        Of cells that are shown both are the count. Found by two linear programmes a
        hidden cell (HiGHS), each over the cells that hang together with it.

    Examples
    --------
    >>> of = Published(np.array([43.0, 40, 3]), [(0, [1, 2])])
    >>> [x.tolist() for x in intervals(of, np.array([False, True, True]))]
    [[43.0, 0.0, 0.0], [43.0, 43.0, 43.0]]
    """
    low, high = published.counts.copy(), published.counts.copy()
    for places in _together(published, hidden):
        low[places], high[places] = _bounds(published, places)
    return low, high


def _bounds(published: Published, places: NDArray[np.int64]) -> tuple[Floats, Floats]:
    """Solve for the cells of one group; all others of their sums are shown."""
    from scipy.optimize import linprog

    column = {int(place): i for i, place in enumerate(places)}
    rows, right = [], []
    for total, parts in published.sums:
        signed = [(total, -1.0), *((p, 1.0) for p in parts)]
        own = [(column[p], sign) for p, sign in signed if p in column]
        if own:
            row = np.zeros(len(places))
            for i, sign in own:
                row[i] += sign
            rows.append(row)
            shown = [(p, s) for p, s in signed if p not in column]
            right.append(-sum(s * published.counts[p] for p, s in shown))
    most = np.full(len(published.counts), np.inf)
    most = most if published.most is None else published.most
    fixed = {"A_eq": np.array(rows), "b_eq": np.array(right)} if rows else {}
    limits = [(0.0, None if np.isinf(m) else m) for m in most[places]]
    ends = []
    for sign in (1.0, -1.0):
        for i in range(len(places)):
            found = linprog(sign * np.eye(len(places))[i], bounds=limits, **fixed)
            ends.append(np.inf * -sign if found.fun is None else sign * found.fun)
    return np.array(ends[: len(places)]), np.array(ends[len(places) :])


def _together(published: Published, hidden: Flags) -> Iterable[NDArray[np.int64]]:
    """Group hidden cells that share a sum, directly or by others."""
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    pairs = [
        (int(own[0]), int(other))
        for line in published.lines
        if len(own := line[hidden[line]])
        for other in own
    ]
    n = len(hidden)
    first, second = np.array(pairs or [(0, 0)]).T
    graph = coo_array((np.ones(len(first)), (first, second)), shape=(n, n))
    group = connected_components(graph, directed=False)[1]
    places = np.flatnonzero(hidden)
    return [places[group[places] == g] for g in np.unique(group[places])]


def _quick(published: Published, hidden: Flags) -> tuple[Floats, Floats]:
    """Give intervals that are never too narrow, by what each sum alone implies."""
    low = np.where(hidden, 0.0, published.counts)
    high = np.where(hidden, np.inf, published.counts)
    if published.most is not None:
        high = np.where(hidden, published.most, high)
    for _ in range(3):
        for line in published.lines:
            total, own = line[0], line[1:]
            high[total] = min(high[total], high[own].sum())
            low[total] = max(low[total], low[own].sum())
            high[own] = np.minimum(high[own], high[total] - _others(low[own]))
            low[own] = np.maximum(low[own], low[total] - _others(high[own]))
    return low, high


def _others(values: Floats) -> Floats:
    """Sum all but each; infinity less infinity is not nothing."""
    endless = np.isinf(values)
    rest = np.where(endless, 0.0, values)
    return np.where(endless.sum() - endless > 0, np.inf, rest.sum() - rest)


def _next(
    published: Published,
    hidden: Flags,
    group: NDArray[np.int64],
    known: NDArray[np.int64],
    limit: int,
) -> int | None:
    """Choose what else to hide for the sake of those cells of a group that are known.

    First in a sum that gives one of them away by itself, else in any sum of theirs, and
    where all of these are hidden in any sum of the group.
    """
    if not len(known):
        return None
    totals = {total for total, _ in published.sums}
    stays = hidden if published.fixed is None else hidden | published.fixed
    theirs = [line for line in published.lines if np.isin(line, known).any()]
    telling = [line for line in theirs if _tells(published, hidden, line, limit)]
    whole = [line for line in published.lines if np.isin(line, group).any()]
    for lines in (telling, theirs, whole):
        free = sorted({int(p) for line in lines for p in line if not stays[p]})
        if free:
            return min(free, key=lambda p: _cost(p, published, hidden, totals))
    return None


def _tells(
    published: Published, hidden: Flags, line: NDArray[np.int64], limit: int
) -> bool:
    """Tell whether a sum alone gives its hidden cells away: few, or only one."""
    own = hidden[line]
    if own.sum() < 2:
        return bool(own.any())
    return not own[0] and bool(published.counts[line[1:]][own[1:]].sum() < limit)


def _cost(
    place: int, published: Published, hidden: Flags, totals: set[int]
) -> tuple[bool, int, bool, float, int]:
    """Rank what may be hidden: rather a part than a total, where others are, and few.

    A cell that is the only hidden one of a sum would need one more.
    """
    alone = sum(place in line and not hidden[line].any() for line in published.lines)
    count = float(published.counts[place])
    return place in totals, alone, count == 0, count, place

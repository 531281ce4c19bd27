"""What a table must hide at least: few cells, and light ones, by linear programmes.

`segtools.disclosure.hide` adds one cell after another until nothing small is known.
This asks instead, for each cell that must stay open, which others have to move with it
so that all that is shown stays true: two ways in which the hidden cells could be
otherwise, apart by the limit, that cost least. They are its witness. At the end each
cell that no witness needs any more is shown again.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linprog

from segtools.disclosure import LIMIT, Flags, Floats, Published, hide

# A customer in so many is below what the solver promises to see.
_EPS = 1e-6
# How often costs are set anew by what moved: what hardly moves may stay where it is.
_ROUNDS = 1


def hide_least(
    published: Published,
    limit: int = LIMIT,
    weights: Floats | None = None,
    *,
    also: Flags | None = None,
    may: Flags | None = None,
) -> Flags | None:
    """Say which cells to hide, as few and as light ones as were found.

    Parameters
    ----------
    published : Published
    limit : int, default=10
        Cells of 1 to ``limit - 1`` customers are hidden, and what it takes for no
        hidden cell to be known to within less than `limit`.
    weights : ndarray of shape (n_cells,), optional
        How much is lost with each cell; default 1, and 2 with a total.
    also : ndarray of bool, shape (n_cells,), optional
        Cells that are hidden in any case; default none.
    may : ndarray of bool, shape (n_cells,), optional
        Cells that may be hidden; default all that are not fixed.

    Returns
    -------
    ndarray of bool, shape (n_cells,), or None
        As `hide` gives it: where what is fixed narrows a cell below `limit` by itself,
        no more is known than that. None where the cells that may be hidden are too few.

    Notes
    -----
    To hide the least is NP-hard; this is a local optimum, in that no hidden cell can be
    shown again. Safety is no heuristic: every hidden cell has its witness.

    Examples
    --------
    The 3 would be 43 less 40, and the total of both columns needs no more than that.

    >>> of = Published(np.array([43.0, 40, 3, 70, 30, 40]), [(0, [1, 2]), (3, [4, 5])])
    >>> hide_least(of).tolist()
    [False, True, True, False, False, False]
    """
    counts = published.counts
    fixed = np.zeros(len(counts), bool) if published.fixed is None else published.fixed
    few = (counts > 0) & (counts < limit) & ~fixed
    kept = few if also is None else few | (also & ~fixed)
    free = ~fixed if may is None else (may & ~fixed) | kept
    weights = _alike(published) if weights is None else weights
    starts = [kept]
    if may is None:
        starts.append(hide(published, limit) | kept)
    search = _Search(published, limit, fixed, free, weights)
    found = [search.pattern(start, kept) for start in starts]
    good = [one for one in found if one is not None]
    return min(good, key=lambda one: float(weights[one].sum())) if good else None


def _alike(published: Published) -> Floats:
    totals = [total for total, _ in published.sums]
    weights = np.ones(len(published.counts))
    weights[totals] = 2.0
    return weights


@dataclass
class _Search:
    """A pattern that grows until every hidden cell has a witness, and shrinks again."""

    published: Published
    limit: int
    fixed: Flags
    free: Flags
    weights: Floats
    witness: dict[int, Flags] = field(default_factory=dict)
    _apart: dict[int, float] = field(default_factory=dict)

    @cached_property
    def sums(self) -> Floats:
        """Each sum as a row that the cells make nought."""
        rows = np.zeros((len(self.published.sums), len(self.published.counts)))
        for row, (total, own) in zip(rows, self.published.sums, strict=True):
            row[total] -= 1.0
            np.add.at(row, np.asarray(own, dtype=np.int64), 1.0)
        return rows

    @cached_property
    def room(self) -> tuple[Floats, Floats]:
        """How far each cell can go down and up, as everybody knows."""
        counts, most = self.published.counts, self.published.most
        up = np.full(len(counts), np.inf) if most is None else most - counts
        return counts.copy(), np.maximum(up, 0.0)

    def pattern(self, hidden: Flags, kept: Flags) -> Flags | None:
        """Grow a pattern until it is safe, then shrink it while it is."""
        self.witness = {}
        grown = self.grown(hidden)
        return None if grown is None else self.shown_again(grown, kept)

    def grown(self, hidden: Flags) -> Flags | None:
        """Hide what each hidden cell needs, the smallest first, and what that needs."""
        hidden = hidden.copy()
        while True:
            open_ = [int(p) for p in np.flatnonzero(hidden) if p not in self.witness]
            if not open_:
                return hidden
            place = min(open_, key=lambda p: (self.published.counts[p], p))
            found = self._witness(place, hidden, self.free)
            if found is None:
                return None
            self.witness[place] = found
            hidden |= found

    def shown_again(self, hidden: Flags, kept: Flags) -> Flags:
        """Show what others need not, what is lost most with first."""
        places = np.flatnonzero(hidden & ~kept)
        order = sorted(places.tolist(), key=lambda p: (-self.weights[p], p))
        for place in order:
            less = hidden.copy()
            less[place] = False
            again = self._without(place, less)
            if again is not None:
                hidden = less
                del self.witness[place]
                self.witness |= again
        return hidden

    def _without(self, place: int, less: Flags) -> dict[int, Flags] | None:
        """Find other witnesses for those that need a cell, if there are any."""
        found = {}
        for other, own in self.witness.items():
            if other == place or not own[place]:
                continue
            new = self._witness(other, less, less)
            if new is None:
                return None
            found[other] = new
        return found

    def _witness(self, place: int, hidden: Flags, free: Flags) -> Flags | None:
        """Give the cells that move with one that must stay open, for the least cost."""
        wanted = self._wanted(place)
        if wanted <= _EPS:
            return np.arange(len(hidden)) == place
        cost = np.where(hidden, 0.0, self.weights)
        moved = self._moved(place, wanted, free, cost)
        for _ in range(_ROUNDS if moved is not None and (free != hidden).any() else 0):
            assert moved is not None
            again = self._moved(place, wanted, free, cost / (moved + 0.1))
            moved = again if again is not None else moved
        return None if moved is None else moved > _EPS

    def _wanted(self, place: int) -> float:
        """Give how far apart a cell's ends must be: what is fixed may allow no more."""
        if place not in self._apart:
            self._apart[place] = self._most_apart(place, ~self.fixed)
        return min(self._apart[place], self.limit)

    def _most_apart(self, place: int, free: Flags) -> float:
        down, up = (self._end(place, free, sign) for sign in (-1.0, 1.0))
        return down + up

    def _end(self, place: int, free: Flags, sign: float) -> float:
        """Give how far a cell can go one way; no farther than matters."""
        own = np.flatnonzero(free)
        below, above = (r[own] for r in self.room)
        wish = np.where(own == place, -sign, 0.0)
        cap = np.where(own == place, 2.0 * self.limit, np.inf)
        bounds = np.column_stack([-np.minimum(below, cap), np.minimum(above, cap)])
        found = _solved(wish, self._of(own), bounds)
        return 0.0 if found is None else abs(float(found[own == place][0]))

    def _of(self, own: NDArray[np.int64]) -> Floats:
        """Give the sums that some cells take part in, all others standing still."""
        rows = self.sums[:, own]
        return rows[rows.any(axis=1)]

    def _moved(
        self, place: int, wanted: float, free: Flags, cost: Floats
    ) -> Floats | None:
        """Move cells up and down for the least cost; give how far each moved."""
        own = np.flatnonzero(free)
        n, sums = len(own), self._of(own)
        below, above = (r[own] for r in self.room)
        at = int(np.flatnonzero(own == place)[0])
        # Two ways in which it could be otherwise, each of steps up and steps down.
        one, still = np.hstack([sums, -sums]), np.zeros((len(sums), 2 * n))
        both = np.vstack([np.hstack([one, still]), np.hstack([still, one])])
        apart = np.zeros(4 * n)
        apart[[at, n + at]], apart[[2 * n + at, 3 * n + at]] = (-1.0, 1.0), (1.0, -1.0)
        bounds = np.zeros((4 * n, 2))
        bounds[:, 1] = np.concatenate([above, below] * 2)
        found = _solved(np.tile(cost[own] + 1e-4, 4), both, bounds, apart, -wanted)
        if found is None:
            return None
        moved = np.zeros(len(free))
        moved[own] = np.abs(found.reshape(4, n)).sum(axis=0)
        return moved


def _solved(
    cost: Floats,
    sums: Floats,
    bounds: Floats,
    row: Floats | None = None,
    most: float = 0.0,
) -> Floats | None:
    """Solve one programme; None where nothing fulfils it."""
    more = {} if row is None else {"A_ub": row[None, :], "b_ub": [most]}
    if len(sums):
        more |= {"A_eq": sums, "b_eq": np.zeros(len(sums))}
    found = linprog(cost, bounds=bounds, **more)
    return None if found.x is None or found.status != 0 else np.asarray(found.x)

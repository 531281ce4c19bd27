"""Of which segments the outcome of an experiment may be told."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from segtools.disclosure import Flags, Published, Sum, hide

# The cells of one segment: who responded and who did not, of both arms; the arms; all.
_YES, _NO, _HELD_YES, _HELD_NO, _GOT, _HELD, _ALL = range(7)
_CELLS = 7


@dataclass(frozen=True)
class Tellable:
    """What may be told of each segment, and of everyone.

    Attributes
    ----------
    arms : ndarray of bool, shape (n_segments,)
        How many customers each arm has, and means over them.
    responses : ndarray of bool, shape (n_segments,)
        How many of them responded.
    everyone : bool
        How many of all customers of each arm responded.
    totals : bool
        How many customers each arm has altogether.
    """

    arms: Flags
    responses: Flags
    everyone: bool
    totals: bool


def tellable(counts: NDArray[np.int64], limit: int, *, known: bool) -> Tellable:
    """Decide what may be told, so that no few customers can be worked out.

    Parameters
    ----------
    counts : ndarray of int, shape (n_segments, 4)
        Who responded and who did not among those who got it, and among those who were
        held back.
    limit : int
        Counts of 1 to ``limit - 1`` are hidden, and what would give them away.
    known : bool
        How many customers of a segment take part is known from elsewhere, as where
        all of it do.

    Returns
    -------
    Tellable

    Examples
    --------
    Three who were held back responded: hidden, and with it what would give it away.

    >>> found = tellable(np.array([[40, 160, 3, 47], [60, 140, 30, 20],
    ...                            [50, 150, 20, 30]]), 10, known=True)
    >>> found.arms.tolist(), found.responses.tolist(), found.everyone
    ([True, True, True], [False, True, False], True)
    """
    k = len(counts)
    cells = np.zeros((k + 1, _CELLS))
    cells[:k, :4] = counts
    cells[k] = cells[:k].sum(axis=0)
    cells[:, _GOT] = cells[:, _YES] + cells[:, _NO]
    cells[:, _HELD] = cells[:, _HELD_YES] + cells[:, _HELD_NO]
    cells[:, _ALL] = cells[:, _GOT] + cells[:, _HELD]
    place = np.arange(cells.size).reshape(cells.shape)
    fixed = np.zeros(cells.shape, dtype=bool)
    fixed[:, _ALL] = known
    published = Published(cells.ravel(), _sums(place), fixed=fixed.ravel())
    hidden = hide(published, limit).reshape(cells.shape)
    arms: Flags = ~np.any(hidden[:, _GOT : _HELD + 1], axis=1)
    # A hidden arm hides what its customers did, too.
    responses: Flags = arms & ~np.any(hidden[:, :_GOT], axis=1)
    return Tellable(arms[:k], responses[:k], bool(responses[k]), bool(arms[k]))


def _sums(place: NDArray[np.int64]) -> list[Sum]:
    """Say how the cells add up: rows by arm and response, columns to everyone."""
    sums: list[Sum] = []
    for row in place.tolist():
        sums += [(row[_GOT], row[:2]), (row[_HELD], row[2:4])]
        sums.append((row[_ALL], row[_GOT:_ALL]))
    return sums + [(column[-1], column[:-1]) for column in place.T.tolist()]

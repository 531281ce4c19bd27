"""Purchase histories: frequency, recency and age, checked and grouped."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from segtools.schema import DataError

Array = NDArray[np.float64]

# Rows that are worked on at a time: small enough for a processor's cache.
CHUNK = 8_192


@dataclass(frozen=True)
class Histories:
    """Distinct purchase histories, and how many customers have each.

    Attributes
    ----------
    frequency, recency, age : arrays of shape (n_histories,)
        Repeat purchases; time from the first purchase to the last; time from the
        first purchase to the end of observation.
    weights : array of shape (n_histories,)
        Customers with this history.
    """

    frequency: Array
    recency: Array
    age: Array
    weights: Array

    @classmethod
    def of(
        cls,
        frequency: ArrayLike,
        recency: ArrayLike,
        age: ArrayLike,
        weights: ArrayLike | None = None,
    ) -> Histories:
        """Check histories and merge equal ones.

        Raises
        ------
        DataError
            As `check_histories` does, or for weights that are negative, missing or
            of another length.

        Examples
        --------
        >>> Histories.of([0, 2, 0], [0, 5, 0], [9, 9, 9]).weights.tolist()
        [2.0, 1.0]
        """
        x, t_x, T = (a.ravel() for a in check_histories(frequency, recency, age))
        w = check_weights(weights, len(x))
        first, place = distinct(x, t_x, T)
        return cls(x[first], t_x[first], T[first], summed(place, w))

    @property
    def n_customers(self) -> float:
        """Number of customers: the sum of the weights."""
        return float(self.weights.sum())

    @property
    def n_repeat_buyers(self) -> float:
        """Number of customers who came back."""
        return float(self.weights[self.frequency > 0].sum())

    def rescaled(self, unit: float) -> Histories:
        """Give the same histories with times counted in `unit`."""
        return replace(self, recency=self.recency / unit, age=self.age / unit)


def check_histories(
    frequency: ArrayLike, recency: ArrayLike, age: ArrayLike
) -> tuple[Array, Array, Array]:
    """Give three float arrays of one shape, or say what is wrong with them.

    Raises
    ------
    DataError
        For values that are missing, not finite or negative, frequencies that are
        not whole, arrays of different shapes, a recency above the age, or a
        recency without a repeat purchase.

    Examples
    --------
    >>> check_histories([1], [9.0], [8.0])
    Traceback (most recent call last):
    segtools.schema.DataError: recency must be at most age, but 1 of 1 is above it, \
the first one 9 at an age of 8. Count both from the first purchase, in one unit.
    """
    given = {"frequency": frequency, "recency": recency, "age": age}
    x, t_x, T = (not_negative(name, values) for name, values in given.items())
    x, t_x, T = _same_shape(x, t_x, T)
    _check(
        "frequency must hold whole numbers",
        x != np.floor(x),
        lambda i: f"not whole, the first one {x[i]:g}",
        "Count repeat purchases, or use weights.",
    )
    _check(
        "recency must be at most age",
        t_x > T,
        lambda i: f"above it, the first one {t_x[i]:g} at an age of {T[i]:g}",
        "Count both from the first purchase, in one unit.",
    )
    _check(
        "recency must be 0 without a repeat purchase",
        (x == 0) & (t_x > 0),
        lambda i: f"above it, the first one {t_x[i]:g}",
        "Count it from the first purchase to the last.",
    )
    return x, t_x, T


def not_negative(name: str, values: ArrayLike) -> Array:
    """Give `values` as finite floats of 0 or more; DataError otherwise."""
    try:
        array = np.asarray(values, dtype=float)
    except (TypeError, ValueError):
        raise DataError(
            f"{name} must hold numbers, but {np.asarray(values).dtype} was received. "
            "Fill or drop what is missing, and turn text into numbers."
        ) from None
    remedy = "Drop or mend these rows."
    bad = ~np.isfinite(array)
    _check(f"{name} must be finite", bad, lambda i: "missing or infinite", remedy)
    _check(
        f"{name} must be 0 or more",
        array < 0,
        lambda i: f"negative, the first one {array[i]:g}",
        remedy,
    )
    return array


def check_weights(weights: ArrayLike | None, n: int) -> Array:
    """Give `n` weights, 1 by default; DataError for negative ones or another length."""
    array = np.ones(n) if weights is None else not_negative("weights", weights)
    if array.shape != (n,):
        raise DataError(
            f"weights must hold one value a row, but {array.size:,} were received "
            f"for {n:,} rows. Give the number of customers of each row."
        )
    return array


def distinct(*columns: Array) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Find the distinct rows of some columns.

    Returns
    -------
    first : array of shape (n_distinct,)
        Where each distinct row stands first.
    place : array of shape (n_rows,)
        Which distinct row each row is.
    """
    code = np.zeros(len(columns[0]), dtype=np.int64)
    for column in columns:
        values, index = np.unique(column, return_inverse=True)
        # Codes are made dense again, so that their product cannot overflow.
        _, code = np.unique(code * len(values) + index, return_inverse=True)
    _, first = np.unique(code, return_index=True)
    return first, code


def summed(place: NDArray[np.int64], weights: Array) -> Array:
    """Sum weights by the `place` that `distinct` gives."""
    return np.bincount(place, weights=weights).astype(float)


def in_chunks(function: Callable[..., Array], *columns: Array) -> Array:
    """Apply a function of rows to a chunk of rows at a time, to spare memory."""
    shape = columns[0].shape
    flat = [np.ravel(c) for c in columns]
    found = np.empty(flat[0].size)
    for at in range(0, len(found), CHUNK):
        found[at : at + CHUNK] = function(*(c[at : at + CHUNK] for c in flat))
    return found.reshape(shape)


def weighted_sums(rows: Array, weights: Array) -> Array:
    """Sum over the last axis with weights.

    In one thread, unlike a matrix product: the same digits on every machine, and no
    threads that wait for each other on a busy one.
    """
    return np.einsum("...j,j->...", rows, weights)


def _same_shape(x: Array, t_x: Array, T: Array) -> tuple[Array, Array, Array]:
    sizes = {a.shape for a in (x, t_x, T) if a.ndim}
    if len(sizes) > 1:
        raise DataError(
            "frequency, recency and age must be equally long, but they have "
            f"{x.size:,}, {t_x.size:,} and {T.size:,} values. "
            "Give one value a customer in each."
        )
    x, t_x, T = np.broadcast_arrays(x, t_x, T)
    return x, t_x, T


def _check(rule: str, bad: Any, found: Callable[[Any], str], remedy: str) -> None:
    """Raise the house's sentence if any value is `bad`; `found` describes the first."""
    n = int(np.count_nonzero(bad))
    if n:
        where = np.unravel_index(int(np.argmax(bad)), np.shape(bad))
        verb = "is" if n == 1 else "are"
        sentence = f"{n:,} of {np.size(bad):,} {verb} {found(where)}"
        raise DataError(f"{rule}, but {sentence}. {remedy}")

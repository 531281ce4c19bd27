"""Edges for values that nobody has rounded, so that no engine needs to round them.

A run keeps its features rounded to nine significant digits. Asking of an unrounded
value whether it lies below a cut once rounded is asking whether it lies below the
largest number that rounding brings down to the cut: one comparison instead of a dozen.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from segtools.features.build import round_significant

# Within these sizes rounding never puts a larger number below a smaller one.
_LEAST, _MOST = 1e-13, 1e22
# Wider than half a unit of the ninth digit, however the digits begin.
_REACH = 2e-8


def for_raw(payload: dict[str, Any]) -> dict[str, Any] | None:
    """Widen a payload, so that it places values as it would place them rounded.

    Parameters
    ----------
    payload : dict
        The frozen method; never changed.

    Returns
    -------
    dict or None
        None where only rounding will do: for cuts of sizes that `widened` has no
        answer for, and for mixtures. Of centroids only cuts by hand are widened.

    Examples
    --------
    >>> payload = {"kind": "scorecard", "bins": {"a": {"upper": [0.333333333]}}}
    >>> for_raw(payload)["bins"]["a"]["upper"][0] > 1 / 3
    True
    """
    if payload["kind"] == "mixture":
        return None
    try:
        wide = _OF_KIND.get(payload["kind"], dict)(payload)
        hand = [s | _upper(s) if "upper" in s else s for s in payload.get("hand", ())]
    except NotWidenedError:
        return None
    return wide | ({"hand": hand} if hand else {})


class NotWidenedError(ValueError):
    """A cut is of a size at which rounding is not monotone."""


def _scorecard(payload: dict[str, Any]) -> dict[str, Any]:
    bins = {n: b | {"upper": widened(b["upper"])} for n, b in payload["bins"].items()}
    return payload | {"bins": bins}


def _rules(payload: dict[str, Any]) -> dict[str, Any]:
    if payload["form"] == "grid":
        wide = {n: widened(u) for n, u in payload["upper"].items()}
        return payload | {"upper": wide}
    tree = payload["tree"]
    inner = [i for i, left in enumerate(tree["left"]) if left >= 0]
    upper = list(tree["upper"])
    for i, cut in zip(inner, widened([upper[i] for i in inner]), strict=True):
        upper[i] = cut
    return payload | {"tree": tree | {"upper": upper}}


def _upper(step: dict[str, Any]) -> dict[str, Any]:
    return {"upper": widened([step["upper"]])[0]}


def widened(edges: Sequence[float]) -> list[float]:
    """Give the largest numbers that rounding does not lift above the edges.

    Parameters
    ----------
    edges : sequence of float
        Cuts for rounded values, closed on the right; each 0 or of a size from 1e-13
        to 1e22, beyond which rounding is not monotone in every bit.

    Returns
    -------
    list of float
        For each edge ``c`` the ``w`` for which ``round_significant(x) <= c`` exactly
        where ``x <= w``.

    Raises
    ------
    NotWidenedError
        If an edge is of another size.

    Examples
    --------
    >>> [w] = widened([0.333333333])
    >>> 1 / 3 <= w, 0.3333333334 <= w, 0.3333333336 <= w
    (True, True, False)
    """
    cuts = np.asarray(edges, dtype=float)
    sizes = np.abs(cuts)
    if not ((sizes == 0) | ((sizes >= _LEAST) & (sizes <= _MOST))).all():
        raise NotWidenedError(
            f"Edges must be 0 or of a size from {_LEAST} to {_MOST}, but they are "
            f"{list(edges)}. Round the values instead."
        )
    low = cuts - _REACH * np.abs(cuts)
    high = cuts + _REACH * np.abs(cuts)
    while True:
        middle = low + (high - low) / 2
        inside = (low < middle) & (middle < high)
        if not inside.any():
            return [float(v) for v in np.where(cuts == 0, 0.0, low)]
        down = _stays(middle, cuts)
        low = np.where(inside & down, middle, low)
        high = np.where(inside & ~down, middle, high)


def _stays(values: NDArray[np.float64], cuts: NDArray[np.float64]) -> NDArray[Any]:
    return np.asarray(round_significant(values) <= cuts)


_OF_KIND: dict[str, Callable[[dict[str, Any]], dict[str, Any]]] = {
    "scorecard": _scorecard,
    "rules": _rules,
}

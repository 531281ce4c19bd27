"""How far a frozen model's segments come out again from other samples of customers.

Methods that learn keep fifty models learned on bootstrap samples. Rules are what they
are whoever is sampled, but where their cuts lie is not: each was put where a certain
share of customers lies below it, and in another sample that is elsewhere. So rules are
redrawn with every cut where the same share of a bootstrap sample lies below.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from segtools.segmentation.cuts import payload_cuts
from segtools.segmentation.model import SegmentModel
from segtools.segmentation.place import place, readable
from segtools.segmentation.stability.agreement import adjusted_rand, crossed

N_DRAWS = 50
# Agreement of so many customers is known to a hundredth.
MOST = 5000


@dataclass(frozen=True)
class Again:
    """Adjusted Rand index of a model's segments with those from other samples.

    Attributes
    ----------
    middle, low, high : float
        Median, 5th and 95th percentile over the samples; NaN where there are none.
    n : int
        How many samples.
    """

    middle: float
    low: float
    high: float
    n: int


def method_rows(
    model: SegmentModel, features: pd.DataFrame, seed: int, most: int = MOST
) -> pd.DataFrame:
    """Give customers whom the method places, in an order of their own, at most so many.

    Parameters
    ----------
    model : SegmentModel
    features : DataFrame
        The population at the origin, as for ``model.assign``.
    seed : int
    most : int, default=5000
        Of more, a sample.
    """
    rows = features[model.by_method(features["recency_days"])]
    rows = rows.sort_values("customer_id", ignore_index=True)
    if len(rows) > most:
        chosen = np.random.default_rng(seed).choice(len(rows), most, replace=False)
        rows = rows.iloc[np.sort(chosen)].reset_index(drop=True)
    return rows


def redrawn(
    model: SegmentModel, rows: pd.DataFrame, seed: int, n_draws: int = N_DRAWS
) -> list[dict[str, Any]]:
    """Give the model's method as other samples of customers would have drawn it.

    Parameters
    ----------
    model : SegmentModel
    rows : DataFrame
        Customers whom the method places, see `method_rows`.
    seed : int
        Where chance starts.
    n_draws : int, default=50
        Of rules; methods that learn have the replicates they were frozen with.

    Returns
    -------
    list of dict
        Payloads with the same segments; none where there is nothing to redraw.
    """
    if model.replicates:
        return [model._again(copy) for copy in model.replicates]
    payload = model.payload
    if payload["kind"] != "rules" or not any(payload_cuts(payload).values()):
        return []
    rng = np.random.default_rng(seed)
    n = len(rows)
    draws = [np.bincount(rng.integers(n, size=n), minlength=n) for _ in range(n_draws)]
    X = readable(payload, rows)
    shifted = {name: _shifted(payload, X, name, draws) for name in payload["uses"]}
    return [
        _with_cuts(payload, {name: to[i] for name, to in shifted.items()})
        for i in range(n_draws)
    ]


def agreement_again(model: SegmentModel, rows: pd.DataFrame, seed: int) -> Again:
    """Compare a model's segments with those that other samples would have given.

    Parameters
    ----------
    model, rows, seed
        As for `redrawn`.

    Examples
    --------
    >>> from segtools.segmentation.model import everyone
    >>> frame = pd.DataFrame({"customer_id": ["a", "b"], "recency_days": [1.0, 2.0]})
    >>> agreement_again(everyone(), frame, seed=1).n
    0
    """
    X = readable(model.payload, rows)
    own = place(model.payload, X).labels
    found = [
        agreement(own, place(payload, X).labels)
        for payload in redrawn(model, rows, seed)
    ]
    if not found:
        return Again(np.nan, np.nan, np.nan, 0)
    low, middle, high = np.quantile(found, [0.05, 0.5, 0.95])
    return Again(float(middle), float(low), float(high), len(found))


def agreement(one: NDArray[np.int64], other: NDArray[np.int64]) -> float:
    """Give the adjusted Rand index of two labellings of the same customers.

    Examples
    --------
    >>> agreement(np.array([0, 0, 5]), np.array([1, 1, 0]))
    1.0
    """
    (first, a), (second, b) = (np.unique(x, return_inverse=True) for x in (one, other))
    return adjusted_rand(crossed(a, b, len(first), len(second)))


def _shifted(
    payload: dict[str, Any], X: pd.DataFrame, name: str, draws: list[NDArray[np.int64]]
) -> list[dict[float, float]]:
    """Say of each draw where each cut of a feature goes."""
    values = X[name].to_numpy(float)
    known = np.flatnonzero(~np.isnan(values))
    order = known[np.argsort(values[known], kind="stable")]
    ascending = values[order]
    cuts = sorted(set(payload_cuts(payload).get(name, [])))
    levels = [_level(ascending, cut) for cut in cuts]
    found = []
    for draw in draws:
        so_far = np.cumsum(draw[order])
        to = {cut: cut for cut in cuts}
        for cut, level in zip(cuts, levels, strict=True):
            if level is not None and so_far[-1]:
                wanted = max(np.ceil(level * so_far[-1]), 1)
                to[cut] = float(ascending[np.searchsorted(so_far, wanted)])
        found.append(to)
    return found


def _level(ascending: NDArray[np.float64], cut: float) -> float | None:
    """Give the quantile that a cut is; None if nobody, or everybody, lies below.

    Where many share the last value below the cut, many levels give the same cut; the
    middle one of these is taken, as the surest.
    """
    below = int(np.searchsorted(ascending, cut, side="right"))
    if below in (0, len(ascending)):
        return None
    less = int(np.searchsorted(ascending, ascending[below - 1], side="left"))
    return (less + below) / 2 / len(ascending)


def _with_cuts(
    payload: dict[str, Any], to: dict[str, dict[float, float]]
) -> dict[str, Any]:
    if payload["form"] == "grid":
        upper = {
            name: [to[name][float(c)] for c in own]
            for name, own in payload["upper"].items()
        }
        return payload | {"upper": upper}
    tree, names = payload["tree"], payload["uses"]
    asks = zip(tree["left"], tree["feature"], tree["upper"], strict=True)
    moved = [to[names[j]][float(u)] if left >= 0 else u for left, j, u in asks]
    return payload | {"tree": tree | {"upper": moved}}

"""The cuts of a frozen model: where they are, where they may go, and who crosses.

A cut between two neighbours changes nothing but the segment of customers whose value
lies between these neighbours. So two placements, with the cut as far down and as far up
as it goes, say what everybody would be wherever it lies.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from segtools.disclosure import LIMIT
from segtools.languages import mark, tr
from segtools.schema import ConfigError
from segtools.segmentation.decisions import change
from segtools.segmentation.model import SegmentModel
from segtools.segmentation.place import place, readable, score

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
# More places than these no slider has room for, and none needs a look of its own.
MOST_STOPS = 61
_TRIED = 600
_WHY_NONE = {
    "centroids": mark(
        "This model has no cut to move: it gives customers to the nearest centre. "
        "Merge or split segments instead."
    ),
    "mixture": mark(
        "This model has no cut to move: it gives customers to the likeliest segment. "
        "Merge or split segments instead."
    ),
    "scorecard": mark(
        "This model has no cut to move: all its customers are in one band. Merge or "
        "split segments instead."
    ),
    "rules": mark(
        "This model has no cut to move: it has one segment, everyone. Merge or split "
        "segments instead."
    ),
}
_ONE = mark(
    "This model has no cut to move: it has one segment, everyone. Nothing can be moved."
)


@dataclass(frozen=True)
class Cut:
    """One cut of a model.

    Attributes
    ----------
    feature : str or None
        Whose cut it is, in rules; None for a scorecard's points.
    at : float
        Where it is, in the feature's unit or in points.
    """

    feature: str | None
    at: float


def payload_cuts(payload: dict[str, Any]) -> dict[str | None, list[float]]:
    """Give a payload's cuts by feature, ascending; None stands for points.

    Parameters
    ----------
    payload : dict
        The frozen method. Of a grid a cut may stand several times, where most
        customers share one value.

    Returns
    -------
    dict
        Empty for methods that have no cuts.

    Examples
    --------
    >>> payload_cuts({"kind": "scorecard", "cuts": [400, 900]})
    {None: [400.0, 900.0]}
    """
    if payload["kind"] == "scorecard":
        return {None: [float(c) for c in payload["cuts"]]}
    if payload["kind"] != "rules":
        return {}
    if payload["form"] == "grid":
        return {n: [float(c) for c in own] for n, own in payload["upper"].items()}
    tree = payload["tree"]
    asks = zip(tree["left"], tree["feature"], tree["upper"], strict=True)
    asked = [(j, float(u)) for left, j, u in asks if left >= 0]
    return {
        name: sorted({u for j, u in asked if j == column})
        for column, name in enumerate(payload["uses"])
    }


def cuts_of(model: SegmentModel) -> list[Cut]:
    """List the cuts that can be moved, by feature and then ascending.

    Examples
    --------
    >>> from segtools.segmentation.model import everyone
    >>> cuts_of(everyone())
    []
    """
    by_feature = payload_cuts(model.payload)
    return [
        Cut(name, at)
        for name, own in by_feature.items()
        for at in sorted(set(own))
        if np.isfinite(at)
    ]


def no_cuts_sentence(model: SegmentModel) -> str:
    """Say why a model has no cut to move, and what to do instead.

    Examples
    --------
    >>> from segtools.segmentation.model import everyone
    >>> no_cuts_sentence(everyone())
    'This model has no cut to move: it has one segment, everyone. Nothing can be moved.'
    """
    if len(model.segments) < 2:
        return tr(_ONE)
    return tr(_WHY_NONE[model.payload["kind"]])


@dataclass(frozen=True)
class Crossing:
    """What each customer is on either side of a cut, wherever between its neighbours.

    Attributes
    ----------
    cut : Cut
    values : ndarray of shape (n_customers,)
        What is compared with the cut: the feature's value, or the score.
    below, above : ndarrays of shape (n_customers,)
        Positions in ``model.every``; they differ only for those whom the cut concerns.
    low, high : float
        The neighbours, which the cut may not meet; infinite where there is none.
    """

    cut: Cut
    values: Floats
    below: Ints
    above: Ints
    low: float
    high: float

    def positions(self, to: float) -> Ints:
        """Give everybody's position in ``model.every`` with the cut at `to`."""
        return np.where(self.is_below(to), self.below, self.above)

    def is_below(self, to: float) -> NDArray[np.bool_]:
        """Mark who lies below; a score equal to the cut goes up, a value down."""
        if self.cut.feature is None:
            return np.asarray(self.values < to)
        return np.asarray(self.values <= to)


def crossing(model: SegmentModel, features: pd.DataFrame, cut: Cut) -> Crossing:
    """Find out whom a cut concerns.

    Parameters
    ----------
    model : SegmentModel
    features : DataFrame
        The population at the origin, as for ``model.assign``.
    cut : Cut
        One of `cuts_of`.

    Raises
    ------
    ConfigError
        If the model has no such cut.
    """
    own = payload_cuts(model.payload).get(cut.feature, [])
    if cut.at not in own:
        there = ", ".join(f"{c.at:.10g}" for c in cuts_of(model)) or "none"
        raise ConfigError(
            f"A cut must be one of the model's, but {cut.at:.10g} of {cut.feature!r} "
            f"is none. Its cuts are {there}."
        )
    low = max((c for c in own if c < cut.at), default=-np.inf)
    high = min((c for c in own if c > cut.at), default=np.inf)
    X = readable(model.payload, features)
    values = _compared(model.payload, X, cut.feature)
    ends = _ends(values, cut, low, high)
    above, below = (_placed(model, X, features, cut, to) for to in ends)
    return Crossing(cut, values, below, above, low, high)


def _compared(payload: dict[str, Any], X: pd.DataFrame, feature: str | None) -> Floats:
    if feature is None:
        return score(payload, X).astype(float)
    values = X[feature].to_numpy(float)
    # As `place` does: in a tree a missing value lies below all, in a grid no orders.
    missing = 0.0 if payload["form"] == "grid" else -np.inf
    return np.where(np.isnan(values), missing, values)


def _ends(values: Floats, cut: Cut, low: float, high: float) -> tuple[float, float]:
    """Give the lowest and the highest place where the cut may be."""
    known = values[np.isfinite(values)]
    if cut.feature is None:  # whole points
        first = low + 1 if np.isfinite(low) else min(known.min(initial=cut.at), cut.at)
        last = high - 1 if np.isfinite(high) else max(known.max(initial=cut.at), cut.at)
        return first, last + (not np.isfinite(high))
    first = np.nextafter(low, np.inf)
    if not np.isfinite(low):
        first = np.nextafter(min(known.min(initial=cut.at), cut.at), -np.inf)
    last = np.nextafter(high, -np.inf)
    if not np.isfinite(high):
        last = max(known.max(initial=cut.at), cut.at)
    return float(first), float(last)


def _placed(
    model: SegmentModel, X: pd.DataFrame, features: pd.DataFrame, cut: Cut, to: float
) -> Ints:
    arguments = {"at": cut.at, "to": to, "feature": cut.feature}
    moved = model if to == cut.at else change(model, "move_cut", arguments)
    return model.positions(features["recency_days"], place(moved.payload, X).labels)


def stops(
    found: Crossing,
    limit: int = LIMIT,
    most: int = MOST_STOPS,
    among: Collection[float] | None = None,
) -> list[float]:
    """List the places to which a cut may move so that no step is about a few customers.

    Whatever is shown at two places differs by whom the cut has crossed between them; of
    fewer than `limit` the difference of two sums would tell what they spent.

    Parameters
    ----------
    found : Crossing
    limit : int, default=10
        Of each pair of segments no customer, or as many, change between two places;
        no segment that anybody is in holds fewer.
    most : int, default=61
        Places beyond these are left out evenly.
    among : collection of float, optional
        Only these places, as far as they lie between the neighbours, and the cut's own.

    Returns
    -------
    list of float
        Ascending, with the cut's own place among them; each the roundest number that
        parts the customers there.
    """
    levels, moves = _moves(found)
    own = int(np.searchsorted(levels, found.cut.at, side=_side(found)))
    known = _known(found, levels, own, among)
    tried = np.array(sorted(known)) if known else _tried(len(levels), own)
    counts = np.add.reduceat(moves, tried[:-1], axis=0) if len(tried) > 1 else moves[:0]
    at = tried.tolist().index(own)
    safe = [*_walk(counts[:at][::-1], limit)][::-1]
    kept = [at - s for s in safe] + [at] + [at + s for s in _walk(counts[at:], limit)]
    below = {i: int(tried[i]) for i in kept}
    places = {
        i: known[n] if known else _number_at(found, levels, n) for i, n in below.items()
    }
    places[at] = found.cut.at
    whole = [i for i in kept if i == at or _all_large(found, places[i], limit)]
    return [places[i] for i in _thinned(whole, at, most)]


def _known(
    found: Crossing, levels: Floats, own: int, among: Collection[float] | None
) -> dict[int, float]:
    """Give given places by how many of the levels lie below them; none of None."""
    if among is None:
        return {}
    inside = sorted(to for to in among if found.low < to < found.high)
    below = np.searchsorted(levels, inside, side=_side(found)).tolist()
    return dict(zip(below, inside, strict=True)) | {own: found.cut.at}


def _side(found: Crossing) -> Any:
    return "left" if found.cut.feature is None else "right"


def _moves(found: Crossing) -> tuple[Floats, Ints]:
    """Count who crosses at each value, by what they change from and to."""
    changed = found.below != found.above
    n = int(max(found.below.max(initial=0), found.above.max(initial=0))) + 1
    pair = found.above[changed] * n + found.below[changed]
    levels, place_of = np.unique(found.values[changed], return_inverse=True)
    pairs, column = np.unique(pair, return_inverse=True)
    counts = np.zeros((len(levels), len(pairs)), dtype=np.int64)
    np.add.at(counts, (place_of, column), 1)
    return levels, counts


def _tried(n: int, own: int) -> Ints:
    """Choose among n + 1 places, evenly where they are very many."""
    steps = np.linspace(0, n, min(n, _TRIED) + 1).round().astype(np.int64)
    return np.unique(np.r_[steps, own])


def _walk(counts: Ints, limit: int) -> list[int]:
    """Give the steps after which all that changed are none or many."""
    found, gathered = [], np.zeros(counts.shape[1], dtype=np.int64)
    for step, own in enumerate(counts, start=1):
        gathered = gathered + own
        if gathered.any() and ((gathered == 0) | (gathered >= limit)).all():
            found.append(step)
            gathered = np.zeros_like(gathered)
    return found


def _number_at(found: Crossing, levels: Floats, index: int) -> float:
    """Give the roundest number with `index` of the levels below it."""
    low = levels[index - 1] if index else -np.inf
    high = levels[index] if index < len(levels) else np.inf
    low, high = max(low, found.low), min(high, found.high)
    points = found.cut.feature is None  # whole, and a score equal to a cut lies above
    if points:
        low, high = low + 1, min(high + 1, found.high)
    elif low == found.low and np.isfinite(low):
        low = np.nextafter(low, np.inf)
    if np.isinf(low):
        low = high - max(abs(high), 1.0)
    return roundest(float(low), float(high))


def roundest(low: float, high: float) -> float:
    """Give the number from `low` on and below `high` that has the fewest digits.

    Parameters
    ----------
    low : float
    high : float
        Above `low`; infinity asks for a number just above.

    Examples
    --------
    >>> roundest(30.729, 31.2), roundest(95, 110), roundest(0.333, 0.334)
    (31.0, 100.0, 0.333)
    """
    span = (max(abs(low), 1.0) / 10 if np.isinf(high) else high - low) or 1.0
    start = -int(np.floor(np.log10(span))) - 1
    for digits in range(start, start + 18):
        step = 10.0**-digits
        near = round(float(np.ceil(low / step) * step), max(digits, 0))
        if low <= near < high:
            return near
    return low


def _all_large(found: Crossing, to: float, limit: int) -> bool:
    """Tell whether every segment keeps as many customers as may be shown."""
    n = int(max(found.below.max(initial=0), found.above.max(initial=0))) + 1
    before, after = (
        np.bincount(found.positions(at), minlength=n) for at in (found.cut.at, to)
    )
    return bool((after[before > 0] >= np.minimum(limit, before[before > 0])).all())


def _thinned(kept: list[int], own: int, most: int) -> list[int]:
    if len(kept) <= most:
        return kept
    steps = np.linspace(0, len(kept) - 1, most).round().astype(int)
    return sorted({*(kept[i] for i in steps), own})

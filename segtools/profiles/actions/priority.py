"""Which segment comes first: ratings from the data, weights that were fixed before."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from segtools.languages import mark

# What is rated from data, and what the rating is in proportion to.
RATED = {
    "value": mark("share of the value"),
    "growth": mark("spend lately against all of the window"),
    "size": mark("share of the customers"),
    "reach": mark("share who can be reached"),
    "effect": mark("worth of a small lift"),
}
BEST = 10.0
# What a measured effect weighs where the criteria do not say it.
MEASURED_WEIGHT = 25.0
_TENTH = Decimal("0.1")


@dataclass(frozen=True)
class Scored:
    """A segment's rating, from 0 to 10, and points, out of the weight, by criterion."""

    ratings: dict[str, float | None]
    points: dict[str, float | None]
    score: float | None


def ratings(
    measured: Mapping[str, Mapping[str, float | None]],
) -> dict[str, dict[str, float | None]]:
    """Rate each segment: 10 is the highest, the others in proportion.

    Parameters
    ----------
    measured : mapping of str to mapping
        segment_id to criterion to what was measured; None where it is not known.

    Returns
    -------
    dict of str to dict
        Ratings to one decimal; what is negative is rated 0.

    Examples
    --------
    >>> ratings({"S01": {"size": 50.0}, "S02": {"size": 20.0}})
    {'S01': {'size': 10.0}, 'S02': {'size': 4.0}}
    """
    top: dict[str, float] = {}
    for own in measured.values():
        for name, value in own.items():
            top[name] = max(top.get(name, 0.0), value or 0.0)
    return {
        segment_id: {
            name: None if value is None else _rating(value, top[name])
            for name, value in own.items()
        }
        for segment_id, own in measured.items()
    }


def _rating(value: float, top: float) -> float:
    return round(BEST * max(value, 0.0) / top, 1) if top > 0 else 0.0


def score(rated: Mapping[str, float | None], weights: Mapping[str, float]) -> Scored:
    """Weigh one segment's ratings; the points add up to the score by hand.

    Parameters
    ----------
    rated : mapping of str to float
        Criterion to rating; None where it is not known.
    weights : mapping of str to float
        Criterion to weight, as they were fixed.

    Returns
    -------
    Scored
        Points are the rating times the weight over 10, to one decimal; the score is
        their sum, 100 at most. The weight of what is not known is shared among the
        rest in proportion. Without any, there is no score.

    Examples
    --------
    >>> score({"value": 10.0, "size": 5.0}, {"value": 60, "size": 40}).score
    80.0
    >>> score({"value": 10.0, "size": None}, {"value": 60, "size": 40}).points
    {'value': 100.0, 'size': None}
    """
    known = {n: w for n, w in weights.items() if rated.get(n) is not None and w > 0}
    own = {n: rated.get(n) for n in weights}
    if not known:
        return Scored(own, dict.fromkeys(weights), None)
    points: dict[str, float | None] = dict.fromkeys(weights)
    total = Decimal(0)
    for name, weight in shares(known).items():
        exact = Decimal(str(weight)) * Decimal(str(own[name])) / 10
        rounded = exact.quantize(_TENTH, ROUND_HALF_UP)
        points[name] = float(rounded)
        total += rounded
    return Scored(own, points, float(total))


def shares(weights: Mapping[str, float]) -> dict[str, float]:
    """Scale weights to 100, to one decimal; the largest takes what rounding leaves.

    Examples
    --------
    >>> shares({"value": 40, "growth": 25, "size": 20})
    {'value': 47.1, 'growth': 29.4, 'size': 23.5}
    """
    whole = sum(weights.values())
    scaled = {n: round(100 * w / whole, 1) for n, w in weights.items()}
    if scaled:
        first = max(scaled, key=lambda n: scaled[n])
        rest = 100 - sum(w for n, w in scaled.items() if n != first)
        scaled[first] = round(rest, 1)
    return scaled


def with_effect(criteria: Mapping[str, float]) -> dict[str, float]:
    """Let a measured effect count, where the criteria give it no weight of their own.

    Examples
    --------
    >>> with_effect({"value": 60}), with_effect({"value": 60, "Effect": 0})
    ({'value': 60, 'effect': 25.0}, {'value': 60, 'Effect': 0})
    """
    known = {name.strip().lower() for name in criteria}
    return dict(criteria) | ({} if "effect" in known else {"effect": MEASURED_WEIGHT})


def split_weights(
    criteria: Mapping[str, float], measured: Mapping[str, Mapping[str, float | None]]
) -> tuple[dict[str, float], dict[str, float], dict[str, float]]:
    """Part the criteria: rated from data, for people to rate, and not in this data.

    Parameters
    ----------
    criteria : mapping of str to float
        Name to weight, as `goals.json` keeps them.
    measured : mapping of str to mapping
        segment_id to criterion to what was measured.

    Returns
    -------
    rated, by_people, unknown : dicts of str to float
        Name to weight.
    """
    rated: dict[str, float] = {}
    by_people: dict[str, float] = {}
    unknown: dict[str, float] = {}
    for name, weight in criteria.items():
        key = name.strip().lower()
        if key not in RATED:
            by_people[name] = weight
        elif all(own.get(key) is None for own in measured.values()):
            unknown[key] = weight
        else:
            rated[key] = weight
    return rated, by_people, unknown


def ranked(rows: Sequence[Mapping[str, Any]]) -> list[str]:
    """Order segments: by score, then by worth of a small lift, then by rank.

    Parameters
    ----------
    rows : sequence of mapping
        With ``segment_id``, ``score``, ``worth`` and ``rank``.

    Returns
    -------
    list of str
        Ids, the first to be treated first.
    """

    def order(row: Mapping[str, Any]) -> tuple[float, float, int]:
        best = -1.0 if row["score"] is None else row["score"]
        return -best, -(row["worth"] or 0.0), row["rank"]

    return [str(row["segment_id"]) for row in sorted(rows, key=order)]

"""Lifts of one campaign, by segment and for everyone, as a record keeps them."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from segtools.experiments.arms import Arms, named
from segtools.experiments.lift import (
    FALSE_DISCOVERIES,
    Lifts,
    beyond_chance,
    heterogeneity,
    likely,
    money_lifts,
    pooled,
    share_lifts,
    varied,
)
from segtools.experiments.policy import folds_of, policy_value

Row = dict[str, Any]
Flags = NDArray[np.bool_]
MEASURES = {"response": "responded", "spend": "spend"}
FIGURES = ("treated", "held", "lift", "low", "high", "found", "expected", "extra")
_WHOLE = ("lift", "low", "high", "found", "extra", "extra_low", "extra_high")


def compared(arms: Arms) -> Row:
    """Compare arms by segment, in shares who respond and in money spent.

    Returns
    -------
    dict
        ``segments`` (each with the sizes of its arms, ``response`` and ``spend``),
        ``everyone`` and ``heterogeneity``; what may not be told is None.
    """
    made = {name: _measure(arms, name) for name in MEASURES}
    rows = []
    for i, segment in enumerate(arms.campaign.segments):
        sizes = [int(n[i]) if arms.told.arms[i] else None for n in arms.sizes]
        row = named(segment) | dict(zip(("got", "held_back"), sizes, strict=True))
        rows.append(row | {name: m["rows"][i] for name, m in made.items()})
    whole: Row = {"segment": "Everyone", "segment_id": None}
    whole |= {name: m["everyone"] for name, m in made.items()}
    differ = {name: m["heterogeneity"] for name, m in made.items()}
    return {"segments": rows, "everyone": whole, "heterogeneity": differ}


def _measure(arms: Arms, name: str) -> Row:
    """Compare one measure where it may be told, and known in both arms."""
    keep = arms.both & (arms.told.responses if name == "response" else arms.told.arms)
    rows: list[Row] = [dict.fromkeys(FIGURES) for _ in keep]
    nothing = {"rows": rows, "everyone": dict.fromkeys(_WHOLE), "heterogeneity": None}
    if not keep.any() or (name == "response" and not arms.campaign.responses_known):
        return nothing
    lifts = _lifts(arms, name, keep)
    got = arms.sizes[0][keep]
    means = [m[keep] for m in arms.means(MEASURES[name])]
    figures = [*means, lifts.lift, lifts.low, lifts.high, beyond_chance(lifts)]
    figures += [likely(lifts), lifts.lift * got]
    places = np.flatnonzero(keep).tolist()
    for place, *values in zip(places, *figures, strict=True):
        rows[place] = dict(zip(FIGURES, map(_plain, values), strict=True))
    return nothing | {
        "everyone": _everyone(arms, name, lifts, keep),
        "heterogeneity": _differ(lifts),
    }


def _lifts(arms: Arms, name: str, keep: Flags) -> Lifts:
    """Compare the arms of some segments, each by itself."""
    if name == "spend":
        return money_lifts(*arms.moments("spend", keep))
    yes, no, held_yes, held_no = arms.counts[keep].T
    return share_lifts(yes, yes + no, held_yes, held_yes + held_no)


def _everyone(arms: Arms, name: str, lifts: Lifts, keep: Flags) -> Row:
    """Give the lift of those who got it, each segment by its receivers.

    Arms are compared within segments only: the shares held back may differ between
    them, and so do customers. A segment without both arms says nothing. A mean over
    segments would tell the one among them that may not be told: then there is none.
    """
    lost = arms.both & ~keep
    if not lost.any():
        n, made = arms.sizes[0][keep], lifts
    elif lost.sum() > 1 and (
        arms.told.everyone if name == "response" else arms.told.totals
    ):
        n, made = arms.sizes[0][arms.both], _lifts(arms, name, arms.both)
    else:
        return dict.fromkeys(_WHOLE)
    whole = pooled(made, n)
    ends, many = (whole.lift, whole.low, whole.high), int(n.sum())
    found = whole.p <= FALSE_DISCOVERIES and not whole.low <= 0 <= whole.high
    values = [*ends, np.bool_(found), *(end * many for end in ends)]
    return dict(zip(_WHOLE, map(_plain, values), strict=True))


def _differ(lifts: Lifts) -> Row | None:
    steady = varied(lifts)
    if len(steady.lift) < 2:
        return None
    return {k: _plain(v) for k, v in heterogeneity(steady).items()}


def by_segment(arms: Arms, goal: str, margin: float) -> Row | None:
    """Judge choosing by segment against treating all alike, in the goal's unit.

    Returns
    -------
    dict or None
        ``unit``, ``gain`` a customer with ``low`` and ``high``, ``customers``, the
        ``cost`` of treating one, in what share of the folds each segment was
        ``treated`` (by name), and ``everyone``. None for fewer than two segments.
    """
    money = goal == "grow_spend"
    keep = arms.both & (arms.told.arms if money else arms.told.responses)
    if keep.sum() < 2 or not (money or arms.campaign.responses_known):
        return None
    own = arms.rows[keep[arms.rows["code"].to_numpy()]]
    cost = float(own.loc[own["treated"], "cost"].mean()) if money else 0.0
    cost = 0.0 if np.isnan(cost) else cost
    places = np.flatnonzero(keep).tolist()
    value = policy_value(
        (own["spend"] * margin if money else own["responded"]).to_numpy(float),
        own["treated"].to_numpy(bool),
        np.searchsorted(places, own["code"]),
        fold=folds_of(own["customer_id"]),
        cost=cost,
    )
    names = [str(arms.campaign.segments[i]["segment"]) for i in places]
    return {
        "unit": "money" if money else "share",
        "gain": value.gain,
        "low": value.low,
        "high": value.high,
        "customers": len(own),
        "cost": cost,
        "treated": dict(zip(names, map(float, value.treated), strict=True)),
        "everyone": value.everyone,
    }


def _plain(value: Any) -> bool | float | None:
    if isinstance(value, (bool, np.bool_)):
        return bool(value)
    return float(value) if np.isfinite(value) else None

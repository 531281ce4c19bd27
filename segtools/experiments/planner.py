"""What an experiment could find: smallest lifts, customers needed, days it takes."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from segtools.disclosure import LIMIT
from segtools.experiments.glances import ExperimentPlan
from segtools.experiments.lift import FALSE_DISCOVERIES
from segtools.intervals import Floats

POWER = 0.8
_POINTS = 41
_MOST = 10**9  # customers; who would need more needs another idea

Row = dict[str, Any]


@dataclass(frozen=True)
class Design:
    """How an experiment is divided, and what a lift is measured against.

    Attributes
    ----------
    customers : float
        Of both arms.
    holdout : float
        Share of them that is held back.
    base, sd : float
        Mean of the outcome without treatment, and its standard deviation.
    share : bool
        The outcome is 0 or 1, so that the spread follows from the mean.
    alpha : float
        Chance to find something where nothing is.
    """

    customers: float
    holdout: float
    base: float
    sd: float
    share: bool
    alpha: float = FALSE_DISCOVERIES


def power_of(effect: ArrayLike, design: Design) -> Floats:
    """Give the chance to find a lift.

    Parameters
    ----------
    effect : array_like
        Lifts, in shares or money.
    design : Design

    Returns
    -------
    ndarray
        Of the two-sided test that the readout uses; NaN for a share above 1.

    Examples
    --------
    Sixteen times p(1 - p) over the squared lift, in each arm.

    >>> even = Design(2 * 16 * 0.1 * 0.9 / 0.02**2, 0.5, base=0.09, sd=0.0, share=True)
    >>> round(float(power_of(0.02, even)), 2)
    0.81
    """
    lifts = np.asarray(effect, float)
    got = design.customers * (1 - design.holdout)
    ratio = design.holdout / (1 - design.holdout)
    if not design.share:
        return _power_of_money(lifts, got, ratio * got, design)
    from statsmodels.stats.proportion import power_proportions_2indep

    most = lifts + design.base < 1
    power = power_proportions_2indep(
        np.where(most, lifts, 0.0),
        design.base,
        got,
        ratio=ratio,
        alpha=design.alpha,
        return_results=False,
    )
    return np.where(most, np.asarray(power, float), np.nan)


def _power_of_money(lifts: Floats, got: float, held: float, design: Design) -> Floats:
    """Give the power of the test of amounts, of which the spread grows with a lift."""
    from statsmodels.stats.power import normal_power_het

    # More customers buy, each as much as others do: the variance grows as the mean.
    grown = 1 + lifts / design.base if design.base > 0 else np.ones_like(lifts)
    alike = (got * grown + held) / (got + held) * (1 / got + 1 / held)
    power = normal_power_het(
        lifts,
        1.0,
        design.alpha,
        std_null=design.sd * np.sqrt(alike),
        std_alternative=design.sd * np.sqrt(grown / got + 1 / held),
    )
    return np.asarray(power, float)


def smallest_effect(design: Design, power: float = POWER) -> float | None:
    """Give the smallest lift that is found so often; None if none can be.

    Examples
    --------
    >>> round(smallest_effect(Design(2000, 0.5, base=20.0, sd=40.0, share=False)), 2)
    5.34
    """
    if design.customers < 4 or (not design.share and design.sd <= 0):
        return None
    # Close to all, a share has nowhere to go.
    top = (1 - design.base) * (1 - 1e-9) if design.share else 100 * design.sd
    return _root(lambda e: float(power_of(e, design)) - power, 0.0, top)


def customers_needed(effect: float, design: Design, power: float = POWER) -> int | None:
    """Give how many customers it takes to find a lift; None if no number does.

    Examples
    --------
    >>> customers_needed(5.0, Design(0, 0.5, base=20.0, sd=40.0, share=False))
    2261
    """
    impossible = design.share and effect + design.base >= 1
    if effect <= 0 or impossible or (not design.share and design.sd <= 0):
        return None

    def short(log: float) -> float:
        return float(power_of(effect, _of_size(design, math.exp(log)))) - power

    found = _root(short, math.log(8), math.log(_MOST))
    return None if found is None else math.ceil(math.exp(found))


def power_curves(plan: Mapping[str, Any]) -> list[Row]:
    """Give the chance to find each of a range of lifts, by segment and for everyone.

    Parameters
    ----------
    plan : mapping
        As `plan_experiment` gives it.

    Returns
    -------
    list of dict
        ``segment``, ``effect`` and ``power``; nothing of segments too small to test.
    """
    rows = [*plan["segments"], plan["everyone"]]
    rows = [r for r in rows if r["smallest_effect"] is not None]
    if not rows:
        return []
    top = 1.6 * max(r["smallest_effect"] for r in rows)
    effects = np.linspace(0, top, _POINTS)
    curves = []
    for row in rows:
        design = Design(**row["design"])
        for effect, power in zip(effects, power_of(effects, design), strict=True):
            if not np.isnan(power):
                point = {"effect": float(effect), "power": round(float(power), 6)}
                curves.append({"segment": row["segment"], **point})
    return curves


def plan_experiment(
    groups: Sequence[Mapping[str, Any]],
    outcomes: Mapping[str, Mapping[str, float]],
    block: Mapping[str, Any],
    *,
    goal: str,
    days: int,
    smallest_cell: int = LIMIT,
    learned_days: int | None = None,
) -> ExperimentPlan:
    """Say what an experiment could find, before anybody is treated.

    Parameters
    ----------
    groups : sequence of mapping
        One a segment: ``segment_id``, ``segment``, ``treatment`` and ``holdout``
        (customers), optional ``rank`` and ``colour``.
    outcomes : mapping of str to mapping
        segment_id to ``mean``, ``sd`` and ``n`` of the outcome learned before.
    block : mapping
        The configuration's ``experiment``.
    goal : str
        ``grow_spend`` is measured in money a customer, the others in shares.
    days : int
        ``outcome_days``, where the block has no days of its own.
    smallest_cell : int, default=10
        A segment with fewer customers in an arm is not tested by itself.
    learned_days : int, optional
        Over how many days `outcomes` were learned; default `days`. They are of no use
        where the experiment waits for more or fewer.

    Returns
    -------
    ExperimentPlan
        A dict: ``segments`` and ``everyone`` with ``customers``, ``holdout``, ``base``,
        ``smallest_effect`` (found four times in five), ``power`` at the effect worth
        finding, ``needed`` customers and ``enough``; ``tests`` (how many segments
        share the 5 % of false alarms), ``unit`` (share or money), ``days``,
        ``duration`` and the ``curves``. Arms of a few customers are None.
    """
    share = goal != "grow_spend"
    if (block.get("days") or days) != (learned_days or days):
        outcomes = {}  # learned over another period: it says nothing of this one
    rows = [_row(g, outcomes, block, smallest_cell, share=share) for g in groups]
    tested = [r for r in rows if r["base"] is not None and r["holdout"] is not None]
    own = [_judged(r, block, len(tested) or 1, share=share) for r in rows]
    whole = _judged(_everyone(rows), block, 1, share=share)
    made: Row = {
        "name": block.get("name"),
        "unit": "share" if share else "money",
        "effect": block.get("effect"),
        "holdout": block["holdout"],
        "tests": len(tested),
        "alpha": FALSE_DISCOVERIES,
        "aimed_power": POWER,
        "days": block.get("days") or days,
        "segments": own,
        "everyone": whole,
    }
    plan = ExperimentPlan(made)
    plan["duration"] = _duration(plan, block.get("per_day"))
    return plan | {"curves": power_curves(plan)}


def _row(
    group: Mapping[str, Any],
    outcomes: Mapping[str, Mapping[str, float]],
    block: Mapping[str, Any],
    fewest: int,
    *,
    share: bool,
) -> Row:
    """Bring together what is known of one segment; arms of a few are not told."""
    known = outcomes.get(group["segment_id"], {})
    known = known if known.get("n", 0) >= fewest else {}
    base, sd = known.get("mean"), known.get("sd")
    if base is None and share:
        base = block.get("base")
    got, held = int(group["treatment"]), int(group["holdout"])
    told = min(got, held) >= fewest
    return {
        "segment_id": group["segment_id"],
        "segment": group["segment"],
        "rank": group.get("rank"),
        "colour": group.get("colour"),
        "customers": got + held,
        "holdout": held if told else None,
        "base": base,
        "sd": sd,
    }


def _everyone(rows: Sequence[Row]) -> Row:
    known = [r for r in rows if r["base"] is not None]
    n = sum(r["customers"] for r in known)
    held = [r["holdout"] for r in rows]
    row: Row = {
        "segment_id": None,
        "segment": "Everyone",
        "rank": None,
        "colour": None,
        "customers": sum(r["customers"] for r in rows),
        "holdout": None if None in held else sum(held),
        "base": sum(r["base"] * r["customers"] for r in known) / n if n else None,
        "sd": None,
    }
    if n and all(r["sd"] is not None for r in known):
        # Lifts are compared within segments: what lies between them is no noise.
        row["sd"] = math.sqrt(sum(r["sd"] ** 2 * r["customers"] for r in known) / n)
    return row


def _judged(row: Row, block: Mapping[str, Any], tests: int, *, share: bool) -> Row:
    """Add what could be found in a row's customers."""
    none: Row = dict.fromkeys(("smallest_effect", "power", "needed", "enough"))
    # Where all did the same, nothing is known of how they differ.
    unknown = row["base"] is None or not (share or row["sd"])
    small = row["holdout"] is None and row["segment_id"] is not None
    if unknown or small:
        return row | none | {"design": None}
    design = Design(
        customers=row["customers"],
        holdout=block["holdout"],
        base=min(max(row["base"], 0.0), 1.0) if share else row["base"],
        sd=row["sd"] or 0.0,
        share=share,
        alpha=FALSE_DISCOVERIES / tests,
    )
    effect = block.get("effect")
    found: Row = {"smallest_effect": smallest_effect(design), "design": vars(design)}
    if effect is not None:
        power = float(power_of(effect, design))
        needed = customers_needed(effect, design)
        found |= {
            "power": None if math.isnan(power) else power,
            "needed": needed,
            "enough": needed is not None and needed <= row["customers"],
        }
    return row | none | found


def _duration(plan: Row, per_day: int | None) -> Row:
    """Say how many days it takes to treat, and then to wait."""
    treated = plan["everyone"]["customers"] * (1 - plan["holdout"])
    sending = 1 if per_day is None else max(1, math.ceil(treated / per_day))
    return {"sending": sending, "waiting": plan["days"], "per_day": per_day}


def _of_size(design: Design, customers: float) -> Design:
    return Design(**(vars(design) | {"customers": customers}))


def _root(short: Callable[[float], float], low: float, high: float) -> float | None:
    """Find where a rising function is 0."""
    from scipy.optimize import brentq

    if not short(high) >= 0:
        return None
    return low if short(low) >= 0 else float(brentq(short, low, high, xtol=1e-9))

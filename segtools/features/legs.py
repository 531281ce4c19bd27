"""The two legs of the contest: what is learned when, and judged when.

With t the origin and h the outcome's days, the judging leg learns at t-2h and judges
at t-h; the final leg learns at t-h and assigns at t. Both origins of a leg look back
equally far, or scores would not mean the same at both.
"""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass
from typing import Any

import pandas as pd

from segtools.features.build import collect, features_at
from segtools.features.catalogue import Feature, Window
from segtools.features.outcome import judged_on, outcome
from segtools.features.shop import Shop
from segtools.timezones import DAY


@dataclass(frozen=True)
class Leg:
    """One learning origin, one origin that it serves, and their common window."""

    name: str
    learn_origin: int
    judge_origin: int
    window_days: int


@dataclass(frozen=True)
class Plan:
    """The legs that the history allows, and the kind of evidence they give."""

    origin: int
    outcome_days: int
    window_days: int
    evidence: str
    sentence: str
    judging: Leg | None
    final: Leg | None

    def window(self) -> Window:
        """Give the window of the features at the origin."""
        return Window(self.origin, self.window_days)

    def history_days(self, first_order: str) -> float:
        """Count the days from the first order (ISO, UTC) to the origin."""
        return (self.origin - pd.Timestamp(first_order).timestamp()) / DAY

    def table(self, timezone: str) -> pd.DataFrame:
        """Tabulate the legs in local time: learn at, judge at, days looked back."""
        legs = [leg for leg in (self.judging, self.final) if leg]

        def local(second: int) -> str:
            moment = pd.Timestamp(second, unit="s", tz="UTC").tz_convert(timezone)
            return moment.strftime("%Y-%m-%d %H:%M")

        return pd.DataFrame(
            {
                "Leg": [leg.name for leg in legs],
                "Learn at": [local(leg.learn_origin) for leg in legs],
                "Judge or assign at": [local(leg.judge_origin) for leg in legs],
                "Window in days": [leg.window_days for leg in legs],
            }
        )

    def record(self) -> dict[str, Any]:
        """Give the plan as ``contest.json`` shows it, instants as ISO text."""
        return {
            "evidence": self.evidence,
            "sentence": self.sentence,
            "legs": [_leg(leg) for leg in (self.judging, self.final) if leg],
        }


def _leg(leg: Leg) -> dict[str, Any]:
    def iso(second: int) -> str:
        return pd.Timestamp(second, unit="s").strftime("%Y-%m-%dT%H:%M:%SZ")

    moments = {k: iso(getattr(leg, k)) for k in ("learn_origin", "judge_origin")}
    return asdict(leg) | moments


def plan_legs(
    origin: int, first_order: int, *, window_days: int, outcome_days: int, goal: str
) -> Plan:
    """Decide what can be learned and judged with the history that there is.

    Parameters
    ----------
    origin, first_order : int
        ``as_of`` and the first kept order, UTC seconds.
    window_days, outcome_days : int
        As configured.
    goal : str
        ``understand`` has no outcome, so nothing is judged.

    Returns
    -------
    Plan
        ``evidence`` is ``out_of_time``; ``cross_fitted`` where the judging leg would
        look back less than half the outcome's length; ``not_judged`` where the final
        leg would too.

    Examples
    --------
    >>> day = 86_400
    >>> days = {"window_days": 180, "outcome_days": 92}
    >>> plan = plan_legs(273 * day, 0, goal="grow_spend", **days)
    >>> plan.evidence, plan.judging.window_days, plan.final.window_days
    ('out_of_time', 89, 180)
    """
    step = outcome_days * DAY
    judging = _fit("judging", origin - step, first_order, window_days, step)
    final = _fit("final", origin, first_order, window_days, step)
    if goal == "understand":
        judging = final = None
        evidence, why = "not_judged", "The goal has no outcome, so nothing is judged."
    elif final is None:
        judging = None
        evidence = "not_judged"
        why = _why_nothing(window_days, outcome_days)
    elif judging is None:
        evidence = "cross_fitted"
        why = (
            f"Too little history lies before the last {2 * outcome_days} days, so the "
            "schemes are judged on other customers of the same period. That is weaker "
            "evidence than a later period."
        )
    else:
        evidence = "out_of_time"
        why = (
            f"The schemes learned from one period of {outcome_days} days and were "
            "judged on the next one."
        )
    ahead = final.window_days if final else _history(origin, first_order, window_days)
    return Plan(origin, outcome_days, ahead, evidence, why, judging, final)


def _why_nothing(window_days: int, outcome_days: int) -> str:
    if 2 * window_days < outcome_days:
        return (
            f"Features that look back {window_days} days are too short for an outcome "
            f"of {outcome_days} days; nothing is judged."
        )
    return (
        f"Too little history lies before the last {outcome_days} days to learn from; "
        "nothing is judged."
    )


def _history(origin: int, first_order: int, window_days: int) -> int:
    # The first day counts whole, so a history of 88.7 days is 89 days long.
    return max(min(window_days, math.ceil((origin - first_order) / DAY)), 1)


def _fit(
    name: str, judge_origin: int, first_order: int, window_days: int, step: int
) -> Leg | None:
    learn_origin = judge_origin - step
    if learn_origin <= first_order:
        return None
    window = _history(learn_origin, first_order, window_days)
    if window < step / DAY / 2:
        return None
    return Leg(name, learn_origin, judge_origin, window)


def build_learning(
    shop: Shop, plan: Plan, features: list[Feature], goal: str
) -> pd.DataFrame:
    """Build what the contest learns from and is judged on.

    Parameters
    ----------
    shop : Shop
        Kept tables, cut at ``as_of``.
    plan : Plan
        The legs.
    features : list of Feature
        What to compute at each origin.
    goal : str
        Which outcome.

    Returns
    -------
    DataFrame
        One row per part (``judging_learn``, ``judging_judge``, ``final_learn``) and
        customer: ``part``, ``customer_id``, the features at the part's origin and
        ``outcome`` of the ``outcome_days`` after it. Customers whom the goal is not
        judged on are left out.
    """
    wanted = []
    if plan.judging:
        leg = plan.judging
        wanted.append(("judging_learn", leg.learn_origin, leg.window_days))
        wanted.append(("judging_judge", leg.judge_origin, leg.window_days))
    if plan.final:
        leg = plan.final
        wanted.append(("final_learn", leg.learn_origin, leg.window_days))
    parts = [
        _part(shop, Window(origin, days), features, goal, plan.outcome_days).assign(
            part=name
        )
        for name, origin, days in wanted
    ]
    names = ["part", "customer_id", *[f.name for f in features], "outcome"]
    if not parts:
        return pd.DataFrame({n: pd.Series(dtype=object) for n in names})
    return pd.concat(parts, ignore_index=True)[names]


def _part(
    shop: Shop, window: Window, features: list[Feature], goal: str, days: int
) -> pd.DataFrame:
    frame = collect(features_at(shop, window, features))
    later = outcome(shop, goal, window.origin, days).to_pandas()
    known = later.set_index("customer_id")["outcome"]
    frame["outcome"] = frame["customer_id"].map(known).fillna(0.0).astype(float)
    return frame[judged_on(frame, goal)].reset_index(drop=True)

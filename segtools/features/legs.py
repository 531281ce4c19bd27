"""The two legs of the contest: what is learned when, and judged when.

With t the origin and h the outcome's days, the judging leg learns at t-2h and judges
at t-h; the final leg learns at t-h and assigns at t. Both origins of a leg look back
equally far, or scores would not mean the same at both. Where both legs do, the period
that the judging leg learned from teaches the final model once more.
"""

from __future__ import annotations

import pandas as pd

from segtools.config import RunConfig
from segtools.features.build import collect, features_at
from segtools.features.campaigns import CampaignPlan, plan_campaigns
from segtools.features.catalogue import Feature, Window
from segtools.features.outcome import judged_on, outcome
from segtools.features.plan import Leg, Plan, look_back, nothing_learned, why_nothing
from segtools.features.responses import learn_from_campaigns
from segtools.features.shop import Shop
from segtools.features.waves import GOAL
from segtools.languages import mark, tr, trn
from segtools.progress import progress
from segtools.timezones import DAY, epoch, instant


def plan_contest(shop: Shop, config: RunConfig, origin: int, first_order: str) -> Plan:
    """Plan what is learned and judged, by the goal's own origins.

    Parameters
    ----------
    shop : Shop
        Kept tables; of them only campaigns are looked at, where the goal needs them.
    config : RunConfig
        Goal, window and outcome.
    origin : int
        ``as_of``, UTC seconds.
    first_order : str
        ISO instant, UTC.
    """
    first = epoch(instant(first_order, "UTC"))
    days = {"window_days": config.window_days, "outcome_days": config.outcome_days}
    if config.goal == GOAL:
        least = config.smallest_cell
        return plan_campaigns(shop, origin, first, **days, smallest_cell=least)
    return plan_legs(origin, first, **days, goal=config.goal)


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
        evidence = "not_judged"
        why = tr("The goal has no outcome, so nothing is judged.")
    elif final is None:
        judging = None
        evidence = "not_judged"
        why = why_nothing(window_days, outcome_days)
    elif judging is None:
        evidence = "cross_fitted"
        why = trn(
            "Too little history lies before the last {n} day, so the schemes are "
            "judged on other customers of the same period. That is weaker evidence "
            "than a later period.",
            "Too little history lies before the last {n} days, so the schemes are "
            "judged on other customers of the same period. That is weaker evidence "
            "than a later period.",
            2 * outcome_days,
        )
    else:
        evidence = "out_of_time"
        why = trn(
            "The schemes learned from one period of {n} day and were judged on the "
            "next one.",
            "The schemes learned from one period of {n} days and were judged on the "
            "next one.",
            outcome_days,
        )
    ahead = final.window_days if final else look_back(origin, first_order, window_days)
    return Plan(origin, outcome_days, ahead, evidence, why, judging, final)


def _fit(
    name: str, judge_origin: int, first_order: int, window_days: int, step: int
) -> Leg | None:
    learn_origin = judge_origin - step
    if learn_origin <= first_order:
        return None
    window = look_back(learn_origin, first_order, window_days)
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
        judged on are left out. Of campaigns, one row per part, campaign and receiver.
    """
    if isinstance(plan, CampaignPlan):
        return learn_from_campaigns(shop, plan, features)
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
        for name, origin, days in progress(wanted, mark("Periods to learn from"))
    ]
    if not parts:
        return nothing_learned(features)
    names = ["part", "customer_id", *[f.name for f in features], "outcome"]
    return pd.concat(parts, ignore_index=True)[names]


def _part(
    shop: Shop, window: Window, features: list[Feature], goal: str, days: int
) -> pd.DataFrame:
    frame = collect(features_at(shop, window, features))
    later = outcome(shop, goal, window.origin, days).to_pandas()
    known = later.set_index("customer_id")["outcome"]
    frame["outcome"] = frame["customer_id"].map(known).fillna(0.0).astype(float)
    return frame[judged_on(frame, goal)].reset_index(drop=True)

"""What a campaign brought: lift by segment, or association where nobody was held back.

Segments are those of before the campaign: nothing that a receiver did after it may
decide in which segment he is counted.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from segtools.disclosure import LIMIT
from segtools.experiments.arms import Arms, Campaign, named
from segtools.experiments.checks import alike, balance, sample_ratio
from segtools.experiments.compared import by_segment, compared
from segtools.experiments.glances import Readout
from segtools.intervals import wilson

Row = dict[str, Any]
RANDOMISED, ASSOCIATION = "randomised", "association"
_SHARE = ("share", "low", "high")


def read_out(
    campaign: Campaign,
    *,
    goal: str = "grow_spend",
    margin: float = 1.0,
    smallest_cell: int = LIMIT,
) -> Readout:
    """Compare those who got a campaign with those who were held back, by segment.

    Parameters
    ----------
    campaign : Campaign
    goal : str, default="grow_spend"
        Decides in which unit the choice by segment is judged: money for this one.
    margin : float, default=1.0
        What is earned of each unit of spend, to be weighed against the cost.
    smallest_cell : int, default=10
        Nothing is told of fewer customers.

    Returns
    -------
    Readout
        A dict: ``design`` (``randomised`` or ``association``) and ``why``, a word;
        ``checks`` of the arms, ``counts`` of who took part, ``cost`` of writing to
        one customer (0 where the file has none) and ``margin``. Of a randomised one
        ``segments`` and ``everyone`` with ``response`` (shares) and ``spend`` (money a
        customer): ``treated``, ``held``, ``lift``, ``low``, ``high``, ``found``
        (beyond chance, false discoveries controlled over segments), ``expected`` (the
        next time) and ``extra`` (of all who got it); ``heterogeneity`` and ``policy``.
        Of another one who responded among receivers, and ``alike_p``. What may not be
        told is None.
    """
    arms = Arms(campaign, smallest_cell)
    design, why, checks = _design(arms)
    if checks["sample_ratio"] and not arms.told.totals:
        # The share held back, of customers who are known, would tell how many.
        checks["sample_ratio"] |= {"observed": None, "p": None}
    known: Row = {
        "campaign_id": campaign.campaign_id,
        "days": campaign.days,
        "drawn": campaign.drawn,
        "design": design,
        "why": why,
        "responses_known": campaign.responses_known,
        "checks": checks,
        "counts": arms.totals(),
        "cost": arms.cost(),
        "margin": margin,
    }
    head = Readout(known)
    if design == ASSOCIATION:
        return head | _associated(arms)
    return head | compared(arms) | {"policy": by_segment(arms, goal, margin)}


def _design(arms: Arms) -> tuple[str, str, Row]:
    """Say whether arms are those of a lot, and by what that was checked."""
    checks: Row = {"sample_ratio": None, "balance": None}
    got, held = arms.sizes
    if held.sum() == 0:
        return ASSOCIATION, "nobody_held_back", checks
    if got.sum() == 0:
        return ASSOCIATION, "nobody_treated", checks
    if not arms.both.any():
        return ASSOCIATION, "no_segment_in_both_arms", checks
    checks["balance"] = balance(*arms.moments("spend_before", arms.both))
    share = arms.campaign.holdout
    if share is not None:
        checks["sample_ratio"] = sample_ratio(int(held.sum()), len(arms.rows), share)
    wrong = [name for name, c in checks.items() if c is not None and not c["ok"]]
    if wrong:
        return ASSOCIATION, wrong[0], checks
    return RANDOMISED, "file" if share is None else "ours", checks


def _associated(arms: Arms) -> Row:
    """Give who responded among receivers; nothing here is an effect."""
    yes, n = arms.counts[:, 0], arms.sizes[0]
    told = arms.told.responses & (n > 0)
    rows = []
    for i, segment in enumerate(arms.campaign.segments):
        members = segment.get("members")
        known = bool(arms.told.arms[i])
        row = named(segment) | {"got": int(n[i]) if known else None}
        row["reach"] = float(n[i] / members) if known and members else None
        rows.append(row | _share(yes[i], n[i], told=bool(told[i])))
    whole = _share(yes.sum(), n.sum(), told=arms.told.everyone and n.sum() > 0)
    return {
        "segments": rows,
        "everyone": {"segment": "Everyone", "segment_id": None} | whole,
        "alike_p": alike(yes[told], n[told]),
    }


def _share(yes: int, n: int, *, told: bool) -> Row:
    if not told:
        return dict.fromkeys(_SHARE)
    low, high = wilson(yes, n)
    figures = (yes / n, low, high)
    return dict(zip(_SHARE, map(float, np.array(figures)), strict=True))

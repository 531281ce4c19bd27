"""Campaigns of a fictional shop, of which it is known who responds and why.

Who bought lately and who uses coupons responds; how much somebody spends says nothing
beyond that. Does a method find it, and nothing where chance alone decides?
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from pandas import DataFrame

from segtools.simulate import Simulation

# Log odds of responding: for everybody, by recency, by the share of lines with coupon.
_BASE, _BY_RECENCY, _BY_COUPONS = -0.8, -1.4, 6.0
_RECENT_DAYS, _COUPON_DAYS = 14, 180
_BY_CHANCE = 0.15
_WITHOUT = 0.25  # how likely those held back are to do it all the same, of that
_ZONE = "Europe/Berlin"


@dataclass(frozen=True, eq=False)
class Campaigns:
    """Hold what a campaign tool exports, and the truth behind it.

    Attributes
    ----------
    campaigns : DataFrame
        One row per customer and campaign: ``campaign_id``, ``customer_id``,
        ``sent_at`` (UTC without zone), ``channel``, ``treated`` (False: held back)
        and ``cost`` in euros.
    conversions : DataFrame
        ``campaign_id``, ``customer_id``, ``converted_at`` and ``value``.
    truth : DataFrame
        One row per sending: what decided, ``recency_days`` and ``coupon_share``, and
        the ``probability`` to respond.
    """

    campaigns: DataFrame
    conversions: DataFrame
    truth: DataFrame


def simulate_campaigns(
    shop: Simulation,
    sent_on: Sequence[str],
    *,
    days: int = 30,
    share: float = 0.7,
    held_back: float = 0.1,
    by_chance: bool = False,
    seed: int = 0,
) -> Campaigns:
    """Send campaigns to customers of a simulated shop and see who responds.

    Parameters
    ----------
    shop : Simulation
        As `simulate` gives it.
    sent_on : sequence of str
        One local day a campaign, such as ``["2024-09-02"]``; sent from 10:00 on within
        two hours to customers who have bought before.
    days : int, default=30
        Within which somebody responds, if at all.
    share : float, default=0.7
        Of the customers get or would have got it.
    held_back : float, default=0.1
        Of these are held back to compare.
    by_chance : bool, default=False
        Everybody is equally likely to respond, so that there is nothing to find.
    seed : int, default=0
        Seed of all chance; the same arguments give identical frames.

    Returns
    -------
    Campaigns

    Examples
    --------
    >>> from segtools.simulate import simulate
    >>> made = simulate_campaigns(simulate(100, seed=7), ["2024-09-02"])
    >>> sorted(made.campaigns["campaign_id"].unique())
    ['K1']
    """
    rng = np.random.default_rng(seed)
    bought = shop.order_lines[~shop.order_lines["is_return"]]
    parts = []
    for number, day in enumerate(sent_on, 1):
        moment = pd.Timestamp(f"{day}T10:00", tz=_ZONE).tz_convert("UTC")
        known = _known_at(bought, moment.tz_localize(None))
        some = known[rng.random(len(known)) < share].reset_index(drop=True)
        late = pd.to_timedelta(rng.integers(0, 7200, len(some)), unit="s")
        parts.append(
            some.assign(
                campaign_id=f"K{number}",
                sent_at=moment.tz_localize(None) + late,
                treated=rng.random(len(some)) >= held_back,
            )
        )
    sent = pd.concat(parts, ignore_index=True)
    sent["probability"] = _probability(sent, by_chance=by_chance)
    return _exported(sent, _responded(rng, sent, days))


def _known_at(bought: DataFrame, moment: pd.Timestamp) -> DataFrame:
    """Measure everybody who bought before a moment."""
    before = bought[bought["ordered_at"] < moment]
    last = before.groupby("customer_id")["ordered_at"].max()
    start = moment - pd.Timedelta(days=_COUPON_DAYS)
    lately = before[before["ordered_at"] >= start]
    coupons = (lately["coupon_discount"] > 0).groupby(lately["customer_id"]).mean()
    known = DataFrame({"recency_days": (moment - last).dt.total_seconds() / 86_400})
    return known.assign(
        coupon_share=coupons.reindex(known.index).fillna(0.0)
    ).reset_index()


def _probability(sent: DataFrame, *, by_chance: bool) -> pd.Series:
    if by_chance:
        return pd.Series(_BY_CHANCE, index=sent.index)
    odds = _BASE + _BY_RECENCY * np.log1p(sent["recency_days"] / _RECENT_DAYS)
    odds = odds + _BY_COUPONS * sent["coupon_share"]
    return (1 / (1 + np.exp(-odds))).round(6)


def _responded(rng: np.random.Generator, sent: DataFrame, days: int) -> DataFrame:
    """Draw who responds, when, and for how much; a few do so twice."""
    chance = sent["probability"] * np.where(sent["treated"], 1.0, _WITHOUT)
    found = sent[rng.random(len(sent)) < chance]
    found = pd.concat([found, found[rng.random(len(found)) < 0.03]])
    wait = pd.to_timedelta(rng.integers(60, days * 86_400, len(found)), unit="s")
    cents = rng.integers(1000, 8000, len(found))
    return found.assign(converted_at=found["sent_at"] + wait, value=cents / 100)


def _exported(sent: DataFrame, found: DataFrame) -> Campaigns:
    keys = ["campaign_id", "customer_id"]
    truth = [*keys, "recency_days", "coupon_share", "probability"]
    rows = sent.assign(channel="email", cost=sent["treated"] * 0.05)
    campaigns = rows[[*keys, "sent_at", "channel", "treated", "cost"]]
    done = found.sort_values([*keys, "converted_at"], ignore_index=True)
    return Campaigns(campaigns, done[[*keys, "converted_at", "value"]], sent[truth])

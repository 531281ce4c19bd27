"""What comes of an experiment with fictional customers, of whom the lift is known."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from pandas import DataFrame

_ZONE = "Europe/Berlin"


@dataclass(frozen=True, eq=False)
class Returned:
    """Hold what comes back of a campaign, and the truth behind it.

    Attributes
    ----------
    campaigns : DataFrame
        One row a customer: ``campaign_id``, ``customer_id``, ``sent_at`` (UTC without
        zone), ``treated`` and ``cost``.
    conversions : DataFrame
        ``campaign_id``, ``customer_id`` and ``converted_at``.
    order_lines : DataFrame
        What those who responded bought, beyond what they buy anyway.
    truth : DataFrame
        One row a customer: ``customer_id``, ``treated`` and the ``probability`` to
        respond.
    """

    campaigns: DataFrame
    conversions: DataFrame
    order_lines: DataFrame
    truth: DataFrame


def simulate_experiment(
    arms: DataFrame,
    sent_on: str,
    *,
    base: float = 0.1,
    lift: Mapping[str, float] | float = 0.0,
    days: int = 30,
    campaign_id: str = "K1",
    seed: int = 0,
) -> Returned:
    """Send a campaign to those who are treated, and see who responds.

    Parameters
    ----------
    arms : DataFrame
        ``customer_id``, ``segment_id`` and ``arm`` (``treatment``, or held back).
    sent_on : str
        Local day; sent at 10:00.
    base : float, default=0.1
        Share who do it without being treated.
    lift : float or mapping of str to float, default=0.0
        Share more who do it because of it, for all or by segment_id.
    days : int, default=30
        Within which somebody responds, if at all.
    campaign_id : str, default="K1"
    seed : int, default=0
        Seed of all chance; the same arguments give identical frames.

    Returns
    -------
    Returned

    Examples
    --------
    >>> arms = DataFrame({"customer_id": list("abcd"), "segment_id": "S01",
    ...                   "arm": ["treatment", "hold-out"] * 2})
    >>> made = simulate_experiment(arms, "2024-10-01", lift=0.8)
    >>> made.truth["probability"].tolist()
    [0.9, 0.1, 0.9, 0.1]
    """
    rng = np.random.default_rng(seed)
    rows = arms.sort_values("customer_id", ignore_index=True)
    treated = (rows["arm"] == "treatment").to_numpy()
    more = rows["segment_id"].map(lift) if isinstance(lift, Mapping) else lift
    chance = np.clip(base + np.where(treated, more, 0.0), 0, 1).round(9)
    moment = pd.Timestamp(f"{sent_on}T10:00", tz=_ZONE).tz_convert("UTC")
    sent = moment.tz_localize(None)
    did = rng.random(len(rows)) < chance
    wait = pd.to_timedelta(rng.integers(60, days * 86_400, len(rows)), unit="s")
    cents = np.round(rng.lognormal(7.6, 0.5, len(rows)))
    own = rows[["customer_id"]].assign(campaign_id=campaign_id)
    return Returned(
        own.assign(sent_at=sent, treated=treated, cost=np.where(treated, 0.05, 0.0)),
        own[did].assign(converted_at=(sent + wait)[did]).reset_index(drop=True),
        _bought(own[did], (sent + wait)[did], cents[did] / 100),
        own[["customer_id"]].assign(treated=treated, probability=chance),
    )


def _bought(who: DataFrame, when: pd.DatetimeIndex, amount: np.ndarray) -> DataFrame:
    made = who.drop(columns="campaign_id").assign(
        order_id=[f"E{i}" for i in range(len(who))],
        ordered_at=when,
        product_id="offer",
        quantity=1.0,
        amount=amount,
    )
    return made.reset_index(drop=True)

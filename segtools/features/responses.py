"""What is learned from campaigns: receivers at the sending, and who responded."""

from __future__ import annotations

import ibis
import ibis.expr.types as ir
import pandas as pd

from segtools.features.build import collect, features_at
from segtools.features.campaigns import CampaignPlan
from segtools.features.catalogue import Feature, Window
from segtools.features.plan import nothing_learned
from segtools.features.shop import Shop
from segtools.features.waves import Wave, sendings
from segtools.prepare.campaigns import ONE
from segtools.timezones import DAY

TAKEN = ("teaches", "judges", "at_last", "both")


def responses(shop: Shop, days: int) -> ir.Table:
    """Say of each receiver of each campaign whether he responded in time.

    Parameters
    ----------
    shop : Shop
        Kept tables, cut at ``as_of``.
    days : int
        From the receiver's own sending on.

    Returns
    -------
    ibis Table
        ``campaign_id``, ``customer_id``, ``origin`` (of the wave, UTC second) and
        ``outcome`` (0 or 1). Those held back are no receivers.
    """
    sent = sendings(shop)
    sent = sent.filter(sent.got)
    done = shop.tables["conversions"]
    done = done.mutate(done=done.converted_at.epoch_seconds()).select(*ONE, "done")
    both = sent.left_join(done, ONE)
    wait = both.done - both.second
    hit = ((wait >= 0) & (wait < days * DAY)).fill_null(False)
    return both.group_by(*ONE, "origin").aggregate(outcome=hit.ifelse(1.0, 0.0).max())


def learn_from_campaigns(
    shop: Shop, plan: CampaignPlan, features: list[Feature]
) -> pd.DataFrame:
    """Build what the contest learns from and is judged on, receivers alone.

    Parameters
    ----------
    shop : Shop
        Kept tables.
    plan : CampaignPlan
    features : list of Feature
        What to compute at the origin of each wave.

    Returns
    -------
    DataFrame
        One row per part, wave and receiver who had bought before the wave: ``part``,
        ``customer_id``, the features at the wave's origin and ``outcome``.
    """
    known = responses(shop.before(plan.origin), plan.outcome_days)
    learned = _Measured(shop, features, known)
    frames = []
    for part, roles, leg in (
        ("judging_learn", ("teaches",), plan.judging),
        ("judging_judge", ("judges",), plan.judging),
        ("final_learn", TAKEN, plan.final),
    ):
        if leg is not None:
            found = [learned.at(w, leg.window_days) for w in plan.having(*roles)]
            rows = pd.concat(found, ignore_index=True)
            rows = rows.sort_values("customer_id", kind="stable", ignore_index=True)
            frames.append(rows.assign(part=part))
    if not frames:
        return nothing_learned(features)
    names = ["part", "customer_id", *[f.name for f in features], "outcome"]
    return pd.concat(frames, ignore_index=True)[names]


class _Measured:
    """Receivers measured at a wave's origin, each origin and window once."""

    def __init__(self, shop: Shop, features: list[Feature], known: ir.Table) -> None:
        self.shop, self.features = shop, features
        self.outcomes = known.to_pandas()
        self._made: dict[tuple[int, int], pd.DataFrame] = {}

    def at(self, wave: Wave, days: int) -> pd.DataFrame:
        """Give the receivers of one wave with their features and outcome."""
        key = (wave.origin, days)
        own = self.outcomes["origin"] == wave.origin
        if key not in self._made:
            here = sorted(set(self.outcomes.loc[own, "customer_id"].astype(str)))
            table = features_at(self.shop, Window(*key), self.features)
            who = ibis.memtable({"who": here}, schema={"who": "string"})
            self._made[key] = collect(table.filter(table.customer_id.isin(who.who)))
        own &= self.outcomes["campaign_id"].astype(str) == wave.campaign_id
        outcome = self.outcomes[own].set_index("customer_id")["outcome"]
        frame = self._made[key]
        frame = frame[frame["customer_id"].isin(outcome.index)]
        return frame.assign(outcome=frame["customer_id"].map(outcome).astype(float))

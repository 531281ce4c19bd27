"""What all campaigns that are over have brought, and what follows for each segment."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from segtools.config import RunConfig
from segtools.experiments.arms import Campaign
from segtools.experiments.assignment import TREATMENT
from segtools.experiments.carried import last_results
from segtools.experiments.membership import EarlierRun, Membership, membership
from segtools.experiments.outcomes import (
    campaign_outcomes,
    campaigns_over,
    with_everyone,
)
from segtools.experiments.readout import read_out
from segtools.features.plan import local_text
from segtools.features.shop import Shop
from segtools.features.waves import sendings
from segtools.timezones import DAY

Row = dict[str, Any]
# The latest campaigns say most, and those of before all runs cost a build each.
MOST = 6


def experiment_results(
    shop: Shop,
    config: RunConfig,
    origin: int,
    *,
    model: Mapping[str, Any],
    window_days: int,
    earlier: Sequence[EarlierRun] = (),
    segments: pd.DataFrame | None = None,
) -> Row:
    """Read out the latest campaigns that are over, six at the most.

    Parameters
    ----------
    shop : Shop
        Kept tables, cut at `origin`.
    config : RunConfig
        For goal, days, currency, smallest cell and the margin of its experiment.
    origin : int
        ``as_of`` in UTC seconds.
    model : mapping
        The content of ``model.json``.
    window_days : int
        How far features look back.
    earlier : sequence of EarlierRun, default=()
        The project's earlier runs, the latest first.
    segments : DataFrame, optional
        ``customer_id`` and ``segment_id`` of now, for whom results are to be carried
        over; default the segments of each campaign.

    Returns
    -------
    dict
        ``campaigns`` (the latest first, each as `read_out` gives it, with
        ``sent_from``) and ``segments``: segment_id to its last randomised result, with
        ``text``, and the lifts to expect as ``share`` and ``money``.
    """
    found: list[Row] = []
    members = {}
    # Our own experiments may wait for less than the goal's period, or for more.
    waits = [config.outcome_days, *(r["days"] for run in earlier for r in run.running)]
    for name in campaigns_over(shop, origin, min(waits)):
        if len(found) == MOST:
            break
        first = _first(shop, name)
        known = membership(name, first, earlier, shop, model, window_days)
        campaign = _campaign(
            name, shop, known, model, known.days or config.outcome_days
        )
        if campaign.rows["sent"].max() + campaign.days * DAY > origin:
            continue
        read = read_out(
            campaign,
            goal=config.goal,
            margin=float(config.experiment.get("margin", 1.0)),
            smallest_cell=config.smallest_cell,
        )
        sent = local_text(first, str(config.timezone))[:10]
        found.append(read | {"sent_from": sent})
        members[name] = known.members
    last = last_results(found, members, segments, config.currency)
    return {"campaigns": found, "segments": last}


def _first(shop: Shop, campaign_id: str) -> int:
    sent = sendings(shop)
    own = sent.filter(sent.campaign_id == campaign_id)
    return int(own.second.min().execute())


def _campaign(
    name: str, shop: Shop, known: Membership, model: Mapping[str, Any], days: int
) -> Campaign:
    """Bring outcomes and segments together; arms are those that were dealt."""
    more = with_everyone(shop, name, known.members)
    rows = campaign_outcomes(more or shop, name, days)
    own = known.members.astype({"customer_id": "str"})
    rows = rows.merge(own, on="customer_id", how="left")
    if "arm" in rows:
        dealt = rows["arm"].notna()
        rows = rows.assign(
            treated=(rows["arm"] == TREATMENT).where(dealt, rows["treated"]),
            segment_id=rows["segment_id"].where(dealt),
        )
    return Campaign(
        campaign_id=name,
        rows=rows,
        segments=_segments(own, model),
        days=days,
        drawn=known.drawn,
        holdout=known.holdout,
        responses_known=more is None,
    )


def _segments(members: pd.DataFrame, model: Mapping[str, Any]) -> list[Row]:
    """List the segments of the time, under their present names where they are left."""
    present = {s["segment_id"]: s for s in model["segments"]}
    sizes = members["segment_id"].value_counts()
    then = members.drop_duplicates("segment_id").set_index("segment_id")["segment"]
    rows = []
    for segment_id in sorted(sizes.index, key=lambda i: _place(present.get(i), i)):
        now = present.get(segment_id, {})
        row = {"segment_id": segment_id, "segment": now.get("name", then[segment_id])}
        row |= {"rank": now.get("rank"), "colour": now.get("colour")}
        rows.append(row | {"members": int(sizes[segment_id])})
    return rows


def _place(now: Mapping[str, Any] | None, segment_id: str) -> tuple[bool, int, str]:
    return now is None, int(now["rank"]) if now else 0, segment_id

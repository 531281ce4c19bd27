"""What earlier results say of present segments, whose lines may have been redrawn."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from segtools.experiments.card_words import carried_text, result_text
from segtools.experiments.readout import RANDOMISED

Row = dict[str, Any]
# Of a present segment's customers at least so many must have been in segments of then.
COVERED = 0.5


def last_results(
    campaigns: Sequence[Mapping[str, Any]],
    members: Mapping[str, pd.DataFrame],
    segments: pd.DataFrame | None,
    currency: str,
) -> dict[str, Row]:
    """Give each present segment its latest result by lot, if one may be told.

    Parameters
    ----------
    campaigns : sequence of mapping
        As `read_out` gives them, the latest first.
    members : mapping of str to DataFrame
        campaign_id to ``customer_id`` and ``segment_id`` of then.
    segments : DataFrame or None
        ``customer_id`` and ``segment_id`` of now; None takes the segments of then.
    currency : str

    Returns
    -------
    dict
        segment_id to ``campaign_id``, the lift to expect as ``share`` and ``money``,
        ``cost`` and ``margin`` of the campaign, and ``text``. A segment that is there
        no more hands its lift on with its customers: a new segment expects the mean of
        what they had then, if half of them had any.
    """
    last: dict[str, Row] = {}
    for made in campaigns:
        if made["design"] != RANDOMISED:
            continue
        own = _own(made, currency)
        new = {} if segments is None else _handed_on(made, own, members, segments)
        for segment_id, row in (_present(own, segments) | new).items():
            row["text"] = row["text"] or carried_text(made, row, currency)
            last.setdefault(segment_id, row)
    return last


def _own(made: Mapping[str, Any], currency: str) -> dict[str, Row]:
    """Read the result of each segment of then."""
    found = {}
    for row in made["segments"]:
        share, money = row["response"]["expected"], row["spend"]["expected"]
        if share is not None or money is not None:
            found[row["segment_id"]] = {
                "campaign_id": made["campaign_id"],
                "share": share,
                "money": money,
                **_price(made),
                "text": result_text(made, row, currency),
            }
    return found


def _price(made: Mapping[str, Any]) -> Row:
    return {"cost": made.get("cost", 0.0), "margin": made.get("margin", 1.0)}


def _present(own: dict[str, Row], segments: pd.DataFrame | None) -> dict[str, Row]:
    if segments is None:
        return own
    now = set(segments["segment_id"])
    return {i: row for i, row in own.items() if i in now}


def _handed_on(
    made: Mapping[str, Any],
    own: Mapping[str, Row],
    members: Mapping[str, pd.DataFrame],
    segments: pd.DataFrame,
) -> dict[str, Row]:
    """Average the lifts of then over the customers of each new segment."""
    then = members[made["campaign_id"]].drop_duplicates("customer_id")
    known = then.set_index(then["customer_id"].astype(str))["segment_id"]
    was = segments["customer_id"].astype(str).map(known)
    found: dict[str, Row] = {}
    for segment_id in sorted(set(segments["segment_id"]) - set(known)):
        mine = was[segments["segment_id"] == segment_id]
        row: Row = {"campaign_id": made["campaign_id"], "text": "", **_price(made)}
        for unit in ("share", "money"):
            lifts = {i: r[unit] for i, r in own.items() if r[unit] is not None}
            each = mine.map(lifts).astype(float)
            enough = len(each) > 0 and each.notna().mean() >= COVERED
            row[unit] = float(each.mean()) if enough else None
        if row["share"] is not None or row["money"] is not None:
            found[segment_id] = row
    return found

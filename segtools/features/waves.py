"""Campaigns as origins: who got what, and from when on features must look back.

Sendings of one campaign within a week of its first are one wave, measured at that
first instant: nothing that a receiver did after the sending can reach a feature. A
campaign that trickles on for longer has a wave a week.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import ibis.expr.types as ir

from segtools.features.shop import Shop
from segtools.prepare.campaigns import ONE, received
from segtools.schema import DataError
from segtools.timezones import DAY
from segtools.wording import listed

GOAL = "respond_to_campaign"
WAVE_DAYS = 7


@dataclass(frozen=True)
class Wave:
    """One wave of a campaign.

    Attributes
    ----------
    campaign_id : str
    origin, last : int
        Its first and last sending, UTC seconds.
    receivers, held_back, strangers : int
        Customers who had bought before the origin and got it, those who were held back,
        and receivers who had not bought before.
    role : str
        Its part in the contest, or why it has none.
    """

    campaign_id: str
    origin: int
    last: int
    receivers: int
    held_back: int = 0
    strangers: int = 0
    role: str = ""


def refuse_campaigns(names: Iterable[str], goal: str) -> None:
    """Refuse the goal where campaigns or what came of them are not in the data.

    Parameters
    ----------
    names : iterable of str
        Of the tables that there are; a colon parts a name from its source.
    goal : str
        Any other goal needs neither.

    Raises
    ------
    DataError
        With the tables that are missing.

    Examples
    --------
    >>> refuse_campaigns(["orders", "campaigns"], "respond_to_campaign")
    Traceback (most recent call last):
    segtools.schema.DataError: goal respond_to_campaign must have campaigns and \
conversions to learn from, but conversions is not in the data. Add a block with it \
under source, or choose another goal.
    """
    there = {name.partition(":")[0] for name in names}
    missing = [n for n in ("campaigns", "conversions") if n not in there]
    if goal == GOAL and missing:
        lacks, it = ("is", "it") if len(missing) == 1 else ("are", "them")
        raise DataError(
            f"goal {GOAL} must have campaigns and conversions to learn from, but "
            f"{listed(missing)} {lacks} not in the data. Add a block with {it} under "
            "source, or choose another goal."
        )


def sendings(shop: Shop) -> ir.Table:
    """Give one row a campaign and customer, with the wave that it belongs to.

    Returns
    -------
    ibis Table
        ``campaign_id``, ``customer_id``, ``second`` (sent, UTC), ``got`` (False: held
        back), ``wave`` (from 0) and ``origin`` (first second of the wave).
    """
    rows = shop.tables["campaigns"]
    second = rows.sent_at.truncate("s").epoch_seconds().cast("int64")
    rows = rows.mutate(second=second, arm=received(rows).ifelse(1, 0))
    # One campaign may stand in several sources.
    one = rows.group_by(ONE).aggregate(second=rows.second.min(), arm=rows.arm.max())
    since = one.second - one.second.min().over(group_by="campaign_id")
    one = one.mutate(wave=since // (WAVE_DAYS * DAY), got=one.arm == 1)
    origin = one.second.min().over(group_by=["campaign_id", "wave"])
    return one.mutate(origin=origin).drop("arm")


def waves(shop: Shop) -> list[Wave]:
    """List the waves of all campaigns, the earliest first."""
    orders = shop.orders()
    first = orders.ordered_at.min().epoch_seconds()
    begun = orders.group_by("customer_id").aggregate(begun=first)
    joined = sendings(shop).left_join(begun, "customer_id")
    known = (joined.begun < joined.origin).fill_null(False)
    found = joined.group_by("campaign_id", "wave").aggregate(
        origin=joined.second.min(),
        last=joined.second.max(),
        receivers=(joined.got & known).sum(),
        held_back=(~joined.got & known).sum(),
        strangers=(joined.got & ~known).sum(),
    )
    rows = found.to_pandas().sort_values(["origin", "campaign_id"])
    return [
        Wave(
            campaign_id=str(row["campaign_id"]),
            origin=int(row["origin"]),
            last=int(row["last"]),
            receivers=int(row["receivers"]),
            held_back=int(row["held_back"]),
            strangers=int(row["strangers"]),
        )
        for row in rows.to_dict("records")
    ]

"""What became of everyone whom a campaign was sent to, or held back from."""

from __future__ import annotations

from dataclasses import replace

import ibis
import ibis.expr.types as ir
import pandas as pd

from segtools.experiments.assignment import HOLDOUT
from segtools.features.shop import Shop
from segtools.features.waves import sendings
from segtools.prepare.campaigns import ONE, received
from segtools.timezones import DAY

NEEDED = ("campaigns", "conversions")
_UNKNOWN = ibis.null("float64")


def campaigns_over(shop: Shop, origin: int, days: int) -> list[str]:
    """List campaigns whose outcome is known, the latest first.

    Parameters
    ----------
    shop : Shop
        Kept tables, cut at `origin`.
    origin : int
        ``as_of`` in UTC seconds.
    days : int
        How long to wait after the last sending, at least.

    Returns
    -------
    list of str
        Of the first sending; equals by name. Empty without the tables.
    """
    if any(name not in shop.tables for name in NEEDED):
        return []
    sent = sendings(shop)
    found = sent.group_by("campaign_id").aggregate(
        first=sent.second.min(), last=sent.second.max()
    )
    rows = found.filter(found["last"] + days * DAY <= origin).to_pandas()
    rows["campaign_id"] = rows["campaign_id"].astype(str)
    rows = rows.sort_values(["first", "campaign_id"], ascending=[False, True])
    return [str(name) for name in rows["campaign_id"]]


def campaign_outcomes(shop: Shop, campaign_id: str, days: int) -> pd.DataFrame:
    """Give one row a customer of a campaign: the arm, and what came of it.

    Parameters
    ----------
    shop : Shop
        Kept tables.
    campaign_id : str
    days : int
        From the customer's own sending on, and as long before it.

    Returns
    -------
    DataFrame
        By customer_id: ``sent`` (UTC second), ``origin`` (first sending of all),
        ``treated``, ``responded`` (a conversion in time), ``spend`` (net amount of
        orders in time, whether or not a conversion was noted), ``spend_before`` (of as
        many days before) and ``cost`` (of the sending; null where not known).
    """
    sent = sendings(shop)
    sent = sent.filter(sent.campaign_id == campaign_id)
    sent = sent.select(
        "customer_id", sent=sent.second, treated=sent.got, campaign_id=sent.campaign_id
    )
    joined = sent.left_join(_responses(shop, sent, days), "customer_id")
    joined = joined.drop("customer_id_right")
    joined = joined.left_join(_spend(shop, sent, days), "customer_id")
    joined = joined.drop("customer_id_right")
    joined = joined.left_join(_costs(shop, campaign_id), "customer_id")
    rows = joined.select(
        customer_id=joined.customer_id.cast("string"),
        sent=joined.sent,
        treated=joined.treated,
        responded=joined.responded.fill_null(0.0),
        spend=joined.spend.fill_null(0.0),
        spend_before=joined.spend_before.fill_null(0.0),
        cost=joined.cost,
    ).to_pandas()
    rows = rows.astype({"cost": float, "treated": bool, "customer_id": "str"})
    rows = rows.assign(origin=rows["sent"].min() if len(rows) else 0)
    return rows.sort_values("customer_id", ignore_index=True)


def _responses(shop: Shop, sent: ir.Table, days: int) -> ir.Table:
    done = shop.tables["conversions"]
    done = done.select(*ONE, done=done.converted_at.epoch_seconds())
    both = sent.inner_join(done, ONE)
    wait = both.done - both.sent
    hit = ((wait >= 0) & (wait < days * DAY)).ifelse(1.0, 0.0)
    return both.group_by("customer_id").aggregate(responded=hit.max())


def _spend(shop: Shop, sent: ir.Table, days: int) -> ir.Table:
    """Sum net orders after and before each customer's own sending, to the cent."""
    orders = shop.orders()
    if shop.returns == "separate":
        orders = orders.filter(~orders.is_return)
    orders = orders.select(
        "customer_id",
        amount=orders.amount,
        second=orders.ordered_at.epoch_seconds(),
    )
    both = sent.inner_join(orders, "customer_id")
    since = both.second - both.sent
    after = (since >= 0) & (since < days * DAY)
    ahead = (since < 0) & (since >= -days * DAY)
    return both.group_by("customer_id").aggregate(
        spend=both.amount.sum(where=after).cast("float64"),
        spend_before=both.amount.sum(where=ahead).cast("float64"),
    )


def _costs(shop: Shop, campaign_id: str) -> ir.Table:
    rows = shop.tables["campaigns"]
    rows = rows.filter(rows.campaign_id == campaign_id)
    cost = rows.cost.cast("float64") if "cost" in rows.columns else _UNKNOWN
    rows = rows.mutate(cost=cost)
    return rows.group_by("customer_id").aggregate(cost=rows.cost.max())


def with_everyone(shop: Shop, campaign_id: str, members: pd.DataFrame) -> Shop | None:
    """Add all who took part to a campaign of which the file has only receivers.

    Parameters
    ----------
    shop : Shop
    campaign_id : str
    members : DataFrame
        ``customer_id`` and, where we dealt them, ``arm``.

    Returns
    -------
    Shop or None
        With a row for each of them, at the campaign's first sending: those who were
        held back, and those who should have got it and did not, since whom a sending
        reaches is no matter of lot. None where the arms are not ours, or where the
        file itself says of any that they were held back.
    """
    if "arm" not in members:
        return None
    rows = shop.tables["campaigns"]
    own = rows.filter(rows.campaign_id == campaign_id)
    listed = set(own.select("customer_id").to_pandas()["customer_id"].astype(str))
    held = members.loc[members["arm"] == HOLDOUT, "customer_id"].astype(str)
    lacking = members.loc[~members["customer_id"].astype(str).isin(listed)]
    # Who was held back and got it by mistake does not make the file a list of both.
    none = own.filter(~received(own)).select("customer_id").to_pandas()
    if set(held) & set(none["customer_id"].astype(str)) or lacking.empty:
        return None
    who = ibis.memtable({"customer_id": lacking["customer_id"].astype(str).tolist()})
    more = who.mutate(
        campaign_id=ibis.literal(campaign_id),
        sent_at=own.sent_at.min().as_scalar(),
        treated=ibis.literal(False),
        cost=ibis.null("decimal(18, 4)"),
    )
    cost = rows.cost if "cost" in rows.columns else ibis.null("decimal(18, 4)")
    marked = rows.mutate(treated=received(rows), cost=cost).select(more.columns)
    return replace(shop, tables=shop.tables | {"campaigns": marked.union(more)})

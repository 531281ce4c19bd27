"""What segments cost and where they order: sums, and of how many customers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import ibis
import ibis.expr.types as ir
import pandas as pd

from segtools.features.event_names import CHATS, TICKETS, among
from segtools.features.views import views
from segtools.prepare.campaigns import received
from segtools.profiles.cells import mark_hidden, shown
from segtools.profiles.profile import Segmented

# Contacts that cost somebody's time.
_CONTACTS = {"tickets": TICKETS, "chats": CHATS}
_CHANNELS = 3


@dataclass(frozen=True)
class Amount:
    """A sum, and of how many customers it is."""

    total: Decimal | int
    customers: int


@dataclass(frozen=True)
class Numbers:
    """What is known of a segment's orders and costs in the window.

    Attributes
    ----------
    amounts : mapping of str to Amount
        ``orders``, ``discount``, ``coupon_discount``, ``returned``, ``tickets``,
        ``chats``, ``messages`` of campaigns and their ``message_cost``, where the
        data has the columns.
    channels : list of (str, float)
        Channels with the share of customers who ordered by them, the usual first;
        empty where too few did, or nothing is known.
    has_channels : bool
        Whether orders say by which channel they came.
    """

    amounts: Mapping[str, Amount]
    channels: list[tuple[str, float]]
    has_channels: bool


def segment_numbers(data: Segmented) -> dict[str, Numbers]:
    """Sum what each segment ordered, saved, sent back and asked, in the window.

    Parameters
    ----------
    data : Segmented

    Returns
    -------
    dict of str to Numbers
        By segment_id.
    """
    at = views(data.shop, data.window)
    orders = at["orders"]
    amounts = _of_orders(data, orders)
    if "returned" in at:
        _add(amounts, _of_returns(data, at["returned"]))
    if "events" in at:
        _add(amounts, _of_contacts(data, at["events"]))
    _add(amounts, _of_campaigns(data))
    channels = _channels(data, orders)
    known = channels is not None
    return {
        i: Numbers(amounts.get(i, {}), (channels or {}).get(i, []), known)
        for i in sorted(map(str, data.segments["segment_id"].unique()))
    }


def _of_orders(data: Segmented, orders: ir.Table) -> dict[str, dict[str, Amount]]:
    money = [c for c in ("discount", "coupon_discount") if c in orders.columns]
    joined = data.with_segment(orders)
    asked = {"orders": joined.count(), "orders_by": joined.customer_id.nunique()}
    for column in money:
        given = joined[column] > 0
        asked[column] = joined[column].sum(where=given)
        asked[f"{column}_by"] = joined.customer_id.nunique(where=given)
        asked[f"{column}_known"] = joined[column].count()
    frame = joined.group_by("segment_id").aggregate(**asked).to_pandas()
    # A column that is null everywhere says nothing, not that nothing was given.
    said = [c for c in money if frame[f"{c}_known"].sum() > 0]
    return _amounts(frame, ["orders", *said])


def _of_returns(data: Segmented, returned: ir.Table) -> dict[str, dict[str, Amount]]:
    joined = data.with_segment(returned)
    frame = joined.group_by("segment_id").aggregate(
        returned=-joined.amount.sum(), returned_by=joined.customer_id.nunique()
    )
    return _amounts(frame.to_pandas(), ["returned"])


def _of_contacts(data: Segmented, events: ir.Table) -> dict[str, dict[str, Amount]]:
    joined = data.with_segment(events)
    asked: dict[str, ir.Value] = {}
    for name, names in _CONTACTS.items():
        own = among(joined.slug, names)
        asked[name] = own.sum()
        asked[f"{name}_by"] = joined.customer_id.nunique(where=own)
    frame = joined.group_by("segment_id").aggregate(**asked).to_pandas()
    seen = [n for n in _CONTACTS if frame[n].sum() > 0]
    everyone = sorted(map(str, data.segments["segment_id"].unique()))
    # Who is in no row of a help desk that is in the data asked nothing.
    nothing = {i: {n: Amount(0, 0) for n in seen} for i in everyone}
    _add(nothing, _amounts(frame, seen))
    return nothing


def _of_campaigns(data: Segmented) -> dict[str, dict[str, Amount]]:
    sent = data.shop.tables.get("campaigns")
    if sent is None:
        return {}
    second = sent.sent_at.epoch_seconds()
    within = (second >= data.window.start) & (second < data.window.origin)
    joined = data.with_segment(sent.filter(within & received(sent)))
    by = joined.customer_id.nunique()
    asked = {"messages": joined.count(), "messages_by": by}
    if "cost" in sent.columns:
        known = joined.cost.notnull()
        asked["message_cost"] = joined.cost.sum()
        asked["message_cost_by"] = joined.customer_id.nunique(where=known)
    frame = joined.group_by("segment_id").aggregate(**asked).to_pandas()
    costly = "message_cost" in frame and frame["message_cost_by"].sum() > 0
    return _amounts(frame, ["messages", "message_cost"] if costly else ["messages"])


def _amounts(frame: pd.DataFrame, names: list[str]) -> dict[str, dict[str, Amount]]:
    return {
        str(row["segment_id"]): {
            n: Amount(_number(row[n]), int(row[f"{n}_by"])) for n in names
        }
        for row in frame.to_dict("records")
    }


def _number(value: Any) -> Any:
    return Decimal(0) if pd.isna(value) else value


def _add(
    amounts: dict[str, dict[str, Amount]], more: Mapping[str, Mapping[str, Amount]]
) -> None:
    for segment_id, own in more.items():
        amounts.setdefault(segment_id, {}).update(own)


def _channels(
    data: Segmented, orders: ir.Table
) -> dict[str, list[tuple[str, float]]] | None:
    joined = data.with_segment(orders.filter(orders.channel.notnull()))
    counted = joined.group_by("segment_id", "channel").aggregate(
        buyers=ibis._.customer_id.nunique()
    )
    frame = counted.to_pandas()
    if frame.empty:
        return None
    sizes = data.segments["segment_id"].value_counts()
    n = frame["segment_id"].map(sizes)
    marked = mark_hidden(
        frame.assign(n=n, share=frame["buyers"] / n),
        level="channel",
        count="buyers",
        limit=data.smallest_cell,
    )
    rows = shown(marked).sort_values(["share", "channel"], ascending=[False, True])
    return {
        str(segment_id): list(zip(own["channel"], own["share"], strict=True))[
            :_CHANNELS
        ]
        for segment_id, own in rows.groupby("segment_id")
    }

"""Sizes, value and indices of segments against everyone."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property

import ibis
import ibis.expr.types as ir
import pandas as pd

from segtools.attributes import SHOWN
from segtools.disclosure import LIMIT
from segtools.features.catalogue import Window
from segtools.features.shop import Shop
from segtools.features.views import views
from segtools.profiles.cells import FLAGS, mark_hidden

INDEX_BASE = 100.0


@dataclass(frozen=True)
class Segmented:
    """A shop at its origin, everybody's features and everybody's segment."""

    shop: Shop
    window: Window
    features: pd.DataFrame
    segments: pd.DataFrame
    catalogue: list[dict[str, str]]
    smallest_cell: int = LIMIT

    @property
    def members(self) -> pd.Series:
        """Each customer's segment_id, by customer_id."""
        return self.segments.set_index("customer_id")["segment_id"]

    def with_segment(self, table: ir.Table) -> ir.Table:
        """Join the segment_id to a table that has a customer_id."""
        return table.inner_join(self._own, "customer_id")

    @cached_property
    def _own(self) -> ir.Table:
        # One table for all joins: a server would be sent each new one.
        return ibis.memtable(self.segments[["customer_id", "segment_id"]])


def segment_value(data: Segmented) -> pd.DataFrame:
    """Sum customers and money by segment; the money adds up to the cent.

    Returns
    -------
    DataFrame
        ``segment_id``, ``customers``, ``value`` (Decimal, money in the window),
        ordered by segment_id. A segment without money in the window has 0.
    """
    ledger = data.with_segment(views(data.shop, data.window)["ledger"])
    money = ledger.group_by("segment_id").aggregate(value=ledger.amount.sum())
    known = dict(money.to_pandas().itertuples(index=False, name=None))
    sizes = data.segments["segment_id"].value_counts().sort_index()
    return pd.DataFrame(
        {
            "segment_id": sizes.index,
            "customers": sizes.to_numpy(),
            "value": [known.get(i, Decimal(0)) or Decimal(0) for i in sizes.index],
        }
    )


def feature_profile(data: Segmented) -> pd.DataFrame:
    """Give each segment's median of every feature, and its index against everyone.

    Returns
    -------
    DataFrame
        ``segment_id``, ``name``, ``value`` (median), ``base_value`` (everyone's
        median), ``index`` (100 is everyone; null where everyone's is 0) and ``n``
        (customers with a value). All are null where these are too few to be shown.
    """
    names = [e["name"] for e in data.catalogue if e["role"] == "segmentation"]
    frame = data.features.set_index("customer_id")[names]
    segment = data.members.reindex(frame.index)
    middle = frame.groupby(segment).median()
    count = frame.groupby(segment).count()
    long = middle.stack(future_stack=True).rename("value").reset_index()
    long.columns = pd.Index(["segment_id", "name", "value"])
    long["n"] = count.stack(future_stack=True).to_numpy()
    # A median of three is one of the three.
    few = long["n"] < data.smallest_cell
    long["value"] = long["value"].mask(few)
    long["n"] = long["n"].astype("Int64").mask(few & (long["n"] > 0))
    base = long["name"].map(frame.median().where(frame.count() >= data.smallest_cell))
    index = (long["value"] / base.where(base != 0) * INDEX_BASE).round(1)
    return long.assign(base_value=base, index=index)


def category_profile(data: Segmented, most: int = 40) -> pd.DataFrame:
    """Give the share of each segment that bought each category in the window.

    Parameters
    ----------
    data : Segmented
    most : int, default=40
        Only the categories that most customers bought.

    Returns
    -------
    DataFrame
        ``segment_id``, ``name`` (category), ``buyers``, ``n``, ``value`` (share),
        ``base_value``, ``index`` and what may not be shown (see `mark_hidden`); empty
        where there are no categories.
    """
    columns = ["segment_id", "name", "buyers", "n", "value", "base_value", "index"]
    columns += FLAGS
    lines = views(data.shop, data.window).get("lines")
    if lines is None or "category" not in lines.columns:
        return pd.DataFrame(columns=columns)
    joined = data.with_segment(lines.filter(lines.category.notnull()))
    counted = joined.group_by("segment_id", "category").aggregate(
        buyers=joined.customer_id.nunique()
    )
    frame = counted.to_pandas().rename(columns={"category": "name"})
    if frame.empty:
        return pd.DataFrame(columns=columns)
    total = frame.groupby("name")["buyers"].sum()
    top = total.sort_index().sort_values(ascending=False, kind="stable").index[:most]
    wide = frame.pivot(index="segment_id", columns="name", values="buyers")
    wide = wide.reindex(columns=sorted(top)).fillna(0)
    sizes = data.segments["segment_id"].value_counts()
    wide = wide.reindex(sizes.sort_index().index).fillna(0)
    long = wide.stack().rename("buyers").reset_index()
    n = long["segment_id"].map(sizes)
    base = long["name"].map(total) / len(data.segments)
    share = long["buyers"] / n
    index = (share / base * INDEX_BASE).round(1)
    long = long.assign(n=n, value=share, base_value=base, index=index)
    limit = data.smallest_cell
    return mark_hidden(long, level="name", count="buyers", limit=limit)[columns]


def attribute_profile(data: Segmented) -> pd.DataFrame:
    """Give the share of each value of each shown attribute, among those known.

    Contact, consent and protected attributes are left out; so are attributes with
    more than 20 values.

    Returns
    -------
    DataFrame
        ``segment_id``, ``attribute``, ``level``, ``holders``, ``n``, ``value``,
        ``base_value``, ``index`` and what may not be shown (see `mark_hidden`).
    """
    columns = ["segment_id", "attribute", "level", "holders", "n", "value"]
    columns += ["base_value", "index", *FLAGS]
    people = data.shop.attributes()
    if people is None:
        return pd.DataFrame(columns=columns)
    shown = [c for c in people.columns if data.shop.kind(c) in SHOWN]
    frame = people.select("customer_id", *shown).to_pandas().set_index("customer_id")
    segment = data.members.reindex(frame.index)
    pieces = [
        _one_attribute(frame[name].dropna().astype("str"), segment, name)
        for name in sorted(shown)
        if 2 <= frame[name].nunique() <= 20
    ]
    if not pieces:
        return pd.DataFrame(columns=columns)
    marked = mark_hidden(
        pd.concat(pieces, ignore_index=True),
        level="level",
        count="holders",
        limit=data.smallest_cell,
        table="attribute",
    )
    return marked[columns]


def _one_attribute(known: pd.Series, segment: pd.Series, name: str) -> pd.DataFrame:
    own = segment.reindex(known.index)
    holders = pd.crosstab(own, known)
    long = holders.stack().rename("holders").reset_index()
    long.columns = pd.Index(["segment_id", "level", "holders"])
    n = long["segment_id"].map(own.value_counts())
    base = long["level"].map(known.value_counts(normalize=True))
    share = long["holders"] / n
    return long.assign(
        attribute=name,
        n=n,
        value=share,
        base_value=base,
        index=(share / base * INDEX_BASE).round(1),
    )


def habits(data: Segmented) -> pd.DataFrame:
    """Give each segment's share of orders by local hour and by weekday.

    Returns
    -------
    DataFrame
        ``segment_id`` (``everyone`` too), ``kind`` (hour or weekday), ``slot``
        (0 to 23; 0 is Monday), ``share``.
    """
    orders = data.with_segment(views(data.shop, data.window)["orders"])
    frame = (
        orders.group_by("segment_id", "local_hour", "local_weekday")
        .aggregate(orders=ibis._.count())
        .to_pandas()
    )
    pieces = []
    for kind, column, slots in (
        ("hour", "local_hour", 24),
        ("weekday", "local_weekday", 7),
    ):
        wide = frame.pivot_table(
            index="segment_id", columns=column, values="orders", aggfunc="sum"
        )
        wide = wide.reindex(columns=range(slots)).fillna(0.0)
        wide.loc["everyone"] = wide.sum()
        share = wide.div(wide.sum(axis=1), axis=0).stack().rename("share").reset_index()
        share.columns = pd.Index(["segment_id", "slot", "share"])
        pieces.append(share.assign(kind=kind))
    return pd.concat(pieces, ignore_index=True)

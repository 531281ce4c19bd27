"""Sizes, value and indices of segments against everyone."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property

import ibis
import ibis.expr.types as ir
import pandas as pd

from segtools.disclosure import LIMIT
from segtools.features.catalogue import Window
from segtools.features.shop import Shop
from segtools.features.views import views
from segtools.glance import AtAGlance, Glance
from segtools.profiles.cells import FLAGS, mark_hidden
from segtools.profiles.glances import segmented_glance
from segtools.profiles.remember import remembered
from segtools.timezones import timestamp_of

INDEX_BASE = 100.0


@dataclass(frozen=True, repr=False)
class Segmented(AtAGlance):
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

    def _glance(self) -> Glance:
        return segmented_glance(self)

    @cached_property
    def _own(self) -> ir.Table:
        # One table for all joins: a server would be sent each new one.
        return ibis.memtable(self.segments[["customer_id", "segment_id"]])


@remembered
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
        As `bought_profile` gives it.
    """
    return bought_profile(data, "category", most=most)


def sold_in(data: Segmented, column: str) -> str | None:
    """Name the table whose column says what, where or how was bought, if there is one.

    Lines know products best, orders know the rest.
    """
    products = column in ("category", "brand")
    names = ("order_lines", "orders") if products else ("orders", "order_lines")
    tables = data.shop.tables
    return next((n for n in names if n in tables and column in tables[n].columns), None)


@remembered
def bought_profile(
    data: Segmented, column: str, *, most: int = 40, of_buyers: bool = False
) -> pd.DataFrame:
    """Give the share of each segment that bought each category, or by each channel.

    Parameters
    ----------
    data : Segmented
    column : str
        ``category``, ``channel``, ``store_id`` or another column of text.
    most : int, default=40
        Only what most customers bought.
    of_buyers : bool, default=False
        Shares of those of whom the column is known in the window, instead of everyone:
        by which channel somebody orders says nothing of those who do not order.

    Returns
    -------
    DataFrame
        ``segment_id``, ``name`` (of the category or the channel), ``buyers``, ``n``,
        ``value`` (share), ``base_value``, ``index`` and what may not be shown (see
        `mark_hidden`); empty where the data has no such column. Returns do not count.
    """
    columns = ["segment_id", "name", "buyers", "n", "value", "base_value", "index"]
    columns += FLAGS
    table = sold_in(data, column)
    if table is None:
        return pd.DataFrame(columns=columns)
    joined = data.with_segment(purchases(data, table, column))
    counted = joined.group_by("segment_id", name=joined[column]).aggregate(
        buyers=joined.customer_id.nunique()
    )
    frame = counted.to_pandas()
    if frame.empty:
        return pd.DataFrame(columns=columns)
    asked = customers_of(joined, data.segments) if of_buyers else data.segments
    long = shares_of_all(frame, asked, "buyers", most)
    limit = data.smallest_cell
    return mark_hidden(long, level="name", count="buyers", limit=limit)[columns]


def purchases(data: Segmented, table: str, column: str) -> ir.Table:
    """Give the rows of purchases in the window that have a value of `column`."""
    rows = data.shop.tables[table]
    within = rows.ordered_at >= timestamp_of(data.window.start)
    within &= rows.ordered_at < timestamp_of(data.window.origin)
    return rows.filter(within & ~rows.is_return & rows[column].notnull())


def customers_of(rows: ir.Table, segments: pd.DataFrame) -> pd.DataFrame:
    """Keep those of `segments` who stand in any row."""
    there = rows.select("customer_id").distinct().to_pandas()["customer_id"]
    return segments[segments["customer_id"].isin(there)]


def shares_of_all(
    counted: pd.DataFrame, segments: pd.DataFrame, count: str, most: int
) -> pd.DataFrame:
    """Give each segment a row for each of the names that most customers have.

    Parameters
    ----------
    counted : DataFrame
        ``segment_id``, ``name`` and the column `count`, distinct customers.
    segments : DataFrame
        ``customer_id`` and ``segment_id`` of everyone.
    count : str
        Such as ``buyers``.
    most : int
        How many names.

    Returns
    -------
    DataFrame
        ``segment_id``, ``name``, `count` (0 where nobody is), ``n``, ``value``,
        ``base_value`` and ``index``.
    """
    total = counted.groupby("name")[count].sum()
    top = total.sort_index().sort_values(ascending=False, kind="stable").index[:most]
    sizes = segments["segment_id"].value_counts().sort_index()
    wide = counted.pivot(index="segment_id", columns="name", values=count)
    wide = wide.reindex(index=sizes.index, columns=sorted(top)).fillna(0)
    long = wide.rename_axis(index="segment_id").stack().rename(count).reset_index()
    n = long["segment_id"].map(sizes)
    base = long["name"].map(total) / len(segments)
    share = long[count] / n
    index = (share / base * INDEX_BASE).round(1)
    return long.assign(n=n, value=share, base_value=base, index=index)


@remembered
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

"""Who moved between two runs, why, and how much money moved with them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pandas as pd
import pyarrow as pa

from segtools.history.align import Alignment, align
from segtools.history.flows import GONE, NEW
from segtools.history.reasons import label_moves
from segtools.history.replay import replay, why_not_replayed
from segtools.history.snapshot import Snapshot

MONEY = pd.ArrowDtype(pa.decimal128(18, 4))
COLUMNS = ("customer_id", "from_id", "from", "to_id", "to", "label")
VALUES = ("value_before", "value_now")


@dataclass(frozen=True)
class Movement:
    """What happened between two runs, one row a customer of either.

    Attributes
    ----------
    rows : DataFrame
        ``customer_id``, ``from_id``, ``from`` (*New* for who was not there), ``to_id``,
        ``to`` (*Gone* for who is not there any more), ``label`` (see `label_moves`),
        ``value_before`` and ``value_now`` (money in the window at both dates; null for
        who was not there), by customer_id.
    alignment : Alignment
    replayed : Series or None
        Where the earlier model would put today's customers.
    why_not : str
        Why it could not be asked, as a clause; else empty.
    """

    rows: pd.DataFrame
    alignment: Alignment
    replayed: pd.Series | None
    why_not: str


def find_movement(old: Snapshot, new: Snapshot, *, related: bool = True) -> Movement:
    """Hold two runs against each other, customer by customer.

    Parameters
    ----------
    old, new : Snapshot
    related : bool, default=True
        As for `align`.

    Examples
    --------
    >>> before = pd.DataFrame({"customer_id": ["1", "2"], "segment_id": ["S01", "S01"],
    ...                        "segment": ["x", "x"]})
    >>> now = before.assign(customer_id=["2", "3"])
    >>> pair = Snapshot("2024-01-01", before), Snapshot("2024-02-01", now)
    >>> rows = find_movement(*pair).rows
    >>> rows[["customer_id", "from", "to", "label"]].values.tolist()
    [['1', 'x', 'Gone', 'gone'], ['2', 'x', 'x', 'stayed'], ['3', 'New', 'x', 'new']]
    """
    alignment = align(old, new, related=related)
    rows = _pairs(old, new, alignment)
    why_not = why_not_replayed(old, new)
    replayed = None if why_not else _replayed(old, new, alignment)
    rows["label"] = label_moves(rows, old, new, alignment, replayed)
    rows["from"] = rows["from_id"].map(alignment.names).fillna(NEW)
    rows["to"] = rows["to_id"].map(alignment.names).fillna(GONE)
    for column, run, own in (("value_before", old, "from"), ("value_now", new, "to")):
        there = rows[f"{own}_id"].notna()
        paid = pd.Series(run.paid(rows["customer_id"]), rows.index, dtype=object)
        rows[column] = paid.where(there, None).astype(MONEY)
    rows = rows[[*COLUMNS, *VALUES]]
    return Movement(rows, alignment, replayed, why_not)


def arrivals(new: Snapshot) -> pd.DataFrame:
    """Give the rows of a first run: everybody is new, with today's money.

    Examples
    --------
    >>> now = pd.DataFrame({"customer_id": ["3"], "segment_id": ["S01"],
    ...                     "segment": ["x"]})
    >>> arrivals(Snapshot("2024-02-01", now))[["from", "to", "label"]].values.tolist()
    [['New', 'x', 'new']]
    """
    nobody = Snapshot("", new.segments.iloc[:0])
    return find_movement(nobody, new).rows


def money_by(rows: pd.DataFrame, keys: list[str]) -> pd.DataFrame:
    """Count customers and add their money up by some of the columns.

    Parameters
    ----------
    rows : DataFrame
        As of `Movement`.
    keys : list of str

    Returns
    -------
    DataFrame
        `keys`, ``customers``, ``value_before`` and ``value_now`` (Decimal, 0 where
        nobody was there), in the order of `keys`.
    """
    filled: Any = rows.fillna(dict.fromkeys(VALUES, 0))
    grouped = filled.groupby(keys, sort=True)
    sums = grouped.agg({"customer_id": "size"} | dict.fromkeys(VALUES, "sum"))
    found = sums.rename(columns={"customer_id": "customers"}).reset_index()
    for name in VALUES:
        found[name] = found[name].astype(object)
    return found


def _replayed(old: Snapshot, new: Snapshot, alignment: Alignment) -> pd.Series:
    """Give the shared id by the earlier model of today's customers."""
    asked = replay(old, new).set_index("customer_id")["segment_id"]
    return asked.map(alignment.ids)


def _pairs(old: Snapshot, new: Snapshot, alignment: Alignment) -> pd.DataFrame:
    before = old.segments[["customer_id", "segment_id"]]
    both = before.merge(
        new.segments[["customer_id", "segment_id"]],
        on="customer_id",
        how="outer",
        suffixes=("_from", "_to"),
    ).sort_values("customer_id", ignore_index=True)
    both["from_id"] = both.pop("segment_id_from").map(alignment.ids)
    return both.rename(columns={"segment_id_to": "to_id"})

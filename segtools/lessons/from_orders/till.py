"""The shop of lesson 2: order lines, one customer's slips, and what is made of them.

Three kinds of customers are planted who do not order at very different rates, so that
recency and frequency say how much somebody buys, and little of what they want.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
import pandas as pd

from segtools.lessons.shared.shops import ZONE, features_of, shop_of
from segtools.segmentation.rules import N_SCORES, cut_points, rfm_payload, rfm_scores
from segtools.simulate import simulate

ORIGIN, WINDOW = "2025-01-01", 60
NAMES = ("recency_days", "n_orders", "spend_total")
_DAY = pd.Timedelta(days=1)


@dataclass(frozen=True, eq=False)
class Till:
    """A shop's order lines, and the figures that the kit makes of them.

    Attributes
    ----------
    lines : DataFrame
        As the shop exports them: one row per product, returns negative; they go on
        for three months after the origin.
    features : DataFrame
        One row a customer who had ordered before the origin: ``customer_id``,
        ``recency_days``, ``n_orders``, ``spend_total``, and ``kind`` (the truth).
    someone : str
        The customer whose slips are worked out by hand.
    seed : int
    """

    lines: pd.DataFrame
    features: pd.DataFrame
    someone: str
    seed: int


@cache
def data(seed: int) -> Till:
    """Simulate the shop.

    Examples
    --------
    >>> sorted(data(1).features["kind"].unique())
    ['Bargain hunters', 'Evening treats', 'Weekend stock-up']
    """
    made = simulate(1500, n_segments=3, seed=seed)
    found = features_of(shop_of(made.order_lines), ORIGIN, days=WINDOW, names=NAMES)
    kinds = made.truth.set_index("customer_id")["segment_name"]
    found["kind"] = found["customer_id"].map(kinds)
    lines = made.order_lines.assign(day=_local_day(made.order_lines["ordered_at"]))
    return Till(lines, found, _someone(lines), seed)


def _local_day(at: pd.Series) -> pd.Series:
    return at.dt.tz_localize("UTC").dt.tz_convert(ZONE).dt.tz_localize(None)


def in_window(lines: pd.DataFrame) -> pd.DataFrame:
    """Keep the rows that the origin and the window allow."""
    end = pd.Timestamp(ORIGIN)
    return lines[(lines["day"] < end) & (lines["day"] >= end - WINDOW * _DAY)]


def _someone(lines: pd.DataFrame) -> str:
    """Find a customer on whose slips every trap can be met, the first by id."""
    inside = in_window(lines)
    orders = inside[~inside["is_return"]].groupby("customer_id")
    after = lines[lines["day"] >= pd.Timestamp(ORIGIN)].groupby("customer_id")
    rows = pd.DataFrame(
        {
            "orders": orders["order_id"].nunique(),
            "lines": orders.size(),
            "last": orders["day"].max(),
            "back": inside[inside["is_return"]].groupby("customer_id")["day"].max(),
            "after": after.size(),
        }
    ).dropna()
    fits = rows["orders"].between(2, 4) & rows["lines"].between(5, 12)
    # A return some days after the last order: two ways to count, two results.
    fits &= (rows["back"] - rows["last"] >= 3 * _DAY) & rows["after"].between(1, 8)
    fits &= rows["lines"] >= rows["orders"] + 3
    return str(rows.index[fits][0])


def slips(till: Till) -> pd.DataFrame:
    """Give one customer's rows from the beginning of the window to the file's end."""
    own = till.lines[till.lines["customer_id"] == till.someone]
    own = own[own["day"] >= pd.Timestamp(ORIGIN) - WINDOW * _DAY]
    columns = ["day", "order_id", "product", "quantity", "amount", "is_return"]
    shown = own[columns].sort_values(["day", "order_id"], ignore_index=True)
    shown = shown.assign(day=shown["day"].dt.strftime("%Y-%m-%d %H:%M"))
    shown.attrs["formats"] = {"amount": ".2f"}
    return shown


def by_hand(till: Till) -> dict[str, Any]:
    """Work out the right figures of that customer, and the wrong ones that people give.

    Returns
    -------
    dict
        ``orders``, ``spend`` and ``recency``, and by wrong way: ``rows``,
        ``with_returns``, ``with_later``, ``gross``, ``spend_later``, ``turned``,
        ``to_end``, ``from_return`` and ``from_first``.
    """
    row = till.features.set_index("customer_id").loc[till.someone]
    own = till.lines[till.lines["customer_id"] == till.someone]
    inside, end = in_window(own), pd.Timestamp(ORIGIN)
    bought, since = inside[~inside["is_return"]], own[own["day"] >= end - WINDOW * _DAY]
    later = since[~since["is_return"]]
    return {
        "orders": float(row["n_orders"]),
        "spend": float(row["spend_total"]),
        "recency": float(row["recency_days"]),
        "rows": len(bought),
        "with_returns": inside["order_id"].nunique(),
        "with_later": later["order_id"].nunique(),
        "gross": float(bought["amount"].sum()),
        "spend_later": float(since["amount"].sum()),
        "turned": float(inside["amount"].abs().sum()),
        "to_end": (till.lines["day"].max() - bought["day"].max()) / _DAY,
        "from_return": (end - inside["day"].max()) / _DAY,
        "from_first": (end - bought["day"].min()) / _DAY,
    }


def by_row(values: pd.Series) -> np.ndarray:
    """Sort and cut into fifths: equal values fall where their row is."""
    place = np.argsort(np.argsort(values.to_numpy(), kind="stable"), kind="stable")
    return 1 + place * N_SCORES // len(values)


def by_value(values: pd.Series) -> np.ndarray:
    """Score by cut points: equal values get equal scores."""
    return 1 + np.searchsorted(cut_points(values), values.to_numpy(float))


def other_score(till: Till, *, ties_by_row: bool, column: str = "n_orders") -> float:
    """Give the share of customers who get another score when rows are shuffled."""
    values = till.features[column]
    order = np.random.default_rng([till.seed, 3]).permutation(len(values))
    score = by_row if ties_by_row else by_value
    before, after = score(values), np.empty(len(values), dtype=int)
    after[order] = score(values.iloc[order])
    return float((before != after).mean())


def scored(till: Till) -> pd.DataFrame:
    """Give everybody's scores of recency and frequency, the named cell, and spend's."""
    rows = rfm_scores(till.features, rfm_payload(till.features))
    return rows.assign(monetary=by_value(till.features["spend_total"]))


def large_cells(till: Till, least: int = 10) -> int:
    """Count those of the 125 cells of three scores that hold so many customers."""
    sizes = scored(till).groupby(["recency", "frequency", "monetary"]).size()
    return int((sizes >= least).sum())


def kinds_in(till: Till, cell: str) -> pd.Series:
    """Give the shares of the planted kinds among the customers of a named cell."""
    own = till.features["kind"][(scored(till)["cell"] == cell).to_numpy()]
    return own.value_counts(normalize=True)

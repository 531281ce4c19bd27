"""The shop of lesson 3: four planted kinds of customers, and a café among them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache, cached_property
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from segtools.lessons.shared.tables import DAYS, shop_table
from segtools.segmentation.clusters import fit_kmeans, learn_preprocess
from segtools.segmentation.preprocess import prepared
from segtools.simulate import simulate

__all__ = [
    "CAFE",
    "FEATURES",
    "Shop",
    "company",
    "data",
    "in_logs",
    "recovered",
    "shares",
    "standardised",
]

FEATURES = (
    *("spend", "orders", "lines_per_order"),
    *("evening_share", "weekend_share", "discount_share"),
)
THREE = ("spend", "evening_share", "discount_share")
KINDS = 4
CAFE = "CAFÉ"
# A café: it buys every day what others buy in years.
_CAFE = (140_000.0, 990.0, 32.0, 0.0, 0.28, 0.2)
# Money that a table often holds several times: with tax, in cents, and as margin.
_AGAIN = {"spend_with_tax": 1.19, "spend_in_cents": 100.0}


@dataclass(frozen=True, eq=False)
class Shop:
    """A simulated shop whose four kinds of customers are known.

    Attributes
    ----------
    table : DataFrame
        One row a customer, a column for each of `FEATURES`, in the units of the shop.
    kind : Series
        The planted kind of each customer, which no method is shown.
    """

    table: pd.DataFrame
    kind: pd.Series

    @cached_property
    def trio(self) -> pd.DataFrame:
        """Three customers: two of the same habits, and one who spends the same."""
        return _trio(self.table, self.kind)

    @cached_property
    def with_cafe(self) -> pd.DataFrame:
        """The table with one more customer, a café that orders every day."""
        cafe = pd.DataFrame([_CAFE], columns=list(FEATURES), index=[CAFE])
        return pd.concat([self.table, cafe])

    @cached_property
    def repeated(self) -> pd.DataFrame:
        """The table with the same money in two more columns."""
        more = {name: self.table["spend"] * times for name, times in _AGAIN.items()}
        return self.table.assign(**more)

    @property
    def spread(self) -> pd.Series:
        """Standard deviation of each of the trio's three features, over everyone."""
        return self.table[list(THREE)].std(ddof=0)

    def raw_shares(self) -> pd.Series:
        """Give each feature's share of all squared distance, in the shop's units."""
        return shares(self.table)

    def distance(self, one: str, other: str, *, scaled: bool) -> float:
        """Measure between two of the trio, in the shop's units or standardised."""
        difference = self.differences(one, other, scaled=scaled)
        return float(np.sqrt((difference**2).sum()))

    def differences(self, one: str, other: str, *, scaled: bool) -> pd.Series:
        """Subtract two of the trio, feature by feature."""
        trio = self.trio / (self.spread if scaled else 1.0)
        return trio.loc[one] - trio.loc[other]

    @cached_property
    def smallest_with_cafe(self) -> int:
        """Customers in the smallest of four groups once the café is there."""
        return int(np.bincount(company(standardised(self.with_cafe))).min())


@cache
def data(seed: int) -> Shop:
    """Simulate the shop.

    Examples
    --------
    >>> shop = data(1)
    >>> list(shop.table) == list(FEATURES), shop.kind.nunique()
    (True, 4)
    """
    made = simulate(1500, n_segments=KINDS, days=DAYS, seed=300 + seed)
    table = shop_table(made, FEATURES)
    kind = made.truth.set_index("customer_id")["segment_name"]
    return Shop(table, kind.reindex(table.index))


def standardised(table: pd.DataFrame) -> pd.DataFrame:
    """Measure each feature in standard deviations from its mean; no logarithms."""
    return _ready(table, plain=True)


def in_logs(table: pd.DataFrame) -> pd.DataFrame:
    """Prepare features as segtools does: logs where skewed, then standardised."""
    return _ready(table, plain=False)


def _ready(table: pd.DataFrame, *, plain: bool) -> pd.DataFrame:
    payload = learn_preprocess(table, plain=plain)
    return pd.DataFrame(prepared(payload, table), table.index, payload["uses"])


def company(table: pd.DataFrame) -> NDArray[np.int64]:
    """Group customers into four by k-means on the columns as they are."""
    labels: NDArray[np.int64] = fit_kmeans(table.to_numpy(float), KINDS, seed=1).labels_
    return labels


def recovered(labels: Any, kind: pd.Series) -> float:
    """Compare groups with the planted kinds: the adjusted Rand index.

    Labels may go on behind the planted customers, as that of the café does.
    """
    from sklearn.metrics import adjusted_rand_score

    return float(adjusted_rand_score(kind, np.asarray(labels)[: len(kind)]))


def shares(table: pd.DataFrame) -> pd.Series:
    """Give each column's share of all squared distance between the rows."""
    # Over all pairs, squared differences add up to a multiple of the variance.
    variance = table.var(ddof=0)
    return variance / variance.sum()


def _trio(table: pd.DataFrame, kind: pd.Series) -> pd.DataFrame:
    """Choose Anna in the middle of her kind, Bea by spend, and Cem by habits."""
    scaled = table / table.std(ddof=0)
    treats = scaled[kind == "Evening treats"]
    anna = (treats - treats.median()).abs().max(axis=1).idxmin()
    hunters = scaled[kind == "Bargain hunters"]
    bea = (hunters["spend"] - scaled.loc[anna, "spend"]).abs().idxmin()
    apart = (treats - scaled.loc[anna]).abs()
    apart = apart[apart["spend"].between(0.3, 0.7)]
    # A little apart in habits, too, so that no short cut gives the distance.
    cem = (apart[list(THREE[1:])] - 0.3).abs().sum(axis=1).idxmin()
    return table.loc[[anna, bea, cem], list(THREE)].set_axis(["Anna", "Bea", "Cem"])

"""The three shops of lesson 4: groups with gaps, a bent line, and one cloud."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache, cached_property
from itertools import combinations
from typing import Any, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from segtools.lessons.shared.tables import DAYS, HABITS, shop_table
from segtools.segmentation.clusters import fit_kmeans, learn_preprocess
from segtools.segmentation.doubts import heard
from segtools.segmentation.preprocess import prepared
from segtools.segmentation.stability import Selection, select_clusters
from segtools.segmentation.structure import Structure, structure_verdict
from segtools.segmentation.valleys import valley_between
from segtools.simulate import simulate

__all__ = ["Shop", "Shops", "Walk", "data", "grouped", "scaled_alone"]

Labels = NDArray[np.int64]
Planted = Literal["natural", "reproducible", "none"]
STRUCTURES: tuple[Planted, ...] = ("natural", "reproducible", "none")
NAMES = ("A", "B", "C")
KINDS = 4
PLANS = (2, 4, 8)
MONEY = ("spend", "orders")
# Around the half-way point, and around either centre, customers are counted so far.
_AROUND = 0.15


@dataclass(frozen=True)
class Walk:
    """What somebody meets who walks from one group's centre to another's.

    Attributes
    ----------
    along : array of shape (n_customers,)
        Where each customer of the two groups stands: 0 at one centre, 1 at the other.
    ratio : float
        Customers half-way to those around the centre that has fewer.
    """

    along: NDArray[np.float64]
    ratio: float

    def near(self, place: float) -> int:
        """Count the customers around a place."""
        return int((np.abs(self.along - place) < _AROUND).sum())


@dataclass(frozen=True, eq=False)
class Shop:
    """One shop: its letter, what was planted, and what its customers do.

    Attributes
    ----------
    name : str
        A, B or C.
    structure : {"natural", "reproducible", "none"}
        What was planted.
    table, money : DataFrame
        Seven habits, and spend and orders, one row a customer, in the shop's units.
    """

    name: str
    structure: Planted
    table: pd.DataFrame
    money: pd.DataFrame

    @cached_property
    def scaled(self) -> pd.DataFrame:
        """Habits, logged where skewed and standardised."""
        payload = learn_preprocess(self.table)
        return pd.DataFrame(
            prepared(payload, self.table), self.table.index, payload["uses"]
        )

    @cached_property
    def groups(self) -> Labels:
        """Four groups of k-means, the largest first."""
        return grouped(self.scaled, KINDS)

    @cached_property
    def walk(self) -> Walk:
        """Walk from the group that is parted most clearly to its nearest neighbour.

        Of the ways to other groups, the nearest neighbour's is the one on which most
        customers are met half-way.
        """
        ways = self._ways()
        easiest = [
            max((w for pair, w in ways.items() if g in pair), key=lambda w: w.ratio)
            for g in range(KINDS)
        ]
        return min(easiest, key=lambda way: way.ratio)

    def _ways(self) -> dict[tuple[int, int], Walk]:
        X, found = self.scaled.to_numpy(), {}
        for a, b in combinations(range(KINDS), 2):
            one, other = X[self.groups == a], X[self.groups == b]
            start = one.mean(axis=0)
            way = other.mean(axis=0) - start
            along = (np.vstack([one, other]) - start) @ way / float(way @ way)
            found[a, b] = Walk(along, float(valley_between(one, other).ratio))
        return found

    @cached_property
    def verdict(self) -> Structure:
        """What segtools says of the habits."""
        found: Structure = heard(structure_verdict, self.table)[0]
        return found


@dataclass(frozen=True, eq=False)
class Shops:
    """Three shops, in an order that the seed decides.

    Attributes
    ----------
    shops : tuple of Shop
        A, B and C.
    seed : int
    """

    shops: tuple[Shop, ...]
    seed: int

    def of(self, structure: Planted) -> Shop:
        """Find the shop by what was planted in it."""
        return next(s for s in self.shops if s.structure == structure)

    @property
    def asked(self) -> Shop:
        """The shop whose valley exercise 4.2 asks about."""
        return self.of("reproducible")

    @cached_property
    def selection(self) -> Selection:
        """Two, four and eight groups in the shop whose four kinds are known."""
        scaled = self.of("natural").scaled
        found: Selection = heard(select_clusters, scaled, PLANS, n_pairs=20)[0]
        return found

    @cached_property
    def plans(self) -> dict[str, int]:
        """Three colleagues' plans and their number of groups, in the seed's order."""
        order = np.random.default_rng([self.seed, 8]).permutation(PLANS)
        return dict(zip(("X", "Y", "Z"), order.tolist(), strict=True))


@cache
def data(seed: int) -> Shops:
    """Simulate the three shops.

    Examples
    --------
    >>> [shop.name for shop in data(1).shops]
    ['A', 'B', 'C']
    """
    order = np.random.default_rng([seed, 4]).permutation(len(STRUCTURES))
    planted = [STRUCTURES[place] for place in order]
    shops = [_shop(n, s, seed) for n, s in zip(NAMES, planted, strict=True)]
    return Shops(tuple(shops), seed)


def _shop(name: str, structure: Planted, seed: int) -> Shop:
    made = simulate(2500, structure=structure, days=DAYS, seed=450 + seed)
    whole = shop_table(made, (*HABITS, *MONEY))
    return Shop(name, structure, whole[list(HABITS)], whole[list(MONEY)])


def grouped(scaled: Any, n_groups: int) -> Labels:
    """Group by k-means on the columns as they are, the largest group first."""
    labels = fit_kmeans(np.asarray(scaled, dtype=float), n_groups, seed=1).labels_
    order = np.argsort(-np.bincount(labels, minlength=n_groups), kind="stable")
    return np.asarray(np.argsort(order)[labels], dtype=np.int64)


def scaled_alone(table: pd.DataFrame) -> pd.DataFrame:
    """Standardise and take no logarithms, as many a tutorial does."""
    payload = learn_preprocess(table, plain=True)
    return pd.DataFrame(prepared(payload, table), table.index, payload["uses"])

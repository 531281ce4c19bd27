"""The shop of lesson 5: six planted kinds, clustered again and again."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache, cached_property

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.cluster import KMeans

from segtools.lessons.shared.tables import DAYS, shop_table
from segtools.prepare.lights import adequacy
from segtools.segmentation.clusters import learn_preprocess
from segtools.segmentation.doubts import heard
from segtools.segmentation.one_thread import one_thread
from segtools.segmentation.preprocess import prepared
from segtools.segmentation.stability import Selection, select_clusters
from segtools.segmentation.stability.agreement import adjusted_rand, crossed
from segtools.simulate import simulate

__all__ = ["Shop", "agreement_of", "ari", "comparable", "data"]

Labels = NDArray[np.int64]
Array = NDArray[np.float64]
KINDS = 6
SINGLE_STARTS = 100
N_PAIRS = 20
# Customers of a colleague who could not wait for more, and what she measured of them.
FEW = 70
# Spread within groups that is larger than the least by less counts as the least.
AS_GOOD = 1.002


@dataclass(frozen=True, eq=False)
class Shop:
    """A simulated shop with six kinds of customers of unequal size.

    Attributes
    ----------
    table : DataFrame
        One row a customer, seven features in the units of the shop.
    scaled : DataFrame
        The same, logged where skewed and standardised.
    kind : Series
        The planted kind of each customer.
    seed : int
    """

    table: pd.DataFrame
    scaled: pd.DataFrame
    kind: pd.Series
    seed: int

    @cached_property
    def single_starts(self) -> Array:
        """Give the spread within groups at which each of 100 single starts ended."""
        X, dice = self.scaled.to_numpy(), range(SINGLE_STARTS)
        with one_thread():
            return np.array([random_starts(KINDS, 1, d).fit(X).inertia_ for d in dice])

    @property
    def reached(self) -> float:
        """Share of single starts that end at the least spread seen."""
        ended = self.single_starts
        return float((ended <= AS_GOOD * ended.min()).mean())

    def agreement(self, n_init: int, n_clusters: int = KINDS) -> Array:
        """Give the agreement of 20 pairs of resamples, so many starts for every fit."""
        return agreement_of(self.scaled, n_clusters, n_init, self.seed)

    @cached_property
    def selection(self) -> Selection:
        """Measure what comes again for two to eight groups, with ten starts."""
        asked = {"n_pairs": N_PAIRS, "random_state": self.seed}
        found: Selection = heard(select_clusters, self.scaled, range(2, 9), **asked)[0]
        return found

    @cached_property
    def by_hand(self) -> pd.DataFrame:
        """Two ways to group eight customers, small enough for paper."""
        return two_groupings(self.seed)

    @cached_property
    def other(self) -> pd.DataFrame:
        """Habits in another shop, whose customers lie along a line without gaps."""
        made = simulate(2500, structure="reproducible", days=DAYS, seed=600 + self.seed)
        return shop_table(made)

    @cached_property
    def few(self) -> pd.DataFrame:
        """The customers of the other shop whom a colleague has."""
        order = np.random.default_rng([FEW, 0]).permutation(len(self.other))
        return self.other.iloc[order[:FEW]]

    @property
    def wished(self) -> int:
        """Groups that the colleague wishes for."""
        return 6 + self.seed % 3

    @property
    def asked_for(self) -> int:
        """Customers below whom the colleague's light is red."""
        figures = adequacy(FEW, self.scaled.shape[1], self.wished)["figures"]
        return int(figures["red_below"])


@cache
def data(seed: int) -> Shop:
    """Simulate the shop.

    Examples
    --------
    >>> shop = data(1)
    >>> shop.kind.nunique(), bool(0 < shop.reached < 1)
    (6, True)
    """
    made = simulate(1500, n_segments=KINDS, days=DAYS, seed=500 + seed)
    table = shop_table(made)
    kind = made.truth.set_index("customer_id")["segment_name"].reindex(table.index)
    return Shop(table, comparable(table), kind, seed)


def comparable(table: pd.DataFrame) -> pd.DataFrame:
    """Prepare habits as segtools does: logs where skewed, then standardised."""
    payload = learn_preprocess(table)
    return pd.DataFrame(prepared(payload, table), table.index, payload["uses"])


def random_starts(n_clusters: int, n_init: int, seed: int) -> KMeans:
    """Begin with customers drawn by lot, as textbooks have it."""
    return KMeans(n_clusters, init="random", n_init=n_init, random_state=seed)


def agreement_of(
    scaled: pd.DataFrame, k: int, n_init: int, seed: int, *, same_draws: bool = False
) -> Array:
    """Cluster pairs of resamples by random starts; let both place everybody."""
    X, found = scaled.to_numpy(), []
    for pair in range(N_PAIRS):
        labels = []
        for member in (0, 0) if same_draws else (0, 1):
            rng = np.random.default_rng([seed, pair, member])
            drawn = X[rng.integers(len(X), size=len(X))]
            fit = random_starts(k, n_init, int(rng.integers(2**31)))
            with one_thread():
                labels.append(fit.fit(drawn).predict(X))
        found.append(ari(*labels))
    return np.array(found)


def ari(one: Labels, other: Labels) -> float:
    """Compare two groupings of the same customers: the adjusted Rand index."""
    k, m = int(one.max()) + 1, int(other.max()) + 1
    return adjusted_rand(crossed(one, other, k, m))


def two_groupings(seed: int) -> pd.DataFrame:
    """Draw two groupings that agree partly, so that no short cut gives the answer."""
    rng = np.random.default_rng([seed, 51])
    while True:
        one, other = rng.integers(2, size=8), rng.integers(3, size=8)
        other = np.where(rng.random(8) < 0.6, one, other)
        whole = len(set(one)) == 2 and len(set(other)) == 3
        if whole and _leaves_no_short_cut(one, other):
            names = [f"Customer {letter}" for letter in "ABCDEFGH"]
            columns = {"Monday": one + 1, "Tuesday": other + 1}
            return pd.DataFrame(columns, index=pd.Index(names, name="Customer"))


def _leaves_no_short_cut(one: Labels, other: Labels) -> bool:
    """Tell whether no simpler figure comes near the adjusted Rand index."""
    upper = np.triu_indices(len(one), 1)
    first, second = ((g[:, None] == g[None])[upper] for g in (one, other))
    either = float((first & second).sum() / (first | second).sum())
    simpler = [float((first == second).mean()), float((one == other).mean()), either]
    right = ari(one, other)
    return 0.15 < right < 0.7 and all(abs(right - s) > 0.05 for s in simpler)

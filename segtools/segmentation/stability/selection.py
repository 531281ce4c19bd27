"""What a selection holds: every figure of every number of segments, dear ones lazily.

What takes long is computed when it is first asked for, and kept.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from segtools.segmentation.stability import borders, consensus, tendency
from segtools.segmentation.stability.across import FamilyTree
from segtools.segmentation.stability.gap import Gap, gap_curves
from segtools.segmentation.stability.inputs import Customers
from segtools.segmentation.stability.kmeans import Labels
from segtools.segmentation.stability.pairs import Pairs, stability_rows, within_rows
from segtools.segmentation.stability.strength import prediction_strength

Array = NDArray[np.float64]
GAP_ROWS = 1_000


@dataclass(frozen=True)
class Settings:
    """What was asked for: numbers of segments, resamples, starts, limits."""

    ks: tuple[int, ...]
    n_pairs: int
    n_init: int
    random_state: int
    max_rows: int
    min_share: float


@dataclass(frozen=True)
class Segments:
    """One solution, in the order of rows and columns that was passed.

    ``centres`` has a row for each segment, ``labels`` a number for each customer,
    ``inertia`` is the sum of everyone's squared distances to their centres.
    """

    k: int
    centres: pd.DataFrame
    labels: Labels
    sizes: Labels
    inertia: float
    sorted_centres: Array = field(repr=False)

    @property
    def smallest_share(self) -> float:
        """Share of customers in the smallest segment."""
        return float(self.sizes.min() / max(1, self.sizes.sum()))


@dataclass
class Selection:
    """How many segments hold up, and all that was measured for it.

    Attributes
    ----------
    n_clusters, sentence
        The suggestion and its reason.
    segments : dict of int to Segments
        Centres, labels and sizes by number of segments.
    pairs : dict of int to Pairs
        Stability in resamples: ``ari``, ``within`` (SLSw), ``clusterwise()``.
    tree : FamilyTree
        SLSa, nodes and edges over k; its labels are in the order of content.
    notes : list of str
        Every warning that was given.
    """

    n_clusters: int
    sentence: str
    segments: Mapping[int, Segments]
    pairs: Mapping[int, Pairs]
    tree: FamilyTree
    notes: list[str]
    settings: Settings
    customers: Customers = field(repr=False)
    sample: Labels = field(repr=False)
    _kept: dict[Any, Any] = field(default_factory=dict, repr=False)

    @property
    def rows(self) -> tuple[int, int]:
        """How many customers were fitted and resampled, and how many there are."""
        return len(self.sample), len(self.customers.X)

    def stability(self) -> pd.DataFrame:
        """Give the agreement of every pair: ``k``, ``pair``, ``ari``."""
        return stability_rows(self.pairs)

    def within(self, k: int) -> pd.DataFrame:
        """Give every segment's SLSw by pair: ``segment``, ``pair``, ``jaccard``."""
        return within_rows(self.pairs[k])

    def table(self) -> pd.DataFrame:
        """Give one row for every number of segments.

        Returns
        -------
        DataFrame
            ``k``, quartiles of the agreement (``low``, ``median``, ``high``), how far
            twice the starts moved its median (``moved``), the median SLSw of the
            least stable segment (``weakest``), the lowest SLSa (``slsa``), the
            smallest share, the sum of squares within, the mean simplified silhouette
            and the number of pairs (fewer where it was decided early).
        """
        return pd.DataFrame([self._row(k) for k in self.settings.ks])

    def gorge(self, k: int) -> pd.DataFrame:
        """Give each customer's similarity to each centre; rows add up to 1."""
        found = borders.gorge_values(self.customers.X, self.segments[k].sorted_centres)
        return pd.DataFrame(self._as_passed(found))

    def shadow(self, k: int) -> Array:
        """Give each customer's nearness to the border: 0 at the centre, 1 on it."""
        centres = self.segments[k].sorted_centres
        return self._as_passed(borders.shadow_values(self.customers.X, centres))

    def simplified_silhouette(self, k: int) -> Array:
        """Give each customer's simplified silhouette."""
        centres = self.segments[k].sorted_centres
        return self._as_passed(borders.simplified_silhouette(self.customers.X, centres))

    def silhouette(self, k: int) -> float:
        """Give the mean exact silhouette of at most 5,000 of the fitted customers."""
        return float(self._once(("silhouette", k), lambda: self._silhouette(k)))

    def gap(self, *, reference: str = "pca", power: int = 2) -> Gap:
        """Give the gap curve of at most 1,000 of the fitted customers, from k = 1."""
        curves = self._once(("gap", reference), lambda: self._gap(reference))
        return dict(curves)[power]

    def prediction_strength(self) -> pd.DataFrame:
        """Give the prediction strength: ``k``, ``strength``, ``se``."""
        found: pd.DataFrame = self._once("strength", self._strength)
        return found

    def consensus(self, k: int) -> float:
        """Give the share of ambiguous pairs (PAC) of at most 2,000 customers."""
        return float(self._once(("consensus", k), lambda: self._consensus(k)))

    def hopkins(self) -> tendency.Hopkins:
        """Give Hopkins' statistic of the fitted customers; it decides nothing."""
        X = self.customers.X[self.sample]
        found: tendency.Hopkins = self._once(
            "hopkins", lambda: tendency.hopkins(X, rng=self._chance("hopkins"))
        )
        return found

    def dip(self) -> tendency.Dip | None:
        """Give the dip test of the distances between customers."""
        X = self.customers.X[self.sample]
        found: tendency.Dip | None = self._once(
            "dip", lambda: tendency.dip_on_distances(X, rng=self._chance("dip"))
        )
        return found

    def _row(self, k: int) -> dict[str, Any]:
        pairs, segments = self.pairs[k], self.segments[k]
        low, median, high = np.quantile(pairs.ari, [0.25, 0.5, 0.75])
        nodes = self.tree.nodes
        return {
            "k": k,
            "low": low,
            "median": median,
            "high": high,
            "moved": pairs.moved,
            "weakest": float(np.nanmin(np.nanmedian(pairs.within, axis=0))),
            "slsa": nodes.loc[nodes["k"] == k, "slsa"].min(),
            "smallest_share": segments.smallest_share,
            "inertia": segments.inertia,
            "simplified_silhouette": float(self.simplified_silhouette(k).mean()),
            "pairs": len(pairs.ari),
        }

    def _silhouette(self, k: int) -> float:
        X = self.customers.X[self.sample]
        labels = self.tree.labels[k][self.sample]
        rng = self._chance("silhouette")
        return float(borders.exact_silhouette(X, labels, rng=rng)["silhouette"].mean())

    def _gap(self, reference: str) -> dict[int, Gap]:
        X = self.customers.X[self.sample]
        rng = self._chance("gap")
        if len(X) > GAP_ROWS:
            X = X[np.sort(rng.choice(len(X), GAP_ROWS, replace=False))]
        most = min(max(self.settings.ks) + 1, len(np.unique(X, axis=0)))
        n_init = self.settings.n_init
        return gap_curves(
            X, most, rng=rng, reference=reference, powers=(1, 2), n_init=n_init
        )

    def _strength(self) -> pd.DataFrame:
        X, asked = self.customers.X[self.sample], self.settings
        return prediction_strength(
            X, asked.ks, random_state=asked.random_state, n_init=asked.n_init
        )

    def _consensus(self, k: int) -> float:
        X, asked = self.customers.X[self.sample], self.settings
        matrix = consensus.consensus_matrix(
            X, k, random_state=asked.random_state, n_init=asked.n_init
        )
        return consensus.ambiguous_pairs(matrix)

    def _as_passed(self, found: Array) -> Array:
        """Bring values of rows back into the order that was passed."""
        back = np.empty_like(found)
        back[self.customers.rows] = found
        return back

    def _chance(self, what: str) -> np.random.Generator:
        return np.random.default_rng([self.settings.random_state, *what.encode()])

    def _once(self, key: Any, compute: Callable[[], Any]) -> Any:
        if key not in self._kept:
            self._kept[key] = compute()
        return self._kept[key]

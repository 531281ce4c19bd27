"""How many segments, and do they hold? What a run measures of its own customers.

Clusters of the features alone, whatever the goal: they say how many segments the
customers themselves would bear, and how firmly.
"""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from segtools.disclosure import LIMIT, Published, hide
from segtools.glance import AtAGlance, Glance
from segtools.languages import header, mark, tr, trc
from segtools.segmentation.clusters import learn_preprocess
from segtools.segmentation.glances import how_many_glance
from segtools.segmentation.how_many_words import how_many_sentences
from segtools.segmentation.place import prepared
from segtools.segmentation.stability.select import AGREEMENT, select_clusters
from segtools.segmentation.stability.selection import Selection
from segtools.wording import number

__all__ = [
    "HowMany",
    "by_number",
    "by_segment",
    "how_many",
    "how_many_record",
    "how_many_sentences",
    "how_many_table",
]

MOST = 8
LEAST_ROWS = 50
FEW = mark("There are too few different customers ({n}) to ask how many segments hold.")


@dataclass(frozen=True, repr=False)
class HowMany(AtAGlance):
    """What was measured; ``selection`` is None where customers are too few."""

    selection: Selection | None
    sentence: str

    @property
    def n_clusters(self) -> int:
        """The suggested number of segments, 1 where nothing could be asked."""
        return 1 if self.selection is None else self.selection.n_clusters

    def stability(self) -> pd.DataFrame:
        """Give the agreement of every pair: ``k``, ``pair``, ``ari``."""
        if self.selection is None:
            return pd.DataFrame(columns=["k", "pair", "ari"])
        return self.selection.stability()

    def within(self) -> pd.DataFrame:
        """Give SLSw of the suggested number: ``segment``, ``pair``, ``jaccard``."""
        if self.selection is None:
            return pd.DataFrame(columns=["segment", "pair", "jaccard"])
        return self.selection.within(self.n_clusters)

    def nodes(self, smallest_cell: int = LIMIT) -> pd.DataFrame:
        """Give the segments of the family tree, with their SLSa.

        Sizes under `smallest_cell`, and what would give them away, are missing.
        """
        names = ["k", "segment", "customers", "share", "slsa", "parent"]
        if self.selection is None:
            return pd.DataFrame(columns=names)
        nodes = self.selection.tree.nodes
        hidden = nodes.groupby("k")["customers"].transform(
            lambda sizes: _hidden(sizes.to_numpy(float), smallest_cell)
        )
        sizes = nodes[["customers", "share"]].astype(float).mask(hidden.astype(bool))
        return nodes.assign(customers=sizes["customers"], share=sizes["share"])

    def edges(self, smallest_cell: int = LIMIT) -> pd.DataFrame:
        """Give who of the family tree comes from whom, if they are not too few."""
        names = ["k", "parent", "segment", "customers", "share"]
        if self.selection is None:
            return pd.DataFrame(columns=names)
        edges = self.selection.tree.edges
        steps = [_open_edges(e, smallest_cell) for _, e in edges.groupby("k")]
        return pd.concat(steps or [edges]).reset_index(drop=True)

    def gorge(self) -> pd.DataFrame:
        """Give every customer's similarity to each suggested segment."""
        if self.selection is None:
            return pd.DataFrame()
        return self.selection.gorge(self.n_clusters)

    def _glance(self) -> Glance:
        return how_many_glance(self)


def _hidden(sizes: NDArray[np.float64], limit: int) -> NDArray[np.bool_]:
    """Say which parts of everyone are too small to be shown, or give one away."""
    parts = list(range(1, len(sizes) + 1))
    return hide(Published(np.r_[sizes.sum(), sizes], [(0, parts)]), limit)[1:]


def _open_edges(edges: pd.DataFrame, limit: int) -> pd.DataFrame:
    """Keep who comes from whom where it is neither few, nor tells who the few are."""
    wide = edges.pivot_table(
        index="parent", columns="segment", values="customers", fill_value=0
    )
    counts = wide.to_numpy(float)
    place = np.arange(counts.size).reshape(counts.shape)
    told = [~_hidden(counts.sum(axis=axis), limit) for axis in (1, 0)]
    # Sizes that the tree shows; one that it hides says nothing of its bands.
    lines = [*place[told[0]], *place.T[told[1]]]
    sums = [(counts.size + i, line.tolist()) for i, line in enumerate(lines)]
    cells = np.r_[counts.ravel(), [counts.ravel()[line].sum() for line in lines]]
    known = Published(cells, sums, fixed=np.arange(cells.size) >= counts.size)
    hidden = hide(known, limit)[: counts.size].reshape(counts.shape)
    row = wide.index.get_indexer(edges["parent"])
    column = wide.columns.get_indexer(edges["segment"])
    return edges[~hidden[row, column]]


def how_many(
    features: pd.DataFrame,
    *,
    random_state: int = 1,
    min_share: float = 0.03,
    max_fit_customers: int = 200_000,
    n_pairs: int = 100,
) -> HowMany:
    """Measure how many clusters of a run's customers hold up, and how well.

    Parameters
    ----------
    features : DataFrame
        One row per customer: ``customer_id`` and the features that build segments, in
        original units. Customers without any order (``recency_days`` missing) are left
        out; other gaps are filled as for clusters.
    random_state : int, default=1
        Where chance starts. Neither the order of rows and columns nor the number of
        processors changes a result.
    min_share : float, default=0.03
        Smallest share of everybody that a suggested segment may have.
    max_fit_customers : int, default=200000
        Of more customers, so many are drawn.
    n_pairs : int, default=100
        Pairs of bootstrap samples at most; resampling stops, from 20 on, where it is
        decided on which side of 0.8 the agreement lies.

    Returns
    -------
    HowMany
        With the reason in ``sentence`` where there are fewer than 50 customers, or
        fewer than four different ones.

    Examples
    --------
    >>> few = pd.DataFrame({"customer_id": ["a"], "recency_days": [3.0]})
    >>> how_many(few).sentence
    'There are too few different customers (1) to ask how many segments hold.'
    """
    Z = _prepared(features, random_state, max_fit_customers)
    different = len(np.unique(Z.to_numpy(), axis=0)) if Z.shape[1] else min(1, len(Z))
    most = min(MOST, different // 2)
    if most < 2 or len(Z) < LEAST_ROWS:
        return HowMany(None, tr(FEW, n=number(different)))
    share = min(min_share * len(features) / len(Z), 1.0)
    with warnings.catch_warnings():
        # The notes of a selection say the same, and a page shows them as sentences.
        warnings.simplefilter("ignore", UserWarning)
        found = select_clusters(
            Z,
            range(2, most + 1),
            n_pairs=n_pairs,
            random_state=random_state,
            min_share=share,
            decide_at=AGREEMENT,
        )
    return HowMany(found, found.sentence)


def _prepared(features: pd.DataFrame, seed: int, most: int) -> pd.DataFrame:
    """Make features comparable, in an order that no file decides."""
    frame = features.drop(columns="customer_id").select_dtypes("number")
    if "recency_days" in frame:
        frame = frame[frame["recency_days"].notna()]
    frame = frame[sorted(frame.columns)]
    frame = frame.sort_values(list(frame.columns), ignore_index=True)
    if len(frame) > most:
        rng = np.random.default_rng([seed, most])
        frame = frame.iloc[np.sort(rng.choice(len(frame), most, replace=False))]
    if frame.empty:
        return frame
    payload = learn_preprocess(frame)
    return pd.DataFrame(prepared(payload, frame), columns=payload["uses"])


def by_number(found: HowMany) -> pd.DataFrame:
    """Give one row for every number of segments.

    Returns
    -------
    DataFrame
        As `Selection.table`, with prediction ``strength`` and its standard error
        ``se``; empty where nothing could be asked.
    """
    if found.selection is None:
        return pd.DataFrame()
    table = found.selection.table()
    return table.merge(found.selection.prediction_strength(), on="k")


def by_segment(found: HowMany) -> pd.DataFrame:
    """Give one row for every segment of the suggested number.

    Returns
    -------
    DataFrame
        ``segment`` (its number from 0), ``customers``, ``share``, quartiles of SLSw
        (``low``, ``median``, ``high``), Hennig's ``jaccard``, ``dissolved`` and
        ``recovered`` (of ``resamples``) and the median ``shadow`` value.
    """
    if found.selection is None:
        return pd.DataFrame()
    k, chosen = found.n_clusters, found.selection
    pairs, segments = chosen.pairs[k], chosen.segments[k]
    quartiles = np.nanquantile(pairs.within, [0.25, 0.5, 0.75], axis=0)
    shadow = pd.Series(chosen.shadow(k)).groupby(segments.labels).median()
    table = pairs.clusterwise()
    table.insert(1, "customers", segments.sizes)
    table.insert(2, "share", segments.sizes / segments.sizes.sum())
    for place, name in enumerate(("low", "median", "high")):
        table.insert(3 + place, name, quartiles[place])
    table["resamples"] = len(pairs.drawn)
    return table.assign(shadow=shadow.reindex(range(k)).to_numpy())


def how_many_record(found: HowMany) -> dict[str, Any]:
    """Give what ``selection.json`` keeps of it under ``how_many``."""
    record: dict[str, Any] = {"n_clusters": found.n_clusters}
    record["sentence"] = found.sentence
    record["by_number"] = by_number(found).to_dict("records")
    record["by_segment"] = by_segment(found).to_dict("records")
    if found.selection is None:
        return record | {"ambiguous_pairs": None, "rows": None, "notes": []}
    fitted, everyone = found.selection.rows
    return record | {
        "ambiguous_pairs": found.selection.consensus(found.n_clusters),
        "rows": {"fitted": fitted, "of": everyone},
        "starts": found.selection.settings.n_init,
        "notes": found.selection.notes,
    }


def how_many_table(record: dict[str, Any]) -> pd.DataFrame:
    """Tabulate the measures by number of segments, for people.

    Parameters
    ----------
    record : dict
        As `how_many_record` gives it.
    """
    names = {
        "k": header("Segments"),
        "median": header("Agreement"),
        "low": header("Low"),
        "high": header("High"),
        "moved": "Moved",
        "weakest": header("Least SLSw"),
        "slsa": header("Least SLSa"),
        "strength": header("Strength"),
        "smallest_share": header("Smallest"),
        "pairs": header("Pairs"),
    }
    rows = pd.DataFrame(record["by_number"], columns=list(names))
    table = rows.rename(columns=names)
    plain = ("Segments", "Smallest", "Pairs")
    table.attrs["formats"] = {n: ".2f" for n in table.columns if n not in plain}
    table.attrs["formats"]["Smallest"] = "percent"
    # The agreement moves here; elsewhere customers do.
    table.attrs["said"] = {"Moved": trc("agreement", "Moved")}
    return table

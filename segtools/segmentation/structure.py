"""Are there segments in the features at all? Valleys, recurrence, and what is shown.

Three answers: *natural* where valleys lie between customers (`valleys`), *reproducible*
where segments recur beyond what margins and correlations bring (`references`), else
*constructed*. What stands beside them is in `evidence`.
"""

from __future__ import annotations

import warnings
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from segtools.config.blocks import StructureThresholds
from segtools.glance import AtAGlance, Glance
from segtools.languages import mark, markn, tr, trn
from segtools.segmentation.clusters import learn_preprocess
from segtools.segmentation.doubts import giant, plain_doubts
from segtools.segmentation.evidence import (
    agreement_by_k,
    best_candidate,
    dip_on_distances,
    gap_statistic,
)
from segtools.segmentation.glances import structure_glance
from segtools.segmentation.inputs import telling
from segtools.segmentation.preprocess import prepared
from segtools.segmentation.references import tighter
from segtools.segmentation.valleys import NaturalGroups, natural_groups, whitened
from segtools.wording import general, number

Array = NDArray[np.float64]
MAX_CLUSTERS = 6
MAX_ROWS = 2_500
MAX_DIVIDED = 10_000
MIN_COMPLETE = 50
# Fewer customers a feature and anything looks like a group (Qiu & Joe 2009).
ROWS_PER_FEATURE = 10
TEXT = {
    "natural": markn(
        "The features fall into {n} natural group: there are gaps between them, and "
        "resamples find them again (agreement {ari}).",
        "The features fall into {n} natural groups: there are gaps between them, and "
        "resamples find them again (agreement {ari}).",
    ),
    "reproducible": markn(
        "There are no gaps between customers, yet {n} group comes out again in "
        "resamples (agreement {ari}).",
        "There are no gaps between customers, yet {n} groups come out again in "
        "resamples (agreement {ari}).",
    ),
    "constructed": markn(
        "The features form no groups of their own: segments are lines drawn for a "
        "purpose (agreement of {n} group in resamples {ari}).",
        "The features form no groups of their own: segments are lines drawn for a "
        "purpose (agreement of {n} groups in resamples {ari}).",
    ),
}
LIMITS_TEXT = mark(
    "Valleys hold at most {depth} customers to each on the lower of their hills; "
    "groups recur where resamples agree at {agreement} or more; without valleys, "
    "customers must lie at least {excess} standard deviations closer together than "
    "in clouds of the same margins and correlations."
)


@dataclass(repr=False)
class Structure(AtAGlance):
    """A structure verdict: its label, the number of clusters, and the evidence.

    ``labels`` gives each row's natural group, from 0 for the largest, and -1 for rows
    that were left out; None where there are no natural groups.
    """

    label: str
    n_clusters: int
    sentence: str
    evidence: dict[str, Any] = field(default_factory=dict)
    labels: NDArray[np.int64] | None = field(default=None, compare=False)

    @property
    def limits_sentence(self) -> str:
        """Say where the lines were that decided; empty where nothing was decided."""
        limits = self.evidence.get("thresholds")
        if not limits:
            return ""
        said = {k: general(limits[k]) for k in ("depth", "agreement", "excess")}
        return tr(LIMITS_TEXT, **said)

    def _glance(self) -> Glance:
        return structure_glance(self)


def structure_verdict(
    X: pd.DataFrame | Array,
    *,
    random_state: int = 1,
    thresholds: StructureThresholds | None = None,
) -> Structure:
    """Say whether customers fall into natural, reproducible or no groups.

    Parameters
    ----------
    X : DataFrame or array of shape (n_customers, n_features)
        Features in original units; they are logged where skewed and standardised as
        for clusters. Customers with a feature missing are left out where enough
        others remain; a sample of 2,500 customers decides.
    random_state : int, default=1
        Where chance starts.
    thresholds : StructureThresholds, default=None
        The block ``structure`` of a configuration; None means its defaults.

    Returns
    -------
    Structure
        ``label`` is *natural* if valleys divide the customers (`natural_groups`) and
        pairs of bootstrap solutions agree on as many clusters (median adjusted Rand
        index of at least 0.8); *reproducible* if without gaps pairs agree as well on
        three or more clusters, and customers are closer together than margins and
        correlations alone bring them (`tighter`, by 2.5 standard deviations), both in
        units of the features or both in units of the spread within small parts; else
        *constructed*, as it is with fewer than 50 customers, or than 10 a feature. The
        gap statistic and the dip test on distances are evidence that stands beside it
        and decides nothing: both see groups in skewed or heavy tails, and miss small
        ones.

    Raises
    ------
    DataError
        If a column holds text or infinite values.

    Warns
    -----
    UserWarning
        For columns left out (no value, one value, a repetition), codes of categories,
        columns of which half or more share one value, and one giant customer.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> centres = [(0, 0), (5, 0), (0, 5)]
    >>> blobs = np.vstack([rng.normal(c, 0.3, (60, 2)) for c in centres])
    >>> structure_verdict(blobs).label
    'natural'
    """
    frame, said = telling(pd.DataFrame(X))
    frame, left_out = _complete(frame)
    # By content, so that the order of the file draws nobody.
    frame = frame.sort_values(sorted(frame.columns), kind="stable")
    Z = prepared(payload := learn_preprocess(frame), frame)
    for note in [*said, *plain_doubts(frame), giant(Z)]:
        if note:
            warnings.warn(note, UserWarning, stacklevel=2)
    rng = np.random.default_rng(random_state)
    rows = np.arange(len(Z))
    if len(Z) > MAX_ROWS:
        rows = np.sort(rng.choice(len(Z), MAX_ROWS, replace=False))
    Z = Z[rows]
    most = min(MAX_CLUSTERS, len(np.unique(Z, axis=0)) - 1)
    least = max(MIN_COMPLETE, ROWS_PER_FEATURE * Z.shape[1])
    if most < 2 or len(Z) < least or Z.shape[1] == 0:
        return _too_few(len(Z), Z.shape[1])
    limits = thresholds or StructureThresholds()
    evidence = {"features": payload["uses"]} | _curves(Z, most, limits, rng)
    groups = _divided(frame, random_state, limits)
    evidence |= _natural(groups, rng)
    label, k, ari = _label(Z, evidence, limits, rng)
    sentence = trn(*TEXT[label], k, ari=number(ari, 2))
    evidence["thresholds"] = limits.model_dump()
    evidence["rows"], evidence["left_out"] = len(Z), left_out
    labels = _labels(groups, frame, len(X)) if label == "natural" else None
    return Structure(label, k, sentence, evidence, labels)


def _curves(
    Z: Array, most: int, limits: StructureThresholds, rng: np.random.Generator
) -> dict[str, Any]:
    """Give what is shown over the number of clusters, and the dip test."""
    gap = gap_statistic(Z, most, rng)
    ks = sorted({2, 3, 4, 5, *gap["candidates"].values()} - {1})
    agreement = agreement_by_k(Z, [k for k in ks if k <= most], rng, limits.agreement)
    gap["n_clusters"] = best_candidate(gap["candidates"], agreement)
    return {"gap": gap, "agreement": agreement, "dip": dip_on_distances(Z, rng)}


def _divided(
    frame: pd.DataFrame, random_state: int, limits: StructureThresholds
) -> NaturalGroups:
    # With columns that say the same: they are no harm where spread is measured
    # within groups, and between few groups any two columns may go together.
    every = prepared(learn_preprocess(frame, distinct=False), frame)
    some = every
    if len(every) > MAX_DIVIDED:
        rng = np.random.default_rng(random_state)
        some = every[np.sort(rng.choice(len(every), MAX_DIVIDED, replace=False))]
    return natural_groups(some, random_state=random_state, depth=limits.depth)


def _natural(groups: NaturalGroups, rng: np.random.Generator) -> dict[str, Any]:
    """Say how many groups valleys divide, how deep they are, and whether they recur."""
    k = groups.n_groups
    found: dict[str, Any] = {"n_groups": k, "sizes": np.bincount(groups.labels)}
    found["sizes"] = found["sizes"].tolist()
    found["shallowest"] = max((v.ratio for v in groups.valleys.values()), default=None)
    found["agreement"] = 0.0
    if k > 1:
        scaled = groups.scaled
        if len(scaled) > MAX_ROWS:
            scaled = scaled[np.sort(rng.choice(len(scaled), MAX_ROWS, replace=False))]
        found["agreement"] = agreement_by_k(scaled, [k], rng)["median"][0]
    return {"natural": found}


def _labels(groups: NaturalGroups, frame: pd.DataFrame, n: int) -> NDArray[np.int64]:
    """Bring labels back to the order of the rows that were given."""
    labels = np.full(n, -1, dtype=np.int64)
    if len(groups.labels) == len(frame):
        labels[frame.index.to_numpy()] = groups.labels
    return labels


def _too_few(rows: int, features: int) -> Structure:
    """Say that nothing can be seen, with evidence that draws as nothing."""
    sentence = trn(
        "There are too few different customers ({rows}) to look for groups in {n} "
        "feature.",
        "There are too few different customers ({rows}) to look for groups in {n} "
        "features.",
        features,
        rows=number(rows),
    )
    gap = {"k": [], "gap": [], "se": [], "candidates": {}, "n_clusters": 1}
    agreement = {"k": [], "median": [], "low": [], "high": [], "pairs": 0}
    evidence = {"gap": gap, "agreement": agreement, "rows": rows, "left_out": 0}
    return Structure("constructed", 1, sentence, evidence)


def _complete(frame: pd.DataFrame) -> tuple[pd.DataFrame, int]:
    """Keep customers with every feature, unless that would leave too few.

    Filling gaps puts all who have not bought lately on one spot, and that spot would
    pass for a natural group.
    """
    frame.columns = frame.columns.astype(str)
    frame = frame.reset_index(drop=True)
    whole = frame.dropna()
    if len(whole) < max(MIN_COMPLETE, len(frame) / 4):
        return frame, 0
    return whole, len(frame) - len(whole)


def _label(
    Z: Array,
    evidence: dict[str, Any],
    limits: StructureThresholds,
    rng: np.random.Generator,
) -> tuple[str, int, float]:
    """Give the label, the number of clusters, and what resamples agree on it."""
    natural, agreement = evidence["natural"], evidence["agreement"]
    if natural["n_groups"] > 1 and natural["agreement"] >= limits.agreement:
        return "natural", int(natural["n_groups"]), natural["agreement"]
    found = evidence["references"] = {}
    recurring = _recurring(agreement, limits)
    if recurring:
        found["features"] = tighter(Z, rng)
        if found["features"]["excess"] >= limits.excess:
            return "reproducible", *recurring[-1]
    found["parts"] = tighter(Z, rng, lambda cloud: whitened(cloud, rng))
    if found["parts"]["excess"] >= limits.excess:
        again = agreement_by_k(whitened(Z, rng), [3, 4, 5], rng, limits.agreement)
        found["parts"]["agreement"] = again
        if recurring := _recurring(again, limits):
            return "reproducible", *recurring[-1]
    median = dict(zip(agreement["k"], agreement["median"], strict=True))
    larger = {k: ari for k, ari in median.items() if k >= 3} or median
    best = max(larger, key=lambda k: (larger[k], -k))
    return "constructed", best, larger[best]


def _recurring(
    agreement: dict[str, Any], limits: StructureThresholds
) -> list[tuple[int, float]]:
    """List the numbers of clusters, three or more, on which resamples agree."""
    pairs = zip(agreement["k"], agreement["median"], strict=True)
    return [(k, ari) for k, ari in pairs if k >= 3 and ari >= limits.agreement]

"""Too many segments, or too few? Candidates of a frozen model to merge and to split.

Whatever the method: it is only asked who stands where, how they differ, and what they
did next. Every candidate is a reason to look; an analyst decides.
"""

from __future__ import annotations

from itertools import combinations
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from segtools.joining import sentences
from segtools.languages import header, mark, tr, trc
from segtools.segmentation.halves import (
    LEAST_SIDE,
    Cut,
    Difference,
    best_cut,
    difference,
    judged_cut,
)
from segtools.segmentation.model import SegmentModel
from segtools.segmentation.stability.candidates import (
    APART,
    merge_candidates,
    split_candidates,
)
from segtools.segmentation.standing import Standing, standard
from segtools.wording import interval, listed, number, percent, rounded

Array = NDArray[np.float64]
LEVEL = 0.05
_STEPS = {"merge": mark("{n} to merge"), "split": mark("{n} to split")}
NONE = mark("No segment is a candidate to merge or to split.")


def review(
    model: SegmentModel,
    features: pd.DataFrame,
    learning: pd.DataFrame,
    labels: dict[str, str],
    *,
    min_share: float = 0.03,
    wanted: int | None = None,
) -> list[dict[str, Any]]:
    """List which segments of a frozen model could be merged, and which split.

    Parameters
    ----------
    model : SegmentModel
        Of any kind.
    features : DataFrame
        One row per customer at the origin: ``customer_id``, ``recency_days`` and the
        features that build segments.
    learning : DataFrame
        As `build_learning` gives it.
    labels : dict
        Feature to what people call it.
    min_share : float, default=0.03
        Smallest share of the customers that a segment may have.
    wanted : int, default=None
        How many natural groups there are, where there are any.

    Returns
    -------
    list of dict
        ``kind`` (*merge* or *split*), ``segments`` (ids), ``names``, the ``reason`` in
        a sentence, and the ``decision`` that would do it, without its reason; None
        where only a person can say how. Two segments are to be merged where what they
        did next cannot be told apart, or no feature sets them apart, or one is too
        small. A segment is to be split where its halves by some feature differ in
        what they did next, beyond chance and by more than neighbouring segments
        usually do, and both would hold `min_share`; or where it holds most customers,
        or nearly all differences in spend.
    """
    if len(model.segments) < 2:
        return []
    whole = Standing(model, features, learning, labels)
    found = _alike(whole) + _too_like(whole, min_share)
    return _together(found + _unlike(whole, min_share) + _too_large(whole, wanted))


def _together(candidates: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Give all reasons for the same step in one candidate."""
    found: dict[tuple[Any, ...], dict[str, Any]] = {}
    for one in candidates:
        key = (one["kind"], *sorted(one["segments"]))
        first = found.setdefault(key, one)
        if first is not one:
            first["reason"] += f" {one['reason']}"
    return list(found.values())


def _alike(whole: Standing) -> list[dict[str, Any]]:
    """Pairs whose outcomes cannot be told apart, and what still sets them apart."""
    rows, own = whole.before()
    if rows.empty:
        return []
    y = rows["outcome"].to_numpy(float)
    found = []
    for i, j in combinations(whole.by_rank, 2):
        one, other = y[own == i], y[own == j]
        if min(len(one), len(other)) < LEAST_SIDE:
            continue
        gap = difference(one, other)
        if gap.told_apart:
            continue
        alike = tr(
            "What they did next cannot be told apart: a difference of {gap} ({band}).",
            gap=rounded(gap.gap),
            band=_band(gap),
        )
        reason = sentences([alike, _apart(whole, i, j)])
        found.append(_candidate(whole, "merge", (i, j), reason))
    return found


def _too_like(whole: Standing, min_share: float) -> list[dict[str, Any]]:
    """Pairs that no feature sets apart, and segments that are too small."""
    rows, own = whole.now()
    Z = standard(rows)
    if not Z.shape[1]:
        return []
    found = merge_candidates(
        Z, own, names=whole.names, min_share=min_share, ids=whole.ids
    )
    return [
        _candidate(
            whole, "merge", [whole.ids.index(s) for s in r.segments], str(r.reason)
        )
        for r in found.itertuples()
    ]


def _unlike(whole: Standing, min_share: float) -> list[dict[str, Any]]:
    """Segments whose halves by some feature did different things next."""
    rows, own = whole.before()
    if rows.empty:
        return []
    y = rows["outcome"].to_numpy(float)
    features = rows.drop(columns=["part", "outcome"])
    found = []
    for j in whole.by_rank:
        mine = features[own == j]
        cut = best_cut(mine, y[own == j])
        if cut is None or not _large(whole, j, cut, min_share):
            continue
        gap = judged_cut(mine, y[own == j], cut)
        sure = gap.p_value < LEVEL / len(whole.ids)
        if sure and abs(gap.gap) > _usual_step(y, own):
            found.append(_split(whole, j, cut, gap))
    return found


def _too_large(whole: Standing, wanted: int | None) -> list[dict[str, Any]]:
    rows, own = whole.now()
    value = rows["spend_total"].clip(lower=0).fillna(0).to_numpy(float)
    found = split_candidates(own, names=whole.ids, value=value, wanted=wanted)
    return [
        _candidate(
            whole, "split", [whole.ids.index(s) for s in r.segments], str(r.reason)
        )
        for r in found.itertuples()
    ]


def _band(found: Difference) -> str:
    low, high = found.gap - found.half, found.gap + found.half
    return interval(low, high)


def _apart(whole: Standing, i: int, j: int) -> str:
    """Say what sets two segments most apart."""
    rows, own = whole.now()
    Z = standard(rows)
    if not Z.shape[1] or not (own == i).any() or not (own == j).any():
        return tr("Nothing else tells them apart.")
    gaps = (Z[own == i].mean() - Z[own == j].mean()).abs()
    name, most = str(gaps.idxmax()), float(gaps.max())
    if most < APART:
        return tr("No feature sets them apart either.")
    called = whole.labels.get(name, name)
    return tr(
        "What sets them most apart is {feature} ({most} standard deviations).",
        feature=called,
        most=rounded(most, 2),
    )


def _large(whole: Standing, j: int, cut: Cut, min_share: float) -> bool:
    rows, own = whole.now()
    above = cut.above(rows[own == j])
    least = min_share * len(whole.features)
    return bool(min(above.sum(), (~above).sum()) >= least)


def _usual_step(y: Array, own: NDArray[np.int64]) -> float:
    """Give the middle difference between segments that follow on each other."""
    means = np.sort([y[own == j].mean() for j in np.unique(own)])
    return float(np.median(np.diff(means))) if len(means) > 1 else 0.0


def _split(whole: Standing, j: int, cut: Cut, gap: Difference) -> dict[str, Any]:
    called = whole.labels.get(cut.feature, cut.feature)
    rows, own = whole.now()
    share = float(cut.above(rows[own == j]).mean())
    reason = tr(
        "Its customers above {cut} in {feature} ({share} of them) differ from the "
        "others in what they did next by {gap} ({band}), judged on customers who had "
        "no part in finding the cut.",
        cut=rounded(cut.upper, 4),
        feature=called,
        share=percent(share),
        gap=rounded(gap.gap),
        band=_band(gap),
    )
    found = _candidate(whole, "split", (j,), reason)
    decision = {"what": "split", "segment": whole.ids[j], "feature": cut.feature}
    return found | {"decision": decision | {"upper": cut.upper}}


def _candidate(whole: Standing, kind: str, places: Any, reason: str) -> dict[str, Any]:
    ids = [whole.ids[i] for i in places]
    merge = {"what": "merge", "segments": ids}
    return {
        "kind": kind,
        "segments": ids,
        "names": [whole.names[i] for i in places],
        "reason": reason,
        "decision": merge if kind == "merge" else None,
    }


def candidates_table(candidates: list[dict[str, Any]]) -> pd.DataFrame:
    """Tabulate candidates for people: what, which, why."""
    steps = {"merge": trc("candidate", "Merge"), "split": trc("candidate", "Split")}
    rows = [(steps[c["kind"]], " + ".join(c["names"]), c["reason"]) for c in candidates]
    columns = [header("Could be"), header("Segment"), header("Because")]
    return pd.DataFrame(rows, columns=columns)


def candidates_sentence(candidates: list[dict[str, Any]]) -> str:
    """Say how many candidates there are, and where a decision about them goes.

    Examples
    --------
    >>> candidates_sentence([])
    'No segment is a candidate to merge or to split.'
    """
    if not candidates:
        return tr(NONE)
    kinds = [c["kind"] for c in candidates]
    counts = [
        tr(said, n=number(kinds.count(kind)))
        for kind, said in _STEPS.items()
        if kinds.count(kind) > 0
    ]
    return tr(
        "Candidates: {counts}. Each is a reason to look, none a decision; whoever "
        "takes it writes it, with the reason, under “decisions” in the configuration.",
        counts=listed(counts),
    )

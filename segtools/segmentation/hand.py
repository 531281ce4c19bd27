"""An analyst's hand: merge, split, move a cut, leave a variable out, and say why.

Nothing is changed in place. Every function gives a new model and the decision that
made it; `apply_decisions` makes the same model again from the decisions' JSON. Ids of
segments that a decision does not touch stay, and no id is used twice.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from segtools.schema import ConfigError, DataError
from segtools.segmentation.decisions import Decision, change
from segtools.segmentation.hand_changes import next_id
from segtools.segmentation.model import SegmentModel
from segtools.segmentation.place import needed, place

MIN_SHARE = 0.03


@dataclass(frozen=True)
class Hand:
    """Who decides about which customers, and how small a segment may be.

    Attributes
    ----------
    features : DataFrame
        The population at the origin, as for ``model.assign``; sizes are counted on it.
    why : str
        The reason, which is recorded.
    who : str, optional
    min_share : float, default=0.03
        Smallest share of the customers that a changed segment may hold.
    force : bool, default=False
        Accept smaller ones.
    """

    features: pd.DataFrame
    why: str
    who: str | None = None
    min_share: float = MIN_SHARE
    force: bool = False


def sizes(model: SegmentModel, features: pd.DataFrame) -> dict[str, int]:
    """Count customers by segment id, those that stand apart last.

    Examples
    --------
    >>> from segtools.segmentation.model import everyone
    >>> sizes(everyone(), pd.DataFrame({"recency_days": [1.0, None]}))
    {'S00': 2}
    """
    X = features.reindex(columns=needed(model.payload)).astype(float)
    ids = [str(s["segment_id"]) for s in model.every]
    own = model.positions(features["recency_days"], place(model.payload, X).labels)
    counted = np.bincount(own, minlength=len(ids))
    return {i: int(n) for i, n in zip(ids, counted, strict=True)}


def merge(
    model: SegmentModel, hand: Hand, segments: Sequence[str], name: str | None = None
) -> tuple[SegmentModel, Decision]:
    """Merge segments; the first one's id stays, and its name unless one is given.

    Parameters
    ----------
    model : SegmentModel
        Never changed, here and below.
    hand : Hand
        Features, reason and who, here and below.
    segments : sequence of str
        Ids of two or more segments, but not of all.
    name : str, optional
        The merged segment's name.

    Returns
    -------
    model : SegmentModel
        Whose next best segment was merged into their own has no runner-up.
    decision : Decision

    Raises
    ------
    ConfigError
        If there is no reason, or the segments are unknown, fewer than two, or all.

    Examples
    --------
    >>> tree = {"feature": [0, 0, -2, -2, -2], "upper": [1.0, 5.0, 0, 0, 0],
    ...     "left": [2, 3, -1, -1, -1], "right": [1, 4, -1, -1, -1],
    ...     "label": [0, 0, 2, 1, 0]}
    >>> payload = {"kind": "rules", "form": "tree", "uses": ["n_orders"],
    ...     "seen_missing": [], "preprocess": [], "tree": tree}
    >>> named = [{"segment_id": f"S0{i}", "name": f"s{i}", "rank": i}
    ...     for i in (1, 2, 3)]
    >>> model = SegmentModel(payload, named, [{"name": "n_orders"}], "S03", [], 4)
    >>> people = pd.DataFrame({"n_orders": [1.0, 3, 9], "recency_days": [1.0, 1, 1]})
    >>> hand = Hand(people, "both get one letter")
    >>> merged, decision = merge(model, hand, ["S01", "S02"])
    >>> decision.before, decision.after
    ({'S01': 1, 'S02': 1, 'S03': 1}, {'S01': 2, 'S03': 1})
    """
    return _decide(model, hand, "merge", {"segments": list(segments), "name": name})


def split(
    model: SegmentModel,
    hand: Hand,
    segment: str,
    feature: str,
    upper: float,
    *,
    name: str | None = None,
    segment_id: str | None = None,
) -> tuple[SegmentModel, Decision]:
    """Split a segment by one feature; who lies above the cut gets a new segment.

    Parameters
    ----------
    model, hand
        As for `merge`; no part may hold less than the smallest share without force.
    segment : str
        The id, which the part up to the cut keeps; so does who lacks the value.
    feature : str
        A column of the features, in original units.
    upper : float
        The cut; a value equal to it lies below.
    name : str, optional
        The new segment's name; default says how it was made.
    segment_id : str, optional
        The new segment's id; default the next free one.

    Returns
    -------
    model : SegmentModel
        The new segment has the rank after the old one's.
    decision : Decision

    Raises
    ------
    ConfigError
        If there is no reason, the segment or feature is unknown, the new id is taken,
        or a part would be too small.
    """
    known = [c for c in hand.features.columns if c != "customer_id"]
    if feature not in known:
        raise ConfigError(
            f"A split must be by one of the features, but {feature!r} is none. "
            f"Choose among {', '.join(map(str, known[:8]))}."
        )
    arguments = {"segment": segment, "feature": feature, "upper": float(upper)}
    arguments |= {"name": name, "segment_id": segment_id or next_id(model)}
    return _decide(model, hand, "split", arguments)


def move_cut(
    model: SegmentModel, hand: Hand, at: float, to: float, feature: str | None = None
) -> tuple[SegmentModel, Decision]:
    """Move a cut of a scorecard or of rules.

    Parameters
    ----------
    model, hand
        As for `split`.
    at, to : float
        Where the cut is and where it shall be; it may not pass another.
    feature : str, optional
        Whose cut it is in rules; None for a scorecard's points.

    Returns
    -------
    model : SegmentModel
        Replicates that have as many cuts have this one moved, too.
    decision : Decision

    Raises
    ------
    ConfigError
        If there is no reason, no such cut, another cut is passed, the model is of
        another kind, or a segment would be too small.
    """
    arguments = {"at": float(at), "to": float(to), "feature": feature}
    return _decide(model, hand, "move_cut", arguments)


def exclude(
    model: SegmentModel, hand: Hand, variable: str
) -> tuple[SegmentModel, Decision]:
    """Leave a variable out of a frozen model, without learning the rest again.

    A scorecard gives it no points any more (they were 0 on average), clusters measure
    distances without it. To learn again without it, give `without` the features.

    Parameters
    ----------
    model, hand
        As for `split`.
    variable : str
        The feature's name.

    Returns
    -------
    model : SegmentModel
    decision : Decision

    Raises
    ------
    ConfigError
        If there is no reason, the model does not read the variable or reads no
        other, it is made of rules, or a segment would be too small.
    """
    return _decide(model, hand, "exclude", {"variable": variable})


def _decide(
    model: SegmentModel, hand: Hand, what: str, arguments: dict[str, Any]
) -> tuple[SegmentModel, Decision]:
    if not hand.why.strip():
        raise ConfigError(
            f"A decision must have a reason, but there is none for this {what}. "
            "Say in one sentence why."
        )
    if hand.features.empty:
        raise DataError(
            "features must hold the customers that a decision is about, but there are "
            "none. Give the population at the origin."
        )
    changed = change(model, what, arguments)
    before, after = (sizes(m, hand.features) for m in (model, changed))
    small = _small(before, after, hand)
    # Nobody is forced to be a segment.
    if any(after[i] == 0 for i in small) or (small and not hand.force):
        raise ConfigError(_too_small(small, after, hand))
    decision = Decision(
        what, arguments, hand.why.strip(), hand.who, before, after, bool(small)
    )
    return changed, decision


def _small(before: dict[str, int], after: dict[str, int], hand: Hand) -> list[str]:
    """List segments that a decision makes too small; those that were stay allowed."""
    least = hand.min_share * len(hand.features) - 1e-9
    return [
        i
        for i, n in after.items()
        if n < max(least, 1) and not (i in before and n >= before[i])
    ]


def _too_small(small: list[str], after: dict[str, int], hand: Hand) -> str:
    n, worst = len(hand.features), min(small, key=lambda i: after[i])
    return (
        f"Every segment must hold at least {hand.min_share:.1%} of the {n:,} "
        f"customers, but {worst} would hold {after[worst]:,}. Choose another cut"
        + (", or force it." if after[worst] else ".")
    )

"""A cut that an analyst moved, found again in a model that was learned earlier.

Each learning finds cuts of its own, so that the decision cannot be repeated to the
letter. What can be repeated is what it means: in rules, the cut of the same rank goes
to the same days, orders or money; in a scorecard, whose points are a unit of their own,
it goes to where the same share of customers lies above it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pandas as pd

from segtools.languages import tr, trn
from segtools.schema import ConfigError
from segtools.segmentation.cuts import payload_cuts
from segtools.segmentation.decisions import Decision, change
from segtools.segmentation.model import SegmentModel
from segtools.segmentation.place import score
from segtools.wording import number


class NotJudgedError(ValueError):
    """What was decided cannot be done to a model that was learned earlier.

    Readers see why, so the sentence is in their language.
    """


def moved_alike(
    changes: Sequence[Decision],
    frozen: SegmentModel,
    earlier: SegmentModel,
    features: pd.DataFrame,
    at: pd.DataFrame,
) -> list[Decision]:
    """Translate decisions about one model into those about another of its kind.

    Parameters
    ----------
    changes : sequence of Decision
        As they were made about `frozen`, in their order.
    frozen, earlier : SegmentModel
        Of the same kind; with the same ids where they are the same segments.
    features, at : DataFrame
        The customers that each is to segment.

    Returns
    -------
    list of Decision
        Those that move no cut are as they were.

    Raises
    ------
    NotJudgedError
        If the earlier model has another number of cuts, or the cut would pass the
        next one there.
    """
    found = []
    for made in changes:
        own = made
        if made.what == "move_cut":
            to = _where(made, frozen, earlier, features, at)
            own = replace(made, arguments=made.arguments | to)
            earlier = _moved(earlier, own)
        frozen = change(frozen, made.what, made.arguments)
        found.append(own)
    return found


def _moved(model: SegmentModel, decision: Decision) -> SegmentModel:
    try:
        return change(model, decision.what, decision.arguments)
    except ConfigError as error:
        raise NotJudgedError(
            tr(
                "Learned earlier, the moved cut would pass the next one; so nothing "
                "could be judged."
            )
        ) from error


def _where(
    made: Decision,
    frozen: SegmentModel,
    earlier: SegmentModel,
    features: pd.DataFrame,
    at: pd.DataFrame,
) -> dict[str, float]:
    """Say which cut of the earlier model it is, and where that one goes."""
    feature, to = made.arguments["feature"], made.arguments["to"]
    theirs, ours = (payload_cuts(m.payload).get(feature, []) for m in (frozen, earlier))
    if len(theirs) != len(ours):
        raise NotJudgedError(
            trn(
                "Learned earlier, there is {n} cut rather than {now}, and none is the "
                "one that was moved; so nothing could be judged.",
                "Learned earlier, there are {n} cuts rather than {now}, and none is "
                "the one that was moved; so nothing could be judged.",
                len(ours),
                now=number(len(theirs)),
            )
        )
    if feature is None:
        share = float((score(frozen.payload, features) >= to).mean())
        to = _above(score(earlier.payload, at), share)
    return {"at": ours[theirs.index(made.arguments["at"])], "to": to}


def _above(scores: np.ndarray, share: float) -> float:
    """Give the score that this share of customers has at least.

    Examples
    --------
    >>> _above(np.array([1, 2, 3, 4]), 0.5), _above(np.array([1, 2]), 0.0)
    (3.0, 3.0)
    """
    descending = np.sort(scores)[::-1]
    n = round(share * len(scores))
    return float(descending[n - 1] if n else descending[0] + 1)

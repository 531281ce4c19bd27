"""How often a typing tool is right, on people that nothing of it was learned from."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from segtools.disclosure import Published, hide, two_way
from segtools.segmentation.typing_tool.all_questions import (
    as_numbers,
    boosted,
    linear,
)
from segtools.segmentation.typing_tool.learn import (
    Learned,
    Settings,
    learn,
    splits,
    totals_of,
)
from segtools.segmentation.typing_tool.points import ranked
from segtools.segmentation.typing_tool.questions import Ints

Array = NDArray[np.float64]
ADDITIVE = "points"
_WAYS = {"linear": linear, "boosted trees": boosted}


@dataclass
class Judged:
    """What tools learned from others said of everybody, in the order of `answers`."""

    said: Ints
    sure: NDArray[np.bool_]
    asked: list[tuple[str, ...]] = field(default_factory=list)
    references: dict[str, NDArray[np.bool_]] = field(default_factory=dict)


def judge(
    answers: pd.DataFrame, label: Ints, n_segments: int, settings: Settings
) -> Judged:
    """Learn everything five times, each without a fifth of the people, and judge these.

    Parameters
    ----------
    answers : DataFrame
    label : array of int
    n_segments : int
    settings : Settings
    """
    n = len(label)
    found = Judged(np.zeros(n, dtype=np.int64), np.zeros(n, dtype=bool))
    found.references = {name: np.zeros(n, dtype=bool) for name in _WAYS}
    raw = as_numbers(answers)
    for learned, judged in splits(answers.index, label):
        tool = learn(answers.iloc[learned], label[learned], n_segments, settings)
        said, _, lead = ranked(totals_of(tool.points, answers.iloc[judged]))
        found.said[judged], found.sure[judged] = said, is_sure(tool, lead)
        found.asked.append(tuple(q.name for q in tool.points.questions))
        for name, way in _WAYS.items():
            guess = way(raw[learned], label[learned], raw[judged])
            found.references[name][judged] = guess == label[judged]
    return found


def is_sure(tool: Learned, lead: Ints) -> NDArray[np.bool_]:
    """Tell for which leads the tool is sure."""
    if tool.sure_lead is None:
        return np.zeros(len(lead), dtype=bool)
    return np.asarray(lead >= tool.sure_lead)


def figures(
    found: Judged,
    label: Ints,
    names: list[str],
    tool: Learned,
    settings: Settings,
) -> dict[str, Any]:
    """Give what is told of a tool's accuracy; small counts are hidden.

    Returns
    -------
    dict
        ``n_people``; ``accuracy`` (value, low, high), the share whom tools learned from
        others place rightly; ``largest_segment``; ``all_questions`` (accuracy, by the
        best of three ways, and which); ``share_of_gain``; ``curve`` by number of
        questions; ``sure`` and ``not_sure`` (share, accuracy); ``segments`` (share and
        found, by segment); ``confusion``; ``chosen`` (question to the number of folds,
        of five, that chose it).
    """
    right = found.said == label
    shares = np.bincount(label, minlength=len(names)) / len(label)
    ways = {ADDITIVE: tool.all_points} | {
        n: float(r.mean()) for n, r in found.references.items()
    }
    best = max(ways, key=lambda n: ways[n])
    largest, accuracy = float(shares.max()), float(right.mean())
    gain = ways[best] - largest
    asked = [q.name for q in tool.points.questions]
    return {
        "n_people": len(label),
        "accuracy": _interval(right),
        "largest_segment": largest,
        "all_questions": {"accuracy": ways[best], "by": best, "tried": ways},
        "share_of_gain": (accuracy - largest) / gain if gain > 0 else None,
        "curve": tool.curve,
        "sure": _zone(right, found.sure, settings.smallest_cell),
        "not_sure": _zone(right, ~found.sure, settings.smallest_cell),
        "confusion": confusion(found.said, label, names, settings.smallest_cell),
        "chosen": {n: sum(n in own for own in found.asked) for n in asked},
    }


def _interval(right: NDArray[np.bool_]) -> dict[str, float]:
    from scipy import stats  # a second to import

    wilson = stats.binomtest(int(right.sum()), len(right)).proportion_ci(
        method="wilson"
    )
    low, high = float(wilson.low), float(wilson.high)
    return {"value": float(right.mean()), "low": low, "high": high}


def _zone(
    right: NDArray[np.bool_], inside: NDArray[np.bool_], smallest: int
) -> dict[str, float | None]:
    # A few people are neither told of as few nor as the rest of all; a share of right
    # answers, written out, tells of how many it is.
    few = 0 < min(int(inside.sum()), int((~inside).sum())) < smallest
    if few or not inside.any():
        return {"share": None if few else 0.0, "accuracy": None}
    return {"share": float(inside.mean()), "accuracy": float(right[inside].mean())}


def confusion(
    said: Ints, label: Ints, names: list[str], smallest: int
) -> dict[str, Any]:
    """Count people by their segment and the one that was named.

    Returns
    -------
    dict
        ``segments`` and ``counts``, one row an own segment, one column a named one; a
        count of a few people is None, and so is what would give it away.

    Examples
    --------
    >>> own = np.repeat([0, 1], 40)
    >>> confusion(np.r_[own[:30], 1 - own[:10], own[40:]], own, ["a", "b"], 5)["counts"]
    [[30, 10], [0, 40]]
    """
    k = len(names)
    counts = np.zeros((k, k))
    np.add.at(counts, (label, said), 1)
    cells = two_way(counts)
    fixed = np.zeros((k + 1, k + 1), dtype=bool)
    fixed[:, -1] = True  # sizes of segments stand elsewhere
    published = Published(cells.counts, cells.sums, fixed=fixed.ravel())
    hidden = hide(published, smallest).reshape(k + 1, k + 1)[:k, :k]
    rows = [
        [None if h else int(c) for c, h in zip(row, gone, strict=True)]
        for row, gone in zip(counts, hidden, strict=True)
    ]
    return {"segments": names, "counts": rows}

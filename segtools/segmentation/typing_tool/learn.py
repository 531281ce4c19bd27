"""Learn a typing tool: how many questions it takes, and how sure a lead makes.

Everything that is learned, the choice of questions and their number included, is
learned from the people handed in; `accuracy` hands in all but those it judges.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.isotonic import isotonic_regression

from segtools.segmentation.surrogate import hashes
from segtools.segmentation.typing_tool.all_questions import as_numbers, linear
from segtools.segmentation.typing_tool.points import Points, ranked
from segtools.segmentation.typing_tool.questions import Ints
from segtools.segmentation.typing_tool.selection import material, path

Array = NDArray[np.float64]
N_FOLDS = 5
N_BANDS = 8
LEAST_IN_BAND = 30


@dataclass(frozen=True)
class Settings:
    """What is asked of a typing tool."""

    n_questions: int
    share_of_gain: float
    sure_at: float
    smallest_cell: int


@dataclass(frozen=True)
class Learned:
    """A tool's points, and what its lead means.

    Attributes
    ----------
    points : Points
    bands : list of (int, float)
        From which lead on, and which share of such people was placed rightly.
    sure_lead : int or None
        From which lead on the tool is sure; None where it never is.
    curve : list of float
        Accuracy with one question, two, and so on, judged on other people.
    all_points : float
        The same with points for all of them.
    """

    points: Points
    bands: list[tuple[int, float]]
    sure_lead: int | None
    curve: list[float]
    all_points: float

    def confidence(self, lead: Ints) -> Array:
        """Look up the share of people with such a lead who were placed rightly."""
        starts = [start for start, _ in self.bands]
        rights = np.asarray([right for _, right in self.bands])
        return np.asarray(rights[np.searchsorted(starts, lead, side="right") - 1])


def folds_of(index: pd.Index, label: Ints) -> Ints:
    """Part people into five folds, each segment evenly, by a hash of who they are.

    Examples
    --------
    >>> folds_of(pd.Index(list("abcdefghij")), np.repeat([0, 1], 5)).tolist()
    [4, 2, 1, 0, 3, 1, 3, 2, 4, 0]
    """
    order = np.lexsort([hashes(index), label])
    fold = np.empty(len(index), dtype=np.int64)
    fold[order] = np.arange(len(index)) % N_FOLDS
    return fold


def splits(index: pd.Index, label: Ints) -> Iterator[tuple[Any, Any]]:
    """Give who is learned from and who is judged, fold by fold."""
    fold = folds_of(index, label)
    for f in range(N_FOLDS):
        yield np.flatnonzero(fold != f), np.flatnonzero(fold == f)


def learn(
    answers: pd.DataFrame, label: Ints, n_segments: int, settings: Settings
) -> Learned:
    """Learn points, the number of questions and what leads mean.

    Parameters
    ----------
    answers : DataFrame of shape (n_people, n_questions)
        In an order that does not depend on how they were handed in.
    label : array of int
    n_segments : int
    settings : Settings
    """
    totals, every, straight = _cross_fitted(answers, label, n_segments, settings)
    right = [ranked(t)[0] == label for t in totals]
    curve = [float(r.mean()) for r in right]
    # Points for all questions may overfit where a straight line does not.
    best = max(every, straight)
    asked = _how_many(curve, best, label, settings.share_of_gain)
    lead = ranked(totals[asked - 1])[2]
    bands = lead_bands(lead, right[asked - 1])
    sure = [start for start, share in bands if share >= settings.sure_at]
    of = material(answers, label, n_segments, settings.smallest_cell)
    *_, points = path(of, asked)
    # A tie is never sure, however often the first of two was right.
    first = max(sure[0], 1) if sure else None
    return Learned(points, bands, first, curve, every)


def _cross_fitted(
    answers: pd.DataFrame, label: Ints, n_segments: int, settings: Settings
) -> tuple[list[Ints], float, float]:
    """Give everybody the totals of tools learned from others, and two accuracies.

    These are of all questions: by points, and by a straight line.
    """
    totals = [
        np.zeros((len(label), n_segments), dtype=np.int64)
        for _ in range(settings.n_questions)
    ]
    right = np.zeros((2, len(label)), dtype=bool)
    raw = as_numbers(answers)
    for learned, judged in splits(answers.index, label):
        of = material(
            answers.iloc[learned], label[learned], n_segments, settings.smallest_cell
        )
        others = answers.iloc[judged]
        found = list(path(of, settings.n_questions))
        for place, total in enumerate(totals):
            total[judged] = totals_of(found[min(place, len(found) - 1)], others)
        every, _, _ = of.points(range(len(of.questions)))
        right[0, judged] = ranked(totals_of(every, others))[0] == label[judged]
        said = linear(raw[learned], label[learned], raw[judged])
        right[1, judged] = said == label[judged]
    return totals, float(right[0].mean()), float(right[1].mean())


def totals_of(points: Points, answers: pd.DataFrame) -> Ints:
    """Add up the points of people's answers."""
    return points.totals([q.codes(answers[q.name]) for q in points.questions])


def _how_many(
    curve: list[float], best: float, label: Ints, share_of_gain: float
) -> int:
    """Give the fewest questions that reach the share of what all would gain."""
    largest = float(np.bincount(label).max() / len(label))
    target = largest + share_of_gain * (best - largest)
    enough = [n for n, accuracy in enumerate(curve, 1) if accuracy >= target]
    return enough[0] if enough else int(np.argmax(curve)) + 1


def lead_bands(
    lead: Ints, right: NDArray[np.bool_], least: int = LEAST_IN_BAND
) -> list[tuple[int, float]]:
    """Say which share was placed rightly at which lead; more lead is never less sure.

    Parameters
    ----------
    lead : array of int
    right : array of bool
    least : int, default=30
        People in each band, if there are so many.

    Returns
    -------
    list of (int, float)
        The lowest lead of each band, the first 0, and the share, to two places.

    Examples
    --------
    >>> lead_bands(np.array([0, 1, 5, 6]), np.array([0, 1, 1, 1], bool), least=2)
    [(0, 0.5), (2, 1.0)]
    """
    n_bands = max(1, min(N_BANDS, len(lead) // least))
    steps = np.arange(1, n_bands) / n_bands
    cuts = np.unique(np.quantile(lead, steps, method="inverted_cdf"))
    starts = [0]
    for cut in (int(c) + 1 for c in cuts):
        below = int(((lead >= starts[-1]) & (lead < cut)).sum())
        if below >= least and int((lead >= cut).sum()) >= least:
            starts.append(cut)
    band = np.searchsorted(starts, lead, side="right") - 1
    size = np.bincount(band, minlength=len(starts)).astype(float)
    share = np.bincount(band, right, minlength=len(starts)) / np.maximum(size, 1)
    rising = isotonic_regression(share, sample_weight=size)
    told = [round(float(s), 2) for s in rising]
    kept = [i for i in range(len(starts)) if i == 0 or told[i] != told[i - 1]]
    return [(starts[i], told[i]) for i in kept]

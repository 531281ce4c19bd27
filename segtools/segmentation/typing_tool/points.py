"""Whole points a person can add up: a logistic regression on levels, made integer.

Each answer gives every segment some points; who has the most is named. Neighbouring
bins of a number borrow from each other, since their points are a straight line and
steps from it, both held small (ridge).
"""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LogisticRegression

from segtools.segmentation.one_thread import one_thread
from segtools.segmentation.typing_tool.questions import (
    MISSING,
    Ints,
    Question,
    numbers,
)

Array = NDArray[np.float64]
LARGEST = 30  # points that an answer is worth at most, either way
STEP = 0.3  # how freely a bin leaves the straight line
LEAST_MISSING = 10  # people without an answer who make that an answer of its own


@dataclass(frozen=True)
class Points:
    """What answers are worth: for each level and then for no answer, by segment."""

    questions: tuple[Question, ...]
    base: Ints
    tables: tuple[Ints, ...]

    def totals(self, codes: Sequence[Ints]) -> Ints:
        """Add up everybody's points, one column a segment."""
        total = np.tile(self.base, (len(codes[0]), 1))
        for own, table in zip(codes, self.tables, strict=True):
            total = total + table[own]
        return np.asarray(total, dtype=np.int64)


def design(question: Question, given: pd.Series, codes: Ints) -> Array:
    """Describe each level of a question by a few columns, the last row no answer.

    All are 0 on average, so that who gives no answer is taken for average, unless
    enough people gave none for that to be worth points itself.
    """
    known = codes >= 0
    own = np.eye(question.n_levels)
    if question.kind == "number":
        own = np.column_stack([_line(question, given, codes), STEP * _steps(question)])
    share = np.bincount(codes[known], minlength=question.n_levels) / max(known.sum(), 1)
    centred = np.vstack([own - share @ own, np.zeros(own.shape[1])])
    if (~known).sum() < LEAST_MISSING:
        return centred
    missing = np.zeros((len(centred), 1))
    missing[MISSING] = 1.0
    return np.hstack([centred, missing])


def _line(question: Question, given: pd.Series, codes: Ints) -> Array:
    """Give each bin's mean, standardised; one that nobody is in lies between others."""
    values = numbers(given)
    mean = pd.Series(values).groupby(codes).mean().reindex(range(question.n_levels))
    filled = mean.interpolate(limit_direction="both").to_numpy(float)
    level = filled[codes[codes >= 0]]
    return np.asarray((filled - level.mean()) / (level.std() or 1.0), dtype=float)


def _steps(question: Question) -> Array:
    places = np.arange(question.n_levels)
    return (places[:, None] >= places[None, 1:]).astype(float)


def fit(
    designs: Sequence[Array], codes: Sequence[Ints], label: Ints, n_segments: int
) -> tuple[Array, list[Array], Array]:
    """Fit a logistic regression and read off what each level is worth.

    Returns
    -------
    base : array of shape (n_segments,)
    worth : list of arrays, one row a level and one for no answer
    chances : array of shape (n_people, n_segments)
    """
    X = np.hstack([d[c] for d, c in zip(designs, codes, strict=True)])
    model = LogisticRegression(C=1.0, max_iter=1000, tol=1e-4)
    with one_thread(), warnings.catch_warnings():
        # One that stops early is judged by its accuracy like any other.
        warnings.simplefilter("ignore", ConvergenceWarning)
        model.fit(X, label)
        chances = model.predict_proba(X)
    weights, base = model.coef_.T, model.intercept_
    if n_segments == 2:
        weights, base = weights * [-0.5, 0.5], base * [-0.5, 0.5]
    ends = np.cumsum([d.shape[1] for d in designs])[:-1]
    parts = np.split(weights, ends)
    return base, [d @ w for d, w in zip(designs, parts, strict=True)], chances


def whole_points(
    questions: Sequence[Question], base: Array, worth: Sequence[Array]
) -> Points:
    """Round to whole points, none of them negative: the least of each answer is 0."""
    centred = [w - w.mean(axis=1, keepdims=True) for w in worth]
    largest = max(float(np.abs(w).max()) for w in centred)
    scale = LARGEST / largest if largest > 0 else 0.0
    rows = [np.rint(w * scale).astype(np.int64) for w in (*centred, base[None])]
    *tables, start = [r - r.min(axis=1, keepdims=True) for r in rows]
    return Points(tuple(questions), start[0], tuple(tables))


def ranked(totals: Ints) -> tuple[Ints, Ints, Ints]:
    """Give the segment with most points, the next one and the lead between them.

    Of equal totals the segment that stands first wins.
    """
    order = np.argsort(-totals, axis=1, kind="stable")
    first, second = order[:, 0], order[:, 1]
    rows = np.arange(len(totals))
    return first, second, totals[rows, first] - totals[rows, second]

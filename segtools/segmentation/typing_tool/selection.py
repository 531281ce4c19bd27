"""Which questions to ask: forward, each the one that tells most beyond those before.

Candidates are ranked by Rao's score test, which needs no fit; the best four are fitted
and the one with the highest likelihood is taken (forward selection as in stepwise
discriminant analysis, on levels instead of on a normal distribution).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from segtools.segmentation.typing_tool.points import (
    Points,
    design,
    fit,
    whole_points,
)
from segtools.segmentation.typing_tool.questions import Ints, Question, question_of

Array = NDArray[np.float64]
SHORTLIST = 4
GROUPS = 5  # into which the levels of a number are put to rank it


@dataclass(frozen=True)
class Material:
    """People's answers as codes, and what is known of them."""

    questions: tuple[Question, ...]
    codes: tuple[Ints, ...]
    designs: tuple[Array, ...]
    label: Ints
    n_segments: int

    def points(self, places: Sequence[int]) -> tuple[Points, Array, float]:
        """Fit the questions at some places; give points, chances and likelihood."""
        base, worth, chances = fit(
            [self.designs[i] for i in places],
            [self.codes[i] for i in places],
            self.label,
            self.n_segments,
        )
        likelihood = float(np.log(chances[np.arange(len(chances)), self.label]).sum())
        made = whole_points([self.questions[i] for i in places], base, worth)
        return made, chances, likelihood


def material(
    answers: pd.DataFrame, label: Ints, n_segments: int, smallest: int
) -> Material:
    """Make questions of the columns that can be questions, by these people alone."""
    found = [question_of(answers[name], smallest) for name in answers.columns]
    questions = tuple(q for q in found if isinstance(q, Question))
    codes = tuple(q.codes(answers[q.name]) for q in questions)
    designs = tuple(
        design(q, answers[q.name], c) for q, c in zip(questions, codes, strict=True)
    )
    return Material(questions, codes, designs, label, n_segments)


def refused(answers: pd.DataFrame, smallest: int) -> Mapping[str, str]:
    """Give the columns that cannot be questions, each with the reason."""
    found = {name: question_of(answers[name], smallest) for name in answers.columns}
    return {name: why for name, why in found.items() if isinstance(why, str)}


def path(of: Material, most: int) -> Iterator[Points]:
    """Give the points of one question, of two, and so on."""
    groups = _groups(of)
    ends = np.cumsum([0, *(g.shape[1] for g in groups)])
    columns = np.hstack(groups)
    share = np.bincount(of.label, minlength=of.n_segments) / len(of.label)
    chances = np.tile(share, (len(of.label), 1))
    chosen: list[int] = []
    for _ in range(min(most, len(of.questions))):
        gain = np.add.reduceat(_gains(columns, chances, of.label), ends[:-1])
        gain[chosen] = -np.inf
        order = np.argsort(-gain, kind="stable")
        short = [int(i) for i in order[:SHORTLIST] if i not in chosen]
        tried = {i: of.points([*chosen, i]) for i in short}
        best = max(short, key=lambda i: tried[i][2])
        made, chances, _ = tried[best]
        chosen.append(best)
        yield made


def _groups(of: Material) -> list[Array]:
    """Put levels into few groups, no answer apart, as columns of 0 and 1."""
    found = []
    for question, codes in zip(of.questions, of.codes, strict=True):
        n = question.n_levels
        few = min(n, GROUPS) if question.kind == "number" else n
        found.append(np.eye(few + 1)[np.where(codes < 0, few, codes * few // n)])
    return found


def _gains(columns: Array, chances: Array, label: Ints) -> Array:
    """Give half the score statistic of each column: what fitting it would about add."""
    k = chances.shape[1]
    slope = columns.T @ (np.eye(k)[label] - chances)
    pairs = (chances[:, :, None] * chances[:, None, :]).reshape(len(chances), -1)
    bend = -(columns.T @ pairs).reshape(-1, k, k)
    bend[:, range(k), range(k)] += columns.T @ chances + 1.0
    step = np.linalg.solve(bend, slope[:, :, None])[:, :, 0]
    return np.asarray(0.5 * (slope * step).sum(axis=1), dtype=float)

"""Different patterns of answers, each counted once, for latent classes."""

from __future__ import annotations

import warnings
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from segtools.languages import markn, trn
from segtools.schema import DataError
from segtools.segmentation.phrases import grouped

Array = NDArray[np.float64]
MOST_LEVELS = 20
# {n} is of how many: the noun stands by it.
_SAME = markn(
    "{some} of {n} question has one answer or none: {questions}. It is left out.",
    "{some} of {n} questions have one answer or none: {questions}. They are left out.",
)
_AGAIN = markn(
    "{some} of {n} question has the same answers twice: {questions}. It is left out.",
    "{some} of {n} questions have the same answers twice: {questions}. They are left "
    "out.",
)


@dataclass(frozen=True)
class Patterns:
    """Different patterns of answers: one column a level, 1 where it was given."""

    levels: dict[str, list[float]]
    given: Array
    counts: Array

    @property
    def starts(self) -> NDArray[np.int64]:
        """Where each question's levels begin."""
        return np.r_[0, np.cumsum(self.sizes)[:-1]].astype(np.int64)

    @property
    def sizes(self) -> list[int]:
        """How many levels each question has."""
        return [len(v) for v in self.levels.values()]

    def n_parameters(self, n_classes: int) -> int:
        """Count free parameters: class weights, and shares of levels in each class."""
        return n_classes * sum(s - 1 for s in self.sizes) + n_classes - 1


def collapsed(
    answers: pd.DataFrame,
    known: dict[str, list[float]] | None = None,
    weights: Array | None = None,
) -> tuple[Patterns, list[str]]:
    """Count each pattern of answers once; fewer rows, same likelihood.

    Parameters
    ----------
    answers : DataFrame of shape (n_customers, n_questions)
        Codes; NaN is no answer.
    known : dict, default=None
        Question to its levels; None takes those that occur.
    weights : array of shape (n_customers,), default=None
        How many customers each row stands for; None means one.

    Returns
    -------
    patterns : Patterns
        Without customers who answered nothing.
    gaps : list of str
        Questions that somebody did not answer.
    """
    frame = answers.rename(columns=str)
    names = sorted(frame.columns)
    levels = known or _useful({n: _levels(frame, n) for n in names}, frame)
    codes = np.column_stack([_place(_codes(frame, n), v) for n, v in levels.items()])
    gaps = [n for n, c in zip(levels, codes.T, strict=True) if (c < 0).any()]
    different, place = np.unique(codes, axis=0, return_inverse=True)
    counts = np.bincount(place.ravel(), weights=weights, minlength=len(different))
    some = (different >= 0).any(axis=1)
    given = [
        (different[some, j][:, None] == np.arange(len(v))).astype(float)
        for j, v in enumerate(levels.values())
    ]
    return Patterns(levels, np.hstack(given), counts[some].astype(float)), gaps


def _levels(frame: pd.DataFrame, name: str) -> list[float]:
    values = _codes(frame, name)
    return [float(v) for v in np.unique(values[~np.isnan(values)])]


def _useful(
    levels: dict[str, list[float]], frame: pd.DataFrame
) -> dict[str, list[float]]:
    """Leave out questions that tell nobody apart or repeat another, and say so."""
    _refuse_levels(levels)
    same = [n for n, v in levels.items() if len(v) < 2]
    left = [n for n in levels if n not in same]
    again = [
        n
        for j, n in enumerate(left)
        if any(frame[n].equals(frame[earlier]) for earlier in left[:j])
    ]
    for wrong, says in ((same, _SAME), (again, _AGAIN)):
        if wrong:
            text = trn(*says, len(levels), some=len(wrong), questions=wrong)
            warnings.warn(text, UserWarning, stacklevel=4)
    return {n: levels[n] for n in left if n not in again}


def _codes(frame: pd.DataFrame, name: str) -> Array:
    try:
        return frame[name].to_numpy(float, na_value=np.nan)
    except (TypeError, ValueError) as error:
        raise DataError(
            f"answers must hold codes, but the column {name!r} holds text. Turn it "
            "into codes first, such as by pandas.factorize."
        ) from error


def _place(values: Array, levels: list[float]) -> NDArray[np.int64]:
    at = np.searchsorted(levels, values)
    known = np.asarray(levels)[np.minimum(at, len(levels) - 1)] == values
    return np.where(known, at, -1)


def _refuse_levels(levels: dict[str, list[float]]) -> None:
    many = {n: len(v) for n, v in levels.items() if len(v) > MOST_LEVELS}
    if many:
        name, most = max(many.items(), key=lambda item: item[1])
        raise DataError(
            f"Every question must have at most {MOST_LEVELS} different answers, but "
            f"{len(many)} have more ({name!r} has {most}). Group their answers, or use "
            "numbers in clusters or mixture instead."
        )
    if not any(len(v) > 1 for v in levels.values()):
        raise DataError(
            "At least one question must have two different answers, but none of "
            f"{len(levels)} has. Check how the answers were read."
        )


def refuse_few(patterns: Patterns, n_classes: int) -> None:
    """Refuse more classes than the customers can carry; warn where they hardly can."""
    n = int(patterns.counts.sum())
    needed = patterns.n_parameters(n_classes)
    if n_classes < 1:
        raise DataError(
            f"n_classes must be 1 or more, but it is {n_classes}. Ask for at least one."
        )
    # One class is the shares of all, which any number of customers has.
    if n <= (needed if n_classes > 1 else 0):
        raise DataError(
            f"{n_classes} classes must have more customers than their {needed} free "
            f"parameters, but {n} customers answered. Ask for fewer classes or fewer "
            "questions."
        )
    possible = float(np.prod([float(s) for s in patterns.sizes]))
    if n_classes > 1 and n < possible:
        warnings.warn(
            trn(
                "{n} customer is fewer than the {possible} patterns that the answers "
                "can form (Formann 1984 asks for at least as many): classes may not "
                "come out again. Leave out questions or join answers.",
                "{n} customers are fewer than the {possible} patterns that the answers "
                "can form (Formann 1984 asks for at least as many): classes may not "
                "come out again. Leave out questions or join answers.",
                n,
                n=grouped(n),
                possible=grouped(possible),
            ),
            UserWarning,
            stacklevel=3,
        )

"""Six hundred customers who answer nine questions, each in their own way.

Segtools takes surveys as they come and simulates none; this lesson plants three needs
and, apart from them, habits of answering.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from itertools import combinations
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

if TYPE_CHECKING:
    from segtools.segmentation.typing_tool import TypingTool

__all__ = [
    "NEEDS",
    "SCALE",
    "Survey",
    "above_own_mean",
    "agreement",
    "agrees",
    "ask",
    "best_number",
    "criteria",
    "groups_of",
    "known",
    "means",
    "placed_rightly",
    "questions_of",
    "rather",
    "same_everywhere",
    "short_form",
]

N_CUSTOMERS = 600
SCALE = (1, 5)
NEEDS = {
    "price": ("I wait for offers", "I compare prices", "I keep to a budget"),
    "time": ("I want to be done fast", "I buy the same again", "It must come at once"),
    "advice": ("I ask for advice", "I read tests first", "I try before I buy"),
}
_SHARES = (0.36, 0.33, 0.31)
# Where an answer stands on the scale from 1 to 5, how far the need and the habit move
# it, and how far chance does.
_MIDDLE, _OWN, _OTHER, _NOISE = 3.4, 0.7, -0.35, 0.5
_HABITS = {"plain": 0.0, "says yes": 1.3, "says no": -1.3, "same everywhere": 0.0}
_HABIT_SHARES = (0.44, 0.28, 0.22, 0.06)


@dataclass(frozen=True, eq=False)
class Survey:
    """What six hundred customers answered, and the truth behind it.

    Attributes
    ----------
    answers : DataFrame of shape (600, 9)
        How far they agree, from 1 (not at all) to 5 (fully), by ``customer_id``.
    needs : Series of str
        What each one needs: ``price``, ``time`` or ``advice``.
    habits : Series of str
        How each one answers: ``plain``, ``says yes``, ``says no``, or ``same
        everywhere``; drawn apart from the need.
    """

    answers: pd.DataFrame
    needs: pd.Series
    habits: pd.Series


@cache
def ask(seed: int) -> Survey:
    """Ask six hundred customers nine questions.

    Examples
    --------
    >>> asked = ask(1)
    >>> asked.answers.shape, sorted(asked.needs.unique())
    ((600, 9), ['advice', 'price', 'time'])
    """
    rng = np.random.default_rng([7, seed])
    who = pd.Index([f"C{i:03}" for i in range(1, N_CUSTOMERS + 1)], name="customer_id")
    needs = rng.choice(list(NEEDS), N_CUSTOMERS, p=_SHARES)
    habits = rng.choice(list(_HABITS), N_CUSTOMERS, p=_HABIT_SHARES)
    shift = pd.Series(habits).map(_HABITS).to_numpy(float)
    columns: dict[str, Any] = {}
    for need, asked in NEEDS.items():
        level = _MIDDLE + shift + np.where(needs == need, _OWN, _OTHER)
        for question in asked:
            said = level + rng.normal(0, _NOISE, N_CUSTOMERS)
            columns[question] = said.round().clip(*SCALE)
    answers = pd.DataFrame(columns, who)
    bored = habits == "same everywhere"
    answers[bored] = rng.integers(3, 6, (N_CUSTOMERS, 1))[bored]
    return Survey(answers, pd.Series(needs, who), pd.Series(habits, who))


def questions_of() -> dict[str, str]:
    """Give each question's need.

    Examples
    --------
    >>> questions_of()["I compare prices"]
    'price'
    """
    return {question: need for need, asked in NEEDS.items() for question in asked}


def agreement(labels: Any, truth: pd.Series) -> float:
    """Compare two groupings of the same people: 1 is the same, 0 what chance gives.

    Examples
    --------
    >>> agreement([1, 1, 0, 0], pd.Series(["a", "a", "b", "b"]))
    1.0
    """
    from sklearn.metrics import adjusted_rand_score

    return float(adjusted_rand_score(truth, labels))


def means(answers: pd.DataFrame, labels: NDArray[np.int64]) -> pd.DataFrame:
    """Give each class's mean answer to every question, a column a class.

    Examples
    --------
    >>> said = pd.DataFrame({"Near": [1, 3, 5]})
    >>> means(said, np.array([0, 0, 1])).loc["Near"].tolist()
    [2.0, 5.0]
    """
    found = answers.groupby(labels).mean().T
    return found.set_axis([f"Class {c + 1}" for c in found.columns], axis=1)


def rather(answers: pd.DataFrame, needs: Mapping[str, str]) -> pd.DataFrame:
    """Turn answers into choices between two statements about different needs.

    Parameters
    ----------
    answers : DataFrame
        Agreement on one scale.
    needs : mapping
        Question to its need.

    Returns
    -------
    DataFrame
        A column a pair: 1 the first rather than the second, -1 the second, 0 both
        alike. Whoever agrees with everything agrees with both, which cancels out.

    Examples
    --------
    >>> said = pd.DataFrame({"Cheap": [5, 2], "Near": [4, 2]})
    >>> rather(said, {"Cheap": "price", "Near": "time"}).iloc[:, 0].tolist()
    [1.0, 0.0]
    """
    pairs = [(a, b) for a, b in combinations(answers, 2) if needs[a] != needs[b]]
    signs = {
        f"{a} / {b}": np.sign(answers[a] - answers[b]).astype(float) for a, b in pairs
    }
    return pd.DataFrame(signs, answers.index)


@cache
def groups_of(asked: Survey, *, habits: bool) -> NDArray[np.int64]:
    """Fit three latent classes and give everybody's, as the lesson's cells do.

    Parameters
    ----------
    asked : Survey
    habits : bool
        True counts a 4 or a 5 as agreement, whoever says it. False counts what lies
        above a person's own mean, of those who did not answer the same everywhere.
    """
    from segtools.segmentation.latent_class import latent_classes

    used = agrees(asked.answers) if habits else above_own_mean(known(asked.answers))
    return latent_classes(used, 3).labels(used)


def agrees(answers: pd.DataFrame) -> pd.DataFrame:
    """Count a 4 or a 5 as agreement: 1 yes, 0 no.

    Examples
    --------
    >>> agrees(pd.DataFrame({"Near": [3, 4]}))["Near"].tolist()
    [0.0, 1.0]
    """
    return (answers >= 4).astype(float)


def known(answers: pd.DataFrame) -> pd.DataFrame:
    """Keep who did not give one and the same answer to every question.

    Examples
    --------
    >>> len(known(pd.DataFrame({"A": [3, 4], "B": [3, 5]})))
    1
    """
    return answers[answers.nunique(axis=1) > 1]


def above_own_mean(answers: pd.DataFrame) -> pd.DataFrame:
    """Mark what each person agrees with more than with the rest: 1 yes, 0 no.

    Examples
    --------
    >>> above_own_mean(pd.DataFrame({"A": [5, 2], "B": [4, 1]})).to_numpy().tolist()
    [[1.0, 0.0], [1.0, 0.0]]
    """
    return answers.gt(answers.mean(axis=1), axis=0).astype(float)


def same_everywhere(answers: pd.DataFrame) -> pd.Series:
    """Tell who gave one and the same answer to every question.

    Examples
    --------
    >>> same_everywhere(pd.DataFrame({"A": [3, 4], "B": [3, 5]})).tolist()
    [True, False]
    """
    return answers.nunique(axis=1) == 1


@cache
def criteria(asked: Survey, *, habits: bool) -> pd.Series:
    """Give the BIC by number of classes, from 1 to 7."""
    from segtools.segmentation.latent_class import compare_latent_classes

    used = agrees(asked.answers) if habits else above_own_mean(known(asked.answers))
    return compare_latent_classes(used, range(1, 8), n_starts=20)["bic"]


def best_number(asked: Survey, *, habits: bool) -> int:
    """Give the number of classes for which the BIC is lowest."""
    return int(criteria(asked, habits=habits).idxmin())


@cache
def short_form(asked: Survey) -> TypingTool:
    """Find three choices between two statements that place people best."""
    from segtools.segmentation.typing_tool import typing_tool

    pairs = rather(known(asked.answers), questions_of())
    groups = groups_of(asked, habits=False)
    return typing_tool(pairs, groups, n_questions=3, share_of_gain=1.0)


def placed_rightly(asked: Survey) -> float:
    """Give the share of people whom the three choices place rightly."""
    return float(short_form(asked).figures["accuracy"]["value"])

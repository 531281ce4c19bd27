"""Lesson 7: what customers need, and who just likes to say yes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from segtools.lessons.survey.answers import (
    SCALE,
    Survey,
    agreement,
    criteria,
    groups_of,
    known,
    means,
    questions_of,
    rather,
)
from segtools.lessons.survey.answers import (
    ask as data,
)
from segtools.lessons.survey.exercises import EXERCISES
from segtools.plots.canvas import axes_or_current, beside, dress, name_rows
from segtools.plots.colours import segment_colours
from segtools.plots.display import Display, finding
from segtools.wording import number, percent, rounded

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from numpy.typing import NDArray

__all__ = [
    "EXERCISES",
    "answer_lines",
    "classes_table",
    "damage_of_habits",
    "damage_of_one_start",
    "data",
    "interviews",
    "known_of",
    "means",
    "number_of_classes",
    "questions_of",
    "rather",
]

_HALF = 0.5
# About one start in two climbs to another top than the highest; this one does.
_UNLUCKY = 8


def answer_lines(means: pd.DataFrame, *, ax: Axes | None = None) -> Axes:
    """Draw each class's mean answers as one line down the questions.

    Parameters
    ----------
    means : DataFrame
        One row a question, one column a class, on the scale from 1 to 5.
    ax : Axes, default=None
        Where to draw; None means pyplot's current Axes.

    Returns
    -------
    Axes
        The one that was passed.

    Examples
    --------
    >>> from matplotlib.figure import Figure
    >>> seen = pd.DataFrame({"Class 1": [1.0, 1.2], "Class 2": [4.0, 4.1]}, ["A", "B"])
    >>> answer_lines(seen, ax=Figure().add_subplot()).get_xlabel()
    'Mean answer (1: not at all, 5: fully)'
    """
    ax = axes_or_current(ax)
    rows = range(len(means))
    name_rows(ax, means.index)
    for step, (name, colour) in enumerate(segment_colours(means.columns).items()):
        ax.plot(means[name], rows, "o-", color=colour, markersize=5, linewidth=1.6)
        # Each name on a line of its own: two classes may begin at the same answer.
        above = -0.6 - 0.45 * step
        beside(ax, means[name].iloc[0], above, name, color=colour, fontweight="bold")
    ax.set_ylim(top=-0.65 - 0.45 * means.shape[1])
    ax.set_xlim(SCALE[0] - 0.1, SCALE[1] + 0.1)
    axis = "Mean answer (1: not at all, 5: fully)"
    return dress(ax, title=answer_lines_title(means), x=axis)


def answer_lines_title(means: pd.DataFrame) -> str:
    """Say whether the lines run side by side or cross.

    Examples
    --------
    >>> answer_lines_title(pd.DataFrame({"a": [1.0, 5.0], "b": [5.0, 1.0]}))
    'The lines cross: each class agrees with other things'
    """
    if level_share(means) > _HALF:
        return (
            "The lines run side by side: classes differ in how much they agree at all"
        )
    return "The lines cross: each class agrees with other things"


def answer_lines_alt(means: pd.DataFrame) -> str:
    """State the finding of `answer_lines` with each class's mean of all questions.

    Examples
    --------
    >>> answer_lines_alt(pd.DataFrame({"a": [1.0, 5.0], "b": [5.0, 1.0]}))
    'The lines cross: each class agrees with other things. Mean of all answers: a 3, \
b 3.'
    """
    every = ", ".join(f"{name} {rounded(v, 2)}" for name, v in means.mean().items())
    return f"{answer_lines_title(means)}. Mean of all answers: {every}."


def answer_lines_table(means: pd.DataFrame) -> pd.DataFrame:
    """Give the numbers of `answer_lines`, one row a question."""
    rows = means.rename_axis("Question").reset_index()
    rows.attrs["formats"] = dict.fromkeys(means.columns, ".1f")
    return rows


def answer_lines_height(means: pd.DataFrame) -> float:
    """Give the height that the figure needs, in inches."""
    return 1.3 + 0.33 * (len(means) + 0.5 * means.shape[1])


def level_share(means: pd.DataFrame) -> float:
    """Give the share of the differences between classes that all questions have alike.

    Examples
    --------
    >>> level_share(pd.DataFrame({"a": [1.0, 2.0], "b": [3.0, 4.0]}))
    1.0
    """
    apart = means.sub(means.mean(axis=1), axis=0)
    total = float((apart**2).to_numpy().sum())
    return float(len(means) * (apart.mean() ** 2).sum() / total) if total else 0.0


def known_of(labels: NDArray[np.int64], people: pd.Index, asked: Survey) -> str:
    """Say how far classes agree with the planted needs, and with the planted habits."""
    need = agreement(labels, asked.needs[people])
    habit = agreement(labels, asked.habits[people])
    return (
        f"The classes agree with the needs at {number(need, 2)} and with the habits "
        f"of answering at {number(habit, 2)}."
    )


def number_of_classes(asked: Survey) -> pd.DataFrame:
    """Tabulate the BIC by number of classes, with habits of answering and without."""
    columns = {
        "With habits": criteria(asked, habits=True),
        "Without": criteria(asked, habits=False),
    }
    rows = pd.DataFrame(columns).rename_axis("Classes").reset_index()
    rows.attrs["formats"] = {"With habits": "count", "Without": "count"}
    return rows


def interviews() -> pd.DataFrame:
    """Give what 1,202 people of the General Social Survey of 1982 answered.

    Returns
    -------
    DataFrame
        Codes from 1: ``purpose`` of surveys (good, depends, waste), ``accuracy``
        (mostly true, not true), and what the interviewer noted: ``understanding``
        (good, fair or poor) and ``cooperation`` (interested, cooperative, impatient).
    """
    from segtools.segmentation.validation.data import answers

    names = ["purpose", "accuracy", "understanding", "cooperation"]
    return answers("gss82").set_axis(names, axis=1)


_BEST = {
    "purpose": "Surveys serve a good purpose",
    "accuracy": "Surveys are mostly true",
    "understanding": "Understood the questions well",
    "cooperation": "Were interested",
}


def classes_table(payload: dict[str, Any]) -> pd.DataFrame:
    """Tabulate the share of each class that gave the first answer to each question.

    Parameters
    ----------
    payload : dict
        Of latent classes of `interviews`.
    """
    shares = [
        {_BEST[name]: p[name][0] for name in _BEST} for p in payload["probabilities"]
    ]
    rows = pd.DataFrame(shares)
    rows.insert(0, "Share of people", payload["weights"])
    rows.insert(0, "Class", [f"Class {i}" for i in range(1, len(rows) + 1)])
    rows.attrs["formats"] = dict.fromkeys(rows.columns[1:], "percent")
    return rows


def damage_of_habits(asked: Survey, *, keep_habits: bool) -> Display:
    """Say what is left of the needs, with habits of answering left in or taken out."""
    people = asked.answers.index if keep_habits else known(asked.answers).index
    labels = groups_of(asked, habits=keep_habits)
    first = "Habits left in" if keep_habits else "Habits taken out"
    return finding(f"{first}: {known_of(labels, people, asked)}")


def damage_of_one_start(*, one_start: bool) -> Display:
    """Say how large the largest class of the interviews is, by how chance began."""
    from segtools.segmentation.latent_class import latent_classes

    starts = 1 if one_start else 50
    begun = _UNLUCKY if one_start else 1
    found = latent_classes(interviews(), 3, n_starts=starts, random_state=begun)
    largest = percent(found.payload["weights"][0])
    times = "One unlucky start" if one_start else f"{number(starts)} starts"
    return finding(
        f"{times}: the largest class holds {largest} of the people, and the "
        f"log-likelihood is {rounded(found.figures['log_likelihood'], 6)}."
    )

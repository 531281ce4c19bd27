"""Typing tool: the fewest questions that place a new person in a known segment."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from segtools.disclosure import LIMIT
from segtools.schema import ConfigError, DataError
from segtools.segmentation.surrogate import hashes, matched
from segtools.segmentation.typing_tool.accuracy import figures, judge
from segtools.segmentation.typing_tool.learn import (
    LEAST_IN_BAND,
    Learned,
    Settings,
    learn,
)
from segtools.segmentation.typing_tool.questions import Question
from segtools.segmentation.typing_tool.selection import refused
from segtools.segmentation.typing_tool.tool import TypingTool, question_record

__all__ = ["TypingTool", "typing_tool"]

MAX_PEOPLE = 4000


def typing_tool(
    answers: pd.DataFrame,
    segments: pd.Series | np.ndarray,
    *,
    n_questions: int = 6,
    share_of_gain: float = 0.9,
    sure_at: float = 0.7,
    smallest_cell: int = LIMIT,
    texts: Mapping[str, Mapping[str, Any]] | None = None,
    names: Mapping[str, str] | None = None,
) -> TypingTool:
    """Find the fewest questions that place new people in segments, and how well.

    Answers earn segments whole points that anybody can add up: a logistic regression
    on forward selected questions, rounded. Everything that is told of the accuracy is
    measured on people that nothing was learned from, neither the questions nor their
    number nor the points nor the "not sure" zone (nested cross-validation, five folds
    by a hash of the index). There is no chance in it, and the order of rows and
    columns changes nothing.

    Parameters
    ----------
    answers : DataFrame of shape (n_people, n_questions)
        What could be asked: survey answers or features; numbers are taken as numbers,
        all else as words; missing values are allowed. Of more than 4,000 people the
        4,000 with the lowest hash of the index are taken. Never modified.
    segments : Series or array of shape (n_people,)
        Each one's segment; a Series is matched by its index.
    n_questions : int, default=6
        Most questions, 1 to 20.
    share_of_gain : float, default=0.9
        No more questions are asked than it takes for this share of what all questions
        gain in accuracy over always naming the largest segment.
    sure_at : float, default=0.7
        The tool is sure where at least this share of people with such a lead in points
        is placed rightly.
    smallest_cell : int, default=10
        Answers that fewer people gave count as no answer; smaller counts are hidden.
    texts : mapping, default=None
        Column to ``text`` (what is asked), ``unit`` and ``shown`` (the numbers of a
        scale to choose from), each if there is one.
    names : mapping, default=None
        Segment to its name, in the order in which segments are told; default as they
        are, sorted.

    Returns
    -------
    TypingTool

    Raises
    ------
    ConfigError
        If an argument is outside its range.
    DataError
        If somebody has no segment, a segment has fewer than 30 people, or no column
        can be a question.

    References
    ----------
    Ustun, B. and Rudin, C. (2016). Supersparse linear integer models for optimized
    medical scoring systems. Machine Learning 102, 349-391.

    Examples
    --------
    >>> rng = np.random.default_rng(1)
    >>> segment = np.repeat(["bargain", "quality"], 150)
    >>> price = rng.integers(1, 4, 300) + 2 * (segment == "bargain")
    >>> asked = pd.DataFrame({"price": price, "mood": rng.integers(1, 6, 300)})
    >>> tool = typing_tool(asked, segment)
    >>> [q["name"] for q in tool.questions], tool.assign_one({"price": 5})["segment"]
    (['price'], 'bargain')
    """
    settings = Settings(n_questions, share_of_gain, sure_at, smallest_cell)
    _check(settings)
    given, own = _people(answers, segments)
    known = list(names) if names is not None else sorted(set(own))
    label = own.map({n: i for i, n in enumerate(known)})
    _refuse_few(own, label, known)
    left_out = refused(given, smallest_cell)
    asked = given[sorted(c for c in given.columns if c not in left_out)]
    if asked.empty:
        raise DataError(
            f"answers must have a column that can be a question, but of "
            f"{len(given.columns)} there is none: {_reasons(left_out)}. Give columns "
            "in which people differ."
        )
    codes = label.to_numpy(np.int64)
    found = learn(asked, codes, len(known), settings)
    told = [str((names or {}).get(n, n)) for n in known]
    judged = judge(asked, codes, len(known), settings)
    about = figures(judged, codes, told, found, settings)
    return _finished(found, known, told, texts or {}, about | {"left_out": left_out})


def _check(settings: Settings) -> None:
    rules = (
        ("n_questions", settings.n_questions, 1, 20),
        ("share_of_gain", settings.share_of_gain, 0, 1),
        ("sure_at", settings.sure_at, 0, 1),
        ("smallest_cell", settings.smallest_cell, 1, 1000),
    )
    for name, value, low, high in rules:
        if not low <= value <= high:
            raise ConfigError(
                f"{name} must be from {low} to {high}, but it is {value}. Change it."
            )


def _people(
    answers: pd.DataFrame, segments: pd.Series | np.ndarray
) -> tuple[pd.DataFrame, pd.Series]:
    """Give the people to learn from, in an order that comes from who they are."""
    twice = sorted(set(answers.columns[answers.columns.duplicated()].map(str)))
    if twice:
        raise DataError(
            f"answers must name each column once, but {twice} come again. Rename them."
        )
    own = matched(answers, segments).astype(str)
    order = np.argsort(hashes(answers.index), kind="stable")[:MAX_PEOPLE]
    given = answers.iloc[order].rename(columns=str)
    return given, own.iloc[order]


def _refuse_few(own: pd.Series, label: pd.Series, known: Sequence[str]) -> None:
    strange = sorted(set(own[label.isna()]))
    if strange:
        raise DataError(
            f"names must name every segment, but {strange} are not among "
            f"{list(known)}. Add them."
        )
    sizes = label.value_counts().reindex(range(len(known)), fill_value=0)
    few = [n for i, n in enumerate(known) if sizes[i] < LEAST_IN_BAND]
    if few:
        raise DataError(
            f"Every segment must have {LEAST_IN_BAND} people to learn from, but "
            f"{few} have fewer. Ask more people, or leave these segments out."
        )


def _reasons(left_out: Mapping[str, str]) -> str:
    counts = pd.Series(list(left_out.values()), dtype=object).value_counts()
    return "; ".join(f"{why} ({n})" for why, n in counts.items())


def _finished(
    found: Learned,
    known: Sequence[str],
    told: Sequence[str],
    texts: Mapping[str, Mapping[str, Any]],
    about: dict[str, Any],
) -> TypingTool:
    points = found.points

    def record(asked: Question, table: np.ndarray) -> dict[str, Any]:
        own = texts.get(asked.name, {})
        text, unit = str(own.get("text") or asked.name), str(own.get("unit") or "")
        return question_record(asked, table, text, unit, own.get("shown") or ())

    pairs = zip(points.questions, points.tables, strict=True)
    return TypingTool(
        questions=[record(q, t) for q, t in pairs],
        segments=[
            {"segment_id": i, "name": n} for i, n in zip(known, told, strict=True)
        ],
        base=points.base.tolist(),
        confidence=[{"lead": start, "right": share} for start, share in found.bands],
        sure_lead=found.sure_lead,
        least_answered=(len(points.questions) + 1) // 2,
        figures=about,
    )

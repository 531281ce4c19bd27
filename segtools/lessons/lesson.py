"""One lesson as a student works through it: data, predictions, and checked answers."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from html import escape
from typing import Any

import numpy as np
import pandas as pd

from segtools.lessons.book import Chapter, chapter, chapters
from segtools.lessons.exercises import Exercise, Judgement
from segtools.plots.display import Display, table
from segtools.schema import ConfigError

__all__ = ["MIME", "Checked", "Lesson", "Quizzed", "start"]

# What `segtools grade` reads back from a saved notebook.
MIME = "application/vnd.segtools.answer+json"
_LONGEST = 200  # characters of an answer that are kept
_WORDS = {
    "right": ("✓", "Right."),
    "nearly": ("≈", "Nearly."),
    "wrong": ("✗", "Wrong."),
    "unanswered": ("…", "Not answered yet."),
    "unreadable": ("?", "Not readable."),
}
_NOTED = "Noted. Run on, then check it."
_COUNTED = {"right", "nearly", "wrong"}
_STUCK = 3


@dataclass(frozen=True, repr=False)
class Checked:
    """What is shown for an answer: a word, a sentence, and a record to grade by.

    Attributes
    ----------
    number : str
        The exercise.
    judgement : Judgement
        The state and the sentence.
    record : dict
        ``lesson``, ``exercise``, ``seed``, ``answer``, ``state`` and ``tries``.
    """

    number: str
    judgement: Judgement
    record: dict[str, Any]

    def __repr__(self) -> str:
        sign, word, sentence = self._said()
        return f"{sign} {self.number}: {word} {sentence}"

    def _said(self) -> tuple[str, str, str]:
        """Give sign, word and sentence; a noted prediction is not called missing."""
        sign, word = _WORDS[self.judgement.state]
        if self.judgement.sentence == _NOTED:
            word, _, rest = _NOTED.partition(" ")
            return sign, word, rest
        return sign, word, self.judgement.sentence

    def _repr_mimebundle_(self, **_: Any) -> dict[str, Any]:
        sign, word, sentence = self._said()
        sentence = escape(sentence).replace("$", "&#36;")
        markup = (
            f'<p class="st-checked st-{self.judgement.state}" role="status">'
            f'<span aria-hidden="true">{sign}</span> {escape(self.number)}: '
            f"<b>{word}</b> {sentence}</p>"
        )
        return {"text/plain": repr(self), "text/html": markup, MIME: self.record}


@dataclass(frozen=True, repr=False)
class Quizzed:
    """Several answers that were checked together.

    Attributes
    ----------
    checked : tuple of Checked
        One a question.
    """

    checked: tuple[Checked, ...]

    def __repr__(self) -> str:
        return "\n".join([*map(repr, self.checked), self.sentence])

    @property
    def sentence(self) -> str:
        """How many are right."""
        right = sum(c.judgement.state == "right" for c in self.checked)
        return f"{right} of {len(self.checked)} right."

    def _repr_mimebundle_(self, **_: Any) -> dict[str, Any]:
        parts = [c._repr_mimebundle_()["text/html"] for c in self.checked]
        markup = "".join(parts) + f"<p>{self.sentence}</p>"
        records = [c.record for c in self.checked]
        return {"text/plain": repr(self), "text/html": markup, MIME: records}


@dataclass(eq=False, repr=False)
class Lesson:
    """A lesson that was started: its data, and what was answered so far.

    Attributes
    ----------
    chapter : Chapter
        Which lesson.
    seed : int
        The variant: another seed makes other customers and other right answers.
    """

    chapter: Chapter
    seed: int
    _tries: dict[str, int] = field(default_factory=dict)
    _predicted: dict[str, Any] = field(default_factory=dict)
    _data: Any = None

    def __repr__(self) -> str:
        return f"Lesson {self.chapter.number}, variant {self.seed}"

    @property
    def data(self) -> Any:
        """What the lesson is about; made once, from the seed alone."""
        if self._data is None:
            self._data = self.chapter.data(self.seed)
        return self._data

    def terms(self) -> Display:
        """Show the terms that this lesson and the earlier ones explain.

        Examples
        --------
        >>> "recency" in repr(start(2).terms())
        True
        """
        known = [c.terms for c in chapters() if c.number <= self.chapter.number]
        rows = {t["term"]: t["means"] for terms in known for t in terms.values()}
        frame = pd.DataFrame(sorted(rows.items()), columns=["Term", "What it means"])
        return table(frame, caption=f"Terms up to lesson {self.chapter.number}")

    def predict(self, number: str, answer: Any) -> Checked:
        """Note a prediction before the cell that shows what happens is run.

        Parameters
        ----------
        number : str
            The exercise, such as ``"4.2"``.
        answer : Any
            What you expect. It is not judged yet: `check` does that.
        """
        exercise = self._exercise(number)
        judged = exercise.judge(answer, self.data)
        if judged.state in _COUNTED:
            self._predicted[exercise.number] = answer
            judged = Judgement("unanswered", _NOTED)
        return Checked(number, judged, self._record(number, answer, judged))

    def check(self, number: str, answer: Any = None) -> Checked:
        """Judge an answer: right, nearly or wrong, with a hint and never the answer.

        Parameters
        ----------
        number : str
            The exercise, such as ``"4.2"`` or ``"4.Q1"``.
        answer : Any, default=None
            The answer. None takes what was predicted, if anything was.

        Returns
        -------
        Checked
            A line for the notebook, which also records the answer for `segtools grade`.

        Raises
        ------
        ConfigError
            If the lesson has no exercise of that number.
        """
        exercise = self._exercise(number)
        answer = self._predicted.get(exercise.number) if answer is None else answer
        judged = exercise.judge(answer, self.data)
        if judged.state in _COUNTED:
            self._tries[number] = self._tries.get(number, 0) + 1
        stuck = self._tries.get(number, 0) >= _STUCK
        if stuck and judged.state in {"nearly", "wrong"}:
            more = f"{judged.sentence} Stuck? `segtools lessons DIR --solutions` helps."
            judged = Judgement(judged.state, more)
        return Checked(number, judged, self._record(number, answer, judged))

    def quiz(self, answers: Mapping[str, Any]) -> Quizzed:
        """Judge several answers at once.

        Parameters
        ----------
        answers : mapping of str to Any
            Number of the question to the answer; None is none yet.
        """
        return Quizzed(tuple(self.check(n, a) for n, a in answers.items()))

    def _exercise(self, number: str) -> Exercise:
        found = self.chapter.exercises
        if number not in found:
            raise ConfigError(
                f"An exercise of lesson {self.chapter.number} must be one of "
                f"{', '.join(found)}, but it is {number!r}. Use its number as text."
            )
        return found[number]

    def _record(self, number: str, answer: Any, judged: Judgement) -> dict[str, Any]:
        return {
            "version": 1,
            "lesson": self.chapter.number,
            "exercise": number,
            "seed": self.seed,
            "answer": plain_answer(answer),
            "state": judged.state,
            "tries": self._tries.get(number, 0),
        }


def start(number: int, *, seed: int = 1) -> Lesson:
    """Start a lesson.

    Parameters
    ----------
    number : int
        1 to 10.
    seed : int, default=1
        The variant; a teacher gives each group another.

    Raises
    ------
    ConfigError
        If there is no such lesson, or the seed is no whole number from 0.
    """
    whole = isinstance(seed, (int, np.integer)) and not isinstance(seed, bool)
    if not whole or seed < 0:
        raise ConfigError(
            f"The seed must be a whole number from 0, but it is {seed!r}. "
            "Take the one that your teacher gave, or 1."
        )
    return Lesson(chapter(number), int(seed))


def plain_answer(answer: Any) -> Any:
    """Give an answer as JSON can hold it, cut where it is long.

    Examples
    --------
    >>> plain_answer({"b", "a"}), plain_answer(None)
    (['a', 'b'], None)
    """
    if isinstance(answer, (np.generic, np.ndarray)) and answer.size == 1:
        answer = answer.item()
    if answer is None or isinstance(answer, (bool, int)):
        return answer
    if isinstance(answer, float):
        return answer if math.isfinite(answer) else str(answer)
    if isinstance(answer, (set, frozenset)):
        answer = sorted(answer, key=str)
    if isinstance(answer, (list, tuple)):
        return [plain_answer(item) for item in list(answer)[:20]]
    return str(answer)[:_LONGEST]

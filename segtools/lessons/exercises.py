"""Kinds of exercises, and how an answer is judged: right, nearly, or wrong with a hint.

A hint never holds the answer. What is right is computed from the lesson's own data, so
that another seed makes another variant of the same exercise.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from numbers import Real
from typing import Any, ClassVar, Literal

import numpy as np

__all__ = ["Choice", "Exercise", "Judgement", "Number", "Order", "Several"]

State = Literal["right", "nearly", "wrong", "unanswered", "unreadable"]
_ROUNDING = 1e-9


@dataclass(frozen=True)
class Judgement:
    """What was thought of an answer.

    Attributes
    ----------
    state : {"right", "nearly", "wrong", "unanswered", "unreadable"}
        *unreadable* is an answer of the wrong type: it does not count as a try.
    sentence : str
        Why it is right, or a hint. Never the answer itself.
    """

    state: State
    sentence: str


@dataclass(frozen=True, kw_only=True)
class Exercise:
    """What all kinds share.

    Attributes
    ----------
    number : str
        Such as ``"4.2"``; questions of the quiz are ``"4.Q1"``.
    right : Any or callable
        The answer, or a function of the lesson's data that computes it.
    why : str
        Said when the answer is right: the reason, in one or two sentences.
    hint : str
        For a wrong answer that is no known mistake.
    """

    number: str
    right: Any
    why: str
    hint: str
    asks_for: ClassVar[str] = ""

    def answer(self, data: Any) -> Any:
        """Compute what is right."""
        return self.right(data) if callable(self.right) else self.right

    def judge(self, answer: Any, data: Any) -> Judgement:
        """Judge an answer.

        Parameters
        ----------
        answer : Any
            What the student gave; None is no answer yet.
        data : Any
            The lesson's data, from the seed of the student's variant.
        """
        if answer is None:
            return Judgement("unanswered", f"{self.asks_for} goes in place of None.")
        readable = self._read(answer)
        if readable is None:
            return Judgement(
                "unreadable",
                f"{self.number} asks for {_small(self.asks_for)}, but the answer is "
                f"{_told(answer)}. Write it in that form.",
            )
        return self._judge(readable, self.answer(data), data)

    def wrong_answers(self, data: Any) -> list[Any]:
        """List known mistakes, three or more: a teacher's page and the tests ask."""
        raise NotImplementedError

    def _read(self, answer: Any) -> Any:
        raise NotImplementedError

    def _judge(self, given: Any, right: Any, data: Any) -> Judgement:
        raise NotImplementedError


@dataclass(frozen=True, kw_only=True)
class Choice(Exercise):
    """One letter of several.

    Attributes
    ----------
    mistakes : mapping of str to str
        Every wrong letter with its hint.
    nearly : frozenset of str
        Wrong letters that are close.

    Examples
    --------
    >>> asked = Choice(
    ...     number="4.1", right="b", why="No gap.", hint="Look at the valley.",
    ...     mistakes={"a": "Count again.", "c": "Is it?", "d": "Too many."},
    ... )
    >>> asked.judge(" B ", None).state, asked.judge("a", None).sentence
    ('right', 'Count again.')
    >>> asked.judge(2, None).state
    'unreadable'
    """

    mistakes: Mapping[str, str]
    nearly: frozenset[str] = frozenset()

    @property
    def asks_for(self) -> str:  # type: ignore[override]
        """What an answer looks like."""
        letters = sorted({*self.mistakes, *self._rights()})
        quoted = [f'"{letter}"' for letter in letters]
        return f"One letter, {', '.join(quoted[:-1])} or {quoted[-1]},"

    def wrong_answers(self, data: Any) -> list[Any]:
        """List known mistakes."""
        return [m for m in sorted(self.mistakes) if m != self.answer(data)]

    def _rights(self) -> set[str]:
        return set() if callable(self.right) else {self.right}

    def _read(self, answer: Any) -> Any:
        letter = answer.strip().strip("().").lower() if isinstance(answer, str) else ""
        return letter if letter in {*self.mistakes, *self._rights()} else None

    def _judge(self, given: Any, right: Any, data: Any) -> Judgement:
        if given == right:
            return Judgement("right", self.why)
        state: State = "nearly" if given in self.nearly else "wrong"
        return Judgement(state, self.mistakes.get(given) or self.hint)


@dataclass(frozen=True, kw_only=True)
class Number(Exercise):
    """A number, right within a margin.

    Attributes
    ----------
    within : float
        How far it may be from the right one, in the same unit.
    near : float
        Up to here it is nearly right.
    mistakes : sequence of (number or callable, str)
        Wrong numbers that people give, each with its hint; a callable gets the data.

    Examples
    --------
    >>> asked = Number(
    ...     number="2.3", right=0.4, within=0.01, near=0.05, why="Of all orders.",
    ...     hint="Share of what?", mistakes=[(0.6, "That is the rest."), (40, "In %.")],
    ... )
    >>> [asked.judge(a, None).state for a in (0.405, 0.43, 0.6, "0.4")]
    ['right', 'nearly', 'wrong', 'unreadable']
    """

    within: float
    near: float
    mistakes: Iterable[tuple[Any, str]] = field(default_factory=tuple)
    asks_for: ClassVar[str] = "One number"

    def wrong_answers(self, data: Any) -> list[Any]:
        """List known mistakes."""
        return [_value(wrong, data) for wrong, _ in self.mistakes]

    def _read(self, answer: Any) -> Any:
        if isinstance(answer, (np.generic, np.ndarray)) and answer.size == 1:
            answer = answer.item()
        if isinstance(answer, bool) or not isinstance(answer, Real):
            return None
        return float(answer) if math.isfinite(answer) else None

    def _judge(self, given: Any, right: Any, data: Any) -> Judgement:
        away = abs(given - float(right)) - _ROUNDING
        if away <= self.within:
            return Judgement("right", self.why)
        for wrong, hint in self.mistakes:
            if abs(given - float(_value(wrong, data))) <= self.within + _ROUNDING:
                return Judgement("wrong", hint)
        if away <= self.near:
            return Judgement("nearly", f"Close. {self.hint}")
        if 0 < right < 1 < given and abs(given / 100 - right) <= self.within + 0.005:
            return Judgement("wrong", "A share lies between 0 and 1. Is this per cent?")
        return Judgement("wrong", self.hint)


@dataclass(frozen=True, kw_only=True)
class Several(Exercise):
    """Any number of names or letters, in any order.

    Attributes
    ----------
    options : sequence of str
        All that can be named.
    mistakes : sequence of (set of str, str)
        Wrong sets that people give, each with its hint.

    Examples
    --------
    >>> asked = Several(
    ...     number="1.2", right={"a", "c"}, options="abcd", why="Both reach people.",
    ...     hint="Who could be reached?", mistakes=[({"b"}, "Not by post.")],
    ... )
    >>> [asked.judge(a, None).state for a in (["c", "a"], {"a"}, {"b"}, "ac", 3)]
    ['right', 'nearly', 'wrong', 'right', 'unreadable']
    """

    options: Iterable[str]
    mistakes: Iterable[tuple[set[str], str]] = field(default_factory=tuple)
    asks_for: ClassVar[str] = 'A set of letters or names, such as {"a", "b"},'

    def wrong_answers(self, data: Any) -> list[Any]:
        """List known mistakes."""
        return [wrong for wrong, _ in self.mistakes]

    def _read(self, answer: Any) -> Any:
        if not isinstance(answer, (str, set, frozenset, list, tuple)):
            return None
        found = {str(a).strip().lower() for a in answer if str(a).strip(" ,")}
        return found if found <= {o.lower() for o in self.options} else None

    def _judge(self, given: Any, right: Any, data: Any) -> Judgement:
        asked = {str(r).lower() for r in right}
        if given == asked:
            return Judgement("right", self.why)
        for wrong, hint in self.mistakes:
            if given == {w.lower() for w in wrong}:
                return Judgement("wrong", hint)
        close = len(given ^ asked) == 1
        return Judgement("nearly" if close else "wrong", self.hint)


@dataclass(frozen=True, kw_only=True)
class Order(Exercise):
    """Letters or names in their right order.

    Attributes
    ----------
    mistakes : sequence of (sequence of str, str)
        Wrong orders that people give, each with its hint.

    Examples
    --------
    >>> asked = Order(
    ...     number="9.1", right="abc", why="Plan, then assign, then read.",
    ...     hint="What must be known first?", mistakes=[("cba", "Backwards.")],
    ... )
    >>> [asked.judge(a, None).state for a in (["a", "b", "c"], "bac", "cba", "aab")]
    ['right', 'nearly', 'wrong', 'unreadable']
    """

    mistakes: Iterable[tuple[Iterable[str], str]] = field(default_factory=tuple)
    asks_for: ClassVar[str] = 'A list in order, such as ["b", "a", "c"],'

    def judge(self, answer: Any, data: Any) -> Judgement:
        """Judge an answer, which must hold each letter once."""
        judged = super().judge(answer, data)
        if judged.state in {"unanswered", "unreadable"}:
            return judged
        given, right = self._read(answer), [str(r) for r in self.answer(data)]
        if sorted(given) != sorted(r.lower() for r in right):
            return Judgement(
                "unreadable",
                f"{self.number} asks for each of the {len(right)} once, in order.",
            )
        return judged

    def wrong_answers(self, data: Any) -> list[Any]:
        """List known mistakes."""
        return [list(wrong) for wrong, _ in self.mistakes]

    def _read(self, answer: Any) -> Any:
        if not isinstance(answer, (str, list, tuple)):
            return None
        return [str(a).strip().lower() for a in answer if str(a).strip(" ,")]

    def _judge(self, given: Any, right: Any, data: Any) -> Judgement:
        asked = [str(r).lower() for r in right]
        if given == asked:
            return Judgement("right", self.why)
        for wrong, hint in self.mistakes:
            if given == [str(w).lower() for w in wrong]:
                return Judgement("wrong", hint)
        moved = sum(a != b for a, b in zip(given, asked, strict=False))
        return Judgement("nearly" if moved == 2 else "wrong", self.hint)


def _value(wrong: Any, data: Any) -> Any:
    return wrong(data) if callable(wrong) else wrong


def _told(answer: Any) -> str:
    if isinstance(answer, str):
        return f"the text {answer[:20]!r}"
    if isinstance(answer, float):
        return f"the number {answer}"
    return f"of type {type(answer).__name__}"


def _small(text: str) -> str:
    return text[:1].lower() + text[1:].rstrip(",")

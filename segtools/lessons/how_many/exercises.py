"""Exercises of lesson 4: what is right is worked out from the student's own shops."""

from __future__ import annotations

from itertools import permutations
from typing import Any

import numpy as np

from segtools.lessons.exercises import Choice, Exercise, Number

__all__ = ["EXERCISES"]

# Which plan hides groups, and which cuts them up: the six answers of exercise 4.5.
_ANSWERS = dict(zip("abcdef", permutations("XYZ", 2), strict=True))


def _letter(shops: Any) -> str:
    return str(shops.of("natural").name.lower())


def _counts(shops: Any) -> tuple[int, int, int]:
    walk = shops.asked.walk
    return walk.near(0.5), walk.near(0.0), walk.near(1.0)


def _valley(shops: Any) -> float:
    half_way, one, other = _counts(shops)
    return half_way / min(one, other)


def _share(shops: Any) -> float:
    half_way, one, other = _counts(shops)
    return half_way / (half_way + one + other)


def _both_hills(shops: Any) -> float:
    half_way, one, other = _counts(shops)
    return half_way / (one + other)


def _by_gap(shops: Any) -> int:
    gap = shops.of("none").verdict.evidence["gap"]
    return int(gap["candidates"]["first"])


def _agreed(shops: Any) -> str:
    found = shops.of("none").verdict.evidence["agreement"]
    median = dict(zip(found["k"], found["median"], strict=True))[2]
    return "abcd"[int(np.searchsorted([0.2, 0.5, 0.7], median))]


def _hides_and_cuts(shops: Any) -> str:
    by_size = sorted(shops.plans, key=shops.plans.__getitem__)
    wanted = by_size[0], by_size[-1]
    return next(letter for letter, pair in _ANSWERS.items() if pair == wanted)


_SIGNS = (
    "In which plan does one group hold most customers, and in which do two groups "
    "differ least?"
)

_IN_TEXT: tuple[Exercise, ...] = (
    Choice(
        number="4.1",
        right=_letter,
        why="There next to nobody stands half-way between groups; elsewhere the border "
        "runs through the thick of a crowd.",
        hint="Look at the places half-way between two centres.",
        mistakes={
            "a": "Its portraits are as lovely as those of the others. Does anybody "
            "stand half-way between its groups?",
            "b": "Sizes and portraits come out of every cloud. Walk from one group to "
            "the next: do you meet somebody?",
            "c": "K-means always draws borders. Is this one drawn where nobody is?",
            "d": "K-means found four everywhere, since it was asked for four. Are they "
            "there, then?",
        },
    ),
    Number(
        number="4.2",
        right=_valley,
        within=0.01,
        near=0.1,
        why="Without a valley about as many are half-way as on the lower hill, or "
        "more. segtools asks for 0.4 or less before it speaks of a gap.",
        hint="A valley is measured against the lower of its two hills.",
        mistakes=[
            (_share, "That is a share of all who were counted."),
            (
                _both_hills,
                "You took both hills together. Against which is it measured?",
            ),
            (lambda shops: float(_counts(shops)[0]), "That is a count. Over what?"),
        ],
    ),
    Choice(
        number="4.3",
        right=_agreed,
        why="A long cloud is cut across its middle, in about the same place each time. "
        "What comes again need not be there.",
        hint="A cloud that is longer than it is wide: where would you cut it in two? "
        "And the next time?",
        mistakes={
            "a": "So it would be if each resample cut the cloud elsewhere. Does it?",
            "b": "Somewhat better than that. Think of a loaf that is halved.",
            "c": "Close. How much does the middle of a long cloud move?",
            "d": "That would be for groups with gaps, or for a long and thin cloud.",
        },
        nearly=frozenset("c"),
    ),
    Number(
        number="4.4",
        right=_by_gap,
        within=0,
        near=0,
        why="Two groups are no better than one by more than chance moves the curve. "
        "Few measures can say so: the silhouette is not even defined for one.",
        hint="Begin at the top of the table, and stop at the first line that holds.",
        mistakes=[
            (2, "The silhouette would say so. Have you begun with the first line?"),
            (6, "Was there no earlier line for which the rule holds?"),
            (0, "There is always one group at least: everybody."),
        ],
    ),
    Choice(
        number="4.5",
        right=_hides_and_cuts,
        why="Too few groups put kinds together that want different things; too many "
        "cost an action each, differ least and come again less well.",
        hint=_SIGNS,
        mistakes={
            letter: f"{_SIGNS} Look again at plan {hides}, then at plan {cuts}."
            for letter, (hides, cuts) in _ANSWERS.items()
        },
    ),
)

_QUIZ: tuple[Exercise, ...] = (
    Choice(
        number="4.Q1",
        right="d",
        why="It does as it is told. Whether there are groups has to be asked before.",
        hint="What does the algorithm get told, and what does it get asked?",
        mistakes={
            "a": "It never judges. What would it compare with?",
            "b": "It does not stop early for want of groups.",
            "c": "That is sometimes so in other programs. K-means does as it is told.",
        },
    ),
    Choice(
        number="4.Q2",
        right="b",
        why="Uniform clouds are the only thing it can tell from yours, and no customer "
        "base is uniform.",
        hint="With what does Hopkins compare?",
        mistakes={
            "a": "Shop by shop it was near 1. Were there groups in every shop?",
            "c": "It sees far more than chance. But what does it take for groups?",
            "d": "It asks for no number. What does it ask?",
        },
    ),
    Choice(
        number="4.Q3",
        right="c",
        why="That is the usual case. Lines drawn for a purpose may pay well, as long "
        "as nobody speaks of types of people.",
        hint="What does the word say of gaps, and what does it say of use?",
        mistakes={
            "a": "The verdict looks at structure. Does it look at use?",
            "b": "Nothing is wrong with the data. Most customer bases are like that.",
            "d": "More groups would be more lines, not more gaps.",
        },
    ),
    Choice(
        number="4.Q4",
        right="a",
        why="The whole and each group must come again, and each group needs an action "
        "of its own.",
        hint="Which of these is about customers, and which about a habit of people?",
        mistakes={
            "b": "Spread within groups falls with every further group, in any cloud.",
            "c": "That is often two, in any cloud.",
            "d": "Why five? What do the customers say?",
        },
    ),
)

EXERCISES = _IN_TEXT + _QUIZ

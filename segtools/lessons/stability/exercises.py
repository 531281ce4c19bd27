"""Exercises of lesson 5: what is right is worked out from the student's own shop."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from segtools.lessons.exercises import Choice, Exercise, Number

__all__ = ["EXERCISES"]

_SURE = 0.95


def _together(shop: Any) -> tuple[Any, Any]:
    """Tell for each pair of the eight whether each grouping puts them together."""
    upper = np.triu_indices(len(shop.by_hand), 1)
    same = [
        (column[:, None] == column[None])[upper] for column in shop.by_hand.to_numpy().T
    ]
    return same[0], same[1]


def _by_hand(shop: Any) -> float:
    one, other = _together(shop)
    both, expected = (one & other).sum(), one.sum() * other.sum() / len(one)
    return float((both - expected) / ((one.sum() + other.sum()) / 2 - expected))


def _without_chance(shop: Any) -> float:
    one, other = _together(shop)
    return float((one == other).mean())


def _same_number(shop: Any) -> float:
    return float((shop.by_hand["Monday"] == shop.by_hand["Tuesday"]).mean())


def _only_together(shop: Any) -> float:
    one, other = _together(shop)
    return float((one & other).sum() / (one | other).sum())


def _starts_needed(shop: Any) -> int:
    return math.ceil(math.log(1 - _SURE) / math.log(1 - shop.reached))


_IN_TEXT: tuple[Exercise, ...] = (
    Number(
        number="5.1",
        right=_by_hand,
        within=0.006,
        near=0.05,
        why="Pairs are counted and not names of groups, so that it does not matter "
        "which group is called 1; and what chance would give is taken off.",
        hint="Count the pairs that are together on both days, on the first, and on the "
        "second; there are 28 pairs in all.",
        mistakes=[
            (
                _without_chance,
                "You counted the pairs on which both days agree. Two "
                "groupings by lot would agree on many of them, too.",
            ),
            (
                _same_number,
                "You compared the numbers of the groups. What if on "
                "Tuesday group 1 is called 2?",
            ),
            (
                _only_together,
                "Pairs together on both days over pairs together on "
                "either: chance is still in it.",
            ),
        ],
    ),
    Number(
        number="5.2",
        right=_starts_needed,
        within=0,
        near=2,
        why="All starts miss with the chance of one miss to the power of their number, "
        "and that has to be 0.05 or less.",
        hint="How likely is it that n starts all miss? Take logarithms, and round up.",
        mistakes=[
            (lambda shop: 1.0, "One start is enough only if it never misses."),
            (
                lambda shop: float(math.ceil(1 / shop.reached)),
                "So many find it once on "
                "average. How often would you still go home without it?",
            ),
            (
                lambda shop: _starts_needed(shop) - 1.0,
                "Rounded down, the chance is a little below what is asked.",
            ),
            (
                95,
                "Of a hundred fits so many shall get there. How many starts has one?",
            ),
        ],
    ),
    Choice(
        number="5.3",
        right="c",
        why="With one start both members of a pair stop wherever they happen to stop. "
        "What looks like unsteady customers is an unsteady algorithm.",
        hint="Where does a single start end, and do two of them end in the same place?",
        mistakes={
            "a": "The customers drawn are the same, that is true. Is what the "
            "algorithm makes of them?",
            "b": "More starts leave less spread. Do they wander more, or less?",
            "d": "Chance falls alike on all pairs, but not in equal amounts: what does "
            "a second start do to a bad first one?",
        },
    ),
    Number(
        number="5.4",
        right=lambda shop: shop.selection.n_clusters,
        within=0,
        near=1,
        why="Of the numbers whose whole and whose every group comes again, the largest "
        "tells most about customers.",
        hint="Go through the table from below. Which is the first line on which both "
        "columns are as high as asked?",
        mistakes=[
            (
                2,
                "Read the line of two. Does it hold, and does none below it?",
            ),
            (8, "More groups always fit better. Do these come again?"),
            (1, "One group comes again, and says nothing."),
        ],
    ),
    Number(
        number="5.5",
        right=lambda shop: shop.asked_for,
        within=0,
        near=40,
        why="Every feature adds a direction in which a few people can look like a "
        "group by chance, so the number asked for grows with features and groups.",
        hint="Work out both rules, and take the stricter one.",
        mistakes=[
            (lambda shop: len(shop.few), "So many there are. How many are asked for?"),
            (lambda shop: 10 * shop.wished, "The features have been forgotten."),
            (
                lambda shop: 100 * shop.scaled.shape[1],
                "From there on the light is green. From where on is it no longer red?",
            ),
        ],
    ),
)

_QUIZ: tuple[Exercise, ...] = (
    Choice(
        number="5.Q1",
        right="c",
        why="Beyond the groups that are there agreement falls; the question is how far "
        "one can go.",
        hint="Which numbers are there whose agreement is high enough, and which of "
        "them says most?",
        mistakes={
            "a": "Simple it is. But how much does it tell of customers?",
            "b": "Another number may come again nearly as well, and say more.",
            "d": "There is no reason for the middle. What would be one?",
        },
    ),
    Choice(
        number="5.Q2",
        right="a",
        why="The same draw and the same chance give the same result: the computer was "
        "compared with itself.",
        hint="What differed between the two fits of a pair?",
        mistakes={
            "b": "What could have made them disagree?",
            "c": "Would another seed have given another value?",
            "d": "It would be so for any number of groups. Try it with the switch.",
        },
    ),
    Choice(
        number="5.Q3",
        right="d",
        why="A group can be found again and again while the lines between the others "
        "move. It may be a target of its own.",
        hint="SLSw speaks of one group, agreement of all of them.",
        mistakes={
            "a": "That throws away what does come again.",
            "b": "SLSw is of one group. What do you know of the others?",
            "c": "Enough starts were made. What is left is the customers.",
        },
    ),
    Choice(
        number="5.Q4",
        right="b",
        why="A long cloud without gaps is cut at about the same places again. To come "
        "again is needed for types of people, and does not prove them.",
        hint="Think of the shop without groups in the lesson before.",
        mistakes={
            "a": "K-means cuts any long cloud in about the same places.",
            "c": "More pairs measure agreement better. Does agreement show gaps?",
            "d": "It says something. But does it say this?",
        },
    ),
)

EXERCISES = _IN_TEXT + _QUIZ

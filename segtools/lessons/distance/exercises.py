"""Exercises of lesson 3: what is right is worked out from the student's own shop."""

from __future__ import annotations

from typing import Any

from segtools.lessons.exercises import Choice, Exercise, Number

__all__ = ["EXERCISES"]


def _city_blocks(shop: Any) -> float:
    return float(shop.differences("Anna", "Cem", scaled=True).abs().sum())


def _without_root(shop: Any) -> float:
    return float(shop.distance("Anna", "Cem", scaled=True) ** 2)


def _in_units(shop: Any) -> float:
    return float(shop.distance("Anna", "Cem", scaled=False))


def _by_spread(shop: Any) -> float:
    """Share spend by standard deviations, where squares of them are what adds up."""
    spread = shop.table.std(ddof=0)
    return float(spread["spend"] / spread.sum())


def _smallest_kind(shop: Any) -> float:
    return float(shop.kind.value_counts().min())


_IN_TEXT: tuple[Exercise, ...] = (
    Number(
        number="3.1",
        right=lambda shop: shop.raw_shares()["spend"],
        within=0.004,
        near=0.015,
        why="Over all pairs of customers, squared differences are in proportion to the "
        "variance, so a column's share of the distance is its share of the variances.",
        hint="Take the variance of every column, and the share of one in their sum.",
        mistakes=[
            (1 / 6, "That would be so if all columns had an equal say. Have they?"),
            (_by_spread, "Distances add up squares. What is squared here?"),
            (lambda shop: 100 * shop.raw_shares()["spend"], "As a share from 0 to 1."),
            (0.5, "A guess? The variances of the columns are one call away."),
        ],
    ),
    Choice(
        number="3.2",
        right="b",
        why="Money shrinks, so that other columns get a say. Neither the customers nor "
        "what they did has changed: the groups hang on a choice that nobody made.",
        hint="Compare the spread of the money column with that of the number of orders "
        "in each unit.",
        mistakes={
            "a": "It is the same money to you. Does k-means know that?",
            "c": "No digit is lost by dividing. What becomes small, and beside what?",
            "d": "It reads any number. It never asks for a unit, and that is the "
            "trouble.",
        },
    ),
    Number(
        number="3.3",
        right=lambda shop: shop.distance("Anna", "Cem", scaled=True),
        within=0.02,
        near=0.1,
        why="Each difference counts in standard deviations of its own column, and "
        "the root brings the sum of squares back to that unit.",
        hint="Divide each difference by the standard deviation of its column, square, "
        "add up, take the root.",
        mistakes=[
            (_without_root, "Nearly all is done. Which step comes after adding up?"),
            (
                _city_blocks,
                "You added the differences as they are. A straight line is "
                "shorter than the way round the corner.",
            ),
            (_in_units, "That is the distance in the units of the shop."),
        ],
    ),
    Number(
        number="3.4",
        right=lambda shop: shop.smallest_with_cafe,
        within=0,
        near=2,
        why="A centre of its own for the café saves more squared distance than any "
        "division of the other customers, and the sum of squares is all that k-means "
        "sees.",
        hint="Which single customer causes most of the squared distance, and what is "
        "the cheapest way to be rid of it?",
        mistakes=[
            (_smallest_kind, "That is the smallest planted kind. The café came since."),
            (
                lambda shop: len(shop.with_cafe) // 4,
                "k-means does not aim at groups of equal size. At what does it aim?",
            ),
            (0, "Every group has somebody in it."),
        ],
    ),
    Number(
        number="3.5",
        right=3 / 8,
        within=0.002,
        near=0.03,
        why="Standardising gives every column the same say, so a fact that stands in "
        "three columns speaks three times.",
        hint="After standardising each column has the same share. How many columns are "
        "there, and how many of them hold money?",
        mistakes=[
            (1 / 6, "So it was before the two columns came."),
            (1 / 8, "That is the share of one column."),
            (3 / 6, "Count all columns again, those that came included."),
            (3, "As a share from 0 to 1."),
        ],
    ),
)

_QUIZ: tuple[Exercise, ...] = (
    Choice(
        number="3.Q1",
        right="c",
        why="Mean 0 and standard deviation 1: the unit is gone, the shape stays.",
        hint="What happens to a column's mean, and what to its shape?",
        mistakes={
            "a": "Dividing by a number cannot turn a crooked shape into a bell.",
            "b": "The range still differs by column. What is made equal instead?",
            "d": "Standardising never looks at what is important; that stays with you.",
        },
    ),
    Choice(
        number="3.Q2",
        right="d",
        why="A yes that one in a hundred says lies ten standard deviations from the "
        "mean. Rare flags draw groups around themselves, just as giants do.",
        hint="The standard deviation of such a column is the root of 0.01 times 0.99.",
        mistakes={
            "a": "In the table it is. What is it divided by when it is standardised?",
            "b": "That would be so for a flag that half of all customers have.",
            "c": "Rare does not mean small here. Divide by the spread of the column.",
        },
    ),
    Choice(
        number="3.Q3",
        right="b",
        why="Codes are names. Their differences mean nothing, so they must not enter a "
        "distance as numbers.",
        hint="Is West three times as far from North as East is?",
        mistakes={
            "a": "Scaling changes the size of a difference, not what it means.",
            "c": "A logarithm of a name is still a name.",
            "d": "Any order of the four would be as good. Would the distances stay?",
        },
    ),
    Choice(
        number="3.Q4",
        right="a",
        why="A logarithm turns ratios into differences: twice as much is as far "
        "everywhere.",
        hint="Subtract the logarithms of both pairs.",
        mistakes={
            "b": "In euros it is. In logarithms equal what are equally far?",
            "c": "In euros it is smaller, if anything. Subtract the logarithms.",
            "d": "It can: both pairs have a ratio.",
        },
    ),
)

EXERCISES = _IN_TEXT + _QUIZ

"""Exercises of lesson 6: their right answers come from the shop's two quarters."""

from __future__ import annotations

from segtools.lessons.exercises import Choice, Number, Several
from segtools.lessons.goals.shop import Season

__all__ = ["EXERCISES", "late_share"]


def late_share(season: Season) -> float:
    """Give the share of the customer system's money that was spent after the origin."""
    summed = season.in_crm
    late = summed["ordered_at"] >= season.quarter_began
    return float(summed.loc[late, "amount"].sum() / summed["amount"].sum())


def _late_orders(season: Season) -> float:
    return float((season.in_crm["ordered_at"] >= season.quarter_began).mean())


def _of_all_money(season: Season) -> float:
    orders = season.orders
    late = orders["ordered_at"] >= season.quarter_began
    return float(orders.loc[late, "amount"].sum() / orders["amount"].sum())


EXERCISES = (
    Choice(
        number="6.1",
        right="d",
        why="It is the only one of the four that has ever looked at what came after. "
        "What tells the past apart best need not know what comes.",
        hint="Which of the four has been told what the goal is?",
        mistakes={
            "a": "They tell the very spend apart that they were cut from. A feat?",
            "b": "It leaves out how much customers spend. Who does not?",
            "c": "It looks for groups that lie apart. Was it ever told the goal?",
        },
    ),
    Choice(
        number="6.2",
        right="c",
        why="What the column knew of the past quarter was that quarter. Of the next "
        "one it knows no more than any column, and the points were learned wrongly.",
        hint="Which of the column's orders were still to come, on the day on which a "
        "real prediction would have been made?",
        nearly=frozenset("b"),
        mistakes={
            "a": "The judged quarter was a later one, true. Was the column?",
            "b": "The other columns still know what they knew. Are they still heard?",
            "d": "It will be six months of real spend. That is something.",
        },
    ),
    Number(
        number="6.3",
        right=late_share,
        within=0.004,
        near=0.05,
        why="More than half of the column is the answer to the question that it is "
        "supposed to foretell.",
        hint="Of the orders in `in_crm`: money from the origin on, over all money.",
        mistakes=(
            (
                lambda season: 1 - late_share(season),
                "That is what could be known on that day.",
            ),
            (_late_orders, "That is a share of orders. What share of the money is it?"),
            (_of_all_money, "That is a share of all orders. Take those in the column."),
            (
                lambda season: 100 * late_share(season),
                "A share is from 0 to 1.",
            ),
        ),
    ),
    Several(
        number="6.4",
        right={"b", "c", "f"},
        options="abcdef",
        why="Each of the three was written, or written anew, after the day of the "
        "prediction. The day that counts is that of the knowing, not of the order.",
        hint="Ask of each: could you have written this value down on 31 December?",
        mistakes=(
            ({"b", "f"}, "One more is rewritten long after the order itself."),
            ({"b", "c"}, "One more is there only because of what happened later."),
            (
                {"a", "b", "c", "d", "e", "f"},
                "Then nothing could be foretold at all. What was known before?",
            ),
            (
                {"b", "c", "d", "f"},
                "One of these was known in December, and is allowed to say much.",
            ),
        ),
    ),
    Number(
        number="6.5",
        right=0.25,
        within=0.005,
        near=0.05,
        why="Half of the customers hold a quarter of the money, the other half the "
        "rest. Who stands first within a segment nobody has said, so they share.",
        hint="In the order of the segments: what share of the money have the first "
        "two, if each of them gets the mean of their segment?",
        mistakes=(
            (
                0.375,
                "That is the area below the line, or customers of one segment were put "
                "in the order of what they spent later. Who knew that order?",
            ),
            (0.5, "That is the difference of the shares of money. The area is asked."),
            (0.75, "That is the share of money in the higher segment."),
            (
                0.125,
                "That is the area between the line and the diagonal. Twice that.",
            ),
        ),
    ),
    Choice(
        number="6.6",
        right="b",
        why="Who spends much is not who stays: a large order can be the last one. "
        "Another goal needs other segments.",
        hint="Think of somebody who placed one very large order five months ago.",
        mistakes={
            "a": "For that, spending and staying would have to be nearly the same.",
            "c": "Some of those who spend much do come often. Is that worth nothing?",
            "d": "The quarter and the customers are the same. Is the question?",
        },
    ),
    Choice(
        number="6.Q1",
        right="c",
        why="A figure far above what the best honest try reaches is a reason to look "
        "for a leak before it is a reason to celebrate.",
        hint="What did such a jump turn out to be in this lesson?",
        mistakes={
            "a": "In this lesson that was paid for in the coming quarter.",
            "b": "More data would repeat the same figure, and the same mistake.",
            "d": "A leak can hide in any way to segment. Where did it come in?",
        },
    ),
    Choice(
        number="6.Q2",
        right="a",
        why="A column that is rewritten is as old as its last writing, whatever its "
        "name says.",
        hint="When was the value that lies in the file written?",
        mistakes={
            "b": "Its name may say that. Which day does the value come from?",
            "c": "Known by then, yes. Known as it lies here?",
            "d": "The first order does not change. This one may.",
        },
    ),
    Choice(
        number="6.Q3",
        right="d",
        why="If they cannot be told apart, the simpler one is as good, and everybody "
        "understands it.",
        hint="What does an interval say that holds 0?",
        mistakes={
            "a": "By how much is it ahead, and how sure is that?",
            "b": "Nothing was refuted. They are merely alike.",
            "c": "A mixture of two ways is a third one, and harder to explain.",
        },
    ),
    Choice(
        number="6.Q4",
        right="b",
        why="Somebody who ordered as always may have placed the last order. Whoever "
        "promises to know that has looked.",
        hint="What did the one know, in the sentence of the lesson, who came closest?",
        mistakes={
            "a": "More columns of today tell of today. What is missing is to come.",
            "c": "Some do reach far above 0. What keeps them from more?",
            "d": "The interval would shrink. The figure?",
        },
    ),
)

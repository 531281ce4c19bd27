"""Exercises of lesson 8: their right answers come from the shop's own customers."""

from __future__ import annotations

from segtools.lessons.exercises import Choice, Number, Several
from segtools.lessons.personas.shop import (
    BY_CHANCE,
    SEGMENT,
    Gallery,
    counted,
    left_over,
)

__all__ = ["EXERCISES", "bought_share", "matching", "supported_letters"]

_TASTE = "Sweets"


def supported_letters(gallery: Gallery) -> set[str]:
    """Give the sentences that hold for clearly more of the segment than of everyone."""
    rows = counted(gallery)
    return set(rows.loc[rows["Low"] > rows["Everyone"], "Letter"])


def matching(gallery: Gallery) -> str:
    """Give the letter of the share who match every sentence."""
    left = left_over(gallery)["Customers"]
    share = left.iloc[-1] / left.iloc[0]
    return "d" if share < 0.05 else "c" if share < 0.15 else "b"


def bought_share(gallery: Gallery) -> float:
    """Give the share of the segment's customers who bought sweets in the window."""
    own = gallery.kind[gallery.kind == SEGMENT].index
    return float(own.isin(_buyers(gallery)).mean())


def _buyers(gallery: Gallery) -> set[str]:
    lines = gallery.lines
    return set(lines.loc[lines["category"] == _TASTE, "customer_id"])


def _of_everyone(gallery: Gallery) -> float:
    return float(gallery.kind.index.isin(_buyers(gallery)).mean())


def _of_lines(gallery: Gallery) -> float:
    lines = gallery.lines
    own = lines[lines["customer_id"].map(gallery.kind) == SEGMENT]
    return float((own["category"] == _TASTE).mean())


def _of_buyers_in_segment(gallery: Gallery) -> float:
    buyers = gallery.kind[gallery.kind.index.isin(_buyers(gallery))]
    return float((buyers == SEGMENT).mean())


def expected(gallery: Gallery) -> float:
    """Count the statements that chance alone would give in one of twenty cases."""
    return BY_CHANCE * len(gallery.dealt_claims)


EXERCISES = (
    Several(
        number="8.1",
        right=supported_letters,
        options="abcdefg",
        why="For these even the lower end of the interval lies above everyone's "
        "share. The others hold for no more than usual, or cannot be looked up.",
        hint="Compare the column Low with the column Everyone, line by line.",
        mistakes=(
            (
                {"a", "b", "c", "d"},
                "Half of a segment sounds like much. How many are it of everyone?",
            ),
            (
                {"a", "b", "d", "g"},
                "One of these sounds most convincing of all. Which column tells it?",
            ),
            (
                {"a", "b", "c", "d", "e", "f", "g"},
                "That is the whole poster. Is there a line where everyone has more?",
            ),
        ),
    ),
    Choice(
        number="8.2",
        right=matching,
        why="Every sentence sends some of the others home. A portrait of everybody is "
        "a portrait of nearly nobody.",
        hint="Multiply the shares of the six sentences, roughly.",
        mistakes={
            "a": "That would be so if all sentences were about the same people.",
            "b": "That is about what three of the sentences leave. There are six.",
            "c": "Go on multiplying.",
            "d": "Look at the last bar again.",
        },
    ),
    Choice(
        number="8.3",
        right="c",
        why="They were dealt like cards. Whatever sets them apart is chance, and will "
        "be gone with the next customers.",
        hint="Is there one habit behind these statements, or do they lie all over?",
        mistakes={
            "a": "Then the products would have something in common. Have they?",
            "b": "Then all would be about spend, and far from everyone's. Are they?",
            "d": "A region would tell of region. How many of the statements do?",
        },
    ),
    Number(
        number="8.4",
        right=expected,
        within=1,
        near=20,
        why="So many at most are to be expected of nothing at all. Fewer are kept as "
        "a rule, since a test of small counts errs on the careful side.",
        hint="One statement in twenty, of all that were looked at.",
        mistakes=(
            (0, "That would be so if chance never made a difference."),
            (
                lambda g: 0.95 * len(g.dealt_claims),
                "Those are the ones that chance leaves alone.",
            ),
            (
                lambda g: expected(g) / 8,
                "That is for one of the eight groups. All were looked at.",
            ),
            (
                lambda g: len(g.dealt_claims),
                "So many were looked at. How many of them is one in twenty?",
            ),
        ),
    ),
    Number(
        number="8.5",
        right=bought_share,
        within=0.005,
        near=0.03,
        why="A statement is of customers: each counts once, however much of it they "
        "buy. So the card's figure can be repeated by anybody.",
        hint="Of the customers of the segment, who stands in any line of sweets?",
        mistakes=(
            (_of_everyone, "That is everyone's share. Of whom is the statement?"),
            (_of_lines, "That is a share of lines. One customer may fill many."),
            (
                _of_buyers_in_segment,
                "That is who the buyers are, not who buys. Turn it round.",
            ),
        ),
    ),
    Choice(
        number="8.Q1",
        right="b",
        why="What no table can tell may still be right. It is marked, and ten "
        "customers are asked.",
        hint="Can the sentence be refuted by orders? And is it useless for that?",
        mistakes={
            "a": "A good feeling is where a question begins. What comes then?",
            "c": "It may be the most useful sentence of all. Who could confirm it?",
            "d": "What they buy does not say why.",
        },
    ),
    Choice(
        number="8.Q2",
        right="d",
        why="What holds for nearly everyone tells nobody apart, however high it is.",
        hint="Which of the four would you still know after a look at everyone?",
        mistakes={
            "a": "High, yes. And everyone?",
            "b": "Everyone has the same share.",
            "c": "By how much do the two figures differ?",
        },
    ),
    Choice(
        number="8.Q3",
        right="a",
        why="It is true, and yet none of the shop's business: protected attributes "
        "describe no segment here, and decide about none.",
        hint="Would you say it to the customer's face, as the reason for an offer?",
        mistakes={
            "b": "The more surely it is so, the worse. What is it about?",
            "c": "A picture says it louder than a word.",
            "d": "Whoever is treated by it will not ask how large the sample was.",
        },
    ),
    Choice(
        number="8.Q4",
        right="c",
        why="A portrait that changes nothing that is done is decoration.",
        hint="What would you do on Monday that you would not do without it?",
        mistakes={
            "a": "More words about a group that gets the same as another?",
            "b": "A name makes it memorable. For what?",
            "d": "They can be as true as you like. What follows?",
        },
    ),
)

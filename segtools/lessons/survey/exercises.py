"""Exercises of lesson 7: their right answers come from the answers of the survey."""

from __future__ import annotations

from segtools.lessons.exercises import Choice, Number, Several
from segtools.lessons.survey.answers import (
    Survey,
    agrees,
    best_number,
    groups_of,
    placed_rightly,
    same_everywhere,
)

__all__ = ["EXERCISES"]


def level_gap(asked: Survey) -> float:
    """Give how far apart the classes' means of all nine answers lie."""
    level = asked.answers.mean(axis=1).groupby(groups_of(asked, habits=True)).mean()
    return float(level.max() - level.min())


def _to_the_middle(asked: Survey) -> float:
    groups = groups_of(asked, habits=True)
    level = asked.answers.mean(axis=1).groupby(groups).mean().sort_values()
    return float(level.iloc[2] - level.iloc[1])


def _of_agreement(asked: Survey) -> float:
    groups = groups_of(asked, habits=True)
    level = agrees(asked.answers).mean(axis=1).groupby(groups).mean()
    return float(level.max() - level.min())


def _of_people(asked: Survey) -> float:
    level = asked.answers.mean(axis=1)
    return float(level.max() - level.min())


def n_same(asked: Survey) -> int:
    """Count who gave one and the same answer to all nine questions."""
    return int(same_everywhere(asked.answers).sum())


def _n_agree_alike(asked: Survey) -> int:
    return int(same_everywhere(agrees(asked.answers)).sum())


def _n_say_yes(asked: Survey) -> int:
    return int(asked.answers.eq(5).all(axis=1).sum())


def how_well(asked: Survey) -> str:
    """Give the letter of the share that three choices place rightly."""
    right = placed_rightly(asked)
    return "b" if right < 0.75 else "c" if right < 0.92 else "d"


EXERCISES = (
    Choice(
        number="7.1",
        right="b",
        why="Agreeing with anything is the largest difference between these people, "
        "and the method looks for the largest difference.",
        hint="Follow one line from top to bottom. Where does it leave its neighbours?",
        mistakes={
            "a": "That is what was planted. Does any line stand out at three "
            "statements only?",
            "c": "A single start may end elsewhere, so many are made and the best is "
            "kept. Is that chance?",
            "d": "Compare the lines at the three statements about prices with the "
            "other six.",
        },
    ),
    Number(
        number="7.2",
        right=level_gap,
        within=0.02,
        near=0.2,
        why="That is far on a scale of five, and it is not about anything: it is the "
        "mean over prices, time and advice together.",
        hint="First each person's mean of nine answers, then each class's mean of "
        "these, then the largest less the smallest.",
        mistakes=(
            (_to_the_middle, "That is one step. How far is it to the other end?"),
            (
                _of_agreement,
                "That is a share of statements agreed with. Use the answers as given.",
            ),
            (_of_people, "Those are two single persons. Compare the classes' means."),
        ),
    ),
    Number(
        number="7.3",
        right=n_same,
        within=0.5,
        near=5,
        why="They may have been in a hurry. Whatever they need, these answers do not "
        "say it, and no method can put it in.",
        hint="How many different answers did each person give? Count who gave one.",
        mistakes=(
            (
                _n_agree_alike,
                "That counts who agrees with all or with none. A 4 and a 5 differ.",
            ),
            (_n_say_yes, "That counts the highest answer only. Any one will do."),
            (
                lambda asked: n_same(asked) / len(asked.answers),
                "That is a share. How many people is it?",
            ),
        ),
    ),
    Several(
        number="7.4",
        right={"a", "c", "e"},
        options="abcdef",
        why="Each of the three compares a person with himself or herself, or words the "
        "question so that yes is no longer one direction.",
        hint="Ask of each: would somebody who says yes to everything still look as if "
        "they needed everything?",
        mistakes=(
            (
                {"b"},
                "Each question then has the same mean over people. Who says yes is "
                "still above it everywhere.",
            ),
            ({"d"}, "More people bring more of the same habit."),
            (
                {"a", "b", "c", "e"},
                "One of these works down a column. Does the habit sit in columns?",
            ),
            (
                {"f"},
                "Finer steps let people use the scale in their own way even more.",
            ),
        ),
    ),
    Choice(
        number="7.5",
        right=lambda asked: "c" if best_number(asked, habits=True) > 3 else "a",
        why="Each need comes in several versions, one a habit. The criterion is right: "
        "there are that many kinds of answers. They are just not kinds of needs.",
        hint="Think of a person who needs advice and says no, and one who needs advice "
        "and says yes. Do they answer alike?",
        mistakes={
            "a": "Three needs were planted. Is a need the only thing that was?",
            "b": "Would fewer classes make room for both a need and a habit?",
            "c": "Look at where the column is lowest.",
            "d": "It takes more figures to describe more classes, and they must pay.",
        },
    ),
    Choice(
        number="7.6",
        right=how_well,
        why="A few choices that divide well are worth more than many that repeat each "
        "other; the others add less and less.",
        hint="Read the sentence of the tool: its share of people placed rightly.",
        mistakes={
            "a": "That is what naming the largest class would get without asking.",
            "b": "Compare the tool's own share with this.",
            "c": "Compare the tool's own share with this.",
            "d": "Can people who need different things make the same three choices?",
        },
    ),
    Choice(
        number="7.Q1",
        right="d",
        why="A habit shows in questions that have nothing to do with each other.",
        hint="What would you expect of questions that are not related at all?",
        mistakes={
            "a": "Somebody may really need much. What would tell the difference?",
            "b": "A question that all agree with says nothing of the person.",
            "c": "An outlier is one person. A habit of answering is shared by many.",
        },
    ),
    Choice(
        number="7.Q2",
        right="a",
        why="After centring only differences within a person are left, and these two "
        "persons have none.",
        hint="Subtract each person's own mean. What is left of both?",
        mistakes={
            "b": "Which of the two would stand higher, once the own mean is gone?",
            "c": "Centring uses nothing of the other people.",
            "d": "They differ before. Do they differ after?",
        },
    ),
    Choice(
        number="7.Q3",
        right="c",
        why="The classes of the higher top explain the answers better, and from a "
        "lower one no step leads up: only other starts do.",
        hint="Which classes make the answers that were given likeliest?",
        mistakes={
            "a": "Being first is luck.",
            "b": "Many starts can end on the same lower top. Is frequency the aim?",
            "d": "A mean of two solutions is a third one that nobody found.",
        },
    ),
    Choice(
        number="7.Q4",
        right="b",
        why="Twelve yes-or-no questions have 4,096 patterns of answers, and six "
        "hundred people cannot fill them; fewer questions, or more people.",
        hint="How many different ways are there to answer? Two for each question.",
        mistakes={
            "a": "It would converge. On what, with most patterns never seen?",
            "c": "Latent classes are made for yes and no.",
            "d": "Count patterns rather than answers.",
        },
    ),
)

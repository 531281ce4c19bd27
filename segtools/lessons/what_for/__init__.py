"""Lesson 1: what is a segmentation for? What its cells show, and its exercises."""

from __future__ import annotations

from functools import cache

import numpy as np
import pandas as pd

from segtools import plots
from segtools.features.catalogue import registered
from segtools.intervals import quantile
from segtools.lessons.exercises import Choice, Number
from segtools.lessons.shared.bars import group_bars
from segtools.lessons.shared.shops import MISSING
from segtools.lessons.what_for.coupon_book import (
    BEST,
    BOOKS,
    FIGURES,
    Spring,
    compare,
    data,
    expected,
    scoreboard,
    segments,
)
from segtools.lessons.what_for.households import coupon_households
from segtools.lessons.what_for.meetings import (
    base,
    criteria,
    minutes,
    moved_goals,
    ratings,
    readiness,
    scores,
)
from segtools.plots.display import Display, finding
from segtools.wording import number, percent, rounded

__all__ = [
    "EXERCISES",
    "base",
    "compare",
    "criteria",
    "damage_late",
    "damage_reach",
    "data",
    "expected",
    "minutes",
    "moved_goals",
    "ratings",
    "readiness",
    "real",
    "scoreboard",
    "scores",
    "segments",
]
_REACH = 0.5
DEALS = 10


def broad(spring: Spring) -> tuple[float, float]:
    """Give the response of the active, and of the best of the four smaller groups."""
    active = segments(spring, "activity").set_index("segment")["response"]["Active"]
    return float(active), float(segments(spring)["response"].max())


def reached(spring: Spring) -> float:
    """Give the share of the best segment that has an address."""
    rows = segments(spring).set_index("segment")
    return float(rows["reach"][BEST])


def dealt(spring: Spring, deal: int = 0) -> pd.DataFrame:
    """Deal the customers to four groups by chance alone, and hold them apart.

    Returns
    -------
    DataFrame
        By figure, ``responded`` first: the means of the ``best`` and the ``worst``
        group, and ``apart``: their distance over the halves of their intervals
        together, so that above 1 the intervals do not overlap.
    """
    rng = np.random.default_rng([spring.seed, 2, deal])
    group = rng.integers(4, size=len(spring.people))
    by = spring.people[["responded", *FIGURES]].astype(float).groupby(group)
    mean, half = by.mean(), quantile() * by.std() / np.sqrt(by.count())
    rows = []
    for name in mean.columns:
        top, low = mean[name].idxmax(), mean[name].idxmin()
        away = mean.loc[top, name] - mean.loc[low, name]
        halves = half.loc[top, name] + half.loc[low, name]
        apart = away / halves if halves else 0.0  # a figure that is everybody's
        rows.append((name, mean.loc[top, name], mean.loc[low, name], apart))
    return pd.DataFrame(rows, columns=["figure", "best", "worst", "apart"])


def damage_late(spring: Spring, *, choose_late: bool = False) -> Display:
    """Judge groups made by chance, by a criterion fixed before or picked afterwards."""
    found = pd.concat([dealt(spring, deal) for deal in range(DEALS)])
    row = found.iloc[0]
    start = f"Four groups dealt by chance, judged by what was agreed ({_label(row)})"
    if choose_late:
        row = found.sort_values("apart", ascending=False).iloc[0]
        start = (
            f"{DEALS} times four groups dealt by chance, of which, after looking at "
            f"{len(FIGURES) + 1} figures of each, somebody keeps the best deal and the "
            f"best figure ({_label(row)})"
        )
    over = "do not overlap" if row["apart"] > 1 else "overlap"
    return finding(
        f"{start}: {rounded(row['best'])} in the best group, {rounded(row['worst'])} "
        f"in the worst; the intervals {over}."
    )


def _label(row: pd.Series) -> str:
    labels = {f.name: f.label for f in registered()}
    return labels.get(str(row["figure"]), "the share who took up the book").lower()


def damage_reach(spring: Spring, *, ignore_reach: bool = False) -> Display:
    """Plan letters by response alone, or only to segments that can be reached."""
    rows = segments(spring)
    if ignore_reach:
        top = rows.iloc[0]
        sent = min(BOOKS, int(top["customers"]))
        came = sent * top["reach"]
        return finding(
            f"{number(sent)} letters are planned for the segment that responds most "
            f"({top['segment']}), and {number(sent * top['response'])} responses are "
            f"promised. {number(sent - came)} letters have no address to go to; "
            f"{number(came * top['response'])} responses come."
        )
    top = rows[rows["reach"] >= _REACH].iloc[0]
    sent = min(BOOKS, int(top["customers"] * top["reach"]))
    return finding(
        f"{number(sent)} letters go to people with an address in the best segment that "
        f"passes ({top['segment']}): every one arrives, "
        f"{number(sent * top['response'])} responses are promised, and about as many "
        "come."
    )


@cache
def real() -> Display:
    """Show who redeemed coupons among real households, by two groupings."""
    rows = coupon_households()
    if rows is None:
        return finding(MISSING)
    top = rows.groupby("panel", sort=False)["value"].max()
    says = (
        f"Of households that used coupons often {percent(top.iloc[1])} redeemed one "
        f"later, of the fourth that spent most {percent(top.iloc[0])}"
    )
    return plots.present(group_bars, rows, says=says, unit="Redeemed a coupon")


EXERCISES = (
    Choice(
        number="1.1",
        right="c",
        why="What people did with offers, and how lately they came, says who takes up "
        "an offer. How much they spend says little, where they live nothing.",
        hint="Which of them has to do with taking up a coupon?",
        mistakes={
            "a": "Look at the bars by region: how far apart are they, beside their "
            "intervals?",
            "b": "Nearly everyone says so, since big spenders are the best customers. "
            "Best for what? Compare the longest bars.",
            "d": "Compare the longest bar with the shortest in each panel.",
        },
    ),
    Number(
        number="1.2",
        right=lambda d: expected(d, "offers"),
        within=1.5,
        near=8,
        why="Books times the response of those who get them: the best group is large "
        "enough for all of the books.",
        hint="Multiply the books by the response of those who get them, best group "
        "first.",
        mistakes=(
            (
                lambda d: BOOKS * float(d.people["responded"].mean()),
                "That is what books bring that are handed out at random.",
            ),
            (
                lambda d: expected(d, "spend"),
                "That is for the groups by spend. Which grouping was asked for?",
            ),
            (
                lambda d: float(segments(d)["response"].max()),
                "That is the response to a single book. How many books are there?",
            ),
        ),
    ),
    Choice(
        number="1.3",
        right="b",
        why="For another goal another grouping wins. A segmentation is never good as "
        "such; it is good for something.",
        hint="The goal is another one now. What is it about?",
        mistakes={
            "a": "Regions differ in what is sold there, hardly in what one customer "
            "spends. Look at their bars.",
            "c": "It won for the book. Is this the same question?",
            "d": "Compare the longest bars of the three panels.",
        },
    ),
    Number(
        number="1.4",
        right=lambda d: broad(d)[1] / broad(d)[0],
        within=0.03,
        near=0.15,
        why="The average of a broad segment describes next to nobody in it: the best "
        "of its parts responds far more, the worst hardly at all.",
        hint="Divide what the best part does by what the broad one does on average.",
        mistakes=(
            (
                lambda d: broad(d)[0] / broad(d)[1],
                "The other way round: how many times the average is the best part?",
            ),
            (
                lambda d: broad(d)[1] - broad(d)[0],
                "That is a difference. How many times was asked.",
            ),
            (
                lambda d: broad(d)[1],
                "That is the response of the best part alone. Divide it by something.",
            ),
        ),
    ),
    Number(
        number="1.5",
        right=reached,
        within=0.01,
        near=0.06,
        why="The segment that wants the book most is the one that cannot be written "
        "to. It is knocked out for letters by e-mail, however well it responds.",
        hint="Of the members of that segment, which share has an address?",
        mistakes=(
            (
                lambda d: float(d.people["reachable"].mean()),
                "That is of all customers. The average hides the segment.",
            ),
            (
                lambda d: 1 - reached(d),
                "That is who cannot be reached.",
            ),
            (
                lambda d: float(segments(d)["response"].max()),
                "That is who responds. Look at the other column.",
            ),
        ),
    ),
    Choice(
        number="1.6",
        right="c",
        why="Customers and segments are those of February; only the fingerprint of "
        "the goals is another. The goal posts moved after the figures were seen.",
        hint="Compare the lines of February and March, column by column.",
        mistakes={
            "a": "Would the number of customers, or their figures, not have changed?",
            "b": "The same segments were judged at both meetings.",
            "d": "Chance would need new data, and there were none.",
        },
    ),
    Choice(
        number="1.Q1",
        right="a",
        why="Without a decision that would come out otherwise, the finest segments "
        "change nothing.",
        hint="What happens on Monday if the answer is there?",
        mistakes={
            "b": "Data can be fetched later. What makes the fetching worth it?",
            "c": "Software is the cheapest of all parts.",
            "d": "The number follows from what can be acted on, and from the data.",
        },
    ),
    Choice(
        number="1.Q2",
        right="d",
        why="A knock-out criterion is yes or no, and no amount of response makes up "
        "for a no.",
        hint="Can much of one thing make up for the lack of another?",
        mistakes={
            "a": "A heavy weight can still be outweighed. Can this?",
            "b": "It is asked of each segment, not of the whole.",
            "c": "It is fixed before anybody has seen a segment. Why?",
        },
    ),
    Choice(
        number="1.Q3",
        right="b",
        why="Who looks at many figures will find a large difference somewhere, even "
        "between groups made by chance.",
        hint="Remember the groups that chance had dealt.",
        mistakes={
            "a": "Computing all of them takes a second. Time is not the trouble.",
            "c": "Goals may change, with a new fingerprint and before the next look. "
            "What is wrong with changing them after it?",
            "d": "Nobody forbids it. What would go wrong?",
        },
    ),
    Choice(
        number="1.Q4",
        right="c",
        why="It is the group that would be treated alike although its members want "
        "different things.",
        hint="What does an average say of people who differ?",
        mistakes={
            "a": "Size alone is no fault: a large segment whose members are alike is "
            "the best there is.",
            "b": "Few segments are easier to act on than many.",
            "d": "It can be reached well. Is that what was wrong with it?",
        },
    ),
)

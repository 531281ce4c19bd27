"""Lesson 10: movement and drift. What its cells show, and its exercises."""

from __future__ import annotations

from functools import cache

import numpy as np
import pandas as pd

from segtools import plots
from segtools.history.drift import psi
from segtools.history.movement import find_movement
from segtools.history.reasons import CHANGED
from segtools.lessons.exercises import Choice, Number
from segtools.lessons.movement.moves import (
    WHY,
    advice,
    chance_psi,
    drift,
    flow,
    label_shares,
    numbers,
    reasons,
    rows_of,
    shares,
    small_groups,
    there_and_back,
    truth,
)
from segtools.lessons.movement.two_runs import (
    LOST_DAYS,
    NAMES,
    WINDOW,
    Runs,
    active,
    both_times,
    data,
    elsewhere,
    moved_share,
    movement,
    renumbered,
    snapshot,
)
from segtools.lessons.shared.bars import group_bars
from segtools.lessons.shared.shops import MISSING, features_of, real_shop
from segtools.plots.display import Display, finding
from segtools.prepare.lights import freshness
from segtools.wording import number, percent

__all__ = [
    "EXERCISES",
    "advice",
    "both_times",
    "chance_psi",
    "damage_names",
    "damage_stale",
    "data",
    "drift",
    "flow",
    "light",
    "lost_list",
    "moved_share",
    "movement",
    "numbers",
    "psi",
    "real",
    "reasons",
    "rows_of",
    "shares",
    "small_groups",
    "there_and_back",
    "truth",
]
_REAL_DAYS = ("2017-07-01", "2017-09-29")


def light(features: pd.DataFrame) -> Display:
    """Show the light of freshness."""
    found = freshness(features)
    return plots.light("Freshness", found["light"], found["sentence"])


def lost_list(runs: Runs, *, stale: bool = True) -> pd.Series:
    """List whom the shop takes for lost, and whether each has ordered since in truth.

    Returns
    -------
    Series of bool
        By customer_id; True is a customer who is not lost.
    """
    features = runs.stale if stale else runs.fresh
    own = features.set_index("customer_id")["recency_days"]
    in_truth = runs.fresh.set_index("customer_id")["recency_days"]
    lost = own.index[own > LOST_DAYS]
    return in_truth.reindex(lost) <= LOST_DAYS


def damage_stale(runs: Runs, *, stale_export: bool = False) -> Display:
    """Say how many of the list of lost customers are not lost at all."""
    found = lost_list(runs, stale=stale_export)
    age = (runs.stale if stale_export else runs.fresh)["recency_days"].min()
    return finding(
        f"With an export whose newest order is {number(age)} days old, "
        f"{number(len(found))} customers are listed as lost (no order for {LOST_DAYS} "
        f"days); {number(found.sum())} of them ({percent(found.mean())}) have ordered "
        "since."
    )


def damage_names(runs: Runs, *, forget_names: bool = False) -> Display:
    """Say how many have moved, by carried names or by the bare numbers of clusters."""
    if forget_names:
        worst = renumbered(runs)["moved"].max()
        return finding(
            f"Compared by the numbers of clusters, {percent(worst)} of the customers "
            "have moved. A campaign for movers would reach most of the list in vain."
            if worst > 0.5
            else f"Compared by the numbers of clusters, {percent(worst)} have moved."
        )
    return finding(
        f"Compared by segments whose names are carried on, {percent(moved_share(runs))}"
        " of the customers have moved."
    )


@cache
def real() -> Display:
    """Say who moved among real households, with a model learned anew and with one kept.

    Returns
    -------
    Display
        Shares of those who ordered before both dates of 2017.
    """
    shop = real_shop()
    if shop is None:
        return finding(MISSING)
    first, second = (
        active(features_of(shop, day, days=WINDOW, names=NAMES)) for day in _REAL_DAYS
    )
    then = snapshot(first, _REAL_DAYS[0], 1)
    now = snapshot(second, _REAL_DAYS[1], 1, before=then)
    found = find_movement(then, now)
    rows = found.rows[found.rows["from_id"].notna() & found.rows["to_id"].notna()]
    assert found.replayed is not None  # both runs look back equally far
    kept = (rows["customer_id"].map(found.replayed) != rows["from_id"]).mean()
    shown = [("Model learned anew", w, (rows["label"] == k).mean()) for k, w in WHY]
    shown.append(("Model of July kept", WHY[0][1], kept))
    anew = (rows["from_id"] != rows["to_id"]).mean()
    return plots.present(
        group_bars,
        pd.DataFrame(shown, columns=["panel", "group", "value"]),
        says=f"{percent(anew)} of {number(len(rows))} households moved where the model "
        f"was learned anew, and {percent(kept)} where it was kept",
        unit="Share of households there both times",
    )


def _psi_of(runs: Runs) -> float:
    table = shares(runs)
    return psi(table["Then"], table["Now"])


def _terms(runs: Runs) -> tuple[pd.Series, pd.Series]:
    table = shares(runs)
    return table["Now"] - table["Then"], np.log(table["Now"] / table["Then"])


def _letter(value: float, *ends: float) -> str:
    """Give the letter of the range in which a value lies."""
    return "abcd"[sum(value >= end for end in ends)]


EXERCISES = (
    Choice(
        number="10.1",
        right="c",
        why="The number of a cluster is whatever the algorithm happened to begin with. "
        "It has no memory, so it cannot tell who moved.",
        hint="The same customers, the same figures, other starts: what do the bars do?",
        mistakes={
            "a": "Nobody changed their habits, true. Do all bars stand at nothing?",
            "b": "That would be a quiet shop. Look at the bars of the numbers.",
            "d": "Are all bars of the upper panel alike?",
        },
    ),
    Number(
        number="10.2",
        right=lambda r: elsewhere(r, "from"),
        within=0.004,
        near=0.03,
        why="A row says where the customers of a segment went. Only who was there both "
        "times can have moved.",
        hint="Along the row: leave out who is no longer there, and divide who is "
        "elsewhere by who is left.",
        mistakes=(
            (
                lambda r: 1 - elsewhere(r, "from"),
                "That is who stayed.",
            ),
            (
                lambda r: elsewhere(r, "to"),
                "That is the column: who of March's bargain hunters came from "
                "elsewhere. Where did those of December go?",
            ),
            (moved_share, "That is of all segments together. One row was asked."),
        ),
    ),
    Choice(
        number="10.3",
        right=lambda r: _letter(label_shares(r)[CHANGED], 0.01, 0.25, 0.6),
        why="The figures of these customers have changed, since chance decides on "
        "which day somebody comes. That habits have changed does not follow.",
        hint="Habits stay. Do the counts of ninety days stay with them?",
        mistakes={
            "a": "The earlier model looks at figures, and figures move by chance.",
            "b": "Compare with the upper panel: which bar is the longest?",
            "c": "Compare with the upper panel: how long is the first bar beside the "
            "two others together?",
            "d": "Compare with the upper panel: how long is the first bar beside the "
            "two others together?",
        },
    ),
    Number(
        number="10.4",
        right=_psi_of,
        within=0.001,
        near=0.02,
        why="Difference times logarithm of the ratio, added up over the bins: both "
        "have the same sign, so every bin adds to it.",
        hint="For each bin: now less then, times the natural logarithm of now over "
        "then. Then add up.",
        mistakes=(
            (
                lambda r: float(_terms(r)[0].abs().sum()),
                "That adds up the differences. The logarithms are missing.",
            ),
            (
                lambda r: _psi_of(r) / float(np.log(10)),
                "The logarithm is the natural one.",
            ),
            (
                lambda r: float(_terms(r)[1].sum()),
                "That adds up the logarithms. By what is each to be multiplied?",
            ),
        ),
    ),
    Choice(
        number="10.5",
        right="c",
        why="A few customers never fill ten bins evenly, twice. The usual limits take "
        "no account of how many there are; what chance gives must stand beside.",
        hint="Do two handfuls of customers ever fill ten bins alike?",
        mistakes={
            "a": "Of the same shop on the same day, but not the same people.",
            "b": "That is what a thousand customers would give. Here are few.",
            "d": "Everybody would have to be in another bin for that.",
        },
    ),
    Number(
        number="10.6",
        right=lambda r: float(lost_list(r).mean()),
        within=0.01,
        near=0.05,
        why="The export ended weeks before the day of the analysis, so everybody looks "
        "quiet for longer than they were.",
        hint="Of those on the list, which share has ordered since?",
        mistakes=(
            (
                lambda r: 1 - float(lost_list(r).mean()),
                "That is the share who really are lost.",
            ),
            (
                lambda r: float(lost_list(r).sum()) / len(r.stale),
                "Of all customers? Of the list was asked.",
            ),
            (
                lambda r: len(lost_list(r)) / len(r.stale),
                "That is how many are on the list. Who of them ordered since?",
            ),
        ),
    ),
    Choice(
        number="10.Q1",
        right="b",
        why="If the model of then, asked about the figures of now, moves somebody, "
        "then the figures are what moved.",
        hint="What can be held fast, so that only one thing is left that differs?",
        mistakes={
            "a": "That changes customers and lines at once. Which of them moved whom?",
            "c": "A letter can tell why. Can it tell whether lines were redrawn?",
            "d": "That tells how sure the new model is, not what has changed.",
        },
    ),
    Choice(
        number="10.Q2",
        right="d",
        why="What a quiet season gives is the floor: only what lies above it is news.",
        hint="Against what would you hold the figure before you worry?",
        mistakes={
            "a": "In the quiet world some moved, too, and nobody had changed. Is this "
            "more?",
            "b": "New lines give new movers. Was it the lines?",
            "c": "Chance moves people in any model, old or new.",
        },
    ),
    Choice(
        number="10.Q3",
        right="a",
        why="The lines still stand, so the model stays; the lists are made anew by it.",
        hint="Is it the model that no longer fits, or the lists?",
        mistakes={
            "b": "What is wrong with the lines that would be drawn anew?",
            "c": "Then the letters go to where people were last winter.",
            "d": "The data are fresh. What was found about the customers?",
        },
    ),
    Choice(
        number="10.Q4",
        right="c",
        why="With very many customers the smallest change is beyond chance, and with "
        "few the largest may be chance. So size and chance are both looked at.",
        hint="What does the index not know?",
        mistakes={
            "a": "It does not: the same shares give the same index, and yet chance "
            "plays another part.",
            "b": "Ten bins are usual. Would five cure it?",
            "d": "It measures shares. Names carried on are another matter.",
        },
    ),
)

"""Lesson 10: movement and drift. What its cells show, and its exercises."""

from __future__ import annotations

from functools import cache
from itertools import combinations
from typing import Any

import numpy as np
import pandas as pd

from segtools import plots
from segtools.config.blocks import RefreshThresholds
from segtools.history.changes import summarise_changes
from segtools.history.drift import BINS, EVERYONE, bin_counts, drift_of, find_drift, psi
from segtools.history.movement import find_movement
from segtools.history.reasons import CHANGED, NOISE, REDRAWN
from segtools.history.refresh import checks_table, recommend_refresh, refresh_checks
from segtools.lessons.bars import group_bars
from segtools.lessons.exercises import Choice, Number
from segtools.lessons.shops import MISSING, features_of, real_shop
from segtools.lessons.two_runs import (
    LOST_DAYS,
    NAMES,
    WINDOW,
    WORLDS,
    Runs,
    active,
    both_times,
    data,
    moved_share,
    movement,
    renumbered,
    snapshot,
)
from segtools.plots.display import Display, finding
from segtools.prepare.lights import freshness
from segtools.wording import number, percent, rounded

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
_FEW = 80
ASKED = "discounted_spend_share"
_REAL_DAYS = ("2017-07-01", "2017-09-29")


def rows_of(runs: Runs, world: str = "quiet") -> pd.DataFrame:
    """Give one row a customer: from where, to where, and why."""
    return movement(runs, world).rows[["customer_id", "from", "to", "label"]]


def changes(runs: Runs, world: str = "quiet") -> dict[str, Any]:
    """Give what a run would write of the movement."""
    now = runs.now[world]
    # Nobody in a simulation could be recognised, so nothing is hidden.
    return summarise_changes(runs.then, now, movement(runs, world), smallest_cell=1)


def flow(runs: Runs, world: str = "quiet") -> Display:
    """Draw who went from which segment to which."""
    return plots.present(plots.migration_flow, changes(runs, world))


def numbers(runs: Runs) -> Display:
    """Draw the share who moved, by bare numbers of clusters and by names carried on."""
    found = renumbered(runs)
    rows = pd.DataFrame(
        {
            "panel": "By the cluster's number",
            "group": [f"March, start {i}" for i in found["start"]],
            "value": found["moved"],
        }
    )
    own = {"panel": "By the segment's name", "group": "March", "value": [None]}
    own["value"] = [moved_share(runs)]
    rows = pd.concat([rows, pd.DataFrame(own)], ignore_index=True)
    says = (
        f"By number {percent(found['moved'].min())} to {percent(found['moved'].max())} "
        f"have moved, as the algorithm starts; by name {percent(moved_share(runs))}"
    )
    return plots.present(group_bars, rows, says=says, unit="Customers who moved")


def label_shares(runs: Runs, world: str = "quiet") -> pd.Series:
    """Give the shares of the reasons among those who moved."""
    rows = both_times(runs, world)
    labels = rows.loc[rows["from_id"] != rows["to_id"], "label"]
    shares = labels.value_counts(normalize=True)
    return shares.reindex([CHANGED, REDRAWN, NOISE], fill_value=0.0)


def reasons(runs: Runs) -> Display:
    """Draw why customers moved, in all worlds, as shares of everybody there twice."""
    words = ("Changed figures", "Redrawn lines", "Noise")
    titles = (
        "Quiet: nobody changed a habit",
        "Loud: some bargain hunters did",
        "Redrawn: nobody did, but March asked for five segments",
    )
    rows = [
        {"panel": title, "group": word, "value": share * moved_share(runs, world)}
        for world, title in zip(WORLDS, titles, strict=True)
        for word, share in zip(words, label_shares(runs, world), strict=True)
    ]
    moved = [percent(moved_share(runs, world)) for world in WORLDS]
    says = f"{moved[0]} move where nobody changed, {moved[1]} where some did, and "
    says += f"{moved[2]} where only the lines did"
    unit = "Share of customers there both times"
    return plots.present(group_bars, pd.DataFrame(rows), says=says, unit=unit)


def there_and_back(runs: Runs) -> pd.DataFrame:
    """Count moves between two segments each way, quiet and loud, largest gap first."""
    names = list(runs.then.names.values())
    rows = []
    for one, other in combinations(names, 2):
        row: dict[str, Any] = {"From": one, "To": other}
        for world in ("quiet", "loud"):
            there, back = _between(runs, world, one, other)
            row |= {f"There, {world}": there, f"Back, {world}": back}
        if row["There, loud"] < row["Back, loud"]:
            row |= {"From": other, "To": one}
            for world in ("quiet", "loud"):
                there, back = row[f"There, {world}"], row[f"Back, {world}"]
                row |= {f"There, {world}": back, f"Back, {world}": there}
        rows.append(row)
    table = pd.DataFrame(rows)
    gap = table["There, loud"] - table["Back, loud"]
    return table.loc[gap.sort_values(ascending=False, kind="stable").index]


def _between(runs: Runs, world: str, one: str, other: str) -> tuple[int, int]:
    rows = both_times(runs, world)
    there = (rows["from"] == one) & (rows["to"] == other)
    back = (rows["from"] == other) & (rows["to"] == one)
    return int(there.sum()), int(back.sum())


def truth(runs: Runs) -> Display:
    """Hold who is put down as changed in the loud world against who has changed."""
    rows = both_times(runs, "loud")
    own = rows["customer_id"].isin(runs.changed)
    put = rows["label"] == CHANGED
    return finding(
        f"In the loud world {number(own.sum())} of the customers there both times have "
        f"other habits in truth, and {number((own & put).sum())} of them are put down "
        f"as changed. So are {number((put & ~own).sum())} others, whom chance moved."
    )


def shares(runs: Runs) -> pd.DataFrame:
    """Give the shares of customers in five bins of one feature, then and now (loud)."""
    before, now = (r.features[ASKED] for r in (runs.then, runs.now["loud"]))
    counts = bin_counts(before, now, bins=5)
    table = pd.DataFrame(
        {
            "Bin": [f"Bin {i}" for i in range(1, len(counts[0]) + 1)],
            "Then": np.round(counts[0] / counts[0].sum(), 3),
            "Now": np.round(counts[1] / counts[1].sum(), 3),
        }
    )
    table.attrs["formats"] = {"Then": ".3f", "Now": ".3f"}
    return table


@cache
def chance_psi(runs: Runs, few: int = _FEW, draws: int = 200) -> pd.Series:
    """Compare two handfuls of customers of the same day, again and again."""
    spend = runs.then.features["spend_total"]
    rng = np.random.default_rng([runs.seed, 6])
    found = []
    for _ in range(draws):
        rows = rng.permutation(len(spend))
        one, other = spend.iloc[rows[:few]], spend.iloc[rows[few : 2 * few]]
        found.append(drift_of(one, other)["psi"])
    return pd.Series(found)


def small_groups(runs: Runs) -> Display:
    """Say what the index is where nothing whatever has changed."""
    found = chance_psi(runs)
    return finding(
        f"Two handfuls of {_FEW} customers each, of the same shop on the same day: the "
        f"stability index of spend in {BINS} bins is {rounded(found.mean(), 2)} on "
        f"average, and over 0.1 in {percent((found > 0.1).mean())} of {len(found)} "
        "tries."
    )


def drift(runs: Runs) -> pd.DataFrame:
    """List the drift of each feature among everyone, in the quiet world and the loud."""
    found = {w: _drift(runs, w) for w in ("quiet", "loud")}
    quiet, loud = (f[f["segment_id"] == EVERYONE] for f in found.values())
    return pd.DataFrame(
        {
            "Feature": loud["label"],
            "Expected by chance": loud["by_chance"].round(3),
            "Index, quiet": quiet["psi"].round(3),
            "Index, loud": loud["psi"].round(3),
            "Judgement of loud": loud["level"],
        }
    )


def _drift(runs: Runs, world: str) -> pd.DataFrame:
    ids = movement(runs, world).alignment.ids
    return find_drift(runs.then, runs.now[world], ids)


def advice(runs: Runs, world: str = "loud") -> Display:
    """Say whether to keep, to rescore or to rebuild, and what was asked for it."""
    checks = refresh_checks(
        runs.then,
        runs.now[world],
        movement(runs, world),
        _drift(runs, world),
        RefreshThresholds(),
    )
    asked = plots.table(checks_table(checks), caption="What decides")
    return plots.together(finding(recommend_refresh(checks)["sentence"]), asked)


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
        f"With an export whose newest order is {rounded(age, 2)} days old, "
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
            "have moved. A campaign for movers goes to nearly everybody for nothing."
            if worst > 0.5
            else f"Compared by the numbers of clusters, {percent(worst)} have moved."
        )
    return finding(
        f"Compared by segments whose names are carried on, {percent(moved_share(runs))}"
        " of the customers have moved."
    )


@cache
def real() -> Display:
    """Say who moved among real households between two dates of 2017."""
    shop = real_shop()
    if shop is None:
        return finding(MISSING)
    runs = [
        active(features_of(shop, day, days=WINDOW, names=NAMES)) for day in _REAL_DAYS
    ]
    then = snapshot(runs[0], _REAL_DAYS[0], 1)
    now = snapshot(runs[1], _REAL_DAYS[1], 1, before=then)
    found = find_movement(then, now)
    told = summarise_changes(then, now, found)
    said = finding(f"{told['sentence']} {told['reasons_sentence']}")
    return plots.together(said, plots.present(plots.migration_flow, told))


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
        right=moved_share,
        within=0.005,
        near=0.03,
        why="Only who was there both times can have moved.",
        hint="Of those who were in a segment both times, which share is in another?",
        mistakes=(
            (
                lambda r: 1 - moved_share(r),
                "That is who stayed.",
            ),
            (
                lambda r: float(
                    (movement(r).rows["from"] != movement(r).rows["to"]).mean()
                ),
                "That counts newcomers as movers. From where did they move?",
            ),
            (
                lambda r: float(movement(r).rows["label"].eq(REDRAWN).mean()),
                "That counts one of the reasons only.",
            ),
        ),
    ),
    Choice(
        number="10.3",
        right=lambda r: _letter(label_shares(r)[CHANGED], 0.01, 0.25, 0.6),
        why="The figures of these customers have changed, since chance decides on which "
        "day somebody comes. That their habits have changed does not follow.",
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
            "b": "That is what thousands of customers would give. Here are few.",
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
            "a": "In the quiet world that many moved, too, and nobody had changed.",
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

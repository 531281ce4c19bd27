"""Figures and tables of lesson 10: who moved, why, and how far features drifted."""

from __future__ import annotations

from functools import cache
from itertools import combinations
from typing import Any

import numpy as np
import pandas as pd

from segtools import plots
from segtools.config.blocks import RefreshThresholds
from segtools.history.changes import summarise_changes
from segtools.history.drift import BINS, EVERYONE, bin_counts, drift_of, find_drift
from segtools.history.reasons import CHANGED, NOISE, REDRAWN
from segtools.history.refresh import checks_table, recommend_refresh, refresh_checks
from segtools.lessons.movement.two_runs import (
    WORLDS,
    Runs,
    both_times,
    moved_share,
    movement,
    renumbered,
)
from segtools.lessons.shared.bars import group_bars
from segtools.plots.display import Display, finding
from segtools.wording import number, percent, rounded

_FEW = 80


ASKED = "discounted_spend_share"


WHY = (
    (CHANGED, "Changed figures"),
    (REDRAWN, "Redrawn lines"),
    (NOISE, "Noise"),
)


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
    rows.loc[len(rows)] = ["By the segment's name", "March", moved_share(runs)]
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
    words = [word for _, word in WHY]
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
    """List the drift of each feature among everyone, in two of the worlds."""
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

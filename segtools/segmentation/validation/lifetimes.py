"""Customer lifetime on CDNOW: the figures of the papers that brought the models."""

from __future__ import annotations

from typing import Any

import ibis
import numpy as np
import pandas as pd

from segtools.features.lifetime.bg_nbd import BgNbd
from segtools.features.lifetime.gamma_gamma import fit_gamma_gamma, independence
from segtools.features.lifetime.histories import Histories
from segtools.features.lifetime.history import purchase_history
from segtools.features.lifetime.mbg_nbd import MbgNbd
from segtools.features.lifetime.nbd import Nbd
from segtools.features.lifetime.pareto_nbd import ParetoNbd
from segtools.segmentation.validation.data import cdnow_orders, cdnow_summary
from segtools.segmentation.validation.printed import (
    BG_PAPER,
    COLUMNS,
    GG_PAPER,
    LIFETIMES,
    SUMMARY,
    TWICE,
    Figure,
    compared,
)

END = "1997-10-01"
_COUNTS = ["frequency", "recency", "age"]
_MODELS = {"BG/NBD": BgNbd, "Pareto/NBD": ParetoNbd, "MBG/NBD": MbgNbd, "NBD": Nbd}
# Papers fitted exact days; a summary that rounds weeks moves the sixth digit.
_EXACT = {
    "BG/NBD": ("r 0.243 alpha 4.414 a 0.793 b 2.426", "-9582.4"),
    "Pareto/NBD": ("r 0.553 alpha 10.578 s 0.606 beta 11.669", "-9595.0"),
    "MBG/NBD": ("r 0.525 alpha 6.183 a 0.891 b 1.614", "-9582.1"),
}
_ROUNDED = {
    "BG/NBD": ("r 0.24259 alpha 4.41353 a 0.79289 b 2.42575", "-9582.42556"),
    "Pareto/NBD": ("r 0.5533 alpha 10.5776 s 0.6062 beta 11.6679", "-9594.974"),
    "MBG/NBD": ("r 0.5248 alpha 6.1830 a 0.8914 b 1.6140", "-9582.1327"),
    "NBD": ("r 0.3848 alpha 12.072", "-9763.660"),
}
_AHEAD = {
    "BG/NBD": {39: "2493.97", 52: "3127.69", 78: "4160.64"},
    "Pareto/NBD": {39: "2524.94", 78: "4270.07"},
}
_GAMMA = "p 6.2488 q 3.7446 v 15.4477"


def lifetime_figures() -> pd.DataFrame:
    """Compare lifetime models of CDNOW; no row where its orders are not at hand.

    Examples
    --------
    >>> list(lifetime_figures())[:3]
    ['figure', 'source', 'published']
    """
    orders, summary = cdnow_orders(), cdnow_summary()
    if orders is None or summary is None:
        return pd.DataFrame(columns=COLUMNS)
    log = histories_of(orders)
    # Both stand in the order of customers.
    counted = summary.assign(later=log["later"])
    exact, rounded = (
        {name: _fitted(kind, table) for name, kind in _MODELS.items()}
        for table in (log, counted)
    )
    tables = [_totals(log, counted)]
    for name, (printed, level) in _EXACT.items():
        source = LIFETIMES if name == "MBG/NBD" else BG_PAPER
        figures = _parameters(name, exact[name], printed, level)
        tables.append(compared(source, figures))
    for name, (printed, level) in _ROUNDED.items():
        figures = _parameters(f"{name} of the summary", rounded[name], printed, level)
        tables.append(compared(TWICE, figures))
    tables += [_promises(rounded["BG/NBD"], counted), _ahead(rounded, counted)]
    return pd.concat([*tables, _money(log, counted)], ignore_index=True)


def histories_of(orders: pd.DataFrame) -> pd.DataFrame:
    """Count each customer's first 39 weeks, and purchase days in the next 39.

    Parameters
    ----------
    orders : DataFrame
        ``customer_id``, ``ordered_at``, ``amount``.

    Returns
    -------
    DataFrame
        ``frequency`` (repeat purchase days), ``recency`` and ``age`` (weeks),
        ``monetary`` (mean of the repeats) and ``later``, by customer.

    Examples
    --------
    >>> days = pd.to_datetime(["1997-01-01", "1997-01-15", "1997-11-01"])
    >>> orders = pd.DataFrame({"customer_id": "a", "ordered_at": days, "amount": 5.0})
    >>> histories_of(orders)[["frequency", "recency", "age", "later"]].iloc[0].tolist()
    [1.0, 2.0, 38.857142857142854, 1.0]
    """
    end = pd.Timestamp(END)
    seconds = int((end - pd.Timestamp(0)).total_seconds())
    counted = purchase_history(ibis.memtable(orders), seconds).to_pandas()
    after = orders[orders["ordered_at"] >= end]
    later = after.groupby("customer_id")["ordered_at"].nunique()
    weeks = counted.assign(recency=counted["recency"] / 7, age=counted["age"] / 7)
    weeks["later"] = weeks["customer_id"].map(later).fillna(0)
    return weeks.sort_values("customer_id", ignore_index=True)


def _fitted(kind: Any, counted: pd.DataFrame) -> Any:
    return kind.fit(*(counted[c] for c in _COUNTS), unit="weeks").model


def _totals(log: pd.DataFrame, counted: pd.DataFrame) -> pd.DataFrame:
    """Compare what is counted in the log, and the log with the printed summary."""
    same = (log["frequency"] == counted["frequency"]).to_numpy()
    figures = [
        Figure("customers", "2357", len(log)),
        Figure("customers whose repeats are as printed", "2357", int(same.sum())),
        Figure("repeat purchases", "2457", int(log["frequency"].sum())),
        Figure("customers without one", "1411", int((log["frequency"] == 0).sum())),
        Figure("purchases in the next 39 weeks", "1882", int(log["later"].sum())),
        Figure("customers who made them", "684", int((log["later"] > 0).sum())),
    ]
    return compared(SUMMARY, figures)


def _parameters(name: str, model: Any, printed: str, level: str) -> list[Figure]:
    words = printed.split()
    each = zip(words[::2], words[1::2], strict=True)
    figures = [Figure(f"{name}, {n}", t, model.parameters[n]) for n, t in each]
    return [*figures, Figure(f"{name}, log-likelihood", level, model.log_likelihood)]


def _promises(bg: Any, counted: pd.DataFrame) -> pd.DataFrame:
    """Compare what BG/NBD says of one customer and of the next 39 weeks."""
    same = (2, 30.43, 38.86)
    each = bg.expected_purchases(39, *(counted[c] for c in _COUNTS))
    error = each - counted["later"]
    found = {
        "a new customer, 39 weeks": ("1.19502", bg.expected_purchases_of_new(39)),
        "chance of the same to be there": ("0.72661", bg.probability_active(*same)),
        "correlation with what came": (
            "0.626",
            np.corrcoef(each, counted["later"])[0, 1],
        ),
        "mean absolute error": ("0.785", error.abs().mean()),
        "root mean square error": ("1.608", np.sqrt((error**2).mean())),
    }
    figures = [Figure(f"BG/NBD, {n}", t, float(v)) for n, (t, v) in found.items()]
    one = float(bg.expected_purchases(39, *same))
    known = [Figure("BG/NBD, customer of the paper, 39 weeks", "1.226", one)]
    return pd.concat([compared(BG_PAPER, known), compared(TWICE, figures)])


def _ahead(models: dict[str, Any], counted: pd.DataFrame) -> pd.DataFrame:
    """Compare repeat purchases expected of everybody, week by week."""
    everyone = Histories.of(*(counted[c] for c in _COUNTS))
    figures = [
        Figure(
            f"{name}, repeats up to week {week}",
            printed,
            models[name].expected_cumulative(week - 39, everyone),
        )
        for name, by_week in _AHEAD.items()
        for week, printed in by_week.items()
    ]
    total = models["BG/NBD"].expected_total(39, everyone)
    new = float(models["Pareto/NBD"].expected_purchases_of_new(52))
    figures.append(Figure("BG/NBD, purchases in the next 39 weeks", "1653.42", total))
    figures.append(Figure("Pareto/NBD, a new customer, 52 weeks", "1.47344", new))
    return compared(TWICE, figures)


def _money(log: pd.DataFrame, counted: pd.DataFrame) -> pd.DataFrame:
    """Compare the Gamma-Gamma model of what a purchase is worth.

    The paper's v comes out to its digits from exact amounts only: cents move it.
    """
    exact, rounded = (
        fit_gamma_gamma(t["frequency"], t["monetary"]) for t in (log, counted)
    )
    assert exact.model is not None
    assert rounded.model is not None
    again = counted[counted["frequency"] > 0]
    each = rounded.model.expected_value(again["frequency"], again["monetary"])
    near = independence(counted["frequency"], counted["monetary"])["correlation"]
    paper = _parameters("Gamma-Gamma", exact.model, "p 6.25 q 3.74 v 15.44", "-4055.9")
    name = "Gamma-Gamma of the summary"
    twice = [
        *_parameters(name, rounded.model, _GAMMA, "-4055.923"),
        Figure("repeat buyers", "946", int(rounded.n_repeat_buyers)),
        Figure("mean spend of everybody", "35.17", rounded.model.population_mean),
        Figure("mean spend of repeat buyers", "35.375", float(each.mean())),
        Figure("correlation of how often and how much", "0.114", near),
    ]
    return pd.concat([compared(GG_PAPER, paper[:-1]), compared(TWICE, twice)])

"""One row per customer: still active, orders to come, their value, and the record."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from segtools.features.lifetime import fallback
from segtools.features.lifetime.bg_nbd import BgNbd
from segtools.features.lifetime.fitting import Fit
from segtools.features.lifetime.gamma_gamma import fit_gamma_gamma, independence
from segtools.features.lifetime.histories import Array, Histories, check_histories
from segtools.features.lifetime.mbg_nbd import MbgNbd
from segtools.features.lifetime.pareto_nbd import ParetoNbd
from segtools.features.lifetime.purchase_model import PurchaseModel
from segtools.features.lifetime.value import (
    discount_steps,
    discounted_purchases,
    lifetime_value,
)
from segtools.languages import tr, trn
from segtools.schema import ConfigError, DataError, did_you_mean
from segtools.wording import number

MODELS: dict[str, Callable[..., Fit]] = {
    "bg_nbd": BgNbd.fit,
    "mbg_nbd": MbgNbd.fit,
    "pareto_nbd": ParetoNbd.fit,
}
NEEDED = ["customer_id", "frequency", "recency", "age", "monetary"]
# In-sample, expected over counted repeat purchases; further off is worth a sentence.
CALIBRATED = (0.9, 1.1)

Steps = list[tuple[float, float]]


@dataclass(frozen=True)
class _Outlook:
    """What is expected of each customer's purchases, and how it was found."""

    active: Array
    orders: Array
    discounted: Array
    record: dict[str, Any]
    sentences: list[str]


def lifetime_features(
    summary: pd.DataFrame,
    horizon_days: float,
    *,
    model: str = "bg_nbd",
    discount_rate: float = 0.0,
    period_days: float = 30.0,
    margin: float = 1.0,
) -> tuple[pd.DataFrame, dict[str, Any]]:
    """Give each customer's expected orders and value over a horizon, and the record.

    A model that cannot be fitted is replaced by a plain rule, and the record says so
    in a sentence: orders to come by the customer's own pace, order values by the
    customer's own mean, both drawn to those of all customers.

    Parameters
    ----------
    summary : DataFrame of shape (n_customers, n_columns)
        As `purchase_history` gives it: ``customer_id``, ``frequency``, ``recency``,
        ``age`` (days) and ``monetary``. Never modified.
    horizon_days : float
        Days ahead, 0 or more.
    model : {"bg_nbd", "mbg_nbd", "pareto_nbd"}, default="bg_nbd"
        Model of purchases.
    discount_rate : float, default=0.0
        What waiting for one period takes off; see `discount_steps`.
    period_days : float, default=30.0
        Length of a period, days.
    margin : float, default=1.0
        Share of an order's value that is earned.

    Returns
    -------
    features : DataFrame of shape (n_customers, 5)
        With the index of `summary`: ``customer_id``; ``p_active`` (0 to 1; empty
        without a model of purchases); ``expected_orders`` (purchases in the
        horizon, not discounted; empty if nobody bought again);
        ``expected_order_value`` (money; empty if no repeat purchase has a value)
        and ``lifetime_value`` (discounted, times margin; empty where either is).
    record : dict
        What was fitted and how well; ``sentences`` holds what readers must know.
        It can be written as JSON.

    Raises
    ------
    ConfigError
        If there is no such model.
    DataError
        If a column is missing or holds no purchase histories.

    Examples
    --------
    >>> summary = pd.DataFrame(
    ...     {"customer_id": ["ann", "bob"], "frequency": [3, 0], "recency": [50, 0],
    ...      "age": [90, 60], "monetary": [20.0, None]})
    >>> features, record = lifetime_features(summary, 30)
    >>> features[["expected_orders", "lifetime_value"]].round(2).to_numpy().tolist()
    [[0.86, 17.14], [0.27, 5.45]]
    >>> record["purchases"]["used"]
    'own pace'
    """
    fit_model = _fit_function(model)
    x, t_x, T, mean = _columns(summary)
    steps = discount_steps(
        horizon_days, discount_rate=discount_rate, period=period_days
    )
    found = fit_model(x, t_x, T, unit="days")
    outlook = _modelled if found.ok else _own_pace
    ahead = outlook(found, steps, x, t_x, T)
    value, priced, more = _values(x, mean)
    features = {
        "customer_id": summary["customer_id"],
        "p_active": ahead.active,
        "expected_orders": ahead.orders,
        "expected_order_value": value,
        "lifetime_value": lifetime_value(ahead.discounted, value, margin=margin),
    }
    record = {
        "horizon_days": float(horizon_days),
        "discount_rate": float(discount_rate),
        "period_days": float(period_days),
        "margin": float(margin),
        "purchases": {"asked": model} | _told(found) | ahead.record,
        "order_value": priced,
        "sentences": ahead.sentences + more,
    }
    return pd.DataFrame(features, index=summary.index), record


def _fit_function(model: str) -> Callable[..., Fit]:
    if model not in MODELS:
        raise ConfigError(
            f"model must be one of {sorted(MODELS)}, but {model!r} is none. "
            + did_you_mean(model, MODELS)
        )
    return MODELS[model]


def _columns(summary: pd.DataFrame) -> tuple[Array, Array, Array, Array]:
    missing = [c for c in NEEDED if c not in summary.columns]
    if missing:
        raise DataError(
            f"summary must have the columns {NEEDED}, but {missing} are missing from "
            f"{list(summary.columns)}. Make it with purchase_history."
        )
    times = (summary[c].to_numpy() for c in ("frequency", "recency", "age"))
    mean = summary["monetary"].to_numpy(dtype=float, na_value=np.nan)
    return *check_histories(*times), mean


def _modelled(found: Fit, steps: Steps, x: Array, t_x: Array, T: Array) -> _Outlook:
    model: PurchaseModel = found.model  # type: ignore[assignment]
    horizon = steps[-1][0] if steps else 0.0
    orders = model.expected_purchases(horizon, x, t_x, T)
    plain = steps == [(horizon, 1.0)]
    less = orders if plain else discounted_purchases(model, steps, x, t_x, T)
    counted = float(x.sum())
    expected = model.expected_cumulative(0, Histories.of(x, t_x, T))
    ratio = expected / counted
    checked = {"counted": counted, "expected": expected, "ratio": ratio}
    low, high = CALIBRATED
    sentences = [] if low <= ratio <= high else [_off(model.title, ratio)]
    active = model.probability_active(x, t_x, T)
    record = {"used": model.title, "calibration": checked}
    return _Outlook(active, orders, less, record, sentences)


def _own_pace(found: Fit, steps: Steps, x: Array, t_x: Array, T: Array) -> _Outlook:
    pace = fallback.own_pace(x, T)
    known = bool(np.isfinite(pace).any())
    ends = np.array([0.0, *(end for end, _ in steps)])
    less = float(np.diff(ends) @ [factor for _, factor in steps])
    record = {"used": fallback.PACE if known else fallback.NONE, "calibration": None}
    rule = fallback.OWN_PACE if known else fallback.NO_PACE
    sentences = [found.reason, tr(rule)]
    unknown = np.full(len(x), np.nan)
    return _Outlook(unknown, pace * ends[-1], pace * less, record, sentences)


def _values(x: Array, mean: Array) -> tuple[Array, dict[str, Any], list[str]]:
    """Give expected order values, their record, and what must be said about them."""
    priced = (x > 0) & (mean > 0)
    n, known = np.where(priced, x, 0.0), np.where(priced, mean, np.nan)
    found, checked = fit_gamma_gamma(n, known), independence(n, known)
    if found.ok and found.model is not None:
        used = found.model.title
        value = found.model.expected_value(n, known)
        sentences = [checked["warning"]] if checked["warning"] else []
    else:
        used = fallback.MEAN if priced.any() else fallback.NONE
        value = fallback.own_mean(n, known)
        rule = fallback.OWN_MEAN if priced.any() else fallback.NO_MEAN
        sentences = [found.reason, tr(rule)]
    without = int(((x > 0) & ~priced).sum())
    if without:
        sentences.append(_set_aside(without))
    record = {"used": used, "independence": checked, "n_without_value": without}
    return value, _told(found) | record, sentences


def _set_aside(n: int) -> str:
    return trn(
        "{n} repeat buyer has no order value above 0; for order values they are "
        "treated like customers who bought once.",
        "{n} repeat buyers have no order value above 0; for order values they are "
        "treated like customers who bought once.",
        n,
    )


def _off(title: str, ratio: float) -> str:
    return tr(
        "{model} expects {ratio} times the repeat purchases that were counted up to "
        "now; take the orders to come for a ranking rather than a number.",
        model=title,
        ratio=number(ratio, 2),
    )


def _told(found: Fit) -> dict[str, Any]:
    model = found.model
    return {
        "ok": found.ok,
        "reason": found.reason,
        "parameters": None if model is None else model.parameters,
        "log_likelihood": None if model is None else float(model.log_likelihood),
        "n_customers": found.n_customers,
        "n_repeat_buyers": found.n_repeat_buyers,
        "starts": found.starts,
    }

"""How sure a fit is: the same fit on customers drawn again and again.

An interval here says how far the fit could be off for want of customers. It takes the
model for granted, and holds the *expected* number of purchases: what is then counted
varies by chance on top of it.

References
----------
Efron, B. (1981). Nonparametric standard errors and confidence intervals. Canadian
Journal of Statistics 9(2), 139-158 (the bias-corrected interval).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import TypeVar

import numpy as np
import pandas as pd
from scipy.special import ndtr, ndtri

from segtools.features.lifetime.fitting import Fit, climb_all
from segtools.features.lifetime.histories import Array
from segtools.schema import DataError

Model = TypeVar("Model")


def refitted_models(
    found: Fit[Model], *, n_draws: int = 200, seed: int = 0
) -> list[Model]:
    """Fit the model anew to customers drawn with replacement.

    Parameters
    ----------
    found : Fit
        A fit with a model; each new fit climbs from its parameters.
    n_draws : int, default=200
        How often to draw.
    seed : int, default=0
        Of the draws.

    Returns
    -------
    list of models
        One a draw; a draw whose climb did not converge is left out.

    Raises
    ------
    DataError
        If the fit has no model.
    """
    task, peak, rebuild = found.task, found.peak, found.rebuild
    if task is None or peak is None or rebuild is None:
        raise DataError(
            f"found must hold a fitted model, but it has none. {found.reason} "
            "Look at ok first."
        )
    n = round(float(task.weights.sum()))
    rng = np.random.default_rng(seed)
    # Customers with one history are exchangeable: only their number need be drawn.
    draws = rng.multinomial(n, task.weights / task.weights.sum(), size=n_draws)
    tasks = (replace(task, weights=w.astype(float)) for w in draws)
    climbs = climb_all((drawn, peak) for drawn in tasks)
    return [rebuild(c.parameters) for c in climbs if c.converged]


def bootstrap_intervals(
    found: Fit[Model],
    quantities: Mapping[str, Callable[[Model], float]],
    *,
    n_draws: int = 200,
    seed: int = 0,
    level: float = 0.95,
) -> pd.DataFrame:
    """Give an interval of each quantity that follows from a fitted model.

    Parameters
    ----------
    found : Fit
        A fit with a model.
    quantities : mapping of str to callable
        From a model to a number; the customers whose purchases are summed stay
        those that were given, only the parameters vary.
    n_draws : int, default=200
        How often to draw customers anew.
    seed : int, default=0
        Of the draws.
    level : float, default=0.95
        How often the interval should hold the truth.

    Returns
    -------
    DataFrame of shape (n_quantities, 4)
        ``estimate``, ``low`` and ``high`` (the bias-corrected percentile interval),
        and ``n_draws`` (those that converged).

    Examples
    --------
    >>> from segtools.features.lifetime.histories import Histories
    >>> from segtools.features.lifetime.nbd import Nbd
    >>> x, never, age = [0] * 60 + [1] * 25 + [4] * 15, [0] * 100, [10] * 100
    >>> data = Histories.of(x, never, age)
    >>> total = {"orders": lambda model: model.expected_total(10, data)}
    >>> bootstrap_intervals(Nbd.fit(x, never, age), total, n_draws=20).round(0)
            estimate   low  high  n_draws
    orders      85.0  74.0  96.0       20
    """
    models = refitted_models(found, n_draws=n_draws, seed=seed)
    rows = {}
    for name, quantity in quantities.items():
        estimate = quantity(found.model)  # type: ignore[arg-type]
        drawn = np.array([quantity(m) for m in models])
        rows[name] = (estimate, *interval_ends(drawn, estimate, level), len(models))
    names = ["estimate", "low", "high", "n_draws"]
    return pd.DataFrame.from_dict(rows, orient="index", columns=names)


def interval_ends(drawn: Array, estimate: float, level: float) -> tuple[float, float]:
    """Give the ends of the bias-corrected percentile interval.

    Parameters
    ----------
    drawn : array of shape (n_draws,)
        The quantity in each draw.
    estimate : float
        The quantity itself.
    level : float
        How often the interval should hold the truth.

    Returns
    -------
    low, high : float
        NaN with fewer than two draws.

    Examples
    --------
    >>> low, high = interval_ends(np.arange(1.0, 200.0), 100.0, 0.9)
    >>> round(low, 6), round(high, 6)
    (10.0, 190.0)
    """
    n = len(drawn)
    if n < 2:
        return math.nan, math.nan
    below = np.sum(drawn < estimate) + np.sum(drawn == estimate) / 2
    lean = ndtri(np.clip(below / n, 1 / (n + 1), n / (n + 1)))
    at = ndtr(2 * lean + ndtri([(1 - level) / 2, (1 + level) / 2]))
    # By this rule the n draws leave n + 1 gaps of equal chance for the next one; the
    # usual one makes intervals of 200 draws a hundredth too narrow.
    low, high = np.quantile(drawn, at, method="weibull")
    return float(low), float(high)

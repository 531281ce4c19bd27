"""Gamma-Gamma: what an order of each customer is worth.

Orders of one customer differ by a gamma distribution of shape p; the customers' own
means differ too. Whoever has few orders is drawn to the mean of all, whoever has many
keeps their own. The model takes for granted that how much an order is worth has nothing
to do with how often a customer orders: `independence` looks whether that is so.

References
----------
Fader, P. S., Hardie, B. G. S., Lee, K. L. (2005). RFM and CLV: using iso-value curves
for customer base analysis. Journal of Marketing Research 42(4), 415-430.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Any, ClassVar

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import gammaln, ndtri, psi

from segtools.features.lifetime.fitting import Fit, Task, fit
from segtools.features.lifetime.histories import (
    Array,
    check_weights,
    distinct,
    not_negative,
    summed,
)
from segtools.languages import tr
from segtools.schema import DataError
from segtools.wording import interval, number, rounded

# A correlation that surely lies beyond this is too much for the model.
MAX_CORRELATION = 0.2


@dataclass(frozen=True)
class GammaGamma:
    """The three parameters of Gamma-Gamma, and what follows from them.

    Attributes
    ----------
    p, q, v : float
        Shape of a customer's orders; shape and rate of the gamma distribution of
        their scale. v is money.
    log_likelihood : float
        Of the data that it was fitted to; NaN for a model made by hand.

    Examples
    --------
    >>> model = GammaGamma(6.25, 3.74, 15.44)
    >>> round(model.population_mean, 1)
    35.2
    >>> model.expected_value([0, 1, 20], [np.nan, 60.0, 60.0]).round(1).tolist()
    [35.2, 52.4, 59.5]
    """

    p: float
    q: float
    v: float
    log_likelihood: float = math.nan

    title: ClassVar[str] = "Gamma-Gamma"
    names: ClassVar[tuple[str, ...]] = ("p", "q", "v")

    def __post_init__(self) -> None:
        for name, value in self.parameters.items():
            if not (math.isfinite(value) and value > 0):
                raise DataError(
                    f"{name} must be a finite number above 0, but {value!r} was "
                    f"received. Give the parameters of {self.title}."
                )

    @property
    def parameters(self) -> dict[str, float]:
        """The parameters by name."""
        return {name: float(getattr(self, name)) for name in self.names}

    @property
    def population_mean(self) -> float:
        """Mean order value of all customers; NaN if q is not above 1: it has none."""
        return self.p * self.v / (self.q - 1) if self.q > 1 else math.nan

    def log_likelihood_of(self, frequency: ArrayLike, mean_value: ArrayLike) -> Array:
        """Give the log-likelihood of each repeat buyer's mean order value."""
        x, mean = check_values(frequency, mean_value)
        return _rows(np.array([self.p, self.q, self.v]), x, mean)[0]

    def expected_value(self, frequency: ArrayLike, mean_value: ArrayLike) -> Array:
        """Give the mean value that each customer's orders are expected to have.

        Parameters
        ----------
        frequency : array-like of shape (n_customers,)
            Repeat purchases; customers with 0 get the mean of all.
        mean_value : array-like of shape (n_customers,)
            Mean value of the repeat purchases; not read where there are none.

        Returns
        -------
        array of shape (n_customers,)
            In the money of `mean_value`; NaN where the mean does not exist, which
            is so for a customer without repeat purchases if q is not above 1.
        """
        x, mean = check_values(frequency, mean_value)
        weight = self.p * x + self.q - 1
        with np.errstate(divide="ignore", invalid="ignore"):
            expected = self.p * (self.v + x * mean) / weight
        return np.where(weight > 0, expected, np.nan)


def fit_gamma_gamma(
    frequency: ArrayLike,
    mean_value: ArrayLike,
    weights: ArrayLike | None = None,
) -> Fit[GammaGamma]:
    """Fit Gamma-Gamma to repeat buyers by maximum likelihood.

    Parameters
    ----------
    frequency : array-like of shape (n_customers,)
        Repeat purchases; customers with 0 are set aside.
    mean_value : array-like of shape (n_customers,)
        Mean value of the repeat purchases, above 0; not read where there are none.
    weights : array-like of shape (n_customers,), optional
        Customers of each row; default 1.

    Returns
    -------
    Fit
        ``ok`` and a `GammaGamma`, or a ``reason``; a fit that fails does not raise.
        A fit with q of 1 or less is not ``ok``: the mean would be infinite.

    Raises
    ------
    DataError
        For values that are missing, negative, or 0 for a repeat buyer, and columns
        of different length.

    Examples
    --------
    >>> fit_gamma_gamma([0, 2, 1], [np.nan, 5, 7]).reason
    'Gamma-Gamma was not fitted: 2 customers bought again, and it takes 20 to learn \
how customers differ.'
    """
    x, mean = check_values(frequency, mean_value)
    w = check_weights(weights, len(x))
    bought = x > 0
    x, mean, w = x[bought], mean[bought], w[bought]
    first, place = distinct(x, mean)
    x, mean, w = x[first], mean[first], summed(place, w)
    scale = float(mean @ w / w.sum()) if w.sum() else 1.0
    task = Task(
        GammaGamma.names,
        lambda parameters: _rows(parameters, x, mean / scale),
        w,
        [np.array([p, q, (q - 1) / p]) for p in (1.0, 6.0) for q in (2.0, 4.0)],
    )

    def rebuild(parameters: Array, log_likelihood: float) -> GammaGamma:
        p, q, v = parameters.tolist()
        return GammaGamma(p, q, v * scale, log_likelihood)

    n = float(w.sum())
    found = fit(
        task, rebuild, name="Gamma-Gamma", n_repeat_buyers=n, shift=-n * math.log(scale)
    )
    return _with_a_mean(found)


def independence(frequency: ArrayLike, mean_value: ArrayLike) -> dict[str, Any]:
    """Look whether customers who buy often also spend more an order, or less.

    Parameters
    ----------
    frequency, mean_value : array-like of shape (n_customers,)
        As in `fit_gamma_gamma`; customers without repeat purchases are set aside.

    Returns
    -------
    dict
        ``correlation`` (Pearson) with its 95 % interval ``low`` to ``high`` by
        Fisher's z, ``n_customers``, and a ``warning``: empty, or a sentence where the
        whole interval lies beyond 0.2. None for what fewer than four repeat buyers,
        or equal ones, cannot say.

    Examples
    --------
    >>> found = independence([1, 2, 3, 4, 5], [10.0, 30.0, 20.0, 30.0, 10.0])
    >>> found["correlation"], found["warning"]
    (0.0, '')
    """
    x, mean = check_values(frequency, mean_value)
    x, mean = x[x > 0], mean[x > 0]
    found: dict[str, Any] = {"correlation": None, "low": None, "high": None}
    found |= {"n_customers": len(x), "warning": ""}
    if len(x) < 4 or np.ptp(x) == 0 or np.ptp(mean) == 0:
        return found
    r = float(np.clip(np.corrcoef(x, mean)[0, 1], -1, 1))
    z = math.atanh(min(max(r, -1 + 1e-15), 1 - 1e-15))
    wide = float(ndtri(0.975)) / math.sqrt(len(x) - 3)
    low, high = math.tanh(z - wide), math.tanh(z + wide)
    surely = low > MAX_CORRELATION or high < -MAX_CORRELATION
    return found | {
        "correlation": r,
        "low": low,
        "high": high,
        "warning": _dependent(r, low, high) if surely else "",
    }


def check_values(frequency: ArrayLike, mean_value: ArrayLike) -> tuple[Array, Array]:
    """Give two float arrays, with 1 where there is no repeat purchase to average."""
    x = not_negative("frequency", frequency)
    given = np.asarray(mean_value, dtype=float)
    if given.shape != x.shape:
        raise DataError(
            "frequency and mean_value must be equally long, but they have "
            f"{x.size:,} and {given.size:,} values. Give one value a customer in each."
        )
    mean = not_negative("mean_value", np.where(x > 0, given, 1.0))
    n = int((mean == 0).sum())
    if n:
        raise DataError(
            f"mean_value must be above 0 for repeat buyers, but {n:,} of {x.size:,} "
            "are 0. Set these customers aside."
        )
    return x, mean


def _rows(parameters: Array, x: Array, mean: Array) -> tuple[Array, Array]:
    p, q, v = parameters
    n, total = p * x, x * mean + v
    x = np.maximum(x, 1e-300)
    rows = gammaln(n + q) - gammaln(n) - gammaln(q) + q * np.log(v)
    rows = rows + (n - 1) * np.log(mean) + n * np.log(x) - (n + q) * np.log(total)
    slopes = [
        x * (psi(n + q) - psi(n) + np.log(mean) + np.log(x) - np.log(total)),
        psi(n + q) - psi(q) + np.log(v) - np.log(total),
        q / v - (n + q) / total,
    ]
    return rows, np.array(slopes)


def _with_a_mean(found: Fit[GammaGamma]) -> Fit[GammaGamma]:
    if not found.ok or found.model is None or found.model.q > 1:
        return found
    why = tr(
        "Gamma-Gamma does not suit these data: q is {q}, and without a q above 1 order "
        "values are so spread that they have no mean.",
        q=rounded(found.model.q),
    )
    return replace(found, ok=False, reason=why)


def _dependent(r: float, low: float, high: float) -> str:
    figures = {
        "correlation": number(r, 2),
        "interval": interval(low, high, lambda value: number(value, 2)),
    }
    if r > 0:
        return tr(
            "Customers who order more often spend more an order (correlation "
            "{correlation}, 95 % interval {interval}); Gamma-Gamma takes both for "
            "independent, so lifetime values of frequent buyers may be too low.",
            **figures,
        )
    return tr(
        "Customers who order more often spend less an order (correlation "
        "{correlation}, 95 % interval {interval}); Gamma-Gamma takes both for "
        "independent, so lifetime values of frequent buyers may be too high.",
        **figures,
    )

r"""Pareto/NBD: customers may leave at any time, whether they buy or not.

While active a customer buys at an own rate (gamma distributed, r and alpha) and leaves
at an own rate (gamma distributed, s and beta).

The published likelihood holds two terms with 2F1 that nearly cancel and overflow for
many purchases. It is computed here from what they stand for, the sum over the ways in
which the history may have come about: still active at T, or gone at some time y between
t_x and T,

.. math:: \frac{\Gamma(r+x)}{\Gamma(r)} \alpha^r \beta^s \left[
   (\alpha+T)^{-(r+x)} (\beta+T)^{-s}
   + s \int_{t_x}^{T} (\alpha+y)^{-(r+x)} (\beta+y)^{-(s+1)} dy \right].

References
----------
Schmittlein, D. C., Morrison, D. G., Colombo, R. (1987). Counting your customers: who
are they and what will they do next? Management Science 33(1), 1-24.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from scipy.special import expit, gammaln, psi

from segtools.features.lifetime.histories import (
    CHUNK,
    Array,
    Histories,
    weighted_sums,
)
from segtools.features.lifetime.purchase_model import PurchaseModel

NODES, NODE_WEIGHTS = np.polynomial.legendre.leggauss(40)
# What lies beyond a drop of exp(-35) from the top adds nothing to a double.
DROP = 35.0


@dataclass(frozen=True)
class ParetoNbd(PurchaseModel):
    """The four parameters of Pareto/NBD, and what follows from them.

    Attributes
    ----------
    r, alpha : float
        Shape and rate of the gamma distribution of purchase rates; their mean is
        r / alpha purchases in one `unit`.
    s, beta : float
        Shape and rate of the gamma distribution of leaving rates; their mean is
        s / beta in one `unit`.

    Examples
    --------
    >>> model = ParetoNbd(0.5533, 10.5776, 0.6062, 11.6679, unit="weeks")
    >>> round(float(model.expected_purchases_of_new(52)), 2)
    1.47
    """

    r: float
    alpha: float
    s: float
    beta: float

    title: ClassVar[str] = "Pareto/NBD"
    names: ClassVar[tuple[str, ...]] = ("r", "alpha", "s", "beta")
    times: ClassVar[tuple[str, ...]] = ("alpha", "beta")

    @staticmethod
    def rows(parameters: Array, data: Histories) -> tuple[Array, Array]:
        """Give each history's log-likelihood and its derivatives."""
        parts = [
            _rows(parameters, *(c[at : at + CHUNK] for c in _columns(data)))
            for at in range(0, len(data.frequency), CHUNK)
        ]
        rows, slopes = zip(*parts, strict=True)
        return np.concatenate(rows), np.concatenate(slopes, axis=1)

    @classmethod
    def starts(cls, rate: float) -> list[Array]:
        """Give parameters to start from; `rate` is the pace of all customers."""
        return [
            np.array([r, r / rate, s, s / leaving])
            for r in (0.3, 1.5)
            for s, leaving in ((0.5, 1.0), (1.5, 3.0))
        ]

    def _active(self, x: Array, t_x: Array, T: Array) -> Array:
        values = np.array([self.r, self.alpha, self.s, self.beta])
        now, gone, _ = _two_ways(values, x, t_x, T)
        return expit(now - gone)

    def _while_active(self, horizon: float, x: Array, T: Array) -> Array:
        pace = (self.r + x) / (self.alpha + T)
        return pace * _time_left(horizon, self.s, self.beta + T)

    def _of_new(self, horizon: Array) -> Array:
        return self.r / self.alpha * _time_left(horizon, self.s, self.beta)


def _columns(data: Histories) -> tuple[Array, Array, Array]:
    return data.frequency, data.recency, data.age


def _rows(parameters: Array, x: Array, t_x: Array, T: Array) -> tuple[Array, Array]:
    r, alpha, s, beta = parameters
    now, gone, means = _two_ways(parameters, x, t_x, T)
    active, left = expit(now - gone), expit(gone - now)
    rows = gammaln(r + x) - gammaln(r) + r * np.log(alpha) + s * np.log(beta)
    slopes = [
        psi(r + x) - psi(r) + np.log(alpha) - active * np.log(alpha + T),
        r / alpha - active * (r + x) / (alpha + T),
        np.log(beta) - active * np.log(beta + T) + left / s,
        s / beta - active * s / (beta + T),
    ]
    factors = (1.0, r + x, 1.0, s + 1)
    for i, (mean, factor) in enumerate(zip(means, factors, strict=True)):
        slopes[i] = slopes[i] - left * factor * mean
    return rows + np.logaddexp(now, gone), np.array(slopes)


def _two_ways(
    parameters: Array, x: Array, t_x: Array, T: Array
) -> tuple[Array, Array, list[Array]]:
    """Give the logarithms of both ways, and means over the time of leaving.

    The means are those of log(alpha + y), 1 / (alpha + y), and the same with beta.
    The integral is taken over log(m + y), with m the smaller of alpha and beta:
    there the integrand is smooth however far apart the two are.
    """
    r, alpha, s, beta = parameters
    now = -(r + x) * np.log(alpha + T) - s * np.log(beta + T)
    m = min(alpha, beta)
    stop = np.minimum(T, _far_enough(r + x, alpha, t_x))
    stop = np.minimum(stop, _far_enough(s + 1, beta, t_x))
    half = np.maximum(np.log1p((stop - t_x) / (m + t_x)), 0.0) / 2
    grown = np.expm1(half[:, None] * (1 + NODES))
    y = t_x[:, None] + (m + t_x[:, None]) * grown
    by_rate, by_leaving = np.log(alpha + y), np.log(beta + y)
    heights = -(r + x[:, None]) * by_rate - (s + 1) * by_leaving + np.log(m + y)
    top = heights.max(axis=1)
    mass = np.exp(heights - top[:, None])
    total = weighted_sums(mass, NODE_WEIGHTS)
    with np.errstate(divide="ignore"):  # nothing is left to leave in: a log of 0
        gone = np.log(s) + top + np.log(total * half)
    quantities = (by_rate, 1 / (alpha + y), by_leaving, 1 / (beta + y))
    return (
        now,
        gone,
        [weighted_sums(mass * q, NODE_WEIGHTS) / total for q in quantities],
    )


def _far_enough(power: Array | float, offset: float, t_x: Array) -> Array:
    """Give the time from which (offset + y) ** -power adds nothing any more."""
    with np.errstate(over="ignore"):
        return (offset + t_x) * np.exp(DROP / np.asarray(power)) - offset


def _time_left(horizon: Array | float, s: float, beta: Array | float) -> Array:
    """Give the mean time that an active customer stays active within `horizon`.

    That is ``beta / (s - 1) * (1 - (beta / (beta + horizon)) ** (s - 1))``, in a form
    that knows no trouble at s = 1.
    """
    grown = np.log1p(np.asarray(horizon) / beta)
    power = (s - 1) * grown
    with np.errstate(invalid="ignore", divide="ignore"):
        share = np.where(np.abs(power) < 1e-12, 1.0, -np.expm1(-power) / power)
    return beta * grown * share

"""Customers who may leave after each purchase: what BG/NBD and MBG/NBD share.

The two differ only in how many chances to leave a customer has lived through: as many
as there were repeat purchases (BG/NBD), or one more, after the first (MBG/NBD).
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from scipy.special import betainc, betaln, expit, gammaln, psi

from segtools.features.lifetime.histories import Array, weighted_sums

NODES, NODE_WEIGHTS = np.polynomial.legendre.leggauss(80)
# What lies beyond a drop of exp(-32) from the top adds nothing to a double.
DROP = 32.0


def log_likelihood(
    parameters: Array, x: Array, t_x: Array, T: Array, chances: Array
) -> tuple[Array, Array]:
    """Give the log-likelihood of histories and its derivatives.

    Parameters
    ----------
    parameters : array of shape (4,)
        r and alpha (rates differ by a gamma distribution), a and b (the
        probabilities to leave differ by a beta distribution).
    x, t_x, T : arrays of shape (n,)
        Repeat purchases, time of the last one, end of observation.
    chances : array of shape (n,)
        Chances to leave that were not taken if the customer is still active.

    Returns
    -------
    array of shape (n,), array of shape (4, n)
    """
    r, alpha, a, b = parameters
    rate, d_r = _by_count(x, lambda n: (gammaln(r + n) - gammaln(r), psi(r + n)))
    stay, d_b, d_ab = _by_count(
        chances,
        lambda n: (betaln(a, b + n) - betaln(a, b), psi(b + n), psi(a + b + n)),
    )
    now, last = np.log(alpha + T), np.log(alpha + t_x)
    odds = _log_odds(parameters, x, last - now, chances)
    active, gone = expit(odds), expit(-odds)
    rows = rate + r * np.log(alpha) + stay - (r + x) * now - _log_expit(odds)
    before = np.maximum(b + chances - 1, 1e-300)
    slopes = [
        d_r - psi(r) + np.log(alpha) - active * now - gone * last,
        r / alpha - (r + x) * (active / (alpha + T) + gone / (alpha + t_x)),
        psi(a + b) - d_ab + gone / a,
        d_b - d_ab - psi(b) + psi(a + b) - np.where(gone > 0, gone / before, 0.0),
    ]
    return rows, np.array(slopes)


def probability_active(
    parameters: Array, x: Array, t_x: Array, T: Array, chances: Array
) -> Array:
    """Give the probability that the last chance to leave was not taken."""
    span = np.log(parameters[1] + t_x) - np.log(parameters[1] + T)
    return expit(_log_odds(parameters, x, span, chances))


def purchases_before_leaving(a: float, b: Array, shape: Array, time: Array) -> Array:
    r"""Give the mean purchases in some time of customers who are active now.

    The mean of :math:`(1 - (1 + p\tau)^{-n}) / p` over p, which has the beta
    distribution (a, b). It equals the published terms with 2F1, but no part of it is
    negative or large: it is integrated over the logit of p, where the integrand is
    smooth, so neither a near 1 nor thousands of purchases can spoil it.

    Parameters
    ----------
    a : float
    b : array of shape (n,)
        The beta distribution of each customer's probability to leave.
    shape : array of shape (n,)
        Shape n of the gamma distribution of each customer's rate.
    time : array of shape (n,)
        Time ahead over the scale of that distribution, :math:`\tau`.
    """
    low, high = _logit_range(a, b, shape, time)
    middle, half = (low + high) / 2, (high - low) / 2
    v = middle[:, None] + half[:, None] * NODES
    log_p = -np.logaddexp(0, -v)
    log_density = a * log_p + b[:, None] * (log_p - v) - betaln(a, b)[:, None]
    bought = _bought(np.exp(log_p), shape[:, None], time[:, None])
    inner = half * weighted_sums(np.exp(log_density) * bought, NODE_WEIGHTS)
    # Beyond the range what is bought is a straight line in p, so its mean is at the
    # mean of p there.
    p, q = expit(low) * a / (a + 1), expit(-high) * b / (b + 1)
    left = betainc(a, b, expit(low)) * _bought(p, shape, time)
    right = betainc(b, a, expit(-high)) * _bought(1 - q, shape, time)
    return inner + left + right


def _bought(p: Array, shape: Array, time: Array) -> Array:
    return -np.expm1(-shape * np.log1p(p * time)) / p


def _logit_range(a: float, b: Array, shape: Array, time: Array) -> tuple[Array, Array]:
    """Find where the density of the logit of p counts."""
    top = np.log(a) - np.log(b)
    level = a * -np.logaddexp(0, -top) + b * -np.logaddexp(0, top) - DROP
    low, high = level / a, -level / b
    for _ in range(6):  # Newton's steps from outside stay outside of a concave curve
        low = low - _height(a, b, low, level) / (a * expit(-low) - b * expit(low))
        high = high - _height(a, b, high, level) / (a * expit(-high) - b * expit(high))
    # Where a or b is small, a tail is long; there it is known in closed form.
    steep = (shape + 1) * time + b + 1
    return np.maximum(low, -np.log(steep) - 14), np.minimum(high, 18 + 0 * b)


def _height(a: float, b: Array, v: Array, level: Array) -> Array:
    return a * -np.logaddexp(0, -v) + b * -np.logaddexp(0, v) - level


def _log_odds(parameters: Array, x: Array, span: Array, chances: Array) -> Array:
    """Give log odds of being active; infinite where nobody could have left."""
    r, _, a, b = parameters
    before = np.where(chances > 0, b + chances - 1, 1.0)
    odds = (r + x) * span + np.log(before) - np.log(a)
    return np.where(chances > 0, odds, np.inf)


def _log_expit(odds: Array) -> Array:
    return -np.logaddexp(0, -odds)


def _by_count(
    counts: Array, function: Callable[[Array], tuple[Array, ...]]
) -> tuple[Array, ...]:
    """Apply costly functions to each distinct count only."""
    values, place = np.unique(counts, return_inverse=True)
    return tuple(found[place] for found in function(values))


def starts(rate: float) -> list[Array]:
    """Give four parameter sets of which each makes customers buy at `rate`."""
    return [
        np.array([r, r / rate, a, b])
        for r in (0.3, 1.5)
        for a, b in ((0.5, 2.0), (1.5, 1.5))
    ]

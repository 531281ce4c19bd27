"""Customer lifetime value: orders to come, discounted, times what an order is worth."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from segtools.features.lifetime.histories import Array, not_negative
from segtools.features.lifetime.purchase_model import PurchaseModel
from segtools.schema import DataError


def discount_steps(
    horizon: float, *, discount_rate: float = 0.0, period: float = 30.0
) -> list[tuple[float, float]]:
    """Cut a horizon into periods, and say what a purchase in each still counts.

    Parameters
    ----------
    horizon : float
        Time ahead.
    discount_rate : float, default=0.0
        Per period: 0.01 takes about 1 % off for each period of waiting.
    period : float, default=30.0
        Length of a period, in the unit of `horizon`; the last one may be shorter.

    Returns
    -------
    list of (end, factor)
        A purchase counts as made at the end of its period.

    Raises
    ------
    DataError
        If the rate is negative or the period is not above 0.

    Examples
    --------
    >>> steps = discount_steps(75, discount_rate=0.21, period=50)
    >>> [(end, round(factor, 4)) for end, factor in steps]
    [(50.0, 0.8264), (75.0, 0.7513)]
    >>> discount_steps(75)
    [(75.0, 1.0)]
    """
    horizon = float(not_negative("horizon", horizon))
    rate = float(not_negative("discount_rate", discount_rate))
    if not period > 0:
        raise DataError(
            f"period must be above 0, but {period!r} was received. "
            "Give its length in the unit of the horizon."
        )
    if rate == 0:
        return [(horizon, 1.0)]
    n = int(np.ceil(horizon / period))
    ends = [min(k * float(period), horizon) for k in range(1, n + 1)]
    return [(end, float((1 + rate) ** (-end / period))) for end in ends]


def discounted_purchases(
    model: PurchaseModel,
    steps: list[tuple[float, float]],
    frequency: ArrayLike,
    recency: ArrayLike,
    age: ArrayLike,
) -> Array:
    """Give each customer's purchases to come, later ones counted for less.

    Parameters
    ----------
    model : PurchaseModel
        A fitted model.
    steps : list of (end, factor)
        As `discount_steps` gives them, in the model's unit of time.
    frequency, recency, age : array-like of shape (n_customers,)
        The customers' histories.

    Returns
    -------
    array of shape (n_customers,)

    Examples
    --------
    Half of what is bought comes in each half; the second is discounted twice.

    >>> from segtools.features.lifetime.nbd import Nbd
    >>> steps = discount_steps(100, discount_rate=0.25, period=50)
    >>> float(discounted_purchases(Nbd(1.0, 100.0), steps, 0, 0, 0))  # 0.4 + 0.32
    0.72
    """
    total = np.zeros(np.shape(frequency))
    before = np.zeros_like(total)
    for end, factor in steps:
        until = model.expected_purchases(end, frequency, recency, age)
        total, before = total + factor * (until - before), until
    return total


def lifetime_value(
    purchases: ArrayLike, order_value: ArrayLike, *, margin: float = 1.0
) -> Array:
    """Give the value of the purchases to come: their number times what one is worth.

    Parameters
    ----------
    purchases : array-like of shape (n_customers,)
        Expected purchases, discounted or not.
    order_value : array-like of shape (n_customers,)
        Expected value of a purchase.
    margin : float, default=1.0
        Share of an order's value that is earned.

    Returns
    -------
    array of shape (n_customers,)
        In the money of `order_value`; NaN where either is.

    Examples
    --------
    >>> lifetime_value([2.0, 0.5], [30.0, 10.0], margin=0.5).tolist()
    [30.0, 2.5]
    """
    earned = float(not_negative("margin", margin))
    return np.asarray(purchases, float) * np.asarray(order_value, float) * earned

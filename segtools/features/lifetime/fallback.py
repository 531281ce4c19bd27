"""Plain rules for where no model can be fitted, and the sentences that say so."""

from __future__ import annotations

import numpy as np

from segtools.features.lifetime.histories import Array
from segtools.languages import mark, markc

# What is used where no model is: keys of records, and words of sentences.
PACE, MEAN = markc("model", "own pace"), markc("model", "own mean")
NONE = markc("model", "none")
OWN_PACE = mark(
    "Expected orders are each customer's own pace instead, with one purchase at the "
    "pace of all customers added; it knows nobody who has left, so nobody has a "
    "probability to be active."
)
NO_PACE = mark(
    "Nobody has bought again, so nothing can be said about orders to come: they and "
    "the lifetime values are empty."
)
OWN_MEAN = mark(
    "Expected order values are each customer's own mean instead, with one order at "
    "the mean of all added."
)
NO_MEAN = mark(
    "No repeat purchase has a value above 0, so order values and lifetime values are "
    "empty."
)


def own_pace(frequency: Array, age: Array) -> Array:
    """Give each customer's purchases in a unit of time, one at the pace of all added.

    Parameters
    ----------
    frequency, age : arrays of shape (n_customers,)
        Repeat purchases, and the time since the first purchase.

    Returns
    -------
    array of shape (n_customers,)
        All NaN if nobody has bought again.

    Examples
    --------
    Three purchases in 30 days overall: one takes 10 days.

    >>> own_pace(np.array([3.0, 0.0]), np.array([10.0, 20.0])).round(3).tolist()
    [0.2, 0.033]
    """
    if not frequency.any() or not age.any():
        return np.full(len(frequency), np.nan)
    return (frequency + 1) / (age + age.sum() / frequency.sum())


def own_mean(frequency: Array, mean_value: Array) -> Array:
    """Give each customer's mean order value, one order at the mean of all added.

    Parameters
    ----------
    frequency, mean_value : arrays of shape (n_customers,)
        Repeat purchases and their mean value, which is not read where there are none.

    Returns
    -------
    array of shape (n_customers,)
        All NaN if nobody has bought again.

    Examples
    --------
    >>> own_mean(np.array([3.0, 1.0, 0.0]), np.array([20.0, 40.0, np.nan])).tolist()
    [21.25, 32.5, 25.0]
    """
    if not frequency.any():
        return np.full(len(frequency), np.nan)
    total = frequency * np.where(frequency > 0, mean_value, 0.0)
    return (total + total.sum() / frequency.sum()) / (frequency + 1)

"""May an experiment be trusted? Whether arms are those of a lot, and comparable."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from segtools.experiments.lift import Moments, money_lifts, pooled

# A check of the arms alarms at this p: rarely, since it is asked of every experiment.
ALARM = 0.001
Check = dict[str, Any]
Ints = NDArray[np.int64]


def sample_ratio(held: int, customers: int, holdout: float) -> Check:
    """Compare how many were held back with how many should have been.

    Returns
    -------
    dict
        ``expected`` and ``observed`` share held back, ``p`` (chi-square) and ``ok``.

    Examples
    --------
    >>> sample_ratio(200, 1000, 0.2)["ok"], sample_ratio(120, 1000, 0.2)["ok"]
    (True, False)
    """
    from scipy.special import chdtrc

    gap = held - holdout * customers
    p = float(chdtrc(1, gap**2 / (customers * holdout * (1 - holdout))))
    share = held / customers
    return {"expected": holdout, "observed": share, "p": p, "ok": p >= ALARM}


def balance(got: Moments, held: Moments) -> Check:
    """Compare what both arms spent before, within segments.

    Parameters
    ----------
    got, held : Moments
        By segment, of what was spent before the campaign.

    Returns
    -------
    dict
        ``p`` and ``ok``: a lot knows nothing of what was spent before it.
    """
    lifts = money_lifts(got, held)
    whole = pooled(lifts, got.n + held.n)
    p = float(whole.p) if np.isfinite(whole.variance) else 1.0
    return {"p": p, "ok": p >= ALARM}


def alike(responded: Ints, customers: Ints) -> float:
    """Give the p of segments that respond alike (chi-square).

    Examples
    --------
    >>> round(alike(np.array([20, 40]), np.array([100, 100])), 3)
    0.002
    """
    from scipy.stats import chi2_contingency

    table = np.array([responded, customers - responded])
    table = table[:, table.sum(axis=0) > 0]
    if table.shape[1] < 2 or not table.sum(axis=1).all():
        return 1.0
    return float(chi2_contingency(table, correction=False).pvalue)

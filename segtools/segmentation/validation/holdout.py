"""How well thirds by spend foretell what CDNOW's customers spend next."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from segtools.segmentation.figures import gini
from segtools.segmentation.validation.data import cdnow_orders
from segtools.segmentation.validation.lifetimes import END
from segtools.segmentation.validation.printed import (
    COLUMNS,
    SUMMARY,
    TWICE,
    Figure,
    compared,
)

Array = NDArray[np.float64]
_SPLITS = 100  # of the second program


def holdout_figures(*, n_splits: int = 100, random_state: int = 1) -> pd.DataFrame:
    """Compare later spend, and how well thirds by past spend foretell it.

    Half of the customers teach each third's mean, the other half is foretold. Figures
    are averaged over splits; averaging what is foretold first would make a customer's
    own outcome lower what is expected.

    Parameters
    ----------
    n_splits : int, default=100
    random_state : int, default=1
        Where chance starts.

    Examples
    --------
    >>> list(holdout_figures(n_splits=2))[:2]
    ['figure', 'source']
    """
    orders = cdnow_orders()
    if orders is None:
        return pd.DataFrame(columns=COLUMNS)
    end = pd.Timestamp(END)
    known = orders["ordered_at"] < end
    before = orders[known].groupby("customer_id")["amount"].sum()
    after = orders[~known].groupby("customer_id")["amount"].sum()
    later = after.reindex(before.index).fillna(0).to_numpy()
    spent = before.to_numpy()
    thirds = np.searchsorted(np.quantile(spent, [1 / 3, 2 / 3]), spent)
    rng = np.random.default_rng(random_state)
    found = np.array([_foretold(later, thirds, rng) for _ in range(n_splits)])
    error = found.std(axis=0, ddof=1) * np.sqrt(1 / n_splits + 1 / _SPLITS)
    r2, ranked = found.mean(axis=0)
    total = [Figure("spend in the next 39 weeks, dollars", "70976.39", later.sum())]
    twice = [
        Figure("R² of thirds by spend", "0.106", float(r2), float(error[0])),
        Figure("Gini of thirds by spend", "0.475", float(ranked), float(error[1])),
    ]
    tables = [compared(SUMMARY, total), compared(TWICE, twice)]
    return pd.concat(tables, ignore_index=True)


def _foretold(
    later: Array, groups: NDArray[np.int64], rng: np.random.Generator
) -> tuple[float, float]:
    """Teach groups on one half, and give R² and Gini of the other."""
    order = rng.permutation(len(later))
    learn, judge = np.split(order, [len(later) // 2])
    sums, sizes = (
        np.bincount(groups[learn], weights=w, minlength=3)
        for w in (later[learn], np.ones(len(learn)))
    )
    expected, came = (sums / sizes)[groups[judge]], later[judge]
    wrong = ((came - expected) ** 2).sum() / ((came - came.mean()) ** 2).sum()
    return float(1 - wrong), gini(came, expected)

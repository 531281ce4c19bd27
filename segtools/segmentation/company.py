"""Who stays in the same company when the choices change.

A segment is matched with the most alike segment of the other solution, by Jaccard's
index; at 0.5 or less it has dissolved (Hennig 2007).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from segtools.segmentation.fairness import K_MIN

DISSOLVED = 0.5
BORDER = 0.5


@dataclass(frozen=True)
class Company:
    """One segmentation seen from another.

    Attributes
    ----------
    stays : array of shape (n_customers,)
        1 if the customer is in the segment that matches his own, 0 if not, missing
        if the other solution does not know him.
    jaccard, by_chance : array of shape (n_segments,)
        How alike the matching segment is, and the share of all customers that it
        holds: as many would stay if customers had been dealt out.
    """

    stays: NDArray[np.float64]
    jaccard: NDArray[np.float64]
    by_chance: NDArray[np.float64]


def compare_company(own: NDArray[np.int64], other: NDArray[np.int64]) -> Company:
    """Match each own segment with its most alike other one, and see who is in it.

    Parameters
    ----------
    own : array of shape (n_customers,)
        Own segments, from 0, each with a customer.
    other : array of shape (n_customers,)
        Segments of the other solution, from 0; -1 for customers it does not know,
        who are set aside.

    Returns
    -------
    Company
        Among equally alike segments, the lower one is taken. With one segment only,
        nobody is in any company: nobody stays.

    Examples
    --------
    >>> found = compare_company(np.array([0, 0, 0, 1, 1]), np.array([0, 0, 1, 1, 1]))
    >>> found.stays.tolist(), found.jaccard.round(2).tolist()
    ([1.0, 1.0, 0.0, 1.0, 1.0], [0.67, 0.67])
    """
    known = other >= 0
    n_own, n_other = int(own.max()) + 1, int(other.max(initial=0)) + 1
    both = np.zeros((n_own, n_other))
    np.add.at(both, (own[known], other[known]), 1)
    union = both.sum(axis=1)[:, None] + both.sum(axis=0)[None, :] - both
    alike = both / np.maximum(union, 1)
    match = alike.argmax(axis=1)
    stays = np.where(known, (other == match[own]).astype(float), np.nan)
    if (both.sum(axis=0) > 0).sum() < 2:
        stays = np.where(known, 0.0, np.nan)
    share = both.sum(axis=0) / max(both.sum(), 1)
    return Company(stays, alike[np.arange(n_own), match], share[match])


def company_of(
    segments: pd.Series, order: list[str], others: list[pd.Series]
) -> tuple[pd.DataFrame, list[dict[str, Any]]]:
    """See how often each customer stays, and each segment is found again.

    Parameters
    ----------
    segments : Series
        ``customer_id`` to the run's own ``segment_id``.
    order : list of str
        Own segments, best first.
    others : list of Series
        ``customer_id`` to a rank from 1, one for each other solution.

    Returns
    -------
    customers : DataFrame
        ``customer_id``, ``segment_id`` and ``stays``, the share of the solutions that
        know him in which he stays. About single people: not for publication.
    rows : list of dict
        By segment ``n``, ``stays`` (mean), ``by_chance``, ``jaccard`` (mean),
        ``dissolved`` (in how many solutions), and ``border``: customers who stay in
        less than half of them. Under 10 customers, all but ``dissolved`` is None.
    """
    own = pd.Index(order).get_indexer(segments.to_numpy())
    found = [compare_company(own, _aligned(segments, other)) for other in others]
    stays = _share([c.stays for c in found], len(own))
    customers = pd.DataFrame(
        {
            "customer_id": segments.index,
            "segment_id": segments.to_numpy(),
            "stays": stays,
        }
    )
    return customers, [
        {"segment_id": name} | _row(stays[own == i], [_at(c, i) for c in found])
        for i, name in enumerate(order)
    ]


def _share(each: list[NDArray[np.float64]], n: int) -> NDArray[np.float64]:
    """Average over the solutions that know a customer, one at a time."""
    total, known = np.zeros(n), np.zeros(n)
    for stays in each:
        total += np.nan_to_num(stays)
        known += ~np.isnan(stays)
    return np.where(known > 0, total / np.maximum(known, 1), np.nan)


def _aligned(segments: pd.Series, other: pd.Series) -> NDArray[np.int64]:
    ranks = other.reindex(segments.index).fillna(0)
    return ranks.to_numpy(dtype=np.int64) - 1


def _at(company: Company, i: int) -> tuple[float, float]:
    return float(company.jaccard[i]), float(company.by_chance[i])


def _row(stays: NDArray[np.float64], pairs: list[tuple[float, float]]) -> dict:
    known = stays[~np.isnan(stays)]
    alike = np.array([jaccard for jaccard, _ in pairs])
    row: dict[str, Any] = {"dissolved": int((alike <= DISSOLVED).sum())}
    if len(known) < K_MIN:
        return row | dict.fromkeys(("n", "stays", "by_chance", "jaccard", "border"))
    return row | {
        "n": len(stays),
        "stays": float(known.mean()),
        "by_chance": float(np.mean([chance for _, chance in pairs])),
        "jaccard": float(alike.mean()),
        "border": int((known < BORDER).sum()),
    }

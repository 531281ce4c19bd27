"""Segments that stand apart: customers whose case a rule decides, not the method.

With ``dormant: separate`` those whose last order lies before the window are a segment
of their own, and so are those of whom no order is known: the first are to be won back,
the second to be won at all. They stand outside the number of segments and the smallest
share, and come last in rank.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from segtools.languages import mark, tr, trn
from segtools.wording import listed, number

DORMANT, NO_ORDERS = "dormant", "no_orders"
KINDS = (DORMANT, NO_ORDERS)
# Said by `tr`, in the language in use.
CALLED = {
    DORMANT: mark("Dormant customers"),
    NO_ORDERS: mark("Customers without any order"),
}

Row = dict[str, Any]


def extra_rows(kinds: Sequence[str], days: float, first_number: int) -> list[Row]:
    """Describe the segments that stand apart, as a frozen model keeps them.

    Parameters
    ----------
    kinds : sequence of str
        Of `KINDS`.
    days : float
        How far the window looks back.
    first_number : int
        The first one's number, for its id.

    Returns
    -------
    list of dict
        ``segment_id``, ``name``, ``extra`` (the kind) and for the dormant
        ``after_days``.

    Examples
    --------
    >>> extra_rows(["dormant"], 180, 5)[0]["segment_id"]
    'S05'
    """
    rows = []
    for place, kind in enumerate(kinds):
        segment_id = f"S{first_number + place:02d}"
        row: Row = {"segment_id": segment_id, "name": tr(CALLED[kind]), "extra": kind}
        rows.append(row | ({"after_days": days} if kind == DORMANT else {}))
    return rows


def which(
    extra: Sequence[Mapping[str, Any]], recency: NDArray[np.float64]
) -> NDArray[np.int64]:
    """Say which segment apart each customer belongs to.

    Parameters
    ----------
    extra : sequence of mapping
        As `extra_rows` gives them.
    recency : array of shape (n_customers,)
        Days since the last order; missing where none is known.

    Returns
    -------
    array of shape (n_customers,)
        Positions in `extra`; -1 for everybody else. An order as old as the window is
        long lies within it.

    Examples
    --------
    >>> which(extra_rows(KINDS, 180, 5), np.array([3.0, 180.0, 181.0, np.nan])).tolist()
    [-1, -1, 0, 1]
    """
    found = np.full(len(recency), -1, dtype=np.int64)
    for place, row in enumerate(extra):
        if row["extra"] == NO_ORDERS:
            found[np.isnan(recency)] = place
        else:
            found[recency > row["after_days"]] = place
    return found


def because(row: Mapping[str, Any]) -> str:
    """Say why customers of a segment apart are in it, after its name.

    Examples
    --------
    >>> because(extra_rows(["dormant"], 180, 5)[0])
    'by rule: the last order lies more than 180 days back, and such customers stand \
apart'
    """
    if row["extra"] == DORMANT:
        days = row["after_days"]
        return trn(
            "by rule: the last order lies more than {n} day back, and such customers "
            "stand apart",
            "by rule: the last order lies more than {n} days back, and such customers "
            "stand apart",
            days,
            n=number(days),
        )
    return tr(
        "by rule: no order of this customer is known, and such customers stand apart"
    )


def beside(extra: Sequence[Mapping[str, Any]]) -> str:
    """Say in one sentence which segments stand beside those that were learned.

    Returns
    -------
    str
        Empty where none does.

    Examples
    --------
    >>> beside(extra_rows(KINDS, 180, 5))
    'Beside them stand, by rule: Dormant customers and Customers without any order.'
    """
    if not extra:
        return ""
    return trn(
        "Beside them stands, by rule: {names}.",
        "Beside them stand, by rule: {names}.",
        len(extra),
        names=listed(row["name"] for row in extra),
    )


def ladder_steps(extra: Sequence[Mapping[str, Any]]) -> list[Row]:
    """Give the steps of ``model.json``'s ladder that come before the method."""
    when = {
        DORMANT: tr("the last order lies more than after_days days before the origin"),
        NO_ORDERS: tr("the customer has no order before the origin"),
    }
    return [
        {"step": "rule", "when": when[r["extra"]], "segment_id": r["segment_id"]}
        | {k: r[k] for k in ("extra", "after_days") if k in r}
        for r in extra
    ]

"""Choosing whom to treat by segment, judged against treating everyone alike.

Decisions are learned on some customers and judged on others: judged on the same, the
best of several segments would always seem better than all of them.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from segtools.experiments.lift import Lifts, Moments, likely, money_lifts, pooled
from segtools.intervals import Floats, quantile

FOLDS = 10
Ints = NDArray[np.int64]


@dataclass(frozen=True)
class PolicyValue:
    """What choosing by segment brings a customer, against treating all alike.

    Attributes
    ----------
    gain, low, high : float
        Of choosing by segment over the better of treating everyone and nobody, a
        customer, with its 95 % interval.
    treated : ndarray of shape (n_segments,)
        In what share of the folds a segment was chosen.
    everyone : float
        In what share of the folds treating everyone was better than nobody.
    """

    gain: float
    low: float
    high: float
    treated: Floats
    everyone: float


def folds_of(ids: Iterable[object], folds: int = FOLDS) -> Ints:
    """Deal customers into folds by their id alone, whatever the order of rows.

    Examples
    --------
    >>> folds_of(["ann", "bob"]).tolist() == folds_of(["bob", "ann"])[::-1].tolist()
    True
    """
    digests = (hashlib.sha256(f"fold:{i}".encode()).digest()[:4] for i in ids)
    return np.array([int.from_bytes(d, "big") % folds for d in digests], dtype=np.int64)


def policy_value(
    outcome: Floats,
    treated: NDArray[np.bool_],
    segment: Ints,
    *,
    fold: Ints,
    cost: float = 0.0,
) -> PolicyValue:
    """Judge the choice by segment on customers of whom it has not learned.

    Parameters
    ----------
    outcome : ndarray of shape (n_customers,)
    treated : ndarray of bool, shape (n_customers,)
        By lot within segments.
    segment : ndarray of int, shape (n_customers,)
        From 0; each has customers of both arms.
    fold : ndarray of int, shape (n_customers,)
        As `folds_of` deals them.
    cost : float, default=0.0
        Of treating one customer, in the unit of the outcome.

    Returns
    -------
    PolicyValue
        In each fold a segment is treated if, elsewhere, its expected lift exceeds the
        cost, and everyone if that of all does. Judged by doubly robust scores.

    References
    ----------
    Athey, S. and Wager, S. (2021). Policy learning with observational data.
    Econometrica 89, 133-161.

    Examples
    --------
    Half of them are helped by 1 and the others harmed by 1: choosing saves 0.5.

    >>> arm = np.tile([True, False], 400)
    >>> kind = np.repeat([0, 1], 400)
    >>> found = policy_value(np.where(kind == 0, 1.0, -1.0) * arm, arm, kind,
    ...                      fold=np.arange(800) // 2 % 10, cost=0.1)
    >>> found.treated.tolist(), round(found.gain, 2)
    ([1.0, 0.0], 0.45)
    """
    k = int(segment.max()) + 1
    member = segment == np.arange(k)[:, None]
    share = (member & treated).sum(axis=1) / member.sum(axis=1)
    gains, chosen, all_of = np.zeros(len(outcome)), [], []
    for one in np.unique(fold):
        here = fold == one
        got = Moments.of(outcome, member & treated & ~here)
        held = Moments.of(outcome, member & ~treated & ~here)
        lifts = money_lifts(got, held)
        own = likely(lifts) > cost
        whole = bool(_whole(lifts, member.sum(axis=1)) > cost)
        score = _scores(outcome, treated, share[segment], got.mean, held.mean, segment)
        choice = own.astype(float)[segment] - float(whole)
        gains[here] = (choice * (score - cost))[here]
        chosen.append(own)
        all_of.append(whole)
    error = float(quantile() * gains.std(ddof=1) / np.sqrt(len(gains)))
    mean = float(gains.mean())
    often = np.mean(chosen, axis=0)
    return PolicyValue(mean, mean - error, mean + error, often, float(np.mean(all_of)))


def _scores(
    outcome: Floats,
    treated: NDArray[np.bool_],
    share: Floats,
    got: Floats,
    held: Floats,
    segment: Ints,
) -> Floats:
    """Score each customer: on average the lift, whatever was learned elsewhere."""
    one, zero = got[segment], held[segment]
    left_over = np.where(
        treated, (outcome - one) / share, -(outcome - zero) / (1 - share)
    )
    return np.asarray(one - zero + left_over)


def _whole(lifts: Lifts, customers: NDArray[np.int64]) -> Floats:
    return pooled(lifts, customers).lift

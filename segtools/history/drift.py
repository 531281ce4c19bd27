"""Drift: how far figures lie from where they lay, by feature and by segment (PSI).

The population stability index compares shares in bins that hold a tenth each before.
Its customary bands (under 0.1 stable, over 0.25 act) take no account of how many there
are: with 200 customers chance alone crosses them, with a million nothing does. So a
test stands beside it (Yurdakul & Naranjo 2020 give its distribution), and a band only
counts where chance is ruled out.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from segtools.disclosure import LIMIT
from segtools.history.replay import why_not_replayed
from segtools.history.snapshot import Snapshot

BINS = 10
# A share of 0 has no logarithm.
EPSILON = 1e-4
WATCH, ACT = 0.1, 0.25
ALPHA = 0.01
EVERYONE = "everyone"


def psi(before: ArrayLike, now: ArrayLike) -> float:
    """Compute the population stability index of two sets of shares or counts.

    Parameters
    ----------
    before, now : array_like of shape (n_bins,)
        Each is divided by its sum; shares under 0.0001 count as that.

    Returns
    -------
    float
        0 for equal shares; the same if both are exchanged.

    Examples
    --------
    >>> round(psi([0.2] * 5, [0.1, 0.15, 0.2, 0.25, 0.3]), 7)
    0.1354025
    """
    e, a = (np.asarray(x, dtype=float) for x in (before, now))
    e, a = (np.maximum(x / max(x.sum(), 1e-300), EPSILON) for x in (e, a))
    return float(((a - e) * np.log(a / e)).sum())


def bin_counts(
    before: pd.Series, now: pd.Series, bins: int = BINS
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Count both by bins that hold equal shares before; missing is a bin of its own.

    Parameters
    ----------
    before, now : Series
        Numbers, or words, of which the most frequent are bins and all others one.
    bins : int, default=10

    Returns
    -------
    before, now : ndarrays
        Bins are closed on the right, as everywhere; where values are equal there are
        fewer. Bins of nobody are left out.

    Examples
    --------
    >>> bin_counts(pd.Series([1.0, 2, 3, 4]), pd.Series([1.0, None, 9, 9]), bins=2)
    (array([2, 2, 0]), array([1, 2, 1]))
    """
    if pd.api.types.is_numeric_dtype(before):
        known = before.dropna().to_numpy(float)
        inner = np.linspace(0, 1, bins + 1)[1:-1]
        upper = np.unique(np.quantile(known, inner)) if len(known) else np.array([])
        codes = [_cut(x, upper) for x in (before, now)]
        n = len(upper) + 2
    else:
        order = before.dropna().astype("str").value_counts(sort=False)
        top = sorted(order.index, key=lambda w: (-int(order[w]), w))[:bins]
        codes = [_worded(x, top) for x in (before, now)]
        n = len(top) + 2
    counts = np.array([np.bincount(c, minlength=n) for c in codes])
    counts = counts[:, counts.sum(axis=0) > 0]
    return counts[0], counts[1]


def _cut(values: pd.Series, upper: NDArray[np.float64]) -> NDArray[np.int64]:
    numbers = values.to_numpy(float)
    code = np.searchsorted(upper, numbers, side="left")
    return np.where(np.isnan(numbers), len(upper) + 1, code)


def _worded(values: pd.Series, top: list[str]) -> NDArray[np.int64]:
    place = {word: i for i, word in enumerate(top)}
    known = values.notna()
    code = values.astype("str").map(place).fillna(len(top)).to_numpy(int)
    return np.where(known, code, len(top) + 1)


def drift_of(before: pd.Series, now: pd.Series, bins: int = BINS) -> dict[str, Any]:
    """Measure the drift of one figure, with what chance would give.

    Parameters
    ----------
    before, now : Series
    bins : int, default=10

    Returns
    -------
    dict
        ``psi``; ``by_chance``, what it would be on average if nothing had changed
        (bins less one, times 1/n + 1/m); ``p``, the probability of such a difference
        by chance (chi-square of both sets of counts, as if they were different
        customers: of the same ones chance gives less, so that it errs towards calm);
        and ``n_before``, ``n_now``.

    Examples
    --------
    >>> values = pd.Series(np.arange(1000.0))
    >>> round(drift_of(values, values)["p"], 3)
    1.0
    """
    e, a = bin_counts(before, now, bins)
    n, m = int(e.sum()), int(a.sum())
    if len(e) < 2 or not n or not m:
        return {"psi": 0.0, "by_chance": 0.0, "p": 1.0, "n_before": n, "n_now": m}
    from scipy.stats import chi2_contingency

    test = chi2_contingency(np.array([e, a]), correction=False)
    return {
        "psi": psi(e, a),
        "by_chance": (len(e) - 1) * (1 / n + 1 / m),
        "p": float(test.pvalue),
        "n_before": n,
        "n_now": m,
    }


def find_drift(
    old: Snapshot,
    new: Snapshot,
    ids: Mapping[str, str],
    *,
    smallest_cell: int = LIMIT,
    alpha: float = ALPHA,
    act: float = ACT,
) -> pd.DataFrame:
    """Measure the drift of what segments are built of, among everyone and in each.

    Parameters
    ----------
    old, new : Snapshot
    ids : mapping
        The earlier run's segment_id to the shared one; see `Alignment`.
    smallest_cell : int, default=10
        Nothing is measured where fewer customers stand on either side.
    alpha : float, default=0.01
        Share of false alarms among alarms (Benjamini-Hochberg over all rows).
    act : float, default=0.25
        From where on drift is one to act on.

    Returns
    -------
    DataFrame
        ``segment_id`` (*everyone* first), ``feature``, ``label``, what `drift_of`
        gives, ``p_adjusted`` and ``level``: *stable*, *watch* or *act*, or *chance*
        where the index is over 0.1 and chance is not ruled out. No rows where the two
        runs' figures cannot be compared.
    """
    columns = ["segment_id", "feature", "label", "psi", "by_chance", "p", "n_before"]
    columns += ["n_now", "p_adjusted", "level"]
    if why_not_compared(old, new):
        return pd.DataFrame(columns=columns)
    rows = []
    sides = _sides(old, new, ids)
    for segment_id, before, now in sides:
        if min(len(before), len(now)) < smallest_cell:
            continue
        for name, label in _shared(old, new).items():
            found = drift_of(before[name], now[name])
            head = {"segment_id": segment_id, "feature": name, "label": label}
            rows.append(head | found)
    return _judged(pd.DataFrame(rows), columns, alpha, act)


def _judged(
    frame: pd.DataFrame, columns: list[str], alpha: float, act: float
) -> pd.DataFrame:
    if frame.empty:
        return pd.DataFrame(columns=columns)
    from scipy.stats import false_discovery_control

    frame["p_adjusted"] = false_discovery_control(frame["p"])
    sure = frame["p_adjusted"] < alpha
    level = np.select(
        [frame["psi"] < WATCH, ~sure, frame["psi"] <= act], _LEVELS, "act"
    )
    return frame.assign(level=level)[columns]


_LEVELS = ["stable", "chance", "watch"]


def why_not_compared(old: Snapshot, new: Snapshot) -> str:
    """Say why the figures of two runs cannot be compared at all; empty if they can."""
    if old.window_days != new.window_days or old.features.empty:
        return why_not_replayed(old, new)
    return ""


def _shared(old: Snapshot, new: Snapshot) -> dict[str, str]:
    """Give the label of each building feature that both runs have and define alike."""
    return {
        name: str(own.get("label", name))
        for name, own in new.catalogue.items()
        if own.get("role") == "segmentation"
        and name in old.features
        and name in new.features
        and old.catalogue.get(name, {}).get("version", 1) == own.get("version", 1)
    }


def _sides(
    old: Snapshot, new: Snapshot, ids: Mapping[str, str]
) -> list[tuple[str, pd.DataFrame, pd.DataFrame]]:
    """Give everyone before and now, then each segment that is there both times."""
    whole = [_bought(run.features) for run in (old, new)]
    where = [run.segments.set_index("customer_id")["segment_id"] for run in (old, new)]
    where[0] = where[0].map(dict(ids))
    placed = [f["customer_id"].map(w) for f, w in zip(whole, where, strict=True)]
    both = set(placed[0].dropna()) & set(placed[1].dropna())
    found = [(EVERYONE, whole[0], whole[1])]
    for segment_id in [i for i in new.names if i in both]:
        own = [f[p == segment_id] for f, p in zip(whole, placed, strict=True)]
        found.append((segment_id, own[0], own[1]))
    return found


def _bought(features: pd.DataFrame) -> pd.DataFrame:
    """Leave out who never ordered: they have no figures that could drift."""
    return features[features["recency_days"].notna()]

"""The RFM map: how many customers lie in each cell of recency and frequency."""

from __future__ import annotations

import numpy as np
import pandas as pd

from segtools.disclosure import hide, two_way
from segtools.languages import tr, trn
from segtools.profiles.profile import Segmented
from segtools.segmentation.rules import N_SCORES, cut_points
from segtools.wording import interval, number, percent, rounded

_COLUMNS = ["recency", "other", "recency_span", "other_span"]
_COLUMNS += ["customers", "value", "segment", "hidden"]
_SCORES = range(1, N_SCORES + 1)


def rfm_cells(data: Segmented, *, across: str = "n_orders") -> pd.DataFrame:
    """Count customers by their scores of recency and of another feature.

    Parameters
    ----------
    data : Segmented
        Its features hold ``recency_days``, ``spend_total`` and `across`.
    across : str, default="n_orders"
        The feature that recency is held against.

    Returns
    -------
    DataFrame
        One row for each of 25 cells: ``recency`` and ``other`` (scores 1 to 5, best
        last), ``recency_span`` and ``other_span`` (from where to where the score
        goes, in the feature's unit), ``customers``, ``value`` (mean spend in the
        window), ``segment`` (of more than half of the cell; null if there is none)
        and ``hidden``. Where fewer than ``smallest_cell`` customers are concerned,
        or these could be worked out, all three are null. Customers without an order
        have no score and are not counted.

    Notes
    -----
    Equal values share a score, so that a score may be empty.
    """
    names = data.segments.set_index("customer_id")["segment"]
    known = data.features.set_index("customer_id").dropna(
        subset=["recency_days", across]
    )
    late, late_spans = _scores(known["recency_days"])
    often, often_spans = _scores(known[across])
    scored = pd.DataFrame(
        {
            "recency": N_SCORES + 1 - late,
            "other": often,
            "value": known["spend_total"],
            "segment": names.reindex(known.index),
        }
    )
    cells = scored.groupby(["recency", "other"]).agg(
        customers=("value", "size"), value=("value", "mean"), segment=("segment", _most)
    )
    every = pd.MultiIndex.from_product([_SCORES, _SCORES], names=["recency", "other"])
    rows = cells.reindex(every).reset_index()
    rows["recency_span"] = rows["recency"].map(lambda r: late_spans[N_SCORES - r])
    rows["other_span"] = rows["other"].map(lambda o: often_spans[o - 1])
    return _blanked(rows, data.smallest_cell)


def rfm_sentence(cells: pd.DataFrame) -> str:
    """Say how many of the cells shown belong to one segment, and who is in the others.

    Examples
    --------
    >>> cells = pd.DataFrame({"customers": [30, 10], "segment": ["Weekly", None]})
    >>> rfm_sentence(cells).replace("\u202f", " ")
    'In 1 of 2 cells more than half are of one segment; 25 % of these customers are in \
cells that several segments share.'
    """
    there = cells[cells["customers"].fillna(0) > 0]
    if there.empty:
        return tr("No cell holds enough customers to be shown.")
    single = there["segment"].notna()
    shared = int(there.loc[~single, "customers"].sum())
    share = percent(shared / int(there["customers"].sum()))
    return trn(
        "In {single} of {n} cell more than half are of one segment; {share} of these "
        "customers are in cells that several segments share.",
        "In {single} of {n} cells more than half are of one segment; {share} of these "
        "customers are in cells that several segments share.",
        len(there),
        single=number(int(single.sum())),
        share=share,
    )


def _scores(values: pd.Series) -> tuple[np.ndarray, list[str]]:
    """Score 1 to 5, and say of each score which values it takes in."""
    cuts = cut_points(values)
    score = 1 + np.searchsorted(cuts, values)
    whole = bool((values == values.round()).all())
    starts, ends = [None, *cuts], [*cuts, None]
    spans = [_span(a, b, whole) for a, b in zip(starts, ends, strict=True)]
    if cuts and values.min() == cuts[0]:
        spans[0] = rounded(cuts[0], 2)
    taken = set(score)
    return score, [span if i in taken else "" for i, span in enumerate(spans, 1)]


def _span(start: float | None, end: float | None, whole: bool) -> str:
    """Say from where to where a score goes; both ends are None without values."""
    if start is None:
        return "" if end is None else tr("to {high}", high=rounded(end, 2))
    if not whole and end is None:
        return tr("over {low}", low=rounded(start, 2))
    if not whole:
        return tr("over {low} to {high}", low=rounded(start, 2), high=rounded(end, 2))
    if end is None:
        return tr("{low} or more", low=rounded(start + 1))
    return rounded(start + 1) if end <= start + 1 else interval(start + 1, end)


def _most(segments: pd.Series) -> str | None:
    """Name the segment of more than half."""
    counts = segments.value_counts()
    if counts.empty or counts.iloc[0] * 2 <= len(segments):
        return None
    return str(counts.index[0])


def _blanked(rows: pd.DataFrame, limit: int) -> pd.DataFrame:
    """Take out what is said of a few customers, or gives them away."""
    counts = rows["customers"].fillna(0)
    table = counts.to_numpy(float).reshape(N_SCORES, N_SCORES)
    flags = hide(two_way(table), limit).reshape(N_SCORES + 1, N_SCORES + 1)
    hidden = flags[:-1, :-1].ravel()
    segment = rows["segment"].astype(object)
    shown = rows.assign(
        customers=counts.astype("Int64").mask(hidden),
        value=rows["value"].mask(hidden),
        segment=segment.where(segment.notna() & ~hidden, None),
        hidden=hidden,
    )
    return shown[_COLUMNS]

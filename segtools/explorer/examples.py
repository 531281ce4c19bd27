"""Example customers of a segment, by stand-ins: typical ones, some on its border."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import pandas as pd

from segtools.explorer.members import places_of
from segtools.explorer.opened import Explored
from segtools.features.words import said_unit
from segtools.joining import bracketed
from segtools.languages import header, mark, tr
from segtools.masking import mask
from segtools.wording import MISSING, is_missing, percent, plain, rounded, shorten

TYPICAL, BORDER = 3, 2
NOTE = mark(
    "Stand-ins, not ids; values are rounded. With a key in SEGTOOLS_ID_KEY a customer "
    "has the same stand-in in every run."
)
_KINDS = {"typical": mark("typical"), "on the border": mark("on the border")}


@lru_cache(maxsize=64)
def chosen(explored: Explored, segment_id: str) -> pd.DataFrame:
    """Choose customers of a segment who are worth looking at.

    Parameters
    ----------
    explored : Explored
    segment_id : str

    Returns
    -------
    DataFrame
        ``place`` (row of the features) and ``kind``: ``typical``, nearest to the
        segment's middle by the ranks of the features that build segments, or
        ``on the border``, those whom fewest of the bootstrap models put here. Empty for
        a segment of fewer than ``smallest_cell`` customers.
    """
    own = np.flatnonzero(places_of(explored) == list(explored.names).index(segment_id))
    if len(own) < explored.smallest_cell:
        return pd.DataFrame({"place": [], "kind": []})
    features = explored.building.drop(columns="customer_id")
    ranks = features.astype(float).rank(pct=True).fillna(0.0).iloc[own]
    away = (ranks - ranks.median()).abs().sum(axis=1).round(9)
    ids = explored.features["customer_id"].iloc[own]
    typical = own[np.lexsort((ids, away))][:TYPICAL]
    sure = explored.segments["confidence"].astype(float).iloc[own]
    unsure = own[np.lexsort((ids, sure.fillna(1.0)))]
    border = [p for p in unsure if p not in typical and _unsure(explored, p)][:BORDER]
    kinds = ["typical"] * len(typical) + ["on the border"] * len(border)
    return pd.DataFrame({"place": [*typical, *border], "kind": kinds})


def _unsure(explored: Explored, place: int) -> bool:
    sure = explored.segments["confidence"].iloc[place]
    return not is_missing(sure) and float(sure) < 1


def examples_table(
    explored: Explored, segment_id: str, features: int = 8
) -> pd.DataFrame:
    """Tabulate example customers, one a column, for people.

    Parameters
    ----------
    explored : Explored
    segment_id : str
    features : int, default=8
        How many of the features that build segments, at most.

    Returns
    -------
    DataFrame
        One row a feature, after how sure the segment is and which comes next.
    """
    rows = chosen(explored, segment_id)
    if rows.empty:
        return pd.DataFrame({header("What"): []})
    places = rows["place"].to_numpy(int)
    everyone = explored.features["customer_id"]
    heads = mask(everyone.iloc[places], among=everyone)
    own = [n for n in explored.building.columns if n != "customer_id"]
    numeric = [n for n in explored.numeric if n in own][:features]
    labels = [_with_unit(*explored.numeric[n]) for n in numeric]
    what = [tr("Why shown"), tr("Sure"), tr("Next"), *labels]
    columns: dict[str, list[str]] = {"What": what}
    for head, at, kind in zip(heads, places, rows["kind"], strict=True):
        values = explored.features[numeric].iloc[at]
        told = [rounded(_coarse(v)) for v in values]
        columns[head] = [tr(_KINDS[kind]), *_standing(explored, at), *told]
    return pd.DataFrame(columns)


def _standing(explored: Explored, place: int) -> tuple[str, str]:
    row = explored.segments.iloc[place]
    after = row["runner_up"]
    names = explored.names
    told = MISSING if is_missing(after) else shorten(names.get(str(after), str(after)))
    return percent(row["confidence"]), told


def _coarse(value: float) -> float | None:
    """Round to two digits: enough to picture somebody, too little to look him up."""
    if is_missing(value) or value == 0:
        return None if is_missing(value) else 0.0
    digits = 1 - int(np.floor(np.log10(abs(value))))
    return float(round(float(value), digits))


def _with_unit(label: str, unit: str) -> str:
    return bracketed(plain(label), plain(said_unit(unit)) if unit else "")

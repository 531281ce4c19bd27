"""The small figures of a card: when, what, where in life and by which way they come."""

from __future__ import annotations

from typing import Any

import pandas as pd

from segtools.profiles.cells import shown
from segtools.profiles.claim import MIN_CUSTOMERS
from segtools.profiles.events import event_profile
from segtools.profiles.levels import STAGES, stage_profile
from segtools.profiles.profile import (
    Segmented,
    bought_profile,
    category_profile,
    habits,
)

BASKET, CHANNELS = 5, 5
_SLOTS = {"hour": 24, "weekday": 7}
Rows = dict[str, list[dict[str, Any]]]


def panels(data: Segmented) -> dict[str, dict[str, Any]]:
    """Give what the small figures of every card show, and of everyone.

    Parameters
    ----------
    data : Segmented

    Returns
    -------
    dict
        segment_id, or ``everyone``, to ``hours`` and ``weekdays`` (shares of orders;
        all 0 where there are none, or too few customers behind them), and of segments
        also ``typical_basket``, ``stages`` and ``channels``: rows with their name,
        ``share`` and ``base_share``. What may not be shown is not there.
    """
    habit = habits(data)
    quiet = _too_few(data)
    rows = {
        "typical_basket": _tops(category_profile(data), "category", BASKET),
        "stages": _stages(data),
        "channels": _channels(data),
    }
    found: dict[str, dict[str, Any]] = {"everyone": _when(habit, "everyone")}
    for segment_id in data.segments["segment_id"].unique():
        own = "" if segment_id in quiet else str(segment_id)
        found[str(segment_id)] = {
            **{name: r.get(str(segment_id), []) for name, r in rows.items()},
            **_when(habit, own),
        }
    return found


def _too_few(data: Segmented) -> set[str]:
    """Name segments whose habits stay hidden, and one more if it is a single one.

    With one alone, its habits would be everyone's less those of all others.
    """
    sizes = data.segments["segment_id"].value_counts().sort_values(kind="stable")
    few = int((sizes < data.smallest_cell).sum())
    return set(sizes.index[: 2 if few == 1 else few])


def _when(habit: pd.DataFrame, segment_id: str) -> dict[str, list[float]]:
    own = habit[habit["segment_id"] == segment_id]
    found = {}
    for kind, slots in _SLOTS.items():
        row = own[own["kind"] == kind].set_index("slot")["share"]
        shares = row.reindex(range(slots)).fillna(0.0)
        found[f"{kind}s"] = [round(float(s), 4) for s in shares]
    return found


def _tops(profile: pd.DataFrame, name: str, most: int) -> Rows:
    found: Rows = {}
    for segment_id, rows in shown(profile).groupby("segment_id"):
        if int(rows["n"].iloc[0]) < MIN_CUSTOMERS:
            continue
        top = rows.sort_values(["value", "name"], ascending=[False, True]).head(most)
        found[str(segment_id)] = [
            {name: str(row.name), "share": row.value, "base_share": row.base_value}
            for row in top.itertuples(index=False)
        ]
    return found


def _stages(data: Segmented) -> Rows:
    """Give all six stages in their order; a hidden one has no share."""
    profile = stage_profile(data)
    found: Rows = {}
    for segment_id, rows in profile.groupby("segment_id"):
        if int(rows["n"].iloc[0]) < MIN_CUSTOMERS:
            continue
        own = rows.set_index("level")
        found[str(segment_id)] = [
            {
                "stage": stage,
                "share": None if own.at[stage, "hidden"] else own.at[stage, "value"],
                "base_share": _base(own.loc[stage]),
            }
            for stage in STAGES
        ]
    return found


def _base(row: pd.Series) -> float | None:
    return None if row["base_hidden"] else float(row["base_value"])


def _channels(data: Segmented) -> Rows:
    """Give the channels of orders, or where none is known those of other contacts."""
    orders = bought_profile(data, "channel", of_buyers=True)
    if not orders.empty:
        return _tops(orders, "channel", CHANNELS)
    events = event_profile(data)
    return _tops(events[events["column"] == "channel"], "channel", CHANNELS)

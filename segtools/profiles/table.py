"""Every profile of every segment in one table, ``profiles.parquet``."""

from __future__ import annotations

import pandas as pd

from segtools.languages import mark, tr
from segtools.profiles.answers import answer_profile
from segtools.profiles.cells import blank
from segtools.profiles.events import event_profile
from segtools.profiles.levels import attribute_profile, stage_profile
from segtools.profiles.profile import (
    INDEX_BASE,
    Segmented,
    bought_profile,
    category_profile,
    feature_profile,
    segment_value,
)

_COLUMNS = ["segment_id", "segment", "kind", "name", "label", "unit"]
_COLUMNS += ["value", "base_value", "index", "n"]


def profile_table(data: Segmented) -> pd.DataFrame:
    """Stack sizes, features, categories, attributes, stages, events and answers.

    Returns
    -------
    DataFrame
        ``segment_id``, ``segment``, ``kind`` (size, feature, category, attribute,
        stage, channel, event or answer), ``name``, ``label``, ``unit``, ``value``,
        ``base_value``, ``index`` (100 is everyone) and ``n``; null where too few
        customers are concerned to be shown, or where that would give others away.
    """
    labels = {e["name"]: (e["label"], e["unit"]) for e in data.catalogue}
    feature = feature_profile(data).assign(kind="feature")
    feature["label"] = [labels[x][0] for x in feature["name"]]
    feature["unit"] = [labels[x][1] for x in feature["name"]]
    pieces = [
        _size_profile(data),
        feature,
        _levels(category_profile(data), "category", "name", "name"),
        _levels(attribute_profile(data), "attribute", "attribute", "level"),
        _levels(stage_profile(data), "stage", "attribute", "level"),
        _levels(bought_profile(data, "channel"), "channel", "name", "name"),
        _levels(event_profile(data), "event", "column", "name"),
        _levels(answer_profile(data), "answer", "question", "answer"),
    ]
    stacked = pd.concat([p for p in pieces if len(p)], ignore_index=True)
    names = data.segments.drop_duplicates("segment_id").set_index("segment_id")
    stacked["segment"] = stacked["segment_id"].map(names["segment"])
    return stacked[_COLUMNS].astype({"n": "Int64"})


def _levels(frame: pd.DataFrame, kind: str, name: str, label: str) -> pd.DataFrame:
    """Give shares of levels the table's columns."""
    shares = blank(frame)
    return shares.assign(unit="share", kind=kind, label=frame[label], name=frame[name])


def _size_profile(data: Segmented) -> pd.DataFrame:
    worth = segment_value(data)
    n, spent = worth["customers"].astype(float), worth["value"].astype(float)
    each = spent.sum() / max(n.sum(), 1)
    rows = {
        "customers": (mark("customers"), "customers", n, n.sum()),
        "value": (mark("value"), "money", spent, spent.sum()),
        "value_per_customer": (mark("value per customer"), "money", spent / n, each),
    }
    pieces = [
        pd.DataFrame(
            {
                "segment_id": worth["segment_id"],
                "name": name,
                "label": tr(label),
                "unit": unit,
                "value": value,
                "base_value": base,
                "index": value / base * INDEX_BASE if base else float("nan"),
                "n": worth["customers"],
            }
        )
        for name, (label, unit, value, base) in rows.items()
    ]
    return pd.concat(pieces, ignore_index=True).round({"index": 1}).assign(kind="size")

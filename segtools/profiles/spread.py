"""How features are spread within each segment, against everyone."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from segtools.languages import mark, tr
from segtools.profiles.profile import Segmented

PERCENTILES = (10, 25, 50, 75, 90)
_EVERYONE = mark("Everyone")


def spread_by_segment(
    data: Segmented, features: Sequence[str], *, currency: str = ""
) -> pd.DataFrame:
    """Give five percentiles of each feature, in everyone and in each segment.

    Parameters
    ----------
    data : Segmented
    features : sequence of str
        Numeric features of its catalogue.
    currency : str, default=""
        The unit of money.

    Returns
    -------
    DataFrame
        One row for every feature and group: ``feature``, ``label``, ``unit``,
        ``segment``, ``everyone`` (true in the first row of each feature), and ``p10``,
        ``p25``, ``p50``, ``p75``, ``p90`` in the feature's unit. A percentile is null
        unless half of ``smallest_cell`` customers at least lie on either side: of a
        few the lowest tenth is one of them.
    """
    words = {e["name"]: e for e in data.catalogue}
    frame = data.features.set_index("customer_id")
    order = data.segments.drop_duplicates("segment_id").sort_values("segment_id")
    members = {
        name: data.members[data.members == segment_id].index
        for segment_id, name in zip(order["segment_id"], order["segment"], strict=True)
    }
    rows = []
    for name in features:
        values = frame[name].astype(float)
        groups = [(tr(_EVERYONE), True, values)]
        groups += [(s, False, values.reindex(own)) for s, own in members.items()]
        for segment, everyone, own in groups:
            head = {"feature": name, "label": words[name]["label"]}
            unit = words[name]["unit"]
            head |= {"unit": currency if unit == "money" else unit, "segment": segment}
            found = _percentiles(own.dropna(), data.smallest_cell)
            rows.append(head | {"everyone": everyone} | found)
    columns = ["feature", "label", "unit", "segment", "everyone"]
    return pd.DataFrame(rows, columns=columns + [f"p{p}" for p in PERCENTILES])


def telling_features(data: Segmented) -> list[str]:
    """List the features that build segments by how far they tell these apart.

    Returns
    -------
    list of str
        The feature first whose ranks differ most between segments (share of their
        variance that lies between).
    """
    names = [e["name"] for e in data.catalogue if e["role"] == "segmentation"]
    ranks = data.features.set_index("customer_id")[names].rank()
    segment = data.members.reindex(ranks.index)
    between = ranks.groupby(segment).transform("mean").where(ranks.notna()).var()
    told = (between / ranks.var()).fillna(0)
    return sorted(names, key=lambda n: (-round(float(told[n]), 9), n))


def _percentiles(values: pd.Series, limit: int) -> dict[str, float | None]:
    """Give those percentiles that are not about a few customers."""
    enough = {p: len(values) * min(p, 100 - p) / 100 >= limit / 2 for p in PERCENTILES}
    return {
        f"p{p}": float(values.quantile(p / 100)) if enough[p] else None
        for p in PERCENTILES
    }

"""A day in numbers: what a thousand customers of a segment do on an average day."""

from __future__ import annotations

import math
from typing import Any

import pandas as pd

from segtools.languages import markc, trc
from segtools.profiles.cells import mark_hidden
from segtools.profiles.profile import Segmented

CUSTOMERS = 1000
MOST = 4
LINES = "basket_lines * n_orders"
# What is counted: its name, its unit and the feature that sums it over the window.
_COUNTED = (
    (markc("a day", "orders"), "", "n_orders"),
    (markc("a day", "spend"), "money", "spend_total"),
    (markc("a day", "visits"), "", "visit_days"),
    (markc("a day", "tickets"), "", "tickets_opened"),
    (markc("a day", "chats"), "", "chats_started"),
    (markc("a day", "returns"), "", "n_returns"),
    (markc("a day", "product lines"), "", LINES),
)


def day_in_numbers(data: Segmented) -> dict[str, list[dict[str, Any]]]:
    """Give what 1,000 customers do on an average day of the window, by segment.

    Parameters
    ----------
    data : Segmented

    Returns
    -------
    dict
        segment_id to up to four figures, each with ``name``, ``unit`` (money or
        nothing), ``value`` and ``base_value`` (1,000 of everyone): the sum of
        ``feature`` over the segment's customers, over their number and the days of the
        window, times 1,000. Null where too few customers are behind it to be shown.
        Of visits there is one a day at most.
    """
    frame = data.features.set_index("customer_id")
    if {"basket_lines", "n_orders"} <= set(frame.columns):
        frame = frame.assign(**{LINES: frame["basket_lines"] * frame["n_orders"]})
    there = [c for c in _COUNTED if c[2] in frame.columns]
    # What nobody ever does is no part of anybody's day.
    known = [c for c in there if frame[c[2]].fillna(0).ne(0).any()][:MOST]
    segment = data.members.reindex(frame.index)
    found: dict[str, list[dict[str, Any]]] = {str(i): [] for i in segment.unique()}
    for name, unit, feature in known:
        for row in _rates(frame[feature].astype(float), segment, data):
            figures = {
                "value": None if row.hidden or row.n_hidden else row.rate,
                "base_value": None if row.base_hidden else row.base,
            }
            about = {"name": trc("a day", name), "unit": unit, "feature": feature}
            found[str(row.segment_id)].append(about | figures)
    return found


def _rates(column: pd.Series, segment: pd.Series, data: Segmented) -> list[Any]:
    done = column.fillna(0)
    grouped = done.groupby(segment)
    each = CUSTOMERS / data.window.days
    rows = pd.DataFrame(
        {
            # An exact sum: that of floats depends on the order of the rows.
            "rate": grouped.agg(math.fsum) / grouped.size() * each,
            "doers": grouped.agg(lambda values: int((values != 0).sum())),
            "n": grouped.size(),
        }
    )
    rows = rows.rename_axis("segment_id").reset_index()
    rows = rows.assign(base=math.fsum(done) / len(done) * each, level="one")
    marked = mark_hidden(rows, level="level", count="doers", limit=data.smallest_cell)
    return list(marked.itertuples(index=False))

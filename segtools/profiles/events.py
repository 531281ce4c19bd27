"""What customers did besides buying, by segment: contacts, visits, and their topics."""

from __future__ import annotations

import ibis
import pandas as pd

from segtools.profiles.cells import FLAGS, mark_hidden, shown
from segtools.profiles.claim import Claim
from segtools.profiles.profile import Segmented
from segtools.wording import plain, shorten

MOST = 40
_COLUMNS = ["segment_id", "column", "name", "doers", "n", "value"]
_COLUMNS += ["base_value", "index", *FLAGS]
# Events of a help desk or a chat are about what went wrong more often than not.
_CONTACTS = ("ticket", "chat")


def event_profile(data: Segmented) -> pd.DataFrame:
    """Give the share of each segment that did something in the window.

    Parameters
    ----------
    data : Segmented

    Returns
    -------
    DataFrame
        ``segment_id``, ``column`` (``event`` or ``topic``), ``name`` (what happened,
        or what it was about), ``doers``, ``n`` (customers of the segment), ``value``
        (share), ``base_value``, ``index`` and what may not be shown (see
        `mark_hidden`); empty without events. Of each column the 40 that most did.
    """
    events = data.shop.tables.get("events")
    if events is None:
        return pd.DataFrame(columns=_COLUMNS)
    second = events.occurred_at.epoch_seconds()
    within = (second >= data.window.start) & (second < data.window.origin)
    joined = data.with_segment(events.filter(within))
    columns = [c for c in ("event", "topic") if c in events.columns]
    pieces = [
        mark_hidden(
            _one_column(joined, data.segments, c),
            level="name",
            count="doers",
            limit=data.smallest_cell,
        )
        for c in columns
    ]
    return pd.concat(pieces, ignore_index=True)[_COLUMNS]


def _one_column(
    joined: ibis.expr.types.Table, segments: pd.DataFrame, column: str
) -> pd.DataFrame:
    known = joined.filter(joined[column].notnull())
    grouped = known.group_by("segment_id", name=known[column])
    frame = grouped.aggregate(doers=known.customer_id.nunique()).to_pandas()
    if frame.empty:
        return pd.DataFrame(columns=_COLUMNS)
    total = frame.groupby("name")["doers"].sum()
    top = total.sort_index().sort_values(ascending=False, kind="stable").index[:MOST]
    sizes = segments["segment_id"].value_counts().sort_index()
    wide = frame.pivot(index="segment_id", columns="name", values="doers")
    wide = wide.reindex(index=sizes.index, columns=sorted(top)).fillna(0)
    long = wide.rename_axis(index="segment_id").stack().rename("doers").reset_index()
    n = long["segment_id"].map(sizes)
    base = long["name"].map(total) / len(segments)
    share = long["doers"] / n
    index = (share / base * 100).round(1)
    return long.assign(column=column, n=n, value=share, base_value=base, index=index)


def event_claims(data: Segmented) -> list[Claim]:
    """Make a claim for each segment and thing that customers did or were about."""
    everyone = len(data.segments)
    return [
        Claim(
            segment_id=str(row.segment_id),
            topic=_topic(str(row.name)) if row.column == "event" else "pain",
            text=_text(row.column, row.name),
            holders=int(row.doers),
            n=int(row.n),
            base_holders=round(row.base_value * everyone),
            base_n=everyone,
            computation={
                "table": "events",
                "column": row.column,
                "op": "did",
                "value": row.name,
            },
        )
        for row in shown(event_profile(data)).itertuples(index=False)
    ]


def _topic(event: str) -> str:
    return "pain" if event.startswith(_CONTACTS) else "habit"


def _text(column: str, name: str) -> str:
    words = shorten(plain(str(name)).replace("_", " "), 60)
    if column == "topic":
        return f"Got in touch about: {words}"
    return f"{words[:1].upper()}{words[1:]} at least once"

"""What customers did besides buying, by segment: contacts, visits, and their topics."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Any

import ibis.expr.types as ir
import pandas as pd

from segtools.languages import mark, tr
from segtools.profiles.cells import FLAGS, mark_hidden, shown
from segtools.profiles.claim import Claim, in_english
from segtools.profiles.profile import Segmented, customers_of, shares_of_all
from segtools.profiles.remember import remembered
from segtools.timezones import timestamp_of
from segtools.wording import plain, shorten

MOST = 40
_COLUMNS = ["segment_id", "column", "about", "name", "doers", "n", "value"]
_COLUMNS += ["base_value", "index", *FLAGS]
# Events of a help desk or a chat are about what went wrong more often than not.
_CONTACTS = ("ticket", "chat")
_PAGES = ("page", "screen", "view", "product")
# What a topic is of: its topic on a card, and its sentence.
_ABOUT = {
    "contact": ("pain", mark("Got in touch about: {name}")),
    "search": ("motive", mark("Searched for: {name}")),
    "page": ("interest", mark("Looked at: {name}")),
}


@remembered
def event_profile(data: Segmented) -> pd.DataFrame:
    """Give the share of each segment that did something in the window.

    Parameters
    ----------
    data : Segmented

    Returns
    -------
    DataFrame
        ``segment_id``, ``column`` (``event``, ``channel`` or ``topic``), ``about`` (of
        topics: contact, search or page), ``name`` (what happened, by what, or what it
        was about), ``doers``, ``n`` (customers of the segment; of channels, those who
        were in touch by any), ``value`` (share), ``base_value``, ``index`` and what
        may not be shown (see `mark_hidden`); empty without events. Of each column the
        40 that most did.
    """
    events = data.shop.tables.get("events")
    if events is None:
        return pd.DataFrame(columns=_COLUMNS)
    within = events.occurred_at >= timestamp_of(data.window.start)
    within &= events.occurred_at < timestamp_of(data.window.origin)
    joined = data.with_segment(events.filter(within))
    pieces = [
        mark_hidden(
            _one_column(rows, data.segments, column).assign(about=about),
            level="name",
            count="doers",
            limit=data.smallest_cell,
        )
        for column, about, rows in _parts(joined)
    ]
    return pd.concat(pieces, ignore_index=True)[_COLUMNS]


def _parts(events: ir.Table) -> Iterator[tuple[str, str, ir.Table]]:
    yield "event", "", events
    if "channel" in events.columns:
        yield "channel", "", events
    if "topic" in events.columns:
        for about, names in topical(events).items():
            yield "topic", about, events.filter(events.event.isin(names))


def topical(events: ir.Table) -> dict[str, list[str]]:
    """Name the events that have a topic, by what the topic is of."""
    with_topic = events.filter(events.topic.notnull()).select("event").distinct()
    found: dict[str, list[str]] = {}
    for name in sorted(with_topic.to_pandas()["event"]):
        word = name.lower()
        page = "page" if word.startswith(_PAGES) else "contact"
        found.setdefault("search" if "search" in word else page, []).append(name)
    return found


def _one_column(rows: ir.Table, segments: pd.DataFrame, column: str) -> pd.DataFrame:
    known = rows.filter(rows[column].notnull())
    grouped = known.group_by("segment_id", name=known[column])
    frame = grouped.aggregate(doers=known.customer_id.nunique()).to_pandas()
    if frame.empty:
        return pd.DataFrame(columns=_COLUMNS)
    # By which channel somebody is in touch says nothing of those who never are.
    asked = customers_of(known, segments) if column == "channel" else segments
    return shares_of_all(frame, asked, "doers", MOST).assign(column=column)


def event_claims(data: Segmented) -> list[Claim]:
    """Make a claim for each segment and thing that customers did or were about."""
    every = event_profile(data)
    if every.empty:
        return []
    sizes = every.drop_duplicates(["segment_id", "column"]).groupby("column")["n"].sum()
    profile = shown(every)
    names = {}
    if "topic" in sizes.index:
        names = topical(data.shop.tables["events"])
    return [
        Claim(
            segment_id=str(row.segment_id),
            topic=_topic(row),
            text=in_english(partial(_text, row)),
            say=partial(_text, row),
            holders=int(row.doers),
            n=int(row.n),
            base_holders=round(row.base_value * int(sizes[row.column])),
            base_n=int(sizes[row.column]),
            computation=_computation(row, data.window.days, names),
        )
        for row in profile.itertuples(index=False)
    ]


def _computation(row: Any, days: int, names: dict[str, list[str]]) -> dict[str, Any]:
    asked = {"table": "events", "column": row.column, "op": "did", "value": row.name}
    if row.about:
        asked["events"] = names[row.about]
    if row.column == "channel":
        asked["of"] = "known"
    return asked | {"window_days": days}


def _topic(row: Any) -> str:
    if row.column == "topic":
        return _ABOUT[row.about][0]
    if row.column == "channel":
        return "reach"
    return "pain" if row.name.startswith(_CONTACTS) else "habit"


def _text(row: Any) -> str:
    words = shorten(plain(str(row.name)).replace("_", " "), 60)
    if row.column == "topic":
        return tr(_ABOUT[row.about][1], name=words)
    if row.column == "channel":
        return tr("Get in touch by {channel}", channel=words)
    return tr("{event} at least once", event=f"{words[:1].upper()}{words[1:]}")

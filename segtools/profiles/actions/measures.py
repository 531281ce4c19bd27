"""How far a segment can be reached, and whether its spend grows, where known."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from segtools.disclosure import hide, two_way
from segtools.languages import tr
from segtools.profiles.profile import Segmented
from segtools.wording import listed, shorten

# Contact columns by which somebody can be written to or called.
_REACHES = re.compile(
    r"mail|phone|mobil|handy|portable|cell|^tel|whatsapp|street|strasse|ad+ress"
    r"|anschrift|direc+ion|indirizzo"
)
_NO_LETTERBOX = re.compile(r"(^|_)ip(_|$)")
# Consent that says no where it says yes.
_REFUSES = re.compile(r"opt_?out|unsub|abgemeldet|widerruf")
_YES: tuple[str, ...] = (
    "true",
    "t",
    "1",
    "1.0",
    "yes",
    "y",
    "ja",
    "oui",
    "si",
    "sí",
    "да",
)
_YES += ("subscribed", "granted", "accepted", "opted in", "opted_in", "opt in")
# Features that are above 0 only for customers who can be met online.
_ONLINE: tuple[str, ...] = (
    "app_days",
    "email_clicks",
    "emails_opened",
    "online_share",
    "visit_days",
)
_ONLINE += ("web_sessions",)


@dataclass(frozen=True)
class Measures:
    """What the data says of each segment besides size, value and statements.

    Attributes
    ----------
    trend : dict of str to float
        segment_id to spend per day in the last third of the window over spend per day
        in all of it: 1 is steady.
    reach : dict of str to float
        segment_id to the share of customers who may be reached.
    reach_by : str
        What reach was told by, in words; empty where the data says nothing of it.
    """

    trend: dict[str, float] = field(default_factory=dict)
    reach: dict[str, float] = field(default_factory=dict)
    reach_by: str = ""


def segment_measures(data: Segmented) -> Measures:
    """Measure trend and reach of every segment.

    Parameters
    ----------
    data : Segmented

    Returns
    -------
    Measures
        Without the segments of which too little is known to be shown. Who has a
        contact can be reached if a consent says yes, or if the data has no consents;
        without contacts and consents, who was met in the app, by e-mail, on the
        website or in an online order.
    """
    known, by = _reachable(data)
    reach = {} if known is None else _shares(known, data)
    return Measures(_trends(data), reach, by)


def _trends(data: Segmented) -> dict[str, float]:
    frame = data.features.set_index("customer_id")
    if not {"trend_ratio", "spend_total"} <= set(frame.columns):
        return {}
    # A ratio of sums: each customer's own ratio counts by what was spent.
    own = frame[["trend_ratio", "spend_total"]].dropna().astype(float)
    own = own[own["spend_total"] > 0]
    late = own["trend_ratio"] * own["spend_total"]
    segment = data.members.reindex(own.index)
    parts = late.groupby(segment).sum() / own["spend_total"].groupby(segment).sum()
    many = segment.value_counts() >= data.smallest_cell
    return {str(i): float(x) for i, x in parts.items() if many.get(i, False)}


def _shares(reachable: pd.Series, data: Segmented) -> dict[str, float]:
    own = data.members
    yes = reachable.reindex(own.index).fillna(False).astype(bool)
    counts = pd.DataFrame(
        {"yes": yes.groupby(own).sum(), "no": (~yes).groupby(own).sum()}
    ).sort_index()
    shape = len(counts) + 1, 3
    flags = hide(two_way(counts.to_numpy(float)), data.smallest_cell).reshape(shape)
    shown = ~np.asarray(flags[:-1, :2].any(axis=1))
    share = counts["yes"] / counts.sum(axis=1)
    each = zip(counts.index, share, shown, strict=True)
    return {str(i): float(s) for i, s, ok in each if ok}


def _reachable(data: Segmented) -> tuple[pd.Series | None, str]:
    """Tell of each customer whether they can be reached, and by what it is told."""
    people = data.shop.attributes()
    kinds = {} if people is None else {c: data.shop.kind(c) for c in people.columns}
    contacts = sorted(c for c, kind in kinds.items() if kind == "contact" and _box(c))
    consents = sorted(c for c, kind in kinds.items() if kind == "consent")
    if people is None or not contacts + consents:
        return _online(data)
    own = people.select("customer_id", *contacts, *consents).to_pandas()
    own = own.set_index("customer_id")
    known = pd.Series(data=True, index=own.index)
    if contacts:
        known &= own[contacts].map(_filled).any(axis=1)
    if consents:
        known &= pd.DataFrame({c: _says_yes(own[c]) for c in consents}).any(axis=1)
    by = listed(shorten(c, 40) for c in [*contacts, *consents])
    if consents:
        return known, by
    return known, tr("{contacts}; the data holds no consent", contacts=by)


def _box(column: str) -> bool:
    name = column.lower()
    return bool(_REACHES.search(name)) and not _NO_LETTERBOX.search(name)


def _filled(value: object) -> bool:
    return not pd.isna(value) and str(value).strip() != ""


def _says_yes(column: pd.Series) -> pd.Series:
    yes = column.map(lambda v: _filled(v) and str(v).strip().lower() in _YES)
    if _REFUSES.search(str(column.name).lower()):
        return ~yes & column.map(_filled)
    return yes


def _online(data: Segmented) -> tuple[pd.Series | None, str]:
    frame = data.features.set_index("customer_id")
    columns = [c for c in _ONLINE if c in frame.columns and frame[c].notna().any()]
    if not columns:
        return None, ""
    met = frame[columns].fillna(0).astype(float) > 0
    by = listed(c.replace("_", " ") for c in columns)
    return (
        pd.Series(np.asarray(met.any(axis=1)), index=frame.index),
        tr("who was met online ({features})", features=by),
    )

"""Lists for ad platforms, one a segment: who is on it, who comes, who must go."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import pandas as pd

from segtools.destinations.audience import Audience, slug
from segtools.destinations.fields import countries
from segtools.destinations.identifiers import mapped, phones
from segtools.destinations.membership import vacated
from segtools.destinations.parts import Part, csv_part
from segtools.languages import mark, tr
from segtools.wording import quoted_name

# A platform counts those of a list whom it knows; of a few rows too few will be.
MANY = 300
_WHAT = {
    "members": mark("members of {segment}"),
    "additions": mark("additions of {segment}"),
    "removals": mark("removals of {segment}"),
}
Rule = Callable[..., str | None]


def normalised(
    frame: pd.DataFrame, rules: Mapping[str, Rule], block: Any
) -> dict[str, pd.Series]:
    """Write fields as a platform hashes them; what is hashed already stays.

    Parameters
    ----------
    frame : DataFrame
        Fields as they stand in the data.
    rules : mapping
        Field to its rule; that of ``phone`` takes a region, too.
    block : DestinationBlock
    """
    made = {}
    for name in (f for f in frame if f in rules):
        values, rule = frame[name], rules[name]
        if name == "phone" and name not in block.hashed:
            values = phones(values, countries(frame), block.default_region, rule)
        elif name not in block.hashed:
            values = mapped(values, rule)
        made[name] = values
    return made


def list_parts(
    audience: Audience,
    keys: Sequence[str],
    table: Callable[[pd.DataFrame], pd.DataFrame],
) -> list[Part]:
    """Give three files a segment, and one of those who must be on no list.

    Parameters
    ----------
    audience : Audience
    keys : sequence of str
        What the platform knows a person by. A removal never names an address that
        is still on the list, such as one that two customers share.
    table : callable
        From rows of the audience to the columns that the platform takes.

    Returns
    -------
    list of Part
        ``members``, ``additions`` and ``removals`` of each segment, and
        ``suppressed.csv``: who said no, or is on the suppression list.
    """
    parts = []
    for one in audience.lists(keys):
        frames = {
            "members": one.members,
            "additions": one.added,
            "removals": vacated(one.removed, one.members, keys),
        }
        for what, frame in frames.items():
            name = f"{slug(one.segment_id)}-{what}.csv"
            about = tr(_WHAT[what], segment=one.segment_id)
            parts.append(csv_part(name, table(frame), what=about))
    out = unwilling(audience, keys)
    return [*parts, csv_part("suppressed.csv", table(out), what=tr("in no list"))]


def unwilling(audience: Audience, keys: Sequence[str]) -> pd.DataFrame:
    """Give those who said no, or are on the suppression list, and can be named."""
    out = audience.refusals
    return out[out[list(keys)].notna().any(axis=1)]


def doubts(audience: Audience) -> list[str]:
    """Name the segments of which a platform may know too few."""
    n = audience.members["segment_id"].value_counts()
    return [
        tr(
            "{segment} may match too few: only those count whom the platform knows.",
            segment=quoted_name(name),
        )
        for one, name in audience.names.items()
        if 0 < n.get(one, 0) < MANY
    ]

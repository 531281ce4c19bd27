"""Which segment of an earlier run is which of a later one, and what both are called."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from segtools.history.registry import match_segments
from segtools.history.replay import replay, why_not_replayed
from segtools.history.snapshot import Snapshot


@dataclass(frozen=True)
class Alignment:
    """One set of ids and names for the segments of two runs.

    Attributes
    ----------
    ids : dict
        The earlier run's segment_id to the id by which it goes in both.
    names : dict
        That id to the name to show: those of now by rank, then those retired.
    """

    ids: dict[str, str]
    names: dict[str, str]

    @property
    def back(self) -> dict[str, str]:
        """The shared id to the earlier run's own."""
        return {shared: own for own, shared in self.ids.items()}


def align(old: Snapshot, new: Snapshot, *, related: bool = True) -> Alignment:
    """Bring the segments of two runs under the same ids.

    Parameters
    ----------
    old, new : Snapshot
    related : bool, default=True
        The later run carried ids on from the earlier one, directly or over others, so
        that equal ids are equal segments. Else segments are matched by the customers
        that they share (see `match_segments`), as if the later run had done so.

    Returns
    -------
    Alignment
        A segment that was renamed has one name, that of now. A retired segment whose
        name is in use again is shown with its id.
    """
    ids = {i: i for i in old.names} if related else _matched(old, new)
    names = dict(new.names)
    for own, name in old.names.items():
        if ids[own] not in names:
            taken = name in names.values()
            names[ids[own]] = f"{name} ({own})" if taken else name
    return Alignment(ids, names)


def _matched(old: Snapshot, new: Snapshot) -> dict[str, str]:
    there = list(new.names)
    now = pd.DataFrame({"customer_id": new.segments["customer_id"]})
    now["label"] = new.segments["segment_id"].map(there.index)
    asked = None if why_not_replayed(old, new) else replay(old, new)
    matches = match_segments(old.segments, now, replayed=asked)
    found = {m.segment_id: there[m.label] for m in matches}
    # An id of the other lineage says nothing, so one without a match gets a mark.
    return {own: found.get(own, f"{own} before") for own in old.names}

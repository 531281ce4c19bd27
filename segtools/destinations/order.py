"""What is ordered of a run for one destination, and who is found for it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from segtools.destinations.registry import Destination
from segtools.disclosure import LIMIT
from segtools.languages import mark

ADDRESSES = ("email", "phone")
REASONS = {
    "not_chosen": mark("their segment is not among those chosen"),
    "suppressed": mark("they are on the suppression list"),
    "held_back": mark(
        "a running experiment holds them back by lot, to be compared with"
    ),
    "denied": mark("they said no"),
    "not_asked": mark("nobody knows whether they agreed"),
    "refused": mark("a field of theirs cannot be written"),
    "no_address": mark("the system could not find them: no usable address"),
    "shared_address": mark("their address is another customer's, too"),
    "too_small": mark("their segment has too few customers to be written"),
}


@dataclass(frozen=True)
class Order:
    """Which of a run's customers go to which destination.

    Attributes
    ----------
    name : str
        The block under ``destinations``.
    destination : Destination
    block : DestinationBlock
    segments : DataFrame
        As ``segments.parquet`` holds it.
    customers : DataFrame or None
        The run's cleaned customers, each once; None where there is no such table.
    names : dict
        Segment id to name, in the order of ranks.
    suppressions : dict
        As `read_suppressions` gives it.
    held_back : frozenset of str
        Customers whom a running experiment lets nobody write to.
    smallest_cell : int
    origin : int
        UTC seconds.
    about : dict
        What the manifest says of the run.
    """

    name: str
    destination: Destination
    block: Any
    segments: pd.DataFrame
    customers: pd.DataFrame | None
    names: Mapping[str, str]
    suppressions: Mapping[str, frozenset[str]] = field(default_factory=dict)
    held_back: frozenset[str] = frozenset()
    smallest_cell: int = LIMIT
    origin: int = 0
    about: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Gathered:
    """Who is written, who is not, and what was blanked.

    Attributes
    ----------
    members, left_out, refusals : DataFrame
        As `Audience` has them; the first two are together every customer once.
    blanked : DataFrame
        ``customer_id``, ``field`` and ``why`` of cells that members lack for a reason.
    known : frozenset of str
        Fields that stand in the data at all.
    notes : list of str
        What somebody should know, such as a segment that is too small.
    shown : list of str
        The same for pages, without counts.
    """

    members: pd.DataFrame
    left_out: pd.DataFrame
    refusals: pd.DataFrame
    blanked: pd.DataFrame
    known: frozenset[str]
    notes: list[str]
    shown: list[str]

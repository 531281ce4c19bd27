"""Who is written to a destination, and what changed since its last export."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

PAIR = ("customer_id", "segment_id")


@dataclass(frozen=True)
class SegmentList:
    """One segment's list: who is on it, who came and who went.

    Attributes
    ----------
    segment_id, name : str
    members, added, removed : DataFrame
        Rows of the audience; of `removed` as they were last written.
    """

    segment_id: str
    name: str
    members: pd.DataFrame
    added: pd.DataFrame
    removed: pd.DataFrame


@dataclass(frozen=True)
class Audience:
    """What a destination gets.

    Attributes
    ----------
    members : DataFrame
        Who is written, by customer_id: ``customer_id``, ``segment_id``, ``segment``
        and each field that the destination asks for, as it wants it.
    before : DataFrame
        Who was written at the last export, with the fields that are remembered;
        without rows at a first export.
    left_out : DataFrame
        Everybody else with ``reason`` (a key of `REASONS`), fields as far as they may
        be used: to take somebody out of a system, one must be able to name them; and
        ``barred``, whether they must not be written to, whatever the one reason.
    names : dict
        Segment id to name, for all segments, in the order of their ranks.
    known : frozenset of str
        Fields that stand in the data at all.
    origin : int
        The run's ``as_of`` in UTC seconds.
    about : dict
        What the manifest says of the run.
    passed_on : dict
        What the last export has passed on, as `Written.passed_on`.
    refusals : DataFrame
        Fields of everybody who said no to their channel, or is on the suppression list:
        members whom another channel reaches, too, and those left out, whatever the one
        reason. Fields by which they may be written to are missing.
    number : int
        Of the export, among those to this destination.
    """

    members: pd.DataFrame
    before: pd.DataFrame
    left_out: pd.DataFrame
    names: Mapping[str, str]
    known: frozenset[str] = frozenset()
    origin: int = 0
    about: Mapping[str, Any] = field(default_factory=dict)
    passed_on: Mapping[str, Any] = field(default_factory=dict)
    refusals: pd.DataFrame = field(default_factory=pd.DataFrame)
    number: int = 1

    @property
    def additions(self) -> pd.DataFrame:
        """Members who were not written last time."""
        return lacking(self.members, self.before, ["customer_id"])

    @property
    def removals(self) -> pd.DataFrame:
        """Who was written last time and is not now, as they were written then."""
        return lacking(self.before, self.members, ["customer_id"])

    @property
    def changes(self) -> pd.DataFrame:
        """Members who were in another segment, or had another address, last time."""
        kept = [c for c in self.before if c in self.members and c != "segment"]
        stayed = lacking(self.members, self.additions, ["customer_id"])
        return lacking(stayed, self.before, kept)

    def lists(self, keys: Sequence[str] = ("customer_id",)) -> Iterator[SegmentList]:
        """Give the list of each segment, also of one that nobody is in any more.

        Parameters
        ----------
        keys : sequence of str
            What the system knows a person by, such as ``("email", "phone")``: who has
            another address comes and goes.
        """
        gone = self.before["segment_id"].drop_duplicates()
        then = dict(zip(self.before["segment_id"], self.before["segment"], strict=True))
        for one in [*self.names, *sorted(set(gone) - set(self.names))]:
            now = self.members[self.members["segment_id"] == one]
            was = self.before[self.before["segment_id"] == one]
            if len(now) or len(was):
                yield SegmentList(
                    one,
                    self.names.get(one) or then[one],
                    now,
                    lacking(now, was, list(keys)),
                    lacking(was, now, list(keys)),
                )


def lacking(frame: pd.DataFrame, other: pd.DataFrame, keys: list[str]) -> pd.DataFrame:
    """Give the rows whose keys are in no row of another frame; nothing equals nothing.

    Examples
    --------
    >>> a = pd.DataFrame({"k": ["x", None, "y"]})
    >>> lacking(a, a.iloc[:2], ["k"])["k"].tolist()
    ['y']
    """
    there = pd.MultiIndex.from_frame(other[keys].astype(object).fillna(""))
    own = pd.MultiIndex.from_frame(frame[keys].astype(object).fillna(""))
    return frame[~own.isin(there)]


def slug(name: str) -> str:
    """Write a name so that it can be a tag or a part of a file's name.

    Examples
    --------
    >>> slug("High value, growing"), slug("Müller's"), slug("=1+1")
    ('high-value-growing', 'müller-s', '1-1')
    """
    plain = unicodedata.normalize("NFC", name).casefold()
    return re.sub(r"[\W_]+", "-", plain).strip("-")


def labels(names: Mapping[str, str], own: Mapping[str, str]) -> dict[str, str]:
    """Name each segment for another system: as somebody has said, else by its slug.

    Parameters
    ----------
    names : mapping
        Segment id to name.
    own : mapping
        Segment id or name to label, as ``names`` in the configuration.

    Returns
    -------
    dict
        Segment id to label, no two alike.

    Examples
    --------
    >>> labels({"S01": "New", "S02": "new!", "S03": "?"}, {"S01": "fresh"})
    {'S01': 'fresh', 'S02': 'new', 'S03': 's03'}
    """
    found: dict[str, str] = {}
    for one, name in names.items():
        label = own.get(one) or own.get(name) or slug(name) or one.lower()
        if label.casefold() in {f.casefold() for f in found.values()}:
            label = f"{label}-{one.lower()}"
        found[one] = label
    return found

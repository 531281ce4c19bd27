"""What a deck is made of: a run's records, and the views that its pages show."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import Any

from segtools.records import read_record
from segtools.report.card_view import card_view, scales_of
from segtools.report.front import front_view

Record = Mapping[str, Any]

RECORDS = (
    *("data_quality", "goals", "verdict", "contest"),
    *("personas", "actions", "changes"),
)


@dataclass(frozen=True)
class Source:
    """A finished run, read once.

    Attributes
    ----------
    folder : Path
    run : mapping
        ``run.json``.
    records : mapping of str to mapping
        The other records; one that an older run lacks is empty.
    """

    folder: Path
    run: Record
    records: Mapping[str, Record]

    @classmethod
    def of(cls, folder: Path, run: Record) -> Source:
        """Read the records of a run."""
        paths = {name: folder / f"{name}.json" for name in RECORDS}
        found = {n: read_record(p) if p.is_file() else {} for n, p in paths.items()}
        return cls(folder, run, found)

    @cached_property
    def front(self) -> dict[str, Any]:
        """What the front page shows."""
        return front_view(self.records)

    @cached_property
    def segments(self) -> list[Record]:
        """The segments of personas.json by rank; none where there are not to be any."""
        if not self.front["segmented"]:
            return []
        rows = self.records["personas"].get("segments") or []
        return sorted(rows, key=lambda row: row.get("rank") or 0)

    @cached_property
    def cards(self) -> list[dict[str, Any]]:
        """What the cards of the personas show, in the order of `segments`."""
        everyone = self.records["personas"].get("everyone") or {}
        scales = scales_of(self.segments, everyone)
        return [card_view(row, everyone, scales) for row in self.segments]

    @cached_property
    def actions(self) -> dict[Any, Record]:
        """The rows of actions.json by the id of their segment."""
        rows = self.records["actions"].get("segments") or []
        return {row.get("segment_id"): row for row in rows}

    @property
    def project(self) -> str:
        """Name the project."""
        return str(self.run.get("project") or "")

    @property
    def as_of(self) -> str:
        """Give the day of the analysis, as an ISO date."""
        return str(self.run.get("as_of") or "")[:10]

    @property
    def made(self) -> datetime:
        """Give the date that is written into files: the run's, never the clock's."""
        try:
            return datetime.fromisoformat(self.as_of)
        except ValueError:
            return datetime(2000, 1, 1)

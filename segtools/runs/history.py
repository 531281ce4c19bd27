"""All runs of a project over time: what each run's own pages tell, set side by side.

Nothing is worked out of customers here. Sizes, money and movements are taken from the
records that each run has published, where small numbers are hidden already; money is
rounded as on a run's front page, so that two runs cannot be subtracted to the cent.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from segtools.records import read_record
from segtools.runs.folders import Folder, folders_of
from segtools.runs.sizes import shown_sizes
from segtools.schema import DataError
from segtools.wording import is_missing, plain

RECORDS = ("verdict", "selection", "personas", "changes", "drift")
_DIGITS = 3
Record = Mapping[str, Any]


@dataclass(frozen=True)
class PastRun:
    """One run of a project, as its own pages show it.

    Attributes
    ----------
    folder : Folder
    records : dict of str to mapping
        By name; empty where one is missing or cannot be read.
    notes : tuple of str
        What is wrong with it, each a sentence.
    """

    folder: Folder
    records: dict[str, Record] = field(default_factory=dict)
    notes: tuple[str, ...] = ()

    @property
    def error(self) -> str:
        """Why it failed, as a sentence with its remedy; else empty."""
        error = self.folder.run.get("error")
        if not isinstance(error, Mapping):
            return ""
        return plain(
            f"{error.get('sentence') or ''} {error.get('remedy') or ''}"
        ).strip()

    @property
    def currency(self) -> str:
        """The currency of its money."""
        return str(_of(self.folder.run, "config").get("currency") or "")

    def sizes(self) -> list[dict[str, Any]]:
        """Give each segment with its customers and money, None where hidden."""
        rows = _rows(self.records.get("personas", {}), "segments")
        if not rows:  # a run that stopped before its personas has no sizes to compare
            return []
        return [
            {
                "segment_id": str(row.get("segment_id")),
                "segment": str(row.get("segment") or row.get("segment_id")),
                "colour": row.get("colour"),
                "customers": count,
                "value": None if count is None else as_shown(row.get("value")),
            }
            for row, count in zip(rows, shown_sizes(rows, self.folder.run), strict=True)
        ]

    def summary(self) -> dict[str, Any]:
        """Give the run in one row: state, verdict, sizes and movement."""
        verdict = self.records.get("verdict", {})
        everyone = _of(self.records.get("personas", {}), "everyone")
        sizes = self.sizes()
        done = self.folder.is_finished
        return {
            "run": self.folder.name,
            "as_of": self.folder.as_of,
            "state": str(self.folder.run.get("state")),
            **{k: verdict.get(k) for k in ("structure", "worth", "decision")},
            "stability": _share(self.records.get("selection", {}).get("stability")),
            "segments": len(sizes) if done else None,
            "customers": _count(everyone.get("n")) if done else None,
            "value": as_shown(everyone.get("value")) if done else None,
            "currency": self.currency,
            "error": self.error,
            "notes": list(self.notes),
        } | _movement(self.records.get("changes", {}) if done else {})


@dataclass(frozen=True)
class History:
    """A project's runs in the order of time.

    Attributes
    ----------
    path : Path
    runs : list of PastRun
    others : list of Folder
        What lies among the runs and is none, each with its fault.
    """

    path: Path
    runs: list[PastRun]
    others: list[Folder]

    @property
    def project(self) -> str:
        """The project's name."""
        return str(self.runs[-1].folder.run.get("project")) if self.runs else ""

    def drawn(self) -> list[PastRun]:
        """Give the runs that figures show: finished, one for each instant.

        Of several at one instant it is the first by name, which later runs follow.
        """
        found: dict[str, PastRun] = {}
        for run in self.runs:
            if run.folder.is_finished:
                found.setdefault(run.folder.as_of, run)
        return list(found.values())

    def figures(self) -> dict[str, Any]:
        """Give what the figures over time draw; see `plots.segments_over_time`."""
        drawn = self.drawn()
        currencies = {run.currency for run in drawn}
        return {
            "runs": [run.summary() for run in drawn],
            "segments": _lines(drawn, with_value=len(currencies) == 1),
            "events": list(_events(drawn)),
            "currency": currencies.pop() if len(currencies) == 1 else "",
        }

    def strip(self) -> dict[str, Any]:
        """Give what the strip of verdicts shows: failed runs are in it as well."""
        return {"runs": [run.summary() for run in self.runs]}

    @property
    def record(self) -> dict[str, Any]:
        """The same for other programs."""
        return {
            "state": "done",
            "project": self.project,
            "path": str(self.path),
            "runs": [
                run.summary() | {"path": str(run.folder.path)} for run in self.runs
            ],
            "others": [{"name": o.name, "sentence": o.fault} for o in self.others],
        }


def read_history(project: Path | str) -> History:
    """Read the runs of a project; each record of each run is read once.

    Parameters
    ----------
    project : path
        The folder of the runs, such as ``reports/<project>``.

    Returns
    -------
    History

    Raises
    ------
    ConfigError
        If it is no folder, or is a run itself, or holds no run.
    """
    path = Path(project)
    folders = folders_of(path)
    own = [f for f in folders if not f.fault]
    names = {f.path.resolve() for f in own}
    return History(
        path,
        [_read(f, names) for f in own],
        [f for f in folders if f.fault],
    )


def as_shown(value: Any) -> float | None:
    """Round money to three digits, as the front page of a run does at least.

    Examples
    --------
    >>> as_shown("1318402.0000"), as_shown("54.2539"), as_shown(None), as_shown("?")
    (1320000.0, 54.3, None, None)
    """
    try:
        amount = float(value)
    except (TypeError, ValueError):
        return None
    if not math.isfinite(amount):
        return None
    return float(f"{amount:.{_DIGITS}g}")


def _read(folder: Folder, known: set[Path]) -> PastRun:
    notes: list[str] = []
    records: dict[str, Record] = {}
    for name in RECORDS if folder.run.get("state") == "done" else RECORDS[:1]:
        file = folder.path / f"{name}.json"
        if not file.is_file():
            continue
        try:
            records[name] = read_record(file)
        except (DataError, OSError, RecursionError):
            notes.append(f"{file.name} cannot be read, so its figures are missing.")
    before = folder.run.get("previous_run")
    if before and not _leads(folder.path, str(before), known):
        notes.append("The run that it followed is not here any more.")
    return PastRun(folder, records, tuple(notes))


def _leads(path: Path, before: str, known: set[Path]) -> bool:
    try:
        place = (path / before).resolve()
    except (OSError, RuntimeError, ValueError):
        return False
    return place in known or (place / "run.json").is_file()


def _movement(changes: Record) -> dict[str, Any]:
    """Give who moved, came and left as counts and shares; None where hidden."""
    totals, ends = _of(changes, "totals"), _of(changes, "ends")
    stayed, moved, new, gone = (
        _count(totals.get(k)) for k in ("stayed", "moved", "new", "gone")
    )
    both = None if stayed is None or moved is None else stayed + moved
    then, now = (_count(_of(ends, k).get("customers")) for k in ("before", "now"))
    return {
        "customers_moved": moved,
        "moved": _part(moved, both),
        "new": _part(new, now),
        "gone": _part(gone, then),
    }


def _part(count: int | None, of: int | None) -> float | None:
    return count / of if count is not None and of else None


def _lines(runs: Sequence[PastRun], *, with_value: bool) -> list[dict[str, Any]]:
    """Give a line a segment, those of the latest run first; names are the last ones."""
    lines: dict[str, dict[str, Any]] = {}
    for place, run in enumerate(runs):
        for row in run.sizes():
            own = lines.setdefault(
                row["segment_id"],
                {
                    "segment_id": row["segment_id"],
                    "customers": [None] * len(runs),
                    "value": [None] * len(runs),
                },
            )
            own |= {"segment": row["segment"], "last": place}
            own["customers"][place] = row["customers"]
            own["value"][place] = row["value"] if with_value else None
    return sorted(lines.values(), key=lambda own: (-own["last"], own["segment_id"]))


def _events(runs: Sequence[PastRun]) -> Iterable[dict[str, Any]]:
    """Give what became of segments from run to run, by id."""
    before: dict[str, str] = {}
    for place, run in enumerate(runs):
        now = {row["segment"]: row["segment_id"] for row in run.sizes()}
        fates = _rows(run.records.get("drift", {}), "fates")
        for fate in fates if place else []:
            if fate.get("kind") == "kept":
                continue
            # A segment that goes on may be called by its new name on both sides.
            old, new = ({**now, **before}, {**before, **now})
            yield {
                "run": place,
                "as_of": run.folder.as_of,
                "kind": str(fate.get("kind")),
                "before": [old[n] for n in fate.get("before") or [] if n in old],
                "now": [new[n] for n in fate.get("now") or [] if n in new],
                "names_before": [str(n) for n in fate.get("before") or []],
                "names_now": [str(n) for n in fate.get("now") or []],
            }
        before = now or before


def _of(record: Record, key: str) -> Record:
    value = record.get(key)
    return value if isinstance(value, Mapping) else {}


def _rows(record: Record, key: str) -> list[Record]:
    """Give the objects of a list in a record, whatever else stands there."""
    value = record.get(key)
    rows = value if isinstance(value, list) else []
    return [row for row in rows if isinstance(row, Mapping)]


def _count(value: Any) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def _share(value: Any) -> float | None:
    return None if is_missing(value) or not isinstance(value, (int, float)) else value

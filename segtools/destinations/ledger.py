"""What was written to each destination, so that the next export knows what changed."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from segtools.records import digest, read_record, write_record, write_table

FOLDER = "exports"
_KEPT = ("customer_id", "segment_id", "segment")


@dataclass(frozen=True)
class Entry:
    """One export of one destination.

    Attributes
    ----------
    number : int
        1, 2, ... over all runs of the project.
    run : Path
        The run's folder.
    record : dict
        Its JSON.
    """

    number: int
    run: Path
    record: Mapping[str, Any]

    def about(self) -> dict[str, Any]:
        """Give what a later manifest says of it."""
        return {"number": self.number, "as_of": self.record["as_of"]}

    def members(self) -> pd.DataFrame:
        """Read who was written, with the fields that are remembered."""
        name = self.record["destination"]
        return pd.read_parquet(self.run / FOLDER / _file(name, self.number, "parquet"))


def _file(name: str, number: int, suffix: str) -> str:
    return f"{name}-{number:04d}.{suffix}"


def exports_of(run: Path, project: str, name: str) -> list[Entry]:
    """List a destination's exports in all runs beside this one, the last at the end.

    Parameters
    ----------
    run : Path
        A run's folder; runs of one project lie beside each other.
    project : str
    name : str
        The destination's block.
    """
    found = []
    for folder in sorted(run.resolve().parent.iterdir()):
        if not (folder / FOLDER).is_dir() or not (folder / "run.json").is_file():
            continue
        if read_record(folder / "run.json").get("project") != project:
            continue
        for file in sorted((folder / FOLDER).glob("*.json")):
            record = read_record(file)
            if record["destination"] == name:
                found.append(Entry(int(record["number"]), folder, record))
    return sorted(found, key=lambda e: e.number)


@dataclass(frozen=True)
class Place:
    """Where an export stands among those of its destination.

    Attributes
    ----------
    number : int
    previous : Entry or None
        What additions and removals are relative to.
    mark : str
        What tells it from another export of the same run.
    """

    number: int
    previous: Entry | None
    mark: str


def place(entries: list[Entry], run: Path, mark: str) -> Place:
    """Give an export its number; to repeat the last one gives its number again.

    Parameters
    ----------
    entries : list of Entry
        As `exports_of` gives them.
    run : Path
    mark : str
        As `mark_of` gives it.
    """
    last = entries[-1] if entries else None
    if last and last.run == run.resolve() and last.record["mark"] == mark:
        earlier = [e for e in entries if e.number < last.number]
        return Place(last.number, earlier[-1] if earlier else None, mark)
    return Place(last.number + 1 if last else 1, last, mark)


def mark_of(members: pd.DataFrame, settings: Mapping[str, Any]) -> str:
    """Hash who is written, and how."""
    text = members.astype(object).to_csv(index=False).encode()
    return digest([hashlib.sha256(text).hexdigest(), dict(settings)])


def remember(
    run: Path, name: str, at: Place, members: pd.DataFrame, about: Mapping[str, Any]
) -> None:
    """Keep who was written; the table first, so that a record is never without one.

    Parameters
    ----------
    run : Path
    name : str
    at : Place
    members : DataFrame
        With the fields to be remembered.
    about : mapping
        ``as_of`` and what else is worth keeping; no addresses, no ids.
    """
    folder = run.resolve() / FOLDER
    write_table(folder / _file(name, at.number, "parquet"), members)
    record = {
        "format": "segtools.export",
        "destination": name,
        "number": at.number,
        "mark": at.mark,
        "previous": at.previous and at.previous.number,
        **about,
    }
    write_record(folder / _file(name, at.number, "json"), record)


@contextmanager
def unless_failed(run: Path, name: str, at: Place) -> Iterator[None]:
    """Forget an export that did not come to its end, unless it was known before.

    Parameters
    ----------
    run : Path
    name : str
    at : Place
    """
    folder = run.resolve() / FOLDER
    files = [folder / _file(name, at.number, kind) for kind in ("json", "parquet")]
    known = files[0].exists()
    try:
        yield
    except BaseException:
        for file in [] if known else files:
            file.unlink(missing_ok=True)
        if folder.is_dir() and not any(folder.iterdir()):
            folder.rmdir()
        raise


def nobody(remembered: tuple[str, ...]) -> pd.DataFrame:
    """Give the members of an export that never was."""
    return pd.DataFrame(columns=[*_KEPT, *remembered], dtype=object)


def kept(members: pd.DataFrame, remembered: tuple[str, ...]) -> pd.DataFrame:
    """Give what is remembered of those who are written: no more than is needed."""
    extra = [c for c in remembered if c in members]
    return members[[*_KEPT, *extra]].astype(object).reset_index(drop=True)

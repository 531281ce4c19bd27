"""Files of an export, cut so that each stays within what its reader takes."""

from __future__ import annotations

import csv
import hashlib
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd

from segtools.destinations.formulas import escape_formula
from segtools.schema import DataError


@dataclass(frozen=True)
class Limits:
    """What a file may hold at most.

    Attributes
    ----------
    rows, size : int, optional
        Rows (the head is none) and bytes of one file, its head and tail included.
    row_size : int, optional
        Bytes of one row, such as one call of an interface.
    """

    rows: int | None = None
    size: int | None = None
    row_size: int | None = None


@dataclass(frozen=True)
class Part:
    """A file to be written, cut into several where it would be too large.

    Attributes
    ----------
    name : str
        Such as ``members.csv``; where there are several, ``members-0001.csv`` ...
    rows : iterable of str
        The rows as they are written; they are read once, so a generator will do.
    head, between, tail : str
        What stands before, between and after the rows of each file.
    limits : Limits
    profile : {"machine", "spreadsheet"}
        Bytes as the system wants them, or with formulas disarmed. Never both.
    what : str
        What the file is for, in a few words; for the manifest.
    """

    name: str
    rows: Iterable[str]
    head: str = ""
    between: str = ""
    tail: str = ""
    limits: Limits = field(default_factory=Limits)
    profile: str = "machine"
    what: str = ""


class _Line:
    """Give what the csv module writes back to who asked for it."""

    @staticmethod
    def write(text: str) -> str:
        return text


def csv_part(
    name: str,
    frame: pd.DataFrame,
    *,
    profile: str = "machine",
    limits: Limits | None = None,
    what: str = "",
) -> Part:
    r"""Make a CSV file of a frame, its columns as they stand, nothing as empty.

    Parameters
    ----------
    name : str
    frame : DataFrame
    profile : {"machine", "spreadsheet"}, default="machine"
        For machines only the cells that need quotes get them, and nothing is escaped;
        for spreadsheets every cell is quoted and formulas are disarmed.
    limits : Limits, optional
    what : str, optional

    Examples
    --------
    >>> part = csv_part("x.csv", pd.DataFrame({"Phone": ["+49300000000", None]}))
    >>> part.head, list(part.rows)
    ('Phone\n', ['+49300000000\n', '""\n'])
    """
    sheet = profile == "spreadsheet"
    machine = csv.writer(_Line(), lineterminator="\n")
    people = csv.writer(_Line(), quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    writer = people if sheet else machine
    cell = escape_formula if sheet else (lambda value: value)

    def rows() -> Iterator[str]:
        columns = [frame[c].astype(object).where(frame[c].notna(), "") for c in frame]
        for row in zip(*columns, strict=True):
            yield str(writer.writerow([cell(v) for v in row]))

    head = str(writer.writerow([cell(str(c)) for c in frame.columns]))
    return Part(
        name, rows(), head, limits=limits or Limits(), profile=profile, what=what
    )


def json_line(value: Any) -> str:
    """Write one JSON value as a row: compact, and as it is in UTF-8.

    Examples
    --------
    >>> json_line({"userId": "1", "traits": {"seg": True}})
    '{"userId":"1","traits":{"seg":true}}'
    """
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)


def write_part(part: Part, folder: Path) -> list[dict[str, Any]]:
    """Write a part into a folder, as many files as its limits ask for.

    Rows stream through: no more than one is held at a time.

    Parameters
    ----------
    part : Part
    folder : Path

    Returns
    -------
    list of dict
        ``name``, ``what``, ``profile``, ``rows``, ``bytes`` and ``sha256`` of each.

    Raises
    ------
    DataError
        If a single row is larger than a file, or than a row, may be.
    """
    pieces, most = [_Piece(part, folder, 1)], _largest_row(part)
    try:
        for row in part.rows:
            text = row.encode()
            if most is not None and len(text) > most:
                raise _too_large(part, most, len(text))
            if not pieces[-1].takes(len(text)):
                pieces[-1].end()
                pieces.append(_Piece(part, folder, len(pieces) + 1))
            pieces[-1].add(text)
        pieces[-1].end()
    finally:
        pieces[-1].file.close()
    if len(pieces) == 1:
        pieces[0].rename(part.name)
    return [piece.record() for piece in pieces]


def _largest_row(part: Part) -> int | None:
    around = len((part.head + part.tail).encode())
    whole = part.limits.size and part.limits.size - around
    return min((n for n in (whole, part.limits.row_size) if n), default=None)


def _too_large(part: Part, most: int, size: int) -> DataError:
    return DataError(
        f"A row of {part.name} must have at most {most:,} bytes, but one has "
        f"{size:,}. Write fewer or shorter fields."
    )


class _Piece:
    """One file while it is written."""

    def __init__(self, part: Part, folder: Path, number: int) -> None:
        self.part, self.folder = part, folder
        stem, dot, suffix = part.name.partition(".")
        self.name = f"{stem}-{number:04d}{dot}{suffix}"
        self.rows, self.size, self.sha = 0, 0, hashlib.sha256()
        self.between = part.between.encode()
        self.around = len(self.between) + len(part.tail.encode())
        self.file = (folder / self.name).open("wb")
        self._put(part.head.encode())

    def takes(self, size: int) -> bool:
        limits = self.part.limits
        full = limits.rows is not None and self.rows >= limits.rows
        room = limits.size is None or self.size + size + self.around <= limits.size
        return self.rows == 0 or (not full and room)

    def add(self, text: bytes) -> None:
        self._put((self.between if self.rows else b"") + text)
        self.rows += 1

    def end(self) -> None:
        self._put(self.part.tail.encode())
        self.file.close()

    def rename(self, name: str) -> None:
        (self.folder / self.name).rename(self.folder / name)
        self.name = name

    def record(self) -> dict[str, Any]:
        about = {"name": self.name, "what": self.part.what}
        about |= {"profile": self.part.profile}
        return about | {
            "rows": self.rows,
            "bytes": self.size,
            "sha256": self.sha.hexdigest(),
        }

    def _put(self, text: bytes) -> None:
        self.file.write(text)
        self.sha.update(text)
        self.size += len(text)

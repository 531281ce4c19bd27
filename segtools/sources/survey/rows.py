"""The rows of headers of a survey: which column is what, whatever it is called."""

from __future__ import annotations

import csv
import glob
import json
import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import ibis
import ibis.expr.types as ir

from segtools.config import DataFile
from segtools.schema import ConfigError, DataError
from segtools.sources import reading
from segtools.sources.formats.headers import normal
from segtools.timezones import zone

# What a column may be called: ImportIds of Qualtrics, its headers, other tools'.
ROLES = {
    "customer_id": ("externaldatareference", "externalreference", "customerid"),
    "email": ("recipientemail", "emailaddress", "email"),
    "answered_at": (
        *("recordeddate", "answeredat", "enddate", "completiontime", "submitdate"),
        *("timestamp",),
    ),
    "status": ("status",),
    "finished": ("finished",),
    "channel": ("distributionchannel",),
}
PERSONAL = {
    *("ipaddress", "recipientlastname", "recipientfirstname", "recipientemail"),
    *("locationlatitude", "locationlongitude", "locationaccuracy", "name", "email"),
    *("emailaddress", "firstname", "lastname", "phone", "phonenumber"),
}
STANDARD = {
    *PERSONAL,
    *(name for names in ROLES.values() for name in names),
    *("startdate", "progress", "duration", "durationinseconds", "responseid"),
    *("recordid", "userlanguage", "responseset", "starttime", "lastmodifiedtime"),
    *("respondentid", "collectorid", "id"),
}


@dataclass(frozen=True)
class Layout:
    """What the rows of headers say.

    ``rows`` are the header rows below the first; ``ids`` and ``texts`` give a
    column's ImportId and the text of its question; ``timezone`` is the survey's own.
    """

    columns: tuple[str, ...]
    rows: list[dict[str, str | None]] = field(default_factory=list)
    ids: dict[str, str] = field(default_factory=dict)
    texts: dict[str, str] = field(default_factory=dict)
    timezone: str | None = None

    def names(self, column: str) -> list[str]:
        """Give the names that a column goes by, the surest first."""
        legacy = self.texts.get(column, "") if re.fullmatch(r"V\d+", column) else ""
        known = (self.ids.get(column, ""), legacy, column)
        return [normal(name) for name in known if name]

    def find(self, names: Iterable[str]) -> str | None:
        """Give the first column that goes by one of the names."""
        for rank in range(3):
            by_name: dict[str, str] = {}
            for column in self.columns:
                for name in self.names(column)[rank : rank + 1]:
                    by_name.setdefault(name, column)
            for name in names:
                if name in by_name:
                    return by_name[name]
        return None


def layout_of(
    first: list[dict[str, str | None]], columns: list[str], headers: str | int
) -> Layout:
    """Read what the rows of headers say.

    Parameters
    ----------
    first : list of dict
        The two rows below the first, column to cell.
    columns : list of str
        The columns that have a header.
    headers : 1, 2, 3 or "auto"
        How many rows of headers there are; auto looks for ImportIds, and for the
        names of legacy exports.
    """
    marked = [i for i, row in enumerate(first) if any(map(_import_id, row.values()))]
    legacy = bool(first) and normal(first[0].get("V1") or "") == "responseid"
    count = headers
    if headers == "auto":
        count = marked[0] + 2 if marked else 2 if legacy else 1
    rows = first[: int(count) - 1]
    told = [_imported(row) for row in rows]
    texts = {
        column: " ".join(text.split())
        for row in rows
        if not any(map(_import_id, row.values()))
        for column, text in row.items()
        if text and text.strip()
    }
    ids: dict[str, str] = {}
    zones = []
    for cells in told:
        ids |= {c: str(cell["ImportId"]) for c, cell in cells.items()}
        zones += [cell["timeZone"] for cell in cells.values() if "timeZone" in cell]
    return Layout(tuple(columns), rows, ids, texts, _known_zone(zones))


def first_rows(con: ibis.BaseBackend, raw: ir.Table) -> list[dict[str, str | None]]:
    """Read the two rows below the first in the file's own order."""
    # DuckDB may otherwise give any two rows of a large file.
    setting = "preserve_insertion_order"
    before = con.raw_sql(f"SELECT current_setting('{setting}')").fetchone()[0]
    con.raw_sql(f"SET {setting} = true")
    try:
        with reading("responses"):
            rows = raw.limit(2).to_pyarrow().to_pylist()
    finally:
        con.raw_sql(f"SET {setting} = {before}")
    return [{c: None if v is None else str(v) for c, v in r.items()} for r in rows]


def _import_id(cell: str | None) -> dict[str, Any] | None:
    if not cell or "ImportId" not in cell:
        return None
    try:
        found = json.loads(cell)
    except ValueError:
        return None
    return found if isinstance(found, dict) and "ImportId" in found else None


def _imported(row: Mapping[str, str | None]) -> dict[str, dict[str, Any]]:
    found = {column: _import_id(cell) for column, cell in row.items()}
    return {column: cell for column, cell in found.items() if cell}


def _known_zone(names: list[str]) -> str | None:
    for name in names:
        if name == "Z":
            return "UTC"
        try:
            return zone(name).key
        except ConfigError:
            continue
    return None


def first_line(file: DataFile, width: int) -> list[str]:
    """Read the headers as they stand: DuckDB renames the second Q1 to Q1_1."""
    path = Path(file.path)
    found = sorted(path.glob("*")) if path.is_dir() else [path]
    if not path.exists():
        found = [Path(p) for p in sorted(glob.glob(file.path, recursive=True))]
    if found[0].suffix.lower() not in (".csv", ".tsv", ".txt"):
        return []
    encoding = file.encoding.lower()
    encoding = "utf-8-sig" if encoding in ("utf-8", "utf8") else encoding
    for delimiter in [file.delimiter] if file.delimiter else [",", ";", "\t", "|"]:
        with found[0].open(encoding=encoding, newline="") as text:
            line = next(csv.reader(text, delimiter=delimiter), [])
        if len(line) == width:
            return line
    return []


def refuse_twice(names: list[str], what: str) -> None:
    """Refuse names of which one stands there twice: answers would run together.

    Raises
    ------
    DataError
        Naming the first of them.
    """
    counts = Counter(name.strip().casefold() for name in names)
    again = [n.strip() for n in names if n.strip() and counts[n.strip().casefold()] > 1]
    if again:
        raise DataError(
            f"responses must hold each question once, but {what} {again[0]!r} stands "
            f"in it {counts[again[0].casefold()]} times. Rename one of them in the "
            "file, or give it a text of its own under source.questions."
        )


def without_headers(raw: ir.Table, layout: Layout) -> ir.Table:
    """Take the lower header rows away by what they say; rows have no fixed order."""
    fixed = [c for c in layout.columns if layout.names(c)[0] in STANDARD]
    marks = fixed if len(fixed) > 2 else layout.columns
    for row in layout.rows:
        same = [raw[c].cast("string").fill_null("") == (row[c] or "") for c in marks]
        raw = raw.filter(~ibis.and_(*same))
    return raw

"""Bring a manifest back in line with its files once a customer is out of them."""

from __future__ import annotations

import csv
import hashlib
from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

from segtools.destinations.export import MANIFEST
from segtools.destinations.order import REASONS
from segtools.records import read_record, write_record
from segtools.schema import DataError

LEFT_OUT = "left_out.csv"


def manifests_of(files: Iterable[Path]) -> list[Path]:
    """Give the manifests that lie beside any of the files.

    Parameters
    ----------
    files : iterable of Path
    """
    beside = {file.parent / MANIFEST for file in files if file.name != MANIFEST}
    return sorted(path for path in beside if path.is_file())


def renew_manifest(path: Path, ledger: Path | None, members: int | None) -> bool:
    """Write rows, bytes, checksums and counts of a manifest anew, from its files.

    Parameters
    ----------
    path : Path
    ledger : Path or None
        Who was written, as ``exports/NAME-NUMBER.parquet`` of the run keeps it.
    members : int or None
        Customers in the run's segments; None where they are not known.

    Returns
    -------
    bool
        Whether anything had to be changed. Who was added, changed or removed is
        counted as on the day of the export: it is relative to lists that are gone.
    """
    try:
        record = read_record(path)
    except DataError:
        return False
    listed = record.get("files")
    if record.get("format") != "segtools.manifest" or not isinstance(listed, list):
        return False
    made = record | {"files": [_renewed(path.parent, row) for row in listed]}
    counts = record.get("counts")
    if isinstance(counts, Mapping):
        made |= {"counts": dict(counts) | _counts(path.parent, counts, ledger, members)}
    if ledger is not None and isinstance(record.get("segments"), list):
        written = Counter(_column(ledger, "segment_id"))
        made["segments"] = [
            row | {"written": written[row.get("segment_id")]}
            for row in record["segments"]
        ]
    if made == record:
        return False
    write_record(path, made)
    return True


def _renewed(folder: Path, row: Any) -> Any:
    file = folder / str(row.get("name")) if isinstance(row, Mapping) else folder
    if not file.is_file() or file.parent != folder:
        return row
    content = file.read_bytes()
    sha = hashlib.sha256(content).hexdigest()
    if sha == row.get("sha256"):
        return row
    rows = _rows(file)
    fresh = {"bytes": len(content), "sha256": sha}
    return dict(row) | ({} if rows is None else {"rows": rows}) | fresh


def _rows(file: Path) -> int | None:
    """Count the rows of a list as the manifest does: the head is none."""
    with file.open(encoding="utf-8", errors="surrogateescape", newline="") as lines:
        if file.suffix == ".csv":
            return sum(1 for _ in csv.reader(lines)) - 1
        if file.suffix in (".jsonl", ".ndjson"):
            return sum(1 for line in lines if line.strip())
    return _listed(file)


def _listed(file: Path) -> int | None:
    """Count what a JSON document lists, if it is one list under one key."""
    try:
        body = read_record(file) if file.suffix == ".json" else {}
    except DataError:
        return None
    lists = [value for value in body.values() if isinstance(value, list)]
    return len(lists[0]) if len(lists) == 1 else None


def _counts(
    folder: Path, counts: Mapping[str, Any], ledger: Path | None, members: int | None
) -> dict[str, Any]:
    fresh: dict[str, Any] = {}
    if members is not None and "members" in counts:
        fresh["members"] = members
    if ledger is not None and "written" in counts:
        fresh["written"] = len(_column(ledger, "customer_id"))
    file = folder / LEFT_OUT
    if file.is_file() and "left_out" in counts:
        with file.open(encoding="utf-8", errors="surrogateescape", newline="") as lines:
            why = Counter(str(row.get("why")) for row in csv.DictReader(lines))
        known = {name: why[said] for name, said in REASONS.items()}
        fresh["left_out"] = {n: known[n] for n in counts["left_out"] if known.get(n)}
    return fresh


def _column(ledger: Path, name: str) -> list[str]:
    return list(pq.read_table(ledger, columns=[name]).column(name).to_pylist())

"""Exports of a project after somebody was forgotten: manifests, and who got them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

from segtools.destinations.export import MANIFEST
from segtools.records import read_record
from segtools.runs.folders import Folder
from segtools.runs.forget.manifests import manifests_of, renew_manifest
from segtools.runs.forget.walk import files_of
from segtools.runs.forget.what import Erased
from segtools.schema import DataError

_LEDGER = re.compile(r"(.+)-(\d{4,})")


def renew_manifests(changed: Iterable[Path]) -> None:
    """Renew the manifests of runs in which, and of folders where, files were changed.

    Parameters
    ----------
    changed : iterable of Path
    """
    files = [file for file in changed if file.parent.is_dir()]
    runs = {run for file in files if (run := _run_of(file))}
    inside = {p for run in runs for p in files_of(run) if p.name == MANIFEST}
    for path in sorted(inside | set(manifests_of(files))):
        run = _run_of(path)
        renew_manifest(path, _ledger(path, run), _members(run))


def _run_of(file: Path) -> Path | None:
    return next((p for p in file.parents if (p / "run.json").is_file()), None)


def _ledger(manifest: Path, run: Path | None) -> Path | None:
    record = _read(manifest)
    name, count = record.get("destination"), record.get("number")
    if run is None or not isinstance(count, int):
        return None
    file = run / "exports" / f"{name}-{count:04d}.parquet"
    return file if file.is_file() and file.parent.parent == run else None


def _members(run: Path | None) -> int | None:
    file = run / "segments.parquet" if run else None
    return _rows(file) if file and file.is_file() else None


def _rows(file: Path) -> int:
    return int(pq.read_metadata(file).num_rows)


def handed_over(
    runs: Sequence[Folder], files: Mapping[str, Erased], folder: Path
) -> list[str]:
    """Name the exports in which a customer was.

    Parameters
    ----------
    runs : sequence of Folder
    files : mapping
        What was erased, by path within the project.
    folder : Path
        The project.
    """
    said = []
    for run in runs:
        for file in _ledgers(run.path):
            if file.relative_to(folder).as_posix() in files:
                said.append(_called(file, run))
    return said


def not_here(runs: Sequence[Folder], also: Iterable[Path]) -> list[str]:
    """Name the exports whose files lie neither in the project nor in further folders.

    Parameters
    ----------
    runs : sequence of Folder
    also : iterable of Path
    """
    roots = [*(run.path for run in runs if run.path.is_dir()), *also]
    here = {
        (r.get("destination"), r.get("number"))
        for root in roots
        for file in files_of(root)
        if file.name == MANIFEST and (r := _read(file))
    }
    return [
        f"{_called(file, run)} was written elsewhere: name its folder with --also, or "
        "delete it."
        for run in runs
        for file in _ledgers(run.path)
        if (found := _LEDGER.fullmatch(file.stem))
        and (found[1], int(found[2])) not in here
    ]


def _called(file: Path, run: Folder) -> str:
    found = _LEDGER.fullmatch(file.stem)
    name, count = (found[1], int(found[2])) if found else (file.stem, 0)
    return f"Export {count} to {name}, as of {run.as_of or 'an unknown day'},"[:-1]


def _ledgers(run: Path) -> list[Path]:
    folder = run / "exports"
    return sorted(folder.glob("*.parquet")) if folder.is_dir() else []


def balance(folder: Path, files: Mapping[str, Erased]) -> list[dict[str, Any]]:
    """Say by how much the tables of each run fall short of its account of the data.

    Parameters
    ----------
    folder : Path
        The project.
    files : mapping
        What was erased, by path within the project.

    Returns
    -------
    list of dict
        ``run``, ``table``, ``kept`` (as data_quality.json says), ``forgotten`` (rows
        of this erasure) and ``left``: ``kept`` is the sum of the others, unless
        somebody else was forgotten before.
    """
    rows = []
    for name, own in sorted(files.items()):
        path = folder / name
        record = _read(path.parent.parent / "data_quality.json")
        table = (record.get("tables") or {}).get(path.stem)
        if path.parent.name != "tables" or table is None or not path.is_file():
            continue
        about = {"run": path.parent.parent.name, "table": path.stem}
        counts = {"kept": table.get("kept"), "forgotten": own.rows}
        rows.append(about | counts | {"left": _rows(path)})
    return rows


def _read(file: Path) -> dict[str, Any]:
    try:
        return read_record(file)
    except (DataError, OSError):
        return {}

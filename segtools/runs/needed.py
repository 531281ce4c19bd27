"""What later runs need of earlier ones: ledgers, an approval, experiments."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from segtools.destinations.approval import FILE as APPROVAL
from segtools.destinations.approval import model_hash
from segtools.destinations.ledger import FOLDER as EXPORTS
from segtools.experiments.membership import PLAN_FILE
from segtools.records import read_record
from segtools.runs.folders import Folder
from segtools.schema import DataError
from segtools.wording import plain

RESULTS = "experiment_results.json"


def needed_for(runs: Sequence[Folder], latest: Folder | None) -> dict[Path, str]:
    """Say which runs hold something without which the next one would go wrong.

    Parameters
    ----------
    runs : sequence of Folder
        In the order of time.
    latest : Folder or None
        The latest finished run.

    Returns
    -------
    dict of Path to str
        Why a run is needed: it holds the last export of a destination, to which
        additions and removals are relative; the approval of the model in use; or an
        experiment of which no run knows the result yet, to which each run between must
        lead.
    """
    own = [run for run in runs if not run.fault]
    found = _experiments(own, latest)
    found |= _approval(own, latest)
    return found | _ledgers(own)


def _ledgers(runs: Sequence[Folder]) -> dict[Path, str]:
    last: dict[str, tuple[int, Path]] = {}
    for run in runs:
        for file in _files(run.path / EXPORTS):
            record = _read(file)
            name, count = record.get("destination"), record.get("number")
            if not isinstance(name, str) or not isinstance(count, int):
                continue
            if count >= last.get(name, (0, run.path))[0]:
                last[name] = count, run.path
    return {
        path: f"it holds the last export to {plain(name)}"
        for name, (_, path) in sorted(last.items())
    }


def _files(folder: Path) -> list[Path]:
    return sorted(folder.glob("*.json")) if folder.is_dir() else []


def _approval(runs: Sequence[Folder], latest: Folder | None) -> dict[Path, str]:
    """Find the latest run with an approval of the model that the latest run has."""
    wanted = _model_of(latest)
    for run in reversed(runs):
        approval = _read(run.path / APPROVAL)
        if wanted and approval.get("model_hash") == wanted:
            return {run.path: "it holds the approval of the model in use"}
    return {}


def _model_of(run: Folder | None) -> str:
    try:
        return model_hash(run.path) if run else ""
    except (DataError, OSError):
        return ""


def _experiments(runs: Sequence[Folder], latest: Folder | None) -> dict[Path, str]:
    known = {name for run in runs for name in _results_in(run.path)}
    found = {}
    for run in runs:
        waiting = [name for name in _running_in(run.path) if name not in known]
        if waiting:
            said = f"its experiment {plain(waiting[0])} has no final result yet"
            found[run.path] = said
    way = _forerunners(runs, latest)
    ends = [place for place, path in enumerate(way) if path in found]
    between = way[: ends[-1]] if ends else []
    lead = "it leads to an experiment without a final result"
    return dict.fromkeys(between, lead) | found


def _running_in(run: Path) -> list[str]:
    rows = _read(run / PLAN_FILE).get("running")
    rows = rows if isinstance(rows, list) else []
    return [str(r["name"]) for r in rows if isinstance(r, Mapping) and r.get("name")]


def _results_in(run: Path) -> Iterator[str]:
    rows = _read(run / RESULTS).get("campaigns")
    for row in rows if isinstance(rows, list) else []:
        if isinstance(row, Mapping):
            yield str(row.get("campaign_id"))


def _forerunners(runs: Sequence[Folder], latest: Folder | None) -> list[Path]:
    """List the runs before the latest, each found by the link of the one after it."""
    by = {run.path.resolve(): run for run in runs}
    way: list[Path] = []
    here = latest
    while here is not None and here.path not in way:
        way.append(here.path)
        link = here.run.get("previous_run")
        here = by.get((here.path.resolve() / str(link)).resolve()) if link else None
    return way


def _read(file: Path) -> dict[str, Any]:
    try:
        return read_record(file) if file.is_file() else {}
    except (DataError, OSError):
        return {}

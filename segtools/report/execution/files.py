"""Which files each stage writes: whether they are whole, and how they are removed."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

from segtools.records import read_record
from segtools.schema import STAGES, DataError
from segtools.sources.remote import FOLDER as FETCHED

__all__ = ["FILES", "broken_file", "is_finished", "is_half", "remove_from", "sweep"]

# What a stage cannot be finished without, in the order in which it is written.
FILES: dict[str, tuple[str, ...]] = {
    "01_goals": ("goals.json",),
    "02_data_prep": (
        "quarantine.parquet",
        "features.parquet",
        "tables/learning.parquet",
        "feature_catalogue.json",
        "data_quality.json",
    ),
    "03_segmentation": (
        "verdict.json",
        "contest.json",
        "selection.json",
        "model.json",
        "segments.parquet",
    ),
    "04_personas": (
        "profiles.parquet",
        "personas.json",
        "experiment_results.json",
        "actions.json",
        "canvas.json",
        "fairness.json",
    ),
    "05_activation": (
        "activation/spreadsheet/manifest.json",
        "experiment.json",
        "experiment_assignments.parquet",
    ),
    "06_follow_up": ("changes.json", "migration.parquet", "drift.json"),
}
# What else a stage may write; folders are its own.
MORE: dict[str, tuple[str, ...]] = {
    "02_data_prep": ("tables", FETCHED),
    "03_segmentation": ("sensitivity.json",),
    "04_personas": ("canvas",),
    "05_activation": ("activation",),
}
# Files that were not finished: `records.whole` names them, papermill and DuckDB do.
_HALF = re.compile(r"\..+\.\d+(\.old)?|\.\d\d_\w+\.ipynb|duckdb_temp_.*")


def is_finished(path: Path, stage: str, run: dict[str, Any]) -> bool:
    """Tell whether a stage is recorded as done, with files that are whole.

    Parameters
    ----------
    path : Path
        The run's folder.
    stage : str
    run : dict
        What ``run.json`` holds.
    """
    state = run.get("stages", {}).get(stage, {}).get("state")
    return state == "done" and broken_file(path, stage) is None


def broken_file(path: Path, stage: str) -> str | None:
    """Name the first file of a stage that is not there or not whole; None if all are.

    The executed notebook is one of them: the stage's page is made of it.
    """
    tables = sorted((path / "tables").glob("*.parquet"))
    more = tables if stage == "02_data_prep" else []
    names = [*FILES[stage], *(t.relative_to(path).as_posix() for t in more)]
    names.append(f"notebooks/{stage}.ipynb")
    return next((n for n in names if not _whole(path / n)), None)


def _whole(file: Path) -> bool:
    if not file.is_file():
        return False
    if file.suffix == ".parquet":
        import pyarrow.parquet

        with suppress(OSError, pyarrow.ArrowException):
            pyarrow.parquet.read_metadata(file)
            return True
        return False
    try:
        read_record(file)
    except DataError:
        return False
    return True


def remove_from(path: Path, stage: str) -> None:
    """Remove everything that a stage and those after it have written.

    What was exported stays on record, and an approval is of a model, whichever it is.
    """
    for later in STAGES[STAGES.index(stage) :]:
        for name in (*FILES[later], *MORE.get(later, ()), *_shown(later)):
            _remove(path / name)
    for file in (path / "index.html", *path.glob("compare_*.html")):
        _remove(file)


def _shown(stage: str) -> tuple[str, str]:
    return f"{stage}.html", f"notebooks/{stage}.ipynb"


def _remove(file: Path) -> None:
    if file.is_dir() and not file.is_symlink():
        shutil.rmtree(file)
    else:
        file.unlink(missing_ok=True)


def sweep(path: Path) -> list[Path]:
    """Remove what a killed process left half-written in a run's folder.

    Only for whoever holds the folder's lock.

    Returns
    -------
    list of Path
        What is gone.
    """
    found = list(_left(path))
    for file in found:
        _remove(file)
    return found


def is_half(name: str) -> bool:
    """Tell by its name whether a file was never finished."""
    return _HALF.fullmatch(name) is not None


def _left(path: Path) -> Iterator[Path]:
    for file in sorted(path.iterdir()):
        if is_half(file.name):
            yield file
        elif file.is_dir() and not file.is_symlink():
            yield from _left(file)

"""Retention: old runs go, or only their tables; what is needed stays."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Collection, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

from segtools.records import read_record, write_record
from segtools.report.execution.lock import is_locked
from segtools.runs.folders import Folder, folders_of, held
from segtools.runs.needed import needed_for
from segtools.schema import ConfigError, DataError
from segtools.wording import number, plain

__all__ = ["Retained", "Row", "retain"]

RECORD = "retention.json"
GOES, LOSES, STAYS = "deleted", "tables deleted", "kept"
IN_USE = "in use"
# As `_delete` names what it is about to delete.
_HALF = re.compile(r"\.(.+)\.\d+\.old")


@dataclass(frozen=True)
class Row:
    """What becomes of one run.

    Attributes
    ----------
    name, as_of : str
    fate : {"deleted", "tables deleted", "kept"}
    why : str
    """

    name: str
    as_of: str
    fate: str
    why: str


@dataclass(frozen=True)
class Retained:
    """What became of the runs of a project, or would.

    Attributes
    ----------
    rows : list of Row
        In the order of time.
    dry : bool
        Whether nothing was deleted.
    """

    rows: list[Row]
    dry: bool

    @property
    def sentence(self) -> str:
        """How many went, in one sentence."""
        gone = [row for row in self.rows if row.fate != STAYS]
        if not gone:
            return f"All {number(len(self.rows))} folders are kept."
        what = "the tables of " if gone[0].fate == LOSES else ""
        verb = "would be deleted" if self.dry else "were deleted"
        of = f"{number(len(gone))} of {number(len(self.rows))} runs"
        return f"{what}{of} {verb}."[:1].upper() + f"{what}{of} {verb}."[1:]

    @property
    def record(self) -> dict[str, Any]:
        """The same for other programs."""
        return {
            "state": "planned" if self.dry else "done",
            "sentence": self.sentence,
            "runs": [row.__dict__ for row in self.rows],
        }


def retain(
    project: Path | str,
    *,
    older_than: int,
    as_of: str,
    only_tables: bool = False,
    even_previous: bool = False,
    dry_run: bool = False,
) -> Retained:
    """Delete the runs of a project that stand too far back, or only their tables.

    Parameters
    ----------
    project : path
        The folder of the runs.
    older_than : int
        Days; a run goes if it stands more days before `as_of`.
    as_of : str
        The day from which is counted, as an ISO date; the clock is never read.
    only_tables : bool, default=False
        Delete only ``tables/``: pages, records and segments stay.
    even_previous : bool, default=False
        Delete also the forerunner of a run that stays: without it that one's movement
        cannot be worked out again.
    dry_run : bool, default=False
        Only say what would go.

    Returns
    -------
    Retained
        The latest finished run always stays, and so do runs at which a process is at
        work, what is no run of the project, and runs with what later ones need: see
        `needed_for`. What was deleted is added to ``retention.json``.

    Raises
    ------
    ConfigError
        If `project` holds no run, or `as_of` is no date.
    DataError
        If a folder cannot be deleted; those before it are gone and recorded.
    """
    folder = Path(project)
    runs = folders_of(folder)
    day = _day(as_of, "--as-of")
    rows = _judged(runs, day, older_than, even_previous, only_tables)
    found = Retained(rows, dry_run)
    if dry_run:
        return found
    _clear_halves(folder, runs)
    rule = {"as_of": as_of, "older_than": older_than, "only_tables": only_tables}
    by = {run.name: run.path for run in runs}
    rows = [_carried_out(row, by[row.name], rule) for row in rows]
    return Retained(rows, dry_run)


def _carried_out(row: Row, path: Path, rule: Mapping[str, Any]) -> Row:
    """Delete what is to go, and say what came of it."""
    if row.fate == STAYS:
        return row
    try:
        return row if _delete(path, row, rule) else _used(row)
    except OSError as error:
        raise DataError(
            f"A run must be writable to be deleted, but {path} is not "
            f"({error.strerror}). Mend that and run the same command again."
        ) from None


def _used(row: Row) -> Row:
    return Row(row.name, row.as_of, STAYS, IN_USE)


def _judged(
    runs: list[Folder], day: date, days: int, even_previous: bool, only_tables: bool
) -> list[Row]:
    """Decide from the latest run back: a run stays for the sake of a later one."""
    dated = [run for run in runs if run.is_finished and _is_day(run.as_of)]
    latest = dated[-1] if dated else None
    # Where only tables go, ledgers, approvals and experiments stay anyway.
    wanted = {} if only_tables else needed_for(runs, latest)
    needed: set[Path] = set()
    rows: list[Row] = []
    for run in reversed(runs):
        why = _why_kept(run, day, days)
        if not why and run is latest:
            why = "the latest finished run"
        why = why or wanted.get(run.path, "")
        if why and not even_previous and run.run.get("previous_run"):
            # What stays only for the sake of this one needs no forerunner itself.
            before = os.path.normpath(run.path / str(run.run["previous_run"]))
            needed.add(Path(before).resolve())
        if not why and run.path.resolve() in needed and not only_tables:
            why = "a later run, which stays, followed it"
        if not why and only_tables and not _has_tables(run.path):
            why = "its tables are gone already"
        fate = STAYS if why else LOSES if only_tables else GOES
        age = "" if why else f"more than {number(days)} days old"
        rows.append(Row(run.name, run.as_of, fate, why or age))
    return rows[::-1]


def _why_kept(run: Folder, day: date, days: int) -> str:
    if run.fault:
        return run.fault
    if run.path.is_symlink():
        return "a link: what it leads to lies elsewhere"
    if run.run.get("state") == "running":
        return "it is running, or was interrupted"
    if is_locked(run.path):
        return IN_USE
    if not _is_day(run.as_of):
        return "its as_of is no date"
    age = (day - _day(run.as_of, "as_of")).days
    return "" if age > days else f"{number(age)} days old"


def _day(text: str, called: str) -> date:
    try:
        return datetime.fromisoformat(text).date()
    except ValueError:
        raise ConfigError(
            f"{called} must be a date, but it is {plain(text)!r}. Write it like "
            "2026-01-31."
        ) from None


def _is_day(text: str) -> bool:
    try:
        datetime.fromisoformat(text)
    except ValueError:
        return False
    return True


def _has_tables(run: Path) -> bool:
    tables = run / "tables"
    return tables.is_symlink() or tables.is_dir()


def _delete(path: Path, row: Row, rule: Mapping[str, Any]) -> bool:
    """Delete a folder: first out of sight under another name, so never in halves.

    Returns
    -------
    bool
        False where another process has taken the run in the meantime.
    """
    target = path / "tables" if row.fate == LOSES else path
    half = target.with_name(f".{target.name}.{os.getpid()}.old")
    with ExitStack() as stack:
        try:
            stack.enter_context(held(path))
        except ConfigError:
            return False
        # On record first: what is half deleted then is known to have to go.
        _note(path.parent, row, rule)
        if target.is_symlink():  # what it leads to lies elsewhere
            target.unlink()
            return True
        target.rename(half)
    shutil.rmtree(half)
    return True


def _clear_halves(folder: Path, runs: list[Folder]) -> None:
    """Finish what an interrupted deletion has begun, and touch nothing else hidden."""
    gone = {str(e.get("run")) for e in _entries(folder) if e.get("fate") == GOES}
    for half in [*_halves(folder, gone), *_halves_of_tables(runs)]:
        shutil.rmtree(half, ignore_errors=True)


def _halves_of_tables(runs: list[Folder]) -> Iterator[Path]:
    for run in runs:
        if run.run and not run.path.is_symlink() and not is_locked(run.path):
            yield from _halves(run.path, {"tables"})


def _halves(folder: Path, names: Collection[str]) -> Iterator[Path]:
    for path in sorted(folder.iterdir()):
        found = _HALF.fullmatch(path.name)
        if found and found[1] in names and path.is_dir() and not path.is_symlink():
            yield path


def _entries(folder: Path) -> list[Mapping[str, Any]]:
    file = folder / RECORD
    entries = read_record(file).get("entries", []) if file.exists() else []
    return [e for e in entries if isinstance(e, Mapping)]


def _note(folder: Path, row: Row, rule: Mapping[str, Any]) -> None:
    entry = {"run": row.name, "run_as_of": row.as_of, "fate": row.fate, **rule}
    write_record(folder / RECORD, {"entries": [*_entries(folder), entry]})

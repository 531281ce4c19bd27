"""Forget a customer: out of every file of every run, with a record that it was done."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, nullcontext, suppress
from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path
from typing import Any

import pyarrow as pa

from segtools.runs.folders import Folder, folders_of, held
from segtools.runs.forget.exports import (
    balance,
    handed_over,
    not_here,
    renew_manifests,
)
from segtools.runs.forget.gather import find_traces
from segtools.runs.forget.journal import JOURNAL, Journal, earlier, read_forgotten
from segtools.runs.forget.traces import Traces
from segtools.runs.forget.walk import (
    erase,
    files_of,
    leftovers,
    links_of,
    remove,
    still_holds,
)
from segtools.runs.forget.what import Erased
from segtools.schema import ConfigError, DataError
from segtools.wording import number

__all__ = ["Forgotten", "forget_customer"]


@dataclass(frozen=True)
class Forgotten:
    """What came of forgetting a customer, or would come of it.

    Attributes
    ----------
    state : {"done", "planned"}
    files : dict of str to Erased
        Paths within the project, and what was erased of each.
    removed : list of str
        What is gone as a whole: half-written files of interrupted programs, and the
        copies of a source's files that runs had fetched.
    unreached : list of str
        Sentences: what may still name the customer, and what to do about it.
    handed_over : list of str
        Exports that named the customer: whoever got them must forget as well.
    shared : int
        Addresses that another customer has, too; they stay.
    before : str
        When the customer was forgotten earlier; else empty.
    """

    state: str
    files: dict[str, Erased]
    removed: list[str] = field(default_factory=list)
    unreached: list[str] = field(default_factory=list)
    handed_over: list[str] = field(default_factory=list)
    shared: int = 0
    before: str = ""

    @property
    def total(self) -> Erased:
        """All rows and cells together."""
        return sum(self.files.values(), Erased())

    @property
    def sentence(self) -> str:
        """What was found, in one sentence."""
        if not self.total:
            past = f"; it was forgotten on {self.before}" if self.before else ""
            return f"Nothing was found of this customer in any run{past}."
        verb = "were erased" if self.state == "done" else "would be erased"
        rows, cells = number(self.total.rows), number(self.total.cells)
        where = f"{number(len(self.files))} file" + "s" * (len(self.files) != 1)
        return f"{rows} rows and {cells} other cells or words {verb} from {where}."

    @property
    def record(self) -> dict[str, Any]:
        """The same for other programs; it names nobody."""
        return {
            "state": self.state,
            "found": bool(self.total),
            "sentence": self.sentence,
            "rows": self.total.rows,
            "cells": self.total.cells,
            "files": {p: own.__dict__ for p, own in sorted(self.files.items())},
            "removed": self.removed,
            "unreached": self.unreached,
            "handed_over": self.handed_over,
            "shared_addresses": self.shared,
            "forgotten_before": self.before or None,
        }


def forget_customer(
    project: Path | str,
    customer_id: str,
    *,
    at: str,
    also: Sequence[Path | str] = (),
    dry_run: bool = False,
) -> Forgotten:
    """Erase a customer from every run of a project and from its exports.

    Parameters
    ----------
    project : path
        The folder of the runs.
    customer_id : str
        As it stands in the tables; never a pattern.
    at : str
        When, as an ISO date or date-time; kept as given.
    also : sequence of path, default=()
        Further folders, such as exports that were written elsewhere.
    dry_run : bool, default=False
        Only look.

    Returns
    -------
    Forgotten
        An id that nobody has is no error: nothing was found, which goes on record.

    Raises
    ------
    ConfigError
        If `project` holds no run, `also` names no folder, or the id is empty.
    DataError
        If a file cannot be written. What was erased stays erased; the same call
        goes on from there.
    """
    folder, more = Path(project).absolute(), [Path(one).absolute() for one in also]
    _refuse(customer_id, more)
    runs = folders_of(folder, "--project")
    if not dry_run:
        for own in runs:  # one that is being written now is refused before any change
            with held(own.path):
                pass
    traces = find_traces(customer_id, [(r.path, r.run) for r in runs])
    work = _Work(folder, more, runs, traces)
    try:
        return work.look() if dry_run else work.do(at)
    except OSError as error:
        where = work.name(Path(str(error.filename or folder)))
        raise DataError(
            f"A file must be writable to forget somebody, but {where} is not "
            f"({error.strerror}). Mend that and run the same command again; what is "
            "erased stays erased."
        ) from None


def _refuse(customer_id: str, also: Iterable[Path]) -> None:
    if not customer_id.strip():
        raise ConfigError(
            "CUSTOMER_ID must be the id of a customer, but it is empty. "
            "Give it as it stands in the tables."
        )
    for path in also:
        if not path.is_dir():
            raise ConfigError(
                f"--also must be a folder, but {path} is none. Check the path."
            )


@dataclass
class _Work:
    """One erasure: where, of whom, and what could not be reached."""

    folder: Path
    also: list[Path]
    runs: list[Folder]
    traces: Traces
    unreached: list[str] = field(default_factory=list)

    def look(self) -> Forgotten:
        """Count what would be erased."""
        found = {}
        for path in self._files():
            own = self._erase(path, dry=True)
            if own:
                found[self.name(path)] = own
        halves = [self.name(path) for path in self._leftovers()]
        return self._told("planned", found, halves)

    def do(self, at: str) -> Forgotten:
        """Erase, file by file, each noted before it is written."""
        before = earlier(self.folder, self.traces.customer_id)
        journal = Journal.open(self.folder, self.traces.customer_id)
        removed = self._remove_leftovers()
        for path in self._files():
            own = self._erase(path, dry=True)
            if own:
                journal.note(self.name(path), own)
                with self._held(path):
                    self._erase(path, dry=False)
        self._say_what_is_left()
        changed = [self._path(name) for name in journal.done]
        renew_manifests(changed)
        told = self._told("done", journal.done, removed, before)
        about = {k: v for k, v in told.record.items() if k not in ("files", "sentence")}
        about |= {"at": at, "tables": balance(self.folder, journal.done)}
        journal.close(read_forgotten(self.folder), about)
        return told

    def _told(
        self, state: str, files: dict[str, Erased], removed: list[str], before: str = ""
    ) -> Forgotten:
        for path in chain.from_iterable(map(links_of, self._roots())):
            self._say(path, "is a link, and what it leads to was not looked at")
        return Forgotten(
            state,
            dict(files),
            removed,
            [*dict.fromkeys(self.unreached), *not_here(self.runs, self.also)],
            handed_over(self.runs, files, self.folder),
            self.traces.shared,
            before or ("" if state == "done" else self._before()),
        )

    def _held(self, path: Path) -> AbstractContextManager[None]:
        """Hold the run in which a file lies, file by file: there may be thousands."""
        for run in self.runs:
            if path.is_relative_to(run.path) and run.path.is_dir():
                return held(run.path)
        return nullcontext()

    def _before(self) -> str:
        return earlier(self.folder, self.traces.customer_id)

    def _roots(self) -> list[Path]:
        return [self.folder, *self.also]

    def _files(self) -> Iterator[Path]:
        """Give all files; those from which addresses are known come last.

        So an erasure that was interrupted still knows what to look for.
        """
        files = [f for root in self._roots() for f in files_of(root)]
        halves = self._leftovers()  # they go as a whole
        files = [
            f
            for f in dict.fromkeys(files)
            if f.name != JOURNAL and not any(f.is_relative_to(h) for h in halves)
        ]
        yield from (f for f in files if not _is_source(f))
        yield from (f for f in files if _is_source(f))

    def _erase(self, path: Path, *, dry: bool) -> Erased:
        try:
            found = erase(path, self.traces, dry=dry)
        except (pa.ArrowException, csv.Error, ValueError, RecursionError):
            self._say(path, "cannot be read")
            return Erased()
        except OSError as error:
            if error.errno is not None:  # without one, a file of Parquet is damaged
                raise
            self._say(path, "cannot be read")
            return Erased()
        if found is None:
            self._say(path, "is of a kind that is not written here")
        if self.traces.blotted(path.name) != path.name:
            self._say(path, "carries the customer in its name")
        return found or Erased()

    def _say_what_is_left(self) -> None:
        """Name files that hold the customer where nothing could be replaced."""
        for path in self._files():
            with suppress(pa.ArrowException, OSError, ValueError):  # named already
                if still_holds(path, self.traces):
                    self._say(path, "still holds the customer within a longer word")

    def _say(self, path: Path, why: str) -> None:
        said = f"{self.name(path)} {why}: look yourself, or delete it."
        self.unreached.append(said)

    def _leftovers(self) -> list[Path]:
        """Give what goes as a whole: only in the project, never with --also."""
        return list(leftovers(self.folder, {r.path for r in self.runs}))

    def _remove_leftovers(self) -> list[str]:
        found = self._leftovers()
        for path in found:
            with self._held(path):
                remove(path)
        return [self.name(path) for path in found]

    def name(self, path: Path) -> str:
        """Give a path within the project, or in full, without the customer in it."""
        inside = path.is_relative_to(self.folder)
        shown = path.relative_to(self.folder) if inside else path
        return self.traces.blotted(shown.as_posix())

    def _path(self, name: str) -> Path:
        return self.folder / name


def _is_source(file: Path) -> bool:
    if file.suffix != ".parquet":
        return False
    place = (file.parent.name, file.name)
    return place == ("tables", "customers.parquet") or place[0] == "exports"

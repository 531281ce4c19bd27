"""Run many configurations: a process each, some at once, one page about all."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from segtools.cores import cores
from segtools.languages import in_language_of
from segtools.records import read_record, write_text
from segtools.report.execution.lock import locked
from segtools.runs.batch_page import FILE, batch_page, standing
from segtools.runs.batch_record import (
    DONE,
    MISSING,
    Board,
    earlier_batch,
    mark_overtaken,
)
from segtools.runs.children import Children
from segtools.runs.figures import safe_text
from segtools.runs.hooks import notify
from segtools.runs.one import INTERRUPTED
from segtools.runs.order import builds_on, chain_lengths, next_run
from segtools.runs.payload import batch_payload, error_told
from segtools.runs.plan import Planned, batch_hooks, read_batch, slug
from segtools.schema import ConfigError

FAILED = 5
_TICK = 0.5  # seconds between two looks at the clocks of running runs
# Called with every row, and the name and event that changed one, if any did.
Show = Callable[[Mapping[str, dict[str, Any]], str, Mapping[str, Any]], None]


# The last words of a run that was interrupted and did not find any itself.
_CUT = {
    "event": "ended",
    "state": "interrupted",
    "code": INTERRUPTED,
    "sentence": "The run was interrupted; finished stages are whole.",
    "remedy": "Repeat it with --retry-failed.",
    "silent": True,
}
_BATCH_CUT = "The batch was interrupted; runs that were done are whole."


@dataclass(frozen=True)
class How:
    """How a batch is run.

    Attributes
    ----------
    jobs : int, default=1
        Runs at once; each gets its share of the processors as threads.
    retry_failed : bool, default=False
        Leave finished runs alone instead of looking whether their data has changed.
    again, replace : bool, default=False
        As for a single run: repeat what is done, overwrite what differs.
    """

    jobs: int = 1
    retry_failed: bool = False
    again: bool = False
    replace: bool = False

    @property
    def threads(self) -> int:
        """Threads that each run gets."""
        return max(1, cores() // self.jobs)

    @property
    def flags(self) -> list[str]:
        """The same for a run's process."""
        return [f"--{name}" for name in ("again", "replace") if getattr(self, name)]


def run_batch(
    file: Path | str,
    out: Path | str | None = None,
    how: How | None = None,
    overrides: Mapping[str, Any] | None = None,
    show: Show | None = None,
) -> dict[str, Any]:
    """Run a batch file and write ``batch.json`` and ``batch.html``.

    Parameters
    ----------
    file : path
        See `segtools.runs.plan.read_batch`.
    out : path, optional
        The batch's folder; default ``reports/<name of the file>``. Each run has its
        own in it: ``<project>/<name>``.
    how : How, optional
    overrides : mapping, optional
        What ``-p`` gives, for every run.
    show : callable, optional
        Called at each event, and twice a second, with all rows, a name and the event
        (both empty where only time has passed).

    Returns
    -------
    dict
        What ``batch.json`` holds. A run that fails does not stop the others.

    Raises
    ------
    ConfigError
        If the file is no batch file, or the folder is not fit for it.
    KeyboardInterrupt
        If somebody interrupts: all runs are ended in order, and recorded so. Hooks are
        told; its notes name those that were not.
    """
    how = how or How()
    if how.jobs < 1:
        raise ConfigError(
            f"--jobs must be 1 or more, but it is {how.jobs}. Give how many runs shall "
            f"go at once, such as --jobs {max(1, cores() // 2)}."
        )
    planned, hooks = read_batch(file, overrides), batch_hooks(file)
    folder = Path(out) if out else Path("reports") / slug(Path(file).stem)
    earlier = earlier_batch(folder, needed=how.retry_failed)
    about = {"file": Path(file).name, "jobs": how.jobs, "threads": how.threads}
    with _alone(folder):
        board = Board(folder, about, planned, earlier)
        if how.retry_failed:
            board.keep()
        try:
            found = _Batch(board, planned, how, show or _nothing).run()
        except BaseException as error:
            _tell_cut(hooks, board, error)
            raise
    told = notify(hooks, batch_payload(found, folder, error_of(found)))
    return found | {"hooks_not_told": told}


def _tell_cut(hooks: list[dict[str, Any]], board: Board, error: BaseException) -> None:
    """Tell hooks of a batch that broke off; who was not told is noted on the error."""
    told = error_told(error)
    if told["code"] == INTERRUPTED:
        told |= {"sentence": _BATCH_CUT, "remedy": _CUT["remedy"]}
    told |= {k: safe_text(told[k]) for k in ("sentence", "remedy")}
    record = board.record() | {"page": board.out / FILE}
    for warning in notify(hooks, batch_payload(record, board.out, told)):
        error.add_note(warning)


def error_of(record: Mapping[str, Any]) -> dict[str, Any] | None:
    """Give code, sentence and remedy of a batch; None if every run is done.

    Parameters
    ----------
    record : mapping
        What ``batch.json`` holds.

    Examples
    --------
    >>> error_of({"runs": [{"state": "done"}, {"state": "failed"}]})["sentence"]
    '1 of 2 runs is done and 1 failed.'
    """
    if all(row["state"] in DONE for row in record["runs"]):
        return None
    remedy = f"{FILE} says why; mend it, then repeat the batch with --retry-failed."
    return {"code": FAILED, "sentence": standing(record["runs"]), "remedy": remedy}


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Keep a second batch out of the folder."""
    folder.mkdir(parents=True, exist_ok=True)
    with locked(folder):
        yield


@dataclass
class _Batch:
    """A batch under way."""

    board: Board
    planned: list[Planned]
    how: How
    show: Show
    since: dict[str, float] = field(default_factory=dict)

    def run(self) -> dict[str, Any]:
        """Start, listen and note, until nothing is left."""
        self.children = Children(self.how.threads)
        self.waits = builds_on(self.planned)
        self.lengths = chain_lengths(self.waits)
        self.bodies = {run.name: run for run in self.planned}
        self.board.write()
        for name in self.board.names("failed"):
            self.show(self.board.rows, name, self.board.rows[name] | {"event": "ended"})
        try:
            while self.board.names("pending", "running"):
                self._start()
                said = self.children.wait(_TICK)
                self._note(*said) if said else self.show(self.board.rows, "", {})
        except BaseException:
            self._stop()
            raise
        return self._finish("failed" if self.board.names(*MISSING) else "done")

    def _start(self) -> None:
        pending = self.board.names("pending")
        while pending and len(self.children.running) < self.how.jobs:
            unfinished = self.board.names("pending", "running")
            name = next_run(pending, self.waits, unfinished, self.lengths)
            if name is None:
                return
            pending.remove(name)
            self._start_one(name)

    def _start_one(self, name: str) -> None:
        own = slug(name)
        run, out = self.bodies[name], self.board.out
        config = out / "configurations" / f"{run.folder}.yaml"
        write_text(config, _written(run))
        log = out / "logs" / Path(run.folder).parent / f"{own}.log"
        words = [str(config), str(out / run.folder), *self.how.flags]
        self.since[name] = time.monotonic()
        self.children.start(name, words, log)
        self.board.change(name, state="running")
        self.show(self.board.rows, name, {"event": "started"})

    def _note(self, name: str, event: Mapping[str, Any]) -> None:
        row = self.board.rows[name]
        seconds = time.monotonic() - self.since[name]
        if event["event"] == "cell":
            row["cell"], row["cells"] = event["cell"], event["cells"]
            if event["stage"] != row["stage"]:
                self.board.change(name, stage=event["stage"])
        elif event["event"] == "ended":
            for key in ("cell", "cells"):
                row.pop(key, None)
            if event.get("silent"):
                _record_end(self.board.out / row["folder"], row["stage"], event)
            self.board.end(name, event, seconds)
            self._page()
        self.show(self.board.rows, name, event)

    def _stop(self) -> None:
        """End all runs, and note what they said last, before anything else happens."""
        try:
            for name, event in self.children.interrupt():
                self._note(name, _cut(event))
        finally:
            self.show = _nothing  # whoever presses again shall not stop this
            for name in self.board.names("running"):
                self._note(name, _CUT)
            self._finish("interrupted")

    def _finish(self, state: str) -> dict[str, Any]:
        self.board.state = state
        with in_language_of(self.board.settings):
            mark_overtaken(self.board)
        self.board.write()
        page = self._page()
        return self.board.record() | {"page": str(page)}

    def _page(self) -> Path:
        with in_language_of(self.board.settings):
            return batch_page(self.board.out, self.board.record())


def _nothing(*_: object) -> None:
    """Show nothing."""


def _written(run: Planned) -> str:
    """Write a run's configuration as it was put together, for `segtools run`, too."""
    head = "# Put together by `segtools batch`, which writes it anew each time.\n"
    return head + yaml.safe_dump(run.body, sort_keys=False, allow_unicode=True)


def _cut(event: Mapping[str, Any]) -> Mapping[str, Any]:
    """Understand how a run ended that was asked to: whatever it says, it was cut."""
    if event["event"] != "ended" or event["state"] in DONE:
        return event
    if event.get("silent"):
        return _CUT
    return dict(event) | {"state": "interrupted", "code": INTERRUPTED}


def _record_end(folder: Path, stage: str | None, event: Mapping[str, Any]) -> None:
    """Write into a run what its process could not write any more."""
    from segtools.report.execution.errors import InterruptionError, StageError
    from segtools.report.execution.run import record_failure
    from segtools.report.html import failure_page
    from segtools.schema import STAGES

    path = folder / "run.json"
    if not path.exists() or read_record(path).get("state") != "running":
        return
    kind = InterruptionError if event["code"] == INTERRUPTED else StageError
    error = kind(f"{event['sentence']} {event['remedy']}")
    record_failure(folder, stage or STAGES[0], error)
    failure_page(folder)

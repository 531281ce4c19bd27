"""Carry a run out as somebody asked for it: begin, continue, repeat, stop early."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from segtools.config import RunConfig
from segtools.records import read_run
from segtools.report.execution.errors import storage_words
from segtools.report.execution.lock import locked
from segtools.report.execution.resume import (
    continue_run,
    refuse_nothing,
    repeat_from,
    stage_named,
)
from segtools.report.execution.run import Progress, run_stages
from segtools.report.execution.start import (
    Prospect,
    begin_run,
    is_done,
    look_ahead,
    refuse_hopeless,
)
from segtools.schema import STAGES, ConfigError

__all__ = ["How", "Outcome", "carry_out"]


@dataclass(frozen=True)
class How:
    """What is to be done with a run.

    Attributes
    ----------
    again : bool, default=False
        Repeat a run that is already done.
    replace : bool, default=False
        Put it in the place of a finished one that differs.
    resume : bool, default=False
        Continue a broken run after its last finished stage.
    first, until : str, default=""
        First and last stage, by name or number; empty means all.
    """

    again: bool = False
    replace: bool = False
    resume: bool = False
    first: str = ""
    until: str = ""

    @property
    def last(self) -> str:
        """The last stage to be executed."""
        return stage_named(self.until, "--until") if self.until else STAGES[-1]

    @property
    def anew(self) -> bool:
        """Whether nothing is kept of what the folder holds."""
        whole = not self.first or stage_named(self.first) == STAGES[0]
        return whole and not self.resume


@dataclass(frozen=True)
class Outcome:
    """What came of it.

    Attributes
    ----------
    path : Path
        The run's folder.
    state : {"done", "running"}
        ``running`` where it was to stop before its end.
    already : bool
        Whether nothing had to be done.
    """

    path: Path
    state: str
    already: bool = False

    @property
    def page(self) -> Path:
        """The front page."""
        return self.path / "index.html"


def carry_out(
    config: RunConfig,
    folder: Path | None = None,
    how: How | None = None,
    progress: Progress | None = None,
    begin: Callable[[Path], None] | None = None,
) -> Outcome:
    """Begin, continue or repeat a run, and hold its folder until it is done.

    Parameters
    ----------
    config : RunConfig
    folder : Path, optional
        Default ``reports/<project>/<as_of>``.
    how : How, optional
        Default: begin it, unless it is already done.
    progress : callable, optional
        Called with stage, cell number and number of cells.
    begin : callable, optional
        Called with the run's folder as soon as that is known to be this process's.

    Returns
    -------
    Outcome

    Raises
    ------
    ConfigError, DataError, DisclosureError, StageError
        As `start_run`, `run_stages` and the modules of resuming say.
    """
    how = how or How()
    _refuse_contradiction(how)
    try:
        return _carried(config, folder, how, progress, begin)
    except OSError as error:
        path = folder or Path("reports") / config.project
        raise storage_words(error, "A run", path) or error from None


def _carried(
    config: RunConfig,
    folder: Path | None,
    how: How,
    progress: Progress | None,
    begin: Callable[[Path], None] | None,
) -> Outcome:
    # Settled once: the lock is of one folder, and no look at the data may differ.
    found = look_ahead(config, folder)
    if how.resume or how.first:
        refuse_nothing(found.path, "--resume" if how.resume else "--from")
    if not how.resume:
        refuse_hopeless(found)
    with locked(found.path):
        if begin:
            begin(found.path)
        if not _made_ready(found, how):
            return Outcome(found.path, "done", already=True)
        run_stages(found.path, progress, until=how.last)
    return Outcome(found.path, str(read_run(found.path)["state"]))


def _made_ready(found: Prospect, how: How) -> bool:
    """Make the folder ready to be executed; tell whether anything is left to do."""
    if how.resume:
        return continue_run(found)
    if not how.anew:
        repeat_from(found, stage_named(how.first), replace=how.replace)
        return True
    begin_run(found, again=how.again or bool(how.first), replace=how.replace)
    return not is_done(found.path)


def _refuse_contradiction(how: How) -> None:
    if how.resume and how.first:
        raise ConfigError(
            "--resume must find by itself where to go on, but --from says it, too. "
            "Give one of them."
        )
    first = stage_named(how.first) if how.first else STAGES[0]
    if how.last < first:
        raise ConfigError(
            f"--until must not come before --from, but {how.last} comes before "
            f"{first}. Exchange them."
        )

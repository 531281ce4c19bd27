"""Run all stages with papermill: one configuration, one folder, one report."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

from segtools.records import read_record, write_record
from segtools.report.execution.errors import (
    InterruptionError,
    StageError,
    storage_words,
)
from segtools.report.execution.files import is_finished, remove_from, sweep
from segtools.report.execution.limits import Limits
from segtools.report.execution.lock import locked
from segtools.report.execution.log import log_event
from segtools.report.execution.notebook import OWN, Progress, execute_stage
from segtools.report.execution.pages import write_page
from segtools.schema import STAGES, parts_of_error

__all__ = [
    "CODES",
    "OWN",
    "Progress",
    "execute_stage",
    "record_failure",
    "reset",
    "run_stages",
]

CODES = {
    "ConfigError": 2,
    "DataError": 3,
    "DisclosureError": 4,
    "InterruptionError": 130,
}
_INTERRUPTED = (
    "The run was interrupted; finished stages are whole. Continue with --resume."
)


def run_stages(
    path: Path,
    progress: Progress | None = None,
    *,
    until: str = STAGES[-1],
) -> Path:
    """Execute what is not yet done of a started run, and write its pages.

    Parameters
    ----------
    path : Path
        The run's folder.
    progress : callable, optional
        Called with stage, cell number and number of cells.
    until : str, default="06_follow_up"
        The last stage to be executed. If later ones are left, the run stays
        ``running`` and can be continued.

    Returns
    -------
    Path
        The front page.

    Raises
    ------
    ConfigError, DataError, DisclosureError
        As the stage's notebook raised them; a ConfigError, too, if another process
        works in the folder.
    StageError
        If a stage fails for another reason. In each case ``run.json`` says
        ``failed``, the failure page is written and finished stages stay whole.
    """
    with locked(path):
        try:
            return _all_stages(path, progress, until)
        except OSError as error:
            raise storage_words(error, "A run", path) or error from None
        finally:
            with suppress(OSError):
                sweep(path)


def _all_stages(path: Path, progress: Progress | None, until: str) -> Path:
    from segtools.report.html import front_page

    run = read_record(path / "run.json")
    wanted = STAGES[: STAGES.index(until) + 1]
    left = [s for s in wanted if not is_finished(path, s, run)]
    for stage in wanted:
        if stage not in left and not (path / f"{stage}.html").exists():
            with _recorded(path, stage, executed=True):
                write_page(path, stage)
    if left:
        reset(path, left[0])
        _execute(path, STAGES[STAGES.index(left[0]) : len(wanted)], progress)
    with _recorded(path, until, executed=True):
        front_page(path)
        _conclude(path, until)
    return path / "index.html"


def _execute(path: Path, stages: Sequence[str], progress: Progress | None) -> None:
    from segtools.report.execution.kernel import Kernels

    limits = Limits.of(read_record(path / "run.json")["config"])
    with Kernels(path) as kernels:
        for stage in stages:
            with _recorded(path, stage):
                if late := limits.reached(stage):
                    raise late
                log_event(path, "stage_started", stage=stage)
                kernel = kernels.next(last=stage == stages[-1])
                execute_stage(path, stage, kernel, progress, limits)
            with _recorded(path, stage, executed=True):
                write_page(path, stage)
                done = read_record(path / "run.json")["stages"][stage]
                log_event(path, "stage_done", stage=stage, **_measured(done))


def reset(path: Path, stage: str) -> None:
    """Take a started run back to before a stage: its files and all later ones go.

    The record changes first, so that no file is missed of a stage that counts as done.
    """
    run = read_record(path / "run.json")
    pending = {s: {"state": "pending"} for s in STAGES[STAGES.index(stage) :]}
    stages = run["stages"] | pending
    state = {"state": "running", "error": None, "stages": stages}
    write_record(path / "run.json", run | state)
    remove_from(path, stage)
    sweep(path)


def _measured(done: dict[str, object]) -> dict[str, object]:
    return {k: done[k] for k in ("seconds", "peak_memory_mb") if k in done}


def _conclude(path: Path, until: str) -> None:
    """Record that a run is done, or that it was to stop here."""
    run = read_record(path / "run.json")
    # Whoever only had a page made again has not undone what was done.
    done = all(is_finished(path, stage, run) for stage in STAGES)
    state = {"state": "done" if done else "running", "error": None}
    write_record(path / "run.json", run | state)
    log_event(path, "run_done" if done else "stopped", stage=until)


@contextmanager
def _recorded(path: Path, stage: str, *, executed: bool = False) -> Iterator[None]:
    """Note in the run what stops a stage or its page, and make the failure page."""
    try:
        yield
    except KeyboardInterrupt:
        error = InterruptionError(_INTERRUPTED)
        _note(path, stage, error, again=not executed)
        raise
    except Exception as error:
        meant = _meant(error, stage, path)
        _note(path, stage, meant)
        raise meant from None


def _note(path: Path, stage: str, error: Exception, *, again: bool = True) -> None:
    """Record a failure as far as the disk lets us; what was there stays whole."""
    from segtools.report.html import failure_page

    with suppress(OSError):
        record_failure(path, stage, error, again=again)
        failure_page(path)


def _meant(error: Exception, stage: str, path: Path) -> Exception:
    if type(error).__name__ in OWN:
        return error
    if isinstance(error, OSError) and (found := storage_words(error, stage, path)):
        return found
    return StageError(
        f"{stage} must run to its end, but it stopped with {type(error).__name__}: "
        f"{str(error)[:300]}. Look at notebooks/{stage}.ipynb and run again."
    )


def record_failure(
    path: Path, stage: str, error: Exception, *, again: bool = True
) -> None:
    """Write into ``run.json`` which stage was at work, why it stopped and what helps.

    Parameters
    ----------
    path : Path
    stage : str
        At work when it happened.
    error : Exception
    again : bool, default=True
        Whether the stage has to be repeated; else only its page was interrupted.
    """
    sentence, remedy = parts_of_error(str(error))
    told = {"code": CODES.get(type(error).__name__, 4), "stage": stage}
    told |= {"sentence": sentence, "remedy": remedy}
    event = "interrupted" if isinstance(error, InterruptionError) else "failed"
    log_event(path, event, **told)
    run = read_record(path / "run.json")
    stages = run["stages"] | ({stage: {"state": "failed"}} if again else {})
    state = {"state": "failed", "error": told, "stages": stages}
    write_record(path / "run.json", run | state)

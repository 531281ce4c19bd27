"""Continue a broken run, or repeat one from a stage: only what is still the same."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from segtools.config import RunConfig
from segtools.history.previous import refuse_incomplete
from segtools.private_folder import sweep_folders
from segtools.records import read_run, write_record
from segtools.report.execution.files import broken_file, is_finished
from segtools.report.execution.lock import locked
from segtools.report.execution.log import log_event
from segtools.report.execution.marks import (
    changed_code,
    changed_data,
    changed_settings,
    settings_marks,
)
from segtools.report.execution.run import reset
from segtools.report.execution.start import Prospect
from segtools.schema import STAGES, ConfigError, DataError, did_you_mean
from segtools.sources.remote import keep
from segtools.wording import listed

__all__ = ["continue_run", "refuse_nothing", "repeat_from", "stage_named"]


def stage_named(text: str, option: str = "--from") -> str:
    """Give the stage that somebody means by its name or number.

    Parameters
    ----------
    text : str
        Such as ``3``, ``03``, ``segmentation`` or ``03_segmentation``.
    option : str, default="--from"
        What it was given to, for the error.

    Raises
    ------
    ConfigError
        If there is no such stage.

    Examples
    --------
    >>> stage_named("3"), stage_named("personas")
    ('03_segmentation', '04_personas')
    """
    short = {s.partition("_")[2]: s for s in STAGES}
    names = {s: s for s in STAGES} | short
    if text.isdecimal() and 1 <= int(text) <= len(STAGES):
        return STAGES[int(text) - 1]
    if text.lower() in names:
        return names[text.lower()]
    raise ConfigError(
        f"{option} must be a stage, by name or number from 1 to {len(STAGES)}, but it "
        f"is {text!r}. {did_you_mean(text.lower().lstrip('0123456789_'), short)}"
    )


def continue_run(found: Prospect) -> bool:
    """Make a broken run ready to be executed from its first stage that is not done.

    Parameters
    ----------
    found : Prospect
        As `look_ahead` gives it.

    Returns
    -------
    bool
        Whether anything is left to do.

    Raises
    ------
    ConfigError
        If there is no run to continue, another process works in its folder, or its
        settings, data or code are not the same any more; the sentence says which.
    """
    with locked(found.path):
        run = _run_of(found.path, "--resume")
        _refuse_changes(run, found, "--resume")
        _refuse_lost(run, found.path)
        left = [s for s in STAGES if not is_finished(found.path, s, run)]
        pages = (*STAGES, "index")
        unshown = [p for p in pages if not (found.path / f"{p}.html").exists()]
        if run["state"] == "done" and not left and not unshown:
            return False
        _restart(run, found, left[0] if left else None)
    return True


def repeat_from(found: Prospect, stage: str, *, replace: bool = False) -> None:
    """Make a run ready to be repeated from a stage on; its later files go.

    Parameters
    ----------
    found : Prospect
        As `look_ahead` gives it. Keys that only this stage or a later one reads may
        have changed.
    stage : str
        Where to begin: the second stage or a later one. Before the first there is
        nothing to keep; see `start_run`.
    replace : bool, default=False
        Let keys change even though the run is finished.

    Raises
    ------
    ConfigError
        If an earlier stage is not finished, or would come out otherwise now.
    """
    with locked(found.path):
        run = _run_of(found.path, "--from")
        _refuse_changes(run, found, "--from", before=stage)
        _refuse_lost(run, found.path)
        changed = changed_settings(run, found.config)
        if changed and run["state"] == "done" and not replace:
            raise ConfigError(
                f"A finished run is not overwritten, but {found.path} holds one with "
                f"other settings ({listed(changed)}). Choose another folder with "
                "--out, or pass --replace."
            )
        _refuse_unfinished(run, found.path, stage)
        _restart(run, found, stage)


def refuse_nothing(path: Path, option: str) -> None:
    """Refuse to go on with a run that is not there."""
    if not (path / "run.json").is_file():
        raise ConfigError(
            f"{option} must find a run, but there is none in {path}. "
            f"Begin it without {option}, or say with --out where it lies."
        )


def _run_of(path: Path, option: str) -> dict[str, Any]:
    try:
        run = read_run(path)
        lacks = [k for k in ("config", "stages", "data") if k not in run]
        if lacks:
            raise DataError(f"run.json of {path} has no {lacks[0]!r}.")
        return run
    except DataError as error:
        raise ConfigError(
            f"{option} must find a run that it can read, but: {error} "
            "Begin it anew with --replace, or choose another folder with --out."
        ) from None


def _refuse_changes(
    run: dict[str, Any], found: Prospect, option: str, before: str | None = None
) -> None:
    """Refuse to mix stages of which the earlier would come out otherwise now."""
    changes = {
        "settings": changed_settings(run, found.config, before),
        "data": changed_data(run, found.data),
        "code": changed_code(run),
    }
    told = [f"other {what} ({listed(w)})" for what, w in changes.items() if w]
    if told:
        stages = "" if before is None else f" of the stages before {before}"
        raise ConfigError(
            f"{option} must find the same settings, data and code{stages}, but "
            f"{found.path} was begun with {listed(told)}. Put them back, or begin "
            f"again: with --replace instead of {option}."
        )


def _refuse_lost(run: dict[str, Any], path: Path) -> None:
    if run.get("previous_run"):
        refuse_incomplete(path / run["previous_run"], "The previous run of this one")


def _refuse_unfinished(run: dict[str, Any], path: Path, stage: str) -> None:
    for earlier in STAGES[: STAGES.index(stage)]:
        if is_finished(path, earlier, run):
            continue
        state = run["stages"].get(earlier, {}).get("state", "pending")
        broken = broken_file(path, earlier) if state == "done" else None
        why = f"has lost {broken}" if broken else f"is {state}"
        raise ConfigError(
            f"--from must come after finished stages, but {earlier} of {path} {why}. "
            f"Use --resume, or --from {earlier}."
        )


def _restart(run: dict[str, Any], found: Prospect, stage: str | None) -> None:
    """Write down how the run goes on, and take away what will be made again."""
    sweep_folders()
    log_event(found.path, "resumed", **{"from": stage or "pages"})
    marks = settings_marks(found.config)
    config = _kept(run["config"], found.config)
    state = {"state": "running", "error": None, "folder": str(found.path.resolve())}
    more = {"config": config, "seed": found.config.seed}
    # In one record: a stage that will be repeated never counts as done under settings
    # that it has not seen, wherever the process is killed.
    later = STAGES[STAGES.index(stage) :] if stage else ()
    stages = run["stages"] | {s: {"state": "pending"} for s in later}
    more |= {"stages": stages}
    write_record(found.path / "run.json", run | marks | state | more)
    if stage:
        reset(found.path, stage)
        keep(found.path, found.config.sources)


def _kept(then: dict[str, Any], now: RunConfig) -> dict[str, Any]:
    """Give the configuration in force: where files lie now, and the limits of now."""
    return then | now.model_dump()

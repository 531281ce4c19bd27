"""What is done when a run has ended: it is uploaded, and hooks are told."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from segtools.config import RunConfig
from segtools.records import read_record
from segtools.remote.urls import is_url, local_path, under
from segtools.report.execution.log import log_event
from segtools.runs.hooks import notify
from segtools.runs.payload import told_of
from segtools.runs.project_page import PAGE, refresh_project
from segtools.runs.remote import is_uploaded, local_run, upload
from segtools.schema import DataError

Tell = Callable[[str], None]


@dataclass
class Ending:
    """A run from before its start to after its end.

    Attributes
    ----------
    folder : Path or None
        Where to start the run; None leaves it to `start_run`.
    url : str
        Where it is uploaded; empty if nowhere.
    path : Path or None
        The run's folder, to be set as soon as it is known.
    old : bool
        Whether the run was done before, so that nothing is to be told, unless an
        upload that was owed is made now.
    replace : bool
        Whether it may take the place of a finished run at `url` that differs.
    """

    folder: Path | None
    url: str = ""
    path: Path | None = None
    old: bool = False
    replace: bool = False

    def begin(self, path: Path) -> None:
        """Note the run's folder as soon as it is known."""
        self.path = path

    @property
    def place(self) -> str:
        """Where the run is to be found: its URL, or its folder until it has ended."""
        return self.url if self.url and _state(self) != "running" else str(self.path)

    @property
    def page(self) -> str:
        """Where its front page is."""
        return under(self.place, "index.html")


@contextmanager
def ending(
    config: RunConfig, out: str | None, tell: Tell, *, replace: bool = False
) -> Iterator[Ending]:
    """Upload a run when it has ended, done or failed, and tell its hooks.

    Parameters
    ----------
    config : RunConfig
        Its ``hooks`` are told.
    out : str, optional
        The run's folder, or the URL of a remote one.
    tell : callable
        Given a sentence about each hook that was not told.
    replace : bool, default=False
        Let a remote run take the place of a finished one that differs.

    Yields
    ------
    Ending
        Its ``path`` is to be set. A run that stays ``running`` is left alone, and so
        is one that was done before, but for an upload that is still to be made.

    Raises
    ------
    ConfigError
        If the remote storage cannot be used, or holds what must not be lost; then
        nothing was started.
    StageError
        If the upload does not come to its end; the run lies here whole.
    """
    try:
        run = _begin(config, out, replace)
    except BaseException as error:
        _tell_hooks(config, Ending(None), error, tell)
        raise
    try:
        yield run
    except BaseException as error:
        if run.url and isinstance(error, Exception):
            _upload_failed(run, tell)
        # A run that was refused is not the one that lies finished in its folder.
        refused = _state(run) == "done"
        _tell_hooks(config, Ending(None) if refused else run, error, tell)
        raise
    if _state(run) == "done" and run.path is not None:
        try:
            owed = bool(run.url) and not (run.old and is_uploaded(run.path, run.url))
            if owed:
                upload(run.path, run.url, replace=run.replace)
        except BaseException as error:
            _tell_hooks(config, run, error, tell)
            raise
        if owed or not run.old:
            _renew_project(config, run, tell)
            _tell_hooks(config, run, None, tell)


def _renew_project(config: RunConfig, run: Ending, tell: Tell) -> None:
    """Renew the page of all runs, where the run lies among them."""
    if run.url or run.path is None:
        return
    among = run.path.resolve().parent
    if among.name == config.project or (among / PAGE).exists():
        _, why = refresh_project(among)
        if why:
            tell(why)


def _begin(config: RunConfig, out: str | None, replace: bool) -> Ending:
    if out is None or not is_url(out):
        return Ending(None if out is None else Path(out))
    if not is_url(local_path(out)):
        return Ending(Path(local_path(out)))
    url = out.rstrip("/")
    folder = local_run(url, config.project, config.as_of, replace=replace)
    return Ending(folder, url, replace=replace)


def _state(run: Ending) -> str:
    """Read the state of a run; nothing if it has none."""
    if run.path is None:
        return ""
    with suppress(DataError):
        return str(read_record(run.path / "run.json").get("state"))
    return ""


def _upload_failed(run: Ending, tell: Tell) -> None:
    """Upload a run that failed, so that its page can be read; that may fail, too."""
    if run.path is None or _state(run) != "failed":
        return
    try:
        upload(run.path, run.url, replace=run.replace)
    except Exception as error:
        tell(str(error))


def _tell_hooks(
    config: RunConfig, run: Ending, error: BaseException | None, tell: Tell
) -> None:
    if not config.hooks:
        return
    body = config.model_dump(include={"project", "as_of"})
    payload, warning = told_of(body, run.path, where=run.url, error=error)
    warnings = [warning] if warning else []
    for sentence in [*warnings, *notify(config.hooks, payload)]:
        tell(sentence)
        if run.path is not None:
            with suppress(OSError, ValueError):  # it has been said already
                log_event(run.path, "hook_failed", sentence=sentence)

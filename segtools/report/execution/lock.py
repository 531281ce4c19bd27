"""One process a folder: a lock that the system itself takes back when one dies."""

from __future__ import annotations

import datetime as dt
import json
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from segtools.records import write_text
from segtools.report.execution.log import log_event
from segtools.schema import ConfigError

__all__ = ["is_locked", "locked"]

LOCK = ".lock"
HOLDER = ".lock.json"
# Folders that this process holds, and the thread that took each.
_HELD: dict[Path, int] = {}


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Keep a run's folder for this process; within a thread, as often as it likes.

    Parameters
    ----------
    path : Path
        The run's folder; it is made if it is not there.

    Raises
    ------
    ConfigError
        If another process, or another thread of this one, has it: the sentence says
        which, and since when.

    Examples
    --------
    >>> import tempfile
    >>> folder = Path(tempfile.mkdtemp())
    >>> with locked(folder):
    ...     is_locked(folder)
    True
    >>> is_locked(folder), list(folder.iterdir())
    (False, [])
    """
    own = path.resolve()
    if _HELD.get(own) == threading.get_ident():
        yield
        return
    with _taken(path):
        _HELD[own] = threading.get_ident()
        try:
            yield
        finally:
            del _HELD[own]


@contextmanager
def _taken(path: Path) -> Iterator[None]:
    from filelock import FileLock, Timeout

    if path.exists() and not path.is_dir():
        raise ConfigError(
            f"A run needs a folder of its own, but {path} is a file. "
            "Choose another with --out."
        )
    new = not path.exists()
    path.mkdir(parents=True, exist_ok=True)
    lock = FileLock(path / LOCK)
    try:
        lock.acquire(blocking=False)
    except Timeout:
        log_event(path, "locked", pid=os.getpid())
        raise _busy(path) from None
    try:
        since = dt.datetime.now(dt.UTC).isoformat(timespec="seconds")
        with suppress(OSError):  # the lock holds without it, on a full disk, too
            write_text(path / HOLDER, json.dumps({"pid": os.getpid(), "since": since}))
        yield
    finally:
        # Both go while the lock is held: who waits for it finds that its file has no
        # name any more, and begins again.
        for name in (HOLDER, LOCK):
            with suppress(OSError):
                (path / name).unlink()
        lock.release()
        if new:
            with suppress(OSError):  # whatever was put into it stays
                path.rmdir()


def is_locked(path: Path) -> bool:
    """Tell whether a process is at work in a run's folder."""
    from filelock import FileLock, Timeout

    if not (path / LOCK).exists():
        return False
    lock = FileLock(path / LOCK)
    try:
        with lock.acquire(blocking=False):
            return False
    except Timeout:
        return True


def _busy(path: Path) -> ConfigError:
    who = "another process works in"
    with suppress(OSError, ValueError, KeyError, TypeError):
        held = json.loads((path / HOLDER).read_text(encoding="utf-8"))
        who = f"process {int(held['pid'])} has worked since {held['since']} in"
    return ConfigError(
        f"A run needs its folder for itself, but {who} {path}. "
        "Wait for it, or choose another folder with --out."
    )

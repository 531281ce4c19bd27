"""The errors of a stage that failed for no reason of the user's, in words."""

from __future__ import annotations

import errno
import os
from pathlib import Path

from segtools.schema import ConfigError, OneSentence

# What DuckDB calls it.
OUT_OF_MEMORY = "OutOfMemoryException"
_FULL = tuple(os.strerror(n) for n in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG))
_CLOSED = (os.strerror(errno.EROFS),)
_REFUSED = (errno.EROFS, errno.EACCES, errno.EPERM)


class StageError(OneSentence, RuntimeError):
    """A stage stopped for a reason that is neither configuration nor data."""


def out_of_memory(where: str, limit: str = "") -> StageError:
    """Word the engine's refusal to take more memory than it may.

    Parameters
    ----------
    where : str
        What did not fit, such as a stage.
    limit : str, optional
        The limit in force.
    """
    held = f"memory_limit ({limit})" if limit else "memory_limit"
    return StageError(
        f"{where} must fit into {held}, but the engine needed more than it could spill "
        "to disk. Raise memory_limit, or shorten window_days and bases."
    )


def kernel_died(stage: str, code: int | None, limit: str) -> StageError:
    """Word the end of a kernel that nobody here has asked to end.

    Parameters
    ----------
    stage : str
    code : int or None
        What its process ended with; minus the signal that ended it.
    limit : str
        ``memory_limit`` in force.
    """
    if code == -9:
        return StageError(
            f"{stage} must fit into memory, but the system killed its kernel, as it "
            "does when memory runs out. Continue with --resume and a lower "
            f"memory_limit than {limit}, on a larger machine or beside fewer jobs, or "
            "run on a shorter window_days or a sample of the customers."
        )
    return StageError(
        f"{stage} must run to its end, but its kernel ended with code {code}. "
        "Look at log.jsonl for what it said, and continue with --resume."
    )


def too_long(stage: str, key: str, minutes: float) -> StageError:
    """Word that a limit of time was reached.

    Parameters
    ----------
    stage : str
        At work when it was.
    key : str
        ``stage_time_limit`` or ``run_time_limit``.
    minutes : float
        The limit.
    """
    return StageError(
        f"{stage} must end within {key}, but it was not done after {minutes:g} "
        f"minutes. Raise {key} and continue with --resume, or shorten window_days."
    )


def storage_error(text: str, where: str, path: Path) -> StageError | ConfigError | None:
    """Word what a disk refuses; None if an error is about something else.

    Parameters
    ----------
    text : str
        What the system or the engine said.
    where : str
        What was to be written, such as a stage.
    path : Path
        The run's folder.
    """
    if any(said in text for said in _FULL):
        return StageError(
            f"{where} must be able to write its files, but the disk of {path} is full. "
            "Free some of it, then continue with --resume."
        )
    if any(said in text for said in _CLOSED):
        return ConfigError(
            f"{where} must be able to write its files, but {path} is read-only. "
            "Make it writable, or choose another folder with --out."
        )
    return None


def storage_words(error: OSError, where: str, path: Path) -> Exception | None:
    """Word an error of the system itself; permission to write counts, too."""
    found = storage_error(str(error), where, path)
    if found is None and error.errno in _REFUSED:
        return ConfigError(
            f"{where} must be able to write its files, but {error.filename or path} "
            f"refuses it ({error.strerror}). Change its permissions, or choose another "
            "folder with --out."
        )
    return found


class InterruptionError(StageError):
    """Somebody pressed Ctrl-C or asked the process to end."""

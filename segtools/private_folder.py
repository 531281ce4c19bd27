"""Temporary folders that do not outlive their process for long, however it ends."""

from __future__ import annotations

import os
import shutil
import tempfile
import time
from contextlib import suppress
from pathlib import Path

try:
    import fcntl
except ImportError:  # Windows: folders are left to whoever made them
    fcntl = None  # type: ignore[assignment]

KINDS = ("kernel", "copy")
# Who has just made a folder may not have locked it yet.
_YOUNG = 60.0
_HELD: dict[Path, int] = {}


def private_folder(kind: str) -> Path:
    """Make a temporary folder that belongs to this process.

    Parameters
    ----------
    kind : {"kernel", "copy"}
        What it is for; it stands in its name.

    Returns
    -------
    Path
        Nobody else can look into it. The system lets go of its lock when the process
        ends, by which `sweep_folders` knows one that was left.

    Examples
    --------
    >>> folder = private_folder("copy")
    >>> folder.is_dir()
    True
    >>> remove_folder(folder)
    >>> folder.exists()
    False
    """
    folder = Path(tempfile.mkdtemp(prefix=f"segtools-{kind}-"))
    handle = _lock(folder)
    if handle is not None:
        _HELD[folder] = handle
    return folder


def remove_folder(folder: Path) -> None:
    """Remove a folder of this process, and what is in it; once is enough."""
    shutil.rmtree(folder, ignore_errors=True)
    handle = _HELD.pop(folder, None)
    if handle is not None:
        os.close(handle)


def sweep_folders() -> list[Path]:
    """Remove what killed processes of this user left in the temporary folder.

    Returns
    -------
    list of Path
        The folders that are gone now. One whose process lives is not touched, nor one
        that was made within the last minute.
    """
    gone = []
    place = Path(tempfile.gettempdir())
    for folder in sorted(f for k in KINDS for f in place.glob(f"segtools-{k}-*")):
        with suppress(OSError):
            if _left(folder):
                shutil.rmtree(folder, ignore_errors=True)
                gone.append(folder)
    return gone


def _left(folder: Path) -> bool:
    if fcntl is None or folder in _HELD or folder.is_symlink():
        return False
    state = folder.stat()
    if state.st_uid != os.getuid() or time.time() - state.st_mtime < _YOUNG:
        return False
    handle = _lock(folder)
    if handle is None:
        return False
    os.close(handle)
    return True


def _lock(folder: Path) -> int | None:
    """Lock a folder; None where somebody has it, or there are no such locks."""
    if fcntl is None:
        return None
    handle = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(handle)
        return None
    return handle

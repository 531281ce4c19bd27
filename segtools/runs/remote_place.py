"""Whose a remote folder is: ours, ours after a broken upload, or somebody else's."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable
from contextlib import suppress
from pathlib import Path
from typing import Any

from segtools.remote.transfer import is_file, listed, remote_name
from segtools.remote.urls import shown, under
from segtools.schema import ConfigError

# Lies in a remote folder from before the first file of an upload until after the last.
MARK = ".uploading"
RUN = "run.json"
_FORMAT = "segtools.uploading"


def put_mark(fs: Any, url: str, names: Iterable[str]) -> None:
    """Mark a remote folder as one into which an upload is under way.

    Parameters
    ----------
    fs : filesystem
    url : str
        Of the folder.
    names : iterable of str
        The files that are or will be in it and belong to the upload.
    """
    body = {"format": _FORMAT, "version": 1, "files": sorted(set(names))}
    fs.pipe_file(remote_name(under(url, MARK)), json.dumps(body, indent=1).encode())


def remove_mark(fs: Any, url: str) -> None:
    """Take the mark away: the upload has come to its end."""
    fs.rm_file(remote_name(under(url, MARK)))


def marked_files(fs: Any, url: str, there: Collection[str]) -> set[str]:
    """Name the files of a broken upload of ours, the mark with them.

    Parameters
    ----------
    fs : filesystem
    url : str
        Of the folder.
    there : collection of str
        The files in it.

    Returns
    -------
    set of str
        Empty if there is no mark, or a file of that name which is none.
    """
    if MARK not in there:
        return set()
    found = _record(fs.cat_file(remote_name(under(url, MARK))))
    files = found.get("files")
    if found.get("format") != _FORMAT or not isinstance(files, list):
        return set()
    return {MARK, *(name for name in files if isinstance(name, str))}


def refuse_foreign(fs: Any, url: str, there: Collection[str]) -> None:
    """Refuse a folder that holds files, but neither a run nor our broken upload.

    Raises
    ------
    ConfigError
    """
    if there and RUN not in there and not marked_files(fs, url, there):
        raise ConfigError(
            f"A run needs a folder of its own, but {shown(url)} holds other files. "
            "Choose another."
        )


def refuse_other(fs: Any, url: str, folder: Path) -> None:
    """Refuse to put a run into the place of a finished one that differs from it.

    Parameters
    ----------
    fs : filesystem
    url : str
        Of the remote folder.
    folder : Path
        The run that is to go there; nothing is refused while it has no ``run.json``
        that can be read.

    Raises
    ------
    ConfigError
        If the run there is done, with other settings or on other data.
    """
    name = remote_name(under(url, RUN))
    if not (folder / RUN).is_file() or not is_file(fs, name):
        return
    # As written, not as read: a newer version may have written the one there.
    here, there = _record((folder / RUN).read_bytes()), _record(fs.cat_file(name))
    differ = [k for k in ("config_hash", "data") if here.get(k) != there.get(k)]
    if not here or there.get("state") != "done" or not differ:
        return
    what = "settings" if differ[0] == "config_hash" else "data"
    raise ConfigError(
        f"A finished run is not overwritten, but {shown(url)} holds one with other "
        f"{what} than {folder}. Choose another folder with --out, or pass --replace."
    )


def in_place(fs: Any, url: str) -> dict[str, Any]:
    """List the files of a remote folder in which a run may be, or refuse it.

    Raises
    ------
    ConfigError
        If they are somebody else's.
    """
    there = listed(fs, url)
    refuse_foreign(fs, url, there)
    return there


def _record(body: bytes) -> dict[str, Any]:
    """Read what should be a record; nothing if it is none."""
    with suppress(ValueError, RecursionError):
        found = json.loads(body)
        return found if isinstance(found, dict) else {}
    return {}

"""Exports whose folder is a remote one: written here first, uploaded once."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from segtools.destinations.export import MANIFEST, files_of
from segtools.remote.failures import spoken
from segtools.remote.transfer import download, filesystem, listed, remote_name
from segtools.remote.urls import is_url, local_path, mirror_of, refuse_url, shown, under
from segtools.runs.remote import ROOT, upload
from segtools.runs.remote_place import MARK, marked_files
from segtools.schema import ConfigError


@contextmanager
def export_folder(out: str) -> Iterator[Path]:
    """Give a local folder for an export that is to lie at a path or a URL.

    Parameters
    ----------
    out : str
        A path, or the URL of a remote folder.

    Yields
    ------
    Path
        Where to write. What is in it is uploaded if all went well, the manifest last;
        files of an earlier export there go.

    Raises
    ------
    ConfigError
        If the remote folder holds anything but an earlier export.
    StageError
        If the upload does not come to its end; the export lies here whole.
    """
    out = local_path(out)
    if not is_url(out):
        yield Path(out)
        return
    refuse_url(out, "--out")
    folder = mirror_of(out, ROOT)
    fs = filesystem(out, "--out")
    with spoken(out, "--out"):
        earlier = _refuse_foreign(fs, out, folder)
    yield folder
    # What is in the folder here is known to be the export's: it is simply made anew.
    again = "repeat the same command"
    upload(folder, out, last=(MANIFEST,), earlier=earlier, repeat=again)


def _refuse_foreign(fs: Any, url: str, folder: Path) -> list[str]:
    """List the files of an export that is there; refuse a folder with others.

    Of one whose upload broke off no manifest is there; the mark names its files, and
    so does the manifest that lies here.
    """
    there = listed(fs, url)
    known = marked_files(fs, url, there) | files_of(folder / MANIFEST) | {MANIFEST}
    if MANIFEST in there:
        copy = folder.with_name(f".{folder.name}.{MANIFEST}")
        download(fs, remote_name(under(url, MANIFEST)), copy, "--out")
        known |= files_of(copy)
        copy.unlink()
    foreign = sorted(set(there) - known)
    if foreign:
        raise ConfigError(
            f"An export needs a folder of its own, but {shown(url)} holds "
            f"{foreign[0]!r}, which is none of its files. Choose another with --out."
        )
    return sorted(set(there) - {MARK})

"""Inputs that lie in a remote storage: fetched once, then read as files."""

from __future__ import annotations

import atexit
import glob
import os
import re
import shutil
import tempfile
from functools import lru_cache
from pathlib import Path
from typing import Any

from segtools.config import Source
from segtools.records import digest, read_record, write_record
from segtools.remote import is_url, refuse_url
from segtools.remote.failures import spoken
from segtools.remote.transfer import (
    download,
    filesystem,
    is_file,
    listed,
    refuse_no_bucket,
    remote_name,
    safe,
)
from segtools.remote.urls import local_path, scheme_of, under
from segtools.schema import ConfigError

# In a run's folder: what its notebooks read, until the run is done.
FOLDER = ".fetched"
_LIST = "fetched.json"
_MAGIC = re.compile(r"[*?\[]")


def localised(
    blocks: list[Source], into: Path | None = None
) -> tuple[list[Source], list[dict[str, Any]]]:
    """Fetch what source blocks have in a remote storage, and let them read the copies.

    Parameters
    ----------
    blocks : list of Source
        Never changed. Each ``path`` in them may be a URL.
    into : Path, optional
        Where copies lie, each folder whole or not there; one that is there is not
        fetched again. Default a folder that goes with the process.

    Returns
    -------
    blocks : list of Source
        With local paths.
    files : list of dict
        ``url``, ``size`` (bytes) and ``etag`` of each remote file.

    Raises
    ------
    ConfigError
        If there is nothing at a URL, or its storage cannot be used.
    DataError
        If a file does not arrive whole.
    """
    found: list[Source] = []
    files: list[dict[str, Any]] = []
    for place, block in enumerate(blocks):
        body = block.model_dump()
        where = "source" if len(blocks) == 1 else f"source.{place}"
        for name, part in body.items():
            if isinstance(part, dict) and is_url(part.get("path")):
                path, own = _local(part["path"], f"{where}.{name}.path", into)
                body[name] = part | {"path": path}
                files += own
        found.append(Source.model_validate(body))
    return found, files


def _local(url: str, key: str, into: Path | None) -> tuple[str, list[dict[str, Any]]]:
    refuse_url(url, key)
    if scheme_of(url) == "file":
        return local_path(url, key), []
    folder = (into or _own_folder()) / digest(url)
    if not (folder / _LIST).is_file():
        _fetch(url, key, folder)
    held = read_record(folder / _LIST)
    return str(folder / "files") + held["path"], held["files"]


@lru_cache(maxsize=1)
def _own_folder() -> Path:
    """Make the folder that goes with the process: data does not stay behind."""
    folder = Path(tempfile.mkdtemp(prefix="segtools-fetched-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder


def keep(folder: Path, blocks: list[Source]) -> None:
    """Hand what this process has fetched for a run on to it: its notebooks read it.

    Parameters
    ----------
    folder : Path
        Of the run.
    blocks : list of Source
        The run's own; what was fetched for others is none of its business.
    """
    if not _own_folder.cache_info().currsize:
        return
    parts = [part for block in blocks for part in block.model_dump().values()]
    urls = [p["path"] for p in parts if isinstance(p, dict) and is_url(p.get("path"))]
    for held in sorted({_own_folder() / digest(url) for url in urls}):
        target = folder / FOLDER / held.name
        if (held / _LIST).is_file() and not (target / _LIST).is_file():
            half = target.with_name(f"{held.name}.half")
            shutil.rmtree(half, ignore_errors=True)
            shutil.copytree(held, half, copy_function=_linked)
            half.rename(target)


def _linked(source: str, target: str) -> None:
    """Give a file a second name, or copy it where that cannot be."""
    try:
        os.link(source, target)
    except OSError:
        shutil.copy2(source, target)


def let_go(folder: Path) -> None:
    """Remove the copies of a run that has come to its end."""
    shutil.rmtree(folder / FOLDER, ignore_errors=True)


def _fetch(url: str, key: str, folder: Path) -> None:
    """Fetch what a URL leads to; the list of it is written last."""
    fs = filesystem(url, key)
    with spoken(url, key):
        root, names, path = _matches(fs, url)
        if not names:
            refuse_no_bucket(fs, url)
            raise ConfigError(
                f"{key} must be a file, folder or glob of data, but there is nothing "
                f"at {url}. Check the URL; large and small letters count."
            )
        files = []
        for name in names:
            to = folder / "files" / safe(name)
            got = download(fs, remote_name(under(root, name)), to, key)
            files.append({"url": under(root, name), **got})
    write_record(folder / _LIST, {"url": url, "path": path, "files": files})


def _matches(fs: Any, url: str) -> tuple[str, list[str], str]:
    """Say what a URL leads to: a root, names under it, and the way to read them."""
    name = remote_name(url)
    if is_file(fs, name):
        root, _, last = url.rstrip("/").rpartition("/")
        return root, [last], f"/{glob.escape(last)}"
    if not _MAGIC.search(url):
        from segtools.sources.formats.raw import is_data

        there = listed(fs, url, deep=False)
        return url.rstrip("/"), sorted(n for n in there if is_data(Path(n))), ""
    fixed, pattern = _split(url)
    start = remote_name(fixed).strip("/") + "/"
    found = sorted(n.strip("/").removeprefix(start) for n in fs.glob(name))
    files = [n for n in found if is_file(fs, remote_name(under(fixed, n)))]
    return fixed, files, f"/{pattern}"


def _split(url: str) -> tuple[str, str]:
    """Part a URL before its first wildcard.

    Examples
    --------
    >>> _split("s3://shop/2024-*/lines.csv")
    ('s3://shop', '2024-*/lines.csv')
    """
    scheme, _, rest = url.partition("://")
    parts = rest.split("/")
    first = next(i for i, part in enumerate(parts) if _MAGIC.search(part))
    return f"{scheme}://{'/'.join(parts[:first])}", "/".join(parts[first:])

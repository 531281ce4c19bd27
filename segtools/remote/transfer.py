"""Copy files between a remote folder and the disk: whole or not at all."""

from __future__ import annotations

import importlib
import os
from collections.abc import Iterable, Sequence
from functools import lru_cache
from pathlib import Path, PurePosixPath
from typing import Any

from segtools.records import whole
from segtools.remote.failures import NO_BUCKET, spoken
from segtools.remote.urls import STORES, bucket_of, key_of, scheme_of, shown
from segtools.schema import ConfigError, DataError

Entry = dict[str, Any]
# A storage that does not answer is to be told of within a minute, not a quarter hour.
_PATIENCE = {
    "connect_timeout": 10,
    "read_timeout": 60,
    "retries": {"max_attempts": 3, "mode": "standard"},
}
# What clients read of the environment.
_VARIABLES = ("AWS_", "GOOGLE_", "STORAGE_EMULATOR_HOST", "AZURE_")


def filesystem(url: str, key: str) -> Any:
    """Open the client of a URL's storage; credentials come from the environment alone.

    Parameters
    ----------
    url : str
    key : str
        What an error sentence calls it.

    Raises
    ------
    ConfigError
        If the client is not installed, or has no credentials.
    """
    store = STORES[scheme_of(url)]
    try:
        importlib.import_module(store.module)
    except ImportError:
        raise ConfigError(
            f"{key} must have a client for {scheme_of(url)}://, but {store.module} is "
            f"not installed. Run: pip install 'customer-segtools[{store.extra}]'."
        ) from None
    opened_by = (n for n in sorted(os.environ) if n.startswith(_VARIABLES))
    with spoken(url, key):
        return _client(scheme_of(url), tuple((n, os.environ[n]) for n in opened_by))


@lru_cache(maxsize=8)
def _client(scheme: str, environment: tuple[tuple[str, str], ...]) -> Any:
    """Make a client, which takes a second; another environment needs another one."""
    import fsspec

    options: dict[str, Any] = {"use_listings_cache": False}
    if scheme == "s3":
        options["config_kwargs"] = _PATIENCE
    fs = fsspec.filesystem(scheme, skip_instance_cache=True, **options)
    if scheme == "s3":
        fs.retries = 2  # the client below it repeats, too
    return fs


def remote_name(url: str) -> str:
    """Give what a client calls a URL: bucket and key, unquoted."""
    name = f"{bucket_of(url)}/{key_of(url)}".rstrip("/")
    return f"/{name}" if scheme_of(url) == "memory" else name


def is_file(fs: Any, name: str) -> bool:
    """Tell whether there is a file; unlike the clients', with errors raised."""
    try:
        return bool(fs.info(name)["type"] == "file")
    except FileNotFoundError:
        return False


def listed(fs: Any, url: str, *, deep: bool = True) -> dict[str, Entry]:
    """List the files of a remote folder by their path within it; none is no error.

    Parameters
    ----------
    fs : filesystem
    url : str
    deep : bool, default=True
        With what lies in its folders.
    """
    root = remote_name(url)
    found = fs.find(root, detail=True, maxdepth=None if deep else 1)
    if not found:
        refuse_no_bucket(fs, url)
    within = {_within(name, root): entry for name, entry in found.items()}
    return {name: entry for name, entry in within.items() if name}


def refuse_no_bucket(fs: Any, url: str) -> None:
    """Raise what `spoken` words, if a URL's bucket is not there."""
    if scheme_of(url) != "memory" and not fs.exists(bucket_of(url)):
        raise FileNotFoundError(NO_BUCKET)


def _within(name: str, root: str) -> str:
    plain = name.strip("/")
    start = root.strip("/") + "/"
    return plain.removeprefix(start) if plain.startswith(start) else ""


def mark_of(entry: Entry) -> str:
    """Give what tells one version of a remote file from the next; may be empty."""
    found = entry.get("ETag") or entry.get("etag") or entry.get("md5Hash") or ""
    return str(found).strip('"')


def safe(name: str) -> str:
    """Give a remote file's path within its folder, unless it would leave ours.

    Raises
    ------
    DataError
        If it is empty, or has parts that mean something to a disk.

    Examples
    --------
    >>> safe("2024/lines.csv")
    '2024/lines.csv'
    >>> safe("../lines.csv")
    Traceback (most recent call last):
    segtools.schema.DataError: Remote files must have plain names, but one is called \
'../lines.csv'. Rename it there.
    """
    odd = "\\" in name or any(ord(c) < 32 for c in name)
    # An empty part is none to a disk: a//b would take the place of a/b.
    if odd or {"", ".", ".."} & set(name.split("/")):
        raise DataError(
            f"Remote files must have plain names, but one is called {name!r}. "
            "Rename it there."
        )
    return name


def download(fs: Any, name: str, to: Path, key: str) -> Entry:
    """Fetch one file in pieces; it is there when it is whole.

    Parameters
    ----------
    fs : filesystem
    name : str
        As the client calls it.
    to : Path
    key : str
        What an error sentence calls it.

    Returns
    -------
    dict
        ``size`` (bytes) and ``etag`` (text, empty where the storage has none).

    Raises
    ------
    DataError
        If fewer or more bytes came than the file has, or it was changed meanwhile.
    """
    before = fs.info(name)
    with whole(to) as half:
        fs.get_file(name, str(half))
        after, size = fs.info(name), half.stat().st_size
        if mark_of(before) != mark_of(after) or before["size"] != after["size"]:
            raise DataError(
                f"{key} must stay as it is while it is fetched, but "
                f"{shown(PurePosixPath(name).name)} was changed. Run again when its "
                "export has ended."
            )
        if size != before["size"]:
            raise DataError(
                f"{key} must arrive whole, but of {PurePosixPath(name).name} only "
                f"{size:,} of {before['size']:,} bytes came. Run again."
            )
    return {"size": int(before["size"]), "etag": mark_of(before)}


def put(fs: Any, folder: Path, names: Iterable[str], url: str) -> None:
    """Upload files of a folder, one after the other."""
    for name in names:
        fs.put_file(str(folder / name), f"{remote_name(url)}/{name}")


def missing(fs: Any, folder: Path, names: Sequence[str], url: str) -> list[str]:
    """List the files that are not there, or there with another size."""
    there = listed(fs, url)
    return [
        name
        for name in names
        if name not in there or there[name]["size"] != (folder / name).stat().st_size
    ]

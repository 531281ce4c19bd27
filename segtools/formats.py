"""Versions of records: which can be read, and how older ones are brought up to date.

A version is raised when something in a record changes its meaning. What is only added
needs no new version: its reader fills it in.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from segtools.schema import DataError

Record = dict[str, Any]
# From a record as it was written, and its path, to the same as it would be written now.
Reader = Callable[[Record, Path], Record]


class VersionError(DataError):
    """A record is whole, but this segtools knows nothing of its version."""


def _as_it_is(record: Record, path: Path) -> Record:
    return record


# A format that is not here has one version, and is read as it is.
_PLAIN: Mapping[int, Reader] = {1: _as_it_is}
_READERS: dict[str, dict[int, Reader]] = {
    # Version 2 has segments that stand apart; without any, a model is of version 1.
    "segtools.model": {1: _as_it_is, 2: _as_it_is},
}


def reads(name: str, version: int) -> Callable[[Reader], Reader]:
    """Register how a version of a format is read.

    Parameters
    ----------
    name : str
        The format, such as ``segtools.run``.
    version : int

    Returns
    -------
    decorator
        For a function of (record, path) that gives the record as it would be written
        now; the one that it is given is never changed.
    """

    def register(reader: Reader) -> Reader:
        _READERS.setdefault(name, {})[version] = reader
        return reader

    return register


def known_versions(name: str) -> list[int]:
    """List the versions of a format that can be read, the newest last.

    Examples
    --------
    >>> known_versions("segtools.model"), known_versions("segtools.verdict")
    ([1, 2], [1])
    """
    return sorted(_READERS.get(name, _PLAIN))


def current(record: Record, path: Path) -> Record:
    """Give a record as this version of segtools would have written it.

    Parameters
    ----------
    record : dict
        With ``format`` and ``version``; without them it is of its file's format, in
        version 1.
    path : Path
        Where it was read.

    Raises
    ------
    VersionError
        If nothing is known of its version, such as of a newer segtools'.

    Examples
    --------
    >>> current({"version": 9}, Path("shop/verdict.json"))
    Traceback (most recent call last):
    segtools.formats.VersionError: verdict.json must be of version 1, but that of shop \
is of version 9, made by a newer segtools. Update segtools.
    """
    name = str(record.get("format", f"segtools.{path.stem}"))
    version, known = record.get("version", 1), known_versions(name)
    if type(version) is not int or version not in known:
        raise VersionError(_unknown(path, version, known))
    return _READERS.get(name, _PLAIN)[version](record, path)


def _unknown(path: Path, version: object, known: list[int]) -> str:
    newer = type(version) is int and version > known[-1]
    which = f"{known[0]} to {known[-1]}" if len(known) > 1 else f"{known[0]}"
    remedy = (
        "made by a newer segtools. Update segtools."
        if newer
        else "of which nothing is known. Repeat the run with --again."
    )
    return (
        f"{path.name} must be of version {which}, but that of {path.parent} is of "
        f"version {version!r}, {remedy}"
    )

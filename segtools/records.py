"""Write and read the files of a run: whole or not at all."""

from __future__ import annotations

import hashlib
import json
import math
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pandas as pd

from segtools.formats import current
from segtools.schema import DataError

VERSION = 1


@contextmanager
def whole(path: Path) -> Iterator[Path]:
    """Give a temporary name to write to; it becomes `path` only if all went well.

    What was written is on the disk before it gets its name, so that not even a machine
    that loses its power leaves half a file under it.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    half = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        yield half
        settle(half, path)
    finally:
        half.unlink(missing_ok=True)


def settle(half: Path, path: Path) -> None:
    """Put a finished file in the place of `path`, on the disk first."""
    to_disk(half)
    half.replace(path)
    to_disk(path.parent)


def to_disk(path: Path) -> None:
    """Make sure that a file, or the names in a folder, are on the disk itself."""
    if path.is_dir() and os.name != "posix":
        return  # elsewhere a folder cannot be opened
    # Windows flushes only what was opened for writing; folders open for reading alone.
    handle = os.open(path, os.O_RDONLY if path.is_dir() else os.O_RDWR)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def write_text(path: Path, text: str) -> None:
    """Write `text` as UTF-8, whole or not at all."""
    with whole(path) as half:
        half.write_text(text, encoding="utf-8")


def write_record(path: Path, record: Mapping[str, Any]) -> None:
    """Write a JSON record with its ``format`` and ``version``.

    Parameters
    ----------
    path : Path
        Where to; the file's stem names the format (``segtools.verdict``).
    record : mapping
        What to write; numbers that are not finite become null.
    """
    head = {"format": f"segtools.{path.stem}", "version": VERSION}
    write_text(path, as_text(head | dict(record)))


def as_text(record: Mapping[str, Any]) -> str:
    """Give a record as its file holds it."""
    body = json.dumps(_plain(record), indent=1, ensure_ascii=False, allow_nan=False)
    return body + "\n"


def read_record(path: Path) -> dict[str, Any]:
    """Read a JSON record that a run has written, brought up to this version.

    Raises
    ------
    DataError
        If the file is missing, is not a JSON record, or a newer segtools wrote it.
    """
    if not path.exists():
        raise DataError(
            f"A run must hold {path.name}, but {path.parent.name} does not. "
            "Run the earlier stages first."
        )
    try:
        record = json.loads(path.read_text(encoding="utf-8"))
        if not isinstance(record, dict):
            raise TypeError(f"it holds a {type(record).__name__}")
    except (ValueError, TypeError) as error:
        raise DataError(
            f"{path.name} must be a JSON record, but that of {path.parent} cannot be "
            f"read ({error}). Repeat the run with --again."
        ) from None
    return current(record, path)


def read_run(folder: Path) -> dict[str, Any]:
    """Read ``run.json`` of a run's folder.

    Raises
    ------
    DataError
        If it is missing, is no record of a run, or was written by a newer segtools.
    """
    run = read_record(folder / "run.json")
    version = run.get("version", VERSION)
    if not isinstance(version, int) or version > VERSION:
        raise DataError(
            f"run.json must be of version {VERSION} or older, but that of {folder} is "
            f"of version {version}. Update segtools."
        )
    if "state" not in run:
        raise DataError(
            f"run.json must say what state a run is in, but that of {folder} does not. "
            "Repeat the run with --again."
        )
    return run


def write_table(path: Path, frame: pd.DataFrame) -> None:
    """Write a DataFrame as Parquet, whole or not at all."""
    with whole(path) as half:
        frame.to_parquet(half, index=False)


def digest(value: Any) -> str:
    """Give a short hash of any JSON-like value; the order of keys does not matter.

    Examples
    --------
    >>> digest({"a": 1, "b": 2}) == digest({"b": 2, "a": 1})
    True
    """
    text = json.dumps(_plain(value), sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {str(k): _plain(v) for k, v in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(v) for v in value]
    if hasattr(value, "tolist"):
        return _plain(value.tolist())
    if value is pd.NA or value is pd.NaT:
        return None
    if isinstance(value, float) and not math.isfinite(value):
        return None
    if value is None or isinstance(value, (str, int, float, bool)):
        return value
    return str(value)

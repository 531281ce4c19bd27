"""Write and read the files of a run: whole or not at all."""

from __future__ import annotations

import hashlib
import json
import math
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from segtools.schema import DataError

VERSION = 1


def write_text(path: Path, text: str) -> None:
    """Write `text` under a temporary name, then rename, so that it is whole."""
    path.parent.mkdir(parents=True, exist_ok=True)
    half = path.with_name(f".{path.name}.{os.getpid()}")
    half.write_text(text, encoding="utf-8")
    half.replace(path)


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
    body = json.dumps(
        _plain(head | dict(record)), indent=1, ensure_ascii=False, allow_nan=False
    )
    write_text(path, body + "\n")


def read_record(path: Path) -> dict[str, Any]:
    """Read a JSON record that a run has written.

    Raises
    ------
    DataError
        If the file is missing or is not the record that its name says.
    """
    if not path.exists():
        raise DataError(
            f"A run must hold {path.name}, but {path.parent.name} does not. "
            "Run the earlier stages first."
        )
    try:
        record = json.loads(path.read_text(encoding="utf-8"))
    except json.JSONDecodeError as error:
        raise DataError(
            f"{path.name} must be a JSON record, but it cannot be read ({error}). "
            "Repeat the run with --again."
        ) from None
    return dict(record)


def write_table(path: Path, frame: pd.DataFrame) -> None:
    """Write a DataFrame as Parquet, whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    half = path.with_name(f".{path.name}.{os.getpid()}")
    frame.to_parquet(half, index=False)
    half.replace(path)


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
    if isinstance(value, float) and not math.isfinite(value):
        return None
    if value is None or isinstance(value, (str, int, float, bool)):
        return value
    return str(value)

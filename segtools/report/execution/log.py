"""What happened in a run, as lines of JSON: one file, for people and programs."""

from __future__ import annotations

import datetime as dt
import json
import os
from contextlib import suppress
from pathlib import Path
from typing import Any

__all__ = ["LOG", "log_event", "read_log"]

LOG = "log.jsonl"


def log_event(folder: Path, event: str, **about: Any) -> None:
    """Append one whole line to a run's log.

    A log that cannot be written (a full disk) stops nothing: what matters is in
    ``run.json``, and writing that will say so.

    Parameters
    ----------
    folder : Path
        The run's folder.
    event : str
        ``run_started``, ``stage_started``, ``cell``, ``stage_done``, ``run_done``,
        ``stopped``, ``failed``, ``interrupted``, ``resumed``, ``locked`` or ``kernel``.
    **about
        JSON-like values, such as ``stage``.

    Examples
    --------
    >>> import tempfile
    >>> folder = Path(tempfile.mkdtemp())
    >>> log_event(folder, "stage_started", stage="01_goals")
    >>> [(line["event"], line["stage"]) for line in read_log(folder)]
    [('stage_started', '01_goals')]
    """
    now = dt.datetime.now(dt.UTC).isoformat(timespec="milliseconds")
    line = json.dumps({"time": now, "event": event, **about}, ensure_ascii=False)
    with suppress(OSError):
        flags = os.O_RDWR | os.O_APPEND | os.O_CREAT
        handle = os.open(folder / LOG, flags, 0o666)
        try:
            start = "" if _ends_whole(handle) else "\n"
            os.write(handle, f"{start}{line}\n".encode("utf-8", "replace"))
        finally:
            os.close(handle)


def _ends_whole(handle: int) -> bool:
    """Tell whether the last line was written to its end, as it is not if killed."""
    if os.lseek(handle, 0, os.SEEK_END) == 0:
        return True
    os.lseek(handle, -1, os.SEEK_END)
    return os.read(handle, 1) == b"\n"


def read_log(folder: Path) -> list[dict[str, Any]]:
    """Read a run's log; lines that were cut are left out, as is a log not there."""
    path = folder / LOG
    if not path.is_file():
        return []
    found = []
    for line in path.read_text(encoding="utf-8", errors="replace").splitlines():
        with suppress(ValueError):
            record = json.loads(line)
            if isinstance(record, dict):
                found.append(record)
    return found

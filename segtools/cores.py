"""How many processors this process may use."""

from __future__ import annotations

import os

# What numerical libraries obey; the engine and the kernels do here, too.
VARIABLE = "OMP_NUM_THREADS"


def cores() -> int:
    """Count the processors at hand; how many share the work changes no result.

    Returns
    -------
    int
        What ``OMP_NUM_THREADS`` says, where it is set, and never more than the process
        may run on.

    Examples
    --------
    >>> import os
    >>> before = os.environ.get("OMP_NUM_THREADS")
    >>> os.environ["OMP_NUM_THREADS"] = "1"
    >>> cores()
    1
    >>> _ = os.environ.pop("OMP_NUM_THREADS")
    >>> cores() >= 1
    True
    >>> if before is not None:
    ...     os.environ["OMP_NUM_THREADS"] = before
    """
    asked = limit()
    return at_hand() if asked is None else min(asked, at_hand())


def limit() -> int | None:
    """Give what ``OMP_NUM_THREADS`` says; None where it says nothing."""
    first = os.environ.get(VARIABLE, "").partition(",")[0].strip()
    return int(first) if first.isdigit() and int(first) > 0 else None


def at_hand() -> int:
    """Count the processors that the process may run on."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1

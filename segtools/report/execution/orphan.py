"""A kernel ends with the process that started it, even if that one was killed.

ipykernel looks once a second whether its parent is still there. In that second a stage
could go on writing into a folder in which another process has begun to repeat it; on
Linux the system ends the kernel together with its parent.
"""

from __future__ import annotations

import ctypes
import os
import signal
import sys

_PR_SET_PDEATHSIG = 1


def end_with_parent() -> None:
    """Ask the system to end this process when its parent ends; nothing off Linux."""
    if not sys.platform.startswith("linux"):
        return
    libc = ctypes.CDLL(None, use_errno=True)
    libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    started_by = os.environ.get("JPY_PARENT_PID", "")
    try:
        os.kill(int(started_by), 0)
    except ProcessLookupError:
        os._exit(1)  # it has ended before we could ask
    except (OSError, ValueError):
        return  # it lives, or nobody says who it was


end_with_parent()

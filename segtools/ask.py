"""Ask another program something; it may be missing, slow or broken."""

from __future__ import annotations

import subprocess
from dataclasses import dataclass


@dataclass(frozen=True)
class Answer:
    """What a program said, on stdout and stderr together, and whether it went well."""

    well: bool
    text: str


def ask(words: list[str], *, seconds: float = 30) -> Answer:
    """Run a program and wait for its answer, but not for ever.

    Parameters
    ----------
    words : list of str
        The program and its arguments; no shell reads them.
    seconds : float, default=30
        How long to wait before the program is ended.

    Examples
    --------
    >>> import sys
    >>> ask([sys.executable, "-c", "print(6 * 7)"])
    Answer(well=True, text='42')
    >>> ask(["no-such-program"]).well
    False
    """
    try:
        done = subprocess.run(
            words,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            timeout=seconds,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return Answer(False, f"it gave no answer within {seconds:g} s")
    except (OSError, ValueError) as error:
        return Answer(False, f"it cannot be started ({error})")
    text = done.stdout.decode("utf-8", errors="replace").strip()
    well = done.returncode == 0
    return Answer(well, text if text or well else f"it ended with {done.returncode}")

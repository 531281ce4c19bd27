"""Processes of a batch: started, listened to, and ended together."""

from __future__ import annotations

import json
import os
import queue
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from segtools.cores import VARIABLE

ONE_RUN = (sys.executable, "-m", "segtools.runs.one")
GRACE_SECONDS = 30.0  # for stages to write down that they were interrupted
_LAST_WORDS = 300
_SIGKILL = 9
Said = tuple[str, dict[str, Any]]


@dataclass
class Child:
    """A run's process.

    Attributes
    ----------
    name : str
    process : Popen
    log : Path
        What it complains about, removed at its end if that is nothing.
    """

    name: str
    process: subprocess.Popen[str]
    log: Path


class Children:
    """All processes of a batch.

    Parameters
    ----------
    threads : int
        Threads for each process and its kernels.
    command : sequence of str
        What does one run; default ``python -m segtools.runs.one``.
    """

    def __init__(self, threads: int, command: Sequence[str] = ONE_RUN) -> None:
        self._threads = threads
        self._command = command
        self._said: queue.Queue[Said] = queue.Queue()
        self.running: dict[str, Child] = {}

    def start(self, name: str, words: Iterable[str], log: Path) -> None:
        """Start a run: the command with `words`; its complaints go to `log`."""
        log.parent.mkdir(parents=True, exist_ok=True)
        with log.open("wb") as complaints:
            process = subprocess.Popen(
                [*self._command, *words],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=complaints,
                text=True,
                encoding="utf-8",
                env=os.environ | {VARIABLE: str(self._threads)},
                # Ctrl-C reaches the batch alone, which then ends its runs in order.
                start_new_session=True,
            )
        child = Child(name, process, log)
        self.running[name] = child
        threading.Thread(target=self._listen, args=(child,), daemon=True).start()

    def wait(self, seconds: float) -> Said | None:
        """Give the next thing that a run tells, or None if none does for a while."""
        try:
            name, event = self._said.get(timeout=seconds)
        except queue.Empty:
            return None
        if event["event"] == "ended":
            self._gone(name)
        return name, event

    def interrupt(self, seconds: float = GRACE_SECONDS) -> list[Said]:
        """Ask all to end, wait for it, and give their last words; kill who stays."""
        for child in self.running.values():
            child.process.terminate()
        heard: list[Said] = []
        limit = time.monotonic() + seconds
        try:
            while self.running and time.monotonic() < limit:
                said = self.wait(0.2)
                heard += [said] if said else []
        finally:
            self.kill()
        return heard

    def kill(self) -> None:
        """End at once whatever still runs."""
        for child in list(self.running.values()):
            child.process.kill()
            child.process.wait()
            self._gone(child.name)

    def _gone(self, name: str) -> None:
        child = self.running.pop(name, None)
        if child is None:
            return
        if child.process.stdin is not None:
            child.process.stdin.close()
        if child.log.exists() and child.log.stat().st_size == 0:
            child.log.unlink()

    def _listen(self, child: Child) -> None:
        """Pass on what a run tells; if it ends without its last words, say how."""
        ended: dict[str, Any] | None = None
        assert child.process.stdout is not None
        with child.process.stdout as lines:
            for line in lines:
                event = _event(line)
                if event and event["event"] == "ended":
                    ended = event
                elif event:
                    self._said.put((child.name, event))
        code = child.process.wait()
        self._said.put((child.name, ended or silent_end(code, child.log)))


def _event(line: str) -> dict[str, Any] | None:
    try:
        event = json.loads(line)
    except ValueError:
        return None
    return event if isinstance(event, dict) and "event" in event else None


def silent_end(code: int, log: Path) -> dict[str, Any]:
    """Say in words how a process ended that did not say it itself.

    Parameters
    ----------
    code : int
        As `subprocess` gives it: below 0 the signal that ended it.
    log : Path
        What it left on stderr.

    Returns
    -------
    dict
        As a run's own last words: ``state``, ``code``, ``sentence``, ``remedy``.

    Examples
    --------
    >>> silent_end(-9, Path("none"))["sentence"]
    'A run must end by itself, but the system killed it (SIGKILL), as it does when \
memory runs out.'
    """
    remedy = "Lower --jobs or memory_limit, then repeat with --retry-failed."
    if code == -_SIGKILL:
        how = "the system killed it (SIGKILL), as it does when memory runs out"
    elif code < 0:
        how = f"it was ended from outside ({signal.Signals(-code).name})"
        remedy = "Repeat with --retry-failed."
    else:
        how = f"its process ended with code {code}{_last_words(log)}"
        remedy = f"Look at {log.name}, then repeat with --retry-failed."
    sentence = f"A run must end by itself, but {how}."
    return {
        "event": "ended",
        "state": "failed",
        "code": 4,
        "sentence": sentence,
        "remedy": remedy,
        "silent": True,
    }


def _last_words(log: Path) -> str:
    lines = log.read_text("utf-8", "replace").split("\n") if log.exists() else []
    last = next((line.strip() for line in reversed(lines) if line.strip()), "")
    return f": {last[:_LAST_WORDS].rstrip('.')}" if last else ""

"""Limits of time on stages and runs, by a clock that nobody can set back."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from segtools.report.execution.errors import StageError, too_long

if TYPE_CHECKING:
    from collections.abc import Mapping

    from segtools.report.execution.kernel import LocalKernelManager

_KEYS = ("stage_time_limit", "run_time_limit")


@dataclass
class Limits:
    """How long a stage and a run may take; None means for ever.

    Attributes
    ----------
    stage, run : float or None
        Minutes.
    """

    stage: float | None = None
    run: float | None = None
    _begun: float = field(default_factory=time.monotonic)

    @classmethod
    def of(cls, config: Mapping[str, Any]) -> Limits:
        """Take the limits from a configuration; the run begins now."""
        stage, run = (config.get(key) for key in _KEYS)
        return cls(stage, run)

    def reached(self, stage: str) -> StageError | None:
        """Say that the run has no time left for a stage; None if it has."""
        if self.run is None or self._left() > 0:
            return None
        return too_long(stage, "run_time_limit", self.run)

    def _left(self) -> float:
        """Give the seconds that a run has left."""
        assert self.run is not None
        return self.run * 60 - (time.monotonic() - self._begun)

    def _nearest(self) -> tuple[float, str, float] | None:
        """Give the limit that a stage which begins now would reach first."""
        found = []
        if self.stage is not None:
            found.append((self.stage * 60, "stage_time_limit", self.stage))
        if self.run is not None:
            found.append((max(self._left(), 0.0), "run_time_limit", self.run))
        return min(found, default=None)

    @contextmanager
    def over(self, stage: str, kernel: LocalKernelManager) -> Iterator[None]:
        """Watch a stage; a kernel that takes too long is ended, whatever it does.

        Raises
        ------
        StageError
            In place of whatever the death of the kernel raised.
        """
        nearest = self._nearest()
        if nearest is None:
            yield
            return
        seconds, key, minutes = nearest
        over = threading.Event()

        def stop() -> None:
            over.set()
            kernel.kill()

        timer = threading.Timer(seconds, stop)
        timer.daemon = True
        timer.start()
        try:
            yield
        except Exception:
            if over.is_set():
                raise too_long(stage, key, minutes) from None
            raise
        finally:
            timer.cancel()

"""Kernels that talk over local sockets: no ports to clash, nothing on the network."""

from __future__ import annotations

import os
import signal
import subprocess
import threading
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Any

from jupyter_client.manager import AsyncKernelManager
from jupyter_core.utils import run_sync

from segtools.cores import cores
from segtools.live import unattended
from segtools.private_folder import private_folder, remove_folder
from segtools.report.execution.log import log_event

# As nbclient starts its own: no history on disk. The import binds no name, and takes
# place while the stage before is still at work.
_ARGUMENTS = [
    "--HistoryManager.hist_file=:memory:",
    "--IPKernelApp.exec_lines=__import__('segtools.report.execution.warm')",
]
_LONGEST = 500  # letters of a complaint that are kept


class LocalKernelManager(AsyncKernelManager):
    """Start a kernel whose sockets are files in a private folder of this process.

    Parallel runs then never fight for a port, and nobody else on the machine can
    listen in. Windows has no such sockets and keeps the loopback device. What the
    kernel itself complains about goes to the run's log, not to the user.
    """

    def __init__(self, **options: object) -> None:
        super().__init__(**options)
        self._client: Any = None
        self._process: subprocess.Popen[bytes] | None = None
        self._listener: threading.Thread | None = None
        self._sockets = private_folder("kernel")
        if os.name == "posix":
            self.transport = "ipc"
            self.ip = str(self._sockets / "socket")

    async def start_kernel(self, **options: Any) -> None:  # type: ignore[override]
        """Start the kernel with its complaints going to the log."""
        folder = Path(options.get("cwd") or self._sockets)
        # Nobody sits before it, be the run itself started from a notebook.
        options["env"] = unattended(options.get("env") or os.environ)
        ours, theirs = os.pipe()
        try:
            await self._async_start_kernel(**options, stderr=theirs)
        except BaseException:
            os.close(ours)
            raise
        finally:
            os.close(theirs)
        self._process = getattr(self.provisioner, "process", None)
        self._listener = threading.Thread(
            target=_listen, args=(ours, folder), daemon=True
        )
        self._listener.start()

    def client(self, **options: Any) -> Any:
        """Give a client, whose channels are closed when the kernel ends."""
        self._client = super().client(**options)
        return self._client

    @property
    def exit_code(self) -> int | None:
        """What the process ended with; minus the signal that ended it; None if not."""
        return None if self._process is None else self._process.poll()

    def kill(self) -> None:
        """End the kernel and what it started, at once; safe from another thread."""
        if self._process is not None and self._process.poll() is None:
            with suppress(OSError):
                if os.name == "posix":  # it leads a session of its own
                    os.killpg(self._process.pid, signal.SIGKILL)
                else:
                    self._process.kill()

    def end(self, *, now: bool = False) -> None:
        """End the kernel, gently unless it is to be `now`, and leave nothing behind."""
        if self._client is not None:
            self._client.stop_channels()
        if now:
            self.kill()
        if self.has_kernel:
            run_sync(self.shutdown_kernel)(now=now)
        if self._listener is not None:
            self._listener.join(timeout=0.3)  # what it started may hold on
        remove_folder(self._sockets)


def _listen(handle: int, folder: Path) -> None:
    """Note what a kernel says on its standard error, until it ends."""
    with os.fdopen(handle, "r", encoding="utf-8", errors="replace") as said:
        for line in said:
            if line.strip():
                log_event(folder, "kernel", text=line.strip()[:_LONGEST])


class Kernels:
    """A run's kernels, one a notebook; the next starts while this one is at work.

    On one processor, or with ``OMP_NUM_THREADS=1``, it starts when it is needed.

    Parameters
    ----------
    folder : Path
        The run's folder, in which kernels work and leave their complaints.

    Examples
    --------
    ::

        with Kernels(folder) as kernels:
            for notebook in notebooks:
                execute(notebook, kernels.next())
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._at_work: LocalKernelManager | None = None
        self._spare: LocalKernelManager | None = None

    def next(self, *, last: bool = False) -> LocalKernelManager:
        """End the kernel at work and give the next; start another unless it is last."""
        if self._at_work is not None:
            self._at_work.end()
        if self._spare is not None and self._spare.exit_code is not None:
            self._spare.end(now=True)  # the system may have ended it while it waited
            self._spare = None
        self._at_work = self._spare or self._started()
        # With one thread a run the next kernel would only take from the one at work.
        self._spare = None if last or cores() < 2 else self._started()
        return self._at_work

    def __enter__(self) -> Kernels:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """End what still runs: at once where the run stops before its end."""
        if self._spare is not None:
            self._spare.end(now=True)
        if self._at_work is not None:
            self._at_work.end(now=kind is not None)

    def _started(self) -> LocalKernelManager:
        kernel = LocalKernelManager(kernel_name="python3")
        try:
            run_sync(kernel.start_kernel)(
                cwd=str(self._folder), extra_arguments=list(_ARGUMENTS)
            )
        except BaseException:
            kernel.end(now=True)
            raise
        return kernel

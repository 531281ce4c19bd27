"""Kernels that talk over local sockets: no ports to clash, nothing on the network."""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path
from types import TracebackType
from typing import Any

from jupyter_client.manager import AsyncKernelManager
from jupyter_core.utils import run_sync

from segtools.cores import cores

LOG = "notebooks/kernel.log"
# As nbclient starts its own: no history on disk. The import binds no name, and takes
# place while the stage before is still at work.
_ARGUMENTS = [
    "--HistoryManager.hist_file=:memory:",
    "--IPKernelApp.exec_lines=__import__('segtools.report.warm')",
]


class LocalKernelManager(AsyncKernelManager):
    """Start a kernel whose sockets are files in a private folder of this process.

    Parallel runs then never fight for a port, and nobody else on the machine can
    listen in. Windows has no such sockets and keeps the loopback device. What the
    kernel itself complains about goes to a log in the run's folder, not to the user.
    """

    def __init__(self, **options: object) -> None:
        super().__init__(**options)
        self._client: Any = None
        self._sockets = Path(tempfile.mkdtemp(prefix="segtools-kernel-"))
        if os.name == "posix":
            self.transport = "ipc"
            self.ip = str(self._sockets / "socket")

    async def start_kernel(self, **options: Any) -> None:  # type: ignore[override]
        """Start the kernel with its complaints going to the log."""
        log = Path(options.get("cwd") or self._sockets) / LOG
        log.parent.mkdir(exist_ok=True)
        with log.open("ab") as complaints:
            await self._async_start_kernel(**options, stderr=complaints)

    def client(self, **options: Any) -> Any:
        """Give a client, whose channels are closed when the kernel ends."""
        self._client = super().client(**options)
        return self._client

    def end(self, *, now: bool = False) -> None:
        """End the kernel, gently unless it is to be `now`, and leave nothing behind."""
        if self._client is not None:
            self._client.stop_channels()
        if self.has_kernel:
            run_sync(self.shutdown_kernel)(now=now)
        shutil.rmtree(self._sockets, ignore_errors=True)


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
        """End what still runs, and remove the log if nothing was said."""
        if self._at_work is not None:
            self._at_work.end()
        if self._spare is not None:
            self._spare.end(now=True)
        log = self._folder / LOG
        if log.exists() and log.stat().st_size == 0:
            log.unlink()

    def _started(self) -> LocalKernelManager:
        kernel = LocalKernelManager(kernel_name="python3")
        run_sync(kernel.start_kernel)(
            cwd=str(self._folder), extra_arguments=list(_ARGUMENTS)
        )
        return kernel

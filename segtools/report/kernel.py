"""Kernels that talk over local sockets: no ports to clash, nothing on the network."""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path
from typing import Any

from jupyter_client.manager import AsyncKernelManager

LOG = "notebooks/kernel.log"


class LocalKernelManager(AsyncKernelManager):
    """Start a kernel whose sockets are files in a private folder of this process.

    Parallel runs then never fight for a port, and nobody else on the machine can
    listen in. Windows has no such sockets and keeps the loopback device. What the
    kernel itself complains about goes to a log in the run's folder, not to the user.
    """

    def __init__(self, **options: object) -> None:
        super().__init__(**options)
        self._sockets = Path(tempfile.mkdtemp(prefix="segtools-kernel-"))
        self._log: Path | None = None
        if os.name == "posix":
            self.transport = "ipc"
            self.ip = str(self._sockets / "socket")

    async def start_kernel(self, **options: Any) -> None:  # type: ignore[override]
        """Start the kernel with its complaints going to the log."""
        self._log = Path(options.get("cwd") or self._sockets) / LOG
        self._log.parent.mkdir(exist_ok=True)
        with self._log.open("ab") as log:
            await self._async_start_kernel(**options, stderr=log)

    async def cleanup_resources(  # type: ignore[override]
        self, restart: bool = False
    ) -> None:
        """Remove the sockets, and the log if nothing was said."""
        await self._async_cleanup_resources(restart=restart)
        if restart:
            return
        shutil.rmtree(self._sockets, ignore_errors=True)
        if self._log and self._log.exists() and self._log.stat().st_size == 0:
            self._log.unlink()

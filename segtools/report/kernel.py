"""Kernels that talk over local sockets: no ports to clash, nothing on the network."""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path

from jupyter_client.manager import AsyncKernelManager


class LocalKernelManager(AsyncKernelManager):
    """Start a kernel whose sockets are files in a private folder of this process.

    Parallel runs then never fight for a port, and nobody else on the machine can
    listen in. Windows has no such sockets and keeps the loopback device.
    """

    def __init__(self, **options: object) -> None:
        super().__init__(**options)
        self._sockets = Path(tempfile.mkdtemp(prefix="segtools-kernel-"))
        if os.name == "posix":
            self.transport = "ipc"
            self.ip = str(self._sockets / "socket")

    async def cleanup_resources(  # type: ignore[override]
        self, restart: bool = False
    ) -> None:
        """Remove the sockets with everything else that the kernel leaves."""
        await self._async_cleanup_resources(restart=restart)
        if not restart:
            shutil.rmtree(self._sockets, ignore_errors=True)

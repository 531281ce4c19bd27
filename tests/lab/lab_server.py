"""A real JupyterLab on loopback, and notebooks driven in it as a person drives them."""

from __future__ import annotations

import json
import os
import secrets
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from contextlib import suppress
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
PATIENCE = 600  # seconds until something is taken to hang; no test measures it
# Nothing of what a lab asks the network for by itself.
SETTINGS = {
    "apputils-extension/notification": {
        "fetchNews": "false",
        "checkForUpdates": False,
    },
    "extensionmanager-extension/plugin": {"enabled": False},
    "docmanager-extension/plugin": {"autosave": False},
}
_QUIET = [
    "--no-browser",
    "--allow-root",
    "--expose-app-in-browser",
    "--ServerApp.ip=127.0.0.1",
    "--ServerApp.port_retries=0",
    "--LabApp.news_url=None",
    "--LabApp.extension_manager=readonly",
    "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate",
    # If the tests are killed, nobody is left to end it: it ends by itself.
    f"--MappingKernelManager.cull_idle_timeout={PATIENCE}",
    "--MappingKernelManager.cull_connected=True",
    f"--ServerApp.shutdown_no_activity_timeout={PATIENCE}",
]


class Lab:
    """A server that is up; its folder is the root that notebooks are opened from."""

    def __init__(self, root: Path, home: Path) -> None:
        self.root, self.home = root, home
        self.token = secrets.token_hex(16)
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> Lab:
        """Start it with a home of its own, and wait until it answers."""
        for name, values in SETTINGS.items():
            plugin = self.home / "settings" / "@jupyterlab"
            file = plugin / f"{name}.jupyterlab-settings"
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(json.dumps(values))
        own = [f"--ServerApp.port={self.port}", f"--ServerApp.root_dir={self.root}"]
        own.append(f"--IdentityProvider.token={self.token}")
        with (self.home / "lab.log").open("wb") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "jupyterlab", *_QUIET, *own],
                cwd=self.root,
                env=self._environment(),
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        until(self._answers, f"the lab answers; see {self.home / 'lab.log'}")
        return self

    def _environment(self) -> dict[str, str]:
        folders = ("config", "data", "runtime", "ipython", "matplotlib", "workspaces")
        for name in folders:
            (self.home / name).mkdir(exist_ok=True)
        own = {
            "JUPYTER_CONFIG_DIR": "config",
            "JUPYTER_DATA_DIR": "data",
            "JUPYTER_RUNTIME_DIR": "runtime",
            "IPYTHONDIR": "ipython",
            "MPLCONFIGDIR": "matplotlib",
            "JUPYTERLAB_WORKSPACES_DIR": "workspaces",
            "JUPYTERLAB_SETTINGS_DIR": "settings",
        }
        paths = {name: str(self.home / folder) for name, folder in own.items()}
        known = [str(ROOT), str(ROOT / "tests" / "explorer")]
        path = os.pathsep.join([*known, os.environ.get("PYTHONPATH", "")])
        return {**os.environ, **paths, "PYTHONPATH": path.rstrip(os.pathsep)}

    def _answers(self) -> bool:
        if self._process is not None and self._process.poll() is not None:
            raise AssertionError((self.home / "lab.log").read_text()[-4000:])
        with suppress(OSError):
            return bool(self.ask("GET", "status"))
        return False

    def ask(self, method: str, what: str, body: Any = None) -> Any:
        """Ask the server's own interface."""
        request = urllib.request.Request(
            f"{self.url}/api/{what}",
            method=method,
            headers={"Authorization": f"token {self.token}"},
            data=None if body is None else json.dumps(body).encode(),
        )
        with urllib.request.urlopen(request, timeout=60) as answer:
            text = answer.read()
        return json.loads(text) if text else None

    def end_kernels(self) -> None:
        """Shut every kernel down, so that none takes memory from the next."""
        for session in self.ask("GET", "sessions"):
            with suppress(OSError):
                self.ask("DELETE", f"sessions/{session['id']}")

    def saved(self, path: str) -> dict[str, Any]:
        """Read a notebook as the server has it."""
        return self.ask("GET", f"contents/{path}?content=1")["content"]

    def end(self) -> None:
        """Shut it down: asked first, then, if it will not, by its own group."""
        process = self._process
        if process is None:
            return
        with suppress(OSError):
            self.end_kernels()
            self.ask("POST", "shutdown")
        try:
            process.wait(timeout=20)
        except subprocess.TimeoutExpired:
            with suppress(OSError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def until(holds: Any, what: str, every: float = 0.3) -> None:
    """Wait until something holds; complain if it seems to hang."""
    end = time.monotonic() + PATIENCE
    while not holds():
        if time.monotonic() > end:
            raise AssertionError(f"It took more than {PATIENCE} s until {what}.")
        time.sleep(every)

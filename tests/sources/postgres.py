"""A PostgreSQL server of the tests' own: on loopback, in a folder, gone afterwards."""

from __future__ import annotations

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

PASSWORD = "s3cr3t-Pa55"
# Fast rather than safe: nothing here outlives the tests.
_SETTINGS = "-c fsync=off -c full_page_writes=off -c synchronous_commit=off"


@dataclass(frozen=True)
class Server:
    """Where it listens, and how to stop it hard."""

    port: int
    data: Path
    bin: Path

    def url(
        self, user: str = "boss", database: str = "postgres", more: str = ""
    ) -> str:
        """Give the URL of a role, password included."""
        return f"postgresql://{user}:{PASSWORD}@127.0.0.1:{self.port}/{database}{more}"

    def stop(self, mode: str = "immediate") -> None:
        """Stop it; `immediate` does not wait for anybody."""
        data = ["-D", str(self.data), "-m", mode]
        _run([str(self.bin / "pg_ctl"), *data, "-w", "stop"], check=False)


def programs() -> Path | None:
    """Find the server's programs: on the path, or where Debian keeps them."""
    found = shutil.which("initdb")
    if found and shutil.which("pg_ctl"):
        return Path(found).resolve().parent
    folders = Path("/usr/lib/postgresql").glob("*/bin/initdb")
    return max((p.parent for p in folders), default=None, key=_version)


def _version(folder: Path) -> float:
    text = folder.parent.name
    return float(text) if text.replace(".", "").isdigit() else 0.0


@contextmanager
def running(settings: str = "") -> Iterator[Server]:
    """Start a server and stop it again.

    Parameters
    ----------
    settings : str
        More of the server's own options, such as ``-c work_mem=64MB``.
    """
    found = programs()
    if found is None:
        raise FileNotFoundError("initdb")
    folder = Path(tempfile.mkdtemp(prefix="segtools-pg-"))
    try:
        if os.geteuid() == 0:
            owner = pwd.getpwnam("postgres")
            os.chown(folder, owner.pw_uid, owner.pw_gid)
        server = _started(found, folder, settings)
        try:
            yield server
        finally:
            server.stop()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _started(found: Path, folder: Path, settings: str) -> Server:
    data, secret = folder / "data", folder / "secret"
    secret.write_text(PASSWORD)
    secret.chmod(0o644)
    made = ["-U", "boss", "-A", "scram-sha-256", f"--pwfile={secret}", "--no-sync"]
    made += ["-E", "UTF8", "--locale=C"]
    _run([str(found / "initdb"), "-D", str(data), *made])
    server = Server(_free_port(), data, found)
    options = (
        f"-p {server.port} -c listen_addresses=127.0.0.1 "
        f"-c unix_socket_directories={folder} {_SETTINGS} {settings}"
    )
    start = ["-D", str(data), "-w", "-l", str(folder / "log"), "-o", options, "start"]
    _run([str(found / "pg_ctl"), *start])
    return server


def _run(command: list[str], *, check: bool = True) -> None:
    # The server refuses to run as root.
    if os.geteuid() == 0:
        command = [
            "setpriv",
            "--reuid=postgres",
            "--regid=postgres",
            "--clear-groups",
            *command,
        ]
    done = subprocess.run(
        command,
        cwd="/",
        check=False,
        text=True,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
    )
    if check and done.returncode:
        raise RuntimeError(f"{command[-1]}: {done.stderr[-500:]}")


def _free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])

"""What the machine has to give: memory, disk, rights, cores, characters."""

from __future__ import annotations

import locale
import os
import shlex
import shutil
import sys
import tempfile
from pathlib import Path

import psutil

from segtools.doctor.finding import Finding, Mend

# What a run on a small shop takes (two kernels and the command), and what is good.
MEMORY = (10**9, 2 * 10**9)
DISK = (10**8, 10**9)
_CGROUP = Path("/sys/fs/cgroup")
# Of control groups of version 2, and of 1, whose "no limit" is beyond all memory.
_LIMITS = (
    ("memory.max", "memory.current", "memory.stat", "inactive_file"),
    (
        "memory/memory.limit_in_bytes",
        "memory/memory.usage_in_bytes",
        "memory/memory.stat",
        "total_inactive_file",
    ),
)


def memory() -> Finding:
    """Look at the memory that is free, and at what a container may take."""
    free, where = psutil.virtual_memory().available, ""
    limit = _container()
    if limit is not None and limit < free:
        free, where = limit, " of what this container may take"
    return _graded(
        "memory",
        (free, f"{_gb(free)} free{where}"),
        MEMORY,
        "a run with the default memory_limit of 1250MB",
        Mend(shell="segtools run CONFIG -p memory_limit=500MB"),
    )


def _container() -> int | None:
    """Give what the container may still take, or None where nothing limits it.

    What is cached of files counts as free, as the kernel drops it when asked.
    """
    for most, taken, stat, cached in _LIMITS:
        try:
            left = int((_CGROUP / most).read_text()) - int(
                (_CGROUP / taken).read_text()
            )
            lines = (_CGROUP / stat).read_text().splitlines()
            kept = dict(line.split() for line in lines if len(line.split()) == 2)
            return max(left + int(kept.get(cached, 0)), 0)
        except (OSError, ValueError):  # "max", the other version, or no container
            continue
    return None


def disk() -> list[Finding]:
    """Look at the room in the working folder and in the temporary one."""
    mend = Mend(shell="export TMPDIR=/another/folder")
    return [
        _room("disk here", Path.cwd(), "reports", Mend(shell="segtools run --out DIR")),
        _room("disk for temporary files", _temporary(), "sockets and spilling", mend),
    ]


def rights() -> list[Finding]:
    """Try to write where runs are written to: the working folder, the temporary one."""
    here, there = Path.cwd(), _temporary()
    reports = here / "reports"
    place = reports if reports.is_dir() else here
    mend = Mend(
        shell=f"chmod u+w {shlex.quote(str(place))}  # or segtools run --out DIR"
    )
    own = Mend(shell="export TMPDIR=/a/folder/of/yours")
    return [
        _writes("writing here", place, "reports", mend),
        _writes("writing temporary files", there, "sockets and spilling", own),
    ]


def cores() -> Finding:
    """Count the cores that this process may use."""
    try:
        usable = len(os.sched_getaffinity(0))
    except AttributeError:  # not on macOS and Windows
        usable = os.cpu_count() or 1
    return Finding("cores", "ok", str(usable), True)


def characters() -> Finding:
    """Look whether files, their names and the terminal speak UTF-8."""
    said = {
        "file names": sys.getfilesystemencoding(),
        "files": locale.getpreferredencoding(False),
        "the terminal": sys.stdout.encoding or "utf-8",
    }
    other = [
        f"{what} are in {name}" if what != "the terminal" else f"{what} is in {name}"
        for what, name in said.items()
        if name.lower().replace("-", "") != "utf8"
    ]
    if not other:
        return Finding("characters", "ok", "UTF-8 throughout", purpose="names")
    return Finding(
        "characters",
        "wrong",
        ", ".join(other),
        False,
        "names and signs of other languages in paths and on the screen",
        Mend(shell="export PYTHONUTF8=1"),
    )


def _temporary() -> Path:
    """Give the temporary folder; where there is none to write to, the one asked for."""
    try:
        return Path(tempfile.gettempdir())
    except FileNotFoundError:
        return Path(os.environ.get("TMPDIR", "/tmp"))


def _room(name: str, place: Path, purpose: str, mend: Mend) -> Finding:
    free = shutil.disk_usage(place).free
    said = f"{_gb(free)} free in {place}"
    return _graded(name, (free, said), DISK, purpose, mend)


def _graded(
    name: str,
    has: tuple[int, str],
    asked: tuple[int, int],
    purpose: str,
    mend: Mend,
) -> Finding:
    """Judge an amount: too little stops every run, less than is good only some."""
    amount, said = has
    least, good = asked
    if amount >= good:
        return Finding(name, "ok", said, True)
    word = "are needed" if amount < least else "are better"
    said = f"{said}, but {_gb(least if amount < least else good)} {word}"
    return Finding(name, "wrong", said, amount < least, purpose, mend)


def _writes(name: str, place: Path, purpose: str, mend: Mend) -> Finding:
    try:
        with tempfile.NamedTemporaryFile(dir=place) as file:
            file.write(b"segtools")
            file.flush()
    except OSError as error:
        found = f"{place} refuses: {error.strerror or error}"
        return Finding(name, "wrong", found, True, purpose, mend)
    return Finding(name, "ok", f"yes, in {place}", True)


def _gb(size: float) -> str:
    return f"{size / 1e9:,.1f} GB"

"""Fetch what a run needs of the remote folders that came before it."""

from __future__ import annotations

import json
import shutil
from contextlib import suppress
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

from segtools.history.previous import FILES
from segtools.remote.transfer import download, listed, remote_name, safe
from segtools.remote.urls import under

ALL = ("*",)
# Marks a folder that holds only what later runs read of a remote one.
PARTIAL = ".partial"
# What the next run reads of the one before, and of all earlier ones.
_PREVIOUS = (*FILES, "run.json", "*.json", "*.parquet", "exports/*")
_EARLIER = ("run.json", "experiment*", "model.json", "segments.parquet", "exports/*")


def fetch_earlier(fs: Any, url: str, to: Path, project: str, as_of: str | None) -> None:
    """Fetch of a project's finished runs what a later one reads.

    Parameters
    ----------
    fs : filesystem
    url : str
        Of the run that is to come; the others lie beside it.
    to : Path
        Where their local folders lie. One that is whole stays as it is.
    project : str
    as_of : str or None
        Where the run is to stand; None means after all others.
    """
    parent, _, own = url.rstrip("/").rpartition("/")
    runs = _finished(fs, parent, project)
    before = [n for n, r in runs.items() if as_of is None or str(r["as_of"]) < as_of]
    # The day of a run without as_of is not known yet: it may be the last one's again.
    latest = sorted(before, key=lambda n: str(runs[n]["as_of"]))[-2:]
    for name, run in runs.items():
        wanted = _PREVIOUS if name in latest else _EARLIER
        if name != own and not _is_here(to / name, run, whole=name in latest):
            fetch(fs, under(parent, name), to / name, wanted)


def _finished(fs: Any, url: str, project: str) -> dict[str, dict[str, Any]]:
    """Read ``run.json`` of a project's finished runs, by folder; broken ones not."""
    names = sorted(fs.glob(f"{remote_name(url)}/*/run.json"))
    bodies = fs.cat(names, on_error="omit") if names else {}
    found = {}
    for name, body in bodies.items():
        with suppress(ValueError, KeyError, TypeError):
            run = dict(json.loads(body))
            if run["project"] == project and run["state"] == "done" and run["as_of"]:
                folder = safe(name.rstrip("/").split("/")[-2])
                if not is_hidden(folder):
                    found[folder] = run
    return found


def _is_here(here: Path, run: dict[str, Any], *, whole: bool) -> bool:
    """Tell whether nothing is to be fetched of a run.

    A folder that is not partial is somebody's own work, which may not be there yet.
    """
    if here.exists() and not is_partial(here):
        return True
    return _same(here, run) and (not whole or _whole(here))


def _same(here: Path, run: dict[str, Any]) -> bool:
    """Tell whether a run is here as it is there, as written and not as it is read."""
    with suppress(OSError, ValueError):
        written = (here / "run.json").read_text(encoding="utf-8")
        return bool(json.loads(written) == run)
    return False


def _whole(here: Path) -> bool:
    return all((here / name).is_file() for name in FILES)


def fetch(fs: Any, url: str, to: Path, wanted: tuple[str, ...] = ALL) -> None:
    """Fetch files of a remote folder into a new one, which then takes its place.

    Hidden files are no part of a run: no upload brings them.
    """
    half = to.with_name(f".{to.name}.half")
    shutil.rmtree(half, ignore_errors=True)
    names = [n for n in listed(fs, url) if any(fits(n, p) for p in wanted)]
    for name in map(safe, names):
        if not is_hidden(name):
            download(fs, remote_name(under(url, name)), half / name, "--out")
    if wanted != ALL and half.is_dir():
        (half / PARTIAL).touch()
    shutil.rmtree(to, ignore_errors=True)
    if half.is_dir():
        half.rename(to)


def is_hidden(name: str) -> bool:
    """Tell whether a path within a folder is hidden, or lies in what is."""
    return any(part.startswith(".") for part in name.split("/"))


def is_partial(folder: Path) -> bool:
    """Tell whether a folder holds only what later runs read of a remote one."""
    return (folder / PARTIAL).exists()


def fits(name: str, pattern: str) -> bool:
    """Match a path by a pattern whose star alone crosses folders."""
    return pattern == "*" or (
        name.count("/") == pattern.count("/") and fnmatch(name, pattern)
    )

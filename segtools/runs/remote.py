"""Runs whose folder is a remote one: made here first, uploaded once they have ended."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

from segtools.history.previous import FILES
from segtools.records import read_record
from segtools.remote.failures import sentence_of, spoken
from segtools.remote.transfer import (
    download,
    filesystem,
    is_file,
    listed,
    missing,
    put,
    remote_name,
    safe,
)
from segtools.remote.urls import (
    is_url,
    mirror_of,
    refuse_url,
    scheme_of,
    shown,
    under,
)
from segtools.report.execution.errors import StageError
from segtools.schema import ConfigError

# Hidden, so that no project's folder is ever called so.
ROOT = Path("reports/.remote")
LAST = ("index.html", "run.json")
# What a run writes itself; an approval and the record of exports are not cleared.
_OURS = ("notebooks/*", "tables/*", "activation/*", "canvas/*")
_TOP = ("*.html", "*.json", "*.parquet", "*.jsonl")
_KEPT = ("approval.json",)
_ALL = ("*",)
# Marks a folder that holds only what later runs read of a remote one.
PARTIAL = ".partial"
# What the next run reads of the one before, and of all earlier ones.
_PREVIOUS = (*FILES, "run.json", "*.json", "*.parquet", "exports/*")
_EARLIER = ("run.json", "experiment*", "model.json", "segments.parquet", "exports/*")


def local_run(url: str, project: str, as_of: str | None = None) -> Path:
    """Give the local folder of a run whose own is remote, and fetch what came before.

    Parameters
    ----------
    url : str
        Of the run's folder; the project's other runs lie beside it.
    project : str
    as_of : str, optional
        Where the run is to stand; default after all others.

    Returns
    -------
    Path
        Under ``reports/.remote``. A run that is at `url` already is in it, whole, and
        what the next run needs of the project's earlier ones lies beside it.

    Raises
    ------
    ConfigError
        If the storage cannot be used.
    """
    refuse_url(url, "--out")
    folder = mirror_of(url, ROOT)
    fs = filesystem(url, "--out")
    with spoken(url, "--out"):
        if is_partial(folder):
            shutil.rmtree(folder)
        if LAST[-1] in listed(fs, url) and not (folder / LAST[-1]).is_file():
            _fetch(fs, url, folder, _ALL)
        _fetch_earlier(fs, url, folder.parent, project, as_of)
    return folder


def _fetch_earlier(
    fs: Any, url: str, to: Path, project: str, as_of: str | None
) -> None:
    """Fetch of a project's finished runs what a later one reads."""
    parent, _, own = url.rstrip("/").rpartition("/")
    runs = _finished(fs, parent, project)
    before = [n for n, r in runs.items() if as_of is None or str(r["as_of"]) < as_of]
    # The day of a run without as_of is not known yet: it may be the last one's again.
    latest = sorted(before, key=lambda n: str(runs[n]["as_of"]))[-2:]
    for name, run in runs.items():
        wanted = _PREVIOUS if name in latest else _EARLIER
        known = _same(to / name, run) and (name not in latest or _whole(to / name))
        if name != own and not known:
            _fetch(fs, under(parent, name), to / name, wanted)


def _finished(fs: Any, url: str, project: str) -> dict[str, dict[str, Any]]:
    """Read ``run.json`` of a project's finished runs, by folder; broken ones not."""
    names = sorted(fs.glob(f"{remote_name(url)}/*/run.json"))
    bodies = fs.cat(names, on_error="omit") if names else {}
    found = {}
    for name, body in bodies.items():
        with suppress(ValueError, KeyError, TypeError):
            run = dict(json.loads(body))
            if run["project"] == project and run["state"] == "done" and run["as_of"]:
                found[safe(name.rstrip("/").split("/")[-2])] = run
    return found


def _same(here: Path, run: dict[str, Any]) -> bool:
    """Tell whether a run is here as it is there, as written and not as it is read."""
    with suppress(OSError, ValueError):
        written = (here / "run.json").read_text(encoding="utf-8")
        return bool(json.loads(written) == run)
    return False


def _whole(here: Path) -> bool:
    return all((here / name).is_file() for name in FILES)


def _fetch(fs: Any, url: str, to: Path, wanted: tuple[str, ...]) -> None:
    """Fetch files of a remote folder into a new one, which then takes its place."""
    half = to.with_name(f".{to.name}.half")
    shutil.rmtree(half, ignore_errors=True)
    for name in listed(fs, url):
        if any(_fits(name, pattern) for pattern in wanted):
            download(fs, remote_name(under(url, name)), half / safe(name), "--out")
    if wanted != _ALL and half.is_dir():
        (half / PARTIAL).touch()
    shutil.rmtree(to, ignore_errors=True)
    if half.is_dir():
        half.rename(to)


def is_partial(folder: Path) -> bool:
    """Tell whether a folder holds only what later runs read of a remote one."""
    return (folder / PARTIAL).exists()


def _fits(name: str, pattern: str) -> bool:
    """Match a path by a pattern whose star alone crosses folders."""
    return pattern == "*" or (
        name.count("/") == pattern.count("/") and fnmatch(name, pattern)
    )


def upload(
    folder: Path,
    url: str,
    *,
    last: tuple[str, ...] = LAST,
    earlier: Sequence[str] = (),
) -> int:
    """Upload a folder, the files by which it is known at the very end.

    An upload that breaks off leaves no `last` behind, so that nobody takes half a run
    for a whole one; to repeat it ends the same.

    Parameters
    ----------
    folder : Path
        Of a run or an export; never changed.
    url : str
        Of the remote folder. What an earlier run left there goes; other files stay.
    last : tuple of str, default=("index.html", "run.json")
        What is uploaded last, in this order.
    earlier : sequence of str, optional
        Files there that go unless they are uploaded anew; default a run's own.

    Returns
    -------
    int
        How many files are there.

    Raises
    ------
    ConfigError
        If the URL is none, or its storage has no client here.
    StageError
        If the upload does not come to its end.
    """
    if not is_url(url) or scheme_of(url) == "file":
        raise ConfigError(
            f"URL must lead to a remote folder, but it is {url!r}. Write it like "
            "s3://bucket/folder."
        )
    refuse_url(url, "URL")
    mirror_of(url, ROOT)
    names = _names(folder)
    ends = [name for name in last if name in names]
    fs = filesystem(url, "URL")
    with _told(folder, url):
        there = listed(fs, url)
        _remove(fs, url, [name for name in last if name in there])
        put(fs, folder, [name for name in names if name not in ends], url)
        old = [n for n in there if n in earlier or (not earlier and _stale(n))]
        _remove(fs, url, [n for n in old if n not in {*names, *last}])
        put(fs, folder, ends, url)
        lacks = missing(fs, folder, names, url)
    if lacks:
        raise StageError(_broken(folder, url, f"{lacks[0]} did not arrive whole"))
    return len(names)


def ended_run(folder: Path) -> dict[str, Any]:
    """Read ``run.json`` of a run that is done or failed, or refuse.

    Raises
    ------
    ConfigError
        If there is no run, or it has not ended.
    """
    if not (folder / LAST[-1]).is_file():
        raise ConfigError(
            f"RUN must be the folder of a run, but there is no run.json in {folder}. "
            "Give the folder that `segtools run` printed."
        )
    if is_partial(folder):
        raise ConfigError(
            f"RUN must be whole, but {folder} holds only what later runs read of one "
            "that lies elsewhere. Give the folder in which it was run."
        )
    run = read_record(folder / LAST[-1])
    if run.get("state") not in ("done", "failed"):
        raise ConfigError(
            f"RUN must have ended, but {folder} is {run.get('state')}. Finish it with "
            "`segtools run`."
        )
    return run


def is_uploaded(folder: Path, url: str) -> bool:
    """Tell whether a run is at a URL as it is here, by its ``run.json``."""
    fs = filesystem(url, "--out")
    with spoken(url, "--out"):
        name = remote_name(under(url, LAST[-1]))
        there = fs.cat_file(name) if is_file(fs, name) else b""
    return bool(there == (folder / LAST[-1]).read_bytes())


def _names(folder: Path) -> list[str]:
    """List what is uploaded: everything but hidden files."""
    found = [p.relative_to(folder) for p in folder.rglob("*") if p.is_file()]
    plain = [p for p in found if not any(part.startswith(".") for part in p.parts)]
    return sorted(p.as_posix() for p in plain)


def _stale(name: str) -> bool:
    if name in _KEPT:
        return False
    return any(_fits(name, p) for p in _TOP) or any(fnmatch(name, p) for p in _OURS)


def _remove(fs: Any, url: str, names: list[str]) -> None:
    for name in names:
        fs.rm_file(remote_name(under(url, name)))


@contextmanager
def _told(folder: Path, url: str) -> Iterator[None]:
    try:
        yield
    except Exception as error:
        why = sentence_of(error, url, "URL")
        raise StageError(_broken(folder, url, _clause(why))) from None


def _clause(sentence: str) -> str:
    """Give what was wrong, from between the rule and the remedy."""
    return re.sub(r"^.*?, but |\. [^.]*\.$", "", sentence, flags=re.DOTALL)


def _broken(folder: Path, url: str, why: str) -> str:
    return (
        f"The upload must come to its end, but {why}. Everything lies whole in "
        f"{folder}: run `segtools upload {folder} {shown(url)}`."
    )

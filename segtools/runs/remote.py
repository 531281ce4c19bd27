"""Runs whose folder is a remote one: made here first, uploaded once they have ended."""

from __future__ import annotations

import re
import shutil
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

from segtools.records import read_record
from segtools.remote.failures import sentence_of, spoken
from segtools.remote.transfer import (
    filesystem,
    is_file,
    missing,
    put,
    remote_name,
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
from segtools.runs.remote_earlier import (
    fetch,
    fetch_earlier,
    fits,
    is_hidden,
    is_partial,
)
from segtools.runs.remote_place import (
    MARK,
    in_place,
    put_mark,
    refuse_other,
    remove_mark,
)
from segtools.schema import ConfigError

# Hidden, so that no project's folder is ever called so.
ROOT = Path("reports/.remote")
LAST = ("index.html", "run.json")
# What a run writes itself; an approval and the record of exports are not cleared.
_OURS = ("notebooks/*", "tables/*", "activation/*", "canvas/*")
_TOP = ("*.html", "*.json", "*.parquet", "*.jsonl")
_KEPT = ("approval.json",)


def local_run(
    url: str, project: str, as_of: str | None = None, *, replace: bool = False
) -> Path:
    """Give the local folder of a run whose own is remote, and fetch what came before.

    Parameters
    ----------
    url : str
        Of the run's folder; the project's other runs lie beside it.
    project : str
    as_of : str, optional
        Where the run is to stand; default after all others.
    replace : bool, default=False
        Let the run take the place of a finished one at `url` that differs.

    Returns
    -------
    Path
        Under ``reports/.remote``. A run that is at `url` already is in it, whole, and
        what the next run needs of the project's earlier ones lies beside it.

    Raises
    ------
    ConfigError
        If the storage cannot be used, the remote folder holds files of somebody else,
        or a finished run that differs from the one that is here.
    """
    refuse_url(url, "--out")
    folder = mirror_of(url, ROOT)
    fs = filesystem(url, "--out")
    with spoken(url, "--out"):
        there = in_place(fs, url)
        if is_partial(folder):
            shutil.rmtree(folder)
        if not replace:
            refuse_other(fs, url, folder)
        # Beside a mark lies half a run, whatever its run.json says.
        whole = LAST[-1] in there and MARK not in there
        if whole and not (folder / LAST[-1]).is_file():
            fetch(fs, url, folder)
        fetch_earlier(fs, url, folder.parent, project, as_of)
    return folder


def upload(
    folder: Path,
    url: str,
    *,
    last: tuple[str, ...] = LAST,
    earlier: Sequence[str] | None = None,
    repeat: str = "",
    replace: bool = True,
) -> int:
    """Upload a folder, the files by which it is known at the very end.

    An upload that breaks off leaves no `last` behind, so that nobody takes half a run
    for a whole one, and a mark that says whose the files are; to repeat it ends the
    same.

    Parameters
    ----------
    folder : Path
        Of a run or an export; never changed.
    url : str
        Of the remote folder. What an earlier run left there goes; other files stay.
    last : tuple of str, default=("index.html", "run.json")
        What is uploaded last, in this order.
    earlier : sequence of str, optional
        Files there that go unless they are uploaded anew; nobody else's are there.
        Default a run's own, in a folder that is a run's.
    repeat : str, default=""
        What to do when it breaks off; empty names ``segtools upload``.
    replace : bool, default=True
        Let a run take the place of a finished one that differs.

    Returns
    -------
    int
        How many files are there.

    Raises
    ------
    ConfigError
        If the URL is none, its storage has no client here, or the folder holds files
        of somebody else or a run that is not to be replaced.
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
    fs = filesystem(url, "URL")
    repeat = repeat or f"run `segtools upload {folder} {shown(url)}`"
    with _told(folder, url, repeat):
        there = in_place(fs, url) if earlier is None else earlier
        if not replace:
            refuse_other(fs, url, folder)
        put_mark(fs, url, {*names, *there} - {MARK})
        _exchange(fs, folder, url, last, there, own=earlier is not None)
        lacks = missing(fs, folder, names, url)
        if not lacks:
            remove_mark(fs, url)
    if lacks:
        why = f"{lacks[0]} did not arrive whole"
        raise StageError(_broken(folder, repeat, why))
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
    """Tell whether a run is at a URL as it is here, by its ``run.json`` and no mark."""
    fs = filesystem(url, "--out")
    with spoken(url, "--out"):
        name = remote_name(under(url, LAST[-1]))
        if is_file(fs, remote_name(under(url, MARK))):
            return False
        there = fs.cat_file(name) if is_file(fs, name) else b""
    return bool(there == (folder / LAST[-1]).read_bytes())


def _names(folder: Path) -> list[str]:
    """List what is uploaded: everything but hidden files."""
    files = (p for p in folder.rglob("*") if p.is_file())
    found = (p.relative_to(folder).as_posix() for p in files)
    return sorted(name for name in found if not is_hidden(name))


def _exchange(
    fs: Any,
    folder: Path,
    url: str,
    last: tuple[str, ...],
    there: Collection[str],
    *,
    own: bool,
) -> None:
    """Put a folder's files into the place of those of an earlier one."""
    names = _names(folder)
    ends = [name for name in last if name in names]
    _remove(fs, url, [name for name in last if name in there])
    put(fs, folder, [name for name in names if name not in ends], url)
    old = [n for n in there if n != MARK and (own or _stale(n))]
    _remove(fs, url, [n for n in old if n not in {*names, *last}])
    put(fs, folder, ends, url)


def _stale(name: str) -> bool:
    if name in _KEPT:
        return False
    return any(fits(name, p) for p in _TOP) or any(fnmatch(name, p) for p in _OURS)


def _remove(fs: Any, url: str, names: list[str]) -> None:
    for name in names:
        fs.rm_file(remote_name(under(url, name)))


@contextmanager
def _told(folder: Path, url: str, repeat: str) -> Iterator[None]:
    try:
        yield
    except ConfigError:
        raise  # nothing was begun
    except Exception as error:
        why = sentence_of(error, url, "URL")
        raise StageError(_broken(folder, repeat, _clause(why))) from None


def _clause(sentence: str) -> str:
    """Give what was wrong, from between the rule and the remedy."""
    return re.sub(r"^.*?, but |\. [^.]*\.$", "", sentence, flags=re.DOTALL)


def _broken(folder: Path, repeat: str, why: str) -> str:
    return (
        f"The upload must come to its end, but {why}. Everything lies whole in "
        f"{folder}: {repeat}."
    )

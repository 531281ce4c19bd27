"""Walk a project's folder and know each file: what can be erased from it, and how."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Collection, Iterator
from pathlib import Path

from segtools.runs.forget.lists import (
    erase_csv,
    erase_json,
    erase_json_lines,
    erase_text,
)
from segtools.runs.forget.parquet import erase_parquet, parquet_holds
from segtools.runs.forget.traces import Traces
from segtools.runs.forget.what import Erased
from segtools.sources.remote import FOLDER as FETCHED

Eraser = Callable[..., Erased]
ERASERS: dict[str, Eraser] = {
    ".parquet": erase_parquet,
    ".csv": erase_csv,
    ".tsv": erase_csv,
    ".json": erase_json,
    ".ipynb": erase_json,
    ".jsonl": erase_json_lines,
    ".ndjson": erase_json_lines,
}
_TEXTS = {".html", ".md", ".txt", ".log", ".svg", ".yaml", ".yml", ".sql", ".py"}
_TEXTS |= {".xml", ".css", ".js", ".toml", ".ini", ".graphql", ".htm"}
ERASERS |= dict.fromkeys(_TEXTS, erase_text)
# Nobody can look into these without unpacking them.
_OPAQUE = {".zip", ".gz", ".bz2", ".xz", ".zst", ".7z", ".tar", ".tgz", ".pkl"}
_OPAQUE |= {".xlsx", ".xls", ".ods", ".duckdb", ".db", ".sqlite", ".feather", ".orc"}
# As `records.whole` and `export.whole_folder` name what is not finished yet. Anybody
# may name a file like that, so only what is named like a file of ours is taken for one.
_HALF = re.compile(r"\.(.+)\.\d+(?:\.old)?")
_OURS = {".json", ".parquet", ".html", ".csv", ".ipynb", ".jsonl", ".md", ".svg"}
# Files of ours in which no customer can be.
SKIPPED = {".lock", "forgotten.json"}
_CHUNK = 1 << 20


def files_of(folder: Path) -> Iterator[Path]:
    """Give every file below a folder, hidden ones as well, links not followed.

    Parameters
    ----------
    folder : Path
    """
    for path in sorted(folder.iterdir()):
        if path.is_symlink() or path.name in SKIPPED:
            continue
        if path.is_dir():
            yield from files_of(path)
        elif path.is_file():
            yield path


def links_of(folder: Path) -> Iterator[Path]:
    """Give every link below a folder: what it leads to lies elsewhere."""
    for path in sorted(folder.iterdir()):
        if path.is_symlink():
            yield path
        elif path.is_dir():
            yield from links_of(path)


def leftovers(folder: Path, runs: Collection[Path]) -> Iterator[Path]:
    """Give what goes as a whole: what programs have left, and what they had fetched.

    Parameters
    ----------
    folder : Path
        The project: elsewhere nothing is deleted.
    runs : collection of Path
        Folders of its runs, of which none is at work. Half-written folders, and
        copies of the source's files, are ours only there.
    """
    for path in sorted(folder.iterdir()):
        if path.is_symlink():
            continue
        half = _HALF.fullmatch(path.name)
        if not path.is_dir():
            if half and Path(half[1]).suffix.lower() in _OURS:
                yield path
        elif folder in runs and (half or path.name == FETCHED):
            yield path
        else:
            yield from leftovers(path, runs)


def remove(path: Path) -> None:
    """Remove a file or a folder."""
    if path.is_dir():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


def erase(path: Path, traces: Traces, *, dry: bool = False) -> Erased | None:
    """Erase a customer from one file.

    Returns
    -------
    Erased or None
        None where the file is of no kind that we can write, and names the customer or
        may do so.
    """
    eraser = ERASERS.get(path.suffix.lower())
    if eraser is not None:
        return eraser(path, traces, dry=dry)
    opaque = path.suffix.lower() in _OPAQUE
    return None if opaque or _names(path, traces) else Erased()


def still_holds(path: Path, traces: Traces) -> bool:
    """Tell whether a file that can be written names the customer even so.

    Such as within a longer word (``id_C00017``) or behind the escape of a new line in
    a script, where nothing is replaced, since it may mean another one.
    """
    if path.suffix.lower() == ".parquet":
        return parquet_holds(path, traces)
    if path.suffix.lower() not in ERASERS or not _names(path, traces):
        return False
    with path.open(encoding="utf-8", errors="surrogateescape", newline="") as file:
        return any(traces.may_be_in(line) for line in file)


def _names(path: Path, traces: Traces) -> bool:
    """Tell whether an unknown file holds a needle, as bytes in any case of letters."""
    needles = [n.encode().lower() for n in traces.needles]
    longest = max(map(len, needles), default=0)
    rest = b""
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            seen = (rest + chunk).lower()
            if any(n in seen for n in needles):
                return True
            rest = seen[-longest:] if longest else b""
    return False

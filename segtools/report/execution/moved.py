"""Find the files of a configuration again after its project was moved."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path, PurePath
from typing import Any

__all__ = ["moved"]

_FILES = ("rule_book", "suppression_list", "language")


def moved(
    body: Mapping[str, Any], folder_then: str | None, folder_now: Path
) -> dict[str, Any]:
    """Give a recorded configuration with the paths at which its files lie now.

    A path that is still there stays. One that is not is looked for where it would be
    if everything above the run's folder that is named alike was moved together.

    Parameters
    ----------
    body : mapping
        ``config`` of ``run.json``.
    folder_then : str or None
        ``folder`` of ``run.json``: where the run lay when it was made.
    folder_now : Path
        Where it lies now.

    Returns
    -------
    dict
        A new configuration; a file that is nowhere keeps its old path.

    Examples
    --------
    >>> import tempfile
    >>> place = Path(tempfile.mkdtemp(), "new")
    >>> (place / "reports" / "1").mkdir(parents=True)
    >>> _ = (place / "lines.csv").write_text("")
    >>> body = {"source": {"system": "files", "orders": {"path": "/old/lines.csv"}}}
    >>> found = moved(body, "/old/reports/1", place / "reports" / "1")
    >>> found["source"]["orders"]["path"] == str(place / "lines.csv")
    True
    """
    roots = _roots(folder_then, folder_now) if folder_then else None
    found = dict(body)
    if roots is None:
        return found
    for key in _FILES:
        if found.get(key):
            found[key] = _place(found[key], *roots)
    if found.get("extensions"):
        found["extensions"] = [_place(e, *roots) for e in found["extensions"]]
    for key in ("source", "destinations"):
        if key in found:
            found[key] = _blocks(found[key], roots)
    return found


def _roots(then: str, now: Path) -> tuple[PurePath, Path] | None:
    """Take away what both folders end with; None if nothing was moved."""
    old, new = PurePath(then), now.resolve()
    while old.name and old.name == new.name:
        old, new = old.parent, new.parent
    # The project's own folder may have got another name.
    return None if str(old) == str(new) else (old, new)


def _place(path: str, old: PurePath, new: Path) -> str:
    if Path(path).exists():
        return path
    try:
        there = new / PurePath(path).relative_to(old)
    except ValueError:
        return path
    return str(there)


def _blocks(value: Any, roots: tuple[PurePath, Path]) -> Any:
    if isinstance(value, list):
        return [_blocks(v, roots) for v in value]
    if not isinstance(value, Mapping):
        return value
    return {
        k: _place(v, *roots)
        if k == "path" and isinstance(v, str)
        else _blocks(v, roots)
        for k, v in value.items()
    }

"""Write runs and configurations of older versions as this version would."""

from __future__ import annotations

import json
import os
import re
import shutil
from collections.abc import Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from segtools.config import load_config
from segtools.config.recorded import RENAMED
from segtools.config.yaml_file import mapping_in, read_yaml
from segtools.records import as_text, read_record, write_text
from segtools.schema import ConfigError, DataError

BACKUP = ".before_migration"
# Records of runs, and of lists that were written from them.
_HEAD = re.compile(r'\A\s*\{\s*"format"\s*:\s*"segtools\.')
_RECORDS = ("*.json", "exports/*.json", "activation/*/*.json")


@dataclass(frozen=True)
class Migration:
    """What a migration has changed, or would change.

    Attributes
    ----------
    path : Path
        The run's folder, or the configuration.
    changes : dict
        By file, what changes in it.
    backup : Path or None
        Where the files lie as they were; None where nothing was changed.
    """

    path: Path
    changes: Mapping[str, list[str]]
    backup: Path | None

    @property
    def lines(self) -> list[str]:
        """One line a change."""
        return [f"{n}: {what}" for n, all_ in self.changes.items() for what in all_]

    @property
    def sentence(self) -> str:
        """What has become of it."""
        if not self.changes:
            return f"{self.path} is as this version would write it; nothing changes."
        files = f"{len(self.changes)} file" + "s" * (len(self.changes) > 1)
        if self.backup is None:
            return f"{files} of {self.path} would change; nothing was changed."
        return (
            f"{files} of {self.path} changed; as they were they lie in {self.backup}."
        )

    @property
    def record(self) -> dict[str, Any]:
        """The same for other programs."""
        return {
            "path": str(self.path),
            "changes": dict(self.changes),
            "backup": None if self.backup is None else str(self.backup),
        }


def migrate(path: Path | str, *, dry_run: bool = False) -> Migration:
    """Bring a run's records, or a configuration, up to this version.

    All files are made ready first and each is put in its place at once; should one
    fail, those before it are put back. Should the machine stop, what is there can be
    read, and the same command goes on.

    Parameters
    ----------
    path : path
        A run's folder, or a YAML file.
    dry_run : bool, default=False
        Only say what would change.

    Returns
    -------
    Migration

    Raises
    ------
    ConfigError
        If there is neither a run nor a configuration, or a key is unknown.
    DataError
        If a record cannot be read, or a newer segtools has written it; then nothing
        is changed.
    """
    path = Path(path)
    if path.is_file():
        new, what = _configuration(path)
        return _apply(path.parent, path, {path.name: new}, {path.name: what}, dry_run)
    if not (path / "run.json").is_file():
        raise ConfigError(
            f"RUN|CONFIG must be the folder of a run or a YAML file, but {path} is "
            "neither. Give the folder that holds run.json."
        )
    with _locked(path):
        texts, changes = _run(path)
        return _apply(path, path, texts, changes, dry_run)


def _run(folder: Path) -> tuple[dict[str, str], dict[str, list[str]]]:
    """Give the new text of each record that changes, and what changes."""
    texts, changes = {}, {}
    found = sorted(f for pattern in _RECORDS for f in folder.glob(pattern))
    for file in filter(_ours, found):
        new = read_record(file)  # refuses what it does not know
        old = json.loads(file.read_text(encoding="utf-8"))
        if what := differences(old, new):
            name = file.relative_to(folder).as_posix()
            texts[name], changes[name] = as_text(new), what
    return texts, changes


def _ours(file: Path) -> bool:
    """Tell whether a file is a record of ours: what others put there stays as it is."""
    if file.name == "run.json":  # whatever it says, a run stands and falls with it
        return True
    try:
        text = file.read_text(encoding="utf-8", errors="replace")
    except OSError:  # a folder of such a name
        return not file.is_dir()
    try:
        record = json.loads(text)
    except (ValueError, RecursionError):  # a broken one of ours is to be refused
        return _HEAD.search(text) is not None
    form = record.get("format") if isinstance(record, Mapping) else None
    return isinstance(form, str) and form.startswith("segtools.")


def differences(old: Any, new: Any, within: str = "") -> list[str]:
    """Say what is another in two records, key by key.

    Examples
    --------
    >>> differences({"a": 1, "b": {"c": 2}}, {"a": 1, "b": {"c": 3, "d": None}})
    ['b.c becomes 3 (was 2)', 'b.d is added: null']
    """
    if not (isinstance(old, Mapping) and isinstance(new, Mapping)):
        same = old == new
        return [] if same else [f"{within} becomes {_short(new)} (was {_short(old)})"]
    found = []
    for key in [*new, *(k for k in old if k not in new)]:
        name = f"{within}.{key}".lstrip(".")
        if key not in old:
            found.append(f"{name} is added: {_short(new[key])}")
        elif key not in new:
            found.append(f"{name} goes")
        else:
            found += differences(old[key], new[key], name)
    return found


def _short(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= 60 else f"{text[:59]}…"


def _configuration(file: Path) -> tuple[str, list[str]]:
    """Give a YAML file with keys by their present names, comments and all."""
    body = mapping_in(file, read_yaml(file, "CONFIG must be", ""), "")
    text = file.read_text(encoding="utf-8")
    what = []
    for old, new in RENAMED.items():
        if old in body and new not in body:
            text = re.sub(rf"(?m)^(['\"]?){re.escape(old)}\1(?=\s*:)", new, text)
            what.append(f"{old} is called {new} now")
    load_config(file)  # with the old names, which mean the same
    return text, what


def _apply(
    root: Path,
    path: Path,
    texts: Mapping[str, str],
    changes: Mapping[str, list[str]],
    dry_run: bool,
) -> Migration:
    changes = {name: what for name, what in changes.items() if what}
    if not changes or dry_run:
        return Migration(path, changes, None)
    backup = _backup(root, list(changes))
    try:
        for name in changes:
            write_text(root / name, texts[name])
    except OSError as error:
        for name in changes:
            os.replace(_copied(backup / name), root / name)
        raise DataError(
            f"A migration must be written whole, but {path} cannot be written "
            f"({error.strerror}). It is as it was; make room or set the rights."
        ) from None
    return Migration(path, changes, backup)


def _backup(root: Path, names: list[str]) -> Path:
    """Copy files as they are into a new hidden folder beside them."""
    number, folder = 1, root / BACKUP
    while folder.exists():
        number += 1
        folder = root / f"{BACKUP}-{number}"
    try:
        for name in names:
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(root / name, folder / name)
    except OSError as error:
        shutil.rmtree(folder, ignore_errors=True)
        raise DataError(
            f"A migration must back up first, but {root} cannot be written "
            f"({error.strerror}). Nothing was changed; make room or set the rights."
        ) from None
    return folder


def _copied(file: Path) -> Path:
    """Copy a file beside itself, to be moved into another's place."""
    copy = file.with_name(f".{file.name}.back")
    shutil.copy2(file, copy)
    return copy


def _locked(folder: Path) -> AbstractContextManager[None]:
    """Keep the run for this process, as soon as runs can be locked."""
    try:
        from segtools.report.execution.lock import locked  # type: ignore[import-not-found]
    except ImportError:
        return nullcontext()
    held: AbstractContextManager[None] = locked(folder)
    return held

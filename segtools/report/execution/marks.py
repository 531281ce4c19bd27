"""By what a run is known again: its settings, its data and the code that made it."""

from __future__ import annotations

import hashlib
import importlib.metadata
import json
import platform
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from segtools.bundled import bundled
from segtools.config import RunConfig, stage_of, with_effect
from segtools.languages import known_language
from segtools.profiles.actions.rule_book import load_rule_book
from segtools.records import digest
from segtools.report.language_words import FILE

__all__ = ["changed_data", "changed_settings", "code_mark", "settings_marks"]

_PACKAGES = ("pandas", "numpy", "scikit-learn", "ibis-framework", "duckdb", "papermill")
# What is bundled has a mark of its own: data its fingerprint, notebooks see below.
_SKIPPED = ("__pycache__", "bundled")


def settings_marks(config: RunConfig) -> dict[str, Any]:
    """Give the hash of what the result rests on, and that of each file read beside.

    Returns
    -------
    dict
        ``config_hash`` and ``beside``, for ``run.json``.
    """
    beside = {name: digest(text) for name, text in _read_beside(config).items()}
    # As it comes out of a record: a default of 40 is 40.0 once it was read again.
    read = RunConfig.model_validate(config.model_dump())
    body = with_effect(read.model_dump())
    return {"config_hash": digest(body | beside), "beside": beside}


def _read_beside(config: RunConfig) -> dict[str, str]:
    """Give the text of files that the configuration names and the result rests on."""
    beside = {
        f"extensions.{number}": Path(file).read_text(encoding="utf-8")
        for number, file in enumerate(config.extensions)
    }
    if config.rule_book:
        load_rule_book(config.rule_book)
        beside["rule_book"] = Path(config.rule_book).read_text(encoding="utf-8")
    # A catalogue says itself in which encoding it is.
    beside |= {
        name: file.read_text(encoding="utf-8", errors="replace")
        for name, file in _of_language(config.language)
    }
    # Who must not be written to, and what lists begin from, may change in its place.
    lists = dict(_paths("destinations", config.destinations))
    if config.suppression_list:
        lists["suppression_list"] = config.suppression_list
    for name, file in lists.items():
        if Path(file).is_file():
            beside[name] = Path(file).read_text(encoding="utf-8", errors="replace")
    return beside


def _of_language(name: str) -> Iterator[tuple[str, Path]]:
    """Give the files of a language that is the user's own."""
    language = known_language(name)
    if language.folder is None or language.is_packaged:
        return
    yield "language", language.path
    if (words := language.folder / FILE).is_file():
        yield "language.words", words


def _paths(name: str, value: Any) -> Iterator[tuple[str, str]]:
    """Give each ``path`` in nested blocks, under its dotted name."""
    for key, part in value.items() if isinstance(value, Mapping) else ():
        if key == "path" and isinstance(part, str):
            yield f"{name}.{key}", part
        else:
            yield from _paths(f"{name}.{key}", part)


def changed_settings(
    run: Mapping[str, Any], config: RunConfig, before: str | None = None
) -> list[str]:
    """Name the keys by which a configuration differs from that of a run.

    Parameters
    ----------
    run : mapping
        What ``run.json`` holds.
    config : RunConfig
    before : str, optional
        Only keys that a stage before this one has read; default: all.
    """
    then, now = with_effect(run["config"]), with_effect(config.model_dump())
    # As a record keeps it: a default of 40 is what a file calls 40.0.
    kept = json.loads(json.dumps(now))
    keys = [k for k in kept if k not in then or then[k] != kept[k]]
    texts = settings_marks(config)["beside"]
    known = run.get("beside") or {}
    for name in sorted({*texts, *known}):
        key = name.partition(".")[0]
        if texts.get(name) != known.get(name) and key not in keys:
            keys.append(key)
    return [k for k in keys if before is None or stage_of(k) < before]


def changed_data(run: Mapping[str, Any], data: Mapping[str, Any]) -> list[str]:
    """Name the tables whose rows are not those that a run was begun with."""
    then = (run.get("data") or {}).get("tables") or {}
    now = data["tables"]
    return [t for t in sorted({*then, *now}) if then.get(t) != now.get(t)]


def changed_code(run: Mapping[str, Any]) -> list[str]:
    """Say which code is not that which a run was begun with, version by version."""
    then, now = run.get("versions") or {}, versions()
    found = [
        f"{name} {now[name]} instead of {then.get(name, 'none')}"
        for name in now
        if then.get(name) != now[name]
    ]
    if not found and run.get("code") != code_mark():
        found = ["files of segtools or its notebooks"]
    return found


def versions() -> dict[str, str]:
    """List the versions that the result depends on."""
    from segtools import __version__

    found = {p: importlib.metadata.version(p) for p in _PACKAGES}
    return {"segtools": __version__, "python": platform.python_version()} | found


@cache
def code_mark() -> str:
    """Give a hash of the package's own files and of the stage notebooks."""
    whole = hashlib.sha256()
    for name, file in sorted(_code()):
        whole.update(f"{name}\0".encode())
        whole.update(hashlib.sha256(file.read_bytes()).digest())
    return whole.hexdigest()[:16]


def _code() -> Iterator[tuple[str, Path]]:
    package = Path(__file__).parents[2]
    for file in package.rglob("*"):
        inside = file.relative_to(package)
        if file.is_file() and not set(_SKIPPED) & set(inside.parts):
            yield inside.as_posix(), file
    for file in bundled("notebooks").glob("*.ipynb"):
        yield f"notebooks/{file.name}", file

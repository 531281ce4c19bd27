"""Read a batch file: its runs, each with a validated configuration and a folder."""

from __future__ import annotations

import copy
import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from segtools.config import (
    RunConfig,
    laid_over_defaults,
    load_body,
    merge,
    override,
    validate,
)
from segtools.config.hooks import beside, hook_blocks
from segtools.config.yaml_file import mapping_in, read_yaml
from segtools.runs.matrix import Entry, expand
from segtools.schema import ConfigError, did_you_mean

KEYS = ("defaults", "runs", "matrix", "name", "exclude", "include", "hooks")
_LONGEST = 80


@dataclass(frozen=True)
class Planned:
    """One run of a batch.

    Attributes
    ----------
    name : str
    folder : str
        Relative to the batch's folder: the project, and the name in it.
    body : dict
        The configuration as it was put together; empty where that was impossible.
    config : RunConfig or None
        The same, validated; None where it is refused.
    error : str
        Why it is refused.
    """

    name: str
    folder: str
    body: dict[str, Any]
    config: RunConfig | None
    error: str = ""


def read_batch(
    path: Path | str, overrides: Mapping[str, Any] | None = None
) -> list[Planned]:
    """Read a batch file and put every run's configuration together.

    Parameters
    ----------
    path : path
        A YAML file with ``runs`` (a list, each with ``name``, perhaps ``config`` and
        keys of its own) or ``matrix`` (keys and their values), over ``defaults``.
    overrides : mapping, optional
        Dotted key to value, for all runs; of an axis of the matrix, the values that it
        shall have.

    Returns
    -------
    list of Planned
        In the order of the file. A run whose configuration is refused is among them,
        with the reason: it fails alone.

    Raises
    ------
    ConfigError
        If the file is no batch file, has no runs, two of one name or of one folder, or
        an unknown key.
    """
    path = Path(path)
    body = batch_body(path)
    given = dict(overrides or {})
    axes = body["matrix"] if isinstance(body.get("matrix"), dict) else {}
    picked = {k: v for k, v in given.items() if k in axes}
    shared = laid_over_defaults(body.get("defaults"), path)
    entries = _listed(body, path)
    entries += expand(body, picked) if "matrix" in body else []
    _refuse_names(entries, path)
    rest = {k: v for k, v in given.items() if k not in picked}
    planned = [_planned(entry, shared, rest, path.parent) for entry in entries]
    _refuse_folders(planned)
    return planned


def batch_hooks(path: Path | str) -> list[dict[str, Any]]:
    """Read who is told when a whole batch has ended: ``hooks`` beside its runs.

    Raises
    ------
    ConfigError
        If a hook is none; see the configuration's own ``hooks``.
    """
    path = Path(path)
    return hook_blocks(beside(batch_body(path).get("hooks") or [], path.parent))


def is_batch(body: Any) -> bool:
    """Tell whether a YAML file's content is a batch file's."""
    return isinstance(body, dict) and bool({"runs", "matrix"} & set(body))


def batch_body(path: Path) -> dict[str, Any]:
    """Read what a batch file holds.

    Raises
    ------
    ConfigError
        If it is another kind of file, or holds a key that is unknown.
    """
    what, remedy = "FILE must be", "Write one with `runs:` or `matrix:`."
    body = mapping_in(path, read_yaml(path, what, remedy), remedy)
    if not is_batch(body):
        single = "project" in body or "source" in body
        hint = f"Use `segtools run {path.name}`: it is one run's." if single else remedy
        raise ConfigError(
            f"FILE must hold `runs` or `matrix`, but {path.name} has neither. {hint}"
        )
    for key in body:
        if key not in KEYS:
            in_defaults = key in RunConfig.model_fields
            hint = did_you_mean(str(key), KEYS)
            raise ConfigError(
                f"A batch file must use known keys, but {key!r} is none. "
                f"{'Put it under `defaults:`.' if in_defaults else hint}"
            )
    return body


def slug(name: str) -> str:
    """Make a name that every file system takes.

    Examples
    --------
    >>> slug("DE: Spring / 2024"), slug("../../etc"), slug("Zürich")
    ('DE-Spring-2024', 'etc', 'Zürich')
    """
    return re.sub(r"[^\w.-]+", "-", name).strip("-.")[:_LONGEST].rstrip("-.")


def _listed(body: dict[str, Any], path: Path) -> list[Entry]:
    rows = body.get("runs")
    if rows is None:
        return []
    if not isinstance(rows, list):
        raise ConfigError(
            f"runs must be a list, but in {path.name} it is {rows!r}. "
            "Write each run as `- name: berlin`, and its keys below."
        )
    return [_entry(row, place) for place, row in enumerate(rows)]


def _entry(row: Any, place: int) -> Entry:
    name = row.get("name") if isinstance(row, dict) else None
    if not isinstance(name, (str, int)) or isinstance(name, bool) or not str(name):
        raise ConfigError(
            f"runs.{place} must have a name, but it is {row!r}. "
            "Write it as `- name: berlin`, and its keys below."
        )
    config = row.get("config")
    if config is not None and not isinstance(config, str):
        raise ConfigError(
            f"runs.{place}.config must name a YAML file, but it is {config!r}. "
            "Write the path relative to the batch file; keys stand beside it."
        )
    keys = {str(k): v for k, v in row.items() if k not in ("name", "config")}
    return Entry(str(name), keys, config)


def _refuse_names(entries: list[Entry], path: Path) -> None:
    if not entries:
        raise ConfigError(
            f"A batch must have runs, but {path.name} leaves none. "
            "Add one under `runs:`, or exclude fewer."
        )
    name, count = Counter(e.name for e in entries).most_common(1)[0]
    if count > 1:
        raise ConfigError(
            f"Runs must have names of their own, but {name!r} is that of {count}. "
            'Rename them; `name: "{project}-{as_of}"` names those of a matrix.'
        )
    for entry in entries:
        if not slug(entry.name):
            raise ConfigError(
                f"A run's name must have a letter or a digit, but one is "
                f"{entry.name!r}. Its folder is named after it: choose another."
            )


def _refuse_folders(planned: list[Planned]) -> None:
    """Refuse two runs in one folder, on file systems that forget case, too."""
    seen: dict[str, str] = {}
    for run in planned:
        other = seen.setdefault(run.folder.casefold(), run.name)
        if other != run.name:
            raise ConfigError(
                f"Runs must have folders of their own, but {other!r} and {run.name!r} "
                f"both make {run.folder}. Rename one of them."
            )


def _planned(
    entry: Entry, shared: dict[str, Any], rest: dict[str, Any], folder: Path
) -> Planned:
    body: dict[str, Any] = {}
    try:
        body = copy.deepcopy(shared)
        if entry.config is not None:
            body = copy.deepcopy(merge(body, load_body(folder / entry.config)))
        for name, value in (entry.keys | rest).items():
            override(body, name, copy.deepcopy(value), folder)
        config = validate(body)
    except ConfigError as error:
        project = slug(str(body.get("project") or "")) or "unknown"
        return Planned(
            entry.name, f"{project}/{slug(entry.name)}", body, None, str(error)
        )
    return Planned(entry.name, f"{config.project}/{slug(entry.name)}", body, config)

"""Check every configuration of a folder, or every run of a batch file."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from segtools.config import RunConfig, load_config, shared_by
from segtools.config.yaml_file import read_yaml
from segtools.runs.plan import Planned, is_batch, read_batch
from segtools.schema import ConfigError, DataError, DisclosureError

_CODES = {ConfigError: 2, DataError: 3, DisclosureError: 4}
_RED = 3
# Of a file that does not say by these what it is, a configuration has several.
_TELLING = ("project", "source", "defaults")


def check_each(
    path: Path, overrides: Mapping[str, Any] | None = None
) -> Iterator[dict[str, Any]]:
    """Check configuration and data of each, one after the other, without a kernel.

    Parameters
    ----------
    path : Path
        A folder, of which every YAML file that is a configuration or a batch file is
        checked (shared ``defaults``, rule books and the like are not); a batch file;
        or one configuration.
    overrides : mapping, optional
        What ``-p`` gives, for each of them.

    Yields
    ------
    dict
        ``name``, ``light`` (None where something is refused), ``code`` (as
        `segtools check` exits) and ``said``, one sentence.

    Raises
    ------
    ConfigError
        If there is nothing to check.
    """
    files = _files(path)
    if not files:
        raise ConfigError(
            f"check --all must find configurations, but {path} holds none. "
            "Name a folder with YAML files that have `project:` and `source:`."
        )
    for file in files:
        yield from _checked(file, dict(overrides or {}), path)


def _files(path: Path) -> list[Path]:
    if not path.is_dir():
        return [path]
    found = sorted(p for p in path.iterdir() if p.suffix in (".yaml", ".yml"))
    shared = set(shared_by(found))
    return [p for p in found if p.resolve() not in shared and _is_ours(p)]


def _is_ours(path: Path) -> bool:
    """Tell a configuration from other YAML; what cannot be read is to be told, too."""
    try:
        body = read_yaml(path, "CONFIG must be", "")
    except ConfigError:
        return True
    if not isinstance(body, dict):
        return False
    return is_batch(body) or bool(set(_TELLING) & set(body))


def _checked(
    file: Path, overrides: dict[str, Any], asked: Path
) -> Iterator[dict[str, Any]]:
    try:
        body = read_yaml(file, "CONFIG must be", "Make one with `segtools init DIR`.")
        runs = read_batch(file, overrides) if is_batch(body) else None
    except ConfigError as error:
        yield _refused(file.name, error)
        return
    if runs is None:
        yield _one(file.name, partial(load_config, file, overrides))
        return
    for run in runs:
        name = f"{file.name}: {run.name}" if asked.is_dir() else run.name
        yield _one(name, partial(_config_of, run))


def _config_of(run: Planned) -> RunConfig:
    if run.config is None:
        raise ConfigError(run.error)
    return run.config


def _one(name: str, config: Callable[[], RunConfig]) -> dict[str, Any]:
    try:
        settings = config()
    except ConfigError as error:
        return _refused(name, error)
    if not settings.extensions:
        return _looked_at(name, settings)
    # What one registers must not be there for the next: a process of its own.
    with get_context("spawn").Pool(1) as pool:
        return pool.apply(_looked_at, (name, settings))


def _looked_at(name: str, config: RunConfig) -> dict[str, Any]:
    from segtools.report.check import check
    from segtools.report.execution.errors import OUT_OF_MEMORY, out_of_memory

    try:
        found = check(config)
    except (ConfigError, DataError, DisclosureError) as error:
        return _refused(name, error)
    except Exception as error:
        if type(error).__name__ != OUT_OF_MEMORY:
            raise
        return _refused(name, out_of_memory("The data"))
    light = found.light
    worst = next(v for v in found.lights.values() if v["light"] == light)
    said = "green" if light == "green" else f"{light}. {worst['sentence']}"
    code = _RED if light == "red" else 0
    return {"name": name, "light": light, "code": code, "said": said}


def _refused(name: str, error: Exception) -> dict[str, Any]:
    code = next((c for kind, c in _CODES.items() if isinstance(error, kind)), 4)
    return {"name": name, "light": None, "code": code, "said": str(error)}

"""What several configurations share: ``defaults``, files that a file builds on."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from segtools.config.yaml_file import mapping_in, read_yaml
from segtools.schema import ConfigError

KEY = "defaults"
# Makes the paths that a file gives relative to itself absolute.
Absolute = Callable[[dict[str, Any], Path], dict[str, Any]]
_START = "Start from `segtools init DIR`."


def merge(below: Mapping[str, Any], above: Mapping[str, Any]) -> dict[str, Any]:
    """Lay one configuration over another; neither is changed.

    Parameters
    ----------
    below, above : mapping
        What `above` names holds. Blocks are merged key by key, lists and values are
        replaced whole; so is a block of another ``system``, whose keys mean something
        else.

    Returns
    -------
    dict

    Examples
    --------
    >>> shared = {"bases": ["value"], "source": {"system": "files", "orders": {"a": 1}}}
    >>> merge(shared, {"bases": [], "source": {"orders": {"b": 2}}})
    {'bases': [], 'source': {'system': 'files', 'orders': {'a': 1, 'b': 2}}}
    >>> merge(shared, {"source": {"system": "sample"}})["source"]
    {'system': 'sample'}
    """
    merged = dict(below)
    for key, value in above.items():
        old = merged.get(key)
        both = isinstance(old, Mapping) and isinstance(value, Mapping)
        merged[key] = merge(old, value) if both and _alike(old, value) else value  # type: ignore[arg-type]
    return merged


def _alike(old: Any, new: Any) -> bool:
    return bool(new.get("system", old.get("system")) == old.get("system"))


def read_body(path: Path, absolute: Absolute) -> dict[str, Any]:
    """Read a configuration and all that it builds on, not yet validated.

    Parameters
    ----------
    path : Path
    absolute : callable
        Called with what a file holds and that file's folder.

    Returns
    -------
    dict
        Without ``defaults``: those are laid below it, the first one lowest.

    Raises
    ------
    ConfigError
        If a file is missing, is not YAML or no mapping, ``defaults`` is neither a
        path nor a list of them, or files build on each other in a circle.
    """
    return _read(path, absolute, ())


def _read(path: Path, absolute: Absolute, above: tuple[Path, ...]) -> dict[str, Any]:
    what = "defaults must name" if above else "CONFIG must be"
    remedy = "Make one with `segtools init DIR`."
    if above:
        remedy = f"Mend the path in {above[-1].name}."
    body = mapping_in(path, read_yaml(path, what, remedy), _START)
    shared = shared_files(body.pop(KEY, None), path)
    return merge(
        laid_over(shared, absolute, (*above, path)), absolute(body, path.parent)
    )


def laid_over(
    files: list[Path], absolute: Absolute, above: tuple[Path, ...]
) -> dict[str, Any]:
    """Read shared files and lay each over those before it.

    Parameters
    ----------
    files : list of Path
    absolute : callable
        As in `read_body`.
    above : tuple of Path
        The files that led here, the last one naming these.

    Raises
    ------
    ConfigError
        As `read_body` says.
    """
    body: dict[str, Any] = {}
    for file in files:
        if file.resolve() in {p.resolve() for p in above}:
            circle = " to ".join(p.name for p in (*above, file))
            raise ConfigError(
                f"defaults must not lead back to where they began, but {circle} is a "
                f"circle. Take {file.name} out of the defaults of {above[-1].name}."
            )
        body = merge(body, _read(file, absolute, above))
    return body


def shared_files(value: Any, path: Path) -> list[Path]:
    """Give the files that ``defaults`` names, relative to the file that names them.

    Raises
    ------
    ConfigError
        If it is anything but a path or a list of paths.

    Examples
    --------
    >>> [p.name for p in shared_files(["a.yaml", "b.yaml"], Path("shop.yaml"))]
    ['a.yaml', 'b.yaml']
    """
    names = [] if value is None else [value] if isinstance(value, str) else value
    if not isinstance(names, list) or not all(isinstance(n, str) and n for n in names):
        raise ConfigError(
            f"defaults must name a YAML file or a list of them, but in {path.name} it "
            f"is {value!r}. Write it like `defaults: shared.yaml`."
        )
    return [path.parent / name for name in names]


def shared_by(paths: list[Path]) -> Iterator[Path]:
    """Name the files that others build on, as far as those can be read.

    Parameters
    ----------
    paths : list of Path
        Configurations; one that cannot be read names nothing.
    """
    for path in paths:
        try:
            body = read_yaml(path, "CONFIG must be", "")
        except ConfigError:
            continue
        value = body.get(KEY) if isinstance(body, dict) else None
        named = value if isinstance(value, list) else [value]
        for name in named:
            if isinstance(name, str):
                yield (path.parent / name).resolve()

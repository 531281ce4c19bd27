"""Read a configuration from YAML, with what ``-p NAME=VALUE`` overrides."""

from __future__ import annotations

import copy
import datetime as dt
from pathlib import Path
from typing import Any

import yaml
from pydantic import ValidationError

from segtools.config.blocks import Source, TableFile, gives_orders
from segtools.config.hooks import beside
from segtools.config.inherit import laid_over, merge, read_body, shared_files
from segtools.config.recorded import renamed
from segtools.config.run import RunConfig
from segtools.config.wrong import checked, sentence_of
from segtools.remote import is_url, refuse_url
from segtools.schema import TABLES, ConfigError, did_you_mean


def load_config(path: str | Path, overrides: dict[str, Any] | None = None) -> RunConfig:
    """Read and validate a YAML configuration.

    Parameters
    ----------
    path : str or Path
        The YAML file; what it builds on (``defaults: shared.yaml``) lies below it.
    overrides : dict, optional
        Dotted key to value (``{"source.order_lines.path": "x.csv"}``), applied
        before validation; what ``-p NAME=VALUE`` gives.

    Returns
    -------
    RunConfig

    Raises
    ------
    ConfigError
        If the file is missing, is not YAML, or a key is unknown or mistyped.
    """
    path = Path(path)
    body = load_body(path)
    for name, value in (overrides or {}).items():
        set_key(body, name, value)
    return validate(_relative(body, path.parent))


def load_body(path: Path) -> dict[str, Any]:
    """Read a configuration with its ``defaults``, paths made absolute, unvalidated.

    Raises
    ------
    ConfigError
        If a file is missing, is not YAML, or ``defaults`` lead in a circle.
    """
    return read_body(path, _relative)


def laid_over_defaults(value: Any, path: Path) -> dict[str, Any]:
    """Read what ``defaults`` of a batch file are: a block, files, or both in a list.

    Parameters
    ----------
    value : dict, str, list or None
        What stands under ``defaults``; in a list, a later one lies over those before.
    path : Path
        The file that it stands in.

    Raises
    ------
    ConfigError
        If it is anything else, or a file cannot be read.
    """
    body: dict[str, Any] = {}
    for one in value if isinstance(value, list) else [value]:
        own = (
            _relative(copy.deepcopy(one), path.parent)
            if isinstance(one, dict)
            else laid_over(shared_files(one, path), _relative, (path,))
        )
        body = merge(body, own)
    return body


def override(body: dict[str, Any], name: str, value: Any, folder: Path) -> None:
    """Lay one key over a body, in place; a block is merged, paths made absolute.

    Parameters
    ----------
    body : dict
    name : str
        Dotted, as for `set_key`.
    value : object
        What a batch file says of one run.
    folder : Path
        What paths in it are relative to.
    """
    if isinstance(value, dict) and "." not in name:
        value = merge({name: body.get(name) or {}}, {name: value})[name]
    set_key(body, name, value)
    _relative(body, folder)


def validate(body: dict[str, Any]) -> RunConfig:
    """Validate a configuration given as a dictionary.

    Raises
    ------
    ConfigError
        One sentence about the first thing that is wrong.

    Examples
    --------
    >>> validate({"project": "shop", "sourc": {}})
    Traceback (most recent call last):
    segtools.schema.ConfigError: The configuration must use known keys, but 'sourc' \
is none. Did you mean 'source'?
    """
    try:
        config = RunConfig.model_validate(renamed(body))
    except ValidationError as error:
        raise ConfigError(sentence_of(error, "", RunConfig)) from None
    for block in config.sources:
        _check_source(block)
    if all(b.system == "files" and not gives_orders(b) for b in config.sources):
        raise ConfigError(
            "source must name a file with orders, but it has neither orders nor "
            "order_lines. Add `order_lines: {path: ...}` under source."
        )
    return config


def _check_source(source: Source) -> None:
    for name, part in (source.model_extra or {}).items():
        if isinstance(part, dict) and is_url(path := part.get("path")):
            refuse_url(str(path), f"source.{name}.path")
    url = (source.model_extra or {}).get("url")
    if url is not None and not str(url).startswith("env:"):
        raise ConfigError(
            "source.url must be env:NAME_OF_VARIABLE, but it is written out. Put the "
            "URL into an environment variable: secrets are never in the file."
        )
    if source.system != "files":
        return
    tables = source.model_extra or {}
    for name, block in tables.items():
        if name not in TABLES:
            raise ConfigError(
                f"source must use known tables, but {name!r} is none. "
                f"{did_you_mean(name, TABLES)}"
            )
        checked(TableFile, block, f"source.{name}")


def set_key(body: dict[str, Any], dotted: str, value: Any) -> None:
    """Set a key by its dotted path, in place.

    Parameters
    ----------
    body : dict
        A configuration, changed in place.
    dotted : str
        Such as ``source.order_lines.path``; a number leads into a list.
    value : object

    Raises
    ------
    ConfigError
        If the path leads through a value, or to a list.
    """
    *parents, last = dotted.split(".")
    here: Any = body
    for parent in parents:
        if isinstance(here, list) and parent.isdigit() and int(parent) < len(here):
            here = here[int(parent)]  # source.1.tickets.path
        elif isinstance(here, dict):
            here = here.setdefault(parent, {})
        if not isinstance(here, (dict, list)):
            raise ConfigError(
                f"-p must name a key, but {dotted!r} goes through {parent!r}, "
                "which holds a value. Give the whole path of a key."
            )
    if not isinstance(here, dict):
        raise ConfigError(
            f"-p must name a key, but {dotted!r} leads to a list. Give the number of "
            "its entry, from 0, such as source.1.tickets.path."
        )
    here[last] = value


def parse_override(text: str) -> tuple[str, Any]:
    """Read one ``NAME=VALUE``; the value is YAML, dates stay text.

    Raises
    ------
    ConfigError
        If there is no name or no ``=``. A value that is not YAML is taken as text.

    Examples
    --------
    >>> parse_override("n_segments=4"), parse_override("as_of=2017-10-01")
    (('n_segments', 4), ('as_of', '2017-10-01'))
    """
    name, equals, value = text.partition("=")
    if not equals or not name.strip():
        raise ConfigError(
            f"-p must have the form NAME=VALUE, but it is {text!r}. "
            "Write it as -p n_segments=4."
        )
    try:
        parsed = yaml.safe_load(value)
    except yaml.YAMLError:
        parsed = value
    if isinstance(parsed, (dt.date, dt.datetime)):
        parsed = value.strip()
    return name.strip(), parsed


def _path(folder: Path, path: str) -> str:
    """Make a path absolute; a URL is so already."""
    return path if is_url(path) else str((folder / path).resolve())


def _relative(body: dict[str, Any], folder: Path) -> dict[str, Any]:
    """Make paths absolute that the configuration gives relative to itself."""
    source, destinations = body.get("source"), body.get("destinations")
    systems = source if isinstance(source, list) else [source]
    if isinstance(destinations, dict):
        systems = [*systems, *destinations.values()]
    for system in systems:
        for block in system.values() if isinstance(system, dict) else ():
            if isinstance(block, dict) and isinstance(block.get("path"), str):
                block["path"] = _path(folder, block["path"])
    if isinstance(body.get("interviews"), str):
        body["interviews"] = str((folder / body["interviews"]).resolve())
    extensions = body.get("extensions")
    if isinstance(extensions, list):
        body["extensions"] = [str((folder / str(e)).resolve()) for e in extensions]
    for key in ("rule_book", "suppression_list"):
        if isinstance(file := body.get(key), str) and file:
            body[key] = str((folder / file).resolve())
    language = body.get("language")
    if isinstance(language, str) and "/" in language.replace("\\", "/"):
        body["language"] = str((folder / language).resolve())
    if "hooks" in body:
        body["hooks"] = beside(body["hooks"], folder)
    return body

"""Read a YAML file that a person wrote, or say in one sentence why not."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

from segtools.config.wrong import where_in_yaml
from segtools.schema import ConfigError


def read_yaml(path: Path, what: str, remedy: str) -> Any:
    """Read what a YAML file holds.

    Parameters
    ----------
    path : Path
    what : str
        What names the file, such as ``"rule_book must be"``.
    remedy : str
        What to do where there is none, as a sentence.

    Raises
    ------
    ConfigError
        If there is no such file, or it is not YAML.
    """
    if not path.is_file():
        raise ConfigError(f"{what} a YAML file, but there is no {path}. {remedy}")
    try:
        return yaml.safe_load(path.read_text(encoding="utf-8"))
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise ConfigError(
            f"{path.name} must be YAML, but {where_in_yaml(error)}."
        ) from None


def mapping_in(path: Path, body: Any, remedy: str) -> dict[str, Any]:
    """Give what a file holds if it is keys and values.

    Raises
    ------
    ConfigError
        If it is anything else.
    """
    if not isinstance(body, dict):
        raise ConfigError(
            f"{path.name} must hold `key: value` lines, but it holds "
            f"{'nothing' if body is None else type(body).__name__}. {remedy}"
        )
    return body

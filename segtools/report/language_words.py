"""Words by which the prose of a language writes the terms of the glossary."""

from __future__ import annotations

import functools
from pathlib import Path
from typing import Any

import yaml

from segtools.schema import ConfigError

__all__ = ["FILE", "language_words"]

FILE = "terms.yaml"


@functools.cache
def language_words(folder: Path) -> dict[str, tuple[str, ...]]:
    """Read the file of a language: the key of a term, and how texts write it.

    Parameters
    ----------
    folder : Path
        Of the language. Its file has ``{key: {words: [...]}}``; a section
        ``glossary``, which is for translators, is passed over.

    Returns
    -------
    dict
        Empty where there is no such file.

    Raises
    ------
    ConfigError
        If the file is of another shape.

    Examples
    --------
    >>> language_words(Path("none"))
    {}
    """
    file = folder / FILE
    if not file.is_file():
        return {}
    try:
        found = yaml.safe_load(file.read_text(encoding="utf-8")) or {}
        return {
            str(key): _words(entry) for key, entry in found.items() if key != "glossary"
        }
    except (OSError, ValueError, AttributeError, TypeError, yaml.YAMLError) as error:
        raise ConfigError(
            f"{FILE} of a language must give each term its words, but {file} does not "
            f"({type(error).__name__}). Write it as `key: {{words: [word, ...]}}`."
        ) from error


def _words(entry: Any) -> tuple[str, ...]:
    words = entry.get("words") or []
    if not isinstance(words, list):
        raise TypeError(words)
    return tuple(" ".join(str(word).split()) for word in words if str(word).strip())

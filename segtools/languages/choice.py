"""Which language is in use: one for a stage's kernel, one for each page."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path
from typing import Any

from segtools.languages.language import CATALOGUE, ENGLISH, FOLDER, Language
from segtools.schema import ConfigError, did_you_mean

_CURRENT: ContextVar[Language | None] = ContextVar("language", default=None)
_ENGLISH = Language(ENGLISH)
# Of the whole process: what threads that a library starts see.
_process: list[Language] = [_ENGLISH]


def available() -> list[str]:
    """List the languages that come with segtools, English first.

    Examples
    --------
    >>> available()[0]
    'en'
    """
    folders = sorted(p.parent.parent.name for p in FOLDER.glob(f"*/{CATALOGUE}"))
    return [ENGLISH, *folders]


def known_language(name: str) -> Language:
    """Find a language by its code, or by the folder of its catalogue.

    Parameters
    ----------
    name : str
        ``en``, one of `available`, or the path of a folder that is named for its
        language and holds ``LC_MESSAGES/messages.po``.

    Returns
    -------
    Language

    Raises
    ------
    ConfigError
        If there is no such language.

    Examples
    --------
    >>> known_language("en").is_english
    True
    >>> known_language("klingon")
    Traceback (most recent call last):
    segtools.schema.ConfigError: language must be ..., but it is 'klingon'. ...
    """
    if name == ENGLISH:
        return _ENGLISH
    if name in available():
        return Language(name, FOLDER / name)
    folder = Path(name)
    # os.path, which calls what can be no path no file.
    if "/" in name.replace("\\", "/") and os.path.isfile(folder / CATALOGUE):
        return Language(folder.name, folder)
    raise ConfigError(
        f"language must be {', '.join(available())} or a folder with {CATALOGUE}, but "
        f"it is {name!r}. {did_you_mean(name, available())}"
    )


def current() -> Language:
    """Give the language in use; English unless another one was set.

    Examples
    --------
    >>> current().code
    'en'
    """
    return _CURRENT.get() or _process[0]


def set_language(name: str) -> Language:
    """Write in a language from now on, in this process.

    Parameters
    ----------
    name : str
        As for `known_language`.

    Returns
    -------
    Language

    Raises
    ------
    ConfigError
        If there is no such language.

    Examples
    --------
    >>> set_language("en").tag
    'en'
    """
    _process[0] = known_language(name)
    return _process[0]


@contextmanager
def use_language(name: str) -> Iterator[Language]:
    """Write in a language within a ``with`` block.

    Parameters
    ----------
    name : str
        As for `known_language`.

    Examples
    --------
    >>> with use_language("en") as language:
    ...     language.tag
    'en'
    """
    token = _CURRENT.set(known_language(name))
    try:
        yield current()
    finally:
        _CURRENT.reset(token)


@contextmanager
def in_language_of(run: Mapping[str, Any]) -> Iterator[Language]:
    """Write in the language of a run; English if it was made before there were others.

    Parameters
    ----------
    run : mapping
        The content of ``run.json``. Where the folder of its language is gone, or no
        longer has a catalogue that can be read, what was written stays readable, and
        what is added is English.

    Examples
    --------
    >>> with in_language_of({"config": {}}) as language:
    ...     language.code
    'en'
    """
    name = str((run.get("config") or {}).get("language") or ENGLISH)
    try:
        _ = known_language(name).catalogue
    except ConfigError:
        name = ENGLISH
    with use_language(name) as language:
        yield language

"""A result writes in the language of its settings, whenever it is asked."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Concatenate, ParamSpec, Protocol, TypeVar

from segtools.config import RunConfig
from segtools.languages import current, use_language


class _WithSettings(Protocol):
    @property
    def config(self) -> RunConfig: ...


_Self = TypeVar("_Self", bound=_WithSettings)
_Given = ParamSpec("_Given")
_Made = TypeVar("_Made")


def in_own_language(
    method: Callable[Concatenate[_Self, _Given], _Made],
) -> Callable[Concatenate[_Self, _Given], _Made]:
    """Run a method in the language that the settings of its object name."""

    @functools.wraps(method)
    def spoken(self: _Self, *args: _Given.args, **kwargs: _Given.kwargs) -> _Made:
        with use_language(self.config.language):
            return method(self, *args, **kwargs)

    return spoken


def language_in_use() -> str:
    """Name the language in use, as the configuration does.

    Examples
    --------
    >>> language_in_use()
    'en'
    """
    language = current()
    return language.code if language.is_packaged else str(language.folder)

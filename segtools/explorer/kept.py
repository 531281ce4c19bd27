"""Answers that were worked out once, each in the language it was asked for in."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache, update_wrapper
from typing import Any, Generic, ParamSpec, TypeVar

from segtools.languages import current

P = ParamSpec("P")
T = TypeVar("T")


class Kept(Generic[P, T]):
    """A function whose last answers, which hold words, are kept by language."""

    def __init__(self, function: Callable[P, T], most: int) -> None:
        def kept(language: object, *args: Any, **more: Any) -> T:
            return function(*args, **more)

        self._kept = lru_cache(maxsize=most)(kept)
        update_wrapper(self, function)

    def __call__(self, *args: P.args, **more: P.kwargs) -> T:
        """Answer, or give the answer of before."""
        asked: Any = more
        return self._kept(current(), *args, **asked)

    def cache_clear(self) -> None:
        """Forget all answers."""
        self._kept.cache_clear()


def kept_by_language(most: int) -> Callable[[Callable[P, T]], Kept[P, T]]:
    """Keep the last answers of a function whose answers hold words.

    Parameters
    ----------
    most : int
        How many, those of all languages together.

    Examples
    --------
    >>> @kept_by_language(8)
    ... def twice(n):
    ...     print("worked out")
    ...     return 2 * n
    >>> twice(4) + twice(4)
    worked out
    16
    """
    return lambda function: Kept(function, most)

"""How much of what segtools writes is translated, said at its foot and at its start."""

from __future__ import annotations

import functools

from segtools.languages import Coverage, Language, coverage, current, known_language, tr
from segtools.report.language_words import language_words

__all__ = ["coverage_said", "coverage_warning"]


def coverage_said() -> str:
    """Name the language in use; where texts are not translated, say how many are.

    Examples
    --------
    >>> coverage_said()
    'en'
    """
    language = current()
    counted = _counted(language)
    if not counted.missing:
        return language.code
    return tr(
        "{code}. {translated} of {messages} texts are translated; the others stand in "
        "English.",
        code=language.code,
        translated=language.write(counted.translated),
        messages=language.write(counted.messages),
    )


def coverage_warning(name: str) -> str:
    """Say to whoever starts a run what its language lacks; empty if nothing.

    Parameters
    ----------
    name : str
        The value of the key ``language``.

    Raises
    ------
    ConfigError
        If its catalogue or its words of terms cannot be read.

    Examples
    --------
    >>> coverage_warning("en")
    ''
    """
    language = known_language(name)
    counted = _counted(language)
    if language.folder is not None:
        language_words(language.folder)  # no page is to be the first to find it broken
    if not counted.missing:
        return ""
    return (
        f"Language {language.code}: {counted.translated} of {counted.messages} texts "
        "are translated; the others stand in English."
    )


@functools.cache
def _counted(language: Language) -> Coverage:
    """Count once for all pages of a run."""
    return coverage(None if language.is_english else language.path)

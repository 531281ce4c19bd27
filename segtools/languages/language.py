"""One language: its catalogue, and how its numbers, dates and lists are written."""

from __future__ import annotations

import functools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from babel import Locale, UnknownLocaleError
from babel.lists import format_list

from segtools.languages.catalogue import TEMPLATE, Catalogue, load
from segtools.languages.filling import filled

FOLDER = Path(__file__).parent
CATALOGUE = Path("LC_MESSAGES", "messages.po")
ENGLISH = "en"
# A thin space that does not break the line.
THIN = "\u202f"
MINUS = "\u2212"


@dataclass(frozen=True)
class Language:
    """A language, as the configuration names it.

    Attributes
    ----------
    code : str
        Such as ``ru``; the name of its folder.
    folder : Path or None
        Where its catalogue lies; None for English, which needs none.
    """

    code: str
    folder: Path | None = None

    @property
    def is_english(self) -> bool:
        """Whether messages stay as they stand in the code."""
        return self.folder is None

    @property
    def is_packaged(self) -> bool:
        """Whether it comes with segtools."""
        return self.folder is None or self.folder.parent == FOLDER

    @property
    def path(self) -> Path:
        """The file of its catalogue; of English the template of all messages."""
        return TEMPLATE if self.folder is None else self.folder / CATALOGUE

    @property
    def tag(self) -> str:
        """The tag for a page's ``lang``, such as ``zh-Hans``."""
        return _locale(self.code)[1]

    @property
    def locale(self) -> Locale:
        """Babel's locale; English where it knows none of this name."""
        return _locale(self.code)[0]

    @property
    def catalogue(self) -> Catalogue:
        """The messages; none for English."""
        return load(None if self.folder is None else self.path)

    @property
    def decimal(self) -> str:
        """The sign before the decimals."""
        return "." if self.is_english else _signs(self.code)[0]

    @property
    def group(self) -> str:
        """What stands between thousands."""
        return THIN if self.is_english else _signs(self.code)[1]

    @property
    def before_percent(self) -> str:
        """What stands between a number and its per cent sign."""
        return THIN if self.is_english else _signs(self.code)[2]

    def fill(self, message: str, values: Mapping[str, Any]) -> str:
        """Fill the places of a message in this language.

        Examples
        --------
        >>> Language("en").fill("{low} to {high}", {"low": "3", "high": "5"})
        '3 to 5'
        """
        if not self.is_english and self.locale.language == "zh":
            return filled(message, values)
        return message.format(**values)

    def listed(self, names: Sequence[str]) -> str:
        """Join names as a sentence does.

        Examples
        --------
        >>> Language("en").listed(["a", "b", "c"])
        'a, b and c'
        """
        if len(names) < 2:
            return "".join(names)
        *first, last = names
        if self.is_english:  # Babel would put a comma before "and"
            return f"{', '.join(first)} and {last}"
        if self.locale.language == "zh":
            return filled("{first}和{last}", {"first": "、".join(first), "last": last})
        return format_list(list(names), locale=self.locale)

    def write(self, value: Any, decimals: int = 0) -> str:
        """Write a number with this language's signs and a true minus sign.

        Examples
        --------
        >>> Language("en").write(-1234.5, 1).replace(THIN, "_")
        '−1_234.5'
        """
        text = f"{abs(value):,.{decimals}f}"
        negative = value < 0 and text.strip("0.,")  # not of what is rounded to nothing
        signs = str.maketrans({",": self.group, ".": self.decimal})
        return f"{MINUS if negative else ''}{text.translate(signs)}"


@functools.cache
def _locale(code: str) -> tuple[Locale, str]:
    try:
        locale = Locale.parse(code.replace("-", "_"))
    except (UnknownLocaleError, ValueError):
        return Locale.parse(ENGLISH), ENGLISH
    # Simplified characters are meant where nothing else is said.
    script = "-Hans" if str(locale) == "zh" else ""
    return locale, str(locale).replace("_", "-") + script


@functools.cache
def _signs(code: str) -> tuple[str, str, str]:
    locale = _locale(code)[0]
    signs = locale.number_symbols["latn"]
    percent = locale.percent_formats[None].pattern
    thin = (
        text.replace("\u00a0", THIN).replace(" ", THIN)
        for text in (signs["decimal"], signs["group"], _before(percent))
    )
    decimal, group, before = thin
    return decimal, group, before


def _before(pattern: str) -> str:
    """Give the space before the sign of a pattern such as ``#,##0 %``."""
    number = pattern.split("%")[0]
    return number[len(number.rstrip()) :]

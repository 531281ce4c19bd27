"""A Babel catalogue as the messages that can be trusted to fit.

A translation whose places differ from its message's, such as ``{n}`` left out, is not
used: the English stands there instead, and is counted.
"""

from __future__ import annotations

import codecs
import functools
import gettext
import io
import re
import string
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from babel import localedata
from babel.messages.catalog import Catalog, Message
from babel.messages.mofile import write_mo
from babel.messages.pofile import PoFileError, read_po

from segtools.schema import ConfigError

# All messages of the code, without a translation; `make catalogues` writes it.
TEMPLATE = Path(__file__).with_name("messages.pot")
# What no figure or slide can hold; and elements, of which some messages have a few.
_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
_TAG = re.compile(r"<[/!?A-Za-z][^>]*>?")


class Coverage(NamedTuple):
    """How much of what segtools says a language says, too."""

    translated: int
    messages: int

    @property
    def missing(self) -> int:
        """Messages that stay English."""
        return self.messages - self.translated


@dataclass(frozen=True)
class Catalogue:
    """The translations of one language."""

    translations: gettext.NullTranslations = field(
        default_factory=gettext.NullTranslations
    )
    known: frozenset[tuple[str, str]] = frozenset()

    def one(self, message: str, context: str = "") -> str:
        """Translate a message; one that is unknown comes back as it is."""
        if not message:  # which asks gettext for the catalogue's own head
            return ""
        if context:
            return self.translations.pgettext(context, message)
        return self.translations.gettext(message)

    def many(self, one: str, many: str, count: int) -> str:
        """Translate the form that goes with a count."""
        return self.translations.ngettext(one, many, count)


@functools.cache
def load(path: Path | None) -> Catalogue:
    """Read a catalogue; without a path, one of English.

    Raises
    ------
    ConfigError
        If it is no catalogue.
    """
    if path is None:
        return Catalogue()
    catalogue = _read(path)
    for message in [m for m in catalogue if m.id and not _fits(m)]:
        catalogue.delete(message.id, message.context)
    known = frozenset(key_of(message) for message in catalogue if message.id)
    return Catalogue(_compiled(path, catalogue), known)


def coverage(path: Path | None) -> Coverage:
    """Count the messages of the template that a catalogue translates.

    Parameters
    ----------
    path : Path or None
        The catalogue; None for English, which lacks nothing.

    Returns
    -------
    Coverage
    """
    asked = frozenset(key_of(m) for m in _read(TEMPLATE) if m.id)
    if path is None:
        return Coverage(len(asked), len(asked))
    return Coverage(len(asked & load(path).known), len(asked))


def key_of(message: Message) -> tuple[str, str]:
    """Name a message by its context and its (singular) text."""
    text = message.id if isinstance(message.id, str) else message.id[0]
    return message.context or "", text


def places(text: str) -> frozenset[str]:
    """List the places of a message that values fill.

    Raises
    ------
    ValueError
        If braces do not close.

    Examples
    --------
    >>> sorted(places("{low} to {high}"))
    ['high', 'low']
    """
    parts = string.Formatter().parse(text)
    return frozenset(name for _, name, _, _ in parts if name is not None)


def _fits(message: Message) -> bool:
    """Tell whether a translation is whole and has its message's places."""
    given = _texts(message.string)
    if message.fuzzy or not given or not all(given):
        return False
    if any(_CONTROL.search(text) for text in given):
        return False
    try:
        asked = [places(text) for text in _texts(message.id)]
        found = [places(text) for text in given]
        bare = all(map(_bare, given))
    except ValueError:
        return False
    tags = _tags(_texts(message.id)[-1])
    if not bare or any(_tags(text) != tags for text in given):
        return False
    if len(asked) == 1:
        return found == asked
    # A form for one may say "one" in words, so that the number is free to go.
    return all(asked[-1] - {"n"} <= have <= asked[-1] for have in found)


def _bare(text: str) -> bool:
    """Tell whether each place has a name alone: no ``{n:>99}``, no ``{n!r}``."""
    return not any(spec or how for _, _, spec, how in string.Formatter().parse(text))


def _tags(text: str) -> list[str]:
    """List the markup of a message: a translation neither adds to it nor changes it."""
    return sorted(_TAG.findall(text))


def _texts(value: str | Iterable[str] | None) -> list[str]:
    return [value] if isinstance(value, str) else list(value or ())


def _named(path: Path) -> str:
    """Give the language that a catalogue's folder is named for, English if none is."""
    code = path.parent.parent.name.replace("-", "_")
    return code if localedata.exists(code) else "en"


def _read(path: Path) -> Catalog:
    try:
        # Some editors begin a file with a mark of its encoding.
        data = io.BytesIO(path.read_bytes().removeprefix(codecs.BOM_UTF8))
        # Its head is kept with its plural rule only if there is a locale.
        return read_po(data, locale=_named(path), abort_invalid=True)
    except (OSError, PoFileError, LookupError, ValueError) as error:
        raise _unreadable(path, error) from error


def _compiled(path: Path, catalogue: Catalog) -> gettext.GNUTranslations:
    """Make what gettext reads, and try its plural rule."""
    data = io.BytesIO()
    try:
        write_mo(data, catalogue)
        data.seek(0)
        translations = gettext.GNUTranslations(data)
        for count in range(200):
            translations.ngettext("", "", count)
    except (ArithmeticError, LookupError, ValueError) as error:
        raise _unreadable(path, error) from error
    return translations


def _unreadable(path: Path, error: Exception) -> ConfigError:
    why = " ".join(str(error).split())[:200] or type(error).__name__
    return ConfigError(
        f"A language must have a catalogue of messages, but {path} cannot be read "
        f"({why}). Copy the one of another language and translate it."
    )

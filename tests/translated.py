"""A language of a few messages, for tests of what becomes of them."""

from __future__ import annotations

from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.pofile import write_po

from segtools.languages.language import CATALOGUE


def russian(folder: Path, messages: dict) -> str:
    """Write a catalogue of Russian plural forms; give its folder, as a language.

    Parameters
    ----------
    folder : Path
    messages : dict
        Message, pair of message and plural, or pair of ``context:`` and message, to
        translation or forms.
    """
    catalogue = Catalog(locale="ru")
    for message, said in messages.items():
        context = None
        if isinstance(message, tuple) and message[0].endswith(":"):
            context, message = message[0][:-1], message[1]
        catalogue.add(message, said, context=context)
    path = folder / "ru" / CATALOGUE
    path.parent.mkdir(parents=True)
    with path.open("wb") as file:
        write_po(file, catalogue)
    return str(path.parent.parent)

"""A language of no country: every message marked, so that what is not said shows.

python tests/languages/pseudo.py FOLDER            writes FOLDER/de/LC_MESSAGES/...
python tests/languages/pseudo.py --unsaid PAGE...  lists what no message has said
"""

from __future__ import annotations

import re
import sys
from html.parser import HTMLParser
from pathlib import Path

from babel.messages.pofile import write_po

from segtools.languages.extraction import messages
from segtools.languages.language import CATALOGUE

OPEN, CLOSE = "⟦", "⟧"
# Letters that look like those of English, and are none of them.
_LETTERS = str.maketrans("aceinorsuyzACEINORSUYZ", "åçéîñôŕšûýžÅÇÉÎÑÔŔŠÛÝŽ")
_KEPT = re.compile(r"(\{[^}]*\}|<[^>]*>|&\w+;)")
# Text in these is code, data by its own mark, or no text at all.
_SHUT = {"script", "style", "code", "pre", "bdi"}
_EMPTY = {"br", "hr", "img", "input", "link", "meta", "wbr", "col", "path", "polygon"}
_SAID_HERE = ("aria-label", "title", "alt", "placeholder")


def pseudo(text: str) -> str:
    """Write a message so that it can be read, and is no English.

    Examples
    --------
    >>> pseudo("Spent {v} or more")
    '⟦Špéñt {v} ôŕ môŕé⟧'
    """
    parts = _KEPT.split(text)
    said = (p if _KEPT.fullmatch(p) else p.translate(_LETTERS) for p in parts)
    return f"{OPEN}{''.join(said)}{CLOSE}"


def write_language(folder: Path, code: str = "de") -> Path:
    """Write a whole language; give its folder, for the key ``language``."""
    catalogue = messages()
    catalogue.locale = code
    for message in catalogue:
        if message.id:
            one = isinstance(message.id, str)
            message.string = (
                pseudo(message.id) if one else tuple(pseudo(t) for t in message.id)
            )
    path = Path(folder) / code / CATALOGUE
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as file:
        write_po(file, catalogue)
    return path.parent.parent


class _Texts(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.stack: list[tuple[str, bool]] = []
        self.found: list[str] = []

    def handle_starttag(self, tag, attrs):
        given = dict(attrs)
        english = given.get("lang") == "en" and tag != "html"
        shut = english or tag in _SHUT or (self.stack and self.stack[-1][1])
        if not shut:
            self.found += [given[a] for a in _SAID_HERE if given.get(a)]
        if tag not in _EMPTY:
            self.stack.append((tag, bool(shut)))

    def handle_startendtag(self, tag, attrs):
        pass

    def handle_endtag(self, tag):
        while self.stack and self.stack.pop()[0] != tag:
            pass

    def handle_data(self, data):
        if not (self.stack and self.stack[-1][1]):
            self.found.append(data)


def page_texts(page: str) -> list[str]:
    """List the texts of a page that somebody reads or hears, in their order."""
    texts = _Texts()
    texts.feed(page)
    return texts.found


def unsaid(page: str) -> list[str]:
    """List the words of a page that stand outside of every message, once each."""
    found: dict[str, None] = {}
    for text in page_texts(page):
        left = _without_messages(text)
        if re.search(r"[A-Za-z]{2,}", left):
            found[" ".join(left.split())] = None
    return list(found)


def _without_messages(text: str) -> str:
    inner = re.compile(f"{OPEN}[^{OPEN}{CLOSE}]*{CLOSE}")
    while inner.search(text):
        text = inner.sub(" ", text)
    return text


if __name__ == "__main__":
    if sys.argv[1] == "--unsaid":
        for name in sys.argv[2:]:
            print("##", Path(name).name)
            print(*unsaid(Path(name).read_text(encoding="utf-8")), sep="\n")
    else:
        print(write_language(Path(sys.argv[1])))

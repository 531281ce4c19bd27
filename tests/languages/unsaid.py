"""The texts of a page that are its own: no code, no script, nothing marked English."""

from __future__ import annotations

from html.parser import HTMLParser

# Text in these is code, data by its own mark, or no text at all.
_SHUT = {"script", "style", "code", "pre", "bdi"}
_EMPTY = {"br", "hr", "img", "input", "link", "meta", "wbr", "col", "path", "polygon"}
_READ = ("aria-label", "title", "alt", "placeholder")


class _Texts(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.stack: list[tuple[str, bool]] = []
        self.found: list[str] = []

    @property
    def shut(self) -> bool:
        return bool(self.stack) and self.stack[-1][1]

    def handle_starttag(self, tag, attrs):
        given = dict(attrs)
        english = given.get("lang") == "en" and tag != "html"
        shut = english or tag in _SHUT or self.shut
        if not shut:
            self.found += [given[a] for a in _READ if given.get(a)]
        if tag not in _EMPTY:
            self.stack.append((tag, shut))

    def handle_startendtag(self, tag, attrs):
        pass

    def handle_endtag(self, tag):
        while self.stack and self.stack.pop()[0] != tag:
            pass

    def handle_data(self, data):
        if not self.shut:
            self.found.append(data)


def texts_of(page: str) -> list[str]:
    """List the texts of a page, and those of its attributes, in their order."""
    parser = _Texts()
    parser.feed(page)
    return [text for text in parser.found if text.strip()]

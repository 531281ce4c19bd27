"""What every result that shows itself must keep to, whatever strings it holds."""

from __future__ import annotations

from html.parser import HTMLParser
from typing import Any

from segtools.wording import plain

HOSTILE = (
    "<script>alert(1)</script>",
    "\"><img src=x onerror='alert(1)'>",
    "$x_1$ **b** [a](javascript:alert(1))",
    "Чай 茶葉\x00\x1b[31m\u202e end",
)
TAGS = {"section", "p", "strong", "b", "table", "caption", "thead", "tbody", "tr"}
TAGS |= {"th", "td", "span"}
# A few kB: a notebook with a hundred of them stays a small file.
MOST_BYTES = 8_000


class Page(HTMLParser):
    """Tags with their attributes, and the text, as a browser would see them."""

    def __init__(self, markup: str):
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text, self.open = "", list[str]()
        self.feed(markup)

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.text += data


def looked_at(thing: Any) -> str:
    """Check a result's two faces, and give its text with its spaces made one."""
    page, text = Page(thing._repr_html_()), repr(thing)
    assert len(thing._repr_html_().encode()) < MOST_BYTES
    assert {tag for tag, _ in page.tags} <= TAGS
    assert not page.open
    names = [name for _, attributes in page.tags for name in attributes]
    assert set(names) <= {"class", "style", "aria-label", "aria-hidden", "scope"}
    assert not {"\x00", "\x1b", "\u202e"} & set(page.text + text)
    assert "{'" not in page.text + text  # never a dump of a dict
    assert len(text.splitlines()) < 30
    heads = text.splitlines()[0]
    assert page.tags[0][1]["aria-label"] == heads
    for line in text.splitlines()[:2]:
        assert plain(line) in plain(page.text)
    return plain(text)

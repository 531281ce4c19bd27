"""Explain the measures of a page: where they stand, and in a list at its end."""

from __future__ import annotations

import functools
import html
import re
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import yaml

from segtools.languages import current, tr
from segtools.report.language_words import language_words
from segtools.report.sentences import whole_word

__all__ = ["Term", "bare", "explain", "plain_columns", "term_of_column", "terms"]

FILE = Path(__file__).with_name("glossary.yaml")
# Text is explained in these elements ...
_OPEN = frozenset({"p", "li", "dd", "caption", "thead", "figcaption"})
# ... and never inside these: names from data, code, and what is a control already.
_SHUT = frozenset(
    {
        *("a", "article", "bdi", "button", "code", "footer", "h1", "h2", "h3", "h4"),
        *("header", "label", "nav", "pre", "script", "style", "summary", "svg"),
        "tbody",
    }
)
_PLAIN = (_OPEN, _SHUT)
_TITLED = (_OPEN | {"h1"}, _SHUT - {"h1"})
_EMPTY = {"br", "hr", "img", "input", "link", "meta", "wbr", "col"}
_TWIN = 'class="st-twin"'
_TAG = re.compile(r"(<!--.*?-->|<[^>]*>)", re.DOTALL)
_NAME = re.compile(r"</?([a-zA-Z][\w-]*)")
_COLUMN = re.compile(r' data-column="([^"]*)"')
_SECTION = re.compile(r"<h[12]\b")


@dataclass(frozen=True)
class Term:
    """One entry of the glossary.

    Attributes
    ----------
    key : str
        Safe in an address.
    term, means, read : str
        As the list shows them: the term, what it is, one line on how to read it.
    words : tuple of str
        How prose writes it.
    columns : tuple of str
        Headers that are this measure, in any case.
    """

    key: str
    term: str
    means: str
    read: str
    words: tuple[str, ...] = ()
    columns: tuple[str, ...] = ()

    @property
    def anchor(self) -> str:
        """The id of its place in the list."""
        return f"term-{self.key.replace('_', '-')}"

    @property
    def said(self) -> Term:
        """The same in the language in use."""
        return replace(
            self, term=tr(self.term), means=tr(self.means), read=tr(self.read)
        )


@functools.cache
def terms() -> dict[str, Term]:
    """Give all entries of the glossary by key, in the order of its file.

    Examples
    --------
    >>> terms()["gini"].read.startswith("0 is chance")
    True
    """
    return {
        key: Term(
            key=key,
            term=entry["term"],
            means=entry["means"],
            read=entry["read"],
            words=tuple(entry.get("words", ())),
            columns=tuple(entry.get("columns", ())),
        )
        for key, entry in _file()["measures"].items()
    }


def term_of_column(header: str) -> Term | None:
    """Find the measure that a table's header names, its unit left out.

    Examples
    --------
    >>> term_of_column("Least SLSw").term, term_of_column("Segment")
    ('SLSw', None)
    >>> term_of_column("Mean (EUR)").term
    'mean'
    """
    whole = " ".join(header.split()).lower()
    columns = _columns()
    return columns.get(whole) or columns.get(bare(whole))


def bare(header: str) -> str:
    """Take the unit, or what it is out of, from a header.

    Examples
    --------
    >>> bare("Mean (EUR)"), bare("Size, of 20"), bare("Worth, EUR")
    ('Mean', 'Size', 'Worth')
    """
    return re.sub(r"(?: \([^()]*\)|, [^,]+)$", "", header)


def plain_columns() -> frozenset[str]:
    """Give the headers that say what they are, in lower case.

    Examples
    --------
    >>> "segment" in plain_columns(), "gini" in plain_columns()
    (True, False)
    """
    return frozenset(str(name).lower() for name in _file()["plain"])


def explain(content: str, *, title: bool = False) -> tuple[str, list[Term]]:
    """Mark the terms of a page: the first use in a section, and each table's headers.

    Parameters
    ----------
    content : str
        The page's own HTML, text escaped.
    title : bool, default=False
        Whether the page's title is a sentence of its own, like the front page's.

    Returns
    -------
    str
        The same, with links of class ``st-term`` into the list of terms.
    list of Term
        Those that were marked, in the language in use and the order of their names.

    Examples
    --------
    >>> marked, used = explain("<p>The Gini is 0.45, a Gini above 0.4.</p>")
    >>> marked.count("<a "), [term.key for term in used]
    (1, ['gini'])
    >>> explain("<p>See <code>gini</code></p>")[1]
    []
    """
    page = _Page(_TITLED if title else _PLAIN)
    marked = "".join(page.token(token) for token in _TAG.split(content))
    used = (term.said for term in page.used.values())
    return marked, sorted(used, key=lambda term: term.term.casefold())


@dataclass
class _Page:
    """What is known while a page is read from its first tag to its last."""

    where: tuple[frozenset[str], frozenset[str]]
    used: dict[str, Term] = field(default_factory=dict)
    _seen: set[str] = field(default_factory=set)
    _stack: list[str] = field(default_factory=list)
    _column: str = ""  # the name of the column whose header, in other words, is next

    def token(self, token: str) -> str:
        if not token.startswith("<"):
            return self._text(token)
        name = _NAME.match(token)
        if name:
            self._tag(name.group(1).lower(), token)
        return token

    def _tag(self, name: str, token: str) -> None:
        named = _COLUMN.search(token)
        if named:
            self._column = html.unescape(named.group(1))
        elif token.startswith("</"):
            self._column = ""
        if _SECTION.match(token):
            self._seen = set()
        if token.startswith("</"):
            self._leave(name)
        elif name not in _EMPTY and not token.endswith("/>"):
            self._stack.append(_TWIN if _TWIN in token else name)

    def _leave(self, name: str) -> None:
        """Close an element, and what was left open in it."""
        names = {name, _TWIN} if name == "details" else {name}
        if names.intersection(self._stack):
            while self._stack.pop() not in names:
                pass

    def _text(self, text: str) -> str:
        if not text.strip() or not self._open():
            return text
        return self._header(text) if "thead" in self._stack else self._prose(text)

    def _open(self) -> bool:
        inside = set(self._stack)
        if {_TWIN, "caption"} <= inside:  # it repeats the finding above
            return False
        may, never = self.where
        return bool(may & inside) and not never & inside

    def _header(self, text: str) -> str:
        term = term_of_column(self._column or html.unescape(text.strip()))
        return self._link(term, text) if term else text

    def _prose(self, text: str) -> str:
        pattern, by_word = _words(current().folder)
        return pattern.sub(lambda m: self._first(m, by_word), text)

    def _first(self, match: re.Match[str], by_word: dict[str, Term]) -> str:
        term = by_word.get(_folded(html.unescape(match.group())))
        if term is None or term.key in self._seen:
            return match.group()
        self._seen.add(term.key)
        return self._link(term, match.group())

    def _link(self, term: Term, text: str) -> str:
        self.used[term.key] = term
        place = f"#{term.anchor}"
        return (
            f'<a class="st-term" href="{place}" '
            f'aria-describedby="{term.anchor}-is">{text}</a>'
        )


@functools.cache
def _file() -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load(FILE.read_text(encoding="utf-8"))
    return found


@functools.cache
def _columns() -> dict[str, Term]:
    return {c.lower(): term for term in terms().values() for c in term.columns}


@functools.cache
def _words(folder: Path | None) -> tuple[re.Pattern[str], dict[str, Term]]:
    """Give the pattern that finds every word, the longest first, and whose each is.

    English words stand with the glossary, those of another language in its folder.
    """
    own = None if folder is None else language_words(folder)
    by_word = {
        _folded(word): term
        for key, term in terms().items()
        for word in (term.words if own is None else own.get(key, ()))
    }
    found = "|".join(map(_pattern, sorted(by_word, key=len, reverse=True)))
    return re.compile(found or "(?!)", re.IGNORECASE), by_word


def _pattern(word: str) -> str:
    """Match a word as it stands in HTML: any white space, any apostrophe."""
    return whole_word(word).replace("'", "(?:'|’|&#x27;|&#39;)")


def _folded(word: str) -> str:
    return " ".join(word.replace("’", "'").split()).casefold()

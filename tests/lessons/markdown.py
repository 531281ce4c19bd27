"""Walk the lessons page by page, as a student would, and note each unexplained term.

A term counts as explained in the paragraph where it stands in *italics* for the first
time; from then on, in this lesson and all later ones, it may be used.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path

import nbformat

from segtools.lessons import book
from segtools.lessons.copies import tags
from segtools.report.glossary import terms

_CODE = re.compile(r"```.*?```|`[^`]*`|<[^>]+>|\]\([^)]*\)|\$[^$]*\$", re.DOTALL)
_STRONG = re.compile(r"\*\*(.+?)\*\*", re.DOTALL)
_ITALIC = re.compile(
    r"(?<!\*)\*(?!\*)([^*]+?)\*(?!\*)|(?<!\w)_([^_]+?)_(?!\w)", re.DOTALL
)


def violations(lessons: Iterable[book.Chapter]) -> list[str]:
    """List terms that are used before they are explained, with where."""
    known: set[str] = set()
    found = []
    for lesson in lessons:
        for cell, paragraph in paragraphs(lesson.notebook):
            explained = {key for text in _italics(paragraph) for key in used(text)}
            known |= explained
            found += [
                f"{lesson.stem}, cell {cell}: {key!r} in {paragraph[:70]!r}"
                for key in sorted(used(_bare(paragraph)) - known)
            ]
            known |= used(_bare(paragraph))  # each is reported once
    return found


def paragraphs(path: Path) -> Iterator[tuple[int, str]]:
    """Give each paragraph of prose, but not lists of books."""
    for place, cell in enumerate(nbformat.read(path, as_version=4).cells):
        if cell.cell_type == "markdown" and "further-reading" not in tags(cell):
            text = _CODE.sub(" ", cell.source)
            for paragraph in re.split(r"\n\s*\n", text):
                yield place, paragraph


def used(text: str) -> set[str]:
    """Find the terms in a text, the longest words first."""
    pattern, owners = _words()
    return {owners[_fold(match.group())] for match in pattern.finditer(text)}


def _italics(paragraph: str) -> list[str]:
    return [a or b for a, b in _ITALIC.findall(_STRONG.sub(r"\1", paragraph))]


def _bare(paragraph: str) -> str:
    return paragraph.replace("*", " ")


@cache
def _words() -> tuple[re.Pattern[str], dict[str, str]]:
    owners = {_fold(w): t.key for t in terms().values() for w in t.words}
    for lesson in book.chapters():
        owners |= {_fold(w): key for key, t in lesson.terms.items() for w in t["words"]}
    longest = sorted(owners, key=len, reverse=True)
    words = "|".join(re.escape(word).replace(r"\ ", r"\s+") for word in longest)
    return re.compile(rf"(?<![\w-])(?:{words})(?![\w-])", re.IGNORECASE), owners


def _fold(word: str) -> str:
    return " ".join(word.split()).casefold()

"""A result at a glance: the answer, the numbers behind it, and one small table.

JupyterLab shows it as HTML that fits its light and its dark theme, a terminal as text.
Both are short whatever the result holds, and whatever came from data is escaped here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import escape
from textwrap import wrap
from typing import Any

from segtools.joining import colon, semicolons
from segtools.languages import current, trn
from segtools.markup import NO_MATH
from segtools.wording import number, shorten

MOST_LINES = 12
LONGEST_ANSWER, LONGEST_CELL = 700, 48
WIDTH = 80
_COLOUR = re.compile("#[0-9A-Fa-f]{6}")
# JupyterLab's own colours where there are any; a page without them keeps its own.
_BOX = (
    "border-left:3px solid var(--jp-border-color1,#8a8a8a);padding:.2em .9em;"
    "margin:.3em 0;color:var(--jp-content-font-color1,inherit)"
)
_SOFT = "color:var(--jp-content-font-color2,inherit)"
_TABLE = "margin:.4em 0;border-collapse:collapse;font-size:.95em"
_DOT = "display:inline-block;width:.7em;height:.7em;margin-right:.4em;background:"


@dataclass(frozen=True)
class Lines:
    """The small table of a glance.

    Attributes
    ----------
    caption : str
        What it shows.
    head : sequence of str
        The columns; the first one names the lines.
    cells : sequence of sequences of str
        As they are to be read; any text. Of more than twelve lines the first are
        shown, and the number of the others.
    words : int, default=1
        How many columns, from the left, hold words; the others hold numbers.
    colours : sequence of str, default=()
        Of each line, such as ``"#0072B2"``; it stands beside the name, never alone.
    """

    caption: str
    head: Sequence[str]
    cells: Sequence[Sequence[object]]
    words: int = 1
    colours: Sequence[object] = ()


@dataclass(frozen=True)
class Glance:
    """What a result shows of itself, as text and as HTML.

    Attributes
    ----------
    title : str
        What it is, with the answer in a word or two.
    answer : str
        The finding, in a sentence.
    facts : sequence of pairs
        What stands behind it: a name and a value, each as it is to be read.
    lines : Lines, optional
    note : str, optional
        What else must be known to read it rightly.

    Examples
    --------
    >>> lines = Lines("By size", ["Segment", "Customers"], [["Loyal", "80"]])
    >>> print(Glance("Segments: 1", "One.", [("Customers", "80")], lines).text())
    Segments: 1
    One.
    Customers: 80
    Segment  Customers
    Loyal           80
    """

    title: str
    answer: str = ""
    facts: Sequence[tuple[str, object]] = ()
    lines: Lines | None = None
    note: str = ""

    def text(self) -> str:
        """Give it for a terminal: no line longer than its table needs."""
        facts = semicolons(
            colon(shorten(name, LONGEST_CELL), shorten(value, LONGEST_CELL))
            for name, value in self.facts
        )
        parts = ["\n".join(wrap(p, WIDTH)) for p in (*self._head(), facts) if p]
        if self.lines is not None and self.lines.cells:
            parts.append("\n".join(_as_text(self.lines)))
        parts += ["\n".join(wrap(self._note(), WIDTH))] if self.note else []
        return "\n".join(parts)

    def html(self) -> str:
        """Give it for a page: one section, with its style and without a script."""
        title, answer = self._head()
        parts = [f'<p style="margin:0"><strong>{escape(title)}</strong></p>']
        parts += [f'<p style="margin:.2em 0">{escape(answer)}</p>'] if answer else []
        if self.facts:
            said = " · ".join(f"{_cell(n)}: <b>{_cell(v)}</b>" for n, v in self.facts)
            parts.append(f'<p style="margin:.2em 0;{_SOFT}">{said}</p>')
        if self.lines is not None and self.lines.cells:
            parts.append(_as_html(self.lines))
        if self.note:
            note = escape(self._note())
            parts.append(f'<p style="margin:.2em 0;{_SOFT}">{note}</p>')
        return (
            f'<section class="st-glance {NO_MATH}" aria-label="{escape(title)}" '
            f'style="{_BOX}">{"".join(parts)}</section>'
        )

    def _head(self) -> tuple[str, str]:
        return shorten(self.title, 100), shorten(self.answer, LONGEST_ANSWER)

    def _note(self) -> str:
        return shorten(self.note, LONGEST_ANSWER)


class AtAGlance:
    """Shows itself by its glance: HTML in a notebook, text at a terminal."""

    def _glance(self) -> Glance:
        return Glance(type(self).__name__)

    def _repr_html_(self) -> str | None:
        return self._glance().html()

    def __repr__(self) -> str:
        return self._glance().text()


class Record(AtAGlance, dict[str, Any]):
    """A record that shows itself, and is a dict in all else.

    What is added with ``|`` keeps it so. One that lacks what it is to show, such as a
    part of another, is shown as any dict.

    Examples
    --------
    >>> class Sizes(Record):
    ...     def _glance(self):
    ...         return Glance(f"Segments: {self['n']}")
    >>> Sizes(n=2) | {"smallest": 0.1}
    Segments: 2
    >>> Sizes(smallest=0.1)
    {'smallest': 0.1}
    """

    def __or__(self, other: Any) -> Any:
        more = super().__or__(other)
        return more if more is NotImplemented else type(self)(more)

    def _shown(self) -> Glance | None:
        try:
            return self._glance()
        except (LookupError, TypeError, ValueError, AttributeError):
            return None

    def _repr_html_(self) -> str | None:
        shown = self._shown()
        return None if shown is None else shown.html()

    def __repr__(self) -> str:
        shown = self._shown()
        return dict.__repr__(self) if shown is None else shown.text()


def _few(lines: Lines) -> list[list[str]]:
    """Shorten the cells of the lines that are shown."""
    shown = lines.cells[:MOST_LINES]
    return [[shorten(cell, LONGEST_CELL) for cell in line] for line in shown]


def _others(lines: Lines) -> str:
    left = len(lines.cells) - MOST_LINES
    if left <= 0:
        return ""
    return trn(
        "and {n} more",
        "and {n} more",
        left,
        n=left if current().is_english else number(left),
    )


def _as_text(lines: Lines) -> Iterator[str]:
    rows = [list(lines.head), *_few(lines)]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        cells = [
            cell.ljust(wide) if place < lines.words else cell.rjust(wide)
            for place, (cell, wide) in enumerate(zip(row, widths, strict=True))
        ]
        yield "  ".join(cells).rstrip()
    if others := _others(lines):
        yield others


def _as_html(lines: Lines) -> str:
    sides = [
        f' style="text-align:{"left" if place < lines.words else "right"}"'
        for place in range(len(lines.head))
    ]
    heads = zip(lines.head, sides, strict=True)
    head = "".join(f'<th scope="col"{s}>{escape(h)}</th>' for h, s in heads)
    body = "".join(_line(line, sides, dot) for line, dot in _with_dots(lines))
    others = f'<p style="margin:0;{_SOFT}">{_others(lines)}</p>'
    return (
        f'<table style="{_TABLE}"><caption style="text-align:left;{_SOFT}">'
        f"{escape(shorten(lines.caption, 100))}</caption><thead><tr>{head}</tr></thead>"
        f"<tbody>{body}</tbody></table>{others if _others(lines) else ''}"
    )


def _with_dots(lines: Lines) -> Iterator[tuple[list[str], str]]:
    """Give each line with the mark of its colour; what is no colour makes none."""
    colours = [*lines.colours, *[""] * len(lines.cells)]
    for line, colour in zip(_few(lines), colours, strict=False):
        known = _COLOUR.fullmatch(str(colour))
        dot = f'<span aria-hidden="true" style="{_DOT}{colour}"></span>'
        yield line, dot if known else ""


def _line(line: list[str], sides: list[str], dot: str) -> str:
    first, *rest = line
    cells = "".join(
        f"<td{side}>{escape(cell)}</td>"
        for cell, side in zip(rest, sides[1:], strict=True)
    )
    return f'<tr><th scope="row"{sides[0]}>{dot}{escape(first)}</th>{cells}</tr>'


def _cell(value: object) -> str:
    return escape(shorten(value, LONGEST_CELL))

"""How much room text takes, so that it fits wherever the deck is opened.

The deck asks for Arial, which few servers have. Measured is with a font that comes with
matplotlib, so that every machine lays out alike; it is wider, and the factors below
leave room over Arial and what stands in for it.
"""

from __future__ import annotations

import functools
import unicodedata
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from PIL import ImageFont

from segtools.wording import plain, shorten

LEADING = 1.2  # height of a line, as a multiple of its size; set exactly on slides
POINTS = 72  # in an inch
_EM = 100
_FONTS = {False: "DejaVuSans.ttf", True: "DejaVuSans-Bold.ttf"}
# Of the wider font; capitals of Arial are nearly as wide.
_SMALL, _CAPITAL = {False: 0.9, True: 0.86}, {False: 1.0, True: 0.9}
_CUT = "…"


class Fitted(NamedTuple):
    """Text that fits its box, and in which size; `cut` if it had to be shortened."""

    text: str
    size: float
    cut: bool


def text_width(text: str, size: float, *, bold: bool = False) -> float:
    """Give the width of one line, in inches.

    Examples
    --------
    >>> text_width("Loyal", 20) < text_width("Loyal", 20, bold=True) < 1
    True
    """
    return sum(_width(c, bold) for c in text) * size / POINTS


def count_lines(text: str, size: float, width: float, *, bold: bool = False) -> int:
    """Count the lines that text takes in a box of a width in inches.

    Examples
    --------
    >>> count_lines("Weekly buyers of fresh food", 20, 2.0)
    2
    """
    lines, used = 1, 0.0
    for piece in _pieces(text, size, width, bold):
        here = text_width(piece.rstrip(" "), size, bold=bold)
        if used and used + here > width:
            lines, used = lines + 1, 0.0
        used += text_width(piece, size, bold=bold)
    return lines


def height_of(lines: float, size: float) -> float:
    """Give the height of so many lines, in inches.

    Examples
    --------
    >>> height_of(3, 20)
    1.0
    """
    return lines * size * LEADING / POINTS


def fit(
    text: object,
    width: float,
    height: float,
    sizes: Sequence[float],
    *,
    bold: bool = False,
    name: bool = False,
) -> Fitted:
    """Take the largest size in which text fits a box, or cut it in the smallest.

    Parameters
    ----------
    text : object
        Made plain first.
    width, height : float
        Of the box, in inches.
    sizes : sequence of float
        In points, largest first.
    bold : bool, default=False
    name : bool, default=False
        Cut in the middle, so that names with one beginning stay apart.

    Returns
    -------
    Fitted

    Examples
    --------
    >>> fit("Weekly buyers", 2.0, 0.5, [24, 16])
    Fitted(text='Weekly buyers', size=16, cut=False)
    """
    line = plain(text)
    for size in sizes:
        if _fits(line, size, width, height, bold):
            return Fitted(line, size, cut=False)
    size, few, many = sizes[-1], 1, len(line)
    while few < many:
        middle = (few + many + 1) // 2
        if _fits(_shortened(line, middle, name), size, width, height, bold):
            few = middle
        else:
            many = middle - 1
    return Fitted(_shortened(line, few, name), size, cut=True)


def _fits(text: str, size: float, width: float, height: float, bold: bool) -> bool:
    return height_of(count_lines(text, size, width, bold=bold), size) <= height + 1e-9


def _shortened(line: str, length: int, name: bool) -> str:
    if length >= len(line):
        return line
    if name:
        return shorten(line, max(length, 5))
    head = line[: max(length - 1, 0)]
    at_word = head.rsplit(" ", 1)[0] if " " in head[len(head) // 2 :] else head
    return at_word.rstrip(" ,;:.") + _CUT


def _pieces(text: str, size: float, width: float, bold: bool) -> Iterator[str]:
    """Cut text where a line may end: after blanks, and around wide characters."""
    piece = ""
    for character in text:
        here = piece + character
        too_long = len(piece) and text_width(here, size, bold=bold) > width
        if piece and (_is_wide(character) or too_long):
            yield piece
            here = character
        piece = here
        if character == " " or _is_wide(character):
            yield piece
            piece = ""
    if piece:
        yield piece


def _is_wide(character: str) -> bool:
    return unicodedata.east_asian_width(character) in "WF"


@functools.cache
def _width(character: str, bold: bool) -> float:
    """Give the width of a character, as a share of the size of its font."""
    if unicodedata.combining(character):
        return 0.0
    if _is_wide(character):
        return 1.0
    factor = (_CAPITAL if character.isupper() else _SMALL)[bold]
    return float(_font(bold).getlength(character)) / _EM * factor


@functools.cache
def _font(bold: bool) -> ImageFont.FreeTypeFont:
    import matplotlib

    folder = Path(matplotlib.get_data_path(), "fonts", "ttf")
    # The layout engine is named: whether another is there differs by machine.
    return ImageFont.truetype(
        str(folder / _FONTS[bold]), _EM, layout_engine=ImageFont.Layout.BASIC
    )

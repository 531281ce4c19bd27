"""One colour a segment through the whole report, and the greys around them."""

from __future__ import annotations

import re
from collections.abc import Iterable

from segtools.palette import OTHER, PALETTE

EVERYONE = "#B8B8B8"
ACCENT = PALETTE[0]
# A colour that nothing else uses: in the SVG it becomes `currentColor`.
INK = "#1b1c1e"

_HEX = re.compile(r"#[0-9A-Fa-f]{6}")


def segment_colours(names: Iterable[str]) -> dict[str, str]:
    """Give each segment its colour, by rank.

    Parameters
    ----------
    names : iterable of str
        Segment names, best rank first; a name that comes again keeps its colour.

    Returns
    -------
    dict of str to str
        Name to ``#RRGGBB``; from the ninth on all are one grey, so that figures
        must label them.

    Examples
    --------
    >>> segment_colours(["Loyal", "New", "Loyal"])
    {'Loyal': '#0072B2', 'New': '#E69F00'}
    """
    unique = list(dict.fromkeys(names))
    padded = [*PALETTE, *[OTHER] * max(0, len(unique) - len(PALETTE))]
    return dict(zip(unique, padded, strict=False))


def is_colour(value: object) -> bool:
    """Tell whether a value from a record is a colour that may enter a page.

    Examples
    --------
    >>> is_colour("#0072B2"), is_colour("red;background:url(x)"), is_colour(None)
    (True, False, False)
    """
    return isinstance(value, str) and _HEX.fullmatch(value) is not None


def text_on(fill: tuple[float, ...] | str) -> str:
    """Choose black or white text for a fill, whichever contrasts more.

    Parameters
    ----------
    fill : str or tuple of float
        ``#RRGGBB``, or red, green and blue in 0 to 1.

    Returns
    -------
    str
        ``"#000001"`` or ``"#ffffff"``; the former is black that the dark theme
        does not turn white, since the fill stays as it is.

    Examples
    --------
    >>> text_on("#F0E442"), text_on("#0072B2")
    ('#000001', '#ffffff')
    """
    if isinstance(fill, str):
        fill = tuple(int(fill[i : i + 2], 16) / 255 for i in (1, 3, 5))
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in fill]
    luminance = 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
    # Black and white contrast equally where (L + 0.05)^2 = 1.05 * 0.05.
    return "#000001" if luminance > 0.1791 else "#ffffff"

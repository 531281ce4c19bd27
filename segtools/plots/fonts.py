"""Fonts for pictures: a text gets the glyphs that the figures' own font lacks.

In SVG a text stays text, and the browser sets it in whatever font has its glyphs. In a
PNG it must be drawn here. DejaVu Sans, which comes with matplotlib, has Latin, Greek
and Cyrillic letters, but no Chinese ones: those are lent by the first of the fonts
below that is installed. What none of them has is never drawn as empty boxes: `missing`
says so, and the figure stays SVG, however large.
"""

from __future__ import annotations

import functools
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from matplotlib.figure import Figure

OWN = "DejaVu Sans"
# With simplified characters first. Of a collection matplotlib knows the first face
# only, which is the Japanese one of Noto; it has the same characters.
LENT = (
    "Noto Sans CJK SC",
    "Noto Sans SC",
    "Source Han Sans SC",
    "Source Han Sans CN",
    "WenQuanYi Micro Hei",
    "WenQuanYi Zen Hei",
    "Microsoft YaHei",
    "PingFang SC",
    "Hiragino Sans GB",
    "SimHei",
    "Noto Sans CJK JP",
    "Arial Unicode MS",
)
# How files of these fonts are called: matplotlib remembers what was installed when it
# was first used, and must be told of what came later.
_FILES = ("cjk", "notosanssc", "sourcehansans", "wqy", "msyh", "pingfang", "simhei")


def lend_glyphs(fig: Figure, fonts: Iterable[str] | None = None) -> bool:
    """Let texts whose glyphs our font lacks take them from another font.

    Parameters
    ----------
    fig : Figure
        Its texts are changed in place, only those that need it.
    fonts : iterable of str, optional
        The families that may lend; default those of `LENT` that are installed.

    Returns
    -------
    bool
        Whether any text was changed, so that the figure must be laid out again.
    """
    changed = False
    for text in _texts(fig):
        if _without(text.get_text(), (OWN,)):
            lent = tuple(installed() if fonts is None else fonts)
            changed |= bool(lent)
            text.set_fontfamily([OWN, *lent])
    return changed


def missing(fig: Figure) -> str:
    r"""Give the characters of a figure that no font of their text has.

    Examples
    --------
    >>> from matplotlib.figure import Figure
    >>> fig = Figure(); _ = fig.text(0, 0, "Заказы \u9867")
    >>> missing(fig)
    '\u9867'
    """
    found = [_without(t.get_text(), tuple(t.get_fontfamily())) for t in _texts(fig)]
    return "".join(sorted(set().union(*found)))


@functools.cache
def installed() -> tuple[str, ...]:
    """List the families of `LENT` that this machine has, the best first."""
    known = _known()
    if not known:
        _look_again()
        known = _known()
    return tuple(name for name in LENT if name in known)


def _known() -> set[str]:
    from matplotlib.font_manager import fontManager

    return {font.name for font in fontManager.ttflist} & set(LENT)


def _look_again() -> None:
    from matplotlib.font_manager import findSystemFonts, fontManager

    for file in sorted(findSystemFonts()):
        name = Path(file).name.lower().replace("-", "").replace("_", "")
        if "serif" not in name and any(part in name for part in _FILES):
            try:
                fontManager.addfont(file)
            except (OSError, RuntimeError, ValueError):  # no font that it can read
                continue


def _texts(fig: Figure) -> list[Any]:
    from matplotlib.text import Text

    return [text for text in fig.findobj(Text) if text.get_text()]  # type: ignore[attr-defined]


def _without(text: str, families: tuple[str, ...]) -> set[str]:
    """Give the characters of a text that none of the families has."""
    beyond = {c for c in text if not c.isascii()}
    for family in families if beyond else ():
        beyond = {c for c in beyond if ord(c) not in _glyphs(family)}
    return beyond


@functools.cache
def _glyphs(family: str) -> frozenset[int]:
    from matplotlib.font_manager import FontProperties, findfont, get_font

    # A generic name such as sans-serif finds our own font.
    path = findfont(FontProperties(family=[family]), fallback_to_default=True)
    return frozenset(get_font(path).get_charmap())

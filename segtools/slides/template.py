"""An empty deck: 16 to 9, our colours and fonts in its theme, two layouts."""

from __future__ import annotations

import re
from typing import Any

from pptx import Presentation
from pptx.oxml import parse_xml
from pptx.oxml.ns import nsdecls, qn
from pptx.util import Emu, Inches, Pt

from segtools.palette import OTHER, PALETTE
from segtools.slides.boxes import (
    FOOT,
    HEAD,
    HEIGHT,
    NUMBER,
    STATEMENT,
    TITLE,
    WIDTH,
    Box,
)

INK, QUIET, RULE, PAPER = "#1B1E22", "#595F67", "#DCDAD4", "#FFFFFF"
EVERYONE = "#A9ABAE"
TONES = {"good": "#0A6A45", "mixed": "#8A4A00", "bad": "#B3231C", "unsure": QUIET}
LATIN, CHINESE = "Arial", "Noto Sans CJK SC"

# The layouts of python-pptx's own template that are kept, and what they become.
_OPENING, _FINDING = "Title Slide", "Title Only"
_NAMES = {_OPENING: "Verdict", _FINDING: "Finding"}
_THEME = {
    **{"dk1": INK, "lt1": PAPER, "dk2": QUIET, "lt2": "#F5F4F0"},
    **{f"accent{n}": PALETTE[n - 1] for n in range(1, 7)},
    **{"hlink": "#0A5A92", "folHlink": OTHER},
}


def empty_deck() -> Any:
    """Make a presentation without slides, its layouts *Verdict* and *Finding*.

    Examples
    --------
    >>> [layout.name for layout in empty_deck().slide_layouts]
    ['Verdict', 'Finding']
    """
    deck = Presentation()
    deck.slide_width, deck.slide_height = Inches(WIDTH), Inches(HEIGHT)
    _keep_two_layouts(deck)
    _without_thumbnail(deck)
    _theme(deck)
    master = deck.slide_master
    _place(master, {1: TITLE, 13: NUMBER, 15: FOOT})
    _text_styles(master)
    for layout in deck.slide_layouts:
        opening = layout.name == _NAMES[_OPENING]
        title = STATEMENT if opening else TITLE
        _place(layout, {1: title, 3: title, 4: HEAD, 13: NUMBER, 15: FOOT})
    return deck


def _keep_two_layouts(deck: Any) -> None:
    for layout in list(deck.slide_layouts):
        if layout.name in _NAMES:
            layout.name = layout._element.cSld.attrib["name"] = _NAMES[layout.name]
        else:
            deck.slide_layouts.remove(layout)


def _without_thumbnail(deck: Any) -> None:
    """Drop the small picture of an empty slide that comes with the template."""
    package = deck.part.package
    for key, relation in list(package._rels.items()):
        if relation.reltype.endswith("/thumbnail"):
            package._rels.pop(key)


def _theme(deck: Any) -> None:
    """Write our colours and fonts into the theme; python-pptx keeps it as text."""
    relations = deck.slide_master.part.rels.values()
    part = next(r.target_part for r in relations if r.reltype.endswith("/theme"))
    text = part.blob.decode("utf-8")
    for name, colour in _THEME.items():
        value = f'<a:srgbClr val="{colour[1:]}"/>'
        text = re.sub(
            rf"(<a:{name}>).*?(</a:{name}>)", rf"\g<1>{value}\g<2>", text, flags=re.S
        )
    text = re.sub(
        r'<a:latin typeface="Calibri"/>', f'<a:latin typeface="{LATIN}"/>', text
    )
    text = re.sub(r'(<a:theme [^>]*name=")[^"]*', r"\g<1>segtools", text, count=1)
    part._blob = text.encode("utf-8")


def _place(owner: Any, boxes: dict[int, Box]) -> None:
    """Put placeholders in their places, by kind; what has none of ours goes."""
    for shape in list(owner.placeholders):
        kind = int(shape.placeholder_format.type)
        if kind in boxes:
            left, top, width, height = (Inches(each) for each in boxes[kind])
            shape.left, shape.top, shape.width, shape.height = left, top, width, height
            _frame(shape, top=kind in (1, 3, 4), right=kind == 13)
        elif kind == 2:
            left, top = Inches(boxes[1].x), Inches(boxes[1].bottom + 0.2)
            shape.left, shape.top = left, top
            shape.width, shape.height = Inches(boxes[1].width), Inches(4.5)
        else:
            shape._element.getparent().remove(shape._element)


def _frame(shape: Any, *, top: bool, right: bool) -> None:
    body = shape.text_frame._txBody.bodyPr
    for side in "ltrb":
        body.set(f"{side}Ins", "0")
    body.set("anchor", "t" if top else "ctr")
    for fit in list(body):
        body.remove(fit)
    if not top:
        for paragraph in shape.text_frame.paragraphs:
            paragraph.font.size = Pt(10)
        style = shape._element.find(f".//{qn('a:lstStyle')}")
        for level in list(style):
            style.remove(level)
        style.append(
            parse_xml(
                f'<a:lvl1pPr {nsdecls("a")} algn="{"r" if right else "l"}">'
                '<a:defRPr sz="1000"><a:solidFill><a:schemeClr val="tx2"/>'
                "</a:solidFill></a:defRPr></a:lvl1pPr>"
            )
        )


def _text_styles(master: Any) -> None:
    """Left, semibold titles and body text of a readable size, whatever is added."""
    styles = master._element.find(qn("p:txStyles"))
    title = styles.find(f"{qn('p:titleStyle')}/{qn('a:lvl1pPr')}")
    title.set("algn", "l")
    run = title.find(qn("a:defRPr"))
    run.set("sz", "2600")
    run.set("b", "1")
    for level, size in enumerate((18, 16, 14, 14, 14), start=1):
        path = f"{qn('p:bodyStyle')}/{qn(f'a:lvl{level}pPr')}/{qn('a:defRPr')}"
        styles.find(path).set("sz", str(size * 100))


def emu(inches: float) -> int:
    """Give a length in the units of the format."""
    return int(Emu(round(inches * 914400)))

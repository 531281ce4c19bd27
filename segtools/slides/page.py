"""One slide: its title, texts, marks and notes, each measured before it is written."""

from __future__ import annotations

from collections.abc import Sequence
from copy import deepcopy
from typing import Any, NamedTuple

from pptx.dml.color import RGBColor
from pptx.enum.dml import MSO_THEME_COLOR
from pptx.enum.shapes import MSO_SHAPE
from pptx.oxml import parse_xml
from pptx.oxml.ns import nsdecls, qn
from pptx.util import Pt

from segtools.languages import current, tr
from segtools.slides.boxes import CONTENT, GAP, HEAD, STATEMENT, TITLE, Box
from segtools.slides.measure import LEADING, Fitted, count_lines, fit, height_of
from segtools.slides.template import CHINESE, INK, QUIET, emu
from segtools.wording import plain

TEXT = (16, 15, 14, 13, 12)  # sizes of running text; nothing is smaller than 11
TITLES = (26, 24, 22, 20)
STATEMENTS = (36, 32, 28, 26, 24, 22, 20)
_NEAR = {INK: MSO_THEME_COLOR.TEXT_1, QUIET: MSO_THEME_COLOR.TEXT_2}
_TAGS = {"en": "en-US", "ru": "ru-RU", "ro": "ro-RO", "zh": "zh-CN"}
_DECORATIVE = (
    "<a:extLst {a}><a:ext uri='{{C183D7F6-B498-43B3-948B-1728B52AA6E4}}'>"
    "<adec:decorative xmlns:adec='http://schemas.microsoft.com/office/drawing/2017/"
    "decorative' val='1'/></a:ext></a:extLst>"
)


class Run(NamedTuple):
    """Words of one look."""

    text: str
    size: float
    bold: bool = False
    colour: str = INK


class Page:
    """A slide in the making.

    Parameters
    ----------
    slide : Slide
        Of python-pptx, with a title placeholder.
    """

    def __init__(self, slide: Any) -> None:
        self.slide = slide
        self.notes: list[str] = []
        self._cut: list[str] = []

    def title(self, text: object, *, name: bool = False) -> Box:
        """Write the title; `name` tells that it is one, and may be cut in its middle.

        Returns
        -------
        Box
            What is left of the slide below it.
        """
        line = Box(*TITLE[:3], height_of(1, TITLES[0]))
        short = fit(text, line.width, line.height, TITLES[:3], bold=True)
        box = TITLE if short.cut else line
        found = self._title(text, box, TITLES, name)
        lines = count_lines(found.text, found.size, TITLE.width, bold=True)
        return CONTENT.below(TITLE.y + height_of(lines, found.size) + GAP)

    def statement(self, text: object, head: str) -> float:
        """Write the title of the opening slide and the line above it.

        Returns
        -------
        float
            Where the title ends.
        """
        found = self._title(text, STATEMENT, STATEMENTS, name=False)
        above = next(p for p in self.slide.placeholders if p.placeholder_format.idx)
        said = self._fit(head, HEAD, (14, 13, 12), bold=False)
        write(above.text_frame, [[Run(said.text, said.size, colour=QUIET)]])
        lines = count_lines(found.text, found.size, STATEMENT.width, bold=True)
        return STATEMENT.y + height_of(lines, found.size)

    def text(
        self,
        box: Box,
        text: object,
        sizes: Sequence[float] = TEXT,
        *,
        bold: bool = False,
        colour: str = INK,
        align: str = "l",
        name: bool = False,
    ) -> float:
        """Write one paragraph into a box, in the largest size that fits.

        Returns
        -------
        float
            Where it ends.
        """
        if not plain(text):
            return box.y
        found = self._fit(text, box, sizes, bold=bold, name=name)
        lines = count_lines(found.text, found.size, box.width, bold=bold)
        tight = Box(*box[:3], height_of(lines, found.size))
        self._box(tight, [[Run(found.text, found.size, bold, colour)]], align)
        return tight.bottom

    def level(
        self,
        boxes: Sequence[Box],
        texts: Sequence[object],
        sizes: Sequence[float] = TEXT,
        *,
        bold: bool = False,
        name: bool = False,
    ) -> float:
        """Write a text into each of several boxes, all in one size.

        Returns
        -------
        float
            Where the longest ends.
        """
        fits = [
            fit(text, box.width, box.height, sizes, bold=bold, name=name)
            for box, text in zip(boxes, texts, strict=True)
        ]
        one = (min(found.size for found in fits),)
        return max(
            self.text(box, text, one, bold=bold, name=name)
            for box, text in zip(boxes, texts, strict=True)
        )

    def heading(self, box: Box, text: str) -> float:
        """Write a small heading on top of a box; give where what it heads begins."""
        return self.text(Box(*box[:3], 0.3), text, (13,), bold=True) + 0.08

    def figure(self, box: Box, number: str, what: str) -> None:
        """Write a large number, and beside it below what it is of."""
        size = fit(number, box.width, 0.5, (24, 20, 16), bold=True).size
        room = Box(*box[:3], box.height - 0.45)
        one = fit(what, box.width, min(room.height, height_of(1, 12)), (12, 11))
        small = self._fit(what, room, (12, 11), bold=False) if one.cut else one
        runs = [
            [Run(number, size, bold=True)],
            [Run(small.text, small.size, colour=QUIET)],
        ]
        lines = count_lines(small.text, small.size, box.width)
        height = height_of(1, size) + height_of(lines, small.size)
        self._box(Box(*box[:3], height), runs, "l")

    def paragraphs(
        self, box: Box, texts: Sequence[str], sizes: Sequence[float] = TEXT
    ) -> float:
        """Write paragraphs below each other, as many as fit; notes keep the others.

        Returns
        -------
        float
            Where they end.
        """
        lines = [plain(text) for text in texts if plain(text)]
        if not lines:
            return box.y
        size = next((s for s in sizes if _height(lines, s, box) <= box.height), 0)
        if not size:
            size = sizes[-1]
            lines = self._some(lines, size, box)
        tight = Box(*box[:3], _height(lines, size, box))
        self._box(tight, [[Run(line, size)] for line in lines], "l", spread=_SPREAD)
        return tight.bottom

    def rule(self, box: Box, colour: str) -> None:
        """Draw a filled bar that only colours what is named beside it."""
        left, top, width, height = map(emu, box)
        shape = self.slide.shapes.add_shape(
            MSO_SHAPE.RECTANGLE, left, top, width, height
        )
        shape.fill.solid()
        shape.fill.fore_color.rgb = RGBColor.from_string(colour[1:])
        shape.line.fill.background()
        style = shape._element.find(qn("p:style"))
        shape._element.remove(style)
        mark = parse_xml(_DECORATIVE.format(a=nsdecls("a")))
        shape._element.nvSpPr.cNvPr.append(mark)

    def keep(self, found: Fitted, text: object) -> Fitted:
        """Remember a text that had to be cut, so that the notes say it in full."""
        if found.cut:
            self._cut.append(plain(text))
        return found

    def foot(self, text: str, number: int) -> None:
        """Write the foot and the number of the slide, where its layout has them."""
        for holder in self.slide.slide_layout.placeholders:
            if holder.placeholder_format.type in (13, 15):
                copied = deepcopy(holder._element)
                for field in copied.iter(qn("a:fld")):
                    field.find(qn("a:t")).text = str(number)
                self.slide.shapes._spTree.append(copied)
        for shape in self.slide.placeholders:
            if shape.placeholder_format.type == 15:
                said = fit(text, 10.0, 0.25, (10,))
                write(shape.text_frame, [[Run(said.text, said.size, colour=QUIET)]])

    def write_notes(self) -> None:
        """Write what a speaker may be asked: the evidence, and what was cut."""
        whole = [tr("In full: {text}", text=text) for text in dict.fromkeys(self._cut)]
        lines = [plain(line) for line in (*self.notes, *whole)]
        self.slide.notes_slide.notes_text_frame.text = "\n".join(lines)

    def _title(
        self, text: object, box: Box, sizes: Sequence[float], name: bool
    ) -> Fitted:
        found = self._fit(text, box, sizes, bold=True, name=name)
        lines = count_lines(found.text, found.size, box.width, bold=True)
        title = self.slide.shapes.title
        tight = Box(*box[:3], height_of(lines, found.size))
        title.left, title.top, title.width, title.height = map(emu, tight)
        write(title.text_frame, [[Run(found.text, found.size, bold=True)]])
        return found

    def _fit(
        self,
        text: object,
        box: Box,
        sizes: Sequence[float],
        *,
        bold: bool,
        name: bool = False,
    ) -> Fitted:
        found = fit(text, box.width, box.height, sizes, bold=bold, name=name)
        return self.keep(found, text)

    def _some(self, lines: list[str], size: float, box: Box) -> list[str]:
        few = len(lines) - 1
        while few > 1 and _height(lines[:few], size, box) > box.height:
            few -= 1
        self._cut += lines[few:]
        return [self._fit(lines[0], box, (size,), bold=False).text, *lines[1:few]]

    def _box(
        self, box: Box, runs: list[list[Run]], align: str, spread: float = 0.0
    ) -> None:
        shape = self.slide.shapes.add_textbox(*map(emu, box))
        write(shape.text_frame, runs, align, spread)


_SPREAD = 0.5  # between paragraphs, as a share of the size


def _height(lines: Sequence[str], size: float, box: Box) -> float:
    count = sum(count_lines(line, size, box.width) for line in lines)
    return height_of(count, size) + (len(lines) - 1) * _SPREAD * size / 72


def write(
    frame: Any, paragraphs: list[list[Run]], align: str = "l", spread: float = 0.0
) -> None:
    """Write paragraphs of runs into a text frame, the height of each line exact."""
    frame.word_wrap = True
    frame.margin_left = frame.margin_right = frame.margin_top = frame.margin_bottom = 0
    for place, runs in enumerate(paragraphs):
        paragraph = frame.paragraphs[0] if place == 0 else frame.add_paragraph()
        size = max(run.size for run in runs)
        paragraph.line_spacing = Pt(size * LEADING)
        paragraph.space_before = Pt(spread * size if place else 0)
        paragraph._p.get_or_add_pPr().set("algn", align)
        for run in runs:
            _add(paragraph, run)
        if not any(run.text for run in runs):  # else it is as high as the default
            end = parse_xml(f'<a:endParaRPr {nsdecls("a")} sz="{int(size * 100)}"/>')
            paragraph._p.append(end)


def _add(paragraph: Any, run: Run) -> None:
    if not run.text:
        return
    added = paragraph.add_run()
    added.text = plain(run.text)
    font = added.font
    font.size, font.bold = Pt(run.size), run.bold
    if run.colour in _NEAR:
        font.color.theme_color = _NEAR[run.colour]
    else:
        font.color.rgb = RGBColor.from_string(run.colour[1:])
    speak(added._r.get_or_add_rPr())


def speak(properties: Any) -> None:
    """Name the language of a run, and the font of Chinese characters."""
    code = current().code
    properties.set("lang", _TAGS.get(code, current().tag))
    if code.startswith("zh"):
        properties.append(parse_xml(f'<a:ea {nsdecls("a")} typeface="{CHINESE}"/>'))


def describe(shape: Any, name: str, text: str) -> None:
    """Give a chart or a table its name and its alternative text."""
    shape.name = name
    found = shape._element.find(f".//{qn('p:cNvPr')}")
    found.set("descr", plain(text))

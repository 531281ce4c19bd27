"""Decks as LibreOffice draws them: every word is there, inside its box, on its page."""

import os
import re
import shutil
import subprocess
import unicodedata
from pathlib import Path

import pytest
from lxml import etree
from pptx import Presentation
from pptx.util import Emu

KINDS = ("full", "crowded", "hostile", "no", "forced", "run_2026-11-30")
NEAR = 0.03  # inches by which a letter may stand out of its line
POINTS = 72

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        not (shutil.which("soffice") and shutil.which("pdftotext")),
        reason="LibreOffice or poppler is not installed",
    ),
]


@pytest.fixture(scope="module")
def printed(decks, tmp_path_factory):
    """The PDF of each deck, by a LibreOffice with a profile of its own."""
    root = tmp_path_factory.mktemp("office")
    given = [shutil.copy(decks[kind], root / f"{kind}.pptx") for kind in KINDS]
    profile = f"-env:UserInstallation={(root / 'profile').as_uri()}"
    command = [
        "soffice",
        profile,
        "--headless",
        "--convert-to",
        "pdf",
        *map(str, given),
    ]
    environment = {**os.environ, "HOME": str(root)}
    subprocess.run(command, cwd=root, env=environment, check=True, timeout=300)
    return {kind: root / f"{kind}.pdf" for kind in KINDS}


def pages(pdf):
    """List the words of each page, each with its place in inches."""
    out = pdf.with_suffix(".html")
    subprocess.run(["pdftotext", "-bbox", str(pdf), str(out)], check=True, timeout=60)
    text = re.sub(r"[^\x09\x0a\x0d\x20-\U0010ffff]", "", out.read_text("utf-8"))
    tree = etree.fromstring(text.encode(), etree.XMLParser(recover=True))
    for page in tree.iter("{*}page"):
        yield [(word.text or "", ink(word)) for word in page.iter("{*}word")]


def ink(word):
    """Give the place of a word; its font's own box is higher than any letter of it."""
    left, top, right, bottom = (
        float(word.get(edge)) / POINTS for edge in ("xMin", "yMin", "xMax", "yMax")
    )
    spare = 0.14 * (bottom - top)
    return left, top + spare, right, bottom - spare


def letters(text):
    """Keep what is printed of a text, whatever its blanks and line breaks."""
    plain = unicodedata.normalize("NFKC", text)
    return "".join(sorted(c for c in plain if not c.isspace()))


def shown(slide):
    """List the texts of a slide and the box of each, in inches."""
    for shape in slide.shapes:
        left, top = Emu(shape.left).inches, Emu(shape.top).inches
        width, height = Emu(shape.width).inches, Emu(shape.height).inches
        if shape.has_table:
            yield from cells(shape.table, left, top)
        elif shape.has_text_frame and shape.text_frame.text:
            yield shape.text_frame.text, (left, top, left + width, top + height)


def cells(table, left, top):
    for row in table.rows:
        x = left
        for column, cell in zip(table.columns, row.cells, strict=True):
            right = x + Emu(column.width).inches
            if cell.text_frame.text:
                bottom = top + Emu(row.height).inches
                yield cell.text_frame.text, (x, top, right, bottom)
            x = right
        top += Emu(row.height).inches


def charts(slide):
    for shape in slide.shapes:
        if shape.has_chart:
            left, top = Emu(shape.left).inches, Emu(shape.top).inches
            right = left + Emu(shape.width).inches
            yield left, top, right, top + Emu(shape.height).inches


def inside(box, place):
    left, top, right, bottom = box
    return (
        left - NEAR <= place[0]
        and place[2] <= right + NEAR
        and top - NEAR <= place[1]
        and place[3] <= bottom + NEAR
    )


@pytest.mark.parametrize("kind", KINDS)
def test_every_slide_is_a_page(kind, decks, printed):
    deck = Presentation(str(decks[kind]))
    assert len(list(pages(printed[kind]))) == len(deck.slides)


@pytest.mark.parametrize("kind", KINDS)
def test_no_word_is_cut_or_leaves_its_box(kind, decks, printed):
    deck = Presentation(str(decks[kind]))
    for number, (slide, words) in enumerate(
        zip(deck.slides, pages(printed[kind]), strict=True), start=1
    ):
        boxes = list(shown(slide))
        plots = list(charts(slide))
        left = [(w, p) for w, p in words if not any(inside(b, p) for b in plots)]
        for text, box in boxes:
            mine = [word for word, place in left if inside(box, place)]
            assert letters("".join(mine)) == letters(text), (kind, number, text)
        for word, place in left:
            assert any(inside(box, place) for _, box in boxes), (kind, number, word)


def test_a_page_becomes_a_picture(printed, tmp_path):
    command = [
        "pdftoppm",
        "-r",
        "40",
        "-png",
        str(printed["full"]),
        str(tmp_path / "p"),
    ]
    subprocess.run(command, check=True, timeout=120)
    pictures = sorted(Path(tmp_path).glob("*.png"))
    assert len(pictures) == 12
    assert all(picture.stat().st_size > 3_000 for picture in pictures)

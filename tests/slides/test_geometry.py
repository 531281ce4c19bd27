"""Nothing is cut and nothing overlaps, whatever the run holds."""

from itertools import combinations

import pytest
from pptx import Presentation
from pptx.util import Emu

from segtools.slides.boxes import HEIGHT, WIDTH
from segtools.slides.measure import LEADING, POINTS, count_lines, fit, text_width

NEAR = 0.012  # inches that two edges may share


@pytest.fixture(scope="module")
def opened(decks):
    return {kind: Presentation(str(path)) for kind, path in decks.items()}


def box(shape):
    edges = (shape.left, shape.top, shape.left + shape.width, shape.top + shape.height)
    return [Emu(edge).inches for edge in edges]


def drawn(shape):
    """Give the place of a shape as it is drawn: a table is as high as its rows."""
    left, top, right, bottom = box(shape)
    if shape.has_table:
        bottom = top + sum(Emu(row.height).inches for row in shape.table.rows)
    return left, top, right, bottom


def test_every_shape_is_on_its_slide(opened):
    for kind, deck in opened.items():
        for number, slide in enumerate(deck.slides, start=1):
            for shape in slide.shapes:
                left, top, right, bottom = drawn(shape)
                inside = left >= 0 and top >= 0 and right <= WIDTH and bottom <= HEIGHT
                assert inside, (kind, number, shape.name, drawn(shape))


def test_no_two_shapes_overlap(opened):
    for kind, deck in opened.items():
        for number, slide in enumerate(deck.slides, start=1):
            for one, other in combinations(slide.shapes, 2):
                a, b = drawn(one), drawn(other)
                wide = min(a[2], b[2]) - max(a[0], b[0])
                high = min(a[3], b[3]) - max(a[1], b[1])
                apart = wide <= NEAR or high <= NEAR
                assert apart, (kind, number, one.name, other.name, wide, high)


def test_text_is_no_higher_than_its_box(opened):
    for kind, deck in opened.items():
        for number, slide in enumerate(deck.slides, start=1):
            for frame, width, height in frames(slide):
                needed = sum(high(p, width) for p in frame.paragraphs)
                fits = needed <= height + NEAR
                assert fits, (kind, number, frame.text, needed, height)


def frames(slide):
    for shape in slide.shapes:
        if shape.has_table:
            for row in shape.table.rows:
                for column, cell in zip(shape.table.columns, row.cells, strict=True):
                    sides = cell.margin_left + cell.margin_right
                    ends = cell.margin_top + cell.margin_bottom
                    width = Emu(column.width - sides).inches
                    yield cell.text_frame, width, Emu(row.height - ends).inches
        elif shape.has_text_frame and shape.text_frame.text:
            yield shape.text_frame, Emu(shape.width).inches, Emu(shape.height).inches


def high(paragraph, width):
    runs = paragraph.runs
    if not runs or runs[0].font.size is None:
        return 0.0
    size, bold = runs[0].font.size.pt, bool(runs[0].font.bold)
    text = "".join(run.text for run in runs)
    before = paragraph.space_before.pt if paragraph.space_before else 0
    lines = count_lines(text, size, width, bold=bold)
    return (lines * size * LEADING + before) / POINTS


def test_nothing_is_smaller_than_eleven_points_but_the_foot(opened):
    for deck in opened.values():
        for slide in deck.slides:
            foot = [s.text_frame.text for s in slide.placeholders][-2:]
            for frame, _, _ in frames(slide):
                runs = [run for p in frame.paragraphs for run in p.runs]
                sizes = [run.font.size.pt for run in runs if run.font.size]
                assert min(sizes, default=12) >= (10 if frame.text in foot else 11)


def test_a_text_that_fits_is_never_cut():
    found = fit("Weekly family shoppers", 3.0, 0.5, (26, 16))
    assert found == ("Weekly family shoppers", 16, False)


@pytest.mark.parametrize("text", ["a" * 500, "很" * 300, "many words " * 90])
def test_what_is_cut_fits_and_says_that_it_is(text):
    found = fit(text, 2.0, 0.6, (16, 12))
    assert found.cut
    assert found.text.endswith("…")
    assert count_lines(found.text, found.size, 2.0) * 12 * LEADING <= 0.6 * POINTS


def test_wide_characters_are_as_wide_as_high():
    assert text_width("客户", 36) == pytest.approx(1.0)


def test_the_estimate_is_not_narrower_than_the_font_that_draws_it():
    """Liberation Sans has the widths of Arial; any of our texts must be within them."""
    from pathlib import Path

    from PIL import ImageFont

    folder = Path("/usr/share/fonts/truetype/liberation")
    if not folder.exists():
        pytest.skip("there is no Liberation Sans here")
    texts = (
        "Ordered 7 times or more in 180 days",
        "Half of them by lot for 90 days; a lift of 16.00 EUR a customer (22 %)",
        "Покупают раз в неделю и чаще, чем все остальные покупатели",
        "Șapte din zece clienți cumpără în fiecare săptămână mărfuri proaspete",
        "WEEKLY WIDE-RANGE BUYERS OF MMM AND WWW",
        "0123456789 % 12.5, 1 234 567",
    )
    for bold, name in ((False, "Regular"), (True, "Bold")):
        font = ImageFont.truetype(str(folder / f"LiberationSans-{name}.ttf"), 100)
        for text in texts:
            real = font.getlength(text) / POINTS
            assert real <= text_width(text, 100, bold=bold) * 1.005 <= real * 1.15

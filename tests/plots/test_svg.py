import re
from html import escape
from xml.etree import ElementTree

import pytest
from matplotlib.figure import Figure

from segtools.plots.canvas import style
from segtools.plots.svg import png_of, quiet_glyphs, svg_of
from segtools.wording import plain


def drawn(label="Orders", height=3.0):
    with style(), quiet_glyphs():
        fig = Figure(figsize=(4, height), layout="constrained")
        axes = fig.add_subplot()
        axes.plot([0, 1], [0, 1], "o")
        axes.set_xlabel(label)
    return fig


def ids(markup):
    return re.findall(r'\bid="([^"]+)"', markup)


def test_text_stays_text_and_takes_the_font_of_the_page():
    markup = svg_of(drawn("Заказы"), alt="a")
    assert ">Заказы</text>" in markup
    assert "font-family" not in markup
    assert "DejaVu" not in markup


def test_nothing_tells_when_or_with_what_it_was_made():
    markup = svg_of(drawn(), alt="a")
    assert "<metadata" not in markup
    assert "atplotlib" not in markup
    assert not re.search(r"20\d\d-\d\d", markup)


def test_no_style_sheet_reaches_the_page():
    assert "<style" not in svg_of(drawn(), alt="a")


def test_the_same_figure_gives_the_same_markup():
    assert svg_of(drawn(), alt="a") == svg_of(drawn(), alt="a")


def test_ids_are_unique_and_differ_between_figures():
    first, second = svg_of(drawn(), alt="a"), svg_of(drawn(height=2.0), alt="a")
    assert ids(first)
    assert len(ids(first)) == len(set(ids(first)))
    assert not set(ids(first)) & set(ids(second))


def test_every_reference_has_its_target():
    markup = svg_of(drawn(), alt="a")
    targets = re.findall(r'href="#([^"]+)"|url\(#([^)]+)\)', markup)
    assert targets
    assert {a or b for a, b in targets} <= set(ids(markup))


def test_ink_is_the_colour_of_the_page_and_the_ground_is_clear():
    markup = svg_of(drawn(), alt="a")
    assert "currentColor" in markup
    assert "#1b1c1e" not in markup
    assert "#ffffff" not in markup


def test_alt_text_and_labels_are_escaped(hostile):
    text = plain(hostile)
    with style(), quiet_glyphs():
        markup = svg_of(drawn(text), alt=text)
    assert "<script" not in markup
    assert "<img" not in markup
    root = ElementTree.fromstring(markup)
    assert root.get("aria-label") == text
    assert text in "".join(root.itertext())
    assert f">{escape(text, quote=False)}</text>" in markup


def test_control_characters_do_not_break_the_markup():
    root = ElementTree.fromstring(svg_of(drawn("a\x01b\x1bc"), alt="a"))
    assert root.tag.endswith("svg")


def test_size_is_given_in_css_pixels():
    root = ElementTree.fromstring(svg_of(drawn(), alt="a"))
    assert (root.get("width"), root.get("height")) == ("384", "288")
    assert root.get("role") == "img"


@pytest.mark.parametrize(("align", "anchor"), [("right", "end"), ("center", "middle")])
def test_lines_of_a_label_align_in_whatever_font_the_page_has(align, anchor):
    fig = drawn()
    text = fig.axes[0].text(0.5, 0.5, "first\nsecond line", ha=align)
    markup = svg_of(fig, alt="a")
    found = re.findall(
        rf'<text [^>]*translate\(([\d.]+) [\d.]+\)" text-anchor="{anchor}">', markup
    )
    assert len(found) == 2
    assert len(set(found)) == 1
    assert text.get_gid() is None
    assert "st-lines" not in markup


def test_the_png_has_alt_text_and_no_software_note():
    markup = png_of(drawn(), alt='"><b>')
    assert 'alt="&quot;&gt;&lt;b&gt;"' in markup
    assert 'width="384"' in markup


@pytest.mark.parametrize("text", ["茶葉", "चाय", "شاي"])
def test_scripts_that_our_font_lacks_do_not_warn(text):
    assert text in svg_of(drawn(text), alt="a")

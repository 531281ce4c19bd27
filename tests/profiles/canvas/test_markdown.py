"""Markdown in which no string from data is markup."""

import pytest
from markdown_it import MarkdownIt

from segtools.profiles.canvas import canvas_markdown
from segtools.profiles.canvas.markdown import escape_markdown

HOSTILE = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=1>',
    "[a](javascript:alert(1))",
    "![a](http://x.example/y.png)",
    "http://x.example and <http://y.example>",
    "# heading",
    "- list",
    "1. list",
    "=cmd|' /C calc'!A0",
    "**b** _i_ `c` ~~d~~ $x_1$ &amp; {{x}} \\",
    "Чай 茶葉 \u202e end 🍵",
    "---",
    "a | b",
)


@pytest.fixture(scope="module")
def rendered():
    """Render Markdown as a tool with tables and links would."""
    return MarkdownIt("gfm-like", {"html": True, "linkify": False}).render


@pytest.mark.parametrize("text", HOSTILE)
def test_a_line_reads_as_it_was_given(rendered, text):
    import html

    page = rendered(f"- {escape_markdown(text)}\n")
    inside = page.removeprefix("<ul>\n<li>").removesuffix("</li>\n</ul>\n")
    assert "<" not in inside
    shown = text.replace("\u202e ", "")
    assert html.unescape(inside) == shown


@pytest.mark.parametrize("text", HOSTILE)
def test_names_and_lines_of_a_canvas_make_no_markup(rendered, text):
    rows = [{"text": text, "source": s} for s in ("data", "ask")]
    blocks = {"channels": {"title": "Channels", "lines": rows}}
    page = rendered(canvas_markdown({"segment": text, "blocks": blocks}))
    for tag in ("<h1>", "<h2>", "<ul>"):
        assert page.count(tag) == 1
    assert page.count("<li>") == 2
    assert page.count("<em>Ask:</em>") == 1
    for tag in ("<script", "<img", "<a ", "<code", "<strong", "<hr", "<table"):
        assert tag not in page


def test_a_number_stays_as_it_is():
    assert escape_markdown("39.17 EUR a customer") == "39.17 EUR a customer"


def test_a_name_of_ten_thousand_characters_is_cut():
    made = canvas_markdown({"segment": "x" * 10_000, "blocks": {}})
    assert len(made) < 200

import subprocess
import sys
from html import escape
from html.parser import HTMLParser

import numpy as np
import pandas as pd
import pytest
from matplotlib import pyplot

from segtools.plots import display
from segtools.wording import plain


class Tree(HTMLParser):
    """Tags with their attributes, and all text, as a browser would see them."""

    def __init__(self, markup):
        super().__init__()
        self.tags, self.text = [], ""
        self.feed(markup)

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data):
        self.text += data


def harmless(markup):
    names = {tag for tag, _ in Tree(markup).tags}
    handlers = [a for _, at in Tree(markup).tags for a in at if a.startswith("on")]
    return not names & {"script", "img", "a", "br", "iframe"} and not handlers


def test_what_belongs_together_stands_below_each_other():
    one, other = display.finding("One."), display.table(pd.DataFrame(), caption="None")
    shown = display.together(one, other)
    assert shown.html == one.html + other.html
    assert shown.text.splitlines()[0] == "One."


def test_a_finding_is_one_escaped_paragraph(hostile):
    shown = display.finding(hostile)
    assert shown.html.startswith('<p class="st-finding">')
    assert harmless(shown.html)
    assert Tree(shown.html).text == repr(shown) == plain(hostile)


def test_dollars_are_guarded_from_typesetting():
    assert display.finding("$5").html.count("mathjax_ignore") == 1


def test_findings_are_a_list(hostile):
    shown = display.findings([hostile, "Two."])
    assert shown.html.startswith('<ul class="st-findings"><li>')
    assert shown.html.count("<li>") == 2
    assert harmless(shown.html)
    assert repr(shown) == f"- {plain(hostile)}\n- Two."


def test_a_light_says_its_colour_in_words():
    shown = display.light("Data adequacy", "amber", "74 customers <a> variable.")
    assert shown.html == (
        '<p class="st-light st-light-amber">'
        '<span class="st-dot" aria-hidden="true"></span>'
        "<b>Data adequacy: amber.</b> 74 customers &lt;a&gt; variable.</p>"
    )


def test_an_unknown_light_is_refused():
    with pytest.raises(ValueError, match="colour must be one of"):
        display.light("Freshness", 'red" onclick="x', "")


def test_a_table_is_a_named_region_that_can_be_scrolled(hostile):
    frame = pd.DataFrame({hostile: [hostile], "Spend": [1234567]})
    shown = display.table(frame, caption=hostile, units={"Spend": hostile})
    tag, attributes = Tree(shown.html).tags[0]
    assert tag == "div"
    assert attributes == {
        "class": "st-table",
        "tabindex": "0",
        "role": "region",
        "aria-label": plain(hostile),
    }
    assert harmless(shown.html)
    assert "<style" not in shown.html
    assert f"Spend ({escape(plain(hostile))})".replace("{", "&#123;") in shown.html
    assert "1\u202f234\u202f567" in shown.html


def test_numbers_stand_right_and_missing_ones_are_dashes():
    frame = pd.DataFrame({"Segment": ["a", "b"], "Spend": [1.5, np.nan]})
    html = display.table(frame, caption="c").html
    assert 'gt_right">1.50<' in html
    assert 'gt_right">–<' in html


def test_a_named_index_is_shown_and_an_unnamed_one_is_not():
    frame = pd.DataFrame({"n": [1]}, index=pd.Index(["S03"], name="segment_id"))
    assert "S03" in display.table(frame, caption="c").html
    frame = frame.rename_axis(None)
    assert "S03" not in display.table(frame, caption="c").html


def test_formats_travel_with_the_frame():
    frame = pd.DataFrame({"Share": [0.25]})
    frame.attrs["formats"] = {"Share": "percent"}
    assert "25\u202f%" in display.table(frame, caption="c").html
    assert "25\u202f%" not in display.table(frame, caption="c", formats={}).html


def test_a_frame_may_head_a_column_that_means_something_else_elsewhere():
    frame = pd.DataFrame({"Moved": [0.1], "Pairs": [3]})
    frame.attrs["said"] = {"Moved": "сдвиг <b>"}
    html = display.table(frame, caption="c").html
    assert ">Сдвиг &lt;b&gt;</th>" in html
    assert ">Pairs</th>" in html


def test_the_input_is_left_alone():
    frame = pd.DataFrame({"Share": [0.25]})
    before = frame.copy(deep=True)
    display.table(frame, caption="c")
    pd.testing.assert_frame_equal(frame, before)


@pytest.fixture
def twin():
    return pd.DataFrame({"Orders": [1, 2]})


def test_a_figure_has_alt_text_and_a_table_twin(ax, twin):
    ax.plot([1, 2])
    shown = display.figure(ax, alt="Orders doubled.", table=twin)
    assert shown.html.startswith(
        '<figure class="st-figure"><div class="st-picture"><svg '
    )
    assert 'aria-label="Orders doubled."' in shown.html
    inside = '<details class="st-twin"><summary>Show as table</summary>'
    assert f'{inside}<div class="st-table"' in shown.html
    assert shown.html.endswith("</details></figure>")
    assert repr(shown) == "Orders doubled."


def test_a_figure_escapes_everything(ax, twin, hostile):
    ax.set_title(plain(hostile), parse_math=False)
    shown = display.figure(
        ax, alt=hostile, table=twin.rename(columns={"Orders": hostile})
    )
    assert harmless(shown.html)


def test_dollars_of_a_figure_drawn_elsewhere_are_no_mathematics(ax, twin):
    ax.set_title("$\\broken{$")
    ax.set_xlabel("$x_1$")
    html = display.figure(ax, alt="a", table=twin).html
    assert ">$\\broken{$</text>" in html
    assert ">$x_1$</text>" in html


def test_a_figure_of_pyplot_is_closed(twin):
    fig, axes = pyplot.subplots()
    display.figure(axes, alt="a", table=twin)
    assert fig.number not in pyplot.get_fignums()


def test_a_whole_figure_and_a_finished_table_are_taken_too(ax, twin):
    table = display.table(twin, caption="Twin")
    html = display.figure(ax.figure, alt="a", table=table).html
    assert table.html in html


def test_a_heavy_figure_becomes_an_image(ax, twin, monkeypatch):
    ax.plot(range(50))
    monkeypatch.setattr(display, "SVG_LIMIT", 10)
    html = display.figure(ax, alt='Many "points"', table=twin).html
    assert 'alt="Many &quot;points&quot;" src="data:image/png;base64,' in html
    assert "<svg" not in html


def test_importing_plots_loads_nothing_heavy():
    code = (
        "import sys; from segtools import plots; plots.__all__; "
        "print([m for m in ('matplotlib','great_tables','pandas') if m in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"


def test_a_table_without_rows_is_said_in_words():
    shown = display.table(pd.DataFrame({"Table": []}), caption="Joined <b>sources</b>")
    assert shown.html == "<p>Joined &lt;b&gt;sources&lt;/b&gt;: none.</p>"
    assert shown.text == "Joined <b>sources</b>: none."

import datetime
import re
from decimal import Decimal
from html import escape
from html.parser import HTMLParser

import numpy as np
import pandas as pd
import pytest

from segtools.plots.cells import cell_strings, is_numeric, table_markup
from segtools.wording import plain


class Tags(HTMLParser):
    def __init__(self, markup):
        super().__init__()
        self.tags, self.attributes = [], []
        self.feed(markup)

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.attributes += attrs


def test_types_choose_how_cells_are_written():
    frame = pd.DataFrame(
        {
            "text": ["a", None],
            "count": [1234, 5],
            "money": [Decimal("12.3400"), None],
            "share": [0.5, np.nan],
            "flag": [True, False],
            "day": pd.to_datetime(["2024-03-01", None]),
            "names": [["x", "y"], []],
        }
    )
    strings = cell_strings(frame, {"share": "percent"})
    assert strings.iloc[0].tolist() == [
        "a",
        "1\u202f234",
        "12.3",
        "50\u202f%",
        "yes",
        "2024-03-01",
        "x, y",
    ]
    assert strings.iloc[1].tolist() == ["–", "5", "–", "–", "no", "–", "–"]


def test_a_column_keeps_one_number_of_decimals():
    column = pd.DataFrame({"x": [0.5, 12.25]})
    assert cell_strings(column, {})["x"].tolist() == ["0.5", "12.2"]
    assert cell_strings(column, {"x": ".2f"})["x"].tolist() == ["0.50", "12.25"]
    assert cell_strings(column, {"x": lambda v: f"~{v}"})["x"].tolist()[0] == "~0.5"


def test_times_of_day_are_shown_where_there_are_any():
    frame = pd.DataFrame({"at": [datetime.datetime(2024, 3, 1, 14, 5)]})
    assert cell_strings(frame, {})["at"].tolist() == ["2024-03-01 14:05"]


@pytest.mark.parametrize(
    ("formats", "message"),
    [({"y": "percent"}, "must name columns"), ({"x": ".2e"}, "'.2e' is neither")],
)
def test_wrong_formats_are_refused(formats, message):
    with pytest.raises(ValueError, match=message):
        cell_strings(pd.DataFrame({"x": [1.5]}), formats)


def test_what_counts_as_a_number():
    assert is_numeric(pd.Series([Decimal(1), None], dtype=object))
    assert not is_numeric(pd.Series(["1"]))
    assert not is_numeric(pd.Series([True, None], dtype=object))


def test_cells_headers_and_caption_are_escaped_once(hostile):
    text = plain(hostile)
    frame = pd.DataFrame({"a": [text, "ok"], "b": [text, "ok"]})
    markup = table_markup(frame, [text, text], [False, True], text)
    assert markup.count(escape(text)) == 3 + 2 * ("{" not in text)
    found = Tags(markup)
    parts = {"table", "caption", "thead", "tr", "th", "tbody", "td"}
    assert set(found.tags) - {"span"} == parts
    assert not [a for a, _ in found.attributes if a.startswith("on") or a == "src"]


def test_double_braces_in_a_header_are_not_read_as_units():
    frame = pd.DataFrame({"a": ["x"], "b": ["1"]})
    markup = table_markup(frame, ["m {{m^2}}", "n {{n^2}}"], [False, True], "c")
    assert "<sup" not in markup
    assert markup.count("^2}}") == 2


def test_the_first_column_of_text_heads_the_rows():
    frame = pd.DataFrame({"a": ["x"], "b": ["1"]})
    markup = table_markup(frame, ["A", "B"], [False, True], "c")
    assert re.search(r'<th scope="row"[^>]*>x</th>|gt_stub">x</th>', markup)
    assert re.search(r'class="gt_row gt_right">1</td>', markup)


def test_no_style_block_and_no_rows_are_fine():
    frame = pd.DataFrame({"a": [], "b": []}, dtype=object)
    markup = table_markup(frame, ["A", "B"], [False, False], "Nothing")
    assert "<style" not in markup
    assert "style=" not in markup
    assert "<caption>Nothing</caption>" in markup


def test_a_cell_that_would_fill_a_page_is_shortened_and_can_be_opened():
    long = "<b>" + "word " * 2000 + "end"
    frame = pd.DataFrame({"c": [long, "short"]})
    markup = table_markup(frame, ["C"], [False], "c")
    short = re.search(r"<details><summary>(.*?)</summary>", markup).group(1)
    assert len(short) < 250
    assert short.endswith("end")
    assert f"{escape(long)}</details>" in markup
    assert markup.count("<details>") == 1


def test_a_long_word_in_a_header_may_be_broken():
    frame = pd.DataFrame({"a": ["x"], "b": ["y"]})
    markup = table_markup(frame, ["Segment", "n" * 17], [False, False], "c")
    assert re.findall(r'<span class="st-break">(n+)</span>', markup) == ["n" * 17]
    assert markup.count("st-break") == 1

import re

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from segtools.plots.display import table
from segtools.plots.rows import ranks, row_segments, segment_key
from segtools.wording import number, percent


def cells(markup, place):
    """Ranks of one column, row by row, from the finished markup."""
    rows = re.findall(r"<tr.*?</tr>", markup.partition("<tbody")[2], re.DOTALL)
    opened = [re.findall(r"<t[hd]\b[^>]*>", row)[place] for row in rows]
    found = [re.search(r'data-rank="(\d+)"', tag) for tag in opened]
    return [int(m.group(1)) if m else None for m in found]


def test_numbers_are_ordered_by_value_not_by_how_they_are_written():
    frame = pd.DataFrame({"Name": ["a", "b", "c"], "Share": [0.0001, 0.41, 0.034]})
    frame.attrs["formats"] = {"Share": "percent"}
    assert cells(table(frame, caption="c").html, 1) == [0, 2, 1]


def test_a_missing_cell_has_no_rank_and_equal_cells_share_one():
    column = pd.Series([3.0, None, 1.0, 3.0])
    assert ranks(column, ["3", "–", "1", "3"]) == [1, None, 0, 1]


@pytest.mark.parametrize(
    ("shown", "order"),
    [
        (["0.45 (0.43 to 0.47)", "0.398 (0.3 to 0.4)", "1.2 (1 to 2)"], [1, 0, 2]),
        (["€24\u202fk", "€4\u202f732", "−€81\u202fk", "€1.2\u202fM"], [2, 1, 0, 3]),
        (["<0.1\u202f%", "3.4\u202f%", "3.38\u202f%"], [0, 2, 1]),
        (["2024-10-01", "2024-09-30", "2023-12-31"], [2, 1, 0]),
        (["segment 10", "Segment 2", "any"], [2, 1, 0]),
        (["up to 3", "–", "above 3"], [1, None, 0]),
    ],
)
def test_text_is_ordered_by_its_number_if_all_begin_with_one_else_as_people_do(
    shown, order
):
    assert ranks(pd.Series(shown), shown) == order


@given(st.lists(st.floats(-1e9, 1e9).map(lambda v: round(v, 2)), min_size=2))
def test_written_numbers_are_ordered_as_the_numbers_are(values):
    shown = [number(v, 2) for v in values]
    order = {v: r for r, v in enumerate(sorted({float(v) for v in values}))}
    expected = [order[v] for v in values] if len(order) > 1 else [None] * len(values)
    assert ranks(pd.Series(shown), shown) == expected


def test_order_of_a_category_is_its_own():
    levels = pd.CategoricalDtype(["low", "middle", "high"], ordered=True)
    column = pd.Series(["high", "low", "middle"], dtype=levels)
    assert ranks(column, list(column)) == [2, 0, 1]


def test_what_does_not_differ_cannot_be_sorted():
    assert ranks(pd.Series([1, 1]), ["1", "1"]) == [None, None]


def test_two_rows_are_not_worth_sorting():
    markup = table(pd.DataFrame({"Name": ["a", "b"], "n": [1, 2]}), caption="c").html
    assert "data-rank" not in markup


def test_a_row_that_sums_up_has_no_rank():
    frame = pd.DataFrame({"Segment": ["a", "b", "all"], "n": [1, 2, 3]})
    assert cells(table(frame, caption="c").html, 1) == [0, 1, None]


def test_ranks_say_no_more_than_the_cells():
    frame = pd.DataFrame({"Name": list("abc"), "Share": [0.41234, 0.2, 0.1]})
    frame.attrs["formats"] = {"Share": percent}
    assert "0.41234" not in table(frame, caption="c").html


def test_a_row_carries_the_mark_of_its_segment_and_never_its_name(hostile):
    frame = pd.DataFrame({"Segment": [hostile, None], "n": [1, 2]})
    markup = table(frame, caption="c").html
    opened = re.findall(r"<tr[^>]*>", markup.partition("<tbody")[2])
    assert opened == [f'<tr data-segment="{segment_key(hostile)}">', "<tr>"]


def test_a_column_of_shares_called_segment_names_nobody():
    frame = pd.DataFrame({"Hour": ["0:00"], "Segment": [0.1]})
    assert row_segments(frame) == [None]


def test_a_header_that_says_segment_in_any_case_counts():
    frame = pd.DataFrame({"segment": ["Loyal"]})
    assert row_segments(frame) == [segment_key("Loyal")]


def test_long_text_asks_for_a_wide_column():
    frame = pd.DataFrame({"Segment": ["a", "b"], "Why": ["word " * 9, "short"]})
    markup = table(frame, caption="c").html
    assert re.findall(r"<td data-long[^>]*>(\w+)", markup) == ["word"]
    assert markup.count("data-long") == 1

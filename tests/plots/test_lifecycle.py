import pandas as pd
import pytest

from segtools.plots import present
from segtools.plots.lifecycle import (
    lifecycle_flow,
    lifecycle_flow_alt,
    lifecycle_flow_height,
    lifecycle_flow_table,
    lifecycle_flow_title,
)


@pytest.fixture
def flows():
    rows = [
        ("loyal", "loyal", 60),
        ("loyal", "lapsed", 40),
        ("no order yet", "new", 30),
        ("new", "active", None),
        ("new", "new", None),
    ]
    return pd.DataFrame(rows, columns=["from", "to", "customers"])


def test_stages_stand_in_the_order_of_life_whatever_that_of_the_rows(flows, ax):
    assert lifecycle_flow(flows.iloc[::-1], days=90, ax=ax) is ax
    rows = [t.get_text() for t in ax.get_yticklabels()]
    assert rows == ["new", "loyal", "no order yet"]
    columns = [t.get_text() for t in ax.get_xticklabels()]
    assert columns == ["new", "active", "loyal", "lapsed"]
    assert "90 days ago" in ax.get_xlabel()


def test_each_flow_is_a_cell_and_who_stayed_is_framed(flows, ax):
    lifecycle_flow(flows, ax=ax)
    cells = {
        (int(t.get_position()[1]), int(t.get_position()[0])): t.get_text()
        for t in ax.texts
    }
    expected = {(0, 0): "hidden", (0, 1): "hidden", (1, 2): "60", (1, 3): "40"}
    assert cells == expected | {(2, 0): "30"}
    frames = [p for p in ax.patches if not p.get_fill()]
    places = sorted((round(p.get_y() + 0.46), round(p.get_x() + 0.48)) for p in frames)
    assert places == [(0, 0), (1, 2)]


def test_words_name_the_largest_change_that_is_shown(flows):
    title = "The largest change of stage shown: loyal to lapsed (40 customers)"
    assert lifecycle_flow_title(flows) == title
    assert lifecycle_flow_alt(flows) == (
        f"{title}. Most of those who stayed in a stage: 60, loyal. 2 cells are hidden: "
        "too few customers, or they would give such away."
    )


@pytest.mark.parametrize(
    ("last", "customers", "title"),
    [
        ("loyal", 20, "Nobody changed stage"),
        ("lapsed", None, "Too few changed stage to be shown"),
    ],
)
def test_words_where_there_is_no_change_to_show(last, customers, title):
    flows = pd.DataFrame({"from": ["loyal"], "to": [last], "customers": [customers]})
    assert lifecycle_flow_title(flows) == title


def test_the_twin_keeps_hidden_flows_without_their_number(flows):
    table = lifecycle_flow_table(flows)
    assert table.columns.tolist() == ["Then", "Now", "Customers"]
    assert table["Customers"].fillna(-1).tolist() == [60, 40, 30, -1, -1]


def test_the_height_follows_the_rows(flows):
    assert lifecycle_flow_height(flows) == pytest.approx(1.5 + 3 * 0.4)


def test_without_flows_a_sentence_says_so(flows):
    assert repr(present(lifecycle_flow, flows.head(0))) == "Nobody has ordered yet."

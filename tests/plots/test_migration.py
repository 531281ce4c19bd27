import pandas as pd
import pytest
from matplotlib.colors import to_rgb

from segtools.plots import present
from segtools.plots.migration import (
    GONE,
    NEWCOMERS,
    migration_flow,
    migration_flow_alt,
    migration_flow_table,
    migration_flow_title,
)


@pytest.fixture
def changes():
    flows = [("A", "A", 80), ("A", "B", 20), ("B", "B", 50), (None, "A", 7)]
    flows.append(("B", None, 3))
    keys = ("from", "to", "customers")
    return {"flows": [dict(zip(keys, flow, strict=True)) for flow in flows]}


def test_every_flow_is_a_cell_with_its_number(changes, ax):
    assert migration_flow(changes, ax=ax) is ax
    cells = {
        (text.get_position()[1], text.get_position()[0]): text.get_text()
        for text in ax.texts
    }
    assert cells == {(0, 0): "80", (0, 1): "20", (1, 1): "50", (1, 2): "3", (2, 0): "7"}
    rows = [t.get_text() for t in ax.get_yticklabels()]
    assert rows == ["A", "B", NEWCOMERS]
    columns = [t.get_text().replace("\n", " ") for t in ax.get_xticklabels()]
    assert columns == ["A", "B", GONE]


def test_a_larger_share_is_darker_and_its_number_readable(changes, ax):
    migration_flow(changes, ax=ax)
    # Red fades from white to the blue of the first segment, which has none.
    shares = [(0.92 - patch.get_facecolor()[0]) / 0.92 for patch in ax.patches]
    assert shares == pytest.approx([80 / 100, 20 / 100, 50 / 53, 3 / 53, 7 / 7])
    for patch, text in zip(ax.patches, ax.texts, strict=True):
        one, two = sorted(
            sum(w * c for w, c in zip((0.21, 0.72, 0.07), to_rgb(colour), strict=True))
            for colour in (patch.get_facecolor()[:3], text.get_color())
        )
        assert two - one > 0.3


def test_words_count_who_stayed_and_the_largest_move(changes):
    title = migration_flow_title(changes).replace("\u202f", " ")
    assert title == "87 % stayed in their segment; the largest move: A to B (20)"
    assert migration_flow_alt(changes).endswith("Newcomers: 7; no longer there: 3.")


def test_the_twin_has_a_row_a_flow(changes):
    rows = migration_flow_table(changes)
    assert rows.columns.tolist() == [
        "Before",
        "Now",
        "Customers",
        "Share of the segment before",
    ]
    assert rows.iloc[:, 3].tolist()[:2] == [0.8, 0.2]
    assert rows["Before"].tolist()[3] == NEWCOMERS


def test_hidden_flows_are_said_to_be_and_nothing_is_worked_out(ax):
    rows = [("A", "A", 80), ("A", "B", None), ("B", "A", None), ("B", "B", 50)]
    flows = [dict(zip(("from", "to", "customers"), r, strict=True)) for r in rows]
    flows.append({"from": "New", "to": "A", "customers": 12})
    totals = {"stayed": 130, "moved": None, "new": 12, "gone": 0}
    record = {"flows": flows, "totals": totals}
    migration_flow(record, ax=ax)
    texts = [text.get_text() for text in ax.texts]
    assert texts == ["80", "hidden", "hidden", "50", "12"]
    assert migration_flow_title(record) == "130 customers stayed in their segment"
    assert migration_flow_alt(record) == (
        "130 customers stayed in their segment. Newcomers: 12; no longer there: 0. "
        "2 cells are hidden: too few customers, or they would give such away."
    )
    table = migration_flow_table(record)
    # A share of a row whose sum has a gap would tell the sum.
    assert table.iloc[:, 3].isna().tolist() == [True, True, True, True, False]
    assert table["Before"].tolist()[-1] == NEWCOMERS


def test_without_totals_hidden_flows_leave_them_unknown():
    rows = {"from": ["A", "A", "B"], "to": ["A", "B", "A"]}
    flows = pd.DataFrame(rows | {"customers": [None, 30, 20]})
    assert migration_flow_title(flows) == (
        "How many stayed in their segment is hidden; the largest move shown: A to B "
        "(30)"
    )
    both = flows.assign(customers=[40, None, 20])
    assert migration_flow_title(both).startswith("40 customers stayed")


def test_many_columns_get_the_numbers_of_their_rows(ax):
    names = [f"Segment with quite a long name {i}" for i in range(8)]
    flows = pd.DataFrame({"from": names, "to": names, "customers": 5})
    migration_flow(flows, ax=ax)
    assert [t.get_text() for t in ax.get_xticklabels()] == [str(i) for i in range(1, 9)]
    first = ax.get_yticklabels()[0].get_text().replace("\n", " ")
    assert first == "1 Segment with quite a long name 0"


def test_the_first_run_gives_a_sentence():
    shown = present(migration_flow, {"first_run": True, "flows": []})
    assert repr(shown) == "There is no earlier run to compare with."


def test_only_newcomers_can_be_drawn():
    flows = pd.DataFrame({"from": [None], "to": ["A"], "customers": [4]})
    assert "<svg" in present(migration_flow, flows).html

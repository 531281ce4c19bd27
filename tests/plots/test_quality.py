import pandas as pd
import pytest

from segtools.plots import present
from segtools.plots.quality import (
    quarantine_bars,
    quarantine_bars_alt,
    quarantine_bars_table,
    quarantine_bars_title,
    rows_flow,
    rows_flow_alt,
    rows_flow_table,
    rows_flow_title,
)


@pytest.fixture
def data_quality():
    return {
        "tables": {
            "orders": {"read": 1000, "kept": 800, "set_aside": 150, "quarantined": 50},
            "customers": {"read": 0, "kept": 0, "set_aside": 0, "quarantined": 0},
        },
        "rules": [
            {
                "table": "orders",
                "rule": "late",
                "kind": "policy",
                "rows": 150,
                "sentence": "Rows after the origin.",
            },
            {
                "table": "orders",
                "rule": "no_customer",
                "kind": "contract",
                "rows": 50,
                "sentence": "",
            },
            {"table": "orders", "rule": "x", "kind": "contract", "rows": 0},
        ],
    }


def test_parts_of_the_rows_read_add_to_one(data_quality, ax):
    assert rows_flow(data_quality, ax=ax) is ax
    widths = [b.get_width() for b in ax.patches]
    assert widths[::2] == pytest.approx([0.8, 0.15, 0.05])
    assert widths[1::2] == [0, 0, 0]
    assert [b.get_x() for b in ax.patches][::2] == pytest.approx([0, 0.8, 0.95])
    words = "1\u202f000 read, 800 kept, 150 set aside, 50 quarantined"
    assert ax.texts[0].get_text() == words


def test_the_flow_in_words_and_numbers(data_quality):
    title = rows_flow_title(data_quality).replace("\u202f", " ")
    assert title == "80 % of 1 000 rows were kept"
    assert "customers 0 read" in rows_flow_alt(data_quality)
    expected = pd.DataFrame(
        {
            "Table": ["orders", "customers"],
            "Read": [1000, 0],
            "Kept": [800, 0],
            "Set aside": [150, 0],
            "Quarantined": [50, 0],
        }
    )
    pd.testing.assert_frame_equal(rows_flow_table(data_quality), expected)


def test_rules_are_drawn_by_the_rows_they_caught(data_quality, ax):
    assert quarantine_bars(data_quality, ax=ax) is ax
    assert [b.get_width() for b in ax.patches] == [150, 50]
    names = [t.get_text().replace("\n", " ") for t in ax.get_yticklabels()]
    assert names == ["orders: Rows after the origin.", "orders: no_customer"]
    assert ax.patches[0].get_facecolor() != ax.patches[1].get_facecolor()
    assert ax.get_xlim()[0] == 0


def test_the_rules_in_words_and_numbers(data_quality):
    title = "Most rows were lost to one rule in orders: Rows after the origin (150)"
    assert quarantine_bars_title(data_quality) == title
    assert quarantine_bars_alt(data_quality).endswith("orders, no_customer: 50.")
    assert quarantine_bars_table(data_quality, rules=1)["Rows"].tolist() == [150]


def test_clean_data_give_a_sentence():
    shown = present(quarantine_bars, {"rules": []})
    assert repr(shown) == "No row was set aside or quarantined."
    assert repr(present(rows_flow, {"tables": {}})) == "No rows were read."

import pandas as pd
import pytest

from segtools.plots import present
from segtools.plots.rfm import (
    rfm_map,
    rfm_map_alt,
    rfm_map_height,
    rfm_map_table,
    rfm_map_title,
)

COLUMNS = ["recency", "other", "recency_span", "other_span"]
COLUMNS += ["customers", "value", "segment", "hidden"]


@pytest.fixture
def cells():
    rows = [
        (1, 1, "over 30", "1", 50, 10.0, "Seldom", False),
        (1, 2, "over 30", "2 or more", None, None, None, True),
        (2, 1, "to 30", "1", 0, None, None, False),
        (2, 2, "to 30", "2 or more", 20, 80.0, None, False),
    ]
    return pd.DataFrame(rows, columns=COLUMNS).astype({"customers": "Int64"})


def test_each_cell_says_how_many_what_they_spend_and_who_they_are(cells, ax):
    assert rfm_map(cells, unit="EUR", names=["Often", "Seldom"], ax=ax) is ax
    found = {}
    for text in ax.texts:
        column, row = (round(part) for part in text.get_position())
        found.setdefault((row, column), []).append(text.get_text())
    assert found == {
        (1, 0): ["50", "10", "Seldom"],
        (1, 1): ["hidden"],
        (0, 1): ["20", "80"],
    }
    rows = [t.get_text() for t in ax.get_yticklabels()]
    assert rows == ["2 (to 30)", "1 (over 30)"]


def test_the_strip_has_the_colour_of_the_segments_rank(cells, ax):
    rfm_map(cells, names=["Often", "Seldom"], ax=ax)
    strips = [p for p in ax.patches if p.get_width() < 0.1]
    assert len(strips) == 1
    from matplotlib.colors import to_hex

    assert to_hex(strips[0].get_facecolor()).upper() == "#E69F00"


def test_more_spend_is_darker(cells, ax):
    rfm_map(cells, ax=ax)
    big = [p for p in ax.patches if p.get_width() > 0.1 and p.get_alpha() is None]
    red = {round(p.get_x() + 0.48): p.get_facecolor()[0] for p in big}
    assert red[1] == 0  # the most is the full colour, which has no red
    assert red[0] == pytest.approx(1 - (0.08 + 0.92 * 10 / 80))


def test_words_name_the_cell_and_what_is_hidden(cells):
    title = rfm_map_title(cells, unit="EUR")
    assert title == (
        "Highest mean spend shown: recency 2 and orders 2 (80 EUR, 20 customers)"
    )
    assert (
        rfm_map_alt(cells, unit="EUR")
        .replace("\u202f", " ")
        .endswith(
            "The fullest cell is recency 1 and orders 1: 50 customers (71 % of those "
            "shown), most of them in Seldom. 1 cell is hidden: too few customers, or "
            "they would give such away."
        )
    )


def test_the_twin_leaves_empty_cells_out_and_keeps_hidden_ones(cells):
    rows = rfm_map_table(cells)
    assert rows["Recency"].tolist() == ["2 (to 30)", "1 (over 30)", "1 (over 30)"]
    assert rows["Orders"].tolist() == ["2 (2 or more)", "1 (1)", "2 (2 or more)"]
    assert rows["Customers"].fillna(-1).tolist() == [20, 50, -1]


def test_the_height_follows_the_rows(cells):
    more = rfm_map_height(cells) - rfm_map_height(cells[cells["recency"] == 1])
    assert more == pytest.approx(0.74)


def test_if_all_is_hidden_a_sentence_says_so(cells, ax):
    none = cells.assign(customers=pd.array([None] * 4, dtype="Int64"), hidden=True)
    assert rfm_map_title(none) == "No cell holds enough customers to be shown"
    assert rfm_map(none, ax=ax).texts[0].get_text().startswith("No cell holds")
    assert "<svg" in present(rfm_map, none).html

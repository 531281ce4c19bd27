import pandas as pd
import pytest
from matplotlib.colors import to_hex

from segtools.plots import present
from segtools.plots.preferences import (
    category_preferences,
    category_preferences_alt,
    category_preferences_height,
    category_preferences_table,
    category_preferences_title,
)


def profile(shares, base):
    """Make rows of profiles.parquet of shares by segment and category, and bases."""
    rows = [
        {
            "segment": segment,
            "kind": "category",
            "name": name,
            "value": share,
            "base_value": base[name],
            "index": None if share is None else 100 * share / base[name],
        }
        for (segment, name), share in shares.items()
    ]
    other = {"segment": "A", "kind": "feature", "name": "spend", "value": 3.0}
    return pd.DataFrame([*rows, other])


@pytest.fixture
def profiles():
    shares = {
        ("A", "Bread"): 0.90,
        ("A", "Tea"): 0.80,
        ("A", "Wine"): 0.62,
        ("B", "Bread"): 0.60,
        ("B", "Tea"): None,
        ("B", "Wine"): 0.58,
    }
    return profile(shares, {"Bread": 0.75, "Tea": 0.4, "Wine": 0.6})


def test_everyone_comes_first_and_each_cell_says_its_share(profiles, ax):
    assert category_preferences(profiles, ax=ax) is ax
    assert [t.get_text() for t in ax.get_yticklabels()] == ["Everyone", "A", "B"]
    names = [t.get_text() for t in ax.get_xticklabels()]
    found = {
        (
            int(t.get_position()[1] + 0.2),
            names[round(t.get_position()[0])],
        ): t.get_text()
        for t in ax.texts
    }
    expected = {(0, "Bread"): "75", (0, "Tea"): "40", (0, "Wine"): "60"}
    expected |= {(1, "Bread"): "90", (1, "Tea"): "80", (1, "Wine"): "62"}
    assert found == expected | {
        (2, "Bread"): "60",
        (2, "Tea"): "hidden",
        (2, "Wine"): "58",
    }


def test_a_triangle_says_more_or_less_from_five_points_on(profiles, ax):
    category_preferences(profiles, ax=ax)
    names = [t.get_text() for t in ax.get_xticklabels()]
    marks = {
        (round(line.get_ydata()[0]), names[int(line.get_xdata()[0])]): line.get_marker()
        for line in ax.lines
        if line.get_marker() in "^v"
    }
    assert marks == {(1, "Bread"): "^", (1, "Tea"): "^", (2, "Bread"): "v"}


def test_rows_are_marked_with_the_segments_colours(profiles, ax):
    category_preferences(profiles, ax=ax)
    strips = [p for p in ax.patches if p.get_width() < 0.1]
    colours = [to_hex(p.get_facecolor()).upper() for p in strips]
    assert colours == ["#0072B2", "#E69F00"]


def test_categories_come_by_what_a_segment_buys_beyond_all_else(ax):
    # A buys twice of everything; only of tea does it buy more than that.
    shares = {("A", "Bread"): 0.8, ("A", "Tea"): 0.9, ("A", "Wine"): 0.8}
    shares |= {("B", "Bread"): 0.2, ("B", "Tea"): 0.1, ("B", "Wine"): 0.2}
    rows = profile(shares, {"Bread": 0.4, "Tea": 0.3, "Wine": 0.4})
    table = category_preferences_table(rows, categories=1)
    assert table["Category"].unique().tolist() == ["Tea"]
    assert table["Share"].tolist() == [0.9, 0.1]


def test_words_name_the_furthest_the_favourites_and_what_is_hidden(profiles):
    title = category_preferences_title(profiles).replace("\u202f", " ")
    assert title == "Furthest from everyone: 80 % of A bought Tea, everyone 40 %"
    alt = category_preferences_alt(profiles).replace("\u202f", " ")
    assert alt == (
        f"{title}. Category furthest above everyone, or least below: A Tea 80 %; B "
        "Wine 58 %. 1 cell is hidden: too few customers, or they would give such away."
    )


def test_if_everything_is_hidden_words_say_so(profiles):
    none = profiles.assign(value=None, index=None)
    assert category_preferences_title(none).startswith("No category has enough buyers")
    assert "<svg" in present(category_preferences, none).html


def test_the_height_follows_the_segments(profiles):
    one = category_preferences_height(profiles[profiles["segment"] == "A"])
    assert category_preferences_height(profiles) - one == pytest.approx(0.42)


def test_without_categories_a_sentence_says_so(profiles):
    none = profiles[profiles["kind"] == "feature"]
    shown = present(category_preferences, none)
    assert repr(shown) == "The data name no categories."

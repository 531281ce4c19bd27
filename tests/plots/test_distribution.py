import pandas as pd
import pytest
from matplotlib.colors import to_hex

from segtools.plots import present
from segtools.plots.distribution import (
    segment_spread,
    segment_spread_alt,
    segment_spread_height,
    segment_spread_table,
    segment_spread_title,
)

COLUMNS = ["feature", "label", "unit", "segment", "everyone"]
COLUMNS += ["p10", "p25", "p50", "p75", "p90"]


@pytest.fixture
def spread():
    spend, orders = ("spend", "Spend", "EUR"), ("orders", "Orders", "orders")
    rows = [
        (*spend, "Everyone", True, 10, 20, 40, 100, 400),
        (*spend, "Loyal", False, 150, 200, 300, 380, 450),
        (*spend, "Few", False, None, None, 30, None, None),
        (*spend, "Nobody", False, None, None, None, None, None),
        (*orders, "Everyone", True, 1, 2, 3, 4, 5),
        (*orders, "Loyal", False, 2, 3, 4, 5, 6),
        (*orders, "Few", False, None, None, 2, None, None),
        (*orders, "Nobody", False, None, None, None, None, None),
    ]
    return pd.DataFrame(rows, columns=COLUMNS)


def test_each_feature_has_a_panel_and_each_group_a_row(spread, ax):
    assert segment_spread(spread, ax=ax) is ax
    spend, orders = ax.child_axes
    assert [t.get_text() for t in spend.get_yticklabels()] == [
        "Everyone",
        "Loyal",
        "Few",
        "Nobody",
    ]
    assert [t.get_text() for t in orders.get_yticklabels()] == [""] * 4


def test_bars_are_the_middle_half_and_ticks_the_median(spread, ax):
    segment_spread(spread, ax=ax)
    panel = ax.child_axes[0]
    bars = [p for p in panel.patches if p.get_height() == 0.56]
    assert [(b.get_x(), b.get_x() + b.get_width()) for b in bars] == [
        (20, 100),
        (200, 380),
    ]
    # Everyone's middle line, then the line of four fifths and the tick of each group.
    lines = [list(map(float, line.get_xdata())) for line in panel.lines]
    assert lines == [
        [40, 40],
        [10, 400],
        [40, 40],
        [150, 450],
        [300, 300],
        [30, 30],
    ]
    assert [t.get_text() for t in panel.texts] == ["too few to show"]


def test_a_segment_keeps_the_colour_of_its_rank_and_everyone_is_grey(spread, ax):
    segment_spread(spread, ax=ax)
    bars = [p for p in ax.child_axes[0].patches if p.get_height() == 0.56]
    colours = [to_hex(b.get_facecolor()).upper() for b in bars]
    assert colours == ["#B8B8B8", "#0072B2"]


def test_a_skewed_feature_gets_a_scale_of_factors_and_says_so(spread, ax):
    segment_spread(spread, ax=ax)
    spend, orders = ax.child_axes
    assert spend.get_xscale() == "symlog"
    title = spend.get_title(loc="left").replace("\n", " ")
    assert title == "Spend (EUR), log scale: each step tenfold"
    assert orders.get_xscale() == "linear"
    assert orders.get_title(loc="left") == "Orders"


def test_a_skewed_feature_may_be_negative_and_stays_plain(spread, ax):
    spread.loc[0, "p10"] = -5
    segment_spread(spread, ax=ax)
    assert ax.child_axes[0].get_xscale() == "linear"


def test_words_name_the_furthest_segment_and_every_median(spread):
    title = segment_spread_title(spread)
    assert title == (
        "Spend: half of Loyal lie between 200 and 380 EUR, half of everyone between 20 "
        "and 100"
    )
    assert segment_spread_alt(spread) == (
        f"{title}. Middle customer of each, Spend: Everyone 40, Loyal 300, Few 30, "
        "Nobody –; Orders: Everyone 3, Loyal 4, Few 2, Nobody –."
    )


def test_the_twin_has_every_percentile(spread):
    table = segment_spread_table(spread, features=1)
    assert table["Segment"].tolist() == ["Everyone", "Loyal", "Few", "Nobody"]
    assert table.iloc[1, 3:].tolist() == [150, 200, 300, 380, 450]
    assert table.iloc[3, 3:].isna().all()


def test_the_height_follows_groups_and_bands_of_panels(spread):
    one = segment_spread_height(spread, features=1)
    assert segment_spread_height(spread, features=2) == one
    third = spread.iloc[4:].assign(feature="third")
    both = segment_spread_height(pd.concat([spread, third]))
    assert both > one + 4 * 0.3


def test_without_spread_in_everyone_nothing_stands_out(spread):
    flat = spread.assign(p25=1.0, p50=1.0, p75=1.0)
    assert segment_spread_title(flat).startswith("No segment has enough customers")
    assert "<svg" in present(segment_spread, flat).html


def test_without_features_a_sentence_says_so(spread):
    shown = present(segment_spread, spread.head(0))
    assert repr(shown) == "There are no features to compare."


def test_where_no_segment_may_be_shown_a_sentence_says_so(spread):
    texts = spread.astype({"feature": "str"})
    few = texts[texts["segment"].isin(["Everyone", "Nobody"])]
    sentence = "No segment has enough customers apart from everyone to be shown"
    assert segment_spread_title(few) == sentence
    assert segment_spread_title(texts[texts["everyone"]]) == sentence

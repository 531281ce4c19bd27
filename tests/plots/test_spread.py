import numpy as np
import pandas as pd
import pytest

from segtools.plots import present
from segtools.plots.spread import (
    feature_histogram,
    feature_histogram_alt,
    feature_histogram_table,
    feature_histogram_title,
)


def test_whole_numbers_get_whole_bars(ax):
    frame = pd.DataFrame({"orders": [1, 1, 2, 4, np.nan]})
    assert feature_histogram(frame, feature="orders", smallest_cell=1, ax=ax) is ax
    assert [b.get_height() for b in ax.patches] == [2, 1, 0, 1]
    assert ax.lines[0].get_xdata()[0] == 1.5
    assert ax.texts[0].get_text() == "median 1.5"
    assert ax.get_ylim()[0] == 0
    assert ax.get_ylabel() == "Customers"


def test_bars_count_everyone_before_the_tail(ax):
    rng = np.random.default_rng(1)
    frame = pd.DataFrame({"spend": [*rng.uniform(0, 100, 995), *[9000.0] * 5]})
    rows = feature_histogram_table(frame, feature="spend", bins=20)
    assert len(rows) == 20
    assert rows["Customers"].sum() == 990
    feature_histogram(frame, feature="spend", unit="USD", ax=ax)
    assert ax.get_xlabel() == "spend (USD); 10 customers lie beyond"
    # What a single customer spent is said nowhere.
    assert "9\u202f000" not in feature_histogram_alt(frame, feature="spend")


def test_words_state_the_middle_half():
    frame = pd.DataFrame({"orders": [1, 2, 3, 4, 5] * 20})
    options = {"feature": "orders", "label": "Orders", "unit": "orders"}
    title = feature_histogram_title(frame, **options)
    assert title == "Orders: half of the customers lie between 2 and 4 orders"
    alt = feature_histogram_alt(frame, **options)
    assert alt.endswith(
        "Median 3 orders, a tenth up to 1, a tenth from 5 orders; 100 customers, "
        "0\u202f% without a value."
    )


def test_one_value_shared_by_most_is_said(ax):
    frame = pd.DataFrame({"returns": [0] * 9 + [4]})
    title = feature_histogram_title(frame, feature="returns")
    assert title == "returns: at least half of the customers have 0"
    assert feature_histogram(frame, feature="returns", ax=ax) is ax


@pytest.mark.parametrize("value", [2.5, 3, -1.0])
def test_a_single_value_is_one_bar_of_everyone(value):
    frame = pd.DataFrame({"x": [value] * 4})
    rows = feature_histogram_table(frame, feature="x", smallest_cell=1)
    assert rows["Customers"].sum() == 4
    assert (rows["To"] > rows["From"]).all()


def test_bars_of_a_few_are_hidden_with_one_that_would_tell(ax):
    frame = pd.DataFrame({"orders": [1] * 50 + [2] * 30 + [3] * 12 + [4] * 4})
    rows = feature_histogram_table(frame, feature="orders")
    # The four would be ninety-six less the others; with the twelve they are not.
    assert rows["Customers"].fillna(-1).tolist() == [50, 30, -1, -1]
    feature_histogram(frame, feature="orders", ax=ax)
    assert [b.get_height() for b in ax.patches] == [50, 30, 0, 0]
    marks = [t.get_position()[0] for t in ax.texts if t.get_text() == "\u00d7"]
    assert marks == [3, 4]
    assert ax.get_xlabel() == "orders; \u00d7: hidden"


def test_the_tail_of_a_small_shop_is_not_counted(ax):
    frame = pd.DataFrame({"spend": [*np.linspace(0, 100, 397), 5e3, 6e3, 7e3]})
    feature_histogram(frame, feature="spend", ax=ax)
    assert ax.get_xlabel().startswith("spend; the highest hundredth lies beyond")


def test_of_a_handful_of_customers_nothing_is_drawn():
    shown = present(feature_histogram, pd.DataFrame({"x": [1.0, 2.0]}), feature="x")
    assert repr(shown) == "x: too few customers have a value to be shown."


def test_no_values_and_no_column():
    frame = pd.DataFrame({"x": [np.nan, np.inf]})
    shown = present(feature_histogram, frame, feature="x", label="Spend")
    assert repr(shown) == "Spend: no customer has a value."
    with pytest.raises(ValueError, match=r"\['y'\] are missing"):
        present(feature_histogram, frame, feature="y")

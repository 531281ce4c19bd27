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
    assert feature_histogram(frame, feature="orders", ax=ax) is ax
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
    assert ax.get_xlabel() == "spend (USD); 10 customers beyond, up to 9\u202f000"


def test_words_state_the_middle_half():
    frame = pd.DataFrame({"orders": [1, 2, 3, 4, 5]})
    options = {"feature": "orders", "label": "Orders", "unit": "orders"}
    title = feature_histogram_title(frame, **options)
    assert title == "Orders: half of the customers lie between 2 and 4 orders"
    alt = feature_histogram_alt(frame, **options)
    assert alt.endswith(
        "Median 3 orders, range 1 to 5 orders; 5 customers, 0\u202f% without a value."
    )


def test_one_value_shared_by_most_is_said(ax):
    frame = pd.DataFrame({"returns": [0] * 9 + [4]})
    title = feature_histogram_title(frame, feature="returns")
    assert title == "returns: at least half of the customers have 0"
    assert feature_histogram(frame, feature="returns", ax=ax) is ax


@pytest.mark.parametrize("value", [2.5, 3, -1.0])
def test_a_single_value_is_one_bar_of_everyone(value):
    frame = pd.DataFrame({"x": [value] * 4})
    rows = feature_histogram_table(frame, feature="x")
    assert rows["Customers"].sum() == 4
    assert (rows["To"] > rows["From"]).all()


def test_no_values_and_no_column():
    frame = pd.DataFrame({"x": [np.nan, np.inf]})
    shown = present(feature_histogram, frame, feature="x", label="Spend")
    assert repr(shown) == "Spend: no customer has a value."
    with pytest.raises(ValueError, match=r"\['y'\] are missing"):
        present(feature_histogram, frame, feature="y")

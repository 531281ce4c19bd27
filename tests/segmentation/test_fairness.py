"""Segments against protected attributes, shown only where groups are large enough."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from segtools.schema import ConfigError, DataError
from segtools.segmentation.fairness import COLUMNS, Look, banded, fairness_table

N = 400


@pytest.fixture
def tables(rng):
    """Segments that follow gender by half, and a variable that knows it."""
    ids = [f"c{i:03d}" for i in range(N)]
    gender = np.array(["f", "m"] * (N // 2))
    # 75 of 100 women are in S01, 25 of 100 men: V is 0.5 and the ratio 1 / 3.
    order = np.arange(N) // 2 % 4
    first = np.where(gender == "f", order < 3, order < 1)
    assigned = pd.DataFrame(
        {"customer_id": ids, "segment_id": np.where(first, "S01", "S02")}
    )
    protected = pd.DataFrame(
        {"customer_id": ids, "gender": gender, "age": 20.0 + np.arange(N) % 50}
    )
    variables = pd.DataFrame({"customer_id": ids, "n_orders": rng.poisson(5, N)})
    variables["perfume"] = (gender == "f") + rng.normal(0, 0.1, N)
    return assigned, protected, variables


def row(found: pd.DataFrame, attribute: str) -> pd.Series:
    return found.set_index("attribute").loc[attribute]


def test_figures_worked_out_by_hand(tables):
    found = fairness_table(*tables, Look(favourable=["S01"]))
    assert tuple(found.columns) == COLUMNS
    gender = row(found, "gender")
    assert gender["cramers_v"] == pytest.approx(0.5)
    assert gender["low"] < 0.5 < gender["high"]
    assert gender["low"] > 0.4
    assert gender["high"] < 0.6
    assert gender["by_chance"] == pytest.approx(1 / np.sqrt(N))
    assert gender["four_fifths"] == pytest.approx(1 / 3)
    assert gender["least_favoured"] == "m"
    assert gender["proxy_auc"] > 0.99
    assert (gender["n"], gender["n_groups"], gender["n_hidden"]) == (N, 2, 0)


def test_the_sentence_says_the_figures(tables):
    found = fairness_table(*tables, Look(favourable=["S01"]))
    sentence = row(found, "gender")["sentence"]
    assert sentence.startswith("gender: segments follow it with a Cramér's V of 0.5 (")
    assert "so together they stand in for it" in sentence
    assert "m is in favourable segments 0.33 times as often" in sentence
    assert "below four fifths." in sentence
    assert "stand in for it" not in row(found, "age")["sentence"]


def test_many_valued_numbers_become_four_bands(tables):
    age = row(fairness_table(*tables), "age")
    assert age["n_groups"] == 4
    assert age["proxy_auc"] < 0.65
    assert np.isnan(age["four_fifths"])
    bands = banded(pd.Series([1.0, np.nan, *range(2, 40)]))
    assert bands.isna().tolist() == [False, True] + [False] * 38


def test_groups_under_the_limit_are_left_out_and_only_counted(tables):
    assigned, protected, variables = tables
    rare = protected["gender"].where(protected.index > 8, "x")
    protected = protected.assign(gender=rare)
    gender = row(fairness_table(assigned, protected, variables), "gender")
    assert (gender["n"], gender["n_groups"], gender["n_hidden"]) == (N - 9, 2, 1)
    assert gender["sentence"].endswith("1 smaller group is left out.")
    assert "x" not in (gender["guessed"], gender["least_favoured"])
    lower = fairness_table(assigned, protected, variables, Look(k_min=9))
    assert row(lower, "gender")["n_groups"] == 3


def test_with_one_group_above_the_limit_nothing_is_shown(tables):
    assigned, protected, variables = tables
    rare = protected["gender"].where(protected.index < 9, "m")
    found = fairness_table(assigned, protected.assign(gender=rare), variables)
    gender = row(found, "gender")
    figures = ["cramers_v", "low", "high", "by_chance", "proxy_auc", "four_fifths"]
    assert gender[figures].isna().all()
    assert gender["sentence"] == (
        "gender: not shown, since fewer than two groups have 10 customers or more."
    )


def test_the_order_of_rows_and_columns_changes_nothing(tables, rng):
    assigned, protected, variables = tables
    look = Look(favourable=["S01"], n_draws=50)
    expected = fairness_table(assigned, protected, variables, look)
    shuffled = [t.iloc[rng.permutation(N)] for t in tables]
    shuffled[2] = shuffled[2][["perfume", "customer_id", "n_orders"]]
    pd.testing.assert_frame_equal(fairness_table(*shuffled, look), expected)


def test_unknown_values_are_no_group(tables):
    assigned, protected, variables = tables
    lost = protected["gender"].where(protected.index >= 100)
    found = fairness_table(assigned, protected.assign(gender=lost), variables)
    assert row(found, "gender")["n"] == N - 100


def test_an_attribute_called_like_a_variable_is_no_trouble(tables):
    assigned, protected, variables = tables
    named = protected.rename(columns={"gender": "n_orders"})
    found = fairness_table(assigned, named, variables)
    assert row(found, "n_orders")["cramers_v"] == pytest.approx(0.5)


def test_a_favourable_segment_must_be_one(tables):
    with pytest.raises(ConfigError, match=r"but \['S09'\] are none"):
        fairness_table(*tables, Look(favourable=["S09"]))


def test_a_customer_counts_once(tables):
    assigned, protected, variables = tables
    twice = pd.concat([protected, protected.head(2)])
    with pytest.raises(
        DataError, match="protected must hold each customer once, but 2"
    ):
        fairness_table(assigned, twice, variables)


def test_hostile_values_stay_harmless_words(tables):
    assigned, protected, variables = tables
    bad = protected["gender"].replace("f", "f\n\x00<script>")
    found = fairness_table(
        assigned, protected.assign(gender=bad), variables, Look(["S02"])
    )
    assert row(found, "gender")["least_favoured"] == "f <script>"


def test_tables_of_different_customers_are_an_error(tables):
    assigned, protected, variables = tables
    others = protected.assign(customer_id=range(N))
    with pytest.raises(DataError, match="none of 400 and 400 is in both"):
        fairness_table(assigned, others, variables)

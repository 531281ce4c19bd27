"""How members are spread: counts worked out by hand, and no few customers in them."""

import numpy as np
import pandas as pd
import pytest
from explorer_runs import make_run

from segtools.disclosure import Published, intervals, two_way
from segtools.explorer.members import (
    distribution,
    edges_of,
    feature_named,
    middles,
    segment_named,
)
from segtools.explorer.opened import opened
from segtools.schema import ConfigError


def test_counts_are_those_of_the_customers(by_hand):
    """Ten customers have each number of orders from 1 to 12."""
    rows = distribution(by_hand, "n_orders")
    own = rows[rows["segment_id"] == "S02"].set_index("range")["customers"]
    assert own[own > 0].to_dict() == {"4 to 5": 20, "6 to 7": 20, "8 to 9": 10}
    shares = rows.groupby("segment_id")["share"].sum()
    assert shares.tolist() == pytest.approx([1.0, 1.0, 1.0])


def test_middles_are_the_segments_own(by_hand):
    assert middles(by_hand, "n_orders") == {"S01": 10.5, "S02": 6.0, "S03": 2.0}


def test_customers_without_a_value_are_a_range_of_their_own():
    run = make_run()
    run.features.loc[run.features.index % 12 == 0, "recency_days"] = 5.0
    run.features["spend_total"] = run.features["spend_total"].mask(
        run.features["n_orders"] <= 2
    )
    rows = distribution(opened(run), "spend_total")
    none = rows[rows["range"] == "no value"].set_index("segment_id")["customers"]
    assert none.to_dict() == {"S01": 0, "S02": 0, "S03": 20}


@pytest.mark.parametrize("feature", ["n_orders", "spend_total", "recency_days"])
def test_no_hidden_cell_can_be_worked_out(golden, feature):
    """Sizes of segments are known; even so no hidden count is known to within ten."""
    shown = distribution(golden, feature)
    at = golden.segments["segment_id"]
    values = golden.features[feature]
    wide = shown.pivot(index="range", columns="segment_id", values="customers")
    wide = wide.loc[list(dict.fromkeys(shown["range"]))]
    true = wide.copy()
    edges = shown[shown["segment_id"] == "S01"].set_index("range")
    for name, row in edges.iterrows():
        inside = (values >= row["low"]) & (values < row["high"])
        inside = values.isna() if name == "no value" else inside
        true.loc[name] = at[inside].value_counts().reindex(wide.columns).fillna(0)
    hidden = wide.isna().to_numpy()
    assert (true.to_numpy()[~hidden] == wide.to_numpy()[~hidden]).all()
    assert not ((true.to_numpy() > 0) & (true.to_numpy() < 10) & ~hidden).any()
    laid = two_way(true.to_numpy(float))
    flags = np.zeros((len(wide) + 1, wide.shape[1] + 1), dtype=bool)
    flags[:-1, :-1] = hidden
    # Who sees all segments sums a range only where none of it is hidden.
    flags[:-1, -1] = hidden.any(axis=1)
    low, high = intervals(Published(laid.counts, laid.sums), flags.ravel())
    unsure = (high - low)[flags.ravel()]
    assert not hidden.any() or unsure.min() >= 10


def test_edges_are_round_and_nobodys_lowest_or_highest_value(golden):
    values = golden.features["spend_total"].to_numpy(float)
    edges = edges_of(values, 10)
    assert len(edges) >= 5
    assert edges.max() < values.max()
    assert edges.min() > values.min()
    assert (edges % 20 == 0).all()


def test_of_a_few_values_there_are_no_edges():
    assert edges_of(np.array([1.0, 2.0, np.nan]), 10).tolist() == []
    assert edges_of(np.full(50, 3.0), 10).tolist() == []


def test_segments_and_features_are_called_by_name_or_label(by_hand):
    assert segment_named(by_hand, "S02") == segment_named(by_hand, "Now and then")
    assert feature_named(by_hand, "Orders") == "n_orders"
    with pytest.raises(ConfigError, match="Did you mean 'Regulars'"):
        segment_named(by_hand, "Regular")
    with pytest.raises(ConfigError, match="Did you mean 'n_orders'"):
        feature_named(by_hand, "n_order")


def test_the_order_of_the_rows_does_not_matter(by_hand):
    run = make_run()
    run.features = run.features.sample(frac=1, random_state=2)
    run.segments = run.segments.sample(frac=1, random_state=3)
    pd.testing.assert_frame_equal(
        distribution(opened(run), "n_orders"), distribution(by_hand, "n_orders")
    )

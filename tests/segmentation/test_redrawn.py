"""Frozen segments held against those that other samples of customers would give."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from frozen_models import made, model_of, people

from segtools.segmentation.cuts import payload_cuts
from segtools.segmentation.redrawn import (
    agreement,
    agreement_again,
    method_rows,
    redrawn,
)
from segtools.segmentation.tiers import cut_payload


def customers(values):
    ids = [f"c{i:04d}" for i in range(len(values))]
    return pd.DataFrame({"customer_id": ids, "x": values, "recency_days": 1.0})


def test_a_cut_in_a_crowd_of_equal_customers_comes_again():
    """Half have 1, half 2: in every sample the same middle of the lower half."""
    model = model_of(cut_payload({"x": [1.0]}))
    again = agreement_again(model, customers(np.repeat([1.0, 2.0], 100)), seed=1)
    assert (again.low, again.middle, again.high, again.n) == (1.0, 1.0, 1.0, 50)


def test_a_cut_through_a_slope_moves_by_the_error_of_its_quantile():
    """The median of 400 even values has a standard error of 10 ranks."""
    model = model_of(cut_payload({"x": [199.0]}))
    rows = customers(np.arange(400.0))
    to = [payload_cuts(p)["x"][0] for p in redrawn(model, rows, seed=1, n_draws=200)]
    assert np.std(to) == pytest.approx(10, rel=0.25)
    assert np.mean(to) == pytest.approx(199, abs=3)
    again = agreement_again(model, rows, seed=1)
    assert 0.8 < again.low < again.middle < again.high <= 1


def test_fewer_customers_are_less_steady():
    model = model_of(cut_payload({"x": [0.5]}))
    few, many = (
        agreement_again(model, customers(np.linspace(0, 1, n)), seed=1).middle
        for n in (50, 2000)
    )
    assert few < many


def test_the_order_of_the_customers_does_not_matter():
    model = model_of(cut_payload({"x": [0.5]}))
    frame = customers(np.linspace(0, 1, 300))
    found = [
        agreement_again(model, method_rows(model, f, 1), 1)
        for f in (frame, frame.sample(frac=1, random_state=3))
    ]
    assert found[0] == found[1]


def test_methods_that_learn_use_what_they_were_frozen_with():
    model = made("far")
    copies = [[[c + 0.01 for c in row] for row in model.payload["centroids"]]] * 3
    model = replace(model, replicates=copies)
    rows = method_rows(model, people(model.payload).to_pandas(), 1)
    again = agreement_again(model, rows, seed=1)
    assert again.n == 3
    assert 0.9 < again.middle < 1


def test_of_very_many_customers_a_sample_is_taken():
    model = model_of(cut_payload({"x": [0.5]}))
    rows = method_rows(model, customers(np.linspace(0, 1, 300)), 1, most=100)
    assert len(rows) == rows["customer_id"].nunique() == 100
    assert rows["customer_id"].is_monotonic_increasing


def test_customers_without_an_order_are_left_to_the_rule():
    model = model_of(cut_payload({"x": [0.5]}))
    frame = customers(np.linspace(0, 1, 30))
    frame.loc[3, "recency_days"] = np.nan
    assert "c0003" not in set(method_rows(model, frame, 1)["customer_id"])


def test_agreement_is_of_groups_and_not_of_their_labels():
    one = np.array([0, 0, 1, 1, 2])
    assert agreement(one, np.array([7, 7, -1, -1, 3])) == 1.0
    assert agreement(one, np.array([0, 1, 0, 1, 0])) < 0.1

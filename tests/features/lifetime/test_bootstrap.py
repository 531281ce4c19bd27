"""Intervals: the same for the same seed, and as often right as they say."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from lifetime import cases
from pandas.testing import assert_frame_equal

from segtools.features.lifetime.bg_nbd import BgNbd
from segtools.features.lifetime.bootstrap import (
    bootstrap_intervals,
    interval_ends,
    refitted_models,
)
from segtools.features.lifetime.gamma_gamma import fit_gamma_gamma
from segtools.features.lifetime.histories import Histories
from segtools.schema import DataError

COLUMNS = ["frequency", "recency", "age"]


@pytest.fixture(scope="module")
def found(drawn):
    return BgNbd.fit(*(drawn.head(500)[c] for c in COLUMNS), unit="weeks")


def test_the_seed_decides(found):
    asked = {"r": lambda model: model.r}
    first, again, other = (
        bootstrap_intervals(found, asked, n_draws=5, seed=s) for s in (1, 1, 2)
    )
    assert_frame_equal(first, again)
    assert not first.equals(other)


def test_a_total_lies_in_its_interval_and_so_does_what_came(found, drawn):
    part = drawn.head(500)
    data = Histories.of(*(part[c] for c in COLUMNS))
    asked = {"orders": lambda model: model.expected_total(39, data)}
    row = bootstrap_intervals(found, asked, n_draws=40).loc["orders"]
    assert row["low"] < row["estimate"] < row["high"]
    assert row["n_draws"] == 40
    assert row["estimate"] == pytest.approx(found.model.expected_total(39, data))
    assert row["low"] * 0.9 < part["later"].sum() < row["high"] * 1.1


def test_more_customers_give_narrower_intervals(drawn):
    widths = []
    for n in (250, 4_000):
        fit = BgNbd.fit(*(drawn.head(n)[c] for c in COLUMNS))
        values = [m.r for m in refitted_models(fit, n_draws=12)]
        widths.append(np.std(values))
    assert widths[1] < widths[0] / 2


def test_refitted_models_keep_unit_and_scale(found):
    models = refitted_models(found, n_draws=3)
    assert {m.unit for m in models} == {"weeks"}
    assert all(found.model.alpha / 2 < m.alpha < found.model.alpha * 2 for m in models)


def test_order_values_have_intervals_too(rng):
    x = rng.integers(1, 8, 300)
    mean = rng.gamma(6 * x, 1 / rng.gamma(4, 1 / 15, 300)) / x
    asked = {"mean": lambda model: model.population_mean}
    row = bootstrap_intervals(fit_gamma_gamma(x, mean), asked, n_draws=20).loc["mean"]
    assert row["low"] < row["estimate"] < row["high"]


def test_draws_that_mostly_lie_above_the_estimate_pull_the_interval_down():
    drawn = np.arange(1.0, 200.0)
    even, leaning = (interval_ends(drawn, e, 0.9) for e in (100.0, 60.0))
    assert even == pytest.approx((10, 190))
    assert leaning[0] < even[0]
    assert leaning[1] < even[1]


def test_one_draw_is_no_interval():
    assert np.isnan(interval_ends(np.ones(1), 1.0, 0.9)).all()


def test_a_fit_without_a_model_is_refused():
    failed = BgNbd.fit([1], [1], [2])
    with pytest.raises(DataError, match=r"found must hold a fitted model, but it has"):
        refitted_models(failed)


@pytest.mark.slow
def test_intervals_hold_the_truth_about_as_often_as_they_say():
    # `benchmarks/lifetime.py` asks 200 cases; if 95 % are right, fewer than 25 of 30
    # come about once in 300 times, and the cases are always the same.
    tables = list(cases("bg_nbd", 30, 400, 60))
    every = pd.concat(t.rename_axis("quantity") for t in tables)
    held = (every["low"] <= every["truth"]) & (every["truth"] <= every["high"])
    total = held[held.index.str.startswith("purchases")]
    assert len(total) == 30
    assert total.sum() >= 25

"""Comparing unrounded values with widened cuts is comparing rounded ones with cuts."""

from __future__ import annotations

import numpy as np
import pytest
from frozen_models import CENTROIDS, made
from hypothesis import given
from hypothesis import strategies as st

from segtools.features.build import round_significant
from segtools.segmentation.edges import NotWidenedError, for_raw, widened

SIZES = st.floats(1e-13, 1e22)
CUTS = st.just(0.0) | SIZES | SIZES.map(lambda v: -v)
STEPS = st.integers(-3, 3)


def around(value: float, steps: int) -> float:
    """Walk so many floats up or down."""
    for _ in range(abs(steps)):
        value = float(np.nextafter(value, np.inf if steps > 0 else -np.inf))
    return value


@given(CUTS, STEPS, st.booleans())
def test_beside_a_widened_cut_unrounded_values_fall_as_rounded_ones_do(
    cut, steps, nine_digits
):
    cut = float(round_significant(cut)) if nine_digits else cut
    [wide] = widened([cut])
    value = around(wide, steps) if cut else float(steps)
    assert (value <= wide) == bool(round_significant(value) <= cut)


@given(CUTS, st.floats(-1e-8, 1e-8))
def test_near_a_cut_unrounded_values_fall_as_rounded_ones_do(cut, apart):
    value = cut * (1 + apart)
    [wide] = widened([cut])
    assert (value <= wide) == bool(round_significant(value) <= cut)


@given(CUTS, CUTS)
def test_far_from_a_cut_too(cut, value):
    [wide] = widened([cut])
    assert (value <= wide) == bool(round_significant(value) <= cut)


@pytest.mark.parametrize("power", range(-12, 22))
def test_at_a_power_of_ten_rounding_changes_its_step_but_not_the_order(power):
    cut = 10.0**power
    [wide] = widened([cut])
    values = np.array([around(wide, s) for s in range(-20, 21)])
    assert ((values <= wide) == (round_significant(values) <= cut)).all()
    assert (np.diff(round_significant(values)) >= 0).all()


def test_cuts_keep_their_order_and_no_cuts_are_no_trouble():
    cuts = [-5.0, -1e-13, 0.0, 1e-13, 1.0, 1.00000001, 7.25]
    assert sorted(widened(cuts)) == widened(cuts)
    assert widened([]) == []


@pytest.mark.parametrize("cut", [1e-14, -1e-14, 1e23, float("nan")])
def test_a_cut_beyond_what_rounding_keeps_in_order_is_not_widened(cut):
    with pytest.raises(NotWidenedError, match="Round the values instead"):
        widened([1.0, cut])
    bins = {"a": {"upper": [cut], "points": [0, 1], "missing": None}}
    assert for_raw({"kind": "scorecard", "bins": bins}) is None


@pytest.mark.parametrize("kind", ["goal", "rules", "tree", "ties", "by hand"])
def test_everything_but_the_cuts_of_a_payload_stays(kind):
    payload = made(kind).payload
    wide = for_raw(payload)
    assert wide is not None
    assert wide.keys() == payload.keys()
    assert payload == made(kind).payload
    same = [k for k in payload if k not in ("bins", "upper", "tree", "hand")]
    assert [wide[k] for k in same] == [payload[k] for k in same]


def test_of_centroids_only_cuts_by_hand_are_widened():
    assert for_raw(CENTROIDS) == CENTROIDS
    payload = made("centroids by hand").payload
    wide = for_raw(payload)
    assert wide["centroids"] == payload["centroids"]
    uppers = [s["upper"] for s in wide["hand"] if "upper" in s]
    assert uppers == widened([1 / 3, 80.5])

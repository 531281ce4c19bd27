"""Two lights: is the data enough, and is it fresh?"""

from __future__ import annotations

import pandas as pd
import pytest

from segtools.prepare.lights import (
    adequacy,
    both_lights,
    freshness,
    segment_size,
    time_span,
)


@pytest.mark.parametrize(
    ("customers", "variables", "segments", "light"),
    [
        (599, 10, 5, "red"),  # 60 a variable
        (600, 10, 5, "amber"),
        (999, 10, 5, "amber"),
        (1000, 10, 5, "green"),  # 100 a variable
        (1199, 10, 12, "red"),  # 10 a variable and segment, when that is more
        (1200, 10, 12, "green"),
        (2446, 17, 5, "green"),
    ],
)
def test_adequacy_follows_customers_per_variable(customers, variables, segments, light):
    assert adequacy(customers, variables, segments)["light"] == light


def test_adequacy_says_how_many_are_asked_for():
    assert adequacy(80, 12, 4) == {
        "light": "red",
        "sentence": "80 customers are too few for 12 variables, which ask for 720. "
        "Use fewer bases or wait for more customers.",
        "figures": {
            "customers": 80,
            "variables": 12,
            "segments": 4,
            "red_below": 720,
            "green_from": 1200,
        },
    }
    assert (
        "just enough for 10 variables (1\u202f000 would"
        in adequacy(700, 10, 2)["sentence"]
    )
    assert "2\u202f446 customers are enough for 17" in adequacy(2446, 17, 5)["sentence"]


def ages(least: float, gap: float | None) -> pd.DataFrame:
    return pd.DataFrame(
        {"recency_days": [least, least + 50, None], "interval_days": [gap, gap, None]}
    ).astype(float)


@pytest.mark.parametrize(
    ("least", "gap", "light"),
    [
        (6.9, 1.0, "green"),  # a week at the least
        (7.1, 1.0, "amber"),
        (14.1, 1.0, "red"),
        (20.0, 10.0, "green"),  # twice the usual interval
        (20.1, 10.0, "amber"),
        (40.1, 10.0, "red"),
        (90.0, 300.0, "green"),  # 90 days at the most
        (91.0, 300.0, "amber"),
        (181.0, 300.0, "red"),
        (89.0, None, "green"),  # nobody came twice
        (91.0, None, "amber"),
    ],
)
def test_freshness_is_judged_by_the_usual_interval(least, gap, light):
    assert freshness(ages(least, gap))["light"] == light


def test_freshness_says_how_old_the_data_is():
    found = freshness(ages(20.14, 10.0))
    assert found["sentence"] == (
        "The last order lies 20.1 days before the origin; the data is getting old: "
        "load newer orders if there are any."
    )
    assert found["figures"] == {
        "age_days": 20.14,
        "median_interval_days": 10.0,
        "amber_beyond_days": 20.0,
    }
    assert freshness(ages(1.0, None))["figures"]["median_interval_days"] is None


def test_a_small_smallest_segment_is_amber_with_its_remedy():
    few = segment_size(2446, 0.03)
    assert (few["light"], few["figures"]["smallest"]) == ("amber", 73)
    assert few["sentence"].endswith("would be only 73 customers: raise min_share.")
    assert segment_size(10_000, 0.01)["light"] == "green"


@pytest.mark.parametrize(
    ("days", "gap", "light"),
    [(89.0, 30.0, "amber"), (90.0, 30.0, "green"), (400.0, float("nan"), "amber")],
)
def test_the_time_covered_is_held_against_the_usual_interval(days, gap, light):
    assert (
        time_span(days, pd.DataFrame({"interval_days": [gap, gap]}))["light"] == light
    )


def test_only_rows_against_variables_can_be_red(config_of):
    frame = pd.DataFrame({"interval_days": [9.0] * 50, "recency_days": [1.0] * 50})
    few = both_lights(frame, 10, config_of(), 10.0)["adequacy"]
    assert few["light"] == few["parts"]["rows"]["light"] == "red"
    many = pd.concat([frame] * 60, ignore_index=True)
    enough = both_lights(many, 10, config_of(min_share=0.01), 10.0)["adequacy"]
    assert enough["parts"]["rows"]["light"] == "green"
    assert enough["light"] == "amber"  # the segment is small, and the time is short
    assert "raise min_share" in enough["sentence"]
    assert "Load more history" in enough["sentence"]

"""Power curves: one line a segment, the lift worth finding, what is too small."""

import numpy as np
import pytest

from segtools.experiments.planner import plan_experiment
from segtools.plots import present
from segtools.plots.power import (
    power_curves,
    power_curves_alt,
    power_curves_table,
    power_curves_title,
)

OUTCOMES = {i: {"mean": 0.2, "sd": 0.4, "n": 900} for i in ("S01", "S02", "S03")}


def group(number, customers):
    own = {
        "segment_id": f"S{number:02d}",
        "segment": f"Segment {number}",
        "rank": number,
    }
    return own | {"treatment": customers * 4 // 5, "holdout": customers // 5}


@pytest.fixture
def plan():
    groups = [group(1, 2000), group(2, 500), group(3, 40)]
    block = {"name": "spring", "holdout": 0.2, "effect": 0.05}
    return plan_experiment(groups, OUTCOMES, block, goal="win_back", days=90)


def test_each_line_rises_from_a_false_alarm_and_what_is_too_small_has_none(plan, ax):
    assert power_curves(plan, ax=ax) is ax
    curves = [line for line in ax.lines if len(line.get_xdata()) > 2]
    assert len(curves) == 3  # two segments and everyone
    assert all((np.diff(c.get_ydata()) >= 0).all() for c in curves)
    assert [t.get_text().rsplit(" ", 1)[0] for t in ax.texts] == [
        "Segment 1",
        "Segment 2",
        "Everyone",
    ]


def test_lines_mark_what_is_aimed_at_and_what_is_worth_finding(plan, ax):
    power_curves(plan, ax=ax)
    straight = [line for line in ax.lines if len(line.get_xdata()) == 2]
    assert straight[0].get_ydata()[0] == 0.8
    assert straight[1].get_xdata()[0] == 0.05


def test_words_and_twin_hold_the_smallest_lifts(plan):
    title = power_curves_title(plan).replace("\u202f", " ")
    small, large = (plan["segments"][i]["smallest_effect"] for i in (0, 1))
    assert title == (
        f"Found with 80 %: a lift of {100 * small:.1f} points in Segment 1, of no less "
        f"than {100 * large:.0f} points in Segment 2"
    )
    assert power_curves_alt(plan).startswith(power_curves_title(plan))
    twin = power_curves_table(plan)
    whole = plan["everyone"]["smallest_effect"]
    assert twin["Smallest lift"].tolist() == [small, large, whole]
    assert (twin["Chance at the end"] >= twin["Chance at half"]).all()


def test_nothing_to_test_is_a_sentence():
    block = {"name": None, "holdout": 0.2}
    none = plan_experiment([group(1, 2000)], {}, block, goal="win_back", days=90)
    assert repr(present(power_curves, none)) == (
        "No segment is large enough, or known well enough, to be tested."
    )

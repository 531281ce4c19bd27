"""Movement adds up in customers and to the cent, and what is told gives nobody away."""

from __future__ import annotations

from decimal import Decimal

import numpy as np
import pandas as pd
import pytest
from attack_movement import widths
from hypothesis import given, settings
from hypothesis import strategies as st

from segtools.history.align import align
from segtools.history.changes import summarise_changes
from segtools.history.follow_up import follow_up
from segtools.history.money import total
from segtools.history.movement import find_movement, money_by
from segtools.history.published import publish_movement
from segtools.history.reasons import REASONS

from .runs import banded, run_of, scores

LIMIT = 10


def pair(n=400, shift=8.0, seed=1, **more):
    """Two runs: everybody's score has changed a little, and the cuts as well."""
    x = scores(n, seed=seed)
    rng = np.random.default_rng(seed)
    later = (x + rng.normal(0, shift, n)).clip(0, 99)
    later.index = [f"c{i:05d}" for i in range(n // 20, n + n // 20)]
    old = run_of(banded([33, 67], spread=2.0), x, "2024-01-01", **more)
    return old, run_of(
        banded([35, 63], spread=2.0, seed=3), later, "2024-02-01", **more
    )


def test_all_parts_add_up_to_both_runs_in_customers_and_money():
    old, new = pair()
    rows = find_movement(old, new).rows
    assert len(rows) == len(set(rows["customer_id"])) == 420
    assert rows["value_before"].notna().sum() == len(old.segments)
    assert rows["value_now"].notna().sum() == len(new.segments)
    assert total(rows["value_before"]) == total(old.money)
    assert total(rows["value_now"]) == total(new.money)
    parts = money_by(rows, ["label"]).set_index("label")
    movers = rows["label"].isin(REASONS)
    for column in ("value_before", "value_now"):
        assert sum(parts.loc[list(REASONS), column]) == total(rows[column][movers])
        assert sum(parts[column]) == total(rows[column])


def test_what_is_told_adds_up_where_nothing_is_hidden():
    old, new = pair(n=4000)
    told = publish_movement(find_movement(old, new).rows, limit=1)
    moved = told["totals"]["moved"]
    assert sum(r["customers"] for r in told["reasons"]) == moved
    assert sum(line["moved"] for line in told["leavers"]) == moved
    for value in ("value_before", "value_now"):
        by_reason = sum(Decimal(r[value]) for r in told["reasons"])
        assert by_reason == Decimal(told["money"]["moved"][value])
        flows = sum(Decimal(f[value]) for f in told["flows"])
        run = old if value == "value_before" else new
        assert flows == total(run.money)


def test_money_is_exact_where_floats_are_not():
    x = scores(300)
    cents = [Decimal("0.10")] * 300
    old = run_of(banded([33]), x, "1", money=cents)
    new = run_of(banded([33]), x, "2", money=cents)
    changes = summarise_changes(old, new, find_movement(old, new))
    assert changes["money"]["stayed"]["value_now"] == "30.0000"
    assert sum([0.1] * 300) != 30


def test_the_same_run_twice_moves_neither_customers_nor_money():
    old, _ = pair()
    found = follow_up(old, old)
    assert found.changes["totals"] == {"stayed": 400, "moved": 0, "new": 0, "gone": 0}
    assert found.changes["money"]["moved"]["value_now"] == "0.0000"
    assert (found.drift["psi"].abs() < 1e-12).all()
    assert found.advice["recommendation"] == "keep"
    assert found.changes["reasons_sentence"].startswith("Nobody moved")


@settings(max_examples=12, deadline=None)
@given(st.integers(0, 10_000), st.sampled_from([60, 150, 400]), st.floats(0.5, 15))
def test_no_hidden_flow_or_reason_can_be_worked_out(seed, n, shift):
    rows = find_movement(*pair(n=n, seed=seed, shift=shift)).rows
    told = publish_movement(rows, limit=LIMIT)
    for name, width, by_sizes in widths(told, rows):
        # No more is known than what other pages say by themselves.
        assert width >= LIMIT - 1e-6 or width == pytest.approx(by_sizes, abs=1e-6), name


@settings(max_examples=12, deadline=None)
@given(st.integers(0, 10_000), st.floats(0.5, 15))
def test_money_stands_only_beside_a_count(seed, shift):
    told = publish_movement(find_movement(*pair(seed=seed, shift=shift)).rows)
    for row in [*told["flows"], *told["reasons"]]:
        shown = row["customers"] is not None
        assert not shown or row["customers"] == 0 or row["customers"] >= LIMIT
        assert (row["value_now"] is not None) == shown
        assert (row["value_before"] is not None) == shown
    for name, paid in told["money"].items():
        assert (paid["value_now"] is not None) == (told["totals"][name] is not None)
    for line in told["leavers"]:
        for count in list(line.values())[1:]:
            assert count is None or count == 0 or count >= LIMIT


# Runs of other lineages


def test_unrelated_runs_are_matched_by_whom_they_hold():
    x = scores(500)
    old = run_of(banded([33, 67]), x, "1")
    turned = banded([33, 67], ids=["S03", "S01", "S02"], names=("A", "B", "C"))
    new = run_of(turned, x, "2")
    assert set(find_movement(old, new).rows["label"]) == {"redrawn"}
    rows = find_movement(old, new, related=False).rows
    assert set(rows["label"]) == {"stayed"}
    assert align(old, new, related=False).ids == {
        "S01": "S03",
        "S02": "S01",
        "S03": "S02",
    }


def test_an_unmatched_segment_of_another_lineage_is_not_taken_for_its_namesake():
    x = scores(500)
    old, new = (
        run_of(banded([50]), x, "1"),
        run_of(
            banded([10, 20, 90], names=("Stars", "Regulars", "Guests", "Rest")), x, "2"
        ),
    )
    alignment = align(old, new, related=False)
    assert len(set(alignment.names)) == len(alignment.names)
    assert len(set(alignment.names.values())) == len(alignment.names)
    lost = [i for i in alignment.ids.values() if i.endswith(" before")]
    assert lost


def test_customers_who_paid_nothing_count_with_nothing():
    old, new = pair()
    poor = new.money.iloc[:10].index
    less = new.money.drop(poor)
    rows = find_movement(old, type(new)(**(new.__dict__ | {"money": less}))).rows
    own = rows[rows["customer_id"].isin(poor)]
    assert (own["value_now"].astype(object) == 0).all()
    assert pd.api.types.is_numeric_dtype(rows["value_now"])

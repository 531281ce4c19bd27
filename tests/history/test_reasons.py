"""Planted truth: who changed, whose line was redrawn, and what is only noise."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from scipy.integrate import quad
from scipy.stats import norm

from segtools.history.movement import arrivals, find_movement
from segtools.history.reasons import REASONS
from segtools.history.replay import why_not_replayed
from segtools.segmentation.freeze import replicates, segment_ranks
from segtools.segmentation.model import SegmentModel
from segtools.segmentation.scheme import Task, known_scheme

from .runs import banded, run_of, scores

CUTS, SPREAD = [33, 67], 1.5


def labels(old, new):
    rows = find_movement(old, new).rows.set_index("customer_id")
    return rows["label"]


def test_the_same_data_twice_moves_nobody():
    x = scores(2000)
    model = banded(CUTS, spread=SPREAD)
    runs = [run_of(model, x, day) for day in ("2024-01-01", "2024-02-01")]
    assert set(labels(*runs)) == {"stayed"}


def test_who_changed_is_found_to_have_changed():
    x = scores(2000)
    model = banded(CUTS, spread=SPREAD)
    planted = x.index[:300]
    later = x.copy()
    # Far across a cut: from the middle of a band to the middle of another.
    later[planted] = np.where(x[planted] < 50, 85.0, 15.0)
    found = labels(run_of(model, x, "2024-01-01"), run_of(model, later, "2024-02-01"))
    moved = found[found != "stayed"]
    assert (moved == "changed").mean() >= 0.99
    assert set(moved.index) <= set(planted)
    assert len(moved) >= 280  # the others were there already
    assert (found.drop(planted) == "stayed").all()


def test_whose_line_moved_is_found_to_be_redrawn():
    x = scores(2000)
    old, new = banded(CUTS, spread=SPREAD), banded([33, 80], spread=SPREAD, seed=2)
    found = labels(run_of(old, x, "2024-01-01"), run_of(new, x, "2024-02-01"))
    moved = found[found != "stayed"]
    assert set(moved.index) == set(x.index[(x > 67) & (x <= 80)])
    # Near the new line neither model is sure; beyond that all is told right.
    assert "changed" not in set(moved)
    assert (moved == "redrawn").mean() >= 0.9
    sure = moved[x[moved.index] < 78.5]
    assert (sure == "redrawn").all()


def test_what_another_draw_moves_is_never_called_a_change():
    """Both models are draws of one truth, and so are their bootstraps.

    A mover stands between two cuts that differ by chance. Under 0.8 of the bootstraps
    agree within 0.84 standard deviations of the new cut, and the cuts lie 1.13 of them
    apart on average: 57 % of such movers are noise by the rule, others are redrawn.
    """
    noise = movers = 0
    for seed in range(40):
        x = scores(2000, seed=seed)
        cuts = np.array(CUTS) + np.random.default_rng(seed).normal(0, SPREAD, (2, 2))
        old, new = (
            banded(own, spread=SPREAD, seed=99 * seed + place)
            for place, own in enumerate(cuts)
        )
        found = labels(run_of(old, x, "2024-01-01"), run_of(new, x, "2024-02-01"))
        moved = found[found != "stayed"]
        assert "changed" not in set(moved)
        noise, movers = noise + (moved == "noise").sum(), movers + len(moved)
    assert 0.5 <= noise / movers <= 0.64


def test_the_rule_itself_calls_57_percent_of_what_chance_moves_noise():
    """Between cuts that lie D apart, as two draws do, up to 0.84 of it is noise."""
    near, root = norm.ppf(0.8), np.sqrt(2)  # spreads of one cut, and of D
    noise, _ = quad(lambda t: 2 * norm.sf(t / root), 0, near)
    movers, _ = quad(lambda t: 2 * norm.sf(t / root), 0, 20)
    assert movers == pytest.approx(2 / np.sqrt(np.pi))
    assert noise / movers == pytest.approx(0.573, abs=0.001)


def drawn(rng, n):
    """Customers whose spend after is of what they spent, and of when they last did."""
    spend = rng.lognormal(4, 1, n)
    features = pd.DataFrame(
        {
            "spend_total": spend,
            "n_orders": rng.poisson(1 + spend / 40).astype(float),
            "recency_days": rng.uniform(1, 90, n),
        },
        index=pd.Index([f"c{i:05d}" for i in range(n)], name="customer_id"),
    )
    mean = np.maximum(spend * np.exp(-features["recency_days"] / 60), 1e-3)
    return features, pd.Series(rng.gamma(1.0, mean), features.index)


def learned(rng, at):
    """Learn a scorecard on a draw of its own, with its bootstraps."""
    features, outcome = drawn(rng, 1500)
    task = Task(features, outcome, at, 4, 0.05, "grow_spend", seed=1)
    found = known_scheme("goal").learn(task)
    segments = [
        {"segment_id": f"S{r:02d}", "name": f"Band {r}", "rank": r}
        for r in segment_ranks(task, found)
    ]
    reads = [{"name": c, "unit": "", "definition_version": 1} for c in at]
    return SegmentModel(
        found.payload, segments, reads, "S04", replicates(task, found), 5
    )


@pytest.mark.slow
def test_of_scorecards_that_were_learned_about_half_of_it_is_noise():
    """Two draws of 1,500 customers, four times; the same customers stand between."""
    noise, movers = [], []
    for seed in range(4):
        rng = np.random.default_rng(seed)
        at, _ = drawn(rng, 2000)
        old, new = learned(rng, at), learned(rng, at)
        base = run_of(banded(CUTS), pd.Series(1.0, at.index), "2024-01-01")
        entry = {c: {"name": c, "label": c, "version": 1} for c in at}
        runs = [
            replace(
                base,
                as_of=day,
                model=model,
                catalogue=entry,
                features=at.reset_index(),
                segments=model.assign(at.reset_index()),
            )
            for model, day in ((old, "2024-01-01"), (new, "2024-02-01"))
        ]
        found = labels(*runs)
        moved = found[found != "stayed"]
        assert "changed" not in set(moved)  # nobody has done anything else
        noise.append((moved == "noise").mean())
        movers.append(len(moved) / len(found))
    assert 0.4 <= np.mean(noise) <= 0.65
    assert max(movers) < 0.3


def test_who_stays_near_a_border_is_not_noise():
    x = scores(500) * 0 + 67.2
    model = banded(CUTS, spread=SPREAD)
    runs = [run_of(model, x, day) for day in ("2024-01-01", "2024-02-01")]
    assert set(labels(*runs)) == {"stayed"}


def test_each_mover_has_one_label_and_new_and_gone_stand_apart():
    x = scores(1000)
    later = scores(1000, seed=9)
    later.index = [f"c{i:05d}" for i in range(100, 1100)]
    model = banded(CUTS, spread=SPREAD)
    found = find_movement(
        run_of(model, x, "2024-01-01"), run_of(model, later, "2024-02-01")
    ).rows
    came, left = found["from_id"].isna(), found["to_id"].isna()
    assert set(found.loc[came, "label"]) == {"new"}
    assert set(found.loc[left, "label"]) == {"gone"}
    stayed = found["from_id"] == found["to_id"]
    assert set(found.loc[stayed, "label"]) == {"stayed"}
    movers = found[~(came | left | stayed)]
    assert set(movers["label"]) <= set(REASONS)
    assert found["label"].notna().all()
    assert (came.sum(), left.sum()) == (100, 100)


def test_rules_are_never_noise():
    x = scores(500)
    later = (x + 20).clip(upper=99)
    model = banded(CUTS)  # no bootstraps
    found = labels(run_of(model, x, "2024-01-01"), run_of(model, later, "2024-02-01"))
    assert set(found) == {"stayed", "changed"}


def test_a_segment_that_the_earlier_model_does_not_know_is_not_noise():
    x = scores(500)
    old = banded(CUTS, spread=SPREAD)
    new = banded(CUTS, spread=40.0, ids=["S01", "S02", "S09"])
    found = labels(run_of(old, x, "2024-01-01"), run_of(new, x, "2024-02-01"))
    assert set(found[x < 33]) == {"redrawn"}


def test_the_order_of_rows_changes_nothing(rng):
    x, later = scores(300), scores(300, seed=5)
    old, new = banded(CUTS, spread=SPREAD), banded([30, 70], spread=SPREAD)
    first = find_movement(run_of(old, x, "1"), run_of(new, later, "2")).rows
    mixed = rng.permutation(300)
    again = find_movement(
        run_of(old, x.iloc[mixed], "1"), run_of(new, later.iloc[mixed[::-1]], "2")
    ).rows
    pd.testing.assert_frame_equal(first, again)


# Where the earlier model cannot be asked


def test_a_model_whose_features_are_gone_is_not_asked():
    x = scores(200)
    old, new = run_of(banded(CUTS), x, "1"), run_of(banded(CUTS), x, "2")
    new = replace(new, features=new.features.drop(columns="x"))
    assert why_not_replayed(old, new) == (
        "the earlier model reads x, which this run does not have"
    )
    found = find_movement(old, new)
    assert found.replayed is None
    assert set(found.rows["label"]) == {"stayed"}


def test_a_feature_that_means_something_else_is_not_asked_about():
    x = scores(200)
    old, new = run_of(banded(CUTS, version=2), x, "1"), run_of(banded(CUTS), x, "2")
    assert why_not_replayed(old, new) == (
        "the definition of x, which the earlier model reads, is new"
    )


@pytest.mark.parametrize(
    ("config", "why"),
    [
        ({"window_days": 60}, "looked back 90 days and this one 60"),
        ({"currency": "USD"}, "count money in different currencies"),
    ],
)
def test_figures_that_do_not_compare_are_not_compared(config, why):
    x = scores(200)
    later = run_of(banded([20, 50]), x, "2", **config)
    old = run_of(banded(CUTS), x, "1", currency="EUR")
    assert why in why_not_replayed(old, later)
    assert "moved" in set(labels(old, later))


def test_on_a_first_run_everybody_is_new():
    rows = arrivals(run_of(banded(CUTS), scores(50), "2024-01-01"))
    assert set(rows["label"]) == {"new"}
    assert rows["value_before"].isna().all()
    assert rows["value_now"].notna().all()


def test_bootstraps_are_asked_about_any_segment():
    x = pd.Series([10.0, 66.0, 68.0, 90.0], ["a", "b", "c", "d"])
    model = banded(CUTS, spread=SPREAD)
    run = run_of(model, x, "1")
    own = model.agreement(run.features, run.segments["segment_id"])
    assert own.tolist() == run.segments["confidence"].tolist()
    parts = [model.agreement(run.features, [s] * 4) for s in ("S01", "S02", "S03")]
    assert np.sum(parts, axis=0).tolist() == pytest.approx([1.0] * 4)
    assert np.isnan(model.agreement(run.features, ["S77"] * 4)).all()
    nobody = run.features.assign(recency_days=np.nan)
    assert model.agreement(nobody, ["S03"] * 4).tolist() == [1.0] * 4
    assert model.agreement(nobody, ["S01"] * 4).tolist() == [0.0] * 4

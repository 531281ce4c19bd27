"""Candidates to merge and to split, by models whose answers are planted."""

import numpy as np
import pandas as pd
import pytest

from segtools.segmentation.hand import Hand, merge, split
from segtools.segmentation.model import SegmentModel, everyone
from segtools.segmentation.review import (
    candidates_sentence,
    candidates_table,
    review,
)

NAMES = ["Loyal", "Regular", "Rare"]
N = 600


def tree_model(cuts=(10.0, 20.0)):
    """Three segments by cuts of the number of orders; the most orders rank first."""
    tree = {
        "feature": [0, -2, 0, -2, -2],
        "upper": [cuts[0], 0, cuts[1], 0, 0],
        "left": [1, -1, 3, -1, -1],
        "right": [2, -1, 4, -1, -1],
        "label": [0, 2, 0, 1, 0],
    }
    payload = {
        "kind": "rules",
        "form": "tree",
        "uses": ["n_orders"],
        "seen_missing": [],
        "preprocess": [],
        "tree": tree,
    }
    segments = [
        {"segment_id": f"S0{i + 1}", "name": name, "rank": i + 1}
        for i, name in enumerate(NAMES)
    ]
    return SegmentModel(payload, segments, [{"name": "n_orders"}], "S03", [], 4)


@pytest.fixture
def people(rng):
    """200 customers a segment; a basket that has nothing to do with orders."""
    orders = np.repeat([5.0, 15.0, 25.0], N // 3)
    return pd.DataFrame(
        {
            "customer_id": [f"c{i:03d}" for i in range(N)],
            "recency_days": rng.uniform(1, 90, N).round(3),
            "n_orders": orders,
            "basket": rng.uniform(10, 20, N).round(3),
            "spend_total": orders * 10,
        }
    )


def learned(people, outcome):
    return people.assign(part="final_learn", outcome=outcome)


def reviewed(people, outcome, **more):
    labels = {"basket": "Spend per order", "n_orders": "Orders"}
    frame = learned(people, outcome)
    return review(tree_model(), people, frame, labels, **more)


def test_segments_that_differ_and_whose_halves_do_not_need_nothing(people, rng):
    outcome = people["n_orders"] * 10 + rng.normal(0, 5, N)
    found = reviewed(people, outcome)
    assert found == []
    assert candidates_sentence(found) == (
        "No segment is a candidate to merge or to split."
    )


def test_segments_that_do_the_same_next_are_named_for_merging(people, rng):
    outcome = np.where(people["n_orders"] > 10, 100, 0) + rng.normal(0, 5, N)
    (found,) = reviewed(people, outcome)
    assert found["kind"] == "merge"
    assert found["names"] == ["Loyal", "Regular"]
    assert found["reason"].startswith("What they did next cannot be told apart: a diff")
    # Spend is left out, since it says the same as the orders.
    assert "most apart is Orders" in found["reason"]
    decision = found["decision"]
    assert decision == {"what": "merge", "segments": ["S01", "S02"]}
    merged, _ = merge(tree_model(), Hand(people, "alike"), decision["segments"])
    assert len(merged.segments) == 2


def test_a_segment_whose_halves_differ_is_named_for_splitting(people, rng):
    outcome = people["n_orders"] * 10 + rng.normal(0, 5, N)
    outcome += np.where((people["n_orders"] > 20) & (people["basket"] > 15), 300, 0)
    (found,) = reviewed(people, outcome)
    assert (found["kind"], found["names"]) == ("split", ["Loyal"])
    assert "in Spend per order" in found["reason"]
    decision = found["decision"]
    assert decision["feature"] == "basket"
    assert decision["upper"] == pytest.approx(15, abs=0.5)
    wanted = {k: v for k, v in decision.items() if k != "what"}
    after, _ = split(tree_model(), Hand(people, "unlike"), **wanted)
    assert len(after.segments) == 4


def test_halves_must_hold_the_smallest_share(people, rng):
    outcome = people["n_orders"] * 10 + rng.normal(0, 5, N)
    outcome += np.where((people["n_orders"] > 20) & (people["basket"] > 15), 300, 0)
    assert reviewed(people, outcome, min_share=0.2) == []


def test_a_difference_smaller_than_the_usual_step_is_no_reason(people, rng):
    outcome = people["n_orders"] * 10 + rng.normal(0, 1, N)
    outcome += np.where((people["n_orders"] > 20) & (people["basket"] > 15), 30, 0)
    assert reviewed(people, outcome) == []


def test_a_small_segment_is_named_with_its_neighbour(people, rng):
    few = people[(people["n_orders"] > 10) | (people.index < 40)]
    outcome = few["n_orders"] * 10 + rng.normal(0, 5, len(few))
    (found,) = review(tree_model(), few, learned(few, outcome), {})
    assert found["names"] == ["Rare", "Regular"]
    assert found["reason"] == "Rare has 40 customers, 100 asked."


def test_reasons_for_one_step_stand_together(people):
    spend = people["spend_total"].where(people["n_orders"] > 10, people.index**6.0)
    (found,) = review(
        tree_model(), people.assign(spend_total=spend), learned(people, 0).head(0), {}
    )
    assert (found["kind"], found["names"], found["decision"]) == (
        "split",
        ["Rare"],
        None,
    )
    assert found["reason"].startswith("Value is nearly as unequal within")


def test_without_an_outcome_profiles_alone_speak(people):
    known = learned(people, 0.0)
    assert review(tree_model(), people, known.head(0), {}) == []


def test_natural_groups_ask_for_more_segments(people, rng):
    outcome = people["n_orders"] * 10 + rng.normal(0, 5, N)
    (found,) = reviewed(people, outcome, wanted=6)
    assert found["kind"] == "split"
    assert found["segments"] == ["S01", "S02", "S03"]


def test_one_segment_has_no_candidates(people):
    assert review(everyone(), people, learned(people, 1.0), {}) == []


def test_the_order_of_rows_and_columns_moves_nothing(people, rng):
    outcome = np.where(people["n_orders"] > 10, 100, 0) + rng.normal(0, 5, N)
    whole = learned(people, outcome)
    mixed = people.sample(frac=1, random_state=3).iloc[:, ::-1]
    other = whole.sample(frac=1, random_state=4).iloc[:, ::-1]
    one = review(tree_model(), people, whole, {})
    assert one == review(tree_model(), mixed, other, {})


def test_a_table_for_people(people, rng):
    outcome = np.where(people["n_orders"] > 10, 100, 0) + rng.normal(0, 5, N)
    found = reviewed(people, outcome)
    table = candidates_table(found)
    assert table.iloc[0, :2].tolist() == ["Merge", "Loyal + Regular"]
    assert candidates_sentence(found).startswith("Candidates: 1 to merge. Each is a")
    assert candidates_table([]).empty

"""The sentence says what the model did, and nothing else."""

from __future__ import annotations

import pandas as pd
import pytest
from frozen_models import (
    ANSWERS,
    CENTROIDS,
    MIXTURE,
    MODELS,
    TIES,
    made,
    model_of,
    people,
)
from tasks import population

from segtools.segmentation.model import everyone
from segtools.segmentation.why import explain, why_table

LABELS = {"a": "Orders", "b": "Days between", "recency_days": "Days since"}


def test_a_scorecard_names_the_features_with_most_points_and_both_cuts():
    # -3 + 23 (a up to 2.0) + 10 (b above 5) = 30; the highest cut is 20.
    record = {"a": 1.75, "b": 6.0, "recency_days": 1.0}
    found = explain(model_of(TIES | {"cuts": [0, 10, 20, 31]}), record, LABELS)
    assert found == (
        "In Segment 2 with 30 points: Orders 1.75 (+23), Days between 6 (+10), "
        "Days since 1 (0); 10 above the cut to Segment 3 and 1 below the cut to "
        "Segment 1."
    )


def test_the_lowest_band_has_only_a_cut_above():
    found = explain(model_of(TIES), {"a": 9.0, "b": 1.0, "recency_days": 1.0}, LABELS)
    assert found.endswith("102 below the cut to Segment 4.")
    assert "Orders 9 (−99)" in found
    assert "above the cut" not in found


def test_a_missing_value_has_points_or_counts_nothing():
    found = explain(model_of(TIES), {"recency_days": 1.0}, LABELS)
    assert "Days between not known (+7)" in found
    assert found.endswith("Orders counted nothing, since not known.")


def test_clusters_name_what_pulls_away_from_the_next_one():
    # Prepared: a is (5 - 1) / 2 = 2 and b is log(1 + 0) = 0; centroids at (1, 0) and
    # (0, ±1.5) are 1 and 2.5 away.
    record = {"a": 5.0, "b": 0.0, "recency_days": 1.0}
    assert explain(model_of(CENTROIDS), record, LABELS) == (
        "In Segment 2: Orders 5, Days between 0 pull there most; its centre is 1.00 "
        "away, that of Segment 3 2.50."
    )


def test_who_is_far_from_every_centre_is_told_so():
    model = model_of(CENTROIDS | {"far_threshold": 0.5})
    found = explain(model, {"a": 5.0, "b": 0.0, "recency_days": 1.0})
    assert found.endswith("; far from every centre, so no segment fits well.")


def test_a_mixture_names_what_speaks_for_the_likeliest_component():
    # Prepared: a is (5 - 1) / 2 = 2 and b is log(1 + 0) = 0. The third component's
    # height is ln 2 lower than the first's and the second's: 0.5 * 4 against 2 * 1.
    record = {"a": 5.0, "b": 0.0, "recency_days": 1.0}
    even = MIXTURE | {"weights": [0.3, 0.3, 0.4], "means": MIXTURE["means"][:3]}
    even["roots"] = [[2.0, 1.0], [2.0, 1.0], [0.5, 2.0]]
    # Squared distances 36, 4 and 1 + 9, so the log-odds of the second to the third are
    # ln(0.3 * 2) - 2 - ln(0.4 * 1) + 5 = 3.405, which is 30.1 to 1.
    assert explain(model_of(even), record, LABELS) == (
        "In Segment 2: Days between 0 speak for it most; 30.1 times as likely as "
        "Segment 3."
    )


def test_classes_name_the_answers_that_speak_for_them():
    record = {"a": 1.5, "b": 5.0, "recency_days": 1.0}
    # 0.4 * 0.2 * 0.9 against 0.2 * 0.8 * 0.5 and 0.4 * 0.2 * 0.1.
    assert explain(model_of(ANSWERS), record, LABELS) == (
        "In Segment 3: Orders 1.5 speak for it most; 1.11 times as likely as Segment 2."
    )
    unknown = explain(model_of(ANSWERS), {"recency_days": 1.0}, LABELS)
    assert unknown.startswith("In Segment 1: 1 times as likely as Segment 2; Orders")


def test_between_two_centres_neither_pulls():
    model = model_of(CENTROIDS | {"centroids": [[-1.0, 0.0], [1.0, 0.0]]})
    found = explain(model, {"a": 1.0, "b": 0.0, "recency_days": 1.0})
    assert "In Segment 1: both centres are equally near;" in found


def test_a_grid_names_scores_and_cell():
    model = made("rules")
    payload = model.payload
    best = {"recency_days": 0.0, "n_orders": payload["upper"]["n_orders"][-1] + 1}
    found = explain(model, best, {"n_orders": "Orders"})
    assert "recency_days 0 scores 5 of 5 and Orders" in found
    assert found.endswith("scores 5 of 5, the cell champions.")


TREE = {
    "feature": [0, -2, 0, 1, -2, -2, -2],
    "upper": [2.0, 0, 9.0, 0.5, 0, 0, 0],
    "left": [1, -1, 3, 4, -1, -1, -1],
    "right": [2, -1, 6, 5, -1, -1, -1],
    "label": [0, 0, 0, 0, 1, 2, 3],
}
RULES = {"kind": "rules", "form": "tree", "uses": ["a", "b"], "preprocess": []}
RULES |= {"seen_missing": ["a", "b"], "tree": TREE}


@pytest.mark.parametrize(
    ("record", "path"),
    [
        ({"a": 2.0}, "In Segment 1: Orders up to 2."),
        ({}, "In Segment 1: Orders up to 2."),
        (
            {"a": 3.0, "b": 0.7},
            "In Segment 3: Orders above 2 and up to 9 and Days between above 0.5.",
        ),
        ({"a": 10.0}, "In Segment 4: Orders above 9."),
    ],
)
def test_a_tree_names_the_path(record, path):
    model = model_of(RULES)
    assert explain(model, record | {"recency_days": 1.0}, LABELS) == path


def test_who_never_ordered_is_there_by_rule():
    found = explain(model_of(TIES), {"a": 1.0})
    assert found == "In Segment 5 by rule: no order of this customer is known."


def test_one_segment_needs_no_reason():
    found = explain(everyone(), {"recency_days": 1.0})
    assert found == "In everyone: it is the only segment."


def test_what_an_analyst_did_is_said():
    model = made("by hand")
    found = explain(model, {"a": 1.75, "b": 6.0, "recency_days": 1.0, "spend_total": 9})
    assert "segments were merged by hand here" in found
    assert "split by hand: spend_total above 0.333" in found
    assert "spend_total not above 80.5" in found


@pytest.mark.parametrize("kind", MODELS)
def test_everybody_has_a_sentence_that_names_their_segment(kind):
    model = made(kind)
    for record in people(model.payload, 60).to_pandas().to_dict("records"):
        found = model.why(record)
        name = model.assign_one(record)["segment"]
        assert found.startswith("In ")
        assert " ".join(name.split()) in found
        assert found.endswith(".")


def test_a_row_of_a_frame_will_do():
    row = population().iloc[0]
    assert made("goal").why(row) == made("goal").why(row.to_dict())


def test_hostile_names_stay_on_one_line():
    model = model_of(TIES)
    model.segments[0]["name"] = "big\n\x00 <b>spenders"
    found = explain(model, {"a": 1.75, "b": 6.0, "recency_days": 1}, {"a": "x\ny"})
    assert "\n" not in found
    assert "\x00" not in found


@pytest.mark.parametrize("kind", ["goal", "clusters", "rules", "tree", "everyone"])
def test_every_segment_is_explained_by_a_customer_who_is_nobody(kind):
    model, people = made(kind), population()
    found = why_table(model, people, model.assign(people))
    ranks = sorted(model.segments, key=lambda s: s["rank"])
    assert found["Segment"].tolist() == [s["name"] for s in ranks]
    assert not found["Why"].str.contains("c0").any()
    for name, why in found.values.tolist():
        if not why.startswith(("No single middle", "Nobody in it")):
            assert why.startswith(f"In {name}")


def test_middles_that_lie_elsewhere_are_said_to():
    # Two far ends of one segment have their middle in the other one.
    model = model_of(CENTROIDS | {"centroids": [[0.0, 0.0], [9.0, 0.0]]})
    to = {"hand": [{"op": "split", "label": 1, "feature": "b", "upper": 0, "above": 2}]}
    model = model_of(model.payload | to)
    model.segments.append({"segment_id": "S03", "name": "Third", "rank": 3})
    people = pd.DataFrame(
        {"a": [1.0, 1.0, 19.0], "b": [0.0, 0.0, 1.0], "recency_days": [1.0] * 3}
    ).assign(customer_id=["p", "q", "r"])
    given = model.assign(people)
    given["segment_id"] = ["S03", "S03", "S03"]
    found = why_table(model, people, given).set_index("Segment")["Why"]
    apart = "No single middle customer stands for it; the medians lie elsewhere: In "
    assert found["Third"].startswith(apart)
    assert found["Segment 2"] == "Nobody in it has ordered."

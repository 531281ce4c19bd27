"""What selection.json and its tables say about sizes, stability and outcome."""

import json

import numpy as np
import pandas as pd
import pytest

from segtools.records import write_record
from segtools.segmentation.contest import record
from segtools.segmentation.model import everyone
from segtools.segmentation.place import score
from segtools.segmentation.selection import (
    contest_table,
    outcome_by_segment,
    outcome_table,
    points_table,
    selection_record,
    sizes_sentence,
    sizes_table,
)

from .tasks import population


@pytest.fixture(scope="module")
def chosen(market, market_contest, model):
    segments = model.assign(market.features)
    return selection_record(market_contest, model, segments, market.learning, [])


def test_sizes_and_shares_add_up(chosen, market):
    assert sum(r["n"] for r in chosen["segments"]) == len(market.features)
    assert sum(r["share"] for r in chosen["segments"]) == pytest.approx(1)
    assert [r["rank"] for r in chosen["segments"]] == [1, 2, 3, 4]


def test_stability_is_the_mean_confidence(chosen, market, model):
    given = model.assign(market.features)
    assert chosen["stability"] == pytest.approx(given["confidence"].mean())
    for row in chosen["segments"]:
        own = given[given["segment_id"] == row["segment_id"]]
        assert row["stability"] == pytest.approx(own["confidence"].mean())


def test_the_outcome_learned_is_the_mean_of_the_final_leg(chosen, market, model):
    rows = market.learning[market.learning["part"] == "final_learn"]
    own = model.assign(rows.reset_index(drop=True))["segment_id"].to_numpy()
    for segment_id, told in chosen["outcome_by_segment"].items():
        y = rows["outcome"].to_numpy()[own == segment_id]
        half = 1.96 * y.std() / np.sqrt(len(y))
        assert told["mean"] == pytest.approx(y.mean())
        assert (told["low"], told["high"]) == pytest.approx(
            (y.mean() - half, y.mean() + half)
        )
        assert told["n"] == len(y)
    means = [t["mean"] for _, t in sorted(chosen["outcome_by_segment"].items())]
    assert means == sorted(means, reverse=True)


def test_a_customer_of_several_campaigns_counts_once_in_n_and_interval(market, model):
    part = market.learning[market.learning["part"] == "final_learn"]
    once = outcome_by_segment(model, part)
    again = outcome_by_segment(model, pd.concat([part, part], ignore_index=True))
    assert {k: v["n"] for k, v in again.items()} == {k: v["n"] for k, v in once.items()}
    for segment_id, told in again.items():
        assert told["low"] == pytest.approx(once[segment_id]["low"])


def test_without_an_outcome_or_segments_nothing_is_told(market, model):
    assert outcome_by_segment(everyone(), market.learning) == {}
    early = market.learning[market.learning["part"] != "final_learn"]
    assert outcome_by_segment(model, early) == {}


def test_every_scheme_that_was_tried_is_listed_without_the_ceiling(
    chosen, market_contest
):
    tried = [e for e in market_contest.entries if e.role != "ceiling"]
    assert [s["scheme"] for s in chosen["schemes"]] == [e.scheme for e in tried]
    assert chosen["chosen"] == "scorecard"
    assert chosen["reason"] == "The configuration asks for the method goal."


def test_the_record_is_json_even_for_one_segment(market, market_contest, tmp_path):
    segments = everyone().assign(market.features)
    kept = selection_record(market_contest, everyone(), segments, market.learning, [])
    write_record(tmp_path / "selection.json", kept)
    again = json.loads((tmp_path / "selection.json").read_text())
    assert again["stability"] is None
    assert again["segments"][0]["n"] == len(market.features)
    assert sizes_sentence(kept) == "Everyone stays in one segment."


def test_the_sentence_names_the_largest_and_the_smallest():
    rows = [("Regulars", 70), ("<b>Rare</b>", 5), ("Others", 25)]
    kept = [{"name": n, "n": c, "share": c / 100} for n, c in rows]
    assert sizes_sentence({"segments": kept}) == (
        "3 segments: the largest, Regulars, holds 70\u202f% of the customers; "
        "the smallest, <b>Rare</b>, 5.0\u202f%."
    )


def test_tables_for_people_have_a_row_a_segment(chosen):
    sizes, outcome = sizes_table(chosen), outcome_table(chosen)
    assert sizes["Customers"].tolist() == [r["n"] for r in chosen["segments"]]
    assert list(outcome.columns) == [
        "segment",
        "rank",
        "mean",
        "sd",
        "low",
        "high",
        "n",
    ]
    assert len(sizes) == len(outcome) == 4


def test_the_contest_table_is_sorted_by_gini(market_contest):
    table = contest_table(record(market_contest))
    known = table["Gini"].dropna()
    assert known.is_monotonic_decreasing
    assert len(table) == len(market_contest.entries)


def test_a_contest_without_judgement_is_an_empty_table():
    assert contest_table({"schemes": []}).empty


SCORECARD = {
    "a": {"upper": [1.0, 2.0, 3.0], "points": [-5, 0, 0, 7], "missing": None},
    "b": {"upper": [0.5], "points": [-100, 200], "missing": 3},
    "c": {"upper": [1.0], "points": [4, 4], "missing": None},
}


def test_points_are_listed_by_bin_with_the_most_telling_feature_first():
    model = everyone()
    model.payload = {"kind": "scorecard", "bins": SCORECARD}
    table = points_table(model, {"b": "The <b> feature"})
    expected = [
        ("b", "The <b> feature", "up to 0.5", -100),
        ("b", "The <b> feature", "above 0.5", 200),
        ("b", "The <b> feature", "not known", 3),
        ("a", "a", "up to 1", -5),
        ("a", "a", "1 to 3", 0),
        ("a", "a", "above 3", 7),
        ("c", "c", "any", 4),
    ]
    names = ["feature", "label", "bin", "points"]
    pd.testing.assert_frame_equal(table, pd.DataFrame(expected, columns=names))


def test_other_kinds_have_no_points():
    assert points_table(everyone(), {}).empty


def test_the_points_table_adds_up_to_the_score_by_hand(model):
    table = points_table(model, {})
    assert set(table["feature"]) == set(model.payload["bins"])
    row = population(1, dormant=0).assign(**dict.fromkeys(model.payload["bins"], 0.0))
    lowest = [
        b["points"][np.searchsorted(b["upper"], 0.0)]
        for b in model.payload["bins"].values()
    ]
    assert score(model.payload, row)[0] == model.payload["base"] + sum(lowest)

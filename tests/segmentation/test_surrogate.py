"""Rules or clusters: what short rules repeat, and what they lose."""

import json

import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import cohen_kappa_score

from segtools.schema import DataError
from segtools.segmentation.place import place
from segtools.segmentation.surrogate import (
    _cross_fitted,
    _lines,
    compare_rules,
    hashes,
    joined,
    surrogate_rules,
)


@pytest.fixture
def shop(rng):
    X = pd.DataFrame(
        {"spend": rng.lognormal(4, 1, 600), "days": rng.uniform(0, 90, 600)}
    )
    return X.set_axis([f"c{i:03d}" for i in range(600)])


def test_segments_that_are_rules_are_repeated_nearly_all(shop):
    segments = np.where(
        shop["spend"] > 80, "big", np.where(shop["days"] > 30, "gone", "new")
    )
    found = surrogate_rules(shop, segments)
    assert found.names == ["big", "gone", "new"]
    assert found.agreement > 0.98
    assert found.kappa > 0.97
    assert min(found.by_segment.values()) > 0.95
    assert found.majority == pytest.approx(
        pd.Series(segments).value_counts().max() / 600
    )
    rules = found.rules
    assert len(rules) <= 8
    assert set(rules["segment"]) == {"big", "gone", "new"}
    assert any(
        r.startswith("spend above 8") or "spend above 79" in r for r in rules.rule
    )


def test_segments_by_chance_are_not_repeated_and_it_is_said(shop, rng):
    segments = pd.Series(rng.choice(["a", "b"], 600, p=[0.6, 0.4]), shop.index)
    found = surrogate_rules(shop, segments)
    assert abs(found.kappa) < 0.15
    assert found.agreement <= found.majority + 0.03
    assert "short rules put" in found.sentence
    assert "always naming the largest segment would be right for" in found.sentence
    assert found.sentence.endswith("would stand in another one.")


def test_kappa_is_cohens(shop, rng):
    own = (shop["spend"] + 60 * rng.random(600) > 90).to_numpy(np.int64)
    said = _cross_fitted(shop, own, hashes(shop.index) % 5, 8, 1)
    found = surrogate_rules(shop, np.array(["a", "b"])[own])
    assert found.agreement == pytest.approx((said == own).mean())
    assert found.kappa == pytest.approx(cohen_kappa_score(own, said))
    assert 0 < found.kappa < found.agreement < 1


def test_rules_never_exceed_their_number_and_carry_a_payload(shop):
    segments = (shop["spend"].rank() // 60).astype(int).astype(str)
    found = surrogate_rules(shop, segments, max_leaves=4)
    assert len(found.rules) == 4  # all of different segments
    again = json.loads(json.dumps(found.payload, allow_nan=False))
    labels = place(again, shop).labels
    assert len(np.unique(labels)) <= 4
    named = np.array(found.names)[labels]
    assert (named == segments).mean() == pytest.approx(0.4, abs=0.01)


def test_rules_side_by_side_that_name_one_segment_are_one(shop):
    tree = {
        "feature": [0, 1, -2, -2, -2],
        "upper": [5.0, 2.0, 0.0, 0.0, 0.0],
        "left": [1, 2, -1, -1, -1],
        "right": [4, 3, -1, -1, -1],
        "label": [0, 0, 1, 1, 0],
    }
    shorter = joined({"uses": ["a", "b"], "tree": tree})
    assert _lines(shorter) == [(1, "a up to 5"), (0, "a above 5")]


def test_what_the_rules_lose_on_the_outcome_is_told(shop):
    outcome = shop["spend"] * (1 + (shop["days"] % 2 > 1))
    fine = pd.Series(pd.qcut(outcome, 5, labels=list("edcba")), shop.index).astype(str)
    found = surrogate_rules(shop, fine, outcome=outcome, max_leaves=2)
    assert found.loss["gini"] > 0.02
    assert found.loss["eta2"] > 0
    assert "and the Gini on the outcome falls by 0." in found.sentence
    halves = np.where(shop["spend"] > 50, "a", "b")
    same = surrogate_rules(shop, halves, outcome=outcome)
    assert abs(same.loss["gini"]) < 0.005


def test_solutions_are_compared_side_by_side(shop, rng):
    solutions = {
        "rules": np.where(shop["spend"] > 80, "a", "b"),
        "chance": rng.choice(["a", "b"], 600),
        "everyone": ["a"] * 600,
    }
    table = compare_rules(shop, solutions, outcome=shop["spend"])
    assert table["solution"].tolist() == ["rules", "chance"]
    assert table["agreement"].iloc[0] > 0.98 > table["agreement"].iloc[1]
    assert (table["n_rules"] <= 8).all()
    assert table["sentence"].str.contains("short rules put").all()


def test_the_order_of_rows_and_columns_changes_nothing(shop, rng):
    segments = pd.Series(np.where(shop["spend"] * shop["days"] > 2000, "a", "b"))
    segments = segments.set_axis(shop.index)
    turned = shop.iloc[rng.permutation(600), ::-1]
    one, two = surrogate_rules(shop, segments), surrogate_rules(turned, segments)
    assert one.agreement == two.agreement
    assert one.payload == two.payload


def test_missing_values_are_allowed_and_missing_segments_are_not(shop):
    segments = pd.Series(np.where(shop["spend"] > 80, "a", "b"), shop.index)
    shop.iloc[::5, 0] = np.nan
    assert 0.7 < surrogate_rules(shop, segments).agreement < 1
    with pytest.raises(DataError, match="but 10 of 600 have none"):
        surrogate_rules(shop, segments.iloc[10:])
    with pytest.raises(DataError, match="all 600 customers are in one"):
        surrogate_rules(shop, ["a"] * 600)

"""A rule says who stands apart, and nothing but the last order decides it."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest
from frozen_models import CENTROIDS, TIES, made, model_of, people, with_apart

from segtools.records import read_record, write_record
from segtools.schema import ConfigError, DataError
from segtools.segmentation.apart import DORMANT, KINDS, NO_ORDERS, extra_rows, which
from segtools.segmentation.by_hand import carry_out, planned
from segtools.segmentation.hand import Hand, merge, split
from segtools.segmentation.model import SegmentModel
from segtools.segmentation.names import describe_model
from segtools.segmentation.segment_rules import segment_rules
from segtools.segmentation.selection import sizes_sentence
from segtools.segmentation.standing import Standing
from segtools.segmentation.why import why_table

DAYS = 100
# By hand: two within the window, one on its first instant, one before it, one never.
PEOPLE = pd.DataFrame(
    {
        "customer_id": list("vwxyz"),
        "recency_days": [1.0, 50.0, 100.0, 100.5, np.nan],
        "a": [0.0, 2.0, 3.0, 0.0, np.nan],
        "b": [1.0, 9.0, 9.0, 1.0, np.nan],
    }
)


@pytest.fixture
def model() -> SegmentModel:
    """Five bands, and both kinds apart."""
    return with_apart(model_of(TIES), days=DAYS)


def test_whose_last_order_lies_before_the_window_is_dormant(model):
    given = model.assign(PEOPLE).set_index("customer_id")
    assert given["segment_id"][["y", "z"]].tolist() == ["S30", "S31"]
    assert given["assigned_by"].tolist() == ["model"] * 3 + ["rule"] * 2
    assert given["segment"]["y"] == "Dormant customers"
    assert given["runner_up"].isna().tolist() == [False] * 3 + [True] * 2


@pytest.mark.parametrize("kind", ["goal", "clusters", "mixture", "rules"])
def test_everybody_else_stands_where_they_would_without(kind):
    plain = made(kind)
    rows = PEOPLE.reindex(columns=["customer_id", *_columns(plain)]).fillna(3.0)
    rows["recency_days"] = PEOPLE["recency_days"]
    one, two = plain.assign(rows), with_apart(plain, days=DAYS).assign(rows)
    pd.testing.assert_frame_equal(one.head(3), two.head(3))


def _columns(model: SegmentModel) -> list[str]:
    return list(dict.fromkeys([*(f["name"] for f in model.features), "recency_days"]))


@pytest.mark.parametrize("kinds", [(DORMANT,), (NO_ORDERS,)])
def test_one_kind_may_stand_apart_without_the_other(kinds):
    model = with_apart(model_of(TIES), days=DAYS, kinds=kinds)
    given = model.assign(PEOPLE).set_index("customer_id")["segment_id"]
    assert (given["y"] == "S30") == (DORMANT in kinds)
    expected = "S30" if NO_ORDERS in kinds else model.fallback
    assert given["z"] == expected


def test_no_feature_but_the_last_order_decides():
    extra = extra_rows(KINDS, DAYS, 1)
    recency = PEOPLE["recency_days"].to_numpy()
    assert which(extra, recency).tolist() == [-1, -1, -1, 0, 1]
    assert which(extra, recency[::-1]).tolist() == [1, 0, -1, -1, -1]
    assert which([], recency).tolist() == [-1] * 5


def test_the_record_says_it_and_reads_back_the_same(model, tmp_path):
    write_record(tmp_path / "model.json", model.record())
    record = read_record(tmp_path / "model.json")
    assert record["version"] == 2
    assert [s.get("extra") for s in record["segments"]] == [None] * 5 + [*KINDS]
    assert [s["rank"] for s in record["segments"]] == [*range(1, 8)]
    first, second = record["ladder"][:2]
    assert (first["segment_id"], first["after_days"]) == ("S30", DAYS)
    assert (second["segment_id"], second["step"]) == ("S31", "rule")
    again = SegmentModel.from_record(record)
    assert again.record() == model.record()
    pd.testing.assert_frame_equal(again.assign(PEOPLE), model.assign(PEOPLE))


def test_a_model_from_before_there_were_such_segments_is_read_as_it_was():
    plain = model_of(TIES)
    record = json.loads(json.dumps(plain.record()))
    assert record.pop("version") == 1
    again = SegmentModel.from_record(record)
    assert again.extra == []
    pd.testing.assert_frame_equal(again.assign(PEOPLE), plain.assign(PEOPLE))


def test_a_model_of_a_later_version_is_refused_rather_than_misread(model):
    with pytest.raises(DataError, match=r"of version 2 at most, but .* version 3"):
        SegmentModel.from_record(model.record() | {"version": 3})


def test_the_sentence_of_one_customer_names_the_rule(model):
    assert model.why({"recency_days": 101, "a": 1}) == (
        "In Dormant customers by rule: the last order lies more than 100 days back, "
        "and such customers stand apart."
    )
    assert model.why({}) == (
        "In Customers without any order by rule: no order of this customer is known, "
        "and such customers stand apart."
    )
    assert "points" in model.why({"recency_days": 100, "a": 1, "b": 1})


def test_one_record_that_is_no_number_is_refused(model):
    with pytest.raises(DataError, match="recency_days"):
        model.assign_one({"recency_days": "long ago", "a": 1})


def test_the_table_of_reasons_has_every_segment_once(model):
    table = why_table(model, PEOPLE, model.assign(PEOPLE))
    assert len(table) == 7
    assert table["Why"].iloc[-1].startswith("In Customers without any order by rule")


def test_a_decision_about_a_segment_apart_is_refused_with_what_to_do(model):
    hand = Hand(PEOPLE, "one letter for both")
    for name in ("S30", "S31"):
        with pytest.raises(ConfigError, match=r"stands apart by rule\. Set dormant to"):
            merge(model, hand, ["S01", name])
        with pytest.raises(ConfigError, match="stands apart by rule"):
            split(model, hand, name, "a", 1.0)


def test_a_configured_decision_about_it_says_the_same_by_its_name(model):
    block = {"what": "merge", "segments": ["S01", "Dormant customers"], "why": "x"}
    wishes = planned([block], PEOPLE)
    with pytest.raises(ConfigError, match=r"decisions\.0 does not fit: .* S30 stands"):
        carry_out(model, PEOPLE, wishes, min_share=0)


def test_what_a_hand_changes_leaves_them_apart_and_takes_no_id_of_theirs(model):
    more = PEOPLE.iloc[[1]].assign(customer_id="u", a=1.8)
    hand = Hand(pd.concat([PEOPLE, more]), "one letter", min_share=0.0, force=True)
    merged, decision = merge(model, hand, ["S01", "S02"])
    assert merged.extra == model.extra
    assert [s["rank"] for s in merged.every] == [*range(1, 7)]
    assert decision.before["S30"] == decision.after["S30"] == 1
    parted, decision = split(merged, hand, "S01", "a", 1.9)
    assert decision.arguments["segment_id"] == "S32"
    given = parted.assign(PEOPLE).set_index("customer_id")["segment_id"]
    assert given[["y", "z"]].tolist() == ["S30", "S31"]
    with pytest.raises(ConfigError, match="'S30' is a segment already"):
        split(merged, hand, "S01", "a", 1.9, segment_id="S30")
    with pytest.raises(ConfigError, match="another is called 'Dormant customers'"):
        merge(model, hand, ["S01", "S02"], name="Dormant customers")


def test_candidates_and_names_are_made_of_the_others_alone(model):
    rows = PEOPLE.assign(part="final_learn", outcome=1.0)
    whole = Standing(model, PEOPLE, rows, {})
    assert whole.now()[0]["customer_id"].tolist() == ["v", "w", "x"]
    assert whole.before()[0]["customer_id"].tolist() == ["v", "w", "x"]
    model = with_apart(model_of(CENTROIDS), days=DAYS)
    rows = PEOPLE.assign(n_orders=[5.0, 5, 5, np.nan, np.nan], interval_days=3.0)
    names = describe_model(model, rows)
    assert len(names) == len(model.segments)


def test_sizes_are_told_of_those_that_were_asked_for():
    rows = [
        {"name": "A", "n": 60, "share": 0.6},
        {"name": "B", "n": 10, "share": 0.1},
        {"name": "Dormant customers", "n": 30, "share": 0.3, "extra": "dormant"},
    ]
    said = sizes_sentence({"segments": rows})
    assert said.startswith("2 segments: the largest, A, holds")
    assert said.endswith("Beside them stands, by rule: Dormant customers.")


@pytest.mark.parametrize("kind", ["rules", "tree", "RFM grid", "grid by hand"])
@pytest.mark.parametrize("kinds", [KINDS, KINDS[:1], KINDS[1:]])
def test_a_model_of_rules_is_written_as_conditions_with_them(kind, kinds):
    model = with_apart(made(kind), days=30.0, kinds=kinds)
    frame = people(model.payload).to_pandas()
    given = model.assign(frame)["segment_id"]
    rules = segment_rules(model)
    assert [r.segment_id for r in rules] == [s["segment_id"] for s in model.every]
    for rule in rules:
        assert (rule.select(frame).to_numpy() == (given == rule.segment_id)).all()


def test_bootstrap_models_agree_wholly_where_a_rule_decides(model):
    given = model.assign(PEOPLE)["segment_id"]
    assert model.agreement(PEOPLE, given).tolist() == [1.0] * 5
    asked = model.agreement(PEOPLE, ["S30"] * 5)
    assert asked.tolist() == [0.0, 0.0, 0.0, 1.0, 0.0]

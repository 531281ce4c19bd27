"""How many segments hold: a run's measures on customers of known kinds."""

import json
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from threadpoolctl import threadpool_limits

from segtools.records import write_record
from segtools.segmentation.how_many import (
    HowMany,
    by_number,
    by_segment,
    how_many,
    how_many_record,
    how_many_sentences,
    how_many_table,
)
from segtools.segmentation.stability import family_tree
from segtools.segmentation.stability import pairs as pairing

QUICK = {"n_pairs": 10}


def customers(rng, n=40, kinds=3, spread=0.3):
    """Draw kinds of customers that lie far apart, and a few without any order."""
    centres = 4.0 * np.array([(0, 0, 0), (1, 0, 1), (0, 1, 2), (1, 1, 0)])[:kinds]
    X = np.vstack([rng.normal(c, spread, (n, 3)) for c in centres])
    frame = pd.DataFrame(X, columns=["recency_days", "n_orders", "spend_total"])
    frame.loc[len(frame)] = np.nan
    frame.insert(0, "customer_id", [f"c{i:03d}" for i in range(len(frame))])
    return frame


@pytest.fixture(scope="module")
def found():
    return how_many(customers(np.random.default_rng(5)), **QUICK)


@pytest.fixture(scope="module")
def record(found):
    return how_many_record(found)


def test_far_kinds_are_counted_and_hold(found):
    assert found.n_clusters == 3
    assert found.sentence.startswith("3 segments are the largest number that comes")
    rows = by_number(found).set_index("k")
    assert rows.loc[3, ["median", "weakest", "strength"]].tolist() == [1, 1, 1]
    assert rows.loc[3, "smallest_share"] == pytest.approx(1 / 3)


def test_every_segment_has_its_own_figures(found):
    rows = by_segment(found)
    assert rows["customers"].tolist() == [40, 40, 40]
    assert rows["jaccard"].tolist() == [1, 1, 1]
    assert rows["dissolved"].tolist() == [0, 0, 0]
    assert rows["resamples"].tolist() == [20, 20, 20]
    assert rows["shadow"].between(0, 0.6).all()


def test_what_figures_draw_is_there(found):
    assert set(found.stability()["k"]) == set(range(2, 9))
    assert set(found.within()["segment"]) == {0, 1, 2}
    assert found.gorge().sum(axis=1).to_numpy() == pytest.approx(np.ones(120))
    assert found.nodes().query("k == 3")["customers"].tolist() == [40, 40, 40]
    assert set(found.edges()["k"]) == set(range(3, 9))


def test_sentences_say_every_measure(record):
    said = how_many_sentences(record)
    assert said[0] == record["sentence"]
    assert "twice" in said[1].lower()
    assert said[2].startswith("One half of the customers predicts the other half's")
    assert "cluster-wise Jaccard 1, dissolved in 0 of 20 resamples" in said[3]
    assert said[4].endswith("when subsamples are clustered (PAC).")
    assert not [s for s in said[5:] if s.startswith("Twice the starts")]


def test_a_solution_that_is_not_settled_is_said(record):
    rows = [r | {"moved": 0.05 * (r["k"] == 5)} for r in record["by_number"]]
    said = how_many_sentences(record | {"by_number": rows})[1]
    assert "moves by more than 0.03 for 5 segments (at most 0.05)" in said
    weak = [r | {"strength": 0.4} for r in record["by_number"]]
    said = how_many_sentences(record | {"by_number": weak})[2]
    assert "does not predict" in said


def test_the_record_is_json_and_the_table_has_a_row_a_number(record, tmp_path):
    write_record(tmp_path / "x.json", record)
    again = json.loads((tmp_path / "x.json").read_text())
    assert again["by_number"][0]["slsa"] is None
    assert again["rows"] == {"fitted": 120, "of": 120}
    table = how_many_table(again)
    assert table["Segments"].tolist() == list(range(2, 9))
    assert table["Pairs"].tolist() == [10] * 7
    assert set(table.attrs["said"]) <= set(table.columns)


@pytest.mark.parametrize("n", [0, 1, 30])
def test_too_few_customers_are_not_asked(rng, n):
    frame = customers(rng).head(n)
    found = how_many(frame)
    assert found.n_clusters == 1
    assert found.sentence.startswith("There are too few different customers")
    record = how_many_record(found)
    assert how_many_sentences(record) == [found.sentence]
    assert how_many_table(record).empty
    for part in (found.stability, found.within, found.nodes, found.edges, found.gorge):
        assert part().empty


def test_customers_who_are_all_alike_are_not_asked(rng):
    frame = customers(rng)
    frame[["recency_days", "n_orders", "spend_total"]] = 1.0
    assert how_many(frame).selection is None


def test_ties_in_most_rows_are_borne(rng):
    frame = customers(rng)
    frame.loc[rng.random(len(frame)) < 0.6, "n_orders"] = 1.0
    found = how_many(frame, **QUICK)
    assert any(
        "share one value" in s for s in how_many_sentences(how_many_record(found))
    )


def test_above_the_limit_a_sample_is_asked(rng):
    found = how_many(customers(rng), max_fit_customers=90, **QUICK)
    assert found.selection.rows == (90, 90)


def test_the_smallest_share_is_one_of_everybody(rng):
    frame = customers(rng, kinds=2)
    rest = customers(rng).tail(1)
    many = pd.concat([frame, *[rest] * 400], ignore_index=True)
    many["customer_id"] = [f"c{i:03d}" for i in range(len(many))]
    found = how_many(many, min_share=0.05, **QUICK)
    assert found.selection.settings.min_share == pytest.approx(0.05 * 481 / 80)


@settings(max_examples=3)
@given(seed=st.integers(0, 100))
def test_neither_order_of_rows_nor_of_columns_matters(seed):
    rng = np.random.default_rng(seed)
    frame = customers(rng, n=20, spread=2.5).round(1)
    mixed = frame.iloc[rng.permutation(len(frame)), rng.permutation(4)]
    one, other = (how_many(f, **QUICK) for f in (frame, mixed))
    one_record, other_record = (json.dumps(how_many_record(f)) for f in (one, other))
    assert one_record == other_record
    pd.testing.assert_frame_equal(one.gorge(), other.gorge())


def test_the_number_of_threads_does_not_matter(rng, monkeypatch):
    frame, found = customers(rng, spread=2.5), []
    for threads in (1, 4):
        monkeypatch.setattr(pairing, "_workers", lambda threads=threads: threads)
        with threadpool_limits(threads):
            found.append(how_many(frame, **QUICK))
    one, other = found
    pd.testing.assert_frame_equal(by_number(one), by_number(other))
    pd.testing.assert_frame_equal(by_segment(one), by_segment(other))


def test_sizes_of_a_few_customers_and_the_smallest_other_are_not_told():
    labels = {2: np.repeat([0, 1], [60, 40]), 3: np.repeat([0, 1, 2], [60, 36, 4])}
    found = HowMany(SimpleNamespace(tree=family_tree(labels)), "")
    nodes = found.nodes()
    assert nodes.query("k == 2")["customers"].tolist() == [60, 40]
    three = nodes.query("k == 3").set_index("segment")
    assert three["customers"].isna().sum() == 2
    assert three["customers"].max() == 60
    assert three["share"].isna().equals(three["customers"].isna())
    # 40 less 36 would tell the four.
    assert found.edges()["customers"].tolist() == [60]
    assert found.edges(4)["customers"].tolist() == [60, 36, 4]
    assert found.nodes(4)["customers"].notna().all()

"""What can be explored, and the sentence for what cannot."""

import json
import shutil
from types import SimpleNamespace

import pandas as pd
import pytest
from explorer_runs import GOLDEN, make_run

from segtools.explorer.opened import opened
from segtools.records import read_record
from segtools.schema import ConfigError, DataError


def test_a_folder_a_stage_and_a_saved_result_are_the_same():
    by_path = opened(GOLDEN)
    for run in (
        str(GOLDEN),
        SimpleNamespace(path=GOLDEN),
        SimpleNamespace(folder=GOLDEN),
    ):
        found = opened(run)
        pd.testing.assert_frame_equal(found.features, by_path.features)
        assert found.model == by_path.model
        assert (found.currency, found.smallest_cell, found.seed) == ("EUR", 10, 1)


def test_a_run_is_what_its_files_say():
    found = opened(GOLDEN)
    kept = read_record(GOLDEN / "selection.json")["segments"]
    assert found.names == {s["segment_id"]: s["name"] for s in kept}
    assert next(iter(found.numeric)) == "basket_mean"
    assert found.numeric["basket_mean"] == ("Spend per order", "EUR")
    assert "lifecycle_stage" not in found.numeric
    assigned = found.model.assign(found.building)
    assert assigned["segment_id"].tolist() == found.segments["segment_id"].tolist()


def test_ids_may_be_numbers_and_rows_in_any_order():
    run = make_run()
    numbers = dict(zip(run.features["customer_id"], range(120), strict=True))
    run.features = run.features.assign(
        customer_id=run.features["customer_id"].map(numbers)
    ).sample(frac=1, random_state=1)
    run.segments = run.segments.assign(
        customer_id=run.segments["customer_id"].map(numbers)
    )
    before = run.features.copy()
    found = opened(run)
    assert (
        found.features["customer_id"].tolist() == found.segments["customer_id"].tolist()
    )
    own = found.model.assign(found.features)["segment_id"]
    assert own.tolist() == found.segments["segment_id"].tolist()
    pd.testing.assert_frame_equal(run.features, before)


def test_a_result_may_keep_its_tables_and_settings_apart():
    run = make_run()
    tables = SimpleNamespace(**{n: getattr(run, n) for n in ("features", "segments")})
    tables.catalogue = run.catalogue
    config = SimpleNamespace(currency="SEK", min_share=0.1, seed=7, decisions=[])
    result = SimpleNamespace(
        model=run.model, segmented=tables, segments="a frame of another library"
    )
    result.config = config
    found = opened(result)
    assert (found.currency, found.min_share, found.seed) == ("SEK", 0.1, 7)
    assert found.segments["segment_id"].value_counts()["S02"] == 50


@pytest.mark.parametrize(
    ("run", "told"),
    [
        (None, "but it got None"),
        (7, "an object of type int"),
        (SimpleNamespace(path=3), "SimpleNamespace"),
        (SimpleNamespace(model=3, folder="x"), "SimpleNamespace"),
    ],
)
def test_what_is_no_run_is_refused(run, told):
    with pytest.raises(ConfigError, match=told):
        opened(run)


def test_a_folder_without_a_run_is_refused(tmp_path):
    with pytest.raises(ConfigError, match=r"holds no run\.json"):
        opened(tmp_path)


@pytest.mark.parametrize(
    ("gone", "told"),
    [("model.json", "model.json"), ("segments.parquet", "segments.parquet to be")],
)
def test_a_run_that_has_no_segments_yet_is_refused(tmp_path, gone, told):
    folder = shutil.copytree(GOLDEN, tmp_path / "run")
    (folder / gone).unlink()
    with pytest.raises(DataError, match=told):
        opened(folder)


def test_files_of_different_customers_are_refused(tmp_path):
    folder = shutil.copytree(GOLDEN, tmp_path / "run")
    rows = pd.read_parquet(folder / "segments.parquet")
    rows.iloc[5:].to_parquet(folder / "segments.parquet")
    with pytest.raises(DataError, match="but 5 are only in one of them"):
        opened(folder)


def test_a_newer_run_is_refused(tmp_path):
    folder = shutil.copytree(GOLDEN, tmp_path / "run")
    run = json.loads((folder / "run.json").read_text()) | {"version": 99}
    (folder / "run.json").write_text(json.dumps(run))
    with pytest.raises(DataError, match="version 99"):
        opened(folder)

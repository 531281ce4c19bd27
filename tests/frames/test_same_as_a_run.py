"""The call gives what a run of the notebooks gives, record by record."""

from __future__ import annotations

import subprocess
import sys

import pandas as pd
import pytest
import yaml
from inline import run_inline
from pandas.testing import assert_frame_equal

import segtools
from segtools.bundled import bundled, configuration
from segtools.config import load_config
from segtools.frames.prepared import recorded
from segtools.records import read_record

from .shapes import SETTINGS, ZONE, log, plain

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("runs")]
SAME = ("verdict", "contest", "personas", "actions", "canvas", "fairness")


def without_marks(record: dict) -> dict:
    return {
        k: v for k, v in record.items() if k not in ("format", "version", "goals_hash")
    }


@pytest.fixture(scope="module")
def sample_run(tmp_path_factory):
    """The bundled sample by the notebooks' own code."""
    config = load_config(configuration("sample"))
    folder = tmp_path_factory.mktemp("sample") / "run"
    return run_inline(config.model_dump(), folder, until="04_personas")


@pytest.fixture(scope="module")
def result():
    """The same rows as frames, by one call."""
    settings = yaml.safe_load(configuration("sample").read_text("utf-8"))
    settings = {k: str(v) if k == "as_of" else v for k, v in settings.items()}
    del settings["source"]
    lines, people = (
        pd.read_parquet(bundled("sample") / f"{n}.parquet")
        for n in ("order_lines", "customers")
    )
    lines["ordered_at"] = lines["ordered_at"].dt.tz_localize("UTC")
    return segtools.segment_customers(lines, customers=people, **settings)


def test_segments_features_and_model_are_those_of_the_run(sample_run, result):
    assert result.config.source.model_extra.keys() == {"order_lines", "customers"}
    for name, own in {
        "segments": result.learned.segments,
        "features": result.features,
        "profiles": result.profiles,
    }.items():
        kept = pd.read_parquet(sample_run / f"{name}.parquet")
        assert_frame_equal(own, kept, check_dtype=False, obj=name)
    model = read_record(sample_run / "model.json")
    assert without_marks(result.model.record()) == without_marks(model)
    assert result.segments["customer_id"].nunique() == 1500
    assert result.data == read_record(sample_run / "run.json")["data"]


@pytest.mark.parametrize("name", SAME)
def test_every_record_is_that_of_the_run(name, sample_run, result):
    kept = without_marks(read_record(sample_run / f"{name}.json"))
    own = getattr(result, name)
    own = own.record if name == "verdict" else own
    assert without_marks(own) == kept


def test_the_catalogue_and_the_account_of_rows_are_those_of_the_run(sample_run, result):
    kept = without_marks(read_record(sample_run / "data_quality.json"))
    assert result.quality == kept
    catalogue = without_marks(read_record(sample_run / "feature_catalogue.json"))
    assert result.prepared.catalogue == catalogue
    goals = without_marks(read_record(sample_run / "goals.json"))
    assert result.goals == goals


def test_the_asides_are_those_of_the_run(sample_run, result):
    from segtools.segmentation.how_many import how_many_record

    kept = read_record(sample_run / "selection.json")
    for key, value in result.selection.items():
        assert kept[key] == value, key
    assert kept["candidates"] == plain_records(result.candidates)
    assert kept["short_rules"] == recorded(result.short_rules)
    assert kept["how_many"] == recorded(how_many_record(result.how_many))


def plain_records(rows: list) -> list:
    return recorded({"rows": rows})["rows"]


def test_every_figure_is_drawn_with_its_alt_text(result):
    from segtools.frames.figures import FIGURES

    for name in FIGURES:
        shown = result.plot(name)
        assert shown.text, name
        assert "<script" not in shown.html, name
    assert "st-card" in result.cards.html


def test_a_saved_result_is_an_ordinary_run(tmp_path):
    rows = log()
    found = segtools.segment_customers(
        plain(rows).rename(columns={"customer_id": "Kunde", "amount": "Betrag"}),
        timezone=ZONE,
        **SETTINGS,
    )
    page = found.save(tmp_path / "first")
    run = read_record(tmp_path / "first" / "run.json")
    assert page == tmp_path / "first" / "index.html"
    assert (run["state"], run["error"]) == ("done", None)
    assert run["data"] == found.data
    kept = pd.read_parquet(tmp_path / "first" / "segments.parquet")
    assert_frame_equal(kept, found.learned.segments, check_dtype=False)
    assert not list((tmp_path / "first").rglob(".*"))
    with pytest.raises(segtools.ConfigError, match="in use"):
        found.save(tmp_path / "first")
    # The configuration that was written repeats it: there is nothing left to do.
    told = subprocess.run(
        [
            *(sys.executable, "-m", "segtools.cli", "run"),
            *(str(tmp_path / "first-data" / "segtools.yaml"),),
            *("--out", str(tmp_path / "first")),
        ],
        capture_output=True,
        text=True,
        check=True,
    )
    assert "Already done" in told.stderr
    # The next month carries ids and names on, in memory and on disk.
    settings = SETTINGS | {"as_of": "2024-12-05"}
    later = plain(rows).rename(columns={"customer_id": "Kunde", "amount": "Betrag"})
    alone = segtools.segment_customers(later, timezone=ZONE, **settings)
    with pytest.raises(segtools.ConfigError, match="previous="):
        alone.save(tmp_path / "second")
    after = segtools.segment_customers(
        later, timezone=ZONE, previous=tmp_path / "first", **settings
    )
    assert set(after.segments["segment_id"]) <= set(found.segments["segment_id"])
    assert after.selection["names_carried_over"]

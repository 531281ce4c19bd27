"""Canvases of a run: one file a segment, whole or none, and nobody named in them."""

from functools import partial
from types import SimpleNamespace

import pandas as pd
import pytest

from segtools.records import read_record
from segtools.report.canvas import write_canvas
from segtools.report.stage import Stage
from segtools.schema import DisclosureError


def canvas(*segments, text="A line."):
    blocks = {"channels": {"title": "Ways", "lines": [{"text": text, "source": "ask"}]}}
    made = [
        {"segment_id": i, "segment": f"Kind {i}", "blocks": blocks} for i in segments
    ]
    return {"segments": made, "value": "1.0000"}


@pytest.fixture
def stage(tmp_path):
    pd.DataFrame({"customer_id": ["K_00-17"]}).to_parquet(tmp_path / "features.parquet")
    made = SimpleNamespace(path=tmp_path, run={}, goals_hash="abc")
    made.write = partial(Stage.write, made)
    return made


def names(stage):
    return sorted(p.name for p in (stage.path / "canvas").iterdir())


def test_each_segment_has_a_file_and_the_record_has_all(stage):
    write_canvas(stage, canvas("S01", "S02"))
    assert names(stage) == ["S01.md", "S02.md"]
    text = (stage.path / "canvas" / "S01.md").read_text(encoding="utf-8")
    assert text.startswith("# Business model canvas: Kind S01\n")
    record = read_record(stage.path / "canvas.json")
    assert record["format"] == "segtools.canvas"
    assert [c["segment_id"] for c in record["segments"]] == ["S01", "S02"]


def test_files_of_segments_that_are_gone_go(stage):
    write_canvas(stage, canvas("S01", "S02"))
    write_canvas(stage, canvas("S02", "S03"))
    assert names(stage) == ["S02.md", "S03.md"]


def test_an_id_cannot_leave_the_folder(stage):
    write_canvas(stage, canvas("../../S01"))
    assert names(stage) == ["______S01.md"]


@pytest.mark.parametrize("secret", ["ann@example.org", "customer K_00-17"])
def test_a_line_that_names_somebody_stops_it_before_anything_is_written(stage, secret):
    with pytest.raises(DisclosureError, match=r"canvas\.json shows 1"):
        write_canvas(stage, canvas("S01", text=secret))
    assert not (stage.path / "canvas").exists()
    assert not (stage.path / "canvas.json").exists()
    assert not (stage.path / "canvas.json").exists()

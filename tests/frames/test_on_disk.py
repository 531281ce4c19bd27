"""Nothing lies on disk until somebody asks for it, and nothing stays behind."""

from __future__ import annotations

import gc
import os
import tempfile
from pathlib import Path

import pandas as pd
import yaml

import segtools
from segtools.config import defaults, load_config
from segtools.frames.saving import write_data

from .shapes import SETTINGS, ZONE, log, plain


def files_in(folder: Path) -> list[Path]:
    return [p for p in folder.rglob("*") if p.is_file()]


def test_a_call_writes_nothing_and_leaves_no_folder(tmp_path, monkeypatch):
    here, temporary = tmp_path / "here", tmp_path / "temporary"
    here.mkdir()
    temporary.mkdir()
    monkeypatch.chdir(here)
    monkeypatch.setattr(tempfile, "tempdir", str(temporary))
    result = segtools.segment_customers(plain(log()), timezone=ZONE, **SETTINGS)
    assert len(result.personas["segments"]) == 3
    assert files_in(tmp_path) == []
    # Where the engine would spill to; it goes with the result.
    assert [p.name[:14] for p in temporary.iterdir()] == ["segtools-copy-"]
    del result
    gc.collect()
    assert os.listdir(temporary) == []


def test_the_engine_keeps_to_the_limit_that_it_is_given():
    result = segtools.segment_customers(
        plain(log()), timezone=ZONE, memory_limit="300MB", **SETTINGS
    )
    row = result.accepted.con.raw_sql("SELECT current_setting('memory_limit')")
    assert row.fetchone()[0] == "286.1 MiB"


def test_what_is_saved_is_what_was_used_and_no_more(tmp_path):
    rows = log()
    frame = plain(rows).rename(columns={"customer_id": "Kunde"})
    frame = frame.assign(email="ann@example.org", note="private")
    result = segtools.segment_customers(frame, timezone=ZONE, seed=5, **SETTINGS)
    write_data(result, tmp_path)
    assert sorted(p.name for p in tmp_path.iterdir()) == [
        "orders.parquet",
        "segtools.yaml",
    ]
    kept = pd.read_parquet(tmp_path / "orders.parquet")
    assert set(kept) == {"customer_id", "ordered_at", "order_id", "amount"}
    assert kept["customer_id"].dtype == rows["who"].dtype
    body = yaml.safe_load((tmp_path / "segtools.yaml").read_text("utf-8"))
    assert body == {
        "project": "customers",
        "source": {"system": "files", "orders": {"path": "orders.parquet"}},
        "timezone": ZONE,
        "seed": 5,
    } | {k: v for k, v in SETTINGS.items() if defaults()[k] != v}
    again = load_config(tmp_path / "segtools.yaml")
    assert again.seed == 5
    path = again.source.model_extra["orders"]["path"]
    assert path == str(tmp_path / "orders.parquet")

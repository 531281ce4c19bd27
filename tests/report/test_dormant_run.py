"""All stages with dormant customers apart: everybody is somewhere, month by month."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from inline import run_inline

from segtools.records import read_record
from segtools.report import sensitivity as asked
from segtools.report import trials
from segtools.segmentation import contest as contests
from segtools.segmentation.structure import Structure

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("runs")]

START, AS_OF, LATER = pd.Timestamp("2023-06-01"), "2024-10-01", "2024-11-01"
SLEEPERS, NEVER = 24, 15


def draw_lines(n: int = 90, seed: int = 5) -> pd.DataFrame:
    """Draw three kinds of customers, and some who stopped half a year before."""
    rng = np.random.default_rng(seed)
    rows = []
    for i in range(n + SLEEPERS):
        price, pause = ((300.0, 12), (60.0, 25), (10.0, 45))[i % 3]
        end = pd.Timestamp("2024-03-01") if i >= n else pd.Timestamp(LATER)
        last = (end - START).days
        days = np.arange(rng.integers(1, pause), last, pause) + rng.uniform(0, 0.4)
        for j, day in enumerate(days):
            when = (START + pd.Timedelta(days=day)).floor("s")
            paid = round(price * rng.uniform(0.9, 1.1), 2)
            rows.append((f"c{i:03d}", f"o{i}-{j}", when, f"p{i % 7}", paid))
    names = ["customer_id", "order_id", "ordered_at", "product_id", "amount"]
    return pd.DataFrame(rows, columns=names)


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    """The source: orders, and a list of customers of whom some never ordered."""
    folder = tmp_path_factory.mktemp("sleepers")
    lines = draw_lines()
    lines.to_parquet(folder / "order_lines.parquet")
    ids = [*lines["customer_id"].unique(), *[f"n{i:02d}" for i in range(NEVER)]]
    pd.DataFrame({"customer_id": ids}).to_parquet(folder / "customers.parquet")
    return folder


def make_run(folder: Path, as_of: str, **changes: object) -> Path:
    tables = ("order_lines", "customers")
    files = {
        t: {"path": str(folder / f"{t}.parquet"), "timezone": "UTC"} for t in tables
    }
    config = {
        "project": "shop",
        "timezone": "UTC",
        "as_of": as_of,
        "source": {"system": "files", **files},
        "bases": ["value"],
        "method": "goal",
        "n_segments": 3,
        "window_days": 150,
        "outcome_days": 60,
        "force_segments": True,
        "dormant": "separate",
    }
    runs = folder / "runs"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(contests, "N_DRAWS", 30)
        return run_inline(config | changes, runs / as_of)


@pytest.fixture(scope="module")
def run(folder) -> Path:
    """The first month."""
    return make_run(folder, AS_OF)


def sizes(run: Path) -> dict[str, int]:
    return pd.read_parquet(run / "segments.parquet")["segment"].value_counts().to_dict()


def test_everybody_has_one_segment_and_the_rules_come_first(run):
    counted = sizes(run)
    assert counted["Dormant customers"] == SLEEPERS
    assert counted["Customers without any order"] == NEVER
    assert sum(counted.values()) == 90 + SLEEPERS + NEVER
    verdict = read_record(run / "verdict.json")
    assert verdict["n_segments"] == len(counted) - 2 == 3
    assert verdict["apart"] == ["dormant", "no_orders"]


def test_every_page_speaks_of_them_as_of_any_segment(run):
    ids = [s["segment_id"] for s in read_record(run / "model.json")["segments"]]
    cards = read_record(run / "personas.json")["segments"]
    assert sorted(c["segment_id"] for c in cards) == sorted(ids)
    assert sum(c["n"] for c in cards) == 90 + SLEEPERS + NEVER
    never = next(c for c in cards if c["segment"] == "Customers without any order")
    assert never["headline"].startswith("Have not ordered yet")
    assert "Have not ordered yet" not in str([c for c in cards if c is not never])
    rows = read_record(run / "actions.json")["segments"]
    measures = {r["segment_id"]: r["measure"] for r in rows}
    assert measures[never["segment_id"]] == "Share with a first order within 60 days"
    assert {r["segment_id"] for r in rows} == set(ids)
    chosen = read_record(run / "selection.json")["segments"]
    assert sum(r["share"] for r in chosen) == pytest.approx(1)


def test_next_month_they_have_the_ids_that_they_had(folder, run):
    first = read_record(run / "model.json")
    again = read_record(make_run(folder, LATER) / "model.json")
    named = [
        [(s["segment_id"], s["name"]) for s in record["segments"] if "extra" in s]
        for record in (first, again)
    ]
    assert named[0] == named[1]
    assert len(named[0]) == 2


def test_too_few_to_be_shown_join_and_the_run_says_nothing_of_how_many(folder, run):
    joined = make_run(folder, "2024-10-02", smallest_cell=16)
    counted = sizes(joined)
    assert counted["Dormant customers"] == SLEEPERS
    assert "Customers without any order" not in counted
    assert read_record(joined / "verdict.json")["apart"] == ["dormant"]


def test_other_choices_have_them_apart_too(run, monkeypatch):
    def same(X, **_):
        return Structure("constructed", 3, "No groups.", {})

    every = asked.variants_of
    monkeypatch.setattr(contests, "N_DRAWS", 30)
    monkeypatch.setattr(trials, "structure_verdict", same)
    monkeypatch.setattr(asked, "variants_of", lambda choices: every(choices)[0::13])
    record = asked.sensitivity(run).record
    assert record["n_done"] == record["n_variants"]
    rows = {r["name"]: r for r in record["segments"]}
    never = rows["Customers without any order"]
    assert (never["n"], never["stays"], never["jaccard"]) == (NEVER, 1, 1)
    order = next(c for c in record["claims"] if c["name"] == "order")
    assert {len(figures) for figures in order["figures"]} == {3}

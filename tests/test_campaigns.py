"""The goal respond_to_campaign from end to end, where it is known who responds."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from inline import run_inline
from scipy.stats import spearmanr

from segtools.config import validate
from segtools.features.build import supported, variables
from segtools.features.legs import build_learning, plan_contest
from segtools.report import sensitivity as asked
from segtools.report.check import check
from segtools.report.execution.start import start_run
from segtools.schema import DataError
from segtools.segmentation import contest as contests
from segtools.segmentation.entries import Rules
from segtools.segmentation.verdict import judge_worth
from segtools.simulate import Simulation, simulate
from segtools.simulate_campaigns import Campaigns, simulate_campaigns
from segtools.timezones import epoch, instant

GOAL = "respond_to_campaign"
AS_OF = "2025-03-01"
SENT_ON = ["2024-07-01", "2024-09-02", "2024-11-04", "2025-01-06", "2025-02-20"]

pytestmark = pytest.mark.xdist_group("campaigns")


@pytest.fixture(scope="module")
def shop() -> Simulation:
    return simulate(1200, structure="none", seed=31)


def campaigns_of(shop: Simulation, *, by_chance: bool = False) -> Campaigns:
    return simulate_campaigns(shop, SENT_ON, seed=8, by_chance=by_chance)


def settings(folder: Path, **changes) -> dict:
    files = {
        p.stem: {"path": str(p), "timezone": "UTC"} for p in sorted(folder.glob("*.*"))
    }
    base = {
        "project": "letters",
        "goal": GOAL,
        "timezone": "Europe/Berlin",
        "as_of": AS_OF,
        "outcome_days": 30,
        "n_segments": 4,
    }
    return base | {"source": {"system": "files", **files}} | changes


def written(shop: Simulation, made: Campaigns, folder: Path) -> Path:
    shop.order_lines.to_parquet(folder / "order_lines.parquet", index=False)
    made.campaigns.to_csv(folder / "campaigns.csv", index=False)
    made.conversions.to_csv(folder / "conversions.csv", index=False)
    return folder


@pytest.fixture(scope="module")
def held(shop, shop_of):
    """Give the contest and its learning data, for the planted truth or for chance."""

    def run(*, by_chance: bool = False, only: str = ""):
        made = campaigns_of(shop, by_chance=by_chance)
        sent = made.campaigns
        sent = sent[sent["campaign_id"] == only] if only else sent
        frames = {"order_lines": shop.order_lines}
        frames |= {"campaigns": sent, "conversions": made.conversions}
        config = validate(settings(Path("nowhere")) | {"source": {"system": "sample"}})
        origin = epoch(instant(AS_OF, "Europe/Berlin"))
        known = shop_of(frames, "Europe/Berlin").before(origin)
        plan = plan_contest(known, config, origin, "2024-01-01T06:00")
        features = variables(supported(known)[0], also=[])
        learning = build_learning(known, plan, features, GOAL)
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(contests, "N_DRAWS", 100)
            return contests.run_contest(learning, plan.record(), Rules.of(config)), made

    return run


@pytest.fixture(scope="module")
def planted(held):
    return held()


def test_goal_driven_segments_beat_spend_quintiles_and_prove_their_worth(planted):
    contest, _ = planted
    goal = contest.entry("goal")
    assert contest.over(goal, "spend_quintiles")["low"] > 0
    assert contest.over(goal, "random")["low"] > 0
    worth = judge_worth(contest)
    assert worth.word == "proved"
    assert "tell who responds to the next campaign apart better than" in worth.sentence
    kept = contests.record(contest)
    assert kept["outcome"] == {"name": GOAL, "unit": "share"}
    assert [c["role"] for c in kept["campaigns"]] == [
        "teaches",
        "teaches",
        "judges",
        "judges",
        "not_over",
    ]


def test_responses_dealt_by_chance_prove_nothing(held):
    contest, _ = held(by_chance=True)
    worth = judge_worth(contest)
    assert worth.word == "not_proved"
    assert not worth.beats_random


def test_one_campaign_is_judged_on_other_customers_and_said_to_be_weaker(held):
    contest, _ = held(only="K3")
    kept = contests.record(contest)
    assert kept["evidence"] == "cross_fitted"
    assert "weaker evidence than a later campaign" in kept["sentence"]
    assert contest.over(contest.entry("goal"), "random")["low"] > 0


def test_a_campaign_that_is_not_over_is_not_judged_and_plain_rules_are_taken(held):
    contest, _ = held(only="K5")
    assert judge_worth(contest).word == "not_judged"
    assert contest.plan["sentence"] == (
        "No campaign can be learned from, so nothing is judged: 1 not over yet."
    )
    assert contest.reason == "Nothing could be judged, so plain rules are taken."


def test_the_goal_without_its_tables_is_refused_before_any_kernel(shop, tmp_path):
    folder = written(shop, campaigns_of(shop), tmp_path)
    (folder / "conversions.csv").unlink()
    said = "must have campaigns and conversions to learn from, but conversions is not"
    config = validate(settings(folder))
    with pytest.raises(DataError, match=said):
        check(config)
    with pytest.raises(DataError, match=said):
        start_run(config, tmp_path / "run")
    assert not (tmp_path / "run").exists()
    other = check(validate(settings(folder, goal="grow_spend")))
    assert "campaigns" not in other.record()


def test_a_check_tells_campaigns_and_their_part(shop, tmp_path):
    folder = written(shop, campaigns_of(shop), tmp_path)
    found = check(validate(settings(folder)))
    assert any(
        s.startswith("The schemes learned from 2 campa") for s in found.sentences()
    )
    assert found.record()["campaigns"][4]["role"] == "not_over"
    tables = {r["table"] for r in found.record()["reach"]}
    assert tables == {"campaigns", "conversions"}


def read(path: Path, name: str) -> dict:
    return json.loads((path / f"{name}.json").read_text("utf-8"))


@pytest.mark.slow
def test_a_run_on_planted_responses_proves_its_worth_and_orders_as_the_truth(
    shop, tmp_path
):
    made = campaigns_of(shop)
    folder = written(shop, made, tmp_path)
    path = run_inline(settings(folder), tmp_path / "run" / AS_OF)
    verdict, contest = read(path, "verdict"), read(path, "contest")
    assert (verdict["worth"], verdict["decision"]) == ("proved", "segment")
    assert contest["evidence"] == "out_of_time"
    assert len(contest["campaigns"]) == len(SENT_ON)
    segments = pd.read_parquet(path / "segments.parquet")
    assert segments["customer_id"].is_unique
    truth = made.truth.groupby("customer_id")["probability"].last()
    segments["likely"] = segments["customer_id"].map(truth)
    rank = {s["segment_id"]: s["rank"] for s in read(path, "model")["segments"]}
    means = segments.groupby(segments["segment_id"].map(rank))["likely"].mean()
    assert means.is_monotonic_decreasing
    assert means.iloc[0] > 3 * means.iloc[-1]
    known = segments.dropna(subset="likely")
    ranks = known["segment_id"].map(rank)
    assert spearmanr(ranks, known["likely"]).statistic < -0.6
    measures = {r["measure"] for r in read(path, "actions")["segments"]}
    assert measures == {"Share who respond within 30 days"}
    learned = read(path, "selection")["outcome_by_segment"]
    assert np.all(np.diff([learned[k]["mean"] for k in sorted(learned)]) < 0)


@pytest.mark.slow
def test_a_run_on_responses_by_chance_does_not_segment(shop, tmp_path):
    folder = written(shop, campaigns_of(shop, by_chance=True), tmp_path)
    path = run_inline(settings(folder), tmp_path / "run" / AS_OF)
    verdict = read(path, "verdict")
    assert (verdict["worth"], verdict["decision"]) == ("not_proved", "do_not_segment")
    assert pd.read_parquet(path / "segments.parquet")["segment_id"].nunique() == 1


@pytest.mark.slow
def test_other_choices_are_compared_by_who_responds(tmp_path, monkeypatch):
    small = simulate(600, structure="none", seed=31)
    folder = written(small, campaigns_of(small), tmp_path)
    config = settings(folder, sensitivity=True, force_segments=True)
    every = asked.variants_of
    monkeypatch.setattr(contests, "N_DRAWS", 50)
    monkeypatch.setattr(asked, "variants_of", lambda choices: every(choices)[1::7])
    path = run_inline(config, tmp_path / AS_OF, until="03_segmentation")
    record = read(path, "sensitivity")
    assert record["n_done"] == record["n_variants"] == 7
    assert {v["choices"]["window_days"] for v in record["variants"]} == {120, 180, 240}
    claims = {c["name"]: c for c in record["claims"]}
    # What is expected is a share of receivers, and no money.
    shares = np.array(claims["order"]["figures"])
    assert ((shares >= 0) & (shares <= 1)).all()
    assert (shares[:, 0] > shares[:, -1]).all()
    # A method that looks for responses finds them, whatever the window.
    for name in ("beats_random", "best_first"):
        levels = next(e for e in claims[name]["effects"] if e["choice"] == "method")
        goal = next(row for row in levels["levels"] if row["level"] == "goal")
        assert goal["holds"] == goal["of"] > 0

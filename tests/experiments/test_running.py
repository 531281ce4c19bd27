"""Experiments over runs: what runs goes on, what is over ends, settings stay."""

import pandas as pd
import pytest

from segtools.config import validate
from segtools.experiments.assignment import HOLDOUT
from segtools.experiments.membership import EarlierRun
from segtools.experiments.running import deal_arms
from segtools.records import write_record, write_table
from segtools.schema import ConfigError

DAY = 86_400
START = 1_700_000_000
SEGMENTS = [{"segment_id": "S01", "name": "All", "rank": 1}]
OUTCOMES = {"S01": {"mean": 20.0, "sd": 40.0, "n": 300}}


def config(**changes):
    body = {"project": "a", "timezone": "UTC", "source": {"system": "sample"}}
    return validate(body | {"outcome_days": 30} | changes)


def customers(n=300):
    ids = [f"c{i}" for i in range(n)]
    return pd.DataFrame({"customer_id": ids, "segment_id": "S01", "segment": "All"})


def deal(settings, at=START, earlier=(), n=300):
    return deal_arms(
        customers(n),
        settings,
        as_of=f"day {at}",
        origin=at,
        segments=SEGMENTS,
        outcomes=OUTCOMES,
        earlier=earlier,
    )


@pytest.fixture
def kept(tmp_path):
    """The function that writes a run's experiment down, as a later run finds it."""

    def write(made, at):
        record, arms = made
        folder = tmp_path / str(at)
        write_record(folder / "experiment.json", record)
        write_table(folder / "experiment_assignments.parquet", arms)
        return EarlierRun(folder, f"day {at}", at)

    return write


def test_without_an_experiment_there_are_no_arms_but_a_plan():
    record, arms = deal(config())
    assert arms.empty
    assert record["running"] == []
    assert record["plan"]["name"] is None
    assert record["plan"]["everyone"]["smallest_effect"] > 0


def test_an_experiment_that_is_named_no_more_runs_until_its_outcome_is_known(kept):
    spring = kept(deal(config(experiment={"name": "spring"})), START)
    record, arms = deal(config(), START + 29 * DAY, [spring])
    assert [r["name"] for r in record["running"]] == ["spring"]
    assert len(arms) == 300
    record, arms = deal(config(), START + 30 * DAY, [spring])
    assert record["running"] == []
    assert arms.empty


def test_a_second_experiment_stands_beside_the_first(kept):
    spring = kept(deal(config(experiment={"name": "spring"})), START)
    record, arms = deal(config(experiment={"name": "summer"}), START + DAY, [spring])
    assert [r["name"] for r in record["running"]] == ["summer", "spring"]
    wide = arms.pivot(index="customer_id", columns="experiment", values="arm")
    both = (wide == HOLDOUT).all(axis=1).mean()
    assert both == pytest.approx(0.04, abs=0.03)


def test_an_arm_is_found_again_over_a_run_that_named_no_experiment(kept):
    first = deal(config(experiment={"name": "spring"}))
    spring = kept(first, START)
    between = kept(deal(config(), START + 60 * DAY, [spring]), START + 60 * DAY)
    settings = config(experiment={"name": "spring"})
    record, arms = deal(settings, START + 90 * DAY, [between, spring], n=350)
    assert record["running"][0]["since"] == f"day {START}"
    old = arms[arms["assigned_at"] == f"day {START}"].reset_index(drop=True)
    pd.testing.assert_frame_equal(old, first[1].reset_index(drop=True))


@pytest.mark.parametrize(
    ("changes", "key"),
    [
        ({"experiment": {"name": "spring", "holdout": 0.4}}, "experiment.holdout"),
        ({"experiment": {"name": "spring"}, "seed": 9}, "seed"),
    ],
)
def test_what_would_deal_anew_is_refused(kept, changes, key):
    spring = kept(deal(config(experiment={"name": "spring"})), START)
    said = rf"^{key} must stay as it was while 'spring' runs, but it was .* and is .*\."
    with pytest.raises(ConfigError, match=said):
        deal(config(**changes), START + DAY, [spring])


def test_too_few_customers_for_both_arms_are_refused():
    with pytest.raises(ConfigError, match="must have customers in both arms"):
        deal(config(experiment={"name": "spring", "holdout": 0.001}), n=20)


def test_arms_are_counted_in_the_segments_that_customers_are_in_now(kept):
    settings = config(experiment={"name": "spring"})
    before = kept(deal(settings), START)
    now = customers().assign(segment_id="S02", segment="Both")
    record, arms = deal_arms(
        now,
        settings,
        as_of="later",
        origin=START + DAY,
        segments=[{"segment_id": "S02", "name": "Both", "rank": 1}],
        outcomes={"S02": OUTCOMES["S01"]},
        earlier=[before],
    )
    assert set(arms["segment_id"]) == {"S01"}
    told = record["plan"]["everyone"]
    assert told["customers"] == 300
    assert told["holdout"] == (arms["arm"] == HOLDOUT).sum() == 60

"""In which segment somebody was before a campaign, and who cannot change it after."""

import pandas as pd
import pytest

from segtools.config import validate
from segtools.experiments.membership import EARLIER, NOW, OURS, EarlierRun, membership
from segtools.experiments.results import experiment_results
from segtools.records import write_record, write_table

SENT = pd.Timestamp("2024-05-01 10:00")
FIRST = int(SENT.timestamp())
DAY = pd.Timedelta(days=1)
# Who has ordered within ten days is in S01, everybody else in S02.
MODEL = {
    "kind": "scorecard",
    "base": 0,
    "cuts": [5],
    "bins": {"recency_days": {"upper": [10.0], "points": [10, 0], "missing": 0}},
    "segments": [
        {"segment_id": "S01", "name": "Recent", "rank": 1},
        {"segment_id": "S02", "name": "Others", "rank": 2},
    ],
    "features": [{"name": "recency_days", "unit": "days", "definition_version": 1}],
    "ladder": [{"segment_id": "S02"}],
    "replicates": [],
    "next_number": 3,
}


def orders(*rows):
    frame = pd.DataFrame(rows, columns=["customer_id", "ordered_at"])
    number = [f"{i}" for i in range(len(frame))]
    return frame.assign(order_id=number, is_return=False, amount=5.0)


@pytest.fixture
def town(shop_of):
    def make(*later):
        before = [
            ("ann", SENT - 3 * DAY),
            ("bob", SENT - 40 * DAY),
            ("cat", SENT - DAY),
        ]
        ids = {"customer_id": ["ann", "bob", "eve"], "campaign_id": "K1"}
        sent = pd.DataFrame(ids | {"sent_at": SENT})
        done = pd.DataFrame({"customer_id": ["ann"], "campaign_id": "K1"})
        return shop_of(
            {
                "orders": orders(*before, *later),
                "campaigns": sent,
                "conversions": done.assign(converted_at=SENT + DAY),
            }
        )

    return make


def segments(found):
    return dict(
        zip(found.members["customer_id"], found.members["segment_id"], strict=True)
    )


def test_before_all_runs_the_model_is_asked_with_what_was_known_then(town):
    found = membership("K1", FIRST, [], town(), MODEL, 180)
    assert segments(found) == {"ann": "S01", "bob": "S02", "cat": "S01"}
    assert found.drawn == NOW


def test_nothing_from_the_sending_on_decides_where_somebody_is_counted(town):
    later = [("bob", SENT), ("bob", SENT + DAY), ("new", SENT + DAY)]
    one, other = (
        membership("K1", FIRST, [], shop, MODEL, 180) for shop in (town(), town(*later))
    )
    assert segments(one) == segments(other)


@pytest.fixture
def run_of(tmp_path):
    """The function that writes down as much of a run as is read of it."""

    def write(origin, own, arms=None):
        folder = tmp_path / str(origin)
        frame = pd.DataFrame(
            {"customer_id": list(own), "segment_id": list(own.values())}
        )
        write_table(folder / "segments.parquet", frame.assign(segment="then"))
        if arms:
            dealt = frame.assign(segment="then", arm=arms, experiment="K1", stratum=1)
            write_table(folder / "experiment_assignments.parquet", dealt)
            running = [{"name": "K1", "holdout": 0.5, "days": 20}]
            write_record(folder / "experiment.json", {"running": running})
        return EarlierRun(folder, f"day {origin}", origin)

    return write


def test_the_latest_run_before_the_sending_is_asked_first(town, run_of):
    runs = [run_of(FIRST + 1, {"ann": "S03"}), run_of(FIRST, {"ann": "S02"})]
    runs.append(run_of(FIRST - 9, {"ann": "S01"}))
    found = membership("K1", FIRST, runs, town(), MODEL, 180)
    assert segments(found) == {"ann": "S02"}
    assert found.drawn == EARLIER.format(as_of=f"day {FIRST}")
    assert found.holdout is None


def test_arms_that_were_dealt_come_before_later_runs(town, run_of):
    dealt = run_of(FIRST - 9, {"ann": "S01", "bob": "S01"}, ["treatment", "hold-out"])
    found = membership(
        "K1", FIRST, [run_of(FIRST, {"ann": "S02"}), dealt], town(), MODEL, 180
    )
    assert segments(found) == {"ann": "S01", "bob": "S01"}
    assert (found.drawn, found.holdout, found.days) == (OURS, 0.5, 20)


def test_arms_of_another_name_are_not_this_campaigns(town, run_of):
    dealt = run_of(FIRST - 9, {"ann": "S01", "bob": "S01"}, ["treatment", "hold-out"])
    found = membership("K2", FIRST, [dealt], town(), MODEL, 180)
    assert "arm" not in found.members


def test_receivers_whom_nobody_knew_are_counted_and_left_out(town):
    body = {"project": "a", "timezone": "UTC", "source": {"system": "sample"}}
    config = validate(body | {"outcome_days": 30, "smallest_cell": 5})
    end = FIRST + 31 * 86_400
    made = experiment_results(town(), config, end, model=MODEL, window_days=180)
    (read,) = made["campaigns"]
    assert (read["design"], read["why"]) == ("association", "nobody_held_back")
    # One stranger is a few, as are all others here.
    assert read["counts"]["without_segment"] is None
    assert read["everyone"]["share"] is None
    assert {r["share"] for r in read["segments"]} == {None}
    assert made["segments"] == {}

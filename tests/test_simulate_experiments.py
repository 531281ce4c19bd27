"""What comes back of a simulated experiment is what was planted."""

import pandas as pd
import pytest

from segtools.simulate_experiments import simulate_experiment


@pytest.fixture(scope="module")
def arms():
    n = 8000
    ids = [f"c{i:05d}" for i in range(n)]
    frame = pd.DataFrame({"customer_id": ids, "segment_id": ["S01", "S02"] * (n // 2)})
    return frame.assign(
        arm=["treatment", "treatment", "hold-out", "hold-out"] * (n // 4)
    )


def test_the_lift_is_there_where_it_was_planted_and_nowhere_else(arms):
    made = simulate_experiment(
        arms, "2024-10-01", base=0.1, lift={"S01": 0.2, "S02": 0}
    )
    did = arms["customer_id"].isin(made.conversions["customer_id"])
    share = did.groupby([arms["segment_id"], arms["arm"]]).mean()
    assert share["S01", "treatment"] == pytest.approx(0.3, abs=0.03)
    for other in (("S01", "hold-out"), ("S02", "treatment"), ("S02", "hold-out")):
        assert share[other] == pytest.approx(0.1, abs=0.03)


def test_who_responds_buys_once_in_time_and_stands_in_the_file(arms):
    made = simulate_experiment(arms, "2024-10-01", days=14)
    sent = made.campaigns["sent_at"].iloc[0]
    assert sent == pd.Timestamp("2024-10-01 08:00")
    wait = made.conversions["converted_at"] - sent
    assert wait.between(pd.Timedelta(0), pd.Timedelta(days=14), inclusive="left").all()
    assert len(made.order_lines) == len(made.conversions)
    assert len(made.campaigns) == len(arms)
    assert (made.campaigns["treated"].to_numpy() == (arms["arm"] == "treatment")).all()


def test_the_same_arguments_give_the_same_whatever_the_order(arms):
    one = simulate_experiment(arms, "2024-10-01", seed=3)
    other = simulate_experiment(
        arms.sample(frac=1, random_state=1), "2024-10-01", seed=3
    )
    pd.testing.assert_frame_equal(one.conversions, other.conversions)

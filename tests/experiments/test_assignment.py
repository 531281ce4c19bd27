"""Arms: by lot, within strata, the same for ever."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from segtools.experiments.assignment import (
    HOLDOUT,
    TREATMENT,
    assign_arms,
    lots,
    refuse_one_arm,
    value_strata,
)
from segtools.schema import ConfigError, DataError


def customers(n=600, start=0):
    number = np.arange(start, start + n)
    return pd.DataFrame(
        {
            "customer_id": [f"c{i}" for i in number],
            "segment_id": [f"S{i % 3:02d}" for i in number],
            "segment": [f"Segment {i % 3}" for i in number],
            "value": (number * 7919 % 101).astype(float),
        }
    )


def dealt(frame, name="spring", holdout=0.2, seed=1, before=None, as_of="2024-10-01"):
    return assign_arms(
        frame, name, holdout=holdout, seed=seed, as_of=as_of, before=before
    )


def held(arms):
    return set(arms.loc[arms["arm"] == HOLDOUT, "customer_id"])


def test_each_stratum_holds_back_its_share_to_the_customer():
    arms = dealt(customers(), holdout=0.3)
    sizes = arms.groupby(["segment_id", "stratum"])["arm"].agg(
        n="size", held=lambda a: (a == HOLDOUT).sum()
    )
    assert len(sizes) == 9
    assert (abs(sizes["held"] - 0.3 * sizes["n"]) < 1).all()


def test_small_strata_hold_back_their_share_on_average():
    frame = customers(1200).assign(segment_id=lambda f: f["value"].astype(str))
    arms = dealt(frame, holdout=0.1)
    assert len(held(arms)) == pytest.approx(120, abs=25)


@given(st.randoms(use_true_random=False))
def test_the_order_of_rows_changes_nothing(chance):
    frame = customers(60)
    order = list(range(60))
    chance.shuffle(order)
    pd.testing.assert_frame_equal(dealt(frame.iloc[order]), dealt(frame))


def test_another_index_or_more_columns_change_nothing():
    frame = customers(60)
    other = frame.assign(more=1).set_index(frame.index + 1000)
    pd.testing.assert_frame_equal(dealt(other), dealt(frame))


def test_new_customers_change_nobodys_arm_and_do_not_hang_on_each_other():
    first = dealt(customers(300))
    more, fewer = (
        dealt(customers(n), before=first, as_of="2024-11-01") for n in (600, 450)
    )
    kept = more[more["customer_id"].isin(first["customer_id"])]
    pd.testing.assert_frame_equal(kept.reset_index(drop=True), first)
    both = fewer.merge(more, on="customer_id")
    assert (both["arm_x"] == both["arm_y"]).all()
    new = more[~more["customer_id"].isin(first["customer_id"])]
    assert set(new["assigned_at"]) == {"2024-11-01"}
    assert (new["arm"] == HOLDOUT).mean() == pytest.approx(0.2, abs=0.07)


def test_who_changes_segment_or_leaves_keeps_the_arm():
    first = dealt(customers(300))
    moved = customers(200).assign(segment_id="S99", segment="New")
    pd.testing.assert_frame_equal(dealt(moved, before=first), first)


def test_other_names_and_seeds_deal_anew_and_independently():
    one = held(dealt(customers()))
    for other in (dealt(customers(), name="autumn"), dealt(customers(), seed=2)):
        both = len(one & held(other))
        assert stats.hypergeom.cdf(both, 600, 120, 120) > 1e-4
        assert stats.hypergeom.sf(both - 1, 600, 120, 120) > 1e-4


def test_names_and_ids_cannot_be_confused():
    assert lots(["1:a"], "x", 1) != lots(["a"], "x:1", 1)
    assert lots(["a"], "x", 11) != lots(["a"], "x", 1)


def test_lots_are_even():
    drawn = lots(range(20_000), "spring", 1)
    assert stats.kstest(drawn, "uniform").pvalue > 0.01


def test_lots_are_known_so_that_no_version_deals_anew():
    assert lots(["ann"], "spring", 1)[0] == pytest.approx(0.63948216)


def test_customers_of_equal_value_share_a_stratum():
    value = pd.Series([1.0, 1, 1, 1, 5, 9, np.nan])
    strata = value_strata(value, pd.Series(["a"] * 7))
    assert len(set(strata[:4])) == 1
    assert strata[6] == 1
    assert (value_strata(pd.Series([3.0] * 5), pd.Series(["a"] * 5)) == 1).all()


@pytest.mark.parametrize("share", [0, 1, -0.1, 1.5, float("nan")])
def test_nobody_or_everybody_held_back_is_refused(share):
    with pytest.raises(ConfigError, match=r"^experiment\.holdout must be above 0 and"):
        dealt(customers(10), holdout=share)


def test_an_arm_that_stays_empty_is_refused():
    arms = dealt(customers(3), holdout=0.01)
    said = (
        r"^experiment must have customers in both arms, but 'spring' has none in hold"
    )
    with pytest.raises(ConfigError, match=said):
        refuse_one_arm(arms, "spring", 0.01)
    assert (arms["arm"] == TREATMENT).all()


def test_a_customer_in_two_rows_is_refused():
    twice = pd.concat([customers(5), customers(1)])
    with pytest.raises(DataError, match="1 rows repeat a customer"):
        dealt(twice)


def test_nobody_at_all_is_no_error():
    assert dealt(customers(0)).empty

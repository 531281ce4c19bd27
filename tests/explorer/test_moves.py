"""What a moved cut does: sizes, value, agreement; and nothing of a few customers."""

from itertools import combinations

import numpy as np
import pandas as pd
import pytest
from explorer_runs import make_run

from segtools.explorer.explore import explore
from segtools.explorer.moves import (
    cut_named,
    looked,
    moved_sentence,
    moved_table,
    stops_of,
)
from segtools.explorer.opened import opened
from segtools.schema import ConfigError
from segtools.segmentation.cuts import Cut, cuts_of
from segtools.segmentation.tiers import cut_payload


def test_sizes_and_value_are_those_of_the_customers(by_hand):
    """The cut between once and now and then goes from 3 to 5: twenty come down."""
    move = looked(by_hand, Cut("n_orders", 3.0), 5.0)
    sizes = move.sizes.set_index("segment_id")
    assert sizes["before"].to_dict() == {"S01": 40, "S02": 50, "S03": 30}
    assert sizes["after"].to_dict() == {"S01": 40, "S02": 30, "S03": 50}
    assert sizes["value_before"].to_dict() == {"S01": 4200, "S02": 3000, "S03": 600}
    assert sizes["value_after"].to_dict() == {"S01": 4200, "S02": 2100, "S03": 1500}
    assert (move.changed, move.n) == (20, 120)


def test_agreement_is_worked_out_from_the_pairs(by_hand):
    """Of 120 customers 20 go from S02 to S03: pairs in both, against chance."""
    move = looked(by_hand, Cut("n_orders", 3.0), 5.0)
    pairs = lambda n: n * (n - 1) / 2  # noqa: E731
    both = pairs(30) + pairs(20) + pairs(30) + pairs(40)
    before, after = pairs(30) + pairs(50) + pairs(40), pairs(50) + pairs(30) + pairs(40)
    chance = before * after / pairs(120)
    want = (both - chance) / ((before + after) / 2 - chance)
    assert move.same == pytest.approx(want)


def test_where_nothing_moves_nothing_changes(by_hand):
    move = looked(by_hand, Cut("n_orders", 3.0), 3.0)
    assert (move.changed, move.same, move.then) == (0, 1.0, move.now)
    assert "the cut stays at 3 orders" in moved_sentence(by_hand, move)


def test_the_sentence_says_size_and_stability(by_hand):
    said = moved_sentence(by_hand, looked(by_hand, Cut("n_orders", 3.0), 5.0))
    assert said.startswith(
        "Orders: with the cut at 5 orders instead of 3 orders, 20 of"
    )
    assert "(17\u202f%) change segment" in said
    assert "In 50 other samples of customers such segments come again" in said


def test_a_cut_moves_only_to_its_stops(by_hand):
    cut = Cut("n_orders", 3.0)
    assert stops_of(by_hand, cut) == (1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0)
    with pytest.raises(ConfigError, match=r"but 2\.2 is none. The nearest is 2\."):
        looked(by_hand, cut, 2.2)


def test_two_looks_never_tell_what_a_few_customers_spent():
    """Everybody spends a sum of his own; two looks differ by ten or by nobody."""
    run = make_run(n=300)
    run.features["n_orders"] += pd.Series(range(300)) / 1000  # nobody like another
    run.features["spend_total"] = [float(2**16 + i) for i in range(300)]
    run.segments = run.model.assign(run.features)
    found = opened(run)
    for cut in cuts_of(found.model):
        looks = [looked(found, cut, to).sizes for to in stops_of(found, cut)]
        assert len(looks) > 5
        for one, other in combinations(looks, 2):
            people = (one["after"] - other["after"]).abs()
            money = (one["value_after"] - other["value_after"]).abs()
            assert ((people == 0) | (people >= 10)).all()
            assert (money[people == 0] == 0).all()


def unlike(n=300):
    """Nobody has as many orders as another; sums of spending say who is in them."""
    run = make_run(n=n)
    run.features["n_orders"] += pd.Series(range(n)) / 1000
    run.features["spend_total"] = [float(2**16 + i) for i in range(n)]
    run.segments = run.model.assign(run.features)
    return run


def parts(explored, places):
    """Count the customers between two places next to each other."""
    values = np.sort(explored.features["n_orders"])
    below = np.searchsorted(values, sorted(places), side="right")
    return np.diff(np.r_[0, below, len(values)])


def test_two_cuts_between_them_never_tell_what_a_few_customers_spent():
    """One cut comes from below and one from above, and what both pass has a sum."""
    found = opened(unlike())
    low, high = cuts_of(found.model)
    places = {*stops_of(found, low), *stops_of(found, high)}
    assert len(places) > 15
    assert set(stops_of(found, low)) & set(stops_of(found, high)) - {low.at, high.at}
    assert parts(found, places).min() >= 10


def test_cuts_that_are_kept_never_tell_what_a_few_customers_spent():
    """From another place the steps would be others, and between the two are a few."""
    explorer = explore(unlike())
    places = {to for cut in (0, 1) for to in explorer.stops(cut)}
    for to in explorer.stops(0):
        if to == next(iter(explorer.cuts.values())).at:
            continue
        explorer.keep(0, to, why="to see", force=True)
        assert {t for cut in (0, 1) for t in explorer.stops(cut)} <= places
        explorer.undo()
    assert parts(explorer.state, places).min() >= 10


def test_a_segment_of_a_few_stays_hidden_when_others_come_to_it():
    """Four are once; ten more come from whom 59 are shown: 14 less 10 were told."""
    run = make_run(n=120)
    run.features["n_orders"] = [1.0] * 4 + [2.0 + i / 1000 for i in range(116)]
    run.model.payload.update(cut_payload({"n_orders": [1.5, 2.0795]}))
    run.segments = run.model.assign(run.features)
    found = opened(run)
    cut = cuts_of(found.model)[0]
    assert len(stops_of(found, cut)) > 3
    for to in stops_of(found, cut):
        sizes = looked(found, cut, to).sizes.set_index("segment_id")
        assert sizes.loc["S03"].isna()[["before", "after", "value_after"]].all()
        assert sizes["after"].isna().sum() == 2
        assert sizes["after"].isna().equals(sizes["before"].isna())


def test_the_value_is_the_runs_own(golden):
    """It adds up to what the profiles say segments spent."""
    from explorer_runs import GOLDEN

    from segtools.explorer.views import segment_sizes

    rows = pd.read_parquet(GOLDEN / "profiles.parquet")
    rows = rows[(rows["kind"] == "size") & (rows["name"] == "value")]
    told = rows.set_index("segment_id")["value"]
    own = segment_sizes(golden).set_index("segment_id")["value_after"]
    assert own.to_dict() == pytest.approx(told.to_dict(), abs=0.01)


def test_without_money_the_value_is_a_dash():
    run = make_run()
    run.features = run.features.drop(columns="spend_total")
    run.catalogue = run.catalogue[:2]
    found = opened(run)
    table = moved_table(found, looked(found, Cut("n_orders", 3.0), 5.0))
    assert table["Value (EUR) now"].isna().all()
    assert table["Customers then"].sum() == 120


def test_a_cut_is_called_by_number_or_words(by_hand):
    assert cut_named(by_hand, 1) == Cut("n_orders", 8.0)
    assert cut_named(by_hand, "Orders: 8 orders") == Cut("n_orders", 8.0)
    with pytest.raises(ConfigError, match="The cuts are Orders: 3 orders, Orders: 8"):
        cut_named(by_hand, 2)

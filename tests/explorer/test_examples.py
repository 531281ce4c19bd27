"""Example customers: typical or on the border, and nobody's id."""

import pytest
from explorer_runs import make_run

from segtools.explorer.examples import chosen, examples_table
from segtools.explorer.opened import opened
from segtools.explorer.views import examples_view
from segtools.masking import KEY


def test_the_typical_ones_stand_in_the_middle(by_hand):
    """S02 has 4 to 8 orders; nobody typical has the fewest or the most."""
    rows = chosen(by_hand, "S02")
    assert rows["kind"].tolist() == ["typical"] * 3
    orders = by_hand.features["n_orders"].iloc[rows["place"].astype(int)]
    assert set(orders) <= {5.0, 6.0, 7.0}


def test_those_on_the_border_are_the_least_sure(golden):
    rows = chosen(golden, "S07")
    border = rows.loc[rows["kind"] == "on the border", "place"].astype(int)
    own = golden.segments[golden.segments["segment_id"] == "S07"]
    assert len(border) == 2
    least = own["confidence"].nsmallest(2).tolist()
    assert sorted(golden.segments["confidence"].iloc[border]) == sorted(least)


def test_no_id_is_shown_anywhere(by_hand, monkeypatch):
    for key in ("", "a secret"):
        monkeypatch.setenv(KEY, key)
        examples_view.cache_clear()
        for segment_id in by_hand.names:
            shown = examples_view(by_hand, segment_id)
            assert "ann" not in shown.html
            assert "@" not in shown.html + shown.text
    examples_view.cache_clear()


def test_with_a_key_the_stand_ins_are_the_same_in_another_run(by_hand, monkeypatch):
    run = make_run()
    run.features = run.features.iloc[24:]
    run.segments = run.segments.iloc[24:]
    monkeypatch.setenv(KEY, "a secret")
    heads = [set(examples_table(r, "S02").columns) for r in (by_hand, opened(run))]
    assert len(heads[0] & heads[1]) > 1
    monkeypatch.setenv(KEY, "another")
    assert set(examples_table(by_hand, "S02").columns) & heads[0] == {"What"}


def test_values_are_rounded_so_that_nobody_can_be_looked_up():
    run = make_run()
    run.features["spend_total"] += 1234.56
    table = examples_table(opened(run), "S01").set_index("What")
    assert set(table.loc["Spend (EUR)"]) == {"1\u202f300"}


@pytest.mark.parametrize("n", [0, 9])
def test_of_a_small_segment_there_are_no_examples(n):
    run = make_run()
    few = run.features.index[run.features["n_orders"] > 8][n:]
    kept = run.features.drop(few)
    run.features, run.segments = kept, run.model.assign(kept)
    found = opened(run)
    assert chosen(found, "S01").empty
    assert "fewer than 10 customers" in examples_view(found, "S01").text

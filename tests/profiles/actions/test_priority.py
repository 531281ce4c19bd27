"""Priority is a weighted sum that can be added up by hand."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from segtools.profiles.actions import (
    Measures,
    priority_sentences,
    priority_table,
)
from segtools.profiles.actions.priority import ratings, score, shares

CRITERIA = {"value": 40, "growth": 25, "size": 20, "reach": 15}
KNOWN = Measures(
    trend={"S01": 0.5, "S02": 1.0},
    reach={"S01": 0.8, "S02": 0.4},
    reach_by="email and newsletter",
)


@pytest.fixture
def pair(card):
    return [card(1, n=100, value_share=0.6), card(2, n=400, value_share=0.4)]


def test_a_worked_example(pair, acted):
    made = acted(*pair, criteria=CRITERIA, measures=KNOWN)
    one, two = made["segments"]
    assert one["ratings"] == {"value": 10, "growth": 5.0, "size": 2.5, "reach": 10}
    assert two["ratings"] == {"value": 6.7, "growth": 10, "size": 10, "reach": 5.0}
    # 6.7 * 40 / 10, 10 * 25 / 10, 10 * 20 / 10, 5 * 15 / 10.
    assert two["points"] == {"value": 26.8, "growth": 25, "size": 20, "reach": 7.5}
    assert (one["score"], two["score"]) == (72.5, 79.3)
    assert (one["priority"], two["priority"]) == (2, 1)


def test_the_table_adds_up_by_hand(pair, acted):
    made = acted(*pair, criteria=CRITERIA, measures=KNOWN)
    table = priority_table(made)
    heads = ["Value, of 40", "Growth, of 25", "Size, of 20", "Reach, of 15"]
    assert table.columns.tolist()[2:6] == heads
    assert table["Segment"].tolist() == ["Segment 2", "Segment 1"]
    added = table[heads].sum(axis=1).round(1)
    assert added.tolist() == table["Score, of 100"].tolist() == [79.3, 72.5]


def test_a_criterion_that_nothing_tells_gives_its_weight_to_the_others(pair, acted):
    made = acted(*pair, criteria=CRITERIA)
    assert made["weights"] == {"value": 66.7, "size": 33.3}
    assert made["unknown"] == {"growth": 25, "reach": 15}
    said = priority_sentences(made)
    assert (
        "Reach (share who can be reached) is not in the data: its weight (15) is "
        "shared among the others." in said
    )


def test_what_only_people_can_rate_is_listed_with_its_weight(pair, acted):
    made = acted(*pair, criteria={"Value": 80, "brand fit": 20})
    assert made["by_people"] == {"brand fit": 20}
    assert made["weights"] == {"value": 100.0}
    assert any("“brand fit” (weight 20)" in s for s in priority_sentences(made))


def test_one_segment_of_which_too_little_is_known_is_named(pair, acted):
    part = Measures(trend={"S02": 1.0}, reach=KNOWN.reach)
    made = acted(*pair, criteria=CRITERIA, measures=part)
    assert made["segments"][0]["points"]["growth"] is None
    # 10 * 53.3 / 10 + 2.5 * 26.7 / 10 + 10 * 20 / 10.
    assert made["segments"][0]["score"] == 80.0
    assert any(
        s.startswith("For Segment 1 too little is known of growth")
        for s in priority_sentences(made)
    )


def test_the_expected_effect_is_rated_where_it_has_a_weight(pair, acted):
    known = {
        "S01": {"mean": 80.0, "sd": 1.0, "n": 90},
        "S02": {"mean": 5.0, "sd": 1.0, "n": 90},
    }
    made = acted(*pair, criteria={"effect": 1}, outcomes=known)
    # 5 % of 80 for 100 customers against 5 % of 5 for 400.
    assert [r["worth"] for r in made["segments"]] == [400.0, 100.0]
    assert [r["score"] for r in made["segments"]] == [100.0, 25.0]


def test_equal_scores_go_by_the_worth_of_a_lift_and_then_by_rank(card, acted):
    three = [card(1, rank=3), card(2, rank=2), card(3, rank=1)]
    same = {f"S0{i}": {"mean": 5.0, "sd": 1.0, "n": 90} for i in (1, 2, 3)}
    richer = same | {"S02": {"mean": 6.0, "sd": 1.0, "n": 90}}
    assert [r["priority"] for r in acted(*three, outcomes=same)["segments"]] == [
        3,
        2,
        1,
    ]
    assert [r["priority"] for r in acted(*three, outcomes=richer)["segments"]] == [
        3,
        1,
        2,
    ]


@pytest.mark.parametrize("criteria", [{}, {"fame": 10}, {"value": 0}, {"reach": 5}])
def test_without_any_rating_there_is_no_score_but_an_order(card, acted, criteria):
    made = acted(card(1, n=10), card(2, n=90), criteria=criteria)
    assert [r["score"] for r in made["segments"]] == [None, None]
    assert [r["priority"] for r in made["segments"]] == [2, 1]
    assert priority_sentences(made)[0].startswith("No criterion with a weight")
    assert len(priority_table(made)) == 2


def test_losses_and_empty_columns_are_rated_nothing():
    rated = ratings({"a": {"growth": -0.5, "size": 0.0}, "b": {"growth": 2.0}})
    assert rated["a"] == {"growth": 0.0, "size": 0.0}


def test_the_sentence_names_the_first_two_and_how_reach_is_told(pair, acted):
    said = priority_sentences(acted(*pair, criteria=CRITERIA, measures=KNOWN))
    assert said[0] == (
        "Segment 2 comes first, with 79.3 of 100 points; then Segment 1, with 72.5."
    )
    assert said[1].endswith("Reach is told by email and newsletter.")


def test_one_segment_is_first_without_a_second(card, acted):
    said = priority_sentences(acted(card(1)))
    assert said[0] == "Segment 1 comes first, with 100 of 100 points."


weights = st.dictionaries(
    st.sampled_from(["value", "growth", "size", "reach", "effect"]),
    st.integers(1, 1000),
    min_size=1,
)


@given(weights, st.floats(0, 10))
def test_points_add_up_and_never_exceed_their_weight(given_weights, rating):
    rated = dict.fromkeys(given_weights, round(rating, 1))
    scored = score(rated, given_weights)
    parts = shares(given_weights)
    assert round(sum(parts.values()), 1) == 100
    assert scored.score == round(sum(scored.points.values()), 1)
    assert all(scored.points[n] <= parts[n] + 0.05 for n in parts)

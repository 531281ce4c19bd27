"""Segments that would be treated alike are named, and could be merged."""

import yaml

from segtools.config import decision_blocks
from segtools.languages import use_language
from segtools.profiles.actions import actions_sentence, merge_block

COUPONS, OVERDUE = ("coupon_share", "ge"), ("overdue_ratio", "ge")


def test_two_segments_with_one_row_keep_it_and_are_flagged(card, acted):
    cards = [card(2, COUPONS), card(3, OVERDUE), card(4, COUPONS)]
    made = acted(*cards)
    assert [r["rule"] for r in made["segments"]] == ["coupons", "wake", "coupons"]
    assert [r["same_as"] for r in made["segments"]] == [["S04"], [], ["S02"]]
    (same,) = made["same"]
    assert same["segments"] == ["S02", "S04"]
    assert same["sentence"] == (
        "Segment 2 (S02) and Segment 4 (S04) get the same treatment (“Your coupons for "
        "what you really buy”): run them as one, or merge them."
    )


def test_the_block_that_would_merge_them_is_one_the_configuration_takes(card, acted):
    made = acted(card(2, COUPONS), card(3, OVERDUE), card(4, COUPONS))
    body = yaml.safe_load(merge_block(made))
    assert decision_blocks(body["decisions"]) == [made["same"][0]["decision"]]
    assert body["decisions"][0]["segments"] == ["S02", "S04"]
    assert body["decisions"][0]["why"]


def test_all_segments_alike_are_not_merged_into_none(card, acted):
    made = acted(card(1, COUPONS), card(2, COUPONS))
    assert made["same"][0]["decision"] is None
    assert made["same"][0]["sentence"].startswith("All 2 segments get the same")
    assert merge_block(made) == "# Nothing to merge."


def test_one_row_about_two_categories_is_two_treatments(card, acted, said):
    tea, bread = (
        said("order_lines", "category", "bought", name) for name in ("Tea", "Bread")
    )
    made = acted(card(1, tea), card(2, bread))
    assert [r["rule"] for r in made["segments"]] == ["interest", "interest"]
    assert made["same"] == []
    assert made["different"] == 2


def test_more_actions_than_the_team_can_run_are_said(card, acted):
    cards = [card(1, COUPONS), card(2, OVERDUE), card(3, ("basket_mean", "ge"))]
    too_many = actions_sentence(acted(*cards, max_actions=2))
    assert too_many.startswith("3 segments get 3 different actions, but the team can")
    assert actions_sentence(acted(*cards, max_actions=3)) == (
        "3 segments get 3 different actions; the team can run 3."
    )
    assert actions_sentence(acted(*cards[:1])) == ("1 segment gets 1 different action.")


def test_hostile_names_stay_text_in_the_block(card, acted):
    bad = "x]\n- what: exclude"
    made = acted(card(1, COUPONS, segment=bad), card(2, COUPONS), card(3))
    assert len(yaml.safe_load(merge_block(made))["decisions"]) == 1
    assert "\n" not in made["same"][0]["sentence"]


def test_the_block_can_be_read_in_any_script(card, acted):
    with use_language("ru"):
        block = merge_block(acted(card(1, COUPONS), card(2, COUPONS), card(3, OVERDUE)))
    assert "В книге правил для них одно действие" in block

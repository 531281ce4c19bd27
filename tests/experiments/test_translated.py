"""Experiments in another language: points, everyone, numbers that stay the same."""

from __future__ import annotations

import pytest
from translated import russian

from segtools.experiments.planned import plan_table
from segtools.experiments.planner import plan_experiment
from segtools.experiments.readout import read_out
from segtools.experiments.sizes import band_of, points
from segtools.experiments.words import lift_sentences
from segtools.languages import use_language

POINTS = {
    ("{n} point", "{n} points"): ("{n} пункт", "{n} пункта", "{n} пунктов"),
    ("{low} to {high} point", "{low} to {high} points"): (
        "от {low} до {high} пункта",
        "от {low} до {high} пунктов",
        "от {low} до {high} пунктов",
    ),
}


@pytest.mark.parametrize(
    ("share", "said"),
    [(0.21, "21 пункт"), (-0.2, "−20 пунктов"), (0.01, "1,0 пункта")],
)
def test_points_take_the_form_of_their_number(tmp_path, share, said):
    with use_language(russian(tmp_path, POINTS)):
        assert points(share) == said


def test_an_interval_names_its_unit_once(tmp_path):
    row = {"low": -0.01, "high": 0.2}
    with use_language(russian(tmp_path, POINTS | {"{low} to {high}": "{low}…{high}"})):
        assert band_of("response", row, "EUR") == "от −1,0 до 20 пунктов"
        assert band_of("spend", row, "EUR") == "−0,01…0,20 EUR"
        unknown = {"low": None, "high": 1.0}
        assert band_of("spend", unknown, "EUR") == "not known"


def test_everyone_is_a_key_in_records_and_a_word_in_tables(tmp_path):
    group = {"segment_id": "S01", "segment": "Loyal", "treatment": 1600, "holdout": 400}
    known = {"S01": {"mean": 0.1, "sd": 0.3, "n": 500}}
    with use_language(russian(tmp_path, {"Everyone": "Все"})):
        plan = plan_experiment(
            [group], known, {"holdout": 0.2}, goal="keep_customers", days=90
        )
        assert plan_table(plan)["Segment"].tolist() == ["Loyal", "Все"]
    assert plan["everyone"]["segment"] == "Everyone"
    assert {row["segment"] for row in plan["curves"]} == {"Loyal", "Everyone"}


def test_a_readout_says_other_words_and_the_same_numbers(tmp_path, drawn, campaign):
    rows = drawn([0.15, 0.0, 0.0])
    english = read_out(campaign(rows))
    found = "Lifts in responses beyond chance, with {n} segment{s} tested: {each}."
    pair = found.replace("{s}", ""), found.replace("{s}", "s")
    words = {pair: ("{n} сегмент: {each}", "{n} сегмента: {each}", "{n}: {each}")}
    words |= {("lift in responses:", "{size} more"): "больше на {size}"}
    with use_language(russian(tmp_path, words | POINTS)):
        said = read_out(campaign(rows))
        sentences = lift_sentences(said, "EUR")
    assert said == english
    (which,) = [text for text in sentences if text.startswith("3 сегмента: Loyal (")]
    assert "больше на" in which

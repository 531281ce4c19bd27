"""A plan and a readout say how many, what can be found or was, and how sure it is."""

import pytest
from glancing import HOSTILE, looked_at

from segtools.experiments.glances import ExperimentPlan, Readout
from segtools.experiments.planner import plan_experiment
from segtools.experiments.readout import read_out
from segtools.wording import plain

hostile = pytest.mark.parametrize("name", HOSTILE)


def planned(name="spring", segment="Loyal", goal="keep_customers", mean=0.1):
    group = {"segment_id": "S01", "segment": segment, "rank": 1, "colour": "#0072B2"}
    group |= {"treatment": 1_600, "holdout": 400}
    block = {"name": name, "holdout": 0.2, "effect": 0.05, "per_day": None}
    known = {"S01": {"mean": mean, "sd": 0.3, "n": 500}}
    return plan_experiment([group], known, block, goal=goal, days=90)


def test_a_plan_says_who_is_held_back_and_what_it_could_find():
    found = planned()
    text = looked_at(found)
    smallest = found["everyone"]["smallest_effect"] * 100
    assert isinstance(found, ExperimentPlan)
    assert text.startswith("Experiment plan: spring Over all segments a lift of")
    assert f"Over all segments a lift of {smallest:.1f} points would be found" in text
    assert "Customers: 2\u202f000; Held back: 400 (20\u202f%); Days: 90" in text
    assert f"Loyal 2\u202f000 400 {smallest:.1f} points" in text
    assert "Everyone 2\u202f000 400" in text


def test_a_plan_in_money_is_shown_as_money():
    found = planned(goal="grow_spend", mean=20.0)
    smallest = found["everyone"]["smallest_effect"]
    assert f"Loyal 2\u202f000 400 {smallest:.2f}" in looked_at(found)


def test_a_plan_of_which_nothing_is_known_says_so():
    text = looked_at(planned(mean=None, goal="grow_spend"))
    assert "What it could find is not known" in text


def test_a_plan_without_a_name_is_none():
    assert looked_at(planned(name=None)).startswith("Experiment plan: none is planned")


@hostile
def test_a_plan_escapes_the_names_that_users_give(name):
    assert looked_at(planned(name=name, segment=name))


def test_a_readout_says_what_was_found_where(drawn, campaign):
    found = read_out(campaign(drawn([0.15, 0.0, 0.0])))
    text = looked_at(found)
    assert isinstance(found, Readout)
    assert text.startswith("Campaign K1: lift K1: who was held back is as the")
    counts = found["counts"]
    assert f"Receivers: {counts['receivers']:,}".replace(",", "\u202f") in text
    rows = {line.split()[0]: line for line in repr(found).splitlines()}
    lift = found["segments"][0]["response"]["lift"] * 100
    assert f" yes {lift:.0f} points " in plain(rows["Loyal"])
    assert "may be chance" in rows["New"]


def test_an_association_shows_no_lift(drawn, campaign):
    rows = drawn([0.0, 0.0, 0.0], holdout=0.0)
    text = looked_at(read_out(campaign(rows)))
    assert text.startswith("Campaign K1: association only")
    assert "Responded" in text
    assert "Lift" not in text


def test_what_may_not_be_told_is_not_shown(drawn, campaign):
    rows = drawn([0.1, 0.1, 0.1], n=30)
    rows = rows[
        (rows["segment_id"] != "S02") | (rows.groupby("segment_id").cumcount() < 4)
    ]
    found = read_out(campaign(rows))
    line = next(x for x in repr(found).splitlines() if x.startswith("New"))
    assert plain(line).split()[1:3] == ["not", "told"]
    assert looked_at(found)


@hostile
def test_a_readout_escapes_the_campaigns_name(drawn, campaign, name):
    from dataclasses import replace

    assert looked_at(
        read_out(replace(campaign(drawn([0.1, 0.0, 0.0])), campaign_id=name))
    )

"""Cuts of frozen models: where they may go, and that no step tells of a few."""

from itertools import combinations

import numpy as np
import pandas as pd
import pytest
from frozen_models import MODELS, made, people

from segtools.schema import ConfigError
from segtools.segmentation.cuts import (
    Cut,
    crossing,
    cuts_of,
    no_cuts_sentence,
    roundest,
    stops,
)
from segtools.segmentation.decisions import change
from segtools.segmentation.hand import Hand, move_cut
from segtools.segmentation.place import place, readable
from segtools.segmentation.tiers import cut_payload

LIMIT = 10
WITH_CUTS = [kind for kind in MODELS if cuts_of(made(kind))]


def customers(kind):
    return people(made(kind).payload).to_pandas()


def positions(model, frame):
    labels = place(model.payload, readable(model.payload, frame)).labels
    return model.positions(frame["recency_days"], labels)


def tiers(values, cuts):
    """Make a model of one feature's cuts, and customers with these values."""
    from frozen_models import model_of

    ids = [f"c{i:03d}" for i in range(len(values))]
    frame = pd.DataFrame({"customer_id": ids, "x": values, "recency_days": 1.0})
    return model_of(cut_payload({"x": cuts})), frame


def test_models_of_points_and_rules_have_cuts_and_the_others_say_why_not():
    kinds = {made(kind).payload["kind"] for kind in WITH_CUTS}
    assert kinds == {"scorecard", "rules"}
    for kind in set(MODELS) - set(WITH_CUTS):
        assert no_cuts_sentence(made(kind)).endswith(("instead.", "be moved."))
    assert "nearest centre" in no_cuts_sentence(made("clusters"))
    assert "likeliest segment" in no_cuts_sentence(made("mixture"))
    assert "one segment, everyone" in no_cuts_sentence(made("one band"))


@pytest.mark.parametrize("kind", WITH_CUTS)
def test_two_placements_say_where_everybody_is_wherever_the_cut_lies(kind):
    model, frame = made(kind), customers(kind)
    rng = np.random.default_rng(3)
    tried = 0
    for cut in cuts_of(model):
        found = crossing(model, frame, cut)
        assert (found.positions(cut.at) == positions(model, frame)).all()
        inside = found.values[(found.values > found.low) & (found.values < found.high)]
        for to in rng.choice(inside, 4) if len(inside) else ():
            arguments = {"at": cut.at, "to": float(to), "feature": cut.feature}
            moved = change(model, "move_cut", arguments)
            assert (found.positions(to) == positions(moved, frame)).all(), (cut, to)
            tried += 1
    assert tried


@pytest.mark.parametrize("kind", WITH_CUTS)
def test_between_two_stops_nobody_changes_or_enough_do(kind):
    model, frame = made(kind), customers(kind)
    for cut in cuts_of(model):
        found = crossing(model, frame, cut)
        places = stops(found, LIMIT)
        assert cut.at in places
        assert places == sorted(set(places))
        for one, other in combinations(places, 2):
            changed = pd.crosstab(found.positions(one), found.positions(other))
            moves = changed.to_numpy()[
                changed.index.to_numpy()[:, None] != changed.columns.to_numpy()
            ]
            assert all(n == 0 or n >= LIMIT for n in moves), (cut, one, other)
            assert moves.sum() > 0


@pytest.mark.parametrize("kind", WITH_CUTS)
def test_a_stop_can_be_kept_as_a_decision(kind):
    model, frame = made(kind), customers(kind)
    for cut in cuts_of(model):
        found = crossing(model, frame, cut)
        for to in set(stops(found, LIMIT)) - {cut.at}:
            hand = Hand(frame, "they asked for it", min_share=LIMIT / len(frame))
            changed, _ = move_cut(model, hand, cut.at, to, cut.feature)
            assert (positions(changed, frame) == found.positions(to)).all()


def test_stops_can_be_worked_out_by_hand():
    """Twelve values of five customers each: every second one is a step of ten."""
    model, frame = tiers(np.repeat(np.arange(12.0), 5), [5.0])
    found = crossing(model, frame, Cut("x", 5.0))
    assert stops(found, LIMIT) == [1.0, 3.0, 5.0, 7.0, 9.0]
    assert stops(found, 1) == [float(x) for x in range(11)]
    assert stops(found, 61) == [5.0]


def test_stops_stay_between_the_neighbours_and_are_round():
    rng = np.random.default_rng(0)
    model, frame = tiers(rng.uniform(0, 100, 3000), [20.0, 50.0, 80.0])
    places = stops(crossing(model, frame, Cut("x", 50.0)), LIMIT, most=11)
    assert len(places) in (11, 12)
    assert 20 < min(places) < 25
    assert 75 < max(places) < 80
    assert all(to == round(to, 4) for to in places)
    assert 50.0 in places


def test_a_segment_is_never_left_with_a_few():
    model, frame = tiers(np.arange(100.0), [50.0])
    places = stops(crossing(model, frame, Cut("x", 50.0)), LIMIT)
    assert min(places) >= 9
    assert max(places) <= 89


def test_customers_without_a_value_cross_no_cut():
    values = np.r_[np.arange(40.0), [np.nan] * 40]
    model, frame = tiers(values, [20.0])
    found = crossing(model, frame, Cut("x", 20.0))
    assert (found.below[40:] == found.above[40:]).all()


def test_points_stay_whole_and_a_score_on_the_cut_lies_above():
    model, frame = made("ties"), customers("ties")
    cut = cuts_of(model)[1]
    found = crossing(model, frame, cut)
    assert cut.feature is None
    assert not found.is_below(cut.at)[found.values == cut.at].any()
    assert all(to == int(to) for to in stops(found, 1))


def test_a_cut_that_is_none_is_refused():
    model, frame = tiers(np.arange(50.0), [20.0])
    with pytest.raises(ConfigError, match=r"but 21 of 'x' is none. Its cuts are 20\."):
        crossing(model, frame, Cut("x", 21.0))


@pytest.mark.parametrize(
    ("low", "high", "want"),
    [
        (30.729, 31.2, 31.0),
        (99.9, 100.05, 100.0),
        (5.0, 5.000001, 5.0),
        (-3.4, -2.9, -3.0),
        (0.0, 7.0, 0.0),
        (1234.0, np.inf, 2000.0),
    ],
)
def test_the_roundest_number_of_a_range(low, high, want):
    assert roundest(low, high) == pytest.approx(want)

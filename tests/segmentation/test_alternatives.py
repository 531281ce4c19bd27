"""An alternative is what a run with these choices would have decided."""

import numpy as np
import pandas as pd
import pytest
from tasks import make_learning, population

from segtools.schema import DataError
from segtools.segmentation import contest as contests
from segtools.segmentation.alternatives import Prepared, learn_alternative
from segtools.segmentation.contest import Rules, run_contest
from segtools.segmentation.freeze import freeze
from segtools.segmentation.structure import Structure
from segtools.segmentation.verdict import decide

PLAN = {"evidence": "out_of_time", "sentence": "One period, then the next."}
STRUCTURE = Structure("constructed", 3, "No groups.")


@pytest.fixture(autouse=True)
def few_draws(monkeypatch):
    monkeypatch.setattr(contests, "N_DRAWS", 40)


def data(**more) -> Prepared:
    given = {"learning": make_learning(), "plan": PLAN, "adequacy": "green"}
    return Prepared(**({"features": population()} | given | more))


def rules(**more) -> Rules:
    return Rules(**({"goal": "grow_spend", "method": "goal", "n_segments": 3} | more))


@pytest.mark.parametrize("method", ["goal", "clusters", "rules"])
def test_its_segments_are_those_that_the_run_would_have_frozen(method, monkeypatch):
    monkeypatch.setattr("segtools.segmentation.freeze.N_REPLICATES", 1)
    given, own = data(), rules(method=method)
    found = learn_alternative(given, STRUCTURE, own)
    contest = run_contest(given.learning, PLAN, own)
    frozen = freeze(contest, given.learning, given.features, [])
    rank = {s["segment_id"]: s["rank"] for s in frozen.segments}
    segments = frozen.assign(given.features).set_index("customer_id")["segment_id"]
    assert found.segments.to_dict() == segments.map(rank).to_dict()
    verdict = decide(
        STRUCTURE, contest, adequacy="green", force=False, n_segments=len(rank)
    )
    for name in ("structure", "decision", "worth"):
        assert found.facts[name] == verdict[name]


def test_another_method_that_beats_chance_is_reason_enough_to_segment():
    found = learn_alternative(data(), STRUCTURE, rules(method="clusters"))
    assert found.facts["beats_random"] is False
    assert found.facts["decision"] == "segment"
    noise = data(learning=make_learning(noise=True))
    found = learn_alternative(noise, STRUCTURE, rules(method="clusters"))
    assert found.facts["decision"] == "do_not_segment"


def test_only_those_who_are_named_enter_the_contest():
    held = run_contest(data().learning, PLAN, rules(), among=[])
    assert held.entries == []
    found = learn_alternative(data(), STRUCTURE, rules())
    assert found.facts["beats_random"] is True
    assert 0 < found.facts["gini"] < 1


def test_the_order_of_rows_and_columns_changes_nothing():
    whole, given = learn_alternative(data(), STRUCTURE, rules()), data()
    shuffled = given.features.sample(frac=1, random_state=3)
    names = list(shuffled.columns)
    mixed = learn_alternative(
        data(features=shuffled[["customer_id", *sorted(names[1:], reverse=True)]]),
        STRUCTURE,
        rules(),
    )
    assert mixed.facts == pytest.approx(whole.facts)
    assert mixed.segments.sort_index().equals(whole.segments.sort_index())


def test_plain_columns_are_another_segmentation():
    own = rules(method="clusters")
    logged = learn_alternative(data(), STRUCTURE, own)
    plain = learn_alternative(data(), STRUCTURE, own, logged=False)
    assert (logged.segments != plain.segments).any()


def test_where_the_verdict_is_not_to_segment_there_is_one_segment():
    red = data(adequacy="red")
    found = learn_alternative(red, STRUCTURE, rules())
    assert found.facts["decision"] == "do_not_segment"
    assert found.facts["n_segments"] == 1
    assert set(found.segments) == {1}
    assert list(found.expected) == [1]
    forced = learn_alternative(red, STRUCTURE, rules(), force=True)
    assert forced.facts["n_segments"] == 3


def test_a_method_that_cannot_learn_says_so():
    flat = make_learning().assign(outcome=5.0)
    with pytest.raises(DataError, match="outcome must differ"):
        learn_alternative(data(learning=flat), STRUCTURE, rules())
    found = learn_alternative(data(learning=flat), STRUCTURE, rules(method="rules"))
    assert found.facts["worth"] == "not_judged"
    assert found.facts["beats_random"] is None


def test_best_is_first_and_expected_of_the_most():
    found = learn_alternative(data(), STRUCTURE, rules())
    values = pd.Series(found.expected).sort_index().to_numpy()
    assert (np.diff(values) < 0).all()
    assert found.facts["best_value"] > found.facts["best_customers"]

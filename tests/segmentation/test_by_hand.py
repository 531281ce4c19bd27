"""A run carries out what an analyst decided, again and again, or says why it cannot."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from tasks import make_learning, population

from segtools.records import write_record
from segtools.schema import ConfigError
from segtools.segmentation import contest as contests
from segtools.segmentation import freeze as freezing
from segtools.segmentation.by_hand import carry_out, planned
from segtools.segmentation.contest import Rules, run_contest
from segtools.segmentation.decisions import apply_decisions, without
from segtools.segmentation.freeze import freeze
from segtools.segmentation.hand_words import (
    decision_sentence,
    decision_table,
    with_hand,
)
from segtools.segmentation.model import SegmentModel, everyone
from segtools.segmentation.place import place, score
from segtools.segmentation.rescored import rescore
from segtools.segmentation.scheme import Learned, known_scheme, schemes

PLAN = {"evidence": "out_of_time", "sentence": "Judged on the next period.", "legs": []}
WHY = "both get one letter"
MERGE = {"what": "merge", "segments": ["S02", "S03"], "why": WHY}
SPLIT = {"what": "split", "segment": "S01", "feature": "evening_share", "upper": 0.5}
SPLIT |= {"why": "evenings are called, days are written to", "who": "ann"}
EXCLUDE = {"what": "exclude", "variable": "evening_share", "why": "we measure it badly"}


def hold(learning: pd.DataFrame, method: str, *, plan=PLAN):
    """Hold a contest of one scheme and the baselines, with few draws."""
    with pytest.MonkeyPatch.context() as patch:
        own = [known_scheme(method), *schemes("baseline")]
        patch.setattr(contests, "schemes", lambda: own)
        patch.setattr(contests, "N_DRAWS", 60)
        return run_contest(learning, plan, Rules("grow_spend", 4, seed=1))


def learn(learning, features, method: str, *, plan=PLAN):
    held = hold(learning, method, plan=plan)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(freezing, "N_REPLICATES", 5)
        return held, freeze(held, learning, features, [])


@pytest.fixture(autouse=True)
def few_draws(monkeypatch):
    """Judge by as many draws as the contests above."""
    monkeypatch.setattr(contests, "N_DRAWS", 60)


@pytest.fixture(scope="module", params=["goal", "clusters", "rules"])
def run(request):
    """A contest and its frozen model, of every kind."""
    return learn(make_learning(), population(), request.param)


def do(model: SegmentModel, *blocks, features=None, **more):
    people = population() if features is None else features
    plan = planned(blocks, people)
    return carry_out(model, people, plan, **{"min_share": 0.0} | more)


def test_decisions_are_done_in_their_order_and_recorded(run):
    _, model = run
    done = do(model, MERGE | {"name": "The middle"}, SPLIT)
    ids = {s["segment_id"]: s["name"] for s in done.model.segments}
    assert list(ids)[-1] == "S05"
    assert "S03" not in ids
    assert ids["S02"] == "The middle"
    assert [(d.what, d.why, d.who) for d in done.done] == [
        ("merge", WHY, None),
        ("split", SPLIT["why"], "ann"),
    ]
    assert done.done[0].after == done.done[1].before
    assert done.learned.record() == model.record()
    records = json.loads(json.dumps([d.record() for d in done.done]))
    assert apply_decisions(model, records).record() == done.model.record()


def test_segments_are_named_by_id_or_by_name_as_they_then_stand(run):
    _, model = run
    names = {s["segment_id"]: s["name"] for s in model.segments}
    by_name = MERGE | {"segments": ["S02", names["S03"]], "name": "The middle"}
    again = SPLIT | {"segment": "The middle"}
    found = do(model, by_name, again)
    assert found.done[0].arguments["segments"] == ["S02", "S03"]
    assert found.done[1].arguments["segment"] == "S02"


def test_a_segment_that_is_not_there_stops_with_the_decision_s_number(run):
    _, model = run
    with pytest.raises(ConfigError) as caught:
        do(model, SPLIT, MERGE | {"segments": ["S02", "Gone"]})
    assert str(caught.value).startswith(
        "decisions.1 does not fit: it must name segments that are there, but 'Gone' is "
        "none of S0"
    )
    assert str(caught.value).endswith("or take the decision out.")


def test_a_part_that_is_too_small_is_refused_unless_forced(run):
    _, model = run
    people = population()
    own = people[(model.assign(people)["segment_id"] == "S01").to_numpy()]
    cut = SPLIT | {"upper": float(own["evening_share"].nlargest(2).min()) - 1e-6}
    with pytest.raises(ConfigError, match=r"decisions\.0 does not fit: Every segment"):
        do(model, cut, min_share=0.03)
    done = do(model, cut | {"force": True}, min_share=0.03)
    assert done.done[0].forced
    assert done.done[0].after["S05"] == 2


def test_rows_in_another_order_change_nothing(run):
    _, model = run
    shuffled = population().sample(frac=1, random_state=3)
    first, second = do(model, MERGE, SPLIT), do(model, MERGE, SPLIT, features=shuffled)
    assert first.model.record() == second.model.record()
    assert first.done == second.done


def test_everyone_in_one_segment_leaves_decisions_for_another_time():
    done = do(everyone(), EXCLUDE, MERGE)
    assert [d.what for d in done.done] == ["exclude"]
    assert [d.what for d in done.left] == ["merge"]
    assert done.model.record() == everyone().record()


def test_the_same_split_keeps_its_id_next_month_though_the_cut_moved(run, tmp_path):
    held, model = run
    first = do(replace(model, next_number=9), SPLIT, SPLIT | {"upper": 0.25})
    assert [s["segment_id"] for s in first.model.segments[-2:]] == ["S09", "S10"]
    record = {"by_hand": rescore(first, held, population(), make_learning())}
    write_record(tmp_path / "selection.json", record)
    moved = [SPLIT | {"upper": 0.6}, SPLIT | {"upper": 0.3}]
    later = replace(model, next_number=first.model.next_number)
    names = {"S10": "Early birds"}
    again = do(later, *moved, previous=tmp_path, names=names)
    assert [s["segment_id"] for s in again.model.segments[-2:]] == ["S09", "S10"]
    assert again.model.segments[-1]["name"] == "Early birds"
    other = do(later, SPLIT | {"segment": "S02"}, previous=tmp_path)
    assert other.model.segments[-1]["segment_id"] == "S11"


@pytest.mark.parametrize(
    ("block", "sentence"),
    [
        (EXCLUDE | {"variable": "evenings"}, "Did you mean 'evening_share'?"),
        (EXCLUDE | {"variable": "n_orders"}, "but it excludes 'n_orders'"),
        (SPLIT | {"feature": "colour"}, "but 'colour' is none"),
    ],
    ids=["unknown", "needed", "no feature"],
)
def test_features_that_cannot_be_decided_on_are_refused(block, sentence):
    with pytest.raises(ConfigError, match=sentence.replace("?", r"\?")):
        planned([block], population())


def test_what_is_excluded_cannot_split():
    with pytest.raises(ConfigError, match=r"it reads 'evening_share'\. Take one"):
        planned([SPLIT, EXCLUDE], population())


@pytest.mark.parametrize("method", ["goal", "clusters"])
def test_what_was_decided_is_judged_on_the_same_leg(method):
    held, model = learn(make_learning(), population(), method)
    found = rescore(do(model, MERGE), held, population(), make_learning())
    assert found["n_segments"] == {"before": 4, "after": 3}
    gini = found["figures"]["gini"]
    winner = held.winner.draws["gini"]
    assert gini["before"]["value"] == winner[0]
    assert gini["change"]["value"] == pytest.approx(
        gini["after"]["value"] - gini["before"]["value"]
    )
    assert gini["after"]["low"] < gini["after"]["value"] < gini["after"]["high"]
    assert gini["after"]["value"] != gini["before"]["value"]


def test_judging_does_what_was_decided_to_the_labels_learned_earlier():
    # Worked out beside it: learn on the judging leg, join the two bands, and judge.
    learning, people = make_learning(), population()
    held, model = learn(learning, people, "goal")
    found = rescore(do(model, MERGE), held, people, learning)
    scheme = known_scheme("goal")

    def joined(task):
        own = scheme.learn(task)
        lower = np.array([0, 1, 1, 2])
        return replace(own, labels=lambda F: lower[own.labels(F)])

    entry = contests.judge_also(held, learning, replace(scheme, learn=joined), 4)
    for name, figure in found["figures"].items():
        assert figure["after"]["value"] == pytest.approx(entry.draws[name][0])


def test_merging_in_one_way_or_another_tells_the_same():
    held, model = learn(make_learning(), population(), "clusters")
    there = do(model, MERGE)
    back = do(model, MERGE | {"segments": ["S03", "S02"]})
    one, two = (
        rescore(c, held, population(), make_learning())["figures"]["gini"]["after"]
        for c in (there, back)
    )
    assert one == pytest.approx(two)


def test_stability_is_that_of_the_model_before_and_after():
    people = population()
    held, model = learn(make_learning(), people, "goal")
    done = do(model, MERGE)
    found = rescore(done, held, people, make_learning())["stability"]
    assert found["before"] == pytest.approx(model.assign(people)["confidence"].mean())
    assert found["after"] == pytest.approx(
        done.model.assign(people)["confidence"].mean()
    )
    assert found["after"] > found["before"]


def test_an_excluded_variable_is_judged_against_all_of_them():
    learning, people = make_learning(), population()
    plan = planned([EXCLUDE], people)
    less, fewer = without(learning, plan), without(people, plan)
    held, model = learn(less, fewer, "goal")
    done = carry_out(model, fewer, plan, min_share=0.0)
    found = rescore(done, held, fewer, less, learning)
    whole = hold(learning, "goal").winner.draws["gini"][0]
    assert found["figures"]["gini"]["before"]["value"] == pytest.approx(whole)
    assert found["figures"]["gini"]["after"]["value"] == held.winner.draws["gini"][0]
    assert "evening_share" not in [f["name"] for f in model.features]


def test_a_moved_cut_is_judged_where_the_same_share_lies_above_it():
    learning, people = make_learning(), population()
    held, model = learn(learning, people, "goal")
    cuts = model.payload["cuts"]
    block = {"what": "move_cut", "at": cuts[2], "to": cuts[2] + 200, "why": "rounder"}
    found = rescore(do(model, block), held, people, learning)
    # Worked out beside it: the same share above the last cut on the judging leg.
    bought = people[people["recency_days"].notna()]
    share = (score(model.payload, bought) >= cuts[2] + 200).mean()
    scheme = known_scheme("goal")

    def shifted(task):
        payload = scheme.learn(task).payload
        total = np.sort(score(payload, task.at))[::-1]
        own = [*payload["cuts"][:2], int(total[round(share * len(total)) - 1])]
        moved = payload | {"cuts": own}
        return Learned(lambda F: place(moved, F).labels, moved)

    entry = contests.judge_also(held, learning, replace(scheme, learn=shifted), 4)
    gini = found["figures"]["gini"]
    assert gini["after"]["value"] == pytest.approx(entry.draws["gini"][0])
    assert gini["after"]["value"] != gini["before"]["value"]


def test_a_moved_cut_of_rules_is_judged_at_the_same_days():
    learning, people = make_learning(), population()
    held, model = learn(learning, people, "rules")
    low, at = model.payload["upper"]["recency_days"][1:3]
    to = low + 0.1 * (at - low)
    block = {"what": "move_cut", "at": at, "to": to, "feature": "recency_days"}
    found = rescore(do(model, block | {"why": "a week"}), held, people, learning)
    scheme = known_scheme("rules")

    def shifted(task):
        payload = scheme.learn(task).payload
        payload["upper"]["recency_days"][2] = to
        return Learned(lambda F: place(payload, F).labels, payload)

    entry = contests.judge_also(held, learning, replace(scheme, learn=shifted), 4)
    gini = found["figures"]["gini"]
    assert gini["after"]["value"] == pytest.approx(entry.draws["gini"][0])
    assert gini["after"]["value"] != gini["before"]["value"]


def test_a_cut_that_would_pass_the_next_one_earlier_is_not_judged():
    learning, people = make_learning(), population()
    held, model = learn(learning, people, "rules")
    cuts = model.payload["upper"]["recency_days"]
    # Learned earlier, everybody had ordered within a hundredth of the time.
    shrunk = learning.copy()
    early = shrunk["part"] != "final_learn"
    shrunk.loc[early, "recency_days"] /= 100
    block = {"what": "move_cut", "at": cuts[0], "to": cuts[0] * 0.9, "why": "rounder"}
    done = do(model, block | {"feature": "recency_days"})
    found = rescore(done, held, people, shrunk)
    assert found["figures"] == {}
    assert "the moved cut would pass the next one" in found["not_judged"]
    assert found["not_judged"] in decision_sentence(found)


def test_segments_that_were_others_earlier_are_not_judged():
    people, learning = population(), make_learning()
    held, model = learn(learning, people, "clusters")
    turned = learning.copy()
    early = turned["part"] != "final_learn"
    # Learned earlier, everything was upside down.
    for name in ("recency_days", "n_orders", "spend_total"):
        turned.loc[early, name] = turned.loc[early, name].max() - turned[name]
    found = rescore(do(model, MERGE), held, people, turned)
    assert found["figures"] == {}
    assert "Learned earlier, no segment holds the customers of" in found["not_judged"]


def test_without_an_outcome_nothing_is_judged_but_all_is_done(tmp_path):
    people = population()
    plan = {"evidence": "not_judged", "sentence": "There is no later period."}
    learning = make_learning()
    held, model = learn(learning[:0], people, "clusters", plan=plan)
    found = rescore(do(model, MERGE), held, people, learning)
    assert found["not_judged"] == "There is no later period."
    assert found["decisions"][0]["applied"]
    assert found["n_segments"] == {"before": 4, "after": 3}
    assert decision_sentence(found) == (
        "By hand, 4 segments became 3. There is no later period."
    )
    write_record(tmp_path / "selection.json", found)
    again = json.loads((tmp_path / "selection.json").read_text())
    assert decision_sentence(again) == decision_sentence(found)


def test_nothing_decided_leaves_no_record_and_says_so(run):
    held, model = run
    assert rescore(do(model), held, population(), make_learning()) is None
    assert decision_sentence(None) == "Nothing was changed by hand."
    assert decision_table(None).empty
    verdict = {"n_segments": 4, "sentence": "Four."}
    assert with_hand(verdict, None) == verdict


def test_people_read_what_was_decided_and_what_it_changed():
    people = population()
    held, model = learn(make_learning(), people, "goal")
    done = do(model, MERGE, SPLIT, SPLIT | {"segment": "S02"})
    found = rescore(done, held, people, make_learning())
    table = decision_table(found)
    assert table["Decision"].tolist() == [
        "Merge S02 and S03",
        "Split S01: evening_share above 0.5 is S05",
        "Split S02: evening_share above 0.5 is S06",
    ]
    assert table["Who"].tolist() == ["–", "ann", "ann"]
    n = done.done[0]
    assert table["Before"][0] == f"S02: {n.before['S02']}, S03: {n.before['S03']}"
    assert table["After"][0] == f"S02: {n.after['S02']}"
    said = decision_sentence(found)
    assert said.startswith("By hand, 4 segments became 5; the Gini is 0.")
    verdict = with_hand({"n_segments": 4, "sentence": "Four segments."}, found)
    assert verdict["n_segments"] == 5
    assert verdict["sentence"] == "Four segments. By hand they became 5."

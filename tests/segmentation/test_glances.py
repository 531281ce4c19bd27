"""What results of segmenting show: n, the answer and the evidence, never a dict."""

import numpy as np
import pandas as pd
import pytest
from glancing import HOSTILE, Page, looked_at
from surveys import tiny_tool

from segtools.segmentation.contest import Contest, Entry, Rules, choose
from segtools.segmentation.figures import FIGURES
from segtools.segmentation.glances import Verdict
from segtools.segmentation.hand_words import with_hand
from segtools.segmentation.how_many import HowMany, how_many
from segtools.segmentation.model import SegmentModel, everyone
from segtools.segmentation.sensitivity import Sensitivity, nothing
from segtools.segmentation.structure import Structure, structure_verdict
from segtools.segmentation.verdict import decide

from .frozen_models import TIES, model_of, with_apart

PLAN = {"evidence": "out_of_time", "sentence": "Judged on a later period.", "legs": []}
hostile = pytest.mark.parametrize("name", HOSTILE)


def entry(scheme, gini, role="scheme", label=None, **more):
    """An entry whose interval is its Gini, give or take 0.02, on 250 customers."""
    draws = gini + np.r_[0.0, np.linspace(-0.4, 0.4, 401) / 19]
    groups = np.zeros(250, dtype=np.int64)
    known = {"asked": 4, "n_segments": 4, "draws": dict.fromkeys(FIGURES, draws)}
    known |= {"labels": [(groups[:200], groups)]}
    return Entry(scheme, label or scheme, role, **known | more)


def contest_of(label="Bands by expected spend"):
    contest = Contest(Rules("grow_spend"), dict(PLAN))
    contest.entries = [
        entry("goal", 0.5, label=label),
        entry("goal", 0.4, label="Fewer bands", asked=3),
        entry("clusters", 0.3, label="Clusters", why_not="It found only one segment."),
        entry("random", 0.0, "baseline", label="Random groups"),
        entry("spend_quintiles", 0.2, "baseline", label="Spend quintiles"),
    ]
    choose(contest)
    return contest


@pytest.fixture(scope="module")
def constructed():
    rng = np.random.default_rng(3)
    return structure_verdict(
        pd.DataFrame(rng.normal(size=(200, 3)), columns=list("abc"))
    )


def verdict_of(structure, force=False, adequacy="green", label="Bands"):
    contest = contest_of(label)
    return decide(structure, contest, adequacy=adequacy, force=force, n_segments=4)


def test_a_structure_says_what_it_is_on_how_many_and_how_resamples_agree(constructed):
    text = looked_at(constructed)
    assert text.startswith(
        "Structure: constructed The features form no groups of their"
    )
    assert "Customers looked at: 200; left out for gaps: 0; Features: 3" in text
    agreement = constructed.evidence["agreement"]
    assert [f" {k} 0." in text for k in agreement["k"]] == [True] * len(agreement["k"])
    assert "groups recur where resamples agree at 0.8 or more" in text


def test_a_structure_of_too_few_says_so():
    found = structure_verdict(pd.DataFrame({"a": [1.0, 2.0, 3.0]}))
    text = looked_at(found)
    assert "too few different customers (3)" in text
    assert "Customers looked at: 3" in text


def test_a_structure_without_any_evidence_shows_its_sentence():
    assert looked_at(Structure("natural", 3, "Three.")) == "Structure: natural Three."


def test_a_contest_lists_each_scheme_once_the_winner_first():
    text = looked_at(contest_of())
    assert text.startswith("Contest: Bands by expected spend")
    assert "Customers judged: 250; Goal: grow spend; Judged on: a later period" in text
    lines = [line for line in repr(contest_of()).splitlines() if "0." in line]
    rows = [line.split("  ")[0] for line in lines if " to 0." in line]
    assert rows == [
        "Bands by expected spend",
        "Clusters",
        "Spend quintiles",
        "Random groups",
    ]
    assert "Bands by expected spend winner 4 0.500 0.480 to 0.520 0.500" in text
    assert "out: It found only one segment." in text
    assert "Fewer bands" not in text


@hostile
def test_a_contest_escapes_the_labels_of_own_schemes(name):
    assert looked_at(contest_of(name))


def test_a_contest_that_nothing_was_judged_in_says_why():
    contest = Contest(Rules("understand"), PLAN | {"evidence": "not_judged"})
    choose(contest)
    text = looked_at(contest)
    assert text.startswith("Contest: no winner Nothing could be judged")
    assert "Customers judged: –" in text
    assert "Judged on: nothing" in text


def test_a_verdict_says_the_decision_and_both_words(constructed):
    found = verdict_of(constructed)
    text = looked_at(found)
    assert text.startswith("Verdict: segment Four segments, constructed rather than")
    assert "Customers looked at: 200; Segments: 4; Structure: constructed" in text
    assert "Worth: proved; Judged on: a later period; Data adequacy: green" in text
    assert isinstance(found, Verdict)
    assert found == dict(found)


def test_a_verdict_against_segments_and_a_forced_one_say_so(constructed):
    against = verdict_of(constructed, adequacy="red")
    forced = verdict_of(constructed, adequacy="red", force=True)
    assert looked_at(against).startswith("Verdict: do not segment Do not segment yet:")
    assert looked_at(forced).startswith("Verdict: do not segment, by force Segments")


@hostile
def test_a_verdict_escapes_the_label_of_the_winner(constructed, name):
    assert looked_at(verdict_of(constructed, label=name))


def test_a_verdict_stays_one_where_a_hand_changed_it(constructed):
    changed = with_hand(
        verdict_of(constructed), {"n_segments": {"before": 4, "after": 3}}
    )
    assert "By hand they became 3." in looked_at(changed)


def test_a_model_lists_its_segments_and_what_it_reads():
    text = looked_at(model_of(TIES, "Band"))
    assert text.startswith("Segment model: scorecard Gives every customer one segment")
    assert "Band 1 S01 by the model 1" in text
    assert "It reads a, b and recency_days." in text


def test_a_model_says_who_stands_apart_by_rule():
    model = with_apart(model_of(TIES), 90.0)
    assert "by rule" in looked_at(model)
    assert repr(model).count("by the model") == len(model.segments)


def test_the_model_of_everyone_has_one_segment():
    text = looked_at(everyone())
    assert "Segments: 1; Features it reads: 0" in text
    assert "It reads no feature. Its rules are not uncertain." in text


@hostile
def test_a_model_escapes_the_names_of_segments_and_features(name):
    segments = [{"segment_id": "S01", "name": name, "rank": 1}]
    payload = everyone().payload
    model = SegmentModel(payload, segments * 40, [{"name": name}] * 40, "S01")
    text = looked_at(model)
    assert "and 28 more" in text


def test_a_typing_tool_says_how_often_it_is_right_and_what_it_asks():
    text = looked_at(tiny_tool())
    assert text.startswith(
        "Typing tool: 3 questions 3 questions place 80\u202f% of people"
    )
    assert "People learned from: 300; Segments: 3" in text
    assert "How old? number 3" in text


def test_how_many_shows_every_number_that_was_asked():
    rng = np.random.default_rng(5)
    centres = [(0, 0), (4, 0), (0, 4)]
    X = np.vstack([rng.normal(c, 0.3, (40, 2)) for c in centres])
    frame = pd.DataFrame(X, columns=["recency_days", "spend_total"])
    frame.insert(0, "customer_id", [f"c{i}" for i in range(len(frame))])
    found = how_many(frame, n_pairs=5)
    text = looked_at(found)
    assert text.startswith("How many segments: 3 3 segments are the largest number")
    assert "Customers: 120; resampled: 120" in text
    rows = [line.split()[0] for line in repr(found).splitlines() if "%" in line]
    assert rows == [str(k) for k in range(2, 9)]


def test_how_many_of_too_few_says_so():
    assert looked_at(HowMany(None, "Too few.")).endswith("not asked Too few.")


@hostile
def test_a_sensitivity_shows_its_claims(name):
    claim = {"sentence": name, "holds": 5, "of": 6}
    record = {"n_variants": 6, "n_done": 6, "claims": [claim], "sentence": name}
    found = Sensitivity(record, pd.DataFrame({"customer_id": ["a"]}))
    text = looked_at(found)
    assert "Variants: 6 of 6 learned; Customers: 1" in text
    assert "5 of 6" in text


def test_a_sensitivity_that_was_not_asked_for_is_its_sentence():
    text = looked_at(nothing("It was not asked for."))
    assert text == "Sensitivity to other choices It was not asked for."


def test_looking_changes_nothing():
    contest = contest_of()
    before = [e.draws["gini"].copy() for e in contest.entries]
    winner = contest.winner
    repr(contest), contest._repr_html_()
    assert contest.winner is winner
    for known, e in zip(before, contest.entries, strict=True):
        np.testing.assert_array_equal(known, e.draws["gini"])


def test_the_dots_of_segments_are_their_colours_in_every_figure():
    page = Page(model_of(TIES)._repr_html_())
    dots = [at["style"][-7:] for tag, at in page.tags if tag == "span"]
    assert dots[:2] == ["#0072B2", "#E69F00"]

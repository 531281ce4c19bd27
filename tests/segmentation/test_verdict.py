"""The verdict's words for every combination of structure, worth and adequacy."""

import numpy as np
import pytest

from segtools.segmentation.contest import Contest, Entry, Rules, choose, run_contest
from segtools.segmentation.figures import FIGURES
from segtools.segmentation.structure import Structure
from segtools.segmentation.verdict import decide, judge_worth

from .tasks import make_learning

PLAN = {"evidence": "out_of_time", "sentence": "Judged later.", "legs": []}
NATURE = {
    "natural": "natural",
    "reproducible": "reproducible rather than natural",
    "constructed": "constructed rather than natural",
}
TOO_FEW = "there are too few customers for what we would like to know about each"
CHANCE = "no way to segment tells the outcome apart better than random groups"


def entry(name, gini, role="scheme", spread=0.01, label=None, **more):
    chance = np.random.default_rng(round(1000 * gini + 500)).normal(0, spread, 200)
    draws = dict.fromkeys(FIGURES, np.r_[gini, gini + chance])
    known = {"n_segments": 4, "asked": 4, "draws": draws} | more
    return Entry(name, label or name, role, **known)


def contest_of(scheme=0.5, random=0.0, trivial=0.3, goal="grow_spend", **more):
    """Make a contest of one scheme, random groups and spend quintiles."""
    contest = Contest(Rules(goal), dict(PLAN))
    contest.entries = [
        entry("goal", scheme, **more),
        entry("random", random, "baseline"),
        entry("spend_quintiles", trivial, "baseline", label="Spend quintiles"),
        entry("rfm_grid", trivial - 0.1, "baseline", label="RFM grid"),
    ]
    choose(contest)
    return contest


def judged(structure="constructed", adequacy="green", force=False, n=5, **contest):
    found = Structure(structure, n, "About structure.", {"gap": {}})
    return decide(
        found,
        contest_of(**contest),
        adequacy=adequacy,
        force=force,
        n_segments=n,
    )


def not_judged(**rules):
    contest = Contest(Rules("understand"), PLAN | {"sentence": "There is no outcome."})
    choose(contest)
    return contest


def test_better_than_random_and_the_best_trivial_scheme_is_proved():
    worth = judge_worth(contest_of(0.5, 0.0, 0.3))
    assert (worth.word, worth.beats_random) == ("proved", True)
    assert worth.sentence == (
        "they tell the next period's spend apart better than spend quintiles "
        "(Gini 0.50 against 0.30)"
    )


def test_as_good_as_a_trivial_scheme_is_not_proved():
    worth = judge_worth(contest_of(0.302, 0.0, 0.3))
    assert (worth.word, worth.beats_random) == ("not_proved", True)
    assert "apart no better and no worse than spend quintiles" in worth.sentence
    assert worth.sentence.endswith("(Gini 0.302 against 0.300)")


def test_worse_than_a_trivial_scheme_is_said_to_be_worse():
    worth = judge_worth(contest_of(0.2, 0.0, 0.3))
    assert worth.word == "not_proved"
    assert "apart worse than spend quintiles (Gini 0.20 against 0.30)" in worth.sentence


def test_the_best_trivial_scheme_is_the_one_to_beat():
    contest = contest_of(0.5, 0.0, 0.3)
    contest.entries.append(entry("kmeans_rfm", 0.6, "baseline", label="k-means on RFM"))
    assert "worse than k-means on RFM" in judge_worth(contest).sentence


def test_an_abbreviation_keeps_its_capitals_within_a_sentence():
    contest = contest_of(0.5, 0.0, 0.3)
    contest.entries = [e for e in contest.entries if e.scheme != "spend_quintiles"]
    assert "better than the RFM grid" in judge_worth(contest).sentence


@pytest.mark.parametrize(
    ("goal", "purpose"),
    [
        ("grow_spend", "the next period's spend"),
        ("keep_customers", "who buys again in the next period"),
        ("win_back", "who comes back in the next period"),
    ],
)
def test_the_sentence_says_what_the_goal_is_about(goal, purpose):
    sentence = judge_worth(contest_of(goal=goal)).sentence
    assert sentence.startswith(f"they tell {purpose} apart better")


def test_without_a_contest_worth_is_not_judged_and_nothing_speaks_against():
    worth = judge_worth(not_judged())
    assert (worth.word, worth.beats_random) == ("not_judged", True)
    assert worth.sentence == "There is no outcome."


def test_where_no_scheme_was_eligible_the_verdict_says_why():
    contest = contest_of(0.5, why_not="It found only one segment.")
    worth = judge_worth(contest)
    assert worth.word == "not_judged"
    assert worth.sentence.startswith("No scheme found two segments")


def test_where_no_scheme_was_eligible_nor_beats_random_nothing_is_segmented():
    contest = contest_of(0.0, 0.0, why_not="It found only one segment.")
    assert not judge_worth(contest).beats_random


@pytest.mark.parametrize("structure", NATURE)
@pytest.mark.parametrize("adequacy", ["green", "amber"])
def test_good_segments_are_made_whatever_their_structure(structure, adequacy):
    verdict = judged(structure, adequacy)
    assert verdict["sentence"] == (
        f"Five segments, {NATURE[structure]}: they tell the next period's spend apart "
        "better than spend quintiles (Gini 0.50 against 0.30)."
    )
    assert verdict["decision"] == "segment"
    assert verdict["n_segments"] == 5
    assert verdict["structure"] == structure
    assert verdict["worth"] == "proved"
    assert not verdict["forced"]


@pytest.mark.parametrize("structure", NATURE)
def test_what_was_not_judged_is_said_not_to_be(structure):
    found = Structure(structure, 3, "")
    verdict = decide(found, not_judged(), adequacy="green", force=False, n_segments=3)
    assert verdict["decision"] == "segment"
    assert verdict["worth"] == "not_judged"
    assert verdict["scheme"] is None
    assert verdict["sentence"] == (
        f"Three segments, {NATURE[structure]}; what they are worth could not be judged."
    )


@pytest.mark.parametrize("structure", NATURE)
@pytest.mark.parametrize(
    ("adequacy", "scheme", "why"),
    [("red", 0.5, TOO_FEW), ("green", 0.0, CHANCE), ("red", 0.0, TOO_FEW)],
)
@pytest.mark.parametrize("force", [False, True])
def test_what_speaks_against_segments_is_said_even_if_forced(
    structure, adequacy, scheme, why, force
):
    verdict = judged(structure, adequacy, force, scheme=scheme, trivial=-0.1)
    assert verdict["decision"] == "do_not_segment"
    assert verdict["why_not"] == why
    assert verdict["forced"] is force
    assert verdict["n_segments"] == (5 if force else 1)
    if force:
        head = f"Segments were forced although {why}. Five segments, "
        assert verdict["sentence"].startswith(head + NATURE[structure])
    else:
        assert verdict["sentence"] == f"Do not segment yet: {why}."


def test_forcing_what_nothing_speaks_against_changes_nothing():
    assert judged(force=True) == judged(force=False)


def test_a_single_segment_is_no_segmentation():
    verdict = judged(n=1)
    assert verdict["decision"] == "do_not_segment"
    assert verdict["sentence"] == (
        "Do not segment yet: no second segment could be told from the first."
    )
    forced = judged(n=1, force=True)
    assert "One segment, constructed" in forced["sentence"]


@pytest.mark.parametrize(
    ("n", "word"), [(2, "Two"), (8, "Eight"), (9, "9"), (12, "12")]
)
def test_numbers_up_to_eight_are_written_out(n, word):
    assert judged(n=n)["sentence"].startswith(f"{word} segments, ")


def test_the_record_keeps_the_evidence_and_the_reason():
    verdict = judged()
    assert verdict["evidence"] == {"gap": {}, "n_clusters": 5}
    assert verdict["reason"]
    assert verdict["scheme"] == "goal"
    assert verdict["structure_sentence"] == "About structure."


def test_noise_leads_to_do_not_segment():
    learning = make_learning(300, seed=3, noise=True)
    contest = run_contest(learning, PLAN, Rules("grow_spend", n_segments=4))
    structure = Structure("constructed", 1, "")
    verdict = decide(structure, contest, adequacy="green", force=False, n_segments=4)
    assert verdict["decision"] == "do_not_segment"
    assert verdict["sentence"] == f"Do not segment yet: {CHANCE}."


def test_a_planted_truth_leads_to_segments():
    contest = run_contest(make_learning(300), PLAN, Rules("grow_spend", n_segments=4))
    structure = Structure("constructed", 1, "")
    verdict = decide(structure, contest, adequacy="green", force=False, n_segments=4)
    assert verdict["decision"] == "segment"
    assert verdict["worth"] in {"proved", "not_proved"}

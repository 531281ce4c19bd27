"""The contest: what is planted wins, what is noise beats nobody."""

import numpy as np
import pandas as pd
import pytest

from segtools.schema import ConfigError
from segtools.segmentation import contest as module
from segtools.segmentation.contest import (
    FIGURE,
    Contest,
    Entry,
    Rules,
    choose,
    record,
    run_contest,
)
from segtools.segmentation.figures import FIGURES
from segtools.segmentation.freeze import pick_scheme
from segtools.segmentation.scheme import remove_scheme, scheme

from .tasks import PARTS, make_learning

OUT_OF_TIME = {"evidence": "out_of_time", "sentence": "Judged later.", "legs": []}
CROSS = {"evidence": "cross_fitted", "sentence": "Judged on others.", "legs": []}
NOT_JUDGED = {"evidence": "not_judged", "sentence": "No outcome.", "legs": []}


@pytest.fixture(autouse=True, scope="module")
def _few_draws():
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "N_DRAWS", 100)
        yield


@pytest.fixture(scope="module")
def planted(_few_draws):
    rules = Rules("grow_spend", n_segments=4)
    return run_contest(make_learning(400, seed=1), OUT_OF_TIME, rules)


def entry(name, gini, simplicity=5, spread=0.0, **more):
    """Make an entry whose Gini is drawn around a value."""
    chance = np.random.default_rng(round(1000 * gini))
    draws = {f: np.r_[gini, gini + chance.normal(0, spread, 50)] for f in FIGURES}
    given = {"n_segments": 4, "asked": 4, "draws": draws} | more
    return Entry(name, name.capitalize(), "scheme", simplicity, **given)


def chosen(*entries, method="auto"):
    contest = Contest(Rules("grow_spend", method=method), dict(OUT_OF_TIME))
    contest.entries = list(entries)
    choose(contest)
    return contest


def test_a_planted_truth_wins_over_random_groups(planted):
    goal = planted.entry("goal")
    assert planted.over(goal, "random")["low"] > 0
    assert planted.winner.scheme in {"goal", "rules", "clusters"}
    random = planted.entry("random").draws[FIGURE][0]
    assert abs(random) < 0.1 < goal.draws[FIGURE][0]


def test_the_individual_prediction_bounds_from_above_and_has_no_groups(planted):
    ceiling = planted.entry("individual")
    best = max(float(e.draws["r2_capped"][0]) for e in planted.entries)
    assert ceiling.role == "ceiling"
    assert ceiling.draws["r2_capped"][0] >= best - 0.05
    assert "eta2" not in ceiling.draws


def test_every_scheme_and_baseline_is_judged_on_the_same_draws(planted):
    names = [e.scheme for e in planted.entries]
    assert sorted(names) == sorted(
        [
            "goal",
            "rules",
            "clusters",
            "ward",
            "mixture",
            "random",
            "spend_quintiles",
            "rfm_grid",
            "kmeans_rfm",
            "individual",
        ]
    )
    assert {len(e.draws[FIGURE]) for e in planted.entries} == {101}
    for one in planted.entries:
        assert planted.over(one, one.scheme) == {"value": 0, "low": 0, "high": 0}


def test_schemes_try_every_size_and_baselines_one():
    contest = run_contest(make_learning(200), OUT_OF_TIME, Rules("grow_spend"))
    asked = pd.Series([e.asked for e in contest.entries if e.role == "scheme"])
    assert asked.value_counts().to_dict() == {3: 5, 4: 5, 5: 5}
    baselines = [e.scheme for e in contest.entries if e.role == "baseline"]
    assert len(baselines) == len(set(baselines)) == 4


@pytest.mark.parametrize("seed", [1, 2])
def test_noise_beats_nobody(seed):
    learning = make_learning(300, seed=seed, noise=True)
    contest = run_contest(learning, OUT_OF_TIME, Rules("grow_spend", n_segments=4))
    for one in contest.entries:
        if one.role == "scheme":
            assert contest.over(one, "random")["low"] <= 0


def test_nothing_of_the_judged_outcome_is_learned(planted):
    learning = make_learning(400, seed=1)
    judged = learning["part"] == "judging_judge"
    learning.loc[judged, "outcome"] = learning.loc[judged, "outcome"].to_numpy()[::-1]
    again = run_contest(learning, OUT_OF_TIME, Rules("grow_spend", n_segments=4))
    assert [e.learned for e in again.entries] == [e.learned for e in planted.entries]
    assert again.entry("goal").draws[FIGURE][0] < planted.entry("goal").draws[FIGURE][0]


def test_the_final_leg_is_not_read_where_the_judging_leg_decides(planted):
    learning = make_learning(400, seed=1)
    learning = learning[learning["part"] != "final_learn"]
    again = run_contest(learning, OUT_OF_TIME, Rules("grow_spend", n_segments=4))
    assert record(again)["schemes"] == record(planted)["schemes"]


def test_the_same_contest_twice_gives_the_same_record(planted):
    rules = Rules("grow_spend", n_segments=4)
    again = run_contest(make_learning(400, seed=1), OUT_OF_TIME, rules)
    assert record(again) == record(planted)


def test_cross_fitting_judges_everybody_once_on_others():
    learning = make_learning(300, parts=PARTS[2:])
    contest = run_contest(learning, CROSS, Rules("grow_spend", n_segments=4))
    goal = contest.entry("goal")
    assert contest.plan["evidence"] == "cross_fitted"
    assert contest.over(goal, "random")["low"] > 0
    folds = module.splits_of(learning, "cross_fitted")
    judged = [i for _, judge in folds for i in judge.index]
    assert sorted(judged) == sorted(learning["customer_id"])
    assert all(not set(learn.index) & set(judge.index) for learn, judge in folds)


def test_a_fold_does_not_depend_on_the_order_of_the_rows(rng):
    learning = make_learning(100, parts=PARTS[2:])
    shuffled = learning.iloc[rng.permutation(100)]
    for one, two in zip(
        module.splits_of(learning, "cross_fitted"),
        module.splits_of(shuffled, "cross_fitted"),
        strict=True,
    ):
        assert set(one[1].index) == set(two[1].index)


@pytest.mark.parametrize("goal", ["keep_customers", "win_back"])
def test_staying_and_coming_back_are_judged_as_shares(goal):
    learning = make_learning(300, goal=goal)
    contest = run_contest(learning, OUT_OF_TIME, Rules(goal, n_segments=3))
    kept = record(contest)
    assert kept["outcome"] == {"name": goal, "unit": "share"}
    assert contest.over(contest.entry("goal"), "random")["low"] > 0


def test_an_outcome_rarer_than_the_cap_is_still_judged():
    learning = make_learning(300, goal="win_back", noise=True)
    rare = learning.groupby("part").cumcount() % 150 == 0
    learning["outcome"] = rare.astype(float)
    contest = run_contest(learning, OUT_OF_TIME, Rules("win_back", n_segments=3))
    assert contest.plan["evidence"] == "out_of_time"


@pytest.mark.parametrize("outcome", [0.0, 5.0, -3.0])
def test_an_outcome_that_is_the_same_for_all_is_not_judged(outcome):
    learning = make_learning(60).assign(outcome=outcome)
    contest = run_contest(learning, OUT_OF_TIME, Rules("grow_spend"))
    assert contest.entries == []
    assert contest.plan["evidence"] == "not_judged"
    assert contest.plan["sentence"] == (
        "The outcome is the same for every customer, so nothing can be judged."
    )


def test_understanding_has_no_contest_and_takes_clusters():
    nothing = pd.DataFrame({"part": [], "customer_id": [], "outcome": []}, dtype=object)
    contest = run_contest(nothing, NOT_JUDGED, Rules("understand"))
    assert contest.entries == []
    assert contest.winner is None
    chosen_scheme, n = pick_scheme(contest)
    assert (chosen_scheme.name, n) == ("clusters", 5)
    assert contest.reason == "Nothing could be judged, so clusters are taken."
    assert record(contest)["winner"] is None
    assert record(contest)["schemes"] == []


def test_without_evidence_auto_takes_plain_rules():
    contest = run_contest(make_learning(50), NOT_JUDGED, Rules("grow_spend"))
    assert pick_scheme(contest)[0].name == "rules"
    assert contest.reason == "Nothing could be judged, so plain rules are taken."


def test_a_goal_without_an_outcome_cannot_be_scored():
    rules = Rules("understand", method="goal")
    contest = run_contest(make_learning(50), NOT_JUDGED, rules)
    with pytest.raises(
        ConfigError,
        match=r"method goal must have an outcome to learn from, but there is none: "
        r"No outcome\. Use method: rules or clusters\.",
    ):
        pick_scheme(contest)


@pytest.mark.parametrize(
    ("method", "remedy"),
    [("goall", "Did you mean 'goal'?"), ("kmeans", "Known are ['auto', 'clusters'")],
)
def test_an_unknown_method_is_refused_with_a_suggestion(method, remedy):
    with pytest.raises(ConfigError) as error:
        pick_scheme(chosen(entry("goal", 0.5), method=method))
    text = f"method must be auto or a known scheme, but it is {method!r}. {remedy}"
    assert text in str(error.value)


def test_a_registered_scheme_takes_part_and_can_win():
    learning = make_learning(300, noise=True)
    # A truth that only the registered scheme's column tells, hidden from boosting.
    knows = learning["outcome"] > learning["outcome"].median()

    @scheme("oracle", label="Oracle")
    def oracle(features, n_segments, seed):
        return (features["evening_share"] >= 2).astype(int)

    try:
        learning["evening_share"] += 2 * knows
        rules = Rules("grow_spend", n_segments=2)
        contest = run_contest(learning, OUT_OF_TIME, rules)
        assert contest.over(contest.entry("oracle"), "random")["low"] > 0
        only = Rules("grow_spend", n_segments=2, method="oracle")
        asked = run_contest(learning, OUT_OF_TIME, only)
        assert asked.winner.scheme == "oracle"
        contest.entries = [e for e in contest.entries if e.scheme != "goal"]
        choose(contest)
        assert contest.winner.scheme == "oracle"
        assert pick_scheme(contest)[0].name == "oracle"
    finally:
        remove_scheme("oracle")


def test_of_equals_the_simplest_wins():
    contest = chosen(entry("hard", 0.50, 5, 0.1), entry("plain", 0.48, 2, 0.1))
    assert contest.winner.scheme == "plain"
    assert contest.reason == (
        "Plain with 4 segments is the simplest scheme whose Gini (0.480) cannot be "
        "told from the highest (0.500, Hard, 4 segments)."
    )


def test_a_clear_lead_wins_over_simplicity():
    contest = chosen(entry("hard", 0.50, 5, 0.01), entry("plain", 0.30, 2, 0.01))
    assert contest.winner.scheme == "hard"
    assert contest.reason == (
        "Hard with 4 segments has the highest Gini (0.500), and no simpler scheme "
        "comes within its uncertainty."
    )


def test_of_one_scheme_the_fewest_equal_segments_win():
    few = entry("same", 0.48, spread=0.1, n_segments=3, asked=3)
    many = entry("same", 0.50, spread=0.09, n_segments=5, asked=5)
    assert chosen(many, few).winner.asked == 3


def test_an_ineligible_scheme_never_wins():
    small = entry("small", 0.9, why_not="Its smallest segment is too small.")
    assert chosen(small, entry("fair", 0.3)).winner.scheme == "fair"


def test_the_configured_method_wins_although_another_is_better():
    contest = chosen(entry("better", 0.9), entry("mine", 0.3), method="mine")
    assert contest.winner.scheme == "mine"
    assert contest.reason == "The configuration asks for the method mine."


def test_where_nothing_is_eligible_the_reason_says_so():
    contest = chosen(entry("one", 0.9, why_not="It found only one segment."))
    assert contest.winner is None
    assert contest.reason == (
        "No scheme found two segments that are large enough, so plain rules are taken."
    )


def test_where_the_configured_method_is_not_eligible_the_reason_says_so():
    small = entry("mine", 0.9, why_not="It found only one segment.")
    contest = chosen(small, entry("better", 0.9), method="mine")
    assert contest.winner is None
    assert contest.reason == (
        "The configuration asks for the method mine, which did not find two segments "
        "that are large enough."
    )


def test_a_scheme_with_too_small_a_segment_is_not_eligible():
    @scheme("tiny")
    def tiny(features, n_segments, seed):
        return (features["spend_total"].rank(method="first") <= 3).astype(int)

    @scheme("lump")
    def lump(features, n_segments, seed):
        return np.zeros(len(features))

    try:
        rules = Rules("grow_spend", n_segments=3)
        contest = run_contest(make_learning(200), OUT_OF_TIME, rules)
        kept = {s["scheme"]: s for s in record(contest)["schemes"]}
        assert kept["tiny"]["why_not"] == (
            "Its smallest segment holds 1.5\u202f% of the customers, "
            "less than 3.0\u202f%."
        )
        assert kept["lump"]["why_not"] == "It found only one segment."
        assert not kept["tiny"]["eligible"]
        assert not kept["lump"]["eligible"]
        assert kept["rules"]["eligible"]
    finally:
        remove_scheme("tiny")
        remove_scheme("lump")


def test_the_record_shows_every_figure_with_its_interval(planted):
    kept = record(planted)
    for row in kept["schemes"]:
        for name, figure in row["figures"].items():
            if row["role"] == "ceiling" and name.startswith("eta2"):
                assert figure is None
            else:
                assert figure["low"] <= figure["high"]
                assert {"value", "low", "high"} == set(figure)
    assert kept["evidence"] == "out_of_time"
    assert kept["figure"] == "gini"
    assert kept["winner"] == planted.winner.scheme
    assert kept["n_segments"] == planted.winner.asked

"""Method and number together: among equals, what comes again, then simplicity."""

import numpy as np
import pandas as pd
import pytest

from segtools.segmentation import weighing
from segtools.segmentation.contest import Contest, Entry, Rules, choose, run_contest
from segtools.segmentation.figures import FIGURES
from segtools.segmentation.weighing import choice_table, weigh

from .tasks import make_learning

PLAN = {"evidence": "out_of_time", "sentence": "Judged later.", "legs": []}
NOTHING = make_learning(20)


def entry(name, gini, simplicity=5, n=4, **more):
    """Make an entry whose Gini is drawn around a value."""
    chance = np.random.default_rng(round(1000 * gini) + n)
    draws = {f: np.r_[gini, gini + chance.normal(0, 0.01, 50)] for f in FIGURES}
    given = {"n_segments": n, "asked": n, "smallest_share": 0.1, "draws": draws}
    return Entry(name, name.capitalize(), "scheme", simplicity, **(given | more))


def contest_of(*entries, **rules):
    contest = Contest(Rules("grow_spend", **rules), dict(PLAN), list(entries))
    choose(contest)
    return contest


@pytest.fixture
def comes_again(monkeypatch):
    """Give a function that plants how well each scheme comes again."""

    def plant(**medians):
        monkeypatch.setattr(
            weighing,
            "_stability",
            lambda contest, e, learning: dict.fromkeys(
                ("median", "low", "high"), medians[e.scheme]
            ),
        )

    return plant


def test_the_contests_choice_stands_where_it_comes_again(comes_again):
    comes_again(rules=0.9, goal=0.95)
    contest = contest_of(entry("rules", 0.40, 1), entry("goal", 0.401, 3))
    found = weigh(contest, NOTHING)
    assert found.contest.winner is contest.winner
    assert found.sentence == (
        "Rules with 4 segments stands: learned on other customers, its segments agree "
        "to 0.9 (0.8 was asked)."
    )
    assert [r["why_not"] for r in found.rows] == [
        "",
        "It is as good, but less simple or has more segments.",
    ]


def test_an_equal_that_comes_again_takes_its_place(comes_again):
    comes_again(rules=0.5, goal=0.9)
    contest = contest_of(entry("rules", 0.40, 1), entry("goal", 0.401, 3))
    found = weigh(contest, NOTHING)
    assert contest.winner.scheme == "rules"
    assert found.contest.winner.scheme == "goal"
    assert found.contest.reason == found.sentence
    assert "takes the place of Rules with 4" in found.sentence
    assert found.rows[0]["why_not"].endswith("does not come again on other customers.")


def test_what_is_clearly_worse_is_not_helped_by_coming_again(comes_again):
    comes_again(goal=0.5)
    found = weigh(contest_of(entry("goal", 0.5), entry("rules", 0.3, 1)), NOTHING)
    assert found.contest.winner.scheme == "goal"
    assert "not firmly" in found.sentence
    assert found.rows[1]["stability"] is None
    assert found.rows[1]["why_not"].endswith("clearly worse than the best.")


def test_of_one_scheme_the_fewest_segments_that_come_again_win(monkeypatch):
    medians = {3: 0.6, 4: 0.85, 5: 0.9}
    monkeypatch.setattr(
        weighing,
        "_stability",
        lambda contest, e, learning: dict.fromkeys(
            ("median", "low", "high"), medians[e.asked]
        ),
    )
    contest = contest_of(*(entry("goal", 0.4, n=n) for n in medians))
    assert weigh(contest, NOTHING).contest.winner.asked == 4


def test_at_most_four_equals_and_the_best_are_asked(monkeypatch):
    asked = []

    def stability(contest, e, learning):
        asked.append(e.asked)
        return dict.fromkeys(("median", "low", "high"), 0.9)

    monkeypatch.setattr(weighing, "_stability", stability)
    entries = [entry("goal", 0.4 + 0.0001 * n, n=n) for n in range(2, 12)]
    weigh(contest_of(*entries), NOTHING)
    assert asked == [2, 3, 4, 5, 11]


def test_more_segments_than_actions_are_not_chosen():
    assert Rules("grow_spend", max_actions=4).sizes == (3, 4)
    assert Rules("grow_spend", max_actions=2).sizes == (2,)
    assert Rules("grow_spend", n_segments=6, max_actions=4).sizes == (4,)
    assert Rules("grow_spend", n_segments=6).sizes == (6,)


def test_a_scheme_of_ones_own_with_too_many_segments_is_barred():
    from segtools.segmentation.scheme import remove_scheme, scheme

    @scheme("ten_parts")
    def ten_parts(features, n_segments, seed):
        return pd.qcut(features["spend_total"], 10, labels=False, duplicates="drop")

    try:
        rules = Rules("grow_spend", n_segments=3, max_actions=3)
        held = run_contest(make_learning(300), PLAN, rules)
    finally:
        remove_scheme("ten_parts")
    own = held.entry("ten_parts")
    assert own.why_not == (
        "It has 10 segments, but the team can run 3 different actions."
    )
    assert held.winner.n_segments <= 3


def test_without_figures_nothing_is_weighed():
    rules = Rules("understand")
    contest = run_contest(NOTHING, PLAN | {"evidence": "not_judged"}, rules)
    found = weigh(contest, NOTHING)
    assert found.contest is contest
    assert found.sentence == contest.reason
    assert choice_table(found.record()).empty


def test_learned_again_on_other_customers_by_any_order_of_rows():
    learning = make_learning(300, seed=4)
    contest = run_contest(learning, PLAN, Rules("grow_spend", 3, method="rules"))
    one = weigh(contest, learning)
    mixed = learning.sample(frac=1, random_state=1).iloc[:, ::-1]
    assert weigh(contest, mixed).rows == one.rows
    found = next(r["stability"] for r in one.rows if r["chosen"])
    assert 0 < found["low"] <= found["median"] <= found["high"] <= 1


def test_the_table_has_the_chosen_one_first(comes_again):
    comes_again(rules=0.9, goal=0.95)
    contest = contest_of(entry("goal", 0.401, 3), entry("rules", 0.40, 1))
    table = choice_table(weigh(contest, NOTHING).record())
    assert table["Scheme"].tolist() == ["Rules", "Goal"]
    assert table.loc[0, "Comes again"] == "0.9 (0.9 to 0.9)"
    assert table.loc[0, "Not chosen because"] == ""

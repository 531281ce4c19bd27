import pytest

from segtools.plots import present
from segtools.plots.contest import (
    contest_intervals,
    contest_intervals_alt,
    contest_intervals_table,
    contest_intervals_title,
)


def entry(scheme, value, role="scheme", segments=5, **more):
    gini = {"value": value, "low": value - 0.02, "high": value + 0.02}
    return {
        "scheme": scheme,
        "label": scheme.title(),
        "role": role,
        "asked": segments,
        "n_segments": segments,
        "eligible": role == "scheme",
        "why_not": "",
        "figures": {"gini": gini, "r2": None},
    } | more


@pytest.fixture
def contest():
    return {
        "winner": "card",
        "n_segments": 5,
        "schemes": [
            entry("random", 0.0, "baseline"),
            entry("card", 0.45),
            entry("card", 0.46, segments=8),
            entry("tiers", 0.43, why_not="a segment under 3 %"),
            entry("fifths", 0.44, "baseline"),
            entry("forest", 0.49, "ceiling", segments=None),
        ],
    }


def test_one_row_a_scheme_best_on_top_and_the_winning_entry(contest):
    rows = contest_intervals_table(contest)
    assert rows["Scheme"].tolist() == ["Forest", "Card", "Fifths", "Tiers", "Random"]
    assert rows["Value"].tolist() == [0.49, 0.45, 0.44, 0.43, 0.0]
    assert rows["Winner"].tolist() == [False, True, False, False, False]


def test_dots_intervals_and_markers_by_role(contest, ax):
    assert contest_intervals(contest, ax=ax) is ax
    assert [line.get_xdata()[0] for line in ax.lines] == [0.49, 0.45, 0.44, 0.43, 0]
    assert [line.get_marker() for line in ax.lines] == ["D", "o", "s", "o", "s"]
    ends = ax.collections[1].get_segments()[0][:, 0].tolist()
    assert ends == pytest.approx([0.43, 0.47])
    assert [t.get_text() for t in ax.texts][1] == "0.450"


def test_the_winner_alone_is_bold_and_blue(contest, ax):
    contest_intervals(contest, ax=ax)
    weights = [t.get_fontweight() for t in ax.get_yticklabels()]
    assert weights == ["normal", "bold", "normal", "normal", "normal"]
    assert [line.get_color() == "#0072B2" for line in ax.lines].index(True) == 1


def test_rows_say_segments_role_and_bar(contest, ax):
    contest_intervals(contest, ax=ax)
    names = [t.get_text().replace("\n", " ") for t in ax.get_yticklabels()]
    assert names == [
        "Forest (ceiling)",
        "Card, 5 segments",
        "Fifths (baseline)",
        "Tiers, 5 segments (barred)",
        "Random (baseline)",
    ]


def test_title_and_alt_compare_with_the_best_baseline(contest):
    title = "Card reaches a Gini of 0.450, the best baseline (Fifths) 0.440"
    assert contest_intervals_title(contest) == title
    alt = contest_intervals_alt(contest)
    assert alt.startswith(title)
    assert "Tiers 0.430 (0.410 to 0.450)" in alt


def test_no_winner_is_said(contest):
    contest["winner"] = None
    title = contest_intervals_title(contest)
    assert title == "No scheme won; Gini of the best baseline (Fifths) 0.440"


def test_a_figure_that_nobody_has_is_a_sentence(contest):
    shown = present(contest_intervals, contest, figure="r2")
    assert repr(shown) == "No scheme was judged."


def test_an_unknown_figure_is_refused(contest, ax):
    with pytest.raises(ValueError, match=r"figure must be one of .*'gain'"):
        contest_intervals(contest, figure="gain", ax=ax)


def test_the_winner_is_shown_however_low(contest):
    contest["schemes"] += [entry(f"s{i}", 0.6 + i / 100) for i in range(20)]
    rows = contest_intervals_table(contest, most=6)
    assert len(rows) == 6
    assert rows["Winner"].sum() == 1


def test_a_scheme_without_an_interval_is_a_dot(contest, ax):
    contest["schemes"][1]["figures"]["gini"] |= {"low": None, "high": None}
    contest_intervals(contest, ax=ax)
    assert len(ax.collections) == 4
    assert len(ax.lines) == 5

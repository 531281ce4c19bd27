"""A typing tool places new people as well as it says, and says it honestly."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from surveys import HOSTILE, anybody, survey, tiny_tool

from segtools.schema import ConfigError, DataError
from segtools.segmentation.typing_tool import TypingTool, typing_tool
from segtools.segmentation.typing_tool.accuracy import confusion
from segtools.segmentation.typing_tool.learn import folds_of, lead_bands
from segtools.segmentation.typing_tool.questions import question_of, roundest


@pytest.fixture(scope="module")
def planted() -> TypingTool:
    return typing_tool(*survey(600, n_segments=3, telling=4, silent=4))


def test_points_are_added_up_as_by_hand():
    people = pd.DataFrame(
        {
            "age": [30.0, 30.5, 61.0, np.nan, np.inf],
            "pet": [HOSTILE, "dog", "cow", "dog", None],
            "stars": [3.0, 1.0, 1.0, np.nan, np.nan],
        }
    )
    found = tiny_tool().assign(people)
    # 5+3+2=10, 1+2=3, 1; then 0, 1+4+2=7, 2+3=5; then 0, 1, 6+3=9;
    # then 1, 1+1+2+1=5, 2; infinity and no answers: 1, 1+1+1=3, 0.
    expected = pd.DataFrame(
        {
            "segment_id": ["S01", "S02", "S03", "S02", "S02"],
            "segment": [
                "young",
                *["<i>middle</i>"],
                "it's old",
                *["<i>middle</i>"] * 2,
            ],
            "runner_up": ["S02", "S03", "S02", "S03", "S01"],
            "lead": [7, 2, 8, 3, 2],
            "answered": [3, 3, 2, 1, 0],
            "confidence": [0.9, 0.5, 0.9, np.nan, np.nan],
            "sure": [True, False, True, False, False],
        }
    )
    text = ["segment_id", "segment", "runner_up"]
    pd.testing.assert_frame_equal(found, expected.astype(dict.fromkeys(text, "str")))


def test_of_equal_totals_the_first_segment_wins_and_is_not_sure():
    tool = tiny_tool(base=[0, 0, 0], sure_lead=1)
    found = tool.assign_one({"pet": "dog", "stars": 3, "age": 61})
    # 0+0+2, 0+2+2, 6+2+0; then without the age: 3, 5, 2.
    assert (found["segment_id"], found["lead"], found["sure"]) == ("S03", 4, True)
    level = tiny_tool(base=[2, 0, 3], sure_lead=1)
    tied = level.assign_one({"pet": "dog", "stars": 3})
    assert (tied["segment_id"], tied["lead"], tied["sure"]) == ("S01", 0, False)


def test_one_person_is_placed_as_many_are(planted):
    people = anybody(planted, 40)
    many = planted.assign(people)
    for i, row in many.iterrows():
        one = planted.assign_one(people.loc[i].to_dict())
        known = not np.isnan(row["confidence"])
        expected = row.to_dict() | {"confidence": row["confidence"] if known else None}
        assert one == expected


def by_the_record(record: dict, person: dict) -> tuple:
    """Place somebody by the JSON alone, as any other program would."""
    totals, answered = list(record["base"]), 0
    for q in record["questions"]:
        value, level = person[q["name"]], None
        if q["kind"] == "choice":
            level = next((v for v in q["levels"] if v["answer"] == value), None)
        elif value is not None and abs(value) < float("inf"):
            ends = [v["up_to"] for v in q["levels"]]
            level = next(
                v
                for v, end in zip(q["levels"], ends, strict=True)
                if end is None or value <= end
            )
        answered += level is not None
        points = q["missing"] if level is None else level["points"]
        totals = [t + p for t, p in zip(totals, points, strict=True)]
    order = sorted(range(len(totals)), key=lambda s: (-totals[s], s))
    lead = totals[order[0]] - totals[order[1]]
    enough = answered >= record["least_answered"]
    right = [c["right"] for c in record["confidence"] if lead >= c["lead"]][-1]
    sure = record["sure_lead"] is not None and lead >= record["sure_lead"]
    ids = [s["segment_id"] for s in record["segments"]]
    return ids[order[0]], ids[order[1]], lead, right if enough else None, enough & sure


@pytest.mark.parametrize("tool", ["tiny", "planted"])
def test_the_json_places_ten_thousand_as_the_tool_does(tool, planted):
    tool = tiny_tool() if tool == "tiny" else planted
    people = anybody(tool, 10_000)
    record = json.loads(json.dumps(tool.record()))
    plain = people.astype(object).where(people.notna(), None).to_dict("records")
    theirs = [by_the_record(record, person) for person in plain]
    ours = tool.assign(people)[
        ["segment_id", "runner_up", "lead", "confidence", "sure"]
    ]
    ours = ours.astype(object).where(ours.notna(), None)
    assert theirs == list(ours.itertuples(index=False, name=None))
    again = TypingTool.from_record(record).assign(people)
    pd.testing.assert_frame_equal(again, tool.assign(people))


def test_what_tells_is_asked_and_nothing_else():
    rng = np.random.default_rng(5)
    segment = pd.Series(np.repeat(["a", "b"], 400))
    says_yes = rng.random(800) < np.where(segment == "a", 0.9, 0.1)
    asked = pd.DataFrame({f"noise {i}": rng.normal(size=800) for i in range(9)})
    tool = typing_tool(asked.assign(yes=says_yes), segment)
    assert [q["name"] for q in tool.questions] == ["yes"]
    accuracy = tool.figures["accuracy"]
    assert accuracy["low"] <= 0.9 <= accuracy["high"]  # Bayes' rule is right for 90 %
    assert tool.assign_one({"yes": True})["segment"] == "a"


def test_chance_is_not_taken_for_knowledge():
    """Forty questions of noise: the best six, chosen on all people, would seem good."""
    rng = np.random.default_rng(6)
    segment = rng.choice(["a", "b", "c"], 240, p=[0.4, 0.3, 0.3])
    noise = pd.DataFrame(rng.integers(1, 6, (240, 40))).add_prefix("q")
    figures = typing_tool(noise, segment).figures
    assert figures["accuracy"]["low"] < 1 / 3 + 0.05
    assert figures["accuracy"]["value"] < figures["largest_segment"] + 0.05
    assert not figures["sure"]["share"]


@pytest.mark.slow
@pytest.mark.parametrize("seed", [1, 2])
def test_few_questions_keep_most_of_what_all_tell(seed):
    tool = typing_tool(*survey(1500, seed=seed))
    figures = tool.figures
    assert len(tool.questions) <= 6
    assert figures["share_of_gain"] >= 0.9
    assert figures["accuracy"]["value"] > figures["largest_segment"] + 0.3
    assert all(q["name"] < "q08" for q in tool.questions)  # those that were planted


@pytest.mark.slow
def test_new_people_are_placed_as_well_as_was_said():
    tool = typing_tool(*survey(1500, seed=1))
    people, segment = survey(8000, seed=99)
    found = tool.assign(people)
    right = (found["segment"] == segment).to_numpy()
    said = tool.figures
    assert (
        said["accuracy"]["low"] - 0.01 < right.mean() < said["accuracy"]["high"] + 0.01
    )
    sure = found["sure"].to_numpy()
    assert sure.mean() == pytest.approx(said["sure"]["share"], abs=0.03)
    assert right[sure].mean() == pytest.approx(said["sure"]["accuracy"], abs=0.03)
    assert right[~sure].mean() == pytest.approx(said["not_sure"]["accuracy"], abs=0.08)
    for band in tool.confidence:
        there = found["confidence"].to_numpy() == band["right"]
        assert right[there].mean() == pytest.approx(band["right"], abs=0.08)


@pytest.mark.slow
def test_who_answers_less_is_less_often_sure_but_as_often_right():
    tool = typing_tool(*survey(1500, seed=1))
    people, segment = survey(8000, seed=98)
    rng = np.random.default_rng(1)
    fewer = people.mask(rng.random(people.shape) < 0.25)
    whole, part = tool.assign(people), tool.assign(fewer)
    assert part["sure"].mean() < whole["sure"].mean()
    right = (part["segment"] == segment)[part["sure"]].mean()
    assert right > tool.figures["sure"]["accuracy"] - 0.05


def soap() -> pd.DataFrame:
    """Read the households' table out of the wheel, without importing the package."""
    import importlib.util

    found = importlib.util.find_spec("dmba")
    if found is None:
        pytest.skip(
            "the wheel of dmba, which holds BathSoapHousehold, is not installed"
        )
    file = Path(found.origin).parent / "csvFiles" / "BathSoapHousehold.csv.gz"
    frame = pd.read_csv(file).set_index("Member id")
    return frame.rename(columns=lambda name: " ".join(name.split()))


@pytest.mark.slow
@pytest.mark.parametrize("n_segments", [3, 4, 5])
def test_the_textbook_survey_takes_six_questions_at_most(n_segments):
    """Households by how and why they buy (k-means, as in the book), 45 questions."""
    from sklearn.cluster import KMeans
    from sklearn.preprocessing import StandardScaler

    households = soap()
    assert households.shape == (600, 45)
    buys = [c for c in households if c.startswith(("Pur Vol", "Pr Cat", "PropCat"))]
    buys += ["No. of Brands", "Brand Runs", "Total Volume", "No. of Trans", "Value"]
    buys += ["Trans / Brand Runs", "Avg. Price", "Others 999"]
    brands = households.filter(like="Br. Cd").max(axis=1).rename("largest brand")
    values = StandardScaler().fit_transform(households[buys].join(brands))
    groups = KMeans(n_segments, n_init=20, random_state=0).fit_predict(values)
    tool = typing_tool(households, groups.astype(str))
    figures = tool.figures
    assert len(tool.questions) <= 6
    assert figures["share_of_gain"] >= 0.9
    assert figures["accuracy"]["value"] > figures["largest_segment"] + 0.3
    assert figures["sure"]["accuracy"] > figures["accuracy"]["value"]


def test_order_of_rows_and_columns_changes_nothing():
    people, segment = survey(300, n_segments=3, telling=3, silent=3)
    tool = typing_tool(people, segment, n_questions=3)
    mixed = people.sample(frac=1, random_state=1)[people.columns[::-1]]
    again = typing_tool(mixed, segment, n_questions=3)
    assert again.record() == tool.record()


def test_words_and_numbers_that_only_name_answers_tell_the_same():
    people, segment = survey(300, n_segments=3, telling=3, silent=0)
    said = people.map(lambda v: None if np.isnan(v) else f"level {v:.0f}")
    by_words = typing_tool(said, segment, n_questions=3, share_of_gain=1)
    by_number = typing_tool(people, segment, n_questions=3, share_of_gain=1)
    ways = [t.figures["accuracy"]["value"] for t in (by_words, by_number)]
    assert ways[0] == pytest.approx(ways[1], abs=0.04)


def test_an_answer_of_a_few_people_is_on_no_page():
    people, segment = survey(300, n_segments=2, telling=3, silent=0)
    pet = pd.Series(np.where(segment == "kind 0", "cat", "dog"), people.index)
    pet.iloc[:9] = "Rex of Elm Street 5"
    tool = typing_tool(people.assign(pet=pet), segment)
    assert [q["name"] for q in tool.questions] == ["pet"]
    assert "Rex" not in json.dumps(tool.record())
    assert tool.assign_one({"pet": "Rex of Elm Street 5"})["answered"] == 0


def test_a_count_of_a_few_people_cannot_be_worked_out():
    own = np.repeat([0, 1, 2], [50, 40, 30])
    said = own.copy()
    said[:3], said[50:65] = 1, 2  # three, and fifteen
    counts = confusion(said, own, ["a", "b", "c"], 10)["counts"]
    assert counts[0][:2] == [None, None]  # else 47 of 50 would tell of the three
    assert counts[1].count(None) != 1
    assert counts[2][2] == 30


@pytest.mark.parametrize(
    ("change", "error", "words"),
    [
        ({"n_questions": 0}, ConfigError, "n_questions must be from 1 to 20"),
        ({"sure_at": 1.5}, ConfigError, "sure_at must be from 0 to 1, but it is 1.5"),
        ({"names": {"kind 0": "x"}}, DataError, "names must name every segment"),
    ],
)
def test_what_cannot_be_asked_of_it_is_refused(change, error, words):
    people, segment = survey(100, n_segments=2, telling=1, silent=0)
    with pytest.raises(error, match=words):
        typing_tool(people, segment, **change)


def test_people_from_whom_nothing_can_be_learned_are_refused():
    people, segment = survey(100, n_segments=2, telling=1, silent=0)
    with pytest.raises(DataError, match="must have 30 people to learn from, but"):
        typing_tool(people[:40], segment[:40])
    with pytest.raises(DataError, match="must have a segment"):
        typing_tool(people, segment[:50])
    with pytest.raises(DataError, match="a column that can be a question"):
        typing_tool(people * 0, segment)
    with pytest.raises(DataError, match="name each column once"):
        typing_tool(pd.concat([people, people], axis=1), segment)


def test_a_record_without_a_part_is_refused():
    record = tiny_tool().record()
    del record["base"]
    with pytest.raises(DataError, match=r"\['base'\] are missing"):
        TypingTool.from_record(record)


def test_folds_hold_each_segment_evenly():
    label = np.repeat([0, 1, 2], [53, 31, 17])
    fold = folds_of(pd.Index([f"c{i}" for i in range(101)]), label)
    for segment in range(3):
        sizes = np.bincount(fold[label == segment], minlength=5)
        assert sizes.max() - sizes.min() <= 1


@given(
    st.lists(st.tuples(st.integers(0, 60), st.booleans()), min_size=1, max_size=200),
    st.integers(1, 40),
)
def test_more_lead_never_makes_less_sure(pairs, least):
    lead = np.array([p[0] for p in pairs])
    right = np.array([p[1] for p in pairs])
    bands = lead_bands(lead, right, least)
    starts, shares = zip(*bands, strict=True)
    assert starts[0] == 0
    assert list(starts) == sorted(set(starts))
    assert list(shares) == sorted(set(shares))
    assert min(shares) >= 0
    assert max(shares) <= 1


@given(st.floats(-1e9, 1e9), st.floats(1e-6, 1e6))
def test_a_rounder_number_parts_the_same_people(low, gap):
    above = low + gap
    found = roundest(low, above)
    assert low <= found < above
    assert len(repr(found)) <= max(len(repr(low)), 24)


@given(st.lists(st.integers(0, 9), min_size=20, max_size=120))
def test_no_bin_of_a_number_holds_few_people(values):
    given = pd.Series(values, name="n", dtype=float)
    question = question_of(given, 5)
    if not isinstance(question, str):
        counts = np.bincount(question.codes(given), minlength=question.n_levels)
        assert counts.min() >= 5

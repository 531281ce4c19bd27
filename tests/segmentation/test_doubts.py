"""Whoever passes features that cannot carry segments is told so, at every entry."""

import re
import warnings

import numpy as np
import pandas as pd
import pytest

from segtools.schema import DataError
from segtools.segmentation.contest import Rules, run_contest
from segtools.segmentation.doubts import giant, heard, plain_doubts
from segtools.segmentation.mixtures import compare_mixtures
from segtools.segmentation.stability import select_clusters
from segtools.segmentation.structure import structure_verdict

from .tasks import make_learning

N = 120


def fit(rng) -> pd.DataFrame:
    return pd.DataFrame(rng.normal(size=(N, 2)), columns=["a", "b"])


def damaged(rng, kind) -> pd.DataFrame:
    """Make two fit features, and one thing that is wrong."""
    frame = fit(rng)
    if kind == "constant":
        frame["same"] = 7.0
    elif kind == "empty":
        frame["none"] = np.nan
    elif kind == "twice":
        frame["again"] = frame["a"]
    elif kind == "ties":
        frame.loc[: int(0.6 * N), "a"] = 0.0
    elif kind == "giant":
        frame.loc[0, ["a", "b"]] = 1e9
    elif kind == "codes":
        frame["region_code"] = np.tile([1.0, 2.0, 3.0], N // 3)
    elif kind == "text":
        frame["town"] = "Rome"
    elif kind == "endless":
        frame.loc[3, "a"] = np.inf
    elif kind == "wide":
        more = rng.normal(size=(N, 30))
        frame = pd.concat([frame, pd.DataFrame(more).add_prefix("w")], axis=1)
    elif kind == "few":
        frame = frame.head(3)
    return frame


def verdict(frame):
    found, said = heard(structure_verdict, frame)
    return [found.sentence, *said]


def selection(frame):
    return heard(select_clusters, frame, [2, 6], n_pairs=2, n_init=2)[1]


def mixtures(frame):
    given = {"kinds": ["diag"], "n_starts": 1}
    return heard(compare_mixtures, frame, [1, 6], **given)[1]


ENTRIES = {"verdict": verdict, "selection": selection, "mixtures": mixtures}


@pytest.mark.parametrize("entry", ENTRIES)
@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("constant", r"1 of 3 columns (has one value only|were left out, each const)"),
        ("empty", r"1 of 3 (columns has no value at all: \['none'\]|have none: none)"),
        ("twice", r"1 of 3 columns (repeats another|were left out, each a copy)"),
        ("ties", r"share one value in 1 of 2 columns: a \(61"),
        ("giant", r"1 of 120 rows makes up [\d.]+.% of all squared distance"),
        ("codes", r"1 of 3 columns looks like codes of categories: \['region_code'\]"),
        ("text", r"1 of 3 columns (are not|do not): .*town"),
        ("endless", r"(but 1 customers have|but 1 of 120 rows hold an) infinite value"),
        ("wide", r"120\) to look for groups in 32|but there are 120|120 rows are few"),
        ("few", r"customers \(3\) to|but 3 of 3 customers differ|it has 3 for 6"),
    ],
)
def test_nothing_wrong_is_passed_over_in_silence(entry, kind, expected, rng):
    frame = damaged(rng, kind)
    before = frame.copy()
    try:
        said = ENTRIES[entry](frame)
    except DataError as error:
        said = [str(error)]
    assert any(re.search(expected, sentence) for sentence in said), said
    pd.testing.assert_frame_equal(frame, before)


@pytest.mark.parametrize("entry", ["verdict", "mixtures"])
def test_fit_features_are_passed_in_silence(entry, rng):
    said = ENTRIES[entry](fit(rng))
    assert said == ([said[0]] if entry == "verdict" else [])


@pytest.mark.parametrize("kind", ["text", "endless"])
def test_the_contest_refuses_what_is_no_number(kind):
    learning = make_learning(60)
    learning["town"] = "Rome" if kind == "text" else np.inf
    plan = {"evidence": "out_of_time", "sentence": "", "legs": []}
    with pytest.raises(DataError, match=r"\['town'\]"):
        run_contest(learning, plan, Rules("grow_spend"))


def test_a_column_left_out_changes_no_verdict(rng):
    frame = fit(rng)
    one, _ = heard(structure_verdict, frame.assign(again=frame["a"], same=1.0))
    assert one == structure_verdict(frame)


def test_yes_and_no_are_no_ties_and_gaps_are_no_value(rng):
    frame = fit(rng).assign(member=[0.0] * 100 + [1.0] * 20)
    frame.loc[:70, "a"] = np.nan
    assert plain_doubts(frame) == []


def test_rows_that_are_all_alike_have_no_giant():
    assert giant(np.ones((50, 2))) == ""
    assert giant(np.zeros((50, 0))) == ""


def test_only_what_users_are_told_is_heard():
    def speak():
        warnings.warn("one", UserWarning, stacklevel=1)
        warnings.warn("one", UserWarning, stacklevel=1)
        warnings.warn("old", DeprecationWarning, stacklevel=1)
        return 7

    with pytest.warns(DeprecationWarning, match="old"):
        assert heard(speak) == (7, ["one"])

"""Printed figures come out again; the comparison itself is worked out by hand."""

import os

import numpy as np
import pandas as pd
import pytest

from segtools.segmentation import validation
from segtools.segmentation.validation import data, lifetimes
from segtools.segmentation.validation.gaps import medoids
from segtools.segmentation.validation.printed import (
    COLUMNS,
    Figure,
    compared,
    half_a_digit,
    verdict,
)


def wrong(table):
    """Name the figures that do not agree."""
    return table.loc[~table["agrees"], ["figure", "published", "segtools"]].to_numpy()


FIGURES = ("sums_of_squares", "sizes", "silhouettes", "by_hand", "shape_figures")


@pytest.mark.parametrize("name", [*FIGURES, "categories"])
def test_printed_figures_come_out(name):
    table = getattr(validation, name)()
    assert list(table) == COLUMNS
    assert len(wrong(table)) == 0, wrong(table)


@pytest.mark.slow
@pytest.mark.parametrize(
    "name", ["gap_figures", "gap_rules", "resampled", "latent_class_figures"]
)
def test_printed_figures_come_out_of_resamples_and_many_starts(name):
    table = getattr(validation, name)()
    assert len(wrong(table)) == 0, wrong(table)


@pytest.mark.slow
def test_the_gap_of_r_comes_out_with_its_own_number_of_references():
    # A second seed, and five times the references: chance is allowed less than half.
    table = validation.gap_figures(n_references=500, random_state=2)
    assert len(wrong(table)) == 0, wrong(table)
    by_medoids = table[table["figure"].str.startswith("gap by medoids")]
    assert by_medoids["allowed"].max() < 0.009


def test_the_figures_of_the_papers_on_cdnow_come_out():
    table = lifetimes.lifetime_figures()
    if table.empty and os.environ.get("CI") != "true":
        pytest.skip("the wheel of lifetimes, which holds CDNOW, is not installed")
    assert len(table) > 60
    assert len(wrong(table)) == 0, wrong(table)


def test_what_thirds_by_spend_foretell_comes_out():
    table = validation.holdout_figures()
    if table.empty and os.environ.get("CI") != "true":
        pytest.skip("the wheel of lifetimes, which holds CDNOW, is not installed")
    assert len(table) == 3
    assert len(wrong(table)) == 0, wrong(table)
    assert table["allowed"].max() < 0.02


def test_without_its_data_a_table_is_empty_and_the_reason_is_listed(monkeypatch):
    monkeypatch.setattr(data, "find_spec", lambda name: None)
    found = lifetimes.lifetime_figures()
    assert found.empty
    assert list(found) == COLUMNS
    assert validation.holdout_figures().empty
    why = validation.left_out().set_index("figure")["why"]
    assert "is not installed here" in why["lifetime models of CDNOW"]


@pytest.mark.slow
def test_what_is_often_taken_for_proof_speaks_for_clouds_without_groups():
    found = validation.never_decide()
    assert (found["hopkins"] > 0.95).all()
    assert found["silhouette"].iloc[1] > 0.5
    assert found["gap"].tolist() == [1, 1]
    assert found["verdict"].tolist() == ["constructed", "constructed"]


def test_few_starts_make_pairs_ambiguous():
    found = validation.starts_matter((1, 10)).set_index("starts")
    assert (found.loc[1] > found.loc[10]).all()


def test_the_tables_are_the_printed_ones():
    assert data.ruspini().shape == (75, 2)
    assert np.sort(data.faculty())[[0, -1]].tolist() == [30, 72]
    assert data.flowers().shape == (18, 8)
    # How many of 118 slides each pathologist called a carcinoma (Agresti 2002).
    given = data.answers("carcinoma")
    assert (given == 2).sum().tolist() == [66, 79, 45, 32, 71, 25, 66]
    # 34, 38, 21 and 68 of 319 students admitted each way of cheating (Dayton 1998).
    assert (data.answers("cheating") == 2).sum().tolist() == [34, 38, 21, 68]
    with pytest.raises(KeyError):
        data.answers("election")


@pytest.mark.parametrize(
    ("printed", "found", "error", "agrees"),
    [
        ("0.75", 0.7549, None, True),
        ("0.75", 0.7551, None, False),
        ("-317.2568", -317.25684, None, True),
        ("-317.2568", -317.25690, None, False),
        (".5", 0.58, 0.01, True),
        (".5", 0.59, 0.01, False),
        ("0.75", float("nan"), None, False),
        ("3, 3", "3, 3", None, True),
        ("3, 3", "3, 4", None, False),
        ("2357", 2357, None, True),
        ("2357", 2358, None, False),
    ],
)
def test_what_agrees(printed, found, error, agrees):
    table = compared("by hand", [Figure("a", printed, found, error)])
    assert table["agrees"].tolist() == [agrees]


def test_a_row_tells_the_difference_and_what_is_allowed():
    rows = [Figure("a", "0.75", 0.7512), Figure("b", "1.0", 1.1, 0.1)]
    rows.append(Figure("c", "1, 2", "1, 2"))
    expected = pd.DataFrame(
        {
            "figure": ["a", "b", "c"],
            "source": "Somebody 1999",
            "published": ["0.75", "1.0", "1, 2"],
            "segtools": ["0.751", "1.10", "1, 2"],
            "difference": [0.0012, 0.1, np.nan],
            "allowed": [0.005, 0.35, np.nan],
            "measure": ["digits", "chance", "equal"],
            "agrees": True,
        }
    )
    pd.testing.assert_frame_equal(compared("Somebody 1999", rows), expected)
    assert half_a_digit("62") == 0.5


def test_the_verdict_counts_and_names():
    good = compared("x", [Figure("a", "1.0", 1.0), Figure("b", "1.0", 1.1, 0.1)])
    bad = compared("x", [Figure("c", "1.0", 1.1)])
    assert verdict(good[:1]) == "The figure agrees to the digits that were printed."
    assert verdict(good[:0]) == "There is no figure to compare here."
    assert verdict([good, bad]) == "2 of 3 figures agree. Not these: c."
    assert verdict(good) == (
        "All 2 figures agree: 1 to the digits printed, 1 within 3 standard errors, "
        "since chance drew them."
    )


def test_medoids_are_exchanged_until_nothing_gains():
    # One after the other chooses 6, then 0; the exchange finds 1 and 9.
    X = np.array([[0.0], [1.0], [2.0], [6.0], [8.0], [9.0], [10.0]])
    found = medoids(X, 2)
    assert len(set(found[:3])) == len(set(found[3:])) == 1
    assert found[0] != found[-1]

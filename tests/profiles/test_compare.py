"""What separates two segments: planted differences are found, chance is not."""

from __future__ import annotations

import numpy as np
import pytest

from segtools import compare_personas
from segtools.plots import table
from segtools.profiles.compare import (
    comparison_sentence,
    comparison_table,
    newcombe,
)
from segtools.profiles.statements import all_claims
from segtools.schema import ConfigError


@pytest.fixture(scope="module")
def two(planted):
    return compare_personas(planted, "S01", "S03", currency="EUR")


def test_each_row_holds_both_shares_as_the_claims_have_them(planted, two):
    claims = all_claims(planted, "EUR")
    assert len(two) >= 5
    for row in two.itertuples():
        shares = [
            (c.share, c.n)
            for segment_id in ("S01", "S03")
            for c in claims
            if c.computation == row.computation and c.segment_id == segment_id
        ]
        assert shares == [(row.first, row.first_n), (row.second, row.second_n)]
        assert row.difference == pytest.approx(row.first - row.second)
        assert row.low < row.difference < row.high


def test_rows_are_large_certain_one_a_feature_and_the_largest_first(two):
    gaps = two["difference"].abs()
    assert gaps.is_monotonic_decreasing
    assert gaps.min() >= 0.08
    assert not ((two["low"] < 0) & (two["high"] > 0)).any()
    features = [c["column"] for c in two["computation"] if c["op"] in ("ge", "le")]
    assert len(features) == len(set(features))


def test_the_other_way_round_everything_changes_its_sign(planted, two):
    back = compare_personas(planted, "S03", "S01", currency="EUR")
    assert set(back["statement"]) == set(two["statement"])
    ours = two.set_index("statement")["difference"].sort_index()
    theirs = back.set_index("statement")["difference"].sort_index()
    assert ours.tolist() == pytest.approx((-theirs).tolist())


def test_segments_may_be_called_by_their_names(planted, two):
    named = compare_personas(planted, "Regulars", "S03", currency="EUR")
    assert named["statement"].tolist() == two["statement"].tolist()
    assert named.attrs["names"] == ["Regulars", "=cmd|' /C calc'!A0"]


def test_halves_by_lot_are_hardly_ever_separated(market, segmented):
    said = 0
    for seed in range(20):
        chance = np.random.default_rng(seed)
        data = segmented(chance.choice(["S01", "S02"], len(market.features)))
        found = compare_personas(data, "S01", "S02")
        said += not found.empty
        if found.empty:
            assert comparison_sentence(found).endswith("they may be one segment.")
    # One in twenty is what a control at 5 % allows.
    assert said <= 1


def test_without_names_the_two_most_alike_are_compared(planted, market, segmented):
    truth = market.truth.set_index("customer_id")["segment"]
    kind = truth.reindex(market.features["customer_id"]).to_numpy()
    # The first planted kind dealt into two by lot: nothing is more alike than these.
    lot = np.random.default_rng(1).random(len(kind)) < 0.5
    labels = np.where((kind == 1) & lot, "S04", "S01")
    labels = np.where(kind == 2, "S02", np.where(kind == 3, "S03", labels))
    labels = np.where(kind == 4, "S02", labels)
    found = compare_personas(segmented(labels))
    assert found.attrs["segments"] == ["S01", "S04"]


@pytest.mark.parametrize(
    ("counts", "ends"),
    [
        ((56, 70, 48, 80), (0.0524, 0.3339)),
        ((9, 10, 3, 10), (0.1705, 0.8090)),
        ((6, 7, 2, 7), (0.0582, 0.8062)),
        ((5, 56, 0, 29), (-0.0381, 0.1926)),
        ((0, 10, 0, 20), (-0.1611, 0.2775)),
        ((10, 10, 0, 20), (0.6791, 1.0)),
    ],
)
def test_the_interval_is_the_one_of_newcombes_table(counts, ends):
    """Newcombe (1998), table II, method 10."""
    assert newcombe(*counts) == pytest.approx(ends, abs=5e-5)


def test_one_segment_has_nothing_to_be_compared_with(segmented):
    found = compare_personas(segmented(["S01"] * 500))
    assert found.empty
    assert comparison_sentence(found) == (
        "There is one segment only: nothing to compare it with."
    )
    assert table(comparison_table(found), caption="None").text


def test_the_table_of_a_page_has_the_segments_names_and_at_most_so_many_rows(two):
    shown = comparison_table(two, most=3)
    assert len(shown) == 3
    assert list(shown.columns[:4]) == [
        "About",
        "Statement",
        "Regulars",
        "=cmd|' /C calc'!A0",
    ]
    assert "<script>" not in table(shown, caption="Two").html


@pytest.mark.parametrize(
    ("named", "sentence"),
    [
        (("S01", "S09"), "'S09' is none. Did you mean"),
        (("Regular", "S02"), "Did you mean 'Regulars'"),
        (("S01", "Regulars"), "but both are 'S01'"),
        (("S01", None), "two segments or none"),
    ],
)
def test_what_cannot_be_compared_is_one_sentence(planted, named, sentence):
    with pytest.raises(ConfigError, match=sentence):
        compare_personas(planted, *named)

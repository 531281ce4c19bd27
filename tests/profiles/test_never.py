"""A segment of those who never ordered is not said to be like everybody."""

from __future__ import annotations

import pandas as pd
import pytest

from segtools import recompute
from segtools.profiles.actions.conditions import OfFeature
from segtools.profiles.never import never_claims
from segtools.profiles.profile import Segmented

IDS = [f"c{i:02d}" for i in range(40)]
RECENCY = [1.0] * 25 + [None] * 15


def data_of(shop, segments, smallest_cell: int = 10) -> Segmented:
    people = pd.DataFrame({"customer_id": IDS, "recency_days": RECENCY})
    own = pd.DataFrame({"customer_id": IDS, "segment_id": segments})
    own["segment"] = own["segment_id"]
    return Segmented(shop, None, people, own, [], smallest_cell)


def test_those_who_never_ordered_are_said_to_have_not(shop):
    others, claim = never_claims(data_of(shop, ["S01"] * 25 + ["S02"] * 15))
    assert (others.segment_id, others.share) == ("S01", 0.0)
    assert (claim.segment_id, claim.text) == ("S02", "Have not ordered yet")
    assert (claim.share, claim.base_share) == (1.0, 15 / 40)


@pytest.mark.parametrize(
    "segments",
    [
        ["S01"] * 24 + ["S02"] * 16,  # one of them has ordered
        ["S01"] * 27 + ["S02"] * 13,  # two of them are elsewhere
        ["S01"] * 40,
    ],
)
def test_where_others_are_among_them_nothing_is_said_that_would_tell_few(
    shop, segments
):
    assert never_claims(data_of(shop, segments)) == []


def test_too_few_to_be_shown_are_not_spoken_of(shop):
    segments = ["S01"] * 25 + ["S02"] * 15
    assert never_claims(data_of(shop, segments, smallest_cell=16)) == []


def test_it_can_be_computed_again_and_calls_for_a_first_order(shop, tmp_path):
    data = data_of(shop, ["S01"] * 25 + ["S02"] * 15)
    data.segments.to_parquet(tmp_path / "segments.parquet")
    data.features.to_parquet(tmp_path / "features.parquet")
    _, claim = never_claims(data)
    said = claim.record(1)
    found = recompute(tmp_path, said)
    assert found.to_dict() == {
        "share": 1.0,
        "n": 15,
        "base_share": 15 / 40,
        "base_n": 40,
    }
    asked = OfFeature(feature="recency_days", op="missing")
    assert asked.met_by(said)
    assert not OfFeature(feature="recency_days", op="ge").met_by(said)

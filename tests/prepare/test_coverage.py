"""What is known of how many customers, and how fresh each source is."""

from __future__ import annotations

import ibis
import pandas as pd
import pytest

from segtools.prepare.clean import Cleaned
from segtools.prepare.coverage import (
    attribute_coverage,
    coverage_table,
    freshness_table,
    matches_sentence,
    matches_table,
    reach,
    source_freshness,
)

ORIGIN = int(pd.Timestamp("2024-07-01").timestamp())


def judged(time: str, *days: str | None, reason: str | None = None):
    frame = pd.DataFrame({time: pd.to_datetime(list(days))})
    return ibis.memtable(frame).mutate(reason=ibis.literal(reason, type="string"))


def test_each_attribute_has_its_kind_and_its_share_of_all_customers():
    people = pd.DataFrame(
        {"customer_id": ["a", "b"], "region": ["N", None], "tier": ["x", "y"]}
    )
    found = attribute_coverage(
        {"customers": ibis.memtable(people)}, 4, {"tier": "psychographic"}
    )
    assert found == [
        {
            "attribute": "region",
            "table": "customers",
            "kind": "geographic",
            "known": 1,
            "unknown": 3,
            "share": 0.25,
        },
        {
            "attribute": "tier",
            "table": "customers",
            "kind": "psychographic",
            "known": 2,
            "unknown": 2,
            "share": 0.5,
        },
    ]
    shown = coverage_table(found, smallest_cell=1)
    assert shown["Share"].tolist() == [0.25, 0.5]
    assert shown["Known of customers"].tolist() == [1, 2]


def test_known_of_all_but_a_few_is_hidden():
    people = pd.DataFrame({"customer_id": [str(i) for i in range(40)]})
    people["town"] = ["x"] * 36 + [None] * 4
    people["zone"] = ["x"] * 4 + [None] * 36
    people["plan"] = ["x"] * 20 + [None] * 20
    found = attribute_coverage({"customers": ibis.memtable(people)}, 40, {})
    shown = coverage_table(found).set_index("Attribute")
    assert shown["Share"].isna().to_dict() == {
        "plan": False,
        "town": True,
        "zone": True,
    }
    assert shown.loc["plan", "Known of customers"] == 20


@pytest.mark.parametrize(
    ("last", "light"),
    [("2024-06-30", "green"), ("2024-04-01", "amber"), ("2024-01-02", "red")],
)
def test_a_source_grows_old_by_itself(last, light):
    found = source_freshness(
        Cleaned(
            tables={},
            judged={
                "orders": judged("ordered_at", "2024-06-30T12:00"),
                "events:desk": judged("occurred_at", last),
            },
        ),
        ORIGIN,
    )
    assert [f["light"] for f in found] == ["green", light]
    assert found[0]["age_days"] == 0.5
    assert freshness_table(found)["Light"].tolist() == ["green", light]


def test_rows_that_were_not_kept_make_nothing_fresh():
    late = judged("occurred_at", "2024-06-30", reason="spam")
    (found,) = source_freshness(Cleaned(tables={}, judged={"events:x": late}), ORIGIN)
    assert found["last"] is None
    assert found["sentence"].endswith("it can describe, never build segments.")


def test_reach_is_of_the_whole_population():
    events = ibis.memtable(pd.DataFrame({"customer_id": ["a", "a", "b"]}))
    assert reach(Cleaned(tables={"events": events}), 8) == [
        {"table": "events", "customers": 2, "share": 0.25}
    ]


def test_one_source_needs_no_matching():
    assert matches_table([]).empty
    assert matches_sentence([]).startswith("All rows come from one source")

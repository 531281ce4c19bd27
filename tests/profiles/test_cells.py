"""What profiles publish gives no small cell away, whoever does the sums."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from segtools.disclosure import LIMIT
from segtools.profiles.cells import blank, mark_hidden, shown
from segtools.profiles.levels import attribute_profile
from segtools.profiles.profile import category_profile
from segtools.profiles.statements import evidence
from segtools.profiles.table import profile_table


def profile_of(counts, n):
    """Lay out buyers of categories, a row a segment, as category_profile does."""
    rows = [
        {"segment_id": f"S{i:02d}", "name": f"c{j}", "buyers": counts[i][j], "n": n[i]}
        for i in range(len(counts))
        for j in range(len(counts[0]))
    ]
    frame = pd.DataFrame(rows)
    frame["value"] = frame["buyers"] / frame["n"]
    total = frame.groupby("name")["buyers"].transform("sum")
    frame["base_value"] = total / sum(n)
    return frame.assign(index=frame["value"] / frame["base_value"] * 100)


def test_a_small_cell_takes_the_smallest_other_of_its_category_with_it():
    frame = profile_of([[4, 50], [30, 60], [80, 70]], [100, 100, 100])
    marked = mark_hidden(frame, level="name", count="buyers", limit=LIMIT)
    assert marked["hidden"].tolist() == [True, False, True, False, False, False]
    published = blank(marked)
    assert published["value"].isna().tolist() == marked["hidden"].tolist()
    assert published["base_value"].notna().all()
    assert shown(marked)["buyers"].tolist() == [50, 60, 80, 70]


def test_of_a_segment_of_a_few_customers_not_even_its_size_is_shown():
    frame = profile_of([[0, 3], [30, 60], [80, 70]], [5, 100, 100])
    published = blank(mark_hidden(frame, level="name", count="buyers", limit=LIMIT))
    assert published["n"].isna().tolist() == [True, True, False, False, False, False]


@pytest.fixture(scope="module")
def small_segments(segmented):
    """Segments of a few dozen, so that many cells are small."""
    place = np.arange(500)
    ids = np.select([place < 25, place < 60, place < 200], ["S01", "S02", "S03"], "S04")
    return segmented(ids)


def test_no_published_share_can_be_worked_out_to_less_than_the_limit(small_segments):
    table = profile_table(small_segments)
    rows = table[table["kind"].isin(["category", "attribute"])]
    assert rows["value"].isna().any()
    size = small_segments.segments["segment_id"].value_counts()
    for (kind, name, _), part in rows.groupby(["kind", "name", "label"]):
        hidden = part[part["value"].isna()]
        if hidden.empty or part["base_value"].isna().any():
            continue
        n = part.set_index("segment_id")["n"].astype(float)
        everyone = n.sum() if kind == "attribute" else size.sum()
        known = (part["value"] * part["n"].astype(float)).sum()
        left = part["base_value"].iloc[0] * everyone - known
        bounds = n.reindex(hidden["segment_id"]).fillna(np.inf).to_numpy()
        for i in range(len(bounds)):
            most = min(left, bounds[i])
            least = max(0.0, left - np.delete(bounds, i).sum())
            assert most - least >= LIMIT - 1e-6, (kind, name)


def test_no_statement_is_made_of_what_is_hidden(small_segments):
    marked = pd.concat(
        [
            category_profile(small_segments).assign(column="category"),
            attribute_profile(small_segments).rename(
                columns={"level": "name", "attribute": "column"}
            ),
        ]
    )
    hidden = set(
        marked.loc[marked["hidden"], ["segment_id", "column", "name"]].itertuples(
            index=False, name=None
        )
    )
    stated = {
        (c.segment_id, c.computation["column"], c.computation["value"])
        for claims in evidence(small_segments, "EUR").values()
        for c in claims
    }
    assert hidden
    assert not stated & hidden

"""What profiles publish gives no small cell away, whoever does the sums."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from attack import hidden_cells

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


@pytest.mark.parametrize("seed", range(6))
def test_no_hidden_cell_can_be_worked_out_to_less_than_the_limit(seed, segmented):
    # Segments of a few dozen, of a size that chance decides.
    rng = np.random.default_rng(seed)
    share = np.sort(rng.dirichlet([0.4, 0.6, 1, 2]))
    ids = rng.choice(["S01", "S02", "S03", "S04"], 500, p=share)
    ids[:48] = np.repeat(["S01", "S02", "S03", "S04"], 12)
    found = hidden_cells(profile_table(segmented(ids)))
    assert len(found) > 0
    assert (found["high"] - found["low"] >= LIMIT - 1e-6).all(), found.to_string()


def test_the_attack_sees_what_a_difference_gives_away():
    rows = [("S01", 0.3, 100), ("S02", 0.5, 100), ("S03", None, 100)]
    table = pd.DataFrame(rows, columns=["segment_id", "value", "n"])
    table = table.assign(kind="category", name="tea", label="tea", base_value=84 / 300)
    found = hidden_cells(table)
    assert found[["low", "high"]].to_numpy().tolist() == [[4.0, 4.0]]


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

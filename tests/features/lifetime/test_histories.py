"""What is no set of purchase histories is refused in a sentence."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from segtools.features.lifetime.histories import (
    CHUNK,
    Histories,
    check_histories,
    distinct,
    in_chunks,
)
from segtools.schema import DataError


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        (([-1], [0], [1]), "frequency must be 0 or more, but 1 of 1 is negative, the"),
        (
            ([1.5], [1], [2]),
            "frequency must hold whole numbers, but 1 of 1 is not whol",
        ),
        (
            ([1, 1], [1, np.nan], [2, 2]),
            "recency must be finite, but 1 of 2 is missing",
        ),
        (([1, 2], [3, 4], [2, 9]), "recency must be at most age, but 1 of 2 is above "),
        (([0], [1], [2]), "recency must be 0 without a repeat purchase, but 1 of 1 is"),
        (
            ([1, 1], [1], [2, 2]),
            "frequency, recency and age must be equally long, but ",
        ),
        (
            (["a"], [1], [2]),
            "frequency must hold numbers, but .* was received. Fill or",
        ),
        (
            ([1], [1], [np.inf]),
            "age must be finite, but 1 of 1 is missing or infinite.",
        ),
    ],
)
def test_wrong_histories_are_refused(given, sentence):
    with pytest.raises(DataError, match=sentence):
        check_histories(*given)


@pytest.mark.parametrize(
    ("weights", "sentence"),
    [
        ([1], "weights must hold one value a row, but 1 were received for 2 rows."),
        (
            [1, -1],
            "weights must be 0 or more, but 1 of 2 is negative, the first one -1",
        ),
    ],
)
def test_wrong_weights_are_refused(weights, sentence):
    with pytest.raises(DataError, match=sentence):
        Histories.of([0, 1], [0, 1], [2, 2], weights)


def test_missing_values_of_nullable_columns_are_refused():
    column = pd.Series([1, None], dtype="Int64")
    with pytest.raises(DataError, match="frequency must"):
        check_histories(column, [1, 1], [2, 2])


def test_equal_histories_are_merged_and_keep_their_customers():
    data = Histories.of([0, 2, 0, 2], [0, 5, 0, 6], [9, 9, 9, 9], [1, 1, 3, 1])
    rows = np.column_stack([data.frequency, data.recency, data.age, data.weights])
    assert rows.tolist() == [[0, 0, 9, 4], [2, 5, 9, 1], [2, 6, 9, 1]]
    assert (data.n_customers, data.n_repeat_buyers) == (6, 2)


def test_distinct_rows_lead_back_to_all_rows(rng):
    columns = [rng.integers(0, 4, 500).astype(float) for _ in range(3)]
    first, place = distinct(*columns)
    assert all((c[first][place] == c).all() for c in columns)
    assert len(first) == len(set(zip(*columns, strict=True)))


def test_chunks_leave_no_row_out():
    rows = np.arange(2.0 * CHUNK + 3)
    assert (in_chunks(lambda a: a + 1, rows) == rows + 1).all()
    assert in_chunks(lambda a: a + 1, np.array(1.0)).shape == ()

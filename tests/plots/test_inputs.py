import pandas as pd
import pytest

from segtools.plots.inputs import columns_of, part_of, segment_rows


def test_missing_columns_are_named_beside_what_is_there():
    with pytest.raises(ValueError, match=r"\['low'\] are missing from \['mean'\]"):
        columns_of(pd.DataFrame({"mean": [1]}), ["mean", "low"], "outcomes")


def test_something_else_than_a_frame_is_a_type_error():
    with pytest.raises(TypeError, match="outcomes must be a DataFrame"):
        columns_of([1, 2], ["mean"], "outcomes")


@pytest.mark.parametrize("record", [{}, {"evidence": None}, {"evidence": {"k": 1}}])
def test_a_missing_part_of_a_record_names_the_file(record):
    with pytest.raises(ValueError, match=r"record of verdict\.json"):
        part_of(record, "evidence.gap", "verdict")


def test_rank_sorts_and_only_true_colours_are_taken():
    record = {
        "segments": [
            {"segment": "b", "share": 0.4, "rank": 2, "colour": "red;x"},
            {"segment": "a", "share": 0.6, "rank": 1, "colour": "#123456"},
        ]
    }
    rows = segment_rows(record, ["share"], "personas")
    expected = pd.DataFrame(
        {"segment": ["a", "b"], "share": [0.6, 0.4], "colour": ["#123456", "#E69F00"]}
    )
    pd.testing.assert_frame_equal(rows, expected)


def test_a_record_without_segments_gives_no_rows():
    assert segment_rows({"segments": []}, ["share"], "personas").empty

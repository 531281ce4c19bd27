"""Features that cannot be clustered: each is refused or warned of, with its count."""

import warnings

import numpy as np
import pandas as pd
import pytest

from segtools.schema import DataError
from segtools.segmentation.doubts import looks_like_codes
from segtools.segmentation.inputs import check_features


@pytest.fixture
def fit(rng):
    """Three features that have nothing wrong."""
    return pd.DataFrame(rng.normal(size=(200, 3)), columns=["a", "b", "c"])


def said(frame, **more):
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        kept = check_features(frame, **more)
    return list(kept.columns), [str(w.message) for w in caught]


def test_fit_features_pass_in_silence_and_unchanged(fit):
    before = fit.copy()
    assert said(fit) == (["a", "b", "c"], [])
    pd.testing.assert_frame_equal(fit, before)


def test_empty_constant_and_repeated_columns_are_left_out_with_their_count(fit):
    frame = fit.assign(none=np.nan, one=1.0, two=2.0, again=5 - 3 * fit["b"])
    kept, sentences = said(frame)
    assert kept == ["a", "c", "again"]
    assert sentences == [
        "1 of 7 columns has no value at all: ['none']. It is left out: nothing is "
        "known.",
        "2 of 6 columns have one value only: ['one', 'two']. They are left out: it "
        "tells nobody apart.",
        "1 of 4 columns repeats another: ['b']. It is left out: it would count twice.",
    ]


def test_a_column_with_other_gaps_is_no_repetition(fit):
    frame = fit.assign(again=fit["b"].where(fit["a"] > 0))
    assert said(frame) == (["a", "b", "c", "again"], [])


def test_codes_of_categories_are_warned_of_with_a_remedy(fit):
    region = np.tile([1.0, 2.0, 3.0, 4.0], 50)
    kept, sentences = said(fit.assign(region_code=region))
    assert "region_code" in kept
    assert len(sentences) == 1
    assert sentences[0].startswith(
        "1 of 4 columns looks like codes of categories: ['region_code']. Distances"
    )
    assert "pass them to latent_classes" in sentences[0]


@pytest.mark.parametrize(
    ("name", "values", "expected"),
    [
        ("region", [1, 2, 3] * 9, True),
        ("x", [10, 55, 80] * 9, True),
        ("x", [1, 2, 3] * 9, False),
        ("x", [1] * 50 + [9] * 2 + [40], False),
        ("n_channel", [1, 2, 3] * 9, False),
        ("region", [1.5, 2, 3] * 9, False),
        ("region", list(range(50)), False),
        ("flag", [0, 1] * 9, False),
        ("region", [np.nan, 1, 2, 3] * 9, True),
    ],
)
def test_what_looks_like_codes(name, values, expected):
    assert looks_like_codes(pd.Series(values, name=name, dtype=float)) is expected


def test_more_variables_than_the_customers_can_carry(fit, rng):
    kept, sentences = said(fit.iloc[:40])
    assert kept == ["a", "b", "c"]
    assert sentences == [
        "features times segments must have 10 customers each, which makes 60, but "
        "there are 40: segments may be chance. Leave out features or ask for fewer "
        "segments."
    ]
    wide = pd.DataFrame(rng.normal(size=(20, 20)))
    with pytest.raises(DataError, match="20 customers and 20 features"):
        check_features(wide)


def test_fewer_different_customers_than_segments_are_refused():
    frame = pd.DataFrame({"a": [1.0, 2.0] * 50})
    sentence = "2 of 100 customers differ and 3 segments are asked for. Ask for fewer"
    with pytest.raises(DataError, match=sentence):
        check_features(frame, n_segments=3)


def test_nothing_that_varies_is_refused():
    with pytest.raises(DataError, match="none does among 9 customers"):
        check_features(pd.DataFrame({"a": [1.0] * 9}))


def test_text_and_infinite_values_are_refused_with_a_remedy(fit):
    with pytest.raises(DataError, match=r"1 of 4 columns are not: \['town'\]\. Use"):
        check_features(fit.assign(town="Rome"))
    fit.loc[[3, 7], "b"] = np.inf
    with pytest.raises(DataError, match=r"2 customers have infinite values in \['b'\]"):
        check_features(fit)

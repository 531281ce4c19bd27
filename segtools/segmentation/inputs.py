"""Can these features be clustered at all? Refusals and warnings, each with a count."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
import pandas as pd

from segtools.languages import markn, tr, trn
from segtools.schema import DataError
from segtools.segmentation.doubts import plain_doubts
from segtools.segmentation.phrases import grouped

# Fewer customers a feature and segment, and anything looks like one (Qiu & Joe 2009).
ROWS_EACH = 10


def check_features(
    features: pd.DataFrame, *, n_segments: int = 2, rows_each: int = ROWS_EACH
) -> pd.DataFrame:
    """Leave out what cannot build segments, and say so; refuse what cannot work.

    Parameters
    ----------
    features : DataFrame of shape (n_customers, n_features)
        Numbers, one row a customer; missing values are allowed. Never modified.
    n_segments : int, default=2
        Most segments that will be asked for.
    rows_each : int, default=10
        Customers that each feature of each segment should have.

    Returns
    -------
    DataFrame
        The columns that vary and that say something of their own.

    Raises
    ------
    DataError
        If a column is not of numbers or holds infinite ones, if no column varies, if
        there are fewer different customers than segments, or no more customers than
        features.

    Warns
    -----
    UserWarning
        For columns without any value, constant columns, columns that repeat another,
        whole numbers that look like codes of categories, columns of which half or
        more share one value, and fewer customers than the features can carry.

    Examples
    --------
    >>> X = pd.DataFrame({"a": [1.0, 2.0, 9.0], "b": [2.0, 4.0, 18.0]})
    >>> with warnings.catch_warnings(record=True) as said:
    ...     warnings.simplefilter("always")
    ...     check_features(X, rows_each=1).columns.tolist()
    ['a']
    >>> str(said[0].message)
    "1 of 2 columns repeats another: ['b']. It is left out: it would count twice."
    """
    frame, said = telling(features)
    _refuse_few(frame, n_segments)
    for sentence in said + _doubts(frame, n_segments, rows_each):
        warnings.warn(sentence, UserWarning, stacklevel=3)
    return frame


def telling(features: pd.DataFrame) -> tuple[pd.DataFrame, list[str]]:
    """Leave out columns that say nothing, or nothing of their own, and say which.

    Raises
    ------
    DataError
        If a column is not of numbers, or holds infinite ones.

    Examples
    --------
    >>> frame, said = telling(pd.DataFrame({"a": [1, 2], "b": [3, 3]}))
    >>> list(frame), said
    (['a'], ["1 of 2 columns has one value only: ['b']. It is left out: it tells \
nobody apart."])
    """
    frame, said = numbers_only(features), []
    for test, says in _USELESS:
        columns = test(frame)
        if columns:
            n = frame.shape[1]
            said.append(trn(*says, len(columns), all=n, columns=columns))
        frame = frame.drop(columns=columns)
    return frame, said


def numbers_only(features: pd.DataFrame) -> pd.DataFrame:
    """Give features as floats; refuse text and what is endless, with counts.

    Raises
    ------
    DataError
    """
    texts = [str(c) for c in features if not pd.api.types.is_numeric_dtype(features[c])]
    if texts:
        raise DataError(
            f"features must be numbers, but {len(texts)} of {features.shape[1]} "
            f"columns are not: {texts}. Use famd or latent_classes for categories."
        )
    frame = features.rename(columns=str).astype(float)
    endless = [c for c in frame if np.isinf(frame[c]).any()]
    if endless:
        rows = int(np.isinf(frame).any(axis=1).sum())
        raise DataError(
            f"features must be finite, but {rows} customers have infinite values in "
            f"{endless}. Replace them, or set them missing."
        )
    return frame


def _empty(frame: pd.DataFrame) -> list[str]:
    return [c for c in frame if frame[c].isna().all()]


def _constant(frame: pd.DataFrame) -> list[str]:
    return [c for c in frame if frame[c].nunique() == 1]


def _repeated(frame: pd.DataFrame) -> list[str]:
    """List columns that say exactly what an earlier one by name says."""
    names = sorted(frame)
    filled = frame[names].fillna(frame[names].median())
    centred = (filled - filled.mean()) / filled.std(ddof=0)
    alike = np.abs(centred.to_numpy().T @ centred.to_numpy()) / max(len(frame), 1)
    gaps = frame[names].isna().to_numpy()
    found: list[str] = []
    for j, name in enumerate(names):
        same = [i for i in range(j) if alike[i, j] > 1 - 1e-9]
        if any((gaps[:, i] == gaps[:, j]).all() for i in same):
            found.append(name)
    return found


_USELESS: tuple[tuple[Any, tuple[str, str]], ...] = (
    (
        _empty,
        markn(
            "{n} of {all} columns has no value at all: {columns}. It is left out: "
            "nothing is known.",
            "{n} of {all} columns have no value at all: {columns}. They are left out: "
            "nothing is known.",
        ),
    ),
    (
        _constant,
        markn(
            "{n} of {all} columns has one value only: {columns}. It is left out: it "
            "tells nobody apart.",
            "{n} of {all} columns have one value only: {columns}. They are left out: "
            "it tells nobody apart.",
        ),
    ),
    (
        _repeated,
        markn(
            "{n} of {all} columns repeats another: {columns}. It is left out: it would "
            "count twice.",
            "{n} of {all} columns repeat another: {columns}. They are left out: it "
            "would count twice.",
        ),
    ),
)


def _doubts(frame: pd.DataFrame, n_segments: int, rows_each: int) -> list[str]:
    said, n = plain_doubts(frame), frame.shape[1]
    should = rows_each * n * n_segments
    if len(frame) < should:
        text = tr(
            "features times segments must have {each} customers each, which makes "
            "{should}, but there are {rows}: segments may be chance. Leave out "
            "features or ask for fewer segments.",
            each=rows_each,
            should=grouped(should),
            rows=grouped(len(frame)),
        )
        said.append(text)
    return said


def _refuse_few(frame: pd.DataFrame, n_segments: int) -> None:
    if frame.shape[1] == 0:
        raise DataError(
            f"At least one feature must vary, but none does among {len(frame):,} "
            "customers. Choose other features."
        )
    different = len(frame.drop_duplicates())
    if different < n_segments:
        raise DataError(
            f"There must be at least as many different customers as segments, but "
            f"{different} of {len(frame):,} customers differ and {n_segments} "
            "segments are asked for. Ask for fewer segments."
        )
    if len(frame) <= frame.shape[1]:
        raise DataError(
            f"There must be more customers than features, but there are {len(frame):,} "
            f"customers and {frame.shape[1]} features. Leave out features."
        )

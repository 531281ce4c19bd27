"""What all questions together could tell, by ways that nobody could add up by hand."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.base import ClassifierMixin
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from segtools.segmentation.one_thread import one_thread
from segtools.segmentation.typing_tool.questions import Ints, is_number, numbers, words

Array = NDArray[np.float64]


def as_numbers(answers: pd.DataFrame) -> Array:
    """Give all answers as numbers, of words each its place; those missing as NaN.

    Examples
    --------
    >>> as_numbers(pd.DataFrame({"a": [1, 2], "b": ["y", None]})).tolist()
    [[1.0, 0.0], [2.0, nan]]
    """
    columns = []
    for name in answers.columns:
        given = answers[name]
        if is_number(given):
            columns.append(numbers(given))
        else:
            codes, _ = pd.factorize(words(given), sort=True)
            columns.append(np.where(codes < 0, np.nan, codes))
    return np.column_stack(columns).astype(float)


def linear(learned: Array, label: Ints, judged: Array) -> Ints:
    """Guess by a logistic regression on standardised answers, means where missing."""
    model = make_pipeline(
        SimpleImputer(keep_empty_features=True),
        StandardScaler(),
        LogisticRegression(max_iter=5000),
    )
    return _guess(model, learned, label, judged)


def boosted(learned: Array, label: Ints, judged: Array) -> Ints:
    """Guess by boosted trees."""
    model = HistGradientBoostingClassifier(early_stopping=False, random_state=0)
    return _guess(model, learned, label, judged)


def _guess(model: ClassifierMixin, learned: Array, label: Ints, judged: Array) -> Ints:
    with one_thread():
        return np.asarray(model.fit(learned, label).predict(judged), dtype=np.int64)

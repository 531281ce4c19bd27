"""What makes segments of some features doubtful: sentences with counts and remedies."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from segtools.languages import tr, trn
from segtools.wording import listed, number, percent

Array = NDArray[np.float64]
TIED = 0.5
GIANT = 0.5
MOST_CODES = 20
LEAST_EACH = 5
_CODE_WORDS = {
    *("code", "id", "type", "kind", "group", "class", "category", "region", "country"),
    *("zip", "postcode", "store", "channel", "gender", "cluster", "segment", "status"),
}
_MEASURES = {"n", "days", "share", "total", "mean", "sum", "count"}


def plain_doubts(frame: pd.DataFrame) -> list[str]:
    """Say what speaks against distances between customers in these columns.

    Parameters
    ----------
    frame : DataFrame of shape (n_customers, n_features)
        Numbers, in original units; missing values are allowed.

    Returns
    -------
    list of str
        Whole numbers that look like codes, and columns of which half or more share one
        value; empty where nothing does.
    """
    said = [coded(frame), tied(frame.to_numpy(float), [str(c) for c in frame])]
    return [sentence for sentence in said if sentence]


def heard(
    function: Callable[..., Any], *given: Any, **named: Any
) -> tuple[Any, list[str]]:
    """Call a function and give what it warned of beside its result.

    For pages, on which a warning is a sentence to be read. Other kinds of warnings
    than `UserWarning` pass through.

    Examples
    --------
    >>> heard(lambda: warnings.warn("Look again."))
    (None, ['Look again.'])
    """
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always", UserWarning)
        result = function(*given, **named)
    own = [w for w in caught if w.category is UserWarning]
    for other in (w for w in caught if w.category is not UserWarning):
        warnings.warn_explicit(
            other.message, other.category, other.filename, other.lineno
        )
    return result, list(dict.fromkeys(str(w.message) for w in own))


def coded(frame: pd.DataFrame) -> str:
    """Say which columns look like codes of categories; nothing if none does."""
    codes = [c for c in frame if looks_like_codes(frame[c])]
    if not codes:
        return ""
    return trn(
        "{n} of {all} columns looks like codes of categories: {codes}. Distances "
        "between codes mean nothing: pass them to latent_classes or, as dtype "
        "category, to famd; or leave them out.",
        "{n} of {all} columns look like codes of categories: {codes}. Distances "
        "between codes mean nothing: pass them to latent_classes or, as dtype "
        "category, to famd; or leave them out.",
        len(codes),
        all=number(frame.shape[1]),
        codes=codes,
    )


def looks_like_codes(column: pd.Series) -> bool:
    """Tell whether whole numbers rather name categories than count anything.

    They do if there are 3 to 20 of them and the column is called a code, a type, a
    region or the like, or if they lie far apart (more gaps than values) although each
    stands for at least five customers, as counts do not.

    Examples
    --------
    >>> looks_like_codes(pd.Series([1, 2, 3] * 9, name="store_code"))
    True
    >>> looks_like_codes(pd.Series([1] * 20 + [2] * 9 + [3] * 2, name="n_orders"))
    False
    """
    levels, counts = np.unique(column.dropna().to_numpy(float), return_counts=True)
    if not 3 <= len(levels) <= MOST_CODES or (levels != np.round(levels)).any():
        return False
    words = set(str(column.name).lower().split("_"))
    if words & _CODE_WORDS and not words & _MEASURES:
        return True
    far_apart = np.ptp(levels) + 1 >= 2 * len(levels)
    return bool(far_apart and counts.min() >= LEAST_EACH)


def tied(X: Array, names: list[str]) -> str:
    """Say of how many columns half or more of the known values are one and the same."""
    found = []
    for name, column in zip(names, X.T, strict=True):
        values, counts = np.unique(column[~np.isnan(column)], return_counts=True)
        if len(values) < 3:  # a yes and a no, where one of them always prevails
            continue
        top = int(counts.argmax())
        if counts[top] >= TIED * len(X):
            share = percent(counts[top] / len(X))
            found.append(tr("{column} ({share})", column=name, share=share))
    if not found:
        return ""
    return trn(
        "Half or more of the {n} row share one value in {some} of {all} columns: "
        "{columns}. Clusters may only tell this value from the others: look at them "
        "without these columns, too.",
        "Half or more of the {n} rows share one value in {some} of {all} columns: "
        "{columns}. Clusters may only tell this value from the others: look at them "
        "without these columns, too.",
        len(X),
        some=number(len(found)),
        all=number(len(names)),
        columns=listed(found),
    )


def giant(X: Array) -> str:
    """Say if one row makes up half of all squared distance; prepared rows are meant."""
    if len(X) < 10:
        return ""
    away = ((X - X.mean(axis=0)) ** 2).sum(axis=1)
    if not away.any() or (share := float(away.max() / away.sum())) < GIANT:
        return ""
    return trn(
        "1 of {n} row makes up {share} of all squared distance from the mean, and "
        "clusters will be drawn around it. Take logarithms, or clip the largest "
        "values, before you cluster.",
        "1 of {n} rows makes up {share} of all squared distance from the mean, and "
        "clusters will be drawn around it. Take logarithms, or clip the largest "
        "values, before you cluster.",
        len(X),
        share=percent(share),
    )

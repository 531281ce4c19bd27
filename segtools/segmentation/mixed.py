"""Numbers and categories together: factors of mixed data, then k-means on the first.

Factor analysis of mixed data (Escofier 1979; Pagès 2004): numbers are standardised, a
category's indicator is centred and divided by the square root of its share, so that a
rare category counts more and a feature's weight grows with its categories. Clusters on
the first components can miss what lies in the later ones (de Soete & Carroll 1994).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from segtools.languages import mark
from segtools.schema import ConfigError, DataError
from segtools.segmentation.clusters import (
    fit_kmeans,
    frozen_centres,
    learn_preprocess,
)
from segtools.segmentation.doubts import looks_like_codes
from segtools.segmentation.mixtures import fit_rows
from segtools.segmentation.one_thread import one_thread
from segtools.segmentation.preprocess import category_codes, prepared
from segtools.segmentation.scheme import Learned, Scheme, Task

Array = NDArray[np.float64]
ENOUGH = 0.8  # share of all variation that the components taken must hold
MOST_LEVELS = 50


@dataclass(frozen=True)
class Factors:
    """Fitted factors of mixed data.

    Attributes
    ----------
    payload : dict
        ``uses``, ``seen_missing`` and ``preprocess``, as frozen models keep them.
    eigenvalues : array of shape (n_factors,)
        Variance along every factor, those that were not taken included.
    shares : DataFrame
        As `distance_shares` gives it.
    """

    payload: dict[str, Any]
    eigenvalues: Array
    shares: pd.DataFrame

    def coordinates(self, frame: pd.DataFrame) -> Array:
        """Give customers' coordinates on the components taken."""
        return prepared(self.payload, frame)


def distance_shares(
    frame: pd.DataFrame,
    *,
    categories: Iterable[str] = (),
    weights: dict[str, float] | None = None,
) -> pd.DataFrame:
    """Show what share of the total squared distance each feature and block carries.

    Look at it before clustering: with the usual coding a feature of ten categories
    weighs as much as nine numbers.

    Parameters
    ----------
    frame : DataFrame of shape (n_customers, n_features)
        Numbers, and categories as text, bool or dtype category.
    categories : iterable of str, default=()
        Columns of numbers that only name categories.
    weights : dict, default=None
        Share of the total squared distance that the blocks ``numbers`` and
        ``categories`` shall have; None leaves what the coding gives.

    Returns
    -------
    DataFrame
        Indexed by ``feature``: its ``block``, its ``share`` of the total squared
        distance between customers, its ``block_share``, and both without weights
        (``plain_share``, ``plain_block_share``).

    Examples
    --------
    >>> frame = pd.DataFrame({"age": [20.0, 30, 40, 50], "town": ["A", "B", "C", "C"]})
    >>> distance_shares(frame)["share"].round(3).tolist()
    [0.333, 0.667]
    >>> even = {"numbers": 0.5, "categories": 0.5}
    >>> distance_shares(frame, weights=even)["share"].tolist()
    [0.5, 0.5]
    """
    return _coded(frame, categories, weights)[2]


def famd(
    frame: pd.DataFrame,
    *,
    categories: Iterable[str] = (),
    n_components: int | None = None,
    weights: dict[str, float] | None = None,
    plain: bool = False,
) -> Factors:
    """Analyse the factors of mixed data.

    Parameters
    ----------
    frame : DataFrame of shape (n_customers, n_features)
        Numbers, and categories as text, bool or dtype category. A missing number
        stands at the median, a missing category at the average of all.
    categories : iterable of str, default=()
        Columns of numbers that only name categories.
    n_components : int, default=None
        Components to take; None takes the fewest that hold 80 % of the variation, and
        at least two.
    weights : dict, default=None
        Share of the total squared distance for ``numbers`` and ``categories``.
    plain : bool, default=False
        Only standardise numbers: no logs, and none left out for saying the same.

    Returns
    -------
    Factors
        Without categories they are the principal components of the standardised
        numbers.

    Raises
    ------
    DataError
        If nothing varies, a category has more than 50 levels, or there are no more
        customers than numbers and free levels.
    ConfigError
        If `weights` are no shares of both blocks.

    Examples
    --------
    >>> frame = pd.DataFrame({"age": [20.0, 30, 40, 50], "old": ["n", "n", "y", "y"]})
    >>> famd(frame, plain=True).eigenvalues.round(3).tolist()
    [1.894, 0.106]
    """
    payload, X, shares = _coded(frame, categories, weights, plain=plain)
    step = payload["preprocess"][-1]
    with one_thread():  # sums in one order, whatever the machine
        values, axes = np.linalg.eigh(X.T @ X / len(X))
    values, axes = np.clip(values[::-1], 0, None), axes[:, ::-1]
    real = values > 1e-9 * values.max()
    values, axes = values[real], axes[:, real]
    if n_components is None:
        enough = np.searchsorted(np.cumsum(values) / values.sum(), ENOUGH - 1e-9) + 1
        n_components = max(2, int(enough))
    axes = axes[:, :n_components]
    # The largest loading is positive: a direction does not depend on the machine.
    axes = axes * np.sign(axes[np.abs(axes).argmax(axis=0), np.arange(axes.shape[1])])
    step["axes"] = axes.round(12).tolist()
    return Factors(payload, values, shares)


def _coded(
    frame: pd.DataFrame,
    categories: Iterable[str],
    weights: dict[str, float] | None,
    *,
    plain: bool = False,
) -> tuple[dict[str, Any], Array, pd.DataFrame]:
    """Code all columns, and give each its weight; the axes are not learned yet."""
    frame = frame.rename(columns=str)
    named = [str(c) for c in categories]
    numeric = pd.api.types.is_numeric_dtype
    is_number = {
        c: numeric(frame[c]) and not pd.api.types.is_bool_dtype(frame[c]) for c in frame
    }
    numbers = [c for c in frame if is_number[c] and c not in named]
    others = sorted(c for c in frame if c not in numbers)
    payload = learn_preprocess(frame[numbers], plain=plain)
    levels = {n: _levels(frame[n], number=is_number[n]) for n in others}
    levels = {n: v for n, v in levels.items() if len(v) > 1}
    _refuse(payload["uses"], levels, len(frame))
    shares = {n: _shares(frame[n], v) for n, v in levels.items()}
    gaps = [n for n in levels if frame[n].isna().any()]
    table = _weigh(payload["uses"], {n: len(v) for n, v in levels.items()}, weights)
    width = [1] * len(payload["uses"]) + [len(v) for v in levels.values()]
    scale = np.repeat(np.sqrt(table.pop("factor").to_numpy()), width)
    step = {"op": "project", "levels": levels, "shares": shares}
    step |= {"weights": scale.tolist(), "axes": np.eye(len(scale)).tolist()}
    payload["uses"] = payload["uses"] + list(levels)
    payload["seen_missing"] = payload["seen_missing"] + gaps
    payload["preprocess"].append(step)
    return payload, prepared(payload, frame), table


def _levels(column: pd.Series, *, number: bool) -> list[Any]:
    known = column.dropna()
    if number:
        return [float(v) for v in np.unique(known.to_numpy(float))]
    return sorted({str(v) for v in known})


def _shares(column: pd.Series, levels: list[Any]) -> list[float]:
    codes = category_codes(column, levels)
    counts = np.bincount(codes, minlength=len(levels))[: len(levels)]
    return [float(s) for s in counts / counts.sum()]


def _refuse(numbers: list[str], levels: dict[str, list[Any]], n: int) -> None:
    many = {name: len(v) for name, v in levels.items() if len(v) > MOST_LEVELS}
    if many:
        raise DataError(
            f"A category must have at most {MOST_LEVELS} levels, but {len(many)} have "
            f"more: {many}. Group their levels or leave them out."
        )
    width = len(numbers) + sum(len(v) - 1 for v in levels.values())
    if not width:
        raise DataError(
            f"At least one feature must vary, but none does among {n:,} customers. "
            "Choose other features."
        )
    if n <= width:
        raise DataError(
            f"There must be more customers than numbers and free levels, but there are "
            f"{n:,} customers for {width}. Leave out features or join levels."
        )


def _weigh(
    numbers: list[str], n_levels: dict[str, int], weights: dict[str, float] | None
) -> pd.DataFrame:
    """Tabulate each feature's share of the squared distance, before and after."""
    table = pd.DataFrame(
        {
            "block": ["numbers"] * len(numbers) + ["categories"] * len(n_levels),
            # A standardised number varies by 1, indicators together by levels less 1.
            "own": [1.0] * len(numbers) + [float(k - 1) for k in n_levels.values()],
        },
        index=pd.Index([*numbers, *n_levels], name="feature"),
    )
    plain = table["own"] / table["own"].sum()
    by_block = plain.groupby(table["block"]).transform("sum")
    factor = pd.Series(1.0, table.index)
    if weights is not None:
        blocks = set(table["block"])
        if set(weights) != blocks or min(weights.values()) <= 0:
            raise ConfigError(
                f"weights must give {sorted(blocks)} each a share above 0, but they "
                f"are {weights}. Leave weights out to weigh as the coding does."
            )
        factor = table["block"].map(weights) / sum(weights.values()) / by_block
    share = plain * factor
    return pd.DataFrame(
        {
            "block": table["block"],
            "share": share,
            "block_share": share.groupby(table["block"]).transform("sum"),
            "plain_share": plain,
            "plain_block_share": by_block,
            "factor": factor,
        }
    )


def learn_mixed(task: Task) -> Learned:
    """Learn k-means on the first components of numbers and categories.

    Categories are columns of text, bool or dtype category, and numbers that look like
    codes. A cluster under the smallest share goes to its neighbours.
    """
    numbers = task.features.select_dtypes("number")
    codes = [str(c) for c in numbers if looks_like_codes(numbers[c])]
    payload = famd(task.features, categories=codes).payload
    payload |= {"kind": "centroids", "method": "famd"}
    X = prepared(payload, task.features)
    k = min(task.n_segments, len(np.unique(X.round(9), axis=0)))
    rows = fit_rows(X, len(X))
    centres = X[:1] if k < 2 else fit_kmeans(rows, k, task.seed).cluster_centers_
    return frozen_centres(payload, X, centres, task)


# Not in every contest, since features are seldom categories: add(SCHEME) enters it.
SCHEME = Scheme("mixed", mark("k-means on mixed data"), learn_mixed, simplicity=6)

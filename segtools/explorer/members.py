"""How a feature is spread over the members of each segment, with small cells hidden.

All segments are hidden together, once a feature: whoever looks at one segment after the
other sees parts of a single table, and no two looks can be subtracted.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from segtools.disclosure import Published, hide, hide_parts, two_way
from segtools.explorer.kept import kept_by_language
from segtools.explorer.opened import Explored
from segtools.languages import mark, tr
from segtools.schema import ConfigError, did_you_mean
from segtools.wording import rounded

NO_VALUE = mark("no value")
_BINS = 10
_LOW, _HIGH = 0.02, 0.98


@lru_cache(maxsize=64)
def places_of(explored: Explored) -> NDArray[np.int64]:
    """Give each customer's place among ``explored.names``, in the features' order."""
    place = {i: n for n, i in enumerate(explored.names)}
    ids = explored.segments["segment_id"].astype(str)
    unknown = sorted(set(ids) - set(place))
    if unknown:
        raise ConfigError(
            f"Every segment must be one of the model's, but {unknown} are not. "
            "Assign the customers again with this model."
        )
    return ids.map(place).to_numpy(np.int64)


def segment_named(explored: Explored, called: str) -> str:
    """Give the id of a segment that is called by its id or name.

    Raises
    ------
    ConfigError
        If there is no such segment.
    """
    names = explored.names
    if called in names:
        return called
    for segment_id, name in names.items():
        if name == called:
            return segment_id
    known = [*names, *names.values()]
    raise ConfigError(
        f"A segment must be one of the run's, but {called!r} is none. "
        f"{did_you_mean(str(called), known)}"
    )


def feature_named(explored: Explored, called: str) -> str:
    """Give a numeric feature that is called by its name or label.

    Raises
    ------
    ConfigError
        If there is no such feature.
    """
    for name, (label, _) in explored.numeric.items():
        if called in (name, label):
            return name
    raise ConfigError(
        f"A feature must be a numeric one of the run, but {called!r} is none. "
        f"{did_you_mean(str(called), explored.numeric)}"
    )


@kept_by_language(64)
def distribution(explored: Explored, feature: str) -> pd.DataFrame:
    """Count the members of every segment by a feature's values.

    Parameters
    ----------
    explored : Explored
    feature : str
        A numeric feature's name.

    Returns
    -------
    DataFrame
        One row for each segment and range, in order: ``segment_id``, ``segment``,
        ``range`` (words; the last two of each segment are open above, and the
        customers without a value), ``low`` and ``high`` (edges; infinite at open ends,
        NaN where there is no value), ``customers`` (null where hidden) and ``share`` of
        the segment's customers.
    """
    values = explored.features[feature].to_numpy(float, na_value=np.nan)
    edges = edges_of(values, explored.smallest_cell)
    place, names = places_of(explored), explored.names
    whole = is_whole(values)
    row = np.searchsorted(edges, values, side="right")
    row = np.where(np.isnan(values), len(edges) + 1, row)
    counts = np.zeros((len(edges) + 2, len(names)), dtype=np.int64)
    np.add.at(counts, (row, place), 1)
    hidden = _hidden(counts, explored.smallest_cell)
    ends = np.r_[-np.inf, edges, np.inf]
    frames = [
        pd.DataFrame(
            {
                "segment_id": segment_id,
                "segment": name,
                "range": ranges(edges, whole=whole),
                "low": [*ends[:-1], np.nan],
                "high": [*ends[1:], np.nan],
                "customers": pd.array(counts[:, at], "Int64"),
                "share": counts[:, at] / max(counts[:, at].sum(), 1),
                "hidden": hidden[:, at],
            }
        )
        for at, (segment_id, name) in enumerate(names.items())
    ]
    found = pd.concat(frames, ignore_index=True)
    found["customers"] = found["customers"].mask(found["hidden"])
    found["share"] = found["share"].mask(found["hidden"])
    return found.drop(columns="hidden")


def edges_of(values: NDArray[np.float64], limit: int) -> NDArray[np.float64]:
    """Choose edges that are round numbers and part everybody into a dozen ranges.

    The outer ranges are open, so that nobody's highest value is an edge.

    Parameters
    ----------
    values : ndarray
        Of everyone; missing ones are passed over.
    limit : int
        Of fewer values there are no edges.

    Examples
    --------
    >>> edges_of(np.arange(100.0), 10).tolist()
    [10.0, 20.0, 30.0, 40.0, 50.0, 60.0, 70.0, 80.0, 90.0]
    """
    from matplotlib.ticker import MaxNLocator

    known = values[np.isfinite(values)]
    if len(known) < max(limit, 2):
        return np.array([])
    low, high = np.quantile(known, [_LOW, _HIGH])
    if low == high:
        low, high = known.min(), known.max()
    steps = [1, 2, 2.5, 5, 10]
    locator = MaxNLocator(_BINS, integer=is_whole(known), steps=steps)
    ticks = np.unique(np.round(locator.tick_values(low, high), 9))
    return ticks[(ticks > known.min()) & (ticks <= known.max())]


def is_whole(values: NDArray[np.float64]) -> bool:
    """Tell whether all known values are whole numbers."""
    known = values[np.isfinite(values)]
    return bool(np.all(known == np.round(known)))


def ranges(edges: NDArray[np.float64], *, whole: bool = False) -> list[str]:
    """Put ranges into words.

    Examples
    --------
    >>> ranges(np.array([1.0, 2.5]))
    ['under 1', '1 to 2.5', '2.5 or more', 'no value']
    >>> ranges(np.array([1.0, 2.0, 4.0]), whole=True)
    ['under 1', '1', '2 to 3', '4 or more', 'no value']
    """
    words = [rounded(float(e)) for e in edges]
    if not words:
        return [tr("any value"), tr(NO_VALUE)]
    last = [rounded(float(e) - 1) for e in edges] if whole else words
    pairs = zip(words, last[1:], strict=False)
    between = [a if a == b else tr("{low} to {high}", low=a, high=b) for a, b in pairs]
    first = tr("under {value}", value=words[0])
    last_one = tr("{value} or more", value=words[-1])
    return [first, *between, last_one, tr(NO_VALUE)]


def _hidden(counts: NDArray[np.int64], limit: int) -> NDArray[np.bool_]:
    """Hide small cells and what would give them away; sizes are on every page.

    Of a segment whose size is hidden nothing is shown: a count and a share tell it.
    """
    laid = two_way(counts)
    shape = (counts.shape[0] + 1, counts.shape[1] + 1)
    known = np.zeros(shape, dtype=bool)
    known[-1] = True
    published = Published(laid.counts, laid.sums, fixed=known.ravel())
    cells = hide(published, limit).reshape(shape)[:-1, :-1]
    return np.asarray(cells | hide_parts(counts.sum(axis=0), limit))


@lru_cache(maxsize=64)
def middles(explored: Explored, feature: str) -> dict[str, float]:
    """Give each segment's median of a feature; NaN of too few customers.

    Returns
    -------
    dict of str to float
        Segment id to the median, in the feature's unit.
    """
    values = explored.features[feature].astype(float)
    place = places_of(explored)
    found = {}
    for at, segment_id in enumerate(explored.names):
        own = values[place == at].dropna()
        enough = len(own) >= explored.smallest_cell
        found[segment_id] = float(own.median()) if enough else np.nan
    return found

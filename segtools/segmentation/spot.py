"""What one customer's record is read as and prepared to, and where it then stands."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from segtools.schema import DataError
from segtools.segmentation.place import needed
from segtools.segmentation.preprocess import worded

Array = NDArray[np.float64]
Values = dict[str, Any]
Step = Callable[[Array], Array]


@dataclass(frozen=True)
class Spot:
    """Where one customer stands.

    ``label`` and ``runner_up`` are positions in the model's list of segments (-1 for
    none), ``again`` the labels that the replicates give, ``distance`` that to the
    nearest centre (None for kinds without any).
    """

    label: int
    runner_up: int
    reduced: bool
    again: NDArray[np.int64]
    distance: float | None = None


Placer = Callable[[Values], Spot]


def read_record(payload: dict[str, Any], record: Mapping[str, Any]) -> Values:
    """Read what a payload needs from a record; what is not there is missing (NaN).

    Raises
    ------
    DataError
        If a value is not a number, unless the payload reads it as a category.

    Examples
    --------
    >>> payload = {"kind": "rules", "uses": ["n_orders", "spend_total"]}
    >>> read_record(payload, {"n_orders": 3, "note": "hello"})
    {'n_orders': 3.0, 'spend_total': nan}
    """
    words = worded(payload)
    return {
        name: _known(record.get(name))
        if name in words
        else as_number(name, record.get(name))
        for name in needed(payload)
    }


def is_known(value: Any) -> bool:
    """Say whether a value of a record is there, and not None or NaN.

    Examples
    --------
    >>> is_known(0), is_known(None), is_known(float("nan"))
    (True, False, False)
    """
    return value is not None and bool(value == value)


def _known(value: Any) -> Any:
    return value if is_known(value) else math.nan


def as_number(name: str, value: Any) -> float:
    """Read a feature's value; what is not there is NaN, and what is no number refused.

    Examples
    --------
    >>> as_number("recency_days", 3)
    3.0
    """
    try:
        return float(value) if is_known(value) else math.nan
    except (TypeError, ValueError) as error:
        raise DataError(
            f"{name} must be a number or missing, but it is {value!r}. "
            "Give the features as build_features makes them."
        ) from error


def preparer(payload: dict[str, Any]) -> Callable[[Values], tuple[Array, bool]]:
    """Compile what `prepared` does to frames, for one record after the other.

    Parameters
    ----------
    payload : dict
        With ``uses``, ``seen_missing`` and ``preprocess``.

    Returns
    -------
    function
        From values to what is placed, and whether a value is missing, or a category
        new, that never was in learning.
    """
    words, seen = worded(payload), set(payload["seen_missing"])
    numbers = [n for n in payload["uses"] if n not in words]
    unseen = [i for i, n in enumerate(numbers) if n not in seen]
    steps = [
        _STEPS[s["op"]](s, numbers)
        for s in payload["preprocess"]
        if s["op"] != "project"
    ]
    project = _projection(payload, seen)

    def prepare(values: Values) -> tuple[Array, bool]:
        x = np.array([values[n] for n in numbers], dtype=float)
        reduced = bool(np.isnan(x[unseen]).any())
        for step in steps:
            x = step(x)
        if project is None:
            return x, reduced
        x, new = project(x, values)
        return x, reduced or new

    return prepare


def _fill(step: dict[str, Any], names: list[str]) -> Step:
    known = np.array([step["values"].get(n, np.nan) for n in names], dtype=float)
    return lambda x: np.where(np.isnan(x), known, x)


def _signed_log(step: dict[str, Any], names: list[str]) -> Step:
    logged = np.array([n in step["features"] for n in names], dtype=bool)
    return lambda x: np.where(logged, np.sign(x) * np.log1p(np.abs(x)), x)


def _standardize(step: dict[str, Any], names: list[str]) -> Step:
    mean = np.array([step["mean"][n] for n in names])
    scale = np.array([step["scale"][n] for n in names])
    return lambda x: (x - mean) / scale


def _projection(
    payload: dict[str, Any], seen: set[str]
) -> Callable[[Array, Values], tuple[Array, bool]] | None:
    """Compile the projection of all onto factors, if there is one."""
    found = [s for s in payload["preprocess"] if s["op"] == "project"]
    if not found:
        return None
    step = found[0]
    weights, axes = np.asarray(step["weights"]), np.asarray(step["axes"])
    tables = {n: _indicators(step["shares"][n]) for n in step["levels"]}

    def project(x: Array, values: Values) -> tuple[Array, bool]:
        parts, new = [x], False
        for name, levels in step["levels"].items():
            code = _level(values[name], levels)
            lost = code == len(levels)
            new = new or (lost and (is_known(values[name]) or name not in seen))
            parts.append(tables[name][code])
        return (np.concatenate(parts) * weights) @ axes, new

    return project


def _indicators(shares: list[float]) -> Array:
    share = np.asarray(shares)
    # The last row is for what is missing or new: it stands at the average.
    return np.vstack([(np.eye(len(share)) - share) / np.sqrt(share), 0 * share])


def _level(value: Any, levels: list[Any]) -> int:
    if not is_known(value):
        return len(levels)
    own = str(value) if isinstance(levels[0], str) else float(value)
    return levels.index(own) if own in levels else len(levels)


_STEPS = {"fill": _fill, "signed_log": _signed_log, "standardize": _standardize}

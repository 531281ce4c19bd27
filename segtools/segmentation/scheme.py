"""A scheme is one way to segment; registering one enters it in the contest."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from segtools.schema import ConfigError, did_you_mean

Labels = NDArray[np.int64]


@dataclass(frozen=True)
class Task:
    """What a scheme is asked for.

    Attributes
    ----------
    features : DataFrame
        One row per customer at the learning origin, ``customer_id`` as index.
    outcome : Series or None
        Each one's outcome in the period after it.
    at : DataFrame
        Features at the origin that is to be segmented; no outcome of it is known.
    n_segments : int
        Exactly as many for clusters, at most as many for rules and goal.
    min_share : float
        Smallest share of `at` that a segment may have.
    goal : str
    seed : int
    earlier : DataFrame or None
        Features and ``outcome`` of the period before, of whoever was a customer then;
        None where there is none that looked equally far back.
    """

    features: pd.DataFrame
    outcome: pd.Series | None
    at: pd.DataFrame
    n_segments: int
    min_share: float
    goal: str
    seed: int
    earlier: pd.DataFrame | None = None


@dataclass(frozen=True)
class Learned:
    """A learned scheme: labels for any features, and its frozen form.

    ``labels`` gives integers from 0; ``payload`` is what ``model.json`` keeps, or
    None for baselines that are never shipped. The first ``n_apart`` labels are groups
    that stand apart by rule and are not the scheme's own, see `standing_apart`.
    """

    labels: Callable[[pd.DataFrame], Labels]
    payload: dict[str, Any] | None = None
    note: str = ""
    n_apart: int = 0


@dataclass(frozen=True)
class Scheme:
    """A named way to segment.

    ``role`` is ``scheme`` or ``baseline``; ``simplicity`` orders schemes that do
    equally well, simplest first. ``by_name`` marks a baseline that is never chosen
    but by ``method``; ``fixed`` a scheme that finds one number of segments only.
    """

    name: str
    label: str
    learn: Callable[[Task], Learned]
    role: str = "scheme"
    simplicity: int = 5
    needs_outcome: bool = False
    by_name: bool = False
    fixed: bool = False


def varies(outcome: pd.Series) -> bool:
    """Say whether an outcome can teach anything; refunds count as no spend."""
    return bool(outcome.clip(lower=0).nunique() > 1)


_SCHEMES: dict[str, Scheme] = {}


def add(scheme: Scheme) -> Scheme:
    """Enter a scheme in the contest."""
    _SCHEMES[scheme.name] = scheme
    return scheme


def remove_scheme(name: str) -> None:
    """Take a scheme out of the contest again."""
    _SCHEMES.pop(name, None)


def schemes(role: str | None = None) -> list[Scheme]:
    """List the schemes of the contest, simplest first."""
    from segtools.segmentation import (  # noqa: F401
        baselines,
        clusters,
        mixtures,
        rules,
        scorecard,
        ward,
    )

    chosen = [s for s in _SCHEMES.values() if role is None or s.role == role]
    return sorted(chosen, key=lambda s: (s.simplicity, s.name))


def known_scheme(name: str) -> Scheme:
    """Give the scheme that ``method`` names.

    Raises
    ------
    ConfigError
        If there is none of that name.
    """
    known = {s.name: s for s in schemes() if s.role == "scheme" or s.by_name}
    if name not in known:
        raise ConfigError(
            f"method must be auto or a known scheme, but it is {name!r}. "
            f"{did_you_mean(name, ['auto', *known])}"
        )
    return known[name]


def scheme(name: str, *, label: str = "") -> Callable[[Any], Any]:
    """Register a function from features to labels, or an estimator, as a scheme.

    Parameters
    ----------
    name : str
        What ``method:`` calls it.
    label : str, optional
        For people; default the name.

    Returns
    -------
    decorator
        For a function ``f(features, n_segments, seed)`` that takes a DataFrame of
        one row per customer and gives one label a row; if it wins, its labels are
        frozen as a tree of rules that repeats them exactly. Or for an unfitted
        scikit-learn clusterer, mixture, classifier or regressor, which is cloned for
        every fit, see `learn_estimator`. An estimator that has a method
        ``learn_task(task)``, as those of `segtools.estimators` have, gives what it
        learned of a `Task` itself; its ``one_size`` says that it finds one number of
        segments only.

    Examples
    --------
    >>> import segtools
    >>> @segtools.scheme("big_and_small", label="Big and small")
    ... def big_and_small(features, n_segments, seed):
    ...     return (features["spend_total"] > 100).astype(int)
    >>> segtools.segmentation.scheme.remove_scheme("big_and_small")

    >>> from sklearn.cluster import Birch
    >>> segtools.scheme("birch", label="BIRCH")(Birch())
    Birch()
    >>> segtools.segmentation.scheme.remove_scheme("birch")
    """
    if not name.isidentifier():
        raise ConfigError(
            f"A scheme's name must be an identifier, but it is {name!r}. "
            "Use letters, digits and _."
        )

    def register(way: Any) -> Any:
        entered = _of_estimator if hasattr(way, "fit") else _of_function
        add(entered(way, name, label or name.replace("_", " ")))
        return way

    return register


def _of_function(function: Any, name: str, label: str) -> Scheme:
    from segtools.segmentation.rules import learn_function

    return Scheme(
        name, label, lambda task: learn_function(function, task, name), simplicity=4
    )


def _of_estimator(estimator: Any, name: str, label: str) -> Scheme:
    from segtools.segmentation.estimators import learn_estimator, learned_kind

    needs_outcome = learned_kind(estimator, name) in ("classifier", "regressor")
    own = getattr(estimator, "learn_task", None)
    return Scheme(
        name,
        label,
        own or (lambda task: learn_estimator(estimator, task, name)),
        simplicity=6,
        needs_outcome=needs_outcome,
        fixed=bool(getattr(estimator, "one_size", False)),
    )

"""Maximum likelihood in logarithms, from several starts, with worded failures."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

import numpy as np
from scipy.optimize import minimize
from threadpoolctl import threadpool_limits

from segtools.features.lifetime.histories import Array, weighted_sums
from segtools.languages import tr, trn
from segtools.wording import listed

# Parameters are sought between exp(-9) and exp(9), in units of the data's own scale.
EDGE = 9.0
# Below this slope of the mean log-likelihood per log parameter, a top is a top.
FLAT = 1e-5
# Fewer say too little about how customers differ from each other.
MIN_REPEAT_BUYERS = 20
# Stands for a likelihood that cannot be computed, for the line search to turn at.
WALL = 1e10

Model = TypeVar("Model")
Likelihood = Callable[[Array], tuple[Array, Array]]


@dataclass(frozen=True)
class Task:
    """What is to be maximised.

    Attributes
    ----------
    names : tuple of str
        The parameters.
    likelihood : callable
        From parameters to each row's log-likelihood, shape (n_rows,), and its
        derivatives, shape (n_parameters, n_rows).
    weights : array of shape (n_rows,)
    starts : list of arrays
        Parameters from which to climb; none is drawn by chance.
    """

    names: tuple[str, ...]
    likelihood: Likelihood
    weights: Array
    starts: list[Array]


@dataclass(frozen=True)
class Climb:
    """Where a start led to: the parameters there, and how good they are.

    It has converged on a top, against the edge of the search box, or on a ridge that
    does not rise any more.
    """

    start: Array
    parameters: Array
    mean: float
    converged: bool

    def at_edge(self, names: tuple[str, ...]) -> list[str]:
        """Name the parameters that ran to the edge of the search box."""
        far = np.abs(np.log(self.parameters)) > EDGE - 1e-3
        return [name for name, is_far in zip(names, far, strict=True) if is_far]


@dataclass(frozen=True)
class Fit(Generic[Model]):
    """A fitted model, or the reason why there is none.

    Attributes
    ----------
    ok : bool
        Whether `model` may be used.
    reason : str
        Why not, in a sentence; empty if `ok`.
    model : object or None
        The model; None where nothing could be fitted. It is there without being
        `ok` where the climb ended at the edge of the search box.
    n_customers, n_repeat_buyers : float
        Customers of the data and those who bought again.
    starts : list of dict
        For each start its parameters (times in units of the data's own scale), the
        log-likelihood that it led to, and whether it converged.
    task : Task
        What was maximised, for `bootstrap`; in the same units.
    peak : array
        The parameters in these units.
    rebuild : callable
        From such parameters to a model.
    """

    ok: bool
    reason: str
    model: Model | None
    n_customers: float
    n_repeat_buyers: float
    starts: list[dict[str, Any]] = field(default_factory=list)
    task: Task | None = field(default=None, repr=False)
    peak: Array | None = field(default=None, repr=False)
    rebuild: Callable[[Array], Model] | None = field(default=None, repr=False)


def climb_all(climbs: Iterable[tuple[Task, Array]]) -> list[Climb]:
    """Climb each task from its start, one after another, in one thread.

    The optimiser's matrices have a few rows: threads would only wait for each other.
    """
    with threadpool_limits(limits=1, user_api="blas"):
        return [climb(task, start) for task, start in climbs]


def climb(task: Task, start: Array) -> Climb:
    """Climb from one start to the nearest top of the mean log-likelihood."""
    weights = task.weights / task.weights.sum()

    def descent(logs: Array) -> tuple[float, Array]:
        values = np.exp(logs)
        with np.errstate(all="ignore"):
            rows, slopes = task.likelihood(values)
            mean = float(weighted_sums(rows, weights))
            slope = weighted_sums(slopes, weights) * values
        if not (math.isfinite(mean) and np.isfinite(slope).all()):
            return WALL, np.zeros_like(logs)
        return -mean, -slope

    found = minimize(
        descent,
        np.log(start),
        jac=True,
        method="L-BFGS-B",
        bounds=[(-EDGE, EDGE)] * len(start),
        options={"ftol": 1e-14, "gtol": FLAT / 100, "maxiter": 500, "maxcor": 20},
    )
    mean = -float(found.fun) if found.fun < WALL else -math.inf
    flat = found.success or _free_slope(found.x, found.jac) <= FLAT
    return Climb(start, np.exp(found.x), mean, math.isfinite(mean) and bool(flat))


def _free_slope(logs: Array, jac: Array) -> float:
    """Give the steepest slope, but for those that point out of the search box."""
    inside = np.clip(logs - jac, -EDGE, EDGE)
    return float(np.max(np.abs(inside - logs)))


def best(climbs: list[Climb]) -> Climb | None:
    """Give the highest of the climbs that converged, or None."""
    good = [c for c in climbs if c.converged]
    return max(good, key=lambda c: c.mean) if good else None


def fit(
    task: Task,
    rebuild: Callable[[Array, float], Model],
    *,
    name: str,
    n_repeat_buyers: float,
    shift: float = 0.0,
) -> Fit[Model]:
    """Climb from every start and say what came of it.

    Parameters
    ----------
    task : Task
        In units of the data's own scale.
    rebuild : callable
        From parameters and log-likelihood to a model in the caller's units.
    name : str
        The model, for the sentence.
    n_repeat_buyers : float
        Customers who came back.
    shift : float, default=0.0
        What the change of units adds to the log-likelihood.
    """
    n = float(task.weights.sum())
    if n_repeat_buyers < MIN_REPEAT_BUYERS:
        return Fit(False, _too_few(name, n_repeat_buyers), None, n, n_repeat_buyers)
    climbs = climb_all((task, start) for start in task.starts)
    top = best(climbs)
    found = [_told(c, task.names, n, shift) for c in climbs]
    if top is None:
        return Fit(False, _no_top(name, climbs), None, n, n_repeat_buyers, found)
    edges = top.at_edge(task.names)
    model = rebuild(top.parameters, n * top.mean + shift)
    return Fit(
        not edges,
        _beyond(name, edges) if edges else "",
        model,
        n,
        n_repeat_buyers,
        found,
        task,
        top.parameters,
        lambda parameters: rebuild(parameters, math.nan),
    )


def _too_few(name: str, n: float) -> str:
    return trn(
        "{model} was not fitted: {n} customer bought again, and it takes {least} to "
        "learn how customers differ.",
        "{model} was not fitted: {n} customers bought again, and it takes {least} to "
        "learn how customers differ.",
        round(n),
        model=name,
        least=MIN_REPEAT_BUYERS,
    )


def _no_top(name: str, climbs: list[Climb]) -> str:
    return trn(
        "{model} was not fitted: no climb from {n} start reached a top.",
        "{model} was not fitted: no climb from {n} starts reached a top.",
        len(climbs),
        model=name,
    )


def _beyond(name: str, edges: list[str]) -> str:
    return tr(
        "{model} does not suit these data: the best {parameters} would lie beyond the "
        "edge of the search, as where customers are all alike or none seems to leave.",
        model=name,
        parameters=listed(edges),
    )


def _told(climb: Climb, names: tuple[str, ...], n: float, shift: float) -> dict:
    start = {k: float(v) for k, v in zip(names, climb.start, strict=True)}
    top = n * climb.mean + shift if math.isfinite(climb.mean) else None
    return {"start": start, "log_likelihood": top, "converged": climb.converged}

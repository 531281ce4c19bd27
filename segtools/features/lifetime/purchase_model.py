"""What all models of purchases have in common: checks, chunks, totals and the fit."""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import ClassVar, TypeVar

import numpy as np
from numpy.typing import ArrayLike

from segtools.features.lifetime.fitting import Fit, Task, fit
from segtools.features.lifetime.histories import (
    Array,
    Histories,
    check_histories,
    distinct,
    in_chunks,
    not_negative,
    weighted_sums,
)
from segtools.schema import DataError

Kind = TypeVar("Kind", bound="PurchaseModel")


@dataclass(frozen=True, kw_only=True)
class PurchaseModel(ABC):
    """A model of when customers buy, and of when they stop.

    Attributes
    ----------
    log_likelihood : float
        Of the data that it was fitted to; NaN for a model made by hand.
    unit : str
        The unit of all times, such as ``days``.
    """

    log_likelihood: float = math.nan
    unit: str = "days"

    title: ClassVar[str]
    names: ClassVar[tuple[str, ...]]
    # Parameters that are times, and so change with the unit.
    times: ClassVar[tuple[str, ...]]

    def __post_init__(self) -> None:
        for name in self.names:
            value = getattr(self, name)
            if not (math.isfinite(value) and value > 0):
                raise DataError(
                    f"{name} must be a finite number above 0, but {value!r} was "
                    f"received. Give the parameters of {self.title}."
                )

    @property
    def parameters(self) -> dict[str, float]:
        """The parameters by name."""
        return {name: float(getattr(self, name)) for name in self.names}

    def log_likelihood_of(
        self, frequency: ArrayLike, recency: ArrayLike, age: ArrayLike
    ) -> Array:
        """Give the log-likelihood of each history.

        Returns
        -------
        array of shape (n_customers,)
            Logarithm of the density of a history's purchase times.
        """
        values = np.array(list(self.parameters.values()))

        def rows(x: Array, t_x: Array, T: Array) -> Array:
            return self.rows(values, Histories(x, t_x, T, np.ones_like(x)))[0]

        return in_chunks(rows, *check_histories(frequency, recency, age))

    def probability_active(
        self, frequency: ArrayLike, recency: ArrayLike, age: ArrayLike
    ) -> Array:
        """Give the probability that each customer has not left yet.

        Parameters
        ----------
        frequency, recency, age : array-like of shape (n_customers,)
            Repeat purchases; time from first to last purchase; time from first
            purchase to the end of observation, in `unit`.

        Returns
        -------
        array of shape (n_customers,)
            From 0 to 1.

        Raises
        ------
        DataError
            As `check_histories` does.
        """
        return in_chunks(self._active, *check_histories(frequency, recency, age))

    def expected_purchases(
        self,
        horizon: float,
        frequency: ArrayLike,
        recency: ArrayLike,
        age: ArrayLike,
    ) -> Array:
        """Give the purchases that each customer is expected to make from now on.

        Parameters
        ----------
        horizon : float
            How long from the end of observation, in `unit`; 0 or more.
        frequency, recency, age : array-like of shape (n_customers,)
            As in `probability_active`.

        Returns
        -------
        array of shape (n_customers,)
            Mean number of purchases given the customer's history.
        """
        ahead = float(not_negative("horizon", horizon))
        x, t_x, T = check_histories(frequency, recency, age)
        # How much is bought while active does not depend on recency.
        first, place = distinct(x.ravel(), T.ravel())
        pace = in_chunks(
            lambda n, age: self._while_active(ahead, n, age),
            x.ravel()[first],
            T.ravel()[first],
        )
        return in_chunks(self._active, x, t_x, T) * pace[place].reshape(x.shape)

    def expected_purchases_of_new(self, horizon: ArrayLike) -> Array:
        """Give the repeat purchases that a new customer is expected to make.

        Parameters
        ----------
        horizon : float or array-like
            Time from the first purchase, in `unit`; 0 or more.

        Returns
        -------
        array of the shape of `horizon`
        """
        ahead = not_negative("horizon", horizon)
        first, place = distinct(ahead.ravel())
        found = in_chunks(self._of_new, ahead.ravel()[first])
        return found[place].reshape(ahead.shape)

    def expected_total(self, horizon: float, data: Histories) -> float:
        """Give the purchases of all customers together in the time to come."""
        each = self.expected_purchases(horizon, data.frequency, data.recency, data.age)
        return float(weighted_sums(each, data.weights))

    def expected_cumulative(self, horizon: float, data: Histories) -> float:
        """Give all repeat purchases from the first purchases to `horizon` from now.

        Without the customers' histories, only by their ages: against what was
        counted, it shows whether the model follows the whole.
        """
        ahead = float(not_negative("horizon", horizon))
        each = self.expected_purchases_of_new(data.age + ahead)
        return float(weighted_sums(each, data.weights))

    @classmethod
    def fit(
        cls: type[Kind],
        frequency: ArrayLike,
        recency: ArrayLike,
        age: ArrayLike,
        weights: ArrayLike | None = None,
        *,
        unit: str = "days",
    ) -> Fit[Kind]:
        """Fit the model by maximum likelihood.

        Parameters
        ----------
        frequency : array-like of shape (n_customers,)
            Repeat purchases (x), whole numbers.
        recency : array-like of shape (n_customers,)
            Time from the first purchase to the last one (t_x), 0 without a repeat.
        age : array-like of shape (n_customers,)
            Time from the first purchase to the end of observation (T), same unit.
        weights : array-like of shape (n_customers,), optional
            Customers of each row; default 1.
        unit : str, default="days"
            The unit of the times, kept with the model.

        Returns
        -------
        Fit
            ``ok`` and a model, or a ``reason``; a fit that fails does not raise.

        Raises
        ------
        DataError
            If the input is no set of purchase histories (see `check_histories`).

        Examples
        --------
        >>> from segtools.features.lifetime.bg_nbd import BgNbd
        >>> BgNbd.fit([0, 2, 1], [0, 5, 7], [9, 9, 9]).reason
        'BG/NBD was not fitted: 2 customers bought again, and it takes 20 to learn \
how customers differ.'
        """
        data = Histories.of(frequency, recency, age, weights)
        return _fitted(cls, data, unit)

    @staticmethod
    @abstractmethod
    def rows(parameters: Array, data: Histories) -> tuple[Array, Array]:
        """Give each history's log-likelihood and its derivatives."""

    @classmethod
    @abstractmethod
    def starts(cls, rate: float) -> list[Array]:
        """Give parameters to start from; `rate` is the pace of all customers."""

    @abstractmethod
    def _active(self, x: Array, t_x: Array, T: Array) -> Array: ...

    @abstractmethod
    def _while_active(self, horizon: float, x: Array, T: Array) -> Array: ...

    @abstractmethod
    def _of_new(self, horizon: Array) -> Array: ...


def _fitted(kind: type[Kind], data: Histories, unit: str) -> Fit[Kind]:
    """Fit a model of purchases to histories, whatever their unit of time."""
    scale = float(data.age.max(initial=0.0)) or 1.0
    inner = data.rescaled(scale)
    repeats = float(weighted_sums(data.frequency, data.weights))
    lived = float(weighted_sums(inner.age, data.weights))
    times = np.array([scale if name in kind.times else 1.0 for name in kind.names])

    def rebuild(parameters: Array, log_likelihood: float) -> Kind:
        named = dict(zip(kind.names, (parameters * times).tolist(), strict=True))
        return kind(**named, log_likelihood=log_likelihood, unit=unit)

    task = Task(
        kind.names,
        lambda parameters: kind.rows(parameters, inner),
        data.weights,
        kind.starts(repeats / lived) if repeats and lived else [],
    )
    return fit(
        task,
        rebuild,
        name=kind.title,
        n_repeat_buyers=data.n_repeat_buyers,
        shift=-repeats * math.log(scale),
    )

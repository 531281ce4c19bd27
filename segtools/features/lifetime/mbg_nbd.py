"""MBG/NBD: customers may leave after each purchase, the first one included.

Like BG/NBD, but a customer may leave straight after the first purchase: one-time
buyers are less and less likely to be active the longer they stay away.

References
----------
Batislam, E. P., Denizel, M., Filiztekin, A. (2007). Empirical validation and
comparison of models for customer base analysis. International Journal of Research in
Marketing 24(3), 201-209.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from segtools.features.lifetime import geometric_dropout
from segtools.features.lifetime.histories import Array, Histories
from segtools.features.lifetime.purchase_model import PurchaseModel


@dataclass(frozen=True)
class MbgNbd(PurchaseModel):
    """The four parameters of MBG/NBD, and what follows from them.

    Attributes
    ----------
    r, alpha : float
        Shape and rate of the gamma distribution of purchase rates; their mean is
        r / alpha purchases in one `unit`.
    a, b : float
        The beta distribution of the probability to leave after a purchase; its mean
        is a / (a + b).

    Examples
    --------
    The longer a one-time buyer stays away, the likelier they have left.

    >>> model = MbgNbd(0.5248, 6.183, 0.8914, 1.614, unit="weeks")
    >>> model.probability_active([0, 0], [0, 0], [1, 39]).round(2).tolist()
    [0.63, 0.39]
    """

    r: float
    alpha: float
    a: float
    b: float

    title: ClassVar[str] = "MBG/NBD"
    names: ClassVar[tuple[str, ...]] = ("r", "alpha", "a", "b")
    times: ClassVar[tuple[str, ...]] = ("alpha",)

    @staticmethod
    def rows(parameters: Array, data: Histories) -> tuple[Array, Array]:
        """Give each history's log-likelihood and its derivatives."""
        x = data.frequency
        return geometric_dropout.log_likelihood(
            parameters, x, data.recency, data.age, chances=x + 1
        )

    @classmethod
    def starts(cls, rate: float) -> list[Array]:
        """Give parameters to start from; `rate` is the pace of all customers."""
        return geometric_dropout.starts(rate)

    def _active(self, x: Array, t_x: Array, T: Array) -> Array:
        parameters = np.array([self.r, self.alpha, self.a, self.b])
        return geometric_dropout.probability_active(
            parameters, x, t_x, T, chances=x + 1
        )

    def _while_active(self, horizon: float, x: Array, T: Array) -> Array:
        return geometric_dropout.purchases_before_leaving(
            self.a, self.b + x + 1, self.r + x, horizon / (self.alpha + T)
        )

    def _of_new(self, horizon: Array) -> Array:
        b, r = np.full_like(horizon, self.b + 1), np.full_like(horizon, self.r)
        stayed = self.b / (self.a + self.b)
        return stayed * geometric_dropout.purchases_before_leaving(
            self.a, b, r, horizon / self.alpha
        )

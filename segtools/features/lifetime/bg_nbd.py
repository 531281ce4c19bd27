"""BG/NBD: customers may leave after each repeat purchase.

While active a customer buys at random times at an own rate; rates differ by a gamma
distribution (r, alpha). After each repeat purchase the customer leaves with an own
probability; these differ by a beta distribution (a, b). So whoever has bought once
cannot have left yet, by construction: where one-time buyers matter, `mbg_nbd` is the
better choice.

References
----------
Fader, P. S., Hardie, B. G. S., Lee, K. L. (2005). "Counting your customers" the easy
way: an alternative to the Pareto/NBD model. Marketing Science 24(2), 275-284.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from segtools.features.lifetime import geometric_dropout
from segtools.features.lifetime.histories import Array, Histories
from segtools.features.lifetime.purchase_model import PurchaseModel


@dataclass(frozen=True)
class BgNbd(PurchaseModel):
    """The four parameters of BG/NBD, and what follows from them.

    Attributes
    ----------
    r, alpha : float
        Shape and rate of the gamma distribution of purchase rates; their mean is
        r / alpha purchases in one `unit`.
    a, b : float
        The beta distribution of the probability to leave after a repeat purchase;
        its mean is a / (a + b).

    Examples
    --------
    The customer of the paper: two repeat purchases in 38.86 weeks, the last one in
    week 30.43.

    >>> model = BgNbd(0.24259, 4.41353, 0.79289, 2.42575, unit="weeks")
    >>> round(float(model.expected_purchases(39, 2, 30.43, 38.86)), 3)
    1.226
    >>> round(float(model.probability_active(2, 30.43, 38.86)), 3)
    0.727
    """

    r: float
    alpha: float
    a: float
    b: float

    title: ClassVar[str] = "BG/NBD"
    names: ClassVar[tuple[str, ...]] = ("r", "alpha", "a", "b")
    times: ClassVar[tuple[str, ...]] = ("alpha",)

    @staticmethod
    def rows(parameters: Array, data: Histories) -> tuple[Array, Array]:
        """Give each history's log-likelihood and its derivatives."""
        x = data.frequency
        return geometric_dropout.log_likelihood(
            parameters, x, data.recency, data.age, chances=x
        )

    @classmethod
    def starts(cls, rate: float) -> list[Array]:
        """Give parameters to start from; `rate` is the pace of all customers."""
        return geometric_dropout.starts(rate)

    def _active(self, x: Array, t_x: Array, T: Array) -> Array:
        parameters = np.array([self.r, self.alpha, self.a, self.b])
        return geometric_dropout.probability_active(parameters, x, t_x, T, chances=x)

    def _while_active(self, horizon: float, x: Array, T: Array) -> Array:
        return geometric_dropout.purchases_before_leaving(
            self.a, self.b + x, self.r + x, horizon / (self.alpha + T)
        )

    def _of_new(self, horizon: Array) -> Array:
        b, r = np.full_like(horizon, self.b), np.full_like(horizon, self.r)
        return geometric_dropout.purchases_before_leaving(
            self.a, b, r, horizon / self.alpha
        )

"""NBD: customers differ in how often they buy, and none ever leaves.

The plainest model of repeat buying: what the others reduce to where nobody leaves, and
a yardstick of what their second half is worth.

References
----------
Ehrenberg, A. S. C. (1959). The pattern of consumer purchases. Applied Statistics 8(1),
26-41.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from scipy.special import gammaln, psi

from segtools.features.lifetime.histories import Array, Histories
from segtools.features.lifetime.purchase_model import PurchaseModel


@dataclass(frozen=True)
class Nbd(PurchaseModel):
    """The two parameters of NBD, and what follows from them.

    Attributes
    ----------
    r, alpha : float
        Shape and rate of the gamma distribution of purchase rates; their mean is
        r / alpha purchases in one `unit`.

    Examples
    --------
    Four purchases in 18 weeks, on top of one in two weeks that all customers make.

    >>> float(Nbd(1.0, 2.0, unit="weeks").expected_purchases(10, 4, 12, 18))
    2.5
    """

    r: float
    alpha: float

    title: ClassVar[str] = "NBD"
    names: ClassVar[tuple[str, ...]] = ("r", "alpha")
    times: ClassVar[tuple[str, ...]] = ("alpha",)

    @staticmethod
    def rows(parameters: Array, data: Histories) -> tuple[Array, Array]:
        """Give each history's log-likelihood and its derivatives."""
        r, alpha = parameters
        x, lived = data.frequency, alpha + data.age
        rows = gammaln(r + x) - gammaln(r) + r * np.log(alpha) - (r + x) * np.log(lived)
        d_r = psi(r + x) - psi(r) + np.log(alpha) - np.log(lived)
        return rows, np.array([d_r, r / alpha - (r + x) / lived])

    @classmethod
    def starts(cls, rate: float) -> list[Array]:
        """Give parameters to start from; `rate` is the pace of all customers."""
        return [np.array([r, r / rate]) for r in (0.3, 1.5)]

    def _active(self, x: Array, t_x: Array, T: Array) -> Array:
        return np.ones_like(x)

    def _while_active(self, horizon: float, x: Array, T: Array) -> Array:
        return horizon * (self.r + x) / (self.alpha + T)

    def _of_new(self, horizon: Array) -> Array:
        return horizon * self.r / self.alpha

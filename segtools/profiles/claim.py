"""A possible statement about a segment, before it is known to be beyond chance."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from segtools.languages import use_language

MIN_CUSTOMERS = 10


@dataclass(frozen=True)
class Claim:
    """A possible statement, before it is known whether it is beyond chance.

    ``text`` is English, whatever the language, so that the order of claims that are
    equal else is the same in all of them; ``say`` says it in the language in use.
    """

    segment_id: str
    topic: str
    text: str
    holders: int
    n: int
    base_holders: int
    base_n: int
    computation: dict[str, Any]
    aspect: str = ""
    say: Callable[[], str] | None = None

    @property
    def said(self) -> str:
        """The statement in the language in use."""
        return self.say() if self.say else self.text

    @property
    def share(self) -> float:
        """Share of the segment for whom it holds."""
        return self.holders / self.n

    @property
    def base_share(self) -> float:
        """Share of everyone for whom it holds."""
        return self.base_holders / self.base_n

    @property
    def p_value(self) -> float:
        """Twice the chance of so many holders, or more, had the segment been dealt.

        Exact (hypergeometric, as Fisher's test has it): a normal approximation finds
        too much in small segments, where shares far above the middle are likelier than
        it thinks. Below the middle it is twice the other tail.
        """
        return float(p_values([self])[0])

    def record(self, number: int) -> dict[str, Any]:
        """Give the statement as ``personas.json`` keeps it."""
        wilson = stats.binomtest(self.holders, self.n).proportion_ci(method="wilson")
        return {
            "id": f"{self.segment_id}-{number:02d}",
            "segment_id": self.segment_id,
            "kind": "evidence",
            "topic": self.topic,
            "aspect": self.aspect,
            "text": self.said,
            "share": self.share,
            "low": float(wilson.low),
            "high": float(wilson.high),
            "n": self.n,
            "base_share": self.base_share,
            "computation": self.computation,
        }


def p_values(claims: Sequence[Claim]) -> NDArray[np.float64]:
    """Give the p of many claims at once.

    Parameters
    ----------
    claims : sequence of Claim

    Returns
    -------
    ndarray of shape (n_claims,)
        1 where the segment is everyone, or all or none of everyone hold.
    """
    counts = [(c.holders, c.base_n, c.base_holders, c.n) for c in claims]
    x, everyone, held, n = np.array(counts, dtype=np.int64).reshape(-1, 4).T
    above = stats.hypergeom.sf(x - 1, everyone, held, n)
    below = stats.hypergeom.cdf(x, everyone, held, n)
    tail = np.where(n < everyone, np.minimum(above, below), 1.0)
    return np.minimum(1.0, 2 * tail)


def in_english(say: Callable[[], str]) -> str:
    """Give a claim's ``text`` from what says it.

    Examples
    --------
    >>> in_english(lambda: "Have not ordered yet")
    'Have not ordered yet'
    """
    with use_language("en"):
        return say()


def nice(value: float) -> float:
    """Round to two significant digits, so that a sentence says what is computed.

    Examples
    --------
    >>> nice(1234.5), nice(0.1449), nice(0.0)
    (1200.0, 0.14, 0.0)
    """
    return float(f"{value:.2g}")

"""What an action may bring, and how it would be tested."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from segtools.disclosure import LIMIT
from segtools.joining import bracketed
from segtools.languages import markn, tr, trn
from segtools.profiles.phrases import span
from segtools.wording import number, percent, rounded

POWER_FACTOR = 2.8  # 1.96 + 0.84: 5 % false positives, 80 % power
CHANCE_FACTOR = 1.96
LIFT = 0.05
_FEWEST = 20
# What five points more customers are, by goal.
_GAINS = {
    "keep_customers": markn(
        "Each 5 points of lift keeps {n} customer (assumption: it works)",
        "Each 5 points of lift keeps {n} customers (assumption: it works)",
    ),
    "win_back": markn(
        "Each 5 points of lift brings back {n} customer (assumption: it works)",
        "Each 5 points of lift brings back {n} customers (assumption: it works)",
    ),
    "respond_to_campaign": markn(
        "Each 5 points of lift brings {n} more response (assumption: it works)",
        "Each 5 points of lift brings {n} more responses (assumption: it works)",
    ),
}
_SOME_GAIN = markn(
    "Each 5 points of lift is {n} customer (assumption: it works)",
    "Each 5 points of lift is {n} customers (assumption: it works)",
)


@dataclass(frozen=True)
class Outlook:
    """What is known of the outcome of so many customers.

    Attributes
    ----------
    n : int
        Customers now.
    mean, sd : float or None
        Of the outcome learned before; None where nothing has been learned.
    """

    n: int
    mean: float | None = None
    sd: float | None = None

    @classmethod
    def of(
        cls,
        card: Mapping[str, Any],
        outcomes: Mapping[str, Mapping[str, float]],
        fewest: int = LIMIT,
    ) -> Outlook:
        """Look up what has been learned of a card's segment, from `fewest` or more."""
        known = outcomes.get(card["segment_id"], {})
        if known.get("n", 0) < fewest:
            return cls(int(card["n"]))
        return cls(int(card["n"]), known.get("mean"), known.get("sd"))

    @property
    def smallest(self) -> float | None:
        """Smallest lift that half of them against the other half would show."""
        if self.sd is None or self.n < _FEWEST or self.sd == 0:
            return None
        return POWER_FACTOR * self.sd * math.sqrt(4 / self.n)

    @property
    def least(self) -> float | None:
        """Lift that chance alone would exceed in one of forty tests."""
        smallest = self.smallest
        return None if smallest is None else smallest * CHANCE_FACTOR / POWER_FACTOR

    def worth(self, goal: str) -> float | None:
        """Give what a small lift is worth: 5 % of money, or 5 points of customers."""
        if self.mean is None:
            return None
        return LIFT * self.n * (max(self.mean, 0.0) if goal == "grow_spend" else 1.0)


def pooled(outlooks: Sequence[Outlook]) -> Outlook:
    """Put the outlooks of several segments together, as of one.

    Examples
    --------
    >>> pooled([Outlook(10, 1.0, 0.0), Outlook(10, 3.0, 0.0)])
    Outlook(n=20, mean=2.0, sd=1.0)
    """
    n = sum(o.n for o in outlooks)
    known = [(o.n, o.mean, o.sd) for o in outlooks if o.mean is not None]
    whole = len(known) == len(outlooks) and n > 0
    if not whole:
        return Outlook(n)
    mean = sum(k * m for k, m, _ in known) / n
    spread = sum(k * ((s or 0.0) ** 2 + (m - mean) ** 2) for k, m, s in known) / n
    return Outlook(n, mean, math.sqrt(spread))


@dataclass(frozen=True)
class Tested:
    """What an experiment by lot has measured of a segment's lift.

    Attributes
    ----------
    text : str
        The result, in words.
    share, money : float or None
        The lift to expect the next time, of customers who respond and of money a
        customer; None where it was not measured or may not be told.
    cost : float
        Of writing to one customer, in money.
    margin : float
        What is earned of each unit of spend.
    """

    text: str
    share: float | None = None
    money: float | None = None
    cost: float = 0.0
    margin: float = 1.0

    @classmethod
    def of(cls, results: Mapping[str, Mapping[str, Any]]) -> dict[str, Tested]:
        """Read ``segments`` of ``experiment_results.json``, by segment_id."""
        return {
            segment_id: cls(
                str(r["text"]),
                r.get("share"),
                r.get("money"),
                r.get("cost", 0.0),
                r.get("margin", 1.0),
            )
            for segment_id, r in results.items()
        }

    def worth(self, goal: str, n: int) -> float | None:
        """Give what the measured lift is worth, of `n` customers, in the goal's unit.

        Money is what is left of it: the margin, less what it costs to write to them.

        Examples
        --------
        >>> Tested("", share=0.02, money=1.5).worth("grow_spend", 100)
        150.0
        >>> tested = Tested("", money=1.5, cost=1.0, margin=0.3)
        >>> round(tested.worth("grow_spend", 100), 2)
        -55.0
        """
        if goal != "grow_spend":
            return None if self.share is None else self.share * n
        if self.money is None:
            return None
        return (self.money * self.margin - self.cost) * n


def worth_label(goal: str, currency: str, *, measured: bool = False) -> str:
    """Say what `Outlook.worth` counts, as the head of a column.

    Examples
    --------
    >>> worth_label("grow_spend", "EUR"), worth_label("win_back", "EUR")
    ('Worth of 5 % of lift, EUR', 'Worth of 5 points of lift, customers')
    """
    if measured and goal != "grow_spend":
        return tr("Worth of the lift, customers")
    if goal != "grow_spend":
        return tr("Worth of 5 points of lift, customers")
    if measured and currency:
        return tr("Worth of the lift, {currency}", currency=currency)
    if measured:
        return tr("Worth of the lift")
    if currency:
        return tr("Worth of 5 % of lift, {currency}", currency=currency)
    return tr("Worth of 5 % of lift")


def effect_sentence(outlook: Outlook, goal: str, currency: str) -> str:
    """Say what a small lift would be worth, or that nobody knows."""
    worth = outlook.worth(goal)
    if worth is None:
        return tr(
            "Not known: nothing has been learned about what these customers do next."
        )
    if goal != "grow_spend":
        # What is written decides the form of the noun.
        whole = float(f"{worth:.0f}")
        return trn(*_GAINS.get(goal, _SOME_GAIN), whole)
    if worth <= 0:
        return tr("Nothing to lift yet: on average they spent nothing in the period.")
    return tr(
        "Each 5 % of lift is worth {worth} (assumption: the offer works)",
        worth=money(worth, currency),
    )


def test_sentence(outlook: Outlook, goal: str, days: int, currency: str) -> str:
    """Say how the action would be tested, and what lift the test would see."""
    if outlook.smallest is None:
        return tr(
            "Too few or too little known to plan a test: treat everyone, and log it."
        )
    what = lift(outlook.smallest, goal, currency)
    if goal == "grow_spend" and outlook.mean is not None and outlook.mean > 0:
        what = bracketed(what, percent(outlook.smallest / outlook.mean))
    return tr(
        "Half of them by lot for {period}; a lift of {lift} would be seen four times "
        "in five",
        period=span(days),
        lift=what,
    )


def lift(size: float, goal: str, currency: str) -> str:
    """Write the size of a lift: money a customer, or points.

    Examples
    --------
    >>> lift(3.5, "grow_spend", "EUR"), lift(0.0142, "keep_customers", "EUR")
    ('3.50 EUR a customer', '1.4 points')
    """
    if goal == "grow_spend":
        return tr("{money} a customer", money=money(size, currency))
    points = float(f"{100 * size:.2g}")
    return trn("{n} point", "{n} points", points, n=rounded(points, 2))


def money(value: float, currency: str) -> str:
    """Write an amount, to the cent where it is small.

    Examples
    --------
    >>> money(3.5, "EUR"), money(120.4, "")
    ('3.50 EUR', '120')
    """
    digits = 0 if abs(value) >= 100 else 2
    return f"{number(value, digits)} {currency}".strip()

"""Headline claims of a run as predicates that another segmentation keeps or breaks."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

import pandas as pd

from segtools.languages import mark, tr, trn
from segtools.segmentation.alternatives import Alternative
from segtools.wording import number, percent

# How far shares may move before "x % of customers and y % of value" is another story.
CUSTOMERS_WITHIN, VALUE_WITHIN = 0.05, 0.10
_STRUCTURE = {
    "natural": mark("The structure is natural."),
    "reproducible": mark("The structure is reproducible."),
    "constructed": mark("The structure is constructed."),
}
_DECISION = {
    "segment": mark("The decision is: segment."),
    "do_not_segment": mark("The decision is: do not segment."),
}
_BEATS_RANDOM = {
    True: mark("The segments tell the outcome apart better than random groups."),
    False: mark("The segments tell the outcome apart no better than random groups."),
}
_WORTH = {
    "proved": mark(
        "The segments tell the outcome apart better than chance and than the best "
        "simple scheme."
    ),
    "not_proved": mark(
        "The segments are not proved to be better than the best simple scheme."
    ),
}


@dataclass(frozen=True)
class Own:
    """The run that the alternatives are compared with.

    Attributes
    ----------
    facts : dict
        As those of an `Alternative`.
    segments : Series
        ``customer_id`` to ``segment_id``.
    order : list of str
        Its segments, best first.
    apart : list of str
        Segments that stand apart by rule; no claim is about them.
    """

    facts: dict[str, Any]
    segments: pd.Series
    order: list[str]
    apart: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Claim:
    """A headline and how to see whether an alternative keeps it.

    ``figure`` gives what the claim is about, for the run and for an alternative;
    ``holds`` compares it with the run's facts.
    """

    name: str
    sentence: str
    figure: Callable[[Alternative], Any]
    holds: Callable[[Any], bool]


def claims_of(own: Own) -> list[Claim]:
    """List the headline claims of a run.

    Structure and decision; better than chance, and what it is worth, where that was
    judged; how many segments; how much the best one holds (within 5 points of the
    customers and 10 of the value); which segment is best and which one follows which.
    """
    facts = own.facts
    claims = [
        _equal("structure", tr(_STRUCTURE[facts["structure"]]), facts),
        _equal("decision", tr(_DECISION[facts["decision"]]), facts),
    ]
    if facts["worth"] in _WORTH:
        chance = tr(_BEATS_RANDOM[bool(facts["beats_random"])])
        claims.append(_equal("beats_random", chance, facts))
        claims.append(_equal("worth", tr(_WORTH[facts["worth"]]), facts))
    n = facts["n_segments"]
    count = trn("There is {n} segment.", "There are {n} segments.", n)
    return [*claims, _equal("n_segments", count, facts), _best(facts), *_order(own)]


def _equal(name: str, sentence: str, facts: dict[str, Any]) -> Claim:
    return Claim(
        name, sentence, lambda a: a.facts[name], lambda found: found == facts[name]
    )


def _best(facts: dict[str, Any]) -> Claim:
    customers, value = facts["best_customers"], facts["best_value"]

    def near(found: list[float]) -> bool:
        return (
            abs(found[0] - customers) <= CUSTOMERS_WITHIN
            and abs(found[1] - value) <= VALUE_WITHIN
        )

    return Claim(
        "best_segment",
        tr(
            "The best segment holds {customers} of the customers and {spend} of their "
            "spend (±{customers_within} and ±{spend_within} points).",
            customers=percent(customers),
            spend=percent(value),
            customers_within=number(100 * CUSTOMERS_WITHIN),
            spend_within=number(100 * VALUE_WITHIN),
        ),
        lambda a: [a.facts["best_customers"], a.facts["best_value"]],
        near,
    )


def _order(own: Own) -> list[Claim]:
    def expected(other: Alternative) -> list[float]:
        return expected_of(own, other)

    return [
        Claim(
            "best_first",
            tr(
                "Nobody can be expected to bring more than customers of {segment}.",
                segment=own.order[0],
            ),
            expected,
            lambda found: found[0] == max(found) > min(found),
        ),
        Claim(
            "order",
            tr(
                "The expected outcome never rises from {best} down to {last}.",
                best=own.order[0],
                last=own.order[-1],
            ),
            expected,
            _falls,
        ),
    ]


def _falls(found: list[float]) -> bool:
    """Say whether nothing contradicts the order; two that were merged do not."""
    return all(a >= b for a, b in pairwise(found)) and found[0] > found[-1]


def expected_of(own: Own, other: Alternative) -> list[float]:
    """Give what an alternative expects of each own segment's customers, on average.

    Parameters
    ----------
    own : Own
        Whose segments, best first.
    other : Alternative
        Whose segments' expected outcome each customer is given.

    Returns
    -------
    list of float
        Missing (not a number) where it knows no customer of the segment.
    """
    # Rounded, so that sums in another order make no difference where all are alike.
    each = other.segments.map(other.expected).reindex(own.segments.index)
    mean = each.groupby(own.segments.to_numpy()).mean().reindex(own.order)
    return [round(float(value), 9) for value in mean]

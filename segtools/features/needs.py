"""Needs: how customers answer surveys, and whether their answers can be believed."""

from __future__ import annotations

import ibis
import ibis.expr.types as ir

from segtools.features.answers import PARTS
from segtools.features.catalogue import Window, feature
from segtools.timezones import DAY

# With fewer answers on scales, to answer the same each time means nothing.
FEWEST_ANSWERS = 3


@feature(
    "n_answers",
    basis="needs",
    over="answers",
    unit="questions",
    label="Questions answered",
    definition="Distinct questions of surveys that were answered before the origin.",
    direction="more",
    needs=("answered_at",),
    role="descriptor",
    empty=0,
)
def n_answers(answers: ir.Table, window: Window) -> ir.Value:
    """Count questions."""
    return answers.question.nunique()


@feature(
    "answered_days_ago",
    basis="needs",
    over="answers",
    unit="days",
    label="Days since the last answer",
    definition="Days from the last answer to a survey before the origin to the origin.",
    direction="less",
    needs=("answered_at",),
    role="descriptor",
)
def answered_days_ago(answers: ir.Table, window: Window) -> ir.Value:
    """Say how old the answers are."""
    return (window.origin - answers.second.max()) / DAY


@feature(
    "mean_agreement",
    basis="needs",
    over="answers",
    unit="share",
    label="Mean place on the scales",
    definition=(
        "Mean place of the answers on their scales, 0 the lowest number and 1 the "
        "highest."
    ),
    needs=("answered_at", "scale"),
    role="descriptor",
)
def mean_agreement(answers: ir.Table, window: Window) -> ir.Value:
    """Average the places; they are whole billionths, so that the sum is exact."""
    return answers.part.sum() / answers.number.count().nullif(0) / PARTS


@feature(
    "extreme_share",
    basis="needs",
    over="answers",
    unit="share",
    label="Answers at the ends of the scale",
    definition="Share of the answers on scales that are the lowest or highest number.",
    needs=("answered_at", "scale"),
    role="descriptor",
)
def extreme_share(answers: ir.Table, window: Window) -> ir.Value:
    """Divide answers at either end by all on scales."""
    ends = (answers.number == answers.low) | (answers.number == answers.high)
    return answers.count(where=ends) / answers.number.count().nullif(0)


@feature(
    "midpoint_share",
    basis="needs",
    over="answers",
    unit="share",
    label="Answers in the middle of the scale",
    definition="Share of the answers on scales with a middle that are the middle.",
    needs=("answered_at", "scale"),
    role="descriptor",
)
def midpoint_share(answers: ir.Table, window: Window) -> ir.Value:
    """Divide answers in the middle by those on scales that have one."""
    twice = answers.low + answers.high
    middle = answers.count(where=2 * answers.number == twice)
    return middle / answers.number.count(where=twice % 2 == 0).nullif(0)


@feature(
    "same_answer_share",
    basis="needs",
    over="answers",
    unit="share",
    label="Answers that are all the same",
    definition=(
        "Largest share of the answers on scales that are one number on one scale; not "
        "known with fewer than 3. Near 1, the questions were not read."
    ),
    needs=("answered_at", "scale"),
    role="descriptor",
)
def same_answer_share(answers: ir.Table, window: Window) -> ir.Value:
    """Divide the most frequent answer's count by that of all."""
    known = answers.number.count()
    enough = ibis.ifelse(known >= FEWEST_ANSWERS, known, ibis.null("int64"))
    return answers.same.max() / enough

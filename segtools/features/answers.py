"""A view of what customers answered: each question's latest answer, read as a number.

Answers count however long before the origin they were given: surveys are rare, and
``answered_days_ago`` says how old they are. Answers without a time are not in the view;
nobody can say whether they had been given at the origin.
"""

from __future__ import annotations

import ibis
import ibis.expr.types as ir

from segtools.features.views import Part, Views, view

# The numbers of an answer such as `4 - Good`, and of a scale such as `likert 1-5`.
_NUMBER = r"^ *(-?[0-9]{1,4})([^0-9.,]|$)"
_LOW = r"^likert +(-?[0-9]{1,4})-"
_HIGH = r"^likert +-?[0-9]{1,4}-(-?[0-9]{1,4}) *$"
# A position on a scale is kept as a whole number of parts, so that sums are exact.
PARTS = 10**9


@view("answers", table="answers", looks="all")
def _answers(at: Views) -> Part:
    def make() -> ir.Table:
        given = at.shop.tables["answers"]
        if "answered_at" not in given.columns:
            given = given.mutate(answered_at=ibis.null("timestamp"))
        dated = given.filter(given.answered_at.notnull())
        return placed(latest_answers(at.timed(dated, "answered_at")))

    return Part("every_answer", at.base("every_answer", make))


def latest_answers(answers: ir.Table) -> ir.Table:
    """Keep one answer a customer and question: the latest, of several the smallest.

    Where several options may be chosen (the scale is ``multiple`` or not said), all
    that were chosen last are kept, one row each.

    Parameters
    ----------
    answers : ibis Table
        Rows before the origin; those without ``answered_at`` give way to those with.

    Returns
    -------
    ibis Table
        The same columns, ``scale`` always among them.
    """
    if "answered_at" not in answers.columns:
        answers = answers.mutate(answered_at=ibis.null("timestamp"))
    if "scale" not in answers.columns:
        answers = answers.mutate(scale=ibis.null("string"))
    one = ["customer_id", "question"]
    last = answers.answered_at.max().over(group_by=one)
    late = answers.mutate(last=last)
    same = late.answered_at == late["last"]
    late = late.filter(late["last"].isnull() | same.fill_null(False))
    several = late.scale.fill_null("multiple").lower() == "multiple"
    place = ibis.row_number().over(
        group_by=[*one, ibis.ifelse(several, late.answer, "")],
        order_by=[late.answer, late.scale],
    )
    ranked = late.mutate(place=place)
    return ranked.filter(ranked.place == 0).drop("place", "last")


def placed(answers: ir.Table) -> ir.Table:
    """Add ``number``, the scale's ``low`` and ``high``, ``part`` and ``same``.

    They are null where the answer is not on a scale of numbers. ``part`` is the way
    from low to high in billionths; ``same`` counts the customer's answers that are the
    same number on the same scale.
    """
    scale = answers.scale.lower()
    sided = answers.mutate(low=_whole(scale, _LOW), high=_whole(scale, _HIGH))
    said = _whole(answers.answer, _NUMBER)
    inside = (sided.low < sided.high) & (said >= sided.low) & (said <= sided.high)
    number = ibis.ifelse(inside, said, ibis.null("int64"))
    found = sided.mutate(number=number)
    steps = (found.number - found.low) * PARTS // (found.high - found.low).nullif(0)
    same = found.number.count().over(
        group_by=["customer_id", "low", "high", "number"],
    )
    return found.mutate(part=steps.cast("int64"), same=same)


def _whole(text: ir.Value, pattern: str) -> ir.Value:
    return text.re_extract(pattern, 1).nullif("").cast("int64")

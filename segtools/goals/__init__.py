"""Goals before data: readiness, what the data supports, criteria and weights."""

from segtools.goals.counts import refuse_base, survey, typed_shop
from segtools.goals.record import bases, goals_record, readiness
from segtools.goals.shown import (
    base_sentence,
    bases_sentence,
    bases_table,
    campaign_sentences,
    criteria_table,
    fixed_sentence,
    purpose,
    readiness_sentence,
    readiness_table,
)
from segtools.goals.words import KNOCK_OUT

__all__ = [
    "KNOCK_OUT",
    "base_sentence",
    "bases",
    "bases_sentence",
    "bases_table",
    "campaign_sentences",
    "criteria_table",
    "fixed_sentence",
    "goals_record",
    "purpose",
    "readiness",
    "readiness_sentence",
    "readiness_table",
    "refuse_base",
    "survey",
    "typed_shop",
]

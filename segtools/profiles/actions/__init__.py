"""What to do with each segment, why, who comes first, and how it would be tested.

`rule_book` reads what to do in which case, `build_actions` fills it in by the evidence
of each persona card, and weighs who comes first by what was fixed in stage 01.
"""

from segtools.profiles.actions.build import build_actions
from segtools.profiles.actions.measures import Measures, segment_measures
from segtools.profiles.actions.rule_book import RuleBook, load_rule_book
from segtools.profiles.actions.same import actions_sentence, merge_block
from segtools.profiles.actions.shown import priority_sentences, priority_table
from segtools.profiles.actions.terms import Terms

__all__ = [
    "Measures",
    "RuleBook",
    "Terms",
    "actions_sentence",
    "build_actions",
    "load_rule_book",
    "merge_block",
    "priority_sentences",
    "priority_table",
    "segment_measures",
]

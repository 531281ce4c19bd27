"""What was settled before segments were seen."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from segtools.config import RunConfig
from segtools.disclosure import LIMIT
from segtools.profiles.actions.rule_book import RuleBook, load_rule_book


@dataclass(frozen=True)
class Terms:
    """What was settled before segments were seen, and the rule book.

    Attributes
    ----------
    goal : str
    days : int
        ``outcome_days``, over which success is measured.
    currency : str
    criteria : mapping of str to float
        Criterion of attractiveness to its weight.
    book : RuleBook
    owners : mapping of str to str
        segment_id or name to who answers for what is done.
    max_actions : int or None
        How many different actions the team can run.
    smallest_cell : int
        Nothing is said of what was learned from fewer customers.
    """

    goal: str
    days: int
    currency: str = ""
    criteria: Mapping[str, float] = field(default_factory=dict)
    book: RuleBook = field(default_factory=load_rule_book)
    owners: Mapping[str, str] = field(default_factory=dict)
    max_actions: int | None = None
    smallest_cell: int = LIMIT

    @classmethod
    def of(cls, config: RunConfig, goals: Mapping[str, Any]) -> Terms:
        """Take them from a run's configuration and from its ``goals.json``.

        Raises
        ------
        ConfigError
            If the rule book is missing or wrong.
        """
        weights = {
            c["name"]: float(c["weight"])
            for c in goals["criteria"]
            if c["kind"] == "attractiveness"
        }
        return cls(
            goal=config.goal,
            days=config.outcome_days,
            currency=config.currency,
            criteria=weights,
            book=load_rule_book(config.rule_book),
            owners=config.owners,
            max_actions=config.max_actions,
            smallest_cell=config.smallest_cell,
        )

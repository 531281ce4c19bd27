"""A verdict to be printed and to be asked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Verdict:
    """Whether to segment, and what the segments are.

    Attributes
    ----------
    sentence : str
        The answer.
    decision : {"segment", "do_not_segment"}
    structure : {"natural", "reproducible", "constructed"}
        What customers are like.
    worth : {"proved", "not_proved", "not_judged"}
        What the segments are good for.
    record : dict
        As ``verdict.json`` keeps it, with the evidence.
    """

    sentence: str
    decision: str
    structure: str
    worth: str
    record: Mapping[str, Any] = field(repr=False, compare=False)

    @classmethod
    def of(cls, record: Mapping[str, Any]) -> Verdict:
        """Read a record."""
        return cls(
            sentence=str(record["sentence"]),
            decision=str(record["decision"]),
            structure=str(record["structure"]),
            worth=str(record["worth"]),
            record=record,
        )

    def __str__(self) -> str:
        return self.sentence

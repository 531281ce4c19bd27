"""A verdict to be printed and to be asked, and a contest that shows itself."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from segtools.glance import AtAGlance, Glance, Record

if TYPE_CHECKING:
    from segtools.segmentation.entries import Contest


@dataclass(frozen=True, repr=False)
class Verdict(AtAGlance):
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

    def _glance(self) -> Glance:
        from segtools.segmentation import glances

        return glances.Verdict(self.record)._glance()


class Contested(Record):
    """What ``contest.json`` keeps, shown as the contest that it was.

    Parameters
    ----------
    record : mapping
    contest : Contest, optional
        None shows the record as any dict.
    """

    def __init__(
        self, record: Mapping[str, Any], contest: Contest | None = None
    ) -> None:
        super().__init__(record)
        self._contest = contest

    def _glance(self) -> Glance:
        if self._contest is None:
            raise ValueError
        return self._contest._glance()

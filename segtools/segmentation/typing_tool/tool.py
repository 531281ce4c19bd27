"""The finished typing tool: plain JSON that names anybody a segment by few answers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from segtools.glance import AtAGlance, Glance
from segtools.joining import sentences
from segtools.languages import markn, tr, trn
from segtools.schema import DataError
from segtools.segmentation.glances import typing_glance
from segtools.segmentation.typing_tool.points import Points, ranked
from segtools.segmentation.typing_tool.questions import Ints, Question
from segtools.wording import percent

Record = dict[str, Any]
_PLACES = markn(
    "{n} question places {right} of people rightly (95 % interval {low} to {high}); "
    "naming the largest segment would be right for {largest}, all questions for "
    "{every}.",
    "{n} questions place {right} of people rightly (95 % interval {low} to {high}); "
    "naming the largest segment would be right for {largest}, all questions for "
    "{every}.",
)


@dataclass(repr=False)
class TypingTool(AtAGlance):
    """A few questions whose answers earn each segment points; most points win.

    Attributes
    ----------
    questions : list of dict
        The most telling first: ``name`` (the column), ``question`` (what is asked),
        ``kind`` (``number`` or ``choice``), ``unit``, ``levels`` (each its ``points``
        by segment and ``up_to``, the largest number of it, or the ``answer``) and
        ``missing``, the points of no answer.
    segments : list of dict
        ``segment_id`` and ``name``, in the order of the points.
    base : list of int
        Points that every segment starts with.
    confidence : list of dict
        ``right``, the share of people with at least so much ``lead`` (and less than
        the next) who were placed rightly.
    sure_lead : int or None
        From which lead on the tool is sure; None where it never is.
    least_answered : int
        With fewer answers than this it is never sure, and no confidence is known.
    figures : dict
        How good it is, on people that it was not learned from; see `accuracy.figures`.
    """

    questions: list[Record]
    segments: list[Record]
    base: list[int]
    confidence: list[Record]
    sure_lead: int | None
    least_answered: int
    figures: Record

    def assign(self, answers: pd.DataFrame) -> pd.DataFrame:
        """Name everybody's segment.

        Parameters
        ----------
        answers : DataFrame
            One row a person, one column a question by its ``name``. A question that
            is not there counts as not answered, and so does an answer that the tool
            does not know. Never modified.

        Returns
        -------
        DataFrame
            Indexed as `answers`: ``segment_id``, ``segment``, ``runner_up`` (a
            segment_id), ``lead`` (points ahead of it), ``answered`` (questions),
            ``confidence`` (share of such people placed rightly; NaN with fewer than
            ``least_answered``) and ``sure``.
        """
        codes = [
            q.codes(answers.get(q.name, pd.Series(None, answers.index, dtype=float)))
            for q in self.points.questions
        ]
        first, second, lead = ranked(self.points.totals(codes))
        answered = np.sum([c >= 0 for c in codes], axis=0).astype(np.int64)
        enough = answered >= self.least_answered
        ids = np.array([s["segment_id"] for s in self.segments], dtype=object)
        names = np.array([s["name"] for s in self.segments], dtype=object)
        frame = {
            "segment_id": ids[first],
            "segment": names[first],
            "runner_up": ids[second],
            "lead": lead,
            "answered": answered,
            "confidence": np.where(enough, self._right(lead), np.nan),
            "sure": enough & self._is_sure(lead),
        }
        found = pd.DataFrame(frame, index=answers.index)
        words = ["segment_id", "segment", "runner_up"]
        return found.astype(dict.fromkeys(words, "str"))

    def assign_one(self, answers: Mapping[str, Any]) -> Record:
        """Name one person's segment; ``confidence`` is None where it is not known.

        Parameters
        ----------
        answers : mapping
            Question's name to the answer; what is not there counts as missing.
        """
        given = {q.name: [answers.get(q.name)] for q in self.points.questions}
        row = self.assign(pd.DataFrame(given)).iloc[0].to_dict()
        known = not np.isnan(row["confidence"])
        return row | {
            "lead": int(row["lead"]),
            "answered": int(row["answered"]),
            "confidence": float(row["confidence"]) if known else None,
            "sure": bool(row["sure"]),
        }

    def to_sql(
        self,
        dialect: str,
        table: str | Sequence[str] = "answers",
        *,
        key: str = "customer_id",
    ) -> str:
        """Write the tool as one SQL query; see `typing_tool.sql.to_sql`."""
        from segtools.segmentation.typing_tool.sql import to_sql

        return to_sql(self, dialect, table, key=key)

    def record(self) -> Record:
        """Give the tool as a JSON record; `from_record` reads it back."""
        return {name: getattr(self, name) for name in self.__dataclass_fields__}

    @classmethod
    def from_record(cls, record: Mapping[str, Any]) -> TypingTool:
        """Read a tool back from its record.

        Raises
        ------
        DataError
            If a part is missing.
        """
        lacks = [n for n in cls.__dataclass_fields__ if n not in record]
        if lacks:
            raise DataError(
                f"A typing tool must have {list(cls.__dataclass_fields__)}, but "
                f"{lacks} are missing. Make it again with typing_tool."
            )
        return cls(**{n: record[n] for n in cls.__dataclass_fields__})

    @cached_property
    def points(self) -> Points:
        """The points as arrays; made once, so make a new tool rather than change it."""
        return Points(
            questions=tuple(question(q) for q in self.questions),
            base=np.asarray(self.base, dtype=np.int64),
            tables=tuple(
                np.asarray([*(v["points"] for v in q["levels"]), q["missing"]])
                for q in self.questions
            ),
        )

    @property
    def sentence(self) -> str:
        """Say how good the tool is."""
        of = self.figures
        n, right = len(self.questions), of["accuracy"]
        every = of["all_questions"]
        said = trn(
            *_PLACES,
            n,
            right=percent(right["value"]),
            low=percent(right["low"]),
            high=percent(right["high"]),
            largest=percent(of["largest_segment"]),
            every=percent(every["accuracy"]),
        )
        sure = of["sure"]
        if sure["accuracy"] is None or sure["share"] is None:
            return said
        certain = tr(
            "Of {share} it is sure, and right for {right} of these.",
            share=percent(sure["share"]),
            right=percent(sure["accuracy"]),
        )
        return sentences([said, certain])

    def _glance(self) -> Glance:
        return typing_glance(self)

    def _right(self, lead: Ints) -> NDArray[np.float64]:
        starts = [c["lead"] for c in self.confidence]
        rights = np.asarray([c["right"] for c in self.confidence], dtype=float)
        return np.asarray(rights[np.searchsorted(starts, lead, side="right") - 1])

    def _is_sure(self, lead: Ints) -> NDArray[np.bool_]:
        never = np.iinfo(np.int64).max
        return np.asarray(lead >= (never if self.sure_lead is None else self.sure_lead))


def question(record: Mapping[str, Any]) -> Question:
    """Read a question back from a tool's record."""
    levels = record["levels"]
    if record["kind"] == "choice":
        answers = tuple(v["answer"] for v in levels)
        return Question(record["name"], "choice", answers=answers)
    upper = tuple(float(v["up_to"]) for v in levels[:-1])
    return Question(record["name"], "number", upper=upper)


def question_record(
    asked: Question, table: Ints, text: str, unit: str, shown: Sequence[float]
) -> Record:
    """Write a question and its points; neighbouring bins of equal points are one.

    Parameters
    ----------
    asked : Question
    table : array of int
        Points, one row a level and the last one for no answer.
    text, unit : str
        What is asked, and in which unit it is answered.
    shown : sequence of float
        The numbers to choose from, such as those of a scale; none lets any be typed.
    """
    rows = table[:-1].tolist()
    if asked.kind == "choice":
        pairs = zip(asked.answers, rows, strict=True)
        levels = [{"answer": a, "points": p} for a, p in pairs]
    else:
        ends = [*asked.upper, None]
        last = len(rows) - 1
        kept = [i for i in range(len(rows)) if i == last or rows[i] != rows[i + 1]]
        levels = [{"up_to": ends[i], "points": rows[i]} for i in kept]
    return {
        "name": asked.name,
        "question": text,
        "kind": asked.kind,
        "unit": unit,
        "shown": [float(v) for v in shown],
        "levels": levels,
        "missing": table[-1].tolist(),
    }

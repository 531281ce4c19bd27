"""What customers said, by segment: shares of answers among those who answered."""

from __future__ import annotations

from functools import partial
from typing import Any

import ibis.expr.types as ir
import pandas as pd

from segtools.attributes import attribute_kind
from segtools.languages import tr
from segtools.profiles.cells import FLAGS, mark_hidden, shown
from segtools.profiles.claim import Claim, in_english
from segtools.profiles.profile import Segmented
from segtools.profiles.remember import remembered
from segtools.profiles.topics import aspect_of, topic_of
from segtools.wording import plain, shorten

MOST_ANSWERS = 20
_COLUMNS = ["segment_id", "question", "answer", "holders", "n", "value"]
_COLUMNS += ["base_value", "index", *FLAGS]


@remembered
def answer_profile(data: Segmented) -> pd.DataFrame:
    """Give the share of each answer among those of a segment who answered.

    Parameters
    ----------
    data : Segmented

    Returns
    -------
    DataFrame
        ``segment_id``, ``question``, ``answer``, ``holders``, ``n`` (who answered the
        question), ``value`` (share), ``base_value``, ``index`` and what may not be
        shown (see `mark_hidden`). Somebody who was asked twice counts with the latest
        answer. Questions about protected attributes are left out, and those with more
        than 20 different answers.
    """
    answers = data.shop.tables.get("answers")
    if answers is None:
        return pd.DataFrame(columns=_COLUMNS)
    joined = data.with_segment(latest(answers))
    given = joined.group_by("segment_id", "question", "answer").aggregate(
        holders=joined.customer_id.nunique()
    )
    asked = joined.group_by("segment_id", "question").aggregate(
        n=joined.customer_id.nunique()
    )
    frame = _shown(given.to_pandas())
    if frame.empty:
        return pd.DataFrame(columns=_COLUMNS)
    sizes = asked.to_pandas().set_index(["segment_id", "question"])["n"]
    marked = mark_hidden(
        _shares(frame, sizes),
        level="answer",
        count="holders",
        limit=data.smallest_cell,
        table="question",
    )
    return marked[_COLUMNS]


def latest(answers: ir.Table) -> ir.Table:
    """Keep each customer's latest answers to a question; all where none has a date."""
    if "answered_at" not in answers.columns:
        return answers
    last = answers.answered_at.max().over(group_by=["customer_id", "question"])
    marked = answers.mutate(last=last)
    keep = marked.last.isnull() | (marked.answered_at == marked.last)
    return marked.filter(keep.fill_null(False)).drop("last")


def _shown(frame: pd.DataFrame) -> pd.DataFrame:
    variety = frame.groupby("question")["answer"].transform("nunique")
    kinds = {q: attribute_kind(q) for q in frame["question"].unique()}
    hidden = frame["question"].map(kinds).isin(["protected", "contact", "consent"])
    return frame[variety.between(2, MOST_ANSWERS) & ~hidden]


def _shares(frame: pd.DataFrame, sizes: pd.Series) -> pd.DataFrame:
    levels = frame[["question", "answer"]].drop_duplicates()
    long = sizes.rename("n").reset_index().merge(levels, on="question")
    long = long.merge(frame, on=["segment_id", "question", "answer"], how="left")
    long["holders"] = long["holders"].fillna(0).astype(int)
    held = long.groupby(["question", "answer"])["holders"].transform("sum")
    base = held / long["question"].map(sizes.groupby("question").sum())
    share = long["holders"] / long["n"]
    index = (share / base * 100).round(1)
    made = long.assign(value=share, base_value=base, index=index)
    order = ["segment_id", "question", "answer"]
    return made.sort_values(order, ignore_index=True)


def answer_claims(data: Segmented) -> list[Claim]:
    """Make a claim for each segment, question and answer."""
    profile = answer_profile(data)
    if profile.empty:
        return []
    base_n = profile.drop_duplicates(["segment_id", "question"])
    base_n = base_n.groupby("question")["n"].sum()
    return [
        Claim(
            segment_id=str(row.segment_id),
            topic=topic_of(row.question),
            aspect=aspect_of(row.answer),
            text=in_english(partial(_text, row)),
            say=partial(_text, row),
            holders=int(row.holders),
            n=int(row.n),
            base_holders=round(row.base_value * int(base_n[row.question])),
            base_n=int(base_n[row.question]),
            computation={
                "table": "answers",
                "column": row.question,
                "op": "answered",
                "value": row.answer,
            },
        )
        for row in shown(profile).itertuples(index=False)
    ]


def _text(row: Any) -> str:
    return tr(
        "Answer “{answer}” to “{question}”",
        answer=shorten(plain(row.answer), 40),
        question=shorten(plain(row.question), 70),
    )

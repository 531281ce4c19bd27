"""Goals in sentences and tables."""

from __future__ import annotations

from typing import Any

import pandas as pd

from segtools.config import GOAL_TEXT, RunConfig
from segtools.features.shop import Shop
from segtools.features.waves import GOAL as CAMPAIGN_GOAL
from segtools.features.waves import refuse_campaigns, waves
from segtools.features.words import said_basis
from segtools.goals.words import ANSWERS, DESCRIPTORS, KINDS
from segtools.joining import commas, semicolons, sentences
from segtools.languages import header, markn, tr, trc, trn
from segtools.wording import iso_day, number


def base_sentence(counted: dict[str, Any], currency: str) -> str:
    """Say in one sentence how large the customer base is.

    Examples
    --------
    >>> base_sentence({"customers": 2, "orders": 5, "revenue": "10.5", "first":
    ...     "2024-01-01T10:00:00", "last": "2024-02-01T10:00:00"}, "EUR")
    '2 customers placed 5 orders worth 10.50 EUR between 2024-01-01 and 2024-02-01.'
    """
    money = f"{number(float(counted['revenue']), 2)} {currency}".strip()
    return trn(
        "{n} customer placed {orders} worth {money} between {first} and {last}.",
        "{n} customers placed {orders} worth {money} between {first} and {last}.",
        counted["customers"],
        orders=trn("{n} order", "{n} orders", counted["orders"]),
        money=money,
        first=iso_day(counted["first"]),
        last=iso_day(counted["last"]),
    )


def campaign_sentences(shop: Shop, config: RunConfig) -> list[str]:
    """Say how many campaigns there were, where the goal is about them.

    Returns
    -------
    list of str
        One sentence, or none for any other goal. Counts of few customers are not told.
    """
    if config.goal != CAMPAIGN_GOAL:
        return []
    refuse_campaigns(shop.tables, config.goal)
    found = waves(shop)
    names = len({w.campaign_id for w in found})
    got, held = (sum(getattr(w, k) for w in found) for k in ("receivers", "held_back"))

    return [
        trn(
            "{n} campaign went out: {what}.",
            "{n} campaigns went out: {what}.",
            names,
            what=semicolons(
                [
                    _times(_SENT, _SENT_FEW, got, config.smallest_cell),
                    _times(_HELD, _HELD_FEW, held, config.smallest_cell),
                ]
            ),
        )
    ]


_SENT = markn(
    "{n} time to somebody who had bought before",
    "{n} times to somebody who had bought before",
)
_SENT_FEW = markn(
    "fewer than {n} time to somebody who had bought before",
    "fewer than {n} times to somebody who had bought before",
)
_HELD = markn("{n} time somebody was held back", "{n} times somebody was held back")
_HELD_FEW = markn(
    "fewer than {n} time somebody was held back",
    "fewer than {n} times somebody was held back",
)


def _times(
    exact: tuple[str, str], few: tuple[str, str], count: int, smallest_cell: int
) -> str:
    if 0 < count < smallest_cell:
        return trn(*few, smallest_cell)
    return trn(*exact, count)


def purpose(config: RunConfig) -> list[str]:
    """Say what the segments are to serve, and which decision will be taken."""
    return [
        tr(GOAL_TEXT[config.goal]),
        config.decision or tr("No decision was named."),
    ]


def readiness_table(record: dict[str, Any]) -> pd.DataFrame:
    """Tabulate the readiness questions with their answers."""
    rows = record["readiness"]
    return pd.DataFrame(
        {
            header("Question"): [r["question"] for r in rows],
            header("Answer"): [tr(ANSWERS[r["answer"]]) for r in rows],
            header("Evidence"): [r["evidence"] for r in rows],
            header("Remedy"): [r["remedy"] for r in rows],
        }
    )


def readiness_sentence(record: dict[str, Any]) -> str:
    """Say in one sentence what still stands in the way."""
    open_ = [r["question"] for r in record["readiness"] if r["answer"] != "yes"]
    if not open_:
        return tr("All five questions are answered with yes.")
    return trn(
        "{n} of 5 questions are open: {questions}",
        "{n} of 5 questions are open: {questions}",
        len(open_),
        questions=sentences(open_),
    )


def fixed_sentence(record: dict[str, Any]) -> str:
    """Give the fingerprint by which a later run sees whether the goals have moved."""
    return tr("Goals are fixed; their fingerprint is {hash}.", hash=record["hash"])


def bases_table(record: dict[str, Any]) -> pd.DataFrame:
    """Tabulate which bases the data supports and what is missing."""
    rows = record["bases"]
    answers = ["yes" if r["supported"] else "no" for r in rows]
    return pd.DataFrame(
        {
            header("Basis"): [_basis(r["basis"]) for r in rows],
            header("Supported"): [tr(ANSWERS[answer]) for answer in answers],
            header("Features"): [commas(r["features"]) for r in rows],
            header("Missing columns"): [commas(r["missing"]) for r in rows],
        }
    )


def _basis(name: str) -> str:
    return tr(DESCRIPTORS) if name == DESCRIPTORS else said_basis(name)


def bases_sentence(record: dict[str, Any]) -> str:
    """Say in one sentence how many bases the data supports."""
    rows = [r for r in record["bases"] if not r["basis"].startswith("attributes")]
    can = [said_basis(r["basis"]) for r in rows if r["supported"]]
    return trn(
        "The data supports {some} of {n} basis: {names}.",
        "The data supports {some} of {n} bases: {names}.",
        len(rows),
        some=number(len(can)),
        names=commas(can),
    )


def criteria_table(record: dict[str, Any]) -> pd.DataFrame:
    """Tabulate the criteria that will judge segments, with their weights."""
    rows = record["criteria"]
    return pd.DataFrame(
        {
            header("Criterion"): [trc("criterion", r["name"]) for r in rows],
            header("Kind"): [trc("kind of criterion", KINDS[r["kind"]]) for r in rows],
            header("Weight"): [r["weight"] for r in rows],
            header("Rule"): [r["rule"] for r in rows],
        }
    )

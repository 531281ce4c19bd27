"""Does a run's story survive other defensible choices? Claims, blame and company."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from segtools.disclosure import LIMIT, hide, two_way
from segtools.glance import AtAGlance, Glance
from segtools.joining import colon, commas, semicolons, sentences
from segtools.languages import header, markc, tr, trc, trn
from segtools.segmentation.alternatives import Alternative
from segtools.segmentation.choices import Choice, Variant
from segtools.segmentation.claims import Claim, Own, claims_of
from segtools.segmentation.company import company_of
from segtools.segmentation.glances import sensitivity_glance
from segtools.wording import listed, number, percent

# A choice is to blame if a claim holds less often at one of its levels by this much.
BLAME = 0.25
NAMES = {
    "window_days": markc("choice", "window"),
    "n_segments": markc("choice", "number of segments"),
    "method": markc("choice", "method"),
    "scaling": markc("choice", "scaling"),
    "returns": markc("choice", "returns"),
    "huge_orders": markc("choice", "huge orders"),
    "unmatched_returns": markc("choice", "unmatched returns"),
    "cancellations": markc("choice", "cancellations"),
    "duplicates": markc("choice", "duplicates"),
    "zero_prices": markc("choice", "zero prices"),
}
COLUMNS = (
    header("Headline claim"),
    header("Holds"),
    header("Blame"),
    header("Holds by level"),
)


@dataclass(frozen=True)
class Trial:
    """One variant: its choices, and what came of it, or why nothing did."""

    choices: Variant
    found: Alternative | None
    why_not: str = ""


@dataclass(frozen=True, repr=False)
class Sensitivity(AtAGlance):
    """How a run fared under other choices.

    Attributes
    ----------
    record : dict
        What ``sensitivity.json`` keeps; nothing in it is about a single customer.
    customers : DataFrame
        ``customer_id``, ``segment_id`` and ``stays``: the share of variants in which
        the customer is in the same company. It is written nowhere.
    """

    record: dict[str, Any]
    customers: pd.DataFrame

    @property
    def sentence(self) -> str:
        """What to tell the team."""
        return str(self.record["sentence"])

    def table(self) -> pd.DataFrame:
        """Tabulate the claims: in how many variants each holds, and what to blame."""
        return claims_table(self.record)

    def segments(self) -> pd.DataFrame:
        """Tabulate by segment how often its customers stay in the same company."""
        return segments_table(self.record)

    def _glance(self) -> Glance:
        return sensitivity_glance(self)


def compare(
    own: Own,
    choices: list[Choice],
    trials: list[Trial],
    *,
    smallest_cell: int = LIMIT,
) -> Sensitivity:
    """Judge every headline claim of a run under every variant.

    Parameters
    ----------
    own : Own
        The run.
    choices : list of Choice
        What was varied.
    trials : list of Trial
        One for each variant. Those that could not learn are counted and left out.
    smallest_cell : int, default=10
        Fewer customers on a border than that are not told.

    Returns
    -------
    Sensitivity

    Notes
    -----
    *Blame* is the largest main effect: the choice between whose levels the share of
    variants in which the claim holds differs most, if by at least 25 points; several
    where they tie. In a balanced design the other choices are alike at every level.
    What two choices do only together can show as the effect of a third, as in every
    design that is not run in full; ``fails_in`` lists the variants.
    """
    done = [t for t in trials if t.found is not None]
    found = [t.found for t in done if t.found is not None]
    claims = [_claim(c, choices, done) for c in claims_of(own)]
    every = [*own.order, *own.apart]
    customers, rows = company_of(own.segments, every, [a.segments for a in found])
    body: dict[str, Any] = {
        "n_variants": len(trials),
        "n_done": len(done),
        "choices": [{"name": c.name, "levels": list(c.levels)} for c in choices],
        "variants": [_variant(t) for t in trials],
        "claims": claims,
        "segments": rows,
        "stays": float(customers["stays"].mean()) if done else None,
        "border": _told_borders(rows, smallest_cell),
        "thresholds": {"blame": BLAME, "dissolved": 0.5, "border": 0.5},
    }
    return Sensitivity(body | {"sentence": _sentence(body)}, customers)


def nothing(why: str) -> Sensitivity:
    """Give the sensitivity of a run that has none, with the reason as its sentence.

    Examples
    --------
    >>> nothing("It was not asked for.").table().empty
    True
    """
    record = {"n_variants": 0, "n_done": 0, "claims": [], "segments": []}
    columns = ["customer_id", "segment_id", "stays"]
    return Sensitivity(record | {"sentence": why}, pd.DataFrame(columns=columns))


def _told_borders(rows: list[dict[str, Any]], limit: int) -> int | None:
    """Hide numbers of a few customers on a border; give the sum, if it can be told.

    Sizes of segments stand on every page, so that the others count, too.
    """
    told = [r for r in rows if r["border"] is not None]
    if not told:
        return None
    table = two_way([[r["border"], r["n"] - r["border"]] for r in told])
    fixed = np.zeros(len(table.counts), dtype=bool).reshape(len(told) + 1, 3)
    fixed[:, 2] = True
    hidden = hide(replace(table, fixed=fixed.ravel()), limit).reshape(fixed.shape)
    total = sum(r["border"] for r in told)
    for row, few in zip(told, hidden[:-1, 0], strict=True):
        row["border"] = None if few else row["border"]
    return None if hidden[-1, 0] else total


def _variant(trial: Trial) -> dict[str, Any]:
    facts = trial.found.facts if trial.found else None
    return {"choices": trial.choices, "facts": facts, "why_not": trial.why_not}


def _claim(claim: Claim, choices: list[Choice], done: list[Trial]) -> dict[str, Any]:
    figures = [claim.figure(t.found) for t in done if t.found is not None]
    holds = [bool(claim.holds(f)) for f in figures]
    effects = [_effect(c, holds, done) for c in choices]
    most = max((float(e["spread"]) for e in effects), default=0.0)
    blame = [e["choice"] for e in effects if e["spread"] == most >= BLAME]
    return {
        "name": claim.name,
        "sentence": claim.sentence,
        "holds": sum(holds),
        "of": len(holds),
        "fails_in": [
            t.choices for t, held in zip(done, holds, strict=True) if not held
        ],
        "figures": figures,
        "effects": effects,
        "blame": blame,
    }


def _effect(choice: Choice, holds: list[bool], done: list[Trial]) -> dict[str, Any]:
    levels = []
    for level in choice.levels:
        own = [
            held
            for held, t in zip(holds, done, strict=True)
            if t.choices[choice.name] == level
        ]
        levels.append({"level": level, "holds": sum(own), "of": len(own)})
    shares = [row["holds"] / row["of"] for row in levels if row["of"]]
    spread = max(shares) - min(shares) if shares else 0.0
    return {"choice": choice.name, "levels": levels, "spread": round(spread, 6)}


def _sentence(body: dict[str, Any]) -> str:
    claims, n = body["claims"], body["n_done"]
    if not n:
        return tr("None of the variants could be learned, so nothing can be compared.")
    always = sum(c["holds"] == n for c in claims)
    weakest = min(claims, key=lambda c: c["holds"])
    figures = {"claims": number(len(claims)), "variants": number(n)}
    if always < len(claims):
        head = trn(
            "{n} of {claims} headline claims hold in all {variants} variants; least "
            "often, in {fewest}: “{claim}”.",
            "{n} of {claims} headline claims hold in all {variants} variants; least "
            "often, in {fewest}: “{claim}”.",
            always,
            fewest=number(weakest["holds"]),
            claim=weakest["sentence"].rstrip(".。"),
            **figures,
        )
    else:
        head = trn(
            "{n} of {claims} headline claims hold in all {variants} variants.",
            "{n} of {claims} headline claims hold in all {variants} variants.",
            always,
            **figures,
        )
    return sentences([head, _company(body["stays"], body["border"])])


def _company(stays: float, border: int | None) -> str:
    share = percent(stays)
    if border is None:
        return tr(
            "On average a customer stays in the same company in {share} of the "
            "variants.",
            share=share,
        )
    return trn(
        "On average a customer stays in the same company in {share} of the variants; "
        "{n} stays in less than half of them.",
        "On average a customer stays in the same company in {share} of the variants; "
        "{n} stay in less than half of them.",
        border,
        share=share,
    )


def claims_table(record: dict[str, Any]) -> pd.DataFrame:
    """Tabulate the claims of a record: holds in how many, blame, share by level."""
    rows = [
        (c["sentence"], _some(c["holds"], c["of"]), _names(c), _levels(c))
        for c in record["claims"]
    ]
    return pd.DataFrame(rows, columns=list(COLUMNS))


def _names(claim: dict[str, Any]) -> str:
    if not claim["blame"]:
        always = claim["holds"] == claim["of"]
        return "" if always else trc("choice", "no single choice")
    return listed(trc("choice", NAMES.get(name, name)) for name in claim["blame"])


def _levels(claim: dict[str, Any]) -> str:
    effects = [e for e in claim["effects"] if e["choice"] in claim["blame"]]
    return semicolons(
        commas(
            colon(_level(row["level"]), _some(row["holds"], row["of"]))
            for row in effect["levels"]
        )
        for effect in effects
    )


def _some(some: int, of: int) -> str:
    return tr("{some} of {all}", some=number(some), all=number(of))


def _level(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value)


def segments_table(record: dict[str, Any]) -> pd.DataFrame:
    """Tabulate how often the customers of each segment stay in the same company."""
    rows, n = record["segments"], record["n_done"]
    table = pd.DataFrame(
        {
            header("Segment"): [r.get("name", r["segment_id"]) for r in rows],
            header("Customers"): [r["n"] for r in rows],
            header("Stay together"): [r["stays"] for r in rows],
            header("By chance"): [r["by_chance"] for r in rows],
            header("Overlap"): [r["jaccard"] for r in rows],
            header("Dissolved"): [_some(r["dissolved"], n) for r in rows],
            header("On the border"): [r["border"] for r in rows],
        }
    )
    shares = ("Stay together", "By chance", "Overlap")
    table.attrs["formats"] = dict.fromkeys(shares, "percent")
    return table

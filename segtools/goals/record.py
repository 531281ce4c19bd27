"""Readiness, bases, criteria and weights, as ``goals.json`` keeps them."""

from __future__ import annotations

from typing import Any

from segtools.config import GOAL_TEXT, RunConfig
from segtools.features.build import supported
from segtools.features.catalogue import registered
from segtools.features.shop import Shop
from segtools.goals.words import DESCRIPTORS, KNOCK_OUT, PEOPLE, RATED
from segtools.joining import commas
from segtools.languages import tr, trn
from segtools.records import digest
from segtools.wording import percent


def readiness(
    config: RunConfig, counted: dict[str, Any], shop: Shop
) -> list[dict[str, str]]:
    """Answer the five readiness questions from data and configuration.

    Parameters
    ----------
    config : RunConfig
        ``decision`` and ``readiness`` hold what only people can answer.
    counted : dict
        As `survey` gives it.
    shop : Shop
        For contact columns among the customers' attributes.

    Returns
    -------
    list of dict
        ``question``, ``answer`` (yes, no or unknown), ``evidence``, ``remedy``.
    """
    motive = config.decision.strip()
    varied = counted["customers"] >= 100 and counted["variety"] >= 0.3
    rows = [
        {
            "question": tr("Is there a decision that segments would change?"),
            "answer": "yes" if motive else "unknown",
            "evidence": motive or tr("The configuration names no decision."),
            "remedy": "" if motive else tr("Write the decision down (decision: ...)."),
        },
        {
            "question": tr("Is the customer base large and varied enough?"),
            "answer": "yes" if varied else "no",
            "evidence": trn(
                "{n} customer; spend per customer varies by {share} of its mean.",
                "{n} customers; spend per customer varies by {share} of its mean.",
                counted["customers"],
                share=percent(counted["variety"]),
            ),
            "remedy": ""
            if varied
            else tr("Treat everyone alike until there are more."),
        },
    ]
    return rows + [_people(key, config, shop) for key in PEOPLE]


def _people(key: str, config: RunConfig, shop: Shop) -> dict[str, str]:
    asked, advice = PEOPLE[key]
    question = tr(asked)
    remedy = tr(advice, key=f"readiness: {{{key}: ...}}")
    said = config.readiness.get(key, "").strip()
    if said:
        answer = "no" if said.lower() in ("no", "false") else "yes"
        return {
            "question": question,
            "answer": answer,
            "evidence": said,
            "remedy": remedy if answer == "no" else "",
        }
    evidence = tr("The data cannot answer this.")
    contacts = _contacts(shop)
    if key == "implement" and contacts:
        evidence = tr(
            "The data has contact columns ({columns}).", columns=commas(contacts)
        )
    return {
        "question": question,
        "answer": "unknown",
        "evidence": evidence,
        "remedy": remedy,
    }


def _contacts(shop: Shop) -> list[str]:
    people = shop.attributes()
    columns = [] if people is None else people.columns
    return [c for c in columns if shop.kind(c) == "contact"]


def bases(shop: Shop) -> list[dict[str, Any]]:
    """Say which bases of segmentation the data supports, and what others lack.

    Returns
    -------
    list of dict
        ``basis``, ``supported`` (every feature of it), ``features`` (that can be
        computed) and ``missing`` (columns that others need). Attributes are listed
        as descriptors: they never build segments.
    """
    usable, missing = supported(shop)
    can = {f.name for f in usable}
    rows = []
    for basis in dict.fromkeys(f.basis for f in registered()):
        if basis == "attributes":
            continue
        own = [f.name for f in registered([basis])]
        lacks = sorted({c for name in own for c in missing.get(name, [])})
        rows.append(
            {
                "basis": basis,
                "supported": any(name in can for name in own),
                "features": [name for name in own if name in can],
                "missing": lacks,
            }
        )
    people = shop.attributes()
    columns = set() if people is None else set(people.columns) - {"customer_id"}
    known = columns | {f.name for f in usable if f.basis == "attributes"}
    rows.append(
        {
            "basis": DESCRIPTORS,
            "supported": bool(known),
            "features": sorted(known),
            "missing": [] if known else ["customers"],
        }
    )
    return sorted(rows, key=lambda r: str(r["basis"]))


def goals_record(
    config: RunConfig, counted: dict[str, Any], shop: Shop
) -> dict[str, Any]:
    """Put goal, readiness, bases, criteria and weights together.

    Everything that people decide is hashed, in English, so that a later run shows
    whether the goals have moved, whatever its language.
    """
    criteria = [
        {"name": n, "kind": "knock_out", "weight": None, "rule": rule}
        for n, rule in KNOCK_OUT
    ] + [
        {"name": n, "kind": "attractiveness", "weight": w, "rule": RATED}
        for n, w in config.criteria.items()
    ]
    decided = {
        "goal": config.goal,
        "decision": config.decision,
        "criteria": criteria,
        "min_share": config.min_share,
    }
    return {
        "goal": config.goal,
        "goal_text": tr(GOAL_TEXT[config.goal]),
        "decision": config.decision,
        "population": counted,
        "readiness": readiness(config, counted, shop),
        "bases": bases(shop),
        "criteria": [c | {"rule": tr(str(c["rule"]))} for c in criteria],
        "hash": digest(decided),
    }

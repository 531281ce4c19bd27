"""Goals before data: readiness, what the data supports, criteria and weights."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import ibis
import ibis.expr.types as ir
import pandas as pd

from segtools.config import GOAL_TEXT, RunConfig
from segtools.features.build import supported
from segtools.features.catalogue import registered
from segtools.features.shop import Shop
from segtools.features.waves import GOAL as CAMPAIGN_GOAL
from segtools.features.waves import refuse_campaigns, waves
from segtools.features.words import said_basis
from segtools.languages import header, mark, markc, tr, trc, trn
from segtools.prepare.clean import kept_rows, reasoned
from segtools.prepare.merge import merge_tables
from segtools.records import digest
from segtools.schema import DataError
from segtools.timezones import epoch, instant
from segtools.wording import number, percent

KNOCK_OUT = (
    (
        markc("criterion", "homogeneous"),
        mark("Its members are alike in what matters for the goal."),
    ),
    (
        markc("criterion", "distinct"),
        mark("It differs from the other segments beyond chance."),
    ),
    (
        markc("criterion", "large enough"),
        mark("It holds at least min_share of the customers."),
    ),
    (
        markc("criterion", "matching"),
        mark("The organisation is good at what it wants."),
    ),
    (
        markc("criterion", "identifiable"),
        mark("A rule or model tells who is in it."),
    ),
    (
        markc("criterion", "reachable"),
        mark("There is a channel to its members, with consent."),
    ),
)
# Those that are weighed unless the configuration names others.
WEIGHED = (
    markc("criterion", "value"),
    markc("criterion", "growth"),
    markc("criterion", "size"),
    markc("criterion", "reach"),
)
RATED = mark("rated, weighted")
KINDS = {
    "knock_out": markc("kind of criterion", "knock out"),
    "attractiveness": markc("kind of criterion", "attractiveness"),
}
ANSWERS = {"yes": mark("yes"), "no": mark("no"), "unknown": mark("unknown")}
DESCRIPTORS = mark("attributes (descriptors only)")
_PEOPLE = {
    "implement": (
        mark("Can the organisation treat segments differently?"),
        mark("Name the system that will use the list ({key})."),
    ),
    "resources": (
        mark("Are people and budget there for as long as it takes?"),
        mark("Name owner and budget ({key})."),
    ),
    "act": (
        mark("Will decisions be taken on the result?"),
        mark("Name the decision and its date ({key})."),
    ),
}


def survey(shop: Shop) -> dict[str, Any]:
    """Count what the data holds before the origin, in one pass.

    Returns
    -------
    dict
        ``customers``, ``orders``, ``revenue`` and ``returned`` (text, to the cent;
        revenue counts returns as the policy says), ``first`` and ``last`` order (ISO,
        UTC), and ``variety``: standard deviation over mean of spend per customer.
    """
    per = _by_customer(shop)
    row = per.aggregate(
        customers=per.count(),
        orders=per.orders.sum(),
        revenue=per.spend.sum(),
        returned=per.returned.sum(),
        first=per["first"].min(),
        last=per["last"].max(),
        low=per.low.min(),
        high=per.high.max(),
        mean=per.spend.cast("float64").mean(),
        spread=per.spend.cast("float64").std(how="pop"),
    )
    row = row.to_pandas().iloc[0]
    return {
        "customers": int(row["customers"]),
        "orders": int(row["orders"]),
        "revenue": _money(row["revenue"]),
        "returned": _money(row["returned"]),
        "first": pd.Timestamp(row["first"]).isoformat(),
        "last": pd.Timestamp(row["last"]).isoformat(),
        "amounts": 1 if row["low"] == row["high"] else 2,
        "variety": _variety(float(row["spread"]), float(row["mean"])),
    }


def _by_customer(shop: Shop) -> ir.Table:
    orders = shop.orders()
    counts = ~orders.is_return if shop.returns == "separate" else ibis.literal(True)
    return orders.group_by("customer_id").aggregate(
        orders=(~orders.is_return).sum(),
        spend=orders.amount.sum(where=counts),
        returned=orders.amount.sum(where=orders.is_return),
        first=orders.ordered_at.min(),
        last=orders.ordered_at.max(),
        low=orders.amount.min(where=~orders.is_return),
        high=orders.amount.max(where=~orders.is_return),
    )


def _money(value: Any) -> str:
    return str(Decimal(0) if pd.isna(value) else value)


def _variety(spread: float, mean: float) -> float:
    return round(spread / mean, 4) if mean > 0 else 0.0


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
    return rows + [_people(key, config, shop) for key in _PEOPLE]


def _people(key: str, config: RunConfig, shop: Shop) -> dict[str, str]:
    asked, advice = _PEOPLE[key]
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
            "The data has contact columns ({columns}).", columns=", ".join(contacts)
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


def typed_shop(tables: dict[str, ir.Table], config: RunConfig, origin: int) -> Shop:
    """Make a shop of rows that pass every rule but those that compare rows."""
    judged = {n: reasoned(t, n, config, origin) for n, t in tables.items()}
    return Shop.of(merge_tables({n: kept_rows(t) for n, t in judged.items()}), config)


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
        "{customers} placed {n} order worth {money} between {first} and {last}.",
        "{customers} placed {n} orders worth {money} between {first} and {last}.",
        counted["orders"],
        customers=trn("{n} customer", "{n} customers", counted["customers"]),
        money=money,
        first=counted["first"][:10],
        last=counted["last"][:10],
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
            "{n} campaign went out: {sent} to somebody who had bought before; {held} "
            "somebody was held back.",
            "{n} campaigns went out: {sent} to somebody who had bought before; {held} "
            "somebody was held back.",
            names,
            sent=_times(got, config.smallest_cell),
            held=_times(held, config.smallest_cell),
        )
    ]


def _times(count: int, smallest_cell: int) -> str:
    if 0 < count < smallest_cell:
        return tr("fewer than {least} times", least=smallest_cell)
    return trn("{n} time", "{n} times", count)


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
        questions=" ".join(open_),
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
            header("Features"): [", ".join(r["features"]) for r in rows],
            header("Missing columns"): [", ".join(r["missing"]) for r in rows],
        }
    )


def _basis(name: str) -> str:
    return tr(DESCRIPTORS) if name == DESCRIPTORS else said_basis(name)


def bases_sentence(record: dict[str, Any]) -> str:
    """Say in one sentence how many bases the data supports."""
    rows = [r for r in record["bases"] if not r["basis"].startswith("attributes")]
    can = [said_basis(r["basis"]) for r in rows if r["supported"]]
    return trn(
        "The data supports {n} of {all} bases: {names}.",
        "The data supports {n} of {all} bases: {names}.",
        len(can),
        all=len(rows),
        names=", ".join(can),
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


def refuse_base(counted: dict[str, Any], config: RunConfig) -> None:
    """Refuse data in which no segment could ever be told from another.

    Raises
    ------
    DataError
        With a single customer, where nobody ordered within the window, where all
        orders are returns, or where every order has the same amount although the goal
        is about spend.
    """
    if counted["customers"] < 2:
        raise DataError(
            "orders must come from at least 2 customers, but there is only "
            f"{counted['customers']} before {config.as_of}. "
            "Check the column mapped to customer_id, or load more data."
        )
    last = pd.Timestamp(counted["last"], tz="UTC").timestamp()
    days = (epoch(instant(str(config.as_of), str(config.timezone))) - last) / 86_400
    if days > config.window_days:
        raise DataError(
            f"as_of must have orders in the {config.window_days} days before it, but "
            f"the last one is {days:,.0f} days older than {config.as_of}. Give an "
            "earlier as_of, a larger window_days, or later data."
        )
    if counted["orders"] == 0:
        raise DataError(
            "amount must be above zero for some orders, but all are returns. Check the "
            "column mapped to amount and its sign: returns are negative."
        )
    if config.goal == "grow_spend" and counted["amounts"] == 1:
        raise DataError(
            f"amount must differ between orders for the goal grow_spend, but all "
            f"{counted['orders']:,} orders have the same. Check the column mapped to "
            "amount; if the price really is one, set goal: keep_customers."
        )

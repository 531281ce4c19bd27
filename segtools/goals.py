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
from segtools.prepare.clean import kept_rows, reasoned
from segtools.prepare.merge import merge_tables
from segtools.records import digest
from segtools.schema import DataError
from segtools.timezones import epoch, instant
from segtools.wording import number, percent

KNOCK_OUT = (
    ("homogeneous", "Its members are alike in what matters for the goal."),
    ("distinct", "It differs from the other segments beyond chance."),
    ("large enough", "It holds at least min_share of the customers."),
    ("matching", "The organisation is good at what it wants."),
    ("identifiable", "A rule or model tells who is in it."),
    ("reachable", "There is a channel to its members, with consent."),
)
_PEOPLE = {
    "implement": (
        "Can the organisation treat segments differently?",
        "Name the system that will use the list (readiness: {implement: ...}).",
    ),
    "resources": (
        "Are people and budget there for as long as it takes?",
        "Name owner and budget (readiness: {resources: ...}).",
    ),
    "act": (
        "Will decisions be taken on the result?",
        "Name the decision and its date (readiness: {act: ...}).",
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
            "question": "Is there a decision that segments would change?",
            "answer": "yes" if motive else "unknown",
            "evidence": motive or "The configuration names no decision.",
            "remedy": "" if motive else "Write the decision down (decision: ...).",
        },
        {
            "question": "Is the customer base large and varied enough?",
            "answer": "yes" if varied else "no",
            "evidence": f"{number(counted['customers'])} customers; spend per customer "
            f"varies by {percent(counted['variety'])} of its mean.",
            "remedy": "" if varied else "Treat everyone alike until there are more.",
        },
    ]
    return rows + [_people(key, config, shop) for key in _PEOPLE]


def _people(key: str, config: RunConfig, shop: Shop) -> dict[str, str]:
    question, remedy = _PEOPLE[key]
    said = config.readiness.get(key, "").strip()
    if said:
        answer = "no" if said.lower() in ("no", "false") else "yes"
        return {
            "question": question,
            "answer": answer,
            "evidence": said,
            "remedy": remedy if answer == "no" else "",
        }
    evidence = "The data cannot answer this."
    contacts = _contacts(shop)
    if key == "implement" and contacts:
        evidence = f"The data has contact columns ({', '.join(contacts)})."
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
            "basis": "attributes (descriptors only)",
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

    Everything that people decide is hashed, so that a later run shows whether the
    goals have moved.
    """
    criteria = [
        {"name": n, "kind": "knock_out", "weight": None, "rule": rule}
        for n, rule in KNOCK_OUT
    ] + [
        {"name": n, "kind": "attractiveness", "weight": w, "rule": "rated, weighted"}
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
        "goal_text": GOAL_TEXT[config.goal],
        "decision": config.decision,
        "population": counted,
        "readiness": readiness(config, counted, shop),
        "bases": bases(shop),
        "criteria": criteria,
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
    return (
        f"{number(counted['customers'])} customers placed "
        f"{number(counted['orders'])} orders worth "
        f"{money} between {counted['first'][:10]} and {counted['last'][:10]}."
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

    def told(count: int) -> str:
        few = 0 < count < config.smallest_cell
        return f"fewer than {config.smallest_cell}" if few else number(count)

    return [
        f"{number(names)} campaign{'s' * (names != 1)} went out: {told(got)} times to "
        f"somebody who had bought before; {told(held)} times somebody was held back."
    ]


def readiness_sentence(record: dict[str, Any]) -> str:
    """Say in one sentence what still stands in the way."""
    open_ = [r["question"] for r in record["readiness"] if r["answer"] != "yes"]
    if not open_:
        return "All five questions are answered with yes."
    return f"{len(open_)} of 5 questions are open: {' '.join(open_)}"


def bases_table(record: dict[str, Any]) -> pd.DataFrame:
    """Tabulate which bases the data supports and what is missing."""
    return pd.DataFrame(
        {
            "Basis": [r["basis"] for r in record["bases"]],
            "Supported": ["yes" if r["supported"] else "no" for r in record["bases"]],
            "Features": [", ".join(r["features"]) for r in record["bases"]],
            "Missing columns": [", ".join(r["missing"]) for r in record["bases"]],
        }
    )


def bases_sentence(record: dict[str, Any]) -> str:
    """Say in one sentence how many bases the data supports."""
    rows = [r for r in record["bases"] if not r["basis"].startswith("attributes")]
    can = [r["basis"] for r in rows if r["supported"]]
    return f"The data supports {len(can)} of {len(rows)} bases: {', '.join(can)}."


def criteria_table(record: dict[str, Any]) -> pd.DataFrame:
    """Tabulate the criteria that will judge segments, with their weights."""
    return pd.DataFrame(
        {
            "Criterion": [r["name"] for r in record["criteria"]],
            "Kind": [r["kind"].replace("_", " ") for r in record["criteria"]],
            "Weight": [r["weight"] for r in record["criteria"]],
            "Rule": [r["rule"] for r in record["criteria"]],
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

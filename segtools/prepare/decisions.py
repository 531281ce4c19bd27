"""What the company decided about its data, and what each decision concerns."""

from __future__ import annotations

from typing import Any

import ibis
import ibis.expr.types as ir
import pandas as pd

from segtools.config import RunConfig
from segtools.joining import bracketed, commas
from segtools.languages import header, markn, tr, trc, trn
from segtools.prepare.clean import Cleaned
from segtools.prepare.compare import huge_limit, order_totals, with_original
from segtools.prepare.rules import SET_ASIDE
from segtools.prepare.settle import GUEST
from segtools.schema import ORDER_TABLES
from segtools.wording import listed, number, plain

# Names that are often no products. They are only counted: a company must name them.
_SUSPECTS = (
    r"^(postage|shipping|delivery|porto|versand(kosten)?|frais de port|tip|"
    r"bank charges)$|gift ?card|gutschein|carte cadeau|deposit|pfand"
)
_WHAT = {
    "returns": markn("{n} row is returned goods.", "{n} rows are returned goods."),
    "unmatched_returns": markn(
        "{n} return has no order before it in the data.",
        "{n} returns have no order before them in the data.",
    ),
    "cancellations": markn(
        "{n} row belongs to an order that was cancelled by then.",
        "{n} rows belong to orders that were cancelled by then.",
    ),
    "test_orders": markn(
        "{n} row is marked as a test.", "{n} rows are marked as tests."
    ),
    "internal_customers": markn(
        "{n} row is of staff, tests or system accounts.",
        "{n} rows are of staff, tests or system accounts.",
    ),
    "guests": markn("{n} row names nobody.", "{n} rows name nobody."),
    "non_products": markn(
        "{n} line is named as no product.", "{n} lines are named as no products."
    ),
    "duplicates": markn(
        "{n} row equals another one in every column.",
        "{n} rows equal another one in every column.",
    ),
    "zero_prices": markn(
        "{n} row has an amount of zero.", "{n} rows have an amount of zero."
    ),
    "negative_amounts": markn(
        "{n} row is negative without being marked as a return.",
        "{n} rows are negative without being marked as returns.",
    ),
    "huge_orders": markn(
        "{n} order is far above all others.", "{n} orders are far above all others."
    ),
    "exchange_rates": markn("{n} row was converted.", "{n} rows were converted."),
    "unmatched": markn(
        "{n} row is of a person who matches no customer.",
        "{n} rows are of people who match no customer.",
    ),
}


def decisions(cleaned: Cleaned, config: RunConfig) -> list[dict[str, Any]]:
    """Count what each cleaning decision concerns, whichever way it was taken.

    Parameters
    ----------
    cleaned : Cleaned
    config : RunConfig

    Returns
    -------
    list of dict
        One a decision: ``parameter``, ``value``, ``rows`` before the origin that it
        concerns, their ``money`` as it was read (text; null where nothing is
        concerned) and a ``sentence``.
    """
    main = next(n for n in ORDER_TABLES if n in cleaned.judged)
    judged = cleaned.judged[main]
    before = judged.filter((judged.reason != SET_ASIDE).fill_null(True))
    lines = cleaned.judged.get("order_lines", judged)
    counts = _counted(before, _concerns(before))
    counts |= _counted(lines, {"non_products": lines.reason == "non_product"})
    counts["unmatched_returns"] = _unmatched_returns(before)
    counts["huge_orders"] = _huge(before, config)
    rows = sum(r["rows"] for r in cleaned.rules if r["rule"] == "no_match")
    counts["unmatched"] = (rows, None)
    return [_row(p, config, *counts[p]) for p in _WHAT]


def _concerns(rows: ir.Table) -> dict[str, ir.Value]:
    there = set(rows.columns)
    never = ibis.literal(False)
    return {
        "returns": rows.is_return,
        "cancellations": rows.cancelled_at.notnull()
        if "cancelled_at" in there
        else never,
        "test_orders": rows.is_test if "is_test" in there else never,
        "internal_customers": rows.reason == "internal",
        "guests": rows.customer_id.isnull() | rows.customer_id.startswith(GUEST),
        "duplicates": rows.reason == "duplicate",
        "zero_prices": ~rows.is_return & (rows.raw_amount == 0),
        "negative_amounts": rows.unmarked,
        "exchange_rates": rows.converted,
    }


def _counted(
    rows: ir.Table, concerns: dict[str, ir.Value]
) -> dict[str, tuple[int, Any]]:
    flagged = rows.select(
        rows.raw_amount, **{p: c.fill_null(False) for p, c in concerns.items()}
    )
    sums = {p: flagged[p].sum() for p in concerns}
    money = {f"{p}_money": flagged.raw_amount.sum(where=flagged[p]) for p in concerns}
    row = flagged.aggregate(**sums, **money).to_pandas().iloc[0]
    return {p: (_whole(row[p]), row[f"{p}_money"]) for p in concerns}


def _unmatched_returns(before: ir.Table) -> tuple[int, Any]:
    valid = before.reason.isnull() | (before.reason == "unmatched_return")
    matched = with_original(before.filter(valid))
    lost = matched.filter(~matched.matched_return)
    row = lost.aggregate(rows=lost.count(), money=lost.raw_amount.sum())
    found = row.to_pandas().iloc[0]
    return _whole(found["rows"]), found["money"]


def _huge(before: ir.Table, config: RunConfig) -> tuple[int, Any]:
    # As read: after a cut nothing is huge any more.
    valid = before.reason.isnull() | (before.reason == "huge_order")
    rows = before.filter(valid)
    totals = order_totals(rows.mutate(amount=rows.raw_amount))
    limit = huge_limit(totals, config.huge_times)
    if limit is None:
        return 0, None
    huge = totals.filter(totals.total > limit)
    row = huge.aggregate(rows=huge.count(), money=huge.total.sum()).to_pandas().iloc[0]
    return _whole(row["rows"]), row["money"]


def _whole(value: Any) -> int:
    return 0 if pd.isna(value) else int(value)


def _row(parameter: str, config: RunConfig, rows: int, money: Any) -> dict[str, Any]:
    value = getattr(config, parameter)
    known = bool(rows) and not pd.isna(money)
    return {
        "parameter": parameter,
        "value": value,
        "rows": rows,
        "money": str(money) if known else None,
        "sentence": trn(*_WHAT[parameter], rows),
    }


def suspects(cleaned: Cleaned, most: int = 10) -> list[dict[str, Any]]:
    """List kept products whose names are often none, for `non_products`.

    Returns
    -------
    list of dict
        ``product``, ``rows`` and ``money``, the most frequent first.
    """
    lines = cleaned.tables.get("order_lines")
    if lines is None:
        return []
    name = lines.product if "product" in lines.columns else lines.product_id
    named = lines.mutate(product=name.fill_null(lines.product_id))
    found = named.filter(named.product.lower().strip().re_search(_SUSPECTS))
    grouped = found.group_by("product").aggregate(
        rows=found.count(), money=found.amount.sum()
    )
    top = grouped.order_by(ibis.desc("rows"), "product").limit(most).to_pandas()
    return [
        {"product": r.product, "rows": int(r.rows), "money": str(r.money)}
        for r in top.itertuples()
    ]


def suspects_sentence(found: list[dict[str, Any]]) -> str:
    """Name the products that may be none, or say that there are none.

    Examples
    --------
    >>> suspects_sentence([{"product": "Gift card", "rows": 3, "money": "60.00"}])
    'These may be no products: Gift card (3). Name them under non_products if so.'
    """
    if not found:
        return tr("No product is named like postage, a gift card or a deposit.")
    named = listed(bracketed(plain(r["product"]), number(r["rows"])) for r in found)
    return tr(
        "These may be no products: {products}. Name them under non_products if so.",
        products=named,
    )


def decisions_table(record: list[dict[str, Any]]) -> pd.DataFrame:
    """Tabulate the decisions: what, how, rows and money that it concerns."""
    table = pd.DataFrame(
        {
            header("Decision"): [r["parameter"] for r in record],
            header("Taken"): [shown(r["value"]) for r in record],
            header("Rows"): [r["rows"] for r in record],
            header("Money"): [
                float(r["money"]) if r["money"] else None for r in record
            ],
            header("What it concerns"): [r["sentence"] for r in record],
        }
    )
    table.attrs["formats"] = {"Money": ".2f"}
    return table


def shown(value: Any) -> str:
    """Write the value of a decision on one line."""
    if not isinstance(value, dict | list):
        return str(value)
    if isinstance(value, dict):
        value = [f"{code}: {rate:g}" for code, rate in value.items()]
    return commas(value) or trc("decision", "none")

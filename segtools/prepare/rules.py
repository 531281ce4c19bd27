"""The rules that a row must pass, each with the sentence that explains it."""

from __future__ import annotations

from dataclasses import dataclass

import ibis
import ibis.expr.types as ir

from segtools.schema import MONEY, Table

SET_ASIDE = "set_aside"


@dataclass(frozen=True)
class Rule:
    """Why a row is not kept: the contract is broken, or a policy leaves it out."""

    kind: str
    sentence: str


RULES: dict[str, Rule] = {
    "no_time": Rule("contract", "The time of the order is missing or unreadable."),
    "unreadable": Rule("contract", "A number, time or yes/no cannot be read."),
    "no_customer": Rule("contract", "Nobody is named as the customer."),
    "no_amount": Rule("contract", "The amount is missing."),
    "no_product": Rule("contract", "The product is missing."),
    "twice": Rule("contract", "The customer stands in the table more than once."),
    "duplicate": Rule("policy", "The row equals another one in every column."),
    "return_dropped": Rule("policy", "Returned goods are left out (returns: drop)."),
}
_MISSING = {
    "customer_id": "no_customer",
    "amount": "no_amount",
    "product_id": "no_product",
}


def settle_returns(table: ir.Table) -> tuple[ir.Table, ir.Value]:
    """Give every return ``is_return`` and a negative amount.

    Parameters
    ----------
    table : ibis Table
        With ``amount`` and perhaps ``is_return``.

    Returns
    -------
    table : ibis Table
        With both columns settled.
    changed : ibis boolean column
        True where the amount of a return was positive and has been turned.
    """
    said = table.is_return if "is_return" in table.columns else ibis.literal(False)
    is_return = said.fill_null(False) | (table.amount < 0).fill_null(False)
    turned = is_return & (table.amount > 0).fill_null(False)
    amount = ibis.ifelse(turned, -table.amount, table.amount).cast(MONEY)
    settled = table.mutate(is_return=is_return, amount=amount, turned=turned)
    return settled, settled.turned


def reason(table: ir.Table, contract: Table, origin: int, returns: str) -> ir.Value:
    """Say of each row why it is not kept, or null; later rows are not judged.

    Parameters
    ----------
    table : ibis Table
        Typed rows with ``unreadable``.
    contract : Table
        Which columns a row needs.
    origin : int
        Seconds since 1970; rows from this instant on are set aside first of all.
    returns : str
        The returns policy.
    """
    cases: list[tuple[ir.Value, str]] = []
    if contract.time:
        time = table[contract.time]
        cases += [(time.isnull(), "no_time")]
        cases += [(time.epoch_seconds() >= origin, SET_ASIDE)]
    cases += [(table.unreadable.notnull(), "unreadable")]
    cases += [
        (table[column].isnull(), rule)
        for column, rule in _MISSING.items()
        if column in contract.required
    ]
    if returns == "drop" and contract.time:
        cases += [(table.is_return, "return_dropped")]
    return ibis.cases(*cases, else_=ibis.null("string"))

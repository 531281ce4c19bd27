"""Stripe: payments and customers, as the dashboard exports them."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, Literal

import ibis
import ibis.expr.types as ir
from pydantic import BaseModel, ConfigDict, Field

from segtools.config import DataFile, TableFile, checked
from segtools.schema import MONEY, TABLES, Table
from segtools.sources import NEVER, Opened, Tables, land, source
from segtools.sources.formats.headers import column, find_columns, normal
from segtools.sources.formats.raw import raw_table
from segtools.sources.formats.text import typed
from segtools.sources.people.keys import email_key, phone_key

PAYMENTS = {
    "order_id": ["id"],
    "ordered_at": ["Created date (UTC)", "Created (UTC)", "Created"],
    "amount": ["Amount"],
    "refunded": ["Amount Refunded"],
    "currency": ["Currency"],
    "status": ["Status"],
    "mode": ["Mode"],
    "customer_id": ["Customer ID", "Customer"],
    "email": ["Customer Email", "Email"],
}
CUSTOMERS = {
    "customer_id": ["id", "Customer ID"],
    "email": ["Email"],
    "name": ["Name"],
    "phone": ["Phone"],
    "description": ["Description"],
    "created": ["Created date (UTC)", "Created (UTC)", "Created"],
    "currency": ["Currency"],
    "delinquent": ["Delinquent"],
    "total_spend": ["Total Spend"],
}
# A payment as the file has it: an order with its refund in the same row.
PAYMENT = Table(
    time="ordered_at",
    required={"ordered_at": "timestamp", "amount": MONEY},
    optional={"refunded": MONEY, "is_test": "boolean"},
)
# Stripe has no smaller unit of these, and thousandths of those. (Of ISK and UGX it
# still counts hundredths.)
ZERO_DECIMAL = (
    *("BIF", "CLP", "DJF", "GNF", "JPY", "KMF", "KRW", "MGA"),
    *("PYG", "RWF", "VND", "VUV", "XAF", "XOF", "XPF"),
)
THREE_DECIMAL = ("BHD", "IQD", "JOD", "KWD", "OMR", "TND")


class StripeBlock(BaseModel):
    """What ``source`` holds where ``system: stripe``."""

    model_config = ConfigDict(extra="forbid")

    payments: DataFile = Field(description="the payments export")
    customers: DataFile | None = Field(None, description="the customers export")
    statuses: list[str] = Field(
        ["Paid", "Succeeded"], description="of payments that count; case aside"
    )
    minor_units: bool = Field(
        False, description="amounts are in cents, as the API has them"
    )
    decimal: Literal[".", ","] = Field(".", description="decimal mark of amounts")


@source("stripe")
def read(con: ibis.BaseBackend, options: dict[str, Any], timezone: str) -> Opened:
    """Read the payments export, and the customers export where there is one.

    ``orders`` has a row a payment: its amount is what was charged, with tax and
    shipping, and it has no lines, since a payment is no basket. A refund is a return
    at the payment's own time, because the export does not date it. Times are UTC,
    whatever the project's zone. The headers are those of public importers; Stripe
    lets its users choose columns, so that they are matched by name.

    Parameters
    ----------
    con : ibis backend
        A DuckDB.
    options : dict
        The keys of `StripeBlock`.
    timezone : str
        The project's zone; not needed here.

    Returns
    -------
    Opened
        ``orders`` and perhaps ``customers``.
    """
    block = checked(StripeBlock, options, "source")
    payments = _payments(con, block)
    fixed = (
        {}
        if block.customers is None
        else {"customers": _customers(con, block.customers)}
    )

    def at(origin: int) -> Tables:
        return {"orders": _orders(payments, origin)} | fixed

    notes = [
        "Stripe payments are money without baskets: amounts include tax and shipping, "
        "and refunds count at the time of the payment."
    ]
    return Opened(at(NEVER), at=at, notes=notes, read_as={"orders": "ISO 8601 in UTC"})


def _payments(con: ibis.BaseBackend, block: StripeBlock) -> ir.Table:
    """Type the payments under our names; those that do not count say so."""
    raw = raw_table(con, block.payments, "payments")
    found = find_columns(
        raw,
        PAYMENTS,
        required=["order_id", "ordered_at", "amount", "currency", "status"],
        table="stripe.payments",
        what="a Stripe payments export",
    )
    cells = {key: column(raw, found, key) for key in PAYMENTS}
    status, mode, email = (cells.pop(key) for key in ("status", "mode", "email"))
    paid = status.lower().isin([s.strip().lower() for s in block.statuses])
    text = raw.select(
        **cells | {"currency": cells["currency"].upper()},
        is_test=mode.lower() == "test",
        by_email=email_key(email),
        excluded=ibis.ifelse(paid.fill_null(False), ibis.null("string"), "unpaid"),
    )
    file = TableFile(path="", decimal=block.decimal)
    payments = typed(text, {c: c for c in text.columns}, PAYMENT, file, "UTC")
    if block.minor_units:
        payments = _in_major_units(payments)
    return land(con, payments, "payments")


def _in_major_units(payments: ir.Table) -> ir.Table:
    """Turn cents, fils and whole yen into the units that people count in."""
    unit = ibis.cases(
        (payments.currency.isin(ZERO_DECIMAL), Decimal("1")),
        (payments.currency.isin(THREE_DECIMAL), Decimal("0.001")),
        else_=Decimal("0.01"),
    ).cast("decimal(4, 3)")
    amounts = {c: (payments[c] * unit).cast(MONEY) for c in ("amount", "refunded")}
    return payments.mutate(**amounts)


def _orders(payments: ir.Table, origin: int) -> ir.Table:
    """Make a row of each payment and of each refund; copies are marked."""
    later = (payments.ordered_at.epoch_seconds() >= origin).fill_null(False)
    # A refund only grows, so that the copy with more of it is the younger one. Rows
    # from the origin on are copies of each other, never of earlier ones.
    copies = ibis.window(
        group_by=[payments.order_id, later],
        order_by=[
            payments.ordered_at.isnull(),
            payments.unreadable.notnull(),
            payments.refunded.fill_null(0).desc(),
            payments.excluded.notnull(),
            *(payments[c] for c in sorted(payments.columns)),
        ],
    )
    copy = payments.order_id.notnull() & (ibis.row_number().over(copies) > 0)
    marked = payments.mutate(excluded=copy.ifelse("repeated", payments.excluded))
    charges = marked.mutate(is_return=False, returned_order_id=ibis.null("string"))
    refunds = marked.filter(marked.refunded.fill_null(0) != 0).mutate(
        amount=-marked.refunded.abs(),
        is_return=True,
        returned_order_id=marked.order_id,
    )
    return charges.union(refunds).drop("refunded")


def _customers(con: ibis.BaseBackend, file: DataFile) -> ir.Table:
    raw = raw_table(con, file, "customers")
    found = find_columns(
        raw,
        CUSTOMERS,
        required=["customer_id", "email"],
        table="stripe.customers",
        what="a Stripe customers export",
    )
    # What is known of a customer's card describes no customer.
    cards = [c for c in raw.columns if normal(c).startswith(("card", "defaultcard"))]
    text = TableFile(path="")
    table = typed(raw.drop(*cards), found, TABLES["customers"], text, "UTC")
    keys = {"by_email": email_key(table.email)}
    if "phone" in found:
        keys["by_phone"] = phone_key(table.phone)
    return table.mutate(**keys)

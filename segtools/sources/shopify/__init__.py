"""Shopify: the exports of orders and of customers, as the shop's admin writes them."""

from __future__ import annotations

from typing import Any

import ibis
from pydantic import BaseModel, ConfigDict, Field, field_validator

from segtools.config import DataFile, checked
from segtools.sources import NEVER, Opened, Tables, source
from segtools.sources.shopify.customers import read_customers
from segtools.sources.shopify.orders import (
    gather_orders,
    order_lines,
    read_rows,
    refuse_two_ids,
    with_refunds,
)

_NOTES = [
    "The amount of an order is its Subtotal: after discounts, without shipping, with "
    "or without tax as the shop sets its prices.",
    "Shopify exports no dates of refunds: a refund stands at the time of its order, "
    "up to the order's Subtotal.",
]


class ShopifyBlock(BaseModel):
    """What ``source:`` takes for Shopify."""

    model_config = ConfigDict(extra="forbid")

    orders: DataFile = Field(description="the orders export")
    customers: DataFile | None = Field(None, description="the customers export")
    statuses: list[str] = Field(
        ["paid", "partially_paid", "partially_refunded"],
        description="Financial Status of the orders that count",
    )

    @field_validator("statuses")
    @classmethod
    def _statuses(cls, value: list[str]) -> list[str]:
        if not value:
            raise ValueError(
                "must name a Financial Status that counts, but it is empty. Write it "
                "like [paid, partially_refunded]"
            )
        return value


@source("shopify")
def read(con: ibis.BaseBackend, options: dict[str, Any], timezone: str) -> Opened:
    """Open Shopify's exports of orders and, if there is one, of customers.

    The orders export has one row a line item; only one row of an order has the
    order's own fields. Out come ``orders`` (a row an order and a row a refund),
    ``order_lines`` and ``customers``.

    Parameters
    ----------
    con : ibis backend
        A DuckDB.
    options : dict
        ``orders`` and ``customers``, each `{path: ...}`, and ``statuses``.
    timezone : str
        IANA zone of times without an offset; Shopify writes them with one.

    Returns
    -------
    Opened
        Amounts are Subtotals, refunds are negative rows at the time of their order,
        and lines add up to the Subtotal. An order belongs to its e-mail, else its
        phone, else its billing phone; there is no customer id in it.

    Raises
    ------
    DataError
        If a file is not that export, or (at an origin) if one order name stands
        for two ids.

    Notes
    -----
    Headers and types are those of a real export of 2026, and for customers of
    fixtures that agree with each other; see ``docs/sources/shopify.md``.
    """
    keys = checked(ShopifyBlock, options, "source")
    rows = read_rows(con, keys.orders, timezone)
    people = {}
    if keys.customers is not None:
        people["customers"] = read_customers(con, keys.customers, timezone)

    def tables(origin: int) -> Tables:
        # Rows from the origin on are never compared with earlier ones.
        later = (rows.created_at.epoch_seconds() >= origin).fill_null(False)
        sided = rows.mutate(later=later)
        orders = gather_orders(sided, keys.statuses)
        lines = order_lines(sided, orders)
        return {"orders": with_refunds(orders), "order_lines": lines} | people

    def at(origin: int) -> Tables:
        refuse_two_ids(rows, origin)
        return tables(origin)

    read_as = dict.fromkeys(("orders", "order_lines"), "ISO 8601")
    return Opened(
        tables=tables(NEVER),
        at=at,
        distinct=frozenset({"orders", "order_lines"}),
        notes=list(_NOTES),
        read_as=read_as,
    )

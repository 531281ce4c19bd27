"""Settle each row by itself: the sign of returns, one currency, guests' ids."""

from __future__ import annotations

from decimal import Decimal

import ibis
import ibis.expr.types as ir

from segtools.config import RunConfig
from segtools.schema import MONEY

_PAID = ("amount", "raw_amount", "unit_price")
_MONEY_COLUMNS = (*_PAID, "discount", "coupon_discount", "cost")
# What settling adds: the amount as it was read (in the one currency, or sums of it
# would mean nothing), and what was done to the row.
ADDED = ("raw_amount", "unmarked", "turned", "converted")
GUEST = "guest "


def settle(table: ir.Table, config: RunConfig, origin: int) -> ir.Table:
    """Settle the rows of ``orders`` or ``order_lines``, each by itself.

    Parameters
    ----------
    table : ibis Table
        Typed rows with ``amount``.
    config : RunConfig
        ``negative_amounts``, ``currency``, ``exchange_rates`` and ``guests``.
    origin : int
        UTC seconds; a cancellation from then on is not known yet.

    Returns
    -------
    ibis Table
        Every return with ``is_return`` and a negative amount, money in one currency
        where there are rates, and the columns `ADDED`.
    """
    table = _with_returns(table, config.negative_amounts)
    table = _converted(table, config)
    if "cancelled_at" in table.columns:
        known = table.cancelled_at.epoch_seconds() < origin
        table = table.mutate(cancelled_at=known.ifelse(table.cancelled_at, None))
    if config.guests == "each" and "order_id" in table.columns:
        own = table.customer_id.coalesce(ibis.literal(GUEST) + table.order_id)
        table = table.mutate(customer_id=own)
    return table


def _with_returns(table: ir.Table, negative_amounts: str) -> ir.Table:
    said = table.is_return if "is_return" in table.columns else ibis.literal(False)
    said = said.fill_null(False)
    unmarked = ~said & (table.amount < 0).fill_null(False)
    is_return = said | unmarked if negative_amounts == "return" else said
    turned = is_return & (table.amount > 0).fill_null(False)
    amount = ibis.ifelse(turned, -table.amount, table.amount).cast(MONEY)
    if "cost" in table.columns:
        # What came back is no longer spent: its cost has the sign of its amount.
        cost = ibis.ifelse(is_return, -table.cost.abs(), table.cost)
        table = table.mutate(cost=cost.cast(MONEY))
    return table.mutate(
        raw_amount=table.amount,
        amount=amount,
        is_return=is_return,
        turned=turned,
        unmarked=unmarked,
    )


def _converted(table: ir.Table, config: RunConfig) -> ir.Table:
    if not config.exchange_rates or "currency" not in table.columns:
        return table.mutate(converted=ibis.literal(False))
    code = table.currency.upper()
    rate = ibis.cases(
        *((code == c.upper(), _rate(r)) for c, r in config.exchange_rates.items()),
        else_=_rate(1),
    )
    money = {
        c: (table[c] * rate).cast(MONEY) for c in _MONEY_COLUMNS if c in table.columns
    }
    converted = code.isin([c.upper() for c in config.exchange_rates])
    currency = converted.ifelse(config.currency, code)
    return table.mutate(converted=converted, **money).mutate(currency=currency)


def _rate(value: float) -> ir.Value:
    return ibis.literal(Decimal(str(value))).cast("decimal(18, 8)")

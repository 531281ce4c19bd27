"""A shop: kept tables, how to read them, and how they stood at an earlier origin."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace

import ibis
import ibis.expr.types as ir

from segtools.attributes import attribute_kind
from segtools.config import RunConfig
from segtools.prepare.ledger import build_orders
from segtools.schema import contract_of
from segtools.timezones import timestamp_of


@dataclass(frozen=True)
class Shop:
    """Kept tables and how to read them: the zone and what returns count against.

    Attributes
    ----------
    tables : dict of ibis Tables
    timezone : str
        IANA name of the shop's zone.
    returns, net_against, cancellations : str
        The policies of the same names in the configuration.
    kinds : dict
        Kinds of attributes that somebody has said, by name.
    again : callable, optional
        From an origin (UTC seconds) to the tables as they would have been cleaned
        then; where it is not given, rows from the origin on are cut off `tables`.
    rows_are_orders : bool
        Each row of ``orders`` is known to be an order of its own, so that nothing
        has to be put together; the results are the same, only sooner.
    country : str
        Whose public holidays count, such as ``DE``; without it there are none.
    """

    tables: dict[str, ir.Table]
    timezone: str
    returns: str = "net"
    net_against: str = "customer"
    cancellations: str = "drop"
    kinds: dict[str, str] = field(default_factory=dict)
    again: Callable[[int], dict[str, ir.Table]] | None = None
    rows_are_orders: bool = False
    country: str = ""

    @classmethod
    def of(
        cls,
        tables: dict[str, ir.Table],
        config: RunConfig,
        again: Callable[[int], dict[str, ir.Table]] | None = None,
        *,
        rows_are_orders: bool = False,
    ) -> Shop:
        """Make a shop with the policies of a configuration."""
        return cls(
            tables,
            str(config.timezone),
            config.returns,
            config.net_against,
            config.cancellations,
            config.attribute_kinds,
            again,
            rows_are_orders,
            config.country,
        )

    def before(self, origin: int) -> Shop:
        """Give the shop as it stood at `origin`: no row from then on is left."""
        tables = self.again(origin) if self.again else self.tables
        cut = {name: _cut(t, name, origin) for name, t in tables.items()}
        return replace(self, tables=cut, again=None)

    def orders(self) -> ir.Table:
        """Group the rows into orders and returns, by the shop's policies."""
        return build_orders(
            self.tables,
            net_against=self.net_against,
            cancellations=self.cancellations,
            rows_are_orders=self.rows_are_orders,
        )

    def attributes(self) -> ir.Table | None:
        """Give one row per customer of attributes, those of their account beside."""
        people, accounts = self.tables.get("customers"), self.tables.get("accounts")
        if people is None or accounts is None:
            only = accounts if people is None else people
            return only if only is None else _without_date(only)
        people, accounts = _without_date(people), _without_date(accounts)
        more = [c for c in accounts.columns if c not in people.columns]
        firm = accounts.select("customer_id", *more)
        joined = people.outer_join(firm, "customer_id")
        who = joined.customer_id.coalesce(joined.customer_id_right)
        return joined.mutate(customer_id=who).drop("customer_id_right")

    def kind(self, attribute: str) -> str:
        """Give the kind of an attribute, said or guessed; ids and dates have none."""
        if attribute.endswith(("customer_id", "account_id", "valid_from")):
            return "id"
        return attribute_kind(attribute, self.kinds)


def _without_date(rows: ir.Table) -> ir.Table:
    return rows.drop(*[c for c in rows.columns if c == "valid_from"])


def _cut(table: ir.Table, name: str, origin: int) -> ir.Table:
    time = contract_of(name).time
    if time is None or time not in table.columns:
        return table
    early = (table[time] < timestamp_of(origin)) | table[time].isnull()
    if "cancelled_at" not in table.columns:
        return table.filter(early)
    # What will be cancelled later is not cancelled yet.
    known = table.cancelled_at < timestamp_of(origin)
    own = known.ifelse(table.cancelled_at, ibis.null(table.cancelled_at.type()))
    return table.filter(early).mutate(cancelled_at=own)

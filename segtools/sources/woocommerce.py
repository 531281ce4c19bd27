"""WooCommerce: orders of the REST API or of Analytics, and the customers report."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import duckdb
import ibis
import ibis.expr.datatypes as dt
import ibis.expr.types as ir
from pydantic import BaseModel, ConfigDict, Field

from segtools.config import DataFile, TableFile, checked
from segtools.schema import MONEY, TABLES, ConfigError, DataError, Table
from segtools.sources import NEVER, Opened, Tables, engine_said, land, source
from segtools.sources.formats.headers import column, find_columns, normal
from segtools.sources.formats.objects import MappedFile, mapped
from segtools.sources.formats.raw import data_files, literal, raw_table
from segtools.sources.formats.text import shaped, typed
from segtools.sources.formats.whole import suffix
from segtools.sources.people.keys import email_key, phone_key

_JSON = {".json", ".jsonl", ".ndjson"}
# What is read of an order of the REST API: text, and as JSON what nests.
_TEXT = {
    "order_id": "id",
    "ordered_at": "date_created_gmt",
    "modified_at": "date_modified_gmt",
    "status": "status",
    "currency": "currency",
    "customer_id": "customer_id",
    "total": "total",
    "shipping": "shipping_total",
    "tax": "total_tax",
    "discount": "discount_total",
}
_NESTED = ("billing", "line_items", "refunds", "coupon_lines")
_ADDRESS = ("email", "phone", "country", "state", "city", "postcode")
ORDER = Table(
    time="ordered_at",
    required={"ordered_at": "timestamp", "total": MONEY},
    optional={"modified_at": "timestamp"}
    | dict.fromkeys(("shipping", "tax", "discount"), MONEY),
)
# Labels stand in the shop's language: here English, German, French and Spanish.
ANALYTICS = {
    "ordered_at": ["Date", "Datum", "Fecha"],
    "order_id": [
        *("Order #", "Bestellung #", "Bestellnr.", "Bestellnummer", "Commande #"),
        *("Commande n°", "N° de commande", "Pedido #", "Nº de pedido", "N.º de pedido"),
    ],
    "status": ["Status", "État", "Statut", "Estado"],
    "customer": ["Customer", "Kunde", "Client", "Cliente"],  # codespell:ignore cliente
    "amount": ["Net Sales", "Nettoumsatz", "Ventes nettes", "Ventas netas"],
}
REPORT = {
    "customer_id": ["user_id"],
    "lookup_id": ["id"],
    "email": ["Email", "E-Mail-Adresse", "Correo electrónico"],
    "name": ["Name", "Nom", "Nombre"],
    "username": ["Username", "Benutzername", "Identifiant", "Nombre de usuario"],
    "date_registered": ["Sign Up", "date_registered"],
    "date_last_active": ["Last Active", "date_last_active"],
    "orders_count": ["Orders", "orders_count", "Bestellungen", "Commandes", "Pedidos"],
    "total_spend": ["Total Spend", "Gesamtausgaben", "Total dépensé", "Gasto total"],
    "avg_order_value": ["AOV", "avg_order_value"],
    "country": ["Country / Region", "country", "Land / Region", "Pays / Région"],
    "city": ["City", "Stadt", "Ort", "Ville", "Ciudad"],
    "state": ["Region", "state", "Région", "Región"],
    "postcode": ["Postal Code", "postcode", "Postleitzahl", "Code postal"],
}
LABELS = {
    "orders": (ANALYTICS, "a WooCommerce orders export"),
    "customers": (REPORT, "a WooCommerce customers report"),
}


class WooCommerceBlock(BaseModel):
    """What ``source`` holds where ``system: woocommerce``."""

    model_config = ConfigDict(extra="forbid")

    orders: MappedFile = Field(description="orders of the REST API, or of Analytics")
    customers: MappedFile | None = Field(None, description="the customers report")
    statuses: list[str] = Field(
        ["completed", "processing"], description="of orders that count; case aside"
    )
    customer_by_name: bool = Field(
        False, description="of Analytics orders: take namesakes for one person"
    )


@ibis.udf.scalar.builtin(name="from_json")
def _from_json(text: str, shape: str) -> dt.Array(dt.JSON):  # type: ignore[valid-type,empty-body]
    """Read JSON into a shape; null where it has another."""


@ibis.udf.scalar.builtin(name="json_extract_string")
def _cell(value: dt.JSON, key: str) -> str:  # type: ignore[valid-type,empty-body]
    """Give a value of a JSON object as text; null where it is not there."""


@source("woocommerce")
def read(con: ibis.BaseBackend, options: dict[str, Any], timezone: str) -> Opened:
    """Read orders of the REST API (JSON) or of Analytics (CSV), and the report.

    Of the REST API come ``orders``, ``order_lines`` and, from the billing addresses,
    ``customers``; of Analytics come ``orders`` alone, and only if customers may be
    told apart by their names. The customers report, where it is given, is
    ``customers``. An order's amount is its total without shipping and tax; a refund
    is a return at the order's own time, because orders do not date it. Times of the
    REST API are UTC, those of Analytics the shop's, which is taken for the project's
    zone. Labels and report fields are from the plugin's source.

    Parameters
    ----------
    con : ibis backend
        A DuckDB.
    options : dict
        The keys of `WooCommerceBlock`.
    timezone : str
        The project's zone.

    Returns
    -------
    Opened
        The tables; at an origin, addresses are those of the orders before it.
    """
    block = checked(WooCommerceBlock, options, "source")
    paths = _json_files(block.orders)
    if not paths:
        return _from_analytics(con, block, timezone)
    orders = _rest_orders(con, paths, block.statuses)
    report = _report(con, block)

    def at(origin: int) -> Tables:
        marked = _with_copies(orders, origin)
        customers = _people(marked, origin) if report is None else report
        tables = {"orders": _amounts(marked), "order_lines": _lines(marked)}
        return tables | {"customers": customers}

    notes = ["WooCommerce refunds count at the time of the order, at its share of tax."]
    how = dict.fromkeys(("orders", "order_lines"), "ISO 8601 in UTC")
    lines = frozenset({"order_lines"})
    return Opened(at(NEVER), at=at, distinct=lines, notes=notes, read_as=how)


def _json_files(file: DataFile) -> list[Path]:
    """List the files of a path that leads to JSON; nothing where it leads elsewhere."""
    folder = Path(file.path)
    inside = sorted(folder.iterdir()) if folder.is_dir() else []
    found = [p for p in inside if suffix(p) in _JSON] or data_files(file, "orders")
    json = [p for p in found if suffix(p) in _JSON]
    if json and len(json) < len(found):
        raise ConfigError(
            "source.orders.path must lead to files of one kind, but it leads to "
            f"{sorted({suffix(p) for p in found})}. Name a glob such as *.json."
        )
    return json


def _rest_orders(
    con: ibis.BaseBackend, paths: list[Path], statuses: Sequence[str]
) -> ir.Table:
    """Type the orders of the REST API, one row each, with their lines as JSON."""
    fields = dict.fromkeys(_TEXT.values(), "VARCHAR") | dict.fromkeys(_NESTED, "JSON")
    try:
        there = con.read_json(literal(paths), maximum_depth=1, format=_form(paths))
        find_columns(
            there,
            {field: [field] for field in fields},
            required=["id", "status", "date_created_gmt", "total", "line_items"],
            table="woocommerce.orders",
            what="orders of the WooCommerce REST API",
        )
        raw = con.read_json(literal(paths), columns=fields, format=_form(paths))
    except duckdb.Error as error:
        raise DataError(
            f"orders must be readable as JSON, but {paths[0].name} is not "
            f"({engine_said(error)}). Export it again."
        ) from None
    text = raw.select(
        **{ours: column(raw, _TEXT, ours) for ours in _TEXT},
        **{c: raw[c].cast("string") for c in _NESTED},
    )
    text = text.mutate(
        currency=text.currency.upper(),
        customer_id=text.customer_id.nullif("0"),
        excluded=_exclusion(text.status, statuses),
        by_email=email_key(_billing(text, "email")),
        by_phone=phone_key(_billing(text, "phone")),
    )
    file = TableFile(path="")
    orders = typed(text, {c: c for c in text.columns}, ORDER, file, "UTC")
    return land(con, orders, "orders")


def _form(paths: list[Path]) -> str:
    """Tell arrays from lines; a byte-order mark would hide them from the engine."""
    for path in paths:
        with path.open("rb") as file:
            start = file.read(64).lstrip(b"\xef\xbb\xbf \r\n\t")
        if not start.startswith(b"["):
            return "auto"
    return "array"


def _billing(orders: ir.Table, key: str) -> ir.Value:
    return _cell(orders.billing.cast("json"), f"$.{key}").strip().nullif("")


def _exclusion(status: ir.Value, statuses: Sequence[str]) -> ir.Value:
    """Say of each status why its orders do not count, or null; ``wc-`` is no part."""
    bare = status.lower().re_replace("^wc-", "")
    counted = [s.strip().lower().removeprefix("wc-") for s in statuses]
    return ibis.cases(
        (bare.isin(counted), ibis.null("string")),
        (bare == "cancelled", "cancelled"),
        else_="unpaid",
    )


def _with_copies(orders: ir.Table, origin: int) -> ir.Table:
    """Mark all but one copy of an order that was exported more than once.

    The one is that which was changed last before the origin: what a later copy says
    was not known then. Orders from the origin on are no copies of earlier ones.
    """
    changed = orders.modified_at.epoch_seconds().fill_null(0)
    unknown = changed >= origin
    copies = ibis.window(
        group_by=[orders.order_id, _from(orders, origin)],
        order_by=[
            *(orders.ordered_at.isnull(), unknown),
            unknown.ifelse(changed, -changed),
            *(orders.excluded.notnull(), orders.status, orders.total),
            *(orders[c].hash() for c in _NESTED),
        ],
    )
    return orders.mutate(excluded=_repeated(orders, copies))


def _from(table: ir.Table, origin: int) -> ir.Value:
    return (table.ordered_at.epoch_seconds() >= origin).fill_null(False)


def _repeated(orders: ir.Table, copies: Any) -> ir.Value:
    copy = orders.order_id.notnull() & (ibis.row_number().over(copies) > 0)
    return copy.ifelse("repeated", orders.excluded)


def _amounts(orders: ir.Table) -> ir.Table:
    """Make a row of each order and of each of its refunds."""
    costs = orders.shipping.fill_null(0) + orders.tax.fill_null(0)
    coupons = _from_json(orders.coupon_lines, '["JSON"]')
    spared = coupons.map(lambda c: _cell(c, "$.discount").try_cast(MONEY)).sums()
    spared = coupons.notnull().ifelse(spared.fill_null(0), None)
    charges = orders.mutate(
        amount=(orders.total - costs).cast(MONEY),
        coupon_discount=spared.cast(MONEY),
        is_return=False,
        returned_order_id=ibis.null("string"),
    )
    each = charges.mutate(refund=_from_json(charges.refunds, '["JSON"]').unnest())
    paid_back = _cell(each.refund, "$.total").try_cast(MONEY).abs()
    # A refund includes tax and shipping and does not say how much: it takes away the
    # share of the order that it is, so that a full one takes away all.
    whole = each.total == 0
    share = whole.ifelse(paid_back, paid_back / each.total * each.amount)
    refunds = each.mutate(
        amount=-share.round(4).cast(MONEY),
        discount=ibis.null(MONEY),
        coupon_discount=ibis.null(MONEY),
        is_return=True,
        returned_order_id=each.order_id,
    )
    columns = [c for c in TABLES["orders"].columns if c in charges.columns]
    columns += ["unreadable", "excluded", "by_email", "by_phone"]
    return charges.select(columns).union(refunds.select(columns))


def _lines(orders: ir.Table) -> ir.Table:
    """Make a row of each line: its total is after discounts and without tax."""
    each = orders.mutate(line=_from_json(orders.line_items, '["JSON"]').unnest())
    names = ("product_id", "sku", "name", "quantity", "price", "subtotal", "total")
    cells = {n: _cell(each.line, f"$.{n}").strip().nullif("") for n in names}
    before, after = (cells[n].try_cast(MONEY) for n in ("subtotal", "total"))
    # A product that was deleted since has the number 0.
    product = cells["product_id"].nullif("0").coalesce(cells["sku"], cells["name"])
    lines = each.select(
        *("order_id", "ordered_at", "customer_id", "currency"),
        product_id=product,
        product=cells["name"],
        amount=cells["total"],
        quantity=cells["quantity"],
        unit_price=cells["price"],
        discount=(before - after).cast(MONEY),
        **{c: each[c] for c in ("excluded", "by_email", "by_phone")},
    )
    return shaped(lines, "order_lines", "UTC")


def _people(orders: ir.Table, origin: int) -> ir.Table:
    """Make a row of each customer with the latest billing address before an origin."""
    known = orders.filter(orders.ordered_at.epoch_seconds() < origin)
    person = known.customer_id.coalesce(known.by_email, known.by_phone)
    known = known.mutate(
        person=person,
        # A guest at a registered customer's address is that customer, and no other.
        strength=ibis.cases(
            (known.customer_id.notnull(), 2), (known.by_email.notnull(), 1), else_=0
        ),
        **{c: _billing(known, c) for c in _ADDRESS},
    )
    own = _strongest(known, "by_email") & _strongest(known, "by_phone")
    known = known.mutate(own=own)
    counted = known.filter(known.own, known.person.notnull(), known.excluded.isnull())
    latest = ibis.window(
        group_by=counted.person,
        order_by=[counted.ordered_at.desc(), counted.order_id.desc()],
    )
    ranked = counted.mutate(place=ibis.row_number().over(latest))
    people = ranked.filter(ranked.place == 0)
    columns = ["customer_id", *_ADDRESS, "by_email", "by_phone"]
    return shaped(people.select(columns), "customers", "UTC")


def _strongest(known: ir.Table, address: str) -> ir.Value:
    best = known.strength.max().over(group_by=known[address])
    return known[address].isnull() | (known.strength == best)


def _from_analytics(
    con: ibis.BaseBackend, block: WooCommerceBlock, timezone: str
) -> Opened:
    """Read the CSV of Analytics, whose customers are nothing but names."""
    raw = raw_table(con, block.orders, "orders")
    found = _labelled(raw, "orders", block.orders, list(ANALYTICS))
    if not block.customer_by_name:
        raise DataError(
            "woocommerce.orders must say who ordered, but an Analytics export has only "
            "names, which namesakes share. Export the orders of the REST API as JSON, "
            "or set `customer_by_name: true`."
        )
    cells = {key: column(raw, found, key) for key in ANALYTICS}
    status, name = cells.pop("status"), cells.pop("customer")
    named = raw.select(
        **cells, customer_id=name, excluded=_exclusion(status, block.statuses)
    )
    orders = land(con, shaped(named, "orders", timezone), "orders")
    report = _report(con, block, by_name=True)

    def at(origin: int) -> Tables:
        order = [orders.excluded.notnull(), *(orders[c] for c in orders.columns)]
        group = [orders.order_id, _from(orders, origin)]
        copies = ibis.window(group_by=group, order_by=order)
        marked = orders.mutate(excluded=_repeated(orders, copies))
        return {"orders": marked} | ({} if report is None else {"customers": report})

    notes = ["WooCommerce customers are told apart by name: namesakes are one person."]
    return Opened(at(NEVER), at=at, notes=notes, read_as={"orders": "ISO 8601"})


def _report(
    con: ibis.BaseBackend, block: WooCommerceBlock, by_name: bool = False
) -> ir.Table | None:
    """Type the customers report; its own id is not the one that orders have."""
    if block.customers is None:
        return None
    raw = raw_table(con, block.customers, "customers")
    there = {normal(c) for c in raw.columns}
    key = "customer_id" if "userid" in there else "email"
    found = _labelled(raw, "customers", block.customers, ["name", key])
    table = typed(raw, found, TABLES["customers"], TableFile(path=""), "UTC")
    for key in {"customer_id", "email"} - set(found):
        table = table.mutate(**{key: ibis.null("string")})
    own = table.name if by_name else table.customer_id.nullif("0")
    return table.mutate(customer_id=own, by_email=email_key(table.email))


def _labelled(
    raw: ir.Table, name: str, file: MappedFile, required: Sequence[str]
) -> dict[str, str]:
    """Find columns by our list of labels and, before it, by the configuration's."""
    labels, what = LABELS[name]
    return find_columns(
        raw,
        mapped(raw, labels, file.columns, name),
        required=required,
        table=f"woocommerce.{name}",
        what=what,
    )

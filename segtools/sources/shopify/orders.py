"""Shopify's orders export: a row a line item to orders, refunds and lines."""

from __future__ import annotations

import ibis
import ibis.expr.types as ir

from segtools.config import DataFile, TableFile
from segtools.schema import MONEY, DataError, Table
from segtools.sources import land
from segtools.sources.formats.headers import column, find_columns
from segtools.sources.formats.raw import raw_table
from segtools.sources.formats.text import typed
from segtools.sources.people.keys import email_key, phone_key

ORDERS = {
    "name": ["Name"],
    "id": ["Id"],
    "email": ["Email"],
    "phone": ["Phone"],
    "billing_phone": ["Billing Phone"],
    "financial_status": ["Financial Status"],
    "created_at": ["Created at"],
    "cancelled_at": ["Cancelled at", "Canceled at"],
    "currency": ["Currency"],
    "subtotal": ["Subtotal"],
    "discount_code": ["Discount Code"],
    "discount_amount": ["Discount Amount"],
    "refunded_amount": ["Refunded Amount"],
    "source": ["Source"],
    "location": ["Location"],
    "vendor": ["Vendor"],
    "lineitem_name": ["Lineitem name"],
    "lineitem_sku": ["Lineitem sku"],
    "lineitem_quantity": ["Lineitem quantity"],
    "lineitem_price": ["Lineitem price"],
    "lineitem_discount": ["Lineitem discount"],
}
_NEEDED = ["name", "financial_status", "created_at", "subtotal", "lineitem_name"]
_NEEDED += ["lineitem_quantity", "lineitem_price"]
# What an order and what a line must let us read; a value that cannot be read spoils
# the order, or only its line.
_ORDER = Table(
    time=None,
    required={
        **dict.fromkeys(("created_at", "cancelled_at"), "timestamp"),
        **dict.fromkeys(("subtotal", "discount_amount", "refunded_amount"), MONEY),
    },
    open_columns=True,
)
_LINE_NUMBERS = ("lineitem_quantity", "lineitem_price", "lineitem_discount")
_LINE = Table(
    time=None, required=dict.fromkeys(_LINE_NUMBERS, MONEY), open_columns=True
)
_ITEM = ["lineitem_sku", "lineitem_name", "vendor", *_LINE_NUMBERS]
# What refunds and lines take from their order.
_OF_THE_ORDER = ["order_id", "currency", "channel", "store_id", "cancelled_at"]
_OF_THE_ORDER += ["excluded", "by_email", "by_phone"]
# How far an order is; of two exports of one order the further one is the later.
_COURSE = ["pending", "authorized", "partially_paid", "paid", "partially_refunded"]
_COURSE += ["refunded", "expired", "voided"]


def read_rows(con: ibis.BaseBackend, file: DataFile, timezone: str) -> ir.Table:
    """Read what is used of the file once, typed, each row with its order's key."""
    raw = raw_table(con, file, "orders")
    what = "a Shopify orders export"
    found = find_columns(
        raw, ORDERS, required=_NEEDED, table="shopify.orders", what=what
    )
    text = raw.select(**{key: column(raw, found, key) for key in ORDERS})
    rows = _typed(text, _ORDER, timezone).rename(order_unreadable="unreadable")
    rows = _typed(rows, _LINE, timezone).rename(line_unreadable="unreadable")
    # An order without a name is told from others by its instant.
    key = ibis.coalesce(rows.name, "at " + rows.created_at.cast("string"), "")
    rows = rows.mutate(
        key=key,
        financial_status=rows.financial_status.lower().replace(" ", "_"),
        email=email_key(rows.email),
        phone=phone_key(rows.phone),
        billing_phone=phone_key(rows.billing_phone),
    )
    # Each row has its order's time; should one lack it, the earliest serves, which
    # no row from an origin on can move to before that origin.
    earliest = rows.created_at.min().over(group_by=rows.key)
    rows = rows.mutate(created_at=rows.created_at.coalesce(earliest))
    return land(con, rows, "orders")


def _typed(table: ir.Table, contract: Table, timezone: str) -> ir.Table:
    same = {c: c for c in contract.columns}
    return typed(
        table, same, contract, TableFile.model_validate({"path": ""}), timezone
    )


def gather_orders(rows: ir.Table, statuses: list[str]) -> ir.Table:
    """Gather the rows of each order; its own fields stand in only one of them."""
    status = rows.financial_status
    steps = [(s, f"{i}{s}") for i, s in enumerate(_COURSE, start=1)]
    course = status.cases(*steps, else_="0" + status)
    orders = rows.group_by("key", "later").aggregate(
        order_id=rows.name.max(),
        ordered_at=rows.created_at.min(),
        cancelled_at=rows.cancelled_at.max(),
        status=course.max().substr(1),
        exports=status.count(),
        subtotal=rows.subtotal.max(),
        discount=rows.discount_amount.max(),
        code=rows.discount_code.max(),
        refunded=rows.refunded_amount.max(),
        currency=rows.currency.max(),
        channel=rows.source.max(),
        store_id=rows.location.max(),
        unreadable=rows.order_unreadable.min(),
        by_email=rows.email.min(),
        by_phone=ibis.coalesce(rows.phone.min(), rows.billing_phone.min()),
    )
    wanted = [s.strip().lower().replace(" ", "_") for s in statuses]
    counts = orders.status.isin(wanted).fill_null(False)
    # An order of which the file has only later rows is broken, not unpaid.
    broken = orders.status.isnull() & orders.subtotal.isnull()
    return orders.mutate(
        excluded=ibis.ifelse(counts | broken, ibis.null("string"), "unpaid")
    )


def with_refunds(orders: ir.Table) -> ir.Table:
    """Give each order a row, and a second, negative one to what was refunded of it."""
    bought = orders.mutate(
        amount=orders.subtotal,
        coupon_discount=ibis.ifelse(
            # Without a code the shop gave it of its own accord.
            orders.code.isnull() & orders.discount.notnull(),
            ibis.literal(0).cast(MONEY),
            orders.discount,
        ),
        is_return=False,
        returned_order_id=ibis.null("string"),
    )
    # What was refunded beyond the Subtotal was shipping or tax.
    part = ibis.least(orders.refunded, orders.subtotal)
    # The least of a number and nothing would be the number.
    known = orders.refunded.notnull() & orders.subtotal.notnull()
    refunds = orders.filter(known & (part > 0)).mutate(
        amount=(-part).cast(MONEY),
        discount=ibis.null(MONEY),
        coupon_discount=ibis.null(MONEY),
        is_return=True,
        returned_order_id=orders.order_id,
    )
    columns = ["ordered_at", "amount", *_OF_THE_ORDER, "discount", "coupon_discount"]
    columns += ["is_return", "returned_order_id", "unreadable"]
    both = bought.select(columns).union(refunds.select(columns))
    return both.mutate(customer_id=ibis.null("string"))


def order_lines(rows: ir.Table, orders: ir.Table) -> ir.Table:
    """Give each row with a line item, its amount scaled to the order's Subtotal."""
    item = rows.lineitem_sku.coalesce(rows.lineitem_name)
    whole = _float(rows.lineitem_quantity) * _float(rows.lineitem_price)
    gross = (whole - _float(rows.lineitem_discount).fill_null(0)).try_cast(MONEY)
    lines = rows.mutate(product_id=item, gross=gross).filter(
        item.notnull() | rows.lineitem_price.notnull()
    )
    lines = lines.select(
        "key", "later", "line_unreadable", "product_id", "gross", *_ITEM
    )
    lines = _repeated(lines.join(orders, ["key", "later"]))
    repeated = ibis.ifelse(lines.repeated, "repeated", ibis.null("string"))
    order = {c: lines[c] for c in ("ordered_at", *_OF_THE_ORDER)}
    return lines.select(
        **order | {"excluded": lines.excluded.coalesce(repeated)},
        customer_id=ibis.null("string"),
        product_id=lines.product_id,
        product=lines.lineitem_name,
        brand=lines.vendor,
        quantity=_float(lines.lineitem_quantity),
        amount=_scaled(lines),
        is_return=False,
        unreadable=lines.line_unreadable,
    )


def _float(number: ir.Value) -> ir.Value:
    # Products of decimals overflow where a currency has large numbers.
    return number.cast("float64")


def _repeated(lines: ir.Table) -> ir.Table:
    """Mark lines that are there again because their order was exported again."""
    same = ibis.window(group_by=["key", "later", *_ITEM])
    number, copies = ibis.row_number().over(same), lines.count().over(same)
    again = number * lines.exports >= copies
    return lines.mutate(repeated=(lines.exports > 1) & again)


def _scaled(lines: ir.Table) -> ir.Value:
    """Spread the order's own discounts over its lines, in proportion."""
    order = ibis.window(group_by=["key", "later"])
    zero = ibis.literal(0).cast(MONEY)
    total = ibis.ifelse(lines.repeated, zero, lines.gross).sum().over(order)
    lost = lines.gross.isnull().any().over(order)
    share = _float(lines.gross) / _float(total).nullif(0)
    scaled = (share * _float(lines.subtotal)).try_cast(MONEY)
    return ibis.ifelse(lost, lines.gross, scaled.coalesce(lines.gross))


def refuse_two_ids(rows: ir.Table, origin: int) -> None:
    """Refuse one name for two orders; without ids, of one name at two times.

    Raises
    ------
    DataError
        For the first such name among the rows before the origin.
    """
    before = rows.created_at.epoch_seconds() < origin
    known = rows.filter(before & rows.name.notnull())
    times = (known.created_at.min(), known.created_at.max())
    ids = known.group_by("name").aggregate(
        one=known.id.min().coalesce(times[0].cast("string")),
        other=known.id.max().coalesce(times[1].cast("string")),
    )
    first = ids.filter(ids.one != ids.other).order_by("name").limit(1).to_pandas()
    for name, one, other in first.itertuples(index=False):
        raise DataError(
            "shopify.orders must have one Id (or, without Ids, one time) for each "
            f"order, but {name} has {one} and {other}. If these are orders of two "
            "shops, make a run for each."
        )

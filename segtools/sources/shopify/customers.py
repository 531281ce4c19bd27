"""Shopify's customers export: who they are, with all that the shop notes of them."""

from __future__ import annotations

import re
from collections.abc import Iterable

import ibis
import ibis.expr.types as ir

from segtools.config import DataFile
from segtools.sources import MACHINERY
from segtools.sources.formats.headers import column, find_columns
from segtools.sources.formats.raw import raw_table
from segtools.sources.formats.text import shaped
from segtools.sources.people.keys import email_key, phone_key

CUSTOMERS = {
    "customer_id": ["Customer ID"],
    "email": ["Email"],
    "phone": ["Phone"],
    "first_name": ["First Name"],
    "last_name": ["Last Name"],
    "company": ["Default Address Company", "Company"],
    "address1": ["Default Address Address1", "Address1"],
    "address2": ["Default Address Address2", "Address2"],
    "city": ["Default Address City", "City"],
    "province": ["Default Address Province", "Province"],
    "province_code": ["Default Address Province Code", "Province Code"],
    "country": ["Default Address Country", "Country"],
    "country_code": ["Default Address Country Code", "Country Code"],
    "zip": ["Default Address Zip", "Zip"],
    "address_phone": ["Default Address Phone"],
    "accepts_email_marketing": ["Accepts Email Marketing", "Accepts Marketing"],
    "total_spent": ["Total Spent"],
    "total_orders": ["Total Orders"],
}
_METAFIELD = re.compile(r"^(.*)\(customer\.metafields\.[^.]+\.(.+)\)\s*$")


def read_customers(con: ibis.BaseBackend, file: DataFile, timezone: str) -> ir.Table:
    """Give the customers, every column of the export as an attribute.

    Older layouts, which name the default address without saying so and have no
    customer ids, give the same attributes; so do files that are made to be imported,
    such as our own exports.
    """
    raw = raw_table(con, file, "customers")
    found = find_columns(
        raw,
        CUSTOMERS,
        # An import that is read back has no totals, but a head of its own.
        required=["email", *([] if _is_import(raw.columns) else ["total_orders"])],
        table="shopify.customers",
        what="a Shopify customers export",
    )
    others = [c for c in raw.columns if c not in found.values()]
    found |= _attributes(others, taken={*CUSTOMERS, *MACHINERY})
    table = raw.select(
        **{"customer_id": ibis.null("string")}
        | {key: column(raw, found, key) for key in found}
    )
    phones = [phone_key(table[c]) for c in ("phone", "address_phone") if c in found]
    table = table.mutate(
        by_email=email_key(table.email),
        by_phone=ibis.coalesce(*phones, ibis.null("string")),
    )
    return shaped(table, "customers", timezone)


def _is_import(headers: Iterable[str]) -> bool:
    """Tell whether a file has the head of Shopify's import of customers."""
    return {"Default Address Company", "Tags", "Tax Exempt"} <= set(headers)


def _attributes(headers: Iterable[str], taken: set[str]) -> dict[str, str]:
    """Name further columns in snake_case, none twice; a metafield by label and key."""
    named: dict[str, str] = {}
    for header in headers:
        metafield = _METAFIELD.match(header)
        parts = metafield.groups() if metafield else (header,)
        words = [re.sub(r"\W+", "_", p.casefold()).strip("_") for p in parts]
        name = "_".join(dict.fromkeys(w for w in words if w)) or "column"
        while name in taken or name in named:
            name += "_"
        named[name] = header
    return named

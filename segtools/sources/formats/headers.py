"""Find a system's columns by their names, never by their place."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence

import ibis
import ibis.expr.types as ir

from segtools.schema import DataError, did_you_mean

# What marks an export: headers that stand together in no other.
SHAPES: dict[str, tuple[str, ...]] = {
    "a Shopify orders export": ("name", "financial status", "lineitem name"),
    "a Shopify customers export": ("first name", "total spent", "total orders"),
    "a Stripe payments export": ("amount refunded", "statement descriptor"),
    "a Stripe customers export": ("delinquent", "total spend"),
    "a WooCommerce orders export": ("order #", "net sales", "attribution"),
    "a Qualtrics survey": ("startdate", "responseid", "distributionchannel"),
    "a GA4 export": ("event_timestamp", "event_params", "user_pseudo_id"),
    "LiveAgent tickets": ("owner_contactid", "channel_type", "departmentid"),
    "LiveAgent contacts": ("system_name", "registration_email", "emails"),
    "Twilio Segment calls": ("messageid", "type", "timestamp"),
    "chatbot conversations": ("conversation_id", "role", "ts"),
}


def normal(name: str) -> str:
    """Reduce a header to its letters and digits, in lower case.

    Examples
    --------
    >>> normal("Lineitem SKU") == normal("lineitem_sku")
    True
    """
    return re.sub(r"[\W_]", "", name.casefold())


def looks_like(headers: Iterable[str]) -> str | None:
    """Say which known export a file's headers belong to, or nothing.

    Examples
    --------
    >>> looks_like(["First Name", "Email", "Total Spent", "Total Orders"])
    'a Shopify customers export'
    """
    there = {normal(h) for h in headers}
    for name, marks in SHAPES.items():
        if {normal(m) for m in marks} <= there:
            return name
    return None


def find_columns(
    raw: ir.Table,
    aliases: Mapping[str, Sequence[str]],
    *,
    required: Sequence[str],
    table: str,
    what: str,
) -> dict[str, str]:
    """Find each column that a source knows under one of its names.

    Parameters
    ----------
    raw : ibis Table
        The file.
    aliases : mapping
        Key to the headers that it may stand under, the current one first.
    required : sequence of str
        Keys without which the file is not what it is said to be.
    table : str
        Where the file is named in the configuration, such as ``shopify.orders``.
    what : str
        What the file should be, such as ``a Shopify orders export``.

    Returns
    -------
    dict
        Key to the file's own header, for each key that was found.

    Raises
    ------
    DataError
        If a required column is missing; the sentence says what the file looks like.

    Examples
    --------
    >>> raw = ibis.memtable({"E-Mail": ["x"], "Cancelled at": [None]})
    >>> aliases = {"email": ["Email"], "cancelled": ["Canceled at", "Cancelled at"]}
    >>> find_columns(raw, aliases, required=["email"], table="x", what="an export")
    {'email': 'E-Mail', 'cancelled': 'Cancelled at'}
    """
    there = {normal(h): h for h in reversed(raw.columns)}
    found = {}
    for key, names in aliases.items():
        own = next((there[n] for n in map(normal, names) if n in there), None)
        if own is not None:
            found[key] = own
    missing = [aliases[key][0] for key in required if key not in found]
    if missing:
        raise DataError(_not_it(raw.columns, missing, table, what))
    return found


def _not_it(
    headers: Sequence[str], missing: Sequence[str], table: str, what: str
) -> str:
    like = looks_like(headers)
    if like and like != what:
        return (
            f"{table} must be {what}, but this looks like {like}: it lacks the "
            f"columns {list(missing)}. Name the file where it belongs, or name "
            "another file here."
        )
    shown = [*headers[:12], "..."] if len(headers) > 12 else list(headers)
    guess = did_you_mean(missing[0], headers)
    hint = guess if guess.startswith("Did") else "Export it again with all columns"
    return (
        f"{table} must be {what}, but the columns {list(missing)} cannot be found "
        f"among {shown}. {hint.rstrip('.')}."
    )


def column(raw: ir.Table, found: Mapping[str, str], key: str) -> ir.Value:
    """Give a found column as trimmed text, empty as null; null where it is not there.

    Exactly one leading apostrophe is taken away: Shopify adds one so that
    spreadsheets leave long numbers alone.
    """
    if key not in found:
        return ibis.null("string")
    text = raw[found[key]].cast("string").strip()
    return text.re_replace(r"^'", "").nullif("")

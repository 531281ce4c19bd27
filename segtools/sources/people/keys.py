"""Addresses as keys of a person: one spelling for each e-mail and phone number."""

from __future__ import annotations

import ibis.expr.types as ir


def email_key(value: ir.Value) -> ir.Value:
    """Write an e-mail address as a key: trimmed, lower case; null if it is none.

    Parameters
    ----------
    value : ibis string column

    Examples
    --------
    >>> import ibis
    >>> table = ibis.memtable({"x": [" 'Ann.Lee@Example.com ", "nobody", None]})
    >>> email_key(table.x).to_pandas().tolist()
    ['ann.lee@example.com', nan, nan]
    """
    text = value.cast("string").strip().lower()
    plain = text.re_replace(r"^(mailto:|')", "")
    return plain.re_search(r"^[^@\s]+@[^@\s]+$").ifelse(plain, None)


def phone_key(value: ir.Value) -> ir.Value:
    """Write a phone number as a key: its digits, with + for an international one.

    Numbers without a country code match only numbers without one; at least seven
    digits are asked for.

    Parameters
    ----------
    value : ibis string column

    Examples
    --------
    >>> import ibis
    >>> numbers = ["'+33 (0)1 00-00", "0033 100 0000", "12", None]
    >>> phone_key(ibis.memtable({"x": numbers}).x).to_pandas().tolist()
    ['+3310000', '+331000000', nan, nan]
    """
    text = value.cast("string").strip().re_replace("^'", "").replace("(0)", "")
    start = text.re_replace(r"^00", "+")
    digits = start.re_replace(r"[^0-9]", "")
    sign = start.startswith("+").ifelse("+", "")
    return (digits.length() >= 7).ifelse(sign + digits, None)

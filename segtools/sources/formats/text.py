"""Text of other systems to typed columns; what cannot be read is named, not lost."""

from __future__ import annotations

from collections.abc import Iterable

import ibis
import ibis.expr.types as ir

from segtools.config import TableFile
from segtools.schema import MONEY, TABLES, Table
from segtools.sources import MACHINERY
from segtools.sources.formats.edges import BLANKS
from segtools.sources.formats.times import (
    clock,
    local_time,
    offset_time,
    sane_time,
    suffix,
    utc,
)

_TRUE = ["true", "t", "1", "yes", "y", "ja", "oui", "si", "sí", "да"]
_FALSE = ["false", "f", "0", "no", "n", "nein", "non", "нет"]
_BLANK = "[\\s\u00a0\u202f\u2009]"
# What companies write beside a number; any other letter makes it no number.
_CODES = (
    "AED|ARS|AUD|BGN|BRL|CAD|CHF|CLP|CNY|COP|CZK|DKK|EGP|EUR|GBP|HKD|HUF|IDR|ILS|INR"
    "|ISK|JPY|KRW|KZT|MAD|MXN|MYR|NGN|NOK|NZD|PEN|PHP|PKR|PLN|QAR|RON|RSD|RUB|SAR|SEK"
    "|SGD|THB|TRY|TWD|UAH|USD|VND|ZAR"
)
_CURRENCY = rf"\p{{Sc}}|(?i:{_CODES})"
_EDGES = rf"^{_BLANK}+|{_BLANK}+$"
_AROUND_SIGNS = rf"{_BLANK}*([-+()]){_BLANK}*"
_MARKS = "[%s'’\\s\u00a0\u202f\u2009]"
_WHOLE = rf"(?:\d+|\d{{1,3}}(?:{_MARKS}\d{{3}})+)"
_POINT = rf"^[+-]?(?:{_WHOLE}(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?$"
_COMMA = rf"^[+-]?(?:{_WHOLE}(?:,\d*)?|,\d+)$"
# For so many blanks it takes less time to look for each than to take out the end.
_CHEAPER = 3


@ibis.udf.scalar.builtin
def array_extract(text: str, place: int) -> str:  # type: ignore[empty-body]
    """Give the character at a place, counted from 1, or from -1 at the end."""


@ibis.udf.scalar.builtin(name="isfinite")
def is_finite(number: float) -> bool:  # type: ignore[empty-body]
    """Tell a number from NaN and infinity."""


def typed(
    raw: ir.Table,
    chosen: dict[str, str],
    contract: Table,
    file: TableFile,
    timezone: str,
    blanks: str = BLANKS,
) -> ir.Table:
    """Give `raw` the contract's column names and types.

    Parameters
    ----------
    raw : ibis Table
        As the file has it.
    chosen : dict
        Our column names to theirs.
    contract : Table
        The types to reach.
    file : TableFile
        Decimal mark, date format and time zone of the file.
    timezone : str
        The project's zone, for naive times when the file names none.
    blanks : str, default=BLANKS
        Which blanks may stand at the ends of texts, as `blanks_in` finds them; texts
        are looked at for no other.

    Returns
    -------
    ibis Table
        The chosen columns, typed, and ``unreadable``.
    """
    others = {}
    if contract.open_columns:
        theirs = [c for c in raw.columns if c not in chosen.values()]
        others = {_free(c, chosen): _known(raw[c]) for c in theirs}
    zone = file.timezone or timezone
    return _contracted(raw, chosen, others, contract, file, zone, blanks)


def shaped(
    raw: ir.Table, name: str, timezone: str, *, decimal: str = ".", **reading: str
) -> ir.Table:
    """Give a table that already has our names the contract's types.

    Parameters
    ----------
    raw : ibis Table
        Columns under the contract's names, as text or typed. Columns of `MACHINERY`
        pass as they are, others only where the table is open.
    name : str
        The table's name in the contract, such as ``orders``.
    timezone : str
        IANA zone of times without an offset.
    decimal : {".", ","}, default="."
        Decimal mark of numbers that are text.
    **reading
        ``date_format``, where times are not ISO.

    Returns
    -------
    ibis Table
        Typed, with ``unreadable``.
    """
    contract = TABLES[name]
    chosen = {c: c for c in contract.columns if c in raw.columns}
    file = TableFile(path="", decimal=decimal, **reading)  # type: ignore[arg-type]
    others = [c for c in raw.columns if c not in {*chosen, "unreadable"}]
    if not contract.open_columns:
        others = [c for c in others if c in MACHINERY]
    return _contracted(
        raw, chosen, {c: raw[c] for c in others}, contract, file, timezone
    )


def _contracted(
    raw: ir.Table,
    chosen: dict[str, str],
    others: dict[str, ir.Value],
    contract: Table,
    file: TableFile,
    timezone: str,
    blanks: str = BLANKS,
) -> ir.Table:
    """Type the chosen columns, and say of each row what could not be read."""
    first: dict[str, ir.Value] = {}
    for ours, theirs in chosen.items():
        kind = contract.columns.get(ours, "string")
        before = raw[theirs]
        # What is no number goes in the second select: once is enough.
        if not (kind == "float64" and before.type().is_floating()):
            before = _known(before)
        if kind == "string":
            first[ours] = _text(before, blanks)
        else:
            first[_text_of(ours)] = before
            first |= _read(before, ours, kind, file)
    # In a second select, so that the engine reads each text once and not wherever
    # its value is used. (Ibis makes one of the two only if they hold no function that
    # it does not know; where there are times, which are the slow ones, they do.)
    staged = raw.select(**first, **others)
    staged = _with_moments(staged, [c for c in chosen if c not in first])
    columns: dict[str, ir.Value] = {}
    notes, noted = [], []
    for ours in chosen:
        value = local = _sane(staged[ours])
        if _local(ours) in staged.columns:
            local = _sane(staged[_local(ours)])
            value = ibis.coalesce(utc(local, timezone), value)
        columns[ours] = value
        if _text_of(ours) in staged.columns:
            lost = local.isnull() & _sane(staged[ours]).isnull()
            notes.append(_note(ours, staged[_text_of(ours)], lost))
            noted.append(ours)
    columns["unreadable"] = _first_of(notes, [columns[c] for c in noted])
    return _with_amount(staged.select(**columns, **{c: staged[c] for c in others}))


def _with_moments(staged: ir.Table, times: Iterable[str]) -> ir.Table:
    """Look for a time's offset only where it was no time on the local clock."""
    moments = {}
    for ours in times:
        settled = staged[_local(ours)].notnull()
        moments[ours] = offset_time(staged[_text_of(ours)], settled)
    return staged.mutate(**moments) if moments else staged


def _text_of(ours: str) -> str:
    return f"text of {ours}"


def _local(ours: str) -> str:
    return f"local {ours}"


def _note(ours: str, value: ir.Value, lost: ir.Value) -> ir.Value:
    note = ibis.literal(f"{ours} '") + value.cast("string").substr(0, 60) + "'"
    lost = lost & value.notnull()
    if value.type().is_floating():
        lost = lost & ~value.isnan()
    if value.type().is_string():
        lost = lost & (value.strip() != "")
    return ibis.ifelse(lost, note, ibis.null("string"))


def _first_of(notes: list[ir.Value], values: list[ir.Value]) -> ir.Value:
    """Give a row's first note; where no value is missing, none is looked for."""
    none = ibis.null("string")
    if not notes:
        return none
    missing = ibis.or_(*(value.isnull() for value in values))
    return ibis.ifelse(missing, ibis.coalesce(*notes, none), none)


def _read(
    value: ir.Value, ours: str, kind: str, file: TableFile
) -> dict[str, ir.Value]:
    """Read one column; of a time also what is yet to be moved from the local clock."""
    if kind == "boolean":
        return {ours: _boolean(value)}
    if kind != "timestamp":
        return {ours: _number(value, kind, file.decimal)}
    if file.date_format is None and value.type().is_string():
        return {_local(ours): local_time(value)}
    local, moment = clock(value, file.date_format)
    return {_local(ours): local, ours: moment}


def _with_amount(table: ir.Table) -> ir.Table:
    if "amount" in table.columns or "unit_price" not in table.columns:
        return table
    return table.mutate(amount=(table.quantity * table.unit_price).cast(MONEY))


def _free(attribute: str, chosen: dict[str, str]) -> str:
    """Give an attribute an underscore where its name is ours or the machinery's."""
    # Engines do not tell Customer_ID from customer_id.
    taken = {*chosen, *MACHINERY}
    return f"{attribute}_" if attribute.lower() in taken else attribute


def _known(value: ir.Value) -> ir.Value:
    """Missing is null, never NaN; what is nested is its text."""
    kind = value.type()
    if kind.is_nested() or kind.is_json() or kind.is_binary():
        return value.cast("string")
    if not kind.is_floating():
        return value
    return ibis.ifelse(value.isnan(), ibis.null(kind), value)


def _text(value: ir.Value, blanks: str) -> ir.Value:
    text = value.cast("string")
    if value.type().is_floating():
        # An id of whole numbers becomes 7.0 where a row has none: it is still 7.
        return text.re_replace(r"\.0$", "")
    # All blanks come before "!"; to look at the ends is cheaper than to trim.
    bare = text >= "!"
    if len(blanks) > _CHEAPER:
        bare = bare & (array_extract(text, -1) >= "!")
    else:
        for blank in blanks:
            bare = bare & ~suffix(text, blank)
    return ibis.ifelse(bare, text, text.strip().nullif(""))


def _number(value: ir.Value, kind: str, decimal: str) -> ir.Value:
    if value.type().is_boolean() or value.type().is_temporal():
        return ibis.null(kind)
    if not value.type().is_string():
        return value.try_cast(kind)
    # Nearly all numbers are plain: only the others get a closer look. (The engine
    # looks closer only where it must if the branches are those of a CASE.)
    plain = value
    if decimal == ",":
        groups = value.contains(".")
        plain = ibis.ifelse(groups, ibis.null("string"), value.replace(",", "."))
    plain = plain.try_cast(kind)
    spelt = _spelt_out(value, decimal).try_cast(kind)
    return ibis.ifelse(plain.notnull(), plain, spelt)


def _spelt_out(value: ir.Value, decimal: str) -> ir.Value:
    """Rewrite 1'234.50 CHF, (5) and 5- as plain numbers, what is in doubt as ''."""
    # Two blanks: what stood on both sides of a currency is not one number.
    text = value.replace("\u2212", "-").re_replace(_CURRENCY, "  ")
    text = text.re_replace(_EDGES, "").re_replace(_AROUND_SIGNS, r"\1")
    text = text.re_replace(r"^\(([^-+()]+)\)$|^([^-+()]+)-$", r"-\1\2")
    # A comma that does not group thousands is a decimal mark in the wrong file:
    # better unreadable than ten times too much.
    pattern, group = (_POINT, ",") if decimal == "." else (_COMMA, ".")
    good = text.re_extract(pattern % group, 0)
    return good.re_replace(_MARKS % group, "").replace(decimal, ".")


def _boolean(value: ir.Value) -> ir.Value:
    if value.type().is_boolean():
        return value
    text = value.cast("string").strip().lower()
    if value.type().is_numeric():
        text = value.try_cast("int64").cast("string")
    return ibis.cases(
        (text.isin(_TRUE), True), (text.isin(_FALSE), False), else_=ibis.null("boolean")
    )


def _sane(value: ir.Value) -> ir.Value:
    """Leave out infinity, what is no number, and years that no calendar has."""
    if value.type().is_floating():
        return ibis.ifelse(is_finite(value), value, ibis.null(value.type()))
    return sane_time(value) if value.type().is_timestamp() else value

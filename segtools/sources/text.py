"""Text of other systems to typed columns; what cannot be read is named, not lost."""

from __future__ import annotations

import ibis
import ibis.expr.datatypes as dt
import ibis.expr.types as ir

from segtools.config import TableFile
from segtools.schema import MONEY, Table
from segtools.timezones import epoch, instant, offsets, utc_seconds

_TRUE = ["true", "t", "1", "yes", "y", "ja", "oui", "si", "sí", "да"]
_FALSE = ["false", "f", "0", "no", "n", "nein", "non", "нет", ""]
_BLANKS = "[\\s\u00a0\u202f\u2009€$£¥]"
_POINT = r"^[+-]?(\d+|\d{1,3}(,\d{3})+)?(\.\d*)?([eE][+-]?\d+)?$"
_COMMA = r"^[+-]?(\d+|\d{1,3}(\.\d{3})+)?(,\d*)?$"
_OFFSET = r"(\d{2}:\d{2}\S*?)\s*(Z|[+-]\d{2}(:?\d{2})?)$"
_NO_SECONDS = r"([T ]\d{2}:\d{2})(Z|[+-]\d{2}(:?\d{2})?)$"
# Columns that reading and cleaning add and take away again.
_MACHINERY = ("unreadable", "reason", "turned")
# Wide enough for any order; a zone's rules are looked up between them.
_EARLIEST, _LATEST = "1990-01-01", "2040-01-01"


@ibis.udf.scalar.builtin
def try_strptime(text: str, format: str) -> dt.Timestamp(scale=6):  # type: ignore[valid-type,empty-body]
    """Parse a time by a format, or give null (DuckDB's own function)."""


@ibis.udf.scalar.builtin(name="try_strptime")
def try_strptime_z(text: str, format: str) -> dt.Timestamp("UTC"):  # type: ignore[valid-type,empty-body]
    """Parse a time by a format with %z, which gives an instant."""


def typed(
    raw: ir.Table,
    chosen: dict[str, str],
    contract: Table,
    file: TableFile,
    timezone: str,
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

    Returns
    -------
    ibis Table
        The chosen columns, typed, and ``unreadable``.
    """
    local = file.timezone or timezone
    columns: dict[str, ir.Value] = {}
    unread: list[ir.Value] = []
    for ours, theirs in chosen.items():
        before = _known(raw[theirs])
        after = _typed(before, contract.columns.get(ours, "string"), file, local)
        columns[ours] = after
        if not after.type().is_string():
            text = before.cast("string")
            lost = after.isnull() & before.notnull() & (text.strip() != "")
            note = ibis.literal(f"{ours} '") + text.substr(0, 60) + "'"
            unread.append(ibis.ifelse(lost, note, ibis.null("string")))
    if contract.open_columns:
        others = [c for c in raw.columns if c not in chosen.values()]
        columns |= {_free(c, chosen): _known(raw[c]) for c in others}
    null = ibis.null("string")
    columns["unreadable"] = ibis.coalesce(*unread, null) if unread else null
    table = raw.select(**columns)
    if "amount" not in table.columns and "unit_price" in table.columns:
        table = table.mutate(amount=(table.quantity * table.unit_price).cast(MONEY))
    return table


def _free(attribute: str, chosen: dict[str, str]) -> str:
    """Give an attribute an underscore where its name is ours or the machinery's."""
    # Engines do not tell Customer_ID from customer_id.
    taken = {*chosen, *_MACHINERY}
    return f"{attribute}_" if attribute.lower() in taken else attribute


def _known(value: ir.Value) -> ir.Value:
    """Missing is null, never NaN."""
    if not value.type().is_floating():
        return value
    return ibis.ifelse(value.isnan(), ibis.null(value.type()), value)


def _typed(value: ir.Value, kind: str, file: TableFile, timezone: str) -> ir.Value:
    if kind == "string":
        text = value.cast("string").strip()
        if value.type().is_floating():
            # An id of whole numbers becomes 7.0 where a row has none: it is still 7.
            text = text.re_replace(r"\.0$", "")
        return text.nullif("")
    if kind == "timestamp":
        return _time(value, file.date_format, timezone)
    if kind == "boolean":
        return _boolean(value)
    return _number(value, kind, file.decimal)


def _number(value: ir.Value, kind: str, decimal: str) -> ir.Value:
    if not value.type().is_string():
        return value.try_cast(kind)
    text = value.re_replace(_BLANKS, "")
    pattern, group = (_POINT, ",") if decimal == "." else (_COMMA, ".")
    plain = text.replace(group, "").replace(decimal, ".")
    # A comma that does not group thousands is a decimal mark in the wrong file:
    # better unreadable than ten times too much.
    good = text.re_search(pattern) & text.re_search(r"\d")
    return ibis.ifelse(good, plain, ibis.null("string")).try_cast(kind)


def _boolean(value: ir.Value) -> ir.Value:
    if value.type().is_boolean():
        return value
    text = value.cast("string").strip().lower()
    if value.type().is_numeric():
        text = value.try_cast("int64").cast("string")
    return ibis.cases(
        (text.isin(_TRUE), True), (text.isin(_FALSE), False), else_=ibis.null("boolean")
    )


def _time(value: ir.Value, date_format: str | None, timezone: str) -> ir.Value:
    kind = value.type()
    if kind.is_timestamp() and kind.timezone is not None:
        return value.cast("timestamp")
    if not kind.is_string():
        return _from_local(value.cast("timestamp"), timezone)
    text = value.strip()
    if date_format and "%z" in date_format:
        return try_strptime_z(text, date_format).cast("timestamp")
    if date_format:
        return _from_local(try_strptime(text, date_format), timezone)
    naive = _from_local(text.try_cast("timestamp"), timezone)
    # Some versions of the engine want seconds, and no blank before the offset.
    whole = text.re_replace(_OFFSET, r"\1\2").re_replace(_NO_SECONDS, r"\1:00\2")
    with_offset = whole.try_cast(dt.Timestamp(timezone="UTC")).cast("timestamp")
    return ibis.ifelse(text.re_search(_OFFSET), with_offset, naive)


def _from_local(local: ir.Value, timezone: str) -> ir.Value:
    if timezone.upper() == "UTC":
        return local
    first, last = (epoch(instant(t, "UTC")) for t in (_EARLIEST, _LATEST))
    table = offsets(timezone, first, last)
    seconds = local.epoch_seconds()
    shift = utc_seconds(seconds, table) - seconds
    return local + shift.as_interval("s")

"""Types for tables that stay in a server: casts that no row can break, in plain SQL.

`segtools.sources.formats.text` asks DuckDB to try a cast. Other engines cannot: there
a value is first shown to be readable, by a pattern, and only then cast.
"""

from __future__ import annotations

import ibis
import ibis.expr.datatypes as dt
import ibis.expr.types as ir

from segtools.schema import MONEY, TABLES, DataError
from segtools.sources.formats.text import _FALSE, _TRUE, _free
from segtools.sources.formats.times import from_local

# Money has 18 digits, 4 of them after the point; a larger number would stop the query.
_LARGEST = 1e14
_BLANKS = "[\\s\u00a0\u202f\u2009€$£¥]"
_NUMBER = r"[+-]?([0-9]+|[0-9]{1,3}(,[0-9]{3})+)?([.][0-9]*)?([eE][+-]?[0-9]{1,2})?"
_LEAP = "([0-9]{2}(0[48]|[2468][048]|[13579][26])|([02468][048]|[13579][26])00)"
_DAY = (
    "([0-9]{4}-((0[13578]|1[02])-(0[1-9]|[12][0-9]|3[01])"
    "|(0[469]|11)-(0[1-9]|[12][0-9]|30)|02-(0[1-9]|1[0-9]|2[0-8]))"
    f"|{_LEAP}-02-29)"
)
_CLOCK = "([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9]([.][0-9]{1,9})?)?"
_ZONE = "(Z|[+-](0[0-9]|1[0-4])(:?[0-5][0-9])?)"
_NAIVE = f"{_DAY}([T ]{_CLOCK})?"
_WITH_ZONE = f"{_DAY}[T ]{_CLOCK} ?{_ZONE}"


def plainly_typed(
    raw: ir.Table, chosen: dict[str, str], name: str, timezone: str
) -> ir.Table:
    """Give `raw` the contract's column names and types, whatever the engine.

    Parameters
    ----------
    raw : ibis Table
        As the database has it.
    chosen : dict
        Our column names to theirs.
    name : str
        The table's name in the contract, such as ``orders``.
    timezone : str
        IANA zone of times without one.

    Returns
    -------
    ibis Table
        The chosen columns, typed, ``unreadable``, and where the table is open the
        other columns as attributes.

    Raises
    ------
    DataError
        If a column is of a kind that cannot hold such values.

    Examples
    --------
    >>> raw = ibis.memtable({"who": [7], "day": ["2024-02-30"], "paid": ["1,250.5"]})
    >>> ours = {"customer_id": "who", "ordered_at": "day", "amount": "paid"}
    >>> plainly_typed(raw, ours, "orders", "UTC").to_pandas().loc[0].tolist()
    ['7', NaT, Decimal('1250.5000'), "ordered_at '2024-02-30'"]
    """
    contract = TABLES[name]
    columns: dict[str, ir.Value] = {}
    unread: list[ir.Value] = []
    for ours, theirs in chosen.items():
        value = _known(raw[theirs])
        where = f"{name}.{ours}"
        after = _typed(value, contract.columns.get(ours, "string"), timezone, where)
        columns[ours] = after
        if not after.type().is_string():
            unread.append(_lost(value, after, ours))
    columns["unreadable"] = ibis.coalesce(*unread, ibis.null("string"))
    if contract.open_columns:
        others = [c for c in raw.columns if c not in chosen.values()]
        columns |= {_free(c, chosen): _attribute(raw[c]) for c in others}
    return _with_amount(raw.select(**columns))


def matches(text: ir.Value, pattern: str) -> ir.Value:
    """Say whether a pattern matches a whole text, in engines that can only replace."""
    # PostgreSQL before 15 has no regexp_like.
    return (text.re_replace(f"^({pattern})$", "") == "") & (text != "")


def _typed(value: ir.Value, kind: str, timezone: str, where: str) -> ir.Value:
    if kind == "string":
        text = value.cast("string").strip()
        if value.type().is_floating():
            text = text.re_replace("[.]0$", "")
        return text.nullif("")
    if kind == "timestamp":
        return _time(value, timezone, where)
    if kind == "boolean":
        return _boolean(value, where)
    return _number(value, kind, where)


def _known(value: ir.Value) -> ir.Value:
    """Missing is null, never NaN."""
    if not value.type().is_floating():
        return value
    return ibis.ifelse(value.isnan(), ibis.null(value.type()), value)


def _lost(before: ir.Value, after: ir.Value, ours: str) -> ir.Value:
    """Name a value that was there and could not be read."""
    text = before.cast("string")
    lost = after.isnull() & before.notnull() & (text.strip() != "")
    note = ibis.literal(f"{ours} '") + text.substr(0, 60) + ibis.literal("'")
    return ibis.ifelse(lost, note, ibis.null("string"))


def _number(value: ir.Value, kind: str, where: str) -> ir.Value:
    if value.type().is_numeric():
        small = (value < _LARGEST) & (value > -_LARGEST)
        return ibis.ifelse(small, value, ibis.null(value.type())).cast(kind)
    _must_be_text(value, where, "a number", "cast it")
    text = value.re_replace(_BLANKS, "")
    plain = text.replace(",", "")
    none = ibis.null("string")
    good = matches(text, _NUMBER) & (text.re_replace("[^0-9]", "") != "")
    size = ibis.ifelse(good, plain, none).cast("float64").abs()
    return ibis.ifelse(size < _LARGEST, plain, none).cast(kind)


def _boolean(value: ir.Value, where: str) -> ir.Value:
    if value.type().is_boolean():
        return value
    if value.type().is_numeric():
        yes, no = value == 1, value == 0
    else:
        _must_be_text(value, where, "yes or no", "compare it")
        text = value.strip().lower()
        yes, no = text.isin(_TRUE), text.isin(_FALSE)
    return ibis.cases((yes, True), (no, False), else_=ibis.null("boolean"))


def _time(value: ir.Value, timezone: str, where: str) -> ir.Value:
    kind = value.type()
    if kind.is_timestamp() or kind.is_date():
        moment = _finite(value)
        aware = kind.is_timestamp() and kind.timezone is not None
        naive = moment.cast("timestamp")
        return naive if aware else from_local(naive, timezone)
    _must_be_text(value, where, "a time", "turn it into one")
    text, none = value.strip(), ibis.null("string")
    naive = ibis.ifelse(matches(text, _NAIVE), text, none).cast("timestamp")
    aware = ibis.ifelse(matches(text, _WITH_ZONE), text, none)
    instant = aware.cast(dt.Timestamp(timezone="UTC")).cast("timestamp")
    return ibis.coalesce(instant, from_local(naive, timezone))


def _finite(value: ir.Value) -> ir.Value:
    """Leave out infinity and other times that no calendar of Python's has."""
    kind = value.type()
    first, last = (ibis.literal(t).cast(kind) for t in ("0002-01-01", "9999-01-01"))
    return ibis.ifelse((value >= first) & (value < last), value, ibis.null(kind))


def _attribute(value: ir.Value) -> ir.Value:
    kind = value.type()
    if kind.is_decimal():
        return _known(value.cast("float64"))
    if kind.is_timestamp() or kind.is_date():
        moment = _finite(value)
        return moment.cast("timestamp") if kind.is_timestamp() else moment
    plain = kind.is_string() or kind.is_numeric() or kind.is_boolean()
    return _known(value) if plain else value.cast("string")


def _with_amount(table: ir.Table) -> ir.Table:
    if "amount" in table.columns or "unit_price" not in table.columns:
        return table
    product = table.quantity.cast("float64") * table.unit_price.cast("float64")
    return table.mutate(amount=_number(product, MONEY, "amount"))


def _must_be_text(value: ir.Value, where: str, what: str, remedy: str) -> None:
    if not value.type().is_string():
        raise DataError(
            f"{where} must be {what}, but the column is of type {value.type()}. "
            f"Map another column, or {remedy} in a query."
        )

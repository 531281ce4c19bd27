"""Times of other systems, however they are written, as UTC."""

from __future__ import annotations

import ibis
import ibis.expr.datatypes as dt
import ibis.expr.types as ir

from segtools.timezones import epoch, instant, offsets, utc_seconds

_OFFSET = r"(\d{2}:\d{2}\S*?)\s*(Z|UTC|GMT|[+-]\d{2}(:?\d{2})?)$"
_NAIVE = r"^\d.*:\d{2}(\.\d+)?$|^\d+-\d+-\d+$"
_NO_SECONDS = r"([T ]\d{2}:\d{2})(Z|[+-]\d{2}(:?\d{2})?)$"
# Numbers that stand for times: how many a second.
EPOCHS = {"epoch": 1, "epoch_ms": 1_000, "epoch_us": 1_000_000}
_YEAR_1, _YEAR_9999 = "0001-01-01", "9999-12-31 23:59:59"
# Wide enough for any order; a zone's rules are looked up between them.
_EARLIEST, _LATEST = "1990-01-01", "2040-01-01"
_INSTANT = dt.Timestamp(timezone="UTC")


@ibis.udf.scalar.builtin
def try_strptime(text: str, format: str) -> dt.Timestamp(scale=6):  # type: ignore[valid-type,empty-body]
    """Parse a time by a format, or give null (DuckDB's own function)."""


@ibis.udf.scalar.builtin(name="try_strptime")
def try_strptime_z(text: str, format: str) -> dt.Timestamp("UTC"):  # type: ignore[valid-type,empty-body]
    """Parse a time by a format with %z, which gives an instant."""


@ibis.udf.scalar.builtin
def make_timestamp(microseconds: int) -> dt.Timestamp(scale=6):  # type: ignore[valid-type,empty-body]
    """Give the time that lies so many microseconds after 1970."""


@ibis.udf.scalar.builtin
def epoch_us(time: dt.Timestamp(scale=6)) -> int:  # type: ignore[valid-type,empty-body]
    """Give the microseconds between 1970 and a time."""


@ibis.udf.scalar.builtin
def suffix(text: str, end: str) -> bool:  # type: ignore[empty-body]
    """Tell whether a text ends so."""


def time_of(value: ir.Value, date_format: str | None, timezone: str) -> ir.Value:
    """Read one column of times as UTC without a zone; null where it cannot be read.

    Parameters
    ----------
    value : ibis column
        Text, numbers or times.
    date_format : str or None
        strptime, or one of `EPOCHS`; default ISO.
    timezone : str
        IANA zone of times without an offset.
    """
    local, moment = clock(value, date_format)
    return ibis.coalesce(utc(sane_time(local), timezone), sane_time(moment))


def clock(value: ir.Value, date_format: str | None) -> tuple[ir.Value, ir.Value]:
    """Read a time either as one on the local clock or as an instant, never as both."""
    kind, none = value.type(), ibis.null("timestamp")
    if kind.is_timestamp() and kind.timezone is not None:
        return none, value.cast("timestamp")
    if kind.is_timestamp() or kind.is_date():
        return value.cast("timestamp"), none
    if date_format in EPOCHS:
        return none, _since_1970(value, EPOCHS[date_format])
    if date_format is None and kind.is_numeric():
        return value.cast("timestamp"), none
    text = value.cast("string")
    if date_format and "%z" in date_format:
        return none, try_strptime_z(text.strip(), date_format).cast("timestamp")
    if date_format:
        return try_strptime(text.strip(), date_format), none
    return local_time(text), offset_time(text, ibis.literal(False))


# ISO times are read twice, for the engine's cast to one without a zone would drop an
# offset. The usual spelling comes first, and all else only where it is another: a cast
# costs little, a search costs much. (Of a CASE the engine computes only what it needs,
# of AND and OR everything.)


def _is_usual(text: ir.Value) -> ir.Value:
    return text.like("____-__-_____:__:__") & ~suffix(text, "Z")


def _is_neat(text: ir.Value) -> ir.Value:
    tail = text.substr(19)
    signed = tail.contains("+") | tail.contains("-") | suffix(text, "Z")
    return text.like("____-__-_____:__:__%") & signed & ~tail.contains("/")


def local_time(text: ir.Value) -> ir.Value:
    """Read an ISO time that has no offset."""
    bare = text.strip()
    zoned = _is_neat(text) | bare.re_search(_OFFSET)
    spelt = zoned.ifelse(ibis.null("string"), bare.re_extract(_NAIVE, 0))
    odd = ~text.like("____-__-__")
    spelt = ibis.cases((_is_usual(text), text), (odd, spelt), else_=text)
    return spelt.try_cast("timestamp")


def offset_time(text: ir.Value, settled: ir.Value) -> ir.Value:
    """Read an ISO time that has an offset, as UTC; null where all is `settled`."""
    none, never, bare = ibis.null("string"), ibis.null(_INSTANT), text.strip()
    # Some versions of the engine want seconds, and no blank before the offset.
    close = text.replace(" +", "+").replace(" -", "-")
    quick = _is_neat(text).ifelse(close, none).try_cast(_INSTANT)
    whole = bare.re_replace(_OFFSET, r"\1\2").re_replace("(UTC|GMT)$", "Z")
    whole = whole.re_replace(_NO_SECONDS, r"\1:00\2")
    slow = bare.re_search(_OFFSET).ifelse(whole, none).try_cast(_INSTANT)
    zoned = ibis.cases(
        (settled, never),
        (_is_usual(text), never),
        (quick.notnull(), quick),
        else_=slow,
    )
    return zoned.cast("timestamp")


def sane_time(value: ir.Value) -> ir.Value:
    """Leave out infinity, and years that no calendar has."""
    first, last = (ibis.timestamp(t) for t in (_YEAR_1, _YEAR_9999))
    return ibis.ifelse(value.between(first, last), value, ibis.null(value.type()))


def _since_1970(value: ir.Value, per_second: int) -> ir.Value:
    number = value.cast("string").strip().try_cast("decimal(28, 6)")
    # Milliseconds that are said to be seconds would lie in the year 50,000.
    good = number.abs() < 253_402_300_800 * per_second
    units = ibis.ifelse(good, number, ibis.null("decimal(28, 6)"))
    return make_timestamp((units * (1_000_000 // per_second)).round().cast("int64"))


def utc(local: ir.Value, timezone: str) -> ir.Value:
    """Move times on the local clock to UTC, by integers: intervals cost twice that."""
    if timezone.upper() == "UTC":
        return local
    table = [(start * 1_000_000, o * 1_000_000) for start, o in _offsets(timezone)]
    return make_timestamp(utc_seconds(epoch_us(local), table))


def from_local(local: ir.Value, timezone: str) -> ir.Value:
    """Do the same in the functions of any engine."""
    if timezone.upper() == "UTC":
        return local
    seconds = local.epoch_seconds()
    shift = utc_seconds(seconds, _offsets(timezone)) - seconds
    return local + shift.as_interval("s")


def _offsets(timezone: str) -> list[tuple[int, int]]:
    first, last = (epoch(instant(t, "UTC")) for t in (_EARLIEST, _LATEST))
    return offsets(timezone, first, last)

"""Local time without a time-zone engine: offsets as plain integer arithmetic.

Engines disagree about zones, sessions and daylight saving. Here a zone is a short
list of offsets, computed once by Python, so that every engine does the same sum.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from itertools import pairwise
from zoneinfo import ZoneInfo

import ibis
import ibis.expr.types as ir

from segtools.schema import ConfigError

DAY = 86_400


def zone(name: str) -> ZoneInfo:
    """Look up an IANA time zone.

    Raises
    ------
    ConfigError
        If there is no zone of that name.

    Examples
    --------
    >>> zone("Europe/Berlin").key
    'Europe/Berlin'
    """
    try:
        return ZoneInfo(name)
    except Exception:
        raise ConfigError(
            f"timezone must be an IANA name, but {name!r} is none. "
            "Use one such as 'Europe/Berlin' or 'UTC'."
        ) from None


def instant(text: str, timezone: str) -> datetime:
    """Read a date (its midnight) or a date with time as an instant in UTC.

    Parameters
    ----------
    text : str
        ISO date or date-time; without an offset it is local to `timezone`.
    timezone : str
        IANA name of the project's zone.

    Examples
    --------
    >>> instant("2017-10-01", "America/New_York").isoformat()
    '2017-10-01T04:00:00+00:00'
    """
    try:
        moment = datetime.fromisoformat(text)
        here = zone(timezone) if moment.tzinfo is None else moment.tzinfo
        return moment.replace(tzinfo=here).astimezone(UTC)
    except ConfigError:
        raise
    except (ValueError, OverflowError):
        raise ConfigError(
            f"as_of must be an ISO date or date-time, but {text!r} is none. "
            "Write it as 2024-10-01 or 2024-10-01T06:00."
        ) from None


def timestamp_of(second: int) -> ir.TimestampScalar:
    """Write UTC seconds as a timestamp without a zone, as the tables hold them."""
    return ibis.timestamp(datetime.fromtimestamp(second, UTC).replace(tzinfo=None))


def midnight_after(moment: datetime, timezone: str) -> date:
    """Give the local date whose midnight is the first one after `moment` (UTC)."""
    try:
        local = moment.replace(tzinfo=UTC).astimezone(zone(timezone))
        return local.date() + timedelta(days=1)
    except OverflowError:
        raise ConfigError(
            "as_of must be set where no day follows the last order, but the last one "
            f"is dated {moment.date()}. Set as_of or mend that date."
        ) from None


def epoch(moment: datetime) -> int:
    """Give seconds since 1970 of an aware instant, as an integer."""
    return int(moment.timestamp())


def offsets(timezone: str, first: int, last: int) -> list[tuple[int, int]]:
    """List the UTC offsets in force between two instants.

    Parameters
    ----------
    timezone : str
        IANA name.
    first, last : int
        Seconds since 1970, UTC.

    Returns
    -------
    list of (start, offset)
        From `start` (UTC seconds) on, local time is UTC plus `offset` seconds; the
        first start covers `first`.

    Examples
    --------
    >>> offsets("UTC", 0, 10)
    [(0, 0)]
    >>> [o for _, o in offsets("Europe/Berlin", 1704067200, 1735689600)]
    [3600, 7200, 3600]
    """
    return list(_offsets(zone(timezone), first, last))


@lru_cache(maxsize=64)
def _offsets(key: ZoneInfo, first: int, last: int) -> tuple[tuple[int, int], ...]:
    before = _offset(key, first)
    result = [(first, before)]
    for day in range(first // DAY, last // DAY + 1):
        low, high = max(day * DAY, first), (day + 1) * DAY
        after = _offset(key, high)
        if after != before:
            result.append((_switch(key, low, high), after))
        before = after
    return tuple(result)


def local_seconds(utc: ir.IntegerValue, table: list[tuple[int, int]]) -> ir.Value:
    """Turn UTC seconds into local wall-clock seconds by the offsets in `table`."""
    return utc + _stepwise(utc, [(start, offset) for start, offset in table])


def utc_seconds(local: ir.IntegerValue, table: list[tuple[int, int]]) -> ir.Value:
    """Turn local wall-clock seconds into UTC seconds.

    An hour that happens twice is read as its first occurrence; an hour that never
    happens is read with the offset before the switch.
    """
    steps = [table[0]]
    for (_, before), (start, after) in pairwise(table):
        steps.append((start + max(before, after), after))
    return local - _stepwise(local, steps)


def _stepwise(value: ir.IntegerValue, steps: list[tuple[int, int]]) -> ir.Value:
    """Look a value up in steps by halving them: seven comparisons for fifty years."""
    if len(steps) == 1:
        return ibis.literal(steps[0][1], type="int64")
    middle = len(steps) // 2
    early, late = (_stepwise(value, half) for half in (steps[:middle], steps[middle:]))
    return ibis.ifelse(value < steps[middle][0], early, late)


def _offset(key: ZoneInfo, second: int) -> int:
    moment = datetime.fromtimestamp(second, tz=UTC).astimezone(key)
    shift = moment.utcoffset()
    return int(shift.total_seconds()) if shift else 0


def _switch(key: ZoneInfo, low: int, high: int) -> int:
    start = _offset(key, low)
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if _offset(key, middle) == start else (low, middle)
    return high


def local_midnight(day: date, timezone: str) -> datetime:
    """Give the instant of a local date's midnight, in UTC."""
    return datetime.combine(day, time(), tzinfo=zone(timezone)).astimezone(UTC)

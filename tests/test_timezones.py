"""Local time by plain sums is what the time-zone database says."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import ibis
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from segtools.schema import ConfigError
from segtools.timezones import (
    DAY,
    epoch,
    instant,
    local_midnight,
    local_seconds,
    midnight_after,
    offsets,
    utc_seconds,
    zone,
)

ZONES = [
    "UTC",
    "Europe/Berlin",
    "America/New_York",
    "Asia/Kolkata",  # half an hour
    "Australia/Lord_Howe",  # a summer of half an hour, in the south
    "Pacific/Apia",  # a day left out in 2011
    "Africa/Casablanca",  # an hour less in Ramadan
    "America/Caracas",  # moved by half an hour in 2007 and 2016
]
FIRST, LAST = (epoch(instant(y, "UTC")) for y in ("2005-01-01", "2030-01-01"))
INSTANTS = st.lists(st.integers(FIRST, LAST - 1), min_size=1, max_size=50)
EPOCH = datetime(1970, 1, 1)


def computed(function, seconds: list[int], timezone: str) -> list[int]:
    table = ibis.memtable(pd.DataFrame({"s": seconds}, dtype="int64"))
    shifted = function(table.s, offsets(timezone, FIRST, LAST))
    return [int(s) for s in table.select(r=shifted).to_pandas()["r"]]


def wall_clock(second: int, timezone: str) -> int:
    moment = datetime.fromtimestamp(second, UTC).astimezone(ZoneInfo(timezone))
    return int((moment.replace(tzinfo=None) - EPOCH).total_seconds())


def from_wall_clock(second: int, timezone: str) -> int:
    local = EPOCH + timedelta(seconds=second)
    return int(local.replace(tzinfo=ZoneInfo(timezone), fold=0).timestamp())


def switches(timezone: str) -> list[int]:
    """Seconds around every switch: an hour and a second before and after it."""
    starts = [start for start, _ in offsets(timezone, FIRST, LAST)[1:]]
    steps = (-3600, -1, 0, 1, 1799, 3599, 3600)
    return [start + step for start in starts for step in steps] or [FIRST]


@settings(max_examples=15, deadline=None)
@given(INSTANTS, st.sampled_from(ZONES))
def test_local_seconds_are_the_clock_on_the_wall(seconds, timezone):
    expected = [wall_clock(s, timezone) for s in seconds]
    assert computed(local_seconds, seconds, timezone) == expected


@settings(max_examples=15, deadline=None)
@given(INSTANTS, st.sampled_from(ZONES))
def test_a_wall_clock_is_read_as_its_first_occurrence(seconds, timezone):
    expected = [from_wall_clock(s, timezone) for s in seconds]
    assert computed(utc_seconds, seconds, timezone) == expected


@pytest.mark.parametrize("timezone", ZONES)
def test_both_ways_hold_around_every_switch(timezone):
    seconds = switches(timezone)
    expected = [wall_clock(s, timezone) for s in seconds]
    assert computed(local_seconds, seconds, timezone) == expected
    # Local times from an hour before to an hour after: some happen twice or never.
    local = sorted({s + d for s in expected for d in (-3600, 0, 1800, 3600)})
    read = [from_wall_clock(s, timezone) for s in local]
    assert computed(utc_seconds, local, timezone) == read


@pytest.mark.parametrize(
    ("local", "utc"),
    [
        ("2024-03-31 01:59:59", "2024-03-31 00:59:59"),
        ("2024-03-31 02:00:00", "2024-03-31 01:00:00"),  # never happened
        ("2024-03-31 02:59:59", "2024-03-31 01:59:59"),
        ("2024-03-31 03:00:00", "2024-03-31 01:00:00"),
        ("2024-10-27 01:59:59", "2024-10-26 23:59:59"),
        ("2024-10-27 02:00:00", "2024-10-27 00:00:00"),  # the first of two
        ("2024-10-27 02:59:59", "2024-10-27 00:59:59"),
        ("2024-10-27 03:00:00", "2024-10-27 02:00:00"),
    ],
)
def test_hours_that_happen_twice_or_never_in_berlin(local, utc):
    second = int(pd.Timestamp(local).timestamp())
    (found,) = computed(utc_seconds, [second], "Europe/Berlin")
    assert pd.Timestamp(found, unit="s") == pd.Timestamp(utc)


def test_offsets_cover_the_range_and_nothing_else():
    start, end = (epoch(instant(t, "UTC")) for t in ("2024-01-01", "2024-12-31"))
    found = offsets("Europe/Berlin", start, end)
    assert [o for _, o in found] == [3600, 7200, 3600]
    moments = [datetime.fromtimestamp(s, UTC).isoformat() for s, _ in found]
    assert moments == [
        "2024-01-01T00:00:00+00:00",
        "2024-03-31T01:00:00+00:00",
        "2024-10-27T01:00:00+00:00",
    ]
    assert offsets("UTC", start, end) == [(start, 0)]
    assert offsets("Europe/Berlin", start, start) == [(start, 3600)]


@pytest.mark.parametrize(
    ("text", "timezone", "utc"),
    [
        ("2017-10-01", "America/New_York", "2017-10-01T04:00:00+00:00"),
        ("2017-12-01", "America/New_York", "2017-12-01T05:00:00+00:00"),
        ("2024-10-01T06:00", "Europe/Berlin", "2024-10-01T04:00:00+00:00"),
        ("2024-10-01T06:00+00:00", "Europe/Berlin", "2024-10-01T06:00:00+00:00"),
        ("2024-10-01T06:00Z", "Asia/Kolkata", "2024-10-01T06:00:00+00:00"),
    ],
)
def test_an_instant_is_local_unless_it_brings_an_offset(text, timezone, utc):
    assert instant(text, timezone).isoformat() == utc


@pytest.mark.parametrize("text", ["1.10.2024", "soon", "", "2024-02-30", "0001-01-01"])
def test_what_is_no_date_is_refused(text):
    sentence = (
        rf"^as_of must be an ISO date or date-time, but '{re.escape(text)}' is none\. "
        r"Write it as 2024-10-01 or 2024-10-01T06:00\.$"
    )
    with pytest.raises(ConfigError, match=sentence):
        instant(text, "Asia/Tokyo")


@pytest.mark.parametrize("name", ["Mars/Base", "", "../etc/passwd", "Europe", "CEST"])
def test_what_is_no_zone_is_refused(name):
    sentence = (
        rf"^timezone must be an IANA name, but '{re.escape(name)}' is none\. "
        r"Use one such as 'Europe/Berlin' or 'UTC'\.$"
    )
    with pytest.raises(ConfigError, match=sentence):
        zone(name)
    with pytest.raises(ConfigError, match=sentence):
        instant("2024-10-01", name)


@pytest.mark.parametrize(
    ("utc", "timezone", "day"),
    [
        ("2024-03-30 22:59:59", "Europe/Berlin", "2024-03-31"),
        ("2024-03-30 23:00:00", "Europe/Berlin", "2024-04-01"),
        ("2018-01-01 04:01:00", "America/New_York", "2018-01-01"),
    ],
)
def test_the_default_origin_is_the_midnight_after_the_last_order(utc, timezone, day):
    last = datetime.fromisoformat(utc)
    found = midnight_after(last, timezone)
    assert found == date.fromisoformat(day)
    assert local_midnight(found, timezone).replace(tzinfo=None) > last


def test_the_end_of_time_has_no_midnight_after_it():
    sentence = (
        r"^as_of must be set where no day follows the last order, but the last one is "
        r"dated 9999-12-31\. Set as_of or mend that date\.$"
    )
    with pytest.raises(ConfigError, match=sentence):
        midnight_after(datetime(9999, 12, 31, 12), "UTC")


def test_a_day_is_always_86_400_seconds_however_long_the_clock_says():
    morning, evening = (
        epoch(local_midnight(date(2024, 3, d), "Europe/Berlin")) for d in (31, 30)
    )
    assert DAY == 86_400
    assert morning - evening == DAY
    next_day = epoch(local_midnight(date(2024, 4, 1), "Europe/Berlin"))
    assert next_day - morning == 23 * 3600
